"""Reading prepared replies: for the vendor's staff only."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from garant.cases.models_canned import CannedReply
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.kit.pages import Page, bounded, marks, page

__all__ = ["CannedView", "canned", "canned_replies", "offered"]

#: Nobody chooses from a longer list.
MOST_OFFERED = 200


@dataclass(frozen=True, slots=True)
class CannedView:
    """A prepared reply. `language` "": any; `team` "": everybody's; `revision` counts its changes."""

    id: int
    title: str
    body: str
    language: str
    team_id: int | None
    team: str
    revision: int
    archived: bool


def canned_replies(
    *, viewer: Viewer, archived: bool = False, after: str | None = None, limit: int = 50
) -> Page[CannedView]:
    """All prepared replies by title, or the archived ones; empty for anybody but staff."""
    limit, place = bounded(limit), f"canned:{archived}"
    rows = _rows(viewer).filter(archived_at__isnull=not archived)
    mark = marks(place, after, 2)
    if mark is not None:
        rows = rows.filter(Q(title__gt=mark[0]) | Q(title=mark[0], pk__gt=mark[1]))
    found = [_view(row) for row in rows.order_by("title", "pk")[: limit + 1]]
    return page(place, found, limit, lambda row: (row.title, row.id))


def canned(*, viewer: Viewer, canned_id: int) -> CannedView:
    """One of them, archived or not. Raises NotFound for anybody but staff."""
    row = _rows(viewer).filter(pk=canned_id).first() if 0 < canned_id < 2**63 else None
    if row is None:
        raise NotFound("canned reply")
    return _view(row)


def offered(*, viewer: Viewer, language: str = "") -> list[CannedView]:
    """What the viewer may insert: everybody's and the own teams', those in `language` first, then by title."""
    mine = Q(team=None) | Q(team__members=viewer.person_id)
    rows = _rows(viewer).filter(mine, archived_at=None).order_by("title", "pk")[:MOST_OFFERED]
    return sorted((_view(row) for row in rows), key=lambda row: row.language not in (language, ""))


def _rows(viewer: Viewer) -> QuerySet[CannedReply]:
    rows = CannedReply.objects.select_related("team")
    return rows if viewer.is_staff and viewer.person_id is not None else rows.none()


def _view(row: CannedReply) -> CannedView:
    team = row.team.name if row.team else ""
    archived = row.archived_at is not None
    return CannedView(row.pk, row.title, row.body, row.language, row.team_id, team, row.revision, archived)
