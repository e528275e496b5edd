"""What the codes of a programme are called in the reader's language, by the very version a case was opened under."""

from __future__ import annotations

from django.utils.translation import get_language, gettext

from garant.contracts.queries import StoredTerms, parse_key, terms
from garant.core.programmes import Programme, said
from garant.core.programmes.values import Text


class Names:
    """Names of packages, severities, request types and holidays for one page; a code nobody knows stands as it is.

    Also serves garant.wording.sentences as its `Names`.
    """

    def __init__(self) -> None:
        self._terms: StoredTerms | None = None
        self._packages: dict[tuple[str, str], str] = {}

    def programme(self, key: str) -> Programme | None:
        """The programme version of a package key; None when it is not stored."""
        if self._terms is None:
            self._terms = terms()
        try:
            return self._terms.programme(key)
        except (KeyError, ValueError):
            return None

    def package(self, key: str, language: str = "") -> str:
        """The package's name."""
        asked = (key, language)
        if asked not in self._packages:
            self._packages[asked] = self._package(key, language)
        return self._packages[asked]

    def _package(self, key: str, language: str) -> str:
        programme = self.programme(key)
        if programme is None:
            return key
        code = parse_key(key).package
        try:
            return said(programme.package(code).name, language or _language()) or code
        except KeyError:
            return code

    def holiday(self, name: str, language: str) -> str:
        """The holiday's name in the language of the terms that were asked for last; the English one else."""
        return name

    def text(self, text: Text) -> str:
        """A programme's own text in the reader's language."""
        return said(text, _language())

    def calendar(self, key: str, code: str) -> str:
        """The calendar's name."""
        programme = self.programme(key)
        found = programme.calendars.get(code) if programme else None
        return said(found.name, _language()) or code if found else code

    def rules(self, key: str) -> dict[str, str]:
        """The names of the rules that say who works a case, by code."""
        programme = self.programme(key)
        return {one.team: self.text(one.name) or one.team for one in programme.coverage.assignment} if programme else {}

    def severity(self, key: str, level: str) -> str:
        """The severity's name in the programme: "Severity 2"."""
        programme = self.programme(key)
        names = {each.level: each.name for each in programme.severities} if programme else {}
        return said(names[level], _language()) if level in names else gettext("Severity %(level)s") % {"level": level}

    def request_type(self, key: str, code: str) -> str:
        """The kind of request."""
        programme = self.programme(key)
        names = {each.code: each.name for each in programme.request_types} if programme else {}
        return said(names[code], _language()) if code in names else code


def _language() -> str:
    return get_language() or "en"
