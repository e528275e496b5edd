"""Programmes and their immutable versions, contracts that pin one, and the numbered contact slots."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from garant.directory.models import Subscriber
from garant.kit.fields import OrderedJSONField


class Programme(models.Model):
    """A vendor's support programme, e.g. `reference`."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)


class ProgrammeVersion(models.Model):
    """One loaded text of a programme. Immutable by trigger; `document` is the normalised programme."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=40)
    effective_from = models.DateField()
    document = OrderedJSONField(help_text="the normalised programme; the order of its keys is the order people see")
    source = models.TextField()
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "version"], name="programme_version_once"),
        ]


class PackageVersion(models.Model):
    """A package as one programme version defines it. Immutable by trigger; contracts pin it."""

    programme_version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="packages")
    code = models.SlugField(max_length=60)
    contacts = models.IntegerField(null=True, help_text="authorized contacts included; null = unlimited")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme_version", "code"], name="package_version_once"),
        ]


class CalendarVersion(models.Model):
    """A calendar of one programme version, from an instant on. Immutable by trigger; an edit adds a version.

    Version 1 is the calendar as loaded. An edit reaches every programme version that shares the calendar's hours, and
    leaves alone those that were sold with other ones.
    """

    programme_version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="calendars")
    code = models.SlugField(max_length=60)
    version = models.IntegerField()
    effective_from = models.DateTimeField(null=True, help_text="null: since ever (first version)")
    known_from = models.DateTimeField(null=True, help_text="when the edit was recorded; null: first version")
    plain = models.JSONField()
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme_version", "code", "version"], name="calendar_version_once"),
        ]


class Contract(models.Model):
    """What a subscriber bought: a pinned package version, a region, a term (local dates, both inclusive)."""

    reference = models.CharField(max_length=60, unique=True)
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="contracts")
    package_version = models.ForeignKey(PackageVersion, on_delete=models.PROTECT, related_name="contracts")
    region = models.CharField(max_length=40, default="default")
    starts_on = models.DateField()
    ends_on = models.DateField()
    zone = models.CharField(max_length=64, help_text="zone in which the term's dates are read")
    contact_limit = models.IntegerField(null=True, help_text="slots allowed; null = unlimited")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="contract_term_forward"
            ),
            models.CheckConstraint(
                condition=models.Q(contact_limit=None) | models.Q(contact_limit__gte=0),
                name="contract_limit_not_negative",
            ),
        ]
        indexes = [models.Index(fields=["subscriber", "-ends_on"], name="contract_by_subscriber")]


class ContactSlot(models.Model):
    """One numbered place for an authorized contact. The number may not exceed the contract's limit (trigger)."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="slots")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="slots")
    since = models.DateTimeField(null=True)
    trained_on = models.DateField(null=True)
    trained_until = models.DateField(null=True, help_text="last day the training counts; null: no end")
    other = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+",
        help_text="takes the slot over at counts_from, or (emergency) stands in for its holder from then on",
    )  # fmt: skip
    other_trained_on = models.DateField(null=True)
    other_trained_until = models.DateField(null=True)
    counts_from = models.DateTimeField(null=True, help_text="the other person may ask from here on")
    emergency = models.BooleanField(default=False, help_text="the other stands in for an absent holder")
    other_until = models.DateTimeField(null=True, help_text="end of standing in; null: until somebody ends it")
    settles_at = models.DateTimeField(null=True, help_text="when the role passes on next; null: nothing is foreseen")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="slot_number_once"),
            models.UniqueConstraint(fields=["contract", "person"], name="slot_person_once"),
            models.UniqueConstraint(fields=["contract", "other"], name="slot_other_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="slot_number_from_one"),
            models.CheckConstraint(
                condition=models.Q(other=None, counts_from=None, emergency=False, other_until=None)
                | models.Q(other__isnull=False, counts_from__isnull=False, person__isnull=False),
                name="slot_other_beside_holder",
            ),
        ]
        indexes = [
            models.Index(fields=["settles_at"], condition=models.Q(settles_at__isnull=False), name="slot_settles"),
        ]


# The room's other tables stand in files of their own; Django finds them here.
from garant.contracts.models_drafts import ProgrammeDraft  # noqa: E402
from garant.contracts.models_ledger import LedgerAccount, LedgerEntry, LedgerLot  # noqa: E402
from garant.contracts.models_people import Amendment, Invitation  # noqa: E402
from garant.contracts.models_standing import ObligationFact, StandingDecision  # noqa: E402

__all__ = [
    "Amendment",
    "CalendarVersion",
    "ContactSlot",
    "Contract",
    "Invitation",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerLot",
    "ObligationFact",
    "PackageVersion",
    "Programme",
    "ProgrammeDraft",
    "ProgrammeVersion",
    "StandingDecision",
]
