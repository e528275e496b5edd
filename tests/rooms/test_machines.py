"""Random acts on a real database beside small models that know only the rules: a case's life, standing, the ledger.

Every run ends with a look at the whole journal: what is stored must be what it gives. The walks are the same in every
run (no seed of the day); `make test-long` takes many more. The slots of a contract have theirs in test_contacts_races.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from case_acts import ago, case_of, file, kinds, sound
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from rooms_cast import Cast, reference
from standing_cast import finance, owes, reinstate, suspend

from garant.cases import acting
from garant.cases import operations as cases
from garant.cases.models import Case, Period
from garant.cases.models_talk import SeverityProposal
from garant.cases.sweeping import sweep_all
from garant.contracts import ledger_writing, queries_ledger
from garant.contracts import operations_ledger as ledger
from garant.contracts.decided import standing_of
from garant.contracts.queries_ledger import verify_ledger
from garant.core.people import SYSTEM
from garant.core.refusals import Refusal
from garant.journal.operations import database_now

pytestmark = [pytest.mark.database, pytest.mark.django_db]

EVERYTHING = (Phase.generate, Phase.shrink)
#: Gold's hours by metric and severity; severity 1 runs round the clock, the others in the vendor's hours.
HOURS = {
    "initial_response": {"1": 4, "2": 8, "3": 12},
    "follow_up": {"1": 32, "2": 72, "3": 72},
}  # fmt: skip
STEPS = st.sampled_from([1, 30, 200, 600, 1500, 4000, 9000]).map(lambda minutes: timedelta(minutes=minutes))


class OnADesk(RuleBasedStateMachine):
    """A walk in a savepoint: what it wrote is looked at as a whole, and then taken back."""

    cast: ClassVar[Cast]

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.atomic()
        self.point.__enter__()

    def teardown(self) -> None:
        try:
            self.at_last()
            sound()
        finally:
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

    def at_last(self) -> None:
        """What is still to do before the journal is verified."""

    def refused(self, act: Callable[[], object], *codes: str) -> None:
        """The act is refused with one of the codes, and leaves nothing."""
        with pytest.raises(Refusal) as caught, transaction.atomic():
            act()
        assert caught.value.code in codes


def walk(machine: type[OnADesk], cast: Cast, examples: int, steps: int, phases: tuple[Phase, ...] = EVERYTHING) -> None:
    """Random walks over the cast, the same in every run."""
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        type(machine.__name__, (machine,), {"cast": cast}),
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck), phases=phases, report_multiple_bugs=False,
        ),
    )  # fmt: skip


# -- a case's life ------------------------------------------------------------------------------------------------


class Life(OnADesk):
    """One case of gold, in instants of the past. The model knows clock.md 2-7 and 10 for a single running period."""

    def __init__(self) -> None:
        super().__init__()
        self.now = ago(days=85)
        self.state, self.severity = "open", "2"
        self.proposal: tuple[str, datetime] | None = None
        self.misses = 0
        self.late = False
        self.asked_for_help = False
        self.number = file(self.cast, severity="2", at=self.now).number
        self.metric, self.started = "initial_response", self.now
        self.due: datetime | None = self.after("initial_response", "2", self.now)

    # The model.

    def after(self, metric: str, severity: str, start: datetime) -> datetime:
        """Start plus the target's hours."""
        hours = timedelta(hours=HOURS[metric][severity])
        if severity == "1":
            return start + hours
        return reference().calendar("vendor_hours").advance(start, hours)

    def passes(self, step: timedelta) -> datetime:
        """Time goes on; a proposal that nobody answered lapses."""
        self.now = min(self.now + step, ago(seconds=1))
        if self.proposal and self.now > self.proposal[1]:
            self.proposal = None
        return self.now

    def look(self) -> None:
        """An act finds what is late by now and records it, once; one that is refused records nothing."""
        if self.due is not None and self.now > self.due and not self.late:
            self.late = True
            self.misses += 1

    def done(self, act: Callable[[], object]) -> None:
        act()
        self.look()

    def starts(self, metric: str = "follow_up", *, waiting: bool = False) -> None:
        self.metric, self.started, self.late = metric, self.now, False
        self.due = None if waiting else self.after(metric, self.severity, self.now)

    def ends(self, state: str) -> None:
        self.state, self.due, self.late = state, None, False
        if state in ("resolved", "closed"):
            self.proposal = None

    def severity_becomes(self, level: str) -> None:
        old, self.severity, self.proposal = self.severity, level, None
        if self.due is None or self.late:
            return
        if level < old:
            self.due = min(self.due, self.after(self.metric, level, self.now))
        else:
            self.due = max(self.due, self.after(self.metric, level, self.started))
        self.look()

    # The acts.

    @rule(step=STEPS, how=st.sampled_from(["answer", "wait", "resolve"]))
    def reply(self, step: timedelta, how: str) -> None:
        at = self.passes(step)

        def act() -> object:
            flags = {"wait": how == "wait", "resolve": how == "resolve"}
            return cases.reply(by=self.cast.actor("agent"), number=self.number, body="Hello", at=at, **flags)

        if self.state == "closed":
            self.refused(act, "not_in_this_state")
            return
        if self.state == "resolved":
            return  # said after the end: it has no clock
        self.done(act)
        if how == "resolve":
            self.ends("resolved")
        else:
            self.state = "waiting" if how == "wait" else "open"
            self.starts(waiting=how == "wait")

    @rule(step=STEPS)
    def customer_writes(self, step: timedelta) -> None:
        if self.state in ("resolved", "closed"):
            return
        at = self.passes(step)
        contact = self.cast.actor("contact_gold")
        self.done(lambda: cases.add_customer_message(by=contact, number=self.number, body="And?", at=at))
        if self.state == "waiting":
            self.state = "open"
            self.starts()

    @rule(step=STEPS, level=st.sampled_from("123"))
    def contact_changes(self, step: timedelta, level: str) -> None:
        at = self.passes(step)

        def act() -> object:
            return cases.change_severity(
                by=self.cast.actor("contact_gold"), number=self.number, severity=level, reason="Changed", at=at
            )

        if self.state in ("resolved", "closed"):
            self.refused(act, "not_in_this_state")
        elif level == self.severity:
            self.refused(act, "severity_is_the_same")
        else:
            self.done(act)
            self.severity_becomes(level)

    @rule(step=STEPS, level=st.sampled_from("123"))
    def vendor_proposes(self, step: timedelta, level: str) -> None:
        at = self.passes(step)

        def act() -> object:
            return cases.propose_severity(
                by=self.cast.actor("agent"), number=self.number, severity=level, reason="So it is", at=at
            )

        if self.state in ("resolved", "closed"):
            self.refused(act, "not_in_this_state")
        elif level == self.severity:
            self.refused(act, "severity_is_the_same")
        elif self.proposal:
            self.refused(act, "already_proposed")
        else:
            self.done(act)
            until = reference().calendar("vendor_hours").advance(at, timedelta(hours=22))
            self.proposal = (level, until)

    @rule(step=STEPS, agree=st.booleans())
    def contact_answers(self, step: timedelta, agree: bool) -> None:
        at = self.passes(step)
        contact, number = self.cast.actor("contact_gold"), self.number

        def act() -> object:
            if agree:
                return cases.accept_severity(by=contact, number=number, at=at)
            return cases.reject_severity(by=contact, number=number, reason="It is not", at=at)

        if self.proposal is None or self.state in ("resolved", "closed"):
            self.refused(act, "nothing_proposed", "proposal_lapsed", "not_in_this_state")
            return
        self.done(act)
        level, self.proposal = self.proposal[0], None
        if agree:
            self.severity_becomes(level)

    @precondition(lambda self: self.proposal)
    @rule(step=STEPS)
    def vendor_withdraws(self, step: timedelta) -> None:
        at = self.passes(step)

        def act() -> object:
            return cases.withdraw_severity(by=self.cast.actor("second_agent"), number=self.number, at=at)

        if self.proposal is None:
            self.refused(act, "proposal_lapsed", "nothing_proposed")
            return
        self.done(act)
        self.proposal = None

    @precondition(lambda self: self.state == "resolved")
    @rule(step=STEPS, solved=st.booleans())
    def contact_judges(self, step: timedelta, solved: bool) -> None:
        at = self.passes(step)
        contact = self.cast.actor("contact_gold")
        if solved:
            self.done(lambda: cases.confirm_resolution(by=contact, number=self.number, score=4, at=at))
            self.ends("closed")
        else:
            self.done(lambda: cases.reject_resolution(by=contact, number=self.number, reason="No", at=at))
            self.state = "open"
            self.starts()

    @precondition(lambda self: self.state in ("resolved", "closed"))
    @rule(step=STEPS)
    def reopened(self, step: timedelta) -> None:
        at = self.passes(step)
        agent = self.cast.actor("agent")
        self.done(lambda: cases.reopen(by=agent, number=self.number, reason="Again", at=at))
        self.state = "open"
        self.starts()

    @rule(step=STEPS)
    def customer_calls_management(self, step: timedelta) -> None:
        at = self.passes(step)

        def act() -> object:
            return cases.escalate(by=self.cast.actor("contact_gold"), number=self.number, reason="Please", at=at)

        if self.state in ("resolved", "closed"):
            self.refused(act, "not_in_this_state")
            return
        try:
            with transaction.atomic():
                act()
            self.look()
        except Refusal as refusal:
            assert refusal.code == "already_escalated"  # noqa: PT017  until support has answered

    @rule(step=STEPS, level=st.sampled_from(["reported", "verified"]))
    def vendor_verifies(self, step: timedelta, level: str) -> None:
        """Whether an error is verified stops no clock (clock.md 22)."""
        at = self.passes(step)
        agent = self.cast.actor("agent")
        self.done(lambda: cases.verify_report(by=agent, number=self.number, verification=level, at=at))

    @invariant()
    def the_case_is_as_the_model_has_it(self) -> None:
        row = Case.objects.get(number=self.number)
        assert (row.state, row.severity) == (self.state, self.severity)
        assert row.next_due == self.due
        assert kinds(self.number).count("target_missed") == self.misses
        open_ones = SeverityProposal.objects.filter(case=row, state="open", lapses_at__gte=self.now)
        assert [one.severity for one in open_ones] == ([self.proposal[0]] if self.proposal else [])
        assert Period.objects.filter(case=row, ended=None).count() == (
            0 if self.due is None and not self.waits() else 1
        )

    def waits(self) -> bool:
        return self.state == "waiting"

    def at_last(self) -> None:
        sweep_all()
        cases.lapse_proposals()
        self.now = database_now()
        self.look()
        assert kinds(self.number).count("target_missed") == self.misses
        assert sweep_all() == 0
        told = Period.objects.filter(case__number=self.number).values_list("escalations__level", "pk")
        assert len(set(told)) == len(told)
        assert case_of(self.cast, self.number).state == self.state


def test_a_cases_life_as_a_state_machine(cast: Cast) -> None:
    walk(Life, cast, 8, 12)


@pytest.mark.long
def test_a_cases_life_as_a_state_machine_for_long(cast: Cast) -> None:
    walk(Life, cast, 400, 40)


def test_a_life_control_an_act_that_forgets_what_is_late_is_found(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garant.cases.acting.lateness.record_late", lambda *_, **__: None)
    with pytest.raises(AssertionError):
        walk(Life, cast, 12, 12, (Phase.generate,))


# -- standing -----------------------------------------------------------------------------------------------------


class Standing(OnADesk):
    """Decisions on gold's standing and its cases, all of severity 1: hours count round the clock, pauses are added."""

    def __init__(self) -> None:
        super().__init__()
        self.suspended_at: datetime | None = None
        #: Number -> due time, None where nothing is owed; whether it stands still; what is owed once it goes on.
        self.due: dict[int, datetime | None] = {}
        self.still: dict[int, timedelta] = {}
        self.held: set[int] = set()

    @precondition(lambda self: len(self.due) < 4)
    @rule()
    def file(self) -> None:
        number = file(self.cast).number
        received = Case.objects.get(number=number).received_at
        self.due[number] = received + timedelta(hours=4)
        if self.suspended_at is not None:
            self.held.add(number)
            self.still[number], self.due[number] = timedelta(hours=4), None

    @rule()
    def suspend(self) -> None:
        if self.suspended_at is not None:
            self.refused(lambda: suspend(self.cast), "already_suspended")
            return
        self.suspended_at = suspend(self.cast).at
        for number, due in self.due.items():
            if due is not None:
                self.still[number], self.due[number] = due - self.suspended_at, None

    @rule()
    def reinstate(self) -> None:
        if self.suspended_at is None:
            self.refused(lambda: reinstate(self.cast), "not_suspended")
            return
        at = reinstate(self.cast).at
        for number, left in self.still.items():
            self.due[number] = at + left
        self.suspended_at, self.still, self.held = None, {}, set()

    @precondition(lambda self: self.due)
    @rule(data=st.data())
    def admit(self, data: Any) -> None:
        number = data.draw(st.sampled_from(sorted(self.due, key=list(self.due).index)))

        def act() -> Any:
            return cases.admit(by=self.cast.actor("manager"), number=number, reason="Urgent")

        if number not in self.held:
            self.refused(act, "not_held_for_standing")
            return
        self.due[number] = act().at + timedelta(hours=4)
        self.held.remove(number)
        del self.still[number]

    @precondition(lambda self: self.due)
    @rule(data=st.data())
    def answer(self, data: Any) -> None:
        number = data.draw(st.sampled_from(sorted(self.due, key=list(self.due).index)))
        if number in self.held:
            return  # an answer to a held case has no clock yet
        done = cases.reply(by=self.cast.actor("agent"), number=number, body="Hello")
        if number in self.still:
            self.still[number] = timedelta(hours=32)
        else:
            self.due[number] = done.at + timedelta(hours=32)

    @invariant()
    def rows_and_clocks_are_those_of_the_model(self) -> None:
        gold = self.cast.subscribers["gold"]
        assert (standing_of(gold) == "suspended") is (self.suspended_at is not None)
        rows = {row.number: row for row in Case.objects.filter(subscriber_id=gold)}
        assert {number: row.next_due for number, row in rows.items()} == self.due
        assert {number for number, row in rows.items() if row.suspended} == set(self.still)
        assert {number for number, row in rows.items() if row.state == "held"} == self.held
        assert not Period.objects.filter(missed=True).exists()

    def at_last(self) -> None:
        assert sweep_all() == 0  # nothing is late within seconds, and what stands still never is


def owing(cast: Cast) -> Cast:
    """Gold owes enough to be suspended again and again."""
    finance()
    owes(cast)
    return cast


def test_standing_as_a_state_machine(cast: Cast) -> None:
    walk(Standing, owing(cast), 8, 14)


@pytest.mark.long
def test_standing_as_a_state_machine_for_long(cast: Cast) -> None:
    walk(Standing, owing(cast), 200, 40)


def test_standing_control_a_pause_that_is_forgotten_is_found(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A suspension that every second case does not hear of: its clock runs on."""
    record, nth = acting.Act.record, iter(range(10**6))

    def forgets(act: acting.Act, kind: str, data: Mapping[str, Any], **more: Any) -> Any:
        if kind == "support_suspended" and next(nth) % 2:
            return None
        return record(act, kind, data, **more)

    monkeypatch.setattr(acting.Act, "record", forgets)
    with pytest.raises(AssertionError):
        walk(Standing, owing(cast), 12, 14, (Phase.generate,))


# -- the ledger ---------------------------------------------------------------------------------------------------

HALVES = st.integers(1, 8).map(lambda n: Decimal(n) / 2)


class Booked(OnADesk):
    """One account of gold that is granted packs. The model: what is left, what each booking holds, what is used."""

    def __init__(self) -> None:
        super().__init__()
        self.account: dict[str, Any] = {
            "by": SYSTEM, "contract_id": self.cast.contracts["gold"].id, "ledger": "training_days",
        }  # fmt: skip
        self.left = self.used = self.granted = Decimal(0)
        self.holds: dict[str, Decimal] = {}
        self.steps = 0
        self.grant(Decimal(2))

    def fresh(self) -> str:
        self.steps += 1
        return f"step-{self.steps}"

    @rule(amount=HALVES)
    def grant(self, amount: Decimal) -> None:
        source = f"pack:{self.fresh()}"
        ledger.grant(amount=amount, source=source, reason="Bought", step=Decimal("0.5"), **self.account)
        self.left += amount
        self.granted += amount

    @rule(amount=HALVES, again=st.booleans())
    def reserve(self, amount: Decimal, again: bool) -> None:
        booking = self.fresh()

        def act() -> Any:
            return ledger.reserve(amount=amount, booking=booking, **self.account)

        if amount > self.left:
            self.refused(act, "quota_exhausted")
            return
        act()
        self.left -= amount
        self.holds[booking] = amount
        if again:
            assert not act().new  # the same booking sent twice is booked once

    @rule(amount=HALVES)
    def use_at_once(self, amount: Decimal) -> None:
        booking = self.fresh()

        def act() -> Any:
            return ledger.use(amount=amount, booking=booking, **self.account)

        if amount > self.left:
            self.refused(act, "quota_exhausted")
            return
        act()
        self.left -= amount
        self.used += amount

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), amount=st.none() | HALVES)
    def use_held(self, data: Any, amount: Decimal | None) -> None:
        booking = data.draw(st.sampled_from(sorted(self.holds)))
        held = self.holds[booking]
        asked = held if amount is None else amount

        def act() -> Any:
            return ledger.use(amount=amount, booking=booking, piece=self.fresh(), **self.account)

        if asked - held > self.left:
            self.refused(act, "quota_exhausted")
            return
        act()
        self.left -= max(asked - held, Decimal(0))
        self.used += asked
        self.keep(booking, held - min(asked, held))

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), amount=st.none() | HALVES)
    def release(self, data: Any, amount: Decimal | None) -> None:
        booking = data.draw(st.sampled_from(sorted(self.holds)))
        held = self.holds[booking]

        def act() -> Any:
            return ledger.release(amount=amount, booking=booking, piece=self.fresh(), **self.account)

        if amount is not None and amount > held:
            self.refused(act, "nothing_reserved")
            return
        act()
        given = held if amount is None else amount
        self.left += given
        self.keep(booking, held - given)

    def keep(self, booking: str, amount: Decimal) -> None:
        if amount:
            self.holds[booking] = amount
        else:
            del self.holds[booking]

    @rule(amount=HALVES)
    def granted_too_much(self, amount: Decimal) -> None:
        """A correction downwards needs a lot that has so much left; the model leaves which one to the ledger."""
        try:
            with transaction.atomic():
                ledger.correct(amount=-amount, reason="Typed wrong", key=self.fresh(), **self.account)
        except Refusal as refusal:
            assert refusal.code == "correction_too_large"  # noqa: PT017
            return
        self.left -= amount
        self.granted -= amount

    @invariant()
    def the_balance_is_that_of_the_model(self) -> None:
        view = queries_ledger.balance(
            viewer=self.cast.viewer("manager"), contract_id=self.account["contract_id"], ledger="training_days"
        )
        held = sum(self.holds.values(), Decimal(0))
        assert (view.left, view.reserved, view.used, view.granted) == (self.left, held, self.used, self.granted)
        assert view.left is not None
        assert view.left >= 0
        assert list(verify_ledger()) == []


def test_the_ledger_as_a_state_machine(cast: Cast) -> None:
    walk(Booked, cast, 6, 14)


@pytest.mark.long
def test_the_ledger_as_a_state_machine_for_long(cast: Cast) -> None:
    walk(Booked, cast, 300, 40)


def test_the_ledger_control_a_line_that_is_not_written_is_found(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was given back stands in the lot and in no line: sums and lines no longer agree."""
    line = ledger_writing._line

    def but_releases(book: Any, kind: str, *given: Any) -> None:
        if kind != "release":
            line(book, kind, *given)

    monkeypatch.setattr(ledger_writing, "_line", but_releases)
    with pytest.raises(AssertionError):
        walk(Booked, cast, 10, 12, (Phase.generate,))
