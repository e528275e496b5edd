"""Undoing an act on several cases: what it changed travels in a signed link, for ten minutes and for one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest

from garant.cases.operations_bulk import Reassigned

SALT = "console.undo"
#: Nobody undoes later than this by a button; the case's page can still be used.
LASTS_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Undo:
    """What can be undone: how many cases, and the token that says which."""

    token: str
    count: int


def token_of(person_id: int | None, changes: Sequence[Reassigned]) -> str:
    """A token for what somebody just did."""
    plain = [person_id, [[change.number, change.before, change.after] for change in changes]]
    return signing.dumps(plain, salt=SALT, compress=True)


def changes_of(token: str, person_id: int | None) -> list[Reassigned]:
    """What a token holds; empty when it is forged, older than ten minutes, or somebody else's."""
    try:
        owner, changes = signing.loads(token, salt=SALT, max_age=LASTS_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return []
    return [Reassigned(*change) for change in changes] if owner == person_id else []


def undoable(request: HttpRequest) -> Undo | None:
    """What the page offers to undo, when its address names something that still can be."""
    token = request.GET.get("undo", "")
    changes = changes_of(token, request.viewer.person_id) if token else []  # type: ignore[attr-defined]
    return Undo(token, len(changes)) if changes else None
