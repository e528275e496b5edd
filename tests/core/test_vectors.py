"""Clock vectors: our own small set of facts, and the full set where it lies beside the repository."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from core_cast import DAYS

from garant.core.events import KINDS
from garant.core.vectors import VectorFileError, answer, read_vectors

SHARED = Path(__file__).parents[3] / "shared" / "clock-vectors"
WEEK = {day: [["08:00", "18:00"]] for day in DAYS[:5]}
DENVER = {"timezone": "America/Denver", "weekly": WEEK, "holidays": ["2025-07-04"], "exceptions": {}}
ALL = {"timezone": "UTC", "weekly": {day: [["00:00", "24:00"]] for day in DAYS}, "holidays": [], "exceptions": {}}


def cell(seconds: int, calendar: str = "denver") -> dict[str, Any]:
    return {"seconds": seconds, "calendar": calendar}


def timeline(**changes: Any) -> dict[str, Any]:
    packages = {
        "plus": {
            "1": {"initial_response": cell(7200, "24x7"), "follow_up": cell(14400, "24x7")},
            "2": {"initial_response": cell(14400), "follow_up": cell(57600)},
        },
        "none": {"1": None, "2": {"initial_response": None, "follow_up": {"seconds": None}}},
    }
    return {
        "id": "t",
        "kind": "timeline",
        "dialect": "garant",
        "calendars": {"24x7": ALL, "denver": DENVER},
        "packages": packages,
        "package": "plus",
        "severity": 2,
        "start": "2025-06-03T10:00:00-06:00",
        "events": [],
        "expected": {"cycles": "never read"},
        **changes,
    }


def add(**changes: Any) -> dict[str, Any]:
    start = "2025-07-03T16:00:00-06:00"
    return {"id": "a", "kind": "add", "calendar": DENVER, "start": start, "duration_seconds": 14400, **changes}


def between(**changes: Any) -> dict[str, Any]:
    start, end = "2025-07-03T16:00:00-06:00", "2025-07-07T10:00:00-06:00"
    return {"id": "b", "kind": "between", "calendar": DENVER, "start": start, "end": end, **changes}


def test_add() -> None:
    assert answer(add()) == {"id": "a", "due": "2025-07-07T16:00:00+00:00"}
    paused = add(pauses=[["2025-07-07T08:00:00-06:00", "2025-07-07T09:00:00-06:00"]])
    assert answer(paused) == {"id": "a", "due": "2025-07-07T17:00:00+00:00"}
    assert answer(add(duration_seconds=0)) == {"id": "a", "due": "2025-07-03T22:00:00+00:00"}
    assert answer(add(duration_seconds=0.25)) == {"id": "a", "due": "2025-07-03T22:00:00.250000+00:00"}


def test_between() -> None:
    assert answer(between()) == {"id": "b", "seconds": 14400}
    assert answer(between(end="2025-07-03T16:00:00.250-06:00")) == {"id": "b", "seconds": 0.25}
    assert answer(between(end="2025-07-01T00:00:00Z")) == {"id": "b", "seconds": 0}
    paused = between(pauses=[["2025-07-03T17:00:00-06:00", "2025-07-07T09:00:00-06:00"]])
    assert answer(paused) == {"id": "b", "seconds": 7200}


def test_timeline() -> None:
    events = [
        {"at": "2025-06-03T11:00:00-06:00", "type": "response", "waiting_on_customer": True},
        {"at": "2025-06-10T09:00:00-06:00", "type": "customer_update"},
        {"at": "2025-06-11T15:00:01-06:00", "type": "check"},
    ]
    assert answer(timeline(events=events)) == {
        "id": "t",
        "cycles": [
            {
                "clock": "initial_response",
                "started": "2025-06-03T16:00:00+00:00",
                "due": "2025-06-03T20:00:00+00:00",
                "ended": "2025-06-03T17:00:00+00:00",
                "how": "response",
                "breached": False,
            },
            {
                "clock": "follow_up",
                "started": "2025-06-03T17:00:00+00:00",
                "due": None,
                "ended": "2025-06-10T15:00:00+00:00",
                "how": "superseded",
                "breached": False,
            },
            {
                "clock": "follow_up",
                "started": "2025-06-10T15:00:00+00:00",
                "due": "2025-06-11T21:00:00+00:00",
                "ended": None,
                "how": "running",
                "breached": True,
            },
        ],
    }


def test_a_timeline_filed_while_suspended_and_one_without_promise() -> None:
    held = answer(timeline(suspended=True, events=[{"at": "2025-06-04T08:00:00-06:00", "type": "reinstate"}]))
    assert [each["due"] for each in held["cycles"]] == ["2025-06-04T18:00:00+00:00"]
    assert answer(timeline(package="none")) == {"id": "t", "cycles": []}
    change = {"at": "2025-06-03T11:00:00-06:00", "type": "severity_change", "severity": 1, "by": "contact"}
    assert answer(timeline(events=[change]))["cycles"][0]["due"] == "2025-06-03T19:00:00+00:00"
    upgrade = {"at": "2025-06-03T11:00:00-06:00", "type": "package_change", "package": "plus"}
    assert answer(timeline(package="none", events=[upgrade]))["cycles"][0]["started"] == "2025-06-03T17:00:00+00:00"


@pytest.mark.parametrize(
    ("vector", "error"),
    [
        (add(kind="guess"), "unknown kind 'guess': the kinds are add, between, timeline"),
        (add(kind=None), "unknown kind None: the kinds are add, between, timeline"),
        (add(kind=["add"]), r"unknown kind ['add']: the kinds are add, between, timeline"),
        (add(calendar=None), "calendar is missing"),
        (
            add(calendar={"timezone": "UTC", "weekly": {}}),
            "calendar in the vector: the calendar never opens: give it at least one shift a week, "
            "or hours on some date",
        ),
        (
            add(calendar=7),
            "calendar in the vector: a calendar is a mapping with timezone, weekly, holidays and exceptions",
        ),
        (
            add(start="2025-07-03T16:00:00"),
            "time without an offset: '2025-07-03T16:00:00'; add Z or an offset such as -07:00",
        ),
        (add(start="yesterday"), "not a time: 'yesterday'; write it as 2026-11-20T17:00:00-07:00"),
        (add(start=7), "not a time: 7; write it as 2026-11-20T17:00:00-07:00"),
        (add(start=None), "start is missing"),
        (add(duration_seconds=-1), "calendar in the vector: a duration can't be negative"),
        (add(duration_seconds="soon"), "duration_seconds is a number of seconds, not 'soon'"),
        (add(duration_seconds=True), "duration_seconds is a number of seconds, not True"),
        (add(duration_seconds=float("inf")), "duration_seconds is a number of seconds, not inf"),
        (
            add(duration_seconds=10**12),
            "the calendar doesn't open for as long as asked within 120 years: check its hours and the target",
        ),
        (add(duration_seconds=10**14), "duration_seconds is a number of seconds, not 100000000000000"),
        (add(pauses=[["2025-07-07T08:00:00-06:00"]]), "pauses is a list of [from, to]"),
        (add(pauses="none"), "pauses is a list of [from, to]"),
        (
            add(start="0001-01-01T00:00:00Z"),
            "the time lies outside the years 1600 to 8900, for which calendars are kept",
        ),
        (between(end=None), "end is missing"),
        (
            timeline(dialect="zammad/zammad"),
            "unknown dialect 'zammad/zammad': timelines are answered in the dialect garant",
        ),
        (timeline(package="gold"), "unknown package 'gold': the packages are none, plus"),
        (timeline(events={}), "events is a list"),
        (timeline(events=None), "events is missing"),
        (timeline(events=[7]), "an event is an object with at and type"),
        (
            timeline(events=[{"at": "2025-06-03T11:00:00Z", "type": "sneeze"}]),
            f"unknown event 'sneeze': the kinds are {', '.join(sorted(KINDS))}",
        ),
        (timeline(events=[{"type": "response"}]), "at is missing"),
        (timeline(events=[{"at": "2025-06-03T11:00:00Z"}]), "type is missing"),
        (
            timeline(events=[{"at": "2025-06-04T11:00:00Z", "type": "severity_change"}]),
            "event severity_change needs a severity",
        ),
        (timeline(events=[{"at": "2025-06-01T11:00:00Z", "type": "response"}]), "a case's first event is opened"),
        (timeline(packages=[]), "calendars and packages are objects by name"),
        (
            timeline(packages={"plus": {"2": {"initial_response": cell(0)}}}),
            "plus/2/initial_response: a target is more than zero; leave the cell empty for no promise",
        ),
        (
            timeline(packages={"plus": {"2": {"initial_response": cell(60, "paris")}}}),
            "unknown calendar 'paris' in plus/2/initial_response",
        ),
        (timeline(severity=[2]), r"severity is a word or a number, not [2]"),
    ],
)
def test_a_bad_vector_is_an_error_with_the_reason(vector: dict[str, Any], error: str) -> None:
    found = answer(vector)
    assert found == {"id": vector["id"], "error": error}


def test_a_plain_response_sets_no_wait_and_a_dialect_need_not_be_named() -> None:
    plain = timeline(events=[{"at": "2025-06-03T11:00:00-06:00", "type": "response"}])
    del plain["dialect"]
    assert [each["due"] for each in answer(plain)["cycles"]] == [
        "2025-06-03T20:00:00+00:00",
        "2025-06-04T23:00:00+00:00",
    ]


def test_open_time_of_several_days() -> None:
    days = between(calendar=ALL, start="2025-07-03T00:00:00Z", end="2025-07-06T00:00:01Z")
    assert answer(days) == {"id": "b", "seconds": 3 * 86_400 + 1}
    fraction = between(calendar=ALL, start="2025-07-03T00:00:00Z", end="2025-07-06T00:00:01.5Z")
    assert answer(fraction) == {"id": "b", "seconds": 3 * 86_400 + 1.5}


def test_who_changed_and_who_agreed_is_read() -> None:
    proposed = {"at": "2025-06-03T11:00:00-06:00", "type": "severity_change", "severity": 1, "by": "vendor"}
    alone = answer(timeline(events=[proposed]))["cycles"][0]
    assert alone["due"] == "2025-06-03T20:00:00+00:00"
    agreed = {**proposed, "agreed_by": "contact", "agreed_at": "2025-06-03T11:30:00-06:00"}
    later = {"at": "2025-06-03T11:31:00-06:00", "type": "check"}
    assert answer(timeline(events=[agreed, later]))["cycles"][0]["due"] == "2025-06-03T19:30:00+00:00"
    at_once = {**proposed, "agreed_by": "contact"}
    assert answer(timeline(events=[at_once]))["cycles"][0]["due"] == "2025-06-03T19:00:00+00:00"


def test_levels_are_in_the_order_of_their_numbers() -> None:
    cells = {level: {"initial_response": cell(hours * 3600, "24x7")} for level, hours in (("L2", 2), ("L10", 10))}
    change = {"at": "2025-06-03T11:00:00-06:00", "type": "severity_change", "severity": "L2"}
    raised = timeline(packages={"plus": cells}, severity="L10", events=[change])
    assert answer(raised)["cycles"][0]["due"] == "2025-06-03T19:00:00+00:00"
    back = {"at": "2025-06-03T11:00:00-06:00", "type": "severity_change", "severity": "L10"}
    lowered = timeline(packages={"plus": cells}, severity="L2", events=[back])
    assert answer(lowered)["cycles"][0]["due"] == "2025-06-04T02:00:00+00:00"


def test_a_vector_that_is_no_object() -> None:
    assert answer(7) == {"id": None, "error": "a vector is an object with id, kind and calendar"}
    assert answer({}) == {"id": None, "error": "unknown kind None: the kinds are add, between, timeline"}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("nonsense", "not JSON: "),
        ("[1]", 'not a vector file: it needs {"schema": 1, "vectors"'),
        ('{"schema": 1}', "not a vector file"),
        ('{"schema": 2, "vectors": []}', "unknown schema 2: this version reads schema 1"),
        ("[" * 100_000, "not JSON: "),
    ],
)
def test_a_file_without_vectors_is_refused(text: str, error: str) -> None:
    with pytest.raises(VectorFileError, match=error.replace("{", r"\{")):
        read_vectors(text)


def test_vectors_are_read_with_exact_fractions() -> None:
    assert str(read_vectors('{"vectors": [{"duration_seconds": 0.1}]}')[0]["duration_seconds"]) == "0.1"


def same(found: Any, expected: Any) -> bool:
    """Instants are compared as instants, everything else as it stands."""
    if isinstance(found, str) and isinstance(expected, str) and "T" in expected:
        return datetime.fromisoformat(found) == datetime.fromisoformat(expected)
    return bool(found == expected)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared clock vectors do not lie beside the repository")
def test_every_shared_vector() -> None:
    wrong, seen = [], 0
    for path in sorted(SHARED.glob("*.json")):
        if path.name in ("disputed.json", "peer-timelines.json"):
            continue
        for vector in json.loads(path.read_text())["vectors"]:
            expected, found = vector.pop("expected"), answer(vector)
            seen += 1
            if vector["kind"] == "timeline":
                pairs = zip(found["cycles"], expected["cycles"], strict=True)
                right = all(same(mine[key], theirs[key]) for mine, theirs in pairs for key in theirs)
            else:
                key = "due" if vector["kind"] == "add" else "seconds"
                right = same(found[key], expected[key])
            if not right:
                wrong.append(vector["id"])
    assert wrong == []
    assert seen > 1_000
