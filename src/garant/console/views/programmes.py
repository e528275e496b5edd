"""Programmes for those who own them: versions and who is on which, packages side by side, the next version."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from garant.console import programmes as shown
from garant.console.access import staff_only
from garant.console.desk import page
from garant.console.forms_programmes import BeginForm, CellsForm, NewProgrammeForm, PublishForm, RevisionForm, TextForm
from garant.console.packages import Names
from garant.console.posting import posted
from garant.contracts import operations_drafts as operations
from garant.contracts import queries_programmes as queries
from garant.contracts.cells import Grid, grid
from garant.contracts.editing import NotEditable, rewritten
from garant.contracts.reading import check_programme
from garant.contracts.views import DraftView
from garant.core import rights
from garant.core.people import Viewer
from garant.core.programmes import Programme, said
from garant.core.refusals import NotFound, Refusal
from garant.directory import queries as directory
from garant.kit.forms import StrictForm

Found = TypeVar("Found")


@staff_only("GET", "POST", act="read_programmes")
def show(request: HttpRequest) -> HttpResponse:
    """All programmes; POST begins a new one."""
    viewer = _viewer(request)
    if request.method != "POST":
        return _list(request, NewProgrammeForm())
    if not rights.may(viewer, "load_programme"):
        return page(request, "console/refused.html", status=403)

    def run(form: NewProgrammeForm) -> str:
        code = form.cleaned_data["code"]
        operations.begin_draft(by=viewer.actor, programme=code)
        return gettext("The programme %(code)s is begun. Write or paste its first version.") % {"code": code}

    code = str(request.POST.get("code", ""))
    back = reverse("console:programme-draft", args=[code]) if _is_code(code) else reverse("console:programmes")
    return posted(request, NewProgrammeForm, run, partial(_list, request, status=422), back)


def _is_code(text: str) -> bool:
    return bool(text) and all(c.isalnum() or c in "-_" for c in text) and text.isascii()


def _list(request: HttpRequest, form: NewProgrammeForm, status: int = 200) -> HttpResponse:
    viewer = _viewer(request)
    may_write = rights.may(viewer, "load_programme")
    return page(
        request,
        "console/programmes.html",
        status=status,
        section="programmes",
        rows=queries.programmes(viewer),
        drafts=queries.new_drafts(viewer) if may_write else (),
        may_write=may_write,
        form=form,
    )


@staff_only("GET", act="read_programmes")
def one(request: HttpRequest, code: str) -> HttpResponse:
    """A programme: its versions, what is being written, its calendars and ladders."""
    viewer = _viewer(request)
    versions = _found(lambda: queries.programme_versions(viewer, code))
    document = queries.programme_version(viewer, code)
    may_write = rights.may(viewer, "load_programme")
    draft = queries.draft(viewer, code) if may_write else None
    edits = queries.edits_of(viewer, code, document.version)
    return page(
        request,
        "console/programme.html",
        section="programmes",
        code=code,
        name=document.text("name", viewer.language),
        document=document,
        versions=[(row, shown.state_words(row.state)) for row in versions],
        draft=draft,
        saved_by=_name(draft),
        may_write=may_write,
        calendars=[(one, name, edits.get(one, 0)) for one, name in shown.calendar_names(document)],
        ladders=shown.ladders(document),
        may_try=rights.may(viewer, "try_policy"),
    )


@staff_only("GET", act="read_programmes")
def version(request: HttpRequest, code: str, version: str) -> HttpResponse:
    """A version: packages side by side, beside another version when one is chosen, and the contracts that pin it."""
    viewer = _viewer(request)
    document = _found(lambda: queries.programme_version(viewer, code, version))
    rows = queries.programme_versions(viewer, code)
    others = [row.version for row in rows if row.version != version]
    asked = request.GET.get("against", "")
    other = queries.programme_version(viewer, code, asked) if asked in others else None
    region = _region(request, document)
    held = queries.contracts_on(viewer, code, version, after=request.GET.get("after"))
    owners = directory.subscribers_by_id({row.subscriber_id for row in held.rows})
    names = Names()
    return page(
        request,
        "console/programme_version.html",
        section="programmes",
        code=code,
        name=document.text("name", viewer.language),
        document=document,
        row=next(row for row in rows if row.version == version),
        others=others,
        other=other,
        side=shown.side_by_side(document, region, other),
        told=shown.told_differences(other, document) if other is not None else None,
        region=region,
        regions=shown.region_names(document),
        held=held,
        lines=[(row, owners[row.subscriber_id], names.package(row.package_key)) for row in held.rows],
    )


def _region(request: HttpRequest, document: Programme) -> str:
    asked = request.GET.get("region", "default")
    return asked if asked in document.regions else "default"


@staff_only("GET", act="read_programmes")
def source(request: HttpRequest, code: str, version: str) -> HttpResponse:
    """A version's text, to keep or to load elsewhere."""
    text = _found(lambda: queries.programme_source(_viewer(request), code, version))
    name = "".join(c if c.isalnum() or c in "-_." else "_" for c in f"{code}-{version}.yaml")
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text, content_type="text/yaml; charset=utf-8", headers=headers)


@staff_only("POST", act="load_programme")
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Begin the next version, from a stored one."""
    viewer = _viewer(request)

    def run(form: BeginForm) -> str:
        operations.begin_draft(by=viewer.actor, programme=code, base=form.cleaned_data["base"])
        return gettext("The next version is begun. Nothing is in force before it is published.")

    def again(form: StrictForm) -> HttpResponse:
        return HttpResponse(status=422)

    return posted(request, BeginForm, run, again, reverse("console:programme-draft", args=[code]))


@staff_only("GET", "POST", act="load_programme")
def draft(request: HttpRequest, code: str) -> HttpResponse:
    """The next version as text: kept as typed, checked line by line, beside what is stored."""
    viewer, found = _viewer(request), _draft(request, code)
    if request.method != "POST":
        return _draft_page(request, found, _text_form(found))

    def run(form: TextForm) -> str:
        data = form.cleaned_data
        operations.save_draft(by=viewer.actor, programme=code, text=data["text"], revision=data["revision"])
        return gettext("The draft is kept.")

    back = reverse("console:programme-draft", args=[code])
    return posted(request, TextForm, run, partial(_draft_page, request, found, status=422), back)


def _text_form(found: DraftView) -> TextForm:
    return TextForm(initial={"text": found.text, "revision": found.revision})


def _draft_page(request: HttpRequest, found: DraftView, form: TextForm, status: int = 200) -> HttpResponse:
    viewer = _viewer(request)
    document, problems = check_programme(found.text) if found.text.strip() else (None, [])
    base = _base(viewer, found)
    lines, more = shown.mistakes(problems)
    region = _region(request, document) if document else "default"
    return page(
        request,
        "console/programme_draft.html",
        status=status,
        section="programmes",
        code=found.programme,
        draft=found,
        saved_by=_name(found),
        form=form,
        document=document,
        base=base,
        mistakes=lines,
        more=more,
        told=shown.told_differences(base, document) if document and base else None,
        side=shown.side_by_side(document, region, base) if document else None,
        region=region,
        regions=shown.region_names(document) if document else (),
        publish_form=RevisionForm(initial={"revision": found.revision}),
    )


def _base(viewer: Viewer, found: DraftView) -> Programme | None:
    return queries.programme_version(viewer, found.programme, found.base) if found.base else None


def _name(found: DraftView | None) -> str:
    if found is None or found.saved_by is None:
        return ""
    return directory.names({found.saved_by}).get(found.saved_by, "")


@staff_only("GET", "POST", act="load_programme")
def cells(request: HttpRequest, code: str) -> HttpResponse:
    """The next version as a form: amounts of targets, and what each package has."""
    viewer, found = _viewer(request), _draft(request, code)
    try:
        held = grid(found.text)
    except NotEditable:
        messages.warning(request, gettext("The text can't be shown as a form yet. Correct it first."))
        return redirect("console:programme-draft", code=code)
    make = partial(_cells_form, held=held, found=found)
    if request.method != "POST":
        return _cells_page(request, found, make(None))

    def run(form: CellsForm) -> str:
        try:
            text = rewritten(found.text, form.changes())
        except NotEditable:
            raise Refusal("cell_not_editable", "cells_are_written_once", "edit_the_text") from None
        revision = form.cleaned_data["revision"]
        operations.save_draft(by=viewer.actor, programme=code, text=text, revision=revision)
        return gettext("The draft is kept.")

    back = reverse("console:programme-draft", args=[code])
    return posted(request, make, run, partial(_cells_page, request, found, status=422), back)  # type: ignore[type-var]


def _cells_form(data: Any, *, held: Grid, found: DraftView) -> CellsForm:
    calendars = [(code, code) for code in held.calendars]
    return CellsForm(data, cells=held, calendars=calendars, initial={"revision": found.revision}, auto_id="%s")


def _cells_page(request: HttpRequest, found: DraftView, form: CellsForm, status: int = 200) -> HttpResponse:
    viewer = _viewer(request)
    lines = []
    for place, row in enumerate(form.cells.rows):
        fields = [
            form[f"cell-{place}-{column}"] if cell.path is not None else None for column, cell in enumerate(row.cells)
        ]
        lines.append((row, shown.row_name(row, viewer.language), shown.group_name(row, viewer.language), fields))
    names = [said(name, viewer.language) if isinstance(name, dict) else name for _, name in form.cells.packages]
    return page(
        request,
        "console/programme_form.html",
        status=status,
        section="programmes",
        code=found.programme,
        draft=found,
        form=form,
        names=names,
        columns=len(names) + 1,
        lines=[(*line[:3], list(zip(names, line[3], line[0].cells, strict=True))) for line in lines],
    )


@staff_only("GET", "POST", act="load_programme")
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """A look at what publishing does, and the act itself."""
    viewer, found = _viewer(request), _draft(request, code)
    document, _problems = check_programme(found.text)
    if document is None:
        messages.warning(request, gettext("The text has mistakes. Correct them before it is published."))
        return redirect("console:programme-draft", code=code)
    if request.method != "POST":
        dated = {"version": document.version, "effective_from": document.effective_from, "revision": found.revision}
        return _publish_page(request, found, document, PublishForm(initial=dated))

    def run(form: PublishForm) -> str:
        done = operations.publish_draft(by=viewer.actor, programme=code, **form.cleaned_data)
        return gettext("Version %(version)s is published.") % {"version": done.version}

    again = partial(_publish_page, request, found, document, status=422)
    stored = reverse("console:programme", args=[code])
    return posted(request, PublishForm, run, again, stored)


def _publish_page(
    request: HttpRequest, found: DraftView, document: Programme, form: PublishForm, status: int = 200
) -> HttpResponse:
    viewer = _viewer(request)
    base = _base(viewer, found)
    try:
        versions = queries.programme_versions(viewer, found.programme)
        left = shown.calendar_names(document, queries.edits_left_behind(viewer, document))
    except NotFound:
        versions, left = [], []
    return page(
        request,
        "console/programme_publish.html",
        status=status,
        section="programmes",
        code=found.programme,
        draft=found,
        form=form,
        document=document,
        told=shown.told_differences(base, document) if base else None,
        side=shown.side_by_side(document, "default", base),
        versions=[row for row in versions if row.running],
        left=[name for _, name in left],
    )


@staff_only("POST", act="load_programme")
def discard(request: HttpRequest, code: str) -> HttpResponse:
    """Take the draft away."""
    viewer, found = _viewer(request), _draft(request, code)

    def run(form: RevisionForm) -> str:
        operations.discard_draft(by=viewer.actor, programme=code, revision=form.cleaned_data["revision"])
        return gettext("The draft is gone. What is published stays.")

    def again(form: RevisionForm) -> HttpResponse:
        lines = [str(text) for texts in form.errors.values() for text in texts]
        messages.warning(request, " ".join(lines))
        return redirect("console:programme-draft", code=code)

    home = reverse("console:programme", args=[code]) if found.base else reverse("console:programmes")
    return posted(request, RevisionForm, run, again, home)


def _draft(request: HttpRequest, code: str) -> DraftView:
    found = queries.draft(_viewer(request), code)
    if found is None:
        raise Http404(gettext("There is no draft of this programme."))
    return found


def _found(read: Callable[[], Found]) -> Found:
    try:
        return read()
    except NotFound:
        raise Http404(gettext("There is no such programme.")) from None


def _viewer(request: HttpRequest) -> Viewer:
    return request.viewer  # type: ignore[attr-defined]
