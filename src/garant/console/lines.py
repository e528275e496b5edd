"""The queue as people read it: lines in groups by working day, soonest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from garant.cases.views import QueueRow
from garant.console.days import DAY, local_days, open_spans
from garant.console.packages import Names
from garant.console.terms import calendar_of
from garant.console.words import owed
from garant.core.calendars import Calendar
from garant.kit.clocks import ClockState, clock_state
from garant.kit.moments import clock_time, day, local, short_date, weekday_day, zone
from garant.kit.rendering import rendered
from garant.kit.templatetags.garant import clock_pill

#: Columns that stand before number and subject; the others stand behind.
BEFORE = ("owed", "severity")
#: Column -> the class of its cells; the others share one.
CLASSES = {"owed": "q-owed", "severity": "q-sev", "subscriber": "q-sub", "package": "q-pkg", "assignee": "q-who"}


@dataclass(frozen=True, slots=True)
class Cell:
    """What a column shows of a case."""

    code: str
    text: str
    css: str


@dataclass(frozen=True, slots=True)
class Line:
    """One case of the queue. `due` is empty when nothing is owed; `since` then says for how long."""

    number: int
    subject: str
    severity: str
    subscriber: str
    package: str
    assignee: str
    mine: bool
    owed: str
    status: str
    clock: ClockState
    due: str
    since: str
    due_at: datetime | None
    calendar: Calendar | None
    before: tuple[Cell, ...] = ()
    after: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading; `about` explains it."""

    name: str
    about: str
    lines: tuple[Line, ...]


def line_of(
    row: QueueRow,
    *,
    now: datetime,
    zone_name: str,
    person_id: int | None,
    names: Names,
    columns: Sequence[str] = (),
) -> Line:
    """A queue row as a line, for a reader in a zone; `columns` are those shown beside clock, number and subject."""
    calendar = calendar_of(row)
    clock = short(clock_state(row, now, calendar))
    mine = row.assignee is not None and row.assignee.id == person_id
    texts = {
        "owed": lambda: owed(row.metric) if row.metric and row.due else "–",
        "severity": lambda: row.severity,
        "subscriber": lambda: row.subscriber.name,
        "package": lambda: names.package(row.package_key),
        "assignee": lambda: pgettext("filter", "Me") if mine else _assignee(row),
        "contact": lambda: row.opened_by.name,
        "language": lambda: row.language.upper(),
        "type": lambda: names.request_type(row.package_key, row.request_type),
        "received": lambda: due_text(row.received_at, now, zone_name),
        "active": lambda: due_text(row.last_activity_at, now, zone_name),
    }
    return Line(
        before=tuple(Cell(code, texts[code](), _css(code, row, mine)) for code in columns if code in BEFORE),
        after=tuple(Cell(code, texts[code](), _css(code, row, mine)) for code in columns if code not in BEFORE),
        number=row.number,
        subject=row.subject,
        severity=row.severity,
        subscriber=row.subscriber.name,
        package=names.package(row.package_key),
        assignee=short_name(row.assignee.name if row.assignee else ""),
        mine=mine,
        owed=owed(row.metric) if row.metric and row.due else "",
        status=status(row),
        clock=clock,
        due=due_text(clock.due, now, zone_name) if clock.due else "",
        since=since_text(row, clock, now, zone_name),
        due_at=clock.due,
        calendar=calendar,
    )


def row_of(line: Line, *, may_work: bool) -> SafeString:
    """The line as a row of the table, rendered once for what it shows."""
    return rendered(
        "console/parts/queue_row.html",
        number=line.number, subject=line.subject, clock=clock_pill(line.clock), due=line.due, since=line.since,
        status=line.status, before=line.before, after=line.after, may_work=may_work,
    )  # fmt: skip


def item_of(row: QueueRow, now: datetime) -> SafeString:
    """The row as an item of a subscriber's list, rendered once for what it shows."""
    clock = clock_pill(short(clock_state(row, now, calendar_of(row))))
    return rendered(
        "console/parts/case_item.html", number=row.number, subject=row.subject, severity=row.severity, clock=clock
    )


def _assignee(row: QueueRow) -> str:
    return short_name(row.assignee.name) if row.assignee else pgettext("filter", "Nobody")


def _css(code: str, row: QueueRow, mine: bool) -> str:
    said = ("" if row.assignee else " nobody") if not mine else " mine"
    return CLASSES.get(code, "q-more") + (said if code == "assignee" else "")


def short(clock: ClockState) -> ClockState:
    """The clock with one word where it stands still: the column is narrow, and the status says the rest."""
    if clock.state not in ("paused", "held", "none"):
        return clock
    words = {
        "paused": pgettext("clock", "waiting"),
        "held": pgettext("clock", "held"),
        "none": pgettext("clock", "no target"),
    }
    return replace(clock, text=words[clock.state])


def short_name(name: str | None) -> str:
    """ "Ruth A." for "Ruth Abernathy"; a single word stays; empty for nobody. Names in CJK stay whole."""
    words = (name or "").split()
    if len(words) < 2 or not words[-1][0].isascii():
        return name or ""
    return f"{words[0]} {words[-1][0]}."


def status(row: QueueRow) -> str:
    """What a reader must know besides the clock; empty for a plain open case."""
    if row.state == "held":
        return {
            "standing": gettext("Support suspended"),
            "sender": gettext("Sender not confirmed"),
            "unlisted": gettext("No authorized contact"),
        }.get(row.held_reason or "", gettext("Held"))
    if row.paused:
        return gettext("Support suspended")
    return gettext("Waiting on customer") if row.state == "waiting" else ""


def due_text(due: datetime, now: datetime, zone_name: str) -> str:
    """Short: the time alone today, with the weekday within six days, else with the date."""
    days = (local(due, zone_name).date() - local(now, zone_name).date()).days
    time = clock_time(due, zone_name)
    if days == 0:
        return time
    if 0 < days < 7:
        return pgettext("weekday and time", "%(day)s %(time)s") % {"day": weekday_day(due, zone_name)[0], "time": time}
    return pgettext("date and time", "%(date)s %(time)s") % {"date": short_date(due, zone_name), "time": time}


def since_text(row: QueueRow, clock: ClockState, now: datetime, zone_name: str) -> str:
    """Instead of a due time: since when the clock stands, or how long a case without a promise is open."""
    if clock.due:
        return ""
    if clock.state == "none":
        return open_for(now - row.received_at)
    since = row.started or row.received_at
    return gettext("since %(date)s") % {"date": short_date(since, zone_name)}


def open_for(age: timedelta) -> str:
    """How long something is open, in days or hours of plain time."""
    if age >= DAY:
        return ngettext("open %(n)d day", "open %(n)d days", age.days) % {"n": age.days}
    hours = max(0, int(age.total_seconds() // 3600))
    return gettext("open %(n)d h") % {"n": hours} if hours else gettext("just opened")


def grouped(lines: Iterable[Line], *, now: datetime, zone_name: str, calendar: Calendar | None) -> list[Group]:
    """Lines under Missed, Today, Tomorrow, the next working day, Later, Clock stopped and No response target."""
    today = local(now, zone_name).date()
    next_day = _next_working_day(calendar, now, zone_name)
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(_group(line, today, next_day, zone_name), []).append(line)
    return [
        Group(name, about, tuple(found[key]))
        for key, name, about in _headings(now, zone_name, calendar, next_day)
        if key in found
    ]


def _group(line: Line, today: date, next_day: date | None, zone_name: str) -> str:
    if line.clock.state == "missed":
        return "missed"
    if line.due_at is None:
        return "none" if line.clock.state == "none" else "stopped"
    due = local(line.due_at, zone_name).date()
    if due <= today:
        return "today"
    if due == today + DAY:
        return "tomorrow"
    return "next" if next_day and due == next_day else "later"


def _headings(
    now: datetime, zone_name: str, calendar: Calendar | None, next_day: date | None
) -> Sequence[tuple[str, str, str]]:
    today = local(now, zone_name).date()
    following = day(next_day) if next_day else ""
    return (
        ("missed", gettext("Missed"), gettext("due time has passed, no answer yet")),
        ("today", gettext("Today"), _today(calendar, now, zone_name)),
        ("tomorrow", gettext("Tomorrow"), _hours(calendar, today + DAY, zone_name)),
        ("next", following, _hours(calendar, next_day, zone_name) if next_day else ""),
        ("later", gettext("Later"), ""),
        ("stopped", gettext("Clock stopped"), gettext("nothing is owed now")),
        ("none", gettext("No response target"), gettext("the package promises none; oldest first")),
    )


def _today(calendar: Calendar | None, now: datetime, zone_name: str) -> str:
    if calendar is None:
        return ""
    spans = _spans(calendar, local(now, zone_name).date(), zone_name)
    if not spans:
        return gettext("working hours are closed, round-the-clock promises run on")
    if now >= spans[-1][1]:
        return gettext("working hours closed at %(time)s") % {"time": clock_time(spans[-1][1], zone_name)}
    return gettext("working hours close at %(time)s") % {"time": clock_time(spans[-1][1], zone_name)}


def _hours(calendar: Calendar | None, of: date, zone_name: str) -> str:
    """The day with its working hours: "Wed 25 Nov, 07:00–18:00"."""
    spans = _spans(calendar, of, zone_name) if calendar else []
    if not spans:
        return gettext("%(day)s, closed") % {"day": day(of)} if calendar else day(of)
    times = f"{clock_time(spans[0][0], zone_name)}–{clock_time(spans[-1][1], zone_name)}"
    return gettext("%(day)s, %(hours)s") % {"day": day(of), "hours": times}


def _spans(calendar: Calendar, of: date, zone_name: str) -> list[tuple[datetime, datetime]]:
    ((_, begins, ends),) = local_days(zone(zone_name), of, 1)
    return open_spans(calendar, begins, ends)


def _next_working_day(calendar: Calendar | None, now: datetime, zone_name: str) -> date | None:
    """The first day after today with open hours; None without a calendar or for two weeks without any."""
    if calendar is None:
        return None
    first = local(now, zone_name).date() + DAY
    for of, begins, ends in local_days(zone(zone_name), first, 14):
        if open_spans(calendar, begins, ends):
            return of
    return None
