"""Durations, instants, amounts and hours as people write them, by language (CLDR through Babel)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from babel.dates import format_datetime, format_skeleton, get_day_names
from babel.numbers import format_decimal

from garant.core.zones import zone as zone_of
from garant.wording.catalogs import known, say, say_many

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

#: Date patterns with weekday, without and with the year; then how a date and a time are joined.
_DATES = {
    "en": ("EEEE d MMMM", "EEEE d MMMM y", "{date} {time}"),
    "fr": ("EEEE d MMMM", "EEEE d MMMM y", "{date} à {time}"),
    "es": ("EEEE d 'de' MMMM", "EEEE d 'de' MMMM 'de' y", "{date}, {time}"),
    "de": ("EEEE, d. MMMM", "EEEE, d. MMMM y", "{date}, {time}"),
    "it": ("EEEE d MMMM", "EEEE d MMMM y", "{date}, {time}"),
    "ja": ("M月d日(EEE)", "y年M月d日(EEE)", "{date}{time}"),
}


def duration(length: timedelta, language: str | None = None) -> str:
    """A duration in hours, minutes and seconds: "72 h", "6 h 30 min". Negative ones are said without their sign."""
    language = known(language)
    whole = int(abs(length).total_seconds())
    hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    parts = []
    if hours:
        parts.append(say(language, "{count} h", count=number(hours, language)))
    if minutes:
        parts.append(say(language, "{count} min", count=minutes))
    if seconds or not parts:
        parts.append(say(language, "{count} s", count=seconds))
    return ("" if language == "ja" else " ").join(parts)


def day(at: datetime, zone: str, language: str | None = None, *, year: bool = True) -> str:
    """The date of an instant in a zone, with its weekday."""
    language = known(language)
    return str(format_datetime(at.astimezone(zone_of(zone)), _DATES[language][year], locale=language))


def clock(at: datetime, zone: str, language: str | None = None) -> str:
    """The time of day of an instant in a zone, in 24 hours; with seconds when they are not zero."""
    local = at.astimezone(zone_of(zone))
    return str(format_skeleton("Hms" if local.second else "Hm", local, locale=known(language)))


def instant(at: datetime, zone: str, language: str | None = None, *, year: bool = True) -> str:
    """An instant on the wall of a zone: "Friday 27 November 2026 15:00"."""
    language = known(language)
    date, time = day(at, zone, language, year=year), clock(at, zone, language)
    return _DATES[language][2].format(date=date, time=time)


def number(value: Decimal | int, language: str | None = None) -> str:
    """A number as the language writes it."""
    return str(format_decimal(value, locale=known(language)))


def amount(value: Decimal, unit: str, language: str | None = None) -> str:
    """An amount in its unit: "10 hours", "2 business days"."""
    language = known(language)
    one, many = _UNITS.get(unit, ("{amount} " + unit, "{amount} " + unit))
    count = 1 if value == 1 else 2 if value != int(value) else int(value)
    return say_many(language, one, many, count, amount=number(value, language))


_UNITS = {
    "minutes": ("{amount} minute", "{amount} minutes"),
    "elapsed_hours": ("{amount} hour", "{amount} hours"),
    "business_hours": ("{amount} hour", "{amount} hours"),
    "business_days": ("{amount} business day", "{amount} business days"),
    "days": ("{amount} day", "{amount} days"),
    "per_day": ("{amount} a day", "{amount} a day"),
    "per_week": ("{amount} a week", "{amount} a week"),
}


def hours(values: Mapping[str, Any], language: str | None = None, place: Callable[[str], str] = str) -> str:
    """The hours of a calendar from a step's values: weekly hours and zone (as `place` calls it), or day and night."""
    language = known(language)
    if values.get("always_open"):
        return say(language, "day and night, 24x7")
    weekly = values["weekly"]
    if isinstance(weekly, list):
        told = ", ".join(_span(week, language, place) for week in weekly)
        return say(language, "the week that crosses zones: {spans}", spans=told)
    zone = place(values["zone"])
    groups = grouped(weekly)
    if len(groups) == 1:
        return say(
            language,
            "business hours {hours} {zone}, {days}",
            hours=groups[0][1],
            zone=zone,
            days=days(groups[0][0], language),
        )
    spans = ", ".join(f"{days(found, language)} {shifts}" for found, shifts in groups)
    return say(language, "business hours {spans}, {zone}", spans=spans, zone=zone)


def grouped(weekly: Mapping[str, Sequence[Sequence[str]]]) -> list[tuple[list[int], str]]:
    """Weekdays (0 is Monday) that share their hours, with those hours, in the order of the week."""
    groups: list[tuple[list[int], str]] = []
    for index, code in enumerate(DAYS):
        shifts = ", ".join(f"{start}-{end}" for start, end in weekly.get(code) or ())
        if shifts and groups and groups[-1][1] == shifts and groups[-1][0][-1] == index - 1:
            groups[-1][0].append(index)
        elif shifts:
            groups.append(([index], shifts))
    return groups


def days(indexes: Sequence[int], language: str | None = None) -> str:
    """A run of weekdays: "Monday to Friday"."""
    language = known(language)
    names = get_day_names("wide", locale=language)
    if len(indexes) == 1:
        return str(names[indexes[0]])
    return say(language, "{first} to {last}", first=names[indexes[0]], last=names[indexes[-1]])


def _span(week: Mapping[str, Any], language: str, place: Callable[[str], str]) -> str:
    names = get_day_names("wide", locale=language)
    opens, closes = week["opens"], week["closes"]
    return say(
        language,
        "{first} {opening} {zone} to {last} {closing} {other_zone}",
        first=names[DAYS.index(opens["day"])],
        opening=opens["time"],
        zone=place(opens["zone"]),
        last=names[DAYS.index(closes["day"])],
        closing=closes["time"],
        other_zone=place(closes["zone"]),
    )
