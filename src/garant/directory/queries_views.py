"""Searches that are kept under a name, and the columns that somebody wants to see."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from garant.core.people import Viewer
from garant.directory.models import SavedView
from garant.kit.asking import one_answer

#: What a list can show beside the case itself, in the order of the page.
COLUMNS = (
    "owed",
    "severity",
    "subscriber",
    "package",
    "assignee",
    "contact",
    "language",
    "type",
    "received",
    "active",
)
USUAL = ("owed", "severity", "subscriber", "package", "assignee")


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A kept search. `owner` is empty for one's own; `columns` empty: as everywhere."""

    id: int
    name: str
    query: str
    columns: tuple[str, ...]
    shared: bool
    mine: bool
    owner: str


def views(viewer: Viewer) -> list[ViewRow]:
    """The viewer's own kept searches, then those that others share; each by name. Nothing for anybody but staff."""
    if not viewer.is_staff:
        return []
    rows = [view_row(row, viewer.person_id) for row in _seen(viewer.person_id) if row.name]
    return sorted(rows, key=lambda row: not row.mine)


def columns(viewer: Viewer) -> tuple[str, ...]:
    """The columns that the viewer chose for lists, else the usual ones."""
    if viewer.person_id is None:
        return USUAL
    own = (row.columns for row in _seen(viewer.person_id) if row.person_id == viewer.person_id and not row.name)
    return tuple(next(own, ())) or USUAL


@one_answer
def _seen(person_id: int | None) -> list[SavedView]:
    """What somebody kept and what others share, by name; without a name: the columns that they chose."""
    seen = SavedView.objects.filter(Q(person_id=person_id) | Q(shared=True))
    return list(seen.select_related("person").order_by("name", "pk"))


def view_row(row: SavedView, person_id: int | None) -> ViewRow:
    """A kept search as somebody sees it."""
    mine = row.person_id == person_id
    owner = "" if mine else row.person.name
    return ViewRow(row.pk, row.name, row.query, tuple(row.columns), row.shared, mine, owner)
