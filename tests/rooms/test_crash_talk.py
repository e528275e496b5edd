"""Processes that die while both sides agree on something: a severity proposed and answered, management called in.

Each act is sent again after each death, as a browser would, with the token of its form. Each has its control.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from case_acts import HOUR, ago, entries, file, kinds, period, sound
from crash import dies_at, everywhere, finished_unheard
from django.db import connection
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases import operations_severity as severity
from garant.cases.models import Case, Escalation, Message
from garant.cases.models_talk import ReproductionRequest, SeverityProposal
from garant.core.refusals import Refusal
from garant.journal.models import Notice

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

REASON = "A workaround holds."


def told(number: int, kind: str) -> list[int]:
    """Who has a notice of that kind about the case, each as often as they have."""
    return sorted(Notice.objects.filter(kind=kind, data__number=number).values_list("person_id", flat=True))


def propose(cast: Cast, number: int, once: str | None = None) -> object:
    return cases.propose_severity(by=cast.actor("agent"), number=number, severity="2", reason=REASON, once=once)


def proposed(cast: Cast, point: int = 0) -> int:
    """A fresh case of severity 1 with an open proposal to make it 2."""
    number = file(cast, at=ago(minutes=9)).number
    propose(cast, number)
    return number


def stands(number: int, state: str, severity: str) -> SeverityProposal:
    """The case's only proposal, in that state, with the case at that severity."""
    row = SeverityProposal.objects.get(case__number=number)
    assert row.state == state
    assert Case.objects.get(number=number).severity == severity
    return row


def test_proposing_dies_at_every_statement(cast: Cast) -> None:
    def check(number: int) -> None:
        stands(number, "open", "1")
        assert kinds(number) == ["case_opened", "severity_change_proposed"]
        assert Message.objects.filter(case__number=number).count() == 1
        assert told(number, "severity_change_proposed") == [cast.people["contact_gold"]]

    points = everywhere(
        lambda point: file(cast).number, lambda number: propose(cast, number, f"form-{number}"), check
    )  # fmt: skip
    assert points > 15
    sound()


def test_proposing_control_without_a_key_the_retry_is_a_second_proposal(cast: Cast) -> None:
    number = file(cast).number
    finished_unheard(lambda: propose(cast, number))
    with pytest.raises(Refusal, match="already_proposed"):
        propose(cast, number)


def accepted(cast: Cast, number: int, after: datetime | None) -> None:
    """All of an agreement: answered once, in force, the clock moved by clock.md 7, the vendor told once."""
    row = stands(number, "accepted", "2")
    assert row.answered_by_id == cast.people["contact_gold"]
    assert kinds(number)[2:] == ["severity_proposal_accepted"]
    due = period(number).due
    assert due is not None
    assert after is not None
    assert due >= after  # lowered: never earlier than it was
    assert period(number).severity == "2"
    assert told(number, "severity_proposal_answered") == [cast.people["agent"]]


def test_accepting_dies_at_every_statement(cast: Cast) -> None:
    before: dict[int, datetime | None] = {}

    def prepare(point: int) -> int:
        number = proposed(cast, point)
        before[number] = period(number).due
        return number

    def act(number: int) -> object:
        return cases.accept_severity(by=cast.actor("contact_gold"), number=number, once=f"form-{number}")

    assert everywhere(prepare, act, lambda number: accepted(cast, number, before[number])) > 15
    sound()


def test_accepting_control_without_one_transaction_the_answer_stands_and_the_clock_does_not(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The protection is the one transaction: with the answer committed first, a death leaves half of it."""
    answered = severity._answered

    def committed_first(*given: Any) -> None:
        answered(*given)
        connection._commit()

    number = proposed(cast)
    monkeypatch.setattr(severity, "_answered", committed_first)
    point = 1
    while dies_at(point, lambda: cases.accept_severity(by=cast.actor("contact_gold"), number=number)):
        if SeverityProposal.objects.get(case__number=number).state != "open":
            break
        point += 1
    with pytest.raises(AssertionError):
        stands(number, "accepted", "2")
    assert Case.objects.get(number=number).severity == "1"


@pytest.mark.long
def test_rejecting_dies_at_every_statement(cast: Cast) -> None:
    def act(number: int) -> object:
        return cases.reject_severity(
            by=cast.actor("contact_gold"), number=number, reason="It lost rows again.", once=f"form-{number}"
        )

    def check(number: int) -> None:
        assert stands(number, "rejected", "1").answer == "It lost rows again."
        assert kinds(number)[2:] == ["severity_proposal_rejected"]
        assert told(number, "severity_proposal_answered") == [cast.people["agent"]]
        said = Message.objects.filter(case__number=number).order_by("pk").values_list("body", flat=True)
        assert list(said) == [REASON, "It lost rows again."]

    assert everywhere(lambda point: proposed(cast, point), act, check) > 15
    sound()


@pytest.mark.long
def test_changing_a_severity_as_the_contact_dies_at_every_statement(cast: Cast) -> None:
    def act(number: int) -> object:
        return cases.change_severity(
            by=cast.actor("contact_gold"), number=number, severity="1", reason="It spreads.", once=f"form-{number}"
        )

    def check(number: int) -> None:
        assert kinds(number) == ["case_opened", "severity_changed"]
        changed = entries(number)[-1]
        row = period(number)
        assert row.due is not None
        assert (Case.objects.get(number=number).severity, row.severity) == ("1", "1")
        assert row.due <= changed.at + 4 * HOUR

    assert everywhere(lambda point: file(cast, severity="2").number, act, check) > 15
    sound()


def lapsing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], int]:
    """Makes cases with a proposal whose time is over and that nobody has ended."""

    def prepare(point: int) -> int:
        number = file(cast, at=ago(minutes=9)).number
        with monkeypatch.context() as patched:
            patched.setattr(severity, "lapse_of", lambda *_: ago(seconds=1))
            cases.propose_severity(
                by=cast.actor("agent"), number=number, severity="2", reason=REASON, at=ago(minutes=5)
            )
        return number

    return prepare


@pytest.mark.long
def test_a_lapse_dies_at_every_statement(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(number: int) -> None:
        row = stands(number, "lapsed", "1")
        assert entries(number)[-1].at == row.lapses_at
        assert kinds(number)[2:] == ["severity_proposal_lapsed"]
        assert told(number, "severity_proposal_lapsed") == sorted([cast.people["contact_gold"], cast.people["agent"]])

    assert everywhere(lapsing(cast, monkeypatch), lambda _: cases.lapse_proposals(), check) > 10
    sound()


# -- the customer's call for management ----------------------------------------------------------------------------


def escalate(cast: Cast, number: int, once: str | None = None) -> object:
    return cases.escalate(by=cast.actor("contact_gold"), number=number, reason="Payroll stands still.", once=once)


def called_in_once(cast: Cast, number: int) -> None:
    """One entry, one level told, one notice to management and one to who called."""
    assert kinds(number) == ["case_opened", "case_escalated", "escalation_told"]
    row = Escalation.objects.get(case__number=number)
    assert row.trigger == "customer"
    assert told(number, "case_escalated") == [cast.people["manager"]]
    assert told(number, "escalation_received") == [cast.people["contact_gold"]]
    assert period(number).ended is None
    assert not period(number).missed


def test_calling_in_management_dies_at_every_statement(cast: Cast) -> None:
    due: dict[int, datetime | None] = {}

    def prepare(point: int) -> int:
        number = file(cast).number
        due[number] = period(number).due
        return number

    def check(number: int) -> None:
        called_in_once(cast, number)
        assert period(number).due == due[number]  # no clock moves

    assert everywhere(prepare, lambda number: escalate(cast, number, f"form-{number}"), check) > 15
    sound()


def test_calling_in_management_control_without_a_key_the_retry_is_a_second_call(cast: Cast) -> None:
    number = file(cast).number
    finished_unheard(lambda: escalate(cast, number))
    with pytest.raises(Refusal, match="already_escalated"):
        escalate(cast, number)


@pytest.mark.long
def test_acknowledging_dies_at_every_statement(cast: Cast) -> None:
    def prepare(point: int) -> int:
        number = file(cast).number
        escalate(cast, number)
        return Escalation.objects.get(case__number=number).pk

    def act(escalation_id: int) -> object:
        return cases.acknowledge_escalation(
            by=cast.actor("manager"), escalation_id=escalation_id, note="Mine.", once=f"form-{escalation_id}"
        )

    def check(escalation_id: int) -> None:
        row = Escalation.objects.get(pk=escalation_id)
        assert row.acknowledged_by_id == cast.people["manager"]
        number = row.case.number
        assert kinds(number)[3:] == ["escalation_acknowledged"]
        assert Message.objects.filter(case__number=number, kind="internal").count() == 1

    assert everywhere(prepare, act, check) > 12
    sound()


# -- answers to each other -----------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("act", ["ask", "answer", "reject", "confirm"])
def test_what_both_sides_tell_each_other_dies_at_every_statement(cast: Cast, act: str) -> None:
    prepare, run, last = talks(cast)[act]

    def check(number: int) -> None:
        written = kinds(number)
        assert written[-len(last) :] == last
        assert all(written.count(kind) == 1 for kind in last)

    assert everywhere(prepare, run, check) > 12
    sound()


def talks(cast: Cast) -> dict[str, tuple[Callable[[int], int], Callable[[int], object], list[str]]]:
    """An act's name -> how its case is prepared, the act, and the entries that it leaves at the end."""
    agent, contact = cast.actor("agent"), cast.actor("contact_gold")
    questions = ["Which file?"]

    def ask(number: int) -> object:
        return cases.ask_to_reproduce(by=agent, number=number, questions=questions, once=f"ask-{number}")

    def asked(point: int) -> int:
        number = file(cast).number
        ask(number)
        return number

    def resolved(point: int) -> int:
        number = file(cast).number
        cases.resolve(by=agent, number=number, body="Fixed.")
        return number

    def request_of(number: int) -> int:
        return ReproductionRequest.objects.get(case__number=number).pk

    return {
        "ask": (lambda point: file(cast).number, ask, ["response_given", "reproduction_asked"]),
        "answer": (
            asked,
            lambda number: cases.answer_reproduction(
                by=contact, number=number, request_id=request_of(number), step=1, text="This one.", once=f"a-{number}"
            ),
            ["reproduction_answered", "customer_message_added"],
        ),
        "reject": (
            resolved,
            lambda number: cases.reject_resolution(by=contact, number=number, reason="No.", once=f"r-{number}"),
            ["resolution_rejected", "case_reopened"],
        ),
        "confirm": (
            resolved,
            lambda number: cases.confirm_resolution(by=contact, number=number, score=5, once=f"c-{number}"),
            ["resolution_confirmed", "case_closed", "case_rated"],
        ),
    }


def test_the_act_itself_is_what_dies(cast: Cast) -> None:
    """Negative control of the harness: a death before the commit leaves nothing, one after it leaves all."""
    number = proposed(cast)
    assert dies_at(3, lambda: cases.accept_severity(by=cast.actor("contact_gold"), number=number))
    stands(number, "open", "1")
    finished_unheard(lambda: cases.accept_severity(by=cast.actor("contact_gold"), number=number))
    stands(number, "accepted", "2")
