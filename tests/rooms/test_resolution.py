"""Reports, recreation, resolution, satisfaction, silence, and the customer's call to management."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from case_acts import ago, case_of, entries, file, kinds, period, sound
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases.models import Case, Escalation
from garant.cases.models_talk import ReproductionRequest
from garant.cases.queries import verify
from garant.cases.silence import owed_after_silence
from garant.core.programmes.values import ClosureRule
from garant.core.refusals import NotFound, Refusal
from garant.journal import queries as journal

pytestmark = [pytest.mark.database, pytest.mark.django_db]

QUESTIONS = ["Which file did you load?", "Does it happen with one row?"]


def refused(code: str) -> object:
    """Expect a refusal of that code that names rule and remedy."""
    return pytest.raises(Refusal, match=rf"^{code} \(rule: \w+; remedy: \w+\)$")


def test_verification_never_stops_a_clock(cast: Cast) -> None:
    number = file(cast).number
    due = period(number).due
    for state, reason in (("verified", ""), ("not_an_error", "It works as designed."), ("reported", "")):
        cases.verify_report(by=cast.actor("agent"), number=number, verification=state, reason=reason)
        view = case_of(cast, number, "contact_gold")
        assert (view.verification, view.next_due, period(number).ended) == (state, due, None)
    with refused("text_missing"):
        cases.verify_report(by=cast.actor("agent"), number=number, verification="not_an_error")
    with refused("verification_unknown"):
        cases.verify_report(by=cast.actor("agent"), number=number, verification="maybe")
    with refused("not_allowed"):
        cases.verify_report(by=cast.actor("contact_gold"), number=number, verification="verified")
    sound()


def test_what_is_missing_from_a_report_is_shown(cast: Cast) -> None:
    number = file(cast, steps="", environment=" ").number
    assert case_of(cast, number).missing == ("steps", "environment", "product", "version")
    full = file(cast, product="Quillon", version="8.4.2").number
    assert case_of(cast, full).missing == ()
    question = file(cast, request_type="question", severity="3", steps="", expected="", actual="").number
    assert case_of(cast, question).missing == ()


def test_recreating_is_asked_and_answered_step_by_step(cast: Cast) -> None:
    number = file(cast).number
    cases.ask_to_reproduce(by=cast.actor("agent"), number=number, questions=["", *QUESTIONS], once="q" * 16)
    cases.ask_to_reproduce(by=cast.actor("agent"), number=number, questions=["", *QUESTIONS], once="q" * 16)
    view = case_of(cast, number, "contact_gold")
    assert (view.state, view.reproduction) == ("waiting", "asked")
    assert view.asked is not None
    assert view.asked.question == QUESTIONS[0]
    contact, request = cast.actor("contact_gold"), view.asked.id
    with refused("answer_out_of_order"):
        cases.answer_reproduction(by=contact, number=number, request_id=request, step=2, text="Early")
    cases.answer_reproduction(by=contact, number=number, request_id=request, step=1, text="suppliers.csv")
    assert case_of(cast, number).state == "waiting"
    cases.answer_reproduction(by=contact, number=number, request_id=request, step=2, text="Yes")
    view = case_of(cast, number)
    assert (view.state, view.reproduction, view.asked) == ("open", "answered", None)
    assert view.messages[-1].body == f"1. {QUESTIONS[0]}\nsuppliers.csv\n\n2. {QUESTIONS[1]}\nYes"
    assert kinds(number)[-1] == "customer_message_added"
    cases.record_reproduction(by=cast.actor("agent"), number=number, outcome="reproduced")
    assert case_of(cast, number).reproduction == "reproduced"
    sound()


def test_idor_02_an_answer_belongs_to_a_request_of_the_same_case(cast: Cast) -> None:
    mine, foreign = file(cast).number, file(cast, "silver").number
    cases.ask_to_reproduce(by=cast.actor("agent"), number=foreign, questions=QUESTIONS)
    request = ReproductionRequest.objects.get().pk
    with pytest.raises(NotFound):
        cases.answer_reproduction(by=cast.actor("contact_gold"), number=mine, request_id=request, step=1, text="Hi")
    with pytest.raises(NotFound):
        cases.answer_reproduction(by=cast.actor("contact_gold"), number=foreign, request_id=request, step=1, text="Hi")
    assert ReproductionRequest.objects.get().answers == []


def test_sev_06_waiting_needs_a_question_and_its_time_is_seen(cast: Cast) -> None:
    number = file(cast).number
    with refused("nothing_asked"):
        cases.wait(by=cast.actor("agent"), number=number)
    cases.reply(by=cast.actor("agent"), number=number, body="Which version?", wait=True)
    current = case_of(cast, number).current
    assert current is not None
    assert current.waiting
    assert current.due is None
    assert current.started == entries(number)[-1].at  # since when nothing is owed stands in the report


def solved(cast: Cast) -> int:
    number = file(cast).number
    cases.resolve(by=cast.actor("agent"), number=number, body="Solved with 8.4.3.")
    return number


def test_a_confirmed_resolution_closes_the_case_with_a_score(cast: Cast) -> None:
    number = solved(cast)
    contact = cast.actor("contact_gold")
    with refused("score_out_of_range"):
        cases.confirm_resolution(by=contact, number=number, score=6)
    done = cases.confirm_resolution(by=contact, number=number, score=5, comment="Quick.")
    view = case_of(cast, number)
    assert done.state == "closed"
    assert view.satisfaction is not None
    assert (view.satisfaction.score, view.satisfaction.comment) == (5, "Quick.")
    cases.rate_case(by=contact, number=number, score=3)
    again = case_of(cast, number).satisfaction
    assert again is not None
    assert (again.score, again.comment) == (3, "")
    with refused("not_allowed"):
        cases.rate_case(by=cast.actor("agent"), number=number, score=5)
    sound()


def test_a_rejected_resolution_opens_the_case_again(cast: Cast) -> None:
    number = solved(cast)
    with refused("not_allowed"):
        cases.reject_resolution(by=cast.actor("agent"), number=number, reason="No")
    done = cases.reject_resolution(by=cast.actor("contact_gold"), number=number, reason="Rows are still lost.")
    assert done.state == "open"
    assert kinds(number)[-2:] == ["resolution_rejected", "case_reopened"]
    assert period(number, "follow_up").started == done.at
    sound()


def test_a_reply_to_a_resolved_case_reopens_it(cast: Cast) -> None:
    number = solved(cast)
    done = cases.add_customer_message(by=cast.actor("contact_gold"), number=number, body="It is back.")
    assert done.state == "open"
    assert entries(number)[-1].data["cause"] == "reply"
    sound()


def test_a_case_closed_long_ago_is_not_reopened_by_its_contact(cast: Cast) -> None:
    number = file(cast, at=ago(days=60)).number
    cases.resolve(by=cast.actor("agent"), number=number, body="Solved.")
    early = entries(number)[-1].at
    cases.close(by=cast.actor("agent"), number=number)
    Case.objects.filter(number=number).update(closed_at=early - timedelta(days=31))
    for act, text in ((cases.add_customer_message, "body"), (cases.reopen, "reason")):
        with refused("closed_for_too_long"):
            act(by=cast.actor("contact_gold"), number=number, **{text: "Again"})
    assert cases.reopen(by=cast.actor("agent"), number=number, reason="Ours to mend.").state == "open"


RULE = ClosureRule(warn_after=7, close_after=14, reopen_within=30)
START = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("warned", "now", "owed"),
    [
        (None, 6.9, None), (None, 7, "warn"), (None, 40, "warn"),
        (7, 13.9, None), (7, 14, "close"),
        (40, 46, None), (40, 47, "close"),  # warned late: the whole notice all the same
        (-3, 10, "warn"),  # announced before the last word: void
    ],
)  # fmt: skip
def test_what_a_silence_owes(warned: float | None, now: float, owed: str | None) -> None:
    told = None if warned is None else START + timedelta(days=warned)
    assert owed_after_silence(RULE, START, told, START + timedelta(days=now)) == owed


def silent_case(cast: Cast, days: float) -> int:
    """A case that has waited for its contact for a number of days."""
    number = file(cast, at=ago(days=days + 1)).number
    cases.reply(by=cast.actor("agent"), number=number, body="Which version?", wait=True, at=ago(days=days))
    Case.objects.filter(number=number).update(last_activity_at=ago(days=days))
    return number


def test_silence_is_announced_then_closed_and_a_reply_brings_the_case_back(cast: Cast) -> None:
    number, fresh = silent_case(cast, 20), silent_case(cast, 6)
    assert cases.close_silent() == 1
    assert cases.close_silent() == 0  # the announcement gives a week, however late it came
    assert kinds(number)[-1] == "closure_announced"
    view = case_of(cast, number, "contact_gold")
    assert view.state == "waiting"
    assert view.closes_at is not None
    told = [n.kind for n in journal.notices(viewer=cast.viewer("contact_gold"), limit=200).rows]
    assert told.count("closure_announced") == 1
    sound()
    Case.objects.filter(number=number).update(silence_warned_at=ago(days=8), last_activity_at=ago(days=8))
    assert cases.close_silent() == 1
    closed = Case.objects.get(number=number)
    assert closed.state == "closed"
    assert entries(number)[-1].data == {"by": "system", "cause": "silence"}
    assert Case.objects.get(number=fresh).state == "waiting"
    done = cases.add_customer_message(by=cast.actor("contact_gold"), number=number, body="8.4.2")
    assert done.state == "open"


def test_sev_04_an_announcement_is_no_response(cast: Cast) -> None:
    number = silent_case(cast, 20)
    before = [(p.metric, p.number, p.ended) for p in case_of(cast, number).periods]
    cases.close_silent()
    assert [(p.metric, p.number, p.ended) for p in case_of(cast, number).periods] == before
    assert [m.by_vendor for m in case_of(cast, number).messages] == [True]


def test_a_late_message_voids_the_announcement(cast: Cast) -> None:
    number = silent_case(cast, 20)
    cases.close_silent()
    cases.add_customer_message(by=cast.actor("contact_gold"), number=number, body="Sorry, was away.")
    cases.reply(by=cast.actor("agent"), number=number, body="And the file?", wait=True)
    assert case_of(cast, number).closes_at is None
    assert cases.close_silent() == 0
    sound()


def test_a_contact_calls_management_once_until_support_answers(cast: Cast) -> None:
    number = file(cast).number
    contact = cast.actor("contact_gold")
    cases.escalate(by=contact, number=number, reason="Payroll is tomorrow.", once="e" * 16)
    cases.escalate(by=contact, number=number, reason="Payroll is tomorrow.", once="e" * 16)
    row = Escalation.objects.get(trigger="customer")
    assert row.period == period(number)
    assert cast.people["manager"] in row.told["people"]
    with refused("already_escalated"):
        cases.escalate(by=contact, number=number, reason="Again")
    told = [n for n in journal.notices(viewer=cast.viewer("manager"), limit=200).rows if n.kind == "case_escalated"]
    assert [n.person_id for n in told].count(cast.people["manager"]) == 1
    cases.reply(by=cast.actor("agent"), number=number, body="On it.")
    cases.escalate(by=contact, number=number, reason="Still nothing.")
    with refused("not_allowed"):
        cases.escalate(by=cast.actor("agent"), number=number, reason="Mine")
    sound()


def test_a_call_to_management_without_any_promise_is_told_all_the_same(cast: Cast) -> None:
    number = file(cast, "bronze").number
    cases.escalate(by=cast.actor("contact_bronze"), number=number, reason="We are stuck.")
    assert not Escalation.objects.exists()
    told = [n.kind for n in journal.notices(viewer=cast.viewer("manager"), limit=200).rows]
    assert told.count("case_escalated") == 1
    sound()


def test_verify_finds_what_was_edited_past_the_operations(cast: Cast) -> None:
    number = solved(cast)
    cases.confirm_resolution(by=cast.actor("contact_gold"), number=number, score=2)
    sound()
    Case.objects.filter(number=number).update(verification="verified")
    from garant.cases.models_talk import Satisfaction

    Satisfaction.objects.update(score=5)
    assert sorted(d.field for d in verify().differences) == ["satisfaction", "verification"]


def test_silence_does_not_count_while_support_is_suspended(cast: Cast) -> None:
    from standing_cast import owes, reinstate, suspend

    number = silent_case(cast, 20)
    assert cases.close_silent() == 1
    owes(cast)
    suspend(cast)
    Case.objects.filter(number=number).update(silence_warned_at=ago(days=8))
    assert cases.close_silent() == 0
    assert Case.objects.get(number=number).state == "waiting"
    reinstate(cast)
    assert cases.close_silent() == 0, "the silence begins anew with the reinstatement"


def test_an_internal_note_every_day_keeps_no_silence_from_being_announced(cast: Cast) -> None:
    number = silent_case(cast, 20)
    cases.add_note(by=cast.actor("agent"), number=number, body="Still nothing.")
    assert cases.close_silent() == 1
