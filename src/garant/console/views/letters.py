"""The vendor's own words for messages: the list, writing them, how they read, and a test to oneself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from garant.console import letters
from garant.console.access import staff_only
from garant.console.desk import now, page
from garant.console.forms_letters import BackForm, LetterForm
from garant.console.posting import posted
from garant.core.letters import SHAPES, Words
from garant.core.people import Viewer
from garant.directory.queries import person
from garant.journal.operations_letters import send_test, to_desk_words, write_letter
from garant.journal.queries_letters import LetterRow, letter_row
from garant.kit.forms import fresh_token
from garant.kit.languages import NAMES as LANGUAGE_NAMES
from garant.wording.letters_samples import begun


@staff_only("GET", act="edit_letters")
def show(request: HttpRequest) -> HttpResponse:
    """Every kind of message whose words are the vendor's to change."""
    return page(
        request, "console/letters.html", section="letters", areas=letters.areas(_viewer(request)),
        language=get_language() or "en",
    )  # fmt: skip


@staff_only("GET", "POST", act="edit_letters")
def edit(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """Write own words for a kind and language."""
    viewer, row = _viewer(request), _found(request, kind, language)
    if request.method != "POST":
        words = row.words or begun(kind, language)
        initial = {"subject": words.subject, "body": words.body, "revision": row.revision, "once": fresh_token()}
        return _page(request, row, _form(row, None, initial=initial), words)

    def run(form: LetterForm) -> str:
        data = form.cleaned_data
        write_letter(viewer=viewer, kind=kind, language=language, words=form.words, revision=data["revision"])
        return gettext("These words are said from now on.")

    def again(form: LetterForm) -> HttpResponse:
        return _page(request, row, form, status=422)

    return posted(request, lambda data: _form(row, data), run, again, reverse("console:letter", args=[kind, language]))


@staff_only("POST", act="edit_letters")
def preview(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """How what was typed reads: below the form, or alone for a page that asks while somebody types."""
    row = _found(request, kind, language)
    form = _form(row, request.POST)
    words = form.words if form.is_valid() else None
    if request.htmx:  # type: ignore[attr-defined]
        context = {"form": form, "live": True, **_preview(_viewer(request), row, words)}
        return render(request, "console/parts/letter_preview.html", context)
    return _page(request, row, form, words, status=200 if words else 422)


@staff_only("POST", act="edit_letters")
def test(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """Mail what was typed to whoever asks, filled with made-up values; nothing is kept, and what was typed stays."""
    viewer, row = _viewer(request), _found(request, kind, language)
    form = _form(row, request.POST)
    if not form.is_valid():
        return _page(request, row, form, status=422)
    told = letters.read_as(kind, form.words, language, viewer, now())
    send_test(viewer=viewer, language=language, told=told, once=form.cleaned_data["once"])
    values = {"email": person(viewer, viewer.person_id or 0).email}
    if settings.MAIL_CONFIGURED:
        messages.success(request, gettext("A test is on its way to %(email)s.") % values)
    else:
        waits = gettext("A test for %(email)s stands in the outbox. It waits there, since no mail server is named.")
        messages.warning(request, waits % values)
    # The next test is another one; the same page sent again is not.
    typed = {name: form.cleaned_data[name] for name in ("subject", "body", "revision")}
    return _page(request, row, _form(row, None, initial={**typed, "once": fresh_token()}), form.words)


@staff_only("POST", act="edit_letters")
def back(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """Say the desk's words again."""
    viewer, row = _viewer(request), _found(request, kind, language)

    def run(form: BackForm) -> str:
        to_desk_words(viewer=viewer, kind=kind, language=language, revision=form.cleaned_data["revision"])
        return gettext("The desk’s own words are said again.")

    def again(form: BackForm) -> HttpResponse:
        words = row.words or begun(kind, language)
        initial = {"subject": words.subject, "body": words.body, "revision": row.revision, "once": fresh_token()}
        return _page(request, row, _form(row, None, initial=initial), words, status=422, problem=form)

    return posted(request, BackForm, run, again, reverse("console:letter", args=[kind, language]))


def _form(row: LetterRow, data: Any, **more: Any) -> LetterForm:
    address = reverse("console:letter-preview", args=[row.kind, row.language])
    return LetterForm(data, kind=row.kind, language=row.language, preview=address, **more)


def _preview(viewer: Viewer, row: LetterRow, words: Words | None) -> dict[str, Any]:
    if words is None:
        return {"letter": None, "language": row.language}
    told = letters.read_as(row.kind, words, row.language, viewer, now())
    return {"letter": told, "text": letters.as_text(told), "language": row.language}


def _page(
    request: HttpRequest, row: LetterRow, form: LetterForm, words: Words | None = None, status: int = 200,
    problem: BackForm | None = None,
) -> HttpResponse:  # fmt: skip
    """The page of one letter. `words`: what the preview shows, None for none; `problem`: another form's."""
    viewer = _viewer(request)
    desks = letters.read_as(row.kind, None, row.language, viewer, now())
    return page(
        request, "console/letter_edit.html", status=status, section="letters", row=row, form=form, problem=problem,
        name=letters.name_of(row.kind), places=letters.places(row.kind, row.language, viewer, now()), desks=desks,
        languages=[(code, LANGUAGE_NAMES.get(code, code)) for code, _name in settings.LANGUAGES],
        versions=letters.told_versions(row.kind, row.language, viewer), **_preview(viewer, row, words),
    )  # fmt: skip


def _found(request: HttpRequest, kind: str, language: str) -> LetterRow:
    if kind not in SHAPES or language not in dict(settings.LANGUAGES):
        raise Http404(gettext("There is no such message."))
    return letter_row(viewer=_viewer(request), kind=kind, language=language)


def _viewer(request: HttpRequest) -> Viewer:
    return request.viewer  # type: ignore[attr-defined]
