"""Asking, answering, commenting and editing. What others shall not see yet is held; everything is journalled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from garant.community import indexing
from garant.community.acting import Act, acting, count_answers, locked_post, locked_thread
from garant.community.models import KINDS, Follow, Post, PostVersion, Profile, Tag, Thread
from garant.community.telling import tell
from garant.community.texts import (
    LONGEST_BODY,
    LONGEST_COMMENT,
    SPAM,
    cleaned,
    cleaned_tags,
    cleaned_title,
    digest,
    slug_of,
    spam_score,
)
from garant.core.people import Actor
from garant.core.refusals import Refusal
from garant.journal import operations as journal

__all__ = ["answer", "ask", "comment", "edit"]


@transaction.atomic
def ask(
    *,
    by: Actor,
    kind: str,
    title: str,
    body: str,
    language: str,
    tags: Sequence[str] = (),
    once: str | None = None,
    at: datetime | None = None,
) -> int:
    """Begin a question, a discussion or an idea; returns the thread's id. The asker follows it.

    Held until staff have looked while the person is new here, or the text looks like spam. `once`: a second sending
    finds the first thread. `at`: when it was written, for imports. Refusals `thread_kind_unknown`,
    `language_unknown`, those of texts and tags, and `too_fast`.
    """
    if kind not in KINDS:
        raise Refusal("thread_kind_unknown", "threads_have_kinds", "choose_kind", {"kind": kind[:40]})
    if language not in dict(settings.LANGUAGES):
        raise Refusal("language_unknown", "desk_has_languages", "choose_language", {"language": language})
    name, names = cleaned_title(title), cleaned_tags(tags)
    text = cleaned(body, field="body", longest=LONGEST_BODY)
    with journal.once(scope=f"community_ask:{by.id}", key=once, body={"title": title, "body": body}) as attempt:
        if attempt.result is not None:
            return int(attempt.result["thread"])
        act = acting(by, pace="post", at=at)
        score, held = _judged(act, f"{name}\n{text}", imported=at is not None)
        thread = Thread.objects.create(
            kind=kind, title=name, slug=slug_of(name, kind), language=language, author=act.me, opened_at=act.now,
            active_at=act.now, held=held, idea_state="proposed" if kind == "idea" else "",
        )  # fmt: skip
        thread.tags.set(tag_rows(names))
        Follow.objects.create(thread=thread, profile=act.me, at=act.now)
        _written(act, thread, "opening", text, score, held=held, title=name)
        attempt.keep({"thread": thread.pk})
    return thread.pk


@transaction.atomic
def answer(*, by: Actor, thread_id: int, body: str, once: str | None = None, at: datetime | None = None) -> int:
    """Answer a thread; returns the post's id. Raises NotFound, Refusal `thread_locked`, `too_fast`."""
    text = cleaned(body, field="body", longest=LONGEST_BODY)
    with journal.once(scope=f"community_answer:{by.id}:{thread_id}", key=once, body={"body": body}) as attempt:
        if attempt.result is not None:
            return int(attempt.result["post"])
        act = acting(by, pace="post", at=at)
        thread = locked_thread(act, thread_id)
        score, held = _judged(act, text, imported=at is not None)
        post = _written(act, thread, "answer", text, score, held=held)
        attempt.keep({"post": post.pk})
    return post.pk


@transaction.atomic
def comment(*, by: Actor, post_id: int, body: str, once: str | None = None, at: datetime | None = None) -> int:
    """Comment on an opening or an answer (not on a comment); returns the post's id. Refusals as `answer`."""
    text = cleaned(body, field="body", longest=LONGEST_COMMENT)
    with journal.once(scope=f"community_comment:{by.id}:{post_id}", key=once, body={"body": body}) as attempt:
        if attempt.result is not None:
            return int(attempt.result["post"])
        act = acting(by, pace="post", at=at)
        on = locked_post(act, post_id)
        if on.kind == "comment":
            raise Refusal("comment_on_comment", "comments_have_one_level", "comment_above", {})
        score, held = _judged(act, text, imported=at is not None)
        post = _written(act, on.thread, "comment", text, score, held=held, under=on)
        attempt.keep({"post": post.pk})
    return post.pk


@transaction.atomic
def edit(
    *, by: Actor, post_id: int, body: str, revision: int, title: str | None = None, tags: Sequence[str] | None = None
) -> int:
    """Change what one has written; every version stays readable. Returns the new revision.

    `revision`: the one that was changed, Refusal `changed_meanwhile` otherwise. `title` and `tags` of an opening.
    Refusal `not_yours` for anybody but the author; Refusal `thread_locked`.
    """
    act = acting(by)
    post = locked_post(act, post_id)
    if post.author_id != act.me.pk:
        raise Refusal("not_yours", "authors_edit", "write_answer_instead", {})
    if post.revision != revision:
        raise Refusal("changed_meanwhile", "nobody_overwrites_unread", "read_and_change", {"revision": post.revision})
    longest = LONGEST_COMMENT if post.kind == "comment" else LONGEST_BODY
    text = cleaned(body, field="body", longest=longest)
    name = cleaned_title(title) if title is not None and post.kind == "opening" else post.thread.title
    if tags is not None and post.kind == "opening":
        post.thread.tags.set(tag_rows(cleaned_tags(tags)))
    if text != post.body or name != post.thread.title:
        _rewritten(act, post, text, name)
    indexing.refresh(post.thread)
    return post.revision


def _rewritten(act: Act, post: Post, text: str, title: str) -> None:
    post.score = 0 if act.viewer.is_staff else spam_score(text, earlier=(), recent=0)
    post.body, post.revision, post.edited_at = text, post.revision + 1, act.now
    post.held = post.held or post.score >= SPAM
    post.save(update_fields=["body", "revision", "edited_at", "held", "score"])
    if post.kind == "opening":
        post.thread.title, post.thread.held = title, post.held
        post.thread.save(update_fields=["title", "held"])
    _keep_version(post, title if post.kind == "opening" else "", act.now)
    count_answers(post.thread)
    act.record(post.thread, "post_edited", post=post.pk, revision=post.revision, sha256=digest(text), held=post.held)


def _judged(act: Act, text: str, *, imported: bool) -> tuple[int, bool]:
    """The spam score, and whether the post waits for staff. Staff and imports wait for nobody."""
    if imported or act.viewer.is_staff:
        return 0, False
    mine = Post.objects.filter(author=act.me)
    earlier = list(mine.order_by("-at", "-pk").values_list("body", flat=True)[:5])
    recent = mine.filter(at__gt=act.now - timedelta(minutes=10)).count()
    score = spam_score(text, earlier=earlier, recent=recent)
    return score, act.me.trusted_at is None or score >= SPAM


def _written(
    act: Act,
    thread: Thread,
    kind: str,
    text: str,
    score: int,
    *,
    held: bool,
    title: str = "",
    under: Post | None = None,
) -> Post:
    post = Post.objects.create(
        thread=thread, kind=kind, under=under, author=act.me, body=text, at=act.now, score=score, held=held
    )
    _keep_version(post, title, act.now)
    act.record(thread, "post_written", post=post.pk, kind=kind, sha256=digest(text), held=held, score=score)
    if not held:
        shown(post, act.now)
    return post


def shown(post: Post, now: datetime) -> None:
    """Others see a post from now on: counts, order, followers and the search know it."""
    thread = post.thread
    thread.active_at = max(thread.active_at, now)
    thread.save(update_fields=["active_at"])
    count_answers(thread)
    if not thread.held and thread.hidden_at is None:
        tell(post)
    indexing.refresh(thread)


def tag_rows(names: Sequence[str]) -> list[Tag]:
    """The rows of tags, made where they are new."""
    Tag.objects.bulk_create([Tag(name=name) for name in names], ignore_conflicts=True)
    return list(Tag.objects.filter(name__in=names))


def _keep_version(post: Post, title: str, at: datetime) -> None:
    PostVersion.objects.create(post=post, revision=post.revision, title=title, body=post.body, at=at)


def follow_as(thread: Thread, profile: Profile, now: datetime) -> bool:
    """Follow; False when so already."""
    return Follow.objects.get_or_create(thread=thread, profile=profile, defaults={"at": now})[1]
