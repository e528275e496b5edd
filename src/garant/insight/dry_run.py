"""What an escalation policy would have told about past cases. Nothing is written, nobody is told.

Limits for acknowledging depend on people and are not tried: only what comes by itself is counted. Calls by the
customer are in no policy's hands either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from garant.cases.queries_trying import Past, past_cases, told_in_fact
from garant.core.clocks import Period
from garant.core.escalations import AGE, MISS, Planned, Told, ahead, planned
from garant.core.people import Viewer
from garant.core.programmes import EscalationPolicy

#: Cases that one trial reads at most, and days it looks back unless told otherwise.
MOST_CASES, DAYS = 5_000, 30


@dataclass(frozen=True, slots=True)
class Would:
    """A level that would have been told: about which promise of which case, when, and to which recipients."""

    number: int
    subject: str
    severity: str
    metric: str
    period: int
    level: int
    on: str
    at: datetime
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """A policy tried on past cases: how many were read, what would have been told (in order of time), how often by
    level, by trigger and by recipient, and how often each level was told in fact. `cut`: there were more cases."""

    cases: int
    periods: int
    told: tuple[Would, ...]
    by_level: Mapping[int, int]
    by_trigger: Mapping[str, int]
    by_recipient: Mapping[str, int]
    in_fact: Mapping[int, int]
    cut: bool

    @property
    def about(self) -> int:
        """How many cases would have been escalated at all."""
        return len({each.number for each in self.told})


def try_policies(
    *,
    viewer: Viewer,
    programme: str,
    policies: Sequence[EscalationPolicy],
    now: datetime,
    days: int = DAYS,
    most: int = MOST_CASES,
) -> Trial:
    """Try policies on the cases of a programme received in the last `days`.

    Raises Refusal for somebody who may not try a policy.
    """
    since = now - timedelta(days=days)
    cases = list(past_cases(viewer=viewer, programme=programme, since=since, limit=most + 1))
    read = cases[:most]
    told = sorted((each for case in read for each in _of(case, policies)), key=lambda each: (each.at, each.number))
    return Trial(
        cases=len(read),
        periods=sum(len(case.periods) for case in read),
        told=tuple(told),
        by_level=dict(sorted(Counter(each.level for each in told).items())),
        by_trigger=dict(Counter(each.on for each in told)),
        by_recipient=dict(Counter(to for each in told for to in each.to).most_common()),
        in_fact=told_in_fact(viewer=viewer, programme=programme, since=since),
        cut=len(cases) > most,
    )


def _of(case: Past, policies: Iterable[EscalationPolicy]) -> list[Would]:
    """What would have been told about one case."""
    found: list[Would] = []
    aged: list[Told] = []
    for period in case.periods:
        severity = period.rule.target.severity
        policy = _policy(policies, severity, period.metric)
        if policy is None:
            continue
        steps = planned(period, policy, case.opened(period.started), case.after)
        for each in ahead(steps, (), aged):
            step = policy.step(each.level)
            if step is None or not _came(period, each, case.as_of):
                continue
            found.append(Would(case.number, case.subject, severity, period.metric, period.number, each.level, each.on,
                               each.at, step.to))  # fmt: skip
            if each.on == AGE:
                aged.append(Told(each.level, AGE, each.at))
    return found


def _policy(policies: Iterable[EscalationPolicy], severity: str, metric: str) -> EscalationPolicy | None:
    return next((one for one in policies if severity in one.severities and metric in one.metrics), None)


def _came(period: Period, step: Planned, as_of: datetime) -> bool:
    """Whether a level came before its promise ended: at the due time itself nothing is missed yet."""
    until = as_of if period.ended is None else min(as_of, period.ended)
    if period.ended is None and period.paused:
        return False
    return step.at < until if step.on == MISS else step.at <= until
