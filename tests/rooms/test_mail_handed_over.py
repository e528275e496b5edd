"""A real Postfix hands mails over to the desk: 250 means committed, and the receipt is when Postfix took them."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError
from postfix_cast import Postfix, free_port, running_postfix

from garant.cases.models_mail import StoredMail
from garant.config import taking
from garant.config.gate_settings import Gate
from garant.config.mail_gate import MailGate
from garant.config.taking import keep
from garant.kit.mailboxes import Mailbox
from garant.kit.processes import wait_until

pytestmark = [pytest.mark.servers, pytest.mark.database, pytest.mark.django_db(transaction=True)]
KNOWN = (Mailbox("support", "support@desk.example"), Mailbox("second", "second@desk.example"))


@pytest.fixture(scope="module")
def place() -> Gate:
    return Gate("127.0.0.1", free_port())


@pytest.fixture(scope="module")
def server(place: Gate) -> Iterator[Postfix]:
    with running_postfix(f"lmtp:inet:{place}") as found:
        yield found


@pytest.fixture
def postfix(server: Postfix) -> Postfix:
    """The server with an empty mailbox."""
    server.empty()
    return server


@contextmanager
def listening(place: Gate) -> Iterator[None]:
    door = MailGate(place, KNOWN, keep)
    door.start()
    try:
        yield
    finally:
        door.stop()


def send(postfix: Postfix, *to: str, subject: str = "one") -> None:
    with smtplib.SMTP("127.0.0.1", postfix.port) as talk:
        raw = f"From: ann@people.example\r\nSubject: {subject}\r\n\r\nHello äöü.\r\n"
        talk.sendmail("ann@people.example", to, raw.encode(), ["BODY=8BITMIME"])


def test_a_mail_from_a_client_is_stored_with_its_receipt(postfix: Postfix, place: Gate, settings: Any) -> None:
    settings.MAIL_HOST, settings.MAIL_HOPS, settings.MAIL_STRIPS = "mx.desk.example", 1, True
    before = datetime.now(UTC).replace(microsecond=0)
    with listening(place):
        send(postfix, "support+case-1@desk.example", "second@desk.example")
        assert wait_until(lambda: StoredMail.objects.count() == 2, 60.0), postfix.log()
    first = StoredMail.objects.get(mailbox="support")
    assert first.recipient == "support+case-1@desk.example"
    assert bytes(first.raw).startswith(b"Return-Path: <ann@people.example>\r\n")
    assert "Hello äöü." in bytes(first.raw).decode()
    assert before <= first.received_at <= datetime.now(UTC)
    assert first.received_at.microsecond == 0, "the instant of Postfix's own Received line"


def test_what_cant_be_stored_stays_with_postfix_and_comes_once_with_its_receipt(
    postfix: Postfix, place: Gate, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAIL_HOST, settings.MAIL_HOPS, settings.MAIL_STRIPS = "mx.desk.example", 1, True
    tries: list[int] = []
    plain = taking.store

    def away(**how: Any) -> int:
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("the server closed the connection")
        number = plain(**how)
        if len(tries) == 2:
            raise OperationalError("committed, and nobody heard so")
        return number

    monkeypatch.setattr(taking, "store", away)
    with listening(place):
        send(postfix, "support@desk.example")

        def tried_three_times() -> bool:
            postfix.hurry()
            return len(tries) == 3

        assert wait_until(tried_three_times, 120.0), postfix.log()
        assert wait_until(postfix.is_idle, 240.0), postfix.log()
    mail = StoredMail.objects.get()
    assert mail.received_at < mail.stored_at


def test_mail_waits_with_postfix_while_nobody_listens(postfix: Postfix, place: Gate) -> None:
    send(postfix, "support@desk.example", subject="while away")
    assert wait_until(lambda: "Connection refused" in postfix.log(), 60.0)
    with listening(place):
        assert wait_until(lambda: StoredMail.objects.count() == 1, 60.0), postfix.log()


def test_an_unknown_recipient_comes_back_to_the_sender(postfix: Postfix, place: Gate) -> None:
    with listening(place):
        send(postfix, "nobody@desk.example")
        (bounce,) = postfix.mails(1)
    assert "no mailbox of that address" in bounce.as_string()
    assert StoredMail.objects.count() == 0


def test_a_mail_that_is_too_large_comes_back_to_the_sender(postfix: Postfix, place: Gate) -> None:
    with listening(place), smtplib.SMTP("127.0.0.1", postfix.port) as talk:
        raw = b"From: ann@people.example\r\nSubject: big\r\n\r\n" + (b"x" * 900 + b"\r\n") * 35_000
        talk.sendmail("ann@people.example", ["support@desk.example"], raw)
        (bounce,) = postfix.mails(1)
    assert "30000000" in bounce.as_string()[:5_000]
    assert StoredMail.objects.count() == 0
