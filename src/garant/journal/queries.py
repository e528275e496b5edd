"""Reading the journal and the outbox, scoped by who looks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import Q, QuerySet

from garant.core.people import Actor, Viewer
from garant.core.refusals import NotFound
from garant.journal.models import Entry, Notice, Undelivered
from garant.journal.views import EntryView, NoticeRow, StuckEntry, Subject
from garant.kit.pages import Page, bounded, marks, page


def entry_view(entry: Entry) -> EntryView:
    """A stored entry as a plain value."""
    return EntryView(
        id=entry.pk,
        subject=(entry.subject_kind, entry.subject_id),
        sequence=entry.sequence,
        kind=entry.kind,
        data=entry.data,
        by=Actor(entry.actor_kind, entry.actor_id),
        at=entry.at,
        recorded_at=entry.recorded_at,
        subscriber_id=entry.subscriber_id,
    )


def entries_of(subject: Subject) -> list[EntryView]:
    """All entries of a subject in order, for rooms that replay their own subjects (not scoped: never for a door)."""
    rows = Entry.objects.filter(subject_kind=subject[0], subject_id=subject[1]).order_by("sequence")
    return [entry_view(row) for row in rows]


def history(*, viewer: Viewer, subject: Subject, leave_out: Collection[str] = ()) -> list[EntryView]:
    """The entries of a subject in order: all of them for staff, the own organisation's for a subscriber's person.

    `leave_out`: kinds that this viewer shall not see. Empty for everybody else.
    """
    rows = Entry.objects.filter(subject_kind=subject[0], subject_id=subject[1]).exclude(kind__in=leave_out)
    if not viewer.is_staff:
        rows = rows.filter(subscriber_id__in=viewer.subscribers())
    return [entry_view(row) for row in rows.order_by("sequence")]


def notices(*, viewer: Viewer, after: str | None = None, limit: int = 50, state: str | None = None) -> Page[NoticeRow]:
    """The outbox, newest first: all of it for staff, the own messages for everybody else. `state`: of one state."""
    limit = bounded(limit)
    rows = _notices_of(viewer)
    if state is not None:
        rows = rows.filter(state=state)
    mark = marks("notices", after, 2)
    if mark is not None:
        at, last = cast(datetime, mark[0]), cast(int, mark[1])
        rows = rows.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=last))
    found = [notice_row(row) for row in rows.order_by("-created_at", "-pk")[: limit + 1]]
    return page("notices", found, limit, lambda row: (row.created_at, row.id))


def notice(*, viewer: Viewer, id: int) -> NoticeRow:
    """One message of the outbox. Raises NotFound outside what the viewer may read."""
    row = _notices_of(viewer).filter(pk=id).first()
    if row is None:
        raise NotFound("notice")
    return notice_row(row)


def stuck_entries(*, viewer: Viewer, limit: int = 50) -> list[StuckEntry]:
    """Entries whose handlers failed at least once, oldest first; for staff only, empty for others."""
    if not viewer.is_staff:
        return []
    rows = Undelivered.objects.filter(attempts__gt=0).select_related("entry").order_by("entry_id")
    return [
        StuckEntry(entry_view(row.entry), row.attempts, row.next_try, row.set_aside_at, row.problem)
        for row in rows[: bounded(limit)]
    ]


def _notices_of(viewer: Viewer) -> QuerySet[Notice]:
    if viewer.is_staff:
        return Notice.objects.all()
    if viewer.person_id is None:
        return Notice.objects.none()
    return Notice.objects.filter(person_id=viewer.person_id)


def notice_row(row: Notice) -> NoticeRow:
    """A stored message as a plain value."""
    return NoticeRow(
        id=row.pk,
        message_id=row.message_id,
        kind=row.kind,
        person_id=row.person_id,
        address=row.address,
        language=row.language,
        subject=(row.subject_kind, row.subject_id),
        subscriber_id=row.subscriber_id,
        data=row.data,
        created_at=row.created_at,
        sent_at=row.sent_at,
        attempts=row.attempts,
        problem=row.problem,
        state=row.state,
        next_try=row.next_try,
    )


def notice_data(once: str) -> Mapping[str, Any]:
    """The values of the notice that was put under a key; empty without one. Not scoped: for rooms, never for a door."""
    found: Mapping[str, Any] | None = Notice.objects.filter(once=once).values_list("data", flat=True).first()
    return found or {}


def notice_of_message(message_id: UUID) -> NoticeRow | None:
    """The message of the outbox that bears an id; None for an unknown one. Not scoped: for rooms, never for a door."""
    row = Notice.objects.filter(message_id=message_id).first()
    return notice_row(row) if row is not None else None


def notices_since(since: datetime, *, kinds: Collection[str], person_id: int | None, address: str = "") -> int:
    """How many messages of some kinds were put for one reader since an instant. Not scoped: for rooms."""
    rows = Notice.objects.filter(created_at__gt=since, kind__in=kinds)
    return (rows.filter(person_id=person_id) if person_id is not None else rows.filter(address=address)).count()


def case_of_message(message_id: UUID) -> int | None:
    """The id of the case that a message of the outbox is about; None for an unknown one, and for one about something
    else. Not scoped: for rooms, never for a door."""
    found = Notice.objects.filter(message_id=message_id, subject_kind="case").values_list("subject_id", flat=True)
    return found.first()
