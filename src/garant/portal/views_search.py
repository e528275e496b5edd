"""One search over articles and threads for everybody, and over cases for those who may read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from garant.cases import queries as cases
from garant.contracts.queries_audience import audience_of
from garant.core.people import Viewer
from garant.finding import queries as finding
from garant.finding.operations import note_miss
from garant.kit.languages import NAMES
from garant.portal.access import viewer_of
from garant.portal.addresses import address_of

#: Longest text that is looked for, rows of a page, cases beside them, and lines while somebody types.
LONGEST, ROWS, CASES, LINES = 300, 15, 6, 8
KINDS = ("article", "thread")
Marked = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the page; `elsewhere`: in another language than the reader's."""

    kind: str
    url: str
    title: Marked
    snippet: Marked
    language: str
    elsewhere: bool

    @property
    def language_name(self) -> str:
        """The language's own name."""
        return NAMES.get(self.language, self.language)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The page of results, with filters in its address."""
    viewer, language = viewer_of(request), get_language() or "en"
    text, kind = request.GET.get("q", "").strip()[:LONGEST], request.GET.get("kind", "")
    kinds = (kind,) if kind in KINDS else KINDS
    words: dict[str, Any] = {
        "section": "search",
        "q": text,
        "kind": kind if kind in KINDS else "",
        "choices": _choices(),
    }
    if text:
        result = finding.search(
            text=text, language=language, audience=audience_of(viewer), kinds=kinds, limit=ROWS,
            after=request.GET.get("after"),
        )  # fmt: skip
        if not result.hits and kind == "":
            note_miss(text=text, language=language, day=timezone.localdate())
        words |= {
            "rows": [_line(hit) for hit in result.hits],
            "counted": result.counted,
            "is_capped": result.is_capped,
            "meant": result.did_you_mean,
            "next": result.next,
            "cases": _cases(viewer, text) if kind == "" else (),
        }
    return render(request, "portal/search.html", words)


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Titles for what is being typed, as a part of the page."""
    text, language = request.GET.get("q", "").strip()[:LONGEST], get_language() or "en"
    found = (
        finding.suggest(text=text, language=language, audience=audience_of(viewer_of(request)), limit=LINES)
        if len(text) > 1
        else ()
    )
    return render(request, "portal/search_lines.html", {"rows": [_line(hit) for hit in found]})


def _choices() -> list[tuple[str, str]]:
    return [("", gettext("Everything")), ("article", gettext("Articles")), ("thread", gettext("Community"))]


def _line(hit: finding.Hit | finding.Suggestion) -> Found:
    snippet, elsewhere = (hit.snippet, hit.elsewhere) if isinstance(hit, finding.Hit) else ((), False)
    return Found(hit.kind, address_of(hit.kind, hit.ref), hit.title, snippet, hit.language, elsewhere)


def _cases(viewer: Viewer, text: str) -> list[tuple[int, str]]:
    """The reader's own organisation's cases with all of the words in the title, open ones first."""
    if not viewer.subscribers() or viewer.is_staff:
        return []
    rows = [
        row
        for state in ("open", "done")
        for row in cases.my_cases(viewer=viewer, state=state, words=text[:100], limit=CASES).rows
    ]
    return [(row.number, row.subject) for row in rows[:CASES]]
