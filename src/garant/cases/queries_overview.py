"""What a manager looks at first: what is near and missed, who has how much, and how the weeks went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q

from garant.cases.models import Case
from garant.cases.narrowing import OPEN
from garant.core.people import Viewer
from garant.core.rights import check
from garant.core.zones import zone as zone_of
from garant.directory import queries as directory
from garant.journal.operations import database_now

#: Weeks that the trends look back.
WEEKS = 8
#: Promises that a list shows.
MOST = 12


@dataclass(frozen=True, slots=True)
class Load:
    """What somebody has in hand: open cases, and how many of them are near, missed and wait on the customer. `person`
    None: nobody has them."""

    person: int | None
    name: str
    open: int
    near: int
    missed: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Week:
    """One week of the reader's zone, from its Monday: cases filed; promises that fell due, and how many were kept.

    `kept` and `due` are of first answers, `kept_later` and `due_later` of follow-ups.
    """

    monday: date
    filed: int
    due: int
    kept: int
    due_later: int
    kept_later: int

    @property
    def share(self) -> float | None:
        """The share of first answers in time; None when none fell due."""
        return self.kept / self.due if self.due else None


@dataclass(frozen=True, slots=True)
class Owed:
    """A promise that is near or missed now."""

    number: int
    subject: str
    severity: str
    subscriber: str
    assignee: str
    metric: str
    due: datetime
    missed: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it at one instant."""

    at: datetime
    owed: tuple[Owed, ...]
    near: int
    missed: int
    load: tuple[Load, ...]
    weeks: tuple[Week, ...]
    severities: tuple[tuple[str, int], ...]


def overview(*, viewer: Viewer, weeks: int = WEEKS) -> Overview:
    """The desk as it stands, for whoever may read it. Refuses others."""
    check(viewer, "read_overview")
    now = database_now()
    open_ = Case.objects.filter(state__in=OPEN)
    missed, near = Q(next_due__lt=now), Q(next_near__lte=now, next_due__gte=now)
    sums = open_.aggregate(near=Count("pk", filter=near), missed=Count("pk", filter=missed))
    levels = open_.values_list("severity").annotate(n=Count("pk")).order_by("severity")
    return Overview(
        now, _owed(now), sums["near"], sums["missed"], _load(near, missed), _weeks(now, viewer.zone, weeks),
        tuple(levels),
    )  # fmt: skip


def _owed(now: datetime) -> tuple[Owed, ...]:
    """The promises that are near or missed, those due first first."""
    urgent = Q(next_due__lt=now) | Q(next_near__lte=now)
    rows = Case.objects.filter(urgent, state__in=OPEN, next_due__isnull=False)
    found = rows.select_related("subscriber", "assignee").order_by("next_due", "pk")[:MOST]
    return tuple(
        Owed(row.number, row.subject, row.severity, row.subscriber.name, str(row.assignee or ""), row.next_metric,
             row.next_due or now, (row.next_due or now) < now)
        for row in found
    )  # fmt: skip


def _load(near: Q, missed: Q) -> tuple[Load, ...]:
    """The open cases by who has them, the most first; those that nobody has stand at the top."""
    rows = list(
        Case.objects.filter(state__in=OPEN).values("assignee").annotate(
            open=Count("pk"), near=Count("pk", filter=near), missed=Count("pk", filter=missed),
            waiting=Count("pk", filter=Q(state="waiting")),
        ).order_by(F("assignee").asc(nulls_first=True))
    )  # fmt: skip
    names = directory.names({row["assignee"] for row in rows if row["assignee"] is not None})
    loads = [
        Load(row["assignee"], names.get(row["assignee"] or 0, ""), row["open"], row["near"], row["missed"],
             row["waiting"])
        for row in rows
    ]  # fmt: skip
    return tuple(sorted(loads, key=lambda one: (one.person is not None, -one.open, one.name)))


_FILED = """
SELECT date_trunc('week', received_at AT TIME ZONE %s)::date, count(*) FROM cases_case
WHERE received_at >= %s GROUP BY 1
"""
_DUE = """
SELECT date_trunc('week', due AT TIME ZONE %s)::date, metric = 'initial_response', count(*),
       count(*) FILTER (WHERE NOT missed)
FROM cases_period WHERE due >= %s AND due < %s AND (missed OR ended IS NOT NULL) GROUP BY 1, 2
"""


def _weeks(now: datetime, zone: str, count: int) -> tuple[Week, ...]:
    """The last weeks, the oldest first; the present one last, as far as it has gone."""
    today = now.astimezone(zone_of(zone)).date()
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=count - 1)
    since = datetime.combine(first, time(), tzinfo=zone_of(zone)).astimezone(UTC)
    filed = {row[0]: row[1] for row in _rows(_FILED, [zone, since])}
    due: dict[date, dict[bool, tuple[int, int]]] = defaultdict(dict)
    for week, initial, all_, kept in _rows(_DUE, [zone, since, now]):
        due[week][initial] = (all_, kept)
    mondays = [first + timedelta(weeks=n) for n in range(count)]
    nothing = (0, 0)
    return tuple(
        Week(day, filed.get(day, 0), *due[day].get(True, nothing), *due[day].get(False, nothing)) for day in mondays
    )


def _rows(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
