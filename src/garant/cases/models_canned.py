"""Texts that staff have prepared for their replies."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from garant.directory.models_teams import Team


class CannedReply(models.Model):
    """A prepared reply with places to fill (core.placeholders). Without a team: for everybody of the staff."""

    title = models.CharField(max_length=80)
    body = models.TextField()
    language = models.CharField(max_length=10, blank=True, default="", help_text="empty: for any language")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    revision = models.IntegerField(default=1, help_text="counts changes: nobody overwrites what they have not read")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["title"], condition=models.Q(archived_at=None), name="canned_reply_offered")]
