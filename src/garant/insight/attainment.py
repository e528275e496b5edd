"""How promises were kept: periods tallied by severity and metric, and the cases that were latest."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from garant.core.clocks import FOLLOW_UP, INITIAL, CaseClock, Event, Period
from garant.core.targets import Rule, Terms

METRICS = (INITIAL, FOLLOW_UP)
#: Events after which the next answer is owed, where the programme promises follow-ups.
_OWES_FOLLOW_UP = ("response", "reopen")


@dataclass(slots=True)
class Tally:
    """Counts of one severity and metric. `periods` = `met` + `missed` + `running`.

    `running` periods are open and not past due; open ones past due are `missed`. `no_promise` counts the cases
    opened, or the responses and reopenings, for which the programme's cell was empty. `used` holds the used share of
    each closed period.
    """

    met: int = 0
    missed: int = 0
    running: int = 0
    no_promise: int = 0
    used: list[float] = field(default_factory=list)

    @property
    def periods(self) -> int:
        """All periods in which an answer was owed."""
        return self.met + self.missed + self.running


@dataclass(frozen=True, slots=True)
class Late:
    """A missed period of a case and how late it was: at its end, or as of the report while it is open."""

    case: str
    period: Period
    by: timedelta


class Attainment:
    """Collects the clocks of many cases."""

    def __init__(self, severities: Sequence[str], terms: Terms, keep: int = 10) -> None:
        """`severities`: the programme's levels, most severe first. `keep`: how many latest cases are kept."""
        self.tallies = {(severity, metric): Tally() for severity in severities for metric in METRICS}
        self.terms = terms
        self.keep = keep
        self.not_owed = 0
        self._latest: list[tuple[timedelta, int, Late]] = []
        self._order = 0

    def add(self, case: str, events: Sequence[Event], clock: CaseClock) -> None:
        """Count one case: its periods, and what was not promised."""
        latest: Late | None = None
        for period in clock.periods:
            late = self._count(case, period, clock.as_of)
            if late is not None and (latest is None or late.by > latest.by):
                latest = late
        if latest is not None:
            self._remember(latest)
        self._count_no_promise(events, any(period.metric == INITIAL for period in clock.periods))

    def worst(self) -> list[Late]:
        """The latest period of each of the latest cases, the latest first; equals in the order of their coming."""
        return [late for _, _, late in sorted(self._latest, key=lambda kept: (-kept[0], -kept[1]))]

    def _count(self, case: str, period: Period, as_of: datetime) -> Late | None:
        if period.due is None:
            # Waiting on the customer: no answer is owed, so nothing can be met or missed (clock.md 6).
            self.not_owed += 1
            return None
        rule = ruling(period)
        tally = self.tallies[rule.target.severity, period.metric]
        if period.ended is not None:
            tally.used.append(used_share(period))
        if period.missed:
            tally.missed += 1
            return Late(case, period, (period.ended or as_of) - period.due)
        if period.ended is None:
            tally.running += 1
        else:
            tally.met += 1
        return None

    def _remember(self, late: Late) -> None:
        self._order -= 1
        entry = (late.by, self._order, late)
        if len(self._latest) < self.keep:
            heapq.heappush(self._latest, entry)
        else:
            heapq.heappushpop(self._latest, entry)

    def _count_no_promise(self, events: Iterable[Event], has_initial: bool) -> None:
        severity = package = ""
        for event in events:
            severity, package = event.severity or severity, event.package or package
            if event.kind == "opened" and not has_initial and event.by != "vendor":
                self.tallies[severity, INITIAL].no_promise += 1
            elif event.kind in _OWES_FOLLOW_UP and not event.waiting and self._empty(package, severity):
                self.tallies[severity, FOLLOW_UP].no_promise += 1

    def _empty(self, package: str, severity: str) -> bool:
        return self.terms.rule(package, severity, FOLLOW_UP) is None


def ruling(period: Period) -> Rule:
    """The rule that the period's due time rests on; its severity is the one the period is reported under."""
    return period.claims[0].rule if len(period.claims) == 1 else period.rule


def used_share(period: Period) -> float:
    """Counted time over target of a closed period: 1.0 is answered exactly at due.

    Both are those of the rule that the due time rests on, from the instant it counts from: after a raised severity
    that is the change. An answer in closed hours after due gives the same share as one at due.
    """
    claim = period.claims[0] if len(period.claims) == 1 else period.ruling.claim
    rule = claim.rule.as_known(period.known)
    pauses = [(pause.start, pause.end) for pause in period.pauses if pause.end is not None]
    begin = rule.begin(claim.basis, pauses)
    counted = rule.calendar.elapsed(begin, period.ended or begin, pauses)
    return counted / rule.length(begin)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which `share` (0 to 1) of the values lie, linear between neighbours; None without values.

    The same as a spreadsheet's PERCENTILE.INC, so that both sides of a contract can recompute it.
    """
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
