"""One case: its clock, its conversation, and the forms that act on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from garant.cases import queries
from garant.cases.operations_assigning import Suggestion, suggestion
from garant.cases.queries_mail import waiting_of
from garant.cases.views import CaseView
from garant.console import casepage
from garant.console.access import staff_only
from garant.console.canned import offered_for
from garant.console.composer import panels, writing_lines
from garant.console.desk import now, page
from garant.console.history import events_of, facts_of, told_of
from garant.console.packages import Names
from garant.console.proposing import proposal_of
from garant.console.side import allotments_of, callers_of, contract_facts, other_cases, slots_of
from garant.console.standing import shown_standing
from garant.console.talk import talk_of
from garant.console.timeline import timeline
from garant.console.words import channel_words
from garant.contracts.queries import contract_of
from garant.contracts.queries_standing import standing
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.directory.queries import staff
from garant.kit.forms import StrictForm


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong with a form, shown at it: `at` is a panel's kind, "work", "reopen" or "page"."""

    at: str
    title: str
    lines: tuple[str, ...]


@staff_only("GET", act="read_cases")
def show(request: HttpRequest, number: int) -> HttpResponse:
    """The case's page; `compose` picks the composer's panel."""
    return case_page(request, number)


@staff_only("GET", act="read_cases")
def clock(request: HttpRequest, number: int) -> HttpResponse:
    """The clock's moving part alone: swapped in place, so that an open explanation stays open."""
    view = seen(request, number)
    at = now()
    context = {"hero": casepage.hero(view, at, Names()), "now": at, "desk": {"zone": request.viewer.zone}}  # type: ignore[attr-defined]
    return render(request, "console/parts/hero.html", context)


@staff_only("GET")
def others(request: HttpRequest, number: int) -> HttpResponse:
    """Who else is writing, and how many messages came after `seen`: the part of the page that is asked for anew."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    text = request.GET.get("seen", "0")
    last = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    try:
        arrived = queries.unread(viewer=viewer, number=number, seen=last)
    except NotFound:
        raise Http404(gettext("There is no such case.")) from None
    context = {"writing": writing_lines(viewer, number), "arrived": arrived, "case": {"number": number}}
    return render(request, "console/parts/others.html", context)


def seen(request: HttpRequest, number: int) -> CaseView:
    """The case as the reader may see it; a 404 page else."""
    try:
        return queries.case(viewer=request.viewer, number=number)  # type: ignore[attr-defined]
    except NotFound:
        raise Http404(gettext("There is no such case.")) from None


def case_page(
    request: HttpRequest,
    number: int,
    *,
    problem: Problem | None = None,
    typed: dict[str, str] | None = None,
    forms: Mapping[str, StrictForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a case; with a problem it comes back with everything that was `typed` (field -> text), or with the
    `forms` of the side panel as they were sent (name -> form)."""
    view = seen(request, number)
    content = _content(request, view, problem, typed or {})
    talked = talk_of(view, request.viewer, forms or {})  # type: ignore[attr-defined]
    return page(request, "console/case.html", status=status, returned=list((forms or {}).values()), **content, **talked)


def _content(request: HttpRequest, view: CaseView, problem: Problem | None, typed: dict[str, str]) -> dict[str, Any]:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    at = now()
    names = Names()
    hero = casepage.hero(view, at, names)
    chosen = typed.get("kind") or request.GET.get("compose", "reply")
    boxes = panels(view, viewer, hero, typed)
    return {
        "section": "queue",
        "now": at,
        "case": view,
        "hero": hero,
        "problem": problem,
        "reason": typed.get("reason", ""),
        "package": names.package(view.package_key),
        "severity_name": names.severity(view.package_key, view.severity),
        "request_type": names.request_type(view.package_key, view.request_type),
        "state_name": casepage.state_name(view),
        "channel_name": channel_words(view.channel),
        "thread": casepage.thread_of(view, events_of(view, viewer.zone), viewer.zone),
        "panels": boxes,
        "compose": chosen if chosen in {box.kind for box in boxes} else "reply",
        "canned": offered_for(view, viewer),
        "writing": writing_lines(viewer, view.number),
        "closed_text": gettext("This case is closed. Reopen it to write."),
        "history": facts_of(view, viewer.zone),
        "told": told_of(view, viewer.zone),
        "period_zone": hero.zone if hero.zone != viewer.zone else "",
        "periods": [casepage.period_line(period, view, at) for period in view.periods],
        "timeline": timeline(view.periods, hero.zone, at),
        **_side(view, viewer, at, names),
    }


def _suggested(viewer: Viewer, view: CaseView) -> Suggestion | None:
    """Whom the rules propose while nobody has the case; who has one keeps it unless somebody decides otherwise."""
    return suggestion(viewer=viewer, number=view.number) if view.assignee is None else None


def _side(view: CaseView, viewer: Viewer, at: Any, names: Names) -> dict[str, Any]:
    contract = contract_of(viewer=viewer, subscriber_id=view.subscriber.id, at=at)
    shown = shown_standing(standing(viewer=viewer, subscriber_id=view.subscriber.id), viewer.zone)
    return {
        "shown": shown,
        "may_admit": shown.may_admit and view.state == "held" and view.held_reason == "standing",
        "staff": staff(viewer),
        "proposal": proposal_of(found, names.rules(view.package_key))
        if "assign" in view.can and (found := _suggested(viewer, view))
        else None,
        "contract": contract_facts(contract, names),
        "slots": slots_of(contract),
        "allotments": allotments_of(viewer, contract),
        "others": other_cases(viewer, view),
        "mails": waiting_of(viewer=viewer, case_number=view.number),
        "callers": callers_of(view, contract),
        "local_time": casepage.local_time(view.subscriber.zone, at),
    }
