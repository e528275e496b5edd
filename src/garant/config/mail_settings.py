"""Where mails go, from the environment: an SMTP server or a mail service. Errors name the setting and the remedy."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from importlib.util import find_spec
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

#: Seconds that one step of the talk with a mail server may take.
TIMEOUT = 20
#: Hosts with which mails are exchanged in the clear unless the address says otherwise.
_HERE = ("localhost", "127.0.0.1", "::1")


class MailSettingsError(ValueError):
    """A setting that can't be used; one line for people."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """A Django mail back end with its arguments, and the address that mails come from."""

    backend: str
    sender: str
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def domain(self) -> str:
        """What message ids end with."""
        return self.sender.rpartition("@")[2]


def is_configured() -> bool:
    """Whether the environment names a way out for mails, right or wrong."""
    return bool(os.environ.get("GARANT_SMTP_URL") or os.environ.get("GARANT_ANYMAIL"))


def mail_settings() -> MailSettings | None:
    """The way out for mails; None when none is named: mails then stay in the outbox. Raises MailSettingsError."""
    url, service = os.environ.get("GARANT_SMTP_URL", ""), os.environ.get("GARANT_ANYMAIL", "")
    if not url and not service:
        return None
    if url and service:
        raise MailSettingsError("GARANT_SMTP_URL and GARANT_ANYMAIL are both set: keep one of them")
    return _smtp(url, _sender()) if url else _service(service, _sender())


def _sender() -> str:
    text = os.environ.get("GARANT_MAIL_FROM", "")
    address = parseaddr(text)[1]
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", address) or "\n" in text:
        raise MailSettingsError("GARANT_MAIL_FROM must be the address that mails come from, support@example.org say")
    return address


def reply_base() -> str:
    """The address at which people answer: GARANT_MAIL_REPLY, else the one that mails come from; "" for none."""
    return parseaddr(os.environ.get("GARANT_MAIL_REPLY") or os.environ.get("GARANT_MAIL_FROM", ""))[1]


def own_addresses() -> tuple[str, ...]:
    """What this desk itself sends from: a message from there has come back."""
    named = (parseaddr(os.environ.get(name, ""))[1] for name in ("GARANT_MAIL_FROM", "GARANT_MAIL_REPLY"))
    return tuple(dict.fromkeys(one for one in named if one))


def mail_hops() -> int:
    """How many Received lines our own mail servers add: 1 unless GARANT_MAIL_HOPS says so. Raises ValueError."""
    text = os.environ.get("GARANT_MAIL_HOPS", "1")
    if not re.fullmatch(r"[1-9]", text):
        raise ValueError("GARANT_MAIL_HOPS is a number from 1 to 9")
    return int(text)


def _smtp(url: str, sender: str) -> MailSettings:
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise MailSettingsError("GARANT_SMTP_URL must look like smtp://user:password@host:587 or smtps://host:465")
    implicit = parts.scheme == "smtps"
    options = {
        "host": parts.hostname,
        "port": _port(parts) or (465 if implicit else 587),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": implicit,
        "use_tls": not implicit and _starttls(parts),
        "timeout": TIMEOUT,
    }
    return MailSettings("django.core.mail.backends.smtp.EmailBackend", sender, options)


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise MailSettingsError("GARANT_SMTP_URL names no port from 1 to 65535") from None


def _starttls(parts: SplitResult) -> bool:
    """Encrypted by STARTTLS, unless the server is on this machine or the address says `?tls=no`."""
    told = parse_qs(parts.query).get("tls", ["no" if parts.hostname in _HERE else "starttls"])[-1]
    if told not in ("starttls", "no"):
        raise MailSettingsError("GARANT_SMTP_URL: tls is starttls or no")
    return told == "starttls"


def _service(name: str, sender: str) -> MailSettings:
    if not re.fullmatch(r"[a-z0-9_]+", name) or find_spec(f"anymail.backends.{name}") is None:
        raise MailSettingsError(f"GARANT_ANYMAIL={name} is no service that django-anymail knows: postmark, say")
    try:
        options = json.loads(os.environ.get("GARANT_ANYMAIL_SETTINGS") or "{}")
    except ValueError:
        options = None
    if not isinstance(options, dict):
        raise MailSettingsError('GARANT_ANYMAIL_SETTINGS must be a JSON object: {"api_key": "..."}, say')
    return MailSettings(f"anymail.backends.{name}.EmailBackend", sender, options)
