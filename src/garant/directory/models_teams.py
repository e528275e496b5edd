"""Who works when: teams, skills, on-call rotas and absence."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Team(models.Model):
    """A named group of staff."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="teams")


class Skill(models.Model):
    """Something a staff member can do: a product, an area, a language (`lang:ja`)."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="skills")
    code = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "code"], name="skill_once")]


class Rota(models.Model):
    """An on-call rota. Who is told when nobody is on it: the catch-all person, else every manager."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=64, default="UTC")
    catch_all = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    gap_told_until = models.DateTimeField(null=True, help_text="gaps up to here have been told")


class RotaTurn(models.Model):
    """A stretch during which one person answers a rota; half-open."""

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="turns")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="turns")
    starts = models.DateTimeField()
    ends = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="turn_forward")]
        indexes = [models.Index(fields=["rota", "starts", "ends"], name="turn_by_rota")]


class Absence(models.Model):
    """Somebody is away; a stand-in answers meanwhile (None: the next in line)."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    stand_in = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="absence_forward")]


class Advisor(models.Model):
    """The named advisor of a subscriber, with a stand-in."""

    subscriber = models.OneToOneField("directory.Subscriber", on_delete=models.PROTECT, related_name="advisor")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="advises")
    stand_in = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    since = models.DateTimeField()


class NoticePreference(models.Model):
    """How a person wants one kind of notice: at once, in a digest, or not at all."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_preferences")
    kind = models.CharField(max_length=64)
    how = models.CharField(max_length=10, default="at_once")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="notice_preference_once"),
            models.CheckConstraint(condition=Q(how__in=("at_once", "digest", "never")), name="notice_preference_known"),
        ]
