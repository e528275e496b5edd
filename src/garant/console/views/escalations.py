"""The inbox of escalations: what is open, who takes care of it, and what may be done about one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext

from garant.cases import operations, queries
from garant.cases.views import EscalationRow
from garant.console.access import staff_only
from garant.console.desk import now, page
from garant.console.forms import StrictForm, UnknownFields, fresh_token
from garant.console.forms_escalations import AcknowledgeForm, EndForm, HandOverForm
from garant.console.packages import Names
from garant.console.told import detail, group, tabs
from garant.core import rights
from garant.core.people import Actor, Viewer
from garant.core.refusals import NotFound, Refusal
from garant.directory import queries as directory
from garant.wording.sentences import refusal_lines

#: Forms of one escalation -> what they need the right to.
_FORMS: tuple[tuple[str, str, type[StrictForm]], ...] = (
    ("acknowledge_form", "acknowledge_escalation", AcknowledgeForm),
    ("hand_over_form", "acknowledge_escalation", HandOverForm),
    ("end_form", "end_escalation", EndForm),
)
SHOWN = ("mine", "open", "unacknowledged", "over")


@staff_only("GET", act="read_escalations")
def show(request: HttpRequest) -> HttpResponse:
    """Escalations, newest first, grouped by how their promise stands; `?shown=` narrows them."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    asked = request.GET.get("shown", "")
    shown = asked if asked in SHOWN else "open"
    at = now()
    found = queries.escalations(viewer=viewer, after=request.GET.get("after"), limit=50, shown=shown)
    return page(
        request,
        "console/escalations.html",
        section="escalations",
        now=at,
        shown=shown,
        tabs=tabs(queries.escalation_counts(viewer=viewer)),
        groups=group(found.rows, at, viewer, Names()),
        page=found,
        token=fresh_token(),
        may_answer=rights.may(viewer, "acknowledge_escalation"),
        may_try=rights.may(viewer, "try_policy"),
    )


@staff_only("GET", act="read_escalations")
def one(request: HttpRequest, escalation_id: int) -> HttpResponse:
    """One escalation: who was told, who takes care of it, and what may be done."""
    return _page(request, escalation_id)


def _found(request: HttpRequest, escalation_id: int) -> EscalationRow:
    try:
        return queries.escalation(viewer=request.viewer, id=escalation_id)  # type: ignore[attr-defined]
    except NotFound:
        raise Http404(gettext("There is no such escalation.")) from None


def _page(request: HttpRequest, escalation_id: int, status: int = 200, **forms: StrictForm) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    row, at = _found(request, escalation_id), now()
    offered: dict[str, StrictForm] = {}
    for name, act, form_class in _FORMS if row.over_at is None else ():
        if rights.may(viewer, act) and not (name == "acknowledge_form" and row.acknowledged_at is not None):
            offered[name] = forms.get(name) or _form(form_class, name, viewer, None)
    return page(
        request,
        "console/escalation.html",
        status=status,
        section="escalations",
        now=at,
        row=row,
        detail=detail(row, at, viewer, Names()),
        **{**offered, **forms},
    )


def _form(form_class: type[StrictForm], name: str, viewer: Viewer, data: Any) -> StrictForm:
    more: dict[str, Any] = {"auto_id": f"{name.removesuffix('_form')}_%s", "initial": {"once": fresh_token()}}
    if form_class is HandOverForm:
        able = rights.staff_for("acknowledge_escalation")
        more["people"] = [(each.id, each.name) for each in directory.staff(viewer) if able & set(each.roles)]
    return form_class(data, **more)


Run = Callable[[Actor, int, dict[str, Any]], str]


def _act(name: str) -> Callable[[Run], Callable[..., HttpResponse]]:
    """A view for a form of an escalation's page: reads it, acts, and goes back; problems come back as typed."""
    act, form_class = next((act, form_class) for each, act, form_class in _FORMS if each == name)

    def wrap(run: Run) -> Callable[..., HttpResponse]:
        @staff_only("POST", act=act)
        def view(request: HttpRequest, escalation_id: int) -> HttpResponse:
            viewer: Viewer = request.viewer  # type: ignore[attr-defined]
            _found(request, escalation_id)
            try:
                form = _form(form_class, name, viewer, request.POST)
            except UnknownFields as wrong:
                text = gettext("The form has no field %(names)s.") % {"names": ", ".join(wrong.names)}
                return HttpResponseBadRequest(text, content_type="text/plain; charset=utf-8")
            if form.is_valid():
                try:
                    told = run(viewer.actor, escalation_id, form.cleaned_data)
                except Refusal as refusal:
                    form.add_error(None, " ".join(refusal_lines(refusal)))
                else:
                    messages.success(request, told)
                    return redirect("console:escalation", escalation_id=escalation_id)
            return _page(request, escalation_id, status=422, **{name: form})

        view.__name__, view.__doc__ = run.__name__, run.__doc__
        return view

    return wrap


@_act("acknowledge_form")
def acknowledge(by: Actor, escalation_id: int, data: dict[str, Any]) -> str:
    """Take care of it."""
    operations.acknowledge_escalation(by=by, escalation_id=escalation_id, note=data["note"], once=data["once"])
    return gettext("Acknowledged. Nobody is told again for want of an answer; the promise is still owed.")


@_act("hand_over_form")
def hand_over(by: Actor, escalation_id: int, data: dict[str, Any]) -> str:
    """Give it to a named person."""
    operations.hand_over_escalation(
        by=by, escalation_id=escalation_id, to=data["to"], note=data["note"], once=data["once"]
    )
    return gettext("Handed over. The person is told, and has a limit of their own.")


@_act("end_form")
def end(by: Actor, escalation_id: int, data: dict[str, Any]) -> str:
    """De-escalate."""
    operations.end_escalation(by=by, escalation_id=escalation_id, reason=data["reason"], once=data["once"])
    return gettext("De-escalated. The promise is still owed.")
