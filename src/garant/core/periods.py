"""Periods: one instance of a response target, and how its due time comes about from claims and pauses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from garant.core.instants import Span
from garant.core.targets import Rule

#: Joins under which a claim replaces the ones before it.
ALONE = frozenset({"first", "restart", "rebase"})
INITIAL = "initial_response"
FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an explanation: a code, and the values that a sentence about it needs."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which no clock runs, and why. `end` None: it still lasts."""

    start: datetime
    end: datetime | None
    why: str = "standing"


@dataclass(frozen=True, slots=True)
class Claim:
    """A rule's say on a due time: counted from `basis`, entered at `at` because of `cause`, joined to the claims
    before it by `join`: "first", "min" (never later than before) or "max" (never earlier; clock.md 7, 8); or, where a
    programme says so, "restart" and "rebase" (it alone counts, from the change or from the period's start; rule 10).
    """

    join: str
    basis: datetime
    rule: Rule
    at: datetime
    cause: str

    def due(self, known: datetime, pauses: Sequence[Pause]) -> datetime | None:
        """The due time under this claim alone, on calendars as known then; None while an open pause hides it."""
        rule = self.rule.as_known(known)
        ended: list[Span] = [(pause.start, pause.end) for pause in pauses if pause.end is not None]
        lasting = next((pause.start for pause in pauses if pause.end is None), None)
        if lasting is not None:
            begin = rule.begin(self.basis, ended)
            if begin > lasting or rule.calendar.elapsed(begin, lasting, ended) < rule.length(begin):
                return None
        return rule.due(self.basis, ended)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one claim did to the due time: the time it asks for, the one that held before, and the one after it."""

    claim: Claim
    asked: datetime | None
    before: datetime | None
    after: datetime | None

    @property
    def won(self) -> bool:
        """Whether the due time rests on this claim from here on."""
        return self.claim.join in ALONE or (self.asked == self.after and self.before != self.after)


def verdicts(claims: Sequence[Claim], known: datetime, pauses: Sequence[Pause]) -> tuple[Verdict, ...]:
    """Claim by claim how the due time came about. A due time hidden by an open pause (None) counts as never."""
    found: list[Verdict] = []
    due: datetime | None = None
    for claim in claims:
        asked, before = claim.due(known, pauses), due
        if claim.join in ALONE:
            due = asked
        elif claim.join == "min":
            due = asked if due is None else due if asked is None else min(due, asked)
        else:
            due = None if due is None or asked is None else max(due, asked)
        found.append(Verdict(claim, asked, before, due))
    return tuple(found)


@dataclass(frozen=True)
class Period:
    """One period of a metric. `number` counts from 1 per metric; `started` is the instant of what caused it.

    `due` None: none is owed (waiting on the customer), or it can't be told while the clock is paused. `how` is
    response, resolve, superseded, merged or running; `missed` compares with `ended`, or with the moment of asking.
    The rest is what the explanation is made from: `claims` under calendars as `known` then, and the case's pauses.
    """

    metric: str
    number: int
    started: datetime
    due: datetime | None
    ended: datetime | None
    how: str
    missed: bool
    waiting: bool
    paused: bool
    claims: tuple[Claim, ...]
    known: datetime
    pauses: tuple[Pause, ...] = ()
    notes: tuple[Step, ...] = ()

    @property
    def rule(self) -> Rule:
        """The rule that the due time rests on."""
        return self.ruling.claim.rule

    @property
    def ruling(self) -> Verdict:
        """The verdict of the claim that the due time rests on."""
        return next(v for v in reversed(verdicts(self.claims, self.known, self.pauses)) if v.won)

    @property
    def key(self) -> tuple[str, int]:
        """What names the period within its case."""
        return (self.metric, self.number)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The explanation (clock.md 18), worked out when it is asked for."""
        from garant.core.explanations import explain

        return explain(self)
