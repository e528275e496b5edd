"""Cases, their messages, the periods that time them, and the escalations of missed ones.

The journal is the truth; everything timed here is a cache that replaying the journal must reproduce.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from garant.contracts.models import Contract
from garant.directory.models import Subscriber

STATES = ("open", "waiting", "resolved", "closed", "held", "merged")
#: `reason`: why severity changed or a case was reopened; both sides see it.
MESSAGE_KINDS = ("public", "internal", "call", "reason")
#: Kinds that only the vendor's staff may read.
HIDDEN_KINDS = ("internal",)


class Case(models.Model):
    """A subscriber's request. `number` is what people read: random, so nothing can be counted from it."""

    number = models.BigIntegerField(unique=True)
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="cases")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="cases")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=200)
    request_type = models.CharField(max_length=40)
    channel = models.CharField(max_length=20, default="web")
    description = models.TextField(blank=True, default="")
    steps = models.TextField(blank=True, default="")
    expected = models.TextField(blank=True, default="")
    actual = models.TextField(blank=True, default="")
    environment = models.TextField(blank=True, default="")
    received_at = models.DateTimeField()
    product = models.CharField(max_length=80, blank=True, default="")
    version = models.CharField(max_length=40, blank=True, default="")
    verification = models.CharField(max_length=16, default="reported", help_text="reported, verified, not_an_error")
    reproduction = models.CharField(
        max_length=16, blank=True, default="", help_text="asked, answered, reproduced, not_reproduced; empty: not asked"
    )
    silence_warned_at = models.DateTimeField(null=True, help_text="when closure after silence was announced")
    # Cached from the journal by replay; `garant journal verify` compares.
    severity = models.CharField(max_length=20)
    package_key = models.CharField(max_length=120, help_text="terms in force: package version and region")
    state = models.CharField(max_length=12, default="open")
    held_reason = models.CharField(max_length=20, blank=True, default="")
    suspended = models.BooleanField(
        db_default=False, default=False, help_text="support is suspended: every clock pauses"
    )
    next_due = models.DateTimeField(null=True, help_text="earliest due of the running periods; null: none")
    next_near = models.DateTimeField(null=True, help_text="when that period counts as near; null: never, or none")
    next_metric = models.CharField(max_length=40, blank=True, default="")
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    last_activity_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="case_state_known"),
        ]
        indexes = [
            models.Index(
                fields=["next_near"],
                condition=models.Q(state__in=("open", "waiting", "held"), next_near__isnull=False),
                name="case_near",
            ),
            models.Index(
                fields=["next_due", "id"],
                condition=models.Q(state__in=("open", "waiting", "held"), assignee=None),
                name="case_unassigned",
            ),
            models.Index(
                fields=["state", "next_due", "id"],
                condition=models.Q(state__in=("waiting", "held")),
                name="case_standing_still",
            ),
            models.Index(
                fields=["next_due", "id"],
                condition=models.Q(state__in=("open", "waiting", "held")),
                name="case_queue",
            ),
            models.Index(fields=["subscriber", "-last_activity_at", "-id"], name="case_by_subscriber"),
            # A subscriber's lists read no further than they show, however many of the other kind there are.
            models.Index(
                fields=["subscriber", "-last_activity_at", "-id"],
                condition=models.Q(state__in=("open", "waiting", "held")),
                name="case_open_by_subscriber",
            ),
            models.Index(
                fields=["subscriber", "-last_activity_at", "-id"],
                condition=models.Q(state__in=("resolved", "closed", "merged")),
                name="case_done_by_subscriber",
            ),
            models.Index(
                fields=["subscriber", "next_due", "id"],
                condition=models.Q(state__in=("open", "waiting", "held")),
                name="case_due_by_subscriber",
            ),
            models.Index(fields=["opened_by", "-last_activity_at", "-id"], name="case_by_opener"),
            models.Index(
                fields=["assignee", "next_due", "id"],
                condition=models.Q(state__in=("open", "waiting", "held")),
                name="case_by_assignee",
            ),
        ]


class Message(models.Model):
    """Something said about a case. Only `internal` ones are hidden from the subscriber, always."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    by_vendor = models.BooleanField()
    channel = models.CharField(max_length=20, default="web")
    body = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=MESSAGE_KINDS), name="message_kind_known"),
        ]
        indexes = [models.Index(fields=["case", "at", "id"], name="message_by_case")]


class Period(models.Model):
    """One timed promise: an initial response or a follow-up. `due` null: nothing owed (waiting, or no promise)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="periods")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="+")
    metric = models.CharField(max_length=40)
    number = models.IntegerField()
    started = models.DateTimeField()
    due = models.DateTimeField(null=True)
    near_at = models.DateTimeField(null=True, help_text="when the policy's share of the target is used; null: never")
    ended = models.DateTimeField(null=True)
    how = models.CharField(max_length=12, default="running")
    missed = models.BooleanField(default=False)
    missed_recorded_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField(null=True, help_text="calendars as known then; later edits have not moved it yet")
    near_recorded_at = models.DateTimeField(null=True, help_text="when the sweeper saw it near; null: not yet")
    waiting = models.BooleanField(default=False)
    paused = models.BooleanField(default=False)
    severity = models.CharField(max_length=20)
    package_key = models.CharField(max_length=120)
    rule = models.JSONField(null=True, help_text="the target as it stood at the start; null: no promise")
    ladder = models.JSONField(null=True, help_text="levels that come later by themselves; null: not worked out yet")
    step_at = models.DateTimeField(null=True, help_text="when the next of them comes; null: none is ahead")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "metric", "number"], name="period_once"),
        ]
        indexes = [
            models.Index(
                fields=["step_at"],
                condition=models.Q(ended=None, paused=False, step_at__isnull=False),
                name="period_step",
            ),
            models.Index(
                fields=["due"],
                condition=models.Q(ended=None, missed=False, paused=False, due__isnull=False),
                name="period_due",
            ),
            models.Index(
                fields=["near_at"],
                condition=models.Q(ended=None, near_recorded_at=None, paused=False, near_at__isnull=False),
                name="period_near",
            ),
            models.Index(fields=["case"], condition=models.Q(ended=None, missed=True), name="period_late"),
        ]


class Escalation(models.Model):
    """One level of a policy that was told about one period: exactly once per period and level."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="escalations")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="+")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="escalations")
    level = models.IntegerField()
    trigger = models.CharField(max_length=12, help_text="near, missed, age, customer")
    at = models.DateTimeField(help_text="the true instant: the due time for a miss")
    recorded_at = models.DateTimeField(default=timezone.now)
    told = models.JSONField(default=list, help_text="roles and people told")
    acknowledge_by = models.DateTimeField(null=True, help_text="limit for acknowledging; null: none")
    remind_at = models.DateTimeField(null=True, help_text="the limit while something follows from it; null: nothing")
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    repeats = models.IntegerField(default=0)
    ended_at = models.DateTimeField(null=True, help_text="de-escalated, or the promise ended")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "level"], name="escalation_once"),
        ]
        indexes = [
            models.Index(fields=["-recorded_at", "-id"], name="escalation_newest"),
            models.Index(
                fields=["remind_at"],
                condition=models.Q(acknowledged_at=None, ended_at=None, remind_at__isnull=False),
                name="escalation_unanswered",
            ),
            models.Index(fields=["-recorded_at", "-id"], condition=models.Q(ended_at=None), name="escalation_open"),
        ]


class Draft(models.Model):
    """What somebody typed and has not sent: kept as typed, one per person and place."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=80, help_text="new-case, or reply:NUMBER / note:NUMBER")
    subscriber = models.ForeignKey(Subscriber, null=True, on_delete=models.PROTECT, related_name="+")
    data = models.JSONField(default=dict)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "place"], name="draft_once")]
        indexes = [models.Index(fields=["place"], name="draft_by_place")]


# The room's other tables stand in files of their own; Django finds them here.
from garant.cases.models_canned import CannedReply  # noqa: E402
from garant.cases.models_files import Attachment  # noqa: E402
from garant.cases.models_mail import StoredMail  # noqa: E402
from garant.cases.models_mailboxes import MailboxState  # noqa: E402
from garant.cases.models_offers import OfferedAnswers  # noqa: E402
from garant.cases.models_talk import (  # noqa: E402
    CaseLink,
    Follower,
    ReproductionRequest,
    Satisfaction,
    SeverityProposal,
)

__all__ = [
    "Attachment",
    "CannedReply",
    "Case",
    "CaseLink",
    "Draft",
    "Escalation",
    "Follower",
    "MailboxState",
    "Message",
    "OfferedAnswers",
    "Period",
    "ReproductionRequest",
    "Satisfaction",
    "SeverityProposal",
    "StoredMail",
]
