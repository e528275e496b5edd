"""What went wrong in other help desks (public issue threads): each failure mode is a test under its name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from core_cast import (
    ALWAYS,
    DAYS,
    HOUR,
    MINUTE,
    OFFICE,
    TERMS,
    Terms,
    clock,
    denver,
    event,
    office,
    opened,
    package,
    period,
    rule,
)

from garant.core.calendars import Calendar, CalendarError
from garant.core.clocks import Event, replay
from garant.core.escalations import Rung, near_at, owed
from garant.core.instants import parse_instant
from garant.core.targets import Rule, Target

FOLLOW = "follow_up"


def test_a_24x7_calendar_that_loses_a_minute_each_midnight() -> None:
    start = denver("1 12:00")
    assert ALWAYS.elapsed(start, start + timedelta(days=30)) == timedelta(days=30)
    assert ALWAYS.advance(start, timedelta(days=30)) == start + timedelta(days=30)


def test_holidays_shown_a_day_early() -> None:
    tokyo = office("Asia/Tokyo", "09:00", "17:00", holidays=[{"date": "2026-11-23", "name": "Labour Thanksgiving"}])
    found = tokyo.segments(parse_instant("2026-11-20T16:00:00+09:00"), parse_instant("2026-11-24T16:00:00+09:00"))
    holiday = next(each for each in found if each.kind == "holiday")
    assert (holiday.start, holiday.end) == (
        parse_instant("2026-11-23T00:00:00+09:00"),
        parse_instant("2026-11-24T00:00:00+09:00"),
    )


def test_a_calendar_without_hours_that_ends_in_a_server_error() -> None:
    with pytest.raises(CalendarError, match="the calendar never opens: give it at least one shift a week"):
        Calendar.from_plain("empty", {"timezone": "UTC", "weekly": {}})


def test_historical_minutes_computed_with_todays_dst_offset() -> None:
    assert OFFICE.next_open(parse_instant("2026-07-01T00:00:00Z")) == parse_instant("2026-07-01T14:00:00Z")
    assert OFFICE.next_open(parse_instant("2026-01-07T02:00:00Z")) == parse_instant("2026-01-07T15:00:00Z")


def test_a_day_based_target_that_gains_a_weekend_when_paused() -> None:
    days = Target("2", "initial_response", Decimal(2), "business_days", "office")
    two_days = Rule.of("gold", "default", days, OFFICE)
    assert two_days is not None
    case = clock(
        opened("18 08:00"), event("18 09:00", "suspend"), event("18 11:00", "reinstate"), terms=Terms([two_days])
    )
    assert period(case).due == denver("20 10:00")


def test_an_alarm_set_before_the_deadline_firing_at_midnight() -> None:
    found = period(clock(opened("20 16:00")))
    assert near_at(found, Decimal("0.5")) == denver("23 10:00")


def test_a_lunch_break_entered_as_a_holiday() -> None:
    weekly = {day: [["08:00", "12:00"], ["13:00", "18:00"]] for day in DAYS[:5]}
    lunch = Calendar.from_plain("lunch", {"timezone": "America/Denver", "weekly": weekly})
    assert lunch.advance(denver("20 11:30"), HOUR) == denver("20 13:30")
    assert [each.kind for each in lunch.segments(denver("20 11:30"), denver("20 13:30"))] == [
        "counted",
        "closed",
        "counted",
    ]


def test_the_browsers_zone_showing_a_miss_at_creation() -> None:
    filed = parse_instant("2026-11-16T08:00:00-07:00")
    seen_from_tokyo = Event(parse_instant("2026-11-17T00:00:00+09:00"), "opened", severity="2", package="gold")
    assert seen_from_tokyo.at == filed
    found = replay([seen_from_tokyo], TERMS).periods[0]
    assert (found.due, found.missed) == (denver("16 16:00"), False)
    with pytest.raises(ValueError, match="without an offset"):
        Event(datetime(2026, 11, 16, 8), "opened", severity="2", package="gold")


def test_reopened_cases_escalating() -> None:
    case = clock(opened("2 08:00"), event("2 17:00", "resolve"), event("16 08:00", "reopen"), as_of="16 09:00")
    ladder = [Rung(1)]
    assert [each.level for each in owed(period(case), ladder, case.as_of)] == [1]
    assert owed(period(case), ladder, case.as_of, told={1}) == ()
    assert owed(period(case, FOLLOW), ladder, case.as_of) == ()


def test_a_severity_change_dropping_the_pause_so_far() -> None:
    case = clock(
        opened("16 08:00"),
        event("16 10:00", "suspend"),
        event("17 10:00", "reinstate"),
        event("17 10:00", "severity_change", severity="3", by="contact"),
    )
    assert period(case).due == denver("18 10:00")


def test_pending_to_new_expiring_the_clock_at_once() -> None:
    case = clock(
        opened("2 08:00"),
        event("2 09:00", "response", waiting=True),
        event("20 09:00", "customer_update"),
        as_of="20 09:01",
    )
    assert not period(case, FOLLOW, 2).missed
    assert period(case, FOLLOW, 2).due == denver("24 09:00")


def test_paused_shown_while_it_runs() -> None:
    suspended = opened("16 08:00"), event("16 10:00", "suspend")
    assert period(clock(*suspended)).paused
    assert not period(clock(*suspended, event("16 11:00", "reinstate"))).paused
    waiting = clock(opened("16 08:00"), event("16 09:00", "wait"))
    assert not period(waiting).paused
    assert not period(waiting).waiting


def test_a_hold_pushing_the_deadline_outside_working_hours() -> None:
    case = clock(opened("16 08:00"), event("16 09:00", "suspend"), event("16 14:30", "reinstate"))
    assert period(case).due == denver("17 11:30")


def test_a_split_copying_the_outcome() -> None:
    late = clock(opened("2 08:00"), event("4 09:00", "response"))
    assert period(late).missed
    split = clock(opened("4 09:00"), as_of="4 09:30")
    assert (period(split).started, period(split).missed) == (denver("4 09:00"), False)


def test_the_overdue_flag_surviving_a_new_due_date() -> None:
    events = opened("16 08:00", "1"), event("16 11:59", "severity_change", severity="3", by="contact")
    case = clock(*events, as_of="16 12:30")
    assert (period(case).missed, period(case).due) == (False, denver("17 10:00"))


def test_a_merged_case_escalating() -> None:
    case = clock(opened("16 08:00"), event("16 09:00", "merge", ref="case-7"), as_of="30 08:00")
    late = clock(opened("16 08:00"), event("17 09:00", "merge", ref="case-7"), as_of="30 08:00")
    assert owed(period(case), [Rung(1)], case.as_of) == ()
    assert owed(period(late), [Rung(1)], late.as_of) == ()


def test_the_follow_up_target_pre_empting_the_first_response() -> None:
    terms = Terms(package("gold", {"2": (8, 1, OFFICE)}))
    case = clock(opened("16 08:00"), event("16 09:00", "customer_update"), terms=terms, as_of="16 12:00")
    assert [each.metric for each in case.periods] == ["initial_response"]
    assert case.next_due == denver("16 16:00")


def test_the_old_packages_deadline_surviving_a_change() -> None:
    case = clock(opened("16 08:00", "3", package="silver"), event("16 08:30", "package_change", package="gold"))
    assert period(case).due == denver("17 10:30")


def test_a_retired_rule_still_alarming() -> None:
    case = clock(
        opened("16 08:00"),
        event("16 09:00", "package_change", package="bronze"),
        event("16 10:00", "response"),
        as_of="30 08:00",
    )
    assert [each.metric for each in case.periods] == ["initial_response"]
    assert case.next_due is None


def test_the_clock_running_on_after_the_agent_answered() -> None:
    case = clock(opened("16 08:00"), event("16 09:00", "response"), as_of="30 08:00")
    assert (period(case).ended, period(case).missed) == (denver("16 09:00"), False)


def test_ignoring_a_reply_made_on_the_web() -> None:
    by_call = clock(opened("16 08:00"), event("16 09:00", "response", by="vendor", ref="call"))
    by_web = clock(opened("16 08:00"), event("16 09:00", "response", by="vendor", ref="web"))
    assert by_call.periods == by_web.periods
    assert period(by_web).how == "response"


def test_no_way_to_say_no_target() -> None:
    empty = Target("2", "initial_response", None, "business_hours", "office")
    assert Rule.of("bronze", "default", empty, OFFICE) is None
    assert clock(opened("16 08:00", package="bronze"), as_of="30 08:00").periods == ()


def test_a_pause_masking_a_miss() -> None:
    case = clock(opened("16 08:00"), event("16 17:00", "suspend"), event("17 09:00", "response"))
    assert (period(case).due, period(case).missed) == (denver("16 16:00"), True)


def test_a_miss_not_stored_until_someone_edits_the_case() -> None:
    assert period(clock(opened("16 08:00"), as_of="16 16:01")).missed


def test_the_same_escalation_mail_at_every_run() -> None:
    case = clock(opened("16 08:00"), as_of="16 16:01")
    first = owed(period(case), [Rung(1)], denver("16 16:01"))
    assert [(each.key, each.level, each.at) for each in first] == [(("initial_response", 1), 1, denver("16 16:00"))]
    again = owed(period(case), [Rung(1)], denver("16 16:05"), told={each.level for each in first})
    assert again == ()


def test_later_escalation_levels_never_run() -> None:
    ladder = [Rung(3, after=2 * HOUR), Rung(1), Rung(2, after=30 * MINUTE)]
    found = period(clock(opened("16 08:00"), as_of="16 20:00"))
    assert [each.level for each in owed(found, ladder, denver("16 16:00"))] == []
    assert [each.level for each in owed(found, ladder, denver("16 16:01"), told={1})] == []
    assert [each.level for each in owed(found, ladder, denver("16 16:31"), told={1})] == [2]
    assert [each.level for each in owed(found, ladder, denver("16 18:01"))] == [1, 2, 3]


def test_40_s_to_reopen_a_case_with_a_long_history() -> None:
    terms = Terms([rule("gold", "2", metric, 8, ALWAYS) for metric in ("initial_response", FOLLOW)])
    start = datetime(2026, 1, 5, tzinfo=UTC)
    history = [Event(start + n * MINUTE, "response") for n in range(1, 3001)]
    line = [
        Event(start, "opened", severity="2", package="gold"),
        *history,
        Event(start + 3001 * MINUTE, "resolve"),
        Event(start + 3002 * MINUTE, "reopen"),
    ]
    assert replay(line, terms).state == "open"
    assert terms.asked == 3002  # one look-up per period: the work grows with the history, not with its square
