"""Escalations as staff see them: the inbox of what is open, what is over, and one with what may be done about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast

from django.db.models import Q, QuerySet

from garant.cases.models import Case, Escalation
from garant.cases.terms import rule_of
from garant.cases.views import EscalationRow, PersonBrief, SubscriberBrief
from garant.contracts import queries as contracts
from garant.contracts.queries import StoredTerms
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.core.rights import may
from garant.directory import queries as directory
from garant.kit.pages import Page, bounded, marks, page

__all__ = ["SHOWN", "escalation", "escalation_counts", "escalation_row", "escalations", "people_told"]

#: What the inbox can be narrowed to: open ones of the viewer, all open ones, open ones that nobody acknowledged, those
#: that are over; and everything.
SHOWN = ("mine", "open", "unacknowledged", "over", "all")


def escalations(
    *, viewer: Viewer, after: str | None = None, limit: int = 50, number: int | None = None, shown: str = "all"
) -> Page[EscalationRow]:
    """What was told to whom, newest first; for staff only, empty for others. `number`: of one case only. `shown`: one
    of `SHOWN`; anything else shows all."""
    if not may(viewer, "read_escalations"):
        return Page(())
    limit = bounded(limit)
    rows = _shown(shown, viewer).select_related("period", "case__subscriber", "case__assignee")
    if number is not None:
        rows = rows.filter(case__number=number)
    mark = marks("escalations", after, 2)
    if mark is not None:
        at, last = cast(datetime, mark[0]), cast(int, mark[1])
        rows = rows.filter(Q(recorded_at__lt=at) | Q(recorded_at=at, pk__lt=last))
    found = list(rows.order_by("-recorded_at", "-pk")[: limit + 1])
    names, terms = directory.names(people_told(found)), contracts.terms()
    told = [escalation_row(row, row.case, names, terms) for row in found]
    return page("escalations", told, limit, lambda row: (row.recorded_at, row.id))


def escalation(*, viewer: Viewer, id: int) -> EscalationRow:
    """One escalation. Raises NotFound for everybody but staff, and when there is none."""
    rows = Escalation.objects.select_related("period", "case__subscriber", "case__assignee")
    row = rows.filter(pk=id).first() if may(viewer, "read_escalations") and 0 < id < 2**63 else None
    if row is None:
        raise NotFound("escalation")
    return escalation_row(row, row.case, directory.names(people_told([row])), contracts.terms())


def escalation_counts(*, viewer: Viewer) -> Mapping[str, int]:
    """How many escalations each of the views of open ones holds; empty for everybody but staff."""
    if not may(viewer, "read_escalations"):
        return {}
    return {shown: _shown(shown, viewer).count() for shown in SHOWN[:3]}


def _shown(shown: str, viewer: Viewer) -> QuerySet[Escalation]:
    rows = Escalation.objects.all()
    if shown == "over":
        return rows.filter(ended_at__isnull=False)
    if shown not in SHOWN[:3]:
        return rows
    rows = rows.filter(ended_at=None)
    if shown == "unacknowledged":
        return rows.filter(acknowledged_at=None, acknowledge_by__isnull=False)
    if shown == "open":
        return rows
    mine = Q(acknowledged_by=viewer.person_id) | Q(acknowledged_at=None, told__people__contains=viewer.person_id)
    return rows.filter(mine)


def people_told(rows: Iterable[Escalation]) -> set[int]:
    """Everybody whose name a reader of escalations needs."""
    found: set[int | None] = set()
    for row in rows:
        found.update((*row.told.get("people", ()), *_first_told(row)))
        found.update((row.acknowledged_by_id, row.holder_id, row.ended_by_id))
    return {person for person in found if person is not None}


def _first_told(row: Escalation) -> Sequence[int]:
    """Who was told when the level was reached, whoever holds it now."""
    found: Sequence[int] = row.told.get("first", row.told.get("people", ()))
    return found


def escalation_row(row: Escalation, of: Case, names: Mapping[int, str], terms: StoredTerms) -> EscalationRow:
    """A level that was told as a reader gets it; `names` by id of everybody in `people_told`."""
    period = row.period

    def brief(person: int | None) -> PersonBrief | None:
        return None if person is None else PersonBrief(person, names.get(person, ""), vendor=True)

    return EscalationRow(
        id=row.pk,
        number=of.number,
        subject=of.subject,
        severity=of.severity,
        state=of.state,
        subscriber=SubscriberBrief(of.subscriber.pk, of.subscriber.slug, of.subscriber.name),
        assignee=PersonBrief(of.assignee.pk, str(of.assignee), vendor=True) if of.assignee else None,
        metric=period.metric,
        period=period.number,
        level=row.level,
        trigger=row.trigger,
        at=row.at,
        recorded_at=row.recorded_at,
        due=period.due,
        ended=period.ended,
        missed=period.missed,
        roles=tuple(row.told.get("roles", ())),
        people=tuple(PersonBrief(p, names.get(p, ""), vendor=True) for p in _first_told(row)),
        rule=rule_of(terms, period.package_key, period.severity, period.metric),
        caught=bool(row.told.get("catch_all")),
        acknowledge_by=row.acknowledge_by,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=brief(row.acknowledged_by_id),
        holder=brief(row.holder_id),
        repeats=row.repeats,
        over_at=row.ended_at,
        ended_by=brief(row.ended_by_id),
        reason=row.reason,
        next_step=period.step_at,
    )
