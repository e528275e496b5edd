"""Severities, standing, intake, escalations, deliverables and refusals."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from core_cast import ALWAYS, HOUR, OFFICE, TERMS, Terms, clock, denver, event, office, opened, package, period, rule

from garant.core.calendars import Calendar, CalendarError
from garant.core.deliverables import due_in_week
from garant.core.escalations import Rung, near_at, owed
from garant.core.intake import Admitted, Conditions, ContractTerm, Held, Refused, Request, Sender, admit
from garant.core.refusals import Refusal
from garant.core.severities import SeverityScale, lapse
from garant.core.standing import Decision, Suspension, standing_at, suspensions
from garant.core.targets import Rule, Target

# Severities


def test_a_scale_of_any_size() -> None:
    scale = SeverityScale(("critical", "major", "minor", "question"))
    assert scale.more_severe("critical", "major")
    assert not scale.more_severe("major", "major")
    assert not scale.more_severe("question", "minor")
    assert scale.rank("question") == 3
    with pytest.raises(ValueError, match="unknown severity 'blocker': the levels are critical, major"):
        scale.rank("blocker")


def test_two_business_days_are_those_of_the_office_when_there_is_one() -> None:
    assert lapse(TERMS, "gold", ("1", "2"), denver("20 16:00")) == denver("24 16:00")
    always = Terms(package("gold", {"1": (4, 8, ALWAYS)}))
    assert lapse(always, "gold", ("1", "2"), denver("20 16:00")) == denver("22 16:00")
    assert lapse(always, "bronze", ("1", "2"), denver("20 16:00")) is None


def test_the_terms_own_word_on_lapses_is_asked_with_what_it_needs() -> None:
    class Asked(Terms):
        def proposal_lapses(self, package: str, severity: str, at: datetime) -> datetime | None:
            assert (package, severity) == ("gold", "1")
            return at + HOUR

    assert lapse(Asked([]), "gold", ("1", "2"), denver("20 16:00")) == denver("20 17:00")


def test_the_first_promise_of_office_hours_sets_the_business_days() -> None:
    long_days = office(opens="06:00", closes="20:00")
    terms = Terms([rule("gold", "1", "initial_response", 4, long_days), rule("gold", "2", "follow_up", 4, OFFICE)])
    assert lapse(terms, "gold", ("1", "2"), denver("20 07:00")) == denver("24 07:00")
    assert lapse(terms, "gold", ("3", "2"), denver("20 08:00")) == denver("23 18:00")


# Standing


def decision(at: str, kind: str, reason: str = "") -> Decision:
    return Decision(denver(at), kind, reason)


def test_suspensions_from_decisions() -> None:
    decisions = [
        decision("3 08:00", "reinstate"),
        decision("4 08:00", "suspend", "unpaid"),
        decision("5 08:00", "suspend", "again"),
        decision("6 08:00", "reinstate"),
        decision("7 08:00", "suspend"),
        decision("7 08:00", "reinstate"),
        decision("9 08:00", "suspend", "unpaid"),
    ]
    assert suspensions(reversed(decisions[:4])) == (Suspension(denver("4 08:00"), denver("6 08:00"), "unpaid"),)
    assert suspensions(decisions) == (
        Suspension(denver("4 08:00"), denver("6 08:00"), "unpaid"),
        Suspension(denver("9 08:00"), None, "unpaid"),
    )
    assert [
        standing_at(decisions, denver(at)) for at in ("4 07:59", "4 08:00", "6 07:59", "6 08:00", "8 08:00", "30 08:00")
    ] == ["good", "suspended", "suspended", "good", "good", "suspended"]
    assert standing_at([], denver("4 08:00")) == "good"


def test_being_late_is_no_decision() -> None:
    with pytest.raises(ValueError, match="unknown decision 'past_due': it is suspend or reinstate"):
        decision("4 08:00", "past_due")


# Intake

ANNA = Sender(frozenset({"contact"}), verified=True, trained=True)
NOW = denver("18 10:00")
MAIL = Request(NOW, "mail", "2")
GOLD = Conditions(
    ContractTerm("America/Denver", date(2026, 1, 1), date(2026, 12, 31)),
    "good",
    package_channels=("web", "mail", "phone"),
    region_channels=("phone", "mail", "web"),
    severities=("1", "2", "3"),
)


def test_an_authorized_contact_is_admitted() -> None:
    assert admit(ANNA, MAIL, GOLD) == Admitted()
    assert admit(ANNA, replace(MAIL, severity=None), GOLD) == Admitted()


def test_somebody_else_is_held_or_refused_as_the_programme_says() -> None:
    somebody = Sender(frozenset({"viewer"}), trained=True)
    assert admit(somebody, MAIL, GOLD) == Held(
        "unlisted", "not_authorized_contact", "only_authorized_contacts", "adoption_by_contact"
    )
    assert admit(somebody, MAIL, replace(GOLD, unlisted="refuse")) == Refused(
        "not_authorized_contact", "only_authorized_contacts", "ask_authorized_contact"
    )
    assert admit(somebody, MAIL, replace(GOLD, opening_roles=frozenset({"viewer"}))) == Admitted()


def test_the_untrained_are_refused_warned_or_let_in() -> None:
    for trained in (False, None):
        untrained = replace(ANNA, trained=trained)
        assert admit(untrained, MAIL, GOLD) == Refused(
            "contact_not_trained", "contacts_are_trained", "complete_training"
        )
        assert admit(untrained, MAIL, replace(GOLD, untrained="warn")) == Admitted(("contact_not_trained",))
        assert admit(untrained, MAIL, replace(GOLD, untrained="ignore")) == Admitted()
    assert admit(ANNA, MAIL, replace(GOLD, untrained="warn")) == Admitted()


def test_a_new_contact_waits_for_the_lead_time() -> None:
    late = replace(ANNA, effective_from=NOW + timedelta(seconds=1))
    assert admit(late, MAIL, GOLD) == Refused(
        "contact_not_effective_yet", "replacement_lead_time", "wait_or_ask_other_contact"
    )
    assert admit(replace(ANNA, effective_from=NOW), MAIL, GOLD) == Admitted()


def test_an_unverified_sender_is_held() -> None:
    assert admit(replace(ANNA, verified=False), MAIL, GOLD) == Held(
        "sender", "sender_not_verified", "senders_are_verified", "confirm_by_mail"
    )


def test_without_good_standing_the_case_is_held_unless_a_manager_makes_an_exception() -> None:
    suspended = replace(GOLD, standing="suspended")
    assert admit(ANNA, MAIL, suspended) == Held(
        "standing", "not_in_good_standing", "good_standing", "settle_or_ask_finance"
    )
    assert admit(ANNA, replace(MAIL, exception_by="manager"), suspended) == Admitted()


def test_the_channel_must_be_in_region_and_package() -> None:
    phone = replace(MAIL, channel="phone")
    assert admit(ANNA, phone, replace(GOLD, region_channels=("mail", "web"))) == Refused(
        "channel_not_in_region", "channels_of_the_region", "use_offered_channel", ("mail", "web")
    )
    assert admit(ANNA, phone, replace(GOLD, package_channels=("mail", "web"))) == Refused(
        "channel_not_in_tier", "channels_of_the_package", "use_offered_channel", ("mail", "web")
    )


def test_the_severity_and_the_request_type_must_be_in_the_package() -> None:
    assert admit(ANNA, replace(MAIL, severity="0"), GOLD) == Refused(
        "severity_not_in_tier", "severities_of_the_package", "use_offered_severity", ("1", "2", "3")
    )
    some = replace(GOLD, request_types=frozenset({"question", "feature"}))
    assert admit(ANNA, replace(MAIL, request_type="import"), some) == Refused(
        "request_type_not_in_tier", "request_types_of_the_package", "use_offered_type", ("feature", "question")
    )
    assert admit(ANNA, replace(MAIL, request_type="feature"), some) == Admitted()
    assert admit(ANNA, replace(MAIL, request_type="import"), GOLD) == Admitted()


@pytest.mark.parametrize(
    ("at", "runs"),
    [
        ("2026-12-31T23:59:59-07:00", True),
        ("2027-01-01T00:00:00-07:00", False),
        ("2026-01-01T00:00:00-07:00", True),
        ("2025-12-31T23:59:59-07:00", False),
    ],
)
def test_a_contract_runs_on_the_dates_of_its_own_zone(at: str, runs: bool) -> None:
    from garant.core.instants import parse_instant

    assert GOLD.contract is not None
    assert GOLD.contract.runs_at(parse_instant(at)) is runs
    found = admit(ANNA, replace(MAIL, at=parse_instant(at)), GOLD)
    assert found == (
        Admitted() if runs else Refused("contract_not_running", "support_needs_a_contract", "renew_contract")
    )


def test_no_contract_no_case() -> None:
    assert admit(ANNA, MAIL, replace(GOLD, contract=None)) == Refused(
        "no_contract", "support_needs_a_contract", "ask_sales"
    )
    assert ContractTerm("UTC", date(2026, 1, 1)).runs_at(NOW)


def test_unknown_policies_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown policy 'shrug' for the untrained: it is warn, refuse, ignore"):
        replace(GOLD, untrained="shrug")
    with pytest.raises(ValueError, match="unknown policy 'shrug' for the unlisted: it is hold, refuse"):
        replace(GOLD, unlisted="shrug")


def test_a_refusal_is_an_exception_for_rooms() -> None:
    found = admit(ANNA, replace(MAIL, severity="0"), GOLD)
    assert isinstance(found, Refused)
    refusal = found.refusal()
    assert (refusal.code, refusal.rule, refusal.remedy, refusal.values) == (
        "severity_not_in_tier",
        "severities_of_the_package",
        "use_offered_severity",
        {"offered": ("1", "2", "3")},
    )
    assert str(Refusal("a", "b", "c")) == "a (rule: b; remedy: c)"
    assert Refusal("a", "b", "c").values == {}
    again = pickle.loads(pickle.dumps(refusal))
    assert (again.code, again.values) == (refusal.code, refusal.values)


# Escalations


def test_near_is_a_share_of_the_counted_time() -> None:
    case = clock(opened("16 08:00"), event("16 10:00", "suspend"), event("16 11:00", "reinstate"))
    assert near_at(period(case), Decimal("0.75")) == denver("16 15:00")
    raised = clock(opened("16 08:00", "3"), event("16 09:00", "severity_change", severity="1", by="contact"))
    assert near_at(period(raised), Decimal("0.5")) == denver("16 11:00")
    waiting = clock(opened("16 08:00"), event("16 09:00", "response", waiting=True))
    assert near_at(period(waiting, "follow_up"), Decimal("0.5")) is None


def test_near_looks_at_the_start_calendar_pauses_and_the_hours_known_then() -> None:
    terms = Terms([rule("gold", "2", "initial_response", 4, ALWAYS, start=OFFICE)])
    held = clock(opened("20 20:00"), event("23 07:00", "suspend"), event("23 09:00", "reinstate"), terms=terms)
    assert near_at(period(held), Decimal("0.5")) == denver("23 11:00")
    days = Target("2", "initial_response", Decimal(2), "business_days", "office", reading="wall_time")
    wall = Rule.of("gold", "default", days, OFFICE)
    assert wall is not None
    assert near_at(period(clock(opened("16 10:00"), terms=Terms([wall]))), Decimal("0.5")) == denver("17 10:00")
    plain = OFFICE.to_plain()
    short = {**plain, "weekly": {day: [["08:00", "10:00"]] for day in plain["weekly"]}}
    short |= {"known_from": denver("16 20:00").isoformat(), "effective_from": denver("17 00:00").isoformat()}
    edited = Terms(package("gold", {"2": (20, 20, Calendar.from_plain("office", {"versions": [plain, short]}))}))
    closed = clock(opened("16 08:00"), event("16 19:00", "response"), terms=edited, as_of="20 08:00")
    assert near_at(period(closed), Decimal("0.75")) == denver("17 13:00")


def test_near_is_told_before_the_due_time_only() -> None:
    ladder = [Rung(1, "near", Decimal("0.75")), Rung(2)]
    found = period(clock(opened("16 08:00")))
    levels = {
        at: [each.level for each in owed(found, ladder, denver(at))]
        for at in ("16 13:59", "16 14:00", "16 16:00", "16 16:01")
    }
    assert levels == {"16 13:59": [], "16 14:00": [1], "16 16:00": [1], "16 16:01": [2]}
    near = owed(found, ladder, denver("16 15:00"))[0]
    assert (near.on, near.at, near.key) == ("near", denver("16 14:00"), ("initial_response", 1))


def test_an_answered_period_owes_what_had_passed_before_its_end() -> None:
    ladder = [Rung(1), Rung(2, after=HOUR)]
    met = period(clock(opened("16 08:00"), event("16 16:00", "response")))
    late = period(clock(opened("16 08:00"), event("16 16:30", "response")))
    assert owed(met, ladder, denver("20 08:00")) == ()
    assert [each.level for each in owed(late, ladder, denver("20 08:00"))] == [1]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"on": "age"}, "unknown trigger 'age': it is near or miss"),
        ({"on": "near"}, "level 1: near needs a share above 0 and below 1, not None"),
        ({"on": "near", "share": Decimal(1)}, "near needs a share above 0 and below 1, not 1"),
        ({"on": "near", "share": Decimal(0)}, "near needs a share above 0 and below 1, not 0"),
        ({"after": -HOUR}, "level 1: the wait can't be negative"),
    ],
)
def test_a_bad_rung_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Rung(1, **values)  # type: ignore[arg-type]


# Deliverables


@pytest.mark.parametrize(
    ("week", "way", "due"),
    [
        (date(2026, 11, 16), "previous_working_day", "20 17:00"),
        (date(2026, 11, 22), "previous_working_day", "20 17:00"),
        (date(2026, 11, 23), "previous_working_day", "25 17:00"),
        (date(2026, 11, 23), "next_working_day", "30 17:00"),
        (date(2026, 11, 23), "same_day", "27 17:00"),
    ],
)
def test_when_a_weekly_update_is_due(week: date, way: str, due: str) -> None:
    calendar = office(holidays=["2026-11-26", "2026-11-27"])
    assert due_in_week(calendar, week, 4, time(17), way) == denver(due)


def test_a_bad_deliverable_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown way 'never' for closed days: the ways are previous_working_day"):
        due_in_week(OFFICE, date(2026, 11, 16), 4, time(17), "never")
    with pytest.raises(ValueError, match=r"weekday lies in 0 \(Monday\) to 6, not 7"):
        due_in_week(OFFICE, date(2026, 11, 16), 7, time(17))
    closed = Calendar.from_plain("c", {"timezone": "UTC", "exceptions": {"2020-01-01": [["09:00", "12:00"]]}})
    with pytest.raises(CalendarError, match="calendar c: closed for 60 days around 2026-11-16"):
        due_in_week(closed, date(2026, 11, 16), 4, time(17))
