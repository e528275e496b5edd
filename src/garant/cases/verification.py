"""Is what is stored what the journal says? Everything is replayed and compared, in batches of bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from garant.cases.events import MISSED, events_of, seen_until
from garant.cases.models import Case, Escalation, Period
from garant.cases.operations_terms import LIVE
from garant.cases.texts import case_digest
from garant.cases.timing import Key, case_columns, period_columns, replayed
from garant.cases.verification_ladder import ladder_differences
from garant.cases.verification_talk import talk_differences
from garant.cases.views import Difference, Verified
from garant.contracts import queries as contracts
from garant.contracts.queries import StoredTerms
from garant.contracts.queries_contacts import slot_differences
from garant.contracts.queries_ledger import verify_ledger
from garant.contracts.verification_standing import differing_records
from garant.core.instants import parse_instant
from garant.journal.operations_seals import verify_seals
from garant.journal.queries_replay import count_entries, entries_by_subject, subjects_after
from garant.journal.views import EntryView

__all__ = ["Verification", "verify"]

#: Cases read at once.
BATCH = 500

#: Columns of a case that its first entry fixes -> the name in the entry's data.
FIXED = {
    "number": "number",
    "contract_id": "contract",
    "opened_by_id": "contact",
    "request_type": "request_type",
    "channel": "channel",
}
_DIGESTS = """
SELECT case_id, id, encode(sha256(convert_to(body, 'UTF8')), 'hex') FROM cases_message WHERE case_id = ANY(%s)
"""
_FILES = "SELECT case_id, id, encode(sha256(content), 'hex') FROM cases_attachment WHERE case_id = ANY(%s)"
#: Open cases that don't stand as the newest decision has it; one admitted since then runs.
_STANDING = """
SELECT c.number, c.suspended, newest.decision IS NOT NULL AND newest.decision = 'suspended' AND admitted.id IS NULL
FROM cases_case c
LEFT JOIN (
    SELECT DISTINCT ON (subscriber_id) subscriber_id, id, decision FROM contracts_standingdecision
    WHERE decision <> 'admitted' ORDER BY subscriber_id, at DESC, id DESC
) newest ON newest.subscriber_id = c.subscriber_id
LEFT JOIN contracts_standingdecision admitted
    ON admitted.decision = 'admitted' AND admitted.case_id = c.id AND admitted.id > newest.id
WHERE c.state = ANY(%s) AND c.suspended
    <> (newest.decision IS NOT NULL AND newest.decision = 'suspended' AND admitted.id IS NULL)
ORDER BY c.number
"""


@dataclass(slots=True)
class _Batch:
    """Some cases as stored, and their entries."""

    cases: Mapping[int, Case]
    entries: Mapping[int, Sequence[EntryView]]
    periods: dict[int, dict[Key, Period]] = field(default_factory=dict)
    escalations: dict[int, list[Escalation]] = field(default_factory=dict)
    messages: dict[int, dict[int, str]] = field(default_factory=dict)
    files: dict[int, dict[int, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Verification:
    """One run over the whole journal. The counts are complete once `run` is exhausted."""

    cases: int = 0
    periods: int = 0
    entries: int = 0

    def run(self) -> Iterator[Difference]:
        """Every difference between what is stored and what the journal gives, case by case; then the seals'.

        All of it is read from one snapshot, so a desk at work can be verified.
        """
        with _snapshot():
            terms = contracts.terms()
            self.entries = count_entries()
            after = 0
            while ids := _next(after):
                batch = _read(ids)
                for case_id in ids:
                    yield from self._case(case_id, batch, terms)
                yield from talk_differences(batch.cases, batch.entries)
                after = ids[-1]
            yield from _standing()
            yield from _slots()
            yield from _ledger()
            yield from _seals()

    def _case(self, case_id: int, batch: _Batch, terms: StoredTerms) -> Iterator[Difference]:
        self.cases += 1
        case, entries = batch.cases.get(case_id), batch.entries.get(case_id, ())
        self.periods += len(batch.periods.get(case_id, ()))
        if not entries or entries[0].kind != "case_opened":
            yield Difference(case.number if case else None, None, "case", case.number if case else None, None)
            return
        number = entries[0].data.get("number")
        if case is None:
            yield Difference(number, None, "case", None, number)
            return
        try:
            yield from _differences(case, entries, batch, terms)
        except (ValueError, LookupError, TypeError, ArithmeticError) as problem:
            # Whatever was done to the data, the run goes on to the next case.
            yield Difference(case.number, None, "journal", f"{type(problem).__name__}: {problem}", None)


def verify() -> Verified:
    """The whole comparison at once: counts and every difference."""
    run = Verification()
    found = tuple(run.run())
    return Verified(run.cases, run.periods, run.entries, found)


@contextmanager
def _snapshot() -> Iterator[None]:
    """One unchanging view of the database, read-only; inside a caller's transaction, that one's."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _next(after: int) -> list[int]:
    """The next ids with a case, or with entries of one."""
    stored = Case.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]
    return sorted({*stored, *subjects_after(kind="case", after=after, limit=BATCH)})[:BATCH]


def _read(ids: Sequence[int]) -> _Batch:
    """Everything about some cases, in one statement a table."""
    batch = _Batch(Case.objects.in_bulk(list(ids)), entries_by_subject(kind="case", ids=ids))
    for period in Period.objects.filter(case__in=ids):
        batch.periods.setdefault(period.case_id, {})[period.metric, period.number] = period
    for told in Escalation.objects.filter(case__in=ids).select_related("period"):
        batch.escalations.setdefault(told.case_id, []).append(told)
    with connection.cursor() as cursor:
        cursor.execute(_DIGESTS, [list(ids)])
        for case_id, message_id, digest in cursor.fetchall():
            batch.messages.setdefault(case_id, {})[message_id] = digest
        cursor.execute(_FILES, [list(ids)])
        for case_id, file_id, digest in cursor.fetchall():
            batch.files.setdefault(case_id, {})[file_id] = digest
    return batch


def _differences(case: Case, entries: Sequence[EntryView], batch: _Batch, terms: StoredTerms) -> Iterator[Difference]:
    if [entry.sequence for entry in entries] != list(range(1, len(entries) + 1)):
        yield Difference(case.number, None, "sequence", [entry.sequence for entry in entries][-1], len(entries))
    yield from _fixed(case, entries)
    yield from _texts(case, entries, batch.messages.get(case.pk, {}))
    yield from _files(case, entries, batch.files.get(case.pk, {}))
    clock, events = replayed(entries, terms, seen_until(entries)), events_of(entries)
    wanted = {**case_columns(clock, events, terms), "assignee_id": _assignee(entries)}
    yield from _compared(case.number, None, case, wanted)
    rows = batch.periods.get(case.pk, {})
    found = {_missed_key(entry): parse_instant(entry.data["found_at"]) for entry in entries if entry.kind == MISSED}
    columns = {
        period.key: {**period_columns(period, events, terms), "missed_recorded_at": found.get(period.key)}
        for period in clock.periods
    }
    for key, row in rows.items():
        if row.ladder is None and key in columns:  # written before there were ladders, and not touched since
            columns[key]["ladder"] = None
    yield from _periods(case.number, rows, columns)
    for period in clock.periods:
        if period.missed and period.key not in found:
            yield Difference(case.number, _name(period.key), "target_missed", None, plain(period.due))
    yield from ladder_differences(case.number, entries, batch.escalations.get(case.pk, []), rows, columns)


def _fixed(case: Case, entries: Sequence[EntryView]) -> Iterator[Difference]:
    """What never changes after filing."""
    opened = entries[0]
    wanted = {column: opened.data.get(name) for column, name in FIXED.items()}
    for entry in entries:
        if entry.kind == "case_adopted" and "contact" in entry.data:
            wanted["opened_by_id"] = entry.data["contact"]  # who took the case over
    yield from _compared(
        case.number, None, case, {**wanted, "received_at": opened.at, "subscriber_id": opened.subscriber_id}
    )


def _texts(case: Case, entries: Sequence[EntryView], stored: Mapping[int, str]) -> Iterator[Difference]:
    """Texts are kept outside the journal; their digests are in it."""
    if case_digest(case) != entries[0].data.get("sha256"):
        yield Difference(case.number, None, "text", case_digest(case), entries[0].data.get("sha256"))
    said = {e.data["message"]: e.data.get("sha256") for e in entries if e.data.get("message") is not None}
    for message_id in sorted(said.keys() | stored.keys()):
        if stored.get(message_id) != said.get(message_id):
            yield Difference(case.number, None, f"message {message_id}", stored.get(message_id), said.get(message_id))


def _files(case: Case, entries: Sequence[EntryView], stored: Mapping[int, str]) -> Iterator[Difference]:
    """Files that were added, taken away or changed."""
    sent = {each["file"]: each["sha256"] for entry in entries for each in entry.data.get("files", ())}
    for file_id in sorted(sent.keys() | stored.keys()):
        if stored.get(file_id) != sent.get(file_id):
            yield Difference(case.number, None, f"file {file_id}", stored.get(file_id), sent.get(file_id))


def _assignee(entries: Sequence[EntryView]) -> int | None:
    given = [entry.data.get("assignee") for entry in entries if entry.kind == "case_assigned"]
    return given[-1] if given else None


def _periods(number: int, rows: Mapping[Key, Period], wanted: Mapping[Key, Mapping[str, Any]]) -> Iterator[Difference]:
    for key in sorted(rows.keys() | wanted.keys()):
        row, columns = rows.get(key), wanted.get(key)
        if columns is None and row is not None:
            yield Difference(number, _name(key), "period", _short(row.started, row.due), None)
        elif row is None and columns is not None:
            yield Difference(number, _name(key), "period", None, _short(columns["started"], columns["due"]))
        elif row is not None and columns is not None:
            yield from _compared(number, _name(key), row, columns)


def _short(started: datetime, due: datetime | None) -> dict[str, Any]:
    return {"started": plain(started), "due": plain(due)}


def _compared(number: int, period: str | None, row: Any, wanted: Mapping[str, Any]) -> Iterator[Difference]:
    for column, value in wanted.items():
        stored = getattr(row, column)
        if stored != value:
            yield Difference(number, period, column, plain(stored), plain(value))


def _standing() -> Iterator[Difference]:
    """Facts and decisions are what the journal says, and open cases stand still exactly where support is suspended."""
    for what, stored, said in differing_records():
        yield Difference(None, None, what, stored, said)
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [list(LIVE)])
        for number, stored, decided in cursor.fetchall():
            yield Difference(number, None, "standing", stored, decided)


def _slots() -> Iterator[Difference]:
    """Contact slots are what their contracts' journal says."""
    for found in slot_differences():
        where = f"contract {found.reference}, slot {found.number}, {found.field}"
        yield Difference(None, None, where, found.stored, found.replayed)


def _ledger() -> Iterator[Difference]:
    """Lots are what their lines say, lines stand in the journal, contact places in their slots."""
    for found in verify_ledger():
        yield Difference(None, None, f"{found.where}, {found.field}", found.stored, found.replayed)


def _seals() -> Iterator[Difference]:
    for problem in verify_seals():
        what = {
            "problem": problem.kind,
            "seal": problem.seal_id,
            "entry": problem.entry_id,
            "subject": list(problem.subject) if problem.subject else None,
        }
        yield Difference(None, None, "seal", {name: value for name, value in what.items() if value is not None}, None)


def _missed_key(entry: EntryView) -> Key:
    return entry.data["metric"], entry.data["number"]


def _name(key: Key) -> str:
    return f"{key[0]} {key[1]}"


def plain(value: Any) -> Any:
    """A compared value as plain JSON: instants with their offset."""
    return value.isoformat() if isinstance(value, datetime) else value
