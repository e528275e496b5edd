"""The pages about one's own account: what one is called, which notices come, where one is signed in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from garant.core.refusals import NotFound, Refusal
from garant.directory import operations_account as account
from garant.directory import queries, queries_account
from garant.directory.operations_mail import clear_undeliverable
from garant.kit import languages
from garant.kit.forms import StrictForm, UnknownFields
from garant.portal.access import actor_of, viewer_of
from garant.portal.browsers import browser_name
from garant.portal.forms_account import EmptyForm, ProfileForm, notices_form
from garant.portal.notice_kinds import chosen_by
from garant.portal.words import refused

SECTION = {"section": "account"}


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The person's own page; POST saves name, language and time zone."""
    viewer = viewer_of(request)
    person = queries.person(viewer, int(request.user.pk or 0))
    known = {"name": person.name, "language": person.language, "zone": person.zone}
    try:
        form = ProfileForm(request.POST if request.method == "POST" else None, initial=known)
    except UnknownFields:
        return HttpResponseBadRequest()
    refusal = None
    if form.is_valid():
        try:
            return _saved(request, form)
        except Refusal as reason:
            refusal = refused(reason)
    more = {
        **SECTION, "form": form, "person": person, "refusal": refusal,
        "steps": queries_account.second_steps(viewer),
        "returned": queries_account.undeliverable(viewer, [int(request.user.pk or 0)]),
        "sessions": len(queries_account.sessions(viewer, request.session.session_key)),
    }  # fmt: skip
    return render(request, "portal/account.html", more, status=422 if request.method == "POST" else 200)


def _saved(request: HttpRequest, form: ProfileForm) -> HttpResponse:
    """Back to the page, in the language just chosen."""
    chosen = form.cleaned_data
    account.change_account(by=actor_of(request), **chosen)
    request.session.pop(languages.COOKIE, None)
    with translation.override(chosen["language"]):
        messages.success(request, gettext("Your details are saved."))
    return redirect("account")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """Which notices come by mail, and when."""
    viewer = viewer_of(request)
    kinds = chosen_by(staff=viewer.is_staff)
    choices = queries_account.notice_choices(int(request.user.pk or 0))
    try:
        form = notices_form(kinds, choices, request.POST if request.method == "POST" else None)
    except UnknownFields:
        return HttpResponseBadRequest()
    if form.is_valid():
        account.choose_notices(by=actor_of(request), choices=form.cleaned_data)
        messages.success(request, gettext("Your choice is saved. It holds for messages from now on."))
        return redirect("account_notices")
    more = {**SECTION, "form": form, "rows": [form[kind.code] for kind in kinds]}
    return render(request, "portal/account_notices.html", more, status=422 if request.method == "POST" else 200)


@never_cache
@login_required
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    viewer = viewer_of(request)
    found = queries_account.sessions(viewer, request.session.session_key)
    rows: list[dict[str, Any]] = [{"row": row, "name": browser_name(row.program)} for row in found]
    more = {**SECTION, "rows": rows, "others": sum(not row.current for row in found), "zone": viewer.zone}
    return render(request, "portal/account_sessions.html", more)


@login_required
@require_POST
def mail_works(request: HttpRequest) -> HttpResponse:
    """Say that one's own address takes mail again."""
    try:
        EmptyForm(request.POST)
    except UnknownFields:
        return HttpResponseBadRequest()
    clear_undeliverable(person_id=int(request.user.pk or 0))
    messages.success(request, gettext("Thank you. The next message will be mailed to you again."))
    return redirect("account")


@login_required
@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign out in one browser; in this one it is the same as signing out."""
    if not _bare(request):
        return HttpResponseBadRequest()
    try:
        account.end_session(by=actor_of(request), session_id=session_id)
    except NotFound:
        raise Http404 from None
    messages.success(request, gettext("That browser is signed out."))
    return redirect("account_sessions")


@login_required
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    if not _bare(request):
        return HttpResponseBadRequest()
    ended = account.end_other_sessions(by=actor_of(request), current_key=request.session.session_key or "")
    told = ngettext("One other browser is signed out.", "%(count)d other browsers are signed out.", ended)
    messages.success(request, told % {"count": ended} if ended else gettext("You are signed in nowhere else."))
    return redirect("account_sessions")


def _bare(request: HttpRequest) -> StrictForm | None:
    """A form without fields of its own; None when there are any."""
    try:
        return EmptyForm(request.POST)
    except UnknownFields:
        return None
