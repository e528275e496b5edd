"""Programmes and their versions, contracts, contact slots."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import Error, IntegrityError, connection, transaction
from rooms_cast import Cast, name_contact, person, reference, sign
from test_journal import in_threads

from garant.contracts import operations as contracts
from garant.contracts import queries
from garant.contracts.keys import PackageKey, parse_key
from garant.contracts.models import CalendarVersion, ContactSlot, Contract, PackageVersion, ProgrammeVersion
from garant.core import intake
from garant.core.people import NOBODY, SYSTEM, Viewer
from garant.core.programmes import Programme
from garant.core.refusals import NotFound, Refusal
from garant.directory import operations as directory
from garant.journal.queries import history
from garant.journal.views import EntryView

STAFF = Viewer(person_id=0, staff_roles=frozenset({"manager"}))


def facts_of(subject: tuple[str, int]) -> list[EntryView]:
    return history(viewer=STAFF, subject=subject)


def another(version: str = "2", **changes: Any) -> Programme:
    """The reference programme under another version code, with changes to its document."""
    return Programme.from_plain({**reference().to_plain(), "version": version, **changes})


@pytest.mark.django_db
def test_a_programme_is_stored_once_whatever_its_layout() -> None:
    first = contracts.load_programme(document=reference(), source="a", by=SYSTEM)
    again = contracts.load_programme(document=reference().to_plain(), source="a # with a comment", by=SYSTEM)
    assert (first.new, again.new, first.id) == (True, False, again.id)
    assert set(first.packages) == {"standard", "bronze", "silver", "gold", "platinum", "japan"}
    assert PackageVersion.objects.count() == 6
    limits = dict(PackageVersion.objects.values_list("code", "contacts"))
    assert limits == {"standard": 2, "bronze": 2, "silver": 2, "gold": 3, "platinum": 10, "japan": 2}


@pytest.mark.django_db
def test_other_content_under_a_stored_version_is_refused() -> None:
    contracts.load_programme(document=reference(), source="", by=SYSTEM)
    with pytest.raises(Refusal) as refused:
        contracts.load_programme(document=another("1", vendor="Somebody else"), source="", by=SYSTEM)
    assert (refused.value.code, refused.value.remedy) == ("programme_version_taken", "raise_version")
    assert ProgrammeVersion.objects.count() == 1


def test_only_its_owners_load_a_programme(cast: Cast) -> None:
    with pytest.raises(Refusal, match="not_allowed"):
        contracts.load_programme(document=another(), source="", by=cast.actor("agent"))
    assert contracts.load_programme(document=another(), source="", by=cast.actor("manager")).new


@pytest.mark.parametrize("table", ["programmeversion", "packageversion", "calendarversion"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_versions_never_change_whoever_speaks_sql(cast: Cast, table: str, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(Error, match=r"is immutable: .* refused; add a new version instead"), transaction.atomic():
            cursor.execute(statement.format(f"contracts_{table}"))


def test_a_contract_keeps_the_version_that_it_was_signed_under(cast: Cast) -> None:
    plain = reference().to_plain()
    plain["targets"] = [
        {**row, "amounts": {**row["amounts"], "gold": 1}} if "amounts" in row else row for row in plain["targets"]
    ]
    contracts.load_programme(document={**plain, "version": "2"}, source="", by=SYSTEM)
    old = cast.contracts["gold"]
    new = sign("gold", cast.subscribers["silver"], reference="new", version="2")
    assert (old.version, new.version) == ("1", "2")
    hours = [queries.terms().rule(c.package_key, "1", "initial_response").duration for c in (old, new)]  # type: ignore[union-attr]
    assert hours == [timedelta(hours=4), timedelta(hours=1)]
    assert Contract.objects.get(pk=old.id).package_version.programme_version.version == "1"


def test_the_version_in_force_follows_the_date(cast: Cast) -> None:
    contracts.load_programme(document=another("2", effective_from="2031-01-01"), source="", by=SYSTEM)
    assert queries.programme_document("reference").version == "1"
    assert queries.programme_document("reference", datetime(2031, 1, 1, tzinfo=UTC)).version == "2"
    assert queries.programme_document("reference", datetime(2001, 1, 1, tzinfo=UTC)).version == "1"
    with pytest.raises(NotFound):
        queries.programme_document("nothing")


@pytest.mark.parametrize(
    ("package", "severity", "metric", "amount"),
    [
        ("gold", "1", "initial_response", "4"),
        ("platinum", "3", "initial_response", "10"),
        ("silver", "2", "follow_up", "72"),
        ("bronze", "1", "initial_response", None),
    ],
)
def test_terms_answer_by_package_key(cast: Cast, package: str, severity: str, metric: str, amount: str | None) -> None:
    key = cast.contracts[package].package_key
    rule = queries.terms().rule(key, severity, metric)
    assert (None if rule is None else (rule.target.amount, rule.package)) == (amount and (Decimal(amount), key))


def test_japan_counts_on_its_own_hours(cast: Cast) -> None:
    rule = queries.terms().rule(cast.contracts["japan"].package_key, "1", "initial_response")
    assert rule is None, "the region's own offer promises no answer"
    signed = sign("gold", cast.subscribers["japan"], region="japan", reference="jp-gold", zone="Asia/Tokyo")
    rule = queries.terms().rule(signed.package_key, "1", "initial_response")
    assert rule is not None
    assert rule.due(datetime.fromisoformat("2026-03-06T16:00:00+09:00")) == datetime.fromisoformat(
        "2026-03-09T12:00:00+09:00"
    )


def test_unknown_keys_are_no_terms(cast: Cast) -> None:
    for key in ("", "reference", "reference@9/gold:default", "reference@1/tin:default", "reference@1/gold:moon"):
        with pytest.raises(KeyError):
            queries.terms().rule(key, "1", "initial_response")


@pytest.mark.parametrize("zone", [None, "America/New_York", "UTC-08:00"])
def test_a_key_reads_back(zone: str | None) -> None:
    key = PackageKey("red-hat", "2026-11", "premium", "default", zone)
    assert parse_key(str(key)) == key


def test_a_package_that_is_not_offered_is_refused(cast: Cast) -> None:
    silver = cast.subscribers["silver"]
    for wrong, code in (
        ({"package": "tin"}, "package_unknown"),
        ({"version": "7"}, "package_unknown"),
        ({"programme": "nothing"}, "package_unknown"),
        ({"region": "moon"}, "package_not_in_region"),
        ({"package": "japan"}, "package_not_in_region"),
        ({"zone": "Mars/Olympus"}, "zone_unknown"),
        ({"ends_on": date(2001, 1, 1)}, "term_backwards"),
        ({"reference": " "}, "reference_missing_or_long"),
        ({"reference": cast.contracts["gold"].reference}, "reference_taken"),
    ):
        fields: dict[str, Any] = {"package": "gold", "subscriber_id": silver, "reference": "fresh", **wrong}
        with pytest.raises(Refusal) as refused:
            sign(**fields)
        assert refused.value.code == code
    with pytest.raises(NotFound):
        sign("gold", 10**9)
    with pytest.raises(Refusal, match="not_allowed"):
        contracts.sign_contract(
            by=cast.actor("agent"), subscriber_id=silver, package="gold", programme="reference",
            starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), zone="UTC", reference="x",
        )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["America/Denver", "Asia/Tokyo", "Pacific/Apia", "UTC+05:45"])
def test_ENT_06_a_term_ends_at_midnight_of_the_contracts_zone(zone: str) -> None:
    from garant.core.zones import zone as zone_named

    contracts.load_programme(document=reference(), source="", by=SYSTEM)
    subscriber = directory.create_subscriber(by=SYSTEM, name="Edge", zone="UTC").id
    who = person("edge")
    signed = sign(
        "gold", subscriber, zone=zone, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), reference="edge"
    )
    name_contact(signed, who, date(2025, 12, 1))
    inside = datetime(2026, 12, 31, 23, 59, 59, tzinfo=zone_named(zone))
    answers = [admitted(who, subscriber, at) for at in (inside, inside + timedelta(seconds=1))]
    assert answers == ["admitted", "contract_not_running"]
    begins = datetime(2026, 1, 1, tzinfo=zone_named(zone))
    assert queries.contract_at(subscriber, begins) == queries.contract_at(subscriber, inside)
    assert queries.contract_at(subscriber, begins - timedelta(microseconds=1)) is None


def admitted(person_id: int | None, subscriber_id: int, at: datetime, channel: str = "web", **asked: str) -> str:
    """What intake says to a person: "admitted", or the code of the hold or refusal."""
    facts = queries.admission_facts(person_id, subscriber_id, at)
    answer = intake.admit(facts.sender, intake.Request(at=at, channel=channel, **asked), facts.conditions)
    return "admitted" if isinstance(answer, intake.Admitted) else answer.code


def test_who_may_open_a_case_follows_the_slots(cast: Cast) -> None:
    now = datetime.now(tz=UTC)
    gold = cast.subscribers["gold"]
    assert admitted(cast.people["contact_gold"], gold, now) == "admitted"
    for name in ("viewer_gold", "contact_silver", "agent", "nobody"):
        assert admitted(cast.people[name], gold, now) == "not_authorized_contact"
    assert admitted(None, gold, now) == "not_authorized_contact"
    assert admitted(cast.people["contact_gold"], 10**9, now) == "no_contract"


def test_the_role_alone_opens_nothing(cast: Cast) -> None:
    """A role given beside the slots does not make an authorized contact: the contract's slots do."""
    gold = cast.subscribers["gold"]
    directory.give_role(by=SYSTEM, person_id=cast.people["nobody"], role="contact", subscriber_id=gold)
    assert admitted(cast.people["nobody"], gold, datetime.now(tz=UTC)) == "not_authorized_contact"


def test_the_untrained_and_those_named_for_later_wait(cast: Cast) -> None:
    gold, contract = cast.subscribers["gold"], cast.contracts["gold"]
    now = datetime.now(tz=UTC)
    contracts.fill_slot(by=SYSTEM, contract_id=contract.id, person_id=cast.people["nobody"], trained_on=None)
    assert admitted(cast.people["nobody"], gold, datetime.now(tz=UTC)) == "contact_not_trained"
    later = now + timedelta(days=3)
    contracts.fill_slot(
        by=SYSTEM,
        contract_id=contract.id,
        person_id=cast.people["viewer_gold"],
        trained_on=contract.starts_on,
        since=later,
    )
    assert admitted(cast.people["viewer_gold"], gold, now) == "contact_not_effective_yet"
    assert admitted(cast.people["viewer_gold"], gold, later) == "admitted"


def test_what_package_and_region_offer(cast: Cast) -> None:
    now = datetime.now(tz=UTC)
    assert (
        admitted(cast.people["contact_standard"], cast.subscribers["standard"], now, "phone") == "channel_not_in_tier"
    )
    assert admitted(cast.people["contact_gold"], cast.subscribers["gold"], now, "phone") == "admitted"
    assert admitted(cast.people["contact_japan"], cast.subscribers["japan"], now, "phone") == "channel_not_in_region"
    gold = (cast.people["contact_gold"], cast.subscribers["gold"], now)
    assert admitted(*gold, severity="4") == "severity_not_in_tier"
    assert admitted(*gold, request_type="wish") == "request_type_not_in_tier"


def fill(contract_id: int, person_id: int, number: int | None = None) -> int:
    slot = contracts.fill_slot(
        by=SYSTEM, contract_id=contract_id, person_id=person_id, trained_on=date(2026, 1, 2), number=number
    )
    return slot.number


def test_slots_fill_up_to_the_limit_and_no_further(cast: Cast) -> None:
    silver = cast.contracts["silver"]
    people = [person(f"extra{n}") for n in range(2)]
    assert fill(silver.id, people[0]) == 2
    with pytest.raises(Refusal) as refused:
        fill(silver.id, people[1])
    assert (refused.value.code, refused.value.remedy) == ("contact_limit_reached", "replace_contact")
    assert refused.value.values == {"limit": 2}
    assert contracts.empty_slot(by=SYSTEM, contract_id=silver.id, person_id=people[0])
    assert fill(silver.id, people[1]) == 2
    kinds = [entry.kind for entry in facts_of(("contract", silver.id))]
    assert kinds == ["contract_signed", "contact_named", "contact_named", "contact_removed", "contact_named"]


def test_a_contact_loses_the_role_with_the_last_slot(cast: Cast) -> None:
    silver, contract = cast.subscribers["silver"], cast.contracts["silver"]
    who = cast.people["contact_silver"]
    renewed = sign("gold", silver, reference="renewed")
    fill(renewed.id, who)
    assert contracts.empty_slot(by=SYSTEM, contract_id=contract.id, number=1)
    assert cast.viewer("contact_silver").subscriber_roles == {silver: {"contact"}}
    assert contracts.empty_slot(by=SYSTEM, contract_id=renewed.id, person_id=who)
    assert cast.viewer("contact_silver").subscriber_roles == {}
    assert not contracts.empty_slot(by=SYSTEM, contract_id=renewed.id, person_id=who)


def test_nobody_fills_two_slots_nor_a_taken_one(cast: Cast) -> None:
    gold = cast.contracts["gold"]
    with pytest.raises(Refusal, match="contact_already_named"):
        fill(gold.id, cast.people["contact_gold"])
    with pytest.raises(Refusal, match="slot_taken"):
        fill(gold.id, cast.people["nobody"], number=1)
    for number in (0, 4, -1):
        with pytest.raises(Refusal, match="contact_limit_reached"):
            fill(gold.id, cast.people["nobody"], number=number)
    with pytest.raises(Refusal, match="training_in_future"):
        contracts.fill_slot(
            by=SYSTEM, contract_id=gold.id, person_id=cast.people["nobody"], trained_on=date(2999, 1, 1)
        )
    assert cast.viewer("nobody").subscriber_roles == {}


INSERT = (
    "INSERT INTO contracts_contactslot (contract_id, subscriber_id, number, person_id, emergency)"
    " VALUES (%s, %s, %s, %s, false)"
)


def test_a_slot_beyond_the_limit_is_refused_by_raw_sql(cast: Cast) -> None:
    silver, subscriber = cast.contracts["silver"].id, cast.subscribers["silver"]
    who = cast.people["nobody"]
    attempts = [
        (INSERT, [silver, subscriber, 3, who], "contract .* allows 2; replace a contact or raise the limit"),
        (INSERT, [silver, subscriber, 3, None], "allows 2"),
        (INSERT, [silver, subscriber, 0, who], "slot_number_from_one"),
        (INSERT, [silver, subscriber, 1, who], "slot_number_once"),
        (INSERT, [silver, cast.subscribers["gold"], 2, who], "does not hold contract"),
        ("UPDATE contracts_contactslot SET number = 3 WHERE contract_id = %s", [silver], "allows 2"),
        ("UPDATE contracts_contactslot SET contract_id = %s", [cast.contracts["gold"].id], "does not hold contract"),
        ("UPDATE contracts_contract SET contact_limit = 0 WHERE id = %s", [silver], "slot 1 holds a contact; empty it"),
        ("UPDATE contracts_contract SET subscriber_id = %s WHERE id = %s", [cast.subscribers["gold"], silver], "never"),
    ]
    for statement, values, message in attempts:
        with connection.cursor() as cursor, pytest.raises(IntegrityError, match=message), transaction.atomic():
            cursor.execute(statement, values)


def test_a_limit_may_fall_to_what_is_filled(cast: Cast) -> None:
    silver = cast.contracts["silver"].id
    fill(silver, cast.people["nobody"])
    contracts.empty_slot(by=SYSTEM, contract_id=silver, number=2)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE contracts_contract SET contact_limit = 1 WHERE id = %s", [silver])
        with pytest.raises(IntegrityError, match="allows 1"), transaction.atomic():
            cursor.execute(
                "UPDATE contracts_contactslot SET person_id = %s WHERE contract_id = %s AND number = 2",
                [cast.people["nobody"], silver],
            )


@pytest.mark.django_db
def test_without_limit_any_number_of_slots_may_be_filled() -> None:
    contracts.load_programme(document=reference(), source="", by=SYSTEM)
    subscriber = directory.create_subscriber(by=SYSTEM, name="Wide").id
    contract = sign("gold", subscriber, contact_limit=None)
    assert [fill(contract.id, person(f"wide{n}")) for n in range(12)] == list(range(1, 13))


@pytest.mark.django_db(transaction=True)
def test_the_last_slot_goes_to_exactly_one_of_many() -> None:
    """Straight at the table, past every check in Python: the database alone decides."""
    contracts.load_programme(document=reference(), source="", by=SYSTEM)
    subscriber = directory.create_subscriber(by=SYSTEM, name="Crowded").id
    contract = sign("silver", subscriber)
    people = [person(f"crowd{n}") for n in range(8)]
    name_contact(contract, people[0])

    def rush(who: int, number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(INSERT, [contract.id, subscriber, number, who])

    raised = in_threads(*(lambda w=w, n=n: rush(w, n) for n, w in enumerate([*people[1:], *people[1:]], start=2)))
    assert len(raised) == 13
    assert {type(problem) for problem in raised} == {IntegrityError}
    assert ContactSlot.objects.filter(contract_id=contract.id, person__isnull=False).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_limit_being_lowered_and_a_contact_being_named_cannot_pass_each_other() -> None:
    contracts.load_programme(document=reference(), source="", by=SYSTEM)
    subscriber = directory.create_subscriber(by=SYSTEM, name="Narrow").id
    contract = sign("silver", subscriber)
    who = person("narrow")

    def name() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(INSERT, [contract.id, subscriber, 2, who])
            cursor.execute("SELECT pg_sleep(0.3)")

    def lower() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.1)")
            cursor.execute("UPDATE contracts_contract SET contact_limit = 1 WHERE id = %s", [contract.id])

    assert len(in_threads(name, lower)) == 1
    kept = Contract.objects.get(pk=contract.id)
    assert (kept.contact_limit, kept.slots.filter(person__isnull=False).count()) == (2, 1)


def test_contracts_are_seen_from_inside_only(cast: Cast) -> None:
    gold, now = cast.subscribers["gold"], datetime.now(tz=UTC)
    mine = queries.contract_of(viewer=cast.viewer("viewer_gold"), subscriber_id=gold, at=now)
    assert mine is not None
    assert (mine.package, mine.limit, mine.filled) == ("gold", 3, 1)
    for stranger in (cast.viewer("contact_silver"), cast.viewer("nobody"), NOBODY):
        with pytest.raises(NotFound):
            queries.contract_of(viewer=stranger, subscriber_id=gold, at=now)
        with pytest.raises(NotFound):
            queries.contract(viewer=stranger, reference=mine.reference)
    assert [c.package for c in queries.contracts(cast.viewer("contact_silver"))] == ["silver"]
    assert len(queries.contracts(cast.viewer("agent"))) == 6
    first = queries.contracts(cast.viewer("agent"), limit=4)
    rest = queries.contracts(cast.viewer("agent"), limit=4, after=first.next)
    assert len({c.id for c in [*first, *rest]}) == 6


def test_several_contracts_at_once_the_latest_begun_counts(cast: Cast) -> None:
    gold = cast.subscribers["gold"]
    today = datetime.now(tz=UTC).date()
    sign("platinum", gold, reference="upgrade", starts_on=today - timedelta(days=5))
    found = queries.contract_at(gold, datetime.now(tz=UTC))
    assert found is not None
    assert found.package == "platinum"
    assert replace(found, slots=()).filled == 0


def test_calendars_of_a_programme_are_stored(cast: Cast) -> None:
    codes = set(CalendarVersion.objects.values_list("code", flat=True))
    assert {"24x7", "vendor_hours", "japan_hours"} <= codes
    assert set(CalendarVersion.objects.values_list("version", flat=True)) == {1}
