"""What was escalated, and the outbox in which its notices stand."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext

from garant.cases import queries
from garant.console.access import staff_only
from garant.console.desk import now, page
from garant.console.packages import Names
from garant.console.told import group, notice_line, read
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.journal import queries as journal


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


@staff_only("GET")
def notices(request: HttpRequest) -> HttpResponse:
    """The outbox, newest first."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = journal.notices(viewer=viewer, after=request.GET.get("after"), limit=50)
    lines = [notice_line(row, viewer) for row in found.rows]
    return page(request, "console/notices.html", section="notices", lines=lines, page=found)


@staff_only("GET")
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """One message as its receiver reads it, in the receiver's language."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        row = journal.notice(viewer=viewer, id=notice_id)
    except NotFound:
        raise Http404(gettext("There is no such notice.")) from None
    return page(
        request,
        "console/notice.html",
        section="notices",
        line=notice_line(row, viewer),
        letter=read(row, viewer),
        notice=row,
    )
