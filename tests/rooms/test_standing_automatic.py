"""A programme that lets the desk decide by its rule, and one that sells an add-on: both as data."""

from __future__ import annotations

from typing import Any

import pytest
from case_acts import ago, entries, file, period, sound, sql
from crash import everywhere
from rooms_cast import Cast, name_contact, reference, sign
from standing_cast import days_ago, fact, owes, reinstate, row, suspend

from garant.cases import operations as cases
from garant.cases.queries import preview_change
from garant.contracts import operations as contracts
from garant.contracts.decided import in_force, standing_of
from garant.contracts.models import StandingDecision
from garant.contracts.queries_changes import Change
from garant.core.people import SYSTEM
from garant.core.programmes import Programme
from garant.core.refusals import Refusal

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def sold(cast: Cast, version: str, change: Any) -> None:
    """The silver subscriber gets a contract under an own version of the reference programme, which wins."""
    plain = reference().to_plain()
    plain["version"] = version
    change(plain)
    contracts.load_programme(document=Programme.from_plain(plain), source=version, by=SYSTEM)
    begins = cast.contracts["silver"].starts_on.replace(day=1)
    made = sign("silver", cast.subscribers["silver"], version=version, reference=version, starts_on=begins)
    cast.contracts["silver"] = made  # type: ignore[index]
    name_contact(made, cast.people["contact_silver"])
    sql("UPDATE contracts_contract SET ends_on = starts_on WHERE subscriber_id = %s AND id <> %s",
        cast.subscribers["silver"], made.id)  # fmt: skip


def automatic(plain: dict[str, Any]) -> None:
    plain["standing"]["automatic"] = True


def test_the_desk_suspends_and_reinstates_by_rule_where_the_programme_says_automatic(cast: Cast) -> None:
    sold(cast, "auto", automatic)
    owes(cast, "silver")
    owes(cast, "gold")
    number = file(cast, "silver").number
    assert cases.standing_housekeeping() == 1
    assert cases.standing_housekeeping() == 0
    found = in_force(cast.subscribers["silver"])
    assert found is not None
    assert (found.automatic, found.actor_kind, found.ground) == (True, "system", "payment")
    assert row(number).suspended
    assert standing_of(cast.subscribers["gold"]) == "good"
    fact(cast, "invoice_paid", days_ago(1), "silver")
    assert cases.standing_housekeeping() == 1
    assert standing_of(cast.subscribers["silver"]) == "good"
    assert not row(number).suspended
    sound()


def test_a_suspension_that_people_decided_is_not_lifted_by_the_desk(cast: Cast) -> None:
    sold(cast, "auto", automatic)
    owes(cast, "silver")
    cases.suspend(by=cast.actor("manager"), subscriber_id=cast.subscribers["silver"], reason="By hand")
    fact(cast, "invoice_paid", days_ago(1), "silver")
    assert cases.standing_housekeeping() == 0
    assert standing_of(cast.subscribers["silver"]) == "suspended"


@pytest.mark.django_db(transaction=True)
def test_the_sweep_dies_at_every_statement_of_an_automatic_suspension(cast: Cast) -> None:
    sold(cast, "auto", automatic)
    owes(cast, "silver")
    number = file(cast, "silver").number

    def good_again(point: int) -> int:
        if standing_of(cast.subscribers["silver"]) == "suspended":
            reinstate(cast, "silver")
        return StandingDecision.objects.count()

    def once(before: int) -> None:
        assert StandingDecision.objects.count() == before + 1
        assert entries(number)[-1].kind == "support_suspended"
        assert row(number).suspended

    assert everywhere(good_again, lambda _: cases.standing_housekeeping(), once) > 20
    sound()


def round_the_clock(plain: dict[str, Any]) -> None:
    plain["add_ons"] = {
        "night_watch": {
            "name": dict.fromkeys(plain["languages"], "Night watch"),
            "calendars": {"*": "24x7"},
            "units": {"business_hours": "elapsed_hours"},
        }
    }


def without_a_rule(plain: dict[str, Any]) -> None:
    plain["standing"] = None


def test_where_a_contract_has_no_rule_nobody_suspends_and_finance_may_still_reinstate(cast: Cast) -> None:
    owes(cast, "silver")
    suspend(cast, "silver")
    sold(cast, "ruleless", without_a_rule)
    reinstate(cast, "silver")
    with pytest.raises(Refusal) as refused:
        suspend(cast, "silver")
    assert refused.value.code == "not_allowed"
    assert standing_of(cast.subscribers["silver"]) == "good"


def test_an_add_on_changes_the_hours_of_open_cases_for_the_better(cast: Cast) -> None:
    sold(cast, "night", round_the_clock)
    number = file(cast, "silver", severity="2", at=ago(minutes=30)).number
    was = period(number).due
    bought = Change("add_on", add_on="night_watch")
    reference_ = cast.contracts["silver"].reference
    seen = preview_change(viewer=cast.viewer("manager"), reference=reference_, change=bought)
    expected = seen.cases[0].periods[0].new_due
    done = cases.change_contract(
        by=cast.actor("manager"), contract_id=cast.contracts["silver"].id, change=bought, reason="Ordered"
    )
    assert row(number).package_key.endswith(f"#{done.amendment}")
    after = period(number).due
    assert was is not None
    assert after is not None
    assert expected is not None
    assert after <= was
    assert abs(after - expected).total_seconds() < 30
    again = file(cast, "silver", severity="2")
    assert again.due is not None
    assert (again.due - row(again.number).received_at).total_seconds() == 10 * 3600
    sound()
