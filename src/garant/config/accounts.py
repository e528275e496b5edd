"""How people get an account: by invitation only. Sign-in is django-allauth's; its mails go through the outbox."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse

from garant.directory.queries import language_of
from garant.directory.queries_account import account_of
from garant.journal.operations import database_now, put_notice


class InvitedOnly(DefaultAccountAdapter):
    """Nobody signs up alone: contacts are named by their organisation, staff by the vendor.

    Mails about an account are notices to the person on record, so they go to the stored address and to no other.
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always False: an account comes with an invitation."""
        return False

    def send_password_reset_mail(self, user: AbstractBaseUser, email: str, context: dict[str, Any]) -> None:
        """Put the mail into the outbox without its link: who reads the outbox must not sign in as somebody else."""
        _tell(user.pk, "password_reset", {})

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody that their way of signing in was changed."""
        what = template_prefix.rpartition("/")[2]
        _tell(user.pk, "security_changed", {"what": what, "at": database_now().isoformat()})


def _tell(person_id: int, kind: str, data: dict[str, Any]) -> None:
    put_notice(
        once=f"{kind}:{person_id}:{uuid4()}",
        kind=kind,
        person_id=person_id,
        language=language_of(person_id),
        subject=("person", person_id),
        subscriber_id=None,
        data=data,
    )


def reset_link(person_id: int) -> str:
    """A fresh link with which a person chooses a new password, at the configured address of the desk."""
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    person = account_of(person_id)
    arguments = {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}
    return f"{settings.BASE_URL}{reverse('account_reset_password_from_key', kwargs=arguments)}"
