"""What the desk writes back about a mail: few messages, never about what it says, and never to whom it can't trust."""

from __future__ import annotations

from datetime import timedelta

from garant.cases.models import Case
from garant.cases.models_mail import StoredMail
from garant.core.refusals import Refusal
from garant.directory import queries as directory
from garant.directory.views import PersonRow
from garant.journal.operations import database_now, put_notice
from garant.journal.operations_notices import NewNotice, put_notices
from garant.journal.queries import notices_since

#: So many automatic messages one address gets within an hour in answer to its mails; the next mails get none.
MOST_ANSWERS = 5
ANSWERS = ("case_received", "mail_refused")
#: So many questions whether a mail is theirs: a budget of their own, since anybody can cause them.
MOST_QUESTIONS = 3


def may_answer(person_id: int | None, address: str) -> bool:
    """Whether one more automatic message may go to somebody: two machines that answer each other end here."""
    since = database_now() - timedelta(hours=1)
    return notices_since(since, kinds=ANSWERS, person_id=person_id, address=address) < MOST_ANSWERS


def tell_refused(row: StoredMail, person: PersonRow | None, refusal: Refusal) -> None:
    """Tell a sender whom we can trust why the message became nothing, and the way out."""
    address = "" if person else row.sender
    if not may_answer(person.id if person else None, address):
        return
    put_notice(
        once=f"mail_refused:{row.pk}", kind="mail_refused", person_id=person.id if person else None, address=address,
        language=person.language if person else "en", subject=("mail", row.pk), subscriber_id=None,
        data={"code": refusal.code, "rule": refusal.rule, "remedy": refusal.remedy,
              "received": row.received_at.isoformat()},
    )  # fmt: skip


def ask_whether_written(row: StoredMail, person: PersonRow) -> None:
    """Ask whoever the address belongs to whether they wrote: at the address on record, and without a word of it."""
    since = database_now() - timedelta(hours=1)
    if notices_since(since, kinds=["mail_unconfirmed"], person_id=person.id) >= MOST_QUESTIONS:
        return
    put_notice(
        once=f"mail_unconfirmed:{row.pk}", kind="mail_unconfirmed", person_id=person.id, language=person.language,
        subject=("mail", row.pk), subscriber_id=None,
        data={"mail": row.pk, "received": row.received_at.isoformat()},
    )  # fmt: skip


def tell_administrators(row: StoredMail, person: PersonRow, case: Case) -> None:
    """Tell the administrators of an organisation that somebody who was its contact has written; once a day."""
    day = row.received_at.date().isoformat()
    put_notices(
        [
            NewNotice(
                once=f"mail_former_contact:{case.pk}:{person.id}:{day}:{one.id}",
                kind="mail_former_contact",
                person_id=one.id,
                language=one.language,
                subject=("subscriber", case.subscriber_id),
                subscriber_id=case.subscriber_id,
                data={"name": person.name, "received": row.received_at.isoformat()},
            )
            for one in directory.members(case.subscriber_id)
            if "administrator" in one.roles and one.id != person.id
        ]
    )
