"""Files sent along with a case's report or with a message; before that, held for whoever is writing."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from garant.cases.models import Case, Message
from garant.directory.models import Subscriber


class Attachment(models.Model):
    """One file. Held: `place` names what is being written, and there is no case. Sent: a case, and a message unless it
    came with the report. The content stands in the database: what is committed has its files, and a backup holds them.
    """

    key = models.CharField(max_length=43, unique=True, help_text="random: nobody can guess or count it")
    subscriber = models.ForeignKey(Subscriber, null=True, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="files")
    message = models.ForeignKey(Message, null=True, on_delete=models.PROTECT, related_name="files")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(place="", case__isnull=False, subscriber__isnull=False)
                | (~models.Q(place="") & models.Q(case__isnull=True, message__isnull=True)),
                name="file_held_or_sent",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "place"], condition=~models.Q(place=""), name="file_held"),
            models.Index(fields=["case"], name="file_by_case"),
        ]
