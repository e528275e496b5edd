"""Recurring deliverables: when each one is due (rule 33)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from garant.core.calendars import Calendar, CalendarError

#: How far a closed day is moved before the calendar counts as closed for good.
_LONGEST_CLOSURE = 60


#: What happens to a deliverable whose day is closed.
WHEN_CLOSED = {"previous_working_day": -1, "next_working_day": 1, "same_day": 0}


def due_in_week(
    calendar: Calendar, week: date, weekday: int, at: time, when_closed: str = "previous_working_day"
) -> datetime:
    """The due instant, in UTC, of the week that `week` lies in: on `weekday` (0 is Monday) at the wall time `at`.

    When the calendar is closed all that day, `when_closed` says whether the working day before or after takes its
    place, or none does. Raises ValueError for another word or weekday, CalendarError when no day near is open.
    """
    if when_closed not in WHEN_CLOSED:
        raise ValueError(f"unknown way {when_closed!r} for closed days: the ways are {', '.join(WHEN_CLOSED)}")
    if not 0 <= weekday <= 6:
        raise ValueError(f"weekday lies in 0 (Monday) to 6, not {weekday}")
    step = WHEN_CLOSED[when_closed]
    first = week + timedelta(days=weekday - week.weekday())
    for moved in range(_LONGEST_CLOSURE):
        day = first + timedelta(days=step * moved)
        if step == 0 or calendar.open_on(day):
            where = calendar.zone_at(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
            return datetime.combine(day, at, tzinfo=where).astimezone(UTC)
    raise CalendarError(f"calendar {calendar.code}: closed for {_LONGEST_CLOSURE} days around {week.isoformat()}")
