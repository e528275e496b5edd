"""The words of explanations and refusals by language: gettext catalogs of the domain `wording`.

They are read with the standard library alone, so that `garant ask` explains without Django. Compiled catalogs are
written when they are missing or older than their source (garant.kit.catalogs does so at setup and at each start).
"""

from __future__ import annotations

import gettext
from functools import lru_cache
from pathlib import Path

#: Every language that a text may be asked for in; what a catalog lacks is said in English.
LANGUAGES = ("en", "fr", "es", "de", "it", "ja")
FOLDER = Path(__file__).resolve().parent / "locale"
DOMAIN = "wording"


def known(language: str | None) -> str:
    """The language to speak: the one asked for, the active one of a page when None, English when it is unknown."""
    code = (language or _active()).replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else "en"


def spoken(language: str | None) -> str:
    """The language to say whole sentences in: English without a catalog: no sentence is half of each."""
    code = known(language)
    return code if (FOLDER / code).is_dir() else "en"


def _active() -> str:
    from django.conf import settings

    if not settings.configured:
        return "en"
    from django.utils.translation import get_language

    return get_language() or "en"


def say(language: str, message: str, **values: object) -> str:
    """A message in a language, with its values. English when the catalog lacks it."""
    return catalog(language).gettext(message).format(**values)


def say_many(language: str, one: str, many: str, count: int, **values: object) -> str:
    """A message that depends on a number."""
    return catalog(language).ngettext(one, many, count).format(count=count, **values)


@lru_cache(maxsize=len(LANGUAGES))
def catalog(language: str) -> gettext.NullTranslations:
    """The catalog of a language; an empty one for English."""
    if language == "en":
        return gettext.NullTranslations()
    compile_all()
    return gettext.translation(DOMAIN, str(FOLDER), languages=[language], fallback=True)


def compile_all() -> list[Path]:
    """Compile the catalogs whose compiled form is missing or stale; returns the sources compiled."""
    from garant.kit.catalogs import compile_stale

    return compile_stale(FOLDER.parent)
