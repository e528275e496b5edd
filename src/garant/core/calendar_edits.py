"""Changes to a calendar's days as values: closed, special hours, taken back, another week; and the hours they make."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from garant.core.hours import DAYS

Shifts = tuple[tuple[str, str], ...]
_LINE = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)\s*(?P<rest>.*)\Z")
_SHIFT = re.compile(r"(\d\d?:\d\d)\s*[-–]\s*(\d\d?:\d\d)")
_SHIFTS = re.compile(rf"{_SHIFT.pattern}(\s*,\s*{_SHIFT.pattern})*")


class DayProblem(ValueError):
    """A line that names no day or no hours; `line` counts from 1, `text` is what stands there."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: {text}")
        self.line = line
        self.text = text


@dataclass(frozen=True, slots=True)
class CalendarChanges:
    """What becomes of a calendar: days closed (with a name), days with hours of their own, days that follow the week
    again, and the week's hours by day where they change."""

    closed: Mapping[date, str] = field(default_factory=dict)
    special: Mapping[date, Shifts] = field(default_factory=dict)
    plain_days: frozenset[date] = frozenset()
    week: Mapping[str, Shifts] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything changes."""
        return bool(self.closed or self.special or self.plain_days or self.week)

    def applied(self, plain: Mapping[str, Any]) -> dict[str, Any]:
        """The plain form of one calendar version with the changes in it. Nothing is checked here."""
        touched = {*self.closed, *self.special, *self.plain_days}
        holidays = [one for one in _single(plain.get("holidays", ())) if date.fromisoformat(one["date"]) not in touched]
        holidays += [{"date": day.isoformat(), "name": name} for day, name in self.closed.items()]
        exceptions = {day: shifts for day, shifts in dict(plain.get("exceptions") or {}).items()
                      if date.fromisoformat(str(day)) not in touched}  # fmt: skip
        exceptions |= {day.isoformat(): [list(shift) for shift in shifts] for day, shifts in self.special.items()}
        changed = {**plain, "holidays": sorted(holidays, key=lambda one: one["date"])}
        if exceptions or "exceptions" in plain:
            changed["exceptions"] = dict(sorted(exceptions.items()))
        if self.week:
            weekly = dict(plain.get("weekly") or {})
            weekly |= {day: [list(shift) for shift in shifts] for day, shifts in self.week.items()}
            changed["weekly"] = {day: weekly[day] for day in DAYS if weekly.get(day)}
        return changed


def _single(holidays: Sequence[Any]) -> list[dict[str, str]]:
    """Holidays as one entry a date."""
    found = []
    for one in holidays:
        entry = dict(one) if isinstance(one, Mapping) else {"date": str(one), "name": ""}
        found.append({"date": str(entry.get("date", entry.get("from"))), "name": str(entry.get("name") or "")})
    return found


def read_days(text: str) -> tuple[dict[date, str], dict[date, Shifts]]:
    """Days as people write them, one a line: `2026-12-24 Christmas Eve` is closed, `2026-12-24 07:00-13:00` has hours
    of its own. Returns (closed, special); raises DayProblem for the first line that is neither."""
    closed: dict[date, str] = {}
    special: dict[date, Shifts] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        day, rest = _day_of(number, line)
        hours = _SHIFTS.match(rest)
        if hours:
            special[day] = read_shifts(hours[0])
        else:
            closed[day] = rest[:120]
    return closed, special


def read_dates(text: str) -> frozenset[date]:
    """Dates, one a line; what stands behind a date is passed over. Raises DayProblem."""
    lines = enumerate(text.splitlines(), 1)
    return frozenset(_day_of(number, line)[0] for number, line in lines if line.strip())


def _day_of(number: int, line: str) -> tuple[date, str]:
    found = _LINE.match(line.strip())
    try:
        if found:
            return date.fromisoformat(found["day"]), found["rest"].strip()
    except ValueError:
        pass
    raise DayProblem(number, line.strip()[:60])


def read_shifts(text: str) -> Shifts:
    """Hours as people write them, `07:00-12:00, 13:00-18:00`; empty: closed. Raises ValueError for anything else."""
    if not text.strip():
        return ()
    if not _SHIFTS.fullmatch(text.strip()):
        raise ValueError(text.strip()[:60])
    return tuple((start.zfill(5), end.zfill(5)) for start, end in _SHIFT.findall(text))


def shifts_text(shifts: Sequence[Sequence[str]]) -> str:
    """Hours as `read_shifts` takes them."""
    return ", ".join(f"{start}-{end}" for start, end in shifts)
