"""What people decide about a message that waits: staff release or discard it, the person it names says whose it is.

A message is read before anything is locked, since reading may take long. Then the case is locked, then the message:
the order in which acts on the case lock them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from garant.cases.acting import act_for_system
from garant.cases.mail_deciding import add_reply, settle, take
from garant.cases.mail_opening import counts_now
from garant.cases.mail_reading import Reading, read_of
from garant.cases.models import Case
from garant.cases.models_mail import DECIDED, StoredMail
from garant.core.mails import VERIFIED
from garant.core.people import Actor
from garant.core.refusals import NotFound, Refusal
from garant.core.rights import check
from garant.directory import queries as directory
from garant.journal import operations as journal
from garant.kit.mail_tokens import mail_asked_about
from garant.kit.reach import desk_wide

__all__ = ["answer_asking", "discard_mail", "is_releasable", "release_mail"]

#: What waits for somebody, and what was ignored for its looks alone.
_OPEN = frozenset({"held", "quarantined", "refused"})
_BY_LOOKS = frozenset({"looks_automatic", "automatic_reply", "bulk", "repeated"})


def is_releasable(outcome: str, reason: str) -> bool:
    """Whether staff may still take or discard a message."""
    return outcome in _OPEN or (outcome == "ignored" and reason in _BY_LOOKS)


def release_mail(*, by: Actor, mail_id: int, person_id: int | None = None) -> None:
    """Take a message that waits as what it says: in the name of `person_id`, or of whom its address belongs to.

    The original receipt counts. Refuses `mail_settled` for one that does not wait, `mail_unreadable` for one that
    can't be read, `sender_unknown` where nobody on record is named, and what the contract refuses.
    """
    check(directory.viewer_of(by.id), "read_mail")
    read = _read(mail_id)
    with _locked(mail_id) as row:
        _check_waits(row)
        _check_not_opening(row)
        found = directory.people_by_id([person_id]).get(person_id) if person_id is not None else None
        person = found or directory.person_by_email(read.sender)
        if person is None or not person.is_active:
            raise Refusal("sender_unknown", "mails_are_somebodys", "choose_whose_mail")
        row.trust, row.person_id = VERIFIED, person.id
        if row.case is not None and row.outcome == "held":
            add_reply(row, read, person, row.case)
        else:
            row.case = None
            take(row, read, person)
        if row.outcome in ("refused", "quarantined", "ignored"):
            raise Refusal(row.reason, "mails_follow_the_contract", "look_at_reason")
        _decided(row, by, "mail_released")


def discard_mail(*, by: Actor, mail_id: int) -> None:
    """Say that a message that waits is nothing: it is kept, and nobody is asked about it any more. A case that it
    opened, and that still waits for its sender, is closed."""
    check(directory.viewer_of(by.id), "read_mail")
    with _locked(mail_id) as row:
        _check_waits(row)
        if row.opens:
            if row.case is None or not _waits_for_sender(row.case):
                _check_not_opening(row)
            else:
                _close(row.case, by, "vendor")
        settle(row, "ignored", "discarded")
        _decided(row, by, "mail_discarded")


@desk_wide()  # whoever holds the link may not be signed in
def answer_asking(*, token: str, wrote: bool) -> tuple[int | None, str]:
    """The answer to "did you write this?", by whoever holds the link that went to the address on record.

    Yes: the message is taken as theirs, and its receipt counts. No: it is set aside, and a case that it opened is
    closed. Returns the case's number (None where there is none), and why the message became nothing all the same ("":
    it was taken). Raises NotFound for a link that opens nothing, Refusal `mail_settled` when it was answered before.
    """
    asked = mail_asked_about(token)
    if asked is None:
        raise NotFound("mail")
    mail_id, person_id = asked
    read = _read(mail_id) if wrote else None
    with _locked(mail_id) as row:
        if row.person_id != person_id:
            raise NotFound("mail")
        if (row.outcome, row.reason) != ("held", "sender") or (row.opens and not _waits_for_sender(row.case)):
            raise Refusal("mail_settled", "mails_are_settled_once", "check_state")
        by = Actor("person", person_id)
        if read is not None:
            _theirs(row, by, read)
        else:
            if row.opens and row.case is not None:
                _close(row.case, by, "contact")
            settle(row, "quarantined", "denied")
        _decided(row, by, "mail_confirmed" if wrote else "mail_denied")
        taken = not wrote or row.outcome in ("case_opened", "reply_added")
        return (row.case.number if row.case else None), ("" if taken else row.reason)


def _theirs(row: StoredMail, by: Actor, read: Reading) -> None:
    row.trust = VERIFIED
    case = row.case
    if case is None:
        raise NotFound("case")
    if not row.opens:
        person = directory.people_by_id([by.id or 0]).get(by.id or 0)
        if person is None:
            raise NotFound("person")
        add_reply(row, read, person, case, "confirmed")
        return
    with act_for_system(by=by, number=case.number) as act:
        act.record("case_confirmed", {"by": "contact"})
    settle(row, "case_opened", "confirmed")
    counts_now(case.number)


def _waits_for_sender(case: Case | None) -> bool:
    return case is not None and (case.state, case.held_reason) == ("held", "sender")


def _close(case: Case, by: Actor, side: str) -> None:
    with act_for_system(by=by, number=case.number) as act:
        act.record("case_closed", {"by": side, "cause": "not_theirs"})


def _read(mail_id: int) -> Reading:
    row = StoredMail.objects.filter(pk=mail_id).first()
    if row is None:
        raise NotFound("mail")
    read = read_of(row)
    if isinstance(read, str):
        raise Refusal("mail_unreadable", "mails_are_read_first", "open_by_hand", {"why": read})
    return read


@contextmanager
def _locked(mail_id: int) -> Iterator[StoredMail]:
    """The message, its case locked first. Raises NotFound."""
    with transaction.atomic():
        case_id = StoredMail.objects.filter(pk=mail_id).values_list("case_id", flat=True).first()
        if case_id is not None:
            Case.objects.select_for_update().get(pk=case_id)
        row = StoredMail.objects.select_for_update(of=("self",)).defer("raw").filter(pk=mail_id).first()
        if row is None:
            raise NotFound("mail")
        yield row


def _check_waits(row: StoredMail) -> None:
    if not is_releasable(row.outcome, row.reason):
        raise Refusal("mail_settled", "mails_are_settled_once", "check_state")


def _check_not_opening(row: StoredMail) -> None:
    if row.opens:
        number = row.case.number if row.case else 0
        raise Refusal("mail_opened_case", "holds_end_as_they_began", "use_case_page", {"number": number})


def _decided(row: StoredMail, by: Actor, kind: str) -> None:
    row.decided_by_id, row.decided_at = by.id, journal.database_now()
    row.save(update_fields=DECIDED)
    case = {"number": row.case.number} if row.case else {}
    journal.append(
        subject=("mail", row.pk), kind=kind, by=by, at=row.decided_at, data={"outcome": row.outcome, **case},
        subscriber_id=row.case.subscriber_id if row.case else None,
    )  # fmt: skip
