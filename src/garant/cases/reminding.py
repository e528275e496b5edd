"""Levels that nobody acknowledged in time: told again a few times, then the next level is told before its time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from garant.cases import lateness
from garant.cases.events import REPEATED
from garant.cases.ladders import ToldByCase, ToldRow, on_of, told_about
from garant.cases.models import Case, Escalation, Period
from garant.cases.policies import Reached, Recipients, policy
from garant.cases.telling import Message, announce
from garant.contracts.queries import StoredTerms
from garant.core.escalations import Told, next_level
from garant.core.people import SYSTEM
from garant.core.programmes import EscalationPolicy
from garant.journal import operations as journal
from garant.journal.views import NewEntry

#: Columns that telling again, and giving up, change.
_CHANGED = ["told", "acknowledge_by", "remind_at", "repeats"]


@dataclass(frozen=True, slots=True)
class _Again:
    """A level told once more, to whom and with which limit."""

    row: Escalation
    reached: Reached
    since: datetime


def is_unanswered(row: Escalation, case: Case, now: datetime) -> bool:
    """Whether an escalation's limit has passed with nobody acknowledging it, and something follows from that."""
    period = row.period
    running = period.ended is None and not period.paused and not lateness.stands_still(case)
    waits = row.acknowledged_at is None and row.ended_at is None
    return running and waits and row.remind_at is not None and row.remind_at <= now


def remind(rows: Iterable[Escalation], cases: dict[int, Case], terms: StoredTerms, now: datetime) -> int:
    """Tell the levels again whose limit has passed, or the next ones; returns how many limits that was.

    The caller holds the rows of all `cases`. A level whose repetitions are used up hands on to the next level of the
    same trigger; where there is none, it stays open and overdue in the console.
    """
    due = [row for row in rows if is_unanswered(row, cases[row.case_id], now)]
    recipients, told = Recipients(now), told_about(cases)
    again: list[_Again] = []
    owed: list[lateness.Owed] = []
    for row in due:
        case, period = cases[row.case_id], row.period
        plan = policy(terms, period.package_key, period.severity, period.metric)
        since = row.remind_at or now
        if _again(row, plan, case, terms, recipients, now):
            again.append(_Again(row, Reached(tuple(row.told["people"])), since))
        elif plan is not None:
            owed += _next(row, plan, case, terms, recipients, since, now, told)
    _write(due, again, owed, cases, now, recipients, told)
    return len(due)


def _again(
    row: Escalation,
    plan: EscalationPolicy | None,
    case: Case,
    terms: StoredTerms,
    recipients: Recipients,
    now: datetime,
) -> bool:
    """Set a level up to be told once more, to whoever answers for it now; False when it was told often enough."""
    step = plan.step(row.level) if plan is not None else None
    if step is None or step.acknowledge_within is None or row.repeats >= step.repeat:
        row.remind_at = None
        return False
    owed = lateness.owed_level(case, row.period, step, row.at, now, terms, recipients)
    row.told = {**lateness.told_data(owed), **_to_holder(row)}
    row.repeats += 1
    row.acknowledge_by = row.remind_at = owed.limit
    return True


def _to_holder(row: Escalation) -> dict[str, list[int]]:
    """Handed over, a level is a named person's until somebody else takes it."""
    return {} if row.holder_id is None else {"people": [row.holder_id]}


def _next(
    row: Escalation,
    plan: EscalationPolicy,
    case: Case,
    terms: StoredTerms,
    recipients: Recipients,
    since: datetime,
    now: datetime,
    told: ToldByCase,
) -> list[lateness.Owed]:
    """The level above, told because nobody acknowledged this one; none when there is none."""
    mine = told.setdefault(case.pk, [])
    there = [each.told for each in mine if each.period_id == row.period_id]
    step = next_level(plan, row.level, on_of(row.trigger), there)
    if step is None:
        return []
    owed = lateness.owed_level(case, row.period, step, since, now, terms, recipients, cause=lateness.UNACKNOWLEDGED)
    mine.append(ToldRow(row.period_id, Told(step.level, step.on, since)))
    return [owed]


def _write(
    due: Sequence[Escalation],
    again: Sequence[_Again],
    owed: Sequence[lateness.Owed],
    cases: dict[int, Case],
    now: datetime,
    recipients: Recipients,
    told: ToldByCase,
) -> None:
    Escalation.objects.bulk_update(due, _CHANGED)
    lateness.escalate(owed, cases, now)
    entries = [_repeated(each, cases[each.row.case_id], now) for each in again]
    journal.append_all(entries + [lateness.told_entry(cases[each.period.case_id], each, now) for each in owed])
    messages = [_message(each, cases[each.row.case_id]) for each in again]
    announce([*messages, *(lateness.message_of(each, cases[each.period.case_id]) for each in owed)], recipients)
    lateness.step_on([each.period for each in owed], told)


def _repeated(each: _Again, case: Case, now: datetime) -> NewEntry:
    row = each.row
    data = {
        **lateness.names(row.period),
        "level": row.level,
        "times": row.repeats,
        "people": list(each.reached.people),
        "found_at": now.isoformat(),
        "acknowledge_by": row.acknowledge_by.isoformat() if row.acknowledge_by else None,
    }
    return NewEntry(("case", case.pk), REPEATED, data, SYSTEM, each.since, case.subscriber_id)


def _message(each: _Again, case: Case) -> Message:
    row: Escalation = each.row
    period: Period = row.period
    return Message(
        case, period, row.level, on_of(row.trigger), row.at, each.reached.people, row.told.get("roles", ()),
        again=row.repeats, acknowledge_by=row.acknowledge_by,
    )  # fmt: skip
