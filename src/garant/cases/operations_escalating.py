"""What people do about escalations: the customer calls for management; staff acknowledge, hand over, de-escalate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from garant.cases import lateness, scope
from garant.cases.acting import Act, acting
from garant.cases.consequences import tell
from garant.cases.events import ACKNOWLEDGED, ENDED, HANDED_OVER, TOLD
from garant.cases.ladders import on_of, told_about
from garant.cases.models import Escalation, Period
from garant.cases.policies import CATCH_ALL, Recipients, policy, steps
from garant.cases.repeating import repeatable
from garant.cases.telling import Message, announce
from garant.cases.views import Done
from garant.core.escalations import CUSTOMER
from garant.core.people import Actor
from garant.core.programmes import EscalationStep
from garant.core.refusals import NotFound, Refusal
from garant.core.rights import check as check_right
from garant.core.rights import staff_for
from garant.directory import queries as directory
from garant.journal.operations_notices import NewNotice, put_notices
from garant.journal.queries_replay import entries_by_subject

__all__ = ["acknowledge_escalation", "end_escalation", "escalate", "hand_over_escalation"]


def acknowledge_escalation(
    *, by: Actor, escalation_id: int, note: str = "", once: str | None = None, at: datetime | None = None
) -> Done:
    """Say that somebody takes care of it: nobody is told again, and the next level is not told for want of an answer.

    The promise is still owed: levels that come after a time come all the same. `note` is kept as an internal note.
    Raises Refusal `escalation_over` when nothing is owed any more, `already_acknowledged` when somebody was first.
    """

    def act_on() -> Done:
        with _acting("acknowledge_escalation", by, escalation_id, at) as (act, row):
            if row.acknowledged_at is not None:
                raise Refusal(
                    "already_acknowledged", "one_acknowledges", "hand_it_over",
                    {"person": row.acknowledged_by_id, "at": row.acknowledged_at},
                )  # fmt: skip
            row.acknowledged_at, row.acknowledged_by_id, row.remind_at = act.at, act.person, None
            row.save(update_fields=["acknowledged_at", "acknowledged_by", "remind_at"])
            said = act.say("internal", note, field="note") if note.strip() else {}
            act.record(ACKNOWLEDGED, {**_which(row), **said})
            _take_lower(act, row)
        return act.done()

    return repeatable("acknowledge_escalation", by, once, {"escalation": escalation_id, "note": note}, act_on)


def _take_lower(act: Act, row: Escalation) -> None:
    """Whoever takes care of a level takes care of those below it: nobody is asked about them any more."""
    waiting = Escalation.objects.select_related("period").filter(
        period=row.period, trigger=row.trigger, level__lt=row.level, acknowledged_at=None, ended_at=None,
        acknowledge_by__isnull=False,
    )  # fmt: skip
    for lower in waiting.order_by("level"):
        lower.acknowledged_at, lower.acknowledged_by_id, lower.remind_at = act.at, act.person, None
        lower.save(update_fields=["acknowledged_at", "acknowledged_by", "remind_at"])
        act.record(ACKNOWLEDGED, _which(lower))


def hand_over_escalation(
    *, by: Actor, escalation_id: int, to: int, note: str = "", once: str | None = None, at: datetime | None = None
) -> Done:
    """Give it to a named person, who has as long to acknowledge it as anybody told of the level has.

    Raises Refusal `escalation_over`, or `cannot_take_over` for somebody whose roles don't let them acknowledge.
    """

    def act_on() -> Done:
        with _acting("acknowledge_escalation", by, escalation_id, at) as (act, row):
            if not directory.viewer_of(to).staff_roles & staff_for("acknowledge_escalation"):
                raise Refusal("cannot_take_over", "only_support_staff", "choose_another_person", {"person": to})
            row.holder_id, row.acknowledged_at, row.acknowledged_by_id = to, None, None
            # Who was told first stays on record; from now on the holder is the one who is asked.
            first = row.told.get("first", row.told.get("people", ()))
            row.told = {**row.told, "people": [to], "first": list(first)}
            row.acknowledge_by = row.remind_at = _limit(act, row)
            row.save(
                update_fields=["holder", "acknowledged_at", "acknowledged_by", "told", "acknowledge_by", "remind_at"]
            )
            said = act.say("internal", note, field="note") if note.strip() else {}
            limit = {} if row.acknowledge_by is None else {"acknowledge_by": row.acknowledge_by.isoformat()}
            entry = act.record(HANDED_OVER, {**_which(row), "to": to, **limit, **said})
            _tell_holder(act, row, to, entry.id)
        return act.done()

    asked = {"escalation": escalation_id, "to": to, "note": note}
    return repeatable("hand_over_escalation", by, once, asked, act_on)


def end_escalation(
    *, by: Actor, escalation_id: int, reason: str, once: str | None = None, at: datetime | None = None
) -> Done:
    """De-escalate with a reason: every open level of the same trigger ends, and those still to come don't come.

    The promise is still owed. A level of another trigger (the miss, after a warning was ended) is told all the same.
    """

    def act_on() -> Done:
        with _acting("end_escalation", by, escalation_id, at) as (act, row):
            said = act.say("internal", reason, field="reason")
            text = act.message.body if act.message else ""
            ended = Escalation.objects.filter(period=row.period, trigger=row.trigger, ended_at=None)
            levels = sorted(ended.values_list("level", flat=True))
            ended.update(ended_at=act.at, ended_by=act.person, reason=text, remind_at=None)
            act.record(ENDED, {**lateness.names(row.period), "trigger": row.trigger, "levels": levels, **said})
            lateness.step_on([_period_of(act, row)], told_about([act.case.pk]))
        return act.done()

    return repeatable("end_escalation", by, once, {"escalation": escalation_id, "reason": reason}, act_on)


@contextmanager
def _acting(name: str, by: Actor, escalation_id: int, at: datetime | None) -> Iterator[tuple[Act, Escalation]]:
    """An act on an escalation of a locked case. Raises NotFound for one that the person may not see, Refusal where
    their role forbids the act, or `escalation_over` when the escalation has ended."""
    viewer = scope.viewer_of(by)
    check_right(viewer, name)
    found = Escalation.objects.filter(pk=escalation_id) if 0 < escalation_id < 2**63 else Escalation.objects.none()
    number = found.values_list("case__number", flat=True).first()
    if number is None or not viewer.is_staff:
        raise NotFound("escalation")
    with acting(name=name, by=by, number=number, at=at) as act:
        row = Escalation.objects.select_related("period").get(pk=escalation_id)
        if row.ended_at is not None:
            raise Refusal("escalation_over", "only_open_escalations", "see_history", {"at": row.ended_at})
        yield act, row


def _which(row: Escalation) -> dict[str, Any]:
    """How an entry refers to a level that was told."""
    return {**lateness.names(row.period), "level": row.level}


def _period_of(act: Act, row: Escalation) -> Period:
    return next(period for period in act.rows.values() if period.pk == row.period_id)


def _limit(act: Act, row: Escalation) -> datetime | None:
    """By when whoever takes an escalation over acknowledges it; None without a limit."""
    period = row.period
    plan = policy(act.terms, period.package_key, period.severity, period.metric)
    step = plan.step(row.level) if plan else None
    if step is None or step.acknowledge_within is None:
        return None
    return act.terms.of(period.package_key).after(act.at, step.acknowledge_within)


def _tell_holder(act: Act, row: Escalation, to: int, entry_id: int) -> None:
    message = Message(
        act.case, row.period, row.level, on_of(row.trigger), act.at, [to], row.told.get("roles", ()),
        acknowledge_by=row.acknowledge_by, kind="escalation_handed_over", event=entry_id,
    )  # fmt: skip
    announce([message], Recipients(act.at))


def escalate(*, by: Actor, number: int, reason: str, once: str | None = None, at: datetime | None = None) -> Done:
    """Call in higher support management as the contact; no clock moves.

    The running promise is escalated to whom its policy names for the customer's call, else to the managers. Refused
    (`already_escalated`) until support has answered the last call.
    """

    def act_on() -> Done:
        with acting(name="escalate_as_customer", by=by, number=number, at=at) as act:
            _check_not_escalated(act)
            act.record("case_escalated", act.say("reason", reason, field="reason"))
            _tell_management(act)
        return act.done()

    return repeatable("escalate", by, once, {"number": number, "reason": reason}, act_on)


def _check_not_escalated(act: Act) -> None:
    only = ("case_escalated", "response_given", "case_reopened")
    last = entries_by_subject(kind="case", ids=[act.case.pk], only=only).get(act.case.pk, ())
    if last and last[-1].kind == "case_escalated":
        raise Refusal("already_escalated", "one_call_at_a_time", "wait_for_management", {"at": last[-1].at})


def _tell_management(act: Act) -> None:
    """The policy's step for the customer's call, with its limit; the next one waits for want of an answer."""
    recipients, key = Recipients(act.at), act.written[-1].id
    running = [row for row in act.rows.values() if row.ended is None]
    period = min(running, key=lambda row: (row.due is None, row.due, row.pk), default=None)
    if period is None:
        people: Sequence[int] = recipients.of([CATCH_ALL]).people
    else:
        owed = [
            lateness.owed_level(act.case, period, step, act.at, act.at, act.terms, recipients)
            for step in _steps(act, period)
        ]
        lateness.escalate(owed, {act.case.pk: act.case}, act.at)
        for each in owed:
            act.record(TOLD, lateness.told_entry(act.case, each, act.at).data)
        people = sorted({person for each in owed for person in each.reached.people})
    _put(act, people, key, recipients)
    tell(act.case, [act.by.id] if act.by.id else [], "escalation_received", f"escalation_received:{key}", {})


def _put(act: Act, people: Sequence[int], key: int, recipients: Recipients) -> None:
    put_notices(
        [
            NewNotice(
                once=f"case_escalated:{key}:{person}",
                kind="case_escalated",
                person_id=person,
                language=recipients.language(person),
                subject=("case", act.case.pk),
                subscriber_id=act.case.subscriber_id,
                data={"number": act.case.number, "subject": act.case.subject, "severity": act.case.severity},
            )
            for person in people
        ]
    )


def _steps(act: Act, period: Period) -> Sequence[EscalationStep]:
    """What the policy names for the customer's call and was not told yet; without any, a level above all others."""
    used = set(Escalation.objects.filter(period=period).values_list("level", flat=True))
    named = steps(act.terms, period.package_key, period.severity, period.metric, CUSTOMER)
    first = next((step for step in named if step.level not in used), None)
    if first is not None:
        return [first]
    found = policy(act.terms, period.package_key, period.severity, period.metric)
    levels = {step.level for step in found.steps} if found else set()
    return [EscalationStep(1 + max(used | levels, default=0), CUSTOMER, (CATCH_ALL,), {})]
