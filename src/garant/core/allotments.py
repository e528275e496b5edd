"""When an allotment is granted: the periods of a contract's term, one after the other (rule 32).

Periods are counted from the first day of the contract (or of its renewal), not from the first of January: a year ends
the day before the anniversary. The last period ends with the contract.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
#: Months of the periods that follow one another within a term.
MONTHS = {"year": 12, "quarter": 3, "month": 1}
#: Nobody is warned earlier than this many days before the end.
EARLIEST_WARNING = 30


@dataclass(frozen=True, slots=True)
class Window:
    """One period: first and last day, both inclusive (`ends` None: no end).

    `next_on`: the first day of the period after it, None when there is none. `anchor`: the day from which the periods
    after it are counted.
    """

    starts: date
    ends: date | None
    next_on: date | None
    anchor: date


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def window(period: str, anchor: date, on: date, last: date) -> Window:
    """The period that begins on the day `on` of a contract whose last day is `last`.

    `period`: one of `programmes.words.PERIODS`. What is granted `once` or limits what exists `at_once` has no end.
    Raises ValueError for an unknown period and for a day after `last` or before `anchor`.
    """
    if not anchor <= on <= last:
        raise ValueError(f"{on} lies outside {anchor} to {last}")
    if period in ("once", "at_once"):
        return Window(on, None, None, anchor)
    if period == "term":
        return Window(on, last, last + ONE_DAY, last + ONE_DAY)
    if period not in MONTHS:
        raise ValueError(f"unknown period {period!r}")
    follows = _next(anchor, MONTHS[period], on)
    if follows - ONE_DAY > last:
        return Window(on, last, last + ONE_DAY, last + ONE_DAY)
    # Exactly at the contract's end the count goes on: a renewal keeps its anniversaries.
    return Window(on, follows - ONE_DAY, follows, anchor)


def _next(anchor: date, months: int, on: date) -> date:
    """The first boundary after `on`; always counted from the anchor, so that the 31st doesn't wander."""
    passed = (on.year - anchor.year) * 12 + on.month - anchor.month
    count = max(passed // months, 1)
    while add_months(anchor, count * months) <= on:
        count += 1
    return add_months(anchor, count * months)


def warning_days(starts: date, ends: date) -> int:
    """How many days before its end a lot's holders are told: a quarter of its life, at most EARLIEST_WARNING."""
    return min(EARLIEST_WARNING, max(1, ((ends - starts).days + 1) // 4))
