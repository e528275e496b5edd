"""A calendar's year as twelve months of days, each with what it is and its hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from babel.dates import format_date, get_day_names
from django.utils.translation import gettext

from garant.core.calendars import Calendar
from garant.core.hours import DAYS, CalendarVersion, Shift
from garant.kit.moments import local, locale
from garant.wording.values import number


@dataclass(frozen=True, slots=True)
class Day:
    """A date of a month. `kind`: "" open by the week, off, hol, or spe; `title` says what is not by the week."""

    date: date
    number: int
    kind: str
    title: str
    today: bool
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks; None stands for days of its neighbours."""

    name: str
    hours: str
    weeks: tuple[tuple[Day | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Year:
    """A calendar's year, seen on the day `today`. `heads`: weekdays as (short, long) in the reader's order.

    `coming`: days from today on that are not by the week.
    """

    number: int
    today: date
    hours: str
    heads: tuple[tuple[str, str], ...]
    months: tuple[Month, ...]
    coming: tuple[Day, ...]


def year_of(calendar: Calendar, year: int, today: date, before: Calendar | None = None) -> Year:
    """The twelve months of a year; with `before`, days are marked that this calendar counts differently."""
    first = locale().first_week_day
    days = [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    seen = {day: _day(calendar, day, today, before) for day in days}
    lengths = {day: _length(calendar, day) for day in days}
    months = tuple(_month(year, month, first, seen, lengths) for month in range(1, 13))
    coming = tuple(one for one in seen.values() if one.kind in ("hol", "spe") and one.date >= today)
    return Year(year, today, _hours(sum(lengths.values(), timedelta())), _heads(first), months, coming)


def _heads(first: int) -> tuple[tuple[str, str], ...]:
    short, long = get_day_names("narrow", locale=locale()), get_day_names("wide", locale=locale())
    return tuple((short[(first + n) % 7], long[(first + n) % 7]) for n in range(7))


def _month(year: int, month: int, first: int, seen: dict[date, Day], lengths: dict[date, timedelta]) -> Month:
    days = [day for day in seen if day.month == month]
    cells: list[Day | None] = [None] * ((days[0].weekday() - first) % 7)
    cells += [seen[day] for day in days]
    cells += [None] * (-len(cells) % 7)
    weeks = tuple(tuple(cells[at : at + 7]) for at in range(0, len(cells), 7))
    name = str(format_date(date(year, month, 1), "LLLL", locale=locale()))
    return Month(name, _hours(sum((lengths[day] for day in days), timedelta())), weeks)


def _hours(length: timedelta) -> str:
    return gettext("%(n)s h") % {"n": number(round(length.total_seconds() / 3600))}


def _length(calendar: Calendar, day: date) -> timedelta:
    return sum((end - start for start, end in calendar.open_on(day)), timedelta())


def _version(calendar: Calendar, day: date) -> CalendarVersion:
    return calendar.in_force(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


def _day(calendar: Calendar, day: date, today: date, before: Calendar | None) -> Day:
    version = _version(calendar, day)
    kind, title = "", ""
    if day in version.exceptions:
        shifts = version.exceptions[day]
        kind, title = ("spe", _shifts(shifts)) if shifts else ("hol", gettext("closed"))
    elif day in version.holidays:
        kind, title = "hol", version.holidays[day] or gettext("closed")
    elif not calendar.open_on(day):
        kind = "off"
    changed = before is not None and calendar.open_on(day) != before.open_on(day)
    return Day(day, day.day, kind, title, day == today, changed)


def _shifts(shifts: tuple[Shift, ...]) -> str:
    return ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in shifts)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}" if seconds != 86_400 else "24:00"


def week_hours(version: CalendarVersion) -> dict[str, str] | None:
    """The week's hours as they are typed, by day; None for a week that crosses zones."""
    if version.crossing:
        return None
    pairs = zip(DAYS, version.weekly, strict=True)
    return {day: ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in shifts) for day, shifts in pairs}


def changed_days(calendar: Calendar, before: Calendar, first: date, days: int) -> list[dict[str, Any]]:
    """The dates from `first` on that two calendars count differently, with both hours."""
    found = []
    for n in range(days):
        day = first + timedelta(days=n)
        old, new = before.open_on(day), calendar.open_on(day)
        if old != new:
            where = _version(calendar, day).zone
            found.append({"day": day, "before": _spans(old, where), "after": _spans(new, where),
                          "name": _version(calendar, day).holidays.get(day, "")})  # fmt: skip
    return found


def _spans(spans: Any, where: str) -> str:
    if not spans:
        return gettext("closed")
    pairs = ((local(start, where), local(end, where)) for start, end in spans)
    return ", ".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in pairs)
