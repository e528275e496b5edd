"""What waits for those who keep order: held posts, flagged ones, hidden ones, threads without an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.db.models import Q, QuerySet

from garant.community.models import Flag, Post
from garant.community.queries_people import places
from garant.community.scope import moderates, thread_rows, visible_threads
from garant.community.views import PostPlace, ThreadRow
from garant.core.people import Viewer
from garant.journal.operations import database_now
from garant.kit.pages import Page, bounded, marks, page

__all__ = ["flagged", "held", "hidden", "unanswered"]


def held(*, viewer: Viewer, after: str | None = None, limit: int = 50) -> Page[PostPlace]:
    """Posts that wait to be looked at, the oldest first; empty for anybody who doesn't keep order."""
    return _oldest_first("held", _posts(viewer).filter(held=True, hidden_at=None), after, limit)


def hidden(*, viewer: Viewer, after: str | None = None, limit: int = 50) -> Page[PostPlace]:
    """Posts that staff have hidden, and openings of hidden threads."""
    gone = Q(hidden_at__isnull=False) | Q(kind="opening", thread__hidden_at__isnull=False)
    return _oldest_first("hidden", _posts(viewer).filter(gone), after, limit)


def flagged(*, viewer: Viewer, after: str | None = None, limit: int = 50) -> Page[PostPlace]:
    """Posts with a flag that nobody has settled, each with who says what about it."""
    found = _oldest_first("flagged", _posts(viewer).filter(flags__settled_at=None, flags__isnull=False), after, limit)
    said: dict[int, list[tuple[str, str]]] = {}
    rows = Flag.objects.filter(post__in=[row.id for row in found.rows], settled_at=None).select_related("profile")
    for flag in rows.order_by("at", "pk"):
        said.setdefault(flag.post_id, []).append((flag.profile.name, flag.reason))
    return Page([replace(row, flags=tuple(said.get(row.id, ()))) for row in found.rows], found.next)


def unanswered(*, viewer: Viewer, days: int, after: str | None = None, limit: int = 50) -> Page[ThreadRow]:
    """Questions that nobody has answered for so many days, the oldest first."""
    limit, place = bounded(limit), f"unanswered:{days}"
    rows = visible_threads(viewer) if moderates(viewer) else visible_threads(viewer).none()
    since = database_now() - timedelta(days=max(0, min(days, 3650)))
    rows = rows.filter(kind="question", answers=0, held=False, hidden_at=None, locked_at=None, opened_at__lte=since)
    mark = marks(place, after, 2)
    if mark is not None:
        rows = rows.filter(Q(opened_at__gt=mark[0]) | Q(opened_at=mark[0], pk__gt=mark[1]))
    found = rows.select_related("author").prefetch_related("tags").order_by("opened_at", "pk")[: limit + 1]
    return page(place, thread_rows(found), limit, lambda row: (row.opened_at, row.id))


def _posts(viewer: Viewer) -> QuerySet[Post]:
    rows = Post.objects.filter(thread__merged_into=None)
    return rows if moderates(viewer) else rows.none()


def _oldest_first(place: str, rows: QuerySet[Post], after: str | None, limit: int) -> Page[PostPlace]:
    limit = bounded(limit)
    mark = marks(place, after, 2)
    if mark is not None:
        rows = rows.filter(Q(at__gt=mark[0]) | Q(at=mark[0], pk__gt=mark[1]))
    rows = rows.distinct().select_related("author", "thread__author").prefetch_related("thread__tags")
    return page(place, places(list(rows.order_by("at", "pk")[: limit + 1])), limit, lambda row: (row.at, row.id))
