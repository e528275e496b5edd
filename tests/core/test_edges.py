"""The far corners of calendars, rules and explanations: versions, pauses at the edge, hours that are not the first."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from core_cast import (
    ALWAYS,
    DAYS,
    HOUR,
    MINUTE,
    OFFICE,
    SECOND,
    Terms,
    clock,
    counted,
    denver,
    event,
    office,
    opened,
    package,
    period,
    rule,
    step,
)

from garant.core.calendars import Calendar, CalendarError, CalendarVersion
from garant.core.clocks import Claim, Pause, replay
from garant.core.deliverables import due_in_week
from garant.core.hours import Crossing, Edge, version_from_plain
from garant.core.instants import instant, merged, micros, parse_instant, span_micros
from garant.core.openings import Openings, open_spans
from garant.core.periods import verdicts
from garant.core.targets import Rule, Target
from garant.core.zones import first_reading, offset, regimes, zone

HOUR_MICROS = 3_600_000_000
INITIAL, FOLLOW = "initial_response", "follow_up"


def at(text: str) -> datetime:
    return parse_instant(text)


# Instants and zones


def test_instants_are_whole_microseconds() -> None:
    moment = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert micros(moment) == -1
    assert instant(-1) == moment
    assert micros(at("1970-01-02T01:00:00.5+00:00")) == 25 * HOUR_MICROS + 500_000
    assert span_micros(timedelta(days=1, seconds=1, microseconds=1)) == 24 * HOUR_MICROS + 1_000_001
    assert instant(25 * HOUR_MICROS).tzinfo is UTC
    with pytest.raises(ValueError, match=r"^time without an offset: 2026-11-20T00:00:00$"):
        micros(datetime(2026, 11, 20))


@pytest.mark.parametrize("text", ["2026-11-20", "noon", "2026-11-20T25:00:00Z", "2026-11-20T10:00:00+25:00", ""])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a time: .*; write it as 2026-11-20T17:00:00-07:00$"):
        parse_instant(text)


def test_spans_that_touch_are_joined() -> None:
    assert merged([(5, 7), (1, 3), (3, 4), (6, 9), (9, 9), (12, 11)]) == [(1, 4), (5, 9)]
    assert merged([(1, 9), (2, 3)]) == [(1, 9)]


def test_regimes_cut_at_the_second_of_the_change() -> None:
    where = ZoneInfo("Europe/Paris")
    lo, hi = micros(at("2026-03-28T00:00:00Z")), micros(at("2026-10-26T00:00:00Z"))
    spring, autumn = micros(at("2026-03-29T01:00:00Z")), micros(at("2026-10-25T01:00:00Z"))
    assert regimes(where, lo, hi) == [
        (lo, spring, HOUR_MICROS),
        (spring, autumn, 2 * HOUR_MICROS),
        (autumn, hi, HOUR_MICROS),
    ]
    assert regimes(where, spring, spring + 1) == [(spring, spring + 1, 2 * HOUR_MICROS)]
    assert regimes(zone("UTC-08:00"), 0, 10) == [(0, 10, -8 * HOUR_MICROS)]
    assert offset(where, spring - 1) == HOUR_MICROS


def test_the_first_reading_of_a_wall_time() -> None:
    paris = ZoneInfo("Europe/Paris")
    readings = {
        (date(2026, 3, 29), 2 * 3600 + 1800): "2026-03-29T01:00:00Z",
        (date(2026, 10, 25), 2 * 3600 + 1800): "2026-10-25T00:30:00Z",
        (date(2026, 10, 25), 3 * 3600): "2026-10-25T02:00:00Z",
        (date(2026, 11, 20), 0): "2026-11-19T23:00:00Z",
    }
    for (day, seconds), expected in readings.items():
        assert instant(first_reading(paris, day, seconds)) == at(expected)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("UTC+14:01", "unknown zone 'UTC+14:01': a fixed offset lies between UTC-14:00 and UTC+14:00"),
        ("UTC+01:60", "unknown zone 'UTC+01:60': a fixed offset lies between UTC-14:00 and UTC+14:00"),
        (
            "Factory",
            "unknown zone 'Factory': use an IANA name such as America/Denver, or a fixed offset such as UTC-08:00",
        ),
    ],
)
def test_an_unknown_zone_is_refused_in_words(name: str, message: str) -> None:
    with pytest.raises(ValueError, match="unknown zone") as caught:
        zone(name)
    assert str(caught.value) == message


def test_the_outermost_fixed_offsets() -> None:
    assert zone("UTC+14:00").utcoffset(None) == 14 * HOUR
    assert zone("UTC-00:59").utcoffset(None) == -59 * MINUTE
    assert zone("UTC+14:00").tzname(None) == "UTC+14:00"


# Calendars


def test_pauses_are_taken_off_once() -> None:
    pauses = [(denver("20 09:00"), denver("20 09:30")), (denver("20 12:00"), denver("20 13:00"))]
    assert OFFICE.elapsed(denver("20 08:00"), denver("20 18:00"), pauses) == 8 * HOUR + 30 * MINUTE
    assert OFFICE.elapsed(denver("20 09:15"), denver("20 12:15"), pauses) == 2 * HOUR + 30 * MINUTE
    assert OFFICE.advance(denver("20 08:00"), 8 * HOUR + 30 * MINUTE, pauses) == denver("20 18:00")


def test_a_pause_that_meets_nothing_is_no_segment() -> None:
    pauses = [(denver("20 07:00"), denver("20 09:00")), (denver("20 11:00"), denver("20 12:00"))]
    found = OFFICE.segments(denver("20 09:00"), denver("20 11:00"), pauses)
    assert [(each.kind, each.start, each.end) for each in found] == [
        ("counted", denver("20 09:00"), denver("20 11:00"))
    ]
    assert OFFICE.segments(denver("20 09:00"), denver("20 09:00")) == ()


def test_a_table_grows_to_both_sides() -> None:
    hours = Openings(OFFICE.versions)
    middle, early, late = (micros(at(f"{year}-11-18T15:00:00Z")) for year in (2026, 1994, 2051))
    fresh = [Openings(OFFICE.versions).advance(moment, 100 * HOUR_MICROS) for moment in (middle, early, late)]
    assert [hours.advance(moment, 100 * HOUR_MICROS) for moment in (middle, early, late)] == fresh
    assert [hours.advance(moment, 100 * HOUR_MICROS) for moment in (late, early, middle)] == [
        fresh[2],
        fresh[1],
        fresh[0],
    ]
    assert hours.elapsed(early, late) == Openings(OFFICE.versions).elapsed(early, late)
    assert hours.elapsed(early, middle) + hours.elapsed(middle, late) == hours.elapsed(early, late)
    starts, ends = hours.table.starts, hours.table.ends
    assert all(start < end for start, end in zip(starts, ends, strict=True))
    assert all(end < start for end, start in zip(ends, starts[1:], strict=False))
    assert hours.table.done[-1] == sum(end - start for start, end in zip(starts, ends, strict=True))


def test_a_long_target_grows_the_table_until_it_fits() -> None:
    weekly = {"timezone": "UTC", "weekly": {"mon": [["09:00", "10:00"]]}}
    rare = Calendar.from_plain("rare", weekly)
    assert rare.advance(at("2026-11-16T00:00:00Z"), 2_000 * HOUR) == at("2026-11-16T10:00:00Z") + 1_999 * timedelta(
        weeks=1
    )
    with pytest.raises(CalendarError, match=r"^the calendar doesn't open for as long as asked within 120 years: check"):
        rare.advance(at("2026-11-16T00:00:00Z"), 20_000 * HOUR)


def test_spans_are_cut_to_what_was_asked() -> None:
    hours = Openings(OFFICE.versions)
    found = hours.spans(micros(denver("19 17:00")), micros(denver("20 09:00")))
    assert found == [
        (micros(denver("19 17:00")), micros(denver("19 18:00"))),
        (micros(denver("20 08:00")), micros(denver("20 09:00"))),
    ]
    assert hours.spans(micros(denver("21 09:00")), micros(denver("22 09:00"))) == []


def test_round_the_clock_in_any_zone_is_one_span() -> None:
    tokyo = Calendar.from_plain("c", {"timezone": "Asia/Tokyo", "weekly": {day: [["00:00", "24:00"]] for day in DAYS}})
    start = at("2026-11-20T00:00:00Z")
    assert [each.kind for each in tokyo.segments(start, start + timedelta(days=400))] == ["counted"]
    assert tokyo.elapsed(start, start + timedelta(days=400)) == timedelta(days=400)
    closed_once = Calendar.from_plain("c", {**tokyo.to_plain(), "holidays": ["2026-11-23"]})
    assert closed_once.elapsed(start, start + timedelta(days=400)) == timedelta(days=399)


def stitched() -> Calendar:
    """Three versions; each has a holiday of its own that the others don't know."""
    weekly = {day: [["08:00", "18:00"]] for day in DAYS}
    plain = [
        {"timezone": "UTC", "weekly": weekly, "holidays": [{"date": day, "name": name}]}
        for day, name in (("2026-11-05", "one"), ("2026-11-15", "two"), ("2026-11-25", "three"))
    ]
    plain[0]["holidays"] += ["2026-11-16", "2026-11-26"]
    plain[1]["holidays"] += ["2026-11-06", "2026-11-27"]
    plain[2]["holidays"] += ["2026-11-07", "2026-11-17"]
    plain[1]["effective_from"], plain[2]["effective_from"] = "2026-11-10T12:00:00Z", "2026-11-20T00:00:00Z"
    return Calendar.from_plain("c", {"versions": plain})


def test_each_version_brings_its_own_holidays_and_only_in_its_time() -> None:
    start, end = at("2026-11-01T00:00:00Z"), at("2026-12-01T00:00:00Z")
    found = stitched().segments(start, end)
    assert [(each.name, each.start.day) for each in found if each.kind == "holiday"] == [
        ("one", 5),
        ("two", 15),
        ("three", 25),
    ]
    assert stitched().elapsed(start, end) == 27 * 10 * HOUR
    assert [len(stitched().in_force(at(f"2026-11-{day}T12:00:00Z")).holidays) for day in (10, 11, 20)] == [3, 3, 3]
    assert stitched().in_force(at("2026-11-10T11:59:59Z")).holidays[date(2026, 11, 5)] == "one"
    assert stitched().in_force(at("2026-11-10T12:00:00Z")).holidays[date(2026, 11, 15)] == "two"


def test_what_is_known_keeps_the_code_and_the_length_of_its_day() -> None:
    plain = OFFICE.to_plain()
    edit = {**plain, "known_from": "2026-11-16T00:00:00Z"}
    other = {**plain, "known_from": "2026-11-17T00:00:00Z"}
    calendar = Calendar.from_plain("office", {"versions": [plain, edit, other], "business_day_hours": 24})
    known = calendar.as_known(at("2026-11-16T00:00:00Z"))
    assert (known.code, len(known.versions), known.business_day) == ("office", 2, 24 * HOUR)
    unknown = Calendar.from_plain("office", {"versions": [edit, other]})
    assert unknown.as_known(at("2026-11-01T00:00:00Z")).versions == unknown.versions[:1]
    assert Calendar.from_plain("office", {**plain, "business_day_hours": "0.5"}).business_day == 30 * MINUTE


@pytest.mark.parametrize("value", [True, "1e1", "-1", "8h"])
def test_the_length_of_a_day_is_a_plain_number(value: object) -> None:
    with pytest.raises(CalendarError) as caught:
        Calendar.from_plain("c", {**OFFICE.to_plain(), "business_day_hours": value})
    assert str(caught.value) == f"calendar c: business_day_hours is a number of hours, not {value!r}"


def test_the_open_spans_of_a_date() -> None:
    tokyo = office("Asia/Tokyo", "00:00", "09:00")
    assert tokyo.open_on(date(2026, 11, 20)) == ((at("2026-11-19T15:00:00Z"), at("2026-11-20T00:00:00Z")),)
    assert tokyo.open_on(date(2026, 11, 21)) == ()
    all_day = Calendar.from_plain("c", {"timezone": "UTC", "weekly": {"fri": [["00:00", "24:00"]]}})
    assert all_day.open_on(date(2026, 11, 20)) == ((at("2026-11-20T00:00:00Z"), at("2026-11-21T00:00:00Z")),)
    assert stitched().open_on(date(2026, 11, 15)) == ()
    noon = {**OFFICE.to_plain(), "timezone": "Asia/Tokyo", "effective_from": "2026-11-20T12:00:00Z"}
    moved = Calendar.from_plain("c", {"versions": [OFFICE.to_plain(), noon]})
    assert moved.zone_at(at("2026-11-20T11:59:59Z")) == zone("America/Denver")
    assert moved.zone_at(at("2026-11-20T12:00:00Z")) == zone("Asia/Tokyo")


def test_holidays_of_one_date_share_the_first_name_and_a_range_is_inclusive() -> None:
    plain = {
        "timezone": "UTC",
        "weekly": {"mon": [["09:00", "17:00"]]},
        "holidays": [
            "2026-11-20",
            {"date": "2026-11-20", "name": "Named"},
            {"date": "2026-11-20", "name": "Second"},
            {"from": "2026-12-24", "to": "2026-12-26", "name": "Feast"},
            {"date": "2026-11-21"},
            "2026-11-21",
            "2026-11-22",
        ],
    }
    assert version_from_plain(plain).holidays == {
        date(2026, 11, 20): "Named",
        date(2026, 11, 21): "",
        date(2026, 11, 22): "",
        date(2026, 12, 24): "Feast",
        date(2026, 12, 25): "Feast",
        date(2026, 12, 26): "Feast",
    }


def test_dates_may_be_dates_and_instants_instants() -> None:
    plain = {
        "timezone": "UTC",
        "weekly": {"mon": [["09:00", "17:00"]]},
        "holidays": [date(2026, 11, 20), datetime(2026, 11, 21, 9)],
        "exceptions": {date(2026, 11, 23): [["09:00", "09:00"]]},
        "effective_from": denver("20 08:00"),
    }
    version = version_from_plain(plain)
    assert set(version.holidays) == {date(2026, 11, 20), date(2026, 11, 21)}
    assert version.exceptions == {date(2026, 11, 23): ((32_400, 118_800),)}
    assert version.in_force_from == denver("20 08:00")
    assert Calendar("c", (version,)).elapsed(at("2026-11-23T00:00:00Z"), at("2026-11-25T00:00:00Z")) == 24 * HOUR


def test_versions_are_in_force_when_known_and_effective() -> None:
    early, late = denver("10 08:00"), denver("12 08:00")
    week = (((32_400, 61_200),), *((),) * 6)
    assert CalendarVersion("UTC", week, effective_from=early, known_from=late).in_force_from == late
    assert CalendarVersion("UTC", week, effective_from=late, known_from=early).in_force_from == late
    assert CalendarVersion("UTC", week, effective_from=early).in_force_from == early
    assert CalendarVersion("UTC", week, known_from=early).in_force_from == early
    assert CalendarVersion("UTC", week).in_force_from is None
    assert len({CalendarVersion("UTC", week), CalendarVersion("UTC", week), CalendarVersion("Asia/Tokyo", week)}) == 2
    assert hash(CalendarVersion("UTC", week)) != hash(CalendarVersion("Asia/Tokyo", week))
    with pytest.raises(CalendarError) as caught:
        CalendarVersion("UTC", week[:6])
    assert str(caught.value) == "a week has seven days; give one list of shifts for each, Monday first"


def test_a_crossing_needs_its_edges() -> None:
    good = {"zone": "UTC", "day": "mon", "time": "08:00"}
    need = "needs zone, day (mon, tue, wed, thu, fri, sat, sun) and time"
    for opens, closes, message in (
        ({**good, "day": "Monday"}, good, f"opens {need}"),
        (good, {**good, "zone": 1}, f"closes {need}"),
        (good, 7, f"closes {need}"),
        (good, {**good, "time": "8"}, "closes: not a time of day: '8'; write it as 09:00, at most 24:00"),
        ({**good, "time": None}, good, "opens: not a time of day: None; write it as 09:00, at most 24:00"),
        ({**good, "zone": "Mars"}, good, None),
    ):
        with pytest.raises(CalendarError) as caught:
            version_from_plain({"weekly": [{"opens": opens, "closes": closes}]})
        assert message is None or str(caught.value) == message
    for item in (7, {"opens": good}, {"closes": good}):
        with pytest.raises(CalendarError) as caught:
            version_from_plain({"timezone": "UTC", "weekly": [item]})
        assert str(caught.value) == "a week that crosses zones needs opens and closes, each with zone, day and time"
    found = version_from_plain({"weekly": [{"opens": good, "closes": {**good, "day": "sun", "time": "09:30"}}]})
    assert found.crossing == (Crossing(Edge("UTC", 0, 28_800), Edge("UTC", 6, 34_200)),)
    assert found.zone == "UTC"


def test_a_crossing_that_closes_before_it_opens_closes_next_week() -> None:
    opens, closes = {"zone": "UTC", "day": "sat", "time": "08:00"}, {"zone": "UTC", "day": "mon", "time": "08:00"}
    weekend = Calendar.from_plain("c", {"weekly": [{"opens": opens, "closes": closes}]})
    assert weekend.elapsed(at("2026-11-18T00:00:00Z"), at("2026-11-25T00:00:00Z")) == 48 * HOUR
    assert weekend.next_open(at("2026-11-23T08:00:00Z")) == at("2026-11-28T08:00:00Z")
    assert not weekend.always_open


# Rules and claims


def test_a_rule_keeps_its_parts_when_its_hours_were_known_less() -> None:
    edited = Calendar.from_plain(
        "office", {"versions": [OFFICE.to_plain(), {**OFFICE.to_plain(), "known_from": "2026-11-16T00:00:00Z"}]}
    )
    target = Target("2", INITIAL, Decimal(4), "business_hours", "24x7")
    whole = Rule.of("gold", "japan", target, ALWAYS, edited)
    assert whole is not None
    assert (whole.package, whole.region) == ("gold", "japan")
    before = whole.as_known(at("2026-11-01T00:00:00Z"))
    assert (before.package, before.region, before.target, before.duration) == ("gold", "japan", target, 4 * HOUR)
    assert before.calendar is ALWAYS
    assert before.start_calendar is not None
    assert len(before.start_calendar.versions) == 1
    edit = at("2026-11-16T00:00:00Z")
    assert whole.edits_between(edit - SECOND, edit) == (edit,)
    assert whole.edits_between(edit, edit + HOUR) == ()
    assert whole.edits_between(edit - 2 * SECOND, edit - SECOND) == ()
    counting = Rule.of("gold", "japan", target, edited)
    assert counting is not None
    assert len(counting.as_known(at("2026-11-01T00:00:00Z")).calendar.versions) == 1
    assert counting.edits_between(edit - SECOND, edit) == (edit,)


def test_the_same_wall_time_over_a_month_and_a_year() -> None:
    days = Target("2", INITIAL, Decimal(3), "business_days", "office", reading="wall_time")
    wall = Rule.of("gold", "default", days, office())
    assert wall is not None
    assert wall.due(at("2026-12-30T10:30:00-07:00")) == at("2027-01-04T10:30:00-07:00")
    assert wall.due(at("2026-10-30T10:30:00-06:00")) == at("2026-11-04T10:30:00-07:00")
    lunch = {day: [["08:00", "12:00"], ["13:00", "17:00"]] for day in DAYS[:5]}
    broken = Rule.of("gold", "default", days, Calendar.from_plain("c", {"timezone": "UTC", "weekly": lunch}))
    assert broken is not None
    assert broken.due(at("2026-11-16T12:30:00Z")) == at("2026-11-19T13:00:00Z")
    assert broken.due(at("2026-11-16T09:30:00Z")) == at("2026-11-19T09:30:00Z")


def claim(join: str, basis: str, hours: float, **more: Calendar) -> Claim:
    return Claim(join, denver(basis), rule("gold", "2", INITIAL, hours, **more), denver(basis), "opened")


def test_an_open_pause_hides_what_it_may_still_move() -> None:
    pauses = [Pause(denver("16 09:00"), denver("16 10:00")), Pause(denver("16 12:00"), None)]
    known = denver("16 08:00")
    due = {hours: claim("first", "16 08:00", hours).due(known, pauses) for hours in (1, 3, 3.5)}
    assert due == {1: denver("16 09:00"), 3: denver("16 12:00"), 3.5: None}
    starting = claim("first", "16 06:00", 1, calendar=ALWAYS, start=OFFICE)
    assert starting.due(known, [Pause(denver("16 07:00"), None)]) is None
    assert starting.due(known, [Pause(denver("16 08:00"), None)]) is None
    assert starting.due(known, [Pause(denver("16 09:00"), None)]) == denver("16 09:00")
    assert starting.due(known, [Pause(denver("16 07:00"), denver("16 09:00")), Pause(denver("16 09:30"), None)]) is None
    resumed = [Pause(denver("16 07:00"), denver("16 09:00")), Pause(denver("16 11:00"), None)]
    assert starting.due(known, resumed) == denver("16 10:00")


def test_minimum_and_maximum_when_a_side_is_hidden() -> None:
    pauses = [Pause(denver("16 12:00"), None)]
    known, short, long = denver("16 08:00"), claim("first", "16 08:00", 2), claim("first", "16 08:00", 9)

    def after(first: Claim, join: str, hours: float) -> datetime | None:
        return verdicts([first, claim(join, "16 08:00", hours)], known, pauses)[-1].after

    assert after(short, "min", 9) == denver("16 10:00")
    assert after(long, "min", 2) == denver("16 10:00")
    assert after(long, "min", 8) is None
    assert after(short, "max", 3) == denver("16 11:00")
    assert after(short, "max", 9) is None
    assert after(long, "max", 2) is None
    assert after(long, "rebase", 2) == denver("16 10:00")
    won = [each.won for each in verdicts([long, claim("min", "16 08:00", 8)], known, pauses)]
    assert won == [True, False]


# Explanations and events


def test_an_explanation_says_on_which_hours_of_which_time() -> None:
    plain = OFFICE.to_plain()
    short = {**plain, "weekly": {day: [["08:00", "10:00"]] for day in plain["weekly"]}}
    short |= {"effective_from": denver("17 00:00").isoformat()}
    both = Calendar.from_plain("office", {"versions": [plain, short]})
    terms = Terms([rule("gold", "2", INITIAL, 2, ALWAYS, start=both)])
    late = period(clock(opened("17 12:00"), terms=terms))
    assert step(late, "start_calendar")["weekly"]["mon"] == [["08:00", "10:00"]]
    early = period(clock(opened("16 12:00"), terms=terms))
    assert step(early, "start_calendar")["weekly"]["mon"] == [["08:00", "18:00"]]
    assert [each.values["kind"] for each in early.steps if each.code == "segment"] == ["counted"]


def test_a_pause_before_the_start_calendar_opens_is_told() -> None:
    terms = Terms([rule("gold", "2", INITIAL, 4, ALWAYS, start=OFFICE)])
    line = opened("20 20:00"), event("23 07:00", "suspend"), event("23 09:00", "reinstate")
    found = period(clock(*line, terms=terms))
    kinds = [(each.values["kind"], each.values["end"]) for each in found.steps if each.code == "segment"]
    assert kinds == [
        ("closed", denver("23 07:00")),
        ("paused", denver("23 09:00")),
        ("counted", denver("23 13:00")),
    ]
    assert counted(found) == 4 * HOUR
    second = clock(*line, event("23 10:00", "suspend"), terms=terms)
    assert counted(period(second)) == HOUR
    assert step(period(second), "paused")["since"] == denver("23 10:00")


def test_a_due_time_before_an_open_pause_is_told_as_due() -> None:
    found = period(clock(opened("16 08:00"), event("16 17:00", "suspend")))
    assert found.steps[-1].values == {"at": denver("16 16:00")}
    waiting = period(clock(opened("16 08:00"), event("16 09:00", "response", waiting=True)), FOLLOW)
    assert step(waiting, "waiting") == {"metric": FOLLOW}


def test_two_pauses_keep_their_own_reasons() -> None:
    from dataclasses import replace

    found = period(
        clock(
            opened("16 08:00"),
            event("16 09:00", "suspend"),
            event("16 10:00", "reinstate"),
            event("16 10:00", "suspend"),
            event("16 11:00", "reinstate"),
            event("16 12:00", "suspend"),
            event("16 13:00", "reinstate"),
        )
    )
    first, second, third = found.pauses
    named = replace(found, pauses=(first, replace(second, why="call"), replace(third, why="other")))
    whys = [each.values["why"] for each in named.steps if each.values.get("kind") == "paused"]
    assert whys == ["standing", "other"]
    assert step(named, "pauses") == {"count": 2, "whys": ("standing", "other")}


def test_the_first_event_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"^a case's first event is opened$"):
        replay([], Terms([]))
    agreed_at_once = event(
        "16 09:00", "severity_change", severity="1", by="vendor", agreed_by="contact", agreed_at=denver("16 09:00")
    )
    terms = Terms(package("gold", {"1": (4, 8, ALWAYS), "2": (8, 20, OFFICE)}))
    assert clock(opened("16 08:00"), agreed_at_once, terms=terms).severity == "1"


@pytest.mark.parametrize(("weekday", "due"), [(0, "16 17:00"), (6, "22 17:00")])
def test_a_deliverable_on_the_first_and_the_last_day_of_the_week(weekday: int, due: str) -> None:
    assert due_in_week(OFFICE, date(2026, 11, 18), weekday, time(17), "same_day") == denver(due)
    with pytest.raises(ValueError, match=r"^weekday lies in 0 \(Monday\) to 6, not -1$"):
        due_in_week(OFFICE, date(2026, 11, 18), -1, time(17))


def test_a_time_may_be_written_with_a_space_and_small_letters() -> None:
    assert at("2026-11-20 10:00:00+00:00") == at("2026-11-20T10:00:00Z") == at("2026-11-20t10:00:00+00:00")


def crossing_week() -> Calendar:
    opens = {"zone": "Australia/Sydney", "day": "mon", "time": "08:00"}
    closes = {"zone": "America/Los_Angeles", "day": "fri", "time": "17:30"}
    more = {
        "timezone": "UTC",
        "holidays": ["2026-11-18", "2026-11-26"],
        "exceptions": {"2026-11-21": [["10:00", "11:00"]]},
    }
    return Calendar.from_plain("global", {"weekly": [{"opens": opens, "closes": closes}], **more})


@pytest.mark.parametrize(
    "calendar", [crossing_week(), office(holidays=["2026-11-26"]), office("Pacific/Apia", "20:00", "04:00")]
)
def test_hours_do_not_depend_on_the_window_they_are_compiled_in(calendar: Calendar) -> None:
    version, day = calendar.versions[0], 24 * HOUR_MICROS
    first = micros(at("2026-11-09T00:00:00Z"))
    whole = open_spans(version, first - 40 * day, first + 60 * day)
    for number in range(21):
        lo, hi = first + number * day, first + (number + 1) * day
        cut = [(max(start, lo), min(end, hi)) for start, end in whole if start < hi and lo < end]
        assert open_spans(version, lo, hi) == cut
    assert open_spans(version, first - 40 * day, first + 60 * day) == whole


def test_a_holiday_with_special_hours_hides_no_later_one() -> None:
    calendar = office(
        "UTC",
        holidays=[{"date": "2026-11-24", "name": "a"}, {"date": "2026-11-26", "name": "b"}, "2027-01-01", "2020-01-01"],
        exceptions={"2026-11-24": [["09:00", "10:00"]]},
    )
    found = calendar.segments(at("2026-11-23T12:00:00Z"), at("2026-11-26T23:00:00Z"))
    assert [(each.name, each.end) for each in found if each.kind == "holiday"] == [("b", at("2026-11-26T23:00:00Z"))]
    edge = calendar.segments(at("2026-11-26T00:00:00Z"), at("2026-11-26T00:00:01Z"))
    assert [each.kind for each in edge] == ["holiday"]
