"""Rows of the community room: threads, what is written in them, and who writes.

Whoever writes does so as a profile. An erased person's profile stays, without a person and without a name, so that
threads remain readable.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

KINDS = ("question", "discussion", "idea")
IDEA_STATES = ("proposed", "planned", "done", "declined")


class Profile(models.Model):
    """What others see of somebody who writes. `person` None: erased, shown as a former member."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    handle = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80, blank=True)
    about = models.TextField(blank=True, default="")
    link = models.CharField(max_length=200, blank=True, default="")
    shows_organisation = models.BooleanField(default=False)
    trusted_at = models.DateTimeField(null=True, help_text="since when posts are shown without being looked at")
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, erased_at=None)
                | Q(person=None, name="", about="", link="", shows_organisation=False, erased_at__isnull=False),
                name="profile_erased_wholly",
            ),
        ]


class Tag(models.Model):
    """What a thread is about, in one word."""

    name = models.CharField(max_length=30, unique=True)


class Thread(models.Model):
    """A question, a discussion or an idea. Its own text is the post of kind "opening"."""

    kind = models.CharField(max_length=12)
    title = models.CharField(max_length=150)
    slug = models.CharField(max_length=70)
    language = models.CharField(max_length=10)
    tags = models.ManyToManyField(Tag, related_name="threads")
    author = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="threads")
    opened_at = models.DateTimeField()
    active_at = models.DateTimeField(help_text="when something was last written in it that others see")
    state = models.CharField(max_length=10, default="open")
    idea_state = models.CharField(max_length=10, blank=True, default="")
    locked_at = models.DateTimeField(null=True)
    held = models.BooleanField(default=False)
    hidden_at = models.DateTimeField(null=True)
    hidden_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    hidden_reason = models.CharField(max_length=300, blank=True, default="")
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    answers = models.IntegerField(default=0, help_text="those that others see")
    votes = models.IntegerField(default=0, help_text="of the opening")
    case_number = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="thread_kind_known"),
            models.CheckConstraint(condition=Q(state__in=("open", "answered")), name="thread_state_known"),
            models.CheckConstraint(
                condition=Q(kind="idea", idea_state__in=IDEA_STATES) | (~Q(kind="idea") & Q(idea_state="")),
                name="thread_idea_state_for_ideas",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="thread_not_merged_into_itself"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["kind", "-active_at", "-id"],
                condition=Q(held=False, hidden_at=None, merged_into=None),
                name="thread_shown",
            ),
            models.Index(fields=["-opened_at", "-id"], name="thread_by_opening"),
        ]


class Post(models.Model):
    """Something written in a thread: its opening, an answer, or a comment under one of those."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="posts")
    kind = models.CharField(max_length=10)
    under = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="posts")
    body = models.TextField()
    at = models.DateTimeField()
    revision = models.IntegerField(default=1)
    edited_at = models.DateTimeField(null=True)
    accepted = models.BooleanField(default=False)
    votes = models.IntegerField(default=0)
    held = models.BooleanField(default=False)
    score = models.IntegerField(default=0, help_text="how much it looks like spam")
    hidden_at = models.DateTimeField(null=True)
    hidden_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    hidden_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="comment", under__isnull=False) | Q(kind__in=("opening", "answer"), under=None),
                name="post_comment_under_something",
            ),
            models.UniqueConstraint(fields=["thread"], condition=Q(kind="opening"), name="post_one_opening"),
            models.UniqueConstraint(fields=["thread"], condition=Q(accepted=True), name="post_one_accepted"),
            models.CheckConstraint(condition=Q(accepted=False) | Q(kind="answer"), name="post_answers_are_accepted"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["author", "-at", "-id"], name="post_by_author"),
            models.Index(fields=["at"], condition=Q(held=True), name="post_held"),
        ]


class PostVersion(models.Model):
    """What a post said at a revision. Written once, never changed (a trigger keeps it so)."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="versions")
    revision = models.IntegerField()
    title = models.CharField(max_length=150, blank=True, help_text="of the thread, for an opening")
    body = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "revision"], name="post_revision_once")]


class Vote(models.Model):
    """That somebody finds a post useful."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "profile"], name="vote_once")]


class Follow(models.Model):
    """That somebody hears what is written in a thread."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="follows")
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "profile"], name="follow_once")]


class Flag(models.Model):
    """That somebody finds something wrong with a post; settled when staff have looked."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="flags")
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "profile"], name="flag_once")]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["at"], condition=Q(settled_at=None), name="flag_open"),
        ]
