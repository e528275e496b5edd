"""Calendars: an instant is open if and only if the zone's wall clock reads a time inside a shift."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from core_cast import ALWAYS, DAYS, HOUR, MINUTE, OFFICE, SECOND, around_the_clock, denver, office

from garant.core.calendars import Calendar, CalendarError
from garant.core.instants import parse_instant


def at(text: str) -> datetime:
    return parse_instant(text)


def every_day(zone: str, *shifts: list[str], **more: object) -> Calendar:
    return Calendar.from_plain("c", {"timezone": zone, "weekly": {day: list(shifts) for day in DAYS}, **more})


def test_the_published_example_ends_next_morning() -> None:
    london = office("Europe/London", "09:00", "18:00")
    assert london.advance(at("2026-11-17T17:45:00Z"), HOUR) == at("2026-11-18T09:45:00Z")


def test_a_target_that_ends_at_closing_time_is_due_at_closing_time() -> None:
    assert OFFICE.advance(denver("20 10:00"), 8 * HOUR) == denver("20 18:00")
    assert OFFICE.advance(denver("20 10:00"), 8 * HOUR + SECOND) == denver("23 08:00:01")


def test_shifts_are_half_open() -> None:
    assert OFFICE.is_open(denver("20 08:00"))
    assert not OFFICE.is_open(denver("20 18:00"))
    assert OFFICE.is_open(denver("20 18:00") - timedelta(microseconds=1))
    assert OFFICE.advance(denver("20 18:00"), HOUR) == denver("23 09:00")


def test_zero_gives_the_first_open_instant() -> None:
    assert OFFICE.advance(denver("20 12:00"), timedelta(0)) == denver("20 12:00")
    assert OFFICE.advance(denver("20 18:00"), timedelta(0)) == denver("23 08:00")
    assert OFFICE.next_open(denver("21 12:00")) == denver("23 08:00")
    assert OFFICE.next_open(denver("20 12:00")) == denver("20 12:00")


def test_a_negative_duration_is_refused() -> None:
    with pytest.raises(CalendarError, match="calendar office: a duration can't be negative"):
        OFFICE.advance(denver("20 12:00"), -SECOND)


def test_elapsed_is_zero_backwards() -> None:
    assert OFFICE.elapsed(denver("20 12:00"), denver("20 12:00")) == timedelta(0)
    assert OFFICE.elapsed(denver("20 12:00"), denver("20 09:00")) == timedelta(0)
    assert OFFICE.elapsed(denver("20 17:00"), denver("23 09:30")) == 2 * HOUR + 30 * MINUTE


def test_fractions_of_a_second_count() -> None:
    start = denver("20 17:59:59") + timedelta(microseconds=250_000)
    assert OFFICE.elapsed(start, denver("20 19:00")) == timedelta(microseconds=750_000)
    assert OFFICE.advance(start, SECOND) == denver("23 08:00") + timedelta(microseconds=250_000)


def test_the_skipped_hour_holds_nothing() -> None:
    night = every_day("Europe/Paris", ["01:30", "03:30"])
    assert night.elapsed(at("2026-03-29T00:00:00+01:00"), at("2026-03-29T12:00:00+02:00")) == HOUR


def test_the_repeated_hour_counts_twice() -> None:
    night = every_day("Europe/Paris", ["02:00", "03:00"])
    assert night.elapsed(at("2026-10-25T00:00:00+02:00"), at("2026-10-25T12:00:00+01:00")) == 2 * HOUR
    assert night.advance(at("2026-10-25T00:00:00+02:00"), 2 * HOUR) == at("2026-10-25T03:00:00+01:00")


def test_a_shift_edge_inside_the_repeated_hour_opens_twice() -> None:
    night = every_day("America/Denver", ["01:30", "03:30"])
    assert night.elapsed(at("2012-11-03T16:00:00Z"), at("2012-11-05T00:10:00Z")) == 2 * HOUR + 30 * MINUTE


def test_lord_howe_moves_by_half_an_hour() -> None:
    island = every_day("Australia/Lord_Howe", ["00:00", "24:00"], holidays=["2026-04-06"])
    assert island.elapsed(at("2026-04-05T00:00:00+11:00"), at("2026-04-06T00:00:00+10:30")) == 24 * HOUR + 30 * MINUTE


def test_apia_had_no_thirtieth_of_december() -> None:
    apia = every_day("Pacific/Apia", ["09:00", "17:00"])
    assert apia.elapsed(at("2011-12-29T00:00:00-10:00"), at("2012-01-01T00:00:00+14:00")) == 16 * HOUR
    assert apia.open_on(date(2011, 12, 30)) == ()


def test_a_day_open_all_day_has_twenty_five_hours_in_autumn() -> None:
    sunday = Calendar.from_plain("c", {"timezone": "Europe/Paris", "weekly": {"sun": [["00:00", "24:00"]]}})
    assert sunday.elapsed(at("2020-10-24T22:00:00Z"), at("2020-10-25T23:00:00Z")) == 25 * HOUR
    assert sunday.elapsed(at("2020-03-28T23:00:00Z"), at("2020-03-29T22:00:00Z")) == 23 * HOUR


def test_a_night_shift_belongs_to_the_day_it_starts() -> None:
    night = Calendar.from_plain("c", {"timezone": "UTC", "weekly": {"fri": [["22:00", "06:00"]]}})
    assert night.elapsed(at("2026-11-20T00:00:00Z"), at("2026-11-22T00:00:00Z")) == 8 * HOUR
    assert night.is_open(at("2026-11-21T05:59:59Z"))
    assert not night.is_open(at("2026-11-20T05:00:00Z"))


def test_a_holiday_cuts_the_spill_of_the_evening_before() -> None:
    plain = {"timezone": "UTC", "weekly": {"thu": [["22:00", "06:00"]], "fri": [["22:00", "06:00"]]}}
    night = Calendar.from_plain("c", {**plain, "holidays": ["2026-11-20"]})
    assert night.elapsed(at("2026-11-19T00:00:00Z"), at("2026-11-22T00:00:00Z")) == 2 * HOUR


def test_special_hours_win_over_the_holiday_and_are_the_only_ones() -> None:
    more = {"holidays": ["2026-11-20"], "exceptions": {"2026-11-20": [["09:00", "12:00"]], "2026-11-23": []}}
    calendar = office("UTC", **more)
    assert calendar.elapsed(at("2026-11-20T00:00:00Z"), at("2026-11-21T00:00:00Z")) == 3 * HOUR
    assert calendar.next_open(at("2026-11-20T12:00:00Z")) == at("2026-11-24T08:00:00Z")
    names = [segment.kind for segment in calendar.segments(at("2026-11-20T00:00:00Z"), at("2026-11-21T00:00:00Z"))]
    assert names == ["closed", "counted", "closed"]


def test_special_hours_may_run_into_the_next_date() -> None:
    calendar = office("UTC", exceptions={"2026-11-21": [["21:00", "02:00"]]})
    assert calendar.elapsed(at("2026-11-21T00:00:00Z"), at("2026-11-23T00:00:00Z")) == 5 * HOUR
    cut = office("UTC", exceptions={"2026-11-21": [["21:00", "02:00"]], "2026-11-22": []})
    assert cut.elapsed(at("2026-11-21T00:00:00Z"), at("2026-11-23T00:00:00Z")) == 3 * HOUR


def test_a_calendar_of_special_dates_alone_ends_with_them() -> None:
    dates = Calendar.from_plain("c", {"timezone": "UTC", "exceptions": {"2026-11-20": [["09:00", "12:00"]]}})
    assert dates.advance(at("2026-11-01T00:00:00Z"), 3 * HOUR) == at("2026-11-20T12:00:00Z")
    with pytest.raises(CalendarError, match="within 120 years"):
        dates.advance(at("2026-11-01T00:00:00Z"), 3 * HOUR + SECOND)
    with pytest.raises(CalendarError, match="within 120 years"):
        dates.next_open(at("2026-11-20T12:00:00Z"))


def test_times_that_no_calendar_keeps_are_refused() -> None:
    with pytest.raises(CalendarError, match="outside the years 1600 to 8900"):
        OFFICE.next_open(datetime(1200, 1, 1, tzinfo=UTC))
    with pytest.raises(CalendarError, match="outside the years 1600 to 8900"):
        OFFICE.next_open(datetime(9500, 1, 1, tzinfo=UTC))


def test_a_fixed_offset_knows_no_summer_time() -> None:
    pst = office("UTC-08:00", "09:00", "17:00")
    assert pst.next_open(at("2026-07-06T00:00:00Z")) == at("2026-07-06T17:00:00Z")
    assert office("UTC+05:30", "09:00", "17:00").next_open(at("2026-07-06T00:00:00Z")) == at("2026-07-06T03:30:00Z")


def sydney_to_san_francisco(**more: object) -> Calendar:
    opens = {"zone": "Australia/Sydney", "day": "mon", "time": "08:00"}
    closes = {"zone": "America/Los_Angeles", "day": "fri", "time": "17:30"}
    return Calendar.from_plain("global", {"weekly": [{"opens": opens, "closes": closes}], **more})


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-20T16:30:00-08:00", "2026-11-23T09:00:00+11:00"),
        ("2026-07-10T16:30:00-07:00", "2026-07-13T09:00:00+10:00"),
        ("2026-10-09T16:30:00-07:00", "2026-10-12T09:00:00+11:00"),
        ("2026-11-17T23:30:00-08:00", "2026-11-18T01:30:00-08:00"),
        ("2026-11-22T12:00:00-08:00", "2026-11-22T15:00:00-08:00"),
    ],
)
def test_a_week_may_cross_zones(start: str, due: str) -> None:
    assert sydney_to_san_francisco().advance(at(start), 2 * HOUR) == at(due)


def test_a_week_across_zones_keeps_holidays_of_its_own_zone() -> None:
    calendar = sydney_to_san_francisco(
        timezone="UTC", holidays=["2026-11-18"], exceptions={"2026-11-21": [["10:00", "11:00"]]}
    )
    assert calendar.elapsed(at("2026-11-17T23:00:00Z"), at("2026-11-19T01:00:00Z")) == 2 * HOUR
    assert calendar.elapsed(at("2026-11-21T02:00:00Z"), at("2026-11-22T20:00:00Z")) == HOUR
    assert Calendar.from_plain("global", calendar.to_plain()) == calendar


def test_pauses_do_not_count_and_may_overlap() -> None:
    pauses = [(denver("20 11:00"), denver("20 12:00")), (denver("20 11:30"), denver("20 13:00"))]
    assert OFFICE.elapsed(denver("20 10:00"), denver("20 14:00"), pauses) == 2 * HOUR
    assert OFFICE.advance(denver("20 10:00"), 2 * HOUR, pauses) == denver("20 14:00")
    assert OFFICE.advance(denver("20 11:15"), HOUR, pauses) == denver("20 14:00")
    assert OFFICE.advance(denver("20 10:00"), HOUR, pauses) == denver("20 11:00")
    backwards = [(denver("20 13:00"), denver("20 11:00"))]
    assert OFFICE.advance(denver("20 10:00"), 2 * HOUR, backwards) == denver("20 12:00")


def test_segments_leave_no_gap_and_name_the_holiday() -> None:
    start, due = denver("25 16:00"), denver("27 16:00")
    pause = [(denver("27 09:00"), denver("27 10:00"))]
    found = OFFICE.segments(start, due, pause)
    assert [(each.kind, each.start, each.end, each.name) for each in found] == [
        ("counted", denver("25 16:00"), denver("25 18:00"), None),
        ("closed", denver("25 18:00"), denver("26 00:00"), None),
        ("holiday", denver("26 00:00"), denver("27 00:00"), "Thanksgiving Day"),
        ("closed", denver("27 00:00"), denver("27 08:00"), None),
        ("counted", denver("27 08:00"), denver("27 09:00"), None),
        ("paused", denver("27 09:00"), denver("27 10:00"), None),
        ("counted", denver("27 10:00"), denver("27 16:00"), None),
    ]
    assert [each.counted for each in found] == [2 * HOUR, *[timedelta(0)] * 3, HOUR, timedelta(0), 6 * HOUR]
    assert OFFICE.segments(due, start) == ()


def test_a_holiday_on_a_closed_day_is_just_closed() -> None:
    calendar = office("UTC", holidays=["2026-11-21"])
    found = calendar.segments(at("2026-11-20T17:00:00Z"), at("2026-11-23T09:00:00Z"))
    assert [each.kind for each in found] == ["counted", "closed", "counted"]


def test_a_holiday_without_a_name_has_none() -> None:
    calendar = office("UTC", holidays=["2026-11-20"])
    found = calendar.segments(at("2026-11-20T01:00:00Z"), at("2026-11-20T09:00:00Z"))
    assert [(each.kind, each.name) for each in found] == [("holiday", None)]


def versions() -> Calendar:
    first = {"timezone": "UTC", "weekly": {day: [["08:00", "18:00"]] for day in DAYS}}
    later = {
        "timezone": "UTC",
        "weekly": {day: [["08:00", "12:00"]] for day in DAYS},
        "effective_from": "2026-11-20T00:00:00Z",
        "known_from": "2026-11-16T10:00:00Z",
        "holidays": [{"date": "2026-11-21", "name": "Founders"}],
    }
    return Calendar.from_plain("c", {"versions": [later, first]})


def test_earlier_instants_keep_the_old_version() -> None:
    calendar = versions()
    assert calendar.elapsed(at("2026-11-19T00:00:00Z"), at("2026-11-20T00:00:00Z")) == 10 * HOUR
    assert calendar.elapsed(at("2026-11-20T00:00:00Z"), at("2026-11-21T00:00:00Z")) == 4 * HOUR
    assert calendar.in_force(at("2026-11-19T23:59:59Z")).weekly[0] == ((28_800, 64_800),)
    assert calendar.in_force(at("2026-11-20T00:00:00Z")).weekly[0] == ((28_800, 43_200),)
    kinds = [each.kind for each in calendar.segments(at("2026-11-20T11:00:00Z"), at("2026-11-22T09:00:00Z"))]
    assert kinds == ["counted", "closed", "holiday", "closed", "counted"]


def test_a_version_is_not_known_before_its_edit() -> None:
    calendar = versions()
    before = calendar.as_known(at("2026-11-16T09:59:59Z"))
    assert len(before.versions) == 1
    assert before.elapsed(at("2026-11-20T00:00:00Z"), at("2026-11-21T00:00:00Z")) == 10 * HOUR
    assert calendar.as_known(at("2026-11-16T10:00:00Z")) is calendar
    edit = at("2026-11-16T10:00:00Z")
    assert calendar.edits_between(edit - SECOND, edit) == (edit,)
    assert calendar.edits_between(edit, edit + HOUR) == ()


def test_an_edit_never_changes_what_passed_before_it_was_known() -> None:
    late = {
        "timezone": "UTC",
        "weekly": {"mon": [["00:00", "01:00"]]},
        "effective_from": "2026-01-01T00:00:00Z",
        "known_from": "2026-11-20T10:00:00Z",
    }
    first = {"timezone": "UTC", "weekly": {day: [["08:00", "18:00"]] for day in DAYS}}
    calendar = Calendar.from_plain("c", {"versions": [first, late]})
    assert calendar.elapsed(at("2026-11-20T00:00:00Z"), at("2026-11-21T00:00:00Z")) == 2 * HOUR


def test_plain_data_reads_back_to_an_equal_calendar() -> None:
    plain = {
        "timezone": "Asia/Tokyo",
        "weekly": {"mon": [["09:00", "12:00"], ["13:00:30", "24:00"]], "tue": [["20:00", "20:00"]]},
        "holidays": [{"from": "2026-12-30", "to": "2027-01-02", "name": "New Year"}, "2026-11-23"],
        "exceptions": {"2026-12-29": [["09:00", "12:00"]]},
        "business_day_hours": "7.5",
    }
    calendar = Calendar.from_plain("tokyo", plain)
    again = Calendar.from_plain("tokyo", calendar.to_plain())
    assert again == calendar
    assert hash(again) == hash(calendar)
    assert pickle.loads(pickle.dumps(calendar)) == calendar
    assert calendar.to_plain()["weekly"] == plain["weekly"]
    assert calendar.to_plain()["holidays"][0] == "2026-11-23"
    assert calendar.to_plain()["holidays"][-1] == {"date": "2027-01-02", "name": "New Year"}
    assert calendar.business_day == timedelta(hours=7, minutes=30)
    assert Calendar.from_plain("v", versions().to_plain()).versions == versions().versions


def test_the_length_of_a_business_day() -> None:
    assert OFFICE.business_day == 10 * HOUR
    assert ALWAYS.business_day == 24 * HOUR
    uneven = Calendar.from_plain(
        "c", {"timezone": "UTC", "weekly": {"mon": [["09:00", "17:00"]], "tue": [["09:00", "12:00"]]}}
    )
    with pytest.raises(CalendarError, match="calendar c: its days differ in length; state business_day_hours"):
        _ = uneven.business_day


def test_whether_a_calendar_is_always_open() -> None:
    assert ALWAYS.always_open
    assert not OFFICE.always_open
    assert not Calendar.from_plain("c", {**ALWAYS.to_plain(), "holidays": ["2026-11-26"]}).always_open


def test_threads_may_share_a_calendar() -> None:
    starts = [datetime(1990 + n, 1 + n % 12, 5, 17, tzinfo=UTC) for n in range(60)]
    shared = office("America/New_York", "09:01", "17:03")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda start: shared.advance(start, 20 * HOUR), starts))
    assert found == [office("America/New_York", "09:01", "17:03").advance(start, 20 * HOUR) for start in starts]


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        (
            {"timezone": "UTC", "weekly": {}},
            "the calendar never opens: give it at least one shift a week, or hours on some date",
        ),
        (
            {"timezone": "UTC", "weekly": {"mon": []}, "exceptions": {"2026-11-20": []}},
            "the calendar never opens: give it at least one shift a week, or hours on some date",
        ),
        (
            {"timezone": "Mars/Base", "weekly": {"mon": [["09:00", "17:00"]]}},
            ("unknown zone 'Mars/Base': use an IANA name such as America/Denver, or a fixed offset such as UTC-08:00"),
        ),
        (
            {"timezone": "localtime", "weekly": {"mon": [["09:00", "17:00"]]}},
            ("unknown zone 'localtime': use an IANA name such as America/Denver, or a fixed offset such as UTC-08:00"),
        ),
        (
            {"timezone": "../etc/passwd", "weekly": {"mon": [["09:00", "17:00"]]}},
            (
                "unknown zone '../etc/passwd': use an IANA name such as America/Denver, or a "
                "fixed offset such as UTC-08:00"
            ),
        ),
        (
            {"timezone": "UTC-15:00", "weekly": {"mon": [["09:00", "17:00"]]}},
            "unknown zone 'UTC-15:00': a fixed offset lies between UTC-14:00 and UTC+14:00",
        ),
        (
            {"timezone": "UTC+09:75", "weekly": {"mon": [["09:00", "17:00"]]}},
            "unknown zone 'UTC+09:75': a fixed offset lies between UTC-14:00 and UTC+14:00",
        ),
        ({"weekly": {"mon": [["09:00", "17:00"]]}}, "timezone is missing: name an IANA zone such as America/Denver"),
        (
            {"timezone": "UTC", "weekly": {"monday": [["09:00", "17:00"]]}},
            "unknown day 'monday': the days are mon, tue, wed, thu, fri, sat, sun",
        ),
        (
            {"timezone": "UTC", "weekly": {"mon": [["09:00", "13:00"], ["12:59", "17:00"]]}},
            "overlapping shifts on mon: let one end at or before the next begins",
        ),
        (
            {"timezone": "UTC", "weekly": {"mon": [["20:00", "05:00"]], "tue": [["04:00", "06:00"]]}},
            "overlapping shifts on mon and tue: let one end at or before the next begins",
        ),
        (
            {"timezone": "UTC", "weekly": {"sun": [["20:00", "05:00"]], "mon": [["04:00", "06:00"]]}},
            "overlapping shifts on sun and mon: let one end at or before the next begins",
        ),
        (
            {"timezone": "UTC", "exceptions": {"2026-11-20": [["09:00", "12:00"], ["11:00", "13:00"]]}},
            "overlapping shifts on 2026-11-20: let one end at or before the next begins",
        ),
        (
            {"timezone": "UTC", "weekly": {"mon": [["9:00", "17:00"]]}},
            "mon: not a time of day: '9:00'; write it as 09:00, at most 24:00",
        ),
        (
            {"timezone": "UTC", "weekly": {"mon": [["09:60", "17:00"]]}},
            "mon: not a time of day: '09:60'; write it as 09:00, at most 24:00",
        ),
        (
            {"timezone": "UTC", "weekly": {"mon": [["09:00", "24:01"]]}},
            "mon: not a time of day: '24:01'; write it as 09:00, at most 24:00",
        ),
        (
            {"timezone": "UTC", "weekly": {"mon": [["24:00", "02:00"]]}},
            "mon: a shift can't start at 24:00; start it at 00:00 of the next day",
        ),
        (
            {"timezone": "UTC", "weekly": {"mon": [["09:00"]]}},
            'mon: a shift is [start, end], for example ["09:00", "17:00"]',
        ),
        ({"timezone": "UTC", "weekly": {"mon": "09:00-17:00"}}, "mon: shifts are a list of [start, end]"),
        (
            {"timezone": "UTC", "weekly": "always"},
            "weekly is a mapping of days to shifts, or a list of {opens, closes}",
        ),
        (
            {"timezone": "UTC", "weekly": [{"opens": {}}]},
            "a week that crosses zones needs opens and closes, each with zone, day and time",
        ),
        (
            {"timezone": "UTC", "weekly": [{"opens": {}, "closes": {}}]},
            "opens needs zone, day (mon, tue, wed, thu, fri, sat, sun) and time",
        ),
        (
            {"timezone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}, "holidays": ["26.11.2026"]},
            "not a date: '26.11.2026'; write it as 2026-12-24",
        ),
        (
            {"timezone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}, "holidays": "2026-11-26"},
            "holidays is a list of dates, {date, name} or {from, to, name}",
        ),
        (
            {
                "timezone": "UTC",
                "weekly": {"mon": [["09:00", "17:00"]]},
                "holidays": [{"from": "2026-11-26", "to": "2026-11-25"}],
            },
            ("holidays from 2026-11-26 to 2026-11-25: the end lies before the start, or ten years after it"),
        ),
        ({"timezone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}, "exceptions": []}, None),
        (
            {"timezone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}, "exceptions": ["x"]},
            "exceptions is a mapping of dates to shifts",
        ),
        (
            {"timezone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}, "effective_from": "2026-11-20"},
            "not a time: '2026-11-20'; write it as 2026-11-20T17:00:00-07:00",
        ),
        (
            {"timezone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}, "business_day_hours": "x"},
            "business_day_hours is a number of hours, not 'x'",
        ),
        (
            {"timezone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}, "business_day_hours": 25},
            "business_day_hours lies above 0 and at most at 24",
        ),
        (
            {"timezone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}, "business_day_hours": 0},
            "business_day_hours lies above 0 and at most at 24",
        ),
        ({"versions": []}, "versions is a list with at least one version"),
        (None, "a calendar is a mapping with timezone, weekly, holidays and exceptions"),
    ],
)
def test_a_bad_calendar_is_refused_with_the_reason(plain: dict[str, object], message: str | None) -> None:
    if message is None:
        assert Calendar.from_plain("c", plain).code == "c"
        return
    with pytest.raises(CalendarError) as caught:
        Calendar.from_plain("c", plain)
    assert str(caught.value) == f"calendar c: {message}"


def test_touching_shifts_do_not_overlap() -> None:
    week = {"mon": [["09:00", "12:00"], ["12:00", "24:00"]], "tue": [["00:00", "01:00"]], "sun": [["20:00", "09:00"]]}
    calendar = Calendar.from_plain("c", {"timezone": "UTC", "weekly": week})
    assert calendar.elapsed(at("2026-11-22T00:00:00Z"), at("2026-11-25T00:00:00Z")) == (4 + 9 + 15 + 1) * HOUR


def test_a_calendar_needs_a_version() -> None:
    with pytest.raises(CalendarError, match="calendar c: it has no version"):
        Calendar("c", ())
    assert Calendar("c", OFFICE.versions, Decimal(8)).business_day == 8 * HOUR
    assert around_the_clock("Asia/Tokyo").elapsed(denver("1 00:00"), denver("2 00:00")) > 24 * HOUR
