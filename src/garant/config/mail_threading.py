"""The headers of a mail: its own id, what it follows, where an answer goes, and that no person wrote it."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings

from garant.cases.queries_mail import answered_ids, message_id_of
from garant.journal.queries_outbox import earlier_in_thread
from garant.journal.views import NoticeRow
from garant.kit.mail_tokens import loop_mark, reply_address


def headers(row: NoticeRow, domain: str, leave: str) -> dict[str, str]:
    """RFC 5322 for the thread, RFC 3834 for what no person wrote, RFC 8058 for leaving: `leave` is the address of the
    page that switches this kind off, empty where nobody can."""
    thread = _thread(row, domain)
    answer = answers_to(row)
    return {
        "Message-ID": _id(row.message_id, domain),
        "Date": format_datetime(datetime.now(UTC)),
        **({"In-Reply-To": thread[-1], "References": " ".join(thread)} if thread else {}),
        **({"Reply-To": answer} if answer else {}),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "X-Garant-Mark": loop_mark(row.message_id),
        **({"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if leave else {}),
    }


def answers_to(row: NoticeRow) -> str:
    """The address at which this reader answers about this case; empty where an answer would join nothing."""
    if row.subject[0] != "case" or row.person_id is None or not settings.MAIL_REPLY:
        return ""
    return reply_address(settings.MAIL_REPLY, row.subject[1], row.person_id)


def _thread(row: NoticeRow, domain: str) -> list[str]:
    """What the mail follows: the reader's own mails about it, the thread's root, and what we sent before."""
    kind, about = row.subject
    if kind == "person":
        return []
    if kind == "mail":
        # To whoever may not be its writer the message itself is not named.
        own = message_id_of(about) if row.kind == "mail_refused" else ""
        return [own] if own else []
    written = answered_ids(case_id=about, person_id=row.person_id) if kind == "case" else []
    return [*written[:1], _root(row, domain), *(_id(each, domain) for each in earlier_in_thread(row)), *written[1:]]


def _id(message_id: UUID, domain: str) -> str:
    return f"<{message_id}@{domain}>"


def _root(row: NoticeRow, domain: str) -> str:
    """The id of the thread itself: no mail bears it, and every mail about the same case refers to it."""
    return f"<{uuid5(NAMESPACE_URL, f'{domain}/{row.subject[0]}/{row.subject[1]}')}@{domain}>"
