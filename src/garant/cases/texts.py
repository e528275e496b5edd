"""What people wrote: checked before it is stored, and fixed in the journal by its digest."""

from __future__ import annotations

import hashlib
from typing import Any

from garant.cases.models import Case, Message
from garant.core.identity import is_visible, plain_text
from garant.core.refusals import Refusal

#: Longest text that a person may send at once, in characters.
LONGEST = 100_000
LONGEST_SUBJECT = 200
#: The parts of a case's own text, in the order in which they are fixed.
CASE_TEXTS = ("subject", "description", "steps", "expected", "actual", "environment")


def cleaned(text: str, *, field: str, required: bool = True, longest: int = LONGEST) -> str:
    """The text without surrounding space, control characters and turns of the reading direction.

    Raises Refusal `text_missing` when nobody would see anything of a required one (an unseen answer must not stop a
    clock), `text_too_long` above `longest`.
    """
    clean = plain_text(text).strip()
    if required and not is_visible(clean):
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
