"""Aware instants, whole microseconds and half-open spans of time: the smallest words of the law."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

__all__ = ["EPOCH", "SECOND", "UTC", "Span", "instant", "merged", "micros", "parse_instant", "span_micros"]

#: A half-open stretch of time: it holds its start and not its end.
Span = tuple[datetime, datetime]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Microseconds in a second; every computation of the law is on whole microseconds.
SECOND = 1_000_000


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 time with its offset. Raises ValueError on anything else, also on a time without one."""
    if not isinstance(text, str) or "T" not in text.upper().replace(" ", "T"):
        raise ValueError(f"not a time: {text!r}; write it as 2026-11-20T17:00:00-07:00")
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"not a time: {text!r}; write it as 2026-11-20T17:00:00-07:00") from None
    if found.utcoffset() is None:
        raise ValueError(f"time without an offset: {text!r}; add Z or an offset such as -07:00")
    return found


def micros(at: datetime) -> int:
    """Microseconds since 1970 in UTC. Raises ValueError when `at` is naive: a wall time alone is no instant."""
    try:
        since = at - EPOCH
    except TypeError:
        raise ValueError(f"time without an offset: {at.isoformat()}") from None
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def span_micros(duration: timedelta) -> int:
    """A duration in whole microseconds, without the rounding of floats."""
    return (duration.days * 86_400 + duration.seconds) * SECOND + duration.microseconds


def instant(value: int) -> datetime:
    """The instant in UTC that lies `value` microseconds after 1970. The inverse of `micros`."""
    return EPOCH + timedelta(microseconds=value)


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, with empty ones dropped and touching or overlapping ones joined."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def merged_spans(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """The same for spans of datetimes, as microseconds."""
    return merged((micros(start), micros(end)) for start, end in spans)
