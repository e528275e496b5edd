"""After an answer: the contact confirms or rejects the resolution, says how content they are, or escalates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from garant.cases.acting import Act, acting
from garant.cases.consequences import tell
from garant.cases.events import TOLD
from garant.cases.models import Escalation, Period
from garant.cases.models_talk import Satisfaction
from garant.cases.policies import CATCH_ALL, Recipients, policy, steps
from garant.cases.repeating import repeatable
from garant.cases.texts import cleaned, digest
from garant.cases.views import Done
from garant.core.people import Actor
from garant.core.refusals import Refusal
from garant.journal.operations_notices import NewNotice, put_notices
from garant.journal.queries_replay import entries_by_subject

__all__ = ["confirm_resolution", "escalate", "rate_case", "reject_resolution"]

#: Longest comment beside a score, in characters.
LONGEST_COMMENT = 2_000


def confirm_resolution(
    *,
    by: Actor,
    number: int,
    score: int | None = None,
    comment: str = "",
    once: str | None = None,
    at: datetime | None = None,
) -> Done:
    """Confirm as the contact that the case is solved: it is closed. `score` 1 to 5: how content; None: not said."""
    asked = {"number": number, "score": score, "comment": comment}

    def act_on() -> Done:
        with acting(name="answer_resolution", by=by, number=number, at=at) as act:
            act.record("resolution_confirmed", {})
            act.record("case_closed", {"by": act.side, "cause": "confirmed"})
            if score is not None:
                _rate(act, score, comment)
        return act.done()

    return repeatable("confirm_resolution", by, once, asked, act_on)


def reject_resolution(
    *, by: Actor, number: int, reason: str, once: str | None = None, at: datetime | None = None
) -> Done:
    """Say as the contact that the case is not solved: it is open again, with a full follow-up period (clock.md 10)."""

    def act_on() -> Done:
        with acting(name="answer_resolution", by=by, number=number, at=at) as act:
            said = act.say("reason", reason, field="reason")
            act.record("resolution_rejected", {})
            act.record("case_reopened", {**said, "by": act.side, "cause": "rejected"})
        return act.done()

    return repeatable("reject_resolution", by, once, {"number": number, "reason": reason}, act_on)


def rate_case(
    *, by: Actor, number: int, score: int, comment: str = "", once: str | None = None, at: datetime | None = None
) -> Done:
    """Say how content the contact is with how the case went, 1 (not at all) to 5; the last word counts."""

    def act_on() -> Done:
        with acting(name="rate_case", by=by, number=number, at=at) as act:
            _rate(act, score, comment)
        return act.done()

    return repeatable("rate_case", by, once, {"number": number, "score": score, "comment": comment}, act_on)


def _rate(act: Act, score: int, comment: str) -> None:
    if score not in range(1, 6):
        raise Refusal("score_out_of_range", "scores_from_one_to_five", "choose_score", {"score": score})
    said = cleaned(comment, field="comment", required=False, longest=LONGEST_COMMENT)
    Satisfaction.objects.update_or_create(
        case=act.case,
        defaults={"subscriber_id": act.case.subscriber_id, "person_id": act.person, "score": score, "comment": said,
                  "at": act.at},
    )  # fmt: skip
    act.record("case_rated", {"score": score, "sha256": digest(said)})


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
    recipients = Recipients()
    running = [row for row in act.rows.values() if row.ended is None]
    period = min(running, key=lambda row: (row.due is None, row.due, row.pk), default=None) if running else None
    roles: Sequence[str] = (CATCH_ALL,)
    if period is not None:
        level, roles = _step(act, period)
        people = recipients.of(roles, act.case.assignee_id)
        _told(act, period, level, roles, people)
    else:
        people = recipients.of(roles, act.case.assignee_id)
    key = act.written[-1].id
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
    tell(act.case, [act.by.id] if act.by.id else [], "escalation_received", f"escalation_received:{key}", {})


def _step(act: Act, period: Period) -> tuple[int, Sequence[str]]:
    """The level and roles that the policy names for the customer's call; without one, a level above all others."""
    used = set(Escalation.objects.filter(period=period).values_list("level", flat=True))
    for step in steps(act.terms, period.package_key, period.severity, period.metric, "customer"):
        if step.level not in used:
            return step.level, step.to
    found = policy(act.terms, period.package_key, period.severity, period.metric)
    named = {step.level for step in found.steps} if found else set()
    return 1 + max(used | named, default=0), (CATCH_ALL,)


def _told(act: Act, period: Period, level: int, roles: Sequence[str], people: Sequence[int]) -> None:
    told: dict[str, Any] = {"roles": list(roles), "people": list(people)}
    Escalation.objects.create(
        case=act.case,
        subscriber_id=act.case.subscriber_id,
        period=period,
        level=level,
        trigger="customer",
        at=act.at,
        recorded_at=act.at,
        told=told,
    )
    act.record(
        TOLD,
        {
            "metric": period.metric,
            "number": period.number,
            "level": level,
            "trigger": "customer",
            "found_at": act.at.isoformat(),
            **told,
        },
    )
