"""Rows of the list of cases: what stands beside each title."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from garant.core.people import Viewer
from garant.kit import moments
from garant.kit.clocks import ClockState, clock_state
from garant.kit.rendering import rendered
from garant.kit.templatetags.garant import clock_pill


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case in a list: its clock, a line about it, and by when an answer is due."""

    number: int
    subject: str
    clock: ClockState
    line: str
    by: str

    @property
    def html(self) -> SafeString:
        """The row of the list, rendered once for what it shows."""
        return rendered(
            "portal/case_row.html",
            number=self.number,
            subject=self.subject,
            clock=clock_pill(self.clock),
            line=self.line,
            by=self.by,
        )


def listed(row: Any, viewer: Viewer, now: datetime) -> ListedCase:
    """A row (cases.queries.QueueRow) for one reader."""
    clock = waiting_on_you(clock_state(row, now), row)
    own = row.opened_by.id == viewer.person_id
    words = {"number": row.number, "level": row.severity, "name": row.opened_by.name}
    line = (
        gettext("Case %(number)s, severity %(level)s, opened by you")
        if own
        else gettext("Case %(number)s, severity %(level)s, opened by %(name)s")
    )
    return ListedCase(row.number, row.subject, clock, line % words, _by(row, clock, viewer, now))


def waiting_on_you(clock: ClockState, row: Any) -> ClockState:
    """The same clock as the customer reads it: what waits, waits on them."""
    if clock.state == "paused" and not getattr(row, "paused", False):
        return ClockState("paused", gettext("waiting on you"))
    return clock


def _by(row: Any, clock: ClockState, viewer: Viewer, now: datetime) -> str:
    if clock.due is None:
        since = moments.day(row.last_activity_at, viewer.zone)
        return pgettext("a day", "since %(day)s") % {"day": since}
    words = {"time": moments.day_time_inside(clock.due, viewer.zone, now), "city": moments.place(viewer.zone)}
    if clock.state == "missed":
        return gettext("answer was due %(time)s, %(city)s") % words
    return gettext("answer by %(time)s, %(city)s") % words
