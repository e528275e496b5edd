"""Severities: their order, who may change them, and with whose consent (clock.md 7, rules 13-15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from garant.core.calendars import Calendar
from garant.core.targets import ProposalTerms, Terms

#: How long a vendor's proposal may be agreed to, in business days, unless the programme says otherwise.
PROPOSAL_BUSINESS_DAYS = 2


@dataclass(frozen=True, slots=True)
class SeverityScale:
    """A programme's levels, the most severe first; of any size."""

    levels: tuple[str, ...]

    def more_severe(self, a: str, b: str) -> bool:
        """Whether `a` is more severe than `b`; False for equals. Raises ValueError for a level it doesn't have."""
        return self.rank(a) < self.rank(b)

    def rank(self, level: str) -> int:
        """0 for the most severe level. Raises ValueError for one it doesn't have."""
        if level not in self.levels:
            raise ValueError(f"unknown severity {level!r}: the levels are {', '.join(self.levels)}")
        return self.levels.index(level)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A vendor's change of severity that waits for an authorized contact; `lapses_at` None: it never lapses."""

    severity: str
    proposed_at: datetime
    lapses_at: datetime | None
    reason: str | None = None

    def lapsed(self, at: datetime) -> bool:
        """Whether it can no longer be agreed to; at `lapses_at` itself it still can."""
        return self.lapses_at is not None and at > self.lapses_at


def lapse(terms: Terms, package: str, severities: Sequence[str], at: datetime) -> datetime | None:
    """When a proposal made at `at` lapses: as the terms say, else after two business days.

    The business days are those of the first promise found, among the case's present and proposed severity, whose
    hours are not round the clock; else of a round-the-clock one. None when nothing is promised: it never lapses.
    """
    stated = getattr(terms, "proposal_lapses", None)
    if stated is not None:
        return cast(ProposalTerms, terms).proposal_lapses(package, severities[0], at)
    rules = [
        terms.rule(package, severity, metric) for severity in severities for metric in ("initial_response", "follow_up")
    ]
    calendars = [rule.calendar for rule in rules if rule is not None]
    office = [calendar for calendar in calendars if not calendar.always_open]
    return business_days_later(at, (office or calendars)[0]) if calendars else None


def business_days_later(at: datetime, calendar: Calendar, days: int = PROPOSAL_BUSINESS_DAYS) -> datetime:
    """The instant `days` business days of open time after `at`."""
    return calendar.advance(at, timedelta(0, 0, days * (calendar.business_day // timedelta(0, 0, 1))))
