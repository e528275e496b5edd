"""What is near or late: recorded once, with its true instant, and told once per level.

The sweeper and every act on a case come here, always with the cases' rows locked. So a miss has one place in the
order of what happened, whether the sweeper or a late answer found it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from garant.cases.events import MISSED, TOLD
from garant.cases.ladders import ToldByCase, ToldRow, step_ahead, steps_ahead, told_about, trigger_of
from garant.cases.models import Case, Escalation, Period
from garant.cases.policies import Reached, Recipients, policy
from garant.cases.telling import Message, announce
from garant.contracts.queries import StoredTerms
from garant.core.escalations import AGE, MISS, NEAR, Told
from garant.core.people import SYSTEM
from garant.core.programmes import EscalationStep
from garant.journal import operations as journal
from garant.journal.views import EntryView, NewEntry
from garant.kit.rows import insert_all

#: What a level that came before its time is caused by: nobody acknowledged the one below.
UNACKNOWLEDGED = "unacknowledged"

_STEPS = """
UPDATE cases_period p SET step_at = g.at FROM unnest(%s::bigint[], %s::timestamptz[]) AS g(id, at) WHERE p.id = g.id
"""
_END = """
UPDATE cases_escalation e SET ended_at = p.ended, remind_at = NULL FROM cases_period p
WHERE p.id = e.period_id AND p.id = ANY(%s) AND e.ended_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Owed:
    """One level that a period owes since an instant, and who is told. `cause`: why it comes before its time; `limit`:
    by when it has to be acknowledged, None: without limit."""

    period: Period
    step: EscalationStep
    on: str
    at: datetime
    reached: Reached
    limit: datetime | None = None
    cause: str | None = None


@dataclass(slots=True)
class Found:
    """What is newly near or late among some periods at an instant, and whose ladder has come to its next level."""

    now: datetime
    near: list[Period] = field(default_factory=list)
    late: list[Period] = field(default_factory=list)
    stepping: list[Period] = field(default_factory=list)

    @property
    def near_keys(self) -> frozenset[int]:
        """Ids of the near ones."""
        return frozenset(period.pk for period in self.near)

    @property
    def late_keys(self) -> frozenset[int]:
        """Ids of the late ones."""
        return frozenset(period.pk for period in self.late)

    @property
    def periods(self) -> list[Period]:
        """Every period that something is recorded about, once each, in order of the due time."""
        each = {period.pk: period for period in [*self.near, *self.late, *self.stepping]}
        return sorted(each.values(), key=lambda period: (period.due is None, period.due, period.pk))


def is_late(period: Period, now: datetime) -> bool:
    """Whether a running period's due time has passed; at the due time itself it has not (clock.md 2)."""
    return period.ended is None and not period.paused and period.due is not None and period.due < now


def is_near(period: Period, now: datetime) -> bool:
    """Whether the policy's share of a running period's target has passed."""
    return period.ended is None and not period.paused and period.near_at is not None and period.near_at <= now


def is_stepping(period: Period, now: datetime) -> bool:
    """Whether the next level of a running period's ladder has come."""
    return period.ended is None and not period.paused and period.step_at is not None and period.step_at <= now


def stands_still(case: Case) -> bool:
    """Whether nothing about a case is told for now: support is suspended, or the case is held."""
    return case.suspended or bool(case.held_reason)


def look(periods: Iterable[Period], now: datetime) -> Found:
    """What the sweeper owes: every period newly near or late at `now`, or at its ladder's next level."""
    found = Found(now)
    for period in periods:
        if is_near(period, now) and period.near_recorded_at is None:
            found.near.append(period)
        if is_late(period, now) and not period.missed:
            found.late.append(period)
        if is_stepping(period, now):
            found.stepping.append(period)
    return found


def record_late(
    case: Case,
    periods: Iterable[Period],
    now: datetime,
    *,
    already: Collection[tuple[str, int]],
    terms: StoredTerms,
    into: list[EntryView] | None = None,
) -> None:
    """What an act on a case owes before and after it: the misses and levels that the sweeper has not seen yet.

    `already`: keys of the misses that the journal holds; a period whose row says missed without one is recorded too.
    `into`: takes the new entries. Nobody is told that something is near by an act: it is being worked on.
    """
    found = Found(now)
    for period in periods:
        key = (period.metric, period.number)
        unseen = period.missed_recorded_at is None and key not in already
        if unseen and (is_late(period, now) or period.missed):
            found.late.append(period)
            if period.near_at is not None and period.near_recorded_at is None:
                found.near.append(period)
        if is_stepping(period, now) and not stands_still(case):
            found.stepping.append(period)
    if found.late or found.stepping:
        written = record(found, {case.pk: case}, terms, Recipients(now))
        if into is not None:
            into.extend(entry for entry in written if entry.kind == MISSED)


def record(found: Found, cases: dict[int, Case], terms: StoredTerms, recipients: Recipients) -> list[EntryView]:
    """Write down what was found: rows, journal, escalations, notices. The caller holds the rows of all `cases`."""
    before = told_about(cases)
    owed = _all_owed(found, cases, before, terms, recipients)
    escalate(owed, cases, found.now)
    written = journal.append_all(_entries(found, cases, owed))
    announce([message_of(each, cases[each.period.case_id]) for each in owed], recipients)
    _mark(found)
    step_on(found.periods, _with(before, owed))
    return written


def _all_owed(
    found: Found, cases: dict[int, Case], told: ToldByCase, terms: StoredTerms, recipients: Recipients
) -> list[Owed]:
    """The levels that are owed, in order: nothing that passed is left out, however long nobody looked."""
    near, late = found.near_keys, found.late_keys
    owed: list[Owed] = []
    seen: set[tuple[int, int]] = set()
    for period in found.periods:
        case, there = cases[period.case_id], {each.told.level for each in told.get(period.case_id, ())
                                              if each.period_id == period.pk}  # fmt: skip
        plan = policy(terms, period.package_key, period.severity, period.metric)
        if plan is None:
            continue
        passed: list[tuple[datetime, EscalationStep]] = []
        for on, keys, at in ((NEAR, near, period.near_at), (MISS, late, period.due)):
            if period.pk in keys and at is not None:
                passed += [(at, step) for step in plan.steps if step.on == on and step.after is None]
        for each in () if stands_still(case) else steps_ahead(period, told):
            step = plan.step(each.level)
            if each.at <= found.now and not period.paused and step is not None:
                passed.append((each.at, step))
        passed.sort(key=lambda one: (one[0], one[1].level))
        for at, step in passed:
            # The age is the case's: of its promises that run side by side only one tells it.
            once = (case.pk if step.on == AGE else -period.pk, step.level)
            if step.level not in there and once not in seen:
                owed.append(owed_level(case, period, step, at, found.now, terms, recipients))
            seen.add(once)
    return owed


def owed_level(
    case: Case,
    period: Period,
    step: EscalationStep,
    at: datetime,
    now: datetime,
    terms: StoredTerms,
    recipients: Recipients,
    cause: str | None = None,
) -> Owed:
    """A level of a period that is told now, since it was owed at `at`: to whom, and by when it is acknowledged.

    The limit counts from now, when people hear of it. Nobody has to acknowledge what is over already.
    """
    plan = policy(terms, period.package_key, period.severity, period.metric)
    reached = recipients.of(
        step.to,
        catch_all=() if plan is None else plan.catch_all,
        assignee_id=case.assignee_id,
        subscriber_id=case.subscriber_id,
    )
    within = step.acknowledge_within if period.ended is None else None
    limit = None if within is None else terms.of(period.package_key).after(now, within)
    return Owed(period, step, step.on, at, reached, limit, cause)


def escalate(owed: Sequence[Owed], cases: dict[int, Case], now: datetime) -> None:
    """Write the rows of some levels.

    That none of them was told before is known from reading, which is safe: whoever writes an escalation of a case
    holds the case's row. The constraint is the net.
    """
    insert_all(
        [
            Escalation(
                case_id=each.period.case_id,
                subscriber_id=each.period.subscriber_id,
                period_id=each.period.pk,
                level=each.step.level,
                trigger=trigger_of(each.on),
                at=each.at,
                recorded_at=now,
                told=told_data(each),
                acknowledge_by=each.limit,
                remind_at=each.limit,
                ended_at=each.period.ended,
            )
            for each in owed
        ]
    )


def told_data(each: Owed) -> dict[str, Any]:
    """Who is told of a level: recipients and people; whether the catch-all stands in, and for which gaps."""
    reached = each.reached
    data: dict[str, Any] = {"roles": list(each.step.to), "people": list(reached.people)}
    if reached.caught:
        data["catch_all"] = True
    if reached.gaps:
        data["gaps"] = list(reached.gaps)
    return data


def message_of(each: Owed, case: Case) -> Message:
    """The notice about a level."""
    return Message(
        case, each.period, each.step.level, each.on, each.at, each.reached.people, each.step.to,
        acknowledge_by=each.limit,
    )  # fmt: skip


def _entries(found: Found, cases: dict[int, Case], owed: Sequence[Owed]) -> list[NewEntry]:
    """The facts, case by case, in the order in which they came: who was told, and the miss before who heard of it."""
    by_period: dict[int, list[Owed]] = {}
    for each in owed:
        by_period.setdefault(each.period.pk, []).append(each)
    late = found.late_keys
    entries: list[NewEntry] = []
    for period in found.periods:
        case, mine = cases[period.case_id], by_period.get(period.pk, [])
        due = period.due if period.pk in late else None
        before = [each for each in mine if due is not None and (each.at < due or each.on == NEAR)]
        entries += [told_entry(case, each, found.now) for each in before]
        if due is not None:
            entries.append(_fact(case, MISSED, due, {**names(period), "found_at": found.now.isoformat()}))
        entries += [told_entry(case, each, found.now) for each in mine if each not in before]
    return entries


def names(period: Period) -> dict[str, Any]:
    """How an entry refers to a period."""
    return {"metric": period.metric, "number": period.number}


def told_entry(case: Case, each: Owed, now: datetime) -> NewEntry:
    """The fact that a level was told."""
    return _fact(
        case,
        TOLD,
        each.at,
        {
            **names(each.period),
            "level": each.step.level,
            "trigger": trigger_of(each.on),
            "found_at": now.isoformat(),
            **told_data(each),
            **({} if each.limit is None else {"acknowledge_by": each.limit.isoformat()}),
            **({} if each.cause is None else {"cause": each.cause}),
        },
    )


def _fact(case: Case, kind: str, at: datetime, data: dict[str, Any]) -> NewEntry:
    return NewEntry(("case", case.pk), kind, data, SYSTEM, at, case.subscriber_id)


def _with(told: ToldByCase, owed: Sequence[Owed]) -> ToldByCase:
    """What was told, and now these levels too."""
    after = {case_id: list(rows) for case_id, rows in told.items()}
    for each in owed:
        row = ToldRow(each.period.pk, Told(each.step.level, each.on, each.at))
        after.setdefault(each.period.case_id, []).append(row)
    return after


def step_on(periods: Iterable[Period], told: ToldByCase) -> None:
    """Set when the next level of each ladder comes, in one statement for all that changed."""
    changed = []
    for period in periods:
        following = step_ahead(period, told)
        if following != period.step_at:
            period.step_at = following
            changed.append(period)
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(_STEPS, [[period.pk for period in changed], [period.step_at for period in changed]])


def end_with(periods: Iterable[Period]) -> None:
    """End the open escalations of periods that have ended: nothing is owed any more, so nobody is told again."""
    ended = [period.pk for period in periods if period.ended is not None]
    if ended:
        with connection.cursor() as cursor:
            cursor.execute(_END, [ended])


def _mark(found: Found) -> None:
    """Mark the rows, in one statement each; the values in memory follow."""
    for period in found.near:
        period.near_recorded_at = found.now
    for period in found.late:
        period.missed, period.missed_recorded_at = True, found.now
    if found.near:
        Period.objects.filter(pk__in=[p.pk for p in found.near]).update(near_recorded_at=found.now)
    if found.late:
        Period.objects.filter(pk__in=[p.pk for p in found.late]).update(missed=True, missed_recorded_at=found.now)
