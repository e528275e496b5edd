"""The ledger of everything countable: what was granted, what is reserved, used, expired, and what is left.

A *lot* is one grant with its own life (a term's services days, a pack of incidents). What is booked comes from the lots
that end first. Entries are the truth and lots are their fold; amounts are exact decimals. Rules 19, 23 and 32.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)
#: What is left of a lot without limit.
ENDLESS = Decimal("Infinity")
#: What an entry can say. `reserve`, `use` and `release` of one booking share its `booking`.
KINDS = ("grant", "reserve", "use", "release", "expire", "correct")


class LedgerError(ValueError):
    """An entry that the ledger can't hold: the message says which rule it breaks."""


class NotEnough(LedgerError):
    """More was asked than is left. `left` is what could be booked at most."""

    def __init__(self, asked: Decimal, left: Decimal) -> None:
        super().__init__(f"{asked} asked, {left} left")
        self.asked = asked
        self.left = left


@dataclass(frozen=True, slots=True)
class Lot:
    """One grant and what became of it. `starts` and `ends` are local dates, both inclusive; `ends` None: no end.

    `unlimited`: what is booked from it is counted and never runs out.
    """

    id: int
    granted: Decimal
    starts: date
    ends: date | None
    reserved: Decimal = ZERO
    used: Decimal = ZERO
    expired: Decimal = ZERO
    unlimited: bool = False

    @property
    def left(self) -> Decimal:
        """What can still be reserved: granted less reserved, used, expired. Never negative; ENDLESS without limit."""
        if self.unlimited:
            return ENDLESS
        return self.granted - self.reserved - self.used - self.expired

    def open_on(self, day: date) -> bool:
        """Whether something may be booked from it on `day`."""
        return self.starts <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger. `amount` is positive except for a correction; `booking` names what it is for."""

    kind: str
    lot: int
    amount: Decimal
    booking: str = ""
    starts: date | None = None
    ends: date | None = None
    unlimited: bool = False


@dataclass(frozen=True, slots=True)
class Draw:
    """What a booking takes from one lot."""

    lot: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Balance:
    """The sums of an account on a day: `granted == reserved + used + expired + left`, unless `left` is ENDLESS."""

    granted: Decimal
    reserved: Decimal
    used: Decimal
    expired: Decimal
    left: Decimal


def balance(lots: Iterable[Lot], day: date) -> Balance:
    """The balance of the lots that have begun by `day`; `left` counts only lots still open, the rest as expired."""
    granted = reserved = used = expired = left = ZERO
    for lot in lots:
        if lot.starts > day:
            continue
        granted += lot.granted
        reserved += lot.reserved
        used += lot.used
        expired += lot.expired
        if lot.open_on(day):
            left += lot.left
        elif not lot.unlimited:
            expired += lot.left
    return Balance(granted, reserved, used, expired, left)


def draws(lots: Sequence[Lot], amount: Decimal, day: date, step: Decimal = Decimal(1)) -> tuple[Draw, ...]:
    """Which lots pay for `amount` on `day`: those that end first, then those that began first, endless ones last.

    Raises LedgerError when the amount isn't a positive multiple of `step`, NotEnough when too little is left.
    """
    _whole_steps(amount, step)
    rest = amount
    taken: list[Draw] = []
    for lot in sorted(lots, key=lambda lot: (lot.unlimited, lot.ends or date.max, lot.starts, lot.id)):
        if rest == ZERO:
            break
        part = min(rest, lot.left) if lot.open_on(day) else ZERO
        if part > ZERO:
            taken.append(Draw(lot.id, part))
            rest -= part
    if rest > ZERO:
        raise NotEnough(amount, amount - rest)
    return tuple(taken)


def _whole_steps(amount: Decimal, step: Decimal) -> None:
    if not amount.is_finite() or amount <= ZERO:
        raise LedgerError(f"{amount} can't be booked: an amount is more than zero")
    if amount % step != ZERO:
        raise LedgerError(f"{amount} can't be booked: book in steps of {step}")


def fold(entries: Iterable[Entry]) -> dict[int, Lot]:
    """The lots after all entries, by id. Raises LedgerError for the first entry that no ledger could hold."""
    lots: dict[int, Lot] = {}
    for _entry, now in replayed(entries):
        lots[now.id] = now
    return lots


def replayed(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Lot]]:
    """Each entry in order with its lot as it stands after it. Raises LedgerError as `fold` does."""
    lots: dict[int, Lot] = {}
    booked: dict[tuple[str, int], Decimal] = {}
    for entry in entries:
        lots[entry.lot] = _after(lots.get(entry.lot), entry, booked)
        yield entry, lots[entry.lot]


def holdings(entries: Iterable[Entry], booking: str) -> Mapping[int, Decimal]:
    """What a booking holds in reserve in each lot after the entries; lots in which it holds nothing are absent."""
    held: dict[int, Decimal] = {}
    for entry in entries:
        if entry.booking != booking:
            continue
        before = held.get(entry.lot, ZERO)
        if entry.kind == "reserve":
            held[entry.lot] = before + entry.amount
        elif entry.kind in ("release", "use"):
            held[entry.lot] = before - min(before, entry.amount)
    return {lot: amount for lot, amount in held.items() if amount > ZERO}


def _after(lot: Lot | None, entry: Entry, booked: dict[tuple[str, int], Decimal]) -> Lot:
    if entry.kind == "grant":
        return _granted(lot, entry)
    if lot is None:
        raise LedgerError(f"{entry.kind} from lot {entry.lot}, which was never granted")
    if entry.kind == "correct":
        changed = replace(lot, granted=lot.granted + entry.amount)
    elif entry.amount <= ZERO:
        raise LedgerError(f"{entry.kind} of {entry.amount}: an amount is more than zero")
    else:
        changed = _moved(lot, entry, booked)
    if changed.left < ZERO or changed.granted < ZERO:
        raise LedgerError(f"{entry.kind} of {entry.amount} leaves lot {lot.id} with {changed.left}")
    return changed


def _granted(lot: Lot | None, entry: Entry) -> Lot:
    if lot is not None:
        raise LedgerError(f"lot {entry.lot} is granted twice")
    if entry.amount < ZERO or entry.starts is None:
        raise LedgerError(f"grant of {entry.amount}: a grant is not negative and says when it starts")
    if entry.ends is not None and entry.ends < entry.starts:
        raise LedgerError(f"grant of lot {entry.lot} ends before it starts")
    return Lot(entry.lot, entry.amount, entry.starts, entry.ends, unlimited=entry.unlimited)


def _moved(lot: Lot, entry: Entry, booked: dict[tuple[str, int], Decimal]) -> Lot:
    """A reservation, its use or release, or an expiry. What a use takes beyond its reservation is new."""
    key = (entry.booking, lot.id)
    held = booked.get(key, ZERO)
    if entry.kind == "reserve":
        booked[key] = held + entry.amount
        return replace(lot, reserved=lot.reserved + entry.amount)
    if entry.kind == "release":
        if entry.amount > held:
            raise LedgerError(f"release of {entry.amount}: booking {entry.booking!r} holds {held}")
        booked[key] = held - entry.amount
        return replace(lot, reserved=lot.reserved - entry.amount)
    if entry.kind == "use":
        kept = min(held, entry.amount)
        booked[key] = held - kept
        return replace(lot, reserved=lot.reserved - kept, used=lot.used + entry.amount)
    if entry.kind == "expire" and not lot.unlimited:
        return replace(lot, expired=lot.expired + entry.amount)
    raise LedgerError(f"unknown kind of entry: {entry.kind!r}")


def expiries(lots: Iterable[Lot], day: date, carry_over: Decimal = ZERO) -> tuple[tuple[Draw, Decimal], ...]:
    """What expires because its lot ended before `day`: each lot's rest, and how much of it passes into a new lot.

    Reservations stay with their lot: what is booked in time may be used later.
    """
    found: list[tuple[Draw, Decimal]] = []
    for lot in sorted(lots, key=lambda lot: lot.id):
        if lot.ends is not None and lot.ends < day and lot.left > ZERO and not lot.unlimited:
            found.append((Draw(lot.id, lot.left), min(lot.left, carry_over)))
    return tuple(found)


def ending(lots: Iterable[Lot], day: date, within_days: int) -> tuple[Lot, ...]:
    """Lots with something left that end within so many days of `day`: worth a warning before they expire."""
    return tuple(
        lot
        for lot in lots
        if lot.left > ZERO
        and not lot.unlimited
        and lot.open_on(day)
        and lot.ends
        and (lot.ends - day).days <= within_days
    )
