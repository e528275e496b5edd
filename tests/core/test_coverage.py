"""What support covers and who works it, as data: products, languages, attachments, teams, packs, downgrades."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from programme_cast import mistakes, plain, put

from garant.core.programmes import Programme, read_programme
from garant.core.programmes.entrance import conditions, takes_effect
from garant.core.situations import Unanswerable, answer

MONDAY = "2026-11-16T10:00:00+01:00"


def wide() -> dict[str, Any]:
    """The small programme with every part that says what is covered."""
    document = plain()
    document["severities"][0]["environments"] = ["production"]
    document["packages"][1]["without_targets"] = ["staging"]
    document["packages"][1]["environments"] = ["production"]
    document["packages"][0]["cases"] = False
    document["request_types"] = {
        "error": {"name": "Error", "packages": ["plus"]},
        "billing": {"name": "Billing", "targets": False, "packages": ["basic", "plus"]},
    }
    document["products"] = {
        "server": {
            "name": "Server",
            "packages": ["plus"],
            "last": 2,
            "releases": [
                {"code": "1.0", "from": "2020-01-01", "until": "2030-01-01"},
                {"code": "2.0", "from": "2022-01-01", "until": "2026-06-30"},
                {"code": "3.0", "from": "2024-01-01"},
                {"code": "4.0", "from": "2026-12-01"},
            ],
        },
        "desktop": {"name": "Desktop", "regions": ["norway"]},
    }
    document["service_languages"] = {
        "en": {},
        "fr": {"packages": ["plus"], "calendars": {"office": "north"}, "round_the_clock": False, "otherwise": "en"},
        "de": {"hours": "north", "severities": ["low"]},
    }
    document["attachments"] = {"count": 3, "megabytes": 5}
    document["assignment"] = [
        {"team": "seniors", "name": "Seniors", "severities": ["high"], "seniors_only": True, "person": "pooled"},
        {"team": "day", "name": "Day", "packages": ["plus"], "inside": "office"},
        {"team": "night", "name": "Night", "outside": "office"},
    ]
    document["continuous_work"] = {"high": {"text": {"en": "Worked on.", "fr": "En continu."}, "severities": ["high"]}}
    document["targets"][0]["restored"] = "office"
    document["severity_change"]["automatic"] = [{"on": "customer_unreachable", "from": ["high"], "to": "low"}]
    document["advance_notices"] = {"works": {"name": "Works", "lead": {"amount": 5, "unit": "days"}}}
    return document


def made(document: dict[str, Any]) -> Programme:
    found, problems = read_programme(document)
    assert found is not None, problems
    return found


def told(ask: str, **facts: Any) -> Any:
    return answer(ask, {"tier": "plus", "severity": "low", **facts}, made(wide())).fields


def refusal(**facts: Any) -> Any:
    found = told("refuse", received=MONDAY, **facts)
    return None if found["accepted"] else found["reason"]


def due(**facts: Any) -> datetime | None:
    text = told("due", received=MONDAY, **facts)["due"]
    return None if text is None else datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"product": "server", "release": "3.0"}, None),
        ({"product": "server", "release": "2.0"}, "release_not_supported"),  # its time is over
        ({"product": "server", "release": "1.0"}, "release_not_supported"),  # two newer ones are out
        ({"product": "server", "release": "4.0"}, "release_not_supported"),  # not out yet
        ({"product": "server", "release": "9"}, "release_not_supported"),
        ({"product": "server"}, None),
        ({"product": "desktop"}, "product_not_covered"),
        ({"product": "desktop", "region": "norway"}, None),
        ({"product": "desktop", "region": "norway", "release": "1"}, None),
        ({"product": "toaster"}, "product_not_covered"),
        ({"environment": "staging"}, None),
        ({"environment": "production"}, None),
        ({"severity": "high", "environment": "production"}, None),
        ({"severity": "high", "environment": "staging"}, "severity_not_in_tier"),
        ({"language": "fr"}, None),
        ({"language": "it"}, "language_not_supported"),
        ({"language": "de", "severity": "high"}, "language_not_supported"),
        ({"language": "de"}, None),
        ({"attachments": 3, "attachment_megabytes": 5}, None),
        ({"attachments": 4}, "attachment_limit"),
        ({"attachments": 1, "attachment_megabytes": 5.5}, "attachment_limit"),
        ({"tier": "basic"}, "cases_not_in_tier"),
        ({"tier": "basic", "request_type": "error"}, "request_type_not_in_tier"),
        ({"tier": "basic", "request_type": "billing"}, None),
    ],
)
def test_what_is_covered_is_data(facts: dict[str, Any], reason: str | None) -> None:
    assert refusal(**facts) == reason


def test_a_release_is_supported_to_the_end_of_its_last_day_among_the_newest() -> None:
    server = made(wide()).coverage.products[0]
    assert server.supported(date(2026, 6, 30)) == {"2.0", "3.0"}
    assert server.supported(date(2026, 7, 1)) == {"3.0"}
    assert server.supported(date(2026, 12, 1)) == {"3.0", "4.0"}
    assert server.supported(date(2019, 1, 1)) == frozenset()
    assert made(wide()).coverage.products[1].supported(date(2026, 1, 1)) is None


def test_a_language_is_out_of_its_hours() -> None:
    late = {"language": "de", "received": "2026-11-16T19:00:00+01:00"}
    assert told("refuse", **late)["reason"] == "language_not_supported"
    assert told("refuse", **late)["offer"] == ["en", "fr"]


def test_a_language_has_hours_of_its_own_and_another_stands_in_for_it_at_night() -> None:
    assert due(language="en") == datetime.fromisoformat("2026-11-17T14:30:00+01:00")  # 1.5 days of 7 hours in Paris
    assert due(language="fr") == datetime.fromisoformat("2026-11-17T14:00:00+01:00")  # 1.5 days of 8 hours in Oslo
    assert told("route", language="fr", received=MONDAY)["language"] == "fr"
    assert told("route", language="fr", severity="high", received=MONDAY)["language"] == "en"
    assert "language" not in told("route", received=MONDAY)


def test_an_environment_or_a_kind_of_request_may_have_no_target() -> None:
    assert due(environment="staging") is None
    assert due(request_type="billing") is None
    assert due(environment="production", request_type="error") == due()
    found = told("route", tier="basic", request_type="billing")
    assert (found["accepted"], found["due"], found["promise"]) == (True, None, "none")
    assert told("route", received=MONDAY, environment="staging")["promise"] == "none"


def test_who_works_a_case_is_the_first_rule_that_fits() -> None:
    night = "2026-11-16T19:00:00+01:00"
    assert told("route", severity="high", received=night)["to"] == "seniors"
    assert told("route", received=MONDAY)["to"] == "day"
    assert told("route", received=night)["to"] == "night"
    assert told("route", tier="basic", request_type="billing", received=night)["to"] == "night"
    assert "to" not in told("route", tier="basic", request_type="billing", received=MONDAY)
    assert "to" not in told("route")  # a rule with hours needs an instant


def test_work_without_a_break_needs_somebody_at_the_customers() -> None:
    saturday = {"severity": "high", "received": "2026-11-21T10:00:00+01:00"}
    assert told("due", **saturday)["due"] == "2026-11-21T12:00:00+01:00"
    assert told("due", **saturday, dedicated_contact=True)["due"] == "2026-11-21T12:00:00+01:00"
    assert told("due", **saturday, dedicated_contact=False)["due"] == "2026-11-23T11:00:00+01:00"
    for facts, coverage in (({}, "24x7"), ({"dedicated_contact": False}, "business_hours")):
        assert told("route", **saturday, asked_24x7=True, **facts)["coverage"] == coverage
    assert told("route", received=MONDAY, asked_24x7=True)["coverage"] == "business_hours"


def test_a_customer_who_cannot_be_reached_lowers_the_severity_by_itself() -> None:
    gone = {"at": "2026-11-16T11:00:00+01:00", "type": "customer_unreachable"}
    assert due(severity="high", events=[gone]) == due(severity="low")
    assert due(severity="low", events=[gone]) == due(severity="low")


@pytest.mark.parametrize(
    ("vendor", "expected"), [("refused", "2026-11-17T14:30:00+01:00"), ("at_once", "2026-11-16T12:30:00+01:00")]
)
def test_the_vendor_changes_a_severity_as_the_programme_lets_it(vendor: str, expected: str) -> None:
    document = wide()
    document["severity_change"] = {"set_by": "contact", "contact_change": "at_once", "vendor_change": vendor}
    events = [{"at": "2026-11-16T10:30:00+01:00", "type": "severity_change", "to": "high", "by": "vendor"}]
    found = answer("due", {"tier": "plus", "received": MONDAY, "events": events}, made(document)).fields["due"]
    assert datetime.fromisoformat(found) == datetime.fromisoformat(expected)


def test_contacts_may_be_counted_by_product_and_by_role() -> None:
    document = wide()
    document["allotments"]["contacts"]["per"] = {"measure": "product_count", "amounts": {"plus": 3}}
    document["allotments"]["administrators"] = {
        "name": "Administrators", "row": "authorized_contacts", "period": "at_once", "role": "administrator",
    }  # fmt: skip
    found = made(document)
    facts = {"tier": "plus", "request": "add_contact", "contacts_active": 5}
    assert answer("quota", {**facts, "product_count": 2}, found).fields["accepted"] is True
    assert answer("quota", {**facts, "product_count": 2, "contacts_active": 6}, found).fields["limit"] == 6
    by_role = answer("quota", {**facts, "product_count": 2, "role": "administrator"}, found).fields
    assert (by_role["accepted"], by_role["limit"]) == (False, 2)


def test_incident_packs_are_counted_and_live_for_so_many_months() -> None:
    document = wide()
    row = {"code": "incidents", "kind": "count", "name": "Incidents", "values": {"*": 0}}
    document["rows"][0]["rows"].append(row)
    document["allotments"]["incidents"] = {
        "name": "Incidents", "row": "incidents", "period": "once", "per_pack": {"plus": 5}, "expires_after_months": 12,
    }  # fmt: skip
    found = made(document)
    facts = {"tier": "plus", "ledger": "incidents", "packs": 2, "worked": 9}
    assert answer("quota", {**facts, "request": 1}, found).fields["accepted"] is True
    spent = answer("quota", {**facts, "request": 2}, found).fields
    assert (spent["reason"], spent["remaining"], spent["limit"]) == ("quota_exhausted", 1, 10)
    none = answer("quota", {**facts, "packs": 0, "request": 1}, found).fields
    assert none["reason"] == "not_in_tier"
    pack = next(one for one in found.allotments("plus") if one.ledger == "incidents")
    assert pack.expires_after_months == 12
    basic = next(one for one in found.allotments("basic") if one.ledger == "incidents")
    assert basic.per_pack is None


def test_a_channel_may_be_for_some_severities() -> None:
    document = wide()
    document["channels"][1]["severities"] = ["high"]
    found = made(document)
    for severity, reason in (("high", None), ("low", "channel_not_in_tier")):
        facts = {"tier": "plus", "severity": severity, "channel": "phone", "received": MONDAY}
        assert answer("refuse", facts, found).fields["reason"] == reason


def test_other_roles_of_a_sender_count() -> None:
    document = wide()
    document["packages"][1]["opened_by"] = ["site_admin"]
    document["contacts"] = {"unlisted_sender": "reject", "other_senders": ["developer"]}
    found = made(document)
    for roles, accepted in ([], False), (["site_admin"], True):
        facts = {"tier": "plus", "sender": "developer", "other_roles": roles}
        assert answer("route", facts, found).fields["accepted"] is accepted
    with pytest.raises(Unanswerable, match="other_roles: expected a list of known roles"):
        answer("route", {"tier": "plus", "other_roles": ["king"]}, found)


def test_a_programme_that_says_nothing_of_training_warns_and_one_without_standing_suspends_nobody() -> None:
    document = wide()
    document["contacts"] = {"unlisted_sender": "reject"}
    document["standing"] = None
    found = made(document)
    terms = found.terms()
    offered = conditions(found, "plus", terms, datetime(2026, 11, 16, tzinfo=UTC), contract=None)
    assert (offered.untrained, offered.unlisted) == ("warn", "refuse")
    assert found.standing_rule().grounds == ()
    with pytest.raises(Unanswerable, match="no rule of suspension"):
        answer("refuse", {"tier": "plus", "request": "suspend", "days_past_due": 900}, found)


def test_a_programme_reads_back_with_all_of_it() -> None:
    found = made(wide())
    again = Programme.from_plain(found.to_plain())
    assert again.coverage == found.coverage
    assert again.severity_change == found.severity_change
    assert [notice.lead.amount for notice in again.coverage.advance_notices] == [5]


@pytest.mark.parametrize(
    ("path", "value", "where", "said"),
    [
        (["products", "server", "packages"], ["gold"], "products.server.packages[0]", "unknown package gold"),
        (["products", "desktop", "regions"], ["mars"], "products.desktop.regions[0]", "unknown region mars"),
        (["products", "desktop", "last"], 2, "products.desktop.last", "last without releases"),
        (["products", "server", "releases", 0, "until"], "2019-01-01", "products.server.releases[0].until", "ends"),
        (["products", "server", "releases", 1, "code"], "1.0", "products.server.releases[1]", "release 1.0 stands"),
        (["service_languages", "fr", "otherwise"], "it", "service_languages.fr.otherwise", "unknown language it"),
        (["service_languages", "*"], {}, "service_languages.*", "* without otherwise"),
        (["service_languages", "de", "hours"], "moon", "service_languages.de.hours", "unknown calendar moon"),
        (["attachments", "count"], -1, "attachments.count", "-1 is less than 0"),
        (["assignment", 0, "person"], "any", "assignment[0].person", "unknown kind of person any"),
        (["assignment", 1, "inside"], "moon", "assignment[1].inside", "unknown calendar moon"),
        (["continuous_work", "high", "severities"], ["9"], "continuous_work.high.severities[0]", "unknown severity 9"),
        (["severity_change", "automatic", 0, "on"], "rain", "severity_change.automatic[0].on", "unknown event rain"),
        (["severity_change", "contact_change"], "maybe", "severity_change.contact_change", "unknown way maybe"),
        (["advance_notices", "works", "lead", "amount"], 0, "advance_notices.works.lead.amount", "0 is not more"),
        (["contacts", "training_valid_days"], 0, "contacts.training_valid_days", "0 is less than 1"),
    ],
)
def test_a_mistake_in_these_parts_is_named(path: list[Any], value: Any, where: str, said: str) -> None:
    found = mistakes(put(wide(), path, value))
    assert any(at == where and said in message for at, message in found), found


def test_other_metrics_are_counted_from_the_receipt() -> None:
    document = wide()
    document["targets"].append(
        {"metric": "resolution", "severity": "*", "unit": "business_hours", "calendar": "office",
         "amounts": {"basic": None, "plus": 3}}
    )  # fmt: skip
    found = made(document)
    facts = {"tier": "plus", "severity": "low", "metric": "resolution", "received": "2026-11-16T11:00:00+01:00"}
    told = answer("due", facts, found)
    assert told.fields["due"] == "2026-11-16T15:00:00+01:00"
    assert told.steps[0].values["metric"] == "resolution"
    assert answer("due", {**facts, "metric": "workaround"}, found).fields["promise"] == "none"
    raised = {"at": "2026-11-16T12:00:00+01:00", "type": "severity_change", "to": "high", "by": "contact"}
    assert answer("due", {**facts, "events": [raised]}, found).fields["due"] == "2026-11-16T15:00:00+01:00"
    with pytest.raises(Unanswerable, match="resolution: what response does to it is not followed yet"):
        answer("due", {**facts, "events": [{"at": raised["at"], "type": "response"}]}, found)


def test_a_new_contact_has_a_date() -> None:
    document = wide()
    lead = {"amount": 2, "unit": "business_days", "calendar": "office"}
    document["contacts"] |= {"replace_lead_time": lead, "training_valid_days": 365}
    found = made(document)
    at = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)  # 10:00 in Paris
    assert takes_effect(found.terms(), at) == datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
    assert takes_effect(found.terms(), at, emergency=True) == datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
    document["contacts"]["emergency_lead_time"] = {"amount": 1, "unit": "elapsed_hours"}
    assert takes_effect(made(document).terms(), at, emergency=True) == datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
    assert takes_effect(made(document).terms(), at) == datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
    assert takes_effect(made(plain()).terms(), at) == at


def test_products_that_nobody_names_cannot_be_asked_about() -> None:
    found = made(plain())
    with pytest.raises(Unanswerable, match="product: the programme names none"):
        answer("route", {"tier": "plus", "product": "server"}, found)
    with pytest.raises(Unanswerable, match="release: unknown word"):
        answer("route", {"tier": "plus", "release": "a b"}, made(wide()))
