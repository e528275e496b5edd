"""Reading what is known of the mailboxes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from garant.cases.models_mailboxes import MailboxState
from garant.core.people import Viewer

__all__ = ["MailboxPlace", "MailboxView", "mailbox_place", "mailbox_states"]


@dataclass(frozen=True, slots=True)
class MailboxView:
    """A mailbox for the channel page. `problem` is a code, "" for none; `since` when it began; None: never yet."""

    name: str
    last_fetch: datetime | None
    last_message: datetime | None
    problem: str
    detail: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class MailboxPlace:
    """How far a folder was read: up to `last_uid` under `uidvalidity`."""

    uidvalidity: int
    last_uid: int


def mailbox_states(*, viewer: Viewer) -> list[MailboxView]:
    """Every mailbox that is read, by name; empty for anybody but staff."""
    if not viewer.is_staff:
        return []
    return [
        MailboxView(row.name, row.last_fetch, row.last_message, row.problem, row.detail, row.since)
        for row in MailboxState.objects.order_by("name")
    ]


def mailbox_place(name: str) -> MailboxPlace | None:
    """How far a mailbox was read; None before it was looked through once. Not scoped: for the receiver."""
    row = MailboxState.objects.filter(name=name).first()
    if row is None or row.uidvalidity is None or row.last_uid is None:
        return None
    return MailboxPlace(row.uidvalidity, row.last_uid)
