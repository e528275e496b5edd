"""What contact and vendor agree on about a case: severity proposals, reproduction, links, followers, satisfaction."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from garant.directory.models import Subscriber


class SeverityProposal(models.Model):
    """A severity change proposed by the vendor; an authorized contact accepts or rejects it, else it lapses."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="proposals")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="+")
    severity = models.CharField(max_length=20)
    previous = models.CharField(max_length=20)
    reason = models.TextField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    lapses_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default="open")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(state="open"), name="proposal_one_open"),
            models.CheckConstraint(
                condition=models.Q(state__in=("open", "accepted", "rejected", "lapsed", "withdrawn")),
                name="proposal_state_known",
            ),
        ]
        indexes = [models.Index(fields=["lapses_at"], condition=models.Q(state="open"), name="proposal_lapsing")]


class ReproductionRequest(models.Model):
    """A plea to help us recreate: questions to the contact, answered one by one. Never stops a clock."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="reproductions")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    questions = models.JSONField(help_text="list of texts")
    answers = models.JSONField(default=list, help_text="list of {text, by, at}, as long as what was answered")
    answered_at = models.DateTimeField(null=True)


class CaseLink(models.Model):
    """How two cases belong together. `merged_into` and `split_from` are made by those acts only."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="links")
    other = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="linked_from")
    kind = models.CharField(max_length=12)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "other", "kind"], name="case_link_once"),
            models.UniqueConstraint(fields=["case"], condition=models.Q(kind="merged_into"), name="case_merged_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=("related", "duplicate", "merged_into", "split_from")),
                name="case_link_kind_known",
            ),
            models.CheckConstraint(condition=~models.Q(case=models.F("other")), name="case_link_not_itself"),
        ]


class Follower(models.Model):
    """Somebody who hears about a case without having opened it or working on it."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="followers")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="follower_once")]


class Satisfaction(models.Model):
    """How content the contact was with a resolution, 1 to 5; the last word counts."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="satisfaction")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    score = models.SmallIntegerField()
    comment = models.TextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(score__range=(1, 5)), name="satisfaction_one_to_five")]
