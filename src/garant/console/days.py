"""Local days of a reader's zone, and the open time of a calendar upon them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from garant.core.calendars import Calendar

DAY = timedelta(days=1)
Span = tuple[datetime, datetime]


def midnight(day: date, zone: tzinfo) -> datetime:
    """The instant at which a local date begins, through UTC: a skipped midnight is the first instant that exists."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def local_days(zone: tzinfo, first: date, count: int) -> list[tuple[date, datetime, datetime]]:
    """`count` local dates from `first` on, each with the instants at which it begins and ends."""
    edges = [midnight(first + DAY * i, zone) for i in range(count + 1)]
    return [(first + DAY * i, edges[i], edges[i + 1]) for i in range(count)]


def open_spans(calendar: Calendar, start: datetime, end: datetime) -> list[Span]:
    """The open stretches of a calendar within [start, end), neighbours joined."""
    spans: list[Span] = []
    for segment in calendar.segments(start, end):
        if segment.kind != "counted":
            continue
        if spans and spans[-1][1] == segment.start:
            spans[-1] = (spans[-1][0], segment.end)
        else:
            spans.append((segment.start, segment.end))
    return spans
