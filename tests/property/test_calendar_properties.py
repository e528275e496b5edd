"""Properties of calendars that always hold (clock.md), and agreement with a clock that asks minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from slow_clock import DAYS, SlowCalendar

from garant.core.calendars import Calendar, CalendarError

ZONES = (
    "UTC",
    "America/Denver",
    "Europe/Paris",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Asia/Tehran",
)
#: Days on which some zone above jumps, skips or repeats; the interesting weeks lie around them.
ANCHORS = (
    datetime(2011, 12, 29, tzinfo=UTC),
    datetime(2026, 3, 8, tzinfo=UTC),
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 4, 4, tzinfo=UTC),
    datetime(2026, 10, 25, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC),
    datetime(2018, 11, 4, tzinfo=UTC),
    datetime(2024, 4, 14, tzinfo=UTC),
    datetime(2026, 6, 10, tzinfo=UTC),
    datetime(2021, 3, 21, tzinfo=UTC),
    datetime(2026, 12, 31, tzinfo=UTC),
)
minute_texts = st.integers(0, 95).map(lambda n: f"{n // 4:02d}:{n % 4 * 15:02d}")


@st.composite
def shifts(draw: st.DrawFn) -> list[list[str]]:
    """No shift, one, two, or one that runs into the next date; never overlapping the neighbours of a week."""
    kind = draw(st.sampled_from(["none", "one", "two", "all", "night"]))
    if kind == "none":
        return []
    if kind == "all":
        return [["00:00", "24:00"]]
    if kind == "night":
        return [
            [draw(st.sampled_from(["21:00", "22:30", "23:45"])), draw(st.sampled_from(["00:30", "01:45", "02:30"]))]
        ]
    edges = sorted(draw(st.sets(minute_texts.filter(lambda text: text >= "02:30"), min_size=4, max_size=4)))
    return [edges[:2]] if kind == "one" else [edges[:2], edges[2:]]


@st.composite
def calendars(draw: st.DrawFn) -> dict[str, Any]:
    anchor = draw(st.sampled_from(ANCHORS))
    around = st.integers(-4, 8).map(lambda n: (anchor + timedelta(days=n)).date().isoformat())
    weekly = {day: draw(shifts()) for day in DAYS}
    assume(any(weekly.values()))
    for day, following in zip(DAYS, (*DAYS[1:], DAYS[0]), strict=True):
        night = weekly[day] and weekly[day][-1][1] < weekly[day][-1][0]
        if night and weekly[following] == [["00:00", "24:00"]]:
            weekly[following] = [["09:00", "17:00"]]
    return {
        "timezone": draw(st.sampled_from(ZONES)),
        "weekly": weekly,
        "holidays": draw(st.lists(around, max_size=2)),
        "exceptions": draw(st.dictionaries(around, shifts(), max_size=2)),
        "anchor": anchor,
    }


@st.composite
def situations(draw: st.DrawFn) -> tuple[dict[str, Any], Calendar, datetime, list[tuple[datetime, datetime]]]:
    plain = draw(calendars())
    anchor = plain.pop("anchor")
    start = anchor + timedelta(minutes=draw(st.integers(-2_880, 4_320)))
    pauses = []
    for _ in range(draw(st.integers(0, 2))):
        begins = start + timedelta(minutes=draw(st.integers(-600, 5_000)))
        pauses.append((begins, begins + timedelta(minutes=draw(st.integers(0, 3_000)))))
    return plain, Calendar.from_plain("c", plain), start, pauses


lengths = st.integers(1, 6_000_000_000).map(lambda n: timedelta(microseconds=n * 7))


def due(calendar: Calendar, start: datetime, length: timedelta, pauses: Any = ()) -> datetime:
    try:
        return calendar.advance(start, length, pauses)
    except CalendarError:
        assume(False)
        raise


@given(situations(), lengths)
def test_elapsed_until_due_is_the_duration(situation: Any, length: timedelta) -> None:
    _, calendar, start, pauses = situation
    assert calendar.elapsed(start, due(calendar, start, length, pauses), pauses) == length


@given(situations(), lengths)
def test_due_is_the_earliest_such_instant(situation: Any, length: timedelta) -> None:
    _, calendar, start, pauses = situation
    before = due(calendar, start, length, pauses) - timedelta(microseconds=1)
    assert calendar.elapsed(start, before, pauses) == length - timedelta(microseconds=1)


@given(situations(), st.integers(0, 20_000), st.integers(0, 20_000))
def test_elapsed_is_additive_over_a_cut(situation: Any, first: int, second: int) -> None:
    _, calendar, start, pauses = situation
    cut, end = start + timedelta(minutes=first), start + timedelta(minutes=first + second)
    whole = calendar.elapsed(start, end, pauses)
    assert whole == calendar.elapsed(start, cut, pauses) + calendar.elapsed(cut, end, pauses)


@given(situations(), lengths, lengths, st.integers(0, 5_000))
def test_due_is_monotone_in_start_and_duration(situation: Any, a: timedelta, b: timedelta, later: int) -> None:
    _, calendar, start, pauses = situation
    assert due(calendar, start, min(a, b), pauses) <= due(calendar, start, max(a, b), pauses)
    assert due(calendar, start, a, pauses) <= due(calendar, start + timedelta(minutes=later), a, pauses)


@given(situations(), lengths)
def test_a_pause_outside_open_time_changes_nothing(situation: Any, length: timedelta) -> None:
    _, calendar, start, _ = situation
    plain = due(calendar, start, length)
    closed = [(each.start, each.end) for each in calendar.segments(start, plain) if each.kind != "counted"]
    assert calendar.advance(start, length, closed) == plain
    assert calendar.elapsed(start, plain, closed) == length


@given(situations(), st.integers(1, 20_000))
def test_segments_leave_no_gap_and_sum_to_elapsed(situation: Any, width: int) -> None:
    _, calendar, start, pauses = situation
    end = start + timedelta(minutes=width)
    found = calendar.segments(start, end, pauses)
    assert [found[0].start, *(each.end for each in found)] == [*(each.start for each in found), end]
    assert sum((each.counted for each in found), timedelta()) == calendar.elapsed(start, end, pauses)
    assert all(each.counted == (each.end - each.start if each.kind == "counted" else timedelta()) for each in found)


@settings(max_examples=40)
@given(situations(), st.integers(1, 4_320))
def test_elapsed_agrees_with_the_slow_clock(situation: Any, width: int) -> None:
    plain, calendar, start, pauses = situation
    end = start + timedelta(minutes=width)
    slow = SlowCalendar(plain)
    assert calendar.elapsed(start, end, pauses) == timedelta(minutes=slow.counted(start, end, pauses))
    assert calendar.is_open(start) == slow.open_at(start)


@settings(max_examples=40)
@given(situations(), st.integers(1, 1_500))
def test_due_agrees_with_the_slow_clock(situation: Any, target: int) -> None:
    plain, calendar, start, pauses = situation
    horizon = start + timedelta(days=4)
    expected = SlowCalendar(plain).due(start, target, pauses, horizon)
    found = due(calendar, start, timedelta(minutes=target), pauses)
    assert found == expected if expected is not None else found > horizon


@given(situations())
def test_plain_data_reads_back(situation: Any) -> None:
    _, calendar, start, _ = situation
    again = Calendar.from_plain("c", calendar.to_plain())
    assert again == calendar
    assert again.elapsed(start, start + timedelta(days=5)) == calendar.elapsed(start, start + timedelta(days=5))


@given(situations(), st.integers(0, 4_000))
def test_growing_tables_change_no_answer(situation: Any, days: int) -> None:
    from garant.core.openings import Openings

    _, calendar, start, _ = situation
    fresh = Openings(calendar.versions)
    far = start - timedelta(days=days)
    expected = calendar.elapsed(far, start)
    assert fresh.elapsed(
        *(int((at - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)) for at in (far, start))
    ) == expected / timedelta(microseconds=1)
