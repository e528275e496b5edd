"""The strip above the queue: where due times stand, and what it leaves out."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from garant.console.horizon import Due, horizon
from garant.core.calendars import Calendar

DENVER = ZoneInfo("America/Denver")
HOURS = Calendar.from_plain(
    "denver",
    {
        "timezone": "America/Denver",
        "weekly": {day: [["07:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        "holidays": ["2026-11-26"],
        "exceptions": {"2026-11-27": [["07:00", "13:00"]]},
    },
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=DENVER)


NOW = at(24, 14, 20)


def test_it_covers_three_working_days_and_shows_the_holiday_between() -> None:
    drawn = horizon(HOURS, DENVER, NOW, [])
    assert [(label.day.day, label.muted) for label in drawn.labels] == [
        (24, False),
        (25, False),
        (26, True),
        (27, False),
    ]
    assert [label.closes.astimezone(DENVER).hour for label in drawn.labels if label.closes] == [18, 18, 13]


def test_open_hours_take_room_in_proportion() -> None:
    drawn = horizon(HOURS, DENVER, NOW, [])
    first, second, short = (block.width for block in drawn.blocks if block.kind == "open")
    assert first == pytest.approx(second, abs=0.02)
    assert short / first == pytest.approx(6 / 11, abs=0.01)


def test_the_done_part_ends_at_the_present() -> None:
    drawn = horizon(HOURS, DENVER, NOW, [])
    done = [block for block in drawn.blocks if block.kind == "done"]
    assert len(done) == 1
    assert done[0].x + done[0].width == pytest.approx(drawn.now_x, abs=0.02)


def test_due_times_stand_in_order_and_late_ones_before_the_present() -> None:
    dues = [Due(at(25, 8), "running"), Due(at(24, 13, 48), "missed"), Due(at(24, 16, 50), "near")]
    drawn = horizon(HOURS, DENVER, NOW, dues)
    assert [state for _, state in drawn.ticks] == ["missed", "near", "running"]
    assert drawn.ticks[0][0] < drawn.now_x < drawn.ticks[1][0] < drawn.ticks[2][0]


def test_a_due_time_at_night_gets_its_own_closed_block() -> None:
    without = horizon(HOURS, DENVER, NOW, [])
    with_night = horizon(HOURS, DENVER, NOW, [Due(at(24, 22), "running")])
    shut = [block for block in with_night.blocks if block.kind == "closed"]
    assert len(shut) == len([b for b in without.blocks if b.kind == "closed"]) + 1
    x = with_night.ticks[0][0]
    assert any(block.x <= x <= block.x + block.width for block in shut)


def test_what_lies_beyond_the_strip_is_not_counted() -> None:
    drawn = horizon(HOURS, DENVER, NOW, [Due(datetime(2026, 12, 9, 9, tzinfo=DENVER), "running")])
    assert drawn.ticks == ()
    assert drawn.counts == {"missed": 0, "near": 0, "running": 0}


def test_a_miss_of_last_week_stands_at_the_left_edge() -> None:
    drawn = horizon(HOURS, DENVER, NOW, [Due(at(17, 9), "missed")])
    assert drawn.ticks == ((0.0, "missed"),)


def test_round_the_clock_hours_fill_whole_days() -> None:
    always = Calendar.from_plain(
        "always",
        {
            "timezone": "UTC",
            "weekly": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
        },
    )
    drawn = horizon(always, DENVER, NOW, [Due(at(25, 3), "running")])
    assert sum(b.width for b in drawn.blocks if b.kind == "open") == pytest.approx(100, abs=0.1)
    assert not [b for b in drawn.blocks if b.kind == "closed"]


def test_a_day_of_25_hours_is_drawn_longer() -> None:
    always = Calendar.from_plain(
        "always",
        {
            "timezone": "America/Denver",
            "weekly": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
        },
    )
    drawn = horizon(always, DENVER, datetime(2026, 10, 31, 12, tzinfo=DENVER), [])
    widths = [b.width for b in drawn.blocks if b.kind == "open"]
    assert widths[1] / widths[0] == pytest.approx(25 / 24, abs=0.01)
