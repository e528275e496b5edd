"""Timelines of other help desks, read by our rules: where we say the same, and where we differ on purpose.

The facts come from the public tests of Request Tracker, Zammad, Frappe Helpdesk and one vendor's help page.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core_cast import ALWAYS, Terms, office, rule

from garant.core.clocks import CaseClock, Event, replay

FOLLOW = "follow_up"


def at(clock: str, day: int = 6) -> datetime:
    hour, minute = (int(part) for part in clock.split(":"))
    return datetime(2024, 5, day, hour, minute, tzinfo=UTC)


def case(opened: str, *events: Event, first: float = 2, later: float | None = 4, by: str | None = None) -> CaseClock:
    rules = [rule("p", "2", "initial_response", first, ALWAYS)]
    rules += [rule("p", "2", FOLLOW, later, ALWAYS)] if later else []
    return replay([Event(at(opened), "opened", severity="2", package="p", by=by), *events], Terms(rules))


def test_a_case_that_staff_opened_has_no_initial_clock() -> None:
    assert case("08:00", by="vendor").next_due is None


def test_we_open_a_follow_up_where_the_peer_clears_its_due() -> None:
    assert case("08:00", Event(at("08:30"), "response")).next_due == at("12:30")
    assert case("08:00", Event(at("08:30"), "response"), later=None).next_due is None


def test_later_messages_of_the_customer_do_not_move_the_due_time() -> None:
    chasing = [
        Event(at("08:30"), "response"),
        Event(at("09:00"), "customer_update"),
        Event(at("09:40"), "customer_update"),
    ]
    assert case("08:00", *chasing).next_due == at("12:30")
    assert case(
        "08:10", Event(at("08:10"), "customer_update"), Event(at("08:20"), "customer_update"), first=1
    ).next_due == at("09:10")


def test_the_follow_up_counts_from_the_last_message_of_the_vendor() -> None:
    twice = Event(at("08:30"), "response"), Event(at("09:10"), "response"), Event(at("09:30"), "customer_update")
    assert case("08:00", *twice).next_due == at("13:10")


def test_no_follow_up_is_owed_while_waiting() -> None:
    assert case("08:00", Event(at("08:30"), "response"), Event(at("09:00"), "wait")).next_due is None


def test_a_wait_neither_hides_nor_extends_the_initial_clock() -> None:
    waited = Event(at("08:20"), "wait"), Event(at("08:50"), "customer_update")
    assert case("08:00", *waited).next_due == at("10:00")


def test_raising_takes_the_minimum_and_carries_no_elapsed_time() -> None:
    terms = Terms([rule("p", "2", "initial_response", 3, ALWAYS), rule("p", "1", "initial_response", 2, ALWAYS)])
    line = [
        Event(at("10:00"), "opened", severity="2", package="p"),
        Event(at("11:00"), "severity_change", severity="1", by="contact"),
    ]
    assert replay(line, terms).next_due == at("13:00")


def test_no_answer_in_half_an_hour_is_a_miss_and_a_resolution_is_an_answer() -> None:
    hours = office("UTC", "10:00", "18:00")
    terms = Terms([rule("p", "2", "initial_response", 0.5, hours)])
    opened = Event(at("12:00"), "opened", severity="2", package="p")
    assert replay([opened, Event(at("13:00"), "check")], terms).periods[0].missed
    assert not replay([opened, Event(at("12:10"), "resolve"), Event(at("15:00"), "check")], terms).periods[0].missed


def test_twenty_hours_from_the_vendors_message_in_berlin() -> None:
    berlin = office("Europe/Berlin", "08:00", "20:00", holidays=["2016-11-01"])
    start = datetime(2016, 11, 7, 13, 26, 36, tzinfo=UTC)
    line = [Event(start, "opened", severity="2", package="p"), Event(start + timedelta(hours=1), "response")]
    found = replay(line, Terms([rule("p", "2", FOLLOW, 20, berlin)]))
    assert found.next_due == datetime(2016, 11, 9, 10, 26, 36, tzinfo=UTC)
