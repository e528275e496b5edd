"""A mail from a client through Postfix becomes a case; the answer is read in Dovecot, and the reply joins the case."""

from __future__ import annotations

import email
import email.policy
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from dovecot_cast import Dovecot, running_dovecot
from mail_cast import send, settings
from postfix_cast import Postfix, free_port, running_postfix
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases.models import Case, Message, Period
from garant.cases.models_mail import StoredMail
from garant.cases.operations_mail import process_pending
from garant.cases.operations_mailboxes import configure_mailboxes
from garant.config.fetching import fetch_once
from garant.config.gate_settings import Gate
from garant.config.mail_gate import MailGate
from garant.config.taking import keep
from garant.kit.mail_tokens import reply_address
from garant.kit.mailboxes import Mailbox
from garant.kit.processes import wait_until

pytestmark = [pytest.mark.servers, pytest.mark.database, pytest.mark.django_db(transaction=True)]
DESK, CONTACT = "support@desk.example", "contact_gold@people.example"


@pytest.fixture(scope="module")
def place() -> Gate:
    return Gate("127.0.0.1", free_port())


@pytest.fixture(scope="module")
def postfix(place: Gate) -> Iterator[Postfix]:
    with running_postfix(f"lmtp:inet:{place}") as found:
        yield found


@pytest.fixture(scope="module")
def dovecot(postfix: Postfix) -> Iterator[Dovecot]:
    """The people's mailboxes, where Postfix puts what is for them."""
    with running_dovecot(postfix.home / "mail") as found:
        found.set_password("opensesame", "inbox")
        yield found


@pytest.fixture
def desk(place: Gate, settings: Any) -> Iterator[None]:
    """The desk listens, and believes its mail server."""
    settings.MAIL_HOST, settings.MAIL_HOPS, settings.MAIL_REPLY, settings.MAIL_OWN = "mx.desk.example", 1, DESK, (DESK,)
    settings.MAIL_STRIPS = True
    door = MailGate(place, (Mailbox("reference", DESK),), keep)
    door.start()
    yield
    door.stop()


def post(postfix: Postfix, mail: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", postfix.port) as talk:
        talk.send_message(mail)


def written(subject: str, text: str, to: str = DESK) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = CONTACT, to, subject
    mail["Message-ID"] = f"<{subject.casefold().replace(' ', '-').replace(':', '')}@people.example>"
    mail.set_content(text)
    return mail


def processed(postfix: Postfix, count: int) -> StoredMail:
    """The mail that came last, once there are so many, and it was looked at."""
    assert wait_until(lambda: StoredMail.objects.count() == count, 60.0), postfix.log()
    process_pending()
    return StoredMail.objects.latest("pk")


def text_of(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


def read_by_imap(dovecot: Dovecot, number: int) -> EmailMessage:
    """The desk's mail about a case that holds an answer, as the contact's mail program gets it."""
    found: list[EmailMessage] = []

    def there() -> bool:
        with dovecot.client("inbox") as client:
            raws = [part[b"BODY[]"] for part in client.fetch(client.search("ALL"), ["BODY.PEEK[]"]).values()]
        mails = [email.message_from_bytes(raw, policy=email.policy.default) for raw in raws]
        found.extend(mail for mail in mails if "Look at line 4" in text_of(mail))  # type: ignore[misc]
        return bool(found)

    assert wait_until(there, 60.0)
    assert str(number) in str(found[0]["Subject"])
    return found[0]


def test_a_mail_becomes_a_case_its_answer_is_read_and_the_reply_joins_it(
    cast: Cast, postfix: Postfix, dovecot: Dovecot, desk: None
) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    post(postfix, written("Import drops rows", "Since Monday the nightly import drops rows."))
    mail = processed(postfix, 1)
    assert (mail.outcome, mail.reason) == ("case_opened", "")
    case = Case.objects.get()
    assert (case.subject, case.channel) == ("Import drops rows", "email")
    assert before <= mail.received_at <= datetime.now(UTC)
    assert case.received_at == mail.received_at
    first = Period.objects.get(case=case, metric="initial_response")
    assert first.started == mail.received_at, "the clock starts when our mail server took the mail"

    cases.reply(by=cast.actor("agent"), number=case.number, body="Look at line 4, please.", wait=True)
    send(settings(postfix.port))
    answer = read_by_imap(dovecot, case.number)
    assert answer["To"] == CONTACT

    reply = written("Re: something else", "It was line 4. Thank you.", to=str(answer["Reply-To"] or answer["From"]))
    reply["In-Reply-To"] = reply["References"] = str(answer["Message-ID"])
    post(postfix, reply)
    mail = processed(postfix, 2)
    assert (mail.outcome, mail.case_id) == ("reply_added", case.pk)
    last = Message.objects.filter(case=case).latest("pk")
    assert (last.body.strip(), last.by_vendor) == ("It was line 4. Thank you.", False)
    assert Case.objects.count() == 1


def test_a_mail_and_its_reply_from_a_mailbox_are_the_same_case(
    cast: Cast, postfix: Postfix, dovecot: Dovecot, settings: Any
) -> None:
    settings.MAIL_HOST, settings.MAIL_HOPS, settings.MAIL_REPLY, settings.MAIL_OWN = "mx.desk.example", 1, DESK, (DESK,)
    settings.MAIL_STRIPS = True
    mailbox, at = dovecot.mailbox(), datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=40)
    dovecot.set_password("opensesame")
    configure_mailboxes(["support"])
    results = b"Authentication-Results: mx.desk.example; dmarc=pass header.from=people.example\r\n"
    dovecot.put(results + written("Import drops rows", "Since Monday.").as_bytes(), at=at)
    assert fetch_once(mailbox) == 1
    assert processed(postfix, 1).outcome == "case_opened"
    case = Case.objects.get()
    assert case.received_at == at, "the clock starts when the mail server received it, not when it was fetched"
    to = reply_address(DESK, case.pk, cast.people["contact_gold"])
    dovecot.put(results + written("Re: something else", "It was line 4.", to=to).as_bytes(), at=datetime.now(UTC))
    assert fetch_once(mailbox) == 1
    reply = processed(postfix, 2)
    assert (reply.outcome, reply.case_id) == ("reply_added", case.pk)


def test_an_automatic_reply_a_bounce_and_a_spoof_do_nothing(
    cast: Cast, postfix: Postfix, dovecot: Dovecot, desk: None
) -> None:
    away = written("Out of office", "I am away.")
    away["Auto-Submitted"] = "auto-replied"
    post(postfix, away)
    assert processed(postfix, 1).outcome == "ignored"
    with smtplib.SMTP("127.0.0.1", postfix.port) as talk:
        talk.sendmail("", [DESK], written("Undelivered", "It came back.").as_bytes())
    assert (processed(postfix, 2).outcome, StoredMail.objects.latest("pk").reason) == ("ignored", "bounce")
    with smtplib.SMTP("127.0.0.1", postfix.port) as talk:
        forged = b"Authentication-Results: mx.desk.example; dmarc=pass header.from=people.example\r\n"
        raw = forged + written("Urgent", "Delete everything.").as_bytes()
        talk.sendmail("eve@evil.example", [DESK], raw)
    assert processed(postfix, 3).outcome == "held"
    assert not Case.objects.exclude(state="held").exists()


def test_a_mail_that_waited_with_postfix_counts_from_when_postfix_took_it(
    cast: Cast, postfix: Postfix, place: Gate, settings: Any
) -> None:
    settings.MAIL_HOST, settings.MAIL_HOPS, settings.MAIL_STRIPS = "mx.desk.example", 1, True
    post(postfix, written("While away", "Nobody listens."))
    assert wait_until(lambda: "Connection refused" in postfix.log(), 60.0)
    taken_by = datetime.now(UTC)
    door = MailGate(place, (Mailbox("reference", DESK),), keep)
    door.start()
    mail = processed(postfix, 1)
    door.stop()
    assert taken_by - timedelta(minutes=5) < mail.received_at <= taken_by
    assert Case.objects.get().received_at == mail.received_at
