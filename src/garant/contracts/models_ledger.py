"""The ledger's tables: accounts, lots and append-only entries. Checks keep every lot at or above zero at any commit."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from garant.directory.models import Subscriber


class LedgerAccount(models.Model):
    """One countable thing of one contract, e.g. `services_days`. `step` is the smallest part that can be booked."""

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="accounts")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="+")
    ledger = models.CharField(max_length=60)
    step = models.DecimalField(max_digits=12, decimal_places=3, default=1)
    carry_over = models.DecimalField(max_digits=12, decimal_places=3, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "ledger"], name="ledger_account_once"),
            models.CheckConstraint(condition=models.Q(step__gt=0), name="ledger_step_positive"),
        ]


class LedgerLot(models.Model):
    """One grant and what became of it; `granted - reserved - used - expired` never falls below zero (check)."""

    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="lots")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(
        max_length=80, help_text="what granted it, e.g. term:2026-01-01 or pack:17; once per account"
    )
    granted = models.DecimalField(max_digits=12, decimal_places=3)
    reserved = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    used = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    expired = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    starts = models.DateField()
    ends = models.DateField(null=True, help_text="last day it can be booked; null: no end")
    warned_at = models.DateTimeField(null=True, help_text="when its nearing end was told")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "source"], name="ledger_lot_once"),
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0, used__gte=0, expired__gte=0, granted__gte=0),
                name="ledger_lot_parts_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(granted__gte=models.F("reserved") + models.F("used") + models.F("expired")),
                name="ledger_lot_not_overdrawn",
            ),
        ]


class LedgerEntry(models.Model):
    """One line of the ledger. Append-only by trigger; replaying the lines must give the lots."""

    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="entries")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(LedgerLot, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10)
    amount = models.DecimalField(max_digits=12, decimal_places=3)
    booking = models.CharField(max_length=80, blank=True, default="", help_text="what it is for, e.g. session:12")
    reason = models.TextField(blank=True, default="")
    actor_kind = models.CharField(max_length=16)
    actor_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["account", "id"], name="ledger_entry_by_account"),
            models.Index(fields=["booking"], name="ledger_entry_by_booking"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=("grant", "reserve", "use", "release", "expire", "correct")),
                name="ledger_entry_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0) | models.Q(kind__in=("grant", "correct")),
                name="ledger_entry_amount_positive",
            ),
        ]
