"""Targets: amounts and units become counted time, or a refusal with the way out."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from core_cast import ALWAYS, DAYS, HOUR, OFFICE, denver, office

from garant.core.calendars import Calendar, CalendarError
from garant.core.targets import Rule, Target, TargetError, target_duration


def target(amount: str | None, unit: str, reading: str = "business_time") -> Target:
    number = None if amount is None else Decimal(amount)
    return Target("2", "initial_response", number, unit, "office", reading=reading)


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        ("30", "minutes", timedelta(minutes=30)),
        ("4", "elapsed_hours", 4 * HOUR),
        ("0.25", "business_hours", timedelta(minutes=15)),
        ("2", "business_days", 20 * HOUR),
        ("0.5", "business_days", 5 * HOUR),
        ("2", "per_day", 5 * HOUR),
        ("2", "per_week", 25 * HOUR),
        ("3", "as_agreed", 3 * HOUR),
        ("3", "per_day", timedelta(seconds=12_000)),
        (None, "business_hours", None),
        (None, "as_agreed", None),
    ],
)
def test_units(amount: str | None, unit: str, expected: timedelta | None) -> None:
    assert target_duration(target(amount, unit), OFFICE) == expected


def test_the_stated_length_of_a_business_day_wins() -> None:
    assert target_duration(target("2", "business_days"), Calendar("office", OFFICE.versions, Decimal(8))) == 16 * HOUR
    assert target_duration(target("1", "business_days"), ALWAYS) == 24 * HOUR
    assert target_duration(target("1", "per_week"), ALWAYS) == 168 * HOUR


@pytest.mark.parametrize(
    ("amount", "unit", "reading", "message"),
    [
        ("0", "minutes", "business_time", "a target is more than zero, not 0; leave the cell empty for no promise"),
        ("-1", "minutes", "business_time", "a target is more than zero, not -1"),
        ("NaN", "minutes", "business_time", "a target is more than zero, not NaN"),
        ("1", "fortnights", "business_time", "unknown unit 'fortnights': the units are minutes, elapsed_hours"),
        ("1", "minutes", "loose", "unknown reading 'loose': the readings are business_time, wall_time"),
        ("1", "minutes", "wall_time", "the reading wall_time is for whole business_days only"),
        ("1.5", "business_days", "wall_time", "the reading wall_time is for whole business_days only"),
    ],
)
def test_a_bad_target_is_refused(amount: str, unit: str, reading: str, message: str) -> None:
    with pytest.raises(TargetError, match=message):
        target_duration(target(amount, unit, reading), OFFICE)


def test_a_week_that_crosses_zones_has_no_fixed_length() -> None:
    opens, closes = {"zone": "UTC", "day": "mon", "time": "08:00"}, {"zone": "UTC", "day": "fri", "time": "18:00"}
    crossing = Calendar.from_plain("c", {"weekly": [{"opens": opens, "closes": closes}]})
    with pytest.raises(CalendarError, match="calendar c: its week has no fixed length; give the target in hours"):
        target_duration(target("1", "per_week"), crossing)


def wall(amount: str, calendar: Calendar = OFFICE) -> Rule:
    found = Rule.of("gold", "default", target(amount, "business_days", "wall_time"), calendar)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("20 10:30", "1", "23 10:30"),
        ("20 19:00", "1", "24 08:00"),
        ("21 12:00", "2", "25 08:00"),
        ("25 10:00", "1", "27 10:00"),
        ("16 08:00", "5", "23 08:00"),
    ],
)
def test_the_same_wall_time_some_business_days_later(start: str, days: str, due: str) -> None:
    assert wall(days).due(denver(start)) == denver(due)


def test_on_a_shorter_day_the_wall_time_is_its_closing() -> None:
    short = office(exceptions={"2026-11-23": [["08:00", "12:00"]], "2026-11-24": [["15:00", "17:00"]]})
    assert wall("1", short).due(denver("20 16:00")) == denver("23 12:00")
    assert wall("2", short).due(denver("20 10:00")) == denver("24 15:00")


def test_a_pause_moves_a_wall_time_target_by_its_open_time() -> None:
    assert wall("1").due(denver("20 10:00"), [(denver("20 12:00"), denver("20 13:00"))]) == denver("23 11:00")


def test_a_rule_without_a_start_calendar_begins_at_once() -> None:
    plain = Rule.of("gold", "default", target("4", "business_hours"), ALWAYS)
    started = Rule.of("gold", "default", target("4", "business_hours"), ALWAYS, OFFICE)
    assert plain is not None
    assert started is not None
    assert plain.begin(denver("20 20:00")) == denver("20 20:00")
    assert started.begin(denver("20 20:00")) == denver("23 08:00")
    pause = [(denver("23 07:00"), denver("23 09:00")), (denver("23 09:00"), denver("23 10:00"))]
    assert started.begin(denver("20 20:00"), pause) == denver("23 10:00")
    assert started.begin(denver("20 20:00"), [(denver("20 20:00"), denver("23 08:00"))]) == denver("23 08:00")
    assert plain.as_known(denver("20 20:00")) is plain
    assert started.as_known(denver("20 20:00")) is started


def test_all_days_have_names() -> None:
    assert DAYS == ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
