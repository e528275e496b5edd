"""The start page: what this is for visitors, the cases for subscribers' people, the console for staff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext, pgettext
from django.views.decorators.http import require_safe

from garant.cases import queries
from garant.core.people import Viewer
from garant.core.rights import staff_for
from garant.kit.exports import Cell, csv_response
from garant.kit.manners import Manners, manners
from garant.portal.access import for_subscribers, viewer_of
from garant.portal.contracts import contract_panels, organisations
from garant.portal.drafts import Draft
from garant.portal.lists import ListedCase, listed
from garant.portal.views_packages import sample_answer
from garant.portal.words import state_name

#: Where staff begin: those who work on cases with the queue, programme owners with their programmes, the others with
#: the subscribers.
CONSOLE, CONSOLE_PROGRAMMES, CONSOLE_SUBSCRIBERS = "/console/", "/console/programmes/", "/console/subscribers/"
LONGEST_SEARCH = 100
EXPORTED = ("number", "title", "severity", "state", "opened_by", "received_at", "due", "last_activity_at")
OPEN, DONE = ("open", "waiting", "held"), ("resolved", "closed", "merged")


@dataclass(frozen=True, slots=True)
class Look:
    """What the reader narrowed the list to: their own cases, a state, words of the title. False: nothing."""

    mine: bool
    state: str
    words: str

    @classmethod
    def of(cls, request: HttpRequest) -> Look:
        """From the address; anything unknown counts as nothing."""
        state = request.GET.get("state", "")
        words = " ".join(request.GET.get("q", "").split())[:LONGEST_SEARCH]
        return cls(request.GET.get("mine") == "yes", state if state in ("open", "done") else "", words)

    def __bool__(self) -> bool:
        """Whether anything is left out."""
        return self.mine or bool(self.state) or bool(self.words)

    @property
    def query(self) -> str:
        """As an address says it."""
        parts = {"mine": "yes" if self.mine else "", "state": self.state, "q": self.words}
        return urlencode({name: value for name, value in parts.items() if value})


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where everybody starts."""
    if not request.user.is_authenticated:
        return render(
            request, "portal/welcome.html", {"sample": sample_answer(get_language() or "en"), **_head(request)}
        )
    viewer = viewer_of(request)
    if viewer.is_staff:
        return redirect(_desk_home(viewer))
    if not viewer.subscribers():
        return render(request, "portal/nobody.html", {"section": "cases"})
    return _cases(request)


def _head(request: HttpRequest) -> dict[str, Manners]:
    """The start page for those who list it."""
    words = gettext(
        "When you open a case, you are told by when it will be answered, and why. "
        "Late is called late, and nobody has to ask."
    )
    return manners(request, title=gettext("Support that keeps its word"), description=words)


def _desk_home(viewer: Viewer) -> str:
    if viewer.staff_roles & staff_for("work_queue"):
        return CONSOLE
    return CONSOLE_PROGRAMMES if "programme_owner" in viewer.staff_roles else CONSOLE_SUBSCRIBERS


def _cases(request: HttpRequest) -> HttpResponse:
    viewer, now = viewer_of(request), datetime.now(UTC)
    look = Look.of(request)
    sections = []
    for title, state, parameter in (
        (pgettext("list of cases", "Open"), "open", "after"),
        (gettext("Answered and closed"), "done", "past"),
    ):
        if look.state not in ("", state):
            continue
        page = queries.my_cases(
            viewer=viewer, state=state, mine=look.mine, words=look.words, after=request.GET.get(parameter), limit=25
        )
        rows: list[ListedCase] = [listed(row, viewer, now) for row in page.rows]
        sections.append({"title": title, "page": page, "rows": rows, "parameter": parameter})
    draft = Draft(viewer)
    words: dict[str, Any] = {
        "section": "cases",
        "organisations": [name for _, name in organisations(viewer)],
        "sections": sections,
        "nothing": not look and not any(section["rows"] for section in sections),
        "found_nothing": bool(look) and not any(section["rows"] for section in sections),
        "look": look,
        "export": f"{reverse('cases_export')}?{look.query}" if look else reverse("cases_export"),
        "draft": {"subject": draft.data.get("subject") or gettext("without a title")} if draft else None,
        "contracts": contract_panels(viewer),
    }
    return render(request, "portal/cases.html", words)


@for_subscribers
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The cases that the list shows, as CSV: those that the reader may read."""
    viewer, look = viewer_of(request), Look.of(request)

    def rows() -> Iterator[tuple[Cell, ...]]:
        after: str | None = None
        while True:
            page = queries.my_cases(
                viewer=viewer, state=look.state or None, mine=look.mine, words=look.words, after=after, limit=200
            )
            for row in page.rows:
                yield (
                    row.number, row.subject, row.severity, state_name(row.state, row.held_reason), row.opened_by.name,
                    row.received_at, row.due, row.last_activity_at,
                )  # fmt: skip
            if page.next is None:
                return
            after = page.next

    # Read before the answer begins: what is streamed later would be asked for outside the reader's scope.
    return csv_response("cases.csv", EXPORTED, list(rows()))  # type: ignore[return-value]
