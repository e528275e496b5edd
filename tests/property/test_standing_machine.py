"""State machine: decisions on standing and one case's clock, beside a model that only adds up the pauses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from garant.core.calendars import Calendar
from garant.core.clocks import CaseClock, replay
from garant.core.events import Event
from garant.core.standing import SUSPENDED, Decision, Fact, open_items, standing_at, suspensions
from garant.core.targets import Rule, Target

ALWAYS = Calendar.from_plain("always", {"timezone": "UTC", "weekly": {d: [["00:00", "24:00"]] for d in
                                        ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}})  # fmt: skip
FOUR_HOURS = timedelta(hours=4)
BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTES = st.integers(1, 300).map(lambda n: timedelta(minutes=n))


class FourHours:
    """Terms of one cell: four hours round the clock."""

    def rule(self, package: str, severity: str, metric: str) -> Rule | None:
        """The initial response only."""
        if metric != "initial_response":
            return None
        return Rule.of("p", "default", Target(severity, metric, Decimal(4), "elapsed_hours", "always"), ALWAYS, None)

    def more_severe(self, a: str, b: str) -> bool:
        """One severity."""
        return False


class Standing(RuleBasedStateMachine):
    """Time passes, decisions come, a case is filed, admitted by exception, and looked at at every step."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.decisions: list[Decision] = []
        self.events: list[Event] = []
        self.suspended = self.paused = False
        self.counted = timedelta()

    @rule(step=MINUTES)
    def time_passes(self, step: timedelta) -> None:
        if self.events and not self.paused:
            self.counted += step
        self.now += step

    @precondition(lambda self: not self.suspended)
    @rule(step=MINUTES)
    def suspend(self, step: timedelta) -> None:
        self.time_passes(step)
        self.decisions.append(Decision(self.now, "suspend", "late"))
        self.suspended = True
        if self.events:
            self.events.append(Event(self.now, "suspend"))
            self.paused = True

    @precondition(lambda self: self.suspended)
    @rule(step=MINUTES)
    def reinstate(self, step: timedelta) -> None:
        self.time_passes(step)
        self.decisions.append(Decision(self.now, "reinstate", "paid"))
        self.suspended = False
        if self.paused:
            self.events.append(Event(self.now, "reinstate"))
            self.paused = False

    @precondition(lambda self: not self.events)
    @rule()
    def file(self) -> None:
        held = "standing" if self.suspended else None
        self.events.append(Event(self.now, "opened", severity="1", package="p", by="contact", held=held))
        self.paused = self.suspended

    @precondition(lambda self: self.paused)
    @rule(step=MINUTES)
    def admit(self, step: timedelta) -> None:
        self.time_passes(step)
        self.events.append(Event(self.now, "reinstate"))
        self.paused = False

    def clock(self) -> CaseClock:
        return replay(self.events, FourHours(), self.now)

    @invariant()
    def standing_is_the_newest_decision(self) -> None:
        assert (standing_at(self.decisions, self.now) == SUSPENDED) is self.suspended
        stretches = suspensions(self.decisions)
        assert all(one.end is not None for one in stretches[:-1])
        assert bool(stretches and stretches[-1].end is None) is self.suspended

    @invariant()
    def the_clock_counts_exactly_what_was_not_paused(self) -> None:
        if not self.events:
            return
        clock = self.clock()
        (period,) = clock.periods
        assert clock.suspended is self.paused
        if self.counted > FOUR_HOURS:
            # A miss is for ever, and a later suspension neither hides nor moves it.
            assert period.missed
            assert period.due is not None
            assert period.due < self.now
        elif self.paused:
            assert (period.due, period.missed) == (None, False)
        else:
            assert period.due == self.now + FOUR_HOURS - self.counted


TestStanding = Standing.TestCase
TestStanding.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)

DAY = date(2026, 3, 1)
FACTS = st.builds(
    Fact,
    st.sampled_from(["obligation_unmet", "obligation_met"]),
    st.sampled_from(["audit", "data"]),
    st.integers(0, 300).map(lambda n: DAY + timedelta(days=n)),
)


@given(st.lists(FACTS, unique_by=lambda fact: (fact.reference, fact.on)), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_race_11_the_order_in_which_facts_arrive_decides_nothing(facts: list[Fact], random: object) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    today = DAY + timedelta(days=400)
    assert open_items(shuffled, today) == open_items(facts, today)
    newest = {name: max((f for f in facts if f.reference == name), key=lambda f: f.on, default=None)
              for name in ("audit", "data")}  # fmt: skip
    late = {item.reference for item in open_items(facts, today)}
    assert late == {name for name, fact in newest.items() if fact is not None and fact.kind == "obligation_unmet"}
