"""Mail that arrived: what waits for somebody, one message, and what is decided about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from garant.cases import operations_mail_review as review
from garant.cases import queries_mail as mails
from garant.cases.queries_mailboxes import mailbox_states
from garant.console import mail as words
from garant.console.access import staff_only
from garant.console.desk import page
from garant.console.forms_mail import DiscardForm, ReleaseForm
from garant.core.people import Viewer
from garant.core.refusals import NotFound, Refusal
from garant.directory.queries import person_by_email
from garant.directory.queries_account import undeliverable
from garant.journal.queries_outbox import counts
from garant.kit.file_types import media_type
from garant.kit.uploads import file_response
from garant.wording.sentences import refusal_lines


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


@staff_only("GET", act="read_mail")
def show(request: HttpRequest) -> HttpResponse:
    """Messages, newest first; what waits for somebody unless `?outcome=` asks for others."""
    viewer, asked = _viewer(request), request.GET.get("outcome", "waiting")
    outcome = asked if asked in ("waiting", "all", *words.OUTCOMES) else "waiting"
    number = request.GET.get("case", "")
    case = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else None
    sought = request.GET.get("q", "")[:200]
    found = mails.incoming(
        viewer=viewer, outcome="" if outcome == "all" or case else outcome, words=sought, case=case,
        after=request.GET.get("after"),
    )  # fmt: skip
    much = mails.mail_counts(viewer)
    offered = [(code, words.outcome_words(code), much.get(code, 0)) for code in words.OUTCOMES]
    return page(
        request, "console/mails.html", section="mails", page=found, outcome="all" if case else outcome, case=case,
        sought=sought, outcomes=offered, waiting=mails.mails_waiting(viewer),
        **_channel(viewer),
        lines=[(row, words.outcome_words(row.outcome), words.reason_words(row.reason)) for row in found.rows],
    )  # fmt: skip


def _channel(viewer: Viewer) -> dict[str, Any]:
    """How mail comes and goes: the mailboxes, what is still to be sent, and who gets none."""
    boxes = [(box, words.mailbox_words(box.problem)) for box in mailbox_states(viewer=viewer)]
    sending, returned = counts(viewer=viewer), undeliverable(viewer)
    return {
        "mailboxes": boxes, "outgoing": sending.get("waiting", 0), "dead": sending.get("dead", 0), "returned": returned,
        "troubled": bool(returned or sending.get("dead") or any(box.problem for box, _ in boxes)),
    }  # fmt: skip


@staff_only("GET", act="read_mail")
def one(request: HttpRequest, mail_id: int) -> HttpResponse:
    """One message."""
    return _one(request, mail_id, None)


def _one(
    request: HttpRequest, mail_id: int, form: ReleaseForm | None, *problem: str, status: int = 200
) -> HttpResponse:
    try:
        view = mails.one_mail(viewer=_viewer(request), mail_id=mail_id)
    except NotFound:
        raise Http404(gettext("There is no such mail.")) from None
    content = view.content
    shown, whole = str(content.get("shown", "")), str(content.get("text", ""))
    release = form or ReleaseForm(initial={"email": view.row.sender if view.person else ""})
    return page(
        request, "console/mail.html", status=status, section="mails", mail=view.row, view=view,
        facts=words.facts(view), outcome=words.outcome_words(view.row.outcome),
        reason=words.reason_words(view.row.reason), shown=shown or whole, whole="" if whole == shown else whole,
        files=words.files_of(content), has_page=bool(content.get("html")), problem=problem,
        release=release if view.waits and not view.opens else None, waits=view.waits, read=bool(content),
    )  # fmt: skip


@staff_only("GET", act="read_mail")
def source(request: HttpRequest, mail_id: int) -> HttpResponse:
    """The message as it arrived, as a download."""
    try:
        raw = mails.mail_source(viewer=_viewer(request), mail_id=mail_id)
    except NotFound:
        raise Http404(gettext("There is no such mail.")) from None
    return file_response(request, name=f"mail-{mail_id}.eml", media_type="message/rfc822", content=raw)


@staff_only("GET", act="read_mail")
def file(request: HttpRequest, mail_id: int, number: int) -> HttpResponse:
    """An attachment of a message, as a download; a picture inside its page."""
    try:
        name, content = mails.mail_file(viewer=_viewer(request), mail_id=mail_id, number=number)
    except NotFound:
        raise Http404(gettext("There is no such file.")) from None
    return file_response(request, name=name, media_type=media_type(content), content=content)


@staff_only("GET", act="read_mail")
def html(request: HttpRequest, mail_id: int) -> HttpResponse:
    """The page that a message brings, made harmless: no script, nothing from elsewhere, its own pictures."""
    try:
        view = mails.one_mail(viewer=_viewer(request), mail_id=mail_id)
    except NotFound:
        raise Http404(gettext("There is no such mail.")) from None
    if not view.content.get("html"):
        raise Http404(gettext("This mail brings no page."))
    inside = mails.inside_pictures(viewer=_viewer(request), mail_id=mail_id) if view.content.get("inside") else {}
    response = HttpResponse(words.as_page(str(view.content["html"]), inside))
    response.headers["Content-Security-Policy"] = "default-src 'none'; img-src data:; style-src 'none'; sandbox"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@staff_only("POST", act="read_mail")
def release(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Take a message that waits in somebody's name."""
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return _one(request, mail_id, form, status=422)
    person = person_by_email(form.cleaned_data["email"])
    if person is None:
        form.add_error("email", gettext("Nobody on record has this address."))
        return _one(request, mail_id, form, status=422)
    try:
        review.release_mail(by=_viewer(request).actor, mail_id=mail_id, person_id=person.id)
    except NotFound:
        raise Http404(gettext("There is no such mail.")) from None
    except Refusal as refusal:
        return _one(request, mail_id, form, *refusal_lines(refusal), status=422)
    messages.success(request, gettext("The mail is taken in the name of %(name)s.") % {"name": person.name})
    return redirect("console:mail", mail_id=mail_id)


@staff_only("POST", act="read_mail")
def discard(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Say that a message is nothing."""
    DiscardForm(request.POST)
    try:
        review.discard_mail(by=_viewer(request).actor, mail_id=mail_id)
    except NotFound:
        raise Http404(gettext("There is no such mail.")) from None
    except Refusal as refusal:
        return _one(request, mail_id, None, *refusal_lines(refusal), status=422)
    messages.success(request, gettext("The mail is set aside; it is kept, and can be found here."))
    return redirect("console:mails")
