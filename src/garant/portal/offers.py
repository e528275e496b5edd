"""The packages page as values: matrix, hours, channels and obligations of a programme, in one region and language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext, ngettext

from garant.core.programmes import Package, Programme, Region, Row, said
from garant.core.targets import Target
from garant.portal.hours import Week, week_of

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a package says in a row: `kind` yes, no, text or none (no promise); `text` in words."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the matrix."""

    code: str
    name: str
    note: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of rows."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """A severity with its definition."""

    level: str
    name: str
    definition: str


@dataclass(frozen=True, slots=True)
class Offer:
    """The packages of a region side by side. `own`: the region's single offer, with its channels, None without one."""

    names: tuple[str, ...]
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Another region to read the page for."""

    code: str
    name: str
    current: bool


@dataclass(frozen=True, slots=True)
class PackagesPage:
    """Everything on the packages page."""

    heading: str
    vendor: str
    version: str
    effective_from: date
    region: Region
    region_name: str
    region_note: str
    packages: Offer
    own: Offer | None
    own_name: str
    obligations: tuple[str, ...]
    severities: tuple[Level, ...]
    notes: tuple[str, ...]
    places: tuple[Place, ...]
    hours: Week | None
    zone: str


def packages_page(programme: Programme, region: str, language: str) -> PackagesPage:
    """The page of a region (a known code) in a language; programme texts fall back to English."""
    place = programme.regions[region]
    own = programme.region_parts[region].offer
    week = week_of(programme, region, language)
    return PackagesPage(
        heading=said(programme.name, language),
        vendor=said(programme.vendor, language),
        version=programme.version,
        effective_from=programme.effective_from,
        region=place,
        region_name=said(place.name, language),
        region_note=said(place.note, language) if place.note else "",
        packages=offer_of(programme, programme.packages, region, language),
        own=_with_channels(programme, own, region, language) if own else None,
        own_name=said(own.name, language) if own else "",
        obligations=tuple(said(note.text, language) for note in programme.obligations),
        severities=severities(programme, language),
        notes=tuple(said(note.text, language) for note in programme.notes),
        places=_places(programme, region, language),
        hours=week,
        zone=week.zone if week else "UTC",
    )


def _places(programme: Programme, region: str, language: str) -> tuple[Place, ...]:
    """The regions to read the page for, the one without an overlay first."""
    codes = sorted(programme.regions, key=lambda code: code != DEFAULT)
    return tuple(Place(code, said(programme.regions[code].name, language), code == region) for code in codes)


def severities(programme: Programme, language: str) -> tuple[Level, ...]:
    """The levels with their definitions, most severe first."""
    return tuple(
        Level(one.level, said(one.name, language), said(one.definition, language)) for one in programme.severities
    )


def offer_of(programme: Programme, packages: tuple[Package, ...], region: str, language: str) -> Offer:
    """Packages side by side: every row of the programme in its groups."""
    values = {package.code: programme.rows(package.code, region) for package in packages}
    groups = []
    for group in programme.groups:
        lines = []
        for row in group.rows:
            cells = tuple(
                _cell(programme, row, package, region, values[package.code][row.code], language) for package in packages
            )
            lines.append(Line(row.code, said(row.name, language), said(row.note, language) if row.note else "", cells))
        groups.append(Group(said(group.name, language), tuple(lines)))
    return Offer(tuple(said(package.name, language) for package in packages), tuple(groups))


def _with_channels(programme: Programme, own: Package, region: str, language: str) -> Offer:
    """A region's own offer: its rows, and how it is reached."""
    offer = offer_of(programme, (own,), region, language)
    lines = []
    for channel in programme.channels(own.code, region):
        hours = channel.hours and said(programme.calendars[channel.hours].name, language)
        cell = Cell("yes", hours) if hours else Cell("no", gettext("not offered"))
        lines.append(Line(channel.code, said(channel.name, language), "", (cell,)))
    return Offer(offer.names, (*offer.groups, Group(gettext("How to reach us"), tuple(lines))))


def _cell(programme: Programme, row: Row, package: Package, region: str, value: object, language: str) -> Cell:
    if row.kind == "flag":
        return Cell("yes", gettext("Yes")) if value else Cell("no", gettext("No"))
    if row.kind == "count":
        return Cell("text", gettext("unlimited") if value == "unlimited" else number(value))
    if row.kind == "hours":
        if not isinstance(value, str):
            return Cell("no", gettext("No"))
        calendar = programme.calendars[value]
        return Cell("text", gettext("24/7") if calendar.always else said(calendar.name, language))
    return _target_cell(programme, row, package, region, value)


def _target_cell(programme: Programme, row: Row, package: Package, region: str, value: object) -> Cell:
    """A cell of a row of targets: one amount, or one for each severity where they differ."""
    amounts = value if isinstance(value, Mapping) else {row.severities[0]: value} if row.severities else {}
    texts = []
    for level, amount in amounts.items():
        target = programme.target(package.code, region, level, row.metric or "")
        text = amount_text(target) if amount is not None and target is not None else gettext("no target")
        texts.append(text if len(amounts) == 1 else gettext("S%(level)s: %(text)s") % {"level": level, "text": text})
    if not texts or all(amount is None for amount in amounts.values()):
        return Cell("none", gettext("no response target"))
    return Cell("text", ", ".join(texts))


def amount_text(target: Target) -> str:
    """A target's amount with its unit, short: "6 h"; "as agreed" without one."""
    if target.unit == "as_agreed" or target.amount is None:
        return gettext("as agreed")
    amount = number(target.amount)
    return {
        "minutes": gettext("%(amount)s min"),
        "business_days": gettext("%(amount)s days"),
        "per_day": gettext("%(amount)s a day"),
        "per_week": gettext("%(amount)s a week"),
    }.get(target.unit, gettext("%(amount)s h")) % {"amount": amount}


def within(target: Target | None, always: bool) -> str:
    """A target as a promise under a choice of severity: "Answered within 8 business hours"."""
    if target is None or target.amount is None:
        return gettext("No response target: we answer as soon as we can")
    amount = target.amount
    if target.unit in ("elapsed_hours", "business_hours") and amount == int(amount):
        return _within_hours(int(amount), always or target.unit == "elapsed_hours")
    return gettext("Answered within %(amount)s") % {"amount": amount_text(target)}


def _within_hours(hours: int, always: bool) -> str:
    if always:
        text = ngettext(
            "Answered within %(hours)d hour, day and night", "Answered within %(hours)d hours, day and night", hours
        )
    else:
        text = ngettext("Answered within %(hours)d business hour", "Answered within %(hours)d business hours", hours)
    return text % {"hours": hours}


def number(value: object) -> str:
    """An exact number without needless zeros."""
    if isinstance(value, Decimal):
        return str(int(value)) if value == int(value) else str(value.normalize())
    return "0" if value is None else str(value)
