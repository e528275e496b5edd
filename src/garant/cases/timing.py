"""Periods and the timed columns of a case as a replay of its journal gives them, and the rows brought into line.

One function makes the columns, for the operations that write them and for the verification that compares them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from garant.cases.events import events_of
from garant.cases.ladders import ladder_of, step_ahead, told_about
from garant.cases.models import Case
from garant.cases.models import Period as PeriodRow
from garant.cases.policies import near_share
from garant.contracts.queries import StoredTerms
from garant.core.clocks import CaseClock, Period, replay
from garant.core.escalations import near_at
from garant.core.events import Event
from garant.core.targets import Rule, Terms
from garant.journal.views import EntryView

Key = tuple[str, int]

#: Columns of Period that a replay gives; the rest says what the sweeper did.
PERIOD_COLUMNS = (
    "started",
    "due",
    "near_at",
    "known_at",
    "ended",
    "how",
    "missed",
    "waiting",
    "paused",
    "severity",
    "package_key",
    "rule",
    "ladder",
)
#: Columns of Case that a replay gives.
CASE_COLUMNS = (
    "severity",
    "package_key",
    "state",
    "held_reason",
    "suspended",
    "next_due",
    "next_near",
    "next_metric",
    "resolved_at",
    "closed_at",
)


def replayed(entries: Sequence[EntryView], terms: StoredTerms, as_of: datetime | None = None) -> CaseClock:
    """The clocks that a case's entries give under its terms, at `as_of` (None: at the last event)."""
    return replay(events_of(entries), terms_of(entries, terms), as_of)


@dataclass(frozen=True, slots=True)
class WithoutTargets:
    """Terms for a kind of request that no response target applies to (rule 18): every cell is empty."""

    terms: StoredTerms

    def rule(self, package: str, severity: str, metric: str) -> Rule | None:
        """No promise."""
        return None

    def more_severe(self, a: str, b: str) -> bool:
        """Whether `a` is more severe than `b`; False for equals."""
        return self.terms.more_severe(a, b)

    def proposal_lapses(self, package: str, severity: str, at: datetime) -> datetime | None:
        """When a vendor's proposal made at `at` lapses; None: never."""
        return self.terms.proposal_lapses(package, severity, at)


def terms_of(entries: Sequence[EntryView], terms: StoredTerms) -> Terms:
    """The terms as they hold for the kind of request that a case's first entry names."""
    opened = entries[0].data if entries else {}
    return untargeted(terms, str(opened.get("package", "")), str(opened.get("request_type", "")))


def untargeted(terms: StoredTerms, package_key: str, request_type: str) -> Terms:
    """`terms`, or terms without any promise where the programme says so of this kind of request."""
    if package_key and request_type:
        kinds = terms.programme(package_key).request_types
        if any(kind.code == request_type and not kind.targets for kind in kinds):
            return WithoutTargets(terms)
    return terms


def period_columns(period: Period, events: Sequence[Event], terms: StoredTerms) -> dict[str, Any]:
    """What the row of a period holds, by column."""
    rule = period.rule
    return {
        "started": period.started,
        "due": period.due,
        "near_at": near(period, rule, terms),
        "known_at": period.known,
        "ended": period.ended,
        "how": period.how,
        "missed": period.missed,
        "waiting": period.waiting,
        "paused": period.paused,
        "severity": rule.target.severity,
        "package_key": rule.package,
        "rule": rule_plain(rule),
        "ladder": ladder_of(period, events, terms),
    }


def case_columns(clock: CaseClock, events: Sequence[Event], terms: StoredTerms) -> dict[str, Any]:
    """What the timed columns of the case hold, by column."""
    owed = [p for p in clock.periods if p.ended is None and p.due is not None]
    first = min(owed, key=lambda p: (p.due, p.metric), default=None)
    resolved, closed = _ends(events)
    return {
        "severity": clock.severity,
        "package_key": clock.package,
        "state": clock.state,
        "held_reason": clock.held or "",
        "suspended": clock.suspended,
        "next_due": clock.next_due,
        "next_near": near(first, first.rule, terms) if first else None,
        "next_metric": first.metric if first else "",
        "resolved_at": resolved,
        "closed_at": closed,
    }


def _ends(events: Sequence[Event]) -> tuple[datetime | None, datetime | None]:
    """When the case was resolved and closed, as far as it still is."""
    resolved: datetime | None = None
    closed: datetime | None = None
    for event in events:
        if event.kind == "resolve":
            resolved = event.at
        elif event.kind == "close":
            closed = event.at
        elif event.kind == "reopen":
            resolved = closed = None
    return resolved, closed


def rule_plain(rule: Rule) -> dict[str, Any]:
    """The target as plain data: what was promised, for reports and for readers of the database."""
    target = rule.target
    return {
        "amount": None if target.amount is None else str(target.amount),
        "unit": target.unit,
        "calendar": target.calendar,
        "start_calendar": target.start_calendar,
        "grade": target.grade,
        "reading": target.reading,
        "region": rule.region,
        "seconds": int(rule.duration.total_seconds()),
    }


def near(period: Period, rule: Rule, terms: StoredTerms) -> datetime | None:
    """When the policy's share of the target has passed; None when nothing is owed or the policy names no share."""
    share = near_share(terms, rule.package, rule.target.severity, period.metric)
    return None if share is None else near_at(period, share)


def behind(rows: Iterable[PeriodRow], terms: StoredTerms, now: datetime) -> list[PeriodRow]:
    """The running periods whose calendar was edited since their due time was last worked out."""
    found = []
    for row in rows:
        rule = terms.rule(row.package_key, row.severity, row.metric) if row.ended is None else None
        if rule is not None and row.known_at is not None and rule.edits_between(row.known_at, now):
            found.append(row)
    return found


def bring_into_line(
    case: Case, rows: Mapping[Key, PeriodRow], clock: CaseClock, events: Sequence[Event], terms: StoredTerms
) -> dict[Key, PeriodRow]:
    """Write the differences between the stored rows and the replayed clocks; returns all rows as they are now.

    The caller holds the case's row. The case itself is changed in memory only: its act saves it once.
    """
    found: dict[Key, PeriodRow] = {}
    new: list[PeriodRow] = []
    changed: list[PeriodRow] = []
    for period in clock.periods:
        columns = period_columns(period, events, terms)
        row = rows.get(period.key)
        if row is None:
            row = PeriodRow(
                case=case, subscriber_id=case.subscriber_id, metric=period.metric, number=period.number, **columns
            )
            new.append(row)
        elif _assign(row, columns):
            changed.append(row)
        found[period.key] = row
    told = told_about([case.pk]) if rows and any(row.ladder for row in (*new, *changed)) else {}
    for row in (*new, *changed):
        row.step_at = step_ahead(row, told)
    PeriodRow.objects.bulk_create(new)
    for row in changed:
        row.save(update_fields=(*PERIOD_COLUMNS, "step_at"))
    _assign(case, case_columns(clock, events, terms))
    return found


def _assign(row: Any, columns: Mapping[str, Any]) -> bool:
    """Set what differs; whether anything did."""
    different = [name for name, value in columns.items() if getattr(row, name) != value]
    for name in different:
        setattr(row, name, columns[name])
    return bool(different)
