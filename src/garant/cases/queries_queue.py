"""Lists of cases: the queue, its counts, a subscriber's cases. A constant number of statements per page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django.db import connection
from django.db.models import F, Q, QuerySet

from garant.cases.models import Case, Period
from garant.cases.narrowing import OPEN, narrowed
from garant.cases.scope import visible
from garant.cases.terms import parts, rule_of
from garant.cases.views import DueRow, OpenCase, PersonBrief, QueueRow, SubscriberBrief
from garant.contracts import queries as contracts
from garant.contracts.queries import StoredTerms
from garant.core.looking import Look
from garant.core.people import Viewer
from garant.journal.operations import database_now
from garant.kit.pages import COUNTED, Page, bounded, marks, page

__all__ = ["by_number", "counts", "due_times", "my_cases", "open_by_subscriber", "open_of", "queue"]

#: No search: the lists alone.
EVERYTHING = Look()
#: The lists of the queue.
SHOWN = ("open", "mine", "unassigned", "near", "missed", "urgent", "waiting", "held")
#: What a list of one's own cases may be narrowed to.
STATES: Mapping[str, tuple[str, ...]] = {
    "open": OPEN,
    "waiting": ("waiting",),
    "held": ("held",),
    "resolved": ("resolved",),
    "closed": ("closed",),
    "merged": ("merged",),
    "done": ("resolved", "closed", "merged"),
}


def queue(
    *, viewer: Viewer, shown: str = "open", after: str | None = None, limit: int = 25, look: Look = EVERYTHING
) -> Page[QueueRow]:
    """Open cases by next due time, those that owe nothing last.

    `shown`: open, mine, unassigned, near, missed, urgent (near or missed), waiting or held; anything else is open.
    `look`: a search instead of a list (core.looking says which states it covers). `after`: the cursor of the page
    before.
    """
    limit, now, place = bounded(limit), database_now(), f"queue:{look.text or shown}"
    rows = narrowed(visible(viewer), look, viewer, now) if look else _shown(viewer, shown, now)
    mark = marks(place, after, 2)
    if mark is not None:
        rows = rows.filter(_behind(cast("datetime | None", mark[0]), cast(int, mark[1])))
    found = list(_whole(rows).order_by(F("next_due").asc(nulls_last=True), "pk")[: limit + 1])
    ids = {case.number: case.pk for case in found}
    return page(place, _rows(found), limit, lambda row: (_due_of(row, found), ids[row.number]))


def _due_of(row: QueueRow, cases: Sequence[Case]) -> datetime | None:
    return next(case.next_due for case in cases if case.number == row.number)


def _behind(due: datetime | None, last: int) -> Q:
    """What comes after a row in the order (next_due, nulls last; id)."""
    if due is None:
        return Q(next_due=None, pk__gt=last)
    return Q(next_due__gt=due) | Q(next_due=due, pk__gt=last) | Q(next_due=None)


def _shown(viewer: Viewer, shown: str, now: datetime) -> QuerySet[Case]:
    """The open cases in one of the lists, as of now."""
    rows = visible(viewer).filter(state__in=OPEN)
    missed, near = Q(next_due__lt=now), Q(next_near__lte=now, next_due__gte=now)
    narrowed = {
        "mine": Q(assignee_id=viewer.person_id),
        "unassigned": Q(assignee=None),
        "near": near,
        "missed": missed,
        "urgent": missed | Q(next_near__lte=now),
        "waiting": Q(state="waiting"),
        "held": Q(state="held"),
    }
    if shown == "mine" and viewer.person_id is None:
        return rows.none()
    return rows.filter(narrowed[shown]) if shown in narrowed else rows


def by_number(*, viewer: Viewer, text: str) -> list[QueueRow]:
    """The case that a text names by its number ("4137", "#4137"), in any state; empty when none is visible."""
    digits = text.strip().lstrip("#")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        return []
    return _rows(list(_whole(visible(viewer)).filter(number=int(digits))))


def counts(viewer: Viewer) -> dict[str, int]:
    """How many cases stand in each list of the queue, and `missed_unassigned`; each at most COUNTED.

    One statement for all, and none of its parts reads on once it has counted enough.
    """
    now = database_now()
    lists = {name: _shown(viewer, name, now) for name in SHOWN}
    lists["missed_unassigned"] = lists["missed"].filter(assignee=None)
    return dict(zip(lists, _counted(list(lists.values())), strict=True))


def _counted(lists: Sequence[QuerySet[Case]]) -> list[int]:
    """How many cases stand in each list, at most COUNTED: one statement, and no part of it reads on after that."""
    if not lists:
        return []
    parts_sql: list[str] = []
    values: list[Any] = []
    for rows in lists:
        if rows.query.is_empty():
            parts_sql.append("SELECT 0")
            continue
        sql, given = rows.order_by().values("pk")[:COUNTED].query.sql_with_params()
        parts_sql.append(f"SELECT count(*) FROM ({sql}) x")
        values.extend(given)
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"({part})" for part in parts_sql), values)
        return list(cursor.fetchone())


def open_of(*, viewer: Viewer, subscriber_id: int, but: int, limit: int = 6) -> list[OpenCase]:
    """The unfinished cases of a subscriber that are due first, without the case `but`."""
    rows = visible(viewer).filter(subscriber_id=subscriber_id, state__in=OPEN).exclude(number=but)
    found = rows.order_by(F("next_due").asc(nulls_last=True), "pk").values_list("number", "subject", "severity")
    return [OpenCase(*row) for row in found[: min(limit, 50)]]


def open_by_subscriber(*, viewer: Viewer, subscriber_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Subscriber id -> how many of its cases are not finished, and how many of those are past a due time now.

    Each is at most COUNTED, in one statement for all.
    """
    now, wanted = database_now(), sorted(set(subscriber_ids))
    unfinished = visible(viewer).filter(state__in=OPEN)
    lists = [
        rows
        for subscriber in wanted
        for every in [unfinished.filter(subscriber_id=subscriber)]
        for rows in (every, every.filter(next_due__lt=now))
    ]
    found = _counted(lists)
    return {one: (found[2 * n], found[2 * n + 1]) for n, one in enumerate(wanted)}


def due_times(*, viewer: Viewer, limit: int = 500) -> list[DueRow]:
    """The next due times of open cases, soonest first, for drawing them on a strip of days."""
    terms = contracts.terms()
    owing = _shown(viewer, "open", database_now()).filter(next_due__isnull=False)
    cases = owing.order_by("next_due", "pk")[: min(limit, 1000)]
    return [
        DueRow(
            case.number,
            case.state,
            case.held_reason or None,
            case.next_due,
            case.next_near,
            rule_of(terms, case.package_key, case.severity, case.next_metric),
            case.severity,
        )
        for case in cases.only(
            "number", "state", "held_reason", "next_due", "next_near", "package_key", "severity", "next_metric"
        )
        if case.next_due is not None
    ]


#: Words that a list looks for at once.
MOST_WORDS = 8


def my_cases(
    *,
    viewer: Viewer,
    subscriber_id: int | None = None,
    state: str | None = None,
    mine: bool = False,
    words: str = "",
    after: str | None = None,
    limit: int = 25,
) -> Page[QueueRow]:
    """The cases that a viewer may see, last active first.

    `state`: a case's state, "open" for all that are not finished, "done" for those that are; None: all. `mine`: those
    that the viewer opened. `words`: all of them stand in the title, or one is the case's number.
    """
    limit, place = bounded(limit), f"my-cases:{subscriber_id}:{state}:{mine}:{words}"
    rows = visible(viewer)
    if mine:
        rows = rows.filter(opened_by_id=viewer.person_id)
    for word in words.split()[:MOST_WORDS]:
        number = int(word) if word.isascii() and word.isdigit() and len(word) <= 18 else None
        rows = rows.filter(Q(subject__icontains=word) | Q(number=number))
    if subscriber_id is not None:
        rows = rows.filter(subscriber_id=subscriber_id)
    if state is not None:
        rows = rows.filter(state__in=STATES.get(state, (state,)))
    mark = marks(place, after, 2)
    if mark is not None:
        at, last = cast(datetime, mark[0]), cast(int, mark[1])
        rows = rows.filter(Q(last_activity_at__lt=at) | Q(last_activity_at=at, pk__lt=last))
    found = list(_whole(rows).order_by("-last_activity_at", "-pk")[: limit + 1])
    ids = {case.number: case.pk for case in found}
    return page(place, _rows(found), limit, lambda row: (row.last_activity_at, ids[row.number]))


def _whole(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Cases with whom they name, without their texts."""
    return rows.select_related("subscriber", "opened_by", "assignee", "contract").defer(
        "description", "steps", "expected", "actual", "environment"
    )


def _rows(cases: Sequence[Case]) -> list[QueueRow]:
    """The rows of a page; the running periods of all its cases come in one statement."""
    terms = contracts.terms()
    running: dict[int, list[Period]] = {}
    for period in Period.objects.filter(case__in=[case.pk for case in cases], ended=None):
        running.setdefault(period.case_id, []).append(period)
    return [_row(case, running.get(case.pk, []), terms) for case in cases]


def _row(case: Case, running: Sequence[Period], terms: StoredTerms) -> QueueRow:
    owed = sorted((p for p in running if p.due is not None), key=lambda p: (p.due, p.metric))
    period = next(iter(owed), None) or max(running, key=lambda p: p.started, default=None)
    key = parts(case.package_key)
    row = {
        "number": case.number,
        "subject": case.subject,
        "severity": case.severity,
        "state": case.state,
        "held_reason": case.held_reason or None,
        "request_type": case.request_type,
        "channel": case.channel,
        "programme": key.programme,
        "package": key.package,
        "region": key.region,
        "package_key": case.package_key,
        "zone": case.contract.zone,
        "subscriber": SubscriberBrief(case.subscriber.pk, case.subscriber.slug, case.subscriber.name),
        "opened_by": PersonBrief(case.opened_by.pk, str(case.opened_by)),
        "assignee": PersonBrief(case.assignee.pk, str(case.assignee), vendor=True) if case.assignee else None,
        "received_at": case.received_at,
        "last_activity_at": case.last_activity_at,
        "language": case.opened_by.language,
    }
    return QueueRow(**row, **_clock(period, terms))  # type: ignore[arg-type]


def _clock(period: Period | None, terms: StoredTerms) -> dict[str, object]:
    if period is None:
        return {}
    rule = rule_of(terms, period.package_key, period.severity, period.metric)
    return {
        "metric": period.metric,
        "started": period.started,
        "due": period.due,
        "near_at": period.near_at,
        "missed": period.missed,
        "waiting": period.waiting,
        "paused": period.paused,
        "rule": rule,
        "target_seconds": int(rule.duration.total_seconds()) if rule else None,
    }
