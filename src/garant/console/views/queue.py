"""The queue: what is owed next; searched, kept as views, and changed several cases at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext

from garant.cases import queries
from garant.console.access import staff_only
from garant.console.columns import chosen, heads, names
from garant.console.desk import Desk, desk_of, now, page
from garant.console.horizon import Due
from garant.console.lines import Line, grouped, line_of, row_of
from garant.console.narrowing import choices, misread_lines, organisation, typed
from garant.console.packages import Names
from garant.console.people import answering
from garant.console.strip import strip
from garant.console.tabs import kept_tabs, shown_of, tabs
from garant.console.terms import calendar_of, most_common
from garant.console.undoing import undoable
from garant.core.looking import Look, read
from garant.core.people import Viewer
from garant.core.rights import may
from garant.directory.queries_finding import people_matching, subscribers_matching
from garant.directory.queries_views import views
from garant.kit.clocks import state_of
from garant.kit.moments import counted

ROWS = 50


@staff_only("GET", act="read_cases")
def show(request: HttpRequest) -> HttpResponse:
    """Open cases by next due time; `shown` picks a list, `q` searches, `f_...` are the fields of the filter."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if "filter" in request.GET:
        return redirect(f"{reverse('console:queue')}?{urlencode({'q': typed(request.GET)})}")
    look = read(request.GET.get("q", ""))
    named = queries.by_number(viewer=viewer, text=look.text)
    if named:
        return redirect("console:case", number=named[0].number)
    return page(request, "console/queue.html", **_content(request, viewer, look))


@staff_only("GET", act="read_cases")
def clocks(request: HttpRequest) -> HttpResponse:
    """Only the clocks of the lines on a page: swapped in place, so that focus stays where it is."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    at = now()
    lines = _lines(_page(request, viewer, read(request.GET.get("q", ""))).rows, viewer, at)
    return render(request, "console/parts/clocks.html", {"lines": lines, "now": at})


def _page(request: HttpRequest, viewer: Viewer, look: Look) -> Any:
    after = request.GET.get("after")
    return queries.queue(viewer=viewer, shown=shown_of(request), after=after, limit=ROWS, look=look)


def _lines(rows: Any, viewer: Viewer, at: Any, columns: Sequence[str] = ()) -> list[Line]:
    names, who = Names(), viewer.person_id
    return [line_of(row, now=at, zone_name=viewer.zone, person_id=who, names=names, columns=columns) for row in rows]


def _content(request: HttpRequest, viewer: Viewer, look: Look) -> dict[str, Any]:
    at, shown, works = now(), shown_of(request), may(viewer, "assign")
    found, desk = _page(request, viewer, look), desk_of(viewer)
    kept = views(viewer)
    current = next((view for view in kept if view.query == look.text and look), None)
    columns = chosen(viewer, current)
    lines = _lines(found.rows, viewer, at, columns)
    due_rows = queries.due_times(viewer=viewer)
    calendar = most_common([line.calendar for line in lines] or [calendar_of(row) for row in due_rows])
    dues = [Due(row.due, state_of(row, at)) for row in due_rows]
    return {
        "section": "queue",
        "now": at,
        "desk": desk,
        "shown": shown,
        "look": look,
        "searched": look.text,
        "misread": misread_lines(look),
        "views": kept_tabs(kept, current),
        "view": current,
        "tabs": tabs(desk, "" if look else shown),
        "columns_before": heads(columns, before=True),
        "columns_after": heads(columns, before=False),
        "span": len(columns) + 5,
        "groups": [
            (group, [row_of(line, may_work=works) for line in group.lines])
            for group in grouped(lines, now=at, zone_name=viewer.zone, calendar=calendar)
        ],
        "page": found,
        "people": people_matching(viewer=viewer, words=look.words),
        "subscribers": subscribers_matching(viewer=viewer, words=look.words),
        "all_columns": [(column, column.code in columns) for column in names().values()],
        "choices": choices(viewer, look),
        "org": organisation(look),
        "agents": answering(viewer),
        "may_work": works,
        "undo": undoable(request),
        "clocks_url": f"{reverse('console:clocks')}?{urlencode(_kept(request))}",
        "banner_text": _banner(desk),
        **strip(calendar, viewer.zone, at, dues),
    }


def _kept(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("shown", "after", "q") if name in request.GET}


def _banner(desk: Desk) -> str:
    nobody = desk.counts.get("missed_unassigned", 0)
    if not nobody:
        return ""
    return ngettext(
        "Nobody works on %(n)s of the missed ones yet.", "Nobody works on %(n)s of the missed ones yet.", nobody
    ) % {"n": counted(nobody)}
