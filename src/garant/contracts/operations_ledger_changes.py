"""What a changed contract does to its allotments: other amounts, a longer or shorter term, other contact places."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum

from garant.contracts import ledger_writing as writing
from garant.contracts.ledger_rules import CONTACTS, allotment, included
from garant.contracts.ledger_writing import Book, What, hold_account
from garant.contracts.models import LedgerAccount, LedgerEntry, LedgerLot
from garant.contracts.operations_ledger_periods import RECURRING, follow_contacts, open_accounts
from garant.core.ledger import ZERO, Draw
from garant.core.people import Actor
from garant.journal.operations import append


def follow_amendment(*, by: Actor, contract_id: int, amendment: int, kind: str, ended: date) -> None:
    """Make the accounts of a contract fit what it says now, in the transaction of the amendment.

    `kind`: the amendment's; `ended`: the contract's last day before it. The running period gets the new package's
    amount: the difference is a correction, which takes away at most what is left. A changed `term` moves the end of
    what would have ended with it; a `renewal` begins a new period on the day after, when that day comes.
    """
    open_accounts(by=by, contract_id=contract_id)
    accounts = LedgerAccount.objects.filter(contract_id=contract_id).exclude(ledger=CONTACTS).order_by("pk")
    for account_id in list(accounts.values_list("pk", flat=True)):
        book = hold_account(account_id)
        if book is not None:
            if kind == "term":
                _move_end(book, by, ended)
            _fit_amount(book, What(by, f"amendment:{amendment}"))
            writing.write([book])
    follow_contacts(by=by, contract_id=contract_id)


def _move_end(book: Book, by: Actor, ended: date) -> None:
    """What ended with the contract ends with it again; a shorter term ends everything that would outlast it."""
    last = book.contract.ends_on
    for lot in list(book.lots.values()):
        if lot.ends is None or lot.starts > last or not (lot.ends == ended or lot.ends > last):
            continue
        LedgerLot.objects.filter(pk=lot.id).update(ends=last, warned_at=None)
        book.lots[lot.id] = writing.core_lot(LedgerLot.objects.get(pk=lot.id))
        data = {"ledger": book.account.ledger, "lot": lot.id, "ends": last.isoformat(), "before": lot.ends.isoformat()}
        append(subject=("ledger", book.account.pk), kind="allotment_end_moved", data=data, by=by, at=book.now,
               subscriber_id=book.account.subscriber_id)  # fmt: skip
    if book.account.next_on == ended + timedelta(days=1):
        book.account.next_on = book.account.anchor = last + timedelta(days=1)
        book.account.save(update_fields=["next_on", "anchor"])


def _fit_amount(book: Book, what: What) -> None:
    """The package's amount for the running period, whatever was corrected by hand beside it."""
    account = book.account
    if not account.period or book.today > book.contract.ends_on:
        return  # nothing is granted for a contract that has ended
    amount, unlimited = included(allotment(book.contract, account.ledger), book.contract)
    running = _running(book)
    if running is None:
        if account.next_on is not None and account.next_on <= book.today:
            return  # the next period has begun: it is granted whole, as every period is
        if amount > ZERO or unlimited:
            ends = account.next_on - timedelta(days=1) if account.next_on else None
            source = f"{account.period}:{book.today.isoformat()}"
            writing.grant(book, source, amount, book.today, ends, What(what.by), unlimited=unlimited)
        return
    lot = book.lots[running]
    if lot.unlimited or unlimited:
        return  # without limit for the rest of the period; the next one is granted by the new package
    difference = max(amount - _by_package(running), -lot.left)
    if difference != ZERO:
        writing.correct(book, Draw(running, difference), what)


def _running(book: Book) -> int | None:
    """The lot that the package granted for the running period; None when it granted nothing."""
    own = (*RECURRING, "once", "at_once")
    sources = LedgerLot.objects.filter(account=book.account).order_by("-pk").values_list("pk", "source")
    for lot_id, source in sources:
        if source.split(":")[0] in own and book.lots[lot_id].open_on(book.today):
            return int(lot_id)
    return None


def _by_package(lot_id: int) -> Decimal:
    """What packages gave to a lot so far: its grant and the corrections of earlier amendments."""
    lines = LedgerEntry.objects.filter(lot_id=lot_id)
    given = lines.filter(kind="grant") | lines.filter(kind="correct", booking__startswith="amendment:")
    return given.aggregate(sum=Sum("amount"))["sum"] or ZERO
