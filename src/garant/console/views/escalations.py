"""What was escalated."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from garant.cases import queries
from garant.console.access import staff_only
from garant.console.desk import now, page
from garant.console.packages import Names
from garant.console.told import group
from garant.core.people import Viewer


@staff_only("GET")
def show(request: HttpRequest) -> HttpResponse:
    """Escalations, newest first, grouped by how their promise stands."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    at = now()
    found = queries.escalations(viewer=viewer, after=request.GET.get("after"), limit=50)
    return page(
        request,
        "console/escalations.html",
        section="escalations",
        now=at,
        groups=group(found.rows, at, viewer, Names()),
        page=found,
    )
