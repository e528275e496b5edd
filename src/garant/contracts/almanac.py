"""National holidays from the `holidays` library, and a country's zones from the zone database.

The library is imported when the first national list is read: importing it costs a quarter of a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

#: How the library calls English.
_ENGLISH = "en_US"


class NationalAlmanac:
    """The almanac that programme files are read with."""

    def holidays(
        self, country: str, subdivision: str | None, years: Sequence[int], languages: Sequence[str]
    ) -> Mapping[date, Mapping[str, str]] | None:
        """The holidays of a country with their names in English and, where the library has them, other languages.

        None when the library knows no such country or subdivision.
        """
        english = _listed(country, subdivision, tuple(years), _ENGLISH)
        if english is None:
            return None
        names = {day: {"en": name} for day, name in english.items()}
        for language in languages:
            if language == "en":
                continue
            for day, name in (_listed(country, subdivision, tuple(years), language) or {}).items():
                if day in names:
                    names[day][language] = name
        return names

    def zones(self, country: str) -> tuple[str, ...]:
        """The IANA zones of a country; empty when there is none of that code."""
        from babel.core import get_global

        return tuple(sorted(zone for zone, code in get_global("zone_territories").items() if code == country))


@lru_cache(maxsize=256)
def _listed(country: str, subdivision: str | None, years: tuple[int, ...], language: str) -> dict[date, str] | None:
    """The library's list in one language; None when it has no such country, subdivision or language."""
    import holidays

    try:
        known = holidays.country_holidays(country, subdiv=subdivision, years=[])
    except (NotImplementedError, KeyError, AttributeError, TypeError, ValueError):
        return None
    spoken = list(getattr(known, "supported_languages", ()) or ())
    chosen = next((code for code in spoken if code == language or code.split("_")[0] == language), None)
    if chosen is None and language != _ENGLISH:
        return None
    found = holidays.country_holidays(country, subdiv=subdivision, years=list(years), language=chosen)
    return dict(sorted(found.items()))
