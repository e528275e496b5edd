"""What acts on standing and contracts leave behind in the cases, and what they would change: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StandingChanged:
    """A decision and its reach. `cases`: numbers of the cases whose clocks paused or went on."""

    decision: str
    at: datetime
    cases: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ContractChanged:
    """A contract's change: its amendment, and how many open cases got other terms."""

    reference: str
    amendment: int
    cases: int


@dataclass(frozen=True, slots=True)
class ChangedPeriod:
    """A running period before and after. `old_due` None: nothing was owed; `new` True: it starts with the change."""

    metric: str
    number: int
    started: datetime
    old_due: datetime | None
    new_due: datetime | None
    missed: bool
    new: bool = False

    @property
    def moves(self) -> bool:
        """Whether the due time changes."""
        return self.old_due != self.new_due


@dataclass(frozen=True, slots=True)
class ChangedCase:
    """An open case under the terms that a change would give it."""

    number: int
    subject: str
    severity: str
    state: str
    suspended: bool
    periods: tuple[ChangedPeriod, ...]

    @property
    def moves(self) -> bool:
        """Whether any due time changes."""
        return any(period.moves for period in self.periods)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a contract's change would make of it and of its open cases. `more`: cases that are not listed."""

    package: str
    version: str
    region: str
    ends_on: str
    limit: int | None
    cause: str
    at: datetime
    cases: tuple[ChangedCase, ...]
    more: int = 0
