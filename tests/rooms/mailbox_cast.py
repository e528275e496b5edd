"""Mails in a mailbox, and what the desk has taken of them."""

from __future__ import annotations

import pytest
from imapclient import IMAPClient

from garant.cases.models_mail import StoredMail
from garant.cases.models_mailboxes import MailboxState


def message(subject: str, body: str = "Hello.\r\n") -> bytes:
    """A small mail."""
    return f"From: ann@people.example\r\nTo: support@desk.example\r\nSubject: {subject}\r\n\r\n{body}".encode()


def stored() -> list[str]:
    """Subjects of what is stored, in the order of storing."""
    raws = StoredMail.objects.order_by("pk").values_list("raw", flat=True)
    return [bytes(raw).partition(b"Subject: ")[2].partition(b"\r\n")[0].decode() for raw in raws]


def state() -> MailboxState:
    """What is known of the one mailbox there is."""
    return MailboxState.objects.get()


def without(monkeypatch: pytest.MonkeyPatch, capability: str) -> None:
    """A server that lacks a capability."""
    plain = IMAPClient.has_capability
    monkeypatch.setattr(IMAPClient, "has_capability", lambda self, name: name != capability and plain(self, name))
