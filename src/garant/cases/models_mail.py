"""Incoming mail as it arrived, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

#: What became of a message; `stored`: nothing yet.
OUTCOMES = ("stored", "case_opened", "reply_added", "held", "refused", "ignored", "quarantined")


#: What deciding about a message changes: never its bytes.
DECIDED = (
    "outcome", "reason", "sender", "subject", "trust", "message_id", "content", "case", "opens", "person",
    "processed_at", "decided_by", "decided_at",
)  # fmt: skip


class StoredMail(models.Model):
    """One message: its bytes and its receipt are committed before anything is read out of it.

    `digest` with `mailbox`: the same bytes handed over again are the same message. `reason`: a code
    (docs/reference/mail.md). `case`: the case that it opened (`opens`), joined, or would join once somebody confirms
    it. `person`: whom the address in From belongs to. `content`: what was read, without the attachments' bytes.
    No column names a subscriber: nobody but staff reads these rows, and row security lets no customer see one.
    """

    mailbox = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    raw = models.BinaryField()
    size = models.IntegerField()
    recipient = models.CharField(max_length=254, blank=True, default="")
    received_at = models.DateTimeField()
    stored_at = models.DateTimeField(db_default=Now())
    tries = models.SmallIntegerField(default=0, help_text="how often reading it was begun")
    outcome = models.CharField(max_length=12, default="stored")
    reason = models.CharField(max_length=40, blank=True, default="")
    sender = models.CharField(max_length=254, blank=True, default="")
    subject = models.CharField(max_length=200, blank=True, default="")
    trust = models.CharField(max_length=12, blank=True, default="", help_text="verified, unverified, forged")
    message_id = models.CharField(max_length=320, blank=True, default="")
    content = models.JSONField(default=dict)
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="mails")
    opens = models.BooleanField(default=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    processed_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, help_text="when somebody released, confirmed or discarded it")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "digest"], name="mail_stored_once"),
            models.CheckConstraint(condition=models.Q(outcome__in=OUTCOMES), name="mail_outcome_known"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(outcome="stored"), name="mail_to_process"),
            models.Index(fields=["-received_at", "-id"], name="mail_newest"),
            models.Index(fields=["outcome", "-received_at", "-id"], name="mail_by_outcome"),
            models.Index(fields=["sender", "received_at"], name="mail_by_sender"),
            models.Index(fields=["message_id"], condition=~models.Q(message_id=""), name="mail_by_message_id"),
        ]
