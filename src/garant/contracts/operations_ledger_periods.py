"""What the desk does with allotments by itself: grants each period, lets it end with its carry-over, warns before.

Everything is found by an index on its day and done under the account's lock, so that it can run as often as it likes:
a period is granted once, what ended expires once, each lot is warned of once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F, QuerySet

from garant.contracts import ledger_writing as writing
from garant.contracts.ledger_rules import CONTACTS, allotment, allotments_of, included, plain, representable
from garant.contracts.ledger_writing import Book, What, hold, hold_account
from garant.contracts.models import ContactSlot, Contract, LedgerAccount, LedgerEntry, LedgerLot
from garant.core.allotments import EARLIEST_WARNING, warning_days, window
from garant.core.ledger import ZERO, Draw, Lot, expiries
from garant.core.people import SYSTEM, Actor, Viewer
from garant.core.programmes import said
from garant.core.refusals import Refusal
from garant.core.zones import zone
from garant.directory.queries import people_of
from garant.journal.operations import append, database_now
from garant.journal.operations_notices import NewNotice, put_notices
from garant.kit.each import each_alone

#: Accounts looked at in one sweep at most; the next sweep takes the rest.
BATCH = 1000
#: Who of a subscriber hears that something ends.
TOLD = frozenset({"contact", "administrator"})
#: Periods that are granted again and carry over; packs and what is granted once are not.
RECURRING = ("term", "year", "quarter", "month")


@transaction.atomic
def open_accounts(*, by: Actor, contract_id: int) -> int:
    """An account for each allotment of the contract's package, with what its periods granted so far; how many are new.

    Called when a contract is signed; again, it changes nothing.
    """
    contract = Contract.objects.select_for_update(of=("self",)).select_related("package_version").get(pk=contract_id)
    known = set(LedgerAccount.objects.filter(contract=contract).values_list("ledger", flat=True))
    wanted = [one for one in allotments_of(contract) if one.ledger not in known]
    for one in wanted:
        if not representable((one.step, one.carry_over, one.amount or ZERO)):
            raise Refusal("amount_not_countable", "amounts_are_exact", "check_amount", {"asked": plain(one.step)})
    accounts = LedgerAccount.objects.bulk_create(
        LedgerAccount(
            contract=contract,
            subscriber_id=contract.subscriber_id,
            ledger=one.ledger,
            step=one.step,
            carry_over=one.carry_over,
            period="at_once" if one.ledger == CONTACTS else one.period,
            next_on=contract.starts_on,
            anchor=contract.starts_on,
        )
        for one in wanted
    )
    for account in accounts:
        _kept(account.pk, by, None)
    if CONTACTS in {account.ledger for account in accounts}:
        follow_contacts(by=by, contract_id=contract_id)
    return len(accounts)


@transaction.atomic
def follow_contacts(*, by: Actor, contract_id: int) -> None:
    """Make the account of authorized contacts say what the numbered slots say: limit granted, filled ones reserved.

    Called in the transaction of every act that fills or empties a slot or changes the limit. The slots' own numbers
    keep the limit; this is their ledger.
    """
    book = hold(contract_id, CONTACTS)
    if book is None:
        return
    filled = ContactSlot.objects.filter(contract_id=contract_id, person__isnull=False).order_by("number")
    names = [_place(slot) for slot in filled]
    lot = _contact_lot(book, by)
    lines = _place_lines(book)
    held = {booking: writing.held_by(some, booking) for booking, some in lines.items()}
    for booking, draws in held.items():
        gone = draws if booking not in names else [draw for draw in draws if draw.lot != lot.id]
        if gone:
            writing.release(book, gone, What(by, booking, str(len(lines[booking]))))
    _follow_limit(book, lot, by)
    for booking in names:
        if lot.id not in {draw.lot for draw in held.get(booking, ())}:
            # The same place may be held again, in another lot: each step has the number of the lines before it.
            what = What(by, booking, str(len(lines.get(booking, ()))))
            writing.reserve(book, [Draw(lot.id, Decimal(1))], what)
    writing.write([book])


def _place(slot: ContactSlot) -> str:
    """A person's time in a slot. The same person back in the same slot is another time."""
    since = slot.since.astimezone(UTC).isoformat(timespec="microseconds") if slot.since else ""
    return f"slot:{slot.number}:{slot.person_id}:{since}"


def _place_lines(book: Book) -> dict[str, list[LedgerEntry]]:
    lines: dict[str, list[LedgerEntry]] = {}
    for line in LedgerEntry.objects.filter(account=book.account, booking__startswith="slot:").order_by("pk"):
        lines.setdefault(line.booking, []).append(line)
    return lines


def _contact_lot(book: Book, by: Actor) -> Lot:
    """The lot of contact places: one with a limit or one without, as the contract says now."""
    limit = book.contract.contact_limit
    for lot in book.lots.values():
        if lot.unlimited == (limit is None):
            return lot
    source = _source(book.account, book.today)
    return writing.grant(book, source, Decimal(limit or 0), book.today, None, What(by), unlimited=limit is None)


def _follow_limit(book: Book, lot: Lot, by: Actor) -> None:
    """As many places as the contract says now. Released places come first: a limit may fall with its contacts."""
    limit = book.contract.contact_limit
    if limit is not None and book.lots[lot.id].granted != limit:
        writing.correct(book, Draw(lot.id, limit - book.lots[lot.id].granted), What(by, reason="limit"))


def ledger_housekeeping(at: datetime | None = None) -> int:
    """Grant the periods that began, let ended lots expire with their carry-over, warn of what ends soon.

    `at` None: the database's clock. Returns how many accounts were changed and lots warned of; at most BATCH of each.
    """
    now = at or database_now()
    # A day's slack: somewhere it is already tomorrow. Each account then asks its own zone.
    tomorrow = now.astimezone(UTC).date() + timedelta(days=1)
    unopened = Contract.objects.filter(accounts=None).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ending = _lots_ending(now, tomorrow + timedelta(days=EARLIEST_WARNING))

    def kept(account_id: int) -> int:
        with transaction.atomic():
            return int(_kept(account_id, SYSTEM, at))

    def warned(lot_id: int) -> int:
        with transaction.atomic():
            return int(_warned(lot_id, at))

    done = each_alone("opening accounts", unopened, lambda pk: int(open_accounts(by=SYSTEM, contract_id=pk)))
    return (
        done
        + each_alone("keeping accounts", _accounts_due(now, tomorrow), kept)
        + each_alone("warning of an end", ending, warned)
    )


def _accounts_due(now: datetime, tomorrow: date) -> list[int]:
    """Accounts whose next period begins, or that have a lot which ended with something left, each in its own zone."""
    begins = LedgerAccount.objects.filter(next_on__lte=tomorrow).filter(next_on__lte=F("contract__ends_on"))
    ended = _with_rest().filter(ends__lt=tomorrow)
    due = {
        pk for pk, on, where in begins.values_list("pk", "next_on", "contract__zone") if on and on <= _day(now, where)
    }
    rows = ended.values_list("account_id", "ends", "account__contract__zone")
    due |= {pk for pk, ends, where in rows if ends and ends < _day(now, where)}
    return sorted(due)[:BATCH]


def _with_rest() -> QuerySet[LedgerLot]:
    taken = F("reserved") + F("used") + F("expired")
    return LedgerLot.objects.filter(ends__isnull=False, unlimited=False, granted__gt=taken)


def _lots_ending(now: datetime, until: date) -> list[int]:
    """Lots with something left of which it is time to warn, by their end."""
    rows = _with_rest().filter(ends__lte=until, warned_at=None).order_by("ends", "pk")
    fields = rows.values_list("pk", "starts", "ends", "account__contract__zone")
    return [pk for pk, starts, ends, where in fields if ends and _soon(starts, ends, _day(now, where))][:BATCH]


def _soon(starts: date, ends: date, today: date) -> bool:
    return max(starts, ends - timedelta(days=warning_days(starts, ends))) <= today <= ends


def _day(at: datetime, where: str) -> date:
    return at.astimezone(zone(where)).date()


def _kept(account_id: int, by: Actor, at: datetime | None) -> int:
    """Bring one account up to its day; 1 when anything changed."""
    book = hold_account(account_id)
    if book is None:
        return 0
    book.now = at or book.now
    before = (book.account.next_on, len(book.lots))
    _grant_periods(book, by)
    _end_lots(book, by)
    changed = bool(book.lines) or before != (book.account.next_on, len(book.lots))
    writing.write([book])
    return int(changed)


def _grant_periods(book: Book, by: Actor) -> None:
    """Each period that has begun gets what the package includes; nothing is granted past the contract's end."""
    account, last = book.account, book.contract.ends_on
    amount, unlimited = included(allotment(book.contract, account.ledger), book.contract)
    first = account.next_on
    while account.next_on is not None and account.next_on <= min(max(book.today, book.contract.starts_on), last):
        found = window(account.period, account.anchor or account.next_on, account.next_on, last)
        if amount > ZERO or unlimited:
            source = _source(account, found.starts)
            writing.grant(book, source, amount, found.starts, found.ends, What(by), unlimited=unlimited)
        account.next_on, account.anchor = found.next_on, found.anchor
    if account.next_on != first:
        account.save(update_fields=["next_on", "anchor"])


def _source(account: LedgerAccount, starts: date) -> str:
    if account.ledger == CONTACTS:
        return "contract" if account.contract.contact_limit is not None else "contract:unlimited"
    return f"{account.period}:{starts.isoformat()}" if account.period in RECURRING else account.period


def _end_lots(book: Book, by: Actor) -> None:
    """What is left of ended lots expires; of a period's own lot, as much as the rule allows passes into the next.

    What was carried over does not pass on again, and neither does what a released booking gives back later. Repeated,
    because what is carried into a period that has ended as well expires there.
    """
    sources = dict(LedgerLot.objects.filter(account=book.account).values_list("pk", "source"))
    while found := expiries(book.lots.values(), book.today, book.account.carry_over):
        for draw, carried in found:
            writing.expire(book, draw, What(by))
            name = f"carry:{draw.lot}"
            if carried > ZERO and _recurring(sources[draw.lot]) and name not in sources.values():
                _carry(book, name, Draw(draw.lot, carried), by, sources)


def _carry(book: Book, name: str, draw: Draw, by: Actor, sources: dict[int, str]) -> None:
    """A lot for what passes over, as long as the period that follows; none when the contract ends first."""
    ended = book.lots[draw.lot].ends
    if ended is None:
        return
    starts = ended + timedelta(days=1)
    for lot in list(book.lots.values()):
        if lot.starts == starts and _recurring(sources[lot.id]):
            made = writing.grant(book, name, draw.amount, starts, lot.ends, What(by))
            sources[made.id] = name
            return


def _recurring(source: str) -> bool:
    return source.split(":")[0] in RECURRING


def _warned(lot_id: int, at: datetime | None) -> int:
    """Tell once that a lot ends soon; 1 when it was told now."""
    account_id = LedgerLot.objects.values_list("account_id", flat=True).get(pk=lot_id)
    book = hold_account(account_id)
    row = LedgerLot.objects.get(pk=lot_id)
    if book is None or row.warned_at is not None:
        return 0
    book.now = at or book.now
    lot = book.lots[lot_id]
    ends = lot.ends
    if ends is None or lot.left <= ZERO or not _soon(lot.starts, ends, book.today):
        return 0
    LedgerLot.objects.filter(pk=lot_id).update(warned_at=book.now)
    data = {
        "ledger": book.account.ledger,
        "contract": book.contract.pk,
        "lot": lot_id,
        "left": str(plain(lot.left)),
        "ends": ends.isoformat(),
    }
    append(
        subject=("ledger", account_id),
        kind="allotment_ending",
        data=data,
        by=SYSTEM,
        at=book.now,
        subscriber_id=book.account.subscriber_id,
    )
    put_notices(list(_notices(book, lot_id, data)))
    return 1


def _notices(book: Book, lot_id: int, data: dict[str, object]) -> Iterable[NewNotice]:
    """One to each contact and administrator of the subscriber, with the allotment's name in their language."""
    subscriber_id = book.account.subscriber_id
    found = allotment(book.contract, book.account.ledger)
    inside = Viewer(subscriber_roles={subscriber_id: frozenset({"administrator"})})
    for person in people_of(inside, subscriber_id):
        if person.roles & TOLD:
            name = said(found.name, person.language) if found else book.account.ledger
            told = {**data, "name": name, "reference": book.contract.reference}
            yield NewNotice(
                once=f"ledger:{lot_id}:ending:{person.id}", kind="allotment_ending", person_id=person.id,
                language=person.language, subject=("ledger", book.account.pk), subscriber_id=subscriber_id, data=told,
            )  # fmt: skip
