"""Keeping order: held posts, flags, hiding, locking, moving, merging, and what becomes of ideas. For staff."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from garant.community import indexing
from garant.community.acting import Act, count_answers, locked_post, locked_thread, moderating
from garant.community.models import IDEA_STATES, KINDS, Flag, Follow, Post, Profile, Thread
from garant.community.operations_writing import shown, tag_rows
from garant.community.texts import LONGEST_REASON, cleaned, cleaned_tags
from garant.core.people import Actor
from garant.core.refusals import NotFound, Refusal

__all__ = ["approve", "hide", "hide_thread", "lock", "merge", "move", "restore", "restore_thread", "set_idea_state",
           "settle_flags"]  # fmt: skip


@transaction.atomic
def approve(*, by: Actor, post_id: int) -> None:
    """Show a held post; from now on the person's posts are shown at once. Nothing happens when it is shown already."""
    act = moderating(by)
    post = locked_post(act, post_id, writing=False)
    if not post.held:
        return
    Post.objects.filter(pk=post.pk).update(held=False)
    post.held = False
    if post.kind == "opening":
        post.thread.held = False
        post.thread.save(update_fields=["held"])
    Profile.objects.filter(pk=post.author_id, trusted_at=None).update(trusted_at=act.now)
    act.record(post.thread, "post_approved", post=post.pk)
    if post.hidden_at is None:
        shown(post, act.now)


@transaction.atomic
def hide(*, by: Actor, post_id: int, reason: str) -> None:
    """Hide an answer or a comment, with the reason; an opening hides its thread. Its flags are settled."""
    text = cleaned(reason, field="reason", longest=LONGEST_REASON)
    act = moderating(by)
    post = locked_post(act, post_id, writing=False)
    if post.kind == "opening":
        _hide_thread(act, post.thread, text)
    elif post.hidden_at is None:
        post.hidden_at, post.hidden_by_id, post.hidden_reason = act.now, act.by.id, text
        post.accepted = False
        post.save(update_fields=["hidden_at", "hidden_by", "hidden_reason", "accepted"])
        count_answers(post.thread)
        indexing.refresh(post.thread)
        act.record(post.thread, "post_hidden", post=post.pk, reason=text)
    Flag.objects.filter(post=post, settled_at=None).update(settled_at=act.now)


@transaction.atomic
def restore(*, by: Actor, post_id: int) -> None:
    """Show a hidden answer or comment again (an opening: its thread)."""
    act = moderating(by)
    post = locked_post(act, post_id, writing=False)
    if post.kind == "opening":
        _restore_thread(act, post.thread)
    elif post.hidden_at is not None:
        post.hidden_at, post.hidden_by, post.hidden_reason = None, None, ""
        post.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
        count_answers(post.thread)
        indexing.refresh(post.thread)
        act.record(post.thread, "post_restored", post=post.pk)


@transaction.atomic
def settle_flags(*, by: Actor, post_id: int) -> None:
    """Leave a flagged post as it is."""
    act = moderating(by)
    post = locked_post(act, post_id, writing=False)
    if Flag.objects.filter(post=post, settled_at=None).update(settled_at=act.now):
        act.record(post.thread, "flags_settled", post=post.pk)


@transaction.atomic
def hide_thread(*, by: Actor, thread_id: int, reason: str) -> None:
    """Hide a whole thread from everybody but staff, with the reason."""
    text = cleaned(reason, field="reason", longest=LONGEST_REASON)
    act = moderating(by)
    _hide_thread(act, locked_thread(act, thread_id, writing=False), text)


@transaction.atomic
def restore_thread(*, by: Actor, thread_id: int) -> None:
    """Show a hidden thread again."""
    act = moderating(by)
    _restore_thread(act, locked_thread(act, thread_id, writing=False))


@transaction.atomic
def lock(*, by: Actor, thread_id: int, locked: bool = True) -> None:
    """Let nobody but staff write in a thread any more, or everybody again."""
    act = moderating(by)
    thread = locked_thread(act, thread_id, writing=False)
    if locked != (thread.locked_at is not None):
        thread.locked_at = act.now if locked else None
        thread.save(update_fields=["locked_at"])
        act.record(thread, "thread_locked" if locked else "thread_unlocked")


@transaction.atomic
def move(*, by: Actor, thread_id: int, kind: str, tags: list[str]) -> None:
    """Make a thread a question, a discussion or an idea, and set its tags. Only questions keep an accepted answer."""
    if kind not in KINDS:
        raise Refusal("thread_kind_unknown", "threads_have_kinds", "choose_kind", {"kind": kind[:40]})
    names = cleaned_tags(tags)
    act = moderating(by)
    thread = locked_thread(act, thread_id, writing=False)
    was = thread.kind
    thread.tags.set(tag_rows(names))
    if kind != was:
        thread.kind, thread.idea_state = kind, "proposed" if kind == "idea" else ""
        thread.save(update_fields=["kind", "idea_state"])
        if kind != "question":
            Post.objects.filter(thread=thread, accepted=True).update(accepted=False)
        count_answers(thread)
    indexing.refresh(thread)
    act.record(thread, "thread_moved", kind=kind, was=was, tags=names)


@transaction.atomic
def merge(*, by: Actor, thread_id: int, into: int) -> None:
    """Let a thread go on in another one: its answers and followers move there, its address leads there.

    Its opening stays with it, and is linked from there by nobody: whoever follows the old address lands in the other
    thread. Refusal `thread_merges_itself`, `thread_merged` when either has been merged; NotFound.
    """
    act = moderating(by)
    if thread_id == into:
        raise Refusal("thread_merges_itself", "two_threads_are_two", "choose_another_thread", {})
    found = {one: locked_thread(act, one) for one in sorted((thread_id, into))}  # one order: no deadlock
    thread, target = found[thread_id], found[into]
    if target.held or target.hidden_at is not None:
        raise NotFound("thread")
    Post.objects.filter(thread=thread, accepted=True).update(accepted=False)
    opening = Post.objects.get(thread=thread, kind="opening")
    Post.objects.filter(thread=thread, kind="answer").update(thread=target)
    Post.objects.filter(thread=thread, kind="comment").exclude(under=opening).update(thread=target)
    for profile in Profile.objects.filter(pk__in=Follow.objects.filter(thread=thread).values("profile")):
        Follow.objects.get_or_create(thread=target, profile=profile, defaults={"at": act.now})
    thread.merged_into = target
    thread.save(update_fields=["merged_into"])
    for one in (thread, target):
        count_answers(one)
        indexing.refresh(one)
    act.record(thread, "thread_merged", into=target.pk)
    act.record(target, "thread_taken_in", thread=thread.pk)


@transaction.atomic
def set_idea_state(*, by: Actor, thread_id: int, state: str) -> None:
    """Say what becomes of an idea. Refusal `idea_state_unknown`; also for a thread that is no idea."""
    act = moderating(by)
    thread = locked_thread(act, thread_id, writing=False)
    if state not in IDEA_STATES or thread.kind != "idea":
        raise Refusal("idea_state_unknown", "ideas_have_states", "choose_idea_state", {"state": state[:40]})
    if thread.idea_state != state:
        was, thread.idea_state = thread.idea_state, state
        thread.save(update_fields=["idea_state"])
        act.record(thread, "idea_state_set", state=state, was=was)


def _hide_thread(act: Act, thread: Thread, reason: str) -> None:
    if thread.hidden_at is None:
        _set(thread, hidden_at=act.now, hidden_by_id=act.by.id, hidden_reason=reason)
        Flag.objects.filter(post__thread=thread, settled_at=None).update(settled_at=act.now)
        act.record(thread, "thread_hidden", reason=reason)


def _restore_thread(act: Act, thread: Thread) -> None:
    if thread.hidden_at is not None:
        _set(thread, hidden_at=None, hidden_by_id=None, hidden_reason="")
        act.record(thread, "thread_restored")


def _set(thread: Thread, **values: Any) -> None:
    for name, value in values.items():
        setattr(thread, name, value)
    thread.save()
    indexing.refresh(thread)
