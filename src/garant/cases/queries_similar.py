"""Open cases of the same subscriber: those that look alike, and those that a search means."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from garant.cases.models import Case
from garant.cases.narrowing import OPEN
from garant.cases.scope import visible
from garant.cases.views import OpenCase
from garant.core.likeness import ALIKE, Told, likenesses
from garant.core.people import Viewer

#: The newest open cases that are compared; a subscriber seldom has more at once.
MOST = 200
#: Words of a search that count.
MOST_WORDS = 8
#: The parts of a case that say what it is about, beside its title.
TEXTS = ("description", "steps", "actual")
_SHOWN = ("number", "subject", "severity")


def similar(
    *, viewer: Viewer, subscriber_id: int, title: str, description: str = "", but: int | None = None, limit: int = 5
) -> list[OpenCase]:
    """The subscriber's open cases that look like what is told, the most alike first; empty outside one's own.

    `description`: whatever is said beside the title, the parts of an error report (TEXTS) one after the other.
    """
    found = list(_open(viewer, subscriber_id, but).order_by("-pk").values_list(*_SHOWN, *TEXTS)[:MOST])
    measured = likenesses(Told(title, description), [Told(row[1], " ".join(row[3:])) for row in found])
    alike = [(each, row) for each, row in zip(measured, found, strict=True) if each >= ALIKE]
    alike.sort(key=lambda pair: (-pair[0], -pair[1][0]))
    return [OpenCase(*row[:3]) for _, row in alike[:limit]]


def searched(*, viewer: Viewer, subscriber_id: int, text: str, but: int, limit: int = 20) -> list[OpenCase]:
    """The subscriber's open cases with all words of `text` in the title, or with that number; newest first."""
    rows, asked = _open(viewer, subscriber_id, but), text.replace("\x00", "").split()[:MOST_WORDS]
    for word in asked:
        rows = rows.filter(Q(subject__icontains=word) | (Q(number=int(word)) if _is_number(word) else Q(pk=None)))
    found = rows.order_by("-pk").values_list(*_SHOWN)[: min(limit, 50)]
    return [OpenCase(*row) for row in found] if asked else []


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 18


def _open(viewer: Viewer, subscriber_id: int, but: int | None) -> QuerySet[Case]:
    rows = visible(viewer).filter(subscriber_id=subscriber_id, state__in=OPEN)
    return rows if but is None else rows.exclude(number=but)
