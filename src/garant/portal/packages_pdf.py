"""The packages on paper: the page of a region as a PDF, set once for each version of the programme and language."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext, override, pgettext

from garant.core.programmes import Programme
from garant.kit.templatetags.garant import long_date
from garant.kit.typesetting import typeset
from garant.portal.offers import PackagesPage, packages_page
from garant.wording.offers import Cell, Offer

TEMPLATE = Path(__file__).with_name("typst") / "packages.typ"


@lru_cache(maxsize=64)
def packages_pdf(programme: Programme, region: str, language: str) -> bytes:
    """The packages of a region (a known code) in a language. Raises GlyphsMissing, which is not remembered."""
    with override(language):
        return typeset(TEMPLATE, _values(packages_page(programme, region, language)), language)


def _values(page: PackagesPage) -> dict[str, Any]:
    """What the template shows, in the active language."""
    since = gettext("Version %(version)s, in force since %(date)s") % {
        "version": page.version,
        "date": long_date(page.effective_from),
    }
    here = gettext("The packages, as they apply in %(region)s") % {"region": page.region_name} if page.own else ""
    offers = [_offer(page.own, "", "")] if page.own else []
    lists = {
        gettext("What we ask of subscribers"): page.obligations,
        gettext("What stands behind the figures"): page.notes,
    }
    return {
        "title": page.own_name or gettext("Every package, every promise in writing"),
        "lead": page.region_note
        or gettext("This is what we owe our subscribers, and by when. A dash means that nothing is promised."),
        "vendor": page.vendor,
        "foot": " · ".join(filter(None, (page.vendor, page.heading, page.region_name, since, _hours(page)))),
        "offers": [*offers, _offer(page.packages, here, since)],
        "severities_title": gettext("The severities"),
        "severities": [
            {
                "name": f"{one.level}{pgettext('after a number', ': ')}{one.name}",
                "definition": one.definition,
            }
            for one in page.severities
        ],
        "lists": [[title, list(texts)] for title, texts in lists.items() if texts],
    }


def _hours(page: PackagesPage) -> str:
    if page.hours is None:
        return ""
    return gettext("Business hours: %(hours)s, %(city)s time.") % {"hours": page.hours.text, "city": page.hours.city}


def _offer(offer: Offer, title: str, corner: str) -> dict[str, Any]:
    wide = len(offer.names) == 1
    groups = [
        {
            "name": group.name,
            "lines": [
                {"name": line.name, "note": line.note, "cells": [_cell(cell, wide) for cell in line.cells]}
                for line in group.lines
            ],
        }
        for group in offer.groups
    ]
    return {"title": title, "corner": corner, "names": list(offer.names), "groups": groups}


def _cell(cell: Cell, wide: bool) -> str:
    """A cell in words; nothing promised is a dash where packages stand side by side, as on the page."""
    return cell.text if wide or cell.kind in ("yes", "text") else "–"
