"""A programme's promises as the clock asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from garant.core.calendars import Calendar
from garant.core.instants import Span
from garant.core.programmes.programme import Programme
from garant.core.programmes.regions import DEFAULT
from garant.core.programmes.targets import Cell, overlaid
from garant.core.programmes.values import Wait
from garant.core.targets import Rule, Target

#: Where a wait in hours or days counts when it names no calendar.
_ELAPSED = {"minutes": 60, "elapsed_hours": 3_600, "days": 86_400}


@dataclass(frozen=True, eq=False)
class ProgrammeTerms:
    """The terms of one contract: a programme in a region, with what the contract adds.

    `calendars`: versions of calendars that replace the programme's, by code. `customer_zone`: decides the calendars
    that follow the customer. `add_ons`: codes. `overrides`: the contract's own targets by (severity, metric).
    `on_request`: the case has asked for the calendar that its target offers on request (24x7). `language`: the one the
    case is served in, where the programme gives a language hours of its own. `environment`: where the case occurred.
    `untargeted`: the case is of a kind that no response target applies to.
    """

    programme: Programme
    region: str = DEFAULT
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    customer_zone: str | None = None
    add_ons: tuple[str, ...] = ()
    overrides: Mapping[tuple[str, str], Target] = field(default_factory=dict)
    on_request: bool = False
    language: str | None = None
    environment: str | None = None
    untargeted: bool = False
    _rules: dict[tuple[str, str, str], Rule | None] = field(default_factory=dict, repr=False)

    def rule(self, package: str, severity: str, metric: str) -> Rule | None:
        """The rule of a cell, or None when it is empty. Raises KeyError for an unknown package or severity."""
        key = (package, severity, metric)
        if key not in self._rules:
            self.programme.package(package)
            self.programme.severity(severity)
            target = self.target(package, severity, metric)
            self._rules[key] = None if target is None else self._resolved(package, target)
        return self._rules[key]

    def target(self, package: str, severity: str, metric: str) -> Target | None:
        """The target by precedence: each layer that stands higher changes what the ones below it say."""
        if self.untargeted or self.environment in self.programme.package(package).without_targets:
            return None
        cell = self.programme.cell(package, self.region, severity, metric)
        override = self.overrides.get((severity, metric))
        if cell is None and override is None:
            return None
        order = self.programme.precedence
        if cell is not None and "add_on" in order:
            for add_on in self.programme.add_ons:
                if add_on.code in self.add_ons:
                    cell = overlaid(cell, add_on)
        cell = self._spoken(cell, package)
        if override is not None and "contract" in order:
            cell = replace(cell, target=override) if cell else Cell(override)
        return None if cell is None else self._asked(cell)

    def _spoken(self, cell: Cell | None, package: str) -> Cell | None:
        """The cell on the hours of the case's language, where that has some of its own (rule 29)."""
        own = self.programme.coverage.language(self.language, package) if self.language is not None else None
        return cell if cell is None or own is None else overlaid(cell, own)

    def _asked(self, cell: Cell) -> Target:
        if self.on_request and cell.on_request is not None:
            return replace(cell.target, calendar=cell.on_request, unit=elapsed_unit(cell.target.unit))
        return cell.target

    def _resolved(self, package: str, target: Target) -> Rule | None:
        start = target.start_calendar
        return Rule.of(
            package, self.region, target, self.calendar(target.calendar), self.calendar(start) if start else None
        )

    def calendar(self, code: str) -> Calendar:
        """The calendar of that code under these terms. Raises KeyError."""
        return self.calendars.get(code) or self.programme.calendar(code, self.customer_zone)

    def more_severe(self, a: str, b: str) -> bool:
        """Whether `a` is more severe than `b`; False for equals."""
        return self.programme.more_severe(a, b)

    def proposal_lapses(self, package: str, severity: str, at: datetime) -> datetime | None:
        """When a proposal made at `at` lapses with the severity unchanged; None: never."""
        lapse = self.programme.severity_change.lapse
        return None if lapse is None else self.after(at, lapse)

    def after(self, at: datetime, wait: Wait, pauses: Sequence[Span] = ()) -> datetime:
        """The instant at which a wait that began at `at` is over; what lies in `pauses` does not count."""
        if wait.calendar is None:
            return _later(at, seconds(wait.amount * _ELAPSED[wait.unit]), pauses)
        calendar = self.calendar(self.regional(wait.calendar))
        if wait.unit == "business_days":
            return calendar.advance(at, calendar.business_day * int(wait.amount), pauses)
        return calendar.advance(at, seconds(wait.amount * _ELAPSED.get(wait.unit, 3_600)), pauses)

    def regional(self, code: str) -> str:
        """The calendar that stands for a calendar of the programme in the region of these terms."""
        region = self.programme.regions[self.region]
        return region.calendars.get(code, region.calendars.get("*", code))


def _later(at: datetime, duration: timedelta, pauses: Sequence[Span]) -> datetime:
    """`at` and a duration of real time outside the pauses."""
    end = at + duration
    for begin, over in sorted(pauses):
        if over > at and begin < end:
            end += over - max(begin, at)
    return end


def seconds(number: Decimal) -> timedelta:
    """A number of seconds as a duration, without passing through a float."""
    return timedelta(microseconds=int(number * 1_000_000))


def elapsed_unit(unit: str) -> str:
    """The unit of a target moved to 24x7: hours stay hours."""
    return "elapsed_hours" if unit == "business_hours" else unit
