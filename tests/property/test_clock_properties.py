"""Properties of replay under random journals, and agreement with a case that is lived minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from core_cast import ALWAYS, OFFICE, TERMS, Terms, counted
from hypothesis import given
from hypothesis import strategies as st
from slow_clock import MINUTE, SlowCalendar

from garant.core.clocks import CaseClock, Event, replay
from garant.core.targets import Rule, Target

START = datetime(2026, 11, 20, 15, tzinfo=UTC)
_PLAIN = (
    "wait",
    "customer_update",
    "suspend",
    "reinstate",
    "resolve",
    "reopen",
    "check",
    "close",
    "confirmed",
    "adopted",
)


@st.composite
def journals(draw: st.DrawFn) -> list[Event]:
    at = START + timedelta(minutes=draw(st.integers(0, 4_000)))
    events = [
        Event(
            at,
            "opened",
            severity=draw(st.sampled_from("123")),
            package=draw(st.sampled_from(["gold", "silver", "bronze"])),
            by=draw(st.sampled_from([None, "contact", "vendor"])),
            held=draw(st.sampled_from([None, None, None, "standing", "sender", "unlisted"])),
        )
    ]
    for _ in range(draw(st.integers(0, 10))):
        at += timedelta(seconds=draw(st.integers(0, 150_000)))
        events.append(draw(happenings(at)))
    return events


@st.composite
def happenings(draw: st.DrawFn, at: datetime) -> Event:
    kind = draw(st.sampled_from(["response", "response", "severity_change", "package_change", "proposal", *_PLAIN]))
    if kind == "response":
        return Event(at, "response", waiting=draw(st.booleans()))
    if kind == "severity_change":
        by = draw(st.sampled_from(["contact", "vendor"]))
        return Event(
            at,
            kind,
            severity=draw(st.sampled_from("123")),
            by=by,
            agreed_by=draw(st.sampled_from([None, "contact"])),
            agreed_at=at + timedelta(seconds=draw(st.integers(0, 200_000))),
        )
    if kind == "package_change":
        return Event(at, kind, package=draw(st.sampled_from(["gold", "silver", "bronze"])))
    if kind == "proposal":
        return Event(at, draw(st.sampled_from(["proposal_accepted", "proposal_rejected"])))
    return Event(at, kind)


@given(journals(), st.integers(0, 900_000))
def test_replaying_a_prefix_gives_the_state_at_that_time(events: list[Event], seconds: int) -> None:
    at = events[0].at + timedelta(seconds=seconds)
    prefix = [event for event in events if event.at <= at]
    assert replay(events, TERMS, at) == replay(prefix, TERMS, at)


@given(journals())
def test_an_ended_period_never_changes(events: list[Event]) -> None:
    ended: dict[Any, Any] = {}
    for length in range(1, len(events) + 1):
        case = replay(events[:length], TERMS, events[length - 1].at)
        now = {each.key: each for each in case.periods if each.ended is not None}
        assert {key: now.get(key) for key in ended} == ended
        ended = now


@given(journals())
def test_every_explanation_sums_to_its_rule(events: list[Event]) -> None:
    for each in replay(events, TERMS).periods:
        assert each.steps[0].code == "received"
        if each.due is not None:
            asked = next(step.values["counted"] for step in each.steps if step.code == "rule")
            assert counted(each) == asked == each.rule.duration
            assert each.steps[-1].values == {"at": each.due}
        else:
            assert each.steps[-1].code in ("waiting", "paused", "held")


@given(journals())
def test_the_periods_of_a_case_fit_together(events: list[Event]) -> None:
    case = replay(events, TERMS)
    initial = [each for each in case.periods if each.metric == "initial_response"]
    running = [each for each in case.periods if each.ended is None]
    assert len(initial) <= 1
    assert len({each.metric for each in running}) == len(running)
    assert [each.started for each in case.periods] == sorted(each.started for each in case.periods)
    for each in case.periods:
        end = each.ended or case.as_of
        assert each.started <= end
        assert each.missed == (each.due is not None and each.due < end)
        assert (each.how == "running") == (each.ended is None)
    if case.state in ("resolved", "closed", "merged"):
        assert running == []


@given(journals(), st.integers(0, 300_000))
def test_a_case_merged_away_never_owes_anything_again(events: list[Event], seconds: int) -> None:
    at = events[-1].at + timedelta(seconds=seconds)
    case = replay([*events, Event(at, "merge", ref="1"), Event(at + MINUTE, "reopen")], TERMS)
    assert (case.state, case.next_due) == ("merged", None)


class LivedCase:
    """One case lived minute by minute: counters that fill while the office is open and support isn't suspended."""

    def __init__(self, targets: dict[str, int], calendars: dict[str, SlowCalendar]) -> None:
        self.targets, self.calendars = targets, calendars
        self.periods: list[dict[str, Any]] = []
        self.running: dict[str, dict[str, Any]] = {}
        self.waiting = self.suspended = self.resolved = False
        self.answered = False

    def start(self, metric: str, at: datetime) -> None:
        period = {
            "metric": metric,
            "started": at,
            "left": self.targets[metric],
            "due": None,
            "hidden": False,
            "ended": None,
            "how": "running",
        }
        self.running[metric] = period
        self.periods.append(period)

    def end(self, at: datetime, how: str) -> None:
        for period in self.running.values():
            period.update(ended=at, how=how)
        self.running = {}

    def tick(self, at: datetime) -> None:
        for period in self.running.values():
            if period["due"] is None and not period["hidden"] and not self.suspended:
                period["left"] -= self.calendars[period["metric"]].open_at(at)
                if period["left"] == 0:
                    period["due"] = at + MINUTE

    def hide(self, at: datetime) -> None:
        period = self.running.get("follow_up")
        if (
            period is not None
            and self.waiting
            and not period["hidden"]
            and (period["due"] is None or period["due"] >= at)
        ):
            period.update(hidden=True, due=None)

    def take(self, event: Event) -> None:
        if event.kind == "suspend":
            self.suspended = True
        elif event.kind == "reinstate":
            self.suspended = False
        elif event.kind == "reopen" and self.resolved:
            self.resolved = False
            self.start("follow_up", event.at)
        elif not self.resolved:
            self.work(event)

    def work(self, event: Event) -> None:
        if event.kind == "resolve":
            self.end(event.at, "resolve")
            self.waiting, self.resolved, self.answered = False, True, True
        elif event.kind == "response":
            self.end(event.at, "response")
            self.answered, self.waiting = True, event.waiting
            self.start("follow_up", event.at)
            self.hide(event.at)
        elif event.kind == "wait" and not self.waiting:
            self.waiting = True
            self.hide(event.at)
        elif event.kind == "customer_update" and self.waiting:
            self.waiting = False
            if self.answered:
                self.end(event.at, "superseded")
                self.start("follow_up", event.at)


@st.composite
def days(draw: st.DrawFn) -> list[Event]:
    at = START + timedelta(minutes=draw(st.integers(0, 600)))
    events = [Event(at, "opened", severity="2", package="p")]
    kinds = ["response", "wait", "customer_update", "suspend", "reinstate", "resolve", "reopen", "check"]
    for _ in range(draw(st.integers(1, 8))):
        at += timedelta(minutes=draw(st.integers(1, 900)))
        kind = draw(st.sampled_from(kinds))
        events.append(Event(at, kind, waiting=kind == "response" and draw(st.booleans())))
    return events


def cycles(case: CaseClock) -> list[tuple[Any, ...]]:
    return [(each.metric, each.started, each.due, each.ended, each.how) for each in case.periods]


@given(days(), st.integers(30, 1_200), st.integers(30, 1_200))
def test_replay_agrees_with_a_case_lived_minute_by_minute(events: list[Event], first: int, later: int) -> None:
    office = SlowCalendar({**OFFICE.to_plain(), "holidays": ["2026-11-26"]})
    always = SlowCalendar(ALWAYS.to_plain())
    terms = Terms([_lasting("initial_response", first, OFFICE), _lasting("follow_up", later, ALWAYS)])
    lived = LivedCase(
        {"initial_response": first, "follow_up": later}, {"initial_response": office, "follow_up": always}
    )
    lived.start("initial_response", events[0].at)
    line, at, end = events[1:], events[0].at, events[-1].at
    while at <= end:
        while line and line[0].at == at:
            lived.take(line.pop(0))
        lived.tick(at)
        at += MINUTE
    found = [each for each in cycles(replay(events, terms)) if each[2] is None or each[2] <= end]
    expected = [(p["metric"], p["started"], p["due"], p["ended"], p["how"]) for p in lived.periods]
    known = {(each[0], each[1]): each for each in found}
    for each in expected:
        if each[2] is not None and each[2] <= (each[3] or end):
            assert known[each[:2]] == each
        else:
            shown = next(item for item in cycles(replay(events, terms)) if item[:2] == each[:2])
            assert shown[3:] == each[3:]
            assert shown[2] is None or shown[2] >= (each[3] or end)
    assert len(cycles(replay(events, terms))) == len(expected)


def _lasting(metric: str, minutes: int, calendar: Any) -> Any:
    return Rule.of("p", "default", Target("2", metric, Decimal(minutes), "minutes", calendar.code), calendar)
