"""Keeping a mail that a mail server hands over: committed when this returns, with the instant at which it came to us.

A mail server that could not reach the desk for a while hands over late. The receipt is when our server took the mail,
which its own Received line says; nothing that the sender wrote is believed.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.conf import settings
from django.db import connections

from garant.cases.operations_mail import store
from garant.kit.mail_trust import headers_of

#: A mail server gives up after some days: what claims to be older is not believed.
OLDEST = timedelta(days=7)


def keep(raw: bytes, mailbox: str, recipient: str) -> None:
    """Store a mail, over a connection of its own. Raises Django's errors."""
    received = taken_at(raw, settings.MAIL_HOST, settings.MAIL_HOPS, datetime.now(UTC))
    try:
        store(raw=raw, mailbox=mailbox, recipient=recipient, received=received)
    finally:
        connections.close_all()


def taken_at(raw: bytes, host: str, hops: int, now: datetime) -> datetime | None:
    """When our mail server took a mail: the instant in the lowest Received line of `host` among the upper `hops` lines,
    which our own servers wrote. None where there is none, or it is not of the last days."""
    lines = [value for name, value in headers_of(raw) if name == "received"][:hops]
    ours = [line for line in lines if host and re.search(rf"\bby {re.escape(host)}(?=[\s;(]|$)", line, re.IGNORECASE)]
    if not ours:
        return None
    try:
        told = parsedate_to_datetime(ours[-1].rpartition(";")[2].strip())
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    at = told if told.tzinfo else told.replace(tzinfo=UTC)
    return at if now - OLDEST <= at <= now else None
