"""The outbox: what was told to whom, what waits, and what was given up and may be sent again."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from garant.console.access import staff_only
from garant.console.desk import page
from garant.console.outbox import STATES, state_words
from garant.console.told import notice_lines, read
from garant.core.people import Viewer
from garant.core.refusals import NotFound, Refusal
from garant.core.rights import may
from garant.journal import queries as journal
from garant.journal.operations_outbox import send_again
from garant.journal.queries_outbox import counts
from garant.wording.sentences import refusal_lines


@staff_only("GET", act="read_outbox")
def notices(request: HttpRequest) -> HttpResponse:
    """The outbox, newest first; `?state=` shows one state."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    asked = request.GET.get("state", "")
    state = asked if asked in STATES else None
    found = journal.notices(viewer=viewer, after=request.GET.get("after"), limit=50, state=state)
    much = counts(viewer=viewer)
    return page(
        request,
        "console/notices.html",
        section="notices",
        lines=notice_lines(found.rows, viewer),
        page=found,
        state=state or "",
        states=[(each, state_words(each), much.get(each, 0)) for each in STATES],
        mail=settings.MAIL_CONFIGURED,
    )


@staff_only("GET", act="read_outbox")
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """One message as its receiver reads it, in the receiver's language."""
    return _notice(request, notice_id)


def _notice(request: HttpRequest, notice_id: int, *problem: str, status: int = 200) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        row = journal.notice(viewer=viewer, id=notice_id)
    except NotFound:
        raise Http404(gettext("There is no such notice.")) from None
    return page(
        request,
        "console/notice.html",
        status=status,
        section="notices",
        line=notice_lines([row], viewer)[0],
        letter=read(row, viewer),
        notice=row,
        problem=problem,
        again=row.state == "dead" and may(viewer, "send_again"),
    )


@staff_only("POST", act="send_again")
def again(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Let a message that was given up have its tries anew."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        send_again(viewer=viewer, id=notice_id)
    except NotFound:
        raise Http404(gettext("There is no such notice.")) from None
    except Refusal as refusal:
        return _notice(request, notice_id, *refusal_lines(refusal), status=422)
    messages.success(request, gettext("The message is on its way again."))
    return redirect("console:notice", notice_id=notice_id)
