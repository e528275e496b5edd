"""What a clock says on a page: one state, one icon, one text. Left and late are working time of the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.utils.translation import gettext

from garant.kit.moments import duration

ZERO = timedelta(0)


class Counts(Protocol):
    """The part of a calendar that a clock needs (core.calendars.Calendar has it)."""

    def elapsed(self, start: datetime, end: datetime, pauses: Sequence[tuple[datetime, datetime]] = ()) -> timedelta:
        """Working time between two instants."""
        ...


@dataclass(frozen=True, slots=True)
class ClockState:
    """A clock as shown. `state`: running, near, missed, met, paused, held or none; `text` says the same in words.

    `due` is None when nothing is owed; `left` is working time left (negative: late), None without a due time;
    `share` is the part of the target still left in percent, 0 to 100, None when the target is unknown.
    """

    state: str
    text: str
    due: datetime | None = None
    left: timedelta | None = None
    share: float | None = None

    @property
    def icon(self) -> str:
        """The sprite's icon; a running clock draws its own dial when the share is known."""
        return self.state

    @property
    def pill(self) -> bool:
        """Whether the text stands on a wash: only what asks for somebody to act."""
        return self.state in ("near", "missed")


def clock_state(row: Any, now: datetime, calendar: Counts | None = None) -> ClockState:
    """The clock of a case row or a period at `now`.

    `row` is read by name, whatever is there: state, held_reason, due, near_at, started, ended, missed, waiting,
    paused, how, target_seconds (or rule.duration). `calendar` counts the working time; without it (or without a rule
    on the row) left and late are plain time.
    """
    rule = getattr(row, "rule", None)
    counts = calendar or getattr(row, "calendar", None) or getattr(rule, "calendar", None)
    if getattr(row, "ended", None) is not None:
        return _ended(row, counts)
    still = _still(row)
    if still is not None:
        return still
    due = getattr(row, "due", None)
    if due is None:
        return ClockState("none", gettext("no target"))
    return _ticking(row, now, due, counts)


def state_of(row: Any, now: datetime) -> str:
    """The state alone of a row that owes something, as `clock_state` finds it: for drawing many."""
    if row.state == "held" or row.held_reason:
        return "held"
    if now > row.due:
        return "missed"
    return "near" if row.near_at is not None and now >= row.near_at else "running"


def _still(row: Any) -> ClockState | None:
    """The states in which nothing ticks, or None."""
    state = getattr(row, "state", "") or ""
    held = getattr(row, "held_reason", "") or ""
    if state == "held" or held:
        return ClockState("held", _held_text(held))
    if state in ("resolved", "closed", "merged"):
        return ClockState(
            "none", {"resolved": gettext("resolved"), "closed": gettext("closed")}.get(state, gettext("merged"))
        )
    if getattr(row, "paused", False):
        return ClockState("paused", gettext("paused: support suspended"))
    if getattr(row, "waiting", False) or (state == "waiting" and getattr(row, "due", None) is None):
        return ClockState("paused", gettext("waiting on the customer"))
    return None


def _held_text(reason: str) -> str:
    return {
        "standing": gettext("held: support suspended"),
        "sender": gettext("held: sender not confirmed"),
        "unlisted": gettext("held: no authorized contact"),
    }.get(reason, gettext("held"))


def _ticking(row: Any, now: datetime, due: datetime, counts: Counts | None) -> ClockState:
    if now > due:
        late = _between(counts, due, now)
        return ClockState("missed", late_text(late), due, -late, 0.0)
    left = _between(counts, now, due)
    near = getattr(row, "near_at", None)
    state = "near" if near is not None and now >= near else "running"
    return ClockState(state, gettext("%(time)s left") % {"time": duration(left)}, due, left, _share(row, left))


def _ended(row: Any, counts: Counts | None) -> ClockState:
    due, ended = getattr(row, "due", None), row.ended
    how = getattr(row, "how", "") or ""
    if due is None:
        return ClockState("none", gettext("ended by the next message") if how == "superseded" else gettext("no target"))
    if getattr(row, "missed", False) or ended > due:
        late = _between(counts, due, ended) if ended > due else ZERO
        return ClockState("missed", late_text(late), due, -late, 0.0)
    if how in ("superseded", "merged"):
        return ClockState("none", gettext("ended by the next message"), due)
    early = _between(counts, ended, due)
    text = gettext("%(time)s early") % {"time": duration(early)} if early else gettext("just in time")
    return ClockState("met", text, due, early)


def late_text(late: timedelta) -> str:
    """ "32 min late"; late without any working time passed says so (an answer after closing is late all the same)."""
    if late < timedelta(minutes=1):
        return gettext("late, after hours") if not late else gettext("just late")
    return gettext("%(time)s late") % {"time": duration(late)}


def _between(counts: Counts | None, start: datetime, end: datetime) -> timedelta:
    return counts.elapsed(start, end) if counts is not None else end - start


def _share(row: Any, left: timedelta) -> float | None:
    rule = getattr(row, "rule", None)
    seconds = getattr(row, "target_seconds", None)
    whole = timedelta(seconds=seconds) if seconds else getattr(rule, "duration", None)
    if not isinstance(whole, timedelta) or not whole:
        return None
    return round(max(0.0, min(100.0, 100 * (left / whole))), 1)
