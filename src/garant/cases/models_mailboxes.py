"""What is known of the mailboxes that the desk reads: how far, when last, and what is wrong."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

#: What keeps a mailbox from being read; "": nothing.
PROBLEMS = ("", "password", "folder", "away")


class MailboxState(models.Model):
    """One mailbox of the operator's file. Everything here may be lost: what was taken is found again and not doubled.

    `last_uid`: messages up to it were taken under `uidvalidity`; null before the folder was looked through once.
    """

    name = models.CharField(max_length=60, unique=True)
    added_at = models.DateTimeField(db_default=Now())
    last_fetch = models.DateTimeField(null=True, help_text="when the folder was last looked through to its end")
    last_message = models.DateTimeField(null=True, help_text="when a message was last stored")
    uidvalidity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(null=True)
    problem = models.CharField(max_length=12, blank=True, default="")
    detail = models.CharField(max_length=300, blank=True, default="", help_text="the server's words")
    since = models.DateTimeField(null=True, help_text="since when the problem lasts")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(problem__in=PROBLEMS), name="mailbox_problem_known"),
            models.CheckConstraint(
                condition=models.Q(problem="", since=None) | (~models.Q(problem="") & models.Q(since__isnull=False)),
                name="mailbox_problem_since",
            ),
        ]
