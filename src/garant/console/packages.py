"""Names of packages in the reader's language, from the programme's own text."""

from __future__ import annotations

from functools import lru_cache

from django.utils.translation import get_language

from garant.contracts.queries import programme_document


def package_name(programme: str, code: str) -> str:
    """What people call the package in the active language; the code itself when the programme has no name for it."""
    return _names(programme, (get_language() or "en")[:2]).get(code, code)


@lru_cache(maxsize=64)
def _names(programme: str, language: str) -> dict[str, str]:
    document = programme_document(programme)
    return {package.code: package.name.get(language) or package.name.get("en", "") for package in document.packages}
