"""Writing in the community. Each act takes one small form and goes back to where it was pressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST

from garant.community import operations, queries
from garant.community.views import PostPlace
from garant.core.refusals import Refusal
from garant.portal.access import actor_of, viewer_of
from garant.portal.community import SECTION, address, for_writers
from garant.portal.drafts import Draft
from garant.portal.forms_community import (
    AnswerForm,
    AskForm,
    CommentForm,
    CommunityProfileForm,
    EditForm,
    EmptyForm,
    FlagForm,
    YesForm,
    split_tags,
)
from garant.portal.views_community import thread_page
from garant.portal.words import refused


@for_writers
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Begin a thread."""
    kind = request.GET.get("kind", "")
    first = {"language": get_language() or "en", "kind": kind if kind in ("discussion", "idea") else "question"}
    form = AskForm(request.POST if request.method == "POST" else None, initial=first)
    refusal = None
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = operations.ask(
                by=actor_of(request), kind=data["kind"], title=data["title"], body=data["body"],
                language=data["language"], tags=split_tags(data["tags"]), once=data["once"],
            )  # fmt: skip
        except Refusal as reason:
            refusal = refused(reason)
        else:
            return _back(request, made, gettext("Your thread is written."))
    words = {**SECTION, "form": form, "refusal": refusal, "writes_as": queries.writes_as(viewer=viewer_of(request))}
    status = 403 if refusal else 422 if form.is_bound else 200
    return render(request, "portal/community_new.html", words, status=status)


@for_writers
@require_POST
def answer(request: HttpRequest, thread_id: int) -> HttpResponse:
    """Answer a thread."""
    form = AnswerForm(request.POST, auto_id="a_%s")

    def run(data: dict[str, Any]) -> str:
        operations.answer(by=actor_of(request), thread_id=thread_id, body=data["body"], once=data["once"])
        return gettext("Your answer is written.")

    return _act(request, thread_id, ("answer", 0), form, run)


@for_writers
@require_POST
def comment(request: HttpRequest, post_id: int) -> HttpResponse:
    """Comment on a question or an answer."""
    form = CommentForm(request.POST, auto_id=f"c{post_id}_%s")

    def run(data: dict[str, Any]) -> str:
        operations.comment(by=actor_of(request), post_id=post_id, body=data["body"], once=data["once"])
        return gettext("Your comment is written.")

    return _act(request, _place(request, post_id).thread.id, ("comment", post_id), form, run, post_id)


@for_writers
@require_POST
def flag(request: HttpRequest, post_id: int) -> HttpResponse:
    """Tell support what is wrong with a post."""
    form = FlagForm(request.POST, auto_id=f"f{post_id}_%s")

    def run(data: dict[str, Any]) -> str:
        operations.flag(by=actor_of(request), post_id=post_id, reason=data["reason"])
        return gettext("Thank you. Support will look at it.")

    return _act(request, _place(request, post_id).thread.id, ("flag", post_id), form, run, post_id)


@for_writers
@require_POST
def vote(request: HttpRequest, post_id: int) -> HttpResponse:
    """Find a post useful, or take that back."""

    def run(data: dict[str, Any]) -> str:
        (operations.vote if data["yes"] == "yes" else operations.unvote)(by=actor_of(request), post_id=post_id)
        return gettext("Your vote counts.") if data["yes"] == "yes" else gettext("Your vote is taken back.")

    return _act(request, _place(request, post_id).thread.id, ("vote", post_id), YesForm(request.POST), run, post_id)


@for_writers
@require_POST
def accept(request: HttpRequest, post_id: int) -> HttpResponse:
    """Mark the answer that solved it, or take the mark back."""

    def run(data: dict[str, Any]) -> str:
        operations.accept(by=actor_of(request), post_id=post_id, accepted=data["yes"] == "yes")
        return gettext("The solution is marked.") if data["yes"] == "yes" else gettext("The mark is taken back.")

    return _act(request, _place(request, post_id).thread.id, ("accept", post_id), YesForm(request.POST), run, post_id)


@for_writers
@require_POST
def follow(request: HttpRequest, thread_id: int) -> HttpResponse:
    """Hear what is written in a thread, or no more."""

    def run(data: dict[str, Any]) -> str:
        does = operations.follow if data["yes"] == "yes" else operations.unfollow
        does(by=actor_of(request), thread_id=thread_id)
        if data["yes"] == "yes":
            return gettext("You will hear what is written here.")
        return gettext("You will hear no more of this thread.")

    return _act(request, thread_id, ("follow", 0), YesForm(request.POST), run)


@for_writers
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, post_id: int) -> HttpResponse:
    """Change what one has written."""
    place = _place(request, post_id)
    mine = queries.my_profile(viewer=viewer_of(request))
    if mine is None or mine.who.id != place.author.id:
        return _refuse(request, place, Refusal("not_yours", "authors_edit", "write_answer_instead", {}))
    newest = queries.versions(viewer=viewer_of(request), post_id=post_id)[-1]
    first = {"revision": newest.revision, "title": place.thread.title, "body": place.body,
             "tags": ", ".join(place.thread.tags)}  # fmt: skip
    opening = place.kind == "opening"
    form = EditForm(request.POST if request.method == "POST" else None, opening=opening, initial=first)
    refusal = None
    if form.is_valid():
        data = form.cleaned_data
        try:
            operations.edit(
                by=actor_of(request), post_id=post_id, body=data["body"], revision=data["revision"],
                title=data.get("title"), tags=split_tags(data["tags"]) if opening else None,
            )  # fmt: skip
        except Refusal as reason:
            refusal = refused(reason)
        else:
            return _back(request, place.thread.id, gettext("Your change is kept."), post_id)
    words = {**SECTION, "form": form, "refusal": refusal, "place": place, "back": address(place.thread)}
    status = 403 if refusal else 422 if form.is_bound else 200
    return render(request, "portal/community_edit.html", words, status=status)


@for_writers
@require_POST
def make_case(request: HttpRequest, thread_id: int) -> HttpResponse:
    """Begin a case with what the thread says. The way to a case goes on as ever, and checks the contract there."""
    EmptyForm(request.POST)
    viewer = viewer_of(request)
    view = queries.thread(viewer=viewer, thread_id=thread_id)
    if "make_case" not in view.can:
        refusal = Refusal("not_the_asker", "askers_make_cases", "open_case_instead", {})
        return thread_page(request, view.row.id, refusal=refused(refusal), status=403)
    draft = Draft(viewer)
    if draft:
        messages.warning(request, gettext("You have a draft of another case: send it or throw it away first."))
        return redirect("new_case")
    draft.keep({"subject": view.row.title, "description": view.opening.body, "from_thread": view.row.id})
    messages.success(request, gettext("What you asked stands in the new case. The public thread stays as it is."))
    return redirect("new_case")


@for_writers
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """What others see of me."""
    viewer = viewer_of(request)
    mine = queries.my_profile(viewer=viewer)
    first: dict[str, Any] = {"name": queries.writes_as(viewer=viewer)}
    if mine is not None:
        first |= {"handle": mine.who.handle, "about": mine.about, "link": mine.link,
                  "shows_organisation": mine.shows_organisation}  # fmt: skip
    form = CommunityProfileForm(request.POST if request.method == "POST" else None, initial=first)
    refusal = None
    if form.is_valid():
        try:
            operations.save_profile(by=actor_of(request), **form.cleaned_data)
        except Refusal as reason:
            refusal = refused(reason)
        else:
            messages.success(request, gettext("Your profile is saved."))
            return redirect("community_profile")
    words = {**SECTION, "form": form, "refusal": refusal, "mine": mine}
    status = 403 if refusal else 422 if form.is_bound else 200
    return render(request, "portal/community_profile.html", words, status=status)


def _place(request: HttpRequest, post_id: int) -> PostPlace:
    return queries.post_place(viewer=viewer_of(request), post_id=post_id)


def _act(
    request: HttpRequest,
    thread_id: int,
    place: tuple[str, int],
    form: Form,
    run: Callable[[dict[str, Any]], str],
    post_id: int | None = None,
) -> HttpResponse:
    """Do it and go back to the thread; a form that lacks something, and a refusal, come back with what was typed."""
    view = queries.thread(viewer=viewer_of(request), thread_id=thread_id)  # NotFound before the form is looked at
    if not form.is_valid():
        return thread_page(request, view.row.id, bound={place: form}, status=422)
    try:
        told = run(form.cleaned_data)
    except Refusal as reason:
        return thread_page(request, view.row.id, bound={place: form}, refusal=refused(reason), status=403)
    return _back(request, view.row.id, told, post_id)


def _refuse(request: HttpRequest, place: PostPlace, reason: Refusal) -> HttpResponse:
    return thread_page(request, place.thread.id, refusal=refused(reason), status=403)


def _back(request: HttpRequest, thread_id: int, told: str, post_id: int | None = None) -> HttpResponse:
    messages.success(request, told)
    target = reverse("community_short", args=[thread_id])
    try:
        row = queries.thread(viewer=viewer_of(request), thread_id=thread_id).row
        target = address(row)
    except LookupError:
        pass
    return redirect(f"{target}#p{post_id}" if post_id else target)
