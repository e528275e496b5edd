"""Escalations: which levels a period owes at an instant, exactly once per period and level (clock.md 15)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from garant.core.periods import Period

NEAR = "near"
MISS = "miss"


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
