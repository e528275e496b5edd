"""The community for everybody: its lists, threads, versions of posts, and profiles. Reading needs no account."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from garant.community import queries
from garant.kit.manners import Manners, manners
from garant.kit.markdown import plain
from garant.portal.access import viewer_of
from garant.portal.community import (
    SECTION,
    address,
    answer_form,
    differences,
    for_everybody,
    idea_states,
    kind_names,
    linked_data,
    shown,
    state_names,
)


@for_everybody
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Threads, narrowed by kind, state and tag."""
    return _list(request, request.GET.get("tag", "")[:30])


@for_everybody
@require_safe
def tag(request: HttpRequest, tag: str) -> HttpResponse:
    """The threads with a tag."""
    return _list(request, tag, by_tag=True)


def _list(request: HttpRequest, tag: str, *, by_tag: bool = False) -> HttpResponse:
    viewer, kinds, states = viewer_of(request), kind_names(), state_names()
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    kind, state = kind if kind in kinds else "", state if state in states else ""
    page = queries.threads(viewer=viewer, kind=kind, tag=tag, state=state, after=request.GET.get("after"))
    words = {
        **SECTION, "page": page, "rows": page.rows, "kind": kind, "state": state, "tag": tag, "by_tag": by_tag,
        "kinds": kinds.items(), "states": states.items(), "tags": queries.tags(viewer=viewer),
        "idea_states": idea_states(), "may_write": queries.may_write(viewer),
        "feed": reverse("community_tag_feed", args=[tag]) if by_tag else reverse("community_feed"),
        "narrowed": bool(kind or state or tag),
    }  # fmt: skip
    if not kind and not state and (by_tag or not tag):  # a list that is narrowed is no page of its own
        words |= _head(request, tag)
    return render(request, "portal/community_index.html", words)


def _head(request: HttpRequest, tag: str) -> dict[str, Manners]:
    about = gettext("Community: %(tag)s") % {"tag": tag} if tag else gettext("Community")
    return manners(request, title=about, description=gettext(
        "Questions, discussions and ideas of everybody who works with the product, answered by them and by support."
    ))  # fmt: skip


@for_everybody
@require_safe
def short(request: HttpRequest, thread_id: int) -> HttpResponse:
    """The short address of a thread, which lasts when its title changes."""
    return redirect(address(queries.thread(viewer=viewer_of(request), thread_id=thread_id).row), permanent=False)


@for_everybody
@require_safe
def thread(request: HttpRequest, thread_id: int, slug: str) -> HttpResponse:
    """A thread with its answers; an old title's address, or a merged thread's, leads to the present one."""
    view = queries.thread(viewer=viewer_of(request), thread_id=thread_id)
    if (view.row.id, view.row.slug) != (thread_id, slug):
        return redirect(address(view.row), permanent=False)
    return thread_page(request, thread_id)


def thread_page(
    request: HttpRequest,
    thread_id: int,
    *,
    bound: dict[tuple[str, int], Form] | None = None,
    refusal: Any = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a thread; `bound`: a form that came back with what is wrong, by kind and post."""
    viewer = viewer_of(request)
    view = queries.thread(viewer=viewer, thread_id=thread_id)
    opening, answers = shown(view, bound or {})
    words = {
        **SECTION, "view": view, "row": view.row, "opening": opening, "answers": answers, "can": view.can,
        "answer_form": answer_form(bound or {}), "wrong": next(iter((bound or {}).values()), None),
        "refusal": refusal, "idea_state": idea_states().get(view.row.idea_state, ""),
        "writes_as": queries.writes_as(viewer=viewer) if "write" in view.can else "",
        "feed": reverse("community_feed"),
    }  # fmt: skip
    if not view.row.held and not view.row.hidden:
        words |= manners(
            request, title=view.row.title, description=plain(view.opening.body), kind="article",
            data=linked_data(view), languages={view.row.language: address(view.row)}, language=view.row.language,
        )  # fmt: skip
    return render(request, "portal/community_thread.html", words, status=status)


@for_everybody
@require_safe
def history(request: HttpRequest, post_id: int) -> HttpResponse:
    """The versions of a post, the newest first, each with what it changed."""
    viewer = viewer_of(request)
    place = queries.post_place(viewer=viewer, post_id=post_id)
    found = queries.versions(viewer=viewer, post_id=post_id)
    steps = []
    for before, after in zip([None, *found], found, strict=False):
        lines = differences(before.body, after.body) if before is not None else []
        renamed = before is not None and before.title != after.title
        steps.append({"version": after, "lines": lines, "renamed": renamed, "first": before is None})
    words = {**SECTION, "place": place, "steps": list(reversed(steps)), "back": address(place.thread)}
    return render(request, "portal/community_history.html", words)


@for_everybody
@require_safe
def person(request: HttpRequest, handle: str) -> HttpResponse:
    """Somebody who writes here, and what they wrote where the reader may read it."""
    viewer = viewer_of(request)
    found = queries.profile(viewer=viewer, handle=handle)
    page = queries.posts_of(viewer=viewer, profile_id=found.who.id, after=request.GET.get("after"))
    words = {**SECTION, "profile": found, "page": page, "rows": page.rows}
    return render(request, "portal/community_person.html", words)
