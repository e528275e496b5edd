"""What a clock says: state, words, and the proof whose rows sum to the target."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import engines
from django.utils.translation import override

from garant.core.calendars import Calendar
from garant.kit import moments
from garant.kit.clocks import clock_state
from garant.kit.proofs import proof, ribbon

DENVER = timezone(timedelta(hours=-7))
HOURS = Calendar.from_plain(
    "hours",
    {
        "timezone": "America/Denver",
        "weekly": {day: [["07:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        "holidays": ["2026-11-26"],
    },
)
ZONE = "America/Denver"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of November 2026 on Denver's clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=DENVER)


def row(**values: Any) -> SimpleNamespace:
    """A row of a list, due Tuesday 24 November at 16:50."""
    return SimpleNamespace(**{"state": "open", "due": at(24, 16, 50), "target_seconds": 72 * 3600, **values})


@pytest.mark.parametrize(
    ("values", "now", "state", "text"),
    [
        ({}, at(24, 13, 38), "running", "3 h 12 min left"),
        ({"near_at": at(24, 12)}, at(24, 16, 12), "near", "38 min left"),
        ({}, at(24, 16, 50), "running", "0 min left"),
        ({}, at(24, 17, 22), "missed", "32 min late"),
        ({"due": at(24, 18)}, at(24, 20), "missed", "late, after hours"),
        ({}, at(25, 8), "missed", "2 h 10 min late"),
        ({"due": at(27, 9)}, at(25, 17), "running", "3 h left"),  # Thursday is a holiday
        ({"state": "waiting", "due": None}, at(24, 12), "paused", "waiting on the customer"),
        ({"paused": True, "due": None}, at(24, 12), "paused", "paused: support suspended"),
        ({"state": "held", "held_reason": "standing", "due": None}, at(24, 12), "held", "held: support suspended"),
        ({"state": "held", "held_reason": "unlisted"}, at(24, 12), "held", "held: no authorized contact"),
        ({"due": None}, at(24, 12), "none", "no target"),
        ({"state": "resolved", "due": None}, at(24, 12), "none", "resolved"),
        ({"ended": at(24, 11, 16), "how": "response"}, at(25, 9), "met", "5 h 34 min early"),
        ({"ended": at(24, 17, 15), "how": "response", "missed": True}, at(25, 9), "missed", "25 min late"),
        ({"ended": at(24, 20), "due": at(24, 18), "missed": True}, at(25, 9), "missed", "late, after hours"),
        ({"ended": at(24, 12), "due": None, "how": "superseded"}, at(25, 9), "none", "ended by the next message"),
    ],
)
def test_the_states_of_a_clock(values: dict[str, Any], now: datetime, state: str, text: str) -> None:
    found = clock_state(row(**values), now, HOURS)
    assert (found.state, found.text) == (state, text)


def test_the_share_left_is_working_time() -> None:
    assert clock_state(row(target_seconds=11 * 3600), at(24, 11, 20), HOURS).share == 50.0
    assert clock_state(row(target_seconds=None), at(24, 11, 20), HOURS).share is None


def test_the_rows_of_a_proof_sum_to_the_target() -> None:
    pause = (at(18, 10), at(19, 14, 10))
    start, target = at(12, 17, 40), timedelta(hours=72)
    due = HOURS.advance(start, target, [pause])
    rows = proof(HOURS.segments(start, due, [pause]), ZONE)
    assert rows[-1].sum == "72:00"
    assert rows[-1].total == target
    told = [(each.label, each.text, each.hours) for each in rows]
    assert told[0] == ("Thu 12 Nov", "17:40–18:00", "0:20")
    assert told[2] == ("Sat 14 Nov, Sun 15 Nov", "closed", "–")
    assert told[3] == ("Mon 16 Nov, Tue 17 Nov", "07:00–18:00", "22:00")
    assert told[5] == ("Wed 18 Nov, Thu 19 Nov", "10:00–14:10, paused: support suspended", "–")


def test_rows_cut_within_a_second_sum_to_the_target_as_shown() -> None:
    start, target = at(20, 17) + timedelta(microseconds=600_000), timedelta(hours=2)
    rows = proof(HOURS.segments(start, HOURS.advance(start, target)), ZONE)
    assert [each.counted for each in rows if each.counted] == [timedelta(seconds=3599.4), timedelta(seconds=3600.6)]
    assert [(each.hours, each.sum) for each in rows if each.counted] == [("0:59:59", "0:59:59"), ("1:00:01", "2:00")]


@pytest.mark.parametrize(("language", "word"), [("fr", "fermé"), ("it", "chiuso"), ("ja", "休業")])
def test_a_day_is_closed_in_another_word_than_a_case(language: str, word: str) -> None:
    start = at(20, 17)
    with override(language):
        rows = proof(HOURS.segments(start, HOURS.advance(start, timedelta(hours=2))), ZONE)
        case = clock_state(row(state="closed", due=None), at(24, 10))
    assert [each.text for each in rows if each.kind == "closed"] == [word]
    assert case.text != word


def test_a_holiday_stands_in_the_proof() -> None:
    start = at(25, 17)
    rows = proof(HOURS.segments(start, HOURS.advance(start, timedelta(hours=2))), ZONE)
    assert [each.kind for each in rows] == ["counted", "holiday", "counted"]


def test_the_strip_counts_what_is_past_and_outlines_what_is_left() -> None:
    start = at(23, 12)
    segments = HOURS.segments(start, HOURS.advance(start, timedelta(hours=8)))
    strip = ribbon(segments, ZONE, at(23, 15))
    assert strip is not None
    assert [bar.css for bar in strip.bars] == ["v-open", "v-counted", "v-left", "v-open", "v-left"]
    assert [(column.weekday, column.number) for column in strip.columns] == [("Mon", "23"), ("Tue", "24")]
    assert strip.now == strip.bars[2].x
    assert ribbon((), ZONE) is None


def test_times_in_the_words_of_each_language() -> None:
    due = at(24, 16, 50)
    expected = {
        "en": ("Tue 24 Nov, 16:50", "Tuesday 24 November 2026, 16:50"),
        "fr": ("mar. 24 nov. à 16\u00a0h\u00a050", "mardi 24 novembre 2026 à 16\u00a0h\u00a050"),
        "de": ("Di., 24. Nov., 16:50", "Dienstag, 24. November 2026, 16:50"),
        "ja": ("11月24日(火) 16:50", "2026年11月24日(火) 16:50"),
    }
    for language, (short, long) in expected.items():
        with override(language):
            assert (moments.day_time(due, ZONE), moments.long_day_time(due, ZONE)) == (short, long)
    with override("fr"):
        assert moments.clock_time(at(24, 15), ZONE) == "15\u00a0h"
        assert moments.long_date(at(1, 9), ZONE) == "1er novembre 2026"
    assert moments.day_time(due, ZONE, at(24, 9)) == "Today, 16:50"
    assert moments.place("Asia/Tokyo") == "Tokyo"
    assert moments.place("UTC-08:00") == "UTC-08:00"


def test_a_clock_has_icon_text_and_state_without_inline_style() -> None:
    template = engines["django"].from_string("{% load garant %}{% clock_pill state %}")
    html = template.render({"state": clock_state(row(near_at=at(24, 12)), at(24, 16, 12), HOURS)})
    assert 'data-state="near"' in html
    assert "clock-pill" in html
    assert "#i-near" in html
    assert "<b>38 min left</b>" in html
    assert "style" not in html


def test_shares_are_written_for_svg_in_every_language() -> None:
    template = engines["django"].from_string("{% load garant %}{% clock_pill state %}")
    with override("de"):
        html = template.render({"state": clock_state(row(target_seconds=10 * 3600), at(24, 13, 38), HOURS)})
    assert 'stroke-dasharray="32.0 100"' in html
