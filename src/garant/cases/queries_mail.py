"""Reading mail that arrived: for staff who answer cases; and what a mail of ours needs to know about a case."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models import Count, Q, QuerySet

from garant.cases.mail_reading import read_of
from garant.cases.models import HIDDEN_KINDS, Message
from garant.cases.models_mail import OUTCOMES, StoredMail
from garant.cases.operations_mail_review import is_releasable
from garant.cases.scope import visible
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.core.rights import may
from garant.kit.pages import Page, bounded, marks, page

#: So many pictures of so many bytes each are shown inside a page.
MOST_PICTURES, LARGEST_PICTURE = 30, 2_000_000

__all__ = [
    "MailRow",
    "MailView",
    "incoming",
    "inside_pictures",
    "mail_counts",
    "mail_file",
    "mail_source",
    "mails_waiting",
    "one_mail",
    "waiting_of",
]

#: What waits for somebody of the staff; what was denied is settled.
_WAITS = (Q(outcome__in=("held", "quarantined")) & ~Q(reason="denied")) | Q(outcome="ignored", reason="looks_automatic")


@dataclass(frozen=True, slots=True)
class MailRow:
    """A message in the list. `case`: the number of the case that it opened or joined, or would; None for none."""

    id: int
    mailbox: str
    received_at: datetime
    sender: str
    subject: str
    outcome: str
    reason: str
    trust: str
    case: int | None
    size: int


@dataclass(frozen=True, slots=True)
class MailView:
    """One message as it was read. `content` as in `Reading.kept`; `person` None: nobody on record has the address."""

    row: MailRow
    recipient: str
    person: str | None
    content: Mapping[str, Any]
    decided_by: str
    decided_at: datetime | None
    opens: bool
    waits: bool


def incoming(
    *,
    viewer: Viewer,
    outcome: str = "",
    words: str = "",
    case: int | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[MailRow]:
    """Messages, the newest first; `outcome`: one of OUTCOMES, or `waiting` for what waits for somebody. `words`: in
    the sender's address or the subject. `case`: those that opened, joined or would join the case of this number.
    Empty for whoever may not read mail."""
    limit = bounded(limit)
    rows = _readable(viewer)
    if outcome:
        rows = rows.filter(_WAITS if outcome == "waiting" else Q(outcome=outcome))
    for word in words.split()[:5]:
        rows = rows.filter(Q(sender__icontains=word) | Q(subject__icontains=word))
    if case is not None:
        rows = rows.filter(case__number=case)
    mark = marks("incoming", after, 2)
    if mark is not None:
        at, last = datetime.fromisoformat(cast(str, mark[0])), cast(int, mark[1])
        rows = rows.filter(Q(received_at__lt=at) | Q(received_at=at, pk__lt=last))
    found = [_row(one) for one in rows.order_by("-received_at", "-pk")[: limit + 1]]
    return page("incoming", found, limit, lambda one: (one.received_at, one.id))


def mail_counts(viewer: Viewer) -> Mapping[str, int]:
    """How many messages came to each outcome; empty for whoever may not read mail."""
    found = dict(_readable(viewer).values_list("outcome").annotate(n=Count("pk")).order_by("outcome"))
    return {outcome: found[outcome] for outcome in OUTCOMES if outcome in found}


def mails_waiting(viewer: Viewer) -> int:
    """How many messages wait for somebody; 0 for whoever may not read mail."""
    return _readable(viewer).filter(_WAITS).count()


def inside_pictures(*, viewer: Viewer, mail_id: int) -> Mapping[str, bytes]:
    """Content id -> bytes of the pictures inside a message's page, if they are few and small. Raises NotFound."""
    row = _readable(viewer, whole=True).filter(pk=mail_id).first()
    read = read_of(row) if row is not None else "gone"
    if isinstance(read, str):
        raise NotFound("mail")
    found = {key: base64.b64decode(read.files[number]["content"]) for key, number in read.inside.items()}
    return {key: content for key, content in list(found.items())[:MOST_PICTURES] if len(content) <= LARGEST_PICTURE}


def one_mail(*, viewer: Viewer, mail_id: int) -> MailView:
    """One message. Raises NotFound for whoever may not read it."""
    row = _readable(viewer).select_related("person", "decided_by").filter(pk=mail_id).first()
    if row is None:
        raise NotFound("mail")
    return MailView(
        row=_row(row), recipient=row.recipient, person=row.person.name if row.person else None, content=row.content,
        decided_by=row.decided_by.name if row.decided_by else "", decided_at=row.decided_at, opens=row.opens,
        waits=is_releasable(row.outcome, row.reason),
    )  # fmt: skip


def mail_source(*, viewer: Viewer, mail_id: int) -> bytes:
    """The bytes of a message as they arrived. Raises NotFound for whoever may not read it."""
    raw = _readable(viewer, whole=True).filter(pk=mail_id).values_list("raw", flat=True).first()
    if raw is None:
        raise NotFound("mail")
    return bytes(raw)


def mail_file(*, viewer: Viewer, mail_id: int, number: int) -> tuple[str, bytes]:
    """Name and bytes of one attachment of a message, read out of it anew. Raises NotFound."""
    row = _readable(viewer, whole=True).filter(pk=mail_id).first()
    read = read_of(row) if row is not None else "gone"
    if isinstance(read, str) or not 0 <= number < len(read.files):
        raise NotFound("mail")
    one = read.files[number]
    return one["name"], base64.b64decode(one["content"])


def waiting_of(*, viewer: Viewer, case_number: int) -> Sequence[MailRow]:
    """Messages that would join a case once somebody confirms them, the oldest first; for staff."""
    rows = _readable(viewer).filter(case__number=case_number, opens=False, outcome="held")
    return [_row(one) for one in rows.order_by("received_at", "pk")[:20]]


def message_text(*, viewer: Viewer, message_id: int) -> str:
    """A stored text, for the mail that tells of it; empty where the viewer may not read it."""
    row = Message.objects.filter(pk=message_id).first()
    if row is None or not visible(viewer).filter(pk=row.case_id).exists():
        return ""
    return "" if row.kind in HIDDEN_KINDS and not viewer.is_staff else row.body


def answered_ids(*, case_id: int, person_id: int | None) -> list[str]:
    """The ids of the mails by which a person opened a case or wrote to it, the first and the last: what a mail to them
    about the case follows."""
    if person_id is None:
        return []
    taken = StoredMail.objects.filter(case_id=case_id, person_id=person_id, outcome__in=("case_opened", "reply_added"))
    ids = list(taken.exclude(message_id="").order_by("received_at", "pk").values_list("message_id", flat=True))
    return ids if len(ids) < 2 else [ids[0], ids[-1]]


def message_id_of(mail_id: int) -> str:
    """The id that a message bears; empty for none. Not scoped: for the sender, never for a door."""
    return StoredMail.objects.filter(pk=mail_id).values_list("message_id", flat=True).first() or ""


def _readable(viewer: Viewer, *, whole: bool = False) -> QuerySet[StoredMail]:
    rows = StoredMail.objects.select_related("case")
    if not may(viewer, "read_mail"):
        return rows.none()
    return rows if whole else rows.defer("raw", "content")


def _row(row: StoredMail) -> MailRow:
    return MailRow(
        id=row.pk, mailbox=row.mailbox, received_at=row.received_at, sender=row.sender, subject=row.subject,
        outcome=row.outcome, reason=row.reason, trust=row.trust, case=row.case.number if row.case else None,
        size=row.size,
    )  # fmt: skip


def asked_about(person_id: int, mail_id: int) -> tuple[str, datetime, bool] | None:
    """Title, receipt and whether an answer is still wanted, of a message that a person is asked about; None where
    there is none. Not scoped: for whoever holds the link."""
    row = StoredMail.objects.defer("raw").filter(pk=mail_id, person_id=person_id).first()
    if row is None:
        return None
    return row.subject, row.received_at, row.outcome == "held" and row.reason == "sender"
