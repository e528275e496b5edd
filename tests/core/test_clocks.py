"""Replay: the clocks of a case, rule by rule of the clock (gold: severity 2 is 8 office hours, then every 20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from core_cast import (
    ALWAYS,
    HOUR,
    OFFICE,
    SECOND,
    TERMS,
    Terms,
    clock,
    denver,
    event,
    opened,
    package,
    period,
    rule,
    step,
)

from garant.core.calendars import Calendar
from garant.core.clocks import Event, replay

INITIAL, FOLLOW = "initial_response", "follow_up"


def test_met_at_due_and_missed_a_second_later() -> None:
    met = period(clock(opened("20 10:00"), event("20 18:00", "response")))
    late = period(clock(opened("20 10:00"), event("20 18:00:01", "response")))
    assert (met.due, met.ended, met.how, met.missed) == (denver("20 18:00"), denver("20 18:00"), "response", False)
    assert (late.due, late.missed) == (denver("20 18:00"), True)


def test_a_running_period_past_its_due_is_missed_as_of_the_moment_of_asking() -> None:
    assert not period(clock(opened("20 10:00"), as_of="20 18:00")).missed
    case = clock(opened("20 10:00"), as_of="20 18:00:01")
    assert period(case).missed
    assert period(case).ended is None
    assert (case.state, case.next_due, case.as_of) == ("open", denver("20 18:00"), denver("20 18:00:01"))


def test_the_period_starts_at_receipt_though_counting_starts_at_the_opening() -> None:
    found = period(clock(opened("20 20:00")))
    assert (found.started, found.due) == (denver("20 20:00"), denver("23 16:00"))


def test_each_response_starts_a_follow_up_and_the_next_one_closes_it() -> None:
    case = clock(opened("16 08:00"), event("16 09:00", "response"), event("17 09:00", "response"))
    first, second = period(case, FOLLOW), period(case, FOLLOW, 2)
    assert (first.started, first.due, first.ended, first.how) == (
        denver("16 09:00"),
        denver("18 09:00"),
        denver("17 09:00"),
        "response",
    )
    assert (second.started, second.due, second.ended, second.how) == (
        denver("17 09:00"),
        denver("19 09:00"),
        None,
        "running",
    )
    assert case.next_due == denver("19 09:00")
    assert [each.key for each in case.periods] == [(INITIAL, 1), (FOLLOW, 1), (FOLLOW, 2)]


def test_customer_messages_in_between_move_nothing() -> None:
    case = clock(opened("16 08:00"), event("16 09:00", "response"), event("17 10:00", "customer_update"))
    assert len(case.periods) == 2
    assert period(case, FOLLOW).due == denver("18 09:00")


def test_the_wait_is_ended_by_the_customer_and_a_full_period_starts() -> None:
    case = clock(opened("16 08:00"), event("16 09:00", "response", waiting=True), event("19 08:00", "customer_update"))
    waited, fresh = period(case, FOLLOW), period(case, FOLLOW, 2)
    assert (waited.due, waited.ended, waited.how, waited.missed) == (None, denver("19 08:00"), "superseded", False)
    assert (fresh.started, fresh.due, fresh.waiting) == (denver("19 08:00"), denver("20 18:00"), False)
    assert case.state == "open"


def test_while_waiting_nothing_is_owed() -> None:
    case = clock(opened("16 08:00"), event("16 09:00", "response", waiting=True), as_of="30 08:00")
    assert (case.state, case.next_due) == ("waiting", None)
    assert period(case, FOLLOW).waiting
    assert not period(case, FOLLOW).missed


def test_a_wait_after_the_response_hides_the_due_time_too() -> None:
    case = clock(opened("16 08:00"), event("16 09:00", "response"), event("16 10:00", "wait"), as_of="30 08:00")
    assert (period(case, FOLLOW).due, case.state) == (None, "waiting")


def test_a_wait_before_the_first_response_leaves_the_initial_clock_alone() -> None:
    events = opened("16 08:00"), event("16 09:00", "wait")
    case = clock(*events)
    assert (case.state, period(case).due, period(case).waiting) == ("waiting", denver("16 16:00"), False)
    asked = clock(*events, event("16 10:00", "customer_update"))
    assert (asked.state, len(asked.periods), period(asked).due) == ("open", 1, denver("16 16:00"))
    answered = clock(*events, event("16 10:00", "response"))
    assert (answered.state, period(answered, FOLLOW).due) == ("open", denver("18 10:00"))


def test_any_response_ends_a_wait_unless_it_sets_one_again() -> None:
    waiting = opened("16 08:00"), event("16 09:00", "response", waiting=True)
    plain = clock(*waiting, event("17 09:00", "response"))
    assert (plain.state, period(plain, FOLLOW).how, period(plain, FOLLOW).due) == ("open", "response", None)
    assert period(plain, FOLLOW, 2).due == denver("19 09:00")
    again = clock(*waiting, event("17 09:00", "response", waiting=True))
    assert (again.state, period(again, FOLLOW, 2).due) == ("waiting", None)


def test_a_period_missed_before_the_wait_stays_missed() -> None:
    events = opened("16 08:00"), event("16 09:00", "response"), event("18 09:00:01", "wait")
    assert period(clock(*events), FOLLOW).missed
    case = clock(*events, event("19 09:00", "customer_update"))
    assert (period(case, FOLLOW).due, period(case, FOLLOW).missed, period(case, FOLLOW).how) == (
        denver("18 09:00"),
        True,
        "superseded",
    )
    at_due = clock(opened("16 08:00"), event("16 09:00", "response"), event("18 09:00", "wait"), as_of="20 09:00")
    assert (period(at_due, FOLLOW).due, period(at_due, FOLLOW).missed) == (None, False)


def test_a_second_wait_changes_nothing() -> None:
    case = clock(
        opened("16 08:00"), event("16 09:00", "response"), event("18 09:00:01", "wait"), event("19 09:00", "wait")
    )
    assert period(case, FOLLOW).due == denver("18 09:00")


def test_resolving_ends_what_runs_and_is_an_answer() -> None:
    case = clock(opened("16 08:00"), event("16 16:00:01", "resolve"))
    assert (period(case).how, period(case).missed, case.state, case.next_due) == ("resolve", True, "resolved", None)
    waiting = clock(opened("16 08:00"), event("16 09:00", "response", waiting=True), event("17 09:00", "resolve"))
    assert (period(waiting, FOLLOW).how, period(waiting, FOLLOW).due) == ("resolve", None)
    assert waiting.state == "resolved"


def test_nothing_runs_after_the_resolution() -> None:
    done = opened("16 08:00"), event("16 09:00", "resolve")
    for kind in ("response", "customer_update", "wait", "resolve"):
        case = clock(*done, event("17 09:00", kind))
        assert (len(case.periods), case.state) == (1, "resolved"), kind
    changed = clock(*done, event("17 09:00", "package_change", package="silver"))
    assert (len(changed.periods), changed.package) == (1, "silver")


def test_closing_and_resolving_again() -> None:
    closed = opened("16 08:00"), event("16 09:00", "resolve"), event("17 09:00", "close")
    assert clock(*closed).state == "closed"
    assert clock(*closed, event("17 10:00", "resolve")).state == "closed"
    at_once = clock(opened("16 08:00"), event("16 09:00", "close"))
    assert (period(at_once).how, at_once.state) == ("resolve", "closed")


def test_reopening_starts_a_full_follow_up_and_no_initial_clock() -> None:
    case = clock(opened("16 08:00"), event("16 09:00", "resolve"), event("18 08:00", "reopen"))
    assert [each.key for each in case.periods] == [(INITIAL, 1), (FOLLOW, 1)]
    assert (period(case, FOLLOW).started, period(case, FOLLOW).due) == (denver("18 08:00"), denver("19 18:00"))
    assert case.state == "open"
    assert len(clock(opened("16 08:00"), event("16 09:00", "reopen")).periods) == 1


def test_raised_takes_the_earlier_of_old_and_new() -> None:
    soon = clock(opened("16 08:00", "3"), event("16 09:00", "severity_change", severity="1", by="contact"))
    assert (period(soon).due, soon.severity) == (denver("16 13:00"), "1")
    assert period(soon).rule.target.severity == "1"
    kept = clock(opened("16 08:00"), event("16 15:00", "severity_change", severity="1", by="contact"))
    assert period(kept).due == denver("16 16:00")
    assert period(kept).rule.target.severity == "2"


def test_lowered_takes_the_later_of_old_and_new() -> None:
    later = clock(opened("16 08:00", "1"), event("16 09:00", "severity_change", severity="3", by="contact"))
    assert period(later).due == denver("17 10:00")
    terms = Terms([*package("gold", {"1": (30, 30, ALWAYS), "3": (1, 1, OFFICE)})])
    kept = clock(opened("16 08:00", "1"), event("16 09:00", "severity_change", severity="3", by="contact"), terms=terms)
    assert period(kept).due == denver("17 14:00")


def test_raised_and_lowered_again_counts_from_the_start() -> None:
    case = clock(
        opened("16 08:00", "3"),
        event("16 09:00", "severity_change", severity="1", by="contact"),
        event("16 10:00", "severity_change", severity="3", by="contact"),
    )
    assert period(case).due == denver("17 10:00")


def test_a_passed_due_stays_whatever_changes() -> None:
    events = opened("16 08:00", "1"), event("16 12:00:01", "severity_change", severity="3", by="contact")
    case = clock(*events)
    assert (period(case).due, period(case).missed) == (denver("16 12:00"), True)
    assert step(period(case), "promise_kept")["why"] == "due_had_passed"
    at_due = clock(opened("16 08:00", "1"), event("16 12:00", "severity_change", severity="3", by="contact"))
    assert (period(at_due).due, period(at_due).missed) == (denver("17 10:00"), False)


def test_the_same_severity_or_package_is_no_change() -> None:
    case = clock(
        opened("16 08:00"),
        event("16 09:00", "severity_change", severity="2", by="contact"),
        event("16 09:00", "package_change", package="gold"),
    )
    assert len(period(case).claims) == 1


def test_a_change_while_waiting_shows_in_the_period_after_the_wait() -> None:
    case = clock(
        opened("16 08:00"),
        event("16 09:00", "response", waiting=True),
        event("16 10:00", "severity_change", severity="1", by="contact"),
        event("16 12:00", "customer_update"),
    )
    assert (period(case, FOLLOW).due, len(period(case, FOLLOW).claims)) == (None, 1)
    assert period(case, FOLLOW, 2).due == denver("16 20:00")


def test_an_upgrade_helps_at_once_and_a_downgrade_takes_nothing() -> None:
    up = clock(opened("16 09:00", package="silver"), event("16 10:00", "package_change", package="gold"))
    assert (period(up).due, up.package) == (denver("16 18:00"), "gold")
    down = clock(
        opened("16 08:00"), event("16 09:00", "package_change", package="silver"), event("16 15:00", "response")
    )
    assert (period(down).due, period(down).rule.package) == (denver("16 16:00"), "gold")
    assert (period(down, FOLLOW).due, period(down, FOLLOW).rule.package) == (denver("19 15:00"), "silver")


def test_a_downgrade_while_suspended_takes_nothing_either() -> None:
    case = clock(
        opened("16 08:00"),
        event("16 09:00", "suspend"),
        event("16 10:00", "package_change", package="silver"),
        event("17 08:00", "reinstate"),
    )
    assert period(case).due == denver("17 15:00")


def test_an_upgrade_while_suspended_counts_from_the_reinstatement() -> None:
    case = clock(
        opened("16 08:00", package="silver"),
        event("16 08:30", "suspend"),
        event("16 10:00", "package_change", package="gold"),
        event("17 08:00", "reinstate"),
    )
    assert period(case).due == denver("17 16:00")
    assert period(case).rule.package == "gold"


def test_to_an_empty_cell_the_running_period_stays_and_none_follows() -> None:
    case = clock(
        opened("16 08:00"), event("16 09:00", "package_change", package="bronze"), event("16 10:00", "response")
    )
    assert (len(case.periods), period(case).due, case.next_due) == (1, denver("16 16:00"), None)
    assert step(period(case), "promise_kept")["why"] == "no_new_promise"


def test_from_an_empty_cell_a_period_starts_at_the_change() -> None:
    bronze = opened("16 08:00", package="bronze")
    unanswered = clock(bronze, event("16 09:00", "package_change", package="gold"))
    assert [(each.key, each.started, each.due) for each in unanswered.periods] == [
        ((INITIAL, 1), denver("16 09:00"), denver("16 17:00"))
    ]
    answered = clock(bronze, event("16 08:30", "response"), event("16 09:00", "package_change", package="gold"))
    assert [(each.key, each.started) for each in answered.periods] == [((FOLLOW, 1), denver("16 09:00"))]
    waiting = clock(
        bronze, event("16 08:30", "response", waiting=True), event("16 09:00", "package_change", package="gold")
    )
    assert waiting.periods == ()
    after = clock(
        bronze,
        event("16 08:30", "response", waiting=True),
        event("16 09:00", "package_change", package="gold"),
        event("16 10:00", "customer_update"),
    )
    assert [(each.key, each.started) for each in after.periods] == [((FOLLOW, 1), denver("16 10:00"))]
    resolved = clock(bronze, event("16 08:30", "resolve"), event("16 09:00", "package_change", package="gold"))
    assert resolved.periods == ()


def test_no_promise_is_no_period() -> None:
    case = clock(opened("16 08:00", package="bronze"), as_of="30 08:00")
    assert (case.periods, case.next_due, case.state) == ((), None, "open")


def test_suspension_pauses_and_the_due_time_moves() -> None:
    case = clock(opened("16 08:00"), event("16 10:00", "suspend"), event("18 10:00", "reinstate"))
    assert (period(case).started, period(case).due) == (denver("16 08:00"), denver("18 16:00"))
    paused = clock(opened("16 08:00"), event("16 10:00", "suspend"), as_of="30 10:00")
    assert (period(paused).due, period(paused).paused, period(paused).missed) == (None, True, False)
    assert (paused.suspended, paused.state) == (True, "open")


def test_suspending_twice_and_reinstating_twice_changes_nothing() -> None:
    case = clock(
        opened("16 08:00"),
        event("16 10:00", "suspend"),
        event("16 11:00", "suspend"),
        event("18 10:00", "reinstate"),
        event("18 12:00", "reinstate"),
    )
    assert period(case).due == denver("18 16:00")
    assert not case.suspended


def test_a_miss_before_the_suspension_stays() -> None:
    case = clock(opened("16 08:00"), event("16 16:00:01", "suspend"), as_of="18 08:00")
    assert (period(case).due, period(case).missed, period(case).paused) == (denver("16 16:00"), True, False)
    at_due = clock(opened("16 08:00"), event("16 16:00", "suspend"), as_of="18 08:00")
    assert period(at_due).due == denver("16 16:00")


def test_an_answer_during_the_suspension_closes_and_the_next_counts_from_reinstatement() -> None:
    case = clock(
        opened("16 08:00"), event("16 10:00", "suspend"), event("16 11:00", "response"), event("18 08:00", "reinstate")
    )
    assert (period(case).ended, period(case).due, period(case).missed) == (denver("16 11:00"), None, False)
    assert (period(case, FOLLOW).started, period(case, FOLLOW).due) == (denver("16 11:00"), denver("19 18:00"))


def test_suspended_while_waiting_and_answered_by_the_customer() -> None:
    case = clock(
        opened("16 08:00"),
        event("16 09:00", "response", waiting=True),
        event("16 10:00", "suspend"),
        event("17 09:00", "customer_update"),
        event("18 08:00", "reinstate"),
    )
    assert period(case, FOLLOW, 2).due == denver("19 18:00")


def test_reopened_while_suspended() -> None:
    case = clock(
        opened("16 08:00"),
        event("16 09:00", "resolve"),
        event("16 10:00", "suspend"),
        event("17 09:00", "reopen"),
        event("18 08:00", "reinstate"),
    )
    assert (period(case, FOLLOW).started, period(case, FOLLOW).due) == (denver("17 09:00"), denver("19 18:00"))


def test_held_for_standing_counts_from_reinstatement() -> None:
    held = clock(opened("16 08:00", held="standing"), as_of="17 08:00")
    assert (held.state, held.held, period(held).due, period(held).paused) == ("held", "standing", None, True)
    case = clock(opened("16 08:00", held="standing"), event("17 12:00", "reinstate"))
    assert (case.state, case.held) == ("open", None)
    assert (period(case).started, period(case).due) == (denver("16 08:00"), denver("18 10:00"))


def test_held_for_the_sender_counts_from_the_original_receipt() -> None:
    held = clock(opened("16 08:00", held="sender"), as_of="18 08:00")
    assert (held.state, held.held, period(held).due, period(held).missed) == ("held", "sender", None, False)
    assert step(period(held), "held")["why"] == "sender"
    soon = clock(opened("16 08:00", held="sender"), event("16 12:00", "confirmed"))
    assert (soon.state, period(soon).due) == ("open", denver("16 16:00"))
    late = clock(opened("16 08:00", held="sender"), event("17 12:00", "confirmed"))
    assert (period(late).due, period(late).missed) == (denver("16 16:00"), True)


def test_held_for_the_unlisted_counts_from_the_adoption() -> None:
    held = clock(opened("16 08:00", held="unlisted"), as_of="18 08:00")
    assert (held.state, held.held, held.periods) == ("held", "unlisted", ())
    case = clock(opened("16 08:00", held="unlisted"), event("17 08:00", "adopted", by="contact"))
    assert (case.state, period(case).started, period(case).due) == ("open", denver("17 08:00"), denver("17 16:00"))
    answered = clock(opened("16 08:00", held="unlisted"), event("16 09:00", "response"), event("17 08:00", "adopted"))
    assert [(each.key, each.started) for each in answered.periods] == [((FOLLOW, 1), denver("17 08:00"))]
    changed = clock(
        opened("16 08:00", held="unlisted"),
        event("16 09:00", "severity_change", severity="1", by="contact"),
        event("17 08:00", "adopted"),
    )
    assert period(changed).due == denver("17 12:00")
    done = clock(opened("16 08:00", held="unlisted"), event("16 09:00", "close"), event("17 08:00", "adopted"))
    assert (done.periods, done.state) == ((), "closed")


def test_each_hold_is_released_by_its_own_event_only() -> None:
    assert clock(opened("16 08:00", held="unlisted"), event("17 08:00", "confirmed")).held == "unlisted"
    assert clock(opened("16 08:00", held="sender"), event("17 08:00", "adopted")).held == "sender"
    assert clock(opened("16 08:00", held="sender"), event("17 08:00", "reinstate")).held == "sender"
    assert clock(opened("16 08:00", held="standing"), event("17 08:00", "confirmed")).held == "standing"


def test_adopted_while_suspended() -> None:
    case = clock(
        opened("16 08:00", held="unlisted"),
        event("16 09:00", "suspend"),
        event("16 10:00", "adopted"),
        event("17 08:00", "reinstate"),
    )
    assert (period(case).started, period(case).due) == (denver("16 10:00"), denver("17 16:00"))


def test_a_case_that_the_vendor_opened_has_no_initial_clock() -> None:
    quiet = clock(opened("16 08:00", by="vendor"), event("16 09:00", "customer_update"), as_of="20 08:00")
    assert quiet.periods == ()
    answered = clock(opened("16 08:00", by="vendor"), event("16 09:00", "response"))
    assert [each.key for each in answered.periods] == [(FOLLOW, 1)]
    asked = clock(opened("16 08:00", by="vendor"), event("16 08:30", "wait"), event("16 09:00", "customer_update"))
    assert [(each.key, each.started) for each in asked.periods] == [((FOLLOW, 1), denver("16 09:00"))]
    changed = clock(opened("16 08:00", by="vendor"), event("16 09:00", "severity_change", severity="1", by="contact"))
    assert changed.periods == ()


def test_a_change_by_the_vendor_is_a_proposal_until_agreed() -> None:
    change = event("16 09:00", "severity_change", severity="3", by="vendor", reason="has a workaround")
    case = clock(opened("16 08:00"), change)
    assert (case.severity, period(case).due) == ("2", denver("16 16:00"))
    assert case.proposal is not None
    assert (case.proposal.severity, case.proposal.proposed_at, case.proposal.lapses_at, case.proposal.reason) == (
        "3",
        denver("16 09:00"),
        denver("18 09:00"),
        "has a workaround",
    )
    agreed = clock(opened("16 08:00"), change, event("16 11:00", "proposal_accepted", by="contact"))
    assert (agreed.severity, agreed.proposal, period(agreed).due) == ("3", None, denver("17 10:00"))
    rejected = clock(
        opened("16 08:00"), change, event("16 10:00", "proposal_rejected"), event("16 11:00", "proposal_accepted")
    )
    assert (rejected.severity, rejected.proposal) == ("2", None)


def test_a_proposal_lapses_after_two_business_days() -> None:
    proposed = opened("16 08:00"), event("16 09:00", "severity_change_proposed", severity="1")
    assert clock(*proposed, event("18 09:00", "proposal_accepted")).severity == "1"
    assert clock(*proposed, event("18 09:00:01", "proposal_accepted")).severity == "2"
    assert clock(*proposed, as_of="18 09:00").proposal is not None
    assert clock(*proposed, as_of="18 09:00:01").proposal is None
    early = event("16 09:00", "severity_change_proposed", severity="1", lapses_at=denver("16 10:00"))
    assert clock(opened("16 08:00"), early, event("16 10:01", "proposal_accepted")).severity == "2"


def test_a_programme_may_set_the_lapse_of_proposals() -> None:
    class Patient(Terms):
        def proposal_lapses(self, package: str, severity: str, at: datetime) -> datetime | None:
            return None

    case = clock(
        opened("16 08:00"),
        event("16 09:00", "severity_change_proposed", severity="1"),
        event("30 09:00", "proposal_accepted"),
        terms=Patient(TERMS.rules.values()),
    )
    assert case.severity == "1"


def test_a_vendors_change_that_is_agreed_is_in_force_when_it_was_agreed() -> None:
    change = event("16 09:00", "severity_change", severity="1", by="vendor", agreed_by="contact")
    assert period(clock(opened("16 08:00"), change)).due == denver("16 13:00")
    later = replace(change, agreed_at=denver("16 10:00"))
    assert period(clock(opened("16 08:00"), later)).due == denver("16 16:00")
    assert period(clock(opened("16 08:00"), later, as_of="16 10:00")).due == denver("16 14:00")
    alone = replace(change, agreed_by="vendor")
    assert clock(opened("16 08:00"), alone).severity == "2"
    too_late = replace(change, agreed_at=denver("25 10:00"))
    assert clock(opened("16 08:00"), too_late, as_of="25 12:00").severity == "2"
    decided = replace(change, agreed_by="programme")
    assert clock(opened("16 08:00"), decided).severity == "1"


def test_a_contacts_change_or_the_end_drops_the_proposal() -> None:
    proposed = opened("16 08:00"), event("16 09:00", "severity_change_proposed", severity="3")
    changed = clock(*proposed, event("16 10:00", "severity_change", severity="1", by="contact"))
    assert (changed.severity, changed.proposal) == ("1", None)
    resolved = clock(*proposed, event("16 10:00", "resolve"), event("16 11:00", "proposal_accepted"))
    assert (resolved.severity, resolved.proposal) == ("2", None)


def test_a_merged_case_is_over_for_good() -> None:
    merged = opened("16 08:00"), event("16 09:00", "response"), event("16 10:00", "merge", ref="case-7")
    case = clock(*merged, event("16 11:00", "reopen"), event("16 12:00", "response"), as_of="30 08:00")
    assert (case.state, len(case.periods), case.next_due) == ("merged", 2, None)
    assert (period(case, FOLLOW).how, period(case, FOLLOW).missed) == ("merged", False)
    late = clock(opened("16 08:00"), event("16 16:00:01", "merge", ref="case-7"))
    assert (period(late).how, period(late).missed) == ("merged", True)


def edited(known: str, effective: str, weekly: str = "13:00") -> Calendar:
    """The office that closes early, from `effective` on, as entered at `known`."""
    plain = OFFICE.to_plain()
    short = {**plain, "weekly": {day: [["08:00", weekly]] for day in plain["weekly"]}}
    times = {"known_from": denver(known).isoformat(), "effective_from": denver(effective).isoformat()}
    return Calendar.from_plain("office", {"versions": [plain, {**short, **times}]})


def test_a_calendar_edit_moves_open_periods_forward_and_says_so() -> None:
    terms = Terms(package("gold", {"2": (20, 20, edited("16 12:00", "17 00:00"))}))
    before = clock(opened("16 08:00"), terms=terms, as_of="16 11:59")
    after = clock(opened("16 08:00"), terms=terms, as_of="16 12:00")
    assert (period(before).due, period(after).due) == (denver("17 18:00"), denver("18 13:00"))
    assert step(period(after), "due_moved") == {
        "cause": "calendar",
        "at": denver("16 12:00"),
        "from": denver("17 18:00"),
        "to": denver("18 13:00"),
    }


def test_a_calendar_edit_changes_no_closed_period_and_no_passed_due() -> None:
    terms = Terms(package("gold", {"2": (8, 8, edited("16 17:00", "16 00:00"))}))
    missed = clock(opened("16 08:00"), terms=terms, as_of="20 08:00")
    assert (period(missed).due, period(missed).missed) == (denver("16 16:00"), True)
    assert "due_moved" not in [each.code for each in period(missed).steps]
    closed = clock(opened("16 08:00"), event("16 09:00", "response"), terms=terms, as_of="20 08:00")
    assert period(closed).due == denver("16 16:00")
    assert period(closed, FOLLOW).due == denver("16 17:00")


def test_a_period_that_starts_after_the_edit_knows_it() -> None:
    terms = Terms(package("gold", {"2": (20, 20, edited("16 12:00", "17 00:00"))}))
    assert period(clock(opened("16 13:00"), terms=terms)).due == denver("19 13:00")


def test_a_start_calendar_says_when_counting_may_start() -> None:
    terms = Terms([rule("gold", "2", INITIAL, 4, ALWAYS, start=OFFICE)])
    assert period(clock(opened("20 20:00"), terms=terms)).due == denver("23 12:00")
    assert period(clock(opened("20 17:00"), terms=terms)).due == denver("20 21:00")
    held = clock(opened("20 20:00"), event("23 07:00", "suspend"), event("23 19:00", "reinstate"), terms=terms)
    assert period(held).due == denver("24 12:00")
    waiting = clock(opened("20 20:00"), event("23 07:00", "suspend"), terms=terms)
    assert period(waiting).due is None


def test_a_prefix_is_the_state_at_its_end() -> None:
    events = (opened("16 08:00"), event("16 09:00", "response", waiting=True), event("17 09:00", "customer_update"))
    assert clock(*events, as_of="16 12:00") == clock(*events[:2], as_of="16 12:00")
    assert clock(*events).as_of == denver("17 09:00")


def test_events_are_taken_in_order_of_their_instants() -> None:
    events = opened("16 08:00"), event("17 09:00", "customer_update"), event("16 09:00", "response", waiting=True)
    assert clock(*events).periods == clock(events[0], events[2], events[1]).periods


def test_what_no_journal_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="a case's first event is opened"):
        replay([], TERMS)
    with pytest.raises(ValueError, match="a case's first event is opened"):
        clock(opened("16 08:00"), event("16 07:00", "response"))
    with pytest.raises(ValueError, match="the case was not open yet"):
        clock(opened("16 08:00"), as_of="16 07:59")
    with pytest.raises(ValueError, match="unknown event 'answer': the kinds are adopted"):
        event("16 08:00", "answer")
    with pytest.raises(ValueError, match="without an offset"):
        Event(datetime(2026, 11, 16), "response")
    with pytest.raises(ValueError, match="unknown reason to hold 'mood': the reasons are sender, standing, unlisted"):
        opened("16 08:00", held="mood")
    for kind in ("opened", "severity_change", "severity_change_proposed"):
        with pytest.raises(ValueError, match=f"event {kind} needs a severity"):
            event("16 08:00", kind, package="gold")
    for kind in ("opened", "package_change"):
        with pytest.raises(ValueError, match=f"event {kind} needs a package"):
            event("16 08:00", kind, severity="2")


def test_a_check_changes_nothing_but_the_moment() -> None:
    case = clock(opened("16 08:00"), event("16 16:00:01", "check"))
    assert (period(case).missed, case.as_of - denver("16 16:00")) == (True, SECOND)
    assert case.as_of + HOUR - timedelta(hours=1) == denver("16 16:00:01")
