"""What a message is: nobody's, a forgery, an answer to a case, or a new one. And what is done about it, at once.

Nothing that is not verified acts in anybody's name, and nothing that a machine wrote acts at all.
"""

from __future__ import annotations

import base64
import binascii
import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from garant.cases.mail_asking import asked_for, body_of, levels, title_of
from garant.cases.mail_bounces import take_bounce
from garant.cases.mail_reading import Reading
from garant.cases.mail_telling import ask_whether_written, tell_administrators, tell_refused
from garant.cases.mail_threads import Thread, thread_of
from garant.cases.models import HIDDEN_KINDS, Case, Message
from garant.cases.models_mail import StoredMail
from garant.cases.operations_answering import add_customer_message, add_note
from garant.cases.operations_files import hold_file
from garant.cases.operations_filing import file_case
from garant.cases.operations_links import follow_case
from garant.cases.operations_terms import raise_severity
from garant.cases.scope import WRITING, visible
from garant.contracts import queries as contracts
from garant.contracts.views import ContractView
from garant.core.identity import address_identity
from garant.core.mails import FORGED, UNVERIFIED, VERIFIED, automatic, failed, severity_line, trust
from garant.core.people import SYSTEM, Actor, Viewer
from garant.core.refusals import NotFound, Refusal
from garant.directory import queries as directory
from garant.directory.operations_mail import clear_undeliverable
from garant.directory.views import PersonRow
from garant.journal.operations import database_now
from garant.kit.mail_tokens import is_our_mark
from garant.kit.mail_trust import organisation
from garant.kit.mailboxes import Mailbox, MailboxesError, mailboxes

log = logging.getLogger(__name__)

#: So many messages of one sender are read within an hour, and so many of one who is not verified.
MOST_AN_HOUR, MOST_UNVERIFIED = 40, 5
#: The same words of the same sender about the same case within this time are the same answer again.
REPEATED_WITHIN = timedelta(hours=24)
#: People of the organisation in Cc who may become followers of a case by one message.
MOST_FOLLOWERS = 20


def settle(row: StoredMail, outcome: str, reason: str = "", case: Case | None = None) -> None:
    """Write down what became of a message; the caller saves."""
    row.outcome, row.reason = outcome, reason[:40]
    row.case = case if case is not None else row.case


def decide(row: StoredMail, read: Reading) -> None:
    """Decide what a stored message is, and do it. The row is locked; the caller saves it."""
    row.sender, row.subject = address_identity(read.sender)[:254], read.subject[:200]
    row.message_id = read.message_id
    row.content = read.kept()
    why = automatic(
        read.headers, read.sender, read.subject, [*settings.MAIL_OWN, *(one.address for one in _boxes())], read.shown,
        mark=is_our_mark(read.header("x-garant-mark")),
    )  # fmt: skip
    if why is not None:
        settle(row, "ignored", why)
        if why == "bounce":
            take_bounce(row, read)
        return
    addresses = {address.casefold() for _name, address in read.senders}
    if len(addresses) != 1 or read.from_lines > 1:
        settle(row, "quarantined", "several_senders" if addresses else "no_sender")
        return
    row.trust = trust(read.trace, settings.MAIL_HOST, read.sender, organisation, _hops())
    if row.trust == UNVERIFIED and read.signed:
        row.trust = VERIFIED
    if row.trust == FORGED:
        settle(row, "quarantined", "forged")
    elif _too_many(row, MOST_AN_HOUR):  # what somebody else sends in a name does not use up the name
        settle(row, "quarantined", "too_many")
    else:
        take(row, read, directory.person_by_email(read.sender))


def _hops() -> int:
    """How many Received lines may stand above results of our own servers."""
    return int(settings.MAIL_HOPS) if settings.MAIL_STRIPS else 0


def _too_many(row: StoredMail, most: int) -> bool:
    """Whether as many of this sender, as far proved as this one, came within the hour."""
    since = row.received_at - timedelta(hours=1)
    others = StoredMail.objects.filter(sender=row.sender, received_at__gt=since, trust=row.trust).exclude(pk=row.pk)
    return others.exclude(outcome__in=("ignored", "stored")).count() >= most


def take(row: StoredMail, read: Reading, person: PersonRow | None) -> None:
    """Take a message that a person wrote: `person` None: nobody on record."""
    thread = thread_of(read, row.recipient)
    row.person_id = person.id if person else None
    if person is None:
        _take_stranger(row, read, thread)
        return
    if thread.person == person.id and row.trust == UNVERIFIED and not failed(read.trace, settings.MAIL_HOST, _hops()):
        row.trust = VERIFIED  # the token went to this address alone, and nothing speaks against it
    if row.trust == VERIFIED:
        clear_undeliverable(person_id=person.id)  # whoever writes from an address reads there
    viewer = directory.viewer_of(person.id)
    if viewer.is_staff:
        _take_staff(row, read, person, thread)
    elif thread.seen_by(viewer):
        _take_reply(row, read, person, viewer, thread)
    elif thread.case is not None:
        _take_foreign(row, person, thread)
    else:
        _take_new(row, read, person, viewer)


def _take_stranger(row: StoredMail, read: Reading, thread: Thread) -> None:
    """Nobody on record opens or joins anything; who claims to answer a case is for staff to look at."""
    if thread.case is not None and thread.person is not None:
        settle(row, "held", "other_sender", thread.case)
    elif thread.claims:
        settle(row, "quarantined", "not_their_case")
    else:
        _refuse(row, None, Refusal("unknown_sender", "only_authorized_contacts", "ask_authorized_contact"))


def _take_staff(row: StoredMail, read: Reading, person: PersonRow, thread: Thread) -> None:
    """What staff answer by mail is an internal note: never what a customer reads, and it stops no clock. Without the
    token of a mail that went to them it may be anybody's."""
    if thread.case is None or thread.person != person.id:
        settle(row, "quarantined", "staff_by_mail")
        return
    try:
        with transaction.atomic():
            add_note(by=Actor("person", person.id), number=thread.case.number, body=body_of(read), once=_once(row))
    except Refusal as refusal:
        settle(row, "quarantined", refusal.code, thread.case)
        return
    settle(row, "reply_added", "internal_note", thread.case)


def _take_foreign(row: StoredMail, person: PersonRow, thread: Thread) -> None:
    """A case that the sender may not see: they were a contact once, or never."""
    left = directory.left_by(person.id)
    if thread.case is None or thread.case.subscriber_id not in left:
        settle(row, "quarantined", "not_their_case")
        return
    settle(row, "quarantined", "no_longer_contact", thread.case)
    if row.trust == VERIFIED:
        tell_refused(row, person, Refusal("not_authorized_contact", "only_authorized_contacts", "ask_administrator"))
        tell_administrators(row, person, thread.case)


def _take_reply(row: StoredMail, read: Reading, person: PersonRow, viewer: Viewer, thread: Thread) -> None:
    case = thread.case
    if case is None:
        raise ValueError("an answer needs its case")
    if row.trust != VERIFIED:
        other = thread.person is not None and thread.person != person.id
        settle(row, "held", "other_sender" if other else "sender", case)
        if not other:
            ask_whether_written(row, person)
        return
    if not viewer.subscriber_roles.get(case.subscriber_id, frozenset()) & WRITING:
        settle(row, "held", "unlisted", case)
        return
    add_reply(row, read, person, case, "conflict" if thread.conflict else "")


def add_reply(row: StoredMail, read: Reading, person: PersonRow, case: Case, reason: str = "") -> None:
    """Add a message to its case in the name of the person, from the receipt where the case allows it."""
    by, place = Actor("person", person.id), f"mail:{row.pk}"
    body = body_of(read)
    if not read.attached and _repeated(case, person.id, body):
        settle(row, "ignored", "repeated", case)
        return
    try:
        with transaction.atomic():
            hold_files(by, place, read)
            _add(by, case.number, body, _once(row), row.received_at, place)
    except NotFound:  # they may see the case no more
        settle(row, "quarantined", "not_their_case", case)
        return
    except Refusal as refusal:
        _refuse(row, person, refusal, case)
        return
    _raise(by, case, read)
    _let_follow(by, case, read)
    settle(row, "reply_added", reason, case)


def _add(by: Actor, number: int, body: str, once: str, received: datetime, place: str) -> None:
    """Count from the receipt; where the case has seen something later meanwhile, from now."""
    try:
        with transaction.atomic():
            add_customer_message(by=by, number=number, body=body, once=once, at=received, place=place)
    except Refusal as refusal:
        if refusal.code not in ("instant_behind", "instant_ahead"):
            raise
        add_customer_message(by=by, number=number, body=body, once=once, place=place)


def _repeated(case: Case, person_id: int, body: str) -> bool:
    """Whether the last thing that both sides have read is the same, said by the same person not long ago."""
    last = Message.objects.filter(case=case).exclude(kind__in=HIDDEN_KINDS).order_by("-pk").first()
    since = database_now() - REPEATED_WITHIN
    return last is not None and (last.author_id, last.body) == (person_id, body) and last.at > since


def _once(row: StoredMail) -> str:
    return f"mail-{row.pk}"


def _take_new(row: StoredMail, read: Reading, person: PersonRow, viewer: Viewer) -> None:
    asking = [one for one, roles in viewer.subscriber_roles.items() if "contact" in roles] or [*viewer.subscribers()]
    if len(asking) > 1:
        asking = [one for one in asking if _bound(row, viewer, one)] or asking
    if (copy := _copy_of(row, read)) is not None:
        settle(row, "ignored", "repeated", copy)
    elif len(asking) != 1:
        code = "which_organisation" if asking else "no_organisation"
        _refuse(row, person, Refusal(code, "mails_are_of_one_organisation", "use_the_portal"))
    elif row.trust != VERIFIED and _too_many(row, MOST_UNVERIFIED):
        settle(row, "quarantined", "too_many")
    else:
        open_from(row, read, person, viewer, asking[0])


def _copy_of(row: StoredMail, read: Reading) -> Case | None:
    """The case that the same message has opened already, when it came by another way too: the same id, sender and
    words within a day. Other words under the same id are another message."""
    if not row.message_id or row.person_id is None:
        return None
    same = StoredMail.objects.filter(
        message_id=row.message_id, person_id=row.person_id, opens=True, trust=row.trust,
        received_at__gt=row.received_at - REPEATED_WITHIN, content__text=read.text,
    )  # fmt: skip
    found = same.exclude(pk=row.pk).select_related("case").order_by("pk").first()
    return found.case if found is not None else None


def _boxes() -> tuple[Mailbox, ...]:
    """The mailboxes of this desk; none while their file can't be read: mail is taken all the same."""
    try:
        return mailboxes()
    except MailboxesError as problem:
        log.warning("mail is taken without its mailboxes: %s", problem)
        return ()


def _bound(row: StoredMail, viewer: Viewer, subscriber_id: int) -> ContractView | None:
    """The contract of the programme and region that the mailbox is bound to; None without one."""
    running = contracts.contracts_in_force(viewer=viewer, subscriber_id=subscriber_id, at=row.received_at)
    box = next((one for one in _boxes() if one.name == row.mailbox), None)
    code, region = (box.programme, box.region) if box is not None else (row.mailbox, "")
    for one in running:
        key = contracts.parse_key(one.package_key)
        if key.programme == code and (not region or key.region == region):
            return one
    return None


def open_from(row: StoredMail, read: Reading, person: PersonRow, viewer: Viewer, subscriber_id: int) -> None:
    """Open a case from a message, or hold it where nobody knows yet that the person wrote it."""
    known = row.trust == VERIFIED
    by, place = Actor("person", person.id), f"mail:{row.pk}"
    body, severity, kind = asked_for(read, viewer, subscriber_id, row.received_at)
    bound = _bound(row, viewer, subscriber_id)
    try:
        with transaction.atomic():
            hold_files(by, place, read)
            filed = file_case(
                by=by if known else SYSTEM, person_id=person.id, subscriber_id=subscriber_id, subject=title_of(read),
                description=body, severity=severity, request_type=kind, channel="email", place=place, verified=known,
                at=min(row.received_at, database_now()), contract_id=_claimed(bound, person.id, row.received_at),
            )  # fmt: skip
    except Refusal as refusal:
        _refuse(row, person, refusal)
        return
    case = Case.objects.get(number=filed.number)
    row.opens = True
    settle(row, "held" if filed.held_reason else "case_opened", filed.held_reason or "", case)
    if known:
        _let_follow(by, case, read)
    elif filed.held_reason == "sender":
        ask_whether_written(row, person)


def _claimed(bound: ContractView | None, person_id: int, at: datetime) -> int | None:
    """The mailbox's contract, where the person is a contact of it; else the room chooses."""
    return bound.id if bound is not None and bound.claim_of(person_id, at) is not None else None


def _raise(by: Actor, case: Case, read: Reading) -> None:
    """A line of an answer that names a higher severity raises it, as the form would; any other is only said."""
    asked, line, _rest = severity_line(body_of(read), levels(contracts.programme_of(case.package_key)))
    if asked is None or asked == case.severity:
        return
    try:
        with transaction.atomic():
            raise_severity(by=by, number=case.number, severity=asked, reason=line)
    except Refusal as refusal:
        log.info("case %s: a mail asks for severity %s: %s", case.number, asked, refusal.code)


def hold_files(by: Actor, place: str, read: Reading) -> None:
    """Hold the attachments that may be taken; the others stay with the stored message."""
    for one in read.attached:
        try:
            with transaction.atomic():
                hold_file(by=by, place=place, name=one["name"], content=base64.b64decode(one["content"]))
        except (Refusal, binascii.Error):
            continue


def _let_follow(by: Actor, case: Case, read: Reading) -> None:
    """People of the organisation in Cc hear about the case from now on; strangers there never do."""
    for _name, address in read.cc[:MOST_FOLLOWERS]:
        found = directory.person_by_email(address)
        if found is None or found.id == by.id:
            continue
        viewer = directory.viewer_of(found.id)
        if viewer.is_staff or not visible(viewer).filter(pk=case.pk).exists():
            continue
        try:
            with transaction.atomic():
                follow_case(by=by, number=case.number, person_id=found.id)
        except Refusal:
            continue


def _refuse(row: StoredMail, person: PersonRow | None, refusal: Refusal, case: Case | None = None) -> None:
    """A message that becomes nothing; only a verified sender is told why, and the way out."""
    settle(row, "refused", refusal.code, case)
    if row.trust == VERIFIED:
        tell_refused(row, person, refusal)
