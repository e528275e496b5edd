"""What happened (entries), what must still be told (outbox), what must not happen twice (once keys).

This room knows no room above it: actors and subjects are (kind, id) without foreign keys.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from garant.journal.models_letters import OwnLetter
from garant.journal.views import DIGEST, NOTICE_STATES, SENT, WAITING

__all__ = ["Entry", "Notice", "OnceKey", "OwnLetter", "Seal", "Undelivered", "Unsealed"]


class Entry(models.Model):
    """One past-tense fact. Append-only by trigger; `sequence` counts without gaps per subject."""

    subject_kind = models.CharField(max_length=32)
    subject_id = models.BigIntegerField()
    sequence = models.IntegerField()
    kind = models.CharField(max_length=64, help_text="past tense: case_opened, response_given ...")
    data = models.JSONField(default=dict)
    at = models.DateTimeField(help_text="when it counts")
    recorded_at = models.DateTimeField(db_default=Now(), help_text="when it was written down")
    actor_kind = models.CharField(max_length=16)
    actor_id = models.BigIntegerField(null=True)
    subscriber_id = models.BigIntegerField(null=True, help_text="whose fact it is; null for the vendor's own")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_kind", "subject_id", "sequence"], name="entry_sequence_once"),
            models.CheckConstraint(condition=models.Q(sequence__gte=1), name="entry_sequence_from_one"),
        ]
        indexes = [BrinIndex(fields=["recorded_at"], name="entry_recorded_brin")]


class Undelivered(models.Model):
    """An entry whose handlers have not all run yet. Claimed by this flag, never by `id > last`: commits leave gaps."""

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.PROTECT, related_name="undelivered")
    subject_kind = models.CharField(max_length=32)
    subject_id = models.BigIntegerField()
    attempts = models.IntegerField(default=0)
    next_try = models.DateTimeField(db_default=Now())
    set_aside_at = models.DateTimeField(null=True, help_text="given up for now: it no longer holds up its subject")
    problem = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["next_try"], name="undelivered_next_try"),
            models.Index(fields=["subject_kind", "subject_id", "entry"], name="undelivered_subject"),
        ]


class Unsealed(models.Model):
    """An entry that no seal covers yet: written with it, removed by the seal."""

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.PROTECT, related_name="unsealed")


class Seal(models.Model):
    """One link of the hash chain over a batch of entries. Append-only by trigger.

    `previous` is the digest of the seal before (32 zero bytes for the first); `members` are the ids it covers, rising.
    """

    previous = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)
    members = ArrayField(models.BigIntegerField())
    sealed_at = models.DateTimeField(db_default=Now())


class Notice(models.Model):
    """The outbox: one message to one person. `message_id` never changes, so a second delivery can be folded."""

    message_id = models.UUIDField(default=uuid.uuid4, unique=True)
    once = models.CharField(max_length=160, unique=True, help_text="what this notice is about; a second one is refused")
    kind = models.CharField(max_length=64)
    person_id = models.BigIntegerField(null=True)
    address = models.CharField(max_length=254, blank=True, default="")
    language = models.CharField(max_length=8, default="en")
    subject_kind = models.CharField(max_length=32)
    subject_id = models.BigIntegerField()
    subscriber_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    next_try = models.DateTimeField(db_default=Now())
    problem = models.TextField(default="")
    state = models.CharField(max_length=10, default=WAITING, db_default=WAITING)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=NOTICE_STATES), name="notice_state_known"),
            models.CheckConstraint(
                condition=models.Q(state=SENT, sent_at__isnull=False)
                | (~models.Q(state=SENT) & models.Q(sent_at=None)),
                name="notice_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["next_try", "id"], condition=models.Q(state=WAITING), name="notice_to_send"),
            models.Index(fields=["-created_at", "-id"], name="notice_newest"),
            models.Index(fields=["subject_kind", "subject_id", "person_id"], name="notice_thread"),
            models.Index(fields=["person_id", "created_at"], condition=models.Q(state=DIGEST), name="notice_digest"),
        ]


class OnceKey(models.Model):
    """An idempotency key: written in the transaction of its effect, scoped to the caller."""

    scope = models.CharField(max_length=80, help_text="caller and operation, e.g. person:7/file_case")
    key = models.CharField(max_length=80)
    body = models.BinaryField(max_length=32, help_text="SHA-256 of what was asked")
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="once_key_once")]
