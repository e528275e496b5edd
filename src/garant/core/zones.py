"""Time zones: IANA names and fixed offsets (rule 47), and the stretches in which an offset stays the same."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from garant.core.instants import EPOCH, SECOND, micros

DAY = 86_400 * SECOND
_FIXED = re.compile(r"^UTC([+-])(\d{2}):(\d{2})$")
#: Names that zoneinfo may find on a machine and that mean another thing on each of them.
_OF_THE_MACHINE = frozenset({"localtime", "posixrules", "Factory"})


@lru_cache(maxsize=1024)
def zone(name: str) -> tzinfo:
    """The zone of an IANA name or of a fixed offset such as "UTC-08:00". Raises ValueError naming the remedy."""
    fixed = _FIXED.match(name)
    if fixed:
        hours, minutes = int(fixed[2]), int(fixed[3])
        if minutes > 59 or hours * 60 + minutes > 14 * 60:
            raise ValueError(f"unknown zone {name!r}: a fixed offset lies between UTC-14:00 and UTC+14:00")
        shift = timedelta(hours=hours, minutes=minutes)
        return timezone(shift if fixed[1] == "+" else -shift, name)
    try:
        if name in _OF_THE_MACHINE:
            raise ValueError(name)
        return UTC if name == "UTC" else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"unknown zone {name!r}: use an IANA name such as America/Denver, or a fixed offset such as UTC-08:00"
        ) from None


def offset(where: tzinfo, at: int) -> int:
    """The zone's offset from UTC at an instant, both in microseconds."""
    shift = (EPOCH + timedelta(microseconds=at)).astimezone(where).utcoffset()
    if shift is None:  # pragma: no cover  every zone made by `zone` knows its offset
        raise ValueError(f"zone {where} has no offset")
    return (shift.days * 86_400 + shift.seconds) * SECOND + shift.microseconds


def regimes(where: tzinfo, lo: int, hi: int) -> list[tuple[int, int, int]]:
    """Stretches (start, end, offset) that cover [lo, hi) and in which the zone's offset doesn't change.

    Found by asking the zone twice a day and halving to the second: the public zone data has no two changes within
    twelve hours, and this needs nothing but the zone's own answers.
    """
    if isinstance(where, timezone):
        return [(lo, hi, offset(where, lo))]
    found: list[tuple[int, int, int]] = []
    start, here, shift = lo, lo, offset(where, lo)
    while here < hi:
        ahead = min(here + DAY // 2, hi)
        later = offset(where, ahead)
        if later != shift:
            change = _change(where, here, ahead, shift)
            found.append((start, change, shift))
            start, shift, ahead = change, offset(where, change), change
        here = ahead
    if start < hi:
        found.append((start, hi, shift))
    return found


def _change(where: tzinfo, before: int, after: int, shift: int) -> int:
    """The first whole second in (before, after] at which the offset is no longer `shift`."""
    low, high = before // SECOND, -(-after // SECOND)
    while high - low > 1:
        middle = (low + high) // 2
        if offset(where, middle * SECOND) == shift:
            low = middle
        else:
            high = middle
    return high * SECOND


def first_reading(where: tzinfo, day: date, seconds: int) -> int:
    """The first instant at which the zone's wall clock reads the given time of day or a later one.

    In a skipped hour that is the instant of the jump, in a repeated one the first pass.
    """
    naive = datetime.combine(day, time()) + timedelta(seconds=seconds)
    target = micros(naive.replace(tzinfo=UTC))
    for start, end, shift in regimes(where, target - 2 * DAY, target + 2 * DAY):
        if end + shift > target:
            return max(start, target - shift)
    return target - offset(where, target)  # pragma: no cover  a zone's offset is less than two days
