"""Standing: good or suspended, from recorded decisions (clock.md 9, rule 22). Being late alone suspends nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

GOOD = "good"
SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Decision:
    """A recorded decision on standing: `kind` is suspend or reinstate; `reason` is kept for people to read."""

    at: datetime
    kind: str
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse any other kind: a fact such as a late payment is no decision."""
        if self.kind not in ("suspend", "reinstate"):
            raise ValueError(f"unknown decision {self.kind!r}: it is suspend or reinstate")


@dataclass(frozen=True, slots=True)
class Suspension:
    """A stretch without good standing; `end` None: it still lasts."""

    start: datetime
    end: datetime | None
    reason: str


def suspensions(decisions: Iterable[Decision]) -> tuple[Suspension, ...]:
    """The stretches that decisions make, in order. A second suspension in a row changes nothing, nor a reinstatement
    of good standing; one that ends as it begins leaves no stretch."""
    found: list[Suspension] = []
    begun: Decision | None = None
    for decision in sorted(decisions, key=lambda each: each.at):
        if decision.kind == "suspend":
            begun = begun or decision
        elif begun is not None:
            if begun.at < decision.at:
                found.append(Suspension(begun.at, decision.at, begun.reason))
            begun = None
    if begun is not None:
        found.append(Suspension(begun.at, None, begun.reason))
    return tuple(found)


def standing_at(decisions: Iterable[Decision], at: datetime) -> str:
    """ "good" or "suspended" at an instant: suspended from its decision on, good again from the reinstatement on."""
    for stretch in suspensions(decision for decision in decisions if decision.at <= at):
        if stretch.start <= at and (stretch.end is None or at < stretch.end):
            return SUSPENDED
    return GOOD
