"""What every request of somebody signed in leaves behind, and what it may need first.

Where somebody is signed in is noted at most every few minutes. Whoever must have a second step and has none is led to
the page where it is set up. Changes of how people sign in are written into the journal.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from garant.config.devices import remember, write_cookie
from garant.core.people import Viewer
from garant.directory.operations_account import note_access
from garant.directory.queries_account import has_second_step

#: Seconds after which it is noted again that somebody is there.
SEEN_EVERY = 300
_SEEN = "garant_seen"
#: Pages that are open without the second step that is asked for: those where it is set up.
_WITHOUT = ("/accounts/", "/account/", "/static/", "/healthz")


class EvenAnswers:
    """Whoever tries addresses learns nothing from how long an answer took: these pages answer after a fixed time.

    Stands outside everything that works differently for an address that is known.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, for a form that takes an address not before `settings.EVEN_ANSWER` seconds have passed."""
        began = time.monotonic()
        response = self.get_response(request)
        if request.method == "POST" and request.path in (reverse("account_login"), reverse("account_reset_password")):
            time.sleep(max(0.0, settings.EVEN_ANSWER - (time.monotonic() - began)))
        return response


class SignInMiddleware:
    """Notes sessions, asks for a second step, and gives browsers their cookie. Stands last, around the page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or send its reader to set up a second step."""
        if request.user.is_authenticated:
            note_session(request)
            if needs_second_step(request):
                messages.warning(request, gettext("This desk asks you for a second step. Set it up to go on."))
                return redirect(reverse("mfa_index"))
        response = self.get_response(request)
        write_cookie(request, response)
        return response


def note_session(request: HttpRequest) -> None:
    """Note where somebody is signed in and that they are there now, at most every SEEN_EVERY seconds."""
    now = timezone.now().timestamp()
    if now - float(request.session.get(_SEEN, 0)) < SEEN_EVERY:
        return
    request.session[_SEEN] = now
    UserSession.objects.create_from_request(request)


def needs_second_step(request: HttpRequest) -> bool:
    """Whether the reader must set a second step up before anything else; asked at each page, for as long as it is."""
    if settings.SECOND_STEP == "optional" or request.path.startswith(_WITHOUT):
        return False
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if settings.SECOND_STEP == "staff" and not viewer.is_staff:
        return False
    return not has_second_step(int(request.user.pk or 0))


@receiver([password_changed, password_set, password_reset], dispatch_uid="garant.password")
def _password(sender: Any, request: HttpRequest, user: Any, signal: Any, **_: Any) -> None:
    """A password was changed: in the account, or with the link of a mail, which proves whose browser this is."""
    reset = signal is password_reset
    note_access(person_id=user.pk, kind="password_changed", what="by_mail" if reset else "in_account")
    if reset:
        remember(request, user.email)


@receiver([authenticator_added, authenticator_reset], dispatch_uid="garant.second_step.added")
def _added(sender: Any, user: Any, authenticator: Any, **_: Any) -> None:
    note_access(person_id=user.pk, kind="second_step_added", what=str(authenticator.type))


@receiver(authenticator_removed, dispatch_uid="garant.second_step.removed")
def _removed(sender: Any, user: Any, authenticator: Any, **_: Any) -> None:
    note_access(person_id=user.pk, kind="second_step_removed", what=str(authenticator.type))
