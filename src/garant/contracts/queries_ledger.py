"""Reading allotments: what is granted, booked, used and left, and the statement of an account. Scoped by who looks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from django.db.models import QuerySet

from garant.contracts.ledger_rules import CONTACTS, allotment, plain
from garant.contracts.ledger_writing import core_lot, lot_view
from garant.contracts.models import LedgerAccount, LedgerEntry, LedgerLot
from garant.contracts.queries_ledger_verifying import verify_ledger
from garant.contracts.views_ledger import BalanceView, LotView, StatementLine
from garant.core import ledger as law
from garant.core.ledger import Lot
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.core.zones import zone
from garant.directory.queries import names
from garant.journal.operations import database_now
from garant.kit.pages import Page, bounded, marks, page

__all__ = ["READERS", "accounts", "balance", "balances", "lots", "statement", "statement_lines", "verify_ledger"]

#: Who of a subscriber reads its allotments. Learners see what they learn, not what was bought.
READERS = frozenset({"contact", "administrator", "viewer", "executive"})


def balance(*, viewer: Viewer, contract_id: int, ledger: str, on: date | None = None) -> BalanceView:
    """One account on a local day (None: today). Raises NotFound outside what the viewer may read."""
    row = _account(viewer, contract_id, ledger)
    return _views([row], database_now(), on)[0]


def balances(*, viewer: Viewer, contract_id: int | None = None, subscriber_id: int | None = None) -> list[BalanceView]:
    """The accounts of a contract, or of all contracts of a subscriber, today; those it includes nothing of come too.

    Empty outside what the viewer may read.
    """
    rows = _accounts_of(viewer)
    if contract_id is not None:
        rows = rows.filter(contract_id=contract_id)
    if subscriber_id is not None:
        rows = rows.filter(subscriber_id=subscriber_id)
    return _views(list(rows.order_by("-contract__ends_on", "contract_id", "pk")[:200]), database_now(), None)


def accounts(*, viewer: Viewer, after: str | None = None, limit: int = 50) -> Page[BalanceView]:
    """Accounts in the order in which they were opened, newest first, with their balance today."""
    limit = bounded(limit)
    rows = _accounts_of(viewer)
    mark = marks("accounts", after, 1)
    if mark is not None:
        rows = rows.filter(pk__lt=cast(int, mark[0]))
    found = _views(list(rows.order_by("-pk")[: limit + 1]), database_now(), None)
    return page("accounts", found, limit, lambda row: (row.account_id,))


def lots(*, viewer: Viewer, contract_id: int, ledger: str) -> list[LotView]:
    """The grants of an account, the oldest first. Raises NotFound outside what the viewer may read."""
    account = _account(viewer, contract_id, ledger)
    return [lot_view(core_lot(row), row.source) for row in account.lots.order_by("pk")]


def statement(
    *, viewer: Viewer, contract_id: int, ledger: str, after: str | None = None, limit: int = 50
) -> Page[StatementLine]:
    """The lines of an account, newest first. Raises NotFound outside what the viewer may read."""
    limit = bounded(limit)
    account = _account(viewer, contract_id, ledger)
    place = f"statement:{account.pk}"
    mark = marks(place, after, 1)
    found = _lines(account, None if mark is None else cast(int, mark[0]), limit + 1)
    return page(place, found, limit, lambda row: (row.id,))


def statement_lines(*, viewer: Viewer, contract_id: int, ledger: str) -> Iterator[StatementLine]:
    """Every line of an account, newest first, read in parts: for an export of any length. Raises NotFound at once."""
    return _all_lines(_account(viewer, contract_id, ledger))


def _all_lines(account: LedgerAccount) -> Iterator[StatementLine]:
    before: int | None = None
    while found := _lines(account, before, 500):
        yield from found
        before = found[-1].id


def _lines(account: LedgerAccount, before: int | None, limit: int) -> list[StatementLine]:
    rows = LedgerEntry.objects.filter(account=account).select_related("lot").order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[:limit])
    people = names({row.actor_id for row in found if row.actor_id is not None})
    kept = _kept(account, {row.booking for row in found if row.kind == "use"})
    return [_line(row, people.get(row.actor_id or 0), kept.get(row.pk, law.ZERO)) for row in found]


def _kept(account: LedgerAccount, bookings: Collection[str]) -> dict[int, Decimal]:
    """For each use of some bookings, how much of it had been reserved before: that part doesn't change what is left."""
    rows = LedgerEntry.objects.filter(account=account, booking__in=bookings).order_by("pk")
    held: dict[tuple[str, int], Decimal] = {}
    found = {}
    for row in rows:
        key = (row.booking, row.lot_id)
        before = held.get(key, law.ZERO)
        if row.kind == "reserve":
            held[key] = before + row.amount
        elif row.kind in ("release", "use"):
            found[row.pk] = min(before, row.amount)
            held[key] = before - found[row.pk]
    return found


def _line(row: LedgerEntry, name: str | None, kept: Decimal) -> StatementLine:
    changes = {"reserve": -row.amount, "expire": -row.amount, "use": kept - row.amount}.get(row.kind, row.amount)
    left = None if row.left_after is None else plain(row.left_after)
    lot = row.lot
    return StatementLine(
        row.pk, row.at, row.kind, plain(row.amount), plain(changes), left, row.booking, row.reason, name, row.lot_id,
        lot.source, lot.starts, lot.ends,
    )  # fmt: skip


def _accounts_of(viewer: Viewer) -> QuerySet[LedgerAccount]:
    rows = LedgerAccount.objects.select_related("contract__package_version", "subscriber")
    if viewer.is_staff:
        return rows
    own = [subscriber for subscriber, roles in viewer.subscriber_roles.items() if roles & READERS]
    return rows.filter(subscriber_id__in=own)


def _account(viewer: Viewer, contract_id: int, ledger: str) -> LedgerAccount:
    found = _accounts_of(viewer).filter(contract_id=contract_id, ledger=ledger).first()
    if found is None:
        raise NotFound("ledger account")
    return found


def _views(rows: Sequence[LedgerAccount], now: datetime, on: date | None) -> list[BalanceView]:
    """Accounts with their sums, their lots read in one statement."""
    by_account: dict[int, list[Lot]] = {}
    for row in LedgerLot.objects.filter(account__in=[row.pk for row in rows]).order_by("pk"):
        by_account.setdefault(row.account_id, []).append(core_lot(row))
    return [
        _view(row, by_account.get(row.pk, []), on or now.astimezone(zone(row.contract.zone)).date()) for row in rows
    ]


def _view(row: LedgerAccount, lots: Sequence[Lot], day: date) -> BalanceView:
    if row.ledger == CONTACTS:
        # A limit that came or went left the places of before behind, in a lot of the other kind.
        lots = [lot for lot in lots if lot.unlimited == (row.contract.contact_limit is None)]
    sums = law.balance(lots, day)
    named = allotment(row.contract, row.ledger)
    ends = [lot.ends for lot in lots if lot.open_on(day) and lot.ends is not None and lot.left > law.ZERO]
    running = row.contract.starts_on <= day <= row.contract.ends_on
    left = sums.left if running or row.ledger == CONTACTS else law.ZERO
    return BalanceView(
        account_id=row.pk,
        contract_id=row.contract_id,
        reference=row.contract.reference,
        subscriber_id=row.subscriber_id,
        subscriber=row.subscriber.name,
        ledger=row.ledger,
        names=dict(named.name) if named else {},
        period=row.period,
        step=plain(row.step),
        granted=plain(sums.granted),
        reserved=plain(sums.reserved),
        used=plain(sums.used),
        expired=plain(sums.expired),
        left=None if left == law.ENDLESS else plain(left),
        until=min(ends, default=None),
        contract_ends=row.contract.ends_on,
        included=any(lot.unlimited or lot.granted > law.ZERO for lot in lots),
    )
