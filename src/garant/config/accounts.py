"""How people get an account: by invitation only. Sign-in is django-allauth's; its mails go through the outbox."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from garant.config.devices import known_device
from garant.directory.queries import language_of
from garant.directory.queries_account import account_of
from garant.journal.operations import database_now, put_notice
from garant.portal.browsers import browser_name
from garant.portal.context import site_name

#: The address of somebody who has none: a request over a socket of this machine.
NO_ADDRESS = "0.0.0.0"  # noqa: S104  a bucket's name, nothing listens there


class InvitedOnly(DefaultAccountAdapter):
    """Nobody signs up alone: contacts are named by their organisation, staff by the vendor.

    Mails about an account are notices to the person on record, so they go to the stored address and to no other.
    Failed sign-ins are counted for the address typed, for the sender, and for the desk as a whole; a browser in which
    somebody signed in before has a count of its own, so that strangers who guess lock nobody out.
    """

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_everywhere": gettext_lazy(
            "Too many people fail to sign in at the moment. Use a passkey, or choose a new password with a link by"
            " mail: that opens the way for this browser."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always False: an account comes with an invitation."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The sender's address: the peer's, or what the outermost trusted proxy says. Never what a sender claims."""
        try:
            return get_client_ip(request) or NO_ADDRESS
        except ImproperlyConfigured:  # fewer proxies than promised: somebody came around them
            return str(request.META.get("REMOTE_ADDR") or NO_ADDRESS)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count this try before the password is looked at. Raises ValidationError when there were too many."""
        self._everywhere = None
        known = known_device(request, str(credentials.get("email", "")))
        if known:
            self._login_failed_rl_usage = _counted(request, "login_failed_known", known)
            if not self._login_failed_rl_usage:
                raise self.validation_error("too_many_login_attempts")
            return
        super().pre_authenticate(request, **credentials)
        self._everywhere = _counted(request, "login_failed_desk", "desk")
        if not self._everywhere:
            raise self.validation_error("too_many_everywhere")

    def _rollback_login_failed_rl_usage(self) -> None:
        """A right password was no failure anywhere."""
        super()._rollback_login_failed_rl_usage()
        if self._everywhere:
            self._everywhere.rollback()

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


class SecondStep(DefaultMFAAdapter):
    """The second step at sign-in: authenticator apps and passkeys bear the site's name."""

    def get_totp_issuer(self) -> str:
        """What an authenticator app shows above the code."""
        return site_name()

    def build_totp_svg(self, url: str) -> str:
        """The picture to scan, dark on white: cameras need that on dark pages too."""
        import qrcode
        from qrcode.image.svg import SvgPathFillImage

        out = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(out)
        return out.getvalue().decode()

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        """A name to begin with: the browser in which the passkey is made."""
        return browser_name(context.request.headers.get("User-Agent", ""))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """What a browser shows when it makes a passkey; the host is one of GARANT_HOSTS."""
        return {**super().get_public_key_credential_rp_entity(), "name": site_name()}


def _counted(request: HttpRequest, action: str, key: str) -> Any:
    """One more try of this action; None when there were too many."""
    return ratelimit.consume(request, app="allauth.account", action=action, key=key)


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
