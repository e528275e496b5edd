"""Who may use the portal's pages, and which organisations they write for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.translation import gettext

from garant.core.people import Actor, Viewer
from garant.core.refusals import NotFound, Refusal
from garant.core.rights import may
from garant.directory import queries as directory
from garant.kit.forms import UnknownFields

View = Callable[..., HttpResponse]


def viewer_of(request: HttpRequest) -> Viewer:
    """Who looks, with the roles held now, asked once per request; visitors see only what is public."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer is None:
        # An error page may come before the middleware that knows who is signed in.
        user = getattr(request, "user", None)
        viewer = directory.viewer_of(user.pk if user is not None and user.is_authenticated else None)
        request.viewer = viewer  # type: ignore[attr-defined]
    return viewer


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person as an actor."""
    return viewer_of(request).actor


def not_for(viewer: Viewer, act: str, subscriber_id: int) -> Refusal | None:
    """The refusal of an act that the viewer's roles don't allow for a subscriber; None when they do.

    Asked before a form is looked at: who may not do a thing is told so, not what the form lacks.
    """
    if may(viewer, act, subscriber_id):
        return None
    return Refusal("not_allowed", "only_authorized_contacts", "ask_authorized_contact", {"act": act})


def for_subscribers(view: View) -> View:
    """Only for people of subscribers: visitors sign in first; for others the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not viewer_of(request).subscribers():
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except NotFound:
            raise Http404 from None
        except UnknownFields as wrong:
            # Refused, never ignored: whoever sets a clock or a role by hand shall not believe it was taken.
            text = gettext("The form has no field %(names)s.") % {"names": ", ".join(wrong.names)}
            return HttpResponseBadRequest(text, content_type="text/plain; charset=utf-8")

    return guarded
