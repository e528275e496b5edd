"""Browsers in which somebody has signed in before: they keep a count of failed sign-ins of their own.

A signed cookie names the browser and, hashed, whose it is. It opens nothing. It only keeps strangers who guess at an
address from locking its owner out (they use up another count).
"""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core.signing import BadSignature, TimestampSigner
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from garant.core.identity import address_identity

COOKIE = "garant_device"
YEAR = 365 * 24 * 3600
_SIGNER = TimestampSigner(salt="garant.device")


def known_device(request: HttpRequest, email: str) -> str:
    """A key for the browser's own count when this address has signed in here before; empty otherwise."""
    try:
        whose, _, browser = _SIGNER.unsign(request.COOKIES.get(COOKIE, ""), max_age=YEAR).partition(".")
    except BadSignature:
        return ""
    return f"{whose}.{browser}" if email and secrets.compare_digest(whose, _whose(email)) else ""


def remember(request: HttpRequest, email: str) -> None:
    """Mark the browser as one of this address; the answer to the request will carry the cookie."""
    request.device_of = email  # type: ignore[attr-defined]


def write_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Give the browser its cookie after somebody signed in, unless it has one for the same address."""
    email = getattr(request, "device_of", "")
    if not email or known_device(request, email):
        return
    value = _SIGNER.sign(f"{_whose(email)}.{secrets.token_urlsafe(12)}")
    secure = bool(settings.SESSION_COOKIE_SECURE)
    response.set_cookie(COOKIE, value, max_age=YEAR, httponly=True, samesite="Lax", secure=secure)


@receiver(user_logged_in, dispatch_uid="garant.device")
def _signed_in(sender: Any, request: HttpRequest | None, user: Any, **_: Any) -> None:
    if request is not None:
        remember(request, user.email)


def _whose(email: str) -> str:
    return salted_hmac("garant.device", address_identity(email), algorithm="sha256").hexdigest()[:24]
