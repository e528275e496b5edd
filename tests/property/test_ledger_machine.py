"""The ledger as a machine: whatever is booked in whatever order, the sums are those of a list of single parts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from garant.core.allotments import MONTHS, add_months, warning_days, window
from garant.core.ledger import (
    ENDLESS,
    Draw,
    Entry,
    LedgerError,
    Lot,
    NotEnough,
    balance,
    draws,
    expiries,
    fold,
    holdings,
)

D = Decimal
DAY = date(2026, 6, 1)
NAMES = st.sampled_from("abcd")
AMOUNTS = st.integers(1, 8).map(lambda n: D(n) / 2)


class Ledger(RuleBasedStateMachine):
    """Beside the entries a naive book: each half unit of each lot, free or with its state and booking."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self.parts: dict[int, list[str]] = {}
        self.ends: dict[int, date | None] = {}

    def lots(self) -> dict[int, Lot]:
        return fold(self.entries)

    @rule(amount=AMOUNTS, ends=st.none() | st.integers(-3, 3).map(lambda n: DAY + timedelta(days=n)))
    def grant(self, amount: Decimal, ends: date | None) -> None:
        lot = len(self.parts) + 1
        self.entries.append(Entry("grant", lot, amount, starts=DAY - timedelta(days=9), ends=ends))
        self.parts[lot] = ["free"] * int(amount * 2)
        self.ends[lot] = ends

    @rule(name=NAMES, amount=AMOUNTS)
    def reserve(self, name: str, amount: Decimal) -> None:
        self._take("reserve", f"reserved {name}", name, amount)

    @rule(name=NAMES, amount=AMOUNTS)
    def use_at_once(self, name: str, amount: Decimal) -> None:
        if not any(f"reserved {name}" in parts for parts in self.parts.values()):
            self._take("use", "used", name, amount)

    def _take(self, kind: str, state: str, name: str, amount: Decimal) -> None:
        open_lots = [lot for lot in sorted(self.parts, key=lambda lot: (self.ends[lot] or date.max, lot))
                     if self.ends[lot] is None or self.ends[lot] >= DAY]  # fmt: skip
        free = [(lot, n) for lot in open_lots for n, part in enumerate(self.parts[lot]) if part == "free"]
        wanted = int(amount * 2)
        if wanted > len(free):
            with pytest.raises(NotEnough) as refused:
                draws(tuple(self.lots().values()), amount, DAY, D("0.5"))
            assert refused.value.left * 2 == len(free)
            return
        for draw in draws(tuple(self.lots().values()), amount, DAY, D("0.5")):
            self.entries.append(Entry(kind, draw.lot, draw.amount, name))
        for lot, n in free[:wanted]:
            self.parts[lot][n] = state

    @rule(name=NAMES, used=st.booleans())
    def settle(self, name: str, used: bool) -> None:
        for lot, amount in holdings(self.entries, name).items():
            self.entries.append(Entry("use" if used else "release", lot, amount, name))
        for parts in self.parts.values():
            parts[:] = [("used" if used else "free") if part == f"reserved {name}" else part for part in parts]

    @rule()
    def expire(self) -> None:
        for draw, _ in expiries(self.lots().values(), DAY):
            self.entries.append(Entry("expire", draw.lot, draw.amount))
        for lot, parts in self.parts.items():
            ends = self.ends[lot]
            if ends is not None and ends < DAY:
                parts[:] = ["expired" if part == "free" else part for part in parts]

    @rule(name=NAMES, amount=AMOUNTS)
    def release_too_much(self, name: str, amount: Decimal) -> None:
        for lot in self.parts:
            held = sum(part == f"reserved {name}" for part in self.parts[lot])
            with pytest.raises(LedgerError):
                fold([*self.entries, Entry("release", lot, D(held) / 2 + amount, name)])

    @invariant()
    def the_sums_are_those_of_the_parts(self) -> None:
        for lot in self.lots().values():
            parts = self.parts[lot.id]
            counts = [sum(part.startswith(state) for part in parts) for state in ("reserved", "used", "expired")]
            assert [lot.reserved * 2, lot.used * 2, lot.expired * 2] == counts
            assert lot.left * 2 == parts.count("free")
        sums = balance(self.lots().values(), DAY)
        assert sums.granted == sums.reserved + sums.used + sums.expired + sums.left


def test_the_ledger_equals_a_list_of_single_parts() -> None:
    run_state_machine_as_test(Ledger, settings=settings(max_examples=60, stateful_step_count=25))


def test_periods_cover_every_day_of_a_term_once() -> None:
    from hypothesis import given

    @given(
        starts=st.dates(date(2020, 1, 1), date(2030, 12, 31)), days=st.integers(0, 1500),
        period=st.sampled_from(["term", "year", "quarter", "month"]),
    )  # fmt: skip
    def check(starts: date, days: int, period: str) -> None:
        last = starts + timedelta(days=days)
        on, anchor, found = starts, starts, []
        while on <= last:
            one = window(period, anchor, on, last)
            assert one.starts == on
            assert one.ends is not None
            assert one.starts <= one.ends <= last
            assert one.next_on == one.ends + timedelta(days=1)
            found.append(one)
            on, anchor = one.next_on, one.anchor
        assert found[-1].ends == last
        months = MONTHS.get(period, 1200)
        whole = [add_months(starts, months * n) for n in range(len(found))]
        assert [one.starts for one in found] == whole  # the 31st comes back after a short month

    check()


def test_a_period_is_warned_of_within_itself() -> None:
    assert warning_days(date(2026, 1, 1), date(2026, 12, 31)) == 30
    assert warning_days(date(2026, 1, 1), date(2026, 1, 31)) == 7
    assert warning_days(date(2026, 1, 1), date(2026, 1, 1)) == 1


def test_what_is_granted_once_has_no_end_and_the_unknown_is_refused() -> None:
    assert window("once", DAY, DAY, DAY).ends is None
    assert window("at_once", DAY, DAY, DAY).next_on is None
    with pytest.raises(ValueError, match="unknown period"):
        window("fortnight", DAY, DAY, DAY)
    with pytest.raises(ValueError, match="lies outside"):
        window("year", DAY, DAY + timedelta(days=2), DAY)


def test_a_lot_without_limit_is_drawn_last_counts_and_never_expires() -> None:
    entries = [
        Entry("grant", 1, D(0), starts=DAY, ends=DAY, unlimited=True),
        Entry("grant", 2, D(1), starts=DAY),
    ]
    lots = fold(entries)
    assert draws(tuple(lots.values()), D(5), DAY) == (Draw(2, D(1)), Draw(1, D(4)))
    after = fold([*entries, Entry("use", 1, D(4), "a"), Entry("reserve", 1, D(9), "b")])
    assert (after[1].used, after[1].reserved, after[1].left) == (4, 9, ENDLESS)
    assert balance(after.values(), DAY).left == ENDLESS
    assert expiries(after.values(), DAY + timedelta(days=1)) == ()
    with pytest.raises(LedgerError, match="unknown kind"):
        fold([*entries, Entry("expire", 1, D(1))])
