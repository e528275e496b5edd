"""What is near or late: recorded once, with its true instant, and told once per level.

The sweeper and every act on a case come here, always with the cases' rows locked. So a miss has one place in the
order of what happened, whether the sweeper or a late answer found it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from garant.cases.events import MISSED, TOLD
from garant.cases.models import Case, Escalation, Period
from garant.cases.policies import Recipients, steps
from garant.contracts.queries import StoredTerms
from garant.core.people import SYSTEM
from garant.core.programmes import EscalationStep
from garant.journal import operations as journal
from garant.journal.operations_notices import NewNotice, put_notices
from garant.journal.views import EntryView, NewEntry
from garant.kit.rows import insert_all

NEAR, MISS = "near", "miss"
#: What a trigger of the policy is called in the table of escalations.
TRIGGERS = {NEAR: "near", MISS: "missed"}


@dataclass(frozen=True, slots=True)
class Owed:
    """One level that a period owes since an instant, and who is told."""

    period: Period
    step: EscalationStep
    on: str
    at: datetime
    people: Sequence[int]


@dataclass(slots=True)
class Found:
    """What is newly near or late among some periods at an instant."""

    now: datetime
    near: list[Period] = field(default_factory=list)
    late: list[Period] = field(default_factory=list)

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
        both = {period.pk: period for period in [*self.near, *self.late]}
        return sorted(both.values(), key=lambda period: (period.due, period.pk))


def is_late(period: Period, now: datetime) -> bool:
    """Whether a running period's due time has passed; at the due time itself it has not (clock.md 2)."""
    return period.ended is None and not period.paused and period.due is not None and period.due < now


def is_near(period: Period, now: datetime) -> bool:
    """Whether the policy's share of a running period's target has passed."""
    return period.ended is None and not period.paused and period.near_at is not None and period.near_at <= now


def look(periods: Iterable[Period], now: datetime) -> Found:
    """What the sweeper owes: every period newly near or late at `now`."""
    found = Found(now)
    for period in periods:
        if is_near(period, now) and period.near_recorded_at is None:
            found.near.append(period)
        if is_late(period, now) and not period.missed:
            found.late.append(period)
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
    """What an act on a case owes before and after it: the misses that the sweeper has not seen yet.

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
    if found.late:
        written = record(found, {case.pk: case}, terms, Recipients())
        if into is not None:
            into.extend(entry for entry in written if entry.kind == MISSED)


def record(found: Found, cases: dict[int, Case], terms: StoredTerms, recipients: Recipients) -> list[EntryView]:
    """Write down what was found: rows, journal, escalations, notices. The caller holds the rows of all `cases`."""
    owed = _all_owed(found, cases, terms, recipients)
    fresh = _escalate(owed, found.now)
    told = [each for each in owed if (each.period.pk, each.step.level) in fresh]
    written = journal.append_all(_entries(found, cases, told))
    put_notices([notice for each in told for notice in _notices(each, cases[each.period.case_id], recipients)])
    _mark(found)
    return written


def _all_owed(found: Found, cases: dict[int, Case], terms: StoredTerms, recipients: Recipients) -> list[Owed]:
    """The levels that are owed, near before missed: nothing that passed is left out, however long nobody looked."""
    near, late = found.near_keys, found.late_keys
    owed: list[Owed] = []
    for period in found.periods:
        assignee = cases[period.case_id].assignee_id
        for on, keys, at in ((NEAR, near, period.near_at), (MISS, late, period.due)):
            if period.pk in keys and at is not None:
                for step in steps(terms, period.package_key, period.severity, period.metric, on):
                    # Nobody to warn is no alarm; nobody to tell of a miss is one.
                    people = recipients.of(step.to, assignee, somebody=on == MISS)
                    owed.append(Owed(period, step, on, at, people))
    return owed


def _escalate(owed: Sequence[Owed], now: datetime) -> frozenset[tuple[int, int]]:
    """Write the escalations; returns (period, level) of those that were not there already.

    Reading first is safe: whoever writes an escalation of a case holds the case's row. The constraint is the net.
    """
    if not owed:
        return frozenset()
    known = Escalation.objects.filter(period__in={each.period.pk for each in owed})
    there = set(known.values_list("period_id", "level"))
    fresh = [each for each in owed if (each.period.pk, each.step.level) not in there]
    insert_all(
        [
            Escalation(
                case_id=each.period.case_id,
                subscriber_id=each.period.subscriber_id,
                period_id=each.period.pk,
                level=each.step.level,
                trigger=TRIGGERS[each.on],
                at=each.at,
                recorded_at=now,
                told={"roles": list(each.step.to), "people": list(each.people)},
            )
            for each in fresh
        ]
    )
    return frozenset((each.period.pk, each.step.level) for each in fresh)


def _entries(found: Found, cases: dict[int, Case], told: Sequence[Owed]) -> list[NewEntry]:
    """The facts, case by case: what was near and told, the miss, then who was told of it."""
    by_period: dict[tuple[int, str], list[Owed]] = {}
    for each in told:
        by_period.setdefault((each.period.pk, each.on), []).append(each)
    late = found.late_keys
    entries: list[NewEntry] = []
    for period in found.periods:
        case = cases[period.case_id]
        entries += [_told(case, each, found.now) for each in by_period.get((period.pk, NEAR), ())]
        if period.pk in late and period.due is not None:
            entries.append(_fact(case, MISSED, period.due, {**_names(period), "found_at": found.now.isoformat()}))
            entries += [_told(case, each, found.now) for each in by_period.get((period.pk, MISS), ())]
    return entries


def _names(period: Period) -> dict[str, Any]:
    return {"metric": period.metric, "number": period.number}


def _told(case: Case, each: Owed, now: datetime) -> NewEntry:
    return _fact(
        case,
        TOLD,
        each.at,
        {
            **_names(each.period),
            "level": each.step.level,
            "trigger": TRIGGERS[each.on],
            "found_at": now.isoformat(),
            "roles": list(each.step.to),
            "people": list(each.people),
        },
    )


def _fact(case: Case, kind: str, at: datetime, data: dict[str, Any]) -> NewEntry:
    return NewEntry(("case", case.pk), kind, data, SYSTEM, at, case.subscriber_id)


def _notices(each: Owed, case: Case, recipients: Recipients) -> Iterable[NewNotice]:
    period = each.period
    for person in each.people:
        yield NewNotice(
            once=f"escalation:{period.pk}:{each.step.level}:{person}",
            kind=f"target_{TRIGGERS[each.on]}",
            person_id=person,
            language=recipients.language(person),
            subject=("case", case.pk),
            subscriber_id=case.subscriber_id,
            data={
                "number": case.number,
                "subject": case.subject,
                "severity": period.severity,
                "metric": period.metric,
                "period": period.number,
                "level": each.step.level,
                "roles": list(each.step.to),
                "due": period.due.isoformat() if period.due else None,
                "at": each.at.isoformat(),
            },
        )


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
