"""Standing as decisions: what they do to clocks, what is held meanwhile, and who may decide."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from case_acts import HOUR, ago, entries, file, kinds, late_case, period, sound, sql
from rooms_cast import Cast
from standing_cast import REASON, days_ago, fact, finance, owes, reinstate, row, suspend

from garant.cases import operations as cases
from garant.cases import operations_standing
from garant.cases.queries import verify
from garant.cases.sweeping import sweep_all
from garant.contracts.decided import standing_of
from garant.contracts.operations_standing import decide, record_fact
from garant.contracts.queries_standing import standing
from garant.core.people import SYSTEM, Actor
from garant.core.refusals import NotFound, Refusal
from garant.journal import queries as journal

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def refused(code: str, act: Any) -> Refusal:
    """The act is refused with this code, naming a rule and a way out."""
    with pytest.raises(Refusal) as caught:
        act()
    assert caught.value.code == code
    assert caught.value.rule
    assert caught.value.remedy
    return caught.value


# -- suspension and clocks ----------------------------------------------------------------------------------------


def test_a_suspension_pauses_every_open_case_of_the_subscriber_alone(cast: Cast) -> None:
    owes(cast)
    first, second = file(cast, severity="1").number, file(cast, severity="2").number
    cases.reply(by=cast.actor("agent"), number=second, body="Looking into it.")
    other = file(cast, "silver").number
    changed = suspend(cast)
    assert changed.cases == (first, second)
    for number in (first, second):
        assert row(number).suspended
        assert row(number).next_due is None
        running = [p for p in row(number).periods.all() if p.ended is None]
        assert [(p.due, p.paused) for p in running] == [(None, True)]
        last = entries(number)[-1]
        assert (last.kind, last.at, last.by) == ("support_suspended", changed.at, finance())
    assert not row(other).suspended
    assert row(other).next_due is not None
    sound()


def test_golden_16_the_suspended_time_does_not_count(cast: Cast) -> None:
    """Round the clock: what was left of the target at the suspension is left at the reinstatement."""
    owes(cast)
    number = file(cast, severity="1", at=ago(hours=1)).number
    due, started = period(number).due, period(number).started
    paused = suspend(cast)
    back = reinstate(cast)
    after = period(number)
    assert due is not None
    assert after.started == started
    assert after.due == due + (back.at - paused.at)
    assert not after.paused
    assert not row(number).suspended
    sound()


def test_golden_17_ent_04_a_case_filed_while_suspended_is_held_and_counts_from_the_reinstatement(cast: Cast) -> None:
    owes(cast)
    suspend(cast)
    filed = file(cast, severity="1")
    assert (filed.held_reason, filed.due) == ("standing", None)
    assert row(filed.number).state == "held"
    back = reinstate(cast)
    assert back.cases == (filed.number,)
    assert row(filed.number).state == "open"
    assert period(filed.number).due == back.at + 4 * HOUR
    assert period(filed.number).started == row(filed.number).received_at
    sound()


@pytest.mark.parametrize("channel", ["web", "mail", "phone"])
def test_golden_32_ent_04_the_answer_is_the_same_in_every_channel_and_nothing_typed_is_lost(
    cast: Cast, channel: str
) -> None:
    owes(cast)
    suspend(cast)
    filed = file(cast, severity="1", channel=channel)
    assert filed.held_reason == "standing"
    case = row(filed.number)
    assert (case.description, case.next_due) == ("Every night some rows are missing.", None)
    assert sweep_all() == 0


def test_golden_33_being_late_alone_suspends_nothing(cast: Cast) -> None:
    owes(cast, days=20, noticed=3)
    filed = file(cast, severity="1")
    assert filed.held_reason is None
    assert filed.due is not None
    assert standing_of(cast.subscribers["gold"]) == "good"


def test_golden_31_japan_suspends_only_for_a_prolonged_default(cast: Cast) -> None:
    fact(cast, "invoice_due", days_ago(20), "japan")
    refusal = refused("not_prolonged_default", lambda: suspend(cast, "japan"))
    assert refusal.values["from_on"] == days_ago(-40).isoformat()
    assert standing_of(cast.subscribers["japan"]) == "good"
    fact(cast, "invoice_due", days_ago(80), "japan", reference="INV-0")
    fact(cast, "notice_given", days_ago(15), "japan", reference="INV-0")
    assert suspend(cast, "japan").decision == "suspended"


def test_a_miss_before_the_suspension_stays_and_is_told_once(cast: Cast) -> None:
    owes(cast)
    number = late_case(cast)
    due = period(number).due
    suspend(cast)
    reinstate(cast)
    assert (period(number).due, period(number).missed) == (due, True)
    assert kinds(number).count("target_missed") == 1
    sound()


def test_the_sweeper_never_escalates_what_is_suspended(cast: Cast) -> None:
    owes(cast)
    number = file(cast, severity="1", at=ago(hours=3.9)).number
    sweep_all()
    told = kinds(number).count("escalation_told")
    suspend(cast)
    held = file(cast, severity="1").number
    assert sweep_all() == 0
    assert cases.standing_housekeeping() == 0
    assert kinds(number).count("escalation_told") == told
    assert kinds(held) == ["case_opened"]
    sound()


def test_a_due_time_that_would_have_passed_meanwhile_is_neither_missed_nor_told(cast: Cast) -> None:
    """Ten days of suspension over a target of four hours: the sweeper finds nothing, before and after."""
    owes(cast, noticed=44)
    began = ago(days=10)
    decide(by=finance(), subscriber_id=cast.subscribers["gold"], decision="suspended", reason=REASON, at=began)
    number = file(cast, severity="1", at=began - HOUR).number
    assert period(number).due is None
    assert sweep_all() == 0
    back = reinstate(cast)
    assert period(number).due == back.at + 3 * HOUR
    assert sweep_all() == 0
    assert not {"target_missed", "escalation_told"} & set(kinds(number))
    sound()


def test_waiting_resolved_and_reopened_cases_follow_the_standing(cast: Cast) -> None:
    owes(cast)
    agent = cast.actor("agent")
    waiting, resolved, closed = (file(cast).number for _ in range(3))
    cases.reply(by=agent, number=waiting, body="Which file?", wait=True)
    for number in (resolved, closed):
        cases.resolve(by=agent, number=number, body="Done.")
    cases.close(by=agent, number=closed)
    assert suspend(cast).cases == (waiting,)
    cases.resolve(by=agent, number=waiting, body="Solved.")
    done = cases.reopen(by=agent, number=closed, reason="It is back.")
    assert done.due is None
    assert row(closed).suspended
    assert kinds(closed)[-2:] == ["support_suspended", "case_reopened"]
    back = reinstate(cast)
    assert back.cases == (waiting, closed)
    follow_up = period(closed, "follow_up")
    assert follow_up.due == back.at + timedelta(hours=32)
    assert not row(waiting).suspended
    sound()


def test_a_case_imported_from_before_a_suspension_pauses_through_it(cast: Cast) -> None:
    owes(cast)
    paused = suspend(cast)
    back = reinstate(cast)
    number = file(cast, severity="1", at=paused.at - HOUR).number
    assert kinds(number) == ["case_opened", "support_suspended", "support_reinstated"]
    assert period(number).due == paused.at + 3 * HOUR + (back.at - paused.at)
    sound()


# -- who may, and on what ground ----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["agent", "nobody", "contact_gold"])
def test_only_finance_or_a_manager_decides(cast: Cast, who: str) -> None:
    owes(cast)
    refused("not_allowed", lambda: suspend(cast, by=cast.actor(who)))
    refused("not_allowed", lambda: fact(cast, "invoice_due", days_ago(3), by=cast.actor(who)))
    suspend(cast, by=cast.actor("manager"))
    refused("not_allowed", lambda: reinstate(cast, by=cast.actor(who)))
    assert standing_of(cast.subscribers["gold"]) == "suspended"


def test_the_desk_itself_decides_only_where_the_programme_says_automatic(cast: Cast) -> None:
    owes(cast)
    refused("automatic_act", lambda: suspend(cast, by=SYSTEM))
    assert cases.standing_housekeeping() == 0
    assert standing_of(cast.subscribers["gold"]) == "good"


def test_a_proposal_is_told_to_finance_once(cast: Cast) -> None:
    owes(cast)
    for _ in range(3):
        cases.standing_housekeeping()
    rows = journal.notices(viewer=cast.viewer("manager"), limit=200).rows
    told = [n for n in rows if n.kind == "standing_suspend_proposed"]
    assert [n.person_id for n in told] == [finance().id]


def test_a_subscriber_whose_rule_cannot_be_read_keeps_nobody_else_waiting(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    owes(cast)
    owes(cast, "silver")
    broken, read = min(cast.subscribers["gold"], cast.subscribers["silver"]), operations_standing.due_for_decision

    def reading(subscriber_id: int) -> object:
        if subscriber_id == broken:
            raise OverflowError("date value out of range")
        return read(subscriber_id)

    monkeypatch.setattr(operations_standing, "due_for_decision", reading)
    cases.standing_housekeeping()
    rows = journal.notices(viewer=cast.viewer("manager"), limit=200).rows
    assert [n.kind for n in rows if n.kind.endswith("_proposed")] == ["standing_suspend_proposed"]


def test_a_decision_needs_a_reason_and_a_ground_the_rule_proposes(cast: Cast) -> None:
    refused("no_open_obligation", lambda: suspend(cast))
    fact(cast, "invoice_due", days_ago(40))
    refused("notice_missing", lambda: suspend(cast))
    fact(cast, "notice_given", days_ago(9))
    refused("notice_running", lambda: suspend(cast))
    owes(cast, "silver")
    refused("reason_missing", lambda: suspend(cast, "silver", reason="  "))
    refused("ground_not_proposed", lambda: suspend(cast, "silver", ground="obligation"))
    assert standing_of(cast.subscribers["silver"]) == "good"


def test_the_same_decision_twice_is_refused(cast: Cast) -> None:
    owes(cast)
    refused("not_suspended", lambda: reinstate(cast))
    suspend(cast)
    refused("already_suspended", lambda: suspend(cast))
    reinstate(cast)
    refused("not_suspended", lambda: reinstate(cast))


# -- the exception ------------------------------------------------------------------------------------------------


def test_a_manager_admits_one_held_case_and_its_clock_starts_then(cast: Cast) -> None:
    owes(cast)
    suspend(cast)
    chosen, other = file(cast, severity="1").number, file(cast, severity="1").number
    done = cases.admit(by=cast.actor("manager"), number=chosen, reason="A hospital depends on it.")
    assert done.due == done.at + 4 * HOUR
    assert row(chosen).state == "open"
    assert row(other).state == "held"
    sound()
    assert reinstate(cast).cases == (other,)
    assert period(chosen).due == done.due
    sound()


def test_only_a_manager_makes_an_exception_and_only_for_a_held_case(cast: Cast) -> None:
    owes(cast)
    running = file(cast).number
    suspend(cast)
    held = file(cast).number
    refused("not_allowed", lambda: cases.admit(by=finance(), number=held, reason="Please"))
    refused("reason_missing", lambda: cases.admit(by=cast.actor("manager"), number=held, reason=""))
    refused("not_held_for_standing", lambda: cases.admit(by=cast.actor("manager"), number=running, reason="Please"))
    with pytest.raises(NotFound):
        cases.admit(by=cast.actor("contact_gold"), number=held, reason="Please")
    assert row(held).state == "held"


def test_an_exception_ends_with_its_suspension(cast: Cast) -> None:
    owes(cast)
    suspend(cast)
    number = file(cast).number
    cases.admit(by=cast.actor("manager"), number=number, reason="Urgent")
    reinstate(cast)
    assert suspend(cast).cases == (number,)
    assert row(number).suspended
    sound()


# -- facts --------------------------------------------------------------------------------------------------------


def test_a_fact_is_recorded_once_and_never_changes(cast: Cast) -> None:
    first = fact(cast, "invoice_due", days_ago(3), amount=Decimal("10.50"), currency="eur")
    again = fact(cast, "invoice_due", days_ago(3), amount=Decimal("10.50"), currency="EUR")
    assert (first.new, again.new, again.id) == (True, False, first.id)
    refused("fact_recorded_differently", lambda: fact(cast, "invoice_due", days_ago(3), amount=Decimal(11)))
    sound()


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("fact_unknown", {"kind": "bounced"}),
        ("fact_ahead", {"on": days_ago}),
        ("fact_reference_missing", {"reference": "  "}),
        ("amount_invalid", {"amount": Decimal("NaN")}),
        ("amount_invalid", {"amount": Decimal("1.005")}),
        ("amount_invalid", {"amount": Decimal("1e14")}),
        ("amount_without_invoice", {"kind": "notice_given", "amount": Decimal(1)}),
        ("currency_unknown", {"amount": Decimal(1), "currency": "€"}),
    ],
)
def test_a_fact_that_cannot_be_is_refused(cast: Cast, code: str, change: dict[str, Any]) -> None:
    given = {"kind": "invoice_paid", "on": days_ago(1), **change}
    if callable(given["on"]):
        given["on"] = days_ago(-3)
    refused(code, lambda: fact(cast, given.pop("kind"), given.pop("on"), **given))


def test_a_fact_of_an_unknown_subscriber_is_not_found(cast: Cast) -> None:
    for wrong in (0, 999_999_999, 2**70):
        with pytest.raises(NotFound):
            record_fact(by=finance(), subscriber_id=wrong, kind="invoice_due", reference="X", on=days_ago(1))


# -- who sees it --------------------------------------------------------------------------------------------------


def test_people_see_their_own_standing_and_payments_only_where_they_answer_for_them(cast: Cast) -> None:
    owes(cast)
    suspend(cast)
    gold = cast.subscribers["gold"]
    contact = standing(viewer=cast.viewer("contact_gold"), subscriber_id=gold)
    assert (contact.state, contact.reason, contact.facts, contact.items) == ("suspended", REASON, (), ())
    assert contact.ask == (("finance", "finance@people.example"),)
    staff = standing(viewer=cast.viewer("manager"), subscriber_id=gold)
    assert [item.reference for item in staff.items] == ["INV-1"]
    assert staff.may == {"record", "reinstate", "admit"}
    assert standing(viewer=cast.viewer("agent"), subscriber_id=gold).may == frozenset()
    with pytest.raises(NotFound):
        standing(viewer=cast.viewer("contact_silver"), subscriber_id=gold)


# -- the journal compared -----------------------------------------------------------------------------------------


def test_aud_01_a_case_that_runs_although_support_is_suspended_is_found(cast: Cast) -> None:
    owes(cast)
    number = file(cast).number
    suspend(cast)
    sound()
    sql("UPDATE cases_case SET suspended = false WHERE number = %s", number)
    found = [(d.case, d.field, d.stored, d.replayed) for d in verify().differences]
    assert (number, "suspended", False, True) in found
    assert (number, "standing", False, True) in found


def test_aud_01_a_decision_past_every_operation_is_found(cast: Cast) -> None:
    number = file(cast).number
    sql(
        "INSERT INTO contracts_standingdecision (subscriber_id, decision, ground, reason, automatic, actor_kind, at)"
        " VALUES (%s, 'suspended', 'payment', 'x', false, 'person', now())", cast.subscribers["gold"],
    )  # fmt: skip
    fields = {(d.case, d.field.split()[0]) for d in verify().differences}
    assert fields == {(number, "standing"), (None, "decision")}


@pytest.mark.parametrize("table", ["obligationfact", "standingdecision"])
def test_aud_01_facts_and_decisions_cannot_be_edited_or_removed(cast: Cast, table: str) -> None:
    from django.db import DatabaseError, transaction

    owes(cast)
    suspend(cast)
    column = {"obligationfact": "reference", "standingdecision": "reason"}[table]
    for statement in (f"UPDATE contracts_{table} SET {column} = 'x'", f"DELETE FROM contracts_{table}"):
        with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
            sql(statement)


def test_every_act_stands_in_the_journal_with_who_and_why(cast: Cast) -> None:
    from garant.journal.queries import entries_of

    owes(cast)
    suspend(cast)
    number = file(cast).number
    cases.admit(by=cast.actor("manager"), number=number, reason="Urgent")
    reinstate(cast, by=cast.actor("manager"))
    told = [(e.kind, e.by) for e in entries_of(("subscriber", cast.subscribers["gold"]))]
    manager: Actor = cast.actor("manager")
    assert told[-5:] == [
        ("obligation_recorded", finance()), ("obligation_recorded", finance()), ("standing_suspended", finance()),
        ("standing_admitted", manager), ("standing_reinstated", manager),
    ]  # fmt: skip
