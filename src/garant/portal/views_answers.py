"""Answers before the case: shown while it is written, opened, named as the answer, and taken back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from garant.cases.operations_offers import answer_failed, answer_opened, draft_solved
from garant.core.refusals import Refusal
from garant.kit.forms import refuse_unknown
from garant.portal.access import actor_of, for_subscribers, viewer_of
from garant.portal.addresses import address_of
from garant.portal.answers import answers_to
from garant.portal.drafts import FIELDS, Draft
from garant.portal.words import refused

#: Longest text of a field that is kept while it is typed.
LONGEST = 20_000


@for_subscribers
@require_POST
def offer(request: HttpRequest) -> HttpResponse:
    """The answers for what stands in the form now, as a part of the page; what was typed is kept as the draft."""
    viewer = viewer_of(request)
    draft, typed = Draft(viewer), {name: request.POST[name][:LONGEST] for name in FIELDS if name in request.POST}
    if draft and typed:
        draft.keep(typed)  # whoever finds the answer, and then finds that it was none, has lost no word
    told = " ".join(typed.get(name, "") for name in ("description", "actual"))
    found = answers_to(viewer, draft, get_language() or "en", typed.get("subject", ""), told)
    return render(request, "portal/new_answers.html", {"offers": found})


@for_subscribers
@require_safe
def read(request: HttpRequest, kind: str, ref: str) -> HttpResponse:
    """Open what was offered, and note that it was."""
    answer_opened(by=actor_of(request), once=Draft(viewer_of(request)).text("once"), name=f"{kind}:{ref}")
    return redirect(address_of(kind, ref))


@for_subscribers
@require_POST
def solved(request: HttpRequest) -> HttpResponse:
    """This was the answer: the draft is closed, and can be brought back."""
    refuse_unknown(request.POST, "answer")
    once = Draft(viewer_of(request)).text("once")
    try:
        draft_solved(by=actor_of(request), once=once, name=request.POST.get("answer", ""))
    except Refusal as reason:
        told = refused(reason)
        messages.error(request, f"{told.rule} {told.remedy}")
        return redirect("new_case")
    return render(request, "portal/new_solved.html", {"section": "cases", "once": once})


@for_subscribers
@require_POST
def failed(request: HttpRequest) -> HttpResponse:
    """It was not the answer: the draft is back."""
    refuse_unknown(request.POST, "once")
    if answer_failed(by=actor_of(request), once=request.POST.get("once", "")):
        messages.success(request, gettext("Your draft is back."))
        return redirect("new_case")
    messages.error(request, gettext("The draft can’t be brought back any more."))
    return redirect("home")
