"""Opening hours compiled to UTC: sorted spans with prefix sums, grown on demand, searched by bisection."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from garant.core.hours import DAY_SECONDS, CalendarError, CalendarVersion, Crossing, Shift
from garant.core.instants import SECOND, instant, merged, micros
from garant.core.zones import DAY, first_reading, offset, regimes, zone

#: How far `advance` looks before it says that a calendar has no such time: 120 years.
HORIZON = 120 * 366 * DAY
_EARLIEST = -370 * 366 * DAY
_LATEST = 7_000 * 366 * DAY
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_ALWAYS = (((0, DAY_SECONDS),),) * 7
_Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Table:
    """Open spans within [lo, hi). `done[i]` is the open time up to the end of span i; `base[i]` is what an instant in
    span i exceeds the open time before it by, so that `instant - base[i]` is a position and `base[i] + position` an
    instant."""

    lo: int
    hi: int
    starts: list[int]
    ends: list[int]
    done: list[int]
    base: list[int]


class Openings:
    """The open time of a chain of versions. Positions are microseconds of open time since the table's start.

    Growing makes a new table and swaps it in, so that threads may share an object without a lock: at worst two of
    them compute the same hours.
    """

    def __init__(self, versions: tuple[CalendarVersion, ...]) -> None:
        self.versions = versions
        self.table = Table(0, 0, [], [], [], [])

    def advance(self, start: int, length: int) -> int:
        """The earliest instant with `length` of open time since `start` behind it; for 0 the first open instant."""
        table = self.table
        if not table.lo <= start < table.hi:
            table = self.covering(start, start)
        while True:
            starts, index = table.starts, bisect_right(table.starts, start) - 1
            inside = index >= 0 and start < table.ends[index]
            if length:
                done = 0 if index < 0 else start - table.base[index] if inside else table.done[index]
                found = bisect_left(table.done, done + length)
                if found < len(starts):
                    return table.base[found] + done + length
            elif inside:
                return start
            elif index + 1 < len(starts):
                return starts[index + 1]
            table = self._further(table, start)

    def elapsed(self, start: int, end: int) -> int:
        """Open time in [start, end); 0 when `end` is not after `start`."""
        if end <= start:
            return 0
        table = self.table
        if start < table.lo or end > table.hi:
            table = self.covering(start, end)
        return _position(table, end) - _position(table, start)

    def spans(self, start: int, end: int) -> _Spans:
        """The open spans within [start, end), cut to it."""
        table = self.covering(start, end)
        found = []
        for index in range(max(bisect_right(table.starts, start) - 1, 0), len(table.starts)):
            if table.starts[index] >= end:
                break
            span = (max(table.starts[index], start), min(table.ends[index], end))
            if span[0] < span[1]:
                found.append(span)
        return found

    def covering(self, start: int, end: int) -> Table:
        """A table that covers both instants, growing to twice the width when it has to."""
        table = self.table
        if table.lo <= start and end < table.hi:
            return table
        if table.lo == table.hi:
            lo, hi = (start // DAY - 40) * DAY, (end // DAY + 760) * DAY
        else:
            width = table.hi - table.lo
            lo = min(table.lo, (start // DAY - 40) * DAY - (width if start < table.lo else 0))
            hi = max(table.hi, (end // DAY + 40) * DAY + (width if end >= table.hi else 0))
        return self._grown(table, lo, hi)

    def _further(self, table: Table, start: int) -> Table:
        if table.hi - start > HORIZON:
            raise CalendarError(
                "the calendar doesn't open for as long as asked within 120 years: check its hours and the target"
            )
        return self._grown(table, table.lo, table.hi * 2 - table.lo)

    def _grown(self, table: Table, lo: int, hi: int) -> Table:
        if lo < _EARLIEST or hi > _LATEST:
            raise CalendarError("the time lies outside the years 1600 to 8900, for which calendars are kept")
        spans = list(zip(table.starts, table.ends, strict=True))
        if lo < table.lo or table.lo == table.hi:
            spans = self._open(lo, hi)
        else:
            spans = merged([*spans, *self._open(table.hi, hi)])
        self.table = grown = _tabled(spans, lo, hi)
        return grown

    def _open(self, lo: int, hi: int) -> _Spans:
        """Open spans of [lo, hi), each stretch under the version that is in force then."""
        edges = [None if v.in_force_from is None else micros(v.in_force_from) for v in self.versions]
        found: _Spans = []
        for index, version in enumerate(self.versions):
            start = lo if index == 0 else max(lo, edges[index] or lo)
            following = edges[index + 1] if index + 1 < len(edges) else None
            end = hi if following is None else min(hi, following)
            if start < end:
                found.extend(open_spans(version, start, end))
        return merged(found)


@lru_cache(maxsize=512)
def compiled(versions: tuple[CalendarVersion, ...]) -> Openings:
    """The shared compiled hours of equal versions, so that reading a calendar twice doesn't compile it twice."""
    return Openings(versions)


def _tabled(spans: _Spans, lo: int, hi: int) -> Table:
    done, base, total = [], [], 0
    for start, end in spans:
        base.append(start - total)
        total += end - start
        done.append(total)
    return Table(lo, hi, [start for start, _ in spans], [end for _, end in spans], done, base)


def _position(table: Table, at: int) -> int:
    index = bisect_right(table.starts, at) - 1
    if index < 0:
        return 0
    return at - table.base[index] if at < table.ends[index] else table.done[index]


def open_spans(version: CalendarVersion, lo: int, hi: int) -> _Spans:
    """Open spans of one version in [lo, hi): an instant is open iff the zone's wall clock reads a time in a shift.

    Within a stretch of one offset the wall clock runs evenly, so local shifts move to UTC by a plain subtraction; at
    the stretches' edges they are cut. That covers skipped and repeated hours, half hours and days (clock.md 1).
    """
    if version.weekly == _ALWAYS and not version.holidays and not version.exceptions:
        return [(lo, hi)]
    own = _own_days(version)
    where = zone(version.zone)
    found: _Spans = []
    cut: _Spans = []
    for start, end, shift in regimes(where, lo, hi):
        for day in range((start + shift) // DAY - 1, (end + shift - 1) // DAY + 1):
            midnight = day * DAY - shift
            hours = own[day] if day in own else version.weekly[(day + 3) % 7]
            for opening, closing in hours:
                closing = DAY_SECONDS if closing > DAY_SECONDS and day + 1 in own else closing
                found.append((max(start, midnight + opening * SECOND), min(end, midnight + closing * SECOND)))
            if version.crossing and day in own:
                cut.append((max(start, midnight), min(end, midnight + DAY)))
    if version.crossing:
        found.extend(_without(_crossing_spans(version.crossing, lo, hi), merged(cut)))
    return merged(found)


def _own_days(version: CalendarVersion) -> dict[int, tuple[Shift, ...]]:
    """Dates with hours of their own, as days since 1970: special hours win over the holiday (clock.md 12)."""
    days: dict[int, tuple[Shift, ...]] = {day.toordinal() - _EPOCH_DAY: () for day in version.holidays}
    days.update({day.toordinal() - _EPOCH_DAY: shifts for day, shifts in version.exceptions.items()})
    return days


def _crossing_spans(weeks: tuple[Crossing, ...], lo: int, hi: int) -> Iterator[tuple[int, int]]:
    first = (lo // DAY + 3) // 7 - 2
    for week in weeks:
        for number in range(first, (hi // DAY + 3) // 7 + 2):
            monday = number * 7 - 3
            opens = _edge(week.opens.zone, monday + week.opens.day, week.opens.seconds)
            closes = _edge(week.closes.zone, monday + week.closes.day, week.closes.seconds)
            if closes <= opens:
                closes = _edge(week.closes.zone, monday + 7 + week.closes.day, week.closes.seconds)
            yield max(opens, lo), min(closes, hi)


def _edge(name: str, day: int, seconds: int) -> int:
    return first_reading(zone(name), date.fromordinal(day + _EPOCH_DAY), seconds)


def _without(spans: Iterator[tuple[int, int]], cut: _Spans) -> _Spans:
    """Spans less the parts that lie in `cut`, which is in order."""
    left: _Spans = []
    for start, end in merged(spans):
        for lower, upper in cut:
            if lower < end and start < upper:
                left.append((start, lower))
                start = max(start, upper)
        left.append((start, end))
    return merged(left)


def holiday_spans(version: CalendarVersion, lo: int, hi: int) -> list[tuple[int, int, str]]:
    """Stretches of [lo, hi) in which a holiday closes hours that the week would have opened, with its name."""
    where, found = zone(version.zone), []
    first = instant(lo - DAY + min(offset(where, lo), 0)).date()
    last = instant(hi + DAY + max(offset(where, hi), 0)).date()
    for day, name in sorted(version.holidays.items()):
        if not first <= day <= last or day in version.exceptions:
            continue
        number = day.toordinal() - _EPOCH_DAY
        if not (version.weekly[(number + 3) % 7] or version.crossing):
            continue
        for start, end, shift in regimes(where, lo, hi):
            span = (max(start, number * DAY - shift), min(end, (number + 1) * DAY - shift))
            if span[0] < span[1]:
                found.append((*span, name))
    return found
