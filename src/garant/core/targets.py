"""Targets: what a package promises for a severity and a metric, in which unit on whose hours (rules 1-4, 43, 47)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from garant.core.calendars import Calendar, CalendarError
from garant.core.instants import Span, instant, merged_spans, micros

__all__ = [
    "EFFECTS",
    "READINGS",
    "UNITS",
    "EffectTerms",
    "ProposalTerms",
    "Rule",
    "Target",
    "TargetError",
    "Terms",
    "target_duration",
]

#: Units that a target may be given in. N per day or week is one each Nth part of the calendar's day or week.
UNITS = ("minutes", "elapsed_hours", "business_hours", "business_days", "per_day", "per_week", "as_agreed")
#: What a severity change may do to a running period (rule 10); ours are min when raised and max when lowered.
EFFECTS = ("min", "max", "restart", "rebase", "keep")
#: How "N business days" reads: N x the day's hours, or the same wall time N business days later (rule 43).
READINGS = ("business_time", "wall_time")


class TargetError(ValueError):
    """A target that can't be counted as entered; says what is wrong and the way out."""


@dataclass(frozen=True, slots=True)
class Target:
    """One cell of the matrix. `amount` None is no promise (clock.md 16). `calendar` and `start_calendar` are codes:
    what counts, and where it differs, when counting may start (clock.md 21). `grade` is goal, objective or
    agreement."""

    severity: str
    metric: str
    amount: Decimal | None
    unit: str
    calendar: str
    start_calendar: str | None = None
    grade: str = "goal"
    reading: str = "business_time"


def target_duration(target: Target, calendar: Calendar) -> timedelta | None:
    """The counted time that a target asks for on its calendar; None for no promise.

    Raises TargetError for a target of zero or less, an unknown unit or reading, or a fraction of a wall-time day.
    """
    if target.unit not in UNITS:
        raise TargetError(f"unknown unit {target.unit!r}: the units are {', '.join(UNITS)}")
    if target.reading not in READINGS:
        raise TargetError(f"unknown reading {target.reading!r}: the readings are {', '.join(READINGS)}")
    if target.amount is None:
        return None
    if not target.amount.is_finite() or target.amount <= 0:
        raise TargetError(f"a target is more than zero, not {target.amount}; leave the cell empty for no promise")
    if target.reading == "wall_time" and (target.unit != "business_days" or target.amount % 1):
        raise TargetError("the reading wall_time is for whole business_days only; use business_time")
    return _counted(target.amount, target.unit, calendar)


def _counted(amount: Decimal, unit: str, calendar: Calendar) -> timedelta:
    if unit == "minutes":
        return _exactly(amount * 60)
    if unit == "business_days":
        return _exactly(amount * _seconds(calendar.business_day))
    if unit == "per_day":
        return _exactly(_seconds(calendar.business_day) / amount)
    if unit == "per_week":
        return _exactly(_seconds(_week(calendar)) / amount)
    return _exactly(amount * 3600)


def _exactly(seconds: Decimal) -> timedelta:
    """Seconds as a duration of whole microseconds, never through a float."""
    return timedelta(microseconds=int((seconds * 1_000_000).to_integral_value()))


def _seconds(duration: timedelta) -> Decimal:
    return Decimal(duration.days * 86_400 + duration.seconds)


def _week(calendar: Calendar) -> timedelta:
    open_time = sum(end - start for day in calendar.versions[-1].weekly for start, end in day)
    if not open_time:
        raise CalendarError(f"calendar {calendar.code}: its week has no fixed length; give the target in hours")
    return timedelta(seconds=open_time)


@dataclass(frozen=True)
class Rule:
    """A target resolved and ready to count: of which package and region, how long, on which hours.

    `package` is the key that the case's events carry. `duration` is the counted time; for the reading wall_time the
    due time follows from the dates instead, and `duration` is what N days come to as business time.
    """

    package: str
    region: str
    target: Target
    duration: timedelta
    calendar: Calendar
    start_calendar: Calendar | None = None

    @classmethod
    def of(
        cls, package: str, region: str, target: Target, calendar: Calendar, start_calendar: Calendar | None = None
    ) -> Rule | None:
        """The rule of a target, or None when its cell is empty. Raises TargetError, CalendarError."""
        duration = target_duration(target, calendar)
        return None if duration is None else cls(package, region, target, duration, calendar, start_calendar)

    def as_known(self, at: datetime) -> Rule:
        """The same rule on its calendars as they were known at an instant."""
        calendar, first = self.calendar.as_known(at), self.start_calendar
        first = first.as_known(at) if first else None
        if calendar is self.calendar and first is self.start_calendar:
            return self
        return Rule(self.package, self.region, self.target, self.duration, calendar, first)

    def edits_between(self, after: datetime, until: datetime) -> tuple[datetime, ...]:
        """When versions of its calendars became known in (after, until]."""
        found = set(self.calendar.edits_between(after, until))
        if self.start_calendar:
            found.update(self.start_calendar.edits_between(after, until))
        return tuple(sorted(found))

    def begin(self, start: datetime, pauses: Sequence[Span] = ()) -> datetime:
        """When counting may begin: `start`, or the first unpaused opening of the start calendar after it."""
        if self.start_calendar is None:
            return start
        at = self.start_calendar.next_open(start)
        for stop, resume in merged_spans(pauses):
            if stop <= micros(at) < resume:
                at = self.start_calendar.next_open(instant(resume))
        return at

    def length(self, begin: datetime) -> timedelta:
        """The counted time from `begin` to due: `duration`, or what the reading wall_time comes to from there."""
        if self.target.reading != "wall_time" or self.target.amount is None:
            return self.duration
        return self.calendar.elapsed(begin, self._same_wall_time(begin, int(self.target.amount)))

    def due(self, start: datetime, pauses: Sequence[Span] = ()) -> datetime:
        """The earliest instant with the whole target behind it, in UTC; it may be closing time (clock.md 2)."""
        begin = self.begin(start, pauses)
        if self.target.reading == "wall_time" and self.target.amount is not None:
            wall = self._same_wall_time(begin, int(self.target.amount))
            if self.calendar.elapsed(begin, wall, pauses) == self.calendar.elapsed(begin, wall):
                return wall
        return self.calendar.advance(begin, self.length(begin), pauses)

    def _same_wall_time(self, begin: datetime, days: int) -> datetime:
        """The wall time of the first open instant, `days` open dates later; on a shorter day its closing."""
        first = self.calendar.next_open(begin)
        wall = first.astimezone(self.calendar.zone_at(first))
        day = wall.date()
        while days:
            day += timedelta(days=1)
            days -= bool(self.calendar.open_on(day))
        moment = wall.replace(year=day.year, month=day.month, day=day.day).astimezone(UTC)
        spans = self.calendar.open_on(day)
        before = [min(end, moment) for start, end in spans if start <= moment]
        return before[-1] if before else spans[0][0]


class Terms(Protocol):
    """What a contract promises, as replay asks it: a snapshot that never changes under a running case."""

    def rule(self, package: str, severity: str, metric: str) -> Rule | None:
        """The rule of a cell, or None when it is empty."""
        ...

    def more_severe(self, a: str, b: str) -> bool:
        """Whether `a` is more severe than `b`; False for equals."""
        ...


class ProposalTerms(Protocol):
    """Terms that also say until when a vendor's proposal may be agreed to; optional, see `clocks.replay`."""

    def proposal_lapses(self, package: str, severity: str, at: datetime) -> datetime | None:
        """When a proposal made at `at` lapses; None: never."""
        ...


class EffectTerms(Protocol):
    """Terms that also say what a severity change does to a running period; optional, see `clocks.replay`."""

    def severity_effect(self, metric: str, raised: bool) -> str:
        """One of EFFECTS: the earlier of old and new from the change, the later of old and new from the start, new
        from the change, new from the start, or the old due time."""
        ...
