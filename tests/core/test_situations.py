"""Situations under a programme whose hours follow the customer, with 24x7 on request, bands, packs and roles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from programme_cast import plain

from garant.core.programmes import Programme, read_programme
from garant.core.situations import Unanswerable, answer


def at_the_customer() -> Programme:
    """Hours of the customer's place; the high severity may ask for 24x7 and leaves it once production is restored."""
    document = plain()
    document["calendars"]["office"] = {
        "owner": "customer", "default_zone": "Europe/London",
        "places": [
            {"zones": ["America/New_York"], "weekly": {"mon-fri": ["09:00-18:00"]}, "business_day_hours": 9},
            {"weekly": {"mon-fri": ["09:00-17:00"]}, "business_day_hours": 8},
        ],
    }  # fmt: skip
    document["targets"] = [
        {"metric": "initial_response", "severity": "high", "unit": "business_hours", "calendar": "office",
         "on_request": "always", "amounts": {"basic": None, "plus": 2}},
        {"metric": "initial_response", "severity": "low", "unit": "business_days", "calendar": "office",
         "amounts": {"basic": None, "plus": 1}},
        {"metric": "follow_up", "severity": "*", "unit": "elapsed_hours", "calendar": "always", "restored": "office",
         "or_as_agreed": True, "amounts": {"basic": None, "plus": 1}},
    ]  # fmt: skip
    document["packages"][1]["opened_by"] = ["site_admin"]
    document["contacts"] = {
        "unlisted_sender": "reject", "untrained": "accept", "other_senders": ["site_user"],
        "replace_lead_time": {"amount": 5, "unit": "business_days", "calendar": "office"},
    }  # fmt: skip
    document["severity_change"] = {"set_by": "contact", "contact_change": "refused", "vendor_change": "at_once"}
    document["allotments"]["contacts"] |= {
        "bands": [
            {"measure": "units", "up_to": 250, "amount": 20},
            {"measure": "units", "up_to": 1000, "amount": 40},
            {"measure": "units", "each": 1000, "amount": 40},
        ],
        "per_pack": {"plus": 3},
    }
    found, problems = read_programme(document)
    assert found is not None, problems
    return found


def told(ask: str, **facts: Any) -> Any:
    return answer(ask, facts, at_the_customer()).fields


def due(**facts: Any) -> datetime | None:
    text = told("due", tier="plus", **facts)["due"]
    return None if text is None else datetime.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


FRIDAY = "2026-11-20T17:00:00-05:00"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"severity": "high", "customer_zone": "America/New_York"}, "2026-11-23T10:00:00-05:00"),
        ({"severity": "high", "customer_zone": "Asia/Tokyo"}, "2026-11-23T11:00:00+09:00"),
        ({"severity": "low", "customer_zone": "America/New_York"}, "2026-11-23T17:00:00-05:00"),
        ({"severity": "high", "asked_24x7": True, "dedicated_contact": True}, "2026-11-20T19:00:00-05:00"),
        ({"severity": "high", "asked_24x7": True, "dedicated_contact": False}, "2026-11-23T11:00:00+00:00"),
    ],
)
def test_the_customers_place_and_wish_decide(facts: dict[str, Any], expected: str) -> None:
    assert due(received=FRIDAY, **facts) == at(expected)


def test_24x7_asked_for_later_never_moves_a_due_time_back() -> None:
    events = [{"at": "2026-11-21T07:00:00-05:00", "type": "ask_24x7"}]
    facts = {"severity": "high", "received": FRIDAY, "customer_zone": "America/New_York", "events": events}
    assert due(**facts) == at("2026-11-21T09:00:00-05:00")


def test_restored_production_moves_the_running_period_to_business_hours() -> None:
    events = [
        {"at": "2026-11-21T12:00:00-05:00", "type": "response"},
        {"at": "2026-11-21T12:30:00-05:00", "type": "production_restored"},
    ]
    facts = {"severity": "high", "metric": "follow_up", "customer_zone": "America/New_York", "events": events}
    assert due(**facts) == at("2026-11-23T10:00:00-05:00")


def test_one_case_may_agree_on_its_own_time() -> None:
    events = [{"at": "2026-11-16T10:00:00-05:00", "type": "response"}]
    facts = {"severity": "high", "metric": "follow_up", "events": events}
    assert due(**facts, agreed={"follow_up_hours": 24}) == at("2026-11-17T10:00:00-05:00")
    assert due(**facts) == at("2026-11-16T11:00:00-05:00")


def test_who_may_change_the_severity_is_data() -> None:
    facts = {"severity": "low", "received": "2026-11-16T10:00:00+00:00"}
    change = {"at": "2026-11-16T12:00:00+00:00", "type": "severity_change", "to": "high"}
    assert due(**facts, events=[{**change, "by": "vendor"}]) == at("2026-11-16T14:00:00+00:00")
    assert due(**facts, events=[{**change, "by": "contact"}]) == at("2026-11-17T10:00:00+00:00")
    assert told("refuse", tier="plus", request="change_severity")["reason"] == "severity_fixed_after_creation"


@pytest.mark.parametrize(
    ("count", "contacts"), [(1, 20), (250, 20), (251, 40), (1000, 40), (1001, 80), (2000, 80), (2001, 120)]
)
def test_bands_are_taken_literally_at_their_edges(count: int, contacts: int) -> None:
    assert told("quota", units=count)["contacts"] == contacts


def test_packs_multiply() -> None:
    found = told("quota", tier="plus", packs=2, contacts_active=6, request="add_contact")
    assert (found["accepted"], found["limit"], found["reason"]) == (False, 6, "contact_limit_reached")


@pytest.mark.parametrize(
    ("sender", "accepted"), [("site_admin", True), ("site_user", False), ("unlisted", False), ("untrained", True)]
)
def test_who_may_open_cases_is_data(sender: str, accepted: bool) -> None:
    found = told("route", tier="plus", sender=sender)
    assert found["accepted"] is accepted
    assert found["reason"] == (None if accepted else "not_authorized_contact")
    assert "state" not in found


def test_a_new_contact_takes_effect_after_the_lead_time() -> None:
    found = told("due", request="replace_contact", notice="2026-11-23T10:00:00-05:00", customer_zone="America/New_York")
    assert at(found["effective"]) == at("2026-11-30T10:00:00-05:00")
    for days, reason in ((2, "contact_not_effective_yet"), (5, None)):
        assert told("refuse", tier="plus", sender="incoming", notice_business_days=days)["reason"] == reason


def test_a_fact_that_a_clause_rests_on_is_not_guessed_at() -> None:
    document = plain()
    document["clauses"] = {"japanese": {"rule": 29, "text": "Japanese has hours of its own."}}
    found, problems = read_programme(document)
    assert found is not None, problems
    facts = {"tier": "plus", "received": FRIDAY}
    assert answer("due", facts, found).fields["due"] is not None
    with pytest.raises(Unanswerable, match="rule 29"):
        answer("due", {**facts, "language": "fr"}, found)


def test_a_live_channel_is_closed_outside_its_hours() -> None:
    document = plain()
    document["rows"][0]["rows"][3]["values"] = {"basic": None, "plus": "north"}
    found, problems = read_programme(document)
    assert found is not None, problems
    facts = {"tier": "plus", "severity": "low", "channel": "phone"}
    open_then = answer("route", {**facts, "received": "2026-11-16T10:00:00+01:00"}, found).fields
    assert open_then["accepted"] is True
    closed = answer("route", {**facts, "received": "2026-11-16T19:00:00+01:00"}, found).fields
    assert (closed["accepted"], closed["reason"], closed["offer"]) == (False, "outside_hours", ["web"])
    assert at(closed["next_open"]) == at("2026-11-17T08:00:00+01:00")
