"""The start page: what this is for visitors, the cases for subscribers' people, the console for staff."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext, pgettext
from django.views.decorators.http import require_safe

from garant.cases import queries
from garant.core.people import Viewer
from garant.core.rights import staff_for
from garant.portal.access import viewer_of
from garant.portal.contracts import contract_panels, organisations
from garant.portal.drafts import Draft
from garant.portal.lists import ListedCase, listed
from garant.portal.views_packages import sample_answer

#: Where staff begin: those who work on cases with the queue, programme owners with their programmes, the others with
#: the subscribers.
CONSOLE, CONSOLE_PROGRAMMES, CONSOLE_SUBSCRIBERS = "/console/", "/console/programmes/", "/console/subscribers/"
OPEN, DONE = ("open", "waiting", "held"), ("resolved", "closed", "merged")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where everybody starts."""
    if not request.user.is_authenticated:
        return render(request, "portal/welcome.html", {"sample": sample_answer(get_language() or "en")})
    viewer = viewer_of(request)
    if viewer.is_staff:
        return redirect(_desk_home(viewer))
    if not viewer.subscribers():
        return render(request, "portal/nobody.html", {"section": "cases"})
    return _cases(request)


def _desk_home(viewer: Viewer) -> str:
    if viewer.staff_roles & staff_for("work_queue"):
        return CONSOLE
    return CONSOLE_PROGRAMMES if "programme_owner" in viewer.staff_roles else CONSOLE_SUBSCRIBERS


def _cases(request: HttpRequest) -> HttpResponse:
    viewer, now = viewer_of(request), datetime.now(UTC)
    sections = []
    for title, state, parameter in (
        (pgettext("list of cases", "Open"), "open", "after"),
        (gettext("Answered and closed"), "done", "past"),
    ):
        page = queries.my_cases(viewer=viewer, state=state, after=request.GET.get(parameter), limit=25)
        rows: list[ListedCase] = [listed(row, viewer, now) for row in page.rows]
        sections.append({"title": title, "page": page, "rows": rows, "parameter": parameter})
    draft = Draft(viewer)
    words: dict[str, Any] = {
        "section": "cases",
        "organisations": [name for _, name in organisations(viewer)],
        "sections": sections,
        "nothing": not any(section["rows"] for section in sections),
        "draft": {"subject": draft.data.get("subject") or gettext("without a title")} if draft else None,
        "contracts": contract_panels(viewer),
    }
    return render(request, "portal/cases.html", words)
