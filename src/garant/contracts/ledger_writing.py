"""Writing to an account: held by its row's lock, its lots changed only where they cover it, every line journalled.

Locks are always taken in one order: the contract where an act needs it, the account, its lots by id, the journal.
The lock makes the answer right; the conditional update and the table's checks keep a lot at or above zero even where
somebody forgets it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F, Q, QuerySet

from garant.contracts.ledger_rules import TOO_LARGE, exhausted, plain
from garant.contracts.models import Contract, LedgerAccount, LedgerEntry, LedgerLot
from garant.contracts.views_ledger import Booking, LotView
from garant.core.ledger import ZERO, Draw, Entry, Lot, holdings
from garant.core.people import Actor
from garant.core.refusals import Refusal
from garant.core.zones import zone
from garant.journal.operations import append_all, database_now
from garant.journal.views import NewEntry

#: What each kind of line is called in the journal.
JOURNALLED = {
    "grant": "allotment_granted",
    "reserve": "allotment_reserved",
    "use": "allotment_used",
    "release": "allotment_released",
    "expire": "allotment_expired",
    "correct": "allotment_corrected",
}


@dataclass
class Book:
    """An account held by lock, its lots as they are, and the lines about to be written."""

    account: LedgerAccount
    contract: Contract
    now: datetime
    lots: dict[int, Lot]
    lines: list[LedgerEntry] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The local date where the contract was made."""
        return self.now.astimezone(zone(self.contract.zone)).date()

    @property
    def left(self) -> Decimal | None:
        """What the whole account has left, ended lots that have not expired yet included; None without limit."""
        if any(lot.unlimited for lot in self.lots.values()):
            return None
        return sum((lot.left for lot in self.lots.values()), ZERO)


@dataclass(frozen=True, slots=True)
class What:
    """What a line is for, and by whom."""

    by: Actor
    booking: str = ""
    piece: str = ""
    reason: str = ""


def core_lot(row: LedgerLot) -> Lot:
    """A stored lot as the law's value."""
    # Fresh from a create the defaults are still plain zeros.
    amounts = (Decimal(row.reserved), Decimal(row.used), Decimal(row.expired))
    return Lot(row.pk, row.granted, row.starts, row.ends, *amounts, unlimited=row.unlimited)


def lot_view(lot: Lot, source: str) -> LotView:
    """A lot as a plain value for doors."""
    left = None if lot.unlimited else plain(lot.left)
    amounts = (plain(lot.granted), plain(lot.reserved), plain(lot.used), plain(lot.expired))
    return LotView(lot.id, source, *amounts, left, lot.starts, lot.ends)


def _locking(rows: QuerySet[LedgerAccount]) -> QuerySet[LedgerAccount]:
    # One booking of an account at a time; a test takes the lock away to see the checks alone at work.
    return rows.select_for_update(of=("self",))


def hold(contract_id: int, ledger: str) -> Book | None:
    """The account, held until the transaction ends; None when the contract has no such account."""
    rows = LedgerAccount.objects.filter(contract_id=contract_id, ledger=ledger)
    return _book(rows)


def hold_account(account_id: int) -> Book | None:
    """The account with this id, held until the transaction ends."""
    return _book(LedgerAccount.objects.filter(pk=account_id))


def _book(rows: QuerySet[LedgerAccount]) -> Book | None:
    account = _locking(rows.select_related("contract__package_version")).first()
    if account is None:
        return None
    # Read after the lock: what the one before wrote is seen.
    lots = LedgerLot.objects.filter(account=account).order_by("pk")
    return Book(account, account.contract, database_now(), {row.pk: core_lot(row) for row in lots})


def lines_of(book: Book, booking: str) -> list[LedgerEntry]:
    """The lines of one booking, in order."""
    return list(LedgerEntry.objects.filter(account=book.account, booking=booking).order_by("pk"))


def held_by(lines: Sequence[LedgerEntry], booking: str) -> tuple[Draw, ...]:
    """What a booking holds in reserve, by lot."""
    entries = (Entry(line.kind, line.lot_id, line.amount, line.booking) for line in lines)
    return tuple(Draw(lot, amount) for lot, amount in sorted(holdings(entries, booking).items()))


def booking_view(book: Book, booking: str, *, new: bool) -> Booking:
    """How a booking stands now."""
    lines = lines_of(book, booking)
    held = held_by(lines, booking)
    used = [line for line in lines if line.kind == "use"]
    lots = sorted({*(draw.lot for draw in held), *(line.lot_id for line in used)})
    return Booking(
        book.contract.pk,
        book.account.ledger,
        booking,
        plain(sum((draw.amount for draw in held), ZERO)),
        plain(sum((line.amount for line in used), ZERO)),
        tuple(lots),
        new,
    )


def reserve(book: Book, draws: Sequence[Draw], what: What) -> None:
    """Hold these parts of the lots."""
    for draw in _ordered(draws):
        _change(book, draw.lot, needs=draw.amount, reserved=draw.amount)
        _line(book, "reserve", draw, what)


def release(book: Book, draws: Sequence[Draw], what: What) -> None:
    """Give these parts of a reservation back."""
    for draw in _ordered(draws):
        _change(book, draw.lot, reserved=-draw.amount)
        _line(book, "release", draw, what)


def use(book: Book, kept: Sequence[Draw], fresh: Sequence[Draw], what: What) -> None:
    """Use what a booking holds (`kept`) and what it takes beyond that (`fresh`): one line for each lot."""
    amounts: dict[int, tuple[Decimal, Decimal]] = {}
    for draw in kept:
        amounts[draw.lot] = (draw.amount, ZERO)
    for draw in fresh:
        amounts[draw.lot] = (amounts.get(draw.lot, (ZERO, ZERO))[0], draw.amount)
    for lot, (held, more) in sorted(amounts.items()):
        _change(book, lot, needs=more, reserved=-held, used=held + more)
        _line(book, "use", Draw(lot, held + more), what)


def expire(book: Book, draw: Draw, what: What) -> None:
    """Let the rest of a lot expire."""
    _change(book, draw.lot, needs=draw.amount, expired=draw.amount)
    _line(book, "expire", draw, what)


def correct(book: Book, draw: Draw, what: What) -> None:
    """Change what a lot granted, up or down. Refuses what would make the account's total too large to be kept."""
    _check_total(book, draw.amount)
    _change(book, draw.lot, needs=max(-draw.amount, ZERO), granted=draw.amount)
    _line(book, "correct", draw, what)


def _check_total(book: Book, more: Decimal) -> None:
    total = sum((lot.granted for lot in book.lots.values()), ZERO) + more
    if total >= TOO_LARGE:
        values = {"asked": plain(more), "largest": plain(TOO_LARGE - 1)}
        raise Refusal("amount_too_large", "totals_have_a_limit", "check_amount", values)


def grant(
    book: Book,
    source: str,
    amount: Decimal,
    starts: date,
    ends: date | None,
    what: What,
    *,
    unlimited: bool = False,
) -> Lot:
    """A new lot of the account. Refuses what would make its total too large to be kept."""
    _check_total(book, amount)
    row = LedgerLot.objects.create(
        account=book.account, subscriber_id=book.account.subscriber_id, source=source, granted=amount, starts=starts,
        ends=ends, unlimited=unlimited,
    )  # fmt: skip
    book.lots[row.pk] = core_lot(row)
    _line(book, "grant", Draw(row.pk, amount), what)
    return book.lots[row.pk]


def _ordered(draws: Sequence[Draw]) -> list[Draw]:
    """Lots by id: two acts that touch the same lots take their row locks in one order."""
    return sorted(draws, key=lambda draw: draw.lot)


def _covering(lot_id: int, needs: Decimal) -> Q:
    """The lot, where it has as much left as the change needs."""
    taken = F("reserved") + F("used") + F("expired") + needs
    return Q(pk=lot_id) & (Q(unlimited=True) | Q(granted__gte=taken))


def _change(book: Book, lot_id: int, *, needs: Decimal = ZERO, **moves: Decimal) -> None:
    """Move amounts of a lot, where it covers them; otherwise nothing is written."""
    changes = {name: F(name) + amount for name, amount in moves.items()}
    if not LedgerLot.objects.filter(_covering(lot_id, needs)).update(**changes):
        raise exhausted(book.account.ledger, needs, book.lots[lot_id].left)
    lot = book.lots[lot_id]
    book.lots[lot_id] = replace(lot, **{name: getattr(lot, name) + amount for name, amount in moves.items()})


def _line(book: Book, kind: str, draw: Draw, what: What) -> None:
    same = [line for line in book.lines if (line.kind, line.booking, line.piece) == (kind, what.booking, what.piece)]
    book.lines.append(
        LedgerEntry(
            account=book.account,
            subscriber_id=book.account.subscriber_id,
            lot_id=draw.lot,
            kind=kind,
            amount=draw.amount,
            booking=what.booking,
            piece=what.piece,
            part=len(same) + 1,
            left_after=book.left,
            reason=what.reason,
            actor_kind=what.by.kind,
            actor_id=what.by.id,
            at=book.now,
        )
    )


def write(books: Sequence[Book]) -> None:
    """Write the lines of some accounts, and the same into the journal."""
    lines = [line for book in books for line in book.lines]
    LedgerEntry.objects.bulk_create(lines)
    append_all([_fact(line) for line in lines])
    for book in books:
        book.lines.clear()


def _fact(line: LedgerEntry) -> NewEntry:
    data = {
        "ledger": line.account.ledger,
        "contract": line.account.contract_id,
        "lot": line.lot_id,
        "amount": str(plain(line.amount)),
        "booking": line.booking,
        "piece": line.piece,
    }
    return NewEntry(
        subject=("ledger", line.account_id), kind=JOURNALLED[line.kind], data=data,
        by=Actor(line.actor_kind, line.actor_id), at=line.at, subscriber_id=line.subscriber_id,
    )  # fmt: skip
