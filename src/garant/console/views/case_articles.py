"""Putting an article into a reply: look for it, choose it, and its address stands in the draft."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from garant.cases import operations, queries
from garant.console.access import staff_only
from garant.console.composer import place_of
from garant.console.desk import page
from garant.console.forms import LONGEST, DraftForm
from garant.console.forms_articles import ChosenForm
from garant.console.views.cases import seen
from garant.core.audiences import CUSTOMERS, PUBLIC
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.finding.queries import search
from garant.knowledge.queries_finding import article_by_id
from garant.knowledge.views import Line

#: Only what every subscriber's people may open goes into a reply.
READERS = frozenset({PUBLIC, CUSTOMERS})
SHOWN = 10


@staff_only("GET", "POST", act="reply")
def choose(request: HttpRequest, number: int) -> HttpResponse:
    """Keep what is being written (POST from the composer) and look for an article in the customer's language."""
    viewer, view = _viewer(request), seen(request, number)
    if request.method == "POST":
        form = DraftForm(request.POST)
        if form.is_valid() and form.cleaned_data["kind"] == "reply":
            data = {"body": form.cleaned_data["body"], "wait": form.cleaned_data["wait"]}
            operations.save_draft(by=viewer.actor, place=place_of("reply", number), data=data)
        return redirect("console:case-articles", number=number)
    asked = request.GET.get("q", view.subject).strip()[:200]
    found = search(text=asked, language=view.language, audience=READERS, kinds=("article",), limit=SHOWN)
    rows = [(one, line) for one in found.hits if (line := _line(one.ref, view.language)) is not None]
    return page(request, "console/case_articles.html", section="queue", case=view, q=asked, rows=rows)


@staff_only("POST", act="reply")
def insert(request: HttpRequest, number: int) -> HttpResponse:
    """The article's title and address behind what is being written."""
    viewer, view = _viewer(request), seen(request, number)
    form = ChosenForm(request.POST)
    line = _line(str(form.cleaned_data["article"]), view.language) if form.is_valid() else None
    if line is None:
        raise Http404(gettext("There is no such article."))
    place = place_of("reply", number)
    kept = queries.draft(viewer=viewer, place=place)
    typed = dict(kept.data) if kept else {}
    address = f"{settings.BASE_URL}{reverse('kb_article', args=[line.slug])}"
    body = f"{str(typed.get('body', '')).rstrip()}\n\n{line.title}\n{address}\n".lstrip()
    if len(body) > LONGEST:
        messages.error(request, gettext("With it the text would be too long."))
    else:
        operations.save_draft(by=viewer.actor, place=place, data={**typed, "body": body})
        told = gettext("“%(title)s” is inserted. Read it before you send it.") % {"title": line.title}
        messages.success(request, told)
    return redirect(f"{reverse('console:case', args=[number])}?compose=reply#composer")


def _line(ref: str, language: str) -> Line | None:
    try:
        line = article_by_id(audience=READERS, article_id=int(ref), language=language)
    except NotFound:
        return None
    return line


def _viewer(request: HttpRequest) -> Viewer:
    return request.viewer  # type: ignore[attr-defined]
