"""Time zones to choose from, by continent."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import normalize
from zoneinfo import available_timezones

from django.utils.translation import get_language, gettext, gettext_noop

from garant.kit.moments import place

#: Areas of the zone names, and what they are called. Other areas (Etc, US, ...) repeat these under other names.
_AREAS = {
    "Africa": gettext_noop("Africa"),
    "America": gettext_noop("America"),
    "Antarctica": gettext_noop("Antarctica"),
    "Arctic": gettext_noop("Arctic"),
    "Asia": gettext_noop("Asia"),
    "Atlantic": gettext_noop("Atlantic"),
    "Australia": gettext_noop("Australia"),
    "Europe": gettext_noop("Europe"),
    "Indian": gettext_noop("Indian Ocean"),
    "Pacific": gettext_noop("Pacific"),
}
Choice = tuple[str, str]


def zone_choices(current: str) -> list[Choice | tuple[str, list[Choice]]]:
    """UTC, the zone in use when it has no other place, and every place by area, called as the reader calls it."""
    areas = _areas(get_language() or "en")
    listed = {name for _, places in areas for name, _ in places}
    first: list[Choice | tuple[str, list[Choice]]] = [("UTC", "UTC")]
    if current and current != "UTC" and current not in listed:
        first.append((current, place(current)))
    return first + [(gettext(_AREAS[area]), list(places)) for area, places in areas]


@lru_cache(maxsize=1)
def every_zone() -> frozenset[str]:
    """The names of all zones that this machine knows; looked up on its disk once a process."""
    return frozenset(available_timezones())


@lru_cache(maxsize=8)
def _areas(language: str) -> list[tuple[str, tuple[Choice, ...]]]:
    """Areas with their places in the language, by name. Of names for one place (Kolkata, Calcutta) one is listed."""
    names = sorted(name for name in every_zone() if name.partition("/")[0] in _AREAS and "/" in name)
    found: dict[str, dict[str, str]] = {area: {} for area in _AREAS}
    for name in names:
        area, label = found[name.partition("/")[0]], place(name)
        if label not in area or _is_named_after(name):
            area[label] = name
    return [(area, tuple(sorted(((n, label) for label, n in by.items()), key=_order))) for area, by in found.items()]


def _is_named_after(name: str) -> bool:
    """Whether a zone has the name that its place has in English today: Asia/Kolkata, not Asia/Calcutta."""
    return place(name, "en").split(",")[0] == name.rpartition("/")[2].replace("_", " ")


def _order(choice: Choice) -> str:
    return normalize("NFKD", choice[1]).casefold()
