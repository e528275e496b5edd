"""Standing and contract changes as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from garant.core.people import Actor
from garant.core.standing import NotYet, OpenItem, Proposal


@dataclass(frozen=True, slots=True)
class FactView:
    """A recorded fact; meanings as in core.standing.Fact. `by` is a name, "" for the desk itself.

    `new` False: the same fact stood there before and nothing was written.
    """

    id: int
    kind: str
    reference: str
    on: date
    amount: Decimal | None
    currency: str
    note: str
    by: str
    recorded_at: datetime
    new: bool = False


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision on standing. `decision`: suspended, reinstated or admitted (one case, `case_id`, by exception)."""

    id: int
    decision: str
    ground: str
    reason: str
    case_id: int | None
    automatic: bool
    actor: Actor
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StandingView:
    """A subscriber's standing as somebody may see it.

    `state` is good or suspended; `since`, `ground` and `reason` belong to the suspension in force. `advice` is what the
    programme's rule says today, None without a contract or for readers who don't see payments; for those `facts`,
    `items` and `decisions` are empty too. `rule_text` is the programme's words by language; `ask` whom to ask, as
    (name, address).
    """

    subscriber_id: int
    state: str
    since: datetime | None
    ground: str
    reason: str
    rule_text: dict[str, str] = field(default_factory=dict)
    ask: tuple[tuple[str, str], ...] = ()
    today: date | None = None
    facts: tuple[FactView, ...] = ()
    items: tuple[OpenItem, ...] = ()
    decisions: tuple[DecisionView, ...] = ()
    advice: Proposal | NotYet | None = None
    automatic: bool = False
    may: frozenset[str] = frozenset()

    @property
    def suspended(self) -> bool:
        """Whether support is suspended now."""
        return self.state == "suspended"


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was written down; `at` is its instant."""

    id: int
    decision: str
    subscriber_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class FactLine:
    """One line of a file of facts: its number, what it says, and what is wrong with it ("" when nothing).

    `problem` is a code with `values`; `known`: the same fact is on record already.
    """

    number: int
    cells: tuple[str, ...]
    subscriber: str = ""
    problem: str = ""
    values: dict[str, object] = field(default_factory=dict)
    known: bool = False


@dataclass(frozen=True, slots=True)
class FactFile:
    """A file of facts as it would be loaded. Nothing is loaded while one line has a problem."""

    lines: tuple[FactLine, ...]
    loaded: int = 0

    @property
    def wrong(self) -> int:
        """How many lines have a problem."""
        return sum(bool(line.problem) for line in self.lines)

    @property
    def new(self) -> int:
        """How many lines say something that is not on record yet."""
        return sum(not line.problem and not line.known for line in self.lines)
