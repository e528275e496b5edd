"""Profiles: what others see of somebody, and what they wrote where the reader may read it."""

from __future__ import annotations

from django.db.models import Q

from garant.community.models import Post, Profile
from garant.community.scope import moderates, people, thread_rows, visible_posts
from garant.community.texts import short_name
from garant.community.views import PostPlace, ProfileView
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.directory.queries import names
from garant.kit.pages import Page, bounded, marks, page

__all__ = ["my_profile", "posts_of", "profile", "writes_as"]


def profile(*, viewer: Viewer, handle: str) -> ProfileView:
    """Somebody who has written something that the viewer may read. Raises NotFound; also for an erased person."""
    row = Profile.objects.filter(handle=handle.lower(), person__isnull=False).first()
    if row is None:
        raise NotFound("profile")
    view = _view(row, viewer)
    if not view.counts["posts"] and not view.mine and not moderates(viewer):
        raise NotFound("profile")
    return view


def my_profile(*, viewer: Viewer) -> ProfileView | None:
    """The viewer's own; None before they have written or saved anything."""
    row = Profile.objects.filter(person_id=viewer.person_id).first() if viewer.person_id is not None else None
    return None if row is None else _view(row, viewer)


def writes_as(*, viewer: Viewer) -> str:
    """The name under which the viewer would write now; empty for a visitor."""
    if viewer.person_id is None:
        return ""
    mine = Profile.objects.filter(person_id=viewer.person_id).values_list("name", flat=True).first()
    full = names({viewer.person_id}).get(viewer.person_id, "")
    return mine or (full if viewer.is_staff and "@" not in full else short_name(full)) or "Member"


def posts_of(*, viewer: Viewer, profile_id: int, after: str | None = None, limit: int = 25) -> Page[PostPlace]:
    """What somebody wrote, the newest first: only in threads that the viewer may read (COM-04)."""
    limit, place = bounded(limit), f"posts_of:{profile_id}"
    rows = visible_posts(viewer).filter(author_id=profile_id)
    mark = marks(place, after, 2)
    if mark is not None:
        rows = rows.filter(Q(at__lt=mark[0]) | Q(at=mark[0], pk__lt=mark[1]))
    found = list(
        rows.select_related("author", "thread__author")
        .prefetch_related("thread__tags")
        .order_by("-at", "-pk")[: limit + 1]
    )
    return page(place, places(found), limit, lambda row: (row.at, row.id))


def places(found: list[Post]) -> list[PostPlace]:
    """Posts with their threads, for lists."""
    around = {row.id: row for row in thread_rows({post.thread_id: post.thread for post in found}.values())}
    who = people({post.author_id: post.author for post in found}.values())
    return [
        PostPlace(
            post.pk, post.kind, around[post.thread_id], who[post.author_id], post.body, post.at, post.held, post.score,
            post.hidden_at is not None,
        )
        for post in found
    ]  # fmt: skip


def _view(row: Profile, viewer: Viewer) -> ProfileView:
    posts = visible_posts(viewer).filter(author=row)
    return ProfileView(
        who=people([row])[row.pk],
        about=row.about,
        link=row.link,
        shows_organisation=row.shows_organisation,
        since=row.created_at,
        mine=viewer.person_id is not None and row.person_id == viewer.person_id,
        counts={"posts": posts.count(), "accepted": posts.filter(accepted=True).count()},
    )
