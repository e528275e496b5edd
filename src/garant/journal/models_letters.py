"""Words of the vendor's own for notices, every version of them."""

from __future__ import annotations

from django.db import models


class OwnLetter(models.Model):
    """One version of the vendor's words for a kind of notice in a language; the highest `revision` is in force.

    Rows are added and never changed, so that what a message said when it was sent can still be read. Without a subject
    and a body the version gives the kind back to the desk's words. Two who write at once want the same revision: the
    constraint lets one of them.
    """

    kind = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    revision = models.IntegerField(help_text="counts from 1 within a kind and language")
    subject = models.CharField(max_length=200, blank=True, default="")
    body = models.TextField(blank=True, default="")
    written_at = models.DateTimeField()
    written_by = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "language", "revision"], name="own_letter_revision_once"),
            models.CheckConstraint(condition=models.Q(revision__gte=1), name="own_letter_revision_from_one"),
            models.CheckConstraint(
                condition=(models.Q(subject="") & models.Q(body=""))
                | (~models.Q(subject="") & ~models.Q(body="") & ~models.Q(subject__regex=r"[\n\r]")),
                name="own_letter_whole_or_none",
            ),
        ]
