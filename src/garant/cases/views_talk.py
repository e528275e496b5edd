"""What both sides agree on about a case, as plain values: proposals, requests to recreate, links, followers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A severity change proposed by the vendor. `state`: open, accepted, rejected, lapsed or withdrawn.

    `lapses_at` None: it waits for ever. `due_if_accepted`: the case's next due time if it were accepted now, None when
    nothing would be owed, or when it isn't open. Names are "" for the system.
    """

    id: int
    severity: str
    previous: str
    reason: str
    proposed_by: str
    proposed_at: datetime
    lapses_at: datetime | None
    state: str
    answered_by: str
    answered_at: datetime | None
    answer: str
    due_if_accepted: datetime | None = None


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer to one question."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReproductionView:
    """A request to help recreate the error: questions, and the answers so far in the same order."""

    id: int
    asked_by: str
    asked_at: datetime
    questions: tuple[str, ...]
    answers: tuple[AnswerView, ...]
    answered_at: datetime | None

    @property
    def step(self) -> int | None:
        """The question that is next, counted from 1; None when all are answered."""
        return None if self.answered_at is not None else len(self.answers) + 1

    @property
    def question(self) -> str:
        """The next question; empty when all are answered."""
        return "" if self.step is None else self.questions[self.step - 1]


@dataclass(frozen=True, slots=True)
class LinkView:
    """Another case and what it is to this one: related, duplicate, merged_into (it goes on there), absorbed (it went
    on here), split_from (this came out of it), split_off (it came out of this)."""

    number: int
    subject: str
    state: str
    kind: str


@dataclass(frozen=True, slots=True)
class FollowerView:
    """Somebody who hears about the case."""

    person_id: int
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class CallView:
    """The customer's call for support management that support has not answered yet.

    `acknowledge_by`: by when somebody takes care of it, None without a limit; `acknowledged_at` None: nobody has yet.
    """

    at: datetime
    acknowledge_by: datetime | None = None
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SatisfactionView:
    """How content the contact was, 1 to 5."""

    score: int
    comment: str
    by: str
    at: datetime
