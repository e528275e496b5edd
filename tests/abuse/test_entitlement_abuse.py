"""Abuse of entitlements: support without a contract, without standing, or on somebody else's terms."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from case_acts import ago, entries, file, kinds, period, sound
from rooms_cast import Cast, name_contact, sign
from standing_cast import owes, reinstate, row, suspend

from garant.cases import operations as cases
from garant.cases import queries
from garant.cases.models import Case
from garant.cases.sweeping import sweep_all
from garant.core.people import SYSTEM
from garant.core.refusals import NotFound, Refusal
from garant.directory import operations as directory

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_ENT_07_a_case_about_another_product_is_stored_timed_and_in_the_queue(cast: Cast) -> None:
    """A product that the programme knows nothing of never makes a case vanish: it is answered within its target."""
    number = file(cast, product="Something else entirely", version="0.0.1").number
    assert row(number).next_due is not None
    assert number in {found.number for found in queries.queue(viewer=cast.viewer("agent")).rows}
    assert queries.case(viewer=cast.viewer("agent"), number=number).product == "Something else entirely"


def test_ENT_01_roles_beside_a_contact_open_nothing(cast: Cast) -> None:
    """Reading, learning, administering and leading an organisation: none of it is being an authorized contact."""
    before = Case.objects.count()
    for role in ("administrator", "executive"):
        directory.give_role(
            by=SYSTEM, person_id=cast.people["nobody"], role=role, subscriber_id=cast.subscribers["gold"]
        )
    for who in ("viewer_gold", "learner_gold", "nobody", "contact_silver", "manager"):
        for channel in ("web", "api"):
            with pytest.raises(Refusal) as refused:
                file(cast, who=who, channel=channel)
            assert refused.value.remedy
    assert Case.objects.count() == before
    held = file(cast, who="viewer_gold", by=cast.actor("agent"), channel="phone")
    assert (held.held_reason, held.due) == ("unlisted", None), "a caller's words are kept, and nothing runs"


def test_ENT_02_a_contact_of_two_organisations_takes_no_better_terms_along(cast: Cast) -> None:
    """A contact of bronze and of platinum: the bronze case is under bronze, also when platinum's contract is named."""
    who = cast.people["contact_bronze"]
    name_contact(cast.contracts["platinum"], who)
    for contract in (None, cast.contracts["platinum"].id):
        try:
            number = file(cast, "bronze", contract_id=contract).number
        except (Refusal, NotFound):
            continue
        assert row(number).contract_id == cast.contracts["bronze"].id
        assert "/bronze:" in row(number).package_key


def test_ENT_03_a_contact_who_left_writes_nothing_from_that_instant(cast: Cast) -> None:
    from garant.contracts import operations_contacts as contacts

    number = file(cast).number
    contacts.empty_slot(by=SYSTEM, contract_id=cast.contracts["gold"].id, person_id=cast.people["contact_gold"])
    directory.end_role(
        by=SYSTEM, person_id=cast.people["contact_gold"], role="contact", subscriber_id=cast.subscribers["gold"]
    )
    who = cast.actor("contact_gold")
    for act in (
        lambda: file(cast),
        lambda: cases.add_customer_message(by=who, number=number, body="Still here"),
        lambda: cases.change_severity(by=who, number=number, severity="2", reason="x"),
        lambda: cases.escalate(by=who, number=number, reason="x"),
    ):
        with pytest.raises((Refusal, NotFound)):
            act()


def suspended(cast: Cast) -> None:
    owes(cast)
    suspend(cast)


def test_ENT_04_no_act_sets_a_suspended_subscribers_clock_going(cast: Cast) -> None:
    """Writing, raising, answering, waiting, escalating on a held case: it stays held and owes nothing."""
    suspended(cast)
    number = file(cast).number
    contact, agent = cast.actor("contact_gold"), cast.actor("agent")
    cases.add_customer_message(by=contact, number=number, body="Please!")
    for attempt in (
        lambda: cases.change_severity(by=contact, number=number, severity="2", reason="x"),
        lambda: cases.raise_severity(by=contact, number=number, severity="1", reason="x"),
        lambda: cases.escalate(by=contact, number=number, reason="x"),
        lambda: cases.assign(by=agent, number=number, assignee_id=cast.people["agent"]),
    ):
        with suppress(Refusal):
            attempt()
    sweep_all()
    assert (row(number).state, row(number).next_due) == ("held", None)
    sound()


def test_ENT_04_an_old_case_is_no_way_round_a_suspension(cast: Cast) -> None:
    """Reopened, written to or split while support is suspended: nothing runs until standing is back."""
    agent, contact = cast.actor("agent"), cast.actor("contact_gold")
    closed, resolved, running = (file(cast, at=ago(hours=3)).number for _ in range(3))
    for number in (closed, resolved):
        cases.resolve(by=agent, number=number, body="Done.")
    cases.close(by=agent, number=closed)
    suspended(cast)
    cases.reopen(by=contact, number=closed, reason="Not solved.")
    cases.add_customer_message(by=contact, number=resolved, body="Not solved either.")
    split = cases.split_case(by=agent, number=running, subject="The other half", description="Apart from it").number
    cases.add_customer_message(by=contact, number=running, body="And this one?")
    sweep_all()
    due = {number: row(number).next_due for number in (closed, resolved, running, split)}
    assert set(due.values()) == {None}, due
    sound()
    reinstate(cast)
    assert all(row(number).next_due is not None for number in (closed, resolved, running, split))
    sound()


def test_ENT_06_reopening_after_the_contracts_end_promises_nothing(cast: Cast) -> None:
    """A contract that is over owes no new answer, however its old cases are called back."""
    began = datetime.now(tz=UTC).date() - timedelta(days=300)
    brief = sign(
        "gold", cast.subscribers["bronze"], starts_on=began, ends_on=began + timedelta(days=297), reference="BRIEF"
    )
    name_contact(brief, cast.people["contact_bronze"])
    number = file(cast, "bronze", contract_id=brief.id, at=ago(days=5)).number
    agent = cast.actor("agent")
    cases.resolve(by=agent, number=number, body="Done.", at=ago(days=4.9))
    with suppress(Refusal):
        cases.reopen(by=cast.actor("contact_bronze"), number=number, reason="Again.")
    assert row(number).next_due is None
    with pytest.raises(Refusal):
        file(cast, "bronze", contract_id=brief.id)
    sound()


def test_ENT_09_a_split_makes_no_second_first_answer_of_the_past(cast: Cast) -> None:
    """What is split off starts now: its receipt is the server's, not the old case's, and the old one keeps its own."""
    old = file(cast, at=ago(hours=3)).number
    due = period(old).due
    new = cases.split_case(by=cast.actor("agent"), number=old, subject="Half", description="Of it").number
    assert abs(row(new).received_at - ago()) < timedelta(minutes=1)
    assert period(old).due == due
    assert kinds(old)[0] == "case_opened"
    assert entries(new)[0].by.id == cast.people["agent"]
    sound()
