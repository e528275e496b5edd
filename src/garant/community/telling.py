"""Who hears of a post: those whom it calls by name, and the followers of its thread. One notice a post and person."""

from __future__ import annotations

from garant.community.models import Follow, Post, Profile
from garant.community.texts import mentioned
from garant.directory.queries import people_by_id
from garant.journal.operations_notices import NewNotice, put_notices

#: A text that calls more people than that calls nobody further.
MOST_MENTIONS = 10


def tell(post: Post) -> None:
    """Put the notices of a post that others see now into the outbox; nobody is told of their own, nor twice."""
    called = _called(post)
    follow = Follow.objects.filter(thread=post.thread, profile__person__isnull=False)
    followers = set(follow.values_list("profile__person_id", flat=True))
    own = {post.author.person_id}
    kinds = dict.fromkeys(followers - own, "thread_followed") | dict.fromkeys(called - own, "thread_mentioned")
    people = people_by_id(kinds)
    data = {"thread": post.thread_id, "post": post.pk, "subject": post.thread.title, "name": post.author.name}
    put_notices([
        NewNotice(
            once=f"community:{post.pk}:{one}",
            kind=kind,
            person_id=one,
            language=people[one].language,
            subject=("thread", post.thread_id),
            subscriber_id=None,
            data=data,
        )
        for one, kind in sorted(kinds.items())
        if one in people
    ])  # fmt: skip


def _called(post: Post) -> set[int]:
    handles = sorted(mentioned(post.body))[:MOST_MENTIONS]
    found = Profile.objects.filter(handle__in=handles, person__isnull=False)
    return {int(one) for one in found.values_list("person_id", flat=True) if one is not None}
