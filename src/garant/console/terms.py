"""The calendars that clocks on the pages count by: those of the rule each period started under."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from garant.core.calendars import Calendar


def calendar_of(row: Any) -> Calendar | None:
    """The counting calendar of the promise that a row or period owes; None when it owes none."""
    return row.rule.calendar if row.rule else None


def most_common(calendars: Iterable[Calendar | None]) -> Calendar | None:
    """The calendar by which most of the cases count.

    One that is always open says nothing about working days: it is taken only when there is no other. None without any.
    """
    seen: dict[str, tuple[int, Calendar]] = {}
    for calendar in calendars:
        if calendar is not None:
            count, first = seen.get(calendar.code, (0, calendar))
            seen[calendar.code] = (count + 1, first)
    kept = sorted(seen.values(), key=lambda pair: (not pair[1].always_open, pair[0]))
    return kept[-1][1] if kept else None
