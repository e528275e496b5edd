"""Taking part without writing: votes, accepting an answer, following, flags, and the case that a thread became."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from garant.community import indexing
from garant.community.acting import acting, count_answers, locked_post, locked_thread
from garant.community.models import Flag, Follow, Post, Thread, Vote
from garant.community.operations_writing import follow_as
from garant.community.texts import LONGEST_REASON, cleaned
from garant.core.people import Actor
from garant.core.refusals import Refusal

__all__ = ["accept", "flag", "follow", "link_case", "unfollow", "unvote", "vote"]


@transaction.atomic
def vote(*, by: Actor, post_id: int, at: datetime | None = None) -> None:
    """Find an opening or an answer useful, once. Refusal `own_vote`, `too_fast`; NotFound for what can't be voted."""
    act = acting(by, pace="vote", at=at)
    post = locked_post(act, post_id)
    if post.author_id == act.me.pk:
        raise Refusal("own_vote", "votes_are_for_others", "leave_it_to_others", {})
    if post.kind == "comment":
        raise Refusal("comment_vote", "comments_have_no_votes", "vote_above", {})
    _, new = Vote.objects.get_or_create(post=post, profile=act.me, defaults={"at": act.now})
    if new:
        _count(post, 1)
        act.record(post.thread, "post_voted", post=post.pk)


@transaction.atomic
def unvote(*, by: Actor, post_id: int) -> None:
    """Take one's vote back; nothing happens without one."""
    act = acting(by)
    post = locked_post(act, post_id)
    if Vote.objects.filter(post=post, profile=act.me).delete()[0]:
        _count(post, -1)
        act.record(post.thread, "post_unvoted", post=post.pk)


def _count(post: Post, step: int) -> None:
    Post.objects.filter(pk=post.pk).update(votes=F("votes") + step)
    if post.kind == "opening":
        Thread.objects.filter(pk=post.thread_id).update(votes=F("votes") + step)


@transaction.atomic
def accept(*, by: Actor, post_id: int, accepted: bool = True, at: datetime | None = None) -> None:
    """Mark the answer that solved a question, or take the mark back: by the asker or staff who keep order.

    Another answer's mark goes. Refusal `not_the_asker`, `thread_locked`; `answers_only` for anything but an answer
    that others see to a question.
    """
    act = acting(by, at=at)
    post = locked_post(act, post_id)
    if post.thread.author_id != act.me.pk and not act.moderates:
        raise Refusal("not_the_asker", "askers_accept", "vote_instead", {})
    if post.kind != "answer" or post.thread.kind != "question" or post.held or post.hidden_at is not None:
        raise Refusal("answers_only", "answers_are_accepted", "choose_answer", {})
    if post.accepted == accepted:
        return
    Post.objects.filter(thread=post.thread, accepted=True).update(accepted=False)
    Post.objects.filter(pk=post.pk).update(accepted=accepted)
    count_answers(post.thread)
    indexing.refresh(post.thread)
    act.record(post.thread, "answer_accepted" if accepted else "answer_unaccepted", post=post.pk)


@transaction.atomic
def follow(*, by: Actor, thread_id: int) -> None:
    """Hear what is written in a thread."""
    act = acting(by)
    thread = locked_thread(act, thread_id, writing=False)
    if follow_as(thread, act.me, act.now):
        act.record(thread, "thread_followed")


@transaction.atomic
def unfollow(*, by: Actor, thread_id: int) -> None:
    """Hear no more of it."""
    act = acting(by)
    thread = locked_thread(act, thread_id, writing=False)
    if Follow.objects.filter(thread=thread, profile=act.me).delete()[0]:
        act.record(thread, "thread_unfollowed")


@transaction.atomic
def flag(*, by: Actor, post_id: int, reason: str) -> None:
    """Tell staff what is wrong with a post; a second one of the same person replaces nothing. Refusal `too_fast`."""
    text = cleaned(reason, field="reason", longest=LONGEST_REASON)
    act = acting(by, pace="flag")
    post = locked_post(act, post_id, writing=False)
    _, new = Flag.objects.get_or_create(post=post, profile=act.me, defaults={"reason": text, "at": act.now})
    if new:
        act.record(post.thread, "post_flagged", post=post.pk)


@transaction.atomic
def link_case(*, by: Actor, thread_id: int, case_number: int) -> None:
    """Remember the case that the asker made of a thread; staff and the asker see its number. Refusal `not_the_asker`.

    The caller has filed the case as the same person; the number alone is kept.
    """
    act = acting(by)
    thread = locked_thread(act, thread_id, writing=False)
    if thread.author_id != act.me.pk:
        raise Refusal("not_the_asker", "askers_make_cases", "open_case_instead", {})
    if thread.case_number is None:
        thread.case_number = case_number
        thread.save(update_fields=["case_number"])
        act.record(thread, "thread_became_case", case=case_number)
