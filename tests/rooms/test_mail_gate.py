"""The door for mail servers: LMTP and SMTP, by hand and through a real Postfix. 250 means committed."""

from __future__ import annotations

import smtplib
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from postfix_cast import free_port

from garant.config import mail_gate
from garant.config.gate_settings import Gate, GateSettingsError, gate, gate_mailboxes, incoming
from garant.config.mail_gate import MailGate
from garant.config.taking import taken_at
from garant.kit.mailboxes import Mailbox
from garant.kit.processes import wait_until

KNOWN = (Mailbox("support", "support@desk.example"), Mailbox("second", "second@desk.example"))
MAIL = b"From: ann@people.example\r\nSubject: one\r\n\r\nHello.\r\n..dots\r\n"
STORING = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


class Kept:
    """A store of the test's own: what was kept, and what goes wrong."""

    def __init__(self) -> None:
        self.mails: list[tuple[bytes, str, str]] = []
        self.wrong: list[Exception | None] = []

    def __call__(self, raw: bytes, mailbox: str, recipient: str) -> None:
        wrong = self.wrong.pop(0) if self.wrong else None
        if wrong is not None:
            raise wrong
        self.mails.append((raw, mailbox, recipient))


@contextmanager
def listening(keep: Any, where: Gate | None = None) -> Iterator[MailGate]:
    door = MailGate(where or Gate("127.0.0.1", free_port()), KNOWN, keep)
    door.start()
    try:
        yield door
    finally:
        door.stop()


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def door(kept: Kept) -> Iterator[MailGate]:
    with listening(kept) as found:
        yield found


def lmtp(door: MailGate) -> smtplib.LMTP:
    return smtplib.LMTP(door.where.host, door.where.port)


def replies(talk: smtplib.SMTP, raw: bytes, *recipients: str, sender: str = "ann@people.example") -> list[int]:
    """Hand a mail over by LMTP; the code of each recipient's answer."""
    talk.ehlo()
    talk.mail(sender)
    codes = [talk.rcpt(one)[0] for one in recipients]
    taken = codes.count(250)
    if taken:
        talk.docmd("DATA")
        talk.send(raw + b".\r\n")
        after = [talk.getreply()[0] for _ in range(taken)]
        codes = [after.pop(0) if code == 250 else code for code in codes]
    return codes


def test_a_mail_is_kept_whole_before_it_is_taken_with_the_address_that_bounces_go_to(
    door: MailGate, kept: Kept
) -> None:
    with lmtp(door) as talk:
        assert replies(talk, MAIL, "support+case@desk.example") == [250]
        assert replies(talk, MAIL, "SECOND@desk.example", sender="<>") == [250]
    path = b"Return-Path: <ann@people.example>\r\n"
    plain = MAIL.replace(b"\r\n..dots", b"\r\n.dots")
    assert kept.mails == [
        (path + plain, "support", "support+case@desk.example"),
        (b"Return-Path: <>\r\n" + plain, "second", "SECOND@desk.example"),
    ]


def test_by_lmtp_each_recipient_has_an_answer_of_its_own(door: MailGate, kept: Kept) -> None:
    kept.wrong = [None, OperationalError("away")]
    with lmtp(door) as talk:
        codes = replies(talk, MAIL, "support@desk.example", "nobody@desk.example", "second@desk.example")
        assert codes == [250, 550, 451]
        assert talk.rcpt("support@desk.example")[0] == 503, "the envelope ended with the mail"
        assert replies(talk, MAIL, "second@desk.example") == [250], "the conversation goes on"
    assert [mailbox for _, mailbox, _ in kept.mails] == ["support", "second"]


def test_by_smtp_one_answer_stands_for_all(door: MailGate, kept: Kept) -> None:
    with smtplib.SMTP(door.where.host, door.where.port) as talk:
        talk.ehlo()
        assert talk.esmtp_features["size"] == "30000000"
        to = ["support@desk.example", "second@desk.example"]
        assert talk.sendmail("ann@people.example", to, MAIL) == {}
        kept.wrong = [None, OperationalError("away")]
        with pytest.raises(smtplib.SMTPDataError) as told:
            talk.sendmail("ann@people.example", to, MAIL)
        assert told.value.smtp_code == 451
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            talk.sendmail("ann@people.example", ["nobody@desk.example"], MAIL)
    assert len(kept.mails) == 3


def test_a_mail_that_is_too_large_is_refused_before_and_after_it_is_sent(
    door: MailGate, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BOMB-04: announced by SIZE; what is sent all the same is not held, and the conversation goes on."""
    with lmtp(door) as talk:
        talk.ehlo()
        assert talk.mail("ann@people.example", ["SIZE=30000001"])[0] == 552
        monkeypatch.setattr(mail_gate, "LARGEST", 5_000)
        long = MAIL + b"x" * 250_000 + b"\r\n" + b"\r\n" * 9_000
        assert replies(talk, long, "support@desk.example", "second@desk.example") == [552, 552]
        assert kept.mails == []
        assert replies(talk, MAIL + b"y" * 4_500 + b"\r\n", "support@desk.example") == [250]
    assert kept.mails[0][0].endswith(b"y" * 4_500 + b"\r\n")


def test_long_lines_bare_ends_of_line_and_eight_bits_pass_unchanged(door: MailGate, kept: Kept) -> None:
    body = MAIL + b"z" * 120_000 + b"\r\n" + "日本語 äöü".encode() + b"\n.\nbare\rend\xff\x00\r\n"
    with lmtp(door) as talk:
        assert replies(talk, body, "support@desk.example") == [250]
    assert kept.mails[0][0].endswith(body.partition(b"..dots\r\n")[2])
    assert len(kept.mails) == 1, "a dot between bare ends of line does not end a mail"


@pytest.mark.parametrize(
    ("sent", "is_kept"),
    [
        (b"", b""),
        (b"\r\n", b"\r\n"),
        (b"..\r\n", b".\r\n"),
        (b"...\r\n..\r\n", b"..\r\n.\r\n"),
        (b".one\r\n", b"one\r\n"),
        (b"a\r\n" * 60_000, b"a\r\n" * 60_000),
        (b"x" * 99_996 + b"\r\n..y\r\n", b"x" * 99_996 + b"\r\n.y\r\n"),
    ],
)
def test_dots_at_the_beginning_of_lines(door: MailGate, kept: Kept, sent: bytes, is_kept: bytes) -> None:
    with lmtp(door) as talk:
        assert replies(talk, sent, "support@desk.example") == [250]
        assert talk.noop()[0] == 250
    assert kept.mails[0][0].partition(b"\r\n")[2] == is_kept


def test_what_is_sent_before_its_time_is_never_taken_for_commands(door: MailGate, kept: Kept) -> None:
    with lmtp(door) as talk:
        talk.ehlo()
        talk.mail("ann@people.example")
        talk.rcpt("support@desk.example")
        talk.send(b"DATA\r\nRSET\r\nQUIT\r\n.\r\n")
        assert talk.getreply()[0] == 554
        with pytest.raises(smtplib.SMTPServerDisconnected):
            talk.getreply()
    assert kept.mails == []


def test_a_client_that_drops_before_the_end_leaves_nothing(door: MailGate, kept: Kept) -> None:
    with lmtp(door) as talk:
        talk.ehlo()
        talk.mail("ann@people.example")
        talk.rcpt("support@desk.example")
        talk.docmd("DATA")
        talk.send(MAIL)
        talk.close()
    assert wait_until(lambda: door.talks == 0, 30.0)
    with lmtp(door) as talk:
        assert replies(talk, MAIL, "support@desk.example") == [250]
    assert len(kept.mails) == 1


def test_clients_are_limited(door: MailGate, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_gate, "MOST_TALKS", 2)
    monkeypatch.setattr(mail_gate, "MOST_RECIPIENTS", 3)
    with lmtp(door) as first, lmtp(door):
        with pytest.raises((smtplib.SMTPConnectError, smtplib.SMTPServerDisconnected)) as told:
            lmtp(door).ehlo()
        assert "421" in str(told.value) or isinstance(told.value, smtplib.SMTPServerDisconnected)
        codes = replies(first, MAIL, *(["support@desk.example"] * 4))
        assert codes == [250, 250, 250, 452]


def test_few_mails_are_in_transfer_at_once(door: MailGate, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    talks = [lmtp(door) for _ in range(mail_gate.MOST_TRANSFERS + 1)]
    for talk in talks:
        talk.ehlo()
        talk.mail("ann@people.example")
        talk.rcpt("support@desk.example")
    for talk in talks[:-1]:
        assert talk.docmd("DATA")[0] == 354
    talks[-1].send(b"DATA\r\n")
    waiting = talks[-1].sock
    assert waiting is not None
    talks[0].send(MAIL + b".\r\n")
    assert talks[0].getreply()[0] == 250
    assert talks[-1].getreply()[0] == 354, "the next one may begin"
    for talk in talks[1:]:
        talk.send(MAIL + b".\r\n")
        assert talk.getreply()[0] == 250
    for talk in talks:
        talk.quit()
    assert len(kept.mails) == len(talks)


def test_a_store_that_hangs_is_answered_in_time(door: MailGate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_gate, "STORING", 0.2)
    free = threading.Event()
    door._keep = lambda *_: free.wait(60)
    try:
        with lmtp(door) as talk:
            assert replies(talk, MAIL, "support@desk.example") == [451]
    finally:
        free.set()


def test_a_socket_is_for_this_account_and_its_group_and_a_stale_one_is_taken_over(tmp_path: Path, kept: Kept) -> None:
    path = tmp_path / "lmtp"
    with closing(socket.socket(socket.AF_UNIX)) as dead:
        dead.bind(str(path))
    with listening(kept, Gate(path=str(path))):
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        with smtplib.LMTP(str(path)) as talk:
            assert replies(talk, MAIL, "support@desk.example") == [250]
        with pytest.raises(OSError, match="in use"):
            MailGate(Gate(path=str(path)), KNOWN, kept).start()
    assert not path.exists()


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("127.0.0.1:2424", Gate("127.0.0.1", 2424)),
        ("[::1]:2424", Gate("::1", 2424)),
        ("localhost:24", Gate("localhost", 24)),
        ("unix:/run/garant/lmtp", Gate(path="/run/garant/lmtp")),
    ],
)
def test_where_to_listen(monkeypatch: pytest.MonkeyPatch, told: str, found: Gate) -> None:
    monkeypatch.setenv("GARANT_LMTP", told)
    assert gate() == found
    assert str(found) == told


@pytest.mark.parametrize("told", ["2424", "127.0.0.1:0", "127.0.0.1:99999", ":2424", "unix:here", "/" + "x" * 120])
def test_a_mistake_in_where_to_listen(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("GARANT_LMTP", told)
    with pytest.raises(GateSettingsError, match="GARANT_LMTP"):
        gate()


@pytest.mark.parametrize("told", ["0.0.0.0:2424", "[::]:2424", "192.0.2.1:24", "mx.desk.example:24"])
def test_other_machines_are_let_in_only_where_it_is_said(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("GARANT_LMTP", told)
    with pytest.raises(GateSettingsError, match="GARANT_LMTP_OPEN=1"):
        gate()
    monkeypatch.setenv("GARANT_LMTP_OPEN", "1")
    assert gate() is not None


def test_without_mailboxes_the_desks_own_address_is_served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GARANT_HOME", str(tmp_path))
    monkeypatch.setenv("GARANT_LMTP", "127.0.0.1:2424")
    monkeypatch.setenv("GARANT_MAIL_FROM", "Support <Support@desk.example>")
    assert incoming().taken_for == (Mailbox("reference", "support@desk.example"),)
    monkeypatch.delenv("GARANT_MAIL_FROM")
    with pytest.raises(GateSettingsError, match="for nobody"):
        gate_mailboxes(())
    monkeypatch.delenv("GARANT_LMTP")
    assert not incoming()


NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
RELAY = b"Received: by relay.example; Sat, 28 Nov 2026 08:00:00 +0000\r\n"
OURS = b"Received: from mx.people.example (1.2.3.4)\r\n\tby mx.desk.example (Postfix) with ESMTP id 1; "
AT = "Sat, 28 Nov 2026 06:30:00 +0000"


@pytest.mark.parametrize(
    ("raw", "hops", "at"),
    [
        (OURS + AT.encode() + b"\r\n\r\n", 1, NOW - timedelta(hours=2, minutes=30)),
        (b"Return-Path: <a@b>\r\n" + OURS + b"Sat, 28 Nov 2026 10:30:00 +0400\r\n\r\n", 1,
         NOW - timedelta(hours=2, minutes=30)),
        (RELAY + OURS + AT.encode() + b"\r\n\r\n", 1, None),
        (RELAY + OURS + AT.encode() + b"\r\n\r\n", 2,
         NOW - timedelta(hours=2, minutes=30)),
        (OURS.replace(b"mx.desk", b"mx.desk.example.evil") + AT.encode() + b"\r\n\r\n", 1, None),
        (OURS + b"Sat, 28 Nov 2026 09:30:00 +0000\r\n\r\n", 1, None),
        (OURS + b"Sat, 14 Nov 2026 09:30:00 +0000\r\n\r\n", 1, None),
        (OURS + b"sometime\r\n\r\n", 1, None),
        (b"Subject: no line of ours\r\n\r\n", 1, None),
    ],
)  # fmt: skip
def test_the_receipt_is_when_our_own_server_took_the_mail(raw: bytes, hops: int, at: datetime | None) -> None:
    assert taken_at(raw, "mx.desk.example", hops, NOW) == at
    assert taken_at(raw, "", hops, NOW) is None
