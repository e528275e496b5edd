"""The pages behind links of our mails, for whoever holds one: whether a mail is theirs, and no more of a kind.

Looking changes nothing, since mail programs look at links before people do; only a press does.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from garant.cases.operations_mail_review import answer_asking
from garant.cases.queries_mail import asked_about
from garant.core.people import Actor
from garant.core.refusals import NotFound, Refusal
from garant.directory.operations_account import choose_notices
from garant.directory.queries_account import NEVER
from garant.kit.forms import UnknownFields
from garant.kit.mail_tokens import mail_asked_about, notice_left
from garant.kit.reach import desk_wide
from garant.portal.access import viewer_of
from garant.portal.forms_mail import AskedForm, LeaveForm
from garant.portal.notice_kinds import name_of
from garant.portal.words import refused
from garant.wording.letters import part
from garant.wording.sentences import reason as refusal_reason


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def asked(request: HttpRequest, token: str) -> HttpResponse:
    """Did you write this? Yes takes the message as theirs, from its receipt on; no sets it aside."""
    known = mail_asked_about(token)
    with desk_wide():  # whoever holds the link may not be signed in
        about = asked_about(known[1], known[0]) if known else None
    if about is None:
        raise Http404
    title, received, waits = about
    more = {"section": "mail_asked", "title": title, "received": received, "waits": waits,
            "zone": viewer_of(request).zone}  # fmt: skip
    try:
        form = AskedForm(request.POST if request.method == "POST" else None)
    except UnknownFields:
        return HttpResponseBadRequest()
    if not form.is_valid():
        return _page(request, more, 422 if form.is_bound else 200 if waits else 410)
    wrote = form.cleaned_data["answer"] == "mine"
    try:
        number, against = answer_asking(token=token, wrote=wrote)
    except NotFound:
        raise Http404 from None
    except Refusal as reason:
        return _page(request, {**more, "waits": False, "refusal": refused(reason)}, 422)
    done = ("refused" if against else "mine") if wrote else "not"
    return _page(request, {**more, "done": done, "number": number, "against": refusal_reason(against)}, 200)


def _page(request: HttpRequest, more: dict[str, Any], status: int) -> HttpResponse:
    return render(request, "portal/mail_asked.html", more, status=status)


@csrf_exempt  # RFC 8058: the reader's mail program presses the button, with nothing but the link
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def off(request: HttpRequest, token: str) -> HttpResponse:
    """No more mails of one kind, without signing in."""
    known = notice_left(token)
    if known is None or not part(known[1]):
        raise Http404
    try:
        form = LeaveForm(request.POST if request.method == "POST" else None)
    except UnknownFields:
        return HttpResponseBadRequest()
    done = form.is_valid()
    if done:
        choose_notices(by=Actor("person", known[0]), choices={known[1]: NEVER})
    return render(request, "portal/notice_off.html", {"section": "notice_off", "kind": name_of(known[1]), "done": done})
