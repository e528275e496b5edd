"""The hash chain: each seal fixes a batch of committed entries and the seal before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC

from django.db import connection, transaction

from garant.journal.models import Entry, Seal
from garant.journal.views import SealProblem

#: What the first seal names as its predecessor.
FIRST = bytes(32)

# Any fixed number: it only has to be the same for every sealer of this database.
_SEALER_LOCK = 0x6761_7261_6E74

_UNCOVERED = """
SELECT e.id, e.subject_kind, e.subject_id FROM journal_entry e
LEFT JOIN journal_unsealed u ON u.entry_id = e.id
LEFT JOIN (SELECT unnest(members) AS id FROM journal_seal) m ON m.id = e.id
WHERE u.entry_id IS NULL AND m.id IS NULL ORDER BY e.id
"""

_GAPS = """
SELECT subject_kind, subject_id FROM journal_entry
GROUP BY 1, 2 HAVING count(*) <> max(sequence) ORDER BY 1, 2
"""


def seal(limit: int = 1000) -> int:
    """Seal up to `limit` committed entries; returns how many. 0 also when somebody else is sealing right now."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEALER_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        # Only committed entries are visible here; one that commits later goes into a later seal, whatever its id.
        cursor.execute("SELECT entry_id FROM journal_unsealed ORDER BY entry_id LIMIT %s", [limit])
        members = [row[0] for row in cursor.fetchall()]
        if not members:
            return 0
        last = Seal.objects.order_by("-pk").values_list("digest", flat=True).first()
        previous = bytes(last) if last is not None else FIRST
        digest = _digest(previous, Entry.objects.filter(pk__in=members).order_by("pk"))
        Seal.objects.create(previous=previous, digest=digest, members=members)
        cursor.execute("DELETE FROM journal_unsealed WHERE entry_id = ANY(%s)", [members])
        return len(members)


def verify_seals() -> list[SealProblem]:
    """Everything that does not fit the chain: edited or deleted entries, broken links, strays and gaps. Empty: whole.

    Dropping the newest seals together with all their entries leaves no trace here: note the newest digest elsewhere
    (`newest_digest`) to notice that too.
    """
    problems = [*_chain_problems(), *_strays()]
    with connection.cursor() as cursor:
        cursor.execute(_GAPS)
        problems += [SealProblem("gap", None, None, (kind, number)) for kind, number in cursor.fetchall()]
    return problems


def newest_digest() -> str | None:
    """The digest of the newest seal in hexadecimal; None before the first. It stands for the whole sealed history."""
    last = Seal.objects.order_by("-pk").values_list("digest", flat=True).first()
    return bytes(last).hex() if last is not None else None


def _chain_problems() -> Iterator[SealProblem]:
    expected = FIRST
    for link in Seal.objects.order_by("pk").iterator(chunk_size=100):
        if bytes(link.previous) != expected:
            yield SealProblem("chain", link.pk, None, None)
        entries = list(Entry.objects.filter(pk__in=link.members).order_by("pk"))
        found = {entry.pk for entry in entries}
        missing = [member for member in link.members if member not in found]
        yield from (SealProblem("deleted", link.pk, member, None) for member in missing)
        if not missing and _digest(bytes(link.previous), entries) != bytes(link.digest):
            yield SealProblem("edited", link.pk, None, None)
        expected = bytes(link.digest)


def _strays() -> Iterator[SealProblem]:
    with connection.cursor() as cursor:
        cursor.execute(_UNCOVERED)
        for entry_id, kind, number in cursor.fetchall():
            yield SealProblem("unsealed", None, entry_id, (kind, number))


def _digest(previous: bytes, entries: Iterable[Entry]) -> bytes:
    chain = hashlib.sha256(previous)
    for entry in entries:
        chain.update(hashlib.sha256(_canonical(entry)).digest())
    return chain.digest()


def _canonical(entry: Entry) -> bytes:
    """The entry as bytes: the same for the same content on every machine and in every zone."""
    parts = [
        entry.pk, entry.subject_kind, entry.subject_id, entry.sequence, entry.kind, entry.data,
        entry.at.astimezone(UTC).isoformat(), entry.recorded_at.astimezone(UTC).isoformat(),
        entry.actor_kind, entry.actor_id, entry.subscriber_id,
    ]  # fmt: skip
    return json.dumps(parts, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()
