"""People, subscribers and the roles that join them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from garant.core.identity import address_identity
from garant.core.people import STAFF_ROLES, SUBSCRIBER_ROLES


class PersonManager(BaseUserManager["Person"]):
    """Makes people; the e-mail address is the login."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        """A person with a hashed password (None: no password can sign in)."""
        person = self.model(email=address_identity(email), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Person:
        """A person who may read Django's admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Person(AbstractBaseUser, PermissionsMixin):
    """Anybody who signs in: the vendor's staff and the subscribers' people. Roles say what they may do."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=8, default="en")
    zone = models.CharField(max_length=64, default="UTC")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="may read Django's admin; no role of the desk")
    created_at = models.DateTimeField(default=timezone.now)
    session_epoch = models.IntegerField(default=0, help_text="raising it ends every session of the person")

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = PersonManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="person_email_once"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="person_email_lower"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must carry to count: of the password and of the epoch, so that either ends sessions."""
        salt = "garant.directory.Person.session"
        return salted_hmac(salt, f"{self.session_epoch}:{self.password}", secret=secret, algorithm="sha256").hexdigest()


class Undeliverable(models.Model):
    """Somebody whose mail came back: since when, and what the other side said. Gone when their address works again."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.CASCADE, related_name="undeliverable")
    since = models.DateTimeField()
    problem = models.CharField(max_length=300)
    notice_id = models.BigIntegerField(null=True, help_text="the message of the outbox that came back")


class Subscriber(models.Model):
    """An organisation that holds a contract with the vendor."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=160)
    zone = models.CharField(max_length=64, default="UTC", help_text="IANA zone of the organisation")
    language = models.CharField(max_length=8, default="en")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class RoleHeld(models.Model):
    """A role that a person holds: for the vendor (no subscriber) or for one subscriber."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(max_length=32)
    subscriber = models.ForeignKey(Subscriber, null=True, on_delete=models.PROTECT, related_name="roles")
    since = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    while_absent = models.BooleanField(default=False, help_text="held only as long as somebody stands in for them")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "subscriber"],
                condition=models.Q(ended_at=None),
                nulls_distinct=False,
                name="role_held_once",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=STAFF_ROLES, subscriber=None)
                | models.Q(role__in=SUBSCRIBER_ROLES, subscriber__isnull=False),
                name="role_fits_side",
            ),
        ]


# The room's other tables stand in files of their own; Django finds them here.
from garant.directory.models_teams import (  # noqa: E402
    Absence,
    Advisor,
    NoticePreference,
    Rota,
    RotaTurn,
    Skill,
    Team,
)
from garant.directory.models_views import SavedView  # noqa: E402

__all__ = [
    "Absence",
    "Advisor",
    "NoticePreference",
    "Person",
    "RoleHeld",
    "Rota",
    "RotaTurn",
    "SavedView",
    "Skill",
    "Subscriber",
    "Team",
    "Undeliverable",
]
