"""What a contact answers about a case. Each act takes one small form and goes back to the case."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from garant.cases import operations, queries
from garant.core.people import Actor
from garant.portal.access import actor_of, for_subscribers, viewer_of
from garant.portal.forms_talk import (
    EscalateForm,
    FollowForm,
    OnceForm,
    ProposalForm,
    RateForm,
    RecreateForm,
    SolvedForm,
)
from garant.portal.views_cases import act as act_on
from garant.portal.views_cases import sent_back

Run = Callable[[Actor, int, dict[str, Any]], str]


def _act(form_class: type[Form], name: str, right: str) -> Callable[[Run], Callable[..., HttpResponse]]:
    """A view for an act: `name` is the form's place on the case's page, where it stays with what was typed; `right`
    is the act's row in the table of rights."""

    def wrap(run: Run) -> Callable[..., HttpResponse]:
        @for_subscribers
        @require_POST
        @wraps(run)
        def view(request: HttpRequest, number: int) -> HttpResponse:
            case = queries.case(viewer=viewer_of(request), number=number)
            form = form_class(request.POST)
            if not form.is_valid():
                return sent_back(request, case, right, **{name: form})
            return act_on(
                request, number, lambda: run(actor_of(request), number, form.cleaned_data), None, {name: form}
            )

        return view

    return wrap


@_act(ProposalForm, "proposal_form", "answer_proposal")
def answer_proposal(by: Actor, number: int, data: dict[str, Any]) -> str:
    """Agree to a proposed severity, or not."""
    common = {"by": by, "number": number, "proposal_id": data["proposal"], "once": data["once"]}
    if data["answer"] == "accept":
        operations.accept_severity(**common)
        return gettext("You agreed: the new severity is in force.")
    operations.reject_severity(**common, reason=data["reason"])
    return gettext("You did not agree: the severity stays as it is.")


@_act(RecreateForm, "recreate_form", "answer_reproduction")
def recreate(by: Actor, number: int, data: dict[str, Any]) -> str:
    """Answer one question."""
    operations.answer_reproduction(
        by=by, number=number, request_id=data["request"], step=data["step"], text=data["text"], once=data["once"]
    )
    return gettext("Your answer is kept.")


@_act(SolvedForm, "solved_form", "answer_resolution")
def solved(by: Actor, number: int, data: dict[str, Any]) -> str:
    """Confirm that the case is solved."""
    score = int(data["score"]) if data["score"] else None
    operations.confirm_resolution(by=by, number=number, score=score, comment=data["comment"], once=data["once"])
    return gettext("Thank you. The case is closed.")


@_act(RateForm, "rate_form", "rate_case")
def rate(by: Actor, number: int, data: dict[str, Any]) -> str:
    """Say how content one is."""
    operations.rate_case(by=by, number=number, score=int(data["score"]), comment=data["comment"], once=data["once"])
    return gettext("Thank you for saying so.")


@_act(EscalateForm, "escalate_form", "escalate_as_customer")
def escalate(by: Actor, number: int, data: dict[str, Any]) -> str:
    """Call in support management."""
    operations.escalate(by=by, number=number, reason=data["reason"], once=data["once"])
    return gettext("Support management is told.")


@_act(FollowForm, "follow_form", "follow_case")
def follow(by: Actor, number: int, data: dict[str, Any]) -> str:
    """Follow the case, or stop."""
    if data["follow"] == "yes":
        operations.follow_case(by=by, number=number, once=data["once"])
        return gettext("You will hear what happens in this case.")
    operations.unfollow_case(by=by, number=number, once=data["once"])
    return gettext("You will hear no more of this case.")


@_act(OnceForm, "adopt_form", "adopt_case")
def adopt(by: Actor, number: int, data: dict[str, Any]) -> str:
    """Take over a case that a colleague sent who is no authorized contact."""
    operations.adopt_case(by=by, number=number, once=data["once"])
    return gettext("The case is yours now, and its clock runs.")
