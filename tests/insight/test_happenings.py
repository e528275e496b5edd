"""What a row of a log means to the law: each rule of the mapping, by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from insight_cast import at, january, log_of, mapping

from garant.insight.happenings import Inferred, events_of

EVENTS = {
    "Created": "opened",
    "Answered": "response",
    "Asked": "response_and_waiting",
    "Hold": "waiting",
    "Wrote": "customer_update",
    "Note": "working",
    "Solved": "resolved",
    "Again": "reopened",
    "Closed": "closed",
}


def happened(folder: Path, *rows: str, **changes: Any) -> tuple[list[str], Inferred]:
    """The kinds of events of one case's rows (`DAY HH:MM,STATE[,LEVEL]`), `+wait` when an answer asks something."""
    how, inferred = mapping(**changes), Inferred()
    full = [january(f"A,{row}" if row.count(",") == 2 else f"A,{row},1") for row in rows]
    log = log_of(folder, *full, how=how)
    events = events_of(log.cases["A"], how, "p", inferred)
    return [event.kind + "+wait" * event.waiting for event in events], inferred


@pytest.mark.parametrize(
    ("rows", "kinds"),
    [
        pytest.param(["5 10:00,New", "5 10:05,New"], [], id="a case in New is unanswered"),
        pytest.param(["5 10:00,New", "5 10:05,Active"], ["response"], id="away from New"),
        pytest.param(["5 10:00,New", "5 10:05,Vendor"], ["response"], id="away from New to any state"),
        pytest.param(["5 10:00,New", "5 10:05,Pending"], ["response+wait"], id="away from New into waiting"),
        pytest.param(["5 10:00,New", "5 10:05,Resolved"], ["resolve"], id="resolved at once"),
        pytest.param(["5 10:00,New", "5 10:05,Closed"], ["close"], id="closed at once"),
        pytest.param(["5 10:00,New", "5 10:05,-100"], [], id="an unknown state is no change"),
        pytest.param(["5 10:00,Active"], ["response"], id="first seen active"),
        pytest.param(["5 10:00,-100", "5 10:05,New", "5 10:06,Active"], ["response"], id="first seen unknown"),
        pytest.param(
            ["5 10:00,New", "5 10:05,Vendor", "5 10:06,Vendor"], ["response"], id="another working row is nothing"
        ),
        pytest.param(["5 10:00,New", "5 10:05,Active", "5 10:06,Active"], ["response"] * 2, id="each Active"),
        pytest.param(["5 10:00,New", "5 10:05,Active", "5 10:06,New"], ["response"], id="back to New is nothing"),
        pytest.param(
            ["5 10:00,Active", "5 10:05,Pending", "5 10:06,Pending"], ["response", "wait"], id="one wait, however long"
        ),
        pytest.param(
            ["5 10:00,Active", "5 10:05,Pending", "5 10:06,Active"], ["response", "wait", "response"], id="wait, answer"
        ),
        pytest.param(
            ["5 10:00,Active", "5 10:05,Pending", "5 10:06,Vendor"],
            ["response", "wait", "customer_update"],
            id="a wait left without an answer",
        ),
        pytest.param(
            ["5 10:00,Active", "5 10:05,Pending", "5 10:06,-100", "5 10:07,Pending"],
            ["response", "wait"],
            id="junk inside a wait",
        ),
        pytest.param(
            ["5 10:00,Active", "5 10:05,Resolved", "5 10:06,Resolved", "5 10:07,Closed", "5 10:08,Closed"],
            ["response", "resolve", "close"],
            id="repeated ends",
        ),
        pytest.param(
            ["5 10:00,Active", "5 10:05,Closed", "5 10:06,Resolved"], ["response", "close"], id="resolved after closed"
        ),
        pytest.param(
            ["5 10:00,Active", "5 10:05,Resolved", "5 10:06,Active", "5 10:07,Active"],
            ["response", "resolve", "reopen", "response"],
            id="the row that reopens is no response",
        ),
        pytest.param(
            ["5 10:00,New", "5 10:05,Resolved", "5 10:06,New", "5 10:07,Vendor"],
            ["resolve", "reopen"],
            id="no second first change",
        ),
        pytest.param(
            ["5 10:00,New", "5 10:05,Closed", "5 10:06,Pending"], ["close", "reopen", "wait"], id="reopened into a wait"
        ),
        pytest.param(
            ["5 10:00,New", "5 10:05,Resolved", "5 10:06,-100", "5 10:07,Closed"],
            ["resolve", "close"],
            id="junk does not reopen",
        ),
    ],
)
def test_a_log_of_states(tmp_path: Path, rows: list[str], kinds: list[str]) -> None:
    assert happened(tmp_path, *rows)[0] == ["opened", *kinds]


def test_without_first_changes_only_response_states_answer(tmp_path: Path) -> None:
    kinds, _ = happened(tmp_path, "5 10:00,New", "5 10:05,Vendor", "5 10:06,Active", response={"is": "proxy"})
    assert kinds == ["opened", "response"]


def test_a_state_that_answers_and_waits_does_both_once(tmp_path: Path) -> None:
    states = {"New": "opened", "Asked": "response_and_waiting", "Wrote": "customer_update", "Active": "response"}
    kinds, _ = happened(
        tmp_path, "5 10:00,New", "5 10:01,Active", "5 10:05,Asked", "5 10:06,Asked", "5 10:07,Wrote", events=states
    )
    assert kinds == ["opened", "response", "response+wait", "customer_update"]


def test_a_log_of_events_takes_each_row_as_it_is(tmp_path: Path) -> None:
    words = ["Created", "Note", "Answered", "Answered", "Asked", "Wrote", "Hold", "Solved", "Again", "Closed", "Odd"]
    rows = [f"5 10:{minute:02},{word}" for minute, word in enumerate(words)]
    kinds, inferred = happened(tmp_path, *rows, rows="events", events=EVENTS, response={"is": "recorded"})
    assert kinds == [
        "opened",
        "response",
        "response",
        "response+wait",
        "customer_update",
        "wait",
        "resolve",
        "reopen",
        "close",
    ]
    assert inferred == Inferred()


def test_severity_changes_keep_their_instant_and_stand_before_what_the_row_means(tmp_path: Path) -> None:
    how, inferred = mapping(), Inferred()
    rows = ["A,5 10:00,New,2", "A,5 10:30,New,1", "A,5 10:40,New,9", "A,5 11:00,Active,3"]
    log = log_of(tmp_path, *(january(row) for row in rows), how=how)
    events = events_of(log.cases["A"], how, "p", inferred)
    assert [(event.at, event.kind, event.severity) for event in events] == [
        (at(5, "10:00"), "opened", "2"),
        (at(5, "10:30"), "severity_change", "1"),
        (at(5, "11:00"), "severity_change", "3"),
        (at(5, "11:00"), "response", None),
    ]
    assert inferred.severity_changes == 2


def test_an_unknown_severity_opens_a_case_at_the_default(tmp_path: Path) -> None:
    how = mapping()
    log = log_of(tmp_path, january("A,5 10:00,New,9"), january("A,5 10:30,New,"), how=how)
    events = events_of(log.cases["A"], how, "p", Inferred())
    assert [(event.kind, event.severity) for event in events] == [("opened", "3")]


def test_what_is_inferred_is_counted(tmp_path: Path) -> None:
    _, inferred = happened(
        tmp_path, "5 10:00,Active", "5 10:01,Pending", "5 10:02,Vendor,2", "5 10:03,Closed", "5 10:04,New"
    )
    assert inferred == Inferred(
        begun_late=1, first_changes=1, waits_left=1, reopened=1, closed_unresolved=1, severity_changes=2
    )
