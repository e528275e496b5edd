"""What a viewer may see of threads and posts, and how their authors are shown. Every query goes through it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Q, QuerySet

from garant.community.models import Post, Profile, Thread
from garant.community.views import ThreadRow, Who
from garant.core.people import Viewer
from garant.core.rights import may
from garant.directory.queries_public import organisations, staff_roles

_ADVISORS = frozenset({"senior_advisor", "named_advisor"})


def moderates(viewer: Viewer) -> bool:
    """Whether the viewer keeps order here, and so sees what others don't."""
    return may(viewer, "moderate_community")


def visible_threads(viewer: Viewer) -> QuerySet[Thread]:
    """Threads that the viewer may read; merged ones are left out."""
    rows = Thread.objects.filter(merged_into=None)
    if moderates(viewer):
        return rows
    seen = Q(held=False)
    if viewer.person_id is not None:
        seen |= Q(author__person_id=viewer.person_id)
    return rows.filter(seen, hidden_at=None)


def visible_posts(viewer: Viewer) -> QuerySet[Post]:
    """Posts in threads that the viewer may read, without those that are held or hidden from them."""
    rows = Post.objects.filter(thread__in=visible_threads(viewer).values("pk"))
    if moderates(viewer):
        return rows
    seen = Q(held=False)
    if viewer.person_id is not None:
        seen |= Q(author__person_id=viewer.person_id)
    # Under what is held or hidden stands nothing for others to read.
    above = Q(under=None) | Q(under__held=False, under__hidden_at=None)
    return rows.filter(seen, above, hidden_at=None)


def people(profiles: Iterable[Profile]) -> Mapping[int, Who]:
    """How authors are shown, by profile id: display names and badges, never addresses."""
    rows = {one.pk: one for one in profiles}
    roles = staff_roles({one.person_id for one in rows.values() if one.person_id is not None})
    open_ = {one.person_id for one in rows.values() if one.shows_organisation and one.person_id is not None}
    homes = organisations(open_)
    return {
        pk: Who(
            id=pk,
            handle=one.handle,
            name=one.name,
            badge=_badge(roles.get(one.person_id or 0, frozenset())),
            organisation=homes.get(one.person_id or 0, ""),
            gone=one.person_id is None,
        )
        for pk, one in rows.items()
    }


def _badge(roles: frozenset[str]) -> str:
    if roles & _ADVISORS:
        return "advisor"
    return "staff" if roles else ""


def thread_rows(rows: Iterable[Thread]) -> list[ThreadRow]:
    """Threads with their authors and tags, for lists."""
    found = list(rows)
    who = people({row.author_id: row.author for row in found}.values())
    return [thread_row(row, who) for row in found]


def thread_row(row: Thread, who: Mapping[int, Who]) -> ThreadRow:
    """One of them."""
    return ThreadRow(
        id=row.pk,
        kind=row.kind,
        title=row.title,
        slug=row.slug,
        language=row.language,
        tags=tuple(sorted(tag.name for tag in row.tags.all())),
        author=who[row.author_id],
        opened_at=row.opened_at,
        active_at=row.active_at,
        state=row.state,
        idea_state=row.idea_state,
        locked=row.locked_at is not None,
        held=row.held,
        hidden=row.hidden_at is not None,
        answers=row.answers,
        votes=row.votes,
    )
