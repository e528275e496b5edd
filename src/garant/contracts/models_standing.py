"""Standing: what finance recorded, and what was decided. Both append-only by trigger; standing is their fold."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from garant.directory.models import Subscriber


class ObligationFact(models.Model):
    """A recorded fact: an invoice due or paid, notice given, another obligation not kept or kept again."""

    KINDS = ("invoice_due", "invoice_paid", "notice_given", "obligation_unmet", "obligation_met")

    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="obligation_facts")
    kind = models.CharField(max_length=24)
    reference = models.CharField(max_length=80, help_text="invoice number or name of the obligation")
    on = models.DateField(help_text="due, paid, given or met on this local date")
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    note = models.TextField(blank=True, default="")
    actor_kind = models.CharField(max_length=16)
    actor_id = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "kind", "reference", "on"], name="obligation_fact_once"),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=("invoice_due", "invoice_paid", "notice_given", "obligation_unmet", "obligation_met")
                ),
                name="obligation_kind_known",
            ),
        ]


class StandingDecision(models.Model):
    """A decision on support: suspended, reinstated, or one case admitted by exception. The newest counts."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="standing_decisions")
    decision = models.CharField(max_length=12)
    ground = models.CharField(max_length=40, help_text="code of the ground, e.g. payment_overdue")
    reason = models.TextField()
    case_id = models.BigIntegerField(null=True, help_text="the case admitted by exception")
    automatic = models.BooleanField(default=False)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decision__in=("suspended", "reinstated", "admitted")), name="standing_decision_known"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="standing_decision_reasoned"),
        ]
        indexes = [models.Index(fields=["subscriber", "-at", "-id"], name="standing_newest")]
