"""Calendars: when time counts. Due times, elapsed time and the segments behind them (clock.md 1, 2, 11-13, 17, 21)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from garant.core.hours import (
    DAY_SECONDS,
    CalendarError,
    CalendarVersion,
    Crossing,
    Edge,
    version_from_plain,
    version_to_plain,
)
from garant.core.instants import EPOCH, SECOND, Span, instant, merged, merged_spans, micros
from garant.core.openings import Openings, compiled, holiday_spans
from garant.core.zones import first_reading, zone

__all__ = ["Calendar", "CalendarError", "CalendarVersion", "Crossing", "Edge", "Segment"]

_Piece = tuple[int, int, str, str | None]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of an explanation. `kind` is counted, closed, holiday or paused; `counted` is zero except for the
    first; `name` is the holiday's name, or None."""

    kind: str
    start: datetime
    end: datetime
    counted: timedelta
    name: str | None = None


@dataclass(frozen=True)
class Calendar:
    """Hours under a code, in one or more versions; each holds from its `in_force_from` until the next one's.

    `business_day_hours` is the length of a business day (rule 43); None: the one length that its open days share.
    Safe to share between threads.
    """

    code: str
    versions: tuple[CalendarVersion, ...]
    business_day_hours: Decimal | None = None
    _hours: Openings = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Put the versions in order of their coming into force."""
        if not self.versions:
            raise CalendarError(f"calendar {self.code}: it has no version; give it hours")
        if self.business_day_hours is not None and not 0 < self.business_day_hours <= 24:
            raise CalendarError(f"calendar {self.code}: business_day_hours lies above 0 and at most at 24")
        ordered = tuple(sorted(self.versions, key=lambda version: version.in_force_from or _FIRST))
        object.__setattr__(self, "versions", ordered)
        object.__setattr__(self, "_hours", compiled(ordered))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the values and compile again on the other side."""
        return (Calendar, (self.code, self.versions, self.business_day_hours))

    @classmethod
    def from_plain(cls, code: str, plain: Mapping[str, Any]) -> Calendar:
        """Read the form of the clock vectors, or {"versions": [...]} with one such form each.

        Raises CalendarError with what is wrong and the way out; its text names the calendar.
        """
        try:
            several = plain.get("versions") if isinstance(plain, Mapping) else None
            if several is not None and not (isinstance(several, list | tuple) and several):
                raise CalendarError("versions is a list with at least one version")
            versions = tuple(version_from_plain(item) for item in (several or [plain]))
            return cls(code, versions, _day_hours(plain.get("business_day_hours")))
        except CalendarError as wrong:
            text = str(wrong)
            raise CalendarError(text if text.startswith("calendar ") else f"calendar {code}: {text}") from None

    def to_plain(self) -> dict[str, Any]:
        """The same as plain data; `from_plain` reads it back to an equal calendar."""
        plain: dict[str, Any] = (
            version_to_plain(self.versions[0])
            if len(self.versions) == 1
            else {"versions": [version_to_plain(version) for version in self.versions]}
        )
        if self.business_day_hours is not None:
            plain["business_day_hours"] = str(self.business_day_hours)
        return plain

    def advance(self, start: datetime, duration: timedelta, pauses: Sequence[Span] = ()) -> datetime:
        """The earliest instant (in UTC) with the whole duration of open, unpaused time since `start` behind it.

        It may be closing time. For a duration of zero it is the first open instant, paused or not: a pause takes
        counted time away, and nothing is counted here. Raises CalendarError for a negative duration, and when the
        calendar doesn't open for long enough within 120 years.
        """
        since = start - EPOCH
        at = (since.days * DAY_SECONDS + since.seconds) * SECOND + since.microseconds
        length = (duration.days * DAY_SECONDS + duration.seconds) * SECOND + duration.microseconds
        if length < 0:
            raise CalendarError(f"calendar {self.code}: a duration can't be negative")
        if not pauses or not length:
            return EPOCH + timedelta(0, 0, self._hours.advance(at, length))
        for stop, resume in merged_spans(pauses):
            if resume <= at:
                continue
            before = self._hours.elapsed(at, stop)
            if before >= length:
                break
            length -= before
            at = resume
        return instant(self._hours.advance(at, length))

    def elapsed(self, start: datetime, end: datetime, pauses: Sequence[Span] = ()) -> timedelta:
        """Open, unpaused time in [start, end); zero when `end` is not after `start`."""
        since, until = start - EPOCH, end - EPOCH
        first = (since.days * DAY_SECONDS + since.seconds) * SECOND + since.microseconds
        last = (until.days * DAY_SECONDS + until.seconds) * SECOND + until.microseconds
        total = self._hours.elapsed(first, last)
        for stop, resume in merged_spans(pauses) if pauses else ():
            total -= self._hours.elapsed(max(stop, first), min(resume, last))
        return timedelta(0, 0, total)

    def next_open(self, at: datetime) -> datetime:
        """`at` itself when open then, else the next opening. Raises CalendarError when there is none."""
        return instant(self._hours.advance(micros(at), 0))

    def is_open(self, at: datetime) -> bool:
        """Whether the zone's wall clock reads a time inside a shift at that instant."""
        moment = micros(at)
        return self._hours.elapsed(moment, moment + 1) == 1

    def segments(self, start: datetime, end: datetime, pauses: Sequence[Span] = ()) -> tuple[Segment, ...]:
        """[start, end) cut into counted, closed, holiday and paused stretches without gaps.

        The counted ones sum to `elapsed` of the same arguments.
        """
        first, last = micros(start), micros(end)
        if last <= first:
            return ()
        pieces: list[_Piece] = [(*span, "counted", None) for span in self._hours.spans(first, last)]
        pieces = _filled(pieces, self._holidays(first, last), first, last)
        paused = [(max(a, first), min(b, last), "paused", None) for a, b in merged_spans(pauses)]
        pieces = _overlaid(pieces, [span for span in paused if span[0] < span[1]])
        return tuple(_segment(piece) for piece in pieces)

    def as_known(self, at: datetime) -> Calendar:
        """The calendar as it was known at an instant: without the versions entered later (clock.md 13)."""
        known = tuple(v for v in self.versions if v.known_from is None or v.known_from <= at) or self.versions[:1]
        if len(known) == len(self.versions):
            return self
        return Calendar(self.code, known, self.business_day_hours)

    def edits_between(self, after: datetime, until: datetime) -> tuple[datetime, ...]:
        """The instants in (after, until] at which a version of it became known, in order."""
        found = {v.known_from for v in self.versions if v.known_from is not None and after < v.known_from <= until}
        return tuple(sorted(found))

    @cached_property
    def always_open(self) -> bool:
        """Whether every instant counts, as in 24x7."""
        return all(
            sum(end - start for start, end in day) == DAY_SECONDS for v in self.versions for day in v.weekly
        ) and not any(v.holidays or v.exceptions for v in self.versions)

    @cached_property
    def business_day(self) -> timedelta:
        """The length of one business day. Raises CalendarError when the open days differ and none is stated."""
        if self.business_day_hours is not None:
            return timedelta(seconds=float(self.business_day_hours * 3600))
        lengths = Counter(sum(end - start for start, end in day) for day in self.versions[-1].weekly if day)
        if len(lengths) != 1:
            raise CalendarError(f"calendar {self.code}: its days differ in length; state business_day_hours")
        return timedelta(seconds=next(iter(lengths)))

    def in_force(self, at: datetime) -> CalendarVersion:
        """The version whose hours hold at an instant."""
        held = [v for v in self.versions[1:] if v.in_force_from is not None and v.in_force_from <= at]
        return held[-1] if held else self.versions[0]

    def zone_at(self, at: datetime) -> tzinfo:
        """The zone whose wall clock the calendar reads at an instant."""
        return zone(self.in_force(at).zone)

    def open_on(self, day: date) -> tuple[Span, ...]:
        """The open spans, in UTC, of one date on the calendar's wall; empty when it is closed all day."""
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        where = self.in_force(noon).zone
        first = first_reading(zone(where), day, 0)
        last = first_reading(zone(where), day + timedelta(days=1), 0)
        return tuple((instant(a), instant(b)) for a, b in self._hours.spans(first, last))

    def _holidays(self, first: int, last: int) -> list[_Piece]:
        found: list[_Piece] = []
        for index, version in enumerate(self.versions):
            begins = micros(version.in_force_from) if index and version.in_force_from else first
            following = self.versions[index + 1].in_force_from if index + 1 < len(self.versions) else None
            lo, hi = max(first, begins), last if following is None else min(last, micros(following))
            if lo < hi:
                found.extend((a, b, "holiday", name or None) for a, b, name in holiday_spans(version, lo, hi))
        return found


_FIRST = EPOCH - timedelta(days=365_000)
_NUMBER = re.compile(r"^\d+(\.\d+)?$")


def _day_hours(value: Any) -> Decimal | None:
    if value is None:
        return None
    try:
        if isinstance(value, bool) or not _NUMBER.match(str(value)):
            raise InvalidOperation
        return Decimal(str(value))
    except InvalidOperation:
        raise CalendarError(f"business_day_hours is a number of hours, not {value!r}") from None


def _filled(counted: list[_Piece], holidays: list[_Piece], first: int, last: int) -> list[_Piece]:
    """Counted pieces with the gaps between them filled by holidays and closed time."""
    pieces = _overlaid([(first, last, "closed", None)], holidays)
    return _overlaid(pieces, counted)


def _overlaid(under: list[_Piece], over: list[_Piece]) -> list[_Piece]:
    """The pieces of `over`, and those of `under` where `over` has none; in order, equal neighbours kept apart only
    when they count."""
    free = merged((a, b) for a, b, _, _ in over)
    left: list[_Piece] = []
    for start, end, kind, name in under:
        for lower, upper in free:
            if lower < end and start < upper:
                if start < lower:
                    left.append((start, lower, kind, name))
                start = upper
        if start < end:
            left.append((start, end, kind, name))
    return sorted([*left, *over])


def _segment(piece: _Piece) -> Segment:
    start, end, kind, name = piece
    counted = timedelta(0, 0, end - start) if kind == "counted" else timedelta(0)
    return Segment(kind, instant(start), instant(end), counted, name)
