"""Is the ledger what its lines say, and do the lines stand in the journal? Compared account by account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from garant.contracts.ledger_rules import plain
from garant.contracts.ledger_writing import JOURNALLED, core_lot
from garant.contracts.models import ContactSlot, LedgerAccount, LedgerEntry, LedgerLot
from garant.contracts.views_ledger import LedgerDifference
from garant.core import ledger as law
from garant.core.ledger import Entry, LedgerError, Lot
from garant.journal.queries_replay import entries_by_subject
from garant.journal.views import EntryView

#: Accounts read at once.
BATCH = 500
_AMOUNTS = ("granted", "reserved", "used", "expired")


def verify_ledger() -> Iterator[LedgerDifference]:
    """Every difference between lots and lines, lines and journal, filled contact slots and their bookings."""
    after = 0
    while rows := list(LedgerAccount.objects.filter(pk__gt=after).select_related("contract").order_by("pk")[:BATCH]):
        ids = [row.pk for row in rows]
        journal = entries_by_subject(kind="ledger", ids=ids, only=tuple(JOURNALLED.values()))
        lines: dict[int, list[LedgerEntry]] = {}
        for line in LedgerEntry.objects.filter(account__in=ids).select_related("lot").order_by("pk"):
            lines.setdefault(line.account_id, []).append(line)
        lots: dict[int, list[LedgerLot]] = {}
        for lot in LedgerLot.objects.filter(account__in=ids).order_by("pk"):
            lots.setdefault(lot.account_id, []).append(lot)
        for row in rows:
            yield from _account(row, lots.get(row.pk, []), lines.get(row.pk, []), journal.get(row.pk, ()))
        after = ids[-1]


def _account(
    row: LedgerAccount, lots: Sequence[LedgerLot], lines: Sequence[LedgerEntry], journal: Sequence[EntryView]
) -> Iterator[LedgerDifference]:
    where = f"allotment {row.ledger} of contract {row.contract.reference}"
    yield from _journal(where, lines, journal)
    folded: dict[int, Lot] = {}
    try:
        for line, (_, lot) in zip(lines, law.replayed(_entry(line) for line in lines), strict=True):
            folded[lot.id] = lot
            left = _left(folded)
            if line.left_after != left:
                yield LedgerDifference(where, f"line {line.pk} left", _plain(line.left_after), _plain(left))
    except LedgerError as problem:
        yield LedgerDifference(where, "lines", str(problem), None)
        return
    yield from _lots(where, lots, dict(folded))
    if row.ledger == "contacts":
        yield from _contacts(where, row, folded)


def _entry(line: LedgerEntry) -> Entry:
    lot = line.lot
    return Entry(line.kind, line.lot_id, line.amount, line.booking, lot.starts, lot.ends, lot.unlimited)


def _left(lots: dict[int, Lot]) -> Decimal | None:
    total = sum((lot.left for lot in lots.values()), law.ZERO)
    return None if total == law.ENDLESS else total


def _lots(where: str, stored: Sequence[LedgerLot], folded: dict[int, Lot]) -> Iterator[LedgerDifference]:
    for row in stored:
        now, wanted = core_lot(row), folded.pop(row.pk, None)
        if wanted is None:
            yield LedgerDifference(where, f"lot {row.pk}", row.source, None)
            continue
        for name in _AMOUNTS:
            if getattr(now, name) != getattr(wanted, name):
                found = (_plain(getattr(now, name)), _plain(getattr(wanted, name)))
                yield LedgerDifference(where, f"lot {row.pk} {name}", *found)
    for lot in folded:
        yield LedgerDifference(where, f"lot {lot}", None, "lines")


def _journal(where: str, lines: Sequence[LedgerEntry], journal: Sequence[EntryView]) -> Iterator[LedgerDifference]:
    """Line by line: what was written into the ledger and what into the journal are the same facts in one order."""
    told = [(e.kind, e.data.get("lot"), e.data.get("amount"), e.data.get("booking"), e.data.get("piece"))
            for e in journal]  # fmt: skip
    kept = [(JOURNALLED[n.kind], n.lot_id, str(plain(n.amount)), n.booking, n.piece) for n in lines]
    for place in range(max(len(told), len(kept))):
        here = list(kept[place]) if place < len(kept) else None
        there = list(told[place]) if place < len(told) else None
        if here != there:
            yield LedgerDifference(where, f"line number {place + 1}", here, there)
            return


def _contacts(where: str, row: LedgerAccount, folded: dict[int, Lot]) -> Iterator[LedgerDifference]:
    filled = ContactSlot.objects.filter(contract_id=row.contract_id, person__isnull=False).count()
    reserved = sum((lot.reserved for lot in folded.values()), law.ZERO)
    if reserved != filled:
        yield LedgerDifference(where, "filled slots", filled, _plain(reserved))


def _plain(amount: Decimal | None) -> Any:
    return None if amount is None else str(plain(amount))
