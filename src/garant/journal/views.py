"""What the journal shows to the rest of the house: plain values."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from garant.core.people import Actor

#: What an entry or a notice is about: kind and id, e.g. ("case", 17).
Subject = tuple[str, int]


#: How a message of the outbox stands: to be sent; sent; for the next digest; told in a digest; not to be sent (its
#: reader doesn't want or may not see it); given up.
WAITING, SENT, DIGEST, DIGESTED, WITHHELD, DEAD = "waiting", "sent", "digest", "digested", "withheld", "dead"
NOTICE_STATES = (WAITING, SENT, DIGEST, DIGESTED, WITHHELD, DEAD)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A fact about to be written down. `at` is when it counts; `data` holds codes, numbers and ISO instants only."""

    subject: Subject
    kind: str
    data: Mapping[str, Any]
    by: Actor
    at: datetime
    subscriber_id: int | None


@dataclass(frozen=True, slots=True)
class EntryView:
    """One written fact. `sequence` counts from 1 without gaps within its subject."""

    id: int
    subject: Subject
    sequence: int
    kind: str
    data: Mapping[str, Any]
    by: Actor
    at: datetime
    recorded_at: datetime
    subscriber_id: int | None


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One message of the outbox. `sent_at` None: not sent yet; `person_id` None: to an `address` only."""

    id: int
    message_id: uuid.UUID
    kind: str
    person_id: int | None
    address: str
    language: str
    subject: Subject
    subscriber_id: int | None
    data: Mapping[str, Any]
    created_at: datetime
    sent_at: datetime | None
    attempts: int
    problem: str
    state: str = WAITING
    next_try: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message leased to a sender, and the instant from which it was due."""

    notice: NoticeRow
    turn: datetime


@dataclass(frozen=True, slots=True)
class StuckEntry:
    """An entry whose handlers failed. `set_aside_at` None: they will be tried again at `next_try`."""

    entry: EntryView
    attempts: int
    next_try: datetime
    set_aside_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class SealProblem:
    """What does not fit the seals. `kind`: edited, deleted, chain, unsealed or gap; None where it has no single one."""

    kind: str
    seal_id: int | None
    entry_id: int | None
    subject: Subject | None
