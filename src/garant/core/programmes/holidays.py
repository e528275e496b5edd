"""Sets of holidays: own dates, a country's list, and their algebra (rule 5). All end as dates with names.

The national lists come from outside through an `Almanac`, because `core` uses nothing but the standard library.
A set whose dates are known is written back into the document as `dates`, which is what the database keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from garant.core.programmes.nodes import Node, printable
from garant.core.programmes.values import Text, said

Days = dict[date, Text]

#: The years a calendar may cover: before, no support programme; after, nobody knows the holidays.
FIRST_YEAR, LAST_YEAR, MOST_YEARS = 1990, 2100, 60

OBSERVED = ("keep", "same_year", "drop")
_SUBSTITUTE = "(observed)"


class Almanac(Protocol):
    """Where national holidays and the zones of a country come from."""

    def holidays(
        self, country: str, subdivision: str | None, years: Sequence[int], languages: Sequence[str]
    ) -> Mapping[date, Text] | None:
        """The holidays of a country, each with its English name (`en`) and others where known; None: unknown."""

    def zones(self, country: str) -> tuple[str, ...]:
        """The IANA zones of a country; empty when there is no such country."""


def read_sets(node: Node | None, almanac: Almanac | None, languages: Sequence[str]) -> dict[str, Days]:
    """All holiday sets of the document, in order: a set may name the ones above it."""
    known: dict[str, Days] = {}
    if node is None:
        return known
    for code, entry in node.entries():
        entry.key().code()
        known[code] = _read_set(entry, known, almanac, languages)
    return known


def _read_set(node: Node, known: Mapping[str, Days], almanac: Almanac | None, languages: Sequence[str]) -> Days:
    if node.get("country") is not None:
        return _national(node, almanac, languages)
    for word in ("any_of", "all_of", "less"):
        if node.get(word) is not None:
            return _combined(node, word, known)
    entries = node.fields(["dates"])
    return read_dates(entries["dates"], languages) if "dates" in entries else {}


def read_dates(node: Node, languages: Sequence[str]) -> Days:
    """Dates with their names, as a mapping of date -> name."""
    days: Days = {}
    for _, entry in node.entries():
        day = entry.key().day()
        days[day] = read_name(entry, languages)
    return days


def read_name(node: Node, languages: Sequence[str]) -> Text:
    """A holiday's name: text, or text by language. A language may be missing: the English name stands in."""
    if not isinstance(node.value, dict):
        return {"en": node.string()}
    names = {}
    for language, entry in node.entries():
        if language not in languages and language != "en":
            entry.problem(f"{printable(language)} is not one of the programme's languages", "remove it")
        names[language] = entry.string()
    return names


def _combined(node: Node, word: str, known: Mapping[str, Days]) -> Days:
    entries = node.fields([word])
    codes = entries[word].choices(known, "holiday set")
    sets = [known[code] for code in codes if code in known]
    if len(sets) < 2:
        node.problem(f"{word} needs two sets", "name two or more sets that stand above")
        return {}
    if word == "all_of":
        return {day: name for day, name in sets[0].items() if all(day in other for other in sets[1:])}
    if word == "less":
        return {day: name for day, name in sets[0].items() if not any(day in other for other in sets[1:])}
    return {day: days[day] for days in reversed(sets) for day in days}


def _national(node: Node, almanac: Almanac | None, languages: Sequence[str]) -> Days:
    fields = node.fields(["country", "years"], ["subdivision", "only", "names", "observed", "weekdays_only"])
    country = fields["country"].string()
    years = read_years(fields["years"]) if "years" in fields else []
    subdivision = fields["subdivision"].string() if "subdivision" in fields else None
    if not country or not years:
        return {}
    if almanac is None:
        node.problem("national holidays must be given as dates here", "write them as dates:")
        return {}
    found = almanac.holidays(country, subdivision, years, languages)
    if found is None:
        node.problem(
            f"no holidays are known for {printable(country)}" + (f", {printable(subdivision)}" if subdivision else ""),
            "use a country code such as US and, where there are some, a subdivision such as CO",
        )
        return {}
    days = _without_substitutes(
        dict(found), fields["observed"].choice(OBSERVED, "way") if "observed" in fields else "keep"
    )
    if "only" in fields:
        days = _only(fields["only"], days)
    if "weekdays_only" in fields and fields["weekdays_only"].flag():
        days = {day: name for day, name in days.items() if day.weekday() < 5}
    return _renamed(fields.get("names"), days, languages)


def read_years(node: Node) -> list[int]:
    """A range of years, written 2025-2030, or one year."""
    parts = str(node.value).split("-") if isinstance(node.value, str | int) else []
    if not 1 <= len(parts) <= 2 or not all(part.isascii() and part.isdigit() and len(part) == 4 for part in parts):
        node.problem(f"{printable(node.value)} is no range of years", "write 2025-2030")
        return []
    first, last = int(parts[0]), int(parts[-1])
    if not FIRST_YEAR <= first <= last <= LAST_YEAR or last - first >= MOST_YEARS:
        node.problem(
            f"years {first} to {last}", f"use years from {FIRST_YEAR} to {LAST_YEAR}, in order, at most {MOST_YEARS}"
        )
        return []
    return list(range(first, last + 1))


def base_name(name: str) -> str:
    """A holiday's name without the mark of its substitute day."""
    return name.replace(_SUBSTITUTE, "").strip()


def _without_substitutes(days: Days, observed: str) -> Days:
    """Keep, or drop, the substitute days. same_year drops those that fall into another year than their holiday:
    New Year's Day of a year that begins on a Saturday closes no Friday of the year before."""
    if observed == "keep":
        return days
    kept: Days = {}
    for day, name in days.items():
        substitute = _SUBSTITUTE in said(name, "en")
        if not substitute or (observed == "same_year" and not _for_next_year(days, day, name)):
            kept[day] = name
    return kept


def _for_next_year(days: Days, day: date, name: Text) -> bool:
    """Whether a substitute at the end of December stands for New Year's Day of the year to come."""
    if day.month != 12:
        return False
    own = base_name(said(name, "en"))
    return not any(d.month == 12 and d.year == day.year and said(n, "en") == own for d, n in days.items())


def _only(node: Node, days: Days) -> Days:
    there = {base_name(said(name, "en")) for name in days.values()}
    wanted = set(node.choices(there, "holiday"))
    return {day: name for day, name in days.items() if base_name(said(name, "en")) in wanted}


def _renamed(node: Node | None, days: Days, languages: Sequence[str]) -> Days:
    """Names by language: those given in the programme win over those of the almanac."""
    given: dict[str, Text] = {}
    if node is not None:
        for english, entry in node.entries():
            given[english] = read_name(entry, languages)
    renamed: Days = {}
    for day, name in days.items():
        own = base_name(said(name, "en"))
        renamed[day] = {**name, "en": own, **given.get(own, {})}
    return renamed


def as_dates(days: Days) -> dict[str, Any]:
    """A set as it is stored: every date with its names."""
    return {"dates": {day.isoformat(): dict(days[day]) for day in sorted(days)}}
