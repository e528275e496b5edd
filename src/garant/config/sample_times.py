"""When something in the sample desk happened: so much working time, or such a share of a target, before now."""

from __future__ import annotations

from datetime import datetime, timedelta

from garant.core.calendars import Calendar
from garant.core.targets import Rule, Terms

#: No sample lies further back than this.
FURTHEST = timedelta(days=120)


def moment(ago: str, terms: Terms, package_key: str, severity: str, now: datetime) -> datetime:
    """The instant that `ago` means for a case: "3.5 h" or "0.9 METRIC".

    Hours count on the calendar of the case's initial target, shares on that of the metric named; elapsed time where
    nothing is promised. Raises ValueError for anything else, and for a share of a target that is not promised.
    """
    amount, unit = ago.split()
    if unit == "h":
        rule = terms.rule(package_key, severity, "initial_response")
        return back(rule.calendar if rule else None, timedelta(hours=float(amount)), now)
    found: Rule | None = terms.rule(package_key, severity, unit)
    if found is None:
        raise ValueError(f"{ago}: severity {severity} has no target {unit} under {package_key}")
    return back(found.calendar, found.duration * float(amount), now)


def back(calendar: Calendar | None, duration: timedelta, now: datetime) -> datetime:
    """The latest instant with `duration` of open time (None: elapsed time) between it and `now`, to the second."""
    if calendar is None:
        return now - duration
    low, high = now - FURTHEST, now
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if calendar.elapsed(middle, now) >= duration:
            low = middle
        else:
            high = middle
    return low
