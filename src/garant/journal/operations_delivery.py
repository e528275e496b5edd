"""Telling the handlers: each entry reaches each of its handlers, in order per subject, also after a crash."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from django.db import DatabaseError, InterfaceError, connection, transaction

from garant.journal.models import Entry, Undelivered
from garant.journal.queries import entry_view
from garant.journal.views import EntryView

#: Called inside a transaction of its own with the entry; may run again after a crash, so it must be idempotent.
Handler = Callable[[EntryView], None]

#: Seconds before each further try; after the last one the entry is set aside and no longer holds up its subject.
BACK_OFF = (1, 5, 30, 120, 600, 1800, 3600)

log = logging.getLogger(__name__)

# Nobody listens to these kinds: one statement is enough for a whole batch.
_DROP_UNHEARD = """
DELETE FROM journal_undelivered WHERE entry_id IN (
    SELECT u.entry_id FROM journal_undelivered u JOIN journal_entry e ON e.id = u.entry_id
    WHERE u.set_aside_at IS NULL AND NOT (e.kind = ANY(%s)) ORDER BY u.entry_id LIMIT %s
    FOR UPDATE OF u SKIP LOCKED)
"""

# The earliest waiting entry of a subject, if it is its turn. An earlier entry that another worker holds right now
# is still visible here (its row goes only with that worker's commit), so two workers keep the order of a subject.
_CLAIM = """
SELECT u.entry_id FROM journal_undelivered u
WHERE u.set_aside_at IS NULL AND u.next_try <= clock_timestamp()
  AND NOT EXISTS (SELECT 1 FROM journal_undelivered p
                  WHERE p.subject_kind = u.subject_kind AND p.subject_id = u.subject_id
                    AND p.entry_id < u.entry_id AND p.set_aside_at IS NULL)
ORDER BY u.entry_id LIMIT 1 FOR UPDATE OF u SKIP LOCKED
"""


def deliver(handlers: Mapping[str, Sequence[Handler]], limit: int = 100) -> int:
    """Hand up to `limit` waiting entries to their handlers; returns how many were delivered.

    A failing entry is put back with a growing delay, then set aside; entries of other subjects go on meanwhile.
    """
    delivered = _drop_unheard(list(handlers), limit)
    for _ in range(limit):
        outcome = _deliver_next(handlers)
        if outcome is None:
            break
        delivered += outcome
    return delivered


def _drop_unheard(kinds: list[str], limit: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_DROP_UNHEARD, [kinds, limit])
        return int(cursor.rowcount)


def _deliver_next(handlers: Mapping[str, Sequence[Handler]]) -> bool | None:
    """Deliver the next ready entry in one transaction: whether it went well; None when none is ready."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM)
            row = cursor.fetchone()
        if row is None:
            return None
        waiting = Undelivered.objects.get(pk=row[0])
        try:
            with transaction.atomic():
                _tell(entry_view(Entry.objects.get(pk=row[0])), handlers)
        except InterfaceError:
            raise  # the connection is gone: the claim went with it and somebody tries again
        except Exception as problem:
            _put_back(waiting, problem)
            return False
        waiting.delete()
        return True


def _tell(entry: EntryView, handlers: Mapping[str, Sequence[Handler]]) -> None:
    for handler in handlers.get(entry.kind, ()):
        handler(entry)


def _put_back(waiting: Undelivered, problem: Exception) -> None:
    if connection.connection is None or connection.connection.closed:
        raise problem if isinstance(problem, DatabaseError) else InterfaceError(str(problem))
    final = waiting.attempts >= len(BACK_OFF)
    delay = 0 if final else BACK_OFF[waiting.attempts]
    log.error("entry %s was not handled (try %s): %r", waiting.entry_id, waiting.attempts + 1, problem)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE journal_undelivered SET attempts = attempts + 1, problem = %s,"
            " next_try = clock_timestamp() + make_interval(secs => %s),"
            " set_aside_at = CASE WHEN %s THEN clock_timestamp() END WHERE entry_id = %s",
            [f"{type(problem).__name__}: {problem}".replace("\x00", "")[:2000], delay, final, waiting.entry_id],
        )


def try_again(*, entry_id: int) -> bool:
    """Put an entry that failed back at the front of the line; False when it is not waiting any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE journal_undelivered SET attempts = 0, set_aside_at = NULL, next_try = clock_timestamp()"
            " WHERE entry_id = %s",
            [entry_id],
        )
        return bool(cursor.rowcount)
