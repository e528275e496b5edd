"""Business hours in words: which calendar a region counts by, and its week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import lru_cache

from babel.dates import format_time, get_day_names
from django.utils.translation import gettext

from garant.core.calendars import Calendar
from garant.core.programmes import Programme, said
from garant.kit.moments import locale, place

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Week:
    """A calendar's week: `text` such as "Monday to Friday, 07:00–18:00"; `city` whose clock it is."""

    name: str
    text: str
    zone: str
    city: str


@lru_cache(maxsize=64)
def business_calendar(programme: Programme, region: str) -> str | None:
    """The code of the calendar that most targets of a region count by, round-the-clock ones aside; None without one."""
    seen: dict[str, int] = {}
    for package, severity, metric in programme.cells:
        target = programme.target(package, region, severity, metric)
        if target is not None and not programme.calendars[target.calendar].always:
            seen[target.calendar] = seen.get(target.calendar, 0) + 1
    return max(seen, key=lambda code: seen[code]) if seen else None


def week_of(programme: Programme, region: str, language: str) -> Week | None:
    """The business week of a region in words; None when everything there runs round the clock."""
    code = business_calendar(programme, region)
    if code is None:
        return None
    spec = programme.calendars[code]
    calendar = programme.calendar(code)
    plain = latest(calendar)
    zone = str(plain["timezone"])
    return Week(said(spec.name, language), week_text(plain.get("weekly", {})), zone, place(zone))


def latest(calendar: Calendar) -> Mapping[str, object]:
    """The plain form of a calendar's last version."""
    plain = Calendar(calendar.code, calendar.versions[-1:]).to_plain()
    versions = plain.get("versions")
    return versions[-1] if isinstance(versions, list) else plain


def week_text(weekly: object) -> str:
    """A week in words; days with the same hours are joined: "Monday to Friday, 07:00–18:00"."""
    if not isinstance(weekly, Mapping):
        return ""
    runs: list[tuple[int, int, str]] = []
    for index, day in enumerate(DAYS):
        shifts = weekly.get(day) or []
        text = ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in shifts)
        if runs and runs[-1][2] == text and runs[-1][1] == index - 1:
            runs[-1] = (runs[-1][0], index, text)
        else:
            runs.append((index, index, text))
    return "; ".join(_run(*run) for run in runs if run[2])


def _run(first: int, last: int, text: str) -> str:
    names = get_day_names("wide", context="format", locale=locale())
    if first == last:
        return gettext("%(day)s, %(hours)s") % {"day": names[first], "hours": text}
    words = {"first": names[first], "last": names[last], "hours": text}
    return gettext("%(first)s to %(last)s, %(hours)s") % words


def _clock(text: str) -> str:
    if locale().language != "fr" or text == "24:00":
        return text
    at = time.fromisoformat(text)
    return format_time(at, "H 'h' mm" if at.minute else "H 'h'", locale=locale()).replace(" ", "\u00a0")
