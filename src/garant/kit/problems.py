"""Pages for what went wrong: each says what happened and what to do, in the reader's language."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.defaults import server_error


def problem(
    request: HttpRequest, *, status: int, heading: str, remedy: str, kind: str = "", symbol: str = "warn"
) -> HttpResponse:
    """One problem as a page: what it is, and the way out."""
    words = {"heading": heading, "remedy": remedy, "kind": kind, "symbol": symbol}
    return render(request, "garant/problem.html", words, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the address or the form can't be read."""
    return problem(
        request,
        status=400,
        heading=gettext("We could not read this request"),
        remedy=gettext("Go back, reload the page and try again."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but without the role."""
    return problem(
        request,
        status=403,
        symbol="lock",
        heading=gettext("This page is not open to you"),
        remedy=gettext("Ask a colleague who has the role for it, or sign in with another account."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing here, or nothing that this reader may see."""
    return problem(
        request,
        status=404,
        symbol="search",
        heading=gettext("There is nothing at this address"),
        remedy=gettext("Check the number, or start from your list of cases."),
    )


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 by the CSRF check: the form's token is missing or old."""
    return problem(
        request,
        status=403,
        heading=gettext("This form is too old"),
        remedy=gettext("Go back, reload the page and send it again. Cookies must be allowed for this site."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500: a page that needs neither database nor language."""
    return server_error(request)
