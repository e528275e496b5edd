"""Which language a page speaks: the one its address names (`?lang=`), the one chosen before, the person's, else the
letter's that led to it, else the browser's.

For the signed-in the language of an address lasts until they sign out; their own language stays what it was. A visitor
who follows such an address, from a search result say, has chosen nothing: the page is in that language, and nothing is
kept. The language switch adds `keep`, and that choice lasts in a cookie.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.encoding import escape_uri_path
from django.utils.http import escape_leading_slashes

#: Remembers what somebody chose: a visitor's cookie, set on that choice only, and a key of a session.
COOKIE = "garant_language"
#: Stands in the addresses of the language switch.
KEEP = "keep"
YEAR = 365 * 24 * 3600
#: What stands before and after quoted words; in French with a space that does not break.
QUOTES = {"en": "“”", "fr": ("«\u00a0", "\u00a0»"), "es": "«»", "de": "„“", "it": "«»", "ja": "「」"}
#: The languages' own names, as a reader looks for them.
NAMES = {"en": "English", "fr": "Français", "es": "Español", "de": "Deutsch", "it": "Italiano", "ja": "日本語"}


class LanguageMiddleware:
    """Activates the language of a request. Stands after authentication, for the person's own choice."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the request's language."""
        asked = known(request.GET.get("lang", ""))
        if asked and KEEP in request.GET and request.method in ("GET", "HEAD"):
            return self._kept(request, asked)
        chosen = asked or self._known_of(request)
        language = chosen or translation.get_language_from_request(request)
        request.language_is_chosen = bool(chosen)  # type: ignore[attr-defined]
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        if asked and _signed_in(request):
            request.session[COOKIE] = asked
        return response

    @staticmethod
    def _kept(request: HttpRequest, asked: str) -> HttpResponse:
        """Keep a choice, and go to the address without it: that is the one to be passed on."""
        rest = _others(request)
        path = escape_leading_slashes(escape_uri_path(request.path))  # "//other.example/" is a host to a browser
        response = HttpResponseRedirect(f"{path}?{rest}" if rest else path)
        patch_vary_headers(response, ("Cookie",))
        if _signed_in(request):
            request.session[COOKIE] = asked
        else:
            response.set_cookie(COOKIE, asked, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
        return response

    @staticmethod
    def _known_of(request: HttpRequest) -> str:
        if _signed_in(request):
            return known(request.session.get(COOKIE, "")) or known(getattr(request.user, "language", ""))
        return known(request.COOKIES.get(COOKIE, ""))


@contextmanager
def speaking(request: HttpRequest, language: str) -> Iterator[None]:
    """A page that was written to somebody speaks the language of the letter, unless its reader has chosen another."""
    if getattr(request, "language_is_chosen", True) or not known(language):
        yield
        return
    request.LANGUAGE_CODE = language
    with translation.override(language):
        yield


def _signed_in(request: HttpRequest) -> bool:
    person = getattr(request, "user", None)
    return person is not None and person.is_authenticated


def known(code: str) -> str:
    """The code when the desk speaks it, else an empty string."""
    return code if code in dict(settings.LANGUAGES) else ""


def _others(request: HttpRequest) -> str:
    """The address's query without the language."""
    query = request.GET.copy()
    query.pop("lang", None)
    query.pop(KEEP, None)
    return query.urlencode()


def offered(request: HttpRequest) -> dict[str, Any]:
    """For templates: the languages to switch to, and the page's other query parameters to keep."""
    kept = _others(request)
    return {
        "languages_offered": [(code, NAMES.get(code, code)) for code, _ in settings.LANGUAGES],
        "language_query": f"{kept}&" if kept else "",
    }
