"""Processes that die while standing changes, and acts that meet it. All of a decision stands, or none."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from case_acts import HOUR, ago, file, kinds, period, sound
from crash import at_once, everywhere
from django.db import connection, transaction
from rooms_cast import Cast
from standing_cast import days_ago, fact, finance, owes, reinstate, row, suspend

from garant.cases import operations as cases
from garant.cases import operations_filing
from garant.cases.models import Case
from garant.cases.queries import verify
from garant.contracts.decided import standing_of
from garant.contracts.models import StandingDecision
from garant.core.refusals import Refusal

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


def tried(act: Any) -> None:
    """An act that may have been done already by the process that died unheard."""
    try:
        act()
    except Refusal as refusal:
        if refusal.code not in ("already_suspended", "not_suspended"):
            raise


def all_or_none(cast: Cast, decision: str, paused: bool) -> None:
    """The newest decision, every open case and their journals say the same, and each said it once."""
    gold = cast.subscribers["gold"]
    newest = StandingDecision.objects.filter(subscriber_id=gold).order_by("-pk")[0]
    assert newest.decision == decision
    open_cases = Case.objects.filter(subscriber_id=gold, state__in=("open", "waiting", "held"))
    assert {case.suspended for case in open_cases} == {paused}
    said = {"suspended": "support_suspended", "reinstated": "support_reinstated"}[decision]
    for case in open_cases:
        assert kinds(case.number)[-1] == said


def test_suspending_dies_at_every_statement(cast: Cast) -> None:
    owes(cast)
    numbers = [file(cast).number for _ in range(2)]
    cases.reply(by=cast.actor("agent"), number=numbers[0], body="Looking into it.")

    def good_again(point: int) -> int:
        if standing_of(cast.subscribers["gold"]) == "suspended":
            reinstate(cast)
        return point

    def checked(point: int) -> None:
        all_or_none(cast, "suspended", paused=True)
        if point % 10 == 0:
            sound()

    assert everywhere(good_again, lambda _: tried(lambda: suspend(cast)), checked) > 20
    sound()


def test_reinstating_dies_at_every_statement(cast: Cast) -> None:
    owes(cast)
    file(cast)
    suspend(cast)
    held = file(cast).number

    def suspended_again(point: int) -> int:
        if standing_of(cast.subscribers["gold"]) == "good":
            suspend(cast)
        return point

    def checked(point: int) -> None:
        all_or_none(cast, "reinstated", paused=False)
        if point % 10 == 0:
            sound()

    assert everywhere(suspended_again, lambda _: tried(lambda: reinstate(cast)), checked) > 20
    assert row(held).state == "open"
    sound()


def test_suspending_control_without_one_transaction_some_cases_run_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The protection is the one transaction: with the decision committed before the cases, a death splits them."""
    from garant.contracts import operations_standing as contracts

    owes(cast)
    file(cast)
    decide = contracts.decide

    def committed_first(**given: Any) -> Any:
        decided = decide(**given)
        connection._commit()
        return decided

    monkeypatch.setattr(contracts, "decide", committed_first)

    def good_again(point: int) -> int:
        if standing_of(cast.subscribers["gold"]) == "suspended":
            reinstate(cast)
        return point

    with pytest.raises(AssertionError):
        everywhere(good_again, lambda _: tried(lambda: suspend(cast)), lambda _: all_or_none(cast, "suspended", True))


def test_admitting_by_exception_dies_at_every_statement(cast: Cast) -> None:
    owes(cast)
    suspend(cast)

    def admitted(number: int) -> None:
        try:
            cases.admit(by=cast.actor("manager"), number=number, reason="Urgent")
        except Refusal as refusal:
            assert refusal.code == "not_held_for_standing"  # noqa: PT017  the process that died had done it

    def once(number: int) -> None:
        assert kinds(number) == ["case_opened", "case_admitted"]
        assert StandingDecision.objects.filter(case_id=row(number).pk).count() == 1

    assert everywhere(lambda _: file(cast).number, admitted, once) > 15
    sound()


# -- races --------------------------------------------------------------------------------------------------------


def test_race_11_many_changes_of_standing_at_once_leave_one_story(cast: Cast) -> None:
    """Suspensions, reinstatements, filings and reopenings meet; the newest decision and every case agree."""
    owes(cast)
    resolved = file(cast).number
    cases.resolve(by=cast.actor("agent"), number=resolved, body="Done.")
    file(cast)

    def reopened() -> None:
        cases.reopen(by=cast.actor("agent"), number=resolved, reason="Back")

    for _ in range(6):
        results = at_once(
            lambda: suspend(cast), lambda: reinstate(cast), lambda: file(cast), lambda: suspend(cast), reopened,
            lambda: file(cast), lambda: reinstate(cast),
        )  # fmt: skip
        codes = {r.code for r in results if isinstance(r, Refusal)}
        expected = {"already_suspended", "not_suspended", "not_in_this_state", "standing_is_changing"}
        assert codes <= expected
        assert not [r for r in results if isinstance(r, Exception) and not isinstance(r, Refusal)]
        sound()
        if row(resolved).state != "resolved":
            cases.resolve(by=cast.actor("agent"), number=resolved, body="Done again.")


def test_race_11_control_without_the_lock_a_case_filed_meanwhile_runs_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A filing that has read good standing, and a suspension that does not see its case: the lock forbids it."""
    owes(cast)
    file(cast)
    read, decided = threading.Event(), threading.Event()
    enter = operations_filing.enter

    def slow(*given: Any, **more: Any) -> Any:
        entry = enter(*given, **more)
        read.set()
        assert decided.wait(30)
        return entry

    def after_reading() -> None:
        assert read.wait(30)
        try:
            suspend(cast)
        finally:
            decided.set()

    monkeypatch.setattr(operations_filing, "hold_entitlement", lambda _: None)
    monkeypatch.setattr(operations_filing, "enter", slow)
    monkeypatch.setattr(operations_filing, "stretches_since", lambda *_: [])
    results = at_once(lambda: file(cast), after_reading)
    assert not [r for r in results if isinstance(r, Exception)]
    assert "standing" in {difference.field for difference in verify().differences}


def test_a_payment_recorded_while_suspending_comes_before_or_after(cast: Cast) -> None:
    """Either the payment was there and the rule proposed nothing, or the suspension stands as decided without it."""
    for trial in range(8):
        name = f"INV-{trial}"
        fact(cast, "invoice_due", days_ago(75), reference=name)
        fact(cast, "notice_given", days_ago(35), reference=name)
        finance()
        results = at_once(
            lambda: suspend(cast),
            lambda name=name: fact(cast, "invoice_paid", days_ago(1), reference=name),  # type: ignore[misc]
        )
        assert not isinstance(results[1], Exception)
        if isinstance(results[0], Refusal):
            assert results[0].code == "no_open_obligation"
            assert standing_of(cast.subscribers["gold"]) == "good"
        else:
            assert standing_of(cast.subscribers["gold"]) == "suspended"
            reinstate(cast)
    sound()


def test_time_10_a_message_received_before_the_suspension_counts_from_its_receipt(cast: Cast) -> None:
    """The wait ends at the instant of the message, also when it is brought in later than others (an import)."""
    owes(cast)
    number = file(cast, severity="1", at=ago(hours=3)).number
    cases.reply(by=cast.actor("agent"), number=number, body="Which file?", wait=True, at=ago(hours=2))
    received = ago(hours=1)
    cases.add_customer_message(by=cast.actor("contact_gold"), number=number, body="This one.", at=received)
    paused = suspend(cast)
    back = reinstate(cast)
    assert period(number, "follow_up", 2).started == received
    assert period(number, "follow_up", 2).due == received + 32 * HOUR + (back.at - paused.at)
    sound()


def test_nothing_of_a_refused_suspension_is_written(cast: Cast) -> None:
    number = file(cast).number
    with pytest.raises(Refusal), transaction.atomic():
        suspend(cast)
    assert not StandingDecision.objects.exists()
    assert kinds(number) == ["case_opened"]
