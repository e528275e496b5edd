"""The last unit of an allotment: however many ask at once, one gets it. Each protection is enough; none is not."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from crash import at_once, dies_at, everywhere, finished_unheard, together
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from rooms_cast import Cast

from garant.contracts import ledger_writing as writing
from garant.contracts import operations_ledger as ledger
from garant.contracts import queries_ledger as allotments
from garant.contracts.models import LedgerEntry, LedgerLot
from garant.core.people import SYSTEM
from garant.core.refusals import Refusal
from garant.journal.operations import database_now

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

CLIENTS, PROCESSES = 50, 4


def sound() -> None:
    assert list(allotments.verify_ledger()) == []


def granted(cast: Cast, name: str, amount: str = "1", step: str = "1") -> dict[str, Any]:
    """An account of its own with so much in it; what an operation needs to book from it."""
    from decimal import Decimal

    account = {"by": SYSTEM, "contract_id": cast.contracts["gold"].id, "ledger": name}
    ledger.grant(amount=amount, source="pack:1", reason="For the test", step=Decimal(step), **account)  # type: ignore[arg-type]
    return account


def refused(results: list[Any], code: str = "quota_exhausted") -> int:
    """How many were refused by this code; anything else that went wrong is raised."""
    problems = [result for result in results if isinstance(result, Exception)]
    for problem in problems:
        assert isinstance(problem, Refusal), problem
        assert problem.code == code
    return len(problems)


# ---------------------------------------------------------------------------------------------------------------
# Fifty clients in four processes


def storm(accounts: list[dict[str, Any]], clients: int, processes: int, act: Callable[..., object]) -> None:
    """Each round, all clients ask for one unit of the round's account at once. A loser is refused, nothing else."""
    line = multiprocessing.get_context("fork").Barrier(clients)

    def client(number: int) -> None:
        try:
            connection.ensure_connection()
            for account in accounts:
                line.wait(60)
                try:
                    act(amount=1, booking=f"client:{number}", **account)
                except IntegrityError:
                    pass  # the check spoke
                except Refusal as problem:
                    if problem.code != "quota_exhausted":
                        raise
        finally:
            connection.close()

    def process(first: int) -> None:
        numbers = range(first, clients, processes)
        with ThreadPoolExecutor(len(numbers)) as pool:
            list(pool.map(client, numbers))

    together([lambda first=first: process(first) for first in range(processes)])  # type: ignore[misc]


def one_won(accounts: list[dict[str, Any]]) -> None:
    """In every round exactly one client has the unit, and the lot says so."""
    for account in accounts:
        lines = LedgerEntry.objects.filter(account__ledger=account["ledger"]).exclude(kind="grant")
        assert [(line.kind, line.amount) for line in lines] == [("reserve", 1)]
        lot = LedgerLot.objects.get(account__ledger=account["ledger"])
        assert (lot.granted, lot.reserved, lot.used) == (1, 1, 0)
    sound()


def test_the_last_unit_goes_to_one_of_fifty_clients_in_four_processes(cast: Cast) -> None:
    accounts = [granted(cast, f"last:{n}") for n in range(12)]
    storm(accounts, CLIENTS, PROCESSES, ledger.reserve)
    one_won(accounts)


@pytest.mark.long
def test_the_last_unit_goes_to_one_of_fifty_clients_in_fifty_rounds(cast: Cast) -> None:
    accounts = [granted(cast, f"last:{n}") for n in range(50)]
    storm(accounts, CLIENTS, PROCESSES, ledger.reserve)
    one_won(accounts)


@contextmanager
def without_check() -> Iterator[None]:
    """The table without its check, which comes back afterwards."""
    name = "ledger_lot_not_overdrawn"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
        definition = cursor.fetchone()[0]
        cursor.execute(f"ALTER TABLE contracts_ledgerlot DROP CONSTRAINT {name}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE contracts_ledgerlot SET granted = 1000000")
            cursor.execute(f"ALTER TABLE contracts_ledgerlot ADD CONSTRAINT {name} {definition}")


def unprotected(monkeypatch: pytest.MonkeyPatch, clients: int, *, guarded: bool) -> None:
    """Switch the lock off, and the condition of the update unless `guarded`; all clients read before anybody writes."""
    both, plain = multiprocessing.get_context("fork").Barrier(clients), ledger.draws

    def after_all_have_read(*given: Any) -> Any:
        found = plain(*given)
        both.wait(60)
        return found

    monkeypatch.setattr(writing, "_locking", lambda rows: rows)
    monkeypatch.setattr(ledger, "draws", after_all_have_read)
    if not guarded:
        monkeypatch.setattr(writing, "_covering", lambda lot_id, needs: Q(pk=lot_id))


@pytest.mark.parametrize("guarded", [True, False], ids=["conditional update", "check"])
def test_without_the_lock_the_next_net_holds(cast: Cast, monkeypatch: pytest.MonkeyPatch, guarded: bool) -> None:
    accounts = [granted(cast, f"last:{n}") for n in range(3)]
    unprotected(monkeypatch, 8, guarded=guarded)
    storm(accounts, 8, PROCESSES, ledger.reserve)
    one_won(accounts)


def test_control_without_lock_condition_and_check_more_than_one_wins(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = [granted(cast, "last:0")]
    unprotected(monkeypatch, 8, guarded=False)
    with without_check():
        storm(accounts, 8, PROCESSES, ledger.reserve)
        with pytest.raises(AssertionError):
            one_won(accounts)


# ---------------------------------------------------------------------------------------------------------------
# Abuse cases


def test_race_03_twenty_ask_for_the_last_private_session(cast: Cast) -> None:
    account = {"by": SYSTEM, "contract_id": cast.contracts["gold"].id, "ledger": "training_sessions"}
    ledger.use(amount=3, booking="held before", **account)  # type: ignore[arg-type]
    results = at_once(*(
        lambda n=n: ledger.reserve(amount=1, booking=f"session:{n}", **account) for n in range(20)  # type: ignore[misc]
    ))  # fmt: skip
    assert refused(results) == 19
    assert LedgerEntry.objects.filter(account__ledger="training_sessions", kind="reserve").count() == 1
    sound()


def test_race_04_two_advisors_book_the_last_day(cast: Cast) -> None:
    for n in range(6):
        account = granted(cast, f"days:{n}", "1", step="0.25")
        results = at_once(
            lambda account=account: ledger.reserve(amount="0.75", booking="ines", **account),  # type: ignore[misc]
            lambda account=account: ledger.reserve(amount="0.5", booking="joan", **account),  # type: ignore[misc]
        )
        assert refused(results) == 1
    sound()


def test_race_04_booking_meets_giving_back_and_every_commit_balances(cast: Cast) -> None:
    account = granted(cast, "days", "1", step="0.25")
    ledger.reserve(amount=1, booking="first", **account)
    found: list[Any] = []
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                found.extend(allotments.verify_ledger())

    def book() -> None:
        try:
            for n in range(10):
                for act in (
                    lambda n=n: ledger.release(booking="first", amount="0.25", piece=str(n), **account),  # type: ignore[misc]
                    lambda n=n: ledger.reserve(booking=f"more:{n}", amount="0.25", **account),
                ):  # type: ignore[misc]
                    try:
                        act()
                    except Refusal as problem:
                        if problem.code not in ("quota_exhausted", "nothing_reserved"):
                            raise
        finally:
            over.set()

    assert not [r for r in at_once(watch, book, book) if isinstance(r, Exception)]
    assert found == []
    lot = LedgerLot.objects.get(account__ledger="days")
    assert lot.granted == lot.reserved + lot.used == 1
    sound()


def test_race_14_ten_starts_of_an_exam_with_two_attempts(cast: Cast) -> None:
    account = granted(cast, "exam_attempts:admin-1", "2")
    started = at_once(*(
        lambda n=n: ledger.reserve(amount=1, booking=f"attempt:{n}", **account) for n in range(10)  # type: ignore[misc]
    ))  # fmt: skip
    assert refused(started) == 8
    names = [result.booking for result in started if not isinstance(result, Exception)]
    submitted = at_once(*(lambda name=name: ledger.use(booking=name, **account) for name in names * 2))  # type: ignore[misc]
    assert sorted(result.new for result in submitted) == [False, False, True, True]
    lot = LedgerLot.objects.get(account__ledger="exam_attempts:admin-1")
    assert (lot.used, lot.reserved) == (2, 0)
    sound()


def test_race_15_twenty_redeem_one_voucher(cast: Cast) -> None:
    account = granted(cast, "voucher:spring-7")
    results = at_once(*(
        lambda n=n: ledger.use(amount=1, booking=f"order:{n}", **account) for n in range(20)  # type: ignore[misc]
    ))  # fmt: skip
    assert refused(results) == 19
    assert LedgerLot.objects.get(account__ledger="voucher:spring-7").used == 1
    sound()


def test_the_same_booking_sent_ten_times_is_booked_once(cast: Cast) -> None:
    account = granted(cast, "days", "5")
    results = at_once(*(
        lambda n=n: ledger.reserve(amount=2 if n % 5 else 3, booking="visit", **account) for n in range(10)  # type: ignore[misc]
    ))  # fmt: skip
    assert refused(results, "booking_differs") in (2, 8)
    assert sum(getattr(result, "new", False) for result in results) == 1
    sound()


def test_two_sweepers_grant_a_period_and_expire_a_lot_once(cast: Cast) -> None:
    from datetime import timedelta

    later = database_now() + timedelta(days=400)
    together([lambda: ledger.ledger_housekeeping(later)] * 3)  # type: ignore[list-item]
    assert ledger.ledger_housekeeping(later) == 0
    ended = LedgerEntry.objects.filter(kind="expire")
    assert ended.count() == LedgerLot.objects.filter(expired__gt=0).count() == 4
    sound()


# ---------------------------------------------------------------------------------------------------------------
# Processes that die


def booked(cast: Cast, kind: str) -> Callable[[dict[str, Any]], object]:
    """An act of this kind on a fresh account, under a name of its own."""
    if kind == "reserve":
        return lambda account: ledger.reserve(amount=2, booking="visit", **account)
    if kind == "use":
        return lambda account: ledger.use(amount=2, booking="held", **account)
    return lambda account: ledger.release(booking="held", **account)


@pytest.mark.parametrize(
    ("kind", "after"), [("reserve", (3, 0)), ("use", (0, 2)), ("release", (0, 0))], ids=["reserve", "use", "release"]
)
def test_booking_dies_at_every_statement(cast: Cast, kind: str, after: tuple[int, int]) -> None:
    def prepare(point: int) -> dict[str, Any]:
        account = granted(cast, f"days:{point}", "4")
        ledger.reserve(amount=1, booking="held", **account)
        return account

    def check(account: dict[str, Any]) -> None:
        lot = LedgerLot.objects.get(account__ledger=account["ledger"])
        assert (lot.reserved, lot.used) == after
        assert LedgerEntry.objects.filter(account=lot.account, kind=kind).exclude(
            booking="held" if kind == "reserve" else "visit"
        ).count() == 1  # fmt: skip

    assert everywhere(prepare, booked(cast, kind), check) > 8
    sound()


def test_booking_control_under_a_new_name_the_retry_books_twice(cast: Cast) -> None:
    account = granted(cast, "days", "4")
    finished_unheard(lambda: ledger.reserve(amount=1, booking="first try", **account))
    ledger.reserve(amount=1, booking="second try", **account)
    with pytest.raises(AssertionError):
        assert LedgerLot.objects.get(account__ledger="days").reserved == 1


def test_housekeeping_dies_at_every_statement(cast: Cast) -> None:
    """Each death leaves whole steps behind; the next run does the rest, once."""
    from datetime import timedelta

    later = database_now() + timedelta(days=400)
    point, deaths = 1, 0
    while dies_at(point, lambda: ledger.ledger_housekeeping(later)):
        deaths += 1
        point += 3  # each death leaves less to do: a few points further is another statement anyway
        sound()
    ledger.ledger_housekeeping(later)
    assert deaths > 3
    assert LedgerEntry.objects.filter(kind="expire").count() == 4
    sound()
