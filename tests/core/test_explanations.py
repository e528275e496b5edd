"""Explanations: every due time comes with steps whose counted segments sum to its rule's target."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from core_cast import (
    ALWAYS,
    HOUR,
    OFFICE,
    Terms,
    clock,
    codes,
    counted,
    denver,
    event,
    opened,
    package,
    period,
    rule,
    step,
)

from garant.core.clocks import explain
from garant.core.targets import Rule, Target

FOLLOW = "follow_up"


def test_the_steps_of_a_plain_due_time() -> None:
    found = period(clock(opened("25 16:00")))
    assert [each.code for each in explain(found)] == ["received", "rule", "calendar", *["segment"] * 5, "pauses", "due"]
    assert step(found, "received") == {"at": denver("25 16:00"), "cause": "opened", "metric": "initial_response"}
    assert step(found, "rule") == {
        "package": "gold",
        "region": "default",
        "severity": "2",
        "metric": "initial_response",
        "amount": Decimal(8),
        "unit": "business_hours",
        "grade": "goal",
        "reading": "business_time",
        "counted": 8 * HOUR,
    }
    assert step(found, "calendar") == {
        "code": "office",
        "zone": "America/Denver",
        "always_open": False,
        "weekly": {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    }
    assert step(found, "pauses") == {"count": 0, "whys": ()}
    assert step(found, "due") == {"at": denver("27 14:00")}
    segments = [each.values for each in found.steps if each.code == "segment"]
    assert [(each["kind"], each["start"], each["end"], each["name"]) for each in segments] == [
        ("counted", denver("25 16:00"), denver("25 18:00"), None),
        ("closed", denver("25 18:00"), denver("26 00:00"), None),
        ("holiday", denver("26 00:00"), denver("27 00:00"), "Thanksgiving Day"),
        ("closed", denver("27 00:00"), denver("27 08:00"), None),
        ("counted", denver("27 08:00"), denver("27 14:00"), None),
    ]
    assert counted(found) == 8 * HOUR


def test_a_pause_is_a_segment_with_its_reason() -> None:
    found = period(clock(opened("16 08:00"), event("16 10:00", "suspend"), event("16 11:00", "reinstate")))
    paused = [each.values for each in found.steps if each.values.get("kind") == "paused"]
    assert [(each["start"], each["end"], each["why"], each["counted"]) for each in paused] == [
        (denver("16 10:00"), denver("16 11:00"), "standing", timedelta(0))
    ]
    assert step(found, "pauses") == {"count": 1, "whys": ("standing",)}
    assert counted(found) == 8 * HOUR


def test_raised_and_won_counts_from_the_change() -> None:
    found = period(clock(opened("16 08:00", "3"), event("16 09:00", "severity_change", severity="1", by="contact")))
    assert step(found, "decision") == {
        "cause": "raised",
        "join": "min",
        "at": denver("16 09:00"),
        "severity": "1",
        "package": "gold",
        "old_due": denver("17 10:00"),
        "asked": denver("16 13:00"),
        "due": denver("16 13:00"),
        "outcome": "new",
    }
    assert step(found, "counting_from") == {"at": denver("16 09:00"), "cause": "raised"}
    assert step(found, "rule")["severity"] == "1"
    assert step(found, "calendar")["always_open"] is True
    assert counted(found) == 4 * HOUR


def test_raised_and_kept_counts_from_the_start() -> None:
    found = period(clock(opened("16 08:00"), event("16 15:00", "severity_change", severity="1", by="contact")))
    assert step(found, "decision")["outcome"] == "kept_old"
    assert (step(found, "rule")["severity"], counted(found)) == ("2", 8 * HOUR)
    assert "counting_from" not in codes(found)


def test_lowered_explains_the_later_target() -> None:
    found = period(clock(opened("16 08:00", "1"), event("16 09:00", "severity_change", severity="3", by="contact")))
    assert (step(found, "decision")["join"], step(found, "decision")["outcome"]) == ("max", "new")
    assert (step(found, "rule")["counted"], counted(found)) == (12 * HOUR, 12 * HOUR)


def test_each_decision_of_a_chain_is_told() -> None:
    found = period(
        clock(
            opened("16 08:00", "3", package="silver"),
            event("16 09:00", "package_change", package="gold"),
            event("16 10:00", "severity_change", severity="1", by="contact"),
            event("16 10:30", "severity_change", severity="3", by="contact"),
        )
    )
    told = [(each.values["cause"], each.values["outcome"]) for each in found.steps if each.code == "decision"]
    assert told == [("package", "new"), ("raised", "new"), ("lowered", "new")]
    assert (found.due, counted(found)) == (denver("17 10:00"), 12 * HOUR)


def test_a_change_kept_away_is_told() -> None:
    found = period(clock(opened("16 08:00"), event("16 09:00", "package_change", package="bronze")))
    assert step(found, "promise_kept") == {"at": denver("16 09:00"), "cause": "package", "why": "no_new_promise"}


def test_waiting_and_paused_say_why_there_is_no_due_time() -> None:
    waiting = period(clock(opened("16 08:00"), event("16 09:00", "response", waiting=True)), FOLLOW)
    assert codes(waiting) == ["received", "rule", "calendar", "waiting"]
    assert step(waiting, "received")["cause"] == "response"
    paused = period(clock(opened("16 08:00"), event("16 10:00", "suspend"), as_of="20 08:00"))
    assert codes(paused)[-2:] == ["pauses", "paused"]
    assert step(paused, "paused") == {"since": denver("16 10:00"), "why": "standing"}
    assert counted(paused) == 2 * HOUR
    held = period(clock(opened("16 08:00", held="standing"), as_of="20 08:00"))
    assert counted(held) == timedelta(0)


def test_the_start_calendar_is_explained_and_counts_nothing() -> None:
    terms = Terms([rule("gold", "2", "initial_response", 4, ALWAYS, start=OFFICE)])
    found = period(clock(opened("20 20:00"), terms=terms))
    assert step(found, "start_calendar")["code"] == "office"
    segments = [each.values for each in found.steps if each.code == "segment"]
    assert [(each["kind"], each["end"]) for each in segments] == [
        ("closed", denver("23 08:00")),
        ("counted", denver("23 12:00")),
    ]
    assert counted(found) == 4 * HOUR


def test_a_wall_time_target_sums_to_what_its_days_come_to() -> None:
    days = Target("2", "initial_response", Decimal(2), "business_days", "office", reading="wall_time")
    wall = Rule.of("gold", "default", days, OFFICE)
    assert wall is not None
    found = period(clock(opened("24 16:00"), terms=Terms([wall])))
    assert found.due == denver("27 16:00")
    assert (step(found, "rule")["counted"], counted(found)) == (20 * HOUR, 20 * HOUR)


def test_after_an_edit_the_explanation_uses_the_new_hours() -> None:
    plain = OFFICE.to_plain()
    short = {
        **plain,
        "weekly": {day: [["08:00", "13:00"]] for day in plain["weekly"]},
        "known_from": denver("16 12:00").isoformat(),
        "effective_from": denver("17 00:00").isoformat(),
    }
    edited = type(OFFICE).from_plain("office", {"versions": [plain, short]})
    found = period(clock(opened("16 08:00"), terms=Terms(package("gold", {"2": (20, 20, edited)})), as_of="16 13:00"))
    assert (found.due, counted(found)) == (denver("18 13:00"), 20 * HOUR)
