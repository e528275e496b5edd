"""Who answers a rota: turns, hand-over, absence, swaps and gaps."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.core.duty import Away, OnDuty, Turn, gaps, on_duty, present, stretches, weekly

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)
ANNA, BEN, CARL = 1, 2, 3
TURNS = [Turn(ANNA, MONDAY, MONDAY + WEEK), Turn(BEN, MONDAY + WEEK, MONDAY + 2 * WEEK)]


def test_at_the_hand_over_the_new_one_answers() -> None:
    assert on_duty(TURNS, [], MONDAY + WEEK - timedelta(microseconds=1)) == OnDuty(ANNA)
    assert on_duty(TURNS, [], MONDAY + WEEK) == OnDuty(BEN)
    assert on_duty(TURNS, [], MONDAY - HOUR) == OnDuty(None)
    assert on_duty(TURNS, [], MONDAY + 2 * WEEK) == OnDuty(None)


def test_a_swap_takes_over_for_its_time() -> None:
    swap = Turn(CARL, MONDAY + 24 * HOUR, MONDAY + 48 * HOUR)
    assert on_duty([*TURNS, swap], [], MONDAY + 23 * HOUR) == OnDuty(ANNA)
    assert on_duty([*TURNS, swap], [], MONDAY + 24 * HOUR) == OnDuty(CARL)
    assert on_duty([*TURNS, swap], [], MONDAY + 48 * HOUR) == OnDuty(ANNA)


def test_a_stand_in_answers_else_the_next_in_line() -> None:
    away = [Away(ANNA, MONDAY, MONDAY + 24 * HOUR, CARL)]
    assert on_duty(TURNS, away, MONDAY) == OnDuty(CARL, ANNA)
    assert on_duty(TURNS, [Away(ANNA, MONDAY, MONDAY + 24 * HOUR)], MONDAY) == OnDuty(BEN, ANNA)
    everybody = [Away(ANNA, MONDAY, MONDAY + WEEK), Away(BEN, MONDAY, MONDAY + WEEK)]
    assert on_duty(TURNS, everybody, MONDAY) == OnDuty(None, ANNA)


def test_stand_ins_of_stand_ins_end_somewhere() -> None:
    chain = [Away(ANNA, MONDAY, MONDAY + HOUR, BEN), Away(BEN, MONDAY, MONDAY + HOUR, CARL)]
    assert present(ANNA, chain, MONDAY) == CARL
    circle = [*chain, Away(CARL, MONDAY, MONDAY + HOUR, ANNA)]
    assert present(ANNA, circle, MONDAY) is None


def test_gaps_ahead() -> None:
    turns = [TURNS[0], Turn(BEN, MONDAY + WEEK + HOUR, MONDAY + 2 * WEEK)]
    assert gaps(turns, [], MONDAY, MONDAY + 2 * WEEK) == [(MONDAY + WEEK, MONDAY + WEEK + HOUR)]
    away = [Away(BEN, MONDAY + 9 * HOUR + WEEK, MONDAY + 3 * WEEK)]
    assert gaps(turns, away, MONDAY + WEEK + HOUR, MONDAY + 2 * WEEK) == [(MONDAY + 9 * HOUR + WEEK, MONDAY + 2 * WEEK)]
    assert gaps([], [], MONDAY, MONDAY + WEEK) == [(MONDAY, MONDAY + WEEK)]


@pytest.mark.parametrize("first", [date(2026, 3, 2), date(2026, 10, 5)])
def test_weeks_are_handed_over_at_the_same_local_time_over_a_change_of_clocks(first: date) -> None:
    turns = list(weekly([ANNA, BEN], first, time(9), "America/Denver", 8))
    local = [turn.starts.astimezone(ZoneInfo("America/Denver")) for turn in turns]
    assert {(at.weekday(), at.time()) for at in local} == {(0, time(9))}
    assert len({turn.ends - turn.starts for turn in turns}) == 2, "one week is an hour longer or shorter"
    assert [turn.person for turn in turns] == [ANNA, BEN] * 4
    assert gaps(turns, [], turns[0].starts, turns[-1].ends) == []


def test_a_turn_may_last_several_weeks_and_the_last_one_is_cut() -> None:
    turns = list(weekly([ANNA, BEN], date(2026, 3, 2), time(9), "UTC", 5, 2))
    assert [(turn.ends - turn.starts) // WEEK for turn in turns] == [2, 2, 1]


@pytest.mark.parametrize(("people", "weeks", "length"), [([], 1, 1), ([1], 0, 1), ([1], 1, 0)])
def test_a_plan_of_nothing_is_an_error(people: list[int], weeks: int, length: int) -> None:
    with pytest.raises(ValueError, match="people"):
        list(weekly(people, date(2026, 3, 2), time(9), "UTC", weeks, length))


spans = st.tuples(st.integers(0, 200), st.integers(1, 60)).map(
    lambda pair: (MONDAY + pair[0] * HOUR, MONDAY + (pair[0] + pair[1]) * HOUR)
)
turns_of = st.lists(st.builds(lambda p, s: Turn(p, *s), st.integers(1, 4), spans), max_size=8)
absences = st.lists(
    st.builds(lambda p, s, i: Away(p, *s, i), st.integers(1, 4), spans, st.none() | st.integers(1, 4)), max_size=6
)


@given(turns_of, absences, st.integers(0, 260))
def test_stretches_have_no_holes_and_agree_with_every_instant(turns: list[Turn], away: list[Away], hour: int) -> None:
    ends = MONDAY + 260 * HOUR
    found = stretches(turns, away, MONDAY, ends)
    assert (found[0].starts, found[-1].ends) == (MONDAY, ends)
    assert all(a.ends == b.starts and a.duty != b.duty for a, b in pairwise(found))
    at = MONDAY + hour * HOUR
    if at < ends:
        (stretch,) = [each for each in found if each.starts <= at < each.ends]
        assert stretch.duty == on_duty(turns, away, at)
        assert stretch.duty.person not in [a.person for a in away if a.starts <= at < a.ends]
