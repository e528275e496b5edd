"""What the ledger shows to the rest of the house: plain values, amounts as exact decimals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Booking:
    """How a booking stands: what it holds in reserve and what of it was used, by lot id.

    `new` False: this step was booked before and nothing was written.
    """

    contract_id: int
    ledger: str
    booking: str
    reserved: Decimal
    used: Decimal
    lots: tuple[int, ...]
    new: bool


@dataclass(frozen=True, slots=True)
class LotView:
    """One grant. `starts` and `ends` are local to the contract's zone, both inclusive; `ends` None: no end.

    `source`: what granted it (`term:2026-01-01`, `carry:12`, `pack:17`). `left` None: without limit.
    """

    id: int
    source: str
    granted: Decimal
    reserved: Decimal
    used: Decimal
    expired: Decimal
    left: Decimal | None
    starts: date
    ends: date | None


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant or a correction, and whether it was new. False: it stands in the ledger already."""

    contract_id: int
    ledger: str
    lot: LotView
    new: bool


@dataclass(frozen=True, slots=True)
class BalanceView:
    """An account on a day. `left` None: without limit. `until`: the day on which something of it ends first, None
    when nothing ends before the contract. `granted == reserved + used + expired + left` where there is a limit.

    `names`: the allotment's name by language, empty when the programme doesn't name it. `included` False: neither the
    package nor a grant gives any of it.
    """

    account_id: int
    contract_id: int
    reference: str
    subscriber_id: int
    subscriber: str
    ledger: str
    names: dict[str, str]
    period: str
    step: Decimal
    granted: Decimal
    reserved: Decimal
    used: Decimal
    expired: Decimal
    left: Decimal | None
    until: date | None
    contract_ends: date
    included: bool


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A line of a statement. `change` is what it did to what is left, 0 where it only used what was reserved before.
    `left` is what the account had left after it, None without limit. `by` is None for the desk itself."""

    id: int
    at: datetime
    kind: str
    amount: Decimal
    change: Decimal
    left: Decimal | None
    booking: str
    reason: str
    by: str | None
    lot: int
    source: str
    starts: date
    ends: date | None


#: The columns of an exported statement, see `export_row`.
EXPORTED = (
    "line", "at", "kind", "amount", "change", "left", "booking", "reason", "by", "lot", "source", "starts", "ends",
)  # fmt: skip


def export_row(line: StatementLine) -> tuple[str | int | Decimal | date | datetime | None, ...]:
    """A line of a statement in the order of EXPORTED; `left` is empty where there is no limit."""
    return (
        line.id, line.at, line.kind, line.amount, line.change, line.left, line.booking, line.reason, line.by, line.lot,
        line.source, line.starts, line.ends,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LedgerDifference:
    """Something stored that the ledger's lines (or the journal) do not give; either side None: absent there."""

    where: str
    field: str
    stored: Any
    replayed: Any
