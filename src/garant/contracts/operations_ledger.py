"""Booking what a contract allots: reserve, use, release; grants and corrections by hand.

Each call is one transaction, or joins its caller's. A booking has a name in its account (`session:12`); what is sent
twice under the same name, kind and `piece` happens once. The room that calls `reserve`, `use` and `release` decides who
may book there; what people do by hand (`record`, `grant`, `correct`) is decided by the table of rights.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from garant.contracts import ledger_writing as writing
from garant.contracts.ledger_rules import (
    CONTACTS,
    allotment,
    checked_key,
    checked_ledger,
    checked_reason,
    checked_source,
    exact,
    exhausted,
    in_steps,
    not_in_tier,
    plain,
)
from garant.contracts.ledger_writing import Book, What, booking_view, hold, lot_view
from garant.contracts.models import Contract, LedgerAccount, LedgerEntry, LedgerLot
from garant.contracts.operations_ledger_periods import follow_contacts, ledger_housekeeping, open_accounts
from garant.contracts.packages import check_days
from garant.contracts.views_ledger import Booking, Grant, LotView
from garant.core.ledger import ZERO, Draw, NotEnough, draws
from garant.core.people import Actor
from garant.core.refusals import NotFound, Refusal
from garant.directory.operations import require

__all__ = [
    "correct",
    "follow_contacts",
    "grant",
    "ledger_housekeeping",
    "open_accounts",
    "record",
    "release",
    "reserve",
    "use",
]

#: What is done by hand, and its act in the table of rights.
RECORDED = {"reserve": "book_allotment", "use": "use_allotment", "release": "use_allotment"}

Amount = Decimal | int | str


@transaction.atomic
def reserve(
    *,
    by: Actor,
    contract_id: int,
    ledger: str,
    amount: Amount,
    booking: str,
    piece: str = "",
    on: date | None = None,
    reason: str = "",
) -> Booking:
    """Hold an amount for a booking, out of the lots open on the local day `on` (None: today), those that end first.

    Refuses `quota_exhausted` (values: asked, remaining), `not_in_tier`, `not_in_steps`, `contract_not_running` on
    that day, and `booking_differs` for a step that was booked with another amount. Raises NotFound for an unknown
    contract. `piece` names a further step of the same booking.
    """
    asked = exact(amount)
    book, what = _opened(contract_id, ledger), What(by, checked_key(booking), piece, reason)
    if _done(book, "reserve", what, asked):
        return booking_view(book, booking, new=False)
    writing.reserve(book, _drawn(book, asked, on), what)
    writing.write([book])
    return booking_view(book, booking, new=True)


@transaction.atomic
def use(
    *,
    by: Actor,
    contract_id: int,
    ledger: str,
    booking: str,
    amount: Amount | None = None,
    piece: str = "",
    on: date | None = None,
    reason: str = "",
) -> Booking:
    """Use what a booking holds (`amount` None: all of it); what goes beyond that is drawn anew, as by `reserve`.

    Also without a reservation. A rest stays reserved until it is used as another `piece`, or released. Refuses as
    `reserve` does, and `nothing_reserved` when no amount is given and nothing is held.
    """
    asked = None if amount is None else exact(amount)
    book, what = _opened(contract_id, ledger), What(by, checked_key(booking), piece, reason)
    if _done(book, "use", what, asked):
        return booking_view(book, booking, new=False)
    held = writing.held_by(writing.lines_of(book, booking), booking)
    kept = _part(book, booking, held, asked)
    rest = ZERO if asked is None else asked - sum((draw.amount for draw in kept), ZERO)
    writing.use(book, kept, _drawn(book, rest, on) if rest > ZERO else (), what)
    writing.write([book])
    return booking_view(book, booking, new=True)


@transaction.atomic
def release(
    *,
    by: Actor,
    contract_id: int,
    ledger: str,
    booking: str,
    amount: Amount | None = None,
    piece: str = "",
    reason: str = "",
) -> Booking:
    """Give back what a booking holds (`amount` None: all of it). Refuses `nothing_reserved` for more than it holds."""
    asked = None if amount is None else exact(amount)
    book, what = _opened(contract_id, ledger), What(by, checked_key(booking), piece, reason)
    if _done(book, "release", what, asked):
        return booking_view(book, booking, new=False)
    held = writing.held_by(writing.lines_of(book, booking), booking)
    given = _part(book, booking, held, asked)
    if asked is not None and sum((draw.amount for draw in given), ZERO) < asked:
        raise _nothing_reserved(booking, held)
    writing.release(book, given, what)
    writing.write([book])
    return booking_view(book, booking, new=True)


@transaction.atomic
def record(
    *,
    by: Actor,
    kind: str,
    contract_id: int,
    ledger: str,
    amount: Amount,
    booking: str,
    piece: str = "",
    on: date | None = None,
    reason: str = "",
) -> Booking:
    """Reserve, use or release (`kind`) by hand, as the table of rights allows; otherwise as the operation of that name.

    Contacts aren't booked by hand: their account follows the numbered slots.
    """
    require(by, RECORDED[kind], _subscriber_of(contract_id))
    _by_hand(ledger)
    if kind == "release":
        return release(
            by=by, contract_id=contract_id, ledger=ledger, amount=amount, booking=booking, piece=piece, reason=reason
        )
    act = reserve if kind == "reserve" else use
    return act(
        by=by, contract_id=contract_id, ledger=ledger, amount=amount, booking=booking, piece=piece, on=on, reason=reason
    )


@transaction.atomic
def grant(
    *,
    by: Actor,
    contract_id: int,
    ledger: str,
    amount: Amount,
    source: str,
    reason: str,
    starts: date | None = None,
    ends: date | None = None,
    step: Decimal | None = None,
) -> Grant:
    """Grant a pack by hand: a lot of its own, from `starts` (None: today) to `ends` (None: no end of its own).

    `source` names it once in its account (`pack:17`); sent again, nothing happens. `step` counts only when the
    account is new. Refuses a missing reason, dates the wrong way round, a source that granted another amount.
    """
    require(by, "grant_allotment", _subscriber_of(contract_id))
    _by_hand(ledger)
    asked, text = exact(amount), checked_reason(reason)
    book = hold(contract_id, checked_ledger(ledger)) or _new_account(contract_id, ledger, step)
    found = LedgerLot.objects.filter(account=book.account, source=checked_source(source)).first()
    if found is not None:
        return _granted_before(book, found, asked)
    in_steps(asked, book.account.step)
    begins = starts or book.today
    check_days(begins, *([ends] if ends is not None else []))
    if ends is not None and ends < max(begins, book.today):
        values = {"starts_on": begins.isoformat(), "ends_on": ends.isoformat()}
        raise Refusal("grant_backwards", "a_grant_can_be_booked", "check_dates", values)
    lot = writing.grant(book, source, asked, begins, ends, What(by, reason=text))
    writing.write([book])
    return Grant(contract_id, ledger, lot_view(lot, source), True)


@transaction.atomic
def correct(
    *, by: Actor, contract_id: int, ledger: str, amount: Amount, reason: str, key: str, lot: int | None = None
) -> Grant:
    """Correct what was granted, up or down. `lot` None: the open lot that ends first and covers it.

    `key` names the correction once in its account. Refuses `correction_too_large` when less is left than it takes
    away, and a missing reason.
    """
    require(by, "correct_allotment", _subscriber_of(contract_id))
    _by_hand(ledger)
    asked, text = exact(amount, signed=True), checked_reason(reason)
    book, what = _opened(contract_id, ledger), What(by, checked_key(key), reason=text)
    done = LedgerEntry.objects.filter(account=book.account, booking=key, kind="correct").first()
    if done is not None:
        if done.amount != asked:
            raise _differs(key, done.amount)
        return Grant(contract_id, ledger, _shown(book, done.lot_id), False)
    in_steps(abs(asked), book.account.step)
    writing.correct(book, Draw(_to_correct(book, asked, lot), asked), what)
    written = book.lines[-1].lot_id
    writing.write([book])
    return Grant(contract_id, ledger, _shown(book, written), True)


def _opened(contract_id: int, ledger: str) -> Book:
    """The account held by lock. Refuses what the contract doesn't include."""
    book = hold(contract_id, checked_ledger(ledger))
    if book is None:
        _subscriber_of(contract_id)
        raise not_in_tier(ledger)
    return book


def _subscriber_of(contract_id: int) -> int:
    found = Contract.objects.filter(pk=contract_id).values_list("subscriber_id", flat=True).first()
    if found is None:
        raise NotFound("contract")
    return found


def _by_hand(ledger: str) -> None:
    if ledger == CONTACTS:
        raise Refusal("contacts_follow_slots", "contacts_up_to_allotment", "change_slots", {})


def _new_account(contract_id: int, ledger: str, step: Decimal | None) -> Book:
    """The account of something that the package doesn't name. Two that make it at once end up with the same one."""
    contract = Contract.objects.select_related("package_version").filter(pk=contract_id).first()
    if contract is None:
        raise NotFound("contract")
    known = allotment(contract, ledger)
    account = LedgerAccount(
        contract=contract, subscriber_id=contract.subscriber_id, ledger=ledger,
        step=step or (known.step if known else Decimal(1)),
    )  # fmt: skip
    LedgerAccount.objects.bulk_create([account], ignore_conflicts=True)
    return _opened(contract_id, ledger)


def _drawn(book: Book, asked: Decimal, on: date | None) -> Sequence[Draw]:
    """Which lots pay for it. Refuses what the steps, the contract's term or the rest don't allow."""
    in_steps(asked, book.account.step)
    day = on or book.today
    if not any(lot.granted > ZERO or lot.unlimited for lot in book.lots.values()):
        raise not_in_tier(book.account.ledger)
    if not book.contract.starts_on <= day <= book.contract.ends_on:
        values = {"on": day.isoformat(), "ends_on": book.contract.ends_on.isoformat()}
        raise Refusal("contract_not_running", "support_needs_a_contract", "renew_contract", values)
    try:
        return draws(tuple(book.lots.values()), asked, day, book.account.step)
    except NotEnough as problem:
        raise exhausted(book.account.ledger, asked, problem.left) from None


def _done(book: Book, kind: str, what: What, asked: Decimal | None) -> bool:
    """Whether this step was booked before. Refuses the same step with another amount."""
    if len(what.piece) > 40 or not what.piece.isprintable():
        raise Refusal("booking_unnamed", "bookings_have_names", "name_booking", {"longest": 40})
    rows = LedgerEntry.objects.filter(account=book.account, booking=what.booking, kind=kind, piece=what.piece)
    amounts = list(rows.values_list("amount", flat=True))
    if amounts and asked is not None and sum(amounts, ZERO) != asked:
        raise _differs(what.booking, sum(amounts, ZERO))
    return bool(amounts)


def _differs(booking: str, before: Decimal) -> Refusal:
    values = {"booking": booking, "before": plain(before)}
    return Refusal("booking_differs", "one_booking_one_amount", "name_booking_anew", values)


def _part(book: Book, booking: str, held: Sequence[Draw], asked: Decimal | None) -> tuple[Draw, ...]:
    """As much of what is held as is asked, of the lots that end first."""
    if asked is None:
        if not held:
            raise _nothing_reserved(booking, held)
        return tuple(held)
    in_steps(asked, book.account.step)
    rest, parts = asked, []
    for draw in sorted(held, key=lambda draw: (book.lots[draw.lot].ends or date.max, draw.lot)):
        amount = min(rest, draw.amount)
        if amount > ZERO:
            parts.append(Draw(draw.lot, amount))
            rest -= amount
    return tuple(parts)


def _nothing_reserved(booking: str, held: Sequence[Draw]) -> Refusal:
    values = {"booking": booking, "reserved": plain(sum((draw.amount for draw in held), ZERO))}
    return Refusal("nothing_reserved", "released_up_to_reserved", "check_booking", values)


def _granted_before(book: Book, row: LedgerLot, asked: Decimal) -> Grant:
    first = LedgerEntry.objects.get(lot=row, kind="grant").amount
    if first != asked:
        raise _differs(row.source, first)
    return Grant(book.contract.pk, book.account.ledger, lot_view(book.lots[row.pk], row.source), False)


def _shown(book: Book, lot_id: int) -> LotView:
    return lot_view(book.lots[lot_id], LedgerLot.objects.values_list("source", flat=True).get(pk=lot_id))


def _to_correct(book: Book, asked: Decimal, wanted: int | None) -> int:
    """The lot that a correction changes."""
    lots = [lot for lot in book.lots.values() if not lot.unlimited and (wanted is None or lot.id == wanted)]
    lots = [lot for lot in lots if wanted is not None or lot.open_on(book.today)]
    lots.sort(key=lambda lot: (lot.ends or date.max, lot.starts, lot.id))
    if not lots:
        raise Refusal("nothing_to_correct", "corrections_change_a_grant", "grant_instead", {})
    covering = [lot for lot in lots if lot.left + asked >= ZERO]
    if not covering:
        values = {"asked": plain(asked), "remaining": plain(max(lot.left for lot in lots))}
        raise Refusal("correction_too_large", "never_below_zero", "release_first", values)
    return covering[0].id
