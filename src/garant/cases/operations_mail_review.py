"""What people decide about a message that waits: staff release or discard it, the person it names says whose it is."""

from __future__ import annotations

from django.db import transaction

from garant.cases.acting import act_for_system
from garant.cases.mail_deciding import add_reply, settle, take
from garant.cases.mail_reading import read_of
from garant.cases.models_mail import StoredMail
from garant.core.mails import VERIFIED
from garant.core.people import Actor
from garant.core.refusals import NotFound, Refusal
from garant.core.rights import check
from garant.directory import queries as directory
from garant.journal import operations as journal
from garant.kit.mail_tokens import mail_asked_about
from garant.kit.reach import desk_wide

__all__ = ["answer_asking", "discard_mail", "release_mail"]

#: What waits for somebody.
WAITING = ("held", "quarantined", "refused")


@transaction.atomic
def release_mail(*, by: Actor, mail_id: int, person_id: int | None = None) -> None:
    """Take a message that waits as what it says: in the name of `person_id`, or of whom its address belongs to.

    The original receipt counts. Refuses `mail_settled` for one that does not wait, `mail_unreadable` for one that
    can't be read, `sender_unknown` where nobody on record is named.
    """
    row = _waiting(by, mail_id)
    read = read_of(row)
    if isinstance(read, str):
        raise Refusal("mail_unreadable", "mails_are_read_first", "open_by_hand", {"why": read})
    found = directory.people_by_id([person_id]).get(person_id) if person_id is not None else None
    person = found or directory.person_by_email(read.sender)
    if person is None or not person.is_active:
        raise Refusal("sender_unknown", "mails_are_somebodys", "choose_whose_mail")
    case = row.case
    row.trust, row.person_id = VERIFIED, person.id
    if row.outcome == "held" and case is not None and row.opens:
        raise Refusal("mail_opened_case", "holds_end_as_they_began", "use_case_page", {"number": case.number})
    if case is not None:
        add_reply(row, read, person, case)
    else:
        take(row, read, person)
    _decided(row, by, "mail_released")
    if row.outcome in ("refused", "quarantined"):
        raise Refusal(row.reason, "mails_follow_the_contract", "look_at_reason")


@transaction.atomic
def discard_mail(*, by: Actor, mail_id: int) -> None:
    """Say that a message that waits is nothing: it is kept, and nobody is asked about it any more."""
    row = _waiting(by, mail_id)
    if row.opens:
        number = row.case.number if row.case else 0
        raise Refusal("mail_opened_case", "holds_end_as_they_began", "use_case_page", {"number": number})
    settle(row, "ignored", "discarded")
    _decided(row, by, "mail_discarded")


def _waiting(by: Actor, mail_id: int) -> StoredMail:
    check(directory.viewer_of(by.id), "read_mail")
    row = StoredMail.objects.select_for_update(of=("self",)).filter(pk=mail_id).first()
    if row is None:
        raise NotFound("mail")
    if row.outcome not in WAITING:
        raise Refusal("mail_settled", "mails_are_settled_once", "check_state")
    return row


def _decided(row: StoredMail, by: Actor, kind: str) -> None:
    row.decided_by_id, row.decided_at = by.id, journal.database_now()
    row.save()
    case = {"number": row.case.number} if row.case else {}
    journal.append(
        subject=("mail", row.pk), kind=kind, by=by, at=row.decided_at, data={"outcome": row.outcome, **case},
        subscriber_id=row.case.subscriber_id if row.case else None,
    )  # fmt: skip


@desk_wide()  # whoever holds the link may not be signed in
def answer_asking(*, token: str, wrote: bool) -> int | None:
    """The answer to "did you write this?", by whoever holds the link that went to the address on record.

    Yes: the message is taken as theirs, and its receipt counts. No: it is set aside, and a case that it opened is
    closed. Returns the case's number; None where there is none. Raises NotFound for a link that opens nothing,
    Refusal `mail_settled` when it was answered before.
    """
    asked = mail_asked_about(token)
    if asked is None:
        raise NotFound("mail")
    with transaction.atomic():
        row = StoredMail.objects.select_for_update(of=("self",)).filter(pk=asked[0], person_id=asked[1]).first()
        if row is None:
            raise NotFound("mail")
        if row.outcome != "held" or row.reason != "sender":
            raise Refusal("mail_settled", "mails_are_settled_once", "check_state")
        by = Actor("person", asked[1])
        if wrote:
            _theirs(row, by)
        else:
            _not_theirs(row, by)
        _decided(row, by, "mail_confirmed" if wrote else "mail_denied")
        return row.case.number if row.case else None


def _theirs(row: StoredMail, by: Actor) -> None:
    row.trust = VERIFIED
    case = row.case
    if case is not None and row.opens:
        if case.state == "held" and case.held_reason == "sender":
            with act_for_system(by=by, number=case.number) as act:
                act.record("case_confirmed", {"by": "contact"})
        settle(row, "case_opened", "confirmed")
        return
    read = read_of(row)
    person = directory.people_by_id([row.person_id or 0]).get(row.person_id or 0)
    if isinstance(read, str) or person is None or case is None:
        raise Refusal("mail_unreadable", "mails_are_read_first", "open_by_hand")
    add_reply(row, read, person, case, "confirmed")


def _not_theirs(row: StoredMail, by: Actor) -> None:
    case = row.case
    if case is not None and row.opens and case.state == "held":
        with act_for_system(by=by, number=case.number) as act:
            act.record("case_closed", {"by": "contact", "cause": "not_theirs"})
    settle(row, "quarantined", "denied")
