"""Headers of a mail as people read them, each by itself: one that is broken costs itself only."""

from __future__ import annotations

import email.header
import email.utils
import re
from collections.abc import Iterable
from datetime import UTC

from garant.core.identity import clean_name
from garant.kit.mail_charsets import characters, harmless

#: Characters of one header that are looked at, and that are handed on.
LONGEST_LOOKED_AT, LONGEST_HEADER = 32_000, 4_000
MOST_ADDRESSES, MOST_REFERENCES = 100, 100
_WORD = r"=\?[^?\s]{1,80}\?[bBqQ]\?[^?]{0,8000}\?="
_WORDS = re.compile(rf"{_WORD}(?:\s*{_WORD})*")
_ONE_WORD = re.compile(_WORD)
_BARE_NAME = re.compile(r"""(^|,)\s{0,9}([^<>",;:()\\]{0,99}@[^<>",;:()\\]{0,99}?)\s{0,9}<""")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,300}>")
_ADDRESS = re.compile(r"""(?:"[^"\\\s]{1,64}"|[^\s<>()\[\],;:"@\\]{1,64})@[^\s<>()\[\],;:"@\\]{1,200}""")


def as_sent(value: object) -> str:
    """A raw header on one line, its letters outside of ASCII read, its encoded words left as they are."""
    text = str(value)[:LONGEST_LOOKED_AT]
    if not text.isascii() or "\x1b" in text:
        text = characters(text.encode("utf-8", "surrogateescape"))
    return " ".join(harmless(text).split())


def decoded(value: object) -> str:
    """A header as people read it, on one line; an encoded word that can't be read stands as it is."""
    text = _WORDS.sub(lambda found: _decoded_words(found[0]), as_sent(value))
    return " ".join(harmless(text).split())


def _decoded_words(words: str) -> str:
    """Encoded words in a row. They are read together: a letter may be cut in two between them."""
    try:
        return "".join(_piece(*piece) for piece in email.header.decode_header(words))
    except Exception:
        found = _ONE_WORD.findall(words)
        return "".join(_decoded_words(word) for word in found) if len(found) > 1 else words


def _piece(content: bytes | str, charset: str | None) -> str:
    return content if isinstance(content, str) else characters(content, charset or "")


def addresses(values: Iterable[object]) -> list[list[str]]:
    """[name, address] of everybody in some headers of addresses. The name is "" where none is given.

    Addresses are found before any word is decoded: an encoded word can't smuggle in another address.
    """
    try:
        # An address as the name of another one, without quotes, would count as a sender of its own.
        found = email.utils.getaddresses([_BARE_NAME.sub(r'\1 "\2" <', as_sent(value)) for value in values])
    except Exception:
        return []
    known = [[clean_name(decoded(name))[:200], address] for name, address in found if _ADDRESS.fullmatch(address)]
    return known[:MOST_ADDRESSES]


def message_ids(*values: object) -> list[str]:
    """The message ids in some headers, in their angle brackets; the last hundred."""
    return _MESSAGE_ID.findall(" ".join(as_sent(value) for value in values))[-MOST_REFERENCES:]


def instant(value: object) -> str:
    """A Date header as an instant of UTC in ISO form; "" where it is none. A clock without a zone counts as UTC."""
    try:
        found = email.utils.parsedate_to_datetime(as_sent(value))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except Exception:
        return ""
