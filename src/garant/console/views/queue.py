"""The queue: what is owed next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext

from garant.cases import queries
from garant.console.access import staff_only
from garant.console.desk import Desk, desk_of, now, page
from garant.console.horizon import Due
from garant.console.lines import Line, grouped, line_of
from garant.console.packages import Names
from garant.console.strip import strip
from garant.console.terms import calendar_of, most_common
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.kit.clocks import clock_state

#: Tab -> the list that cases.queries knows.
TABS = ("open", "mine", "unassigned", "urgent", "waiting", "held")
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Tab:
    """A saved filter with its count."""

    name: str
    href: str
    count: int
    current: bool


@staff_only("GET")
def show(request: HttpRequest) -> HttpResponse:
    """Open cases by next due time; `shown` picks a tab, `q` searches number and subject."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    searched = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    found = _by_number(viewer, searched)
    if found:
        return redirect("console:case", number=found)
    return page(request, "console/queue.html", **_content(request, viewer, searched))


@staff_only("GET")
def clocks(request: HttpRequest) -> HttpResponse:
    """Only the clocks of the lines on a page: swapped in place, so that focus stays where it is."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    at = now()
    lines = _lines(_page(request, viewer, request.GET.get("q", "")).rows, viewer, at)
    return render(request, "console/parts/clocks.html", {"lines": lines, "now": at})


def shown_of(request: HttpRequest) -> str:
    """The tab asked for; anything unknown is the list of all open cases."""
    asked = request.GET.get("shown", "open")
    return asked if asked in TABS else "open"


def _page(request: HttpRequest, viewer: Viewer, searched: str) -> Any:
    return queries.queue(
        viewer=viewer, shown=shown_of(request), after=request.GET.get("after"), limit=50, search=searched or None
    )


def _lines(rows: Any, viewer: Viewer, at: Any) -> list[Line]:
    names, who = Names(), viewer.person_id
    return [line_of(row, now=at, zone_name=viewer.zone, person_id=who, names=names) for row in rows]


def _content(request: HttpRequest, viewer: Viewer, searched: str) -> dict[str, Any]:
    at, desk, shown = now(), desk_of(viewer), shown_of(request)
    found = _page(request, viewer, searched)
    lines = _lines(found.rows, viewer, at)
    due_rows = queries.due_times(viewer=viewer)
    calendar = most_common([line.calendar for line in lines] or [calendar_of(row) for row in due_rows])
    dues = [Due(row.due, clock_state(row, at).state) for row in due_rows]
    return {
        "section": "queue",
        "now": at,
        "desk": desk,
        "shown": shown,
        "searched": searched,
        "tabs": _tabs(desk, shown if not searched else ""),
        "groups": grouped(lines, now=at, zone_name=viewer.zone, calendar=calendar),
        "page": found,
        "clocks_url": f"{reverse('console:clocks')}?{urlencode(_kept(request))}",
        "banner_text": _banner(desk),
        **strip(calendar, viewer.zone, at, dues),
    }


def _kept(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("shown", "after", "q") if name in request.GET}


def _tabs(desk: Desk, shown: str) -> list[Tab]:
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


def _banner(desk: Desk) -> str:
    nobody = desk.counts.get("missed_unassigned", 0)
    if not nobody:
        return ""
    return ngettext(
        "Nobody works on %(n)d of the missed ones yet.", "Nobody works on %(n)d of the missed ones yet.", nobody
    ) % {"n": nobody}


def _by_number(viewer: Viewer, searched: str) -> int | None:
    """The case a search names by its number; None when it is no number or no such case is visible."""
    digits = searched.lstrip("#")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        return None
    try:
        return queries.case(viewer=viewer, number=int(digits)).number
    except NotFound:
        return None
