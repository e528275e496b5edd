"""What a calendar's edit would do to open cases: the law replayed under the edited hours, nothing written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from garant.cases.acting import REPLAYED
from garant.cases.events import events_of, seen_until
from garant.cases.models import Case
from garant.cases.operations_terms import LIVE
from garant.contracts import queries as contracts
from garant.contracts.operations_calendars import ProposedEdit, propose_edit
from garant.core.clocks import replay
from garant.core.people import Viewer
from garant.core.rights import check
from garant.journal.operations import database_now
from garant.journal.queries_replay import entries_by_subject

#: Open cases that a look ahead counts; more are only numbered.
MOST = 500


@dataclass(frozen=True, slots=True)
class MovedDue:
    """A running period whose due time an edit moves; None: due never, or not on record."""

    number: int
    subject: str
    severity: str
    metric: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class CalendarLook:
    """An edit as it would come out: the proposal, the due times that move, how many cases were looked at, and how
    many were not."""

    edit: ProposedEdit
    moved: tuple[MovedDue, ...]
    cases: int
    more: int


def preview_calendar(
    *, viewer: Viewer, programme: str, code: str, plain: Mapping[str, Any], effective_from: datetime | None
) -> CalendarLook:
    """What an edit of a calendar would move, case by case. For whoever may make it; refuses as the edit itself would.

    Raises NotFound for an unknown programme or calendar.
    """
    check(viewer, "edit_calendar")
    edit = propose_edit(programme=programme, code=code, plain=plain, effective_from=effective_from)
    keys = reduce(or_, (Q(package_key__startswith=f"{programme}@{version}/") for version in edit.versions))
    live = Case.objects.filter(keys, state__in=LIVE)
    rows = list(live.order_by("next_due", "pk")[:MOST])
    entries = entries_by_subject(kind="case", ids=[row.pk for row in rows], only=REPLAYED)
    # A moment ahead: what becomes known at an instant is counted with after it.
    at, held = database_now() + timedelta(seconds=1), contracts.terms()
    moved: list[MovedDue] = []
    for row in rows:
        told = entries.get(row.pk, ())
        events, now = events_of(told), max(at, seen_until(told) or at)
        old = {period.key: period for period in replay(events, held, now).periods}
        for period in replay(events, edit.terms, now).periods:
            was = old.get(period.key)
            if period.ended is None and was is not None and was.due != period.due:
                moved.append(MovedDue(row.number, row.subject, row.severity, period.metric, was.due, period.due))
    return CalendarLook(edit, tuple(moved), len(rows), live.count() - len(rows))
