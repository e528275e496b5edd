"""What the cases room says about offered answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offered:
    """Something that may answer a case before it is filed: `kind` is "article" or "thread", `ref` names it there."""

    kind: str
    ref: str
    title: str

    @property
    def name(self) -> str:
        """Kind and reference in one word, as stored."""
        return f"{self.kind}:{self.ref}"


@dataclass(frozen=True, slots=True)
class AnswerFigure:
    """How often one answer was shown, opened, and named as the answer; `failed`: opened, and then a case was filed."""

    answer: Offered
    shown: int
    opened: int
    solved: int
    failed: int


@dataclass(frozen=True, slots=True)
class Deflection:
    """What became of the drafts beside which something was offered.

    `solved`: closed because an answer was found; `false_hopes`: those of them after which the same person filed a case
    within a week all the same; `filed`: sent as a case; `left`: neither.
    """

    offered: int
    opened: int
    solved: int
    false_hopes: int
    filed: int
    answers: tuple[AnswerFigure, ...]

    @property
    def left(self) -> int:
        """Drafts that are still open or were thrown away."""
        return self.offered - self.solved - self.filed

    @property
    def share(self) -> float | None:
        """The share of drafts really answered, of those that ended; None when none did."""
        ended = self.solved + self.filed
        return (self.solved - self.false_hopes) / ended if ended else None
