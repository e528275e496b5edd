"""A case as the subscriber's people see it, and what they may do: write, reopen, raise the severity."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from garant.cases import operations, queries
from garant.cases.queries_files import held_files
from garant.cases.views import CaseView
from garant.contracts.queries import programme_of, severities_of
from garant.core.refusals import Refusal
from garant.portal.access import actor_of, for_subscribers, not_for, viewer_of
from garant.portal.casepage import case_page
from garant.portal.forms import RaiseForm, ReopenForm, ReplyForm
from garant.portal.offers import Level, severities
from garant.portal.talk import talk_words
from garant.portal.views_files import held_at
from garant.portal.words import refused


@for_subscribers
@require_safe
def show(request: HttpRequest, number: int) -> HttpResponse:
    """The case."""
    return show_case(request, number)


@for_subscribers
@require_POST
def reply(request: HttpRequest, number: int) -> HttpResponse:
    """Write to the case."""
    case = queries.case(viewer=viewer_of(request), number=number)
    form = ReplyForm(request.POST)
    may_write = not_for(viewer_of(request), "add_customer_message", case.subscriber.id) is None
    problems = held_at(request, _place(number)) if may_write else []
    if problems or not form.is_valid():
        return sent_back(request, case, "add_customer_message", form=form, file_problems=problems)

    def write() -> None:
        operations.add_customer_message(
            by=actor_of(request), number=number, body=form.cleaned_data["body"], once=form.cleaned_data["once"]
        )
        operations.drop_draft(by=actor_of(request), place=_place(number))

    def keep() -> None:
        operations.save_draft(by=actor_of(request), place=_place(number), data={"body": form.cleaned_data["body"]})

    return act(request, number, write, gettext("Your message is sent."), {"form": form}, keep)


@for_subscribers
@require_POST
def reopen(request: HttpRequest, number: int) -> HttpResponse:
    """Open a resolved case again, with the reason."""
    case = queries.case(viewer=viewer_of(request), number=number)
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return sent_back(request, case, "reopen", reopen_form=form)

    def open_again() -> None:
        does = operations.reject_resolution if case.state == "resolved" else operations.reopen
        does(by=actor_of(request), number=number, reason=form.cleaned_data["reason"])

    return act(request, number, open_again, gettext("The case is open again."), {"reopen_form": form})


@for_subscribers
@require_POST
def raise_severity(request: HttpRequest, number: int) -> HttpResponse:
    """Change the severity, up or down: it acts at once."""
    case = queries.case(viewer=viewer_of(request), number=number)
    form = RaiseForm(request.POST, levels=_others(case))
    if not form.is_valid():
        return sent_back(request, case, "raise_severity", raise_form=form)

    def change() -> None:
        operations.change_severity(
            by=actor_of(request),
            number=number,
            severity=form.cleaned_data["severity"],
            reason=form.cleaned_data["reason"],
        )

    return act(request, number, change, gettext("The severity is changed."), {"raise_form": form})


def act(
    request: HttpRequest,
    number: int,
    run: Callable[[], str | None],
    done: str | None,
    forms: dict[str, Form],
    keep: Callable[[], None] | None = None,
) -> HttpResponse:
    """Do it and go back to the case, saying what is done (or what `run` says); a refusal keeps what was typed."""
    try:
        said = run()
    except Refusal as reason:
        if keep is not None:
            keep()
        return show_case(request, number, refusal=refused(reason), status=403, **forms)
    messages.success(request, done or said or "")
    return redirect("case", number=number)


def sent_back(request: HttpRequest, case: Any, right: str, **form: Any) -> HttpResponse:
    """The page with a form that lacks something; who may not do this at all is told that instead."""
    refusal = not_for(viewer_of(request), right, case.subscriber.id)
    if refusal is not None:
        return show_case(request, case.number, refusal=refused(refusal), status=403)
    return show_case(request, case.number, status=422, **form)


def show_case(request: HttpRequest, number: int, *, status: int = 200, **given: Any) -> HttpResponse:
    """The case's page; `given`: forms that came back, by their place on it, and a refusal."""
    viewer, now, language = viewer_of(request), datetime.now(UTC), get_language() or "en"
    case = queries.case(viewer=viewer, number=number)
    words = case_page(case, viewer, now, language)
    may = case.can
    writing = "add_customer_message" in may and case.state not in ("resolved", "closed")
    if writing or given.get("form"):
        words["form"] = given.get("form") or _reply_form(viewer, number)
    if "reopen" in may or given.get("reopen_form"):
        words["reopen_form"] = given.get("reopen_form") or ReopenForm()
    others = _others(case)
    if ("raise_severity" in may and others) or given.get("raise_form"):
        words["raise_form"] = given.get("raise_form") or RaiseForm(levels=others)
        words["raise_levels"] = [one for one in _levels(case) if one.level in dict(others)]
    words |= talk_words(case, viewer, given)
    words["held"] = held_files(viewer=viewer, place=_place(number)) if words.get("form") else []
    words["file_problems"] = given.get("file_problems", [])
    words |= {
        "refusal": given.get("refusal"),
        "filed": "filed" in request.GET,
        "why_open": True if "filed" in request.GET else None,
        "section": "cases",
    }
    return render(request, "portal/case.html", words, status=status)


def _reply_form(viewer: Any, number: int) -> ReplyForm:
    draft = queries.draft(viewer=viewer, place=_place(number))
    body = draft.data.get("body", "") if draft else ""
    return ReplyForm(initial={"once": secrets.token_urlsafe(16), "body": body})


def _place(number: int) -> str:
    return f"reply:{number}"


def _levels(case: CaseView) -> list[Level]:
    """The levels open to the case's package, the most severe first, as its own programme calls them."""
    own, language = severities_of(case.package_key), get_language() or "en"
    return [one for one in severities(programme_of(case.package_key), language) if one.level in own]


def _others(case: CaseView) -> list[tuple[str, str]]:
    """Every level but the case's own, the most severe first."""
    return [(one.level, one.name) for one in _levels(case) if one.level != case.severity]
