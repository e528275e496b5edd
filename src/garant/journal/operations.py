"""Writing facts down: entries, notices and idempotency keys. Each call joins the transaction of its caller."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from garant.core.people import Actor
from garant.core.refusals import Refusal
from garant.journal.models import Notice, OnceKey
from garant.journal.operations_delivery import Handler, deliver, try_again
from garant.journal.operations_seals import newest_digest, seal, verify_seals
from garant.journal.views import EntryView, NewEntry, Subject
from garant.kit.asking import one_answer
from garant.kit.reach import desk_wide

__all__ = [
    "Attempt",
    "Handler",
    "append",
    "append_all",
    "database_now",
    "deliver",
    "is_done",
    "lock_subjects",
    "newest_digest",
    "once",
    "put_notice",
    "seal",
    "try_again",
    "verify_seals",
]

_APPEND = """
WITH given AS (
    SELECT * FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::text[],
                         %s::bigint[], %s::bigint[])
        WITH ORDINALITY AS g(subject_kind, subject_id, kind, data, at, actor_kind, actor_id, subscriber_id, place)
), written AS (
    INSERT INTO journal_entry
        (subject_kind, subject_id, sequence, kind, data, at, actor_kind, actor_id, subscriber_id)
    SELECT g.subject_kind, g.subject_id,
           coalesce((SELECT max(e.sequence) FROM journal_entry e
                     WHERE e.subject_kind = g.subject_kind AND e.subject_id = g.subject_id), 0)
               + row_number() OVER (PARTITION BY g.subject_kind, g.subject_id ORDER BY g.place),
           g.kind, g.data::jsonb, g.at, g.actor_kind, g.actor_id, g.subscriber_id
    FROM given g ORDER BY g.place
    RETURNING id, subject_kind, subject_id, sequence, recorded_at
), queued AS (
    INSERT INTO journal_undelivered (entry_id, subject_kind, subject_id, attempts, problem)
    SELECT id, subject_kind, subject_id, 0, '' FROM written
), to_seal AS (
    INSERT INTO journal_unsealed (entry_id) SELECT id FROM written
)
SELECT id, sequence, recorded_at FROM written ORDER BY id
"""


@one_answer
def database_now() -> datetime:
    """The database's clock at this moment (not the start of the transaction), in UTC; a page has one moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def lock_subjects(subjects: Sequence[Subject]) -> None:
    """Hold the subjects' locks until the transaction ends, taken in one order so that two callers never deadlock."""
    keys = sorted({_lock_key(subject) for subject in subjects})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) k", [keys])


def append(
    *, subject: Subject, kind: str, data: Mapping[str, Any], by: Actor, at: datetime, subscriber_id: int | None
) -> EntryView:
    """Write one past-tense fact about `subject`; see `append_all`."""
    entry = NewEntry(subject=subject, kind=kind, data=data, by=by, at=at, subscriber_id=subscriber_id)
    return append_all([entry])[0]


def append_all(entries: Sequence[NewEntry]) -> list[EntryView]:
    """Write facts in the given order, each numbered without gaps within its subject, and queue them for handlers.

    Must run inside the transaction of what the facts describe (TransactionManagementError otherwise): both are
    committed or neither is. `at` must be aware; `data` must be plain JSON (TypeError otherwise).
    """
    if not entries:
        return []
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("append() belongs inside the transaction of its effect")
    # The numbering below reads max(sequence): without the lock two writers would draw the same number. It reads every
    # entry of a subject, whoever asks: one that a request can't reach has a number too.
    lock_subjects([entry.subject for entry in entries])
    with desk_wide(), connection.cursor() as cursor:
        cursor.execute(_APPEND, _columns(entries))
        rows = cursor.fetchall()
    return [
        EntryView(row[0], new.subject, row[1], new.kind, new.data, new.by, new.at, row[2], new.subscriber_id)
        for new, row in zip(entries, rows, strict=True)
    ]


def _columns(entries: Sequence[NewEntry]) -> list[list[Any]]:
    if any(entry.at.tzinfo is None for entry in entries):
        raise ValueError("an entry's instant needs a zone")
    return [
        [entry.subject[0] for entry in entries],
        [entry.subject[1] for entry in entries],
        [entry.kind for entry in entries],
        [json.dumps(dict(entry.data), allow_nan=False) for entry in entries],
        [entry.at for entry in entries],
        [entry.by.kind for entry in entries],
        [entry.by.id for entry in entries],
        [entry.subscriber_id for entry in entries],
    ]


def _lock_key(subject: Subject) -> int:
    digest = hashlib.blake2b(f"journal:{subject[0]}:{subject[1]}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


@dataclass(slots=True)
class Attempt:
    """One try of an act under an idempotency key. `result` is what the first try kept; None: this is the first."""

    result: Mapping[str, Any] | None = None
    _kept: dict[str, Any] = field(default_factory=dict)

    def keep(self, result: Mapping[str, Any]) -> None:
        """Remember what a repetition shall be answered with (plain JSON)."""
        self._kept = dict(result)


@contextmanager
def once(*, scope: str, key: str | None, body: Mapping[str, Any]) -> Iterator[Attempt]:
    """Do an act at most once per `scope` (caller and operation) and `key`; None as key: no such promise is asked for.

    The key is stored in the transaction of the effect: a failed act leaves no key behind. A concurrent second try
    waits for the first one's end. Raises Refusal `idempotency_key_reused` when the key came with another body before,
    and `idempotency_key_invalid` for a key that can't be stored.
    """
    if key is None:
        yield Attempt()
        return
    if not 1 <= len(key) <= 80 or not key.isprintable():
        raise Refusal("idempotency_key_invalid", "idempotency_key_form", "choose_another_key", {"longest": 80})
    digest = hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).digest()
    with transaction.atomic():
        row = _first_try(scope, key, digest)
        if row is None:
            yield Attempt(result=_earlier_result(scope, key, digest))
            return
        attempt = Attempt()
        yield attempt
        OnceKey.objects.filter(pk=row).update(result=attempt._kept)


def is_done(*, scope: str, key: str) -> bool:
    """Whether an act of a scope has been done with this key, by a transaction that has ended."""
    return OnceKey.objects.filter(scope=scope, key=key).exists()


def _first_try(scope: str, key: str, digest: bytes) -> int | None:
    """The id of the new key row, or None when the key is taken.

    The insert waits for a concurrent transaction that holds the same key: the unique index is the queue.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_oncekey (scope, key, body, result) VALUES (%s, %s, %s, '{}')"
            " ON CONFLICT (scope, key) DO NOTHING RETURNING id",
            [scope, key, digest],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _earlier_result(scope: str, key: str, digest: bytes) -> Mapping[str, Any]:
    earlier = OnceKey.objects.get(scope=scope, key=key)
    if bytes(earlier.body) != digest:
        raise Refusal("idempotency_key_reused", "one_key_one_request", "choose_another_key", {"key": key})
    return dict(earlier.result)


def put_notice(
    *,
    once: str,
    kind: str,
    person_id: int | None,
    language: str,
    subject: Subject,
    subscriber_id: int | None,
    data: Mapping[str, Any],
    address: str = "",
) -> bool:
    """Put one message to one person into the outbox; False when the notice called `once` stands there already.

    `person_id` None: to `address` only. Its message id is fixed here, so every later delivery carries the same one.
    """
    made = Notice.objects.bulk_create(
        [
            Notice(
                once=once,
                kind=kind,
                person_id=person_id,
                address=address,
                language=language,
                subject_kind=subject[0],
                subject_id=subject[1],
                subscriber_id=subscriber_id,
                data=dict(data),
            )
        ],
        ignore_conflicts=True,
    )
    return Notice.objects.filter(message_id=made[0].message_id).exists()
