"""What every request carries: who looks, and the clock on their wall."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from garant.core.people import NOBODY, Viewer
from garant.core.zones import zone
from garant.directory.queries import viewer_from
from garant.kit.asking import asked_once
from garant.kit.reach import narrowed


class ViewerMiddleware:
    """Sets `request.viewer` and the person's zone. Stands behind LanguageMiddleware: the viewer reads its language.

    The roles are asked when somebody first looks at `request.viewer`, at most once a request: a role that has ended
    no longer counts from the next request on.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request as seen by its viewer."""
        request.viewer = SimpleLazyObject(lambda: viewer(request))  # type: ignore[attr-defined]
        if "\x00" in request.path_info:
            raise Http404  # no name in the database can hold it, and asking for one fails
        with timezone.override(zone(zone_of(request))):
            return self.get_response(request)


class AskedOnceMiddleware:
    """What a page reads twice is asked for once (kit.asking); only for a GET, and never in the next request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; whatever is sent in parts later is asked anew."""
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with asked_once():
            return self.get_response(request)


class ReachMiddleware:
    """The second net (kit.reach): whoever is not of the staff is served within the rows of their organisations.

    It stands behind ViewerMiddleware. An answer that is sent in parts is read within the same reach.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request within its reach."""
        looks: Viewer = request.viewer  # type: ignore[attr-defined]
        if looks.is_staff or request.path_info == "/healthz":
            return self.get_response(request)
        with narrowed(looks.subscribers()):
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = _within(response.streaming_content, looks.subscribers())
        return response


def _within(parts: Any, subscribers: frozenset[int]) -> Iterator[bytes]:
    with narrowed(subscribers):
        yield from parts


def viewer(request: HttpRequest) -> Viewer:
    """Who looks, in the language of the page; NOBODY for visitors."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return NOBODY
    found = viewer_from(person)
    return replace(found, language=getattr(request, "LANGUAGE_CODE", found.language))


def zone_of(request: HttpRequest) -> str:
    """The person's zone; UTC for visitors and for a zone that is no longer known."""
    person = getattr(request, "user", None)
    name = getattr(person, "zone", "") if person is not None and person.is_authenticated else ""
    try:
        zone(name)
    except ValueError:
        return "UTC"
    return str(name)
