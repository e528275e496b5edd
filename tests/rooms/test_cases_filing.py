"""Filing: who may, what is held, what is promised, and that the same form never files twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from case_acts import HOUR, ago, case_of, entries, file, kinds, period, sound, sql
from rooms_cast import Cast, name_contact, person, sign
from standing_cast import owes, reinstate, suspend

from garant.cases import operations as cases
from garant.cases import queries
from garant.cases.models import Case, Draft
from garant.contracts import operations as contracts
from garant.core.people import SYSTEM, Actor
from garant.core.refusals import NotFound, Refusal
from garant.core.zones import zone
from garant.directory import operations as directory
from garant.journal import queries as journal
from garant.journal.operations import database_now

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.mark.parametrize("who", ["viewer_gold", "learner_gold"])
def test_ent_01_a_colleague_is_told_the_rule_and_whom_to_ask_and_keeps_what_was_typed(cast: Cast, who: str) -> None:
    with pytest.raises(Refusal) as caught:
        file(cast, who=who, subject="Nobody can sign in", description="Since nine o'clock")
    assert (caught.value.code, caught.value.rule) == ("not_authorized_contact", "only_authorized_contacts")
    assert caught.value.remedy == "ask_authorized_contact"
    assert not Case.objects.exists()
    kept = queries.draft(viewer=cast.viewer(who), place="new-case")
    assert kept is not None
    assert (kept.data["subject"], kept.data["description"]) == ("Nobody can sign in", "Since nine o'clock")
    assert kept.data["environment"] == "Prod"
    assert kept.subscriber_id == cast.subscribers["gold"]


def test_a_refusal_adds_to_the_draft_and_a_filed_case_ends_it(cast: Cast) -> None:
    contact = cast.actor("contact_gold")
    cases.save_draft(by=contact, place="new-case", data={"once": "token", "subject": "old"})
    with pytest.raises(Refusal):
        file(cast, severity="7", subject="new")
    kept = queries.draft(viewer=cast.viewer("contact_gold"), place="new-case")
    assert kept is not None
    assert (kept.data["once"], kept.data["subject"]) == ("token", "new")
    file(cast)
    assert not Draft.objects.exists()


def test_somebody_untrained_is_refused_where_the_programme_says_so(cast: Cast) -> None:
    new = person("new_colleague")
    contracts.fill_slot(
        by=SYSTEM, contract_id=cast.contracts["gold"].id, person_id=new, trained_on=None, since=ago(days=9)
    )
    with pytest.raises(Refusal) as caught:
        file(cast, by=Actor("person", new), person_id=new)
    assert (caught.value.code, caught.value.remedy) == ("contact_not_trained", "complete_training")


def test_nobody_files_for_somebody_else_but_staff_who_take_a_call(cast: Cast) -> None:
    with pytest.raises(Refusal) as caught:
        file(cast, by=cast.actor("contact_silver"))
    assert caught.value.code == "not_allowed"
    filed = file(cast, by=cast.actor("agent"), channel="phone")
    assert case_of(cast, filed.number).opened_by.id == cast.people["contact_gold"]
    assert entries(filed.number)[0].by == cast.actor("agent")


def test_another_organisations_contract_gives_nothing(cast: Cast) -> None:
    with pytest.raises(Refusal):
        file(cast, who="contact_silver", subscriber_id=cast.subscribers["gold"])
    with pytest.raises(Refusal) as caught:
        file(cast, subscriber_id=10**9)
    assert caught.value.code == "no_contract"
    assert not Case.objects.exists()


def test_a_channel_that_the_package_has_not_is_refused_with_what_it_has(cast: Cast) -> None:
    with pytest.raises(Refusal) as caught:
        file(cast, "standard", channel="phone", by=cast.actor("agent"))
    assert caught.value.code == "channel_not_in_tier"
    assert set(caught.value.values["offered"]) == {"web", "mail"}  # type: ignore[call-overload]


def test_an_unlisted_sender_on_a_channel_without_sign_in_is_held_without_a_clock(cast: Cast) -> None:
    filed = file(cast, who="viewer_gold", by=cast.actor("agent"), channel="phone")
    assert (filed.held_reason, filed.due) == ("unlisted", None)
    view = case_of(cast, filed.number)
    assert (view.state, view.held_reason, view.periods) == ("held", "unlisted", ())
    assert [r.number for r in queries.queue(viewer=cast.viewer("agent"), shown="held").rows] == [filed.number]
    sound()


def test_ent_04_a_suspended_subscribers_case_is_held_on_every_channel(cast: Cast) -> None:
    owes(cast)
    suspend(cast)
    web, phone = file(cast), file(cast, by=cast.actor("agent"), channel="phone")
    for filed in (web, phone):
        assert (filed.held_reason, filed.due) == ("standing", None)
        view = case_of(cast, filed.number)
        assert view.description == "Every night some rows are missing."
        assert view.next_due is None
        assert view.current is not None
        assert view.current.paused
    shown = queries.queue(viewer=cast.viewer("agent"), shown="held").rows
    assert {row.number for row in shown} == {web.number, phone.number}
    assert sound().cases == 2


def test_ent_04_a_held_case_counts_from_the_reinstatement(cast: Cast) -> None:
    owes(cast)
    suspend(cast)
    number = file(cast).number
    back = reinstate(cast)
    assert period(number).due == back.at + 4 * HOUR
    assert case_of(cast, number).state == "open"
    sound()


def test_ent_06_the_contract_ends_at_midnight_in_its_own_zone(cast: Cast) -> None:
    """Los Angeles' last day ends hours after the one in UTC; one second decides."""
    where = "America/Los_Angeles"
    last = database_now().astimezone(zone(where)).date() - timedelta(days=3)
    organisation = directory.create_subscriber(by=SYSTEM, name="Sunset Freight", zone=where).id
    contact = person("contact_sunset")
    signed = sign("gold", organisation, zone=where, starts_on=last - timedelta(days=90), ends_on=last)
    name_contact(signed, contact, trained_on=last - timedelta(days=90))
    given: dict[str, Any] = {"by": Actor("person", contact), "person_id": contact, "subscriber_id": organisation}
    midnight = datetime.combine(last + timedelta(days=1), time(), tzinfo=zone(where)).astimezone(UTC)
    filed = file(cast, **given, at=midnight - timedelta(seconds=1))
    assert filed.due is not None
    with pytest.raises(Refusal) as caught:
        file(cast, **given, at=midnight)
    assert (caught.value.code, caught.value.remedy) == ("contract_not_running", "renew_contract")
    # The open case keeps its terms in every view.
    assert case_of(cast, filed.number).next_due == filed.due == period(filed.number).due


@pytest.mark.parametrize(("second", "due"), [("17:59:59.9", "17:59:59.9"), ("18:00:00", "07:00")])
def test_clk_11_receipt_at_the_closing_second_counts_no_day_twice(cast: Cast, second: str, due: str) -> None:
    """Severity 2, gold: eight business hours from 07:00 to 18:00 in Denver; a Tuesday and a Wednesday in between."""
    denver = zone("America/Denver")
    day = date(2026, 10, 13)
    received = datetime.combine(day, time.fromisoformat(second), tzinfo=denver).astimezone(UTC)
    filed = file(cast, severity="2", at=received)
    opening = datetime.combine(day + timedelta(days=1), time(7), tzinfo=denver).astimezone(UTC)
    before = timedelta(milliseconds=100) if due == "17:59:59.9" else timedelta(0)
    assert filed.due == opening + 8 * HOUR - before


def test_clk_12_severity_1_of_a_saturday_raised_from_2_and_its_history_shows_both(cast: Cast) -> None:
    """Lowering waits for an agreement; raising on a Saturday moves the clock from Denver's Monday to the same day."""
    saturday = datetime(2026, 10, 17, 16, 0, tzinfo=UTC)
    number = file(cast, severity="2", at=saturday).number
    monday = datetime(2026, 10, 19, 13, 0, tzinfo=UTC)
    assert period(number).due == monday + 8 * HOUR
    sunday = saturday + timedelta(days=1)
    cases.raise_severity(by=cast.actor("contact_gold"), number=number, severity="1", reason="All are down", at=sunday)
    assert period(number).due == sunday + 4 * HOUR
    decision = next(step for step in case_of(cast, number).periods[0].steps if step.code == "decision")
    assert (decision.values["old_due"], decision.values["due"]) == (monday + 8 * HOUR, sunday + 4 * HOUR)
    sound()


def test_mass_02_fields_of_the_clock_are_nobodys_to_set(cast: Cast) -> None:
    for name in ("received_at", "due_at", "first_response_at", "paused_total", "target_minutes", "number", "state"):
        with pytest.raises(TypeError, match=name):
            file(cast, **{name: ago(hours=1)})
    before = database_now()
    filed = file(cast)
    row = Case.objects.get(number=filed.number)
    assert before <= row.received_at <= database_now()
    assert filed.due == row.received_at + 4 * HOUR


@pytest.mark.parametrize("name", ["subject", "description"])
def test_a_case_needs_a_subject_and_a_description(cast: Cast, name: str) -> None:
    with pytest.raises(Refusal) as caught:
        file(cast, **{name: " \n "})
    assert (caught.value.code, caught.value.values["field"]) == ("text_missing", name)


def test_idem_05_a_double_click_files_one_case_and_both_see_its_number(cast: Cast) -> None:
    first, second = file(cast, once="form-1"), file(cast, once="form-1")
    assert first.number == second.number
    assert first.due == second.due
    assert Case.objects.count() == 1
    assert len(journal.notices(viewer=cast.viewer("contact_gold")).rows) == 1


def test_idem_06_a_reload_after_a_crash_shows_the_case_that_was_filed(cast: Cast) -> None:
    number = file(cast, once="form-2").number
    cases.reply(by=cast.actor("agent"), number=number, body="Already answered")
    again = file(cast, once="form-2")
    assert again.number == number
    assert kinds(number) == ["case_opened", "response_given"]


def test_idem_08_a_failed_first_attempt_leaves_nothing_and_the_retry_runs(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("garant.cases.operations_filing.bring_into_line", _fail)
        with pytest.raises(RuntimeError):
            file(cast, once="form-3")
    assert not Case.objects.exists()
    assert file(cast, once="form-3").number


def _fail(*_: object) -> None:
    raise RuntimeError("in the middle of it")


def test_the_same_key_for_something_else_is_refused_and_keeps_no_draft(cast: Cast) -> None:
    file(cast, once="form-4")
    with pytest.raises(Refusal, match="idempotency_key_reused"):
        file(cast, once="form-4", subject="Something else")
    assert not Draft.objects.exists()


def test_the_promise_before_filing_is_the_promise_after(cast: Cast) -> None:
    at = ago(minutes=5)
    for severity in ("1", "2", "3"):
        shown = queries.promise(
            viewer=cast.viewer("contact_gold"), subscriber_id=cast.subscribers["gold"], severity=severity, at=at
        )
        filed = file(cast, severity=severity, at=at)
        assert (shown.due, shown.steps) == (filed.due, filed.steps)
    with pytest.raises(NotFound):
        queries.promise(viewer=cast.viewer("contact_gold"), subscriber_id=cast.subscribers["silver"], severity="1")
    nothing = queries.promise(
        viewer=cast.viewer("contact_bronze"), subscriber_id=cast.subscribers["bronze"], severity="1"
    )
    assert (nothing.due, nothing.rule, nothing.target) == (None, None, None)


def test_anybody_may_ask_by_when_a_package_promises_an_answer(cast: Cast) -> None:
    at = datetime(2026, 10, 14, 16, 0, tzinfo=UTC)
    asked = queries.promise_for(package="platinum", region="default", severity="1", at=at)
    assert asked.due == at + 2 * HOUR
    with pytest.raises(NotFound):
        queries.promise_for(package="diamond", region="default", severity="1", at=at)
    with pytest.raises(Refusal):
        queries.promise_for(package="gold", region="default", severity="9", at=at)


def test_a_number_that_is_taken_is_drawn_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = file(cast).number
    drawn = iter([taken - 10**6, taken - 10**6, 1])
    monkeypatch.setattr("garant.cases.numbers.secrets.randbelow", lambda _: next(drawn))
    assert file(cast).number == 10**6 + 1


def test_a_case_is_found_by_its_number_only_by_those_who_may(cast: Cast) -> None:
    number = file(cast).number
    for who in ("agent", "manager", "contact_gold", "viewer_gold"):
        assert case_of(cast, number, who).number == number
    for who in ("contact_silver", "learner_gold", "nobody"):
        with pytest.raises(NotFound):
            case_of(cast, number, who)
    for odd in (0, -1, 2**63, 2**80):
        with pytest.raises(NotFound):
            case_of(cast, odd)


def test_a_stray_key_of_terms_never_breaks_the_queue(cast: Cast) -> None:
    number = file(cast).number
    sql("UPDATE cases_case SET package_key = 'gone'")
    sql("UPDATE cases_period SET package_key = 'gone@1/x:y'")
    (row,) = queries.queue(viewer=cast.viewer("agent")).rows
    assert (row.number, row.rule) == (number, None)
