"""What every act of the community begins with: who acts, by which right, not too fast; and the journal entry."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from garant.community.models import Flag, Post, Profile, Thread, Vote
from garant.community.texts import handle_of, short_name
from garant.core.people import Actor, Viewer
from garant.core.refusals import NotFound, Refusal
from garant.core.rights import check, may, reach
from garant.directory.queries import names, viewer_of
from garant.journal import operations as journal

#: What is counted, in which time, and how often somebody who is not of the staff may do it.
PACES: Mapping[str, tuple[timedelta, int]] = {
    "post": (timedelta(minutes=10), 8),
    "vote": (timedelta(hours=1), 100),
    "flag": (timedelta(days=1), 20),
}


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody who may act, their profile (locked until the transaction ends) and the moment."""

    by: Actor
    viewer: Viewer
    me: Profile
    now: datetime

    @property
    def moderates(self) -> bool:
        """Whether the person keeps order here."""
        return may(self.viewer, "moderate_community")

    def record(self, thread: Thread, kind: str, /, **data: Any) -> int:
        """Write what happened to a thread into the journal; returns the entry's id."""
        return journal.append(
            subject=("thread", thread.pk), kind=kind, data=data, by=self.by, at=self.now, subscriber_id=None
        ).id


def may_write(viewer: Viewer) -> bool:
    """Whether somebody may write here: the vendor's staff and subscribers' people."""
    return may(viewer, "write_in_community") or bool(reach(viewer, "write_in_community"))


def acting(by: Actor, *, pace: str = "", at: datetime | None = None) -> Act:
    """The act of somebody who may write; must run inside a transaction.

    `pace`: what is counted against the limit of a person. `at`: for imports, which keep no pace. Raises Refusal
    `automatic_act`, `not_allowed`, `too_fast`.
    """
    if by.id is None:
        raise Refusal("automatic_act", "acts_are_by_people", "sign_in", {"actor": by.kind})
    viewer = viewer_of(by.id)
    if not may_write(viewer):
        check(viewer, "write_in_community")
    now = at or journal.database_now()
    me = profile_of(by.id, now, is_staff=viewer.is_staff)
    if pace and at is None and not viewer.is_staff:
        _keep_pace(me, pace, now)
    return Act(by, viewer, me, now)


def moderating(by: Actor) -> Act:
    """The act of somebody who keeps order here. Raises Refusal `not_allowed`."""
    if by.id is None:
        raise Refusal("automatic_act", "acts_are_by_people", "sign_in", {"actor": by.kind})
    check(viewer_of(by.id), "moderate_community")
    return acting(by)


def profile_of(person_id: int, now: datetime, *, is_staff: bool) -> Profile:
    """The person's profile, made at the first act, and locked: two acts of one person come one after the other."""
    found = Profile.objects.select_for_update().filter(person_id=person_id).first()
    if found is not None:
        return found
    full = names({person_id}).get(person_id, "")
    name = full if is_staff and "@" not in full else short_name(full)
    try:
        with transaction.atomic():
            return Profile.objects.create(
                person_id=person_id, handle=free_handle(name), name=name or "Member", created_at=now,
                trusted_at=now if is_staff else None,
            )  # fmt: skip
    except IntegrityError:  # made meanwhile, or somebody took the handle: the second look finds what is there
        made = Profile.objects.select_for_update().filter(person_id=person_id).first()
        if made is None:
            raise
        return made


def free_handle(name: str) -> str:
    """A handle that nobody has, like the name where that is possible."""
    wish = handle_of(name)
    if len(wish) >= 2 and not Profile.objects.filter(handle=wish).exists():
        return wish
    return f"{wish or 'member'}-{secrets.token_hex(3)}"


def _keep_pace(me: Profile, pace: str, now: datetime) -> None:
    span, most = PACES[pace]
    rows: Any = {
        "post": Post.objects.filter(author=me),
        "vote": Vote.objects.filter(profile=me),
        "flag": Flag.objects.filter(profile=me),
    }[pace]
    if rows.filter(at__gt=now - span).count() >= most:
        minutes = int(span.total_seconds() // 60)
        raise Refusal("too_fast", "writing_has_a_pace", "wait_a_while", {"most": most, "minutes": minutes})


def locked_thread(act: Act, thread_id: int, *, writing: bool = True) -> Thread:
    """A thread that the person may read, locked until the transaction ends. Raises NotFound.

    `writing`: Refusal `thread_locked` and `thread_merged` where nobody writes any more.
    """
    row = Thread.objects.select_for_update().filter(pk=thread_id).first() if 0 < thread_id < 2**63 else None
    hidden = row is None or row.hidden_at is not None or row.held
    if row is None or (hidden and not act.moderates and row.author_id != act.me.pk):
        raise NotFound("thread")
    if row.hidden_at is not None and not act.moderates:
        raise NotFound("thread")
    if writing and row.merged_into_id is not None:
        raise Refusal("thread_merged", "merged_threads_go_on_elsewhere", "write_in_the_other", {})
    if writing and row.locked_at is not None and not act.moderates:
        raise Refusal("thread_locked", "locked_threads_are_read", "ask_anew", {})
    return row


def locked_post(act: Act, post_id: int, *, writing: bool = True) -> Post:
    """A post that the person may read with its thread, both locked. Raises NotFound."""
    thread_id = Post.objects.filter(pk=post_id).values_list("thread_id", flat=True).first() if post_id < 2**63 else None
    if thread_id is None:
        raise NotFound("post")
    thread = locked_thread(act, thread_id, writing=writing)
    row = Post.objects.select_for_update().get(pk=post_id)
    if row.thread_id != thread_id:
        raise NotFound("post")  # moved with a merge a moment ago
    unseen = row.hidden_at is not None or (row.held and row.author_id != act.me.pk)
    if unseen and not act.moderates:
        raise NotFound("post")
    row.thread = thread
    return row


def count_answers(thread: Thread) -> None:
    """Count anew what others see; keeps `answers` and `state` true."""
    seen = Post.objects.filter(thread=thread, kind="answer", held=False, hidden_at=None)
    thread.answers = seen.count()
    thread.state = "answered" if seen.filter(accepted=True).exists() else "open"
    thread.save(update_fields=["answers", "state"])
