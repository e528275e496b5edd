"""Prepared replies: their own pages, and putting one into what is being written."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from garant.cases import operations, queries_canned
from garant.cases.operations_canned import archive_canned, save_canned
from garant.cases.queries_canned import CannedView
from garant.console.access import staff_only
from garant.console.canned import behind, offered_for
from garant.console.composer import CALL_FIELDS, place_of
from garant.console.desk import page
from garant.console.forms import LONGEST
from garant.console.forms_canned import ArchiveForm, CannedForm, InsertForm
from garant.console.posting import posted
from garant.console.views.cases import Problem, case_page, seen
from garant.core import rights
from garant.core.people import Viewer
from garant.core.placeholders import NAMES
from garant.core.refusals import NotFound
from garant.directory.queries_staff import teams
from garant.kit.forms import StrictForm
from garant.kit.languages import NAMES as LANGUAGE_NAMES


@staff_only("GET", act="read_cases")
def show(request: HttpRequest) -> HttpResponse:
    """All prepared replies, or the archived ones."""
    viewer, archived = _viewer(request), request.GET.get("archived") == "yes"
    found = queries_canned.canned_replies(viewer=viewer, archived=archived, after=request.GET.get("after"))
    lines = [(row, LANGUAGE_NAMES.get(row.language, row.language)) for row in found.rows]
    return page(
        request, "console/canned.html", section="canned", page=found, lines=lines, archived=archived,
        may_edit=rights.may(viewer, "edit_canned_replies"),
    )  # fmt: skip


@staff_only("GET", "POST", act="edit_canned_replies")
def write(request: HttpRequest) -> HttpResponse:
    """Prepare a reply."""
    return _edit(request, None)


@staff_only("GET", "POST", act="edit_canned_replies")
def change(request: HttpRequest, canned_id: int) -> HttpResponse:
    """Change a prepared reply."""
    return _edit(request, _found(request, canned_id))


def _edit(request: HttpRequest, row: CannedView | None) -> HttpResponse:
    viewer = _viewer(request)
    known = [(team.id, team.name) for team in teams(viewer)]
    if request.method != "POST":
        return _page(request, row, CannedForm(initial=_initial(row), teams=known))

    def run(form: CannedForm) -> str:
        data = dict(form.cleaned_data)
        team = data.pop("team")
        save_canned(by=viewer.actor, canned_id=row.id if row else None, team_id=team, **data)
        return gettext("“%(title)s” is kept.") % {"title": data["title"]}

    def again(form: CannedForm) -> HttpResponse:
        return _page(request, row, form, 422)

    return posted(request, lambda data: CannedForm(data, teams=known), run, again, reverse("console:replies"))


def _initial(row: CannedView | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {"title": row.title, "body": row.body, "language": row.language, "team": row.team_id,
            "revision": row.revision}  # fmt: skip


def _page(request: HttpRequest, row: CannedView | None, form: StrictForm, status: int = 200) -> HttpResponse:
    return page(
        request, "console/canned_edit.html", status=status, section="canned", row=row, form=form, names=NAMES
    )  # fmt: skip


@staff_only("POST", act="edit_canned_replies")
def archive(request: HttpRequest, canned_id: int) -> HttpResponse:
    """Offer it no more, or again."""
    viewer = _viewer(request)
    _found(request, canned_id)

    def run(form: ArchiveForm) -> str:
        gone = form.cleaned_data["archived"] == "yes"
        title = archive_canned(by=viewer.actor, canned_id=canned_id, archived=gone)
        told = gettext("“%(title)s” is archived. It can be brought back.") if gone else gettext("“%(title)s” is back.")
        return told % {"title": title}

    def again(form: ArchiveForm) -> HttpResponse:
        return HttpResponse(status=422)

    return posted(request, ArchiveForm, run, again, reverse("console:replies"))


@staff_only("POST")
def insert(request: HttpRequest, number: int) -> HttpResponse:
    """Put a prepared reply behind what was typed, and keep both as the draft: with a script and without one."""
    viewer, view = _viewer(request), seen(request, number)
    form = InsertForm(request.POST)
    typed = {name: str(request.POST[name]) for name in ("kind", "body", "wait", *CALL_FIELDS) if name in request.POST}
    if not form.is_valid():
        lines = tuple(str(text) for texts in form.errors.values() for text in texts)
        return _refused(request, number, typed, lines)
    data = form.cleaned_data
    chosen = next((row for row in offered_for(view, viewer) if row.id == data["canned"]), None)
    if chosen is None:
        return _refused(request, number, typed, (gettext("This prepared reply is not offered any more."),))
    body = behind(data["body"], chosen, view, viewer)
    if len(body) > LONGEST:
        return _refused(request, number, typed, (gettext("With it the text would be too long."),))
    place = place_of(data["kind"], number)
    operations.save_draft(by=viewer.actor, place=place, data={"body": body, "wait": data["wait"]})
    messages.success(request, gettext("“%(title)s” is inserted. Read it before you send it.") % {"title": chosen.title})
    return redirect(f"{reverse('console:case', args=[number])}?compose={data['kind']}#composer")


def _refused(request: HttpRequest, number: int, typed: dict[str, str], lines: tuple[str, ...]) -> HttpResponse:
    problem = Problem(typed.get("kind", "page"), gettext("Nothing was inserted"), lines)
    return case_page(request, number, problem=problem, typed=typed, status=422)


def _found(request: HttpRequest, canned_id: int) -> CannedView:
    try:
        return queries_canned.canned(viewer=_viewer(request), canned_id=canned_id)
    except NotFound:
        raise Http404(gettext("There is no such prepared reply.")) from None


def _viewer(request: HttpRequest) -> Viewer:
    return request.viewer  # type: ignore[attr-defined]
