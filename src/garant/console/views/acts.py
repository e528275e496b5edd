"""Acts on a case. Each takes one small form, calls one operation, and goes back to the case.

A refusal comes back as the case's page with the rule and the way out at the form, and everything that was typed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from garant.cases import operations
from garant.console.access import staff_only
from garant.console.composer import CALL_FIELDS, place_of
from garant.console.desk import now
from garant.console.forms import AssignForm, BareForm, DraftForm, MessageForm, ReasonForm, StrictForm, UnknownFields
from garant.console.views.cases import Problem, case_page, seen
from garant.console.views.files import held_at
from garant.core.people import Actor
from garant.core.refusals import Refusal
from garant.core.zones import zone
from garant.wording.sentences import refusal_lines

#: What a page that comes back shows as it was typed.
TYPED = ("kind", "body", "wait", "reason", *CALL_FIELDS)

Act = Callable[[HttpRequest, int, dict[str, Any]], str]


def act(form_class: type[StrictForm], at: str) -> Callable[[Act], Callable[..., HttpResponse]]:
    """A view for an act: reads the form, runs it, and shows what the act says or why it was refused.

    `at` is where a problem is shown; "kind" means the panel that was sent. Fields the form doesn't know: 400.
    """

    def wrap(run: Act) -> Callable[..., HttpResponse]:
        @staff_only("POST")
        @wraps(run)
        def view(request: HttpRequest, number: int) -> HttpResponse:
            seen(request, number)
            try:
                form = form_class(request.POST)
            except UnknownFields as wrong:
                text = gettext("The form has no field %(names)s.") % {"names": ", ".join(wrong.names)}
                return HttpResponseBadRequest(text, content_type="text/plain; charset=utf-8")
            where = str(form.data.get("kind", "page")) if at == "kind" else at
            if at == "kind" and (problems := held_at(request, where, number)):
                return _back(request, number, where, gettext("A file was not taken"), problems)
            if not form.is_valid():
                return _back(request, number, where, gettext("This was not sent"), _errors(form))
            try:
                told = run(request, number, form.cleaned_data)
            except Refusal as refusal:
                return _back(request, number, where, gettext("This can't be done now"), refusal_lines(refusal))
            messages.success(request, told)
            return redirect("console:case", number=number)

        return view

    return wrap


def _back(request: HttpRequest, number: int, at: str, title: str, lines: list[str]) -> HttpResponse:
    typed = {name: str(request.POST[name]) for name in TYPED if name in request.POST}
    return case_page(request, number, problem=Problem(at, title, tuple(lines)), typed=typed, status=422)


def _errors(form: StrictForm) -> list[str]:
    return [str(text) for texts in form.errors.values() for text in texts]


def _by(request: HttpRequest) -> Actor:
    return request.viewer.actor  # type: ignore[attr-defined]


@act(MessageForm, at="kind")
def send(request: HttpRequest, number: int, data: dict[str, Any]) -> str:
    """A public reply, an internal note or a logged call. Sent twice with the same token it is written once."""
    by, kind = _by(request), data["kind"]
    common = {"by": by, "number": number, "body": data["body"], "once": data["once"]}
    if kind == "note":
        operations.add_note(**common)
    elif kind == "call":
        call = {"direction": data["direction"], "caller": data["caller"], "called_at": _called_at(request, data)}
        operations.log_call(**common, **call, wait=data["wait"], resolve=data["resolve"], seen=data["seen"])
    else:
        operations.reply(**common, wait=data["wait"], resolve=data["resolve"], seen=data["seen"])
    operations.drop_draft(by=by, place=place_of(kind, number))
    return {
        "note": gettext("Note kept. The subscriber does not see it."),
        "call": gettext("Call logged and the case resolved.") if data["resolve"] else gettext("Call logged."),
        "reply": gettext("Reply sent and the case resolved.") if data["resolve"] else gettext("Reply sent."),
    }[kind]


def _called_at(request: HttpRequest, data: dict[str, Any]) -> datetime | None:
    """When the call was, on the writer's own clock. An hour that a clock change repeats is its first."""
    wall = data["called_at"]
    return wall.replace(tzinfo=zone(request.viewer.zone)).astimezone(UTC) if wall else None  # type: ignore[attr-defined]


@act(AssignForm, at="work")
def assign(request: HttpRequest, number: int, data: dict[str, Any]) -> str:
    """Give the case to somebody of the staff, or to nobody."""
    operations.assign(by=_by(request), number=number, assignee_id=data["assignee"])
    return gettext("Assigned.") if data["assignee"] else gettext("Nobody works on this case now.")


@act(BareForm, at="work")
def wait(request: HttpRequest, number: int, data: dict[str, Any]) -> str:
    """Wait on the customer."""
    operations.wait(by=_by(request), number=number)
    return gettext("The case waits on the customer.")


@act(BareForm, at="work")
def close(request: HttpRequest, number: int, data: dict[str, Any]) -> str:
    """Close a resolved case."""
    operations.close(by=_by(request), number=number)
    return gettext("Case closed.")


@act(ReasonForm, at="reopen")
def reopen(request: HttpRequest, number: int, data: dict[str, Any]) -> str:
    """Open a resolved or closed case again: a full follow-up period starts."""
    operations.reopen(by=_by(request), number=number, reason=data["reason"])
    return gettext("Case reopened. A full follow-up period has started.")


@staff_only("POST")
def draft(request: HttpRequest, number: int) -> HttpResponse:
    """Keep what is being written; an emptied text drops its draft. Answers with when it was kept."""
    seen(request, number)
    try:
        form = DraftForm(request.POST)
    except UnknownFields as wrong:
        return HttpResponseBadRequest(", ".join(wrong.names), content_type="text/plain; charset=utf-8")
    if not form.is_valid():
        return HttpResponse(status=422)
    data, by = form.cleaned_data, _by(request)
    place = place_of(data["kind"], number)
    if "keep" in request.POST:
        return _kept(request, number, place, data)
    if not any(str(data[name]).strip() for name in ("body", *CALL_FIELDS)):
        operations.drop_draft(by=by, place=place)
        return HttpResponse("")
    if not operations.save_unsent(by=by, number=number, kind=data["kind"], data=_draft_of(data), once=data["once"]):
        return HttpResponse("")
    return render(request, "console/parts/draft.html", {"saved": now(), "desk": {"zone": request.viewer.zone}})  # type: ignore[attr-defined]


def _draft_of(data: dict[str, Any]) -> dict[str, Any]:
    """What of a panel is kept as its draft."""
    names = ("body", "wait", *(CALL_FIELDS if data["kind"] == "call" else ()))
    return {name: data[name] for name in names}


def _kept(request: HttpRequest, number: int, place: str, data: dict[str, Any]) -> HttpResponse:
    """Keep a draft where no script does it as one types, and go back to it."""
    operations.save_draft(by=_by(request), place=place, data=_draft_of(data))
    messages.success(request, gettext("The draft is kept. Nothing was sent."))
    return redirect(f"{reverse('console:case', args=[number])}?compose={data['kind']}#composer")
