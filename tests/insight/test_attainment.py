"""Hand-made logs whose figures were computed by hand. 5 January 2026 is a Monday; terms are in insight_cast.CELLS."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from insight_cast import at, counts, mapping, report_of

from garant.insight.attainment import percentile
from garant.insight.replaying import Report

INITIAL, FOLLOW_UP = "initial_response", "follow_up"


def used(report: Report, severity: str, metric: str) -> list[float]:
    return [round(share, 4) for share in report.tallies[severity, metric].used]


def test_met_at_due_exactly_and_missed_a_minute_later(tmp_path: Path) -> None:
    report = report_of(
        tmp_path,
        "A,5 10:00,New,1",
        "A,5 12:00,Resolved,1",
        "B,5 10:00,New,1",
        "B,5 12:01,Resolved,1",
    )
    assert counts(report, "1", INITIAL) == (2, 1, 1, 0, 0)
    assert used(report, "1", INITIAL) == [1.0, round(121 / 120, 4)]
    assert [(late.case, late.by) for late in report.worst] == [("B", timedelta(minutes=1))]


def test_open_periods_are_judged_at_the_last_instant_of_the_log(tmp_path: Path) -> None:
    report = report_of(
        tmp_path,
        "A,5 10:00,New,1",
        "B,5 11:00,New,1",
        "C,5 11:30,New,2",
        "C,5 12:30,Resolved,2",
    )
    # At 12:30 A (due 12:00) is past its due and B (due 13:00) is not; open periods have used nothing yet.
    assert counts(report, "1", INITIAL) == (2, 0, 1, 1, 0)
    assert used(report, "1", INITIAL) == []
    late = report.worst[0]
    assert (late.case, late.period.ended, late.by) == ("A", None, timedelta(minutes=30))


def test_business_hours_over_a_weekend(tmp_path: Path) -> None:
    # 8 hours from Friday 9 January 15:00: 2 h that day, 6 h on Monday, due 15:00; answered 16:00 is 9 h used.
    report = report_of(tmp_path, "A,9 15:00,New,2", "A,12 16:00,Resolved,2")
    assert counts(report, "2", INITIAL) == (1, 0, 1, 0, 0)
    assert used(report, "2", INITIAL) == [1.125]
    assert report.worst[0].period.due == at(12, "15:00")


def test_late_in_closed_hours_is_missed_with_the_whole_target_used(tmp_path: Path) -> None:
    # 8 hours from Monday 09:00 are due at closing, 17:00; an answer at 19:00 is late although no office second passed.
    report = report_of(tmp_path, "A,5 09:00,New,2", "A,5 19:00,Resolved,2")
    assert counts(report, "2", INITIAL) == (1, 0, 1, 0, 0)
    assert used(report, "2", INITIAL) == [1.0]
    assert report.worst[0].by == timedelta(hours=2)


def test_follow_ups_chain_from_response_to_response_until_resolution(tmp_path: Path) -> None:
    report = report_of(
        tmp_path,
        "A,5 10:00,New,1",
        "A,5 11:00,Active,1",
        "A,5 13:00,Active,1",
        "A,5 18:00,Active,1",
        "A,5 19:00,Resolved,1",
    )
    assert counts(report, "1", INITIAL) == (1, 1, 0, 0, 0)
    # 11-13 (2 of 4 h), 13-18 (5 of 4 h, late), 18-19 (1 of 4 h)
    assert counts(report, "1", FOLLOW_UP) == (3, 2, 1, 0, 0)
    assert used(report, "1", FOLLOW_UP) == [0.5, 1.25, 0.25]


def test_while_the_customer_has_the_next_word_nothing_is_owed(tmp_path: Path) -> None:
    report = report_of(
        tmp_path,
        "A,5 10:00,New,1",
        "A,5 11:00,Active,1",
        "A,5 12:00,Pending,1",
        "A,6 12:00,Resolved,1",
    )
    assert counts(report, "1", FOLLOW_UP) == (0, 0, 0, 0, 0)
    assert any(note.startswith("Periods in which the customer had") and note.endswith(": 1.") for note in report.notes)


def test_a_miss_before_the_wait_stays(tmp_path: Path) -> None:
    report = report_of(
        tmp_path,
        "A,5 10:00,New,1",
        "A,5 11:00,Active,1",
        "A,5 16:00,Pending,1",
        "A,6 12:00,Resolved,1",
    )
    assert counts(report, "1", FOLLOW_UP) == (1, 0, 1, 0, 0)


def test_a_wait_left_without_an_answer_starts_a_full_period(tmp_path: Path) -> None:
    report = report_of(
        tmp_path,
        "A,5 10:00,New,1",
        "A,5 11:00,Active,1",
        "A,5 12:00,Pending,1",
        "A,6 12:00,Vendor,1",
        "A,6 15:00,Resolved,1",
    )
    assert counts(report, "1", FOLLOW_UP) == (1, 1, 0, 0, 0)
    assert used(report, "1", FOLLOW_UP) == [0.75]


def test_reopening_owes_a_full_follow_up_and_no_second_initial_response(tmp_path: Path) -> None:
    report = report_of(
        tmp_path,
        "A,5 10:00,New,1",
        "A,5 11:00,Resolved,1",
        "A,7 10:00,Active,1",
        "A,7 13:00,Active,1",
        "A,7 14:00,Resolved,1",
    )
    assert counts(report, "1", INITIAL) == (1, 1, 0, 0, 0)
    assert counts(report, "1", FOLLOW_UP) == (2, 2, 0, 0, 0)
    assert used(report, "1", FOLLOW_UP) == [0.75, 0.25]


def test_a_raised_severity_takes_the_earlier_due_and_the_period_is_reported_there(tmp_path: Path) -> None:
    # Severity 2 from 10:00 is due Tuesday 10:00; raised at 11:00 it is due 13:00; half of the 2 hours are used at noon.
    report = report_of(tmp_path, "A,5 10:00,New,2", "A,5 11:00,New,1", "A,5 12:00,Resolved,1")
    assert counts(report, "1", INITIAL) == (1, 1, 0, 0, 0)
    assert counts(report, "2", INITIAL) == (0, 0, 0, 0, 0)
    assert used(report, "1", INITIAL) == [0.5]


def test_an_empty_cell_is_no_promise_and_no_period(tmp_path: Path) -> None:
    report = report_of(
        tmp_path,
        "A,5 10:00,New,3",
        "A,5 11:00,Active,3",
        "A,5 12:00,Active,3",
        "A,5 13:00,Resolved,3",
        "A,5 14:00,New,3",
        "B,5 10:00,New,2",
        "B,5 11:00,Active,2",
    )
    assert counts(report, "3", INITIAL) == (0, 0, 0, 0, 1)
    assert counts(report, "3", FOLLOW_UP) == (0, 0, 0, 0, 3)
    assert counts(report, "2", INITIAL) == (1, 1, 0, 0, 0)
    assert counts(report, "2", FOLLOW_UP) == (0, 0, 0, 0, 1)


def test_from_no_promise_to_one_the_period_starts_at_the_change(tmp_path: Path) -> None:
    report = report_of(tmp_path, "A,5 10:00,New,3", "A,5 11:00,New,1", "A,5 12:00,Resolved,1")
    assert counts(report, "3", INITIAL) == (0, 0, 0, 0, 0)
    assert used(report, "1", INITIAL) == [0.5]


def test_the_ten_latest_cases_one_period_each_the_latest_first(tmp_path: Path) -> None:
    rows = []
    for number in range(12):
        rows += [f"C{number:02},5 10:00,New,1", f"C{number:02},5 13:{number:02},Active,1"]
        rows += [f"C{number:02},5 20:00,Resolved,1"]  # its follow-up, due 17:MM, is later still
    report = report_of(tmp_path, *rows)
    assert [late.case for late in report.worst] == [f"C{number:02}" for number in range(10)]
    assert {late.period.metric for late in report.worst} == {FOLLOW_UP}
    assert report.worst[0].by == timedelta(hours=3)


def test_junk_and_order_change_no_figure_and_are_noted(tmp_path: Path) -> None:
    clean = ["A,5 10:00,New,1", "A,5 11:00,Active,1", "A,5 14:00,Resolved,1"]
    junk = [clean[2], clean[0], "A,5 10:30,-100,1", clean[1], clean[1], "A,5 13:00,Active,high"]
    plain, odd = report_of(tmp_path, *clean), report_of(tmp_path, *[*junk[:5], "A,5 12:00,Vendor,high"])
    for metric in (INITIAL, FOLLOW_UP):
        assert counts(plain, "1", metric) == counts(odd, "1", metric)
        assert used(plain, "1", metric) == used(odd, "1", metric)
    assert [note.partition(",")[0] + " " + note.rpartition(": ")[2] for note in odd.notes[1:]] == [
        "Rows in the unknown state '-100' 1.",
        "Rows of the unknown severity 'high' 1.",
        "Rows that repeat another of their case word for word 1.",
        "Cases with rows out of order 1.",
    ]


def test_the_proxy_is_named_first_and_only_where_it_is_one(tmp_path: Path) -> None:
    assert report_of(tmp_path, "A,5 10:00,New,1").notes[0] == (
        "Response is a proxy: the log does not record answers, so the first change to another state than New and each "
        "later row at Active counts as one."
    )
    recorded = mapping(rows="events", response={"is": "recorded"}, notes=["One note."])
    assert report_of(tmp_path, "A,5 10:00,New,1", how=recorded).notes == ["One note."]


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, None),
        ([3.0], 0.9, 3.0),
        ([4.0, 1.0], 0.5, 2.5),
        ([1.0, 2.0, 3.0], 0.5, 2.0),
        ([0.0, 10.0, 20.0, 30.0, 40.0], 0.9, 36.0),
        ([1.0, 2.0], 1.0, 2.0),
    ],
)
def test_percentiles_are_linear_between_neighbours(values: list[float], share: float, expected: float | None) -> None:
    assert percentile(values, share) == expected
