"""What was offered to somebody who wrote a case, and whether it was the answer."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from garant.directory.models import Subscriber


class OfferedAnswers(models.Model):
    """The articles and threads shown beside one draft, and how it ended. One row per draft, named by its `once`."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="+")
    once = models.CharField(max_length=64)
    shown = models.JSONField(default=list, help_text="list of {kind, ref, title}, as shown, each once")
    opened = models.JSONField(default=list, help_text="list of 'kind:ref' that were opened from there")
    state = models.CharField(max_length=8, default="open")
    solved_by = models.CharField(max_length=80, blank=True, default="", help_text="'kind:ref' that was the answer")
    draft = models.JSONField(null=True, help_text="what was typed, kept for second thoughts; null else")
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "once"], name="offered_once_a_draft"),
            models.CheckConstraint(
                condition=models.Q(state__in=("open", "solved", "filed")), name="offered_state_known"
            ),
        ]
        indexes = [models.Index(fields=["at"], name="offered_by_time")]
