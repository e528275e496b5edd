"""Every act on a case: what it stores, what it writes down, whom it refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from case_acts import HOUR, ago, case_of, entries, file, kinds, period, sound
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases import queries
from garant.cases.models import Case, Message
from garant.core.people import SYSTEM
from garant.core.refusals import NotFound, Refusal
from garant.journal import queries as journal

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def refused(code: str) -> object:
    """Expect a refusal of that code that names rule and remedy."""
    return pytest.raises(Refusal, match=rf"^{code} \(rule: \w+; remedy: \w+\)$")


def test_a_filed_case_runs_its_promise_from_receipt_and_says_why(cast: Cast) -> None:
    filed = file(cast, severity="1")
    row = Case.objects.get(number=filed.number)
    assert filed.due == row.received_at + 4 * HOUR == row.next_due
    codes = [step.code for step in filed.steps]
    assert (codes[0], codes[-1]) == ("received", "due")
    assert kinds(filed.number) == ["case_opened"]
    assert 10**6 <= filed.number < 10**7
    sound()


def test_a_package_without_targets_has_no_clock_and_no_alarm(cast: Cast) -> None:
    filed = file(cast, "bronze")
    assert filed.due is None
    assert case_of(cast, filed.number).periods == ()
    assert case_of(cast, filed.number).current is None


def test_near_is_the_policys_share_of_the_target(cast: Cast) -> None:
    number = file(cast, severity="1").number
    row = period(number)
    assert row.near_at == row.started + 3 * HOUR
    assert row.near_at == Case.objects.get(number=number).next_near


def test_a_reply_ends_the_initial_period_and_starts_the_follow_up(cast: Cast) -> None:
    number = file(cast, at=ago(hours=2)).number
    done = cases.reply(by=cast.actor("agent"), number=number, body="We are on it: send the log, please.")
    first, second = case_of(cast, number).periods
    assert (first.metric, first.how, first.ended, first.missed) == ("initial_response", "response", done.at, False)
    assert (second.metric, second.number, second.started, second.how) == ("follow_up", 1, done.at, "running")
    assert second.due == done.at + 32 * HOUR == done.due
    sound()


def test_a_reply_that_asks_waits_and_the_customers_message_starts_a_full_period(cast: Cast) -> None:
    number = file(cast).number
    cases.reply(by=cast.actor("agent"), number=number, body="Which version?", wait=True)
    assert case_of(cast, number).state == "waiting"
    assert period(number, "follow_up").due is None
    told = cases.add_customer_message(by=cast.actor("contact_gold"), number=number, body="8.4.2")
    assert period(number, "follow_up").how == "superseded"
    assert period(number, "follow_up", 2).due == told.at + 32 * HOUR
    sound()


def test_an_internal_note_is_no_response_and_never_shown_to_the_subscriber(cast: Cast) -> None:
    number = file(cast).number
    cases.add_note(by=cast.actor("agent"), number=number, body="Looks like the parser.")
    assert period(number).ended is None
    assert [m.body for m in case_of(cast, number).messages] == ["Looks like the parser."]
    seen = case_of(cast, number, "contact_gold")
    assert seen.messages == ()
    assert "note_added" not in [row.kind for row in seen.history]
    assert seen.escalations == ()


def test_a_logged_call_is_a_response(cast: Cast) -> None:
    number = file(cast, "gold").number
    cases.log_call(by=cast.actor("agent"), number=number, body="Talked it through.")
    assert period(number).how == "response"
    assert entries(number)[-1].data["via"] == "call"


def test_resolving_ends_every_period_and_reopening_starts_a_full_follow_up(cast: Cast) -> None:
    number = file(cast).number
    done = cases.resolve(by=cast.actor("agent"), number=number, body="Fixed in 8.4.3.")
    assert (done.state, done.due) == ("resolved", None)
    assert period(number).how == "resolve"
    assert case_of(cast, number).resolved_at == done.at
    cases.close(by=cast.actor("contact_gold"), number=number)
    assert case_of(cast, number).state == "closed"
    again = cases.reopen(by=cast.actor("contact_gold"), number=number, reason="It is back.")
    view = case_of(cast, number, "contact_gold")
    assert (view.state, view.resolved_at, view.closed_at) == ("open", None, None)
    assert view.current is not None
    assert (view.current.metric, view.current.started) == ("follow_up", again.at)
    assert [m.kind for m in view.messages] == ["public", "reason"]
    sound()


def test_an_unknown_message_is_refused_and_leaves_nothing(cast: Cast) -> None:
    number = file(cast).number
    for body in ("", "  \n ", "\x00"):
        with refused("text_missing"):
            cases.reply(by=cast.actor("agent"), number=number, body=body)
    with refused("text_too_long"):
        cases.reply(by=cast.actor("agent"), number=number, body="x" * 100_001)
    with refused("wait_or_resolve"):
        cases.reply(by=cast.actor("agent"), number=number, body="Done?", wait=True, resolve=True)
    assert not Message.objects.exists()
    assert kinds(number) == ["case_opened"]


def test_assigning_goes_to_support_staff_only_and_is_written_down_once(cast: Cast) -> None:
    number = file(cast).number
    for _ in range(2):
        cases.assign(by=cast.actor("agent"), number=number, assignee_id=cast.people["second_agent"])
    with refused("not_an_agent"):
        cases.assign(by=cast.actor("agent"), number=number, assignee_id=cast.people["contact_gold"])
    view = case_of(cast, number)
    assert view.assignee is not None
    assert view.assignee.id == cast.people["second_agent"]
    assert [row.data["assignee_name"] for row in view.history if row.kind == "case_assigned"] == ["second agent"]
    cases.assign(by=cast.actor("agent"), number=number, assignee_id=None)
    assert case_of(cast, number).assignee is None
    sound()


def test_who_may_act_is_asked_at_each_act(cast: Cast) -> None:
    number = file(cast).number
    for who in ("viewer_gold",):
        with refused("not_allowed"):
            cases.reply(by=cast.actor(who), number=number, body="Me too")
        with refused("not_allowed"):
            cases.add_customer_message(by=cast.actor(who), number=number, body="Me too")
    for who in ("contact_silver", "nobody", "learner_gold"):
        for act in (cases.reply, cases.add_customer_message, cases.resolve):
            with pytest.raises(NotFound):
                act(by=cast.actor(who), number=number, body="Me too")
        with pytest.raises(NotFound):
            cases.assign(by=cast.actor(who), number=number, assignee_id=None)
    with refused("not_allowed"):
        cases.reply(by=cast.actor("contact_gold"), number=number, body="I answer myself")
    with pytest.raises(NotFound):
        cases.reply(by=cast.actor("agent"), number=1, body="Hello")
    assert kinds(number) == ["case_opened"]


def test_what_a_state_forbids_names_the_way_out(cast: Cast) -> None:
    number = file(cast).number
    with refused("not_in_this_state"):
        cases.reopen(by=cast.actor("agent"), number=number, reason="Why not")
    cases.resolve(by=cast.actor("agent"), number=number, body="Done")
    with pytest.raises(Refusal) as caught:
        cases.raise_severity(by=cast.actor("contact_gold"), number=number, severity="1", reason="Still broken")
    assert caught.value.remedy == "reopen_first"


@pytest.mark.parametrize("who", ["agent", "contact_gold", "viewer_gold"])
def test_a_view_offers_exactly_the_acts_that_succeed(cast: Cast, who: str) -> None:
    number = file(cast).number
    expected = {
        "agent": {
            "reply",
            "log_call",
            "add_note",
            "assign",
            "resolve",
            "propose_severity",
            "verify_report",
            "ask_to_reproduce",
            "link_cases",
            "merge_cases",
            "split_case",
            "follow_case",
        },
        "contact_gold": {"add_customer_message", "raise_severity", "escalate_as_customer", "follow_case"},
        "viewer_gold": {"follow_case"},
    }[who]
    assert case_of(cast, number, who).can == expected
    cases.reply(by=cast.actor("agent"), number=number, body="Which version?")
    assert ("wait" in case_of(cast, number, who).can) == (who == "agent")


def test_sev_03_only_a_persons_words_stop_a_clock_and_the_kind_is_kept(cast: Cast) -> None:
    number = file(cast).number
    with refused("automatic_act"):
        cases.reply(by=SYSTEM, number=number, body="We are looking into it.")
    assert period(number).ended is None
    cases.reply(by=cast.actor("agent"), number=number, body="We are looking into it.")
    given = entries(number)[-1]
    assert (given.kind, given.data["via"], given.by) == ("response_given", "public", cast.actor("agent"))


def test_sev_04_the_automatic_acknowledgement_answers_nothing(cast: Cast) -> None:
    number = file(cast).number
    notices = journal.notices(viewer=cast.viewer("contact_gold")).rows
    assert [(n.kind, n.data["number"]) for n in notices] == [("case_received", number)]
    row = period(number)
    assert (row.ended, row.how) == (None, "running")
    assert "response_given" not in kinds(number)


def test_sev_06_waiting_needs_a_question_that_the_contact_can_read(cast: Cast) -> None:
    number = file(cast).number
    agent, contact = cast.actor("agent"), cast.actor("contact_gold")
    with refused("nothing_asked"):
        cases.wait(by=agent, number=number)
    cases.add_note(by=agent, number=number, body="I wonder which version they use")
    with refused("nothing_asked"):
        cases.wait(by=agent, number=number)
    cases.reply(by=agent, number=number, body="Which version do you use?")
    cases.wait(by=agent, number=number)
    assert period(number, "follow_up").due is None
    cases.add_customer_message(by=contact, number=number, body="8.4.2")
    with refused("nothing_asked"):
        cases.wait(by=agent, number=number)
    waited = [p for p in case_of(cast, number).periods if p.waiting]
    assert [(p.metric, p.how) for p in waited] == [("follow_up", "superseded")]
    sound()


def test_sev_08_no_operation_deletes_and_a_deleted_record_is_found(cast: Cast) -> None:
    assert not [name for name in cases.__all__ if "delete" in name or "remove" in name]
    number = file(cast, at=ago(hours=5)).number
    cases.reply(by=cast.actor("agent"), number=number, body="Late, sorry.")
    assert case_of(cast, number).periods[0].missed
    period(number).escalations.all().delete()
    period(number).delete()
    found = {(d.case, d.period, d.field) for d in queries.verify().differences}
    assert (number, "initial_response 1", "period") in found
    # The miss stands in the journal, so reports made from it do not change.
    assert case_of(cast, number).periods[0].missed


def test_an_imported_act_counts_when_it_happened_and_never_out_of_order(cast: Cast) -> None:
    opened = ago(days=3)
    number = file(cast, at=opened).number
    answered = opened + timedelta(hours=1)
    cases.reply(by=cast.actor("agent"), number=number, body="Hello", at=answered)
    entry = entries(number)[-1]
    assert entry.at == answered
    assert entry.recorded_at > answered + timedelta(days=2)
    with refused("instant_behind"):
        cases.reply(by=cast.actor("agent"), number=number, body="Before that", at=opened)
    with refused("instant_ahead"):
        cases.reply(by=cast.actor("agent"), number=number, body="Tomorrow", at=ago(days=-1))
    sound()


def test_raising_severity_acts_at_once_and_keeps_its_reason(cast: Cast) -> None:
    number = file(cast, severity="3").number
    done = cases.raise_severity(by=cast.actor("contact_gold"), number=number, severity="1", reason="All are stopped")
    row = period(number)
    assert row.due == done.at + 4 * HOUR
    assert (row.severity, done.severity) == ("1", "1")
    assert case_of(cast, number, "contact_gold").messages[0].body == "All are stopped"
    sound()


@pytest.mark.parametrize(
    ("who", "severity", "code"),
    [
        ("contact_gold", "3", "severity_not_higher"),
        ("contact_gold", "2", "severity_not_higher"),
        ("contact_gold", "9", "severity_not_in_tier"),
        ("agent", "1", "severity_needs_agreement"),
        ("viewer_gold", "1", "not_allowed"),
    ],
)
def test_a_severity_is_raised_by_its_contact_only(cast: Cast, who: str, severity: str, code: str) -> None:
    number = file(cast, severity="2").number
    with refused(code):
        cases.raise_severity(by=cast.actor(who), number=number, severity=severity, reason="It got worse")
    assert kinds(number) == ["case_opened"]


def test_drafts_are_one_per_person_and_place(cast: Cast) -> None:
    agent, other = cast.actor("agent"), cast.viewer("second_agent")
    number = file(cast).number
    cases.save_draft(by=agent, place=f"reply:{number}", data={"body": "Half a sen", "wait": True})
    cases.save_draft(by=agent, place=f"reply:{number}", data={"body": "Half a sentence", "wait": True})
    kept = queries.draft(viewer=cast.viewer("agent"), place=f"reply:{number}")
    assert kept is not None
    assert kept.data == {"body": "Half a sentence", "wait": True}
    assert queries.draft(viewer=other, place=f"reply:{number}") is None
    cases.reply(by=agent, number=number, body="Half a sentence, and the other half.")
    assert queries.draft(viewer=cast.viewer("agent"), place=f"reply:{number}") is None
    with refused("draft_place"):
        cases.save_draft(by=agent, place="../etc", data={"body": "x"})
