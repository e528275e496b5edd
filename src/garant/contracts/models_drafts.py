"""A programme's next version while it is being written."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class ProgrammeDraft(models.Model):
    """The text of a version that is not published yet, as it was typed, right or wrong. One for each programme.

    `base`: the version it was begun from, empty for a new programme. `revision` counts the savings: whoever saves
    names the one they read.
    """

    code = models.SlugField(max_length=60, unique=True)
    base = models.CharField(max_length=40, blank=True, default="")
    text = models.TextField()
    revision = models.IntegerField(default=1)
    begun_at = models.DateTimeField(db_default=Now())
    saved_at = models.DateTimeField(db_default=Now())
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(revision__gte=1), name="programme_draft_revision_from_one"),
        ]
