"""Lists of cases: the queue, its counts, a subscriber's cases. A constant number of statements per page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple, cast

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL

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
    terms = contracts.terms()  # first: on a page the moment comes with them
    limit, now, place = bounded(limit), database_now(), f"queue:{look.text or shown}"
    rows = narrowed(visible(viewer), look, viewer, now) if look else _shown(viewer, shown, now)
    mark = marks(place, after, 2)
    if mark is not None:
        rows = rows.filter(_behind(cast("datetime | None", mark[0]), cast(int, mark[1])))
    found = _listed(rows.order_by(F("next_due").asc(nulls_last=True), "pk")[: limit + 1])
    ends = {case.number: (case.next_due, case.pk) for case in found}
    return page(place, _rows(found, terms), limit, lambda row: ends[row.number])


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
    return _rows(_listed(visible(viewer).filter(number=int(digits))), contracts.terms())


def counts(viewer: Viewer) -> dict[str, int]:
    """How many cases stand in each list of the queue, and `missed_unassigned`; each at most COUNTED.

    One statement for all, and none of its parts reads on once it has counted enough.
    """
    columns, values = _counting(viewer.person_id) if viewer.is_staff else _counts_of(viewer)
    now = database_now()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", [now if value == _NOW else value for value in values])
        return dict(zip((*SHOWN, "missed_unassigned"), cursor.fetchone(), strict=True))


#: Stands for the moment in a statement that is kept.
_NOW = datetime(1, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1024)
def _counting(person_id: int | None) -> tuple[str, tuple[Any, ...]]:
    """The statement of `counts` for one of the staff, who all see the same cases: on every page of the console."""
    return _counts_of(Viewer(person_id=person_id, staff_roles=frozenset({"agent"})))


def _counts_of(viewer: Viewer) -> tuple[str, tuple[Any, ...]]:
    lists = {name: _shown(viewer, name, _NOW) for name in SHOWN}
    return _counting_sql([*lists.values(), lists["missed"].filter(assignee=None)])


def _counting_sql(lists: Sequence[QuerySet[Case]]) -> tuple[str, tuple[Any, ...]]:
    """How many cases stand in each list, at most COUNTED: columns of a statement, none of which reads on after that."""
    columns: list[str] = []
    values: list[Any] = []
    for rows in lists:
        if rows.query.is_empty():
            columns.append("0")
            continue
        sql, given = rows.order_by().values("pk")[:COUNTED].query.sql_with_params()
        columns.append(f"(SELECT count(*) FROM ({sql}) x)")
        values.extend(given)
    return ", ".join(columns), tuple(values)


def open_of(*, viewer: Viewer, subscriber_id: int, but: int, limit: int = 6) -> tuple[list[OpenCase], int]:
    """The unfinished cases of a subscriber that are due first, without the case `but`, and how many there are of them
    in all, at most COUNTED."""
    rows = visible(viewer).filter(subscriber_id=subscriber_id, state__in=OPEN).exclude(number=but)
    sql, values = _counting_sql([rows])
    counted = rows.annotate(n=RawSQL(sql, values))  # noqa: S611  the ORM's own statement
    found = counted.order_by(F("next_due").asc(nulls_last=True), "pk")[: min(limit, 50)]
    shown = list(found.values_list("number", "subject", "severity", "n"))
    return [OpenCase(*row[:3]) for row in shown], shown[0][3] if shown else 0


def open_by_subscriber(*, viewer: Viewer, subscriber_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Subscriber id -> how many of its cases are not finished, and how many of those are past a due time now.

    Each is at most COUNTED, in one statement for all.
    """
    every = visible(viewer).filter(state__in=OPEN, subscriber_id=RawSQL("s.id", []))
    columns, values = _counting_sql([every, every.filter(next_due__lt=database_now())])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.id, {columns} FROM unnest(%s::bigint[]) AS s(id)", [*values, sorted(set(subscriber_ids))]
        )
        return {subscriber: (n, late) for subscriber, n, late in cursor.fetchall()}


def due_times(*, viewer: Viewer, limit: int = 500) -> list[DueRow]:
    """The next due times of open cases, soonest first, for drawing them on a strip of days."""
    terms = contracts.terms()
    owing = _shown(viewer, "open", database_now()).filter(next_due__isnull=False)
    cases = owing.order_by("next_due", "pk")[: min(limit, 1000)]
    found = cases.values_list(
        "number", "state", "held_reason", "next_due", "next_near", "package_key", "severity", "next_metric"
    )
    return [
        DueRow(number, state, held or None, due, near, rule_of(terms, key, severity, metric), severity)
        for number, state, held, due, near, key, severity, metric in found
        if due is not None
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
    found = _listed(rows.order_by("-last_activity_at", "-pk")[: limit + 1])
    ids = {case.number: case.pk for case in found}
    return page(place, _rows(found, contracts.terms()), limit, lambda row: (row.last_activity_at, ids[row.number]))


class _Listed(NamedTuple):
    """What a list reads of a case and of whom it names, and no more: whole rows are mostly texts and passwords."""

    pk: int
    number: int
    subject: str
    severity: str
    state: str
    held_reason: str
    request_type: str
    channel: str
    package_key: str
    received_at: datetime
    last_activity_at: datetime
    next_due: datetime | None
    zone: str
    subscriber_id: int
    subscriber_slug: str
    subscriber_name: str
    opener_id: int
    opener_name: str
    opener_email: str
    opener_language: str
    assignee_id: int | None
    assignee_name: str | None
    assignee_email: str | None


_LISTED = (
    "pk", "number", "subject", "severity", "state", "held_reason", "request_type", "channel", "package_key",
    "received_at", "last_activity_at", "next_due", "contract__zone", "subscriber_id", "subscriber__slug",
    "subscriber__name", "opened_by_id", "opened_by__name", "opened_by__email", "opened_by__language", "assignee_id",
    "assignee__name", "assignee__email",
)  # fmt: skip


def _listed(rows: QuerySet[Case]) -> list[_Listed]:
    return [_Listed(*row) for row in rows.values_list(*_LISTED)]


class _Running(NamedTuple):
    """What a list reads of a running period."""

    case_id: int
    metric: str
    started: datetime
    due: datetime | None
    near_at: datetime | None
    missed: bool
    waiting: bool
    paused: bool
    severity: str
    package_key: str


def _rows(cases: Sequence[_Listed], terms: StoredTerms) -> list[QueueRow]:
    """The rows of a page; the running periods of all its cases come in one statement."""
    running: dict[int, list[_Running]] = {}
    found = Period.objects.filter(case__in=[case.pk for case in cases], ended=None).values_list(*_Running._fields)
    for period in map(_Running._make, found):
        running.setdefault(period.case_id, []).append(period)
    return [_row(case, running.get(case.pk, []), terms) for case in cases]


def _row(case: _Listed, running: Sequence[_Running], terms: StoredTerms) -> QueueRow:
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
        "zone": case.zone,
        "subscriber": SubscriberBrief(case.subscriber_id, case.subscriber_slug, case.subscriber_name),
        "opened_by": PersonBrief(case.opener_id, case.opener_name or case.opener_email),
        "assignee": _assignee(case),
        "received_at": case.received_at,
        "last_activity_at": case.last_activity_at,
        "language": case.opener_language,
    }
    return QueueRow(**row, **_clock(period, terms))  # type: ignore[arg-type]


def _assignee(case: _Listed) -> PersonBrief | None:
    if case.assignee_id is None:
        return None
    return PersonBrief(case.assignee_id, case.assignee_name or case.assignee_email or "", vendor=True)


def _clock(period: _Running | None, terms: StoredTerms) -> dict[str, object]:
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
