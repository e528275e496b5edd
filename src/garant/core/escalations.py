"""Escalations: which levels a period owes at an instant, exactly once per period and level (clock.md 15)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from garant.core.instants import Span
from garant.core.periods import Period

if TYPE_CHECKING:
    from garant.core.programmes.values import EscalationPolicy, EscalationStep, Wait

NEAR = "near"
MISS = "miss"
AGE = "age"
CUSTOMER = "customer"

#: The instant at which a wait that began at an instant is over, without the pauses.
After = Callable[[datetime, "Wait", Sequence[Span]], datetime]


@dataclass(frozen=True, slots=True)
class Rung:
    """One level of a ladder. `on` is near (a `share` of the target has passed) or miss; `after` is the further wait in
    real time. `level` orders the rungs and, with the period, makes an escalation unique."""

    level: int
    on: str = MISS
    share: Decimal | None = None
    after: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        """Refuse an unknown trigger and a share that isn't one."""
        if self.on not in (NEAR, MISS):
            raise ValueError(f"unknown trigger {self.on!r}: it is near or miss")
        if self.on == NEAR and (self.share is None or not 0 < self.share < 1):
            raise ValueError(f"level {self.level}: near needs a share above 0 and below 1, not {self.share}")
        if self.after < timedelta(0):
            raise ValueError(f"level {self.level}: the wait can't be negative")


@dataclass(frozen=True, slots=True)
class Escalation:
    """A level that is owed: of the period `key` (metric, number), since the instant `at`."""

    key: tuple[str, int]
    level: int
    on: str
    at: datetime


def near_at(period: Period, share: Decimal) -> datetime | None:
    """When a share of the period's target has passed; None while nothing is owed.

    It counts as the due time does: from the basis of the rule that the due time rests on, on its hours, less pauses.
    Never after the due time, nor before the period started.
    """
    if period.due is None:
        return None
    claim = period.ruling.claim
    rule = claim.rule.as_known(period.known)
    pauses = [(pause.start, pause.end) for pause in period.pauses if pause.end is not None]
    begin = rule.begin(claim.basis, pauses)
    whole = rule.length(begin) // timedelta(microseconds=1)
    part = timedelta(microseconds=int(whole * share))
    return min(period.due, rule.calendar.advance(begin, part, pauses))


def owed(period: Period, ladder: Sequence[Rung], at: datetime, told: Collection[int] = ()) -> tuple[Escalation, ...]:
    """The levels of a ladder that a period owes at an instant and that are not among those `told`, lowest first.

    A level fires on the stored due time, so an ended period owes only what was due before its end: near if it ended
    later than that, a miss if it ended after due. One merged away owes nothing. At the due time itself nothing is
    missed yet; after it, a level for being near is no longer worth telling.
    """
    if period.due is None or period.how == "merged":
        return ()
    found = []
    for rung in sorted(ladder, key=lambda each: each.level):
        trigger = period.due if rung.on == MISS else near_at(period, rung.share or Decimal(0))
        if rung.level in told or trigger is None:
            continue
        since = trigger + rung.after
        until = at if period.ended is None else min(at, period.ended)
        passed = since < until if rung.on == MISS else since <= until <= period.due
        if passed:
            found.append(Escalation(period.key, rung.level, rung.on, since))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Planned:
    """A level that comes at an instant unless the promise is kept before. `since`: from when a level on age counts, so
    that the case's next promise does not tell it again; None for the other triggers."""

    level: int
    on: str
    at: datetime
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A level that was told about a promise. `stopped`: somebody ended it with a reason (de-escalated)."""

    level: int
    on: str
    at: datetime
    stopped: bool = False


def planned(period: Period, policy: EscalationPolicy, opened: datetime, after: After) -> tuple[Planned, ...]:
    """Every level of a policy that comes by itself, with its instant, in order.

    `opened`: when the case was opened, or opened again: what its age counts from. Nothing while nothing is owed
    (waiting on the customer). Of a level for being near only what lies before the due time.
    """
    if period.waiting or period.how == "merged":
        return ()
    pauses = [(pause.start, pause.end) for pause in period.pauses if pause.end is not None]
    found = []
    for step in policy.steps:
        at = _trigger(period, policy, step, opened)
        if at is None:
            continue
        if step.after is not None:
            at = after(at, step.after, pauses)
        if step.on == NEAR and period.due is not None and at > period.due:
            continue
        if step.on == AGE:
            found.append(Planned(step.level, AGE, max(at, period.started), opened))
        else:
            found.append(Planned(step.level, step.on, at))
    return tuple(sorted(found, key=lambda each: (each.at, each.level)))


def _trigger(period: Period, policy: EscalationPolicy, step: EscalationStep, opened: datetime) -> datetime | None:
    """The instant that a step counts from; None when it can't come, or comes by somebody's act."""
    if step.on == AGE:
        return opened
    if step.on == MISS:
        return period.due
    return near_at(period, policy.near_share) if step.on == NEAR and policy.near_share is not None else None


def ahead(ladder: Iterable[Planned], told: Sequence[Told], told_by_age: Iterable[Told] = ()) -> list[Planned]:
    """The levels of a ladder that are still to come, in order: not told, and of a trigger that nobody stopped.

    `told`: of this promise; `told_by_age`: on age, of any promise of the case.
    """
    levels = {each.level for each in told}
    stopped = {each.on for each in told if each.stopped}
    aged = [(each.level, each.at) for each in told_by_age]
    return [
        each
        for each in ladder
        if each.level not in levels
        and each.on not in stopped
        and not (each.since is not None and any(level == each.level and at >= each.since for level, at in aged))
    ]


def next_level(policy: EscalationPolicy, level: int, on: str, told: Sequence[Told]) -> EscalationStep | None:
    """The step after a level that nobody acknowledged: the next higher one of the same trigger that was not told."""
    levels = {each.level for each in told}
    for step in policy.steps:
        if step.level > level and step.on == on and step.level not in levels:
            return step
    return None
