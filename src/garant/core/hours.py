"""One version of a calendar as values: its week, its holidays, its special dates; read from plain data and checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from garant.core.instants import parse_instant
from garant.core.zones import zone

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_SECONDS = 86_400
#: Opening and closing in seconds after midnight of the day the shift starts on; past 86,400 it runs into the next date.
Shift = tuple[int, int]
Week = tuple[tuple[Shift, ...], ...]
_TIME = re.compile(r"^(\d{2}):(\d{2})(?::(\d{2}))?$")


class CalendarError(ValueError):
    """A calendar that can't be used as entered, or can't answer; says what is wrong and the way out."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A weekday (0 is Monday) and a time of day on the wall of a zone, in seconds after midnight."""

    zone: str
    day: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Crossing:
    """Open from an edge in one zone to the next occurrence of an edge in another (rule 5)."""

    opens: Edge
    closes: Edge


@dataclass(frozen=True)
class CalendarVersion:
    """The hours that hold from `effective_from` on.

    `zone` is an IANA name or a fixed offset. `weekly` has seven tuples of shifts, Monday first; `crossing` holds the
    weeks that cross zones. `holidays` maps whole local dates to a name ("" when none is known); `exceptions` maps a
    date to its only opening hours and wins over both. `effective_from` None: since ever. `known_from` None: since
    ever; else the instant of the edit, before which no due time may rest on this version.
    """

    zone: str
    weekly: Week = ((),) * 7
    holidays: Mapping[date, str] = field(default_factory=dict)
    exceptions: Mapping[date, tuple[Shift, ...]] = field(default_factory=dict)
    effective_from: datetime | None = None
    known_from: datetime | None = None
    crossing: tuple[Crossing, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an unknown zone, overlapping shifts and a calendar that never opens (clock.md 17)."""
        check(self)

    def __hash__(self) -> int:
        """By value, so that equal versions share their compiled hours."""
        dates = (tuple(sorted(self.holidays.items())), tuple(sorted(self.exceptions.items())))
        return hash((self.zone, self.weekly, self.crossing, dates, self.effective_from, self.known_from))

    @property
    def in_force_from(self) -> datetime | None:
        """When its hours start to hold: never before the edit was known, so that no passed instant changes."""
        known, effective = self.known_from, self.effective_from
        return effective if known is None else known if effective is None else max(known, effective)


def check(version: CalendarVersion) -> None:
    """Raise CalendarError with the reason when a version can't be used."""
    for name in [version.zone, *(edge.zone for week in version.crossing for edge in (week.opens, week.closes))]:
        try:
            zone(name)
        except ValueError as wrong:
            raise CalendarError(str(wrong)) from None
    if len(version.weekly) != 7:
        raise CalendarError("a week has seven days; give one list of shifts for each, Monday first")
    _check_overlaps(version)
    if not any(version.weekly) and not any(version.exceptions.values()) and not version.crossing:
        raise CalendarError("the calendar never opens: give it at least one shift a week, or hours on some date")


def _check_overlaps(version: CalendarVersion) -> None:
    week = sorted(
        (day * DAY_SECONDS + start, day * DAY_SECONDS + end, DAYS[day])
        for day, shifts in enumerate(version.weekly)
        for start, end in shifts
    )
    if week:
        week.append((week[0][0] + 7 * DAY_SECONDS, 0, week[0][2]))
    _refuse_overlap(week)
    for day, shifts in version.exceptions.items():
        _refuse_overlap(sorted((start, end, day.isoformat()) for start, end in shifts))


def _refuse_overlap(shifts: list[tuple[int, int, str]]) -> None:
    for (_, end, day), (start, _, next_day) in pairwise(shifts):
        if start < end:
            where = day if day == next_day else f"{day} and {next_day}"
            raise CalendarError(f"overlapping shifts on {where}: let one end at or before the next begins")


def version_from_plain(plain: Mapping[str, Any]) -> CalendarVersion:
    """Read one version in the form of the clock vectors. Raises CalendarError naming the field."""
    if not isinstance(plain, Mapping):
        raise CalendarError("a calendar is a mapping with timezone, weekly, holidays and exceptions")
    weekly, crossing = _week_from_plain(plain.get("weekly") or {})
    name = plain.get("timezone") or (crossing[0].opens.zone if crossing else None)
    if not isinstance(name, str):
        raise CalendarError("timezone is missing: name an IANA zone such as America/Denver")
    exceptions = plain.get("exceptions") or {}
    if not isinstance(exceptions, Mapping):
        raise CalendarError("exceptions is a mapping of dates to shifts")
    return CalendarVersion(
        zone=name,
        weekly=weekly,
        crossing=crossing,
        holidays=_holidays_from_plain(plain.get("holidays") or []),
        exceptions={_date(day): _shifts(shifts, str(day)) for day, shifts in exceptions.items()},
        effective_from=_instant(plain.get("effective_from")),
        known_from=_instant(plain.get("known_from")),
    )


def _week_from_plain(weekly: Any) -> tuple[Week, tuple[Crossing, ...]]:
    if isinstance(weekly, list):
        return ((),) * 7, tuple(_crossing(item) for item in weekly)
    if not isinstance(weekly, Mapping):
        raise CalendarError("weekly is a mapping of days to shifts, or a list of {opens, closes}")
    unknown = [str(day) for day in weekly if day not in DAYS]
    if unknown:
        raise CalendarError(f"unknown day {unknown[0]!r}: the days are {', '.join(DAYS)}")
    return tuple(_shifts(weekly.get(day) or [], day) for day in DAYS), ()


def _crossing(item: Any) -> Crossing:
    if not isinstance(item, Mapping) or "opens" not in item or "closes" not in item:
        raise CalendarError("a week that crosses zones needs opens and closes, each with zone, day and time")
    return Crossing(_edge(item["opens"], "opens"), _edge(item["closes"], "closes"))


def _edge(plain: Any, what: str) -> Edge:
    if not isinstance(plain, Mapping) or plain.get("day") not in DAYS or not isinstance(plain.get("zone"), str):
        raise CalendarError(f"{what} needs zone, day ({', '.join(DAYS)}) and time")
    return Edge(plain["zone"], DAYS.index(plain["day"]), _seconds(plain.get("time"), what))


def _shifts(plain: Any, where: str) -> tuple[Shift, ...]:
    if not isinstance(plain, list | tuple):
        raise CalendarError(f"{where}: shifts are a list of [start, end]")
    return tuple(sorted(_shift(pair, where) for pair in plain))


def _shift(pair: Any, where: str) -> Shift:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise CalendarError(f'{where}: a shift is [start, end], for example ["09:00", "17:00"]')
    start, end = _seconds(pair[0], where), _seconds(pair[1], where)
    if start == DAY_SECONDS:
        raise CalendarError(f"{where}: a shift can't start at 24:00; start it at 00:00 of the next day")
    return (start, end if end > start else end + DAY_SECONDS)


def _seconds(text: Any, where: str) -> int:
    found = _TIME.match(text) if isinstance(text, str) else None
    if found:
        value = int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0)
        if int(found[2]) < 60 and int(found[3] or 0) < 60 and value <= DAY_SECONDS:
            return value
    raise CalendarError(f"{where}: not a time of day: {text!r}; write it as 09:00, at most 24:00")


def _holidays_from_plain(plain: Any) -> dict[date, str]:
    found: dict[date, str] = {}
    if not isinstance(plain, list | tuple):
        raise CalendarError("holidays is a list of dates, {date, name} or {from, to, name}")
    for item in plain:
        if isinstance(item, Mapping):
            name = str(item.get("name") or "")
            first = item.get("date", item.get("from"))
            for day in _days(_date(first), _date(item.get("to", first))):
                found[day] = found.get(day) or name
        else:
            found.setdefault(_date(item), "")
    return found


def _days(first: date, last: date) -> Iterable[date]:
    length = (last - first).days
    if not 0 <= length <= 3660:
        raise CalendarError(f"holidays from {first} to {last}: the end lies before the start, or ten years after it")
    return (first + timedelta(days=n) for n in range(length + 1))


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise CalendarError(f"not a date: {value!r}; write it as 2026-12-24") from None


def _instant(value: Any) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    try:
        return parse_instant(value)
    except ValueError as wrong:
        raise CalendarError(str(wrong)) from None


def version_to_plain(version: CalendarVersion) -> dict[str, Any]:
    """The same as plain data; `version_from_plain` reads it back to an equal version."""
    weekly: Any = {day: _pairs(shifts) for day, shifts in zip(DAYS, version.weekly, strict=True) if shifts}
    if version.crossing:
        weekly = [{"opens": _plain_edge(week.opens), "closes": _plain_edge(week.closes)} for week in version.crossing]
    plain: dict[str, Any] = {
        "timezone": version.zone,
        "weekly": weekly,
        "holidays": [
            {"date": day.isoformat(), "name": name} if name else day.isoformat()
            for day, name in sorted(version.holidays.items())
        ],
        "exceptions": {day.isoformat(): _pairs(shifts) for day, shifts in sorted(version.exceptions.items())},
    }
    for key, at in (("effective_from", version.effective_from), ("known_from", version.known_from)):
        if at is not None:
            plain[key] = at.isoformat()
    return plain


def _plain_edge(edge: Edge) -> dict[str, str]:
    return {"zone": edge.zone, "day": DAYS[edge.day], "time": _clock(edge.seconds)}


def _pairs(shifts: tuple[Shift, ...]) -> list[list[str]]:
    return [[_clock(start), _clock(end if end <= DAY_SECONDS else end - DAY_SECONDS)] for start, end in shifts]


def _clock(seconds: int) -> str:
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return f"{text}:{seconds % 60:02d}" if seconds % 60 else text
