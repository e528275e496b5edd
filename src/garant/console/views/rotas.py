"""On-call rotas: who answers now and in the coming weeks, gaps, turns planned, swapped and handed over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from garant.console.access import staff_only
from garant.console.desk import now, page
from garant.console.forms import BareForm
from garant.console.forms_staff import HandOverForm, PlanForm, RotaForm, TurnForm
from garant.console.posting import posted
from garant.console.shifts import weeks_of
from garant.core import rights
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.directory import operations_rotas as operations
from garant.directory.queries import names, staff
from garant.directory.queries_duty import rota_stretches
from garant.directory.queries_staff import RotaRow, rota, rotas, turns
from garant.directory.queries_staff import turn as turn_of
from garant.kit.forms import StrictForm

#: How far the pages look ahead.
AHEAD = timedelta(weeks=5)


@staff_only("GET", "POST", act="read_cases")
def show(request: HttpRequest) -> HttpResponse:
    """All rotas with who answers now and the next gap; POST makes one."""
    viewer = _viewer(request)
    if request.method != "POST":
        return _list(request, _rota_form(None, viewer))
    if not rights.may(viewer, "edit_rotas"):
        return page(request, "console/refused.html", status=403)

    def run(form: RotaForm) -> str:
        operations.create_rota(by=viewer.actor, **form.cleaned_data)
        return gettext("The rota is there. Plan its first weeks.")

    again = partial(_list, request, status=422)
    return posted(request, lambda data: _rota_form(data, viewer), run, again, reverse("console:rotas"))


def _list(request: HttpRequest, form: RotaForm, status: int = 200) -> HttpResponse:
    viewer, at = _viewer(request), now()
    rows = rotas(viewer, at, AHEAD)
    known = names({row.now.duty.person for row in rows if row.now.duty.person is not None})
    return page(
        request,
        "console/rotas.html",
        status=status,
        section="rotas",
        now=at,
        rows=[(row, known.get(row.now.duty.person or 0, "")) for row in rows],
        form=form,
        may_edit=rights.may(viewer, "edit_rotas"),
    )


def _rota_form(data: Any, viewer: Viewer) -> RotaForm:
    return RotaForm(data, people=_people(viewer), initial={"zone": viewer.zone}, auto_id="rota_%s")


def _people(viewer: Viewer) -> list[tuple[int, str]]:
    return [(one.id, one.name) for one in staff(viewer)]


@staff_only("GET", act="read_cases")
def one(request: HttpRequest, rota_id: int) -> HttpResponse:
    """A rota's coming weeks, and what may be changed."""
    return _page(request, rota_id)


def _page(request: HttpRequest, rota_id: int, status: int = 200, **wrong: StrictForm) -> HttpResponse:
    viewer, at = _viewer(request), now()
    row = _found(viewer, rota_id, at)
    found = rota_stretches(rota_id, at, at + AHEAD)
    people = {p for each in found for p in (each.duty.person, each.duty.instead_of) if p is not None}
    may_edit = rights.may(viewer, "edit_rotas")
    answers = row.now.duty.person == viewer.person_id
    forms = {name: wrong.get(name) or make(None, viewer, row) for name, make in _MAKERS.items()}
    return page(
        request,
        "console/rota.html",
        status=status,
        section="rotas",
        now=at,
        row=row,
        on_call=names(people).get(row.now.duty.person or 0, ""),
        weeks=weeks_of(found, names(people), row.zone, at),
        turns=turns(viewer, rota_id, at),
        may_edit=may_edit,
        may_hand_over=may_edit or (answers and rights.may(viewer, "swap_own_turn")),
        problem_form=next(iter(wrong.values()), None),
        **forms,
    )


def _found(viewer: Viewer, rota_id: int, at: datetime) -> RotaRow:
    try:
        return rota(viewer, rota_id, at, AHEAD)
    except NotFound:
        raise Http404(gettext("There is no such rota.")) from None


def _plan_form(data: Any, viewer: Viewer, row: RotaRow) -> PlanForm:
    return PlanForm(data, people=_people(viewer), auto_id="plan_%s")


def _turn_form(data: Any, viewer: Viewer, row: RotaRow) -> TurnForm:
    return TurnForm(data, people=_people(viewer), zone_name=row.zone, auto_id="turn_%s")


def _hand_over_form(data: Any, viewer: Viewer, row: RotaRow) -> HandOverForm:
    others = [(id, name) for id, name in _people(viewer) if id != row.now.duty.person]
    return HandOverForm(data, people=others, auto_id="over_%s")


_MAKERS: dict[str, Callable[[Any, Viewer, RotaRow], StrictForm]] = {
    "plan_form": _plan_form,
    "turn_form": _turn_form,
    "hand_over_form": _hand_over_form,
}


def _act(request: HttpRequest, rota_id: int, name: str, run: Callable[[Any], str]) -> HttpResponse:
    viewer = _viewer(request)
    row = _found(viewer, rota_id, now())

    def again(form: StrictForm) -> HttpResponse:
        return _page(request, rota_id, status=422, **{name: form})

    make = _MAKERS[name]
    return posted(request, lambda data: make(data, viewer, row), run, again, reverse("console:rota", args=[rota_id]))


@staff_only("POST", act="edit_rotas")
def plan(request: HttpRequest, rota_id: int) -> HttpResponse:
    """Plan weeks ahead."""

    def run(form: PlanForm) -> str:
        chosen = form.cleaned_data
        count = operations.plan_weeks(
            by=_viewer(request).actor,
            rota_id=rota_id,
            people=form.people(),
            first=chosen["first"],
            handover=chosen["handover"],
            weeks=chosen["weeks"],
            length=chosen["length"],
        )
        return gettext("%(n)d turns are planned.") % {"n": count}

    return _act(request, rota_id, "plan_form", run)


@staff_only("POST", act="edit_rotas")
def turn(request: HttpRequest, rota_id: int) -> HttpResponse:
    """Add one turn, or a swap for a while."""

    def run(form: TurnForm) -> str:
        operations.add_turn(
            by=_viewer(request).actor,
            rota_id=rota_id,
            person_id=form.cleaned_data["person"],
            starts=form.moment("starts"),
            ends=form.moment("ends"),
        )
        return gettext("The turn is added.")

    return _act(request, rota_id, "turn_form", run)


@staff_only("POST", act="swap_own_turn")
def hand_over(request: HttpRequest, rota_id: int) -> HttpResponse:
    """Hand the running turn over."""

    def run(form: HandOverForm) -> str:
        operations.hand_over(by=_viewer(request).actor, rota_id=rota_id, person_id=form.cleaned_data["person"])
        return gettext("Handed over.")

    return _act(request, rota_id, "hand_over_form", run)


@staff_only("POST", act="edit_rotas")
def remove(request: HttpRequest, turn_id: int) -> HttpResponse:
    """Take a turn back."""
    viewer = _viewer(request)
    try:
        rota_id, row = turn_of(viewer, turn_id)
    except NotFound:
        raise Http404(gettext("There is no such turn.")) from None

    def run(form: BareForm) -> str:
        operations.remove_turn(by=viewer.actor, turn_id=turn_id)
        return gettext("The turn of %(name)s is taken back.") % {"name": row.name}

    def again(form: BareForm) -> HttpResponse:
        return _page(request, rota_id, status=422, problem_form=form)

    return posted(request, BareForm, run, again, reverse("console:rota", args=[rota_id]))


def _viewer(request: HttpRequest) -> Viewer:
    return request.viewer  # type: ignore[attr-defined]
