"""Lists that somebody of the staff keeps under a name."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from garant.core.looking import LONGEST


class SavedView(models.Model):
    """A search kept under a name, with the columns it shows. Without a name: the person's own columns for every list.

    `shared`: everybody of the staff sees it beside their own.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="views")
    name = models.CharField(max_length=40, blank=True, default="")
    query = models.CharField(max_length=LONGEST, blank=True, default="")
    columns = models.JSONField(default=list, help_text="codes of the columns shown, in order; empty: the usual ones")
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "name"], name="view_once"),
            models.CheckConstraint(condition=~models.Q(name="") | models.Q(shared=False), name="view_shared_has_name"),
        ]
        indexes = [models.Index(fields=["name"], condition=models.Q(shared=True), name="view_shared")]
