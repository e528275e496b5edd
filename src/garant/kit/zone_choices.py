"""Time zones to choose from, by continent."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

from django.utils.translation import gettext, gettext_noop

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
    """UTC, the zone in use when it has no other place, and every place by area."""
    places = _places()
    listed = {name for names in places.values() for name in names}
    first: list[Choice | tuple[str, list[Choice]]] = [("UTC", "UTC")]
    if current and current != "UTC" and current not in listed:
        first.append((current, current))
    return first + [(gettext(_AREAS[area]), [(name, _label(name)) for name in names]) for area, names in places.items()]


@lru_cache(maxsize=1)
def _places() -> dict[str, tuple[str, ...]]:
    names = sorted(name for name in available_timezones() if name.partition("/")[0] in _AREAS and "/" in name)
    return {area: tuple(name for name in names if name.startswith(f"{area}/")) for area in _AREAS}


def _label(name: str) -> str:
    return name.partition("/")[2].replace("_", " ").replace("/", ", ")
