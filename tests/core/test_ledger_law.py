"""The ledger: sums are exact, nothing goes below zero, what ends first is spent first."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from garant.core.ledger import Balance, Draw, Entry, LedgerError, Lot, NotEnough, balance, draws, ending, expiries, fold

D = Decimal
TERM = (date(2026, 1, 1), date(2026, 12, 31))
DAY = date(2026, 6, 1)


def grant(lot: int, amount: str, starts: date = TERM[0], ends: date | None = TERM[1]) -> Entry:
    return Entry("grant", lot, D(amount), starts=starts, ends=ends)


def test_worked_and_reserved_days_both_count() -> None:
    lots = fold([grant(1, "10"), Entry("use", 1, D("8"), "w"), Entry("reserve", 1, D("1.5"), "r")])
    assert balance(lots.values(), DAY) == Balance(D("10"), D("1.5"), D("8"), D("0"), D("0.5"))
    with pytest.raises(NotEnough, match=r"1 asked, 0\.5 left") as refused:
        draws(tuple(lots.values()), D(1), DAY, D("0.5"))
    assert refused.value.left == D("0.5")


def test_what_ends_first_is_spent_first() -> None:
    lots = fold([grant(1, "2"), grant(2, "3", ends=date(2026, 7, 1)), grant(3, "9", ends=None)])
    assert draws(tuple(lots.values()), D(4), DAY) == (Draw(2, D(3)), Draw(1, D(1)))
    assert draws(tuple(lots.values()), D(14), DAY) == (Draw(2, D(3)), Draw(1, D(2)), Draw(3, D(9)))


def test_a_lot_is_open_from_its_first_to_its_last_day() -> None:
    lot = Lot(1, D(1), *TERM)
    assert [lot.open_on(d) for d in (date(2025, 12, 31), TERM[0], TERM[1], date(2027, 1, 1))] == [
        False, True, True, False,
    ]  # fmt: skip


def test_a_use_takes_its_reservation_first() -> None:
    lots = fold([grant(1, "4"), Entry("reserve", 1, D(2), "a"), Entry("use", 1, D("2.5"), "a")])
    assert (lots[1].reserved, lots[1].used, lots[1].left) == (D(0), D("2.5"), D("1.5"))


def test_a_use_never_takes_the_reservation_of_another_booking() -> None:
    lots = fold([grant(1, "4"), Entry("reserve", 1, D(2), "a"), Entry("use", 1, D(2), "b")])
    assert (lots[1].reserved, lots[1].used, lots[1].left) == (D(2), D(2), D(0))
    with pytest.raises(LedgerError, match="leaves lot 1 with -1"):
        fold([grant(1, "4"), Entry("reserve", 1, D(2), "a"), Entry("use", 1, D(3), "b")])


def test_a_release_gives_back_only_what_its_booking_holds() -> None:
    lots = fold([grant(1, "4"), Entry("reserve", 1, D(2), "a"), Entry("release", 1, D(2), "a")])
    assert lots[1].left == D(4)
    with pytest.raises(LedgerError, match="'a' holds 0"):
        fold(
            [
                grant(1, "4"),
                Entry("reserve", 1, D(2), "a"),
                Entry("release", 1, D(2), "a"),
                Entry("release", 1, D(1), "a"),
            ]
        )


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([Entry("use", 1, D(1))], "never granted"),
        ([grant(1, "1"), grant(1, "1")], "granted twice"),
        ([grant(1, "-1")], "not negative"),
        ([Entry("grant", 1, D(1))], "says when it starts"),
        ([grant(1, "1", date(2026, 2, 1), date(2026, 1, 1))], "ends before it starts"),
        ([grant(1, "1"), Entry("reserve", 1, D(0))], "more than zero"),
        ([grant(1, "1"), Entry("reserve", 1, D(2))], "leaves lot 1 with -1"),
        ([grant(1, "1"), Entry("correct", 1, D(-2))], "leaves lot 1 with -1"),
        ([grant(1, "1"), Entry("lend", 1, D(1))], "unknown kind"),
    ],
)
def test_entries_no_ledger_could_hold(entries: list[Entry], message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        fold(entries)


def test_half_days_only_where_the_step_allows_them() -> None:
    lots = (Lot(1, D(4), *TERM),)
    assert draws(lots, D("0.5"), DAY, D("0.5")) == (Draw(1, D("0.5")),)
    for amount in ("0.5", "0", "-1", "NaN"):
        with pytest.raises(LedgerError, match="can't be booked"):
            draws(lots, D(amount), DAY)


def test_ten_tenths_are_one() -> None:
    lots = fold([grant(1, "1"), *(Entry("use", 1, D("0.1"), str(n)) for n in range(10))])
    assert lots[1].left == 0


def test_what_is_left_expires_and_a_share_is_carried_over() -> None:
    lots = fold([grant(1, "4"), Entry("reserve", 1, D(1), "a"), grant(2, "2", ends=None)])
    assert expiries(lots.values(), date(2027, 1, 1), D(2)) == ((Draw(1, D(3)), D(2)),)
    assert expiries(lots.values(), TERM[1], D(2)) == ()
    assert balance(lots.values(), date(2027, 1, 1)) == Balance(D(6), D(1), D(0), D(3), D(2))
    after = fold([grant(1, "4"), Entry("expire", 1, D(4))])
    assert (after[1].expired, after[1].left) == (D(4), D(0))


def test_a_warning_before_something_expires() -> None:
    lots = fold([grant(1, "4"), grant(2, "2", ends=None), grant(3, "1"), Entry("use", 3, D(1))])
    assert [lot.id for lot in ending(lots.values(), date(2026, 12, 1), 30)] == [1]
    assert ending(lots.values(), date(2026, 11, 30), 30) == ()


def test_a_lot_that_has_not_begun_is_not_in_the_balance() -> None:
    lots = fold([grant(1, "4", date(2026, 7, 1), None)])
    assert balance(lots.values(), DAY) == Balance(D(0), D(0), D(0), D(0), D(0))
    with pytest.raises(NotEnough):
        draws(tuple(lots.values()), D(1), DAY)
