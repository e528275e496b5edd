"""Help articles as their readers see them. Reading needs no account, sets no cookie, and works without script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from garant.core.refusals import NotFound, Refusal
from garant.kit.file_types import is_picture
from garant.kit.forms import UnknownFields
from garant.kit.languages import NAMES
from garant.kit.manners import manners
from garant.kit.markdown import Rendered, plain, rendered
from garant.kit.uploads import file_response
from garant.knowledge import operations, queries
from garant.knowledge.views import ArticlePage
from garant.portal.access import viewer_of
from garant.portal.forms_kb import REASONS, HelpfulForm
from garant.wording.sentences import refusal_lines

#: Articles of a section on one page.
PER_PAGE = 50


def published(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What the reader may not read is answered exactly like what there is not."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound:
            raise Http404 from None

    return answered


@published
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The sections, and what was written last."""
    viewer, language = viewer_of(request), _language()
    return render(request, "portal/kb_home.html", {
        "section": "kb",
        "sections": queries.sections(viewer=viewer, language=language),
        "latest": queries.latest(viewer=viewer, language=language),
        **manners(request, title=gettext("Help articles"), description=gettext("What was solved once, written down.")),
    })  # fmt: skip


@published
@require_safe
def section(request: HttpRequest, code: str) -> HttpResponse:
    """A section's articles, by title."""
    viewer, language = viewer_of(request), _language()
    shown = next((each for each in queries.sections(viewer=viewer, language=language) if each.code == code), None)
    if shown is None:
        raise NotFound("section")  # one that is empty for this reader looks like none
    after = request.GET.get("after")
    rows = queries.section_articles(viewer=viewer, code=code, language=language, after=after, limit=PER_PAGE)
    return render(request, "portal/kb_section.html", {
        "section": "kb",
        "shown": shown,
        "page": rows,
        **manners(request, title=shown.name, description=", ".join(row.title for row in rows), keep=("after",)),
    })  # fmt: skip


@published
@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """An article in the reader's language, or with a note in another one; an old address leads to the present one."""
    viewer, language = viewer_of(request), _language()
    try:
        page = queries.article_page(viewer=viewer, slug=slug, language=language)
    except NotFound:
        now = queries.moved_to(viewer=viewer, slug=slug)
        if now is None:
            raise
        return redirect("kb_article", slug=now, permanent=True)
    response = render(request, "portal/kb_article.html", {
        "section": "kb",
        "article": page,
        "text": text_of(page),
        "related": queries.related(viewer=viewer, slug=slug, language=language),
        "others": [(code, NAMES.get(code, code)) for code in page.languages if code != page.language],
        "language_name": NAMES.get(page.language, page.language),
        "downloads": [file for file in page.files if not is_picture(file.media_type)],
        **(_head(request, page) if page.visibility == "public" else {}),
    })  # fmt: skip
    if viewer.person_id is None:
        response.headers["Last-Modified"] = http_date(page.updated_at.timestamp())
    return response


@published
@require_safe
def file(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """A file of an article, for whoever may read the article; a picture inside the page where the page asks for it."""
    found = queries.file_content(viewer=viewer_of(request), slug=slug, key=key)
    return file_response(request, name=found.name, media_type=found.media_type, content=found.content)


@published
@require_http_methods(["GET", "HEAD", "POST"])
def helpful(request: HttpRequest, slug: str) -> HttpResponse:
    """Whether it helped. The question is a page of its own: its form needs a cookie, and readers of the article get
    none."""
    page = queries.article_page(viewer=viewer_of(request), slug=slug, language=_language())
    if request.method != "POST":
        answer = "yes" if request.GET.get("answer") == "yes" else "no"
        done = "done" in request.GET
        return _asked(request, page, HelpfulForm(initial={"answer": answer}), done=done)
    try:
        form = HelpfulForm(request.POST)
    except UnknownFields:
        return HttpResponseBadRequest()
    if not form.is_valid():
        return _asked(request, page, form, status=422)
    try:
        operations.record_feedback(
            viewer=viewer_of(request), slug=slug, language=page.language, key=_giver(request),
            is_helpful=form.cleaned_data["answer"] == "yes", reason=form.cleaned_data["reason"],
            text=form.cleaned_data["text"],
        )  # fmt: skip
    except Refusal as why:
        return _asked(request, page, form, refusal=refusal_lines(why), status=429)
    return redirect(f"{request.path}?done")


def text_of(page: ArticlePage) -> Rendered:
    """The article's text as it stands in a page. Its files may be named by their key or by their name."""
    known: dict[str, str] = {}
    for each in page.files:
        address = reverse("kb_file", kwargs={"slug": page.slug, "key": each.key})
        known |= {each.name: address, f"files/{each.key}": address, f"files/{each.key}/": address, address: address}
    return rendered(page.text.body, known)


def _asked(
    request: HttpRequest, page: ArticlePage, form: HelpfulForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    answer = form["answer"].value()
    words = {"section": "kb", "article": page, "form": form, "answer": answer, "reasons": REASONS, **more}
    return render(request, "portal/kb_helpful.html", words, status=status)


def _giver(request: HttpRequest) -> str:
    """What tells one reader from another for an hour; the room stores a keyed digest of it only."""
    viewer = viewer_of(request)
    if viewer.person_id is not None:
        return f"person:{viewer.person_id}"
    return f"address:{get_adapter(request).get_client_ip(request)}"


def _language() -> str:
    return get_language() or "en"


def _head(request: HttpRequest, page: ArticlePage) -> dict[str, Any]:
    """The article for those who list it."""
    text = page.text
    facts = {
        "@type": "TechArticle",
        "headline": text.title,
        "description": text.summary,
        "inLanguage": page.language,
        "datePublished": page.published_at.astimezone(UTC).isoformat(),
        "dateModified": page.updated_at.astimezone(UTC).isoformat(),
        "articleSection": page.section_name,
    }
    other = page.language if page.is_fallback else ""
    return manners(request, title=text.title, description=text.summary or plain(text.body), kind="article", data=facts,
                   languages=page.languages, language=other)  # fmt: skip
