"""Reading a programme: what is refused, where, and what a programme answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from programme_cast import mistakes, plain, programme, put

from garant.core.programmes import Programme, read_programme, shown
from garant.core.situations import answer

DENVER_MONDAY = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)


def test_a_programme_without_mistakes_is_read() -> None:
    found, problems = read_programme(plain())
    assert problems == []
    assert found is not None
    assert [package.code for package in found.packages] == ["basic", "plus"]


@pytest.mark.parametrize(
    ("path", "value", "where", "said"),
    [
        (["targets", 0, "amounts", "plus"], 0, "targets[0].amounts.plus", "0 is not more than 0"),
        (["targets", 0, "amounts", "plus"], -3, "targets[0].amounts.plus", "-3 is not more than 0"),
        (["targets", 0, "amounts", "plus"], 10**9, "targets[0].amounts.plus", "1000000000 is too large"),
        (["targets", 0, "amounts", "plus"], "2", "targets[0].amounts.plus", "expected a number, found text (2)"),
        (["targets", 0, "amounts", "plus"], float("nan"), "targets[0].amounts.plus", "expected a number"),
        (["targets", 0, "calendar"], "never", "targets[0].calendar", "unknown calendar never"),
        (["targets", 0, "unit"], "fortnights", "targets[0].unit", "unknown unit fortnights"),
        (["targets", 0, "metric"], "first", "targets[0].metric", "unknown metric first"),
        (["targets", 0, "amounts"], {"plus": 2}, "targets", "no cell for initial_response, severity high, basic"),
        (["targets", 0, "severity"], "low", "targets[1].amounts.plus", "stands twice"),
        (["calendars", "office", "zone"], "Europe/Pariss", "calendars.office.zone", "unknown zone 'Europe/Pariss'"),
        (["calendars", "office", "weekly"], {}, "calendars.office.weekly", "a calendar that never opens"),
        (["calendars", "office", "weekly"], {"mon": []}, "calendars.office.weekly", "a calendar that never opens"),
        (
            ["calendars", "office", "weekly"], {"mon": ["09:00-12:00", "11:00-17:00"]},
            "calendars.office.weekly", "overlapping shifts: mon 09:00-12:00 and mon 11:00-17:00",
        ),
        (
            ["calendars", "office", "weekly"], {"sun": ["22:00-06:00"], "mon": ["05:00-09:00"]},
            "calendars.office.weekly", "overlapping shifts: sun 22:00-06:00 and mon 05:00-09:00",
        ),
        (["calendars", "office", "weekly"], {"mon-fry": []}, "calendars.office.weekly.mon-fry", "no weekday"),
        (["calendars", "office", "weekly"], {"mon": ["9-12"]}, "calendars.office.weekly.mon[0]", "9-12 is no shift"),
        (["calendars", "office", "holidays"], ["mine"], "calendars.office.holidays[0]", "unknown holiday set mine"),
        (["calendars", "office", "business_day_hours"], 25, "calendars.office.business_day_hours", "25 hours"),
        (["severities", 1, "level"], "high", "severities[1]", "severity high stands twice"),
        (["packages", 1, "code"], "basic", "packages[1]", "package basic stands twice"),
        (["name"], {"en": "Small"}, "name", "the text is missing in fr"),
        (["languages"], ["en", "xx"], "languages[1]", "unknown language xx"),
        (["effective_from"], "2026-02-30", "effective_from", "2026-02-30 is no date"),
        (["effective_until"], "2025-01-01", "effective_until", "ends before it begins"),
        (["format"], 7, "format", "format 7"),
        (["colour"], "red", "colour", "unknown key colour"),
        (["regions", "norway", "channels", "fax"], "north", "regions.norway.channels.fax", "unknown channel fax"),
        (["precedence"], ["package", "region"], "precedence", "package is not the last"),
        (["closure"], dict.fromkeys(["close_after_days", "reopen_within_days"], 1), "closure", "warn_after_days"),
        (["severity_change", "lapse", "calendar"], "x", "severity_change.lapse.calendar", "unknown calendar x"),
        (["version"], "1/2", "version", "1/2 is no version"),
        (["vendor"], "a\x00b", "vendor", "a control character"),
        (["vendor"], "\ud800", "vendor", "a control character"),
        (["vendor"], "x" * 5_000, "vendor", "text of 5000 characters"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_where_it_stands(path: list[Any], value: Any, where: str, said: str) -> None:
    found = mistakes(put(plain(), path, value))
    assert any(at == where and said in message for at, message in found), found


def test_every_mistake_has_a_remedy_and_all_are_named_at_once() -> None:
    document = put(put(plain(), ["targets", 0, "unit"], "weeks"), ["calendars", "north", "zone"], "Nowhere")
    found, problems = read_programme(document)
    assert found is None
    assert {problem.path for problem in problems} >= {"targets[0].unit", "calendars.north.zone"}
    assert all(problem.remedy for problem in problems)


def test_an_unknown_word_suggests_the_nearest_one() -> None:
    _, problems = read_programme(put(plain(), ["targets", 0, "unit"], "elapsed_hour"))
    assert [problem.remedy for problem in problems] == [
        "did you mean elapsed_hours? known: minutes, elapsed_hours, "
        "business_hours, business_days, per_day, per_week, as_agreed"
    ]


@pytest.mark.parametrize("key", ["programme", "calendars", "packages", "rows", "targets", "regions", "standing"])
def test_a_missing_part_is_named(key: str) -> None:
    document = plain()
    del document[key]
    assert ("(file)", f"{key} is missing") in mistakes(document)


def test_a_row_that_the_programme_does_not_have_is_left_out() -> None:
    document = plain()
    rows = document["rows"][0]["rows"]
    document["rows"][0]["rows"] = [row for row in rows if row["code"] not in ("services_days", "instance_access")]
    found, problems = read_programme(document)
    assert found is not None, problems
    assert set(programme().rows("plus")) - set(found.rows("plus")) == {"services_days", "instance_access"}
    access = answer("route", {"tier": "plus", "request": "open_instance", "grant": "valid"}, found).fields
    assert (access["accepted"], access["reason"]) == (False, "not_in_tier")


def test_a_programme_without_a_row_of_targets_is_refused() -> None:
    document = plain()
    rows = document["rows"][0]["rows"]
    document["rows"][0]["rows"] = [row for row in rows if "target" not in row]
    assert mistakes(document) == [("rows", "no row of response targets")]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"code": "reviews"}, "unknown row reviews"),
        ({"code": "reviews", "kind": "mood"}, "unknown kind of row mood"),
        ({"code": "beta", "kind": "count"}, "row beta holds a flag"),
    ],
)
def test_a_row_of_the_programmes_own_says_what_it_holds(row: dict[str, Any], said: str) -> None:
    document = plain()
    document["rows"][0]["rows"] = [one for one in document["rows"][0]["rows"] if one["code"] != "beta"]
    document["rows"][0]["rows"].append({"name": "Own", "values": {"*": True}, **row})
    assert said in [message for _, message in mistakes(document)]
    document["rows"][0]["rows"][-1] = {"code": "incidents", "kind": "count", "name": "Packs", "values": {"*": 5}}
    found, problems = read_programme(document)
    assert found is not None, problems
    assert found.rows("plus")["incidents"] == Decimal(5)


def test_a_row_without_a_cell_for_a_package_is_refused() -> None:
    document = plain()
    row = next(row for row in document["rows"][0]["rows"] if row["code"] == "authorized_contacts")
    row["values"] = {"basic": 1}
    assert any(message == "no cell for plus" for _, message in mistakes(document))


def test_a_target_that_cannot_be_counted_is_named_with_its_region() -> None:
    document = put(plain(), ["targets", 0, "unit"], "per_week")
    week = {
        "opens": {"zone": "UTC", "day": "mon", "time": "08:00"},
        "closes": {"zone": "UTC", "day": "fri", "time": "08:00"},
    }
    found = mistakes(put(document, ["calendars", "north"], {"week": week, "business_day_hours": 24}))
    assert [path for path, _ in found] == ["targets[0].amounts.plus"]
    assert "region norway" in found[0][1]


def test_a_business_day_needs_a_length() -> None:
    document = plain()
    del document["calendars"]["office"]["business_day_hours"]
    assert ("targets[1].calendar", "office has no business_day_hours") in mistakes(document)


def test_the_line_of_a_mistake_is_that_of_its_nearest_known_part() -> None:
    lines = {(): 1, ("targets",): 40, ("targets", 0): 41, ("targets", 0, "unit"): 43}
    _, problems = read_programme(put(plain(), ["targets", 0, "unit"], "weeks"), lines)
    assert [problem.line for problem in problems] == [43]
    document = plain()
    del document["targets"][0]["unit"]
    _, problems = read_programme(document, lines)
    assert problems[0].line == 41


def test_national_holidays_need_an_almanac() -> None:
    document = put(plain(), ["holidays", "own"], {"country": "FR", "years": "2026-2027"})
    assert mistakes(document) == [("holidays.own", "national holidays must be given as dates here")]


def test_a_region_keeps_the_amounts_and_counts_on_its_own_hours() -> None:
    target = programme().target("plus", "norway", "high", "initial_response")
    assert target is not None
    assert (target.amount, target.unit, target.calendar) == (Decimal(2), "business_hours", "north")


def test_an_empty_cell_is_no_promise() -> None:
    found = programme()
    assert found.terms().rule("basic", "high", "initial_response") is None
    assert found.rows("basic")["first_high"] is None


def test_rows_of_targets_say_the_amount_or_the_amount_by_severity() -> None:
    rows = programme().rows("plus")
    assert rows["first_high"] == Decimal(2)
    assert rows["first_both"] == {"high": Decimal(2), "low": Decimal("1.5")}


def test_a_business_day_has_the_hours_that_its_calendar_says() -> None:
    rule = programme().terms().rule("plus", "low", "initial_response")
    assert rule is not None
    assert rule.duration.total_seconds() == 1.5 * 7 * 3600
    assert rule.target.grade == "goal"
    at_home = programme().terms("norway").rule("plus", "low", "initial_response")
    assert at_home is not None
    assert at_home.duration.total_seconds() == 1.5 * 8 * 3600


def test_a_channel_is_offered_only_where_package_and_region_have_it() -> None:
    found = programme()
    assert [(one.code, one.hours) for one in found.channels("plus")] == [("web", "always"), ("phone", "always")]
    assert [(one.code, one.hours) for one in found.channels("plus", "norway")] == [("web", "north"), ("phone", None)]
    assert [(one.code, one.hours) for one in found.channels("basic")] == [("web", "always"), ("phone", None)]


def test_a_proposal_lapses_after_two_business_days() -> None:
    lapse = programme().terms().proposal_lapses("plus", "low", DENVER_MONDAY)
    assert lapse == datetime(2026, 11, 18, 15, 0, tzinfo=UTC)


def test_a_stored_programme_reads_back_to_the_same() -> None:
    found = programme()
    stored = json.loads(json.dumps(found.to_plain()))
    again = Programme.from_plain(stored)
    assert shown(again) == shown(found)
    assert again.to_plain() == found.to_plain()
    with pytest.raises(ValueError, match="targets"):
        Programme.from_plain({**stored, "targets": 3})


def test_an_override_of_the_contract_wins_over_region_and_package_by_precedence() -> None:
    found = programme()
    own = found.target("plus", "default", "low", "initial_response")
    assert own is not None
    target = type(own)("high", "initial_response", Decimal(1), "minutes", "always")
    rule = found.terms("norway", overrides={("high", "initial_response"): target}).rule(
        "plus", "high", "initial_response"
    )
    assert rule is not None
    assert (rule.duration.total_seconds(), rule.calendar.code) == (60, "always")
    put_last, _ = read_programme({**plain(), "precedence": ["region", "package"]})
    assert put_last is not None
    kept = put_last.terms("norway", overrides={("high", "initial_response"): target}).rule(
        "plus", "high", "initial_response"
    )
    assert kept is not None
    assert kept.calendar.code == "north"


def test_an_add_on_may_change_the_calendar() -> None:
    add_on = {
        "night": {"name": "Night", "calendars": {"office": "always"}, "units": {"business_days": "elapsed_hours"}}
    }
    found, problems = read_programme({**plain(), "add_ons": add_on})
    assert found is not None, problems
    rule = found.terms(add_ons=("night",)).rule("plus", "low", "initial_response")
    assert rule is not None
    assert rule.calendar.always_open
    without = found.terms().rule("plus", "low", "initial_response")
    assert without is not None
    assert without.calendar.code == "office"


def test_a_week_may_cross_zones() -> None:
    week = {
        "opens": {"zone": "Australia/Sydney", "day": "mon", "time": "08:00"},
        "closes": {"zone": "America/Los_Angeles", "day": "fri", "time": "17:30"},
    }
    found, problems = read_programme(put(plain(), ["calendars", "north"], {"week": week, "business_day_hours": 24}))
    assert found is not None, problems
    calendar = found.calendar("north")
    assert calendar.is_open(datetime(2026, 11, 22, 22, 0, tzinfo=UTC))  # Monday 09:00 in Sydney
    assert not calendar.is_open(datetime(2026, 11, 21, 2, 0, tzinfo=UTC))  # Friday 18:00 in Los Angeles


def test_hours_may_stand_in_a_fixed_offset_all_year() -> None:
    found, problems = read_programme(put(plain(), ["calendars", "north", "zone"], "UTC-08:00"))
    assert found is not None, problems
    assert found.calendar("north").next_open(datetime(2026, 7, 4, tzinfo=UTC)) == datetime(2026, 7, 6, 16, tzinfo=UTC)


def test_the_customers_zone_may_decide() -> None:
    places = [
        {"zones": ["America/New_York"], "weekly": {"mon-fri": ["09:00-18:00"]}, "business_day_hours": 9},
        {"weekly": {"mon-fri": ["09:00-17:00"]}, "business_day_hours": 8},
    ]
    spec = {"owner": "customer", "default_zone": "Europe/London", "places": places}
    found, problems = read_programme(put(plain(), ["calendars", "office"], spec))
    assert found is not None, problems
    for zone, hours in (("America/New_York", 9), ("Asia/Tokyo", 8), (None, 8)):
        rule = found.terms(customer_zone=zone).rule("plus", "low", "initial_response")
        assert rule is not None
        assert rule.duration.total_seconds() == 1.5 * hours * 3600
        assert rule.calendar.versions[0].zone == (zone or "Europe/London")


@pytest.mark.parametrize(
    ("combined", "dates"),
    [
        ({"any_of": ["one", "two"]}, ["2026-01-01", "2026-05-01", "2026-07-14"]),
        ({"all_of": ["one", "two"]}, ["2026-01-01"]),
        ({"less": ["one", "two"]}, ["2026-05-01"]),
    ],
)
def test_holiday_sets_can_be_combined(combined: dict[str, Any], dates: list[str]) -> None:
    document = plain()
    document["holidays"] = {
        "one": {"dates": {"2026-01-01": "New Year", "2026-05-01": "May Day"}},
        "two": {"dates": {"2026-01-01": "New Year", "2026-07-14": "Bastille Day"}},
        "own": combined,
    }
    found, problems = read_programme(document)
    assert found is not None, problems
    calendar = next(one for one in shown(found)["calendars"] if one["code"] == "office")
    assert calendar["holidays"] == dates


def test_a_calendar_can_have_versions() -> None:
    versions = [
        {"effective_from": None, "zone": "Europe/Paris", "weekly": {"mon-fri": ["09:00-17:00"]}},
        {"effective_from": "2026-11-18T00:00:00+01:00", "zone": "Europe/Paris", "weekly": {"mon-fri": ["10:00-16:00"]}},
    ]
    spec = {"versions": versions, "business_day_hours": 7}
    found, problems = read_programme(put(plain(), ["calendars", "office"], spec))
    assert found is not None, problems
    calendar = found.calendar("office")
    assert calendar.is_open(datetime(2026, 11, 17, 8, 30, tzinfo=UTC))
    assert not calendar.is_open(datetime(2026, 11, 18, 8, 30, tzinfo=UTC))


def test_texts_are_found_by_path_and_fall_back_to_english() -> None:
    found = programme()
    assert found.text("severity.high.definition", "fr") == "Arrêt."
    assert found.text("severity.high.definition", "de") == "Down."
    assert found.holiday_name("Christmas Day", "fr") == "Noël"
    with pytest.raises(KeyError):
        found.text("severity.unheard.name", "en")
