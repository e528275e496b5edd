"""Reading a vendor's own words for notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from garant.core.letters import Words
from garant.core.people import Viewer
from garant.core.rights import may
from garant.journal.models_letters import OwnLetter

__all__ = ["LetterRow", "letter_row", "letter_rows", "own_words", "versions"]

#: Of so many versions the page of a letter tells.
MOST = 20


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A version of own words. `words` None: the desk's; `revision` 0: nobody has ever written any, and `written_by` and
    `written_at` are None."""

    kind: str
    language: str
    revision: int
    words: Words | None
    written_by: int | None
    written_at: datetime | None


def own_words(language: str, at: datetime | None = None) -> Mapping[str, Words]:
    """The vendor's words in a language, by kind: now, or at an instant, for a message that was sent then.

    Not scoped: they are what readers of messages get, and hold nothing of anybody.
    """
    rows = OwnLetter.objects.filter(language=language)
    if at is not None:
        rows = rows.filter(written_at__lte=at)
    last = rows.order_by("kind", "-revision").distinct("kind")
    return {row.kind: Words(row.subject, row.body) for row in last if row.subject}


def letter_rows(*, viewer: Viewer) -> list[LetterRow]:
    """Where the vendor has words of its own now, by kind and language; empty for whoever may not write them."""
    if not may(viewer, "edit_letters"):
        return []
    last = OwnLetter.objects.order_by("kind", "language", "-revision").distinct("kind", "language")
    return [_row(row) for row in last if row.subject]


def letter_row(*, viewer: Viewer, kind: str, language: str) -> LetterRow:
    """What is said for a kind in a language now; for whoever may not write it, as if there was nothing."""
    found = versions(viewer=viewer, kind=kind, language=language)
    return found[0] if found else LetterRow(kind, language, 0, None, None, None)


def versions(*, viewer: Viewer, kind: str, language: str) -> list[LetterRow]:
    """The versions of the words for a kind in a language, the newest first, at most MOST of them."""
    if not may(viewer, "edit_letters"):
        return []
    rows = OwnLetter.objects.filter(kind=kind, language=language).order_by("-revision")[:MOST]
    return [_row(row) for row in rows]


def _row(row: OwnLetter) -> LetterRow:
    words = Words(row.subject, row.body) if row.subject else None
    return LetterRow(row.kind, row.language, row.revision, words, row.written_by, row.written_at)
