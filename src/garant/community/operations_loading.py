"""A thread that was written elsewhere or before, taken as it stands: sample threads, and imports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from garant.community import indexing
from garant.community.acting import profile_of
from garant.community.models import Follow, Post, PostVersion, Profile, Thread, Vote
from garant.community.operations_writing import tag_rows
from garant.community.texts import cleaned_tags, cleaned_title, digest, slug_of
from garant.core.people import SYSTEM, Actor
from garant.directory.queries import viewer_of
from garant.journal import operations as journal
from garant.journal.views import NewEntry

__all__ = ["Written", "load_thread"]


@dataclass(frozen=True, slots=True)
class Written:
    """A text of somebody: `voters` are people, `comments` texts without comments of their own."""

    by: int
    body: str
    at: datetime
    voters: Sequence[int] = ()
    accepted: bool = False
    comments: Sequence[Written] = ()


@transaction.atomic
def load_thread(
    *, by: Actor = SYSTEM, kind: str, language: str, title: str, tags: Sequence[str], opening: Written,
    answers: Sequence[Written], idea_state: str = "",
) -> int:  # fmt: skip
    """Store a whole thread; returns its id. Nobody is told, nothing is held, and its people are known from then on.

    Every text has an entry of the journal as of its own time. Who wrote a text has no vote for it.
    """
    name = cleaned_title(title)
    everything = [opening, *answers, *(one for post in (opening, *answers) for one in post.comments)]
    me = _people(everything)
    thread = Thread.objects.create(
        kind=kind, title=name, slug=slug_of(name, kind), language=language, author=me[opening.by],
        opened_at=opening.at, active_at=max(one.at for one in everything), answers=len(answers),
        idea_state=(idea_state or "proposed") if kind == "idea" else "",
        state="answered" if any(one.accepted for one in answers) else "open",
    )  # fmt: skip
    thread.tags.set(tag_rows(cleaned_tags(tags)))
    above = [_post(thread, me, one, "answer" if turn else "opening") for turn, one in enumerate((opening, *answers))]
    Post.objects.bulk_create(above)
    below = [
        _post(thread, me, each, "comment", under)
        for under, one in zip(above, (opening, *answers), strict=True)
        for each in one.comments
    ]
    Post.objects.bulk_create(below)
    _around(thread, me, above, below, [opening, *answers], by)
    indexing.refresh(thread)
    return thread.pk


def _people(everything: Sequence[Written]) -> dict[int, Profile]:
    ids = {one.by for one in everything} | {voter for one in everything for voter in one.voters}
    first = min(one.at for one in everything)
    found = {row.person_id: row for row in Profile.objects.filter(person_id__in=ids)}
    made = {
        one: profile_of(one, first, is_staff=viewer_of(one).is_staff) for one in sorted(ids) if one not in found
    }  # fmt: skip
    people = {int(one): row for one, row in (found | made).items() if one is not None}
    Profile.objects.filter(pk__in=[row.pk for row in people.values()], trusted_at=None).update(trusted_at=first)
    return people


def _post(thread: Thread, me: dict[int, Profile], one: Written, kind: str, under: Post | None = None) -> Post:
    voters = set(one.voters) - {one.by}
    return Post(
        thread=thread, kind=kind, under=under, author=me[one.by], body=one.body.strip(), at=one.at,
        accepted=one.accepted and kind == "answer", votes=0 if kind == "comment" else len(voters),
    )  # fmt: skip


def _around(
    thread: Thread, me: dict[int, Profile], above: list[Post], below: list[Post], written: list[Written], by: Actor
) -> None:
    """What belongs to the posts: versions, votes, the asker's following, the journal."""
    posts = [*above, *below]
    PostVersion.objects.bulk_create(
        PostVersion(post=post, revision=1, title=thread.title if post.kind == "opening" else "", body=post.body,
                    at=post.at) for post in posts
    )  # fmt: skip
    Vote.objects.bulk_create(
        Vote(post=post, profile=me[voter], at=post.at)
        for post, one in zip(above, written, strict=True)
        for voter in sorted(set(one.voters) - {one.by})
    )
    thread.votes = above[0].votes
    thread.save(update_fields=["votes"])
    Follow.objects.create(thread=thread, profile=thread.author, at=thread.opened_at)
    journal.append_all([
        NewEntry(
            subject=("thread", thread.pk), kind="post_written", by=by, at=post.at, subscriber_id=None,
            data={"post": post.pk, "kind": post.kind, "sha256": digest(post.body), "held": False, "score": 0},
        )
        for post in posts
    ])  # fmt: skip
