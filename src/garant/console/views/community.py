"""Keeping order in the community: what waits to be looked at, and acts on posts and threads."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from garant.community import operations, queries
from garant.community.views import ThreadView
from garant.console.access import staff_only
from garant.console.desk import page
from garant.console.forms_community import CommunityPostForm, CommunityThreadForm
from garant.console.posting import posted
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.kit.forms import StrictForm

ACT = "moderate_community"
#: A question without an answer is listed after so many days, unless the address says otherwise.
DAYS = 3


@staff_only("GET", act=ACT)
def show(request: HttpRequest) -> HttpResponse:
    """One of four lists: held, flagged, hidden, unanswered."""
    return _lists(request, request.GET.get("list", "held"))


def _lists(request: HttpRequest, name: str, form: StrictForm | None = None, status: int = 200) -> HttpResponse:
    viewer, after = _viewer(request), request.GET.get("after")
    days = request.GET.get("days", "")
    chosen = int(days) if days.isdecimal() and len(days) < 5 else DAYS
    names = {
        "held": gettext("Wait to be shown"), "flagged": gettext("Flagged"), "hidden": gettext("Hidden posts"),
        "unanswered": gettext("Without an answer"),
    }  # fmt: skip
    name = name if name in names else "held"
    more: dict[str, Any] = {"threads": None, "posts": None}
    if name == "unanswered":
        more["threads"] = found = queries.unanswered(viewer=viewer, days=chosen, after=after)
    else:
        read = {"held": queries.held, "flagged": queries.flagged, "hidden": queries.hidden}[name]
        more["posts"] = found = read(viewer=viewer, after=after)  # type: ignore[assignment]
    return page(
        request, "console/community.html", status=status, section="community", list=name, names=names.items(),
        page=found, days=chosen, form=form, **more,
    )  # fmt: skip


@staff_only("POST", act=ACT)
def post(request: HttpRequest, post_id: int) -> HttpResponse:
    """Show, hide or leave a post."""
    by = _viewer(request).actor
    try:
        queries.post_place(viewer=_viewer(request), post_id=post_id)
    except NotFound:
        raise Http404(gettext("There is no such post.")) from None

    def run(form: CommunityPostForm) -> str:
        act = form.cleaned_data["act"]
        if act == "hide":
            operations.hide(by=by, post_id=post_id, reason=form.cleaned_data["reason"])
            return gettext("Hidden. It can be brought back.")
        does = {"approve": operations.approve, "restore": operations.restore, "leave": operations.settle_flags}[act]
        does(by=by, post_id=post_id)
        return gettext("It stays as it is.") if act == "leave" else gettext("Everybody sees it now.")

    def again(form: CommunityPostForm) -> HttpResponse:
        return _lists(request, request.GET.get("list", "held"), form, 422)

    name = request.GET.get("list", "held")
    back = name if name in ("held", "flagged", "hidden") else "held"
    return posted(request, CommunityPostForm, run, again, f"{reverse('console:community')}?list={back}")


@staff_only("GET", "POST", act=ACT)
def thread(request: HttpRequest, thread_id: int) -> HttpResponse:
    """One thread, and everything that can be done to it."""
    view = _found(request, thread_id)
    if request.method != "POST":
        return _page(request, view, None)
    by, number = _viewer(request).actor, view.row.id

    def run(form: CommunityThreadForm) -> str:
        _do(by, number, form.cleaned_data)
        return gettext("Done.")

    def again(form: CommunityThreadForm) -> HttpResponse:
        return _page(request, view, form, 422)

    return posted(request, CommunityThreadForm, run, again, reverse("console:community-thread", args=[number]))


def _do(by: Any, number: int, data: dict[str, Any]) -> None:
    act = data["act"]
    if act == "hide":
        operations.hide_thread(by=by, thread_id=number, reason=data["reason"])
    elif act == "restore":
        operations.restore_thread(by=by, thread_id=number)
    elif act in ("lock", "unlock"):
        operations.lock(by=by, thread_id=number, locked=act == "lock")
    elif act == "move":
        operations.move(by=by, thread_id=number, kind=data["kind"], tags=data["tags"].split(","))
    elif act == "merge":
        operations.merge(by=by, thread_id=number, into=data["into"])
    else:
        operations.set_idea_state(by=by, thread_id=number, state=data["state"])


def _page(request: HttpRequest, view: ThreadView, form: CommunityThreadForm | None, status: int = 200) -> HttpResponse:
    first = {"kind": view.row.kind, "tags": ", ".join(view.row.tags), "state": view.row.idea_state}
    return page(
        request, "console/community_thread.html", status=status, section="community", view=view, row=view.row,
        form=form or CommunityThreadForm(initial=first), came_back=form,
    )  # fmt: skip


def _found(request: HttpRequest, thread_id: int) -> ThreadView:
    try:
        return queries.thread(viewer=_viewer(request), thread_id=thread_id)
    except NotFound:
        raise Http404(gettext("There is no such thread.")) from None


def _viewer(request: HttpRequest) -> Viewer:
    return request.viewer  # type: ignore[attr-defined]
