"""Scalar due time and elapsed time on office hours, against businesstimedelta and pandas' CustomBusinessHour.

Everybody counts 07:00-18:00 America/Denver, Monday to Friday, less six holidays, on the same aware instants. A reply
that differs from Garant's stops the bench, except where a peer's convention differs (pandas moves a due time at closing
to the next opening); how many were compared is in the notes. Instants lie on full hours, since pandas can only list
hours, and none at closing, which pandas takes for open.
"""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

import businesstimedelta
import pandas
import pytz

from bench.measuring import System, Table, interleaved
from garant.core.calendars import Calendar

ZONE = "America/Denver"
DENVER = ZoneInfo(ZONE)
HOLIDAYS = [
    date(2026, 1, 1),
    date(2026, 5, 25),
    date(2026, 7, 3),
    date(2026, 9, 7),
    date(2026, 11, 26),
    date(2026, 12, 25),
]
#: Inputs per round: slower systems get fewer, so that a round takes about as long for each.
OURS, PEERS = 4_000, 100
Ask = tuple[datetime, datetime]


def run() -> Table:
    """Due times of 8 and 72 hours from a random hour; elapsed time between two random hours within three weeks."""
    asks = questions(OURS)
    table = Table("Clock, one instant at a time")
    makers = [
        ("Garant", "garant", garant, OURS),
        ("bisect on a list", "floor", bisection, OURS),
        ("pandas", "peer", with_pandas, PEERS),
        ("businesstimedelta", "peer", with_businesstimedelta, PEERS),
    ]
    for operation, hours, place in (("due, 8 h", 8, 0), ("due, 72 h", 72, 0), ("elapsed", 8, 1)):
        systems = [(name, role, make(hours)[place], count) for name, role, make, count in makers]
        table.rows += interleaved(
            operation, [System(name, role, _loop(ask, asks[:count]), count) for name, role, ask, count in systems]
        )
        for name, _, ask, count in systems[1:]:
            said = _agreement(systems[0][2], ask, asks[:count], may_roll=place == 0)
            table.notes.append(f"{operation}: {name} {said}")
    table.notes.append("elapsed in pandas is the length of a date_range: whole hours only, as asked here")
    return table


def questions(count: int) -> list[Ask]:
    """Aware instants in Denver during 2026, on full hours, each with a later one; always the same."""
    chance = random.Random(498)
    first = datetime(2026, 1, 5, tzinfo=DENVER)
    found = []
    while len(found) < count:
        start = first + timedelta(hours=chance.randrange(320 * 24))
        if start.hour != 18:
            found.append((start, start + timedelta(hours=chance.randrange(1, 21 * 24))))
    return found


Pair = tuple[Callable[[datetime, datetime], datetime], Callable[[datetime, datetime], timedelta]]


def garant(hours: int) -> Pair:
    """The law's calendar."""
    week = {day: [["07:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    holidays = [day.isoformat() for day in HOLIDAYS]
    calendar = Calendar.from_plain("office", {"timezone": ZONE, "weekly": week, "holidays": holidays})
    target = timedelta(hours=hours)
    return lambda start, _: calendar.advance(start, target), calendar.elapsed


def bisection(hours: int) -> Pair:
    """The least it can cost in Python: a ready list of open spans of the year, a prefix sum and a bisection."""
    spans = []
    for number in range(730):
        day = date(2025, 12, 1) + timedelta(days=number)
        if day.weekday() < 5 and day not in HOLIDAYS:
            spans.append(tuple(datetime.combine(day, time(hour), DENVER).timestamp() for hour in (7, 18)))
    starts = [start for start, _ in spans]
    done = list(accumulate(end - start for start, end in spans))
    total = hours * 3600

    def position(at: float) -> float:
        index = bisect_right(starts, at) - 1
        return done[index] - max(0.0, spans[index][1] - at)

    def due(start: datetime, _: datetime) -> datetime:
        wanted = position(start.timestamp()) + total
        index = bisect_left(done, wanted)
        return datetime.fromtimestamp(spans[index][1] - (done[index] - wanted), UTC)

    def elapsed(start: datetime, end: datetime) -> timedelta:
        return timedelta(seconds=position(end.timestamp()) - position(start.timestamp()))

    return due, elapsed


def with_pandas(hours: int) -> Pair:
    """pandas' business hours; its due time is added to a Timestamp in Denver."""
    one = pandas.offsets.CustomBusinessHour(start="07:00", end="18:00", holidays=HOLIDAYS)
    target = one * hours

    def due(start: datetime, _: datetime) -> datetime:
        return pandas.Timestamp(start) + target

    def elapsed(start: datetime, end: datetime) -> timedelta:
        return timedelta(hours=len(pandas.date_range(start, end, freq=one, inclusive="left")))

    return due, elapsed


def with_businesstimedelta(hours: int) -> Pair:
    """businesstimedelta's rules with holidays."""
    zone = pytz.timezone(ZONE)
    work = businesstimedelta.WorkDayRule(start_time=time(7), end_time=time(18), working_days=[0, 1, 2, 3, 4], tz=zone)
    off = businesstimedelta.HolidayRule(dict.fromkeys(HOLIDAYS, "holiday"), tz=zone)
    both = businesstimedelta.Rules([work, off])
    target = businesstimedelta.BusinessTimeDelta(both, hours=hours)

    def elapsed(start: datetime, end: datetime) -> timedelta:
        return both.difference(start, end).timedelta

    return lambda start, _: start + target, elapsed


def _loop(ask: Callable[..., object], asks: Sequence[Ask]) -> Callable[[], None]:
    def act() -> None:
        for start, end in asks:
            ask(start, end)

    return act


def _agreement(
    ours: Callable[..., object], theirs: Callable[..., object], asks: Sequence[Ask], *, may_roll: bool
) -> str:
    """Compare every reply. Raises AssertionError for one that differs without a known convention behind it."""
    differ = 0
    for start, end in asks:
        mine, other = ours(start, end), theirs(start, end)
        if mine == other:
            continue
        if not may_roll or not _rolled(mine, other):
            raise AssertionError(f"{start} {end}: Garant {mine}, other {other}")
        differ += 1
    return f"agrees on {len(asks) - differ} of {len(asks)} replies" + (
        f"; {differ} due at closing it moves to the next opening" if differ else ""
    )


def _rolled(mine: object, other: object) -> bool:
    """Whether ours is a closing time and the other the opening after it."""
    assert isinstance(mine, datetime)
    assert isinstance(other, datetime)
    ours, theirs = mine.astimezone(DENVER), other.astimezone(DENVER)
    return (ours.hour, ours.minute) == (18, 0) and (theirs.hour, theirs.minute) == (7, 0) and theirs > ours
