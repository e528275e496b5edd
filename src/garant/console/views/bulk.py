"""Acts on several cases of the queue at once, and undoing them."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from garant.cases.operations_bulk import Bulk, assign_back, assign_many
from garant.console.access import staff_only
from garant.console.undoing import changes_of, token_of
from garant.core.people import Viewer
from garant.core.refusals import Refusal
from garant.kit.forms import refuse_unknown
from garant.wording.sentences import refusal_lines

#: What says where in which list somebody was.
OF_THE_LIST = ("shown", "q", "after")


@staff_only("POST", act="assign")
def assign(request: HttpRequest) -> HttpResponse:
    """Give the chosen cases to one person (`assignee`: "me", or "other" with an id or nobody in `other`)."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    refuse_unknown(request.POST, "case", "assignee", "other", *OF_THE_LIST)
    numbers = [
        int(text) for text in request.POST.getlist("case") if text.isascii() and text.isdigit() and len(text) <= 18
    ]
    if not numbers:
        messages.error(request, gettext("Choose at least one case first."))
        return redirect(_back(request))
    asked = "me" if request.POST.get("assignee") == "me" else request.POST.get("other", "")
    if asked not in ("", "me") and not (asked.isascii() and asked.isdigit() and len(asked) <= 18):
        messages.error(request, gettext("There is no such person."))
        return redirect(_back(request))
    assignee_id = viewer.person_id if asked == "me" else int(asked) if asked else None
    try:
        done = assign_many(by=viewer.actor, numbers=numbers, assignee_id=assignee_id)
    except Refusal as refusal:
        messages.error(request, " ".join(refusal_lines(refusal)))
        return redirect(_back(request))
    _say(request, done)
    undo = {"undo": token_of(viewer.person_id, done.done)} if done.done else {}
    return redirect(_back(request, undo))


@staff_only("POST", act="assign")
def undo(request: HttpRequest) -> HttpResponse:
    """Give the cases back to whom they had; what somebody changed since stays as it is."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    refuse_unknown(request.POST, "token", *OF_THE_LIST)
    changes = changes_of(request.POST.get("token", ""), viewer.person_id)
    if not changes:
        messages.error(request, gettext("This can no longer be undone. Assign the cases on their pages."))
        return redirect(_back(request))
    done = assign_back(by=viewer.actor, changes=changes)
    text = ngettext("Undone for %(n)d case.", "Undone for %(n)d cases.", len(done.done)) % {"n": len(done.done)}
    messages.success(request, text)
    _say_refused(request, done)
    return redirect(_back(request))


def _say(request: HttpRequest, done: Bulk) -> None:
    if done.done:
        text = ngettext("%(n)d case assigned.", "%(n)d cases assigned.", len(done.done)) % {"n": len(done.done)}
        messages.success(request, text)
    elif not done.refused:
        messages.info(request, gettext("These cases were assigned like this already."))
    _say_refused(request, done)


def _say_refused(request: HttpRequest, done: Bulk) -> None:
    for number, refusal in done.refused[:10]:
        messages.error(request, f"{number}: {' '.join(refusal_lines(refusal))}")


def _back(request: HttpRequest, more: dict[str, str] | None = None) -> str:
    """The list that the act came from; only its own parameters are kept."""
    kept = {name: request.POST[name] for name in OF_THE_LIST if request.POST.get(name)}
    query = urlencode({**kept, **(more or {})})
    return f"{reverse('console:queue')}{'?' if query else ''}{query}"
