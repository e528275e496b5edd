"""The packages page as values: matrix, hours, channels and obligations of a programme, in one region and language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext, ngettext

from garant.core.programmes import Package, Programme, Region, said
from garant.core.targets import Target
from garant.portal.hours import Week, week_of
from garant.wording.offers import Cell, Group, Line, Offer, amount_text, offer_of

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Level:
    """A severity with its definition."""

    level: str
    name: str
    definition: str


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


@lru_cache(maxsize=64)
def packages_page(programme: Programme, region: str, language: str) -> PackagesPage:
    """The page of a region (a known code) in the active language; programme texts fall back to English."""
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


def services(page: PackagesPage) -> list[dict[str, object]]:
    """Each package as a schema.org Service with what it holds. No prices: a programme has none."""
    offers = [*([page.own] if page.own else []), page.packages]
    return [
        {
            "@type": "Service",
            "name": name,
            "serviceType": page.heading,
            "provider": {"@type": "Organization", "name": page.vendor},
            "areaServed": page.region_name,
            "hasOfferCatalog": {"@type": "OfferCatalog", "name": name, "itemListElement": _held(offer, place)},
        }
        for offer in offers
        for place, name in enumerate(offer.names)
    ]


def _held(offer: Offer, place: int) -> list[dict[str, object]]:
    """The rows in which a package gives something."""
    lines = [line for group in offer.groups for line in group.lines]
    return [
        {
            "@type": "Offer",
            "itemOffered": {"@type": "Service", "name": line.name, "description": line.cells[place].text},
        }
        for line in lines
        if line.cells[place].kind not in ("no", "none")
    ]


def severities(programme: Programme, language: str) -> tuple[Level, ...]:
    """The levels with their definitions, most severe first."""
    return tuple(
        Level(one.level, said(one.name, language), said(one.definition, language)) for one in programme.severities
    )


def _with_channels(programme: Programme, own: Package, region: str, language: str) -> Offer:
    """A region's own offer: its rows, and how it is reached."""
    offer = offer_of(programme, (own,), region, language)
    lines = []
    for channel in programme.channels(own.code, region):
        hours = channel.hours and said(programme.calendars[channel.hours].name, language)
        cell = Cell("yes", hours) if hours else Cell("no", gettext("not offered"))
        lines.append(Line(f"by_{channel.code}", said(channel.name, language), "", (cell,)))
    return Offer(offer.codes, offer.names, (*offer.groups, Group(gettext("How to reach us"), tuple(lines))))


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
