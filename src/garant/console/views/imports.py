"""Subscribers, people and contracts from CSV and back, and the table of rights."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from garant.console.access import staff_only
from garant.console.desk import page
from garant.console.forms import StrictForm, UnknownFields
from garant.console.forms_contacts import ImportFileForm, ImportLoadForm
from garant.console.rights import groups, roles
from garant.contracts.operations_imports import import_file, preview_import
from garant.contracts.queries_exports import export_rows
from garant.contracts.reading_imports import COLUMNS, LARGEST_FILE
from garant.core import rights as law
from garant.core.refusals import NotFound, Refusal
from garant.kit.exports import csv_response
from garant.wording.sentences import reason, refusal_lines


@staff_only("GET", "POST", act="import_customers")
def load(request: HttpRequest) -> HttpResponse:
    """A file looked at line by line, then loaded whole."""
    if request.method != "POST":
        return _page(request, ImportFileForm())
    loading = "content" in request.POST
    try:
        form = ImportLoadForm(request.POST) if loading else ImportFileForm(request.POST, files=request.FILES)
    except UnknownFields as wrong:
        text = gettext("The form has no field %(names)s.") % {"names": ", ".join(wrong.names)}
        return HttpResponseBadRequest(text, content_type="text/plain; charset=utf-8")
    if not form.is_valid():
        return _page(request, ImportFileForm() if loading else form, status=422)
    by, given = request.viewer.actor, form.cleaned_data  # type: ignore[attr-defined]
    content = given["content"].encode() if loading else given["file"].read(LARGEST_FILE + 1)
    try:
        if loading:
            new = import_file(by=by, content=content).new
            messages.success(request, ngettext("%(n)d line loaded.", "%(n)d lines loaded.", new) % {"n": new})
            return redirect("console:import")
        preview = preview_import(by=by, content=content)
    except Refusal as refusal:
        return _page(request, ImportFileForm(), status=422, problem=" ".join(refusal_lines(refusal)))
    return _page(request, ImportFileForm(), preview=preview, content=content.decode("utf-8-sig"))


def _page(request: HttpRequest, form: StrictForm, status: int = 200, **more: Any) -> HttpResponse:
    preview = more.get("preview")
    if preview is not None:
        more["lines"] = [(line, _problem(line)) for line in preview.lines]
        ready = not preview.wrong and preview.new
        more["load_form"] = ImportLoadForm(initial={"content": more["content"]}) if ready else None
        more["kind_name"] = kinds()[preview.kind]
    may_export = law.may(request.viewer, "export_customers")  # type: ignore[attr-defined]
    return page(
        request, "console/import.html", status=status, section="import", form=form, may_export=may_export,
        kinds=[(kind, kinds()[kind], ", ".join(columns)) for kind, (columns, _) in COLUMNS.items()], **more,
    )  # fmt: skip


def _problem(line: Any) -> str:
    """What is wrong with a line; empty when nothing is."""
    return reason(line.problem, None, line.values) if line.problem else ""


def kinds() -> dict[str, str]:
    """What the kinds of files hold."""
    return {
        "subscribers": gettext("Subscribers"),
        "people": gettext("People"),
        "contracts": gettext("Contracts"),
    }


@staff_only("GET", act="export_customers")
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Everything of one kind as CSV; no cell is a formula."""
    try:
        heading, rows = export_rows(viewer=request.viewer, kind=kind)  # type: ignore[attr-defined]
    except NotFound:
        raise Http404 from None
    return csv_response(f"{kind}.csv", heading, rows)  # type: ignore[return-value]


@staff_only("GET", act="read_rights")
def rights(request: HttpRequest) -> HttpResponse:
    """Who may do what: the one table, act by act."""
    return page(request, "console/rights.html", section="rights", groups=groups(), roles=roles())
