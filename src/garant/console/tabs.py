"""The lists of the queue, each with its count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, pgettext

from garant.console.desk import Desk
from garant.directory.queries_views import ViewRow

#: Tab -> the list that cases.queries knows.
TABS = ("open", "mine", "unassigned", "urgent", "waiting", "held")


@dataclass(frozen=True, slots=True)
class Tab:
    """A list with its count."""

    name: str
    href: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept view as a tab: its search, and whose it is when it is somebody else's."""

    name: str
    href: str
    about: str
    mine: bool
    current: bool


def kept_tabs(views: Sequence[ViewRow], current: ViewRow | None) -> list[Kept]:
    """Kept views behind the lists."""
    home = reverse("console:queue")
    return [
        Kept(
            view.name,
            f"{home}?{urlencode({'q': view.query})}",
            " · ".join(filter(None, [view.query, view.owner])),
            view.mine,
            view == current,
        )
        for view in views
    ]


def shown_of(request: HttpRequest) -> str:
    """The tab asked for; anything unknown is the list of all open cases."""
    asked = request.GET.get("shown", "open")
    return asked if asked in TABS else "open"


def tabs(desk: Desk, shown: str) -> list[Tab]:
    """All lists; `shown` is the current one, empty for none of them."""
    names = {
        "open": gettext("All open"),
        "mine": pgettext("filter", "Mine"),
        "unassigned": pgettext("filter", "Nobody yet"),
        "urgent": gettext("Near or missed"),
        "waiting": pgettext("filter", "Waiting"),
        "held": pgettext("filter", "Held"),
    }
    home = reverse("console:queue")
    return [
        Tab(names[key], home if key == "open" else f"{home}?shown={key}", _count(desk, key), key == shown)
        for key in TABS
    ]


def _count(desk: Desk, key: str) -> int:
    return desk.near + desk.missed if key == "urgent" else desk.counts[key]
