"""What authors and readers write: checked before it is stored."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.utils.text import slugify

from garant.core.audiences import VISIBILITIES
from garant.core.identity import clean_name, is_visible, plain_text
from garant.core.refusals import Refusal
from garant.knowledge.views import Text

LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_KEYWORDS, LONGEST_NOTE = 200, 500, 500, 200
LONGEST_BODY, LONGEST_SLUG = 200_000, 120
MOST_PRODUCTS = 20
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}\Z")
_PACKAGE = re.compile(r"package:[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+\Z")


def checked_text(title: str, summary: str, keywords: str, body: str) -> Text:
    """The parts of a text as they are stored. Refuses a missing title or body, and what is too long."""
    return Text(
        line(title, "title", LONGEST_TITLE, required=True),
        line(summary, "summary", LONGEST_SUMMARY),
        line(keywords, "keywords", LONGEST_KEYWORDS),
        _limited(_body(body), "body", LONGEST_BODY),
    )


def line(text: str, field: str, longest: int, *, required: bool = False) -> str:
    """A text of one line without anything invisible."""
    clean = clean_name(text)
    return _limited(clean, field, longest) if clean or required else ""


def several(text: str, field: str, longest: int) -> str:
    """A text of several lines that may be empty."""
    clean = plain_text(text).strip()
    return _limited(clean, field, longest) if clean else ""


def _body(text: str) -> str:
    """Spaces at the beginning of a line mean something in Markdown, empty lines around the text don't."""
    return re.sub(r"\A(?:[ \t]*\n)+", "", plain_text(text)).rstrip()


def _limited(text: str, field: str, longest: int) -> str:
    if not is_visible(text):
        raise Refusal("text_missing", "a_text_is_needed", "write_text", {"field": field})
    if len(text) > longest:
        values = {"field": field, "longest": longest, "length": len(text)}
        raise Refusal("text_too_long", "texts_have_a_limit", "shorten_text", values)
    return text


def digest(text: Text) -> str:
    """SHA-256 of a text in hexadecimal: what the journal keeps of it. The separator can't occur inside a part."""
    return hashlib.sha256("\x00".join((text.title, text.summary, text.keywords, text.body)).encode()).hexdigest()


def checked_language(language: str) -> str:
    """A language of the desk. Refuses any other."""
    if language not in dict(settings.LANGUAGES):
        raise Refusal("language_unknown", "desk_has_languages", "choose_language", {"language": language})
    return language


def checked_slug(slug: str) -> str:
    """An address: small letters, digits and single hyphens. Refuses any other."""
    if len(slug) > LONGEST_SLUG or not _SLUG.match(slug):
        raise Refusal("address_malformed", "addresses_are_plain", "write_plain_address", {"address": slug})
    return slug


def slug_from(text: str) -> str:
    """An address made of a title or of an id; of one without Latin letters a random one."""
    made = slugify(re.sub(r"[/_.]", "-", text))[:LONGEST_SLUG].strip("-")
    made = re.sub(r"-+", "-", made.replace("_", "-")).strip("-")
    return made if _SLUG.match(made) else f"article-{secrets.token_hex(4)}"


def checked_code(code: str) -> str:
    """The code of a section. Refuses what is none."""
    if not _CODE.match(code):
        raise Refusal("code_malformed", "codes_are_plain", "check_code", {"code": code})
    return code


def checked_visibility(visibility: str, packages: Iterable[str]) -> tuple[str, list[str]]:
    """Who may read: a visibility, and the packages that go with "packages" only. An unknown one is refused: it never
    means public."""
    if visibility not in VISIBILITIES:
        raise Refusal("visibility_unknown", "articles_have_readers", "choose_readers", {"visibility": visibility})
    names = sorted({name for name in packages if _PACKAGE.match(name)})
    if visibility != "packages":
        return visibility, []
    if not names:
        raise Refusal("packages_missing", "articles_have_readers", "choose_packages")
    return visibility, names


def section_name(names: Mapping[str, str], code: str, language: str) -> str:
    """A section's name in a language, else in English, else any, else its code."""
    return names.get(language) or names.get("en") or next(iter(names.values()), code)


def plain_list(values: Iterable[str], longest: int) -> list[str]:
    """Names of products or versions: single, tidy, in the given order, and not too many."""
    return list(dict.fromkeys(clean_name(value)[:longest] for value in values if clean_name(value)))[:MOST_PRODUCTS]
