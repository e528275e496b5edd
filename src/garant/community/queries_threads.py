"""Threads: lists, one with its posts, a post's versions, tags, and what feeds say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.db.models import Count, Q

from garant.community.acting import may_write
from garant.community.models import Flag, Follow, Post, PostVersion, Tag, Thread, Vote
from garant.community.scope import moderates, people, thread_row, thread_rows, visible_posts, visible_threads
from garant.community.views import Address, PostPlace, PostView, ThreadRow, ThreadView, Version, Who
from garant.core.people import NOBODY, Viewer
from garant.core.refusals import NotFound
from garant.kit.pages import Page, bounded, marks, page

__all__ = ["feed", "may_read", "post_place", "public_addresses", "tags", "thread", "threads", "versions"]

#: Posts of one thread on its page; nobody reads more.
MOST_POSTS = 500
MOST_TAGS = 40
IN_FEED = 30
#: Threads that sitemaps list.
MOST_LISTED = 50_000


def threads(
    *,
    viewer: Viewer,
    kind: str = "",
    tag: str = "",
    state: str = "",
    language: str = "",
    after: str | None = None,
    limit: int = 25,
) -> Page[ThreadRow]:
    """Threads by what was last written in them. "" leaves a filter out.

    `state`: "unanswered" (nobody has answered), "open", "answered", "locked", or a state of ideas.
    """
    limit, place = bounded(limit), f"threads:{kind}:{tag}:{state}:{language}"
    rows = visible_threads(viewer)
    if kind:
        rows = rows.filter(kind=kind)
    if tag:
        rows = rows.filter(tags__name=tag)
    if language:
        rows = rows.filter(language=language)
    rows = rows.filter(_in_state(state))
    mark = marks(place, after, 2)
    if mark is not None:
        rows = rows.filter(Q(active_at__lt=mark[0]) | Q(active_at=mark[0], pk__lt=mark[1]))
    ordered = rows.select_related("author").prefetch_related("tags").order_by("-active_at", "-pk")
    return page(place, thread_rows(ordered[: limit + 1]), limit, lambda row: (row.active_at, row.id))


def _in_state(state: str) -> Q:
    if state == "unanswered":
        return Q(answers=0)
    if state == "locked":
        return Q(locked_at__isnull=False)
    if state in ("open", "answered"):
        return Q(state=state)
    return Q(idea_state=state) if state else Q()


def feed(*, tag: str = "", limit: int = IN_FEED) -> list[PostPlace]:
    """The newest threads that everybody may read, with their openings."""
    rows = visible_threads(NOBODY)
    if tag:
        rows = rows.filter(tags__name=tag)
    found = list(rows.select_related("author").prefetch_related("tags").order_by("-opened_at", "-pk")[:limit])
    bodies = dict(Post.objects.filter(thread__in=found, kind="opening").values_list("thread_id", "body"))
    return [
        PostPlace(row.id, "opening", row, row.author, bodies.get(row.id, ""), row.opened_at)
        for row in thread_rows(found)
    ]


def public_addresses(*, limit: int = MOST_LISTED) -> list[Address]:
    """What the addresses of the threads that everybody may read are made of, the latest first."""
    rows = visible_threads(NOBODY).order_by("-active_at", "-pk")
    return [Address(*row) for row in rows.values_list("pk", "slug", "language", "active_at")[:limit]]


def tags(*, viewer: Viewer, limit: int = MOST_TAGS) -> list[tuple[str, int]]:
    """The tags of threads that the viewer may read, the most used first, with how many."""
    seen = Q(threads__in=visible_threads(viewer).values("pk"))
    rows = Tag.objects.annotate(used=Count("threads", filter=seen)).filter(used__gt=0).order_by("-used", "name")
    return list(rows.values_list("name", "used")[:limit])


def may_read(*, viewer: Viewer, thread_id: int) -> bool:
    """Whether the viewer may read a thread (one that was merged counts as the one that took it in)."""
    return visible_threads(viewer).filter(pk=_target(thread_id)).exists()


def thread(*, viewer: Viewer, thread_id: int) -> ThreadView:
    """A thread with its posts; of a merged one the thread that took it in (its id differs then). Raises NotFound.

    Answers: the accepted one first, then by votes, then by time.
    """
    rows = visible_threads(viewer).select_related("author").prefetch_related("tags")
    row = rows.filter(pk=_target(thread_id)).first()
    if row is None:
        raise NotFound("thread")
    found = list(visible_posts(viewer).filter(thread=row).select_related("author").order_by("at", "pk")[:MOST_POSTS])
    who = people({row.author_id: row.author, **{post.author_id: post.author for post in found}}.values())
    shown = _posts(found, who, viewer)
    opening = next((post for post in shown if post.kind == "opening"), None)
    if opening is None:
        raise NotFound("thread")
    answers = [post for post in shown if post.kind == "answer"]
    answers.sort(key=lambda post: (not post.accepted, -post.votes, post.at, post.id))
    mine = viewer.person_id is not None and row.author.person_id == viewer.person_id
    follows = (
        viewer.person_id is not None and Follow.objects.filter(thread=row, profile__person_id=viewer.person_id).exists()
    )
    return ThreadView(
        row=thread_row(row, who),
        opening=opening,
        answers=tuple(answers),
        mine=mine,
        follows=follows,
        can=_can(row, viewer, mine=mine),
        case_number=row.case_number if mine or moderates(viewer) else None,
        hidden_reason=row.hidden_reason,
    )


def _can(row: Thread, viewer: Viewer, *, mine: bool) -> frozenset[str]:
    """What the viewer may do in a thread: write, accept, moderate, make_case."""
    if not may_write(viewer):
        return frozenset()
    keeps = moderates(viewer)
    writes = keeps or row.locked_at is None
    acts = {
        "take_part": True,
        "write": writes,
        "accept": writes and row.kind == "question" and (mine or keeps),
        "moderate": keeps,
        "make_case": mine and bool(viewer.subscribers()) and row.case_number is None and not row.held,
    }
    return frozenset(act for act, allowed in acts.items() if allowed)


def _posts(found: list[Post], who: Mapping[int, Who], viewer: Viewer) -> list[PostView]:
    """Openings and answers with their comments."""
    ids, me = [post.pk for post in found], viewer.person_id
    voted: set[int] = set()
    flagged: set[int] = set()
    if me is not None:
        voted = set(Vote.objects.filter(post__in=ids, profile__person_id=me).values_list("post_id", flat=True))
        flagged = set(Flag.objects.filter(post__in=ids, profile__person_id=me).values_list("post_id", flat=True))
    views = {
        post.pk: PostView(
            id=post.pk,
            kind=post.kind,
            author=who[post.author_id],
            body=post.body,
            at=post.at,
            revision=post.revision,
            edited_at=post.edited_at,
            accepted=post.accepted,
            votes=post.votes,
            held=post.held,
            hidden=post.hidden_at is not None,
            hidden_reason=post.hidden_reason,
            mine=me is not None and post.author.person_id == me,
            voted=post.pk in voted,
            flagged=post.pk in flagged,
        )
        for post in found
    }
    under: dict[int, list[PostView]] = {}
    for post in found:
        if post.under_id is not None:
            under.setdefault(post.under_id, []).append(views[post.pk])
    return [replace(views[post.pk], comments=tuple(under.get(post.pk, ()))) for post in found if post.under_id is None]


def versions(*, viewer: Viewer, post_id: int) -> list[Version]:
    """What a post said, the first version first. Raises NotFound where the viewer may not read it."""
    if not _readable(viewer, post_id):
        raise NotFound("post")
    rows = PostVersion.objects.filter(post_id=post_id).order_by("revision")
    return [Version(row.revision, row.title, row.body, row.at) for row in rows]


def post_place(*, viewer: Viewer, post_id: int) -> PostPlace:
    """A post with its thread. Raises NotFound."""
    if not _readable(viewer, post_id):
        raise NotFound("post")
    row = Post.objects.select_related("author", "thread__author").get(pk=post_id)
    who = people({row.author_id: row.author, row.thread.author_id: row.thread.author}.values())
    hidden = row.hidden_at is not None
    return PostPlace(
        row.pk, row.kind, thread_row(row.thread, who), who[row.author_id], row.body, row.at, row.held, row.score, hidden
    )


def _readable(viewer: Viewer, post_id: int) -> bool:
    return 0 < post_id < 2**63 and visible_posts(viewer).filter(pk=post_id).exists()


def _target(thread_id: int) -> int:
    """The thread that holds what was merged, through at most a few merges; 0 for an id that can't be one."""
    if not 0 < thread_id < 2**63:
        return 0
    for _ in range(8):
        into = Thread.objects.filter(pk=thread_id).values_list("merged_into_id", flat=True).first()
        if into is None:
            break
        thread_id = into
    return thread_id
