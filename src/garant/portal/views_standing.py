"""How the reader's organisations stand: why support is suspended, what it means, and whom to ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from garant.contracts.queries_standing import standing, standings
from garant.contracts.views_standing import StandingView
from garant.core.people import Viewer
from garant.core.programmes import said
from garant.directory import queries as directory
from garant.portal.access import for_subscribers, viewer_of
from garant.wording import standing as words


@dataclass(frozen=True, slots=True)
class Item:
    """Something that is late, for those who answer for payments."""

    ground: str
    reference: str
    since: date
    outstanding: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation's standing in the reader's language. `ask`: (name, address) of whom to ask."""

    name: str
    suspended: bool
    since: datetime | None
    ground: str
    reason: str
    rule: str
    ask: tuple[tuple[str, str], ...]
    items: tuple[Item, ...]


@for_subscribers
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The standing of each of the reader's organisations."""
    viewer = viewer_of(request)
    found = [
        _shown(row.name, standing(viewer=viewer, subscriber_id=row.id))
        for row in directory.subscribers(viewer, limit=200).rows
    ]
    return render(request, "portal/standing.html", {"section": "standing", "organisations": found, "zone": viewer.zone})


def suspensions(viewer: Viewer) -> list[Organisation]:
    """The reader's organisations whose support is suspended, for the banner of every page."""
    mine = viewer.subscribers()
    if viewer.is_staff or not mine:
        return []
    states = standings(viewer=viewer, subscriber_ids=mine)
    held = [one for one in mine if states.get(one) == "suspended"]
    if not held:
        return []
    names = {row.id: row.name for row in directory.subscribers(viewer, limit=200).rows}
    return [_shown(names.get(one, ""), standing(viewer=viewer, subscriber_id=one)) for one in sorted(held)]


def _shown(name: str, view: StandingView) -> Organisation:
    return Organisation(
        name=name,
        suspended=view.suspended,
        since=view.since,
        ground=words.ground_name(view.ground) if view.ground else "",
        reason=view.reason,
        rule=said(view.rule_text, get_language() or "en"),
        ask=view.ask,
        items=tuple(
            Item(words.ground_name(item.ground), item.reference, item.since, _money(item.outstanding, item.currency))
            for item in view.items
        ),
    )


def _money(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else f"{number_format(amount, 2, use_l10n=True, force_grouping=True)} {currency}"
