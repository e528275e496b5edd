"""Writing the knowledge base: articles, their texts in each language, publishing, history, and what is missing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext

from garant.cases.queries_gaps import without_article
from garant.console.access import staff_only
from garant.console.articles import case_of, flagged, from_case, packages, sections, state_words, told
from garant.console.desk import page
from garant.console.forms_articles import (
    ActForm,
    ArchiveArticleForm,
    ArticleForm,
    FileForm,
    NewArticleForm,
    SectionForm,
    TextForm,
)
from garant.console.posting import posted
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.core.rights import may
from garant.finding.queries import misses
from garant.kit.languages import NAMES
from garant.kit.markdown import rendered
from garant.kit.uploads import take_files
from garant.knowledge import operations, operations_files, queries_gaps, queries_writing
from garant.knowledge.views import ArticleForAuthors
from garant.wording.sentences import refusal_lines

WRITE, PUBLISH = "write_articles", "publish_articles"


def _viewer(request: HttpRequest) -> Viewer:
    return request.viewer  # type: ignore[attr-defined]


def _language() -> str:
    return get_language() or "en"


def _found(request: HttpRequest, article_id: int) -> ArticleForAuthors:
    try:
        return queries_writing.article_for_authors(viewer=_viewer(request), article_id=article_id)
    except NotFound:
        raise Http404(gettext("There is no such article.")) from None


def _known(language: str) -> str:
    if language not in dict(settings.LANGUAGES):
        raise Http404(gettext("There is no such language."))
    return language


@staff_only("GET", act=WRITE)
def show(request: HttpRequest) -> HttpResponse:
    """All articles by address, with where each language stands; and what waits for somebody."""
    viewer, words = _viewer(request), request.GET.get("q", "").strip()[:100]
    archived = request.GET.get("archived") == "yes"
    found = queries_writing.articles_for_authors(
        viewer=viewer, words=words, archived=archived, after=request.GET.get("after")
    )
    work = [] if words or archived or request.GET.get("after") else queries_writing.to_do(viewer=viewer, limit=30)
    rows = [
        (
            one,
            one.translations[0].title if one.translations else one.slug,
            [(t, state_words(t)) for t in one.translations],
        )
        for one in found.rows
    ]
    return page(
        request, "console/articles.html", section="articles", page=found, rows=rows, work=work, q=words,
        archived=archived, languages=NAMES, may_publish=may(viewer, PUBLISH),
        section_form=SectionForm(), sections=sections(viewer, _language()),
    )  # fmt: skip


@staff_only("POST", act=PUBLISH)
def section(request: HttpRequest) -> HttpResponse:
    """Make a section, or name it anew."""

    def run(form: SectionForm) -> str:
        data = form.cleaned_data
        operations.save_section(by=_viewer(request).actor, code=data["code"], names={"en": data["name"]})
        return gettext("The section “%(name)s” is kept.") % {"name": data["name"]}

    def again(form: SectionForm) -> HttpResponse:
        return page(request, "console/article_section.html", status=422, section="articles", form=form)

    return posted(request, SectionForm, run, again, reverse("console:articles"))


@staff_only("GET", "POST", act=WRITE)
def write(request: HttpRequest) -> HttpResponse:
    """Begin an article: from nothing, or from a case (?case=)."""
    viewer, offered = _viewer(request), sections(_viewer(request), _language())
    if request.method != "POST":
        number = request.GET.get("case", "")
        if number:
            begun = from_case(_case(viewer, number), offered[0][0] if offered else "")
            form = NewArticleForm(initial=begun.initial, sections=offered)
            return _new_page(request, form, begun.flags)
        return _new_page(request, NewArticleForm(initial={"language": _language()}, sections=offered))
    made: list[int] = []

    def run(form: NewArticleForm) -> str:
        data = dict(form.cleaned_data)
        case = data.pop("case")
        data.pop("revision"), data.pop("source_revision")
        act = operations.draft_from if case else operations.create_article
        made.append(act(by=viewer.actor, **data))
        return gettext("“%(title)s” is kept as a draft.") % {"title": data["title"]}

    def again(form: NewArticleForm) -> HttpResponse:
        number = str(form.data.get("case", ""))
        marks = told(flagged(_case(viewer, number), str(form.data.get("body", "")))) if number else ()
        return _new_page(request, form, marks, 422)

    if "preview" in request.POST:
        return _new_page(request, NewArticleForm(request.POST, sections=offered))
    answer = posted(
        request, lambda data: NewArticleForm(data, sections=offered), run, again, reverse("console:articles")
    )
    return redirect("console:article", article_id=made[0]) if made else answer


def _case(viewer: Viewer, number: str) -> Any:
    try:
        return case_of(viewer, int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0)
    except NotFound:
        raise Http404(gettext("There is no such case.")) from None


def _new_page(
    request: HttpRequest, form: NewArticleForm, marks: tuple[tuple[str, str], ...] = (), status: int = 200
) -> HttpResponse:
    preview = rendered(str(form.data.get("body", ""))) if "preview" in request.POST else None
    return page(
        request, "console/article_new.html", status=status, section="articles", form=form, marks=marks, preview=preview
    )


@staff_only("GET", act=WRITE)
def article(request: HttpRequest, article_id: int) -> HttpResponse:
    """One article: where each language stands, what they share, its files and addresses."""
    return _article_page(request, _found(request, article_id))


def _article_page(
    request: HttpRequest, one: ArticleForAuthors, form: ArticleForm | None = None, status: int = 200, problems: Any = ()
) -> HttpResponse:
    there = {each.language: (each, state_words(each)) for each in one.translations}
    initial = {
        "section": one.section, "slug": one.slug, "products": ", ".join(one.products),
        "versions": ", ".join(one.versions), "visibility": one.visibility, "packages": list(one.packages),
        "revision": one.revision,
    }  # fmt: skip
    viewer = _viewer(request)
    form = form or _article_form(viewer, initial=initial)
    return page(
        request, "console/article.html", status=status, section="articles", one=one, form=form,
        texts=[(code, NAMES.get(code, code), *there.get(code, (None, ""))) for code, _name in settings.LANGUAGES],
        title=one.translations[0].title if one.translations else one.slug, may_publish=may(viewer, PUBLISH),
        file_problems=problems,
    )  # fmt: skip


def _article_form(viewer: Viewer, data: Any = None, **kwargs: Any) -> ArticleForm:
    return ArticleForm(data, sections=sections(viewer, _language()), packages=packages(viewer, _language()), **kwargs)


@staff_only("POST", act=WRITE)
def keep(request: HttpRequest, article_id: int) -> HttpResponse:
    """Change what all translations share."""
    viewer, one = _viewer(request), _found(request, article_id)

    def run(form: ArticleForm) -> str:
        changes = form.changes()
        if not may(viewer, PUBLISH):
            # Who may read it is for those who publish; what the form said about it is as it was.
            changes.pop("visibility"), changes.pop("packages")
        operations.set_article(
            by=viewer.actor, article_id=article_id, revision=form.cleaned_data["revision"], **changes
        )
        return gettext("The article is kept.")

    def again(form: ArticleForm) -> HttpResponse:
        return _article_page(request, one, form, 422)

    return posted(
        request, lambda data: _article_form(viewer, data), run, again, reverse("console:article", args=[article_id])
    )


@staff_only("POST", act=PUBLISH)
def archive(request: HttpRequest, article_id: int) -> HttpResponse:
    """Take it from its readers in every language, or give it back."""
    viewer, one = _viewer(request), _found(request, article_id)

    def run(form: ArchiveArticleForm) -> str:
        gone = form.cleaned_data["archived"] == "yes"
        operations.archive_article(by=viewer.actor, article_id=article_id, archived=gone)
        return (
            gettext("The article is archived; nobody reads it any more. It can be brought back.")
            if gone
            else gettext("The article is back.")
        )

    def again(form: ArchiveArticleForm) -> HttpResponse:
        return _article_page(request, one, status=422)

    return posted(request, ArchiveArticleForm, run, again, reverse("console:article", args=[article_id]))


@staff_only("POST", act=WRITE)
def files(request: HttpRequest, article_id: int) -> HttpResponse:
    """Keep files with an article, or take one away."""
    viewer, one = _viewer(request), _found(request, article_id)
    back = reverse("console:article", args=[article_id])
    if "key" in request.POST:

        def run(form: FileForm) -> str:
            key = form.cleaned_data["key"]
            name = operations_files.remove_file(by=viewer.actor, article_id=article_id, key=key)
            return gettext("%(name)s is taken away.") % {"name": name}

        return posted(request, FileForm, run, lambda form: _article_page(request, one, status=422), back)

    def hold(name: str, content: bytes) -> object:
        return operations_files.add_file(by=viewer.actor, article_id=article_id, name=name, content=content)

    problems = [" ".join(refusal_lines(each)) for each in take_files(request, hold)]
    if problems:
        return _article_page(request, _found(request, article_id), status=422, problems=problems)
    messages.success(request, gettext("The files are kept."))
    return redirect(back)


@staff_only("GET", "POST", act=WRITE)
def text(request: HttpRequest, article_id: int, language: str) -> HttpResponse:
    """Write the text of one language; the source's text stands beside a translation."""
    viewer, one = _viewer(request), _found(request, article_id)
    state = next((each for each in one.translations if each.language == _known(language)), None)
    source = _source(viewer, one, language)
    if request.method != "POST":
        return _text_page(request, one, language, TextForm(initial=_initial(viewer, one, language, source)), source)
    if "preview" in request.POST:
        return _text_page(request, one, language, TextForm(request.POST), source)

    def run(form: TextForm) -> str:
        data = dict(form.cleaned_data)
        data["revision"] = data["revision"] or (0 if state is None else None)
        operations.save_translation(by=viewer.actor, article_id=article_id, language=language, **data)
        return gettext("The text is kept. Readers see it when it is published.")

    def again(form: TextForm) -> HttpResponse:
        return _text_page(request, one, language, form, source, 422)

    return posted(request, TextForm, run, again, reverse("console:article", args=[article_id]))


def _source(viewer: Viewer, one: ArticleForAuthors, language: str) -> Any:
    """The newest text of the source language, for a translator; None where this is the source."""
    if language == one.source_language:
        return None
    try:
        return queries_writing.version(viewer=viewer, article_id=one.id, language=one.source_language)
    except NotFound:
        return None


def _initial(viewer: Viewer, one: ArticleForAuthors, language: str, source: Any) -> dict[str, Any]:
    behind = {"source_revision": source.number if source else 0}
    try:
        newest = queries_writing.version(viewer=viewer, article_id=one.id, language=language)
    except NotFound:
        return {"revision": 0, **behind}
    text_ = newest.text
    return {
        "title": text_.title, "summary": text_.summary, "keywords": text_.keywords, "body": text_.body,
        "revision": newest.number, **behind,
    }  # fmt: skip


def _text_page(
    request: HttpRequest, one: ArticleForAuthors, language: str, form: TextForm, source: Any, status: int = 200
) -> HttpResponse:
    preview = rendered(str(form.data.get("body", ""))) if "preview" in request.POST else None
    return page(
        request, "console/article_text.html", status=status, section="articles", one=one, form=form, source=source,
        language=language, language_name=NAMES[language], source_name=NAMES.get(one.source_language, ""),
        preview=preview,
    )  # fmt: skip


@staff_only("POST", act=WRITE)
def act(request: HttpRequest, article_id: int, language: str) -> HttpResponse:
    """Ask for a review, publish now or later, take back, or bring an earlier text back as a draft."""
    viewer, one = _viewer(request), _found(request, article_id)
    _known(language)

    def run(form: ActForm) -> str:
        return _do(viewer, article_id, language, form.cleaned_data)

    def again(form: ActForm) -> HttpResponse:
        for line in (line for lines in form.errors.values() for line in lines):
            messages.error(request, str(line))
        return _article_page(request, one, status=422)

    return posted(request, ActForm, run, again, reverse("console:article", args=[article_id]))


def _do(viewer: Viewer, article_id: int, language: str, data: dict[str, Any]) -> str:
    which = {"by": viewer.actor, "article_id": article_id, "language": language, "revision": data["revision"]}
    match data["act"]:
        case "review":
            operations.submit_for_review(**which)
            return gettext("Somebody who publishes will look at it.")
        case "publish":
            at: datetime | None = data["at"]
            at = timezone.make_aware(at) if at is not None and timezone.is_naive(at) else at
            now = operations.publish(**which, at=at)
            return gettext("It is published.") if now else gettext("It will be published at the time you chose.")
        case "unpublish":
            operations.unpublish(**which)
            return gettext("Readers don’t see it any more.")
        case _:
            operations.restore_version(**which, number=data["number"] or 0)
            return gettext("The earlier text is back as a draft. Readers see it when it is published.")


@staff_only("GET", act=WRITE)
def history(request: HttpRequest, article_id: int, language: str) -> HttpResponse:
    """Every saved text of one language, and what changed between two of them (?before=&after=)."""
    viewer, one = _viewer(request), _found(request, article_id)
    try:
        versions = queries_writing.history(viewer=viewer, article_id=article_id, language=_known(language))
        before, after = _pair(request, [each.number for each in versions])
        changes = (
            queries_writing.difference(
                viewer=viewer, article_id=article_id, language=language, before=before, after=after
            )
            if before
            else []
        )
    except NotFound:
        raise Http404(gettext("There is no such text.")) from None
    return page(
        request, "console/article_history.html", section="articles", one=one, language=language,
        language_name=NAMES[language], versions=versions, before=before, after=after, changes=changes,
        title=versions[0].text.title if versions else one.slug,
    )  # fmt: skip


def _pair(request: HttpRequest, numbers: list[int]) -> tuple[int, int]:
    """The two texts to compare: those asked for, else the newest and the one before; (0, 0) when there is one only."""

    def asked(name: str, default: int) -> int:
        given = request.GET.get(name, "")
        return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else default

    if len(numbers) < 2:
        return 0, 0
    return asked("before", numbers[1]), asked("after", numbers[0])


@staff_only("GET", act=WRITE)
def gaps(request: HttpRequest) -> HttpResponse:
    """What the base lacks: searches without result, cases without an article, articles that stopped helping, and links
    that lead nowhere."""
    viewer = _viewer(request)
    return page(
        request, "console/article_gaps.html", section="articles", languages=NAMES,
        searches=misses(since=timezone.localdate() - timedelta(days=30), limit=30),
        cases=without_article(viewer=viewer, limit=20),
        fading=[(one, round(one.share * 100), round(one.share_before * 100))
                for one in queries_gaps.stopped_helping(viewer=viewer)],
        broken=queries_gaps.broken_links(viewer=viewer),
    )  # fmt: skip
