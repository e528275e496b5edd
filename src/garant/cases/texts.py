"""What people wrote: checked before it is stored, and fixed in the journal by its digest."""

from __future__ import annotations

import hashlib
from typing import Any

from garant.cases.models import Case, Message
from garant.core.refusals import Refusal

#: Longest text that a person may send at once, in characters.
LONGEST = 100_000
LONGEST_SUBJECT = 200
#: The parts of a case's own text, in the order in which they are fixed.
CASE_TEXTS = ("subject", "description", "steps", "expected", "actual", "environment")


def cleaned(text: str, *, field: str, required: bool = True, longest: int = LONGEST) -> str:
    """The text without surrounding space and without NUL, which PostgreSQL can't store.

    Raises Refusal `text_missing` when nothing is left of a required one, `text_too_long` above `longest`.
    """
    clean = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if required and not clean:
        raise Refusal("text_missing", "a_text_is_needed", "write_text", {"field": field})
    if len(clean) > longest:
        values = {"field": field, "longest": longest, "length": len(clean)}
        raise Refusal("text_too_long", "texts_have_a_limit", "shorten_text", values)
    return clean


def digest(text: str) -> str:
    """SHA-256 of a text in hexadecimal: what the journal keeps of it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def case_digest(case: Case) -> str:
    """One digest over all parts of a case's own text; the separator can't occur inside a part."""
    return digest("\x00".join(getattr(case, part) for part in CASE_TEXTS))


def message_data(message: Message) -> dict[str, Any]:
    """How an entry refers to a stored message."""
    return {"message": message.pk, "sha256": digest(message.body)}
