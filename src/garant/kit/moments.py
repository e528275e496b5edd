"""Instants, dates and durations as people read them, in the active language and a named zone (CLDR names by Babel)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from unicodedata import east_asian_width

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton, get_timezone_location
from babel.numbers import format_decimal
from django.utils.translation import get_language, gettext, pgettext

from garant.core.zones import zone as zone_of
from garant.kit.pages import COUNTED

#: Date and time patterns per language (CLDR letters): all in the 24-hour clock that support schedules use.
_PATTERNS = {
    "en": ("EEE d MMM, HH:mm", "EEEE d MMMM y, HH:mm", "EEE d MMM", "d MMMM y", "HH:mm"),
    "fr": ("EEE d MMM 'à' H 'h' mm", "EEEE d MMMM y 'à' H 'h' mm", "EEE d MMM", "d MMMM y", "H 'h' mm"),
    "es": ("EEE d MMM, HH:mm", "EEEE, d 'de' MMMM 'de' y, HH:mm", "EEE d MMM", "d 'de' MMMM 'de' y", "HH:mm"),
    "de": ("EEE, d. MMM, HH:mm", "EEEE, d. MMMM y, HH:mm", "EEE, d. MMM", "d. MMMM y", "HH:mm"),
    "it": ("EEE d MMM, HH:mm", "EEEE d MMMM y, HH:mm", "EEE d MMM", "d MMMM y", "HH:mm"),
    "ja": ("M月d日(EEEEE) H:mm", "y年M月d日(EEEEE) H:mm", "M月d日(EEEEE)", "y年M月d日", "H:mm"),
}


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def locale() -> Locale:
    """Babel's locale of the active language; English when no language is active or Babel doesn't know it."""
    return _locale(get_language() or "en")


def _pattern(index: int) -> str:
    return _PATTERNS.get(locale().language, _PATTERNS["en"])[index]


def zone(name: str) -> tzinfo:
    """The zone of an IANA name or a fixed offset; UTC when the name is unknown (a page must not fail on it)."""
    try:
        return zone_of(name)
    except ValueError:
        return UTC


def local(at: datetime, zone_name: str) -> datetime:
    """The instant on the zone's wall clock."""
    return at.astimezone(zone(zone_name))


def _format(at: datetime, zone_name: str, index: int) -> str:
    return _formatted(at.replace(second=0, microsecond=0), zone_name, _pattern(index), locale())


@lru_cache(maxsize=4096)
def _formatted(at: datetime, zone_name: str, pattern: str, language: Locale) -> str:
    text = format_datetime(local(at, zone_name), pattern, tzinfo=zone(zone_name), locale=language)
    if language.language == "fr":  # "15 h", never "15 h 00"; its spaces don't break
        return text.replace(" h 00", " h").replace(" h ", "\u00a0h\u00a0").replace(" h", "\u00a0h")
    return text


def day_time(at: datetime, zone_name: str, now: datetime | None = None) -> str:
    """Short: "Tue 24 Nov, 16:50". With `now`, the same local day reads "Today, 16:50"."""
    if now is not None and local(at, zone_name).date() == local(now, zone_name).date():
        return gettext("Today, %(time)s") % {"time": clock_time(at, zone_name)}
    return _format(at, zone_name, 0)


def day_time_inside(at: datetime, zone_name: str, now: datetime) -> str:
    """The same inside a sentence: "today, 16:50"."""
    if local(at, zone_name).date() == local(now, zone_name).date():
        return pgettext("inside a sentence", "today, %(time)s") % {"time": clock_time(at, zone_name)}
    return day_time(at, zone_name)


def long_day_time(at: datetime, zone_name: str) -> str:
    """In full: "Wednesday 25 November 2026, 13:30"."""
    return _format(at, zone_name, 1)


def day(at: datetime | date, zone_name: str = "UTC") -> str:
    """A day in a list: "Tue 24 Nov"."""
    return _formatted_date(_date(at, zone_name), _pattern(2), locale())


@lru_cache(maxsize=4096)
def _formatted_date(of: date, pattern: str, language: Locale) -> str:
    return str(format_date(of, pattern, locale=language))


def short_date(at: datetime | date, zone_name: str = "UTC") -> str:
    """A day without its weekday: "24 Nov"."""
    pattern = {"de": "d. MMM", "ja": "M月d日"}.get(locale().language, "d MMM")
    return format_date(_date(at, zone_name), pattern, locale=locale())


def long_date(at: datetime | date, zone_name: str = "UTC") -> str:
    """A date in full: "24 November 2026"."""
    text = _formatted_date(_date(at, zone_name), _pattern(3), locale())
    return text.replace("1 ", "1er ", 1) if locale().language == "fr" and text.startswith("1 ") else text


def weekday_day(at: datetime | date, zone_name: str = "UTC") -> tuple[str, str]:
    """The two lines under a ribbon's column: ("Tue", "24")."""
    value = _date(at, zone_name)
    return format_skeleton("E", value, locale=locale()), str(value.day)


def clock_time(at: datetime, zone_name: str) -> str:
    """The time of day alone: "16:50"."""
    return _format(at, zone_name, 4)


def place(zone_name: str, language: str = "") -> str:
    """The city a zone is named after, in a language (empty: the active one): "Denver", "デンバー"; UTC offsets stand as
    they are."""
    if "/" not in zone_name:
        return zone_name
    return _place(zone_name, _locale(language) if language else locale())


@lru_cache(maxsize=2048)
def _place(zone_name: str, language: Locale) -> str:
    found = get_timezone_location(zone(zone_name), locale=language, return_city=True)
    return found or zone_name.rsplit("/", 1)[1].replace("_", " ")


def duration(span: timedelta) -> str:
    """Hours and minutes: "3 h 12 min"; minutes are cut, never rounded up. Below a minute: "less than 1 min"."""
    minutes = int(abs(span).total_seconds() // 60)
    if minutes == 0:
        return gettext("0 min") if not span else gettext("less than 1 min")
    hours, rest = divmod(minutes, 60)
    if not hours:
        return gettext("%(minutes)d min") % {"minutes": rest}
    if not rest:
        return pgettext("duration", "%(hours)d h") % {"hours": hours}
    return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}


def short_duration(span: timedelta) -> str:
    """For the narrow room inside a seal: "41 min", "1 h 07 min"; whole hours from a hundred on."""
    minutes = int(abs(span).total_seconds() // 60)
    if minutes == 0 and span:
        return gettext("< 1 min")
    hours, rest = divmod(minutes, 60)
    if not hours:
        return gettext("%(minutes)d min") % {"minutes": rest}
    if not rest or hours >= 100:
        return pgettext("duration", "%(hours)d h") % {"hours": hours}
    return gettext("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": rest}


def seal_lines(span: timedelta) -> list[str]:
    """A short duration for the inside of a seal: one line, or hours above minutes where that is wider than the ring."""
    whole = short_duration(span)
    if sum(2 if east_asian_width(char) in "WF" else 1 for char in whole) <= 10:
        return [whole]
    hours, minutes = divmod(int(abs(span).total_seconds() // 60), 60)
    return [pgettext("duration", "%(hours)d h") % {"hours": hours}, gettext("%(minutes)d min") % {"minutes": minutes}]


def hours_minutes(span: timedelta) -> str:
    """For columns of figures: "15:10"; seconds are shown only when there are any."""
    seconds = int(span.total_seconds())
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}" + (f":{left:02d}" if left else "")


def _date(at: datetime | date, zone_name: str) -> date:
    return local(at, zone_name).date() if isinstance(at, datetime) else at


def counted(number: int) -> str:
    """A count that stops at COUNTED: "412", and "1,000+" from there on, the thousand as the language writes it."""
    return str(number) if number < COUNTED else f"{format_decimal(COUNTED, locale=locale())}+"
