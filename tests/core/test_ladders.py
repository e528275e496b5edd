"""Ladders: when each level comes, what stops it, and what a programme may not say about one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from programme_cast import plain, programme

from garant.core.clocks import Period, replay
from garant.core.escalations import AGE, MISS, NEAR, Planned, Told, ahead, next_level, planned
from garant.core.events import Event
from garant.core.instants import UTC, Span
from garant.core.programmes import Programme, ProgrammeTerms
from garant.core.programmes.trials import plain_policies, read_policies
from garant.core.programmes.values import EscalationPolicy, EscalationStep, Wait
from garant.core.targets import Rule

OPENED = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def step(level: int, on: str, after: Wait | None = None, **more: Any) -> EscalationStep:
    return EscalationStep(level, on, ("manager",), {}, after, **more)


def wait(amount: int, unit: str = "elapsed_hours", calendar: str | None = None) -> Wait:
    return Wait(Decimal(amount), unit, calendar)


def policy(*steps: EscalationStep) -> EscalationPolicy:
    return EscalationPolicy("p", ("high",), ("initial_response", "follow_up"), Decimal("0.75"), steps)


def first(*events: Event, as_of: datetime | None = None) -> Period:
    """The initial response of a case of high severity: two hours round the clock."""
    terms = programme().terms()
    opened = Event(OPENED, "opened", severity="high", package="plus", by="contact")
    return replay([opened, *events], terms, as_of).periods[0]


class Following:
    """The same terms with a follow-up as long as the initial response."""

    def __init__(self, terms: ProgrammeTerms) -> None:
        self.terms = terms

    def rule(self, package: str, severity: str, metric: str) -> Rule | None:
        return self.terms.rule(package, severity, "initial_response")

    def more_severe(self, a: str, b: str) -> bool:
        return self.terms.more_severe(a, b)


def plan(period: Period, *steps: EscalationStep) -> list[tuple[int, datetime]]:
    return [(each.level, each.at) for each in planned(period, policy(*steps), OPENED, programme().terms().after)]


def test_levels_come_at_their_trigger_and_after_their_wait() -> None:
    steps = (step(0, NEAR), step(1, MISS), step(2, MISS, wait(1)), step(3, AGE, wait(1)))
    assert plan(first(), *steps) == [
        (3, OPENED + HOUR), (0, OPENED + 1.5 * HOUR), (1, OPENED + 2 * HOUR), (2, OPENED + 3 * HOUR),
    ]  # fmt: skip


def test_a_wait_in_business_time_passes_the_night() -> None:
    """Due at 19:00 in Paris, when the office is closed; four business hours are 09:00 to 12:00 and 13:00 to 14:00."""
    assert plan(first(), step(2, MISS, wait(4, "business_hours", "office"))) == [
        (2, datetime(2026, 3, 3, 13, 0, tzinfo=UTC))
    ]


@pytest.mark.parametrize(("amount", "comes"), [(20, True), (40, False)])
def test_a_later_warning_comes_only_before_the_due_time(amount: int, comes: bool) -> None:
    assert bool(plan(first(), step(0, NEAR, wait(amount, "minutes")))) is comes


def test_time_in_which_support_is_suspended_does_not_count() -> None:
    missed = Event(OPENED + 2 * HOUR + HOUR / 2, "suspend")
    back = Event(OPENED + 20 * HOUR, "reinstate")
    assert plan(first(missed, back), step(2, MISS, wait(1))) == [(2, OPENED + 20 * HOUR + HOUR / 2)]


def test_nothing_comes_while_the_customer_has_the_next_word() -> None:
    terms = programme().terms()
    events = [
        Event(OPENED, "opened", severity="high", package="plus", by="contact"),
        Event(OPENED + HOUR, "response", waiting=True),
    ]
    clock = replay(events, Following(terms), OPENED + 9 * HOUR)
    period = clock.periods[-1]
    assert (period.metric, period.waiting) == ("follow_up", True)
    assert planned(period, policy(step(1, MISS), step(5, AGE, wait(2))), OPENED, terms.after) == ()
    written = replay([*events, Event(OPENED + 3 * HOUR, "customer_update")], Following(terms), OPENED + 9 * HOUR)
    assert [p.level for p in planned(written.periods[-1], policy(step(5, AGE, wait(2))), OPENED, terms.after)] == [5]


def test_a_level_on_age_is_told_once_for_all_promises_since_the_opening() -> None:
    one = Planned(5, AGE, OPENED + 9 * HOUR, OPENED)
    assert ahead([one], (), [Told(5, AGE, OPENED + 2 * HOUR)]) == []
    assert ahead([one], (), [Told(5, AGE, OPENED - HOUR)]) == [one]
    assert ahead([one], (), [Told(4, AGE, OPENED + 2 * HOUR)]) == [one]


def test_what_was_told_or_stopped_does_not_come() -> None:
    ladder = [Planned(2, MISS, OPENED), Planned(3, MISS, OPENED), Planned(4, AGE, OPENED, OPENED)]
    assert [p.level for p in ahead(ladder, [Told(2, MISS, OPENED)])] == [3, 4]
    assert [p.level for p in ahead(ladder, [Told(1, MISS, OPENED, stopped=True)])] == [4]


def test_the_next_level_is_of_the_same_trigger_and_was_not_told() -> None:
    steps = policy(step(1, MISS), step(2, "customer"), step(3, MISS, wait(1)), step(4, MISS, wait(2)))
    found = next_level(steps, 1, MISS, [Told(1, MISS, OPENED)])
    assert found is not None
    assert found.level == 3
    found = next_level(steps, 1, MISS, [Told(3, MISS, OPENED)])
    assert found is not None
    assert found.level == 4
    assert next_level(steps, 4, MISS, []) is None
    assert next_level(steps, 2, "customer", []) is None


def test_pauses_lengthen_a_wait_by_what_of_them_lies_in_it() -> None:
    terms = programme().terms()
    pauses: Sequence[Span] = [(OPENED - 9 * HOUR, OPENED - HOUR), (OPENED + HOUR, OPENED + 3 * HOUR)]
    assert terms.after(OPENED, wait(2), pauses) == OPENED + 4 * HOUR
    assert terms.after(OPENED, wait(1), pauses) == OPENED + HOUR
    assert terms.after(OPENED - 2 * HOUR, wait(2), pauses) == OPENED + HOUR
    assert terms.after(OPENED - 2 * HOUR, wait(3), pauses) == OPENED + 4 * HOUR


# -- what a programme may say -------------------------------------------------------------------------------------


def read(steps: list[dict[str, Any]], **more: Any) -> tuple[Any, list[str]]:
    given = {"severe": {"severities": ["high"], "near_share": Decimal("0.75"), "steps": steps, **more}}
    policies, problems = read_policies(given, programme())
    return policies, [f"{problem.path}: {problem.message}; {problem.remedy}" for problem in problems]


def test_recipients_are_roles_the_assignee_teams_rotas_and_people() -> None:
    to = ["manager", "support_manager", "assignee", "team:night-shift", "rota:weekend", "person:Ines@vendor.example"]
    policies, problems = read([{"level": 1, "on": "miss", "to": to}], catch_all=["team:leads"])
    assert problems == []
    assert policies[0].steps[0].to == tuple(to)
    assert (policies[0].catch_all, policies[0].steps[0].repeat) == (("team:leads",), 1)


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("suport_manager", "nobody is called suport_manager; did you mean support_manager?"),
        ("octopus", "nobody is called octopus; write assignee, agent"),
        ("squad:night", "unknown recipient squad:night; write team:CODE, rota:CODE or person:EMAIL"),
        ("person:ines", "ines is no address; write person: and the address"),
        ("team:", " is no code; write team: and its code"),
        ("rota:a b", "a b is no code; write rota: and its code, such as rota:nights"),
        ("person:a@b.c@d", "is no address"),
    ],
)
def test_a_wrong_recipient_is_named_with_the_way_out(to: str, said: str) -> None:
    for problems in (read([{"level": 1, "on": "miss", "to": [to]}])[1], read([MISSED], catch_all=[to])[1]):
        assert len(problems) == 1
        assert said in problems[0]


MISSED = {"level": 1, "on": "miss", "to": ["manager"]}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"on": "age"}, "a step on age without after"),
        ({"on": "customer", "after": {"amount": 1, "unit": "days"}}, "a call by the customer is told at once"),
        ({"repeat": 2}, "repeat without acknowledge_within"),
        ({"repeat": 11, "acknowledge_within": {"amount": 5, "unit": "minutes"}}, "write at most 10"),
        ({"to": []}, "nobody to tell"),
        ({"after": {"amount": 1, "unit": "business_hours"}}, "name the calendar"),
        ({"on": "full_moon"}, "unknown trigger full_moon"),
    ],
)
def test_a_step_that_can_not_be_followed_is_refused(given: dict[str, Any], said: str) -> None:
    assert any(said in problem for problem in read([{**MISSED, **given}])[1])


def test_a_warning_needs_a_share() -> None:
    _, problems = read([{"level": 0, "on": "near", "to": ["assignee"]}], near_share=None)
    assert any("near_share" in problem for problem in problems)


def laddered() -> Programme:
    steps = [
        {"level": 0, "on": "near", "to": ["assignee"], "name": {"en": "Near", "fr": "Proche"}},
        {"level": 1, "on": "miss", "to": ["team:leads"], "name": {"en": "Late", "fr": "Tard"}, "repeat": 3,
         "acknowledge_within": {"amount": 15, "unit": "minutes"}},
    ]  # fmt: skip
    severe = {"severities": ["high"], "near_share": Decimal("0.5"), "catch_all": ["finance"], "steps": steps}
    return Programme.from_plain({**plain(), "escalations": {"severe": severe}})


def test_the_policies_of_a_programme_read_back_as_they_are() -> None:
    found, problems = read_policies({"escalations": plain_policies(laddered())}, laddered())
    assert problems == []
    (policy,), (own,) = found, laddered().escalations
    assert [(s.level, s.to, s.acknowledge_within, s.repeat) for s in policy.steps] == [
        (s.level, s.to, s.acknowledge_within, s.repeat) for s in own.steps
    ]
    assert (policy.near_share, policy.catch_all) == (own.near_share, own.catch_all)


def test_a_stored_programme_keeps_its_ladders() -> None:
    again = Programme.from_plain(laddered().to_plain())
    assert again.escalations == laddered().escalations
    assert again.escalations[0].steps[1].repeat == 3
