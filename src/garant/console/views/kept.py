"""Searches kept as views, the columns of lists, and the command palette."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from garant.console.access import staff_only
from garant.console.commands import Command, found
from garant.console.desk import page
from garant.core.looking import LONGEST
from garant.core.people import Viewer
from garant.core.refusals import NotFound, Refusal
from garant.directory.operations_views import LONGEST_NAME, drop_view, keep_columns, save_view
from garant.directory.queries_views import COLUMNS
from garant.kit.forms import refuse_unknown
from garant.wording.sentences import refusal_lines

LONGEST_COMMAND = 100


class ViewForm(forms.Form):
    """A name for what is searched, the columns it shows, and whether everybody sees it."""

    name = forms.CharField(max_length=LONGEST_NAME)
    q = forms.CharField(max_length=LONGEST)
    shared = forms.BooleanField(required=False)
    columns = forms.MultipleChoiceField(choices=[(code, code) for code in COLUMNS], required=False)


class ColumnsForm(forms.Form):
    """The columns of one's own lists."""

    columns = forms.MultipleChoiceField(choices=[(code, code) for code in COLUMNS], required=False)


@staff_only("POST", act="read_cases")
def save(request: HttpRequest) -> HttpResponse:
    """Keep what is searched under a name."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    refuse_unknown(request.POST, *ViewForm.base_fields)
    form = ViewForm(request.POST)
    back = _queue(request.POST.get("q", "")[:LONGEST])
    if not form.is_valid():
        messages.error(request, gettext("Give the view a name of at most %(n)d characters.") % {"n": LONGEST_NAME})
        return redirect(back)
    data = form.cleaned_data
    try:
        kept = save_view(
            by=viewer.actor, name=data["name"], query=data["q"], columns=data["columns"], shared=data["shared"]
        )
    except Refusal as refusal:
        messages.error(request, " ".join(refusal_lines(refusal)))
        return redirect(back)
    messages.success(request, gettext("“%(name)s” is kept.") % {"name": kept.name})
    return redirect(_queue(kept.query))


@staff_only("POST", act="read_cases")
def drop(request: HttpRequest, view_id: int) -> HttpResponse:
    """Drop a kept view; the search itself stays on the page, so that it can be kept again."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        dropped = drop_view(by=viewer.actor, view_id=view_id)
    except NotFound:
        raise Http404 from None
    messages.success(request, gettext("“%(name)s” is no longer kept.") % {"name": dropped.name})
    return redirect(_queue(dropped.query))


@staff_only("POST", act="read_cases")
def columns(request: HttpRequest) -> HttpResponse:
    """Choose the columns of one's own lists; none chosen: the usual ones."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    refuse_unknown(request.POST, "columns", "q")
    form = ColumnsForm(request.POST)
    if form.is_valid():
        keep_columns(by=viewer.actor, columns=form.cleaned_data["columns"])
        messages.success(request, gettext("Your lists show these columns now."))
    else:
        messages.error(request, gettext("There is no such column."))
    return redirect(_queue(request.POST.get("q", "")[:LONGEST]))


@dataclass(frozen=True, slots=True)
class Palette:
    """What was typed, and the commands it means."""

    typed: str
    groups: tuple[tuple[str, tuple[Command, ...]], ...]


@staff_only("GET", act="read_cases")
def palette(request: HttpRequest) -> HttpResponse:
    """Everything that can be gone to, by a few letters. A page of its own, and the inside of the dialog."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_COMMAND]
    shown = Palette(typed, found(viewer, typed))
    if getattr(request, "htmx", False):
        return render(request, "console/parts/commands.html", {"palette": shown})
    return page(request, "console/palette.html", section="palette", palette=shown)


def _queue(query: str) -> str:
    return reverse("console:queue") + (f"?{urlencode({'q': query})}" if query else "")
