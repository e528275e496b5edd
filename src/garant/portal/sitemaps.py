"""The public addresses of the desk, by section: what /sitemap.xml lists. A room's door adds its own to `SECTIONS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from garant.community import queries as community
from garant.core.people import NOBODY
from garant.core.refusals import NotFound
from garant.kit.manners import Languages, alternates_of
from garant.knowledge.queries import published_addresses
from garant.portal.offers import DEFAULT
from garant.portal.programme import programme


@dataclass(frozen=True, slots=True)
class Listed:
    """A public page. `languages` as in kit.manners; `query` belongs to its address; `changed` None: nobody knows."""

    path: str
    languages: Languages
    query: tuple[tuple[str, str], ...] = ()
    changed: date | datetime | None = None


class Section(Sitemap):
    """Some of the public pages: each address stands there once a language, with those of the others beside it."""

    #: Pages in one file: six languages of each, with seven alternates, stay below the 50 MB that a file may have.
    limit = 1000

    def __init__(self, pages: Callable[[], Sequence[Listed]]) -> None:
        self.pages = pages

    def items(self) -> Sequence[Listed]:
        """Every page of the section that anybody may read."""
        return self.pages()

    def read(self) -> Section:
        """The section as it is now: counting its pages and listing them asks its room once."""
        found = self.pages()
        return Section(lambda: found)

    def get_urls(self, page: int | str = 1, site: Any = None, protocol: str | None = None) -> list[dict[str, Any]]:
        """The addresses of one file, as Django's template wants them."""
        return [row for listed in self.paginator.page(page).object_list for row in _rows(listed)]


def _rows(listed: Listed) -> list[dict[str, Any]]:
    alternates = alternates_of(listed.path, listed.languages, listed.query)
    beside = [{"lang_code": each.language, "location": each.address} for each in alternates]
    return [
        {"location": each.address, "lastmod": listed.changed, "alternates": beside}
        for each in alternates
        if each.language != "x-default"
    ]


def every_language() -> tuple[str, ...]:
    """The codes of the desk's languages."""
    return tuple(code for code, _ in settings.LANGUAGES)


def _site() -> list[Listed]:
    """The start page, and the packages of each region."""
    languages, packages = every_language(), reverse("packages")
    found = [Listed(reverse("home"), languages)]
    try:
        document = programme()
    except NotFound:
        return found
    for code in document.regions:
        query = () if code == DEFAULT else (("region", code),)
        found.append(Listed(packages, languages, query, document.effective_from))
    return found


def _articles() -> list[Listed]:
    """Help articles that anybody may read."""
    shown = published_addresses(viewer=NOBODY)
    found = [Listed(reverse("kb_article", args=[slug]), languages, changed=at) for slug, languages, at in shown]
    return [Listed(reverse("kb"), every_language()), *found] if found else []


def _community() -> list[Listed]:
    """The threads that everybody may read, each in the language that it is written in."""
    begin = Listed(reverse("community"), every_language())
    rows = community.public_addresses()
    paths = [(row, reverse("community_thread", args=[row.id, row.slug])) for row in rows]
    return [begin, *(Listed(path, {row.language: path}, changed=row.changed) for row, path in paths)]


#: Section -> its pages. What is listed here can be read by anybody, without an account.
SECTIONS: Mapping[str, Section] = {"site": Section(_site), "kb": Section(_articles), "community": Section(_community)}
