"""Who may enter the console. Every view says so with `staff_only`; a view without it fails the route tests."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from garant.core.people import Viewer
from garant.core.rights import staff_for
from garant.kit.forms import UnknownFields

#: The roles that work on cases in the console; other pages name their own act of the table of rights.
ROLES = staff_for("work_queue")

View = Callable[..., HttpResponse]


class ConsoleRequest(HttpRequest):
    """A request that passed `staff_only`: it carries who looks."""

    viewer: Viewer


def staff_only(*methods: str, act: str = "work_queue", roles: frozenset[str] | None = None) -> Callable[[View], View]:
    """Admit only staff whom the table of rights allows `act`, and only `methods` (GET also admits HEAD).

    `roles` instead of an act: for a page that belongs to no act. An unknown act fails when the module is imported.

    Nobody signed in: to the sign-in page. Signed in without a role: 403, before anything is looked up, so that the
    answer says nothing about what exists. Roles are read anew at each request: a role that ended ends at once.
    """

    admitted = staff_for(act) if roles is None else roles

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if not request.viewer.staff_roles & admitted:  # type: ignore[attr-defined]
                return render(request, "console/refused.html", status=403)
            if request.method not in allowed:
                return HttpResponse(status=405, headers={"Allow": ", ".join(sorted(allowed))})
            try:
                return view(request, *args, **kwargs)
            except UnknownFields as wrong:
                text = gettext("The form has no field %(names)s.") % {"names": ", ".join(wrong.names)}
                return HttpResponseBadRequest(text, content_type="text/plain; charset=utf-8")

        allowed = {*methods, "HEAD"} if "GET" in methods else set(methods)
        guarded.roles = admitted  # type: ignore[attr-defined]
        guarded.methods = methods  # type: ignore[attr-defined]
        return never_cache(guarded)

    return wrap


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    # What follows a sign-in is a page: the address of a form's target would only answer 405.
    target = request.get_full_path() if request.method in ("GET", "HEAD") else resolve_url("console:queue")
    if getattr(request, "htmx", False):
        return HttpResponse(status=401, headers={"HX-Redirect": resolve_url(settings.LOGIN_URL)})
    return redirect_to_login(target, settings.LOGIN_URL)
