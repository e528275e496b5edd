"""The ladder of a period as it is stored: the levels that come later by themselves, and when the next one does.

What comes at once (near, missed) has its instant in the period's own columns. What comes after a wait, or on the
case's age, stands in `Period.ladder`, worked out whenever the case's clocks are; `Period.step_at` is the next of it,
so that the sweeper finds what is due by an index and reads nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from garant.cases.models import Escalation, Period
from garant.cases.policies import policy
from garant.contracts.queries import StoredTerms
from garant.core.clocks import Period as ClockPeriod
from garant.core.escalations import AGE, MISS, Planned, Told, ahead, planned
from garant.core.events import Event
from garant.core.instants import parse_instant

#: What a trigger of the policy is called in the table of escalations, and back.
TRIGGERS = {MISS: "missed"}
_WORDS = {stored: on for on, stored in TRIGGERS.items()}
_OPENED = ("opened", "reopen")


def trigger_of(on: str) -> str:
    """How a trigger of the policy is stored."""
    return TRIGGERS.get(on, on)


def on_of(trigger: str) -> str:
    """The trigger of the policy that a stored one stands for."""
    return _WORDS.get(trigger, trigger)


@dataclass(frozen=True, slots=True)
class ToldRow:
    """A level that was told about a period, as far as the ladders of its case need it."""

    period_id: int
    told: Told


#: The levels told about some cases, by case.
ToldByCase = dict[int, list[ToldRow]]


def told_about(case_ids: Collection[int]) -> dict[int, list[ToldRow]]:
    """The levels told about some cases, in one statement."""
    rows = Escalation.objects.filter(case_id__in=case_ids).order_by("pk")
    columns = rows.values_list("case_id", "period_id", "level", "trigger", "at", "ended_by_id")
    found: dict[int, list[ToldRow]] = {}
    for case_id, period_id, level, trigger, at, ended_by in columns:
        one = Told(level, on_of(trigger), at, stopped=ended_by is not None)
        found.setdefault(case_id, []).append(ToldRow(period_id, one))
    return found


def ladder_of(period: ClockPeriod, events: Sequence[Event], terms: StoredTerms) -> list[dict[str, Any]]:
    """What the column `ladder` of a period holds; empty once it has ended, and where nobody is told."""
    if period.ended is not None:
        return []
    rule = period.rule
    found = policy(terms, rule.package, rule.target.severity, period.metric)
    if found is None or not any(step.after for step in found.steps):
        return []
    opened = max((e.at for e in events if e.kind in _OPENED and e.at <= period.started), default=period.started)
    later = {step.level for step in found.steps if step.after is not None}
    counted = terms.of(rule.package).after
    return [_plain(each) for each in planned(period, found, opened, counted) if each.level in later]


def _plain(each: Planned) -> dict[str, Any]:
    since = {} if each.since is None else {"since": each.since.isoformat()}
    return {"level": each.level, "on": each.on, "at": each.at.isoformat(), **since}


def read(ladder: Iterable[Mapping[str, Any]] | None) -> list[Planned]:
    """The levels of a stored ladder."""
    return [
        Planned(
            each["level"],
            each["on"],
            parse_instant(each["at"]),
            parse_instant(each["since"]) if "since" in each else None,
        )
        for each in ladder or ()
    ]


def steps_ahead(period: Period, told: ToldByCase) -> list[Planned]:
    """The levels of a period's ladder that are still to come, in order; `told` holds those of its case."""
    if period.ended is not None or not period.ladder:
        return []
    of_case = told.get(period.case_id, ())
    own = [row.told for row in of_case if row.period_id == period.pk]
    return ahead(read(period.ladder), own, [row.told for row in of_case if row.told.on == AGE])


def step_ahead(period: Period, told: ToldByCase) -> datetime | None:
    """When the next level of a period's ladder comes; None when none is ahead."""
    return min((each.at for each in steps_ahead(period, told)), default=None)
