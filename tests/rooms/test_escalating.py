"""Ladders: later levels, limits for acknowledging, handing over, ending; each level once, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from case_acts import HOUR, ago, case_of, entries, file, kinds, late_case, period, sound, sql
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from rooms_cast import Cast, make_cast, reference

from garant.cases import operations as cases
from garant.cases.models import Case, Escalation, Period
from garant.cases.queries import verify
from garant.cases.sweeping import sweep_all
from garant.contracts.queries import terms
from garant.core.people import SYSTEM
from garant.core.programmes import Programme
from garant.core.programmes.values import Wait
from garant.core.refusals import NotFound, Refusal
from garant.directory import operations as directory
from garant.directory.models import Absence, Rota, RotaTurn
from garant.journal import queries as journal
from garant.journal.operations import database_now

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def told(number: int) -> list[tuple[str, int]]:
    """The levels told about a case, in order."""
    return [(e.data["trigger"], e.data["level"]) for e in entries(number) if e.kind == "escalation_told"]


def notices(cast: Cast, who: str = "manager") -> list[str]:
    """The kinds of notices of somebody, oldest first."""
    rows = journal.notices(viewer=cast.viewer("manager"), limit=200).rows
    return [n.kind for n in reversed(rows) if n.person_id == cast.people[who]]


def level(number: int, which: int) -> Escalation:
    """A level told about a case."""
    return Escalation.objects.get(case__number=number, level=which)


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Refusal) as caught:
        yield
    assert caught.value.code == code


def pass_limit(number: int) -> None:
    """Let the limits of a case's levels pass."""
    for row in Escalation.objects.filter(case__number=number, remind_at__isnull=False):
        Escalation.objects.filter(pk=row.pk).update(remind_at=ago(minutes=1))


def desk_with(monkeypatch: pytest.MonkeyPatch, steps: list[dict[str, Any]], **more: Any) -> Cast:
    """A cast under a programme in which severity 1 has this ladder."""
    plain = reference().to_plain()
    names = dict.fromkeys(plain["languages"], "Level")
    severe = {
        "severities": ["1"],
        "near_share": Decimal("0.75"),
        "steps": [{**s, "name": names} for s in steps],
        **more,
    }
    plain["escalations"] = {"severe": {**severe, **more}}
    programme = Programme.from_plain(plain)
    monkeypatch.setattr("rooms_cast.reference", lambda: programme)
    return make_cast()


# -- later levels -------------------------------------------------------------------------------------------------


def test_the_second_level_comes_when_its_wait_is_over_and_once(cast: Cast) -> None:
    number = late_case(cast)
    assert sweep_all() == 1
    assert told(number) == [("near", 0), ("missed", 1)]
    row = period(number)
    assert row.due is not None
    assert row.step_at == row.due + HOUR
    sql(
        "UPDATE cases_period SET ladder = jsonb_set(ladder, '{0,at}', to_jsonb(now() - interval '1 second')),"
        " step_at = now() - interval '1 second'"
    )
    assert sweep_all() == 1
    assert told(number) == [("near", 0), ("missed", 1), ("missed", 2)]
    assert period(number).step_at is None
    assert sweep_all() == 0


def test_an_act_records_a_level_that_no_sweeper_saw(cast: Cast) -> None:
    """What an act records is what the sweeper records, in the same place."""
    number = file(cast, at=ago(hours=30)).number
    cases.add_note(by=cast.actor("agent"), number=number, body="Looking")
    assert told(number) == [("near", 0), ("missed", 1), ("missed", 2)]
    assert notices(cast) == ["target_missed"]
    assert sweep_all() == 0
    sound()


def test_the_ladder_stops_when_the_promise_ends_and_its_escalations_are_over(cast: Cast) -> None:
    number = late_case(cast)
    sweep_all()
    cases.reply(by=cast.actor("agent"), number=number, body="Here we are")
    row = period(number)
    assert (row.ladder, row.step_at) == ([], None)
    assert set(row.escalations.values_list("ended_at", "remind_at")) == {(row.ended, None)}
    assert sweep_all() == 0
    sound()


@pytest.mark.parametrize("state", ["suspended", "waiting", "merged"])
def test_no_level_comes_while_nothing_is_owed(cast: Cast, state: str) -> None:
    number = late_case(cast)
    sweep_all()
    if state == "suspended":
        _suspend(cast)
    elif state == "waiting":
        cases.reply(by=cast.actor("agent"), number=number, body="Which version?", wait=True)
    else:
        other = file(cast).number
        cases.merge_case(by=cast.actor("agent"), number=number, into=other)
    sql(
        "UPDATE cases_period SET step_at = now() - interval '1 minute' WHERE step_at IS NOT NULL AND case_id ="
        " (SELECT id FROM cases_case WHERE number = %s)",
        number,
    )
    sql(
        "UPDATE cases_escalation SET remind_at = now() - interval '1 minute' WHERE remind_at IS NOT NULL AND case_id ="
        " (SELECT id FROM cases_case WHERE number = %s)",
        number,
    )
    assert sweep_all() == 0
    assert told(number) == [("near", 0), ("missed", 1)]


def _suspend(cast: Cast) -> None:
    """Every running period of gold stands still."""
    from garant.cases.acting import act_for_system

    for number in Case.objects.filter(subscriber=cast.subscribers["gold"]).values_list("number", flat=True):
        with act_for_system(by=SYSTEM, number=number) as act:
            act.record("support_suspended", {})


def test_after_a_suspension_the_wait_goes_on_where_it_stood(cast: Cast) -> None:
    from garant.cases.acting import act_for_system

    number = late_case(cast)
    sweep_all()
    before = period(number).step_at
    _suspend(cast)
    suspended = next(e.at for e in entries(number) if e.kind == "support_suspended")
    with act_for_system(by=SYSTEM, number=number) as act:
        act.record("support_reinstated", {})
    lasted = entries(number)[-1].at - suspended
    assert before is not None
    assert lasted > timedelta(0)
    assert period(number).step_at == before + lasted
    verified = [d for d in verify().differences if d.field != "standing"]
    assert verified == []


def test_race_08_a_raised_severity_takes_its_own_ladder(cast: Cast) -> None:
    """Severity 2 tells level 2 after four business hours, severity 1 after one hour."""
    number = file(cast, severity="2", at=ago(minutes=5)).number
    before = period(number)
    cases.raise_severity(by=cast.actor("contact_gold"), number=number, severity="1", reason="It spreads")
    row = period(number)
    assert row.due is not None
    assert (row.severity, row.step_at) == ("1", row.due + HOUR)
    assert row.step_at != before.step_at
    sound()


def test_two_rows_of_one_level_are_refused_by_the_database(cast: Cast) -> None:
    number = late_case(cast)
    sweep_all()
    one = level(number, 1)
    one.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        one.save(force_insert=True)


# -- acknowledging ------------------------------------------------------------------------------------------------


def test_an_acknowledged_level_is_not_repeated(cast: Cast) -> None:
    number = late_case(cast)
    sweep_all()
    row = level(number, 1)
    assert row.acknowledge_by == row.recorded_at + timedelta(minutes=15)
    cases.acknowledge_escalation(by=cast.actor("manager"), escalation_id=row.pk, note="On it", once="a" * 16)
    cases.acknowledge_escalation(by=cast.actor("manager"), escalation_id=row.pk, note="On it", once="a" * 16)
    row.refresh_from_db()
    assert (row.acknowledged_by_id, row.remind_at) == (cast.people["manager"], None)
    assert kinds(number).count("escalation_acknowledged") == 1
    with refused("already_acknowledged"):
        cases.acknowledge_escalation(by=cast.actor("agent"), escalation_id=row.pk)
    assert sweep_all() == 0
    assert case_of(cast, number).messages[-1].internal
    sound()


def test_unacknowledged_it_is_repeated_and_then_the_next_level_is_told(cast: Cast) -> None:
    number = late_case(cast)
    sweep_all()
    pass_limit(number)
    assert sweep_all() == 1
    row = level(number, 1)
    assert (row.repeats, told(number)) == (1, [("near", 0), ("missed", 1)])
    assert row.acknowledge_by is not None
    assert row.acknowledge_by > database_now()
    pass_limit(number)
    limit = level(number, 1).remind_at
    assert sweep_all() == 1
    assert told(number) == [("near", 0), ("missed", 1), ("missed", 2)]
    last = entries(number)[-1]
    assert (last.data["cause"], last.at) == ("unacknowledged", limit)
    row.refresh_from_db()
    assert (row.remind_at, row.acknowledged_at, row.repeats) == (None, None, 1)
    assert period(number).step_at is None
    assert notices(cast) == ["target_missed", "escalation_repeated", "target_missed"]
    sound()


def test_the_last_level_is_repeated_a_bounded_number_of_times(cast: Cast) -> None:
    number = late_case(cast)
    sweep_all()
    for _ in range(8):
        pass_limit(number)
        sweep_all()
    assert kinds(number).count("escalation_repeated") == 2
    assert [row.remind_at for row in Escalation.objects.filter(case__number=number)] == [None] * 3
    assert sweep_all() == 0
    sound()


def test_a_level_is_acknowledged_on_business_time(cast: Cast) -> None:
    """Severity 2: two business hours of the vendor, however late it is there."""
    number = file(cast, severity="2", at=ago(days=21)).number
    sweep_all()
    row = level(number, 1)
    counted = terms().of(Case.objects.get(number=number).package_key)
    assert row.acknowledge_by == counted.after(row.recorded_at, Wait(Decimal(2), "business_hours", "vendor_hours"))


def test_handed_over_it_is_one_persons_with_a_limit_of_their_own(cast: Cast) -> None:
    number = late_case(cast)
    sweep_all()
    row = level(number, 1)
    cases.acknowledge_escalation(by=cast.actor("manager"), escalation_id=row.pk)
    cases.hand_over_escalation(by=cast.actor("manager"), escalation_id=row.pk, to=cast.people["agent"], note="Yours")
    row.refresh_from_db()
    assert (row.holder_id, row.acknowledged_at) == (cast.people["agent"], None)
    assert row.acknowledge_by is not None
    assert row.acknowledge_by > database_now() + timedelta(minutes=14)
    assert notices(cast, "agent") == ["escalation_handed_over"]
    pass_limit(number)
    sweep_all()
    assert notices(cast, "agent") == ["escalation_handed_over", "escalation_repeated"]
    with refused("cannot_take_over"):
        cases.hand_over_escalation(by=cast.actor("manager"), escalation_id=row.pk, to=cast.people["contact_gold"])
    sound()


def test_ended_with_a_reason_nothing_more_is_told_about_the_miss(cast: Cast) -> None:
    number = late_case(cast)
    sweep_all()
    with refused("not_allowed"):
        cases.end_escalation(by=cast.actor("agent"), escalation_id=level(number, 1).pk, reason="Enough")
    cases.end_escalation(by=cast.actor("manager"), escalation_id=level(number, 1).pk, reason="The customer agreed")
    row = level(number, 1)
    assert (row.ended_by_id, row.reason, row.remind_at) == (cast.people["manager"], "The customer agreed", None)
    assert period(number).step_at is None
    assert period(number).missed
    assert sweep_all() == 0
    with refused("escalation_over"):
        cases.acknowledge_escalation(by=cast.actor("manager"), escalation_id=row.pk)
    assert level(number, 0).ended_at is None
    cases.add_note(by=cast.actor("agent"), number=number, body="And an act does not bring it back")
    assert period(number).step_at is None
    sound()


def test_a_warning_that_was_ended_does_not_hide_the_miss(cast: Cast) -> None:
    number = file(cast, at=ago(hours=3.5)).number
    sweep_all()
    cases.end_escalation(by=cast.actor("manager"), escalation_id=level(number, 0).pk, reason="Known")
    sql("UPDATE cases_period SET due = now() - interval '1 second'")
    sweep_all()
    assert told(number) == [("near", 0), ("missed", 1)]


def test_strangers_and_customers_neither_see_nor_touch_an_escalation(cast: Cast) -> None:
    number = late_case(cast)
    sweep_all()
    row = level(number, 1).pk
    for who in ("contact_gold", "viewer_gold", "nobody", "contact_silver"):
        with pytest.raises((Refusal, NotFound)):
            cases.acknowledge_escalation(by=cast.actor(who), escalation_id=row)
    with pytest.raises(NotFound):
        cases.acknowledge_escalation(by=cast.actor("agent"), escalation_id=2**70)
    assert not [h.kind for h in case_of(cast, number, "contact_gold").history if h.kind.startswith("escalation_")]


# -- by the customer ----------------------------------------------------------------------------------------------


def test_the_customers_call_has_a_limit_of_its_own_and_a_next_level(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = desk_with(monkeypatch, [
        {"level": 1, "on": "customer", "to": ["agent"], "acknowledge_within": {"amount": 20, "unit": "minutes"},
         "repeat": 0},
        {"level": 2, "on": "customer", "to": ["support_manager"]},
    ])  # fmt: skip
    number = file(cast).number
    cases.escalate(by=cast.actor("contact_gold"), number=number, reason="Payroll is tomorrow.")
    row = level(number, 1)
    assert row.acknowledge_by == row.at + timedelta(minutes=20)
    assert notices(cast, "manager") == []
    pass_limit(number)
    assert sweep_all() == 1
    assert told(number) == [("customer", 1), ("customer", 2)]
    assert notices(cast, "manager") == ["case_escalated"]
    sound()


# -- age ----------------------------------------------------------------------------------------------------------

AGES: list[dict[str, Any]] = [
    {"level": 1, "on": "miss", "to": ["manager"]},
    {"level": 5, "on": "age", "to": ["manager"], "after": {"amount": 3, "unit": "days"}},
]


def test_a_case_of_an_age_is_told_once_however_many_promises_it_has(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = desk_with(monkeypatch, AGES)
    agent = cast.actor("agent")
    opened = ago(days=5)
    number = file(cast, at=opened).number
    cases.reply(by=agent, number=number, body="Hello", at=opened + HOUR)
    cases.reply(by=agent, number=number, body="Still looking", at=ago(days=1.9))
    aged = [e for e in entries(number) if e.kind == "escalation_told" and e.data["trigger"] == "age"]
    assert [(e.data["metric"], e.data["number"], e.at) for e in aged] == [("follow_up", 1, opened + timedelta(days=3))]
    sweep_all()
    assert [t for t in told(number) if t[0] == "age"] == [("age", 5)]
    sound()


def test_a_reopened_case_is_young_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = desk_with(monkeypatch, AGES)
    opened = ago(days=9)
    number = file(cast, at=opened).number
    cases.resolve(by=cast.actor("agent"), number=number, body="Done", at=opened + HOUR)
    cases.reopen(by=cast.actor("contact_gold"), number=number, reason="It is back", at=ago(hours=1))
    sweep_all()
    assert told(number) == []
    row = Period.objects.get(case__number=number, ended=None)
    assert row.step_at is not None
    assert row.step_at == row.started + timedelta(days=3)
    sound()


# -- whom ---------------------------------------------------------------------------------------------------------


def test_an_empty_role_falls_to_the_catch_all_and_then_to_the_managers(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = desk_with(
        monkeypatch, [{"level": 1, "on": "miss", "to": ["trainer"]}], catch_all=["person:second_agent@people.example"]
    )
    number = late_case(cast)
    sweep_all()
    row = level(number, 1)
    assert (row.told["people"], row.told["catch_all"]) == ([cast.people["second_agent"]], True)
    directory.end_role(by=SYSTEM, person_id=cast.people["second_agent"], role="agent")
    sql("UPDATE directory_person SET is_active = false WHERE id = %s", cast.people["second_agent"])
    number = late_case(cast)
    sweep_all()
    assert level(number, 1).told["people"] == [cast.people["manager"]]


ON_CALL: list[dict[str, Any]] = [{"level": 1, "on": "miss", "to": ["rota:nights"]}]


def test_time_08_nobody_on_call_falls_to_the_catch_all(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty rota at the instant of the miss, or none at all: the managers are told, and the gap is on record."""
    cast = desk_with(monkeypatch, ON_CALL)
    unknown = late_case(cast)
    sweep_all()
    Rota.objects.create(code="nights", name="Nights")
    empty = late_case(cast)
    sweep_all()
    for number in (unknown, empty):
        told = level(number, 1).told
        assert (told["people"], told["catch_all"], told["gaps"]) == (
            [cast.people["manager"]], True, ["rota:nights"],
        )  # fmt: skip
    assert notices(cast) == ["target_missed"] * 2
    sound()


def test_who_is_on_call_is_told_and_their_stand_in_while_they_are_away(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = desk_with(monkeypatch, ON_CALL)
    rota = Rota.objects.create(code="nights", name="Nights")
    turn = {"starts": ago(hours=8), "ends": ago(hours=-8)}
    RotaTurn.objects.create(rota=rota, person_id=cast.people["agent"], **turn)
    first = late_case(cast)
    sweep_all()
    Absence.objects.create(person_id=cast.people["agent"], stand_in_id=cast.people["second_agent"], **turn)
    second = late_case(cast)
    sweep_all()
    told = [level(number, 1).told for number in (first, second)]
    assert [one["people"] for one in told] == [[cast.people["agent"]], [cast.people["second_agent"]]]
    assert "catch_all" not in told[0]


# -- quiet --------------------------------------------------------------------------------------------------------


def test_many_at_once_make_one_notice(cast: Cast) -> None:
    numbers = [late_case(cast) for _ in range(12)]
    sweep_all()
    assert notices(cast) == ["escalations_grouped"]
    row = next(
        n for n in journal.notices(viewer=cast.viewer("manager"), limit=5).rows if n.kind == "escalations_grouped"
    )
    assert (row.data["count"], row.data["missed"], len(row.data["cases"])) == (12, 12, 10)
    assert {each["number"] for each in row.data["cases"]} <= set(numbers)
    sweep_all()
    assert notices(cast) == ["escalations_grouped"]
    assert all(told(number) == [("near", 0), ("missed", 1)] for number in numbers)
    sound()


def test_time_05_one_bad_ladder_costs_itself_only(cast: Cast) -> None:
    bad, good = late_case(cast), late_case(cast)
    sweep_all()
    for number in (bad, good):
        pass_limit(number)
    sql(
        "UPDATE cases_period p SET package_key = 'gone@1/x:y' FROM cases_case c WHERE c.id = p.case_id"
        " AND c.number = %s",
        bad,
    )
    sweep_all()
    sweep_all()
    assert (level(good, 1).repeats, level(bad, 1).repeats) == (1, 0)
    assert notices(cast).count("sweep_failed") == 1


def test_time_12_a_stopped_sweep_leaves_the_rest_to_the_next(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garant.cases.sweeping.BATCH", 1)
    numbers = [late_case(cast) for _ in range(3)]
    sweep_all()
    for number in numbers:
        pass_limit(number)
    asked = iter([False, False, False, False, False, False, True, True, True])
    first = sweep_all(stop=lambda: next(asked, True))
    second = sweep_all()
    assert first + second == 3
    assert [level(number, 1).repeats for number in numbers] == [1, 1, 1]
    sound()


def test_reminding_costs_statements_by_the_batch(cast: Cast) -> None:
    def statements(count: int) -> int:
        numbers = [late_case(cast) for _ in range(count)]
        sweep_all()
        for number in numbers:
            pass_limit(number)
        with CaptureQueriesContext(connection) as captured:
            assert sweep_all() == count
        return len([q for q in captured if "SAVEPOINT" not in q["sql"]])

    assert statements(1) == statements(6)


# -- the journal's second look ------------------------------------------------------------------------------------

EDITS = {
    "acknowledged": "UPDATE cases_escalation SET acknowledged_at = now() WHERE level = 1",
    "limit": "UPDATE cases_escalation SET acknowledge_by = now() WHERE level = 1",
    "holder": "UPDATE cases_escalation SET holder_id = %(agent)s WHERE level = 1",
    "people": "UPDATE cases_escalation SET told = '{\"people\": []}' WHERE level = 1",
    "ended": "UPDATE cases_escalation SET ended_at = now() WHERE level = 1",
    "reason": "UPDATE cases_escalation SET reason = 'None' WHERE level = 1",
    "repeats": "UPDATE cases_escalation SET repeats = 3 WHERE level = 1",
    "ladder": "UPDATE cases_period SET ladder = '[]'",
    "step": "UPDATE cases_period SET step_at = NULL",
}


@pytest.mark.parametrize("name", EDITS)
def test_a_stray_edit_of_an_escalation_is_found(cast: Cast, name: str) -> None:
    late_case(cast)
    sweep_all()
    sound()
    with connection.cursor() as cursor:
        cursor.execute(EDITS[name], {"agent": cast.people["agent"]} if "%(" in EDITS[name] else None)
    assert verify().differences


def test_walked_to_the_second_level_and_acknowledged(cast: Cast) -> None:
    """The whole way: missed, told, repeated, the second level, acknowledged, answered."""
    number = late_case(cast)
    sweep_all()
    for _ in range(2):
        pass_limit(number)
        sweep_all()
    cases.acknowledge_escalation(by=cast.actor("manager"), escalation_id=level(number, 2).pk, note="I call them.")
    cases.reply(by=cast.actor("agent"), number=number, body="We are on it.")
    assert [k for k in kinds(number) if k.startswith("escalation_")] == [
        "escalation_told", "escalation_told", "escalation_repeated", "escalation_told", "escalation_acknowledged",
        "escalation_acknowledged",
    ]  # fmt: skip
    assert not Escalation.objects.filter(case__number=number, ended_at=None).exists()
    sound()
