"""What people write here: cleaned, named, and judged by how much it looks like spam. No database."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.utils.text import slugify

from garant.core.identity import clean_name, is_visible, mixes_scripts, plain_text
from garant.core.refusals import Refusal

LONGEST_BODY, LONGEST_COMMENT, LONGEST_TITLE = 20_000, 1_000, 150
LONGEST_NAME, LONGEST_ABOUT, LONGEST_LINK, LONGEST_REASON, LONGEST_TAG = 60, 600, 200, 300, 30
MOST_TAGS = 5
#: From this score on a post waits until somebody has looked at it, whoever wrote it.
SPAM = 3
#: "@maren-l" behind a space, a bracket or nothing: not the middle of an address.
_MENTION = re.compile(r"(?<![\w@.])@([\w-]{2,40})")
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
#: The whole value: a scheme that only stands somewhere inside is none (XSS-04).
_SAFE_LINK = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)


def cleaned(text: str, *, field: str, longest: int, required: bool = True) -> str:
    """The text without surrounding space, control characters and turns of the reading direction.

    Raises Refusal `text_missing` when nobody would see anything of a required one, `text_too_long` above `longest`.
    """
    clean = plain_text(text).strip()
    if required and not is_visible(clean):
        raise Refusal("text_missing", "a_text_is_needed", "write_text", {"field": field})
    if len(clean) > longest:
        values = {"field": field, "longest": longest, "length": len(clean)}
        raise Refusal("text_too_long", "texts_have_a_limit", "shorten_text", values)
    return clean


def cleaned_title(title: str) -> str:
    """A title on one line."""
    return cleaned(clean_name(title), field="title", longest=LONGEST_TITLE)


def cleaned_name(name: str) -> str:
    """A display name: no address, no letters of two alphabets in one word."""
    clean = cleaned(clean_name(name), field="name", longest=LONGEST_NAME)
    if mixes_scripts(clean):
        raise Refusal("name_mixes_scripts", "names_imitate_nobody", "write_name_in_one_script", {"name": clean})
    if "@" in clean:
        raise Refusal("name_is_address", "names_are_no_addresses", "give_name", {})
    return clean


def cleaned_link(link: str) -> str:
    """A web address that begins with http:// or https:// and has a host; empty for none. Refusal for any other."""
    clean = plain_text(link).strip()
    if not clean:
        return ""
    try:
        host = urlsplit(clean).hostname
    except ValueError:
        host = None
    if not _SAFE_LINK.fullmatch(clean) or not host:
        raise Refusal("link_not_web", "links_are_web_addresses", "write_web_address", {})
    if len(clean) > LONGEST_LINK:
        values = {"field": "link", "longest": LONGEST_LINK, "length": len(clean)}
        raise Refusal("text_too_long", "texts_have_a_limit", "shorten_text", values)
    return clean


def cleaned_tags(tags: Iterable[str]) -> list[str]:
    """Tags in small letters, each once, in order: letters, digits, dots, plus and hyphens of any script."""
    found: dict[str, None] = {}
    for tag in tags:
        name = "-".join(unicodedata.normalize("NFKC", clean_name(tag)).lower().split())
        if not name:
            continue
        if len(name) > LONGEST_TAG or not re.fullmatch(r"[\w.+-]+", name):
            raise Refusal("tag_malformed", "tags_are_short_words", "shorten_tag", {"tag": name[:40]})
        found[name] = None
    if len(found) > MOST_TAGS:
        raise Refusal("too_many_tags", "tags_are_few", "leave_tags_out", {"most": MOST_TAGS})
    return list(found)


def slug_of(title: str, kind: str) -> str:
    """What an address says of a title; the kind where the title has no letters for it."""
    return slugify(title, allow_unicode=True)[:70].strip("-") or kind


def handle_of(name: str) -> str:
    """What a name becomes behind an @; may be empty."""
    return slugify(name, allow_unicode=True).replace("_", "-")[:30].strip("-")


def short_name(name: str) -> str:
    """What is shown of somebody who has chosen nothing: the first word and the first letter of the last."""
    words = [word for word in clean_name(name).split() if "@" not in word]
    if len(words) < 2:
        return "".join(words)[:LONGEST_NAME]
    return f"{words[0]} {words[-1][0]}."[:LONGEST_NAME]


def mentioned(text: str) -> set[str]:
    """The handles that a text calls, in small letters."""
    return {found.lower() for found in _MENTION.findall(text)}


def spam_score(text: str, *, earlier: Iterable[str], recent: int) -> int:
    """How much a text looks like spam: links, the same words again, many posts in few minutes.

    `earlier`: what the person wrote before; `recent`: how many posts of the last ten minutes.
    """
    links = len(_LINK.findall(text))
    score = 0 if links < 2 else 1 if links < 4 else 3
    words = len(text.split())
    if links and words < 8:
        score += 1
    plain = " ".join(text.lower().split())
    if len(plain) > 30 and any(" ".join(one.lower().split()) == plain for one in earlier):
        score += 3
    return score + (2 if recent >= 5 else 1 if recent >= 3 else 0)


def digest(text: str) -> str:
    """SHA-256 of a text in hexadecimal: what the journal keeps of it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
