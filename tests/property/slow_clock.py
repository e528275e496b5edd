"""A second clock, written to be obviously right and not fast: it asks each single minute what the wall reads.

It shares no code with the law: plain calendar data, zoneinfo and a loop. Shift edges and instants lie on whole
minutes, and so do the changes of all zones used here, so that a minute is either open or closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE = timedelta(minutes=1)
Pause = tuple[datetime, datetime]


def minute_of(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


class SlowCalendar:
    """The clock-vector form of a calendar, asked minute by minute."""

    def __init__(self, plain: Mapping[str, Any]) -> None:
        self.zone = ZoneInfo(plain["timezone"])
        self.weekly = plain["weekly"]
        self.holidays = set(plain.get("holidays") or [])
        self.exceptions = plain.get("exceptions") or {}

    def special(self, day: date) -> bool:
        return day.isoformat() in self.exceptions or day.isoformat() in self.holidays

    def shifts(self, day: date) -> list[list[str]]:
        text = day.isoformat()
        if text in self.exceptions:
            return list(self.exceptions[text])
        return [] if text in self.holidays else list(self.weekly.get(DAYS[day.weekday()], []))

    def open_at(self, at: datetime) -> bool:
        wall = at.astimezone(self.zone)
        now = wall.hour * 60 + wall.minute
        for start, end in self.shifts(wall.date()):
            opens, closes = minute_of(start), minute_of(end)
            if opens <= now and (now < closes or closes <= opens):
                return True
        if self.special(wall.date()):
            return False
        for start, end in self.shifts(wall.date() - timedelta(days=1)):
            opens, closes = minute_of(start), minute_of(end)
            if closes <= opens and now < closes:
                return True
        return False

    def counted(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> int:
        """Open, unpaused minutes in [start, end)."""
        stops = list(pauses)
        return sum(self.open_at(at) and not any(a <= at < b for a, b in stops) for at in minutes(start, end))

    def due(self, start: datetime, target: int, pauses: Iterable[Pause], horizon: datetime) -> datetime | None:
        """The first minute with `target` counted ones behind it; None when it lies past the horizon."""
        stops, left = list(pauses), target
        for at in minutes(start, horizon):
            if left == 0:
                return at
            left -= self.open_at(at) and not any(a <= at < b for a, b in stops)
        return horizon if left == 0 else None


def minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    at = start.astimezone(UTC)
    while at < end:
        yield at
        at += MINUTE
