"""What a public page tells those who list it: its one address, its languages, a card to share, facts for machines.

A view of a public page adds `**manners(request, title=..., description=...)` to its context; the head of every page
writes it out (garant/components/manners.html). A page without it, and every page of somebody signed in, says that it
is not to be listed. How and why: docs/reference/public-pages.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from garant.kit.languages import known

#: What a card's description and a result's lines hold; the rest would be cut anyway.
DESCRIBED = 300
#: Languages as Open Graph names them, with the country that most readers of it live in.
_LOCALES = {"en": "en_US", "fr": "fr_FR", "es": "es_ES", "de": "de_DE", "it": "it_IT", "ja": "ja_JP"}
#: In a script element only these can end it or begin a comment; JSON may write them as escapes.
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}

#: The languages of a page: codes that its own address speaks, or a code and the path of that language's page.
Languages = Sequence[str] | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Alternate:
    """The same page in a language (`x-default`: in the reader's), by its whole address."""

    language: str
    address: str


@dataclass(frozen=True, slots=True)
class Manners:
    """The head of a public page, ready to be written out. `data` is JSON-LD, empty without facts."""

    title: str
    description: str
    kind: str
    canonical: str
    alternates: tuple[Alternate, ...]
    locale: str
    other_locales: tuple[str, ...]
    data: SafeString


def manners(
    request: HttpRequest,
    *,
    title: str,
    description: str,
    kind: str = "website",
    data: Mapping[str, Any] | Sequence[Mapping[str, Any]] = (),
    languages: Languages | None = None,
    language: str = "",
    keep: Sequence[str] = (),
) -> dict[str, Manners]:
    """The context of a public page's head.

    `kind` is the Open Graph type (`website`, `article`). `data`: schema.org objects, without `@context`. `languages`:
    those that the page can be read in, all of the desk's when None. `language`: the one that it is in, when that is
    not the reader's (a text that is shown in another language for want of a translation). `keep`: query parameters
    that make it another page; all the others are dropped from its address.
    """
    offered = languages if languages is not None else tuple(code for code, _ in settings.LANGUAGES)
    spoken = language or get_language() or settings.LANGUAGE_CODE
    query = tuple((name, request.GET[name]) for name in keep if request.GET.get(name))
    named = spoken if language or known(request.GET.get("lang", "")) else ""
    alternates = alternates_of(request.path, offered, query)
    by_language = {each.language: each.address for each in alternates}
    others = tuple(_LOCALES[code] for code in offered if code in _LOCALES and code != spoken)
    found = Manners(
        title=title,
        description=brief(description),
        kind=kind,
        canonical=by_language.get(named) or _own(request.path, offered, spoken, query),
        alternates=alternates,
        locale=_LOCALES.get(spoken, spoken),
        other_locales=others,
        data=structured(data),
    )
    return {"manners": found}


def alternates_of(path: str, languages: Languages, query: Sequence[tuple[str, str]] = ()) -> tuple[Alternate, ...]:
    """A page's addresses by language, and last the one that speaks the reader's (only where one address does)."""
    if isinstance(languages, Mapping):
        return tuple(Alternate(code, address(where, query)) for code, where in languages.items())
    named = tuple(Alternate(code, address(path, (*query, ("lang", code)))) for code in languages)
    return (*named, Alternate("x-default", address(path, query)))


def _own(path: str, languages: Languages, spoken: str, query: Sequence[tuple[str, str]]) -> str:
    return address(languages.get(spoken, path) if isinstance(languages, Mapping) else path, query)


def address(path: str, query: Sequence[tuple[str, str]] = ()) -> str:
    """The whole address of a path of this desk, as mails and other sites name it (GARANT_BASE_URL)."""
    return f"{settings.BASE_URL}{path}" + (f"?{urlencode(query)}" if query else "")


def brief(text: str) -> str:
    """The beginning of a text in one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= DESCRIBED:
        return line
    cut = line[: DESCRIBED - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[DESCRIBED // 2 :] else cut) + "…"


def structured(data: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> SafeString:
    """Facts as JSON-LD that no text in them can break out of; empty without any.

    It stands in a script element of a type that browsers don't run, so the content policy needs no nonce for it, and
    the page stays the same byte by byte.
    """
    if not data:
        return SafeString("")
    facts = {**data} if isinstance(data, Mapping) else {"@graph": list(data)}
    text = json.dumps({"@context": "https://schema.org", **facts}, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308  (every character that ends a script is escaped)


class KeptByNobody:
    """Who may keep an answer. One with a session, or that sets a cookie: nobody. A public one: whoever asks again
    before showing it, which costs a few bytes while it is the same (its ETag comes from ConditionalGetMiddleware).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request. A session is taken for one whether it still is or not: nothing is asked for it."""
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES or response.cookies:
            patch_cache_control(response, private=True, no_store=True)
        elif not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "no-cache"
        return response
