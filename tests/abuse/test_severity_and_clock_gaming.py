"""Abuse of severities and clocks, by either side."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from case_acts import HOUR, ago, case_of, entries, file, hours_of_denver, kinds, late_case, period, sound
from rooms_cast import Cast, name_contact, sign
from standing_cast import row

from garant.cases import acting
from garant.cases import operations as cases
from garant.cases.sweeping import sweep_all
from garant.contracts import operations as contracts
from garant.contracts.models import CalendarVersion
from garant.contracts.reading import load_programme_file
from garant.core.people import SYSTEM
from garant.core.refusals import Refusal
from garant.kit.shipped import shipped

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.mark.parametrize("body", ["", " \n\t ", "\u200b", "\u2060\ufeff \u00ad", "\u200e\u200f", "\x00\x1b"])
def test_SEV_03_an_answer_that_nobody_can_see_stops_no_clock(cast: Cast, body: str) -> None:
    number = file(cast).number
    due = row(number).next_due
    for act in (cases.reply, cases.log_call, cases.resolve):
        with pytest.raises(Refusal) as refused:
            act(by=cast.actor("agent"), number=number, body=body)
        assert refused.value.code == "text_missing"
    assert (row(number).next_due, period(number).ended, kinds(number)) == (due, None, ["case_opened"])


def test_SEV_03_a_note_or_an_assignment_is_no_answer(cast: Cast) -> None:
    number = file(cast).number
    cases.add_note(by=cast.actor("agent"), number=number, body="On it.")
    cases.assign(by=cast.actor("agent"), number=number, assignee_id=cast.people["agent"])
    cases.follow_case(by=cast.actor("second_agent"), number=number)
    assert period(number).ended is None
    sound()


def test_SEV_05_reopening_gives_back_no_initial_clock(cast: Cast) -> None:
    """Resolved late, closed and reopened: there is one initial response, and it stays missed."""
    number = late_case(cast)
    agent = cast.actor("agent")
    for _ in range(3):
        cases.resolve(by=agent, number=number, body="Done.")
        cases.close(by=agent, number=number)
        cases.reopen(by=agent, number=number, reason="Not quite.")
    periods = [p for p in case_of(cast, number).periods if p.metric == "initial_response"]
    assert [(p.number, p.missed) for p in periods] == [(1, True)]
    assert kinds(number).count("target_missed") == 1
    sound()


def test_SEV_05_waiting_and_writing_by_turns_moves_no_initial_due_time(cast: Cast) -> None:
    """Without an answer nothing can be waited for, and a contact's messages start nothing anew."""
    number = file(cast, at=ago(hours=3)).number
    due = period(number).due
    for _ in range(3):
        cases.add_customer_message(by=cast.actor("contact_gold"), number=number, body="Anybody there?")
        with pytest.raises(Refusal):
            cases.wait(by=cast.actor("agent"), number=number)
    assert (period(number).due, period(number).ended) == (due, None)
    sound()


def test_SEV_07_a_vendor_cannot_lower_a_severity_before_it_is_due(cast: Cast) -> None:
    number = file(cast, at=ago(hours=3.9)).number
    due = row(number).next_due
    with pytest.raises(Refusal):
        cases.raise_severity(by=cast.actor("agent"), number=number, severity="2", reason="Not that bad.")
    with pytest.raises(Refusal):
        cases.change_severity(by=cast.actor("manager"), number=number, severity="3", reason="Not that bad.")
    cases.propose_severity(by=cast.actor("agent"), number=number, severity="3", reason="Not that bad.")
    assert (row(number).severity, row(number).next_due) == ("1", due), "a proposal changes nothing"
    sound()


def test_SEV_07_raising_and_lowering_again_wins_no_time_for_the_vendor(cast: Cast) -> None:
    """A contact's change to and fro never puts the due time behind the one that a raise had promised."""
    number = file(cast, severity="2", at=ago(hours=1)).number
    first = period(number).due
    who = cast.actor("contact_gold")
    cases.change_severity(by=who, number=number, severity="1", reason="Everything stands.")
    raised = row(number).next_due
    assert raised is not None
    assert first is None or raised <= first
    assert case_of(cast, number).severity == "1"
    cases.change_severity(by=who, number=number, severity="2", reason="One part runs again.")
    lowered = row(number).next_due
    assert case_of(cast, number).severity == "2"
    assert lowered is not None
    assert first is None or lowered <= first
    sound()


def test_SEV_02_a_contact_raises_no_further_than_the_package_goes(cast: Cast) -> None:
    """What the package has no promise for can't be reached by filing low and raising."""
    programme, problems = load_programme_file(shipped("programmes/aws-support.yaml"))
    assert programme is not None, problems
    free = replace(programme.severity_change, contact_change="at_once")  # the package is what stands against it
    contracts.load_programme(document=replace(programme, severity_change=free), source="aws", by=SYSTEM)
    developer = sign("developer", cast.subscribers["bronze"], programme="aws-support", reference="AWS-1")
    name_contact(developer, cast.people["contact_bronze"])
    filed = {"package": "bronze", "contract_id": developer.id, "request_type": programme.request_types[0].code}
    with pytest.raises(Refusal, match="severity_not_in_tier"):
        file(cast, severity="critical", **filed)
    with pytest.raises(Refusal, match="severity_not_in_tier"):
        file(cast, severity="urgent", **filed)
    number = file(cast, severity="low", **filed).number
    for act in (cases.raise_severity, cases.change_severity):
        with pytest.raises(Refusal) as refused:
            act(by=cast.actor("contact_bronze"), number=number, severity="critical", reason="It is urgent.")
        assert refused.value.code == "severity_not_in_tier"
    assert row(number).severity == "low"


def test_SEV_08_merging_hides_no_miss(cast: Cast) -> None:
    late, kept = late_case(cast), file(cast).number
    sweep_all()
    cases.merge_case(by=cast.actor("agent"), number=late, into=kept)
    missed = period(late)
    assert missed.missed
    assert "target_missed" in [entry.kind for entry in entries(late)]
    assert [p.missed for p in case_of(cast, late).periods if p.metric == "initial_response"] == [True]
    sound()


def test_SEV_08_a_case_that_is_late_and_was_not_swept_yet_is_missed_before_it_is_merged(cast: Cast) -> None:
    late, kept = late_case(cast), file(cast).number
    cases.merge_case(by=cast.actor("agent"), number=late, into=kept)
    assert "target_missed" in kinds(late)
    sound()


def test_SEV_09_hours_before_now_are_nobodys_to_edit(cast: Cast) -> None:
    """Whoever makes yesterday a holiday is refused, and a holiday from now on undoes no miss."""
    number = late_case(cast, "gold")
    sweep_all()
    missed = period(number).missed_recorded_at
    assert missed is not None
    plain = {**hours_of_denver(), "holidays": [{"date": str((ago() - timedelta(days=1)).date()), "name": "Invented"}]}
    versions = CalendarVersion.objects.count()
    edit = {"programme": "reference", "code": "vendor_hours", "plain": plain, "reason": "Holiday"}
    with pytest.raises(Refusal) as refused:
        contracts.edit_calendar(by=cast.actor("manager"), effective_from=ago(days=2), **edit)
    assert refused.value.code == "calendar_edit_in_past"
    for who in ("agent", "contact_gold", "nobody"):
        with pytest.raises(Refusal):
            contracts.edit_calendar(by=cast.actor(who), effective_from=None, **edit)
    assert CalendarVersion.objects.count() == versions
    contracts.edit_calendar(by=cast.actor("manager"), effective_from=None, **edit)
    cases.add_note(by=cast.actor("agent"), number=number, body="Looked at again")
    sweep_all()
    assert period(number).missed
    assert period(number).missed_recorded_at == missed
    assert kinds(number).count("target_missed") == 1
    sound()


def test_SEV_09_an_edit_shows_who_when_and_why(cast: Cast) -> None:
    from garant.journal.models import Entry

    contracts.edit_calendar(
        by=cast.actor("manager"), programme="reference", code="vendor_hours", plain=hours_of_denver(),
        effective_from=None, reason="Flood",
    )  # fmt: skip
    entry = Entry.objects.get(kind="calendar_edited")
    assert entry.actor_id == cast.people["manager"]
    assert CalendarVersion.objects.filter(reason="Flood").exists()
    with pytest.raises(Refusal, match="reason_missing"):
        contracts.edit_calendar(
            by=cast.actor("manager"), programme="reference", code="vendor_hours", plain=hours_of_denver(),
            effective_from=None, reason="  ",
        )  # fmt: skip


def test_TIME_07_a_clock_set_back_turns_no_order_round() -> None:
    """The instant of an act is never before what its case has seen, whatever the server's clock says."""
    seen = ago()
    assert acting.instant_of(None, seen - HOUR, seen) == seen
    assert acting.instant_of(None, seen + HOUR, seen) == seen + HOUR
