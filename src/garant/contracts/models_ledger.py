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
    period = models.CharField(max_length=10, blank=True, default="", help_text="empty: granted by hand only")
    next_on = models.DateField(null=True, help_text="first day of the period to grant next; null: none follows")
    anchor = models.DateField(null=True, help_text="the day from which periods are counted")

    class Meta:
        indexes = [
            models.Index(fields=["next_on"], name="ledger_account_next", condition=models.Q(next_on__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["contract", "ledger"], name="ledger_account_once"),
            models.CheckConstraint(condition=models.Q(step__gt=0), name="ledger_step_positive"),
        ]


class LedgerLot(models.Model):
    """One grant and what became of it; `granted - reserved - used - expired` never falls below zero (check).

    A lot without limit counts what is booked from it and never runs out.
    """

    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="lots")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(
        max_length=80, help_text="what granted it, e.g. term:2026-01-01 or pack:17; once per account"
    )
    granted = models.DecimalField(max_digits=12, decimal_places=3)
    reserved = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    used = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    expired = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    unlimited = models.BooleanField(default=False)
    starts = models.DateField()
    ends = models.DateField(null=True, help_text="last day it can be booked; null: no end")
    warned_at = models.DateTimeField(null=True, help_text="when its nearing end was told")

    class Meta:
        indexes = [
            # What the sweeper looks for: lots that end with something left.
            models.Index(
                fields=["ends"],
                name="ledger_lot_ending",
                condition=models.Q(
                    ends__isnull=False,
                    unlimited=False,
                    granted__gt=models.F("reserved") + models.F("used") + models.F("expired"),
                ),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "source"], name="ledger_lot_once"),
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0, used__gte=0, expired__gte=0, granted__gte=0),
                name="ledger_lot_parts_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(unlimited=True)
                | models.Q(granted__gte=models.F("reserved") + models.F("used") + models.F("expired")),
                name="ledger_lot_not_overdrawn",
            ),
        ]


class LedgerEntry(models.Model):
    """One line of the ledger. Append-only by trigger; replaying the lines must give the lots.

    A booking that draws on several lots has a line for each, numbered by `part`.
    """

    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="entries")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(LedgerLot, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10)
    amount = models.DecimalField(max_digits=12, decimal_places=3)
    booking = models.CharField(max_length=80, blank=True, default="", help_text="what it is for, e.g. session:12")
    piece = models.CharField(max_length=40, blank=True, default="", help_text="names one step of a booking in steps")
    part = models.SmallIntegerField(default=1)
    left_after = models.DecimalField(
        max_digits=12,
        decimal_places=3,
        null=True,
        help_text="left of the whole account after this line; null: no limit",
    )
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
            # Each step of a booking happens once, whatever is sent twice.
            models.UniqueConstraint(
                fields=["account", "booking", "kind", "piece", "part"],
                condition=~models.Q(booking=""),
                name="ledger_entry_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=("grant", "reserve", "use", "release", "expire", "correct")),
                name="ledger_entry_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0) | models.Q(kind__in=("grant", "correct")),
                name="ledger_entry_amount_positive",
            ),
        ]
