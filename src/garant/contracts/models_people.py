"""How people become authorized contacts, and how contracts change: invitations and amendments."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from garant.directory.models import Subscriber


class Invitation(models.Model):
    """An invitation by mail. Only a hash of its token is kept; it reserves its slot until it expires."""

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="invitations")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="+")
    slot = models.ForeignKey("contracts.ContactSlot", null=True, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=8, default="en")
    role = models.CharField(max_length=32, default="contact")
    purpose = models.CharField(max_length=10, default="slot")
    leaving = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField(null=True, help_text="end of standing in; null: until somebody ends it")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.BigIntegerField(null=True)
    invited_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slot"],
                condition=models.Q(accepted_at=None, revoked_at=None, slot__isnull=False),
                name="invitation_one_open_per_slot",
            ),
            models.CheckConstraint(
                condition=models.Q(purpose__in=("slot", "replace", "stand_in", "role")), name="invitation_purpose_known"
            ),
            # An invitation is used or withdrawn, never both.
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(revoked_at=None), name="invitation_ends_once"
            ),
        ]


class Amendment(models.Model):
    """A change to a contract from an instant on: package, region, term, add-on or override. Append-only."""

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="amendments")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    data = models.JSONField(default=dict, help_text="codes and values of the change, and what it was before")
    reason = models.TextField()
    effective_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=("package", "region", "term", "add_on", "override", "renewal")),
                name="amendment_kind_known",
            ),
        ]
        indexes = [models.Index(fields=["contract", "effective_at", "id"], name="amendment_by_contract")]
