"""Changes to a calendar's days as values."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from garant.core.calendar_edits import CalendarChanges, DayProblem, read_dates, read_days, read_shifts, shifts_text
from garant.core.calendars import Calendar

WEEK = {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
PLAIN = {"timezone": "UTC", "weekly": WEEK, "holidays": [{"date": "2026-12-25", "name": "Christmas"}, "2026-12-26"]}


def hours(plain: dict[str, object], day: str) -> list[str]:
    calendar = Calendar.from_plain("c", plain)
    return [f"{a:%H:%M}-{b:%H:%M}" for a, b in calendar.open_on(date.fromisoformat(day))]


def test_days_are_read_one_a_line() -> None:
    closed, special = read_days("2026-12-24 Christmas Eve\n\n 2026-12-31 7:00-13:00, 14:00–15:00 short\n2027-01-01\n")
    assert closed == {date(2026, 12, 24): "Christmas Eve", date(2027, 1, 1): ""}
    assert special == {date(2026, 12, 31): (("07:00", "13:00"), ("14:00", "15:00"))}


@pytest.mark.parametrize(
    ("text", "line"), [("x", 1), ("2026-01-01 a\n2026-13-01 b", 2), ("24.12.2026", 1), ("\n20261224", 2)]
)
def test_a_line_that_names_no_day_is_told_with_its_number(text: str, line: int) -> None:
    with pytest.raises(DayProblem) as problem:
        read_days(text)
    assert problem.value.line == line
    with pytest.raises(DayProblem):
        read_dates(text)


@pytest.mark.parametrize("text", ["9-5", "08:00", "08:00-09:00 and", "08:00-09:00;10:00-11:00"])
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_shifts(text)


def test_hours_are_written_as_they_are_read() -> None:
    assert shifts_text(read_shifts("08:00 - 12:00,13:00-16:30")) == "08:00-12:00, 13:00-16:30"
    assert read_shifts(" ") == ()


def test_changes_close_open_and_take_back_days_and_leave_the_others() -> None:
    changes = CalendarChanges(
        closed={date(2026, 12, 24): "Christmas Eve"},
        special={date(2026, 12, 23): (("08:00", "10:00"),), date(2026, 12, 26): (("09:00", "10:00"),)},
        plain_days=frozenset({date(2026, 12, 25)}),
        week={"mon": (("08:00", "09:00"),), "fri": ()},
    )
    plain = changes.applied(PLAIN)
    assert hours(plain, "2026-12-24") == []
    assert hours(plain, "2026-12-23") == ["08:00-10:00"]
    assert hours(plain, "2026-12-26") == ["09:00-10:00"]
    assert hours(plain, "2026-12-21") == ["08:00-09:00"]
    assert hours(plain, "2026-12-25") == []  # a Friday, and Fridays are closed now
    assert hours(plain, "2026-12-22") == ["08:00-16:00"]
    assert hours(PLAIN, "2026-12-24") == ["08:00-16:00"]


def test_a_day_may_become_what_it_was_again() -> None:
    once = CalendarChanges(special={date(2026, 12, 22): ()}).applied(PLAIN)
    assert hours(once, "2026-12-22") == []
    back = CalendarChanges(plain_days=frozenset({date(2026, 12, 22)})).applied(once)
    assert hours(back, "2026-12-22") == ["08:00-16:00"]
    noon = datetime(2026, 12, 22, 12, tzinfo=UTC)
    assert Calendar.from_plain("c", back).is_open(noon)


def test_nothing_is_no_change() -> None:
    assert not CalendarChanges()
    assert CalendarChanges(week={"mon": ()})
