"""Contracts that change while cases are open: looked at beforehand, kept as amendments, counted by the law."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from case_acts import HOUR, ago, entries, file, kinds, period, sound, sql
from crash import at_once, everywhere
from rooms_cast import Cast, name_contact, person, reference, sign
from standing_cast import finance, owes, row, suspend, today

from garant.cases import operations as cases
from garant.cases.queries import preview_change, verify
from garant.cases.views_standing import Preview
from garant.contracts import queries as contracts
from garant.contracts.keys import parse_key
from garant.contracts.models import Amendment
from garant.contracts.operations import load_programme
from garant.contracts.queries_changes import Change, term_end
from garant.contracts.queries_terms import OwnTerms, own_terms
from garant.core.people import SYSTEM, Actor
from garant.core.programmes import Programme
from garant.core.refusals import NotFound, Refusal
from garant.core.targets import Target
from garant.directory.operations import create_subscriber

pytestmark = [pytest.mark.database, pytest.mark.django_db]

WHY = "Signed by both sides."


def change(cast: Cast, wanted: Change, package: str = "silver", by: Actor | None = None) -> Any:
    return cases.change_contract(
        by=by or cast.actor("manager"), contract_id=cast.contracts[package].id, change=wanted, reason=WHY
    )


def preview(cast: Cast, wanted: Change, package: str = "silver") -> Preview:
    return preview_change(viewer=cast.viewer("manager"), reference=cast.contracts[package].reference, change=wanted)


def foreseen(seen: Preview) -> Mapping[tuple[int, str, int], datetime | None]:
    return {(case.number, p.metric, p.number): p.new_due for case in seen.cases for p in case.periods}


def came_out(seen: Preview) -> Mapping[tuple[int, str, int], datetime | None]:
    return {
        (case.number, p.metric, p.number): p.due
        for case in seen.cases
        for p in row(case.number).periods.filter(ended=None)
    }


GOLD = Change("package", package="gold")
STANDARD = Change("package", package="standard")


# -- upgrade, downgrade -------------------------------------------------------------------------------------------


def test_race_12_an_upgrade_helps_running_periods_at_once(cast: Cast) -> None:
    number = file(cast, "silver", severity="1", at=ago(hours=1)).number
    old = period(number).due
    assert old is not None
    seen = preview(cast, GOLD)
    assert kinds(number) == ["case_opened"]
    (only,) = seen.cases[0].periods
    assert (seen.cause, only.old_due, only.moves) == ("upgrade", old, True)
    done = change(cast, GOLD)
    assert done.cases == 1
    after = period(number)
    changed = entries(number)[-1]
    assert (changed.kind, changed.data["cause"]) == ("package_changed", "upgrade")
    assert changed.data["amendment"] == done.amendment
    assert after.due == min(old, changed.at + 4 * HOUR)
    assert parse_key(row(number).package_key).package == "gold"
    sound()


def test_a_downgrade_takes_nothing_from_what_runs_and_later_periods_take_the_new(cast: Cast) -> None:
    number = file(cast, "silver", severity="1", at=ago(hours=1)).number
    seen, old = preview(cast, STANDARD), period(number).due
    assert foreseen(seen) == {(number, "initial_response", 1): old}
    assert not seen.cases[0].moves
    change(cast, STANDARD)
    assert period(number).due == old
    cases.reply(by=cast.actor("agent"), number=number, body="Hello")
    assert not row(number).periods.filter(ended=None).exists()  # the standard package promises no follow-up
    sound()


def test_from_no_promise_to_a_promise_a_period_starts_with_the_change(cast: Cast) -> None:
    number = file(cast, "standard", severity="1", at=ago(hours=5)).number
    assert not row(number).periods.exists()
    seen = preview(cast, GOLD, "standard")
    assert [p.new for p in seen.cases[0].periods] == [True]
    change(cast, GOLD, "standard")
    assert period(number).started == entries(number)[-1].at
    assert period(number).due == entries(number)[-1].at + 4 * HOUR
    sound()


def test_what_was_foreseen_comes_out(cast: Cast) -> None:
    """Also for follow-ups, waiting, missed and suspended cases: to the second where nothing depends on the instant."""
    agent = cast.actor("agent")
    numbers = [file(cast, "silver", severity=level, at=ago(days=2)).number for level in ("1", "2", "3", "2")]
    cases.reply(by=agent, number=numbers[1], body="Hello")
    cases.reply(by=agent, number=numbers[2], body="Which file?", wait=True)
    for wanted in (GOLD, STANDARD, Change("package", package="platinum")):
        seen = preview(cast, wanted)
        change(cast, wanted)
        expected, found = foreseen(seen), came_out(seen)
        assert found.keys() == expected.keys()
        for key, due in found.items():
            was = expected[key]
            assert (due is None) == (was is None)
            if due is not None and was is not None:
                assert abs(due - was) < timedelta(seconds=30)
        sound()


def test_a_suspended_case_changes_its_terms_too(cast: Cast) -> None:
    owes(cast, "silver")
    number = file(cast, "silver", severity="1", at=ago(hours=1)).number
    suspend(cast, "silver")
    change(cast, GOLD)
    assert period(number).due is None
    back = cases.reinstate(subscriber_id=cast.subscribers["silver"], by=finance(), reason="Paid")
    due = period(number).due
    assert due is not None
    assert due <= back.at + 4 * HOUR
    sound()


def test_reopening_takes_the_terms_of_today(cast: Cast) -> None:
    number = file(cast, "silver", severity="1").number
    cases.resolve(by=cast.actor("agent"), number=number, body="Done.")
    change(cast, Change("package", package="platinum"))
    assert kinds(number)[-1] == "case_resolved"
    done = cases.reopen(by=cast.actor("agent"), number=number, reason="Back")
    assert kinds(number)[-2:] == ["package_changed", "case_reopened"]
    assert done.due == done.at + timedelta(hours=24)
    sound()


# -- add-ons and own targets --------------------------------------------------------------------------------------

TWO_HOURS = Change("override", severity="1", metric="initial_response", amount=Decimal(2), unit="elapsed_hours")


def test_an_own_target_holds_for_this_contract_alone_and_can_be_taken_back(cast: Cast) -> None:
    number = file(cast, "silver", severity="1").number
    other = file(cast, "gold", severity="1").number
    was = cast.contracts["silver"].package_key
    done = change(cast, TWO_HOURS)
    key = row(number).package_key
    assert key == f"{was}#{done.amendment}"
    assert period(number).due == entries(number)[-1].at + 2 * HOUR
    assert row(other).package_key == cast.contracts["gold"].package_key
    again = file(cast, "silver", severity="1")
    assert again.due == row(again.number).received_at + 2 * HOUR
    change(cast, Change("override", severity="1", metric="initial_response", remove=True))
    assert row(number).package_key == was
    assert own_terms(done.amendment).overrides["1", "initial_response"].amount == Decimal(2)
    last = file(cast, "silver", severity="1")
    assert last.due == row(last.number).received_at + 6 * HOUR
    sound()


def test_an_own_target_outlives_a_change_of_package_and_a_renewal(cast: Cast) -> None:
    change(cast, TWO_HOURS)
    change(cast, GOLD)
    filed = file(cast, "silver", severity="1")
    assert filed.due == row(filed.number).received_at + 2 * HOUR
    key = row(filed.number).package_key
    ends = cast.contracts["silver"].ends_on
    renewed = change(cast, Change("renewal", ends_on=ends + timedelta(days=365)))
    assert renewed.cases == 0
    assert row(filed.number).package_key == key
    sound()


def test_own_terms_survive_their_plain_form() -> None:
    own = OwnTerms(("all_hours",), {("1", "x"): Target("1", "x", Decimal("1.5"), "business_hours", "vendor_hours")})
    assert OwnTerms.from_plain(own.to_plain()) == own
    assert not OwnTerms()


# -- the end of a contract, and renewal ---------------------------------------------------------------------------


def end_yesterday(cast: Cast, package: str) -> Any:
    return change(cast, Change("term", ends_on=today() - timedelta(days=2)), package)


def test_the_end_of_a_contract_leaves_what_runs_and_promises_nothing_new(cast: Cast) -> None:
    number = file(cast, "gold", severity="1").number
    old = period(number).due
    seen = preview(cast, Change("term", ends_on=today() - timedelta(days=2)), "gold")
    assert foreseen(seen) == {(number, "initial_response", 1): old}
    end_yesterday(cast, "gold")
    assert row(number).package_key.endswith("#ended")
    cases.reply(by=cast.actor("agent"), number=number, body="Hello")
    assert (period(number).due, period(number).how) == (old, "response")
    assert row(number).next_due is None
    with pytest.raises(Refusal) as refused:
        file(cast, "gold")
    assert refused.value.remedy == "renew_contract"
    sound()


def test_a_renewal_brings_the_promises_back(cast: Cast) -> None:
    number = file(cast, "gold", severity="1").number
    cases.reply(by=cast.actor("agent"), number=number, body="Hello")
    end_yesterday(cast, "gold")
    cases.reply(by=cast.actor("agent"), number=number, body="Still here")
    done = change(cast, Change("renewal", ends_on=today() + timedelta(days=300)), "gold")
    assert done.cases == 1
    assert row(number).package_key == cast.contracts["gold"].package_key
    assert period(number, "follow_up", 2).started == entries(number)[-1].at
    sound()


def test_time_alone_ends_a_contract_for_its_open_cases_once(cast: Cast) -> None:
    number = file(cast, "gold", severity="1").number
    ended = today() - timedelta(days=2)
    sql("UPDATE contracts_contract SET ends_on = %s WHERE id = %s", ended, cast.contracts["gold"].id)
    assert cases.standing_housekeeping() == 1
    assert cases.standing_housekeeping() == 0
    assert [e.data["cause"] for e in entries(number) if e.kind == "package_changed"] == ["contract_ended"]
    sound()


def test_open_cases_pass_to_the_contract_that_follows(cast: Cast) -> None:
    number = file(cast, "silver", severity="1").number
    following = sign("gold", cast.subscribers["silver"], reference="following", starts_on=today() - timedelta(days=3))
    end_yesterday(cast, "silver")
    assert row(number).package_key == following.package_key
    sound()


def test_ent_06_the_last_second_of_a_contract_is_in_the_contracts_zone(cast: Cast) -> None:
    """Filed at 23:59:59 on the last day where the contract was made: accepted; a second later: refused."""
    zone = ZoneInfo("Asia/Tokyo")
    last = (datetime.now(zone) - timedelta(days=2)).date()
    subscriber = cast.subscribers["standard"]
    sql("UPDATE contracts_contract SET ends_on = starts_on WHERE subscriber_id = %s", subscriber)
    made = sign("gold", subscriber, reference="tokyo", zone="Asia/Tokyo", ends_on=last,
                starts_on=last - timedelta(days=90))  # fmt: skip
    cast.people["contact_tokyo"] = person("contact_tokyo")  # type: ignore[index]
    name_contact(made, cast.people["contact_tokyo"])
    midnight = datetime(last.year, last.month, last.day, tzinfo=zone) + timedelta(days=1)
    assert term_end(made) == midnight.astimezone(UTC)
    filed = file(cast, "standard", who="contact_tokyo", at=midnight - timedelta(seconds=1))
    assert filed.held_reason is None
    with pytest.raises(Refusal) as refused:
        file(cast, "standard", who="contact_tokyo", at=midnight)
    assert refused.value.rule == "support_needs_a_contract"
    cases.standing_housekeeping()
    assert row(filed.number).package_key.endswith("#ended")


# -- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("change_unknown", Change("gift")),
        ("package_unknown", Change("package", package="diamond")),
        ("package_unknown", Change("package", package="gold", version="1999")),
        ("nothing_changes", Change("package", package="silver")),
        ("package_not_in_region", Change("region", region="atlantis")),
        ("term_backwards", Change("term", ends_on=date(2001, 1, 1))),
        ("renewal_ends_earlier", Change("renewal", ends_on=date.today())),
        ("add_on_unknown", Change("add_on", add_on="sauna")),
        ("severity_not_in_tier", Change("override", severity="9", metric="initial_response", amount=Decimal(1))),
        ("target_invalid", Change("override", severity="1", metric="initial_response", amount=Decimal(0))),
        ("target_invalid", Change("override", severity="1", metric="initial_response", amount=Decimal(1), unit="eons")),
        ("target_invalid", Change("override", severity="1", metric="follow_up", amount=Decimal(1), calendar="moon")),
        ("nothing_changes", Change("override", severity="1", metric="initial_response", remove=True)),
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_made_is_refused_before_and_after(cast: Cast, code: str, wanted: Change) -> None:
    for act in (preview, change):
        with pytest.raises(Refusal) as refused:
            act(cast, wanted)
        assert refused.value.code == code
    assert not Amendment.objects.exists()


def test_contacts_beyond_the_smaller_package_forbid_it(cast: Cast) -> None:
    for n in range(2):
        name_contact(cast.contracts["gold"], person(f"more_{n}"))
    with pytest.raises(Refusal) as refused:
        change(cast, Change("package", package="silver"), "gold")
    assert (refused.value.code, refused.value.remedy) == ("contacts_over_limit", "remove_contacts_first")


def test_the_contact_limit_follows_the_package(cast: Cast) -> None:
    change(cast, Change("package", package="platinum"))
    assert contracts.contract_by_id(cast.contracts["silver"].id).limit == 10
    change(cast, GOLD)
    assert contracts.contract_by_id(cast.contracts["silver"].id).limit == 3


def packs(cast: Cast, package: str, **more: Any) -> int:
    """A contract under a programme where platinum's contacts come in packs of three; gold's are what they were."""
    plain = reference().to_plain()
    plain["programme"] = "packs"
    plain["allotments"]["contacts"]["per_pack"] = {"platinum": 3}
    load_programme(document=Programme.from_plain(plain), source="test", by=SYSTEM)
    subscriber = create_subscriber(by=SYSTEM, name="Packs").id
    return sign(package, subscriber, programme="packs", reference="packs", **more).id


def alter(cast: Cast, contract: int, wanted: Change) -> int | None:
    cases.change_contract(by=cast.actor("manager"), contract_id=contract, change=wanted, reason=WHY)
    return contracts.contract_by_id(contract).limit


def test_an_upgrade_counts_the_packs_that_were_bought(cast: Cast) -> None:
    bought = packs(cast, "platinum", measures={"packs": Decimal(4)})
    assert contracts.contract_by_id(bought).limit == 12
    assert (alter(cast, bought, GOLD), alter(cast, bought, Change("package", package="platinum"))) == (3, 12)
    sound()


def test_an_upgrade_to_packs_that_nobody_counted_asks_how_many_contacts(cast: Cast) -> None:
    gold = packs(cast, "gold")
    with pytest.raises(Refusal) as refused:
        alter(cast, gold, Change("package", package="platinum"))
    assert (refused.value.code, refused.value.remedy) == ("measure_missing", "give_measure")
    assert alter(cast, gold, Change("package", package="platinum", contacts=7)) == 7
    ends = contracts.contract_by_id(gold).ends_on + timedelta(days=30)
    assert alter(cast, gold, Change("renewal", ends_on=ends)) == 7, "a number agreed apart stays"
    sound()


@pytest.mark.parametrize("who", ["agent", "contact_silver", "nobody"])
def test_only_a_manager_changes_contracts(cast: Cast, who: str) -> None:
    for by in (cast.actor(who), finance()):
        with pytest.raises(Refusal) as refused:
            change(cast, GOLD, by=by)
        assert refused.value.code == "not_allowed"
    with pytest.raises(NotFound):
        preview_change(viewer=cast.viewer(who), reference=cast.contracts["silver"].reference, change=GOLD)


def test_aud_01_an_amendment_past_every_operation_is_found(cast: Cast) -> None:
    change(cast, GOLD)
    sound()
    sql(
        "INSERT INTO contracts_amendment (contract_id, subscriber_id, kind, data, reason, effective_at, actor_kind)"
        " VALUES (%s, %s, 'override', '{}', 'x', now(), 'system')",
        cast.contracts["silver"].id, cast.subscribers["silver"],
    )  # fmt: skip
    assert {d.field.split()[0] for d in verify().differences} == {"amendment"}


# -- deaths and races ---------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_changing_a_contract_dies_at_every_statement(cast: Cast) -> None:
    number = file(cast, "silver", severity="1").number
    order = ["gold", "silver"]

    def act(package: str) -> None:
        try:
            change(cast, Change("package", package=package))
        except Refusal as refusal:
            assert refusal.code == "nothing_changes"  # noqa: PT017  the process that died had done it

    def same(package: str) -> None:
        assert contracts.contract_by_id(cast.contracts["silver"].id).package == package
        assert parse_key(row(number).package_key).package == package
        assert len([k for k in kinds(number) if k == "package_changed"]) == Amendment.objects.count()

    assert everywhere(lambda point: order[(point - 1) % 2], act, same) > 20
    sound()


@pytest.mark.django_db(transaction=True)
def test_race_12_an_upgrade_meets_answers_and_filings(cast: Cast) -> None:
    for trial in range(5):
        number = file(cast, "silver", severity="1").number
        wanted = Change("package", package=("gold", "silver")[trial % 2])
        results = at_once(
            lambda wanted=wanted: change(cast, wanted),  # type: ignore[misc]
            lambda number=number: cases.reply(by=cast.actor("agent"), number=number, body="Hello"),  # type: ignore[misc]
            lambda: file(cast, "silver", severity="1"),
        )
        assert not [r for r in results if isinstance(r, Exception)]
        assert kinds(number).count("package_changed") == 1
        key = contracts.contract_by_id(cast.contracts["silver"].id).package_key
        assert {row(number).package_key, row(results[2].number).package_key} == {key}
    sound()
