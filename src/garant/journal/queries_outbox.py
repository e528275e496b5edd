"""Reading what the outbox's sender needs. Not scoped: for the sender, never for a door; counts are for staff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db.models import Count, Min

from garant.core.people import Viewer
from garant.journal.models import Notice
from garant.journal.views import DIGEST, SENT, NoticeRow


def earlier_in_thread(row: NoticeRow) -> list[UUID]:
    """Message ids sent to the same reader about the same subject before: the first and the last; empty for none."""
    if row.subject[0] in ("person", "notice"):
        return []
    sent = Notice.objects.filter(
        state=SENT, subject_kind=row.subject[0], subject_id=row.subject[1], person_id=row.person_id, address=row.address
    ).exclude(pk=row.id)
    ids = list(sent.order_by("sent_at", "pk").values_list("message_id", flat=True))
    return ids if len(ids) < 2 else [ids[0], ids[-1]]


def digests_waiting() -> list[tuple[int, datetime]]:
    """Who has messages that wait for a digest, and since when the oldest one does."""
    waiting = Notice.objects.filter(state=DIGEST, person_id__isnull=False).values_list("person_id")
    rows = waiting.annotate(oldest=Min("created_at")).order_by("person_id")
    return [(cast(int, person), at) for person, at in rows]


def counts(*, viewer: Viewer) -> Mapping[str, int]:
    """How many messages stand in each state; for staff only, empty for others."""
    if not viewer.is_staff:
        return {}
    return dict(Notice.objects.values_list("state").annotate(n=Count("pk")).order_by("state"))
