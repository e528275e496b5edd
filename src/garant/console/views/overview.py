"""A manager's home: what is near and missed, the load, the weeks, with plots and the same figures in tables."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, pgettext

from garant.cases.queries_offers import deflection
from garant.cases.queries_overview import Week, overview
from garant.console.access import staff_only
from garant.console.desk import page
from garant.console.plots import bars
from garant.console.words import owed
from garant.core.people import Viewer
from garant.kit.exports import csv_response
from garant.kit.moments import day, short_date


@staff_only("GET", act="read_overview")
def show(request: HttpRequest) -> HttpResponse:
    """The desk at a glance."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = overview(viewer=viewer)
    labels = [day(week.monday) for week in found.weeks]
    below = [short_date(week.monday) for week in found.weeks]
    names = [one.name or pgettext("filter", "Nobody yet") for one in found.load]
    return page(
        request,
        "console/overview.html",
        section="overview",
        now=found.at,
        saved=deflection(viewer=viewer),
        found=found,
        owed=[(one, owed(one.metric)) for one in found.owed],
        weeks=[(week, label, _percent(week)) for week, label in zip(found.weeks, labels, strict=True)],
        filed=bars(gettext("Cases filed, by week"), below, [week.filed for week in found.weeks]),
        kept=bars(
            gettext("First answers in time, of those that fell due, by week"),
            below,
            [week.due for week in found.weeks],
            [week.kept for week in found.weeks],
        ),
        load=list(zip(found.load, names, strict=True)),
        loads=bars(
            gettext("Open cases by person, the missed ones filled"),
            [name.split()[0] if one.person else name for one, name in zip(found.load, names, strict=True)][:12],
            [one.open for one in found.load][:12],
            [one.missed for one in found.load][:12],
        ),
    )


def _percent(week: Week) -> str:
    return "–" if week.share is None else f"{round(week.share * 100)} %"


@staff_only("GET", act="read_overview")
def weeks(request: HttpRequest) -> HttpResponse:
    """The weeks as CSV, to count with elsewhere."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    head = ("week", "filed", "first_due", "first_kept", "later_due", "later_kept")
    rows = [
        (one.monday.isoformat(), one.filed, one.due, one.kept, one.due_later, one.kept_later)
        for one in overview(viewer=viewer, weeks=52).weeks
    ]
    return csv_response("weeks.csv", head, rows)  # type: ignore[return-value]
