"""Mailboxes on a real Dovecot: everything is taken once, at its own instant, whoever dies or goes away meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import crash
import pytest
from dovecot_cast import ARRIVED, Dovecot, running_dovecot
from imapclient import IMAPClient
from mailbox_cast import message, state, stored, without

from garant.cases.models_mail import StoredMail
from garant.cases.models_mailboxes import MailboxState
from garant.cases.operations_mail import process
from garant.cases.operations_mailboxes import configure_mailboxes
from garant.cases.queries_mailboxes import mailbox_states
from garant.config import fetching
from garant.config.fetching import fetch, fetch_once
from garant.core.people import NOBODY, Viewer
from garant.kit import imap
from garant.kit.imap import opened
from garant.kit.mailboxes import Mailbox

pytestmark = [pytest.mark.servers, pytest.mark.database, pytest.mark.django_db(transaction=True)]
STAFF = Viewer(staff_roles=frozenset({"manager"}))


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with running_dovecot() as found:
        yield found


@pytest.fixture
def dovecot(server: Dovecot) -> Dovecot:
    """The server with empty mailboxes."""
    server.empty()
    return server


@pytest.fixture
def mailbox(dovecot: Dovecot) -> Mailbox:
    """The account `support`, known to the desk."""
    configure_mailboxes(["support"])
    return dovecot.mailbox()


def test_unread_messages_are_stored_whole_with_their_receipt_and_then_marked(
    dovecot: Dovecot, mailbox: Mailbox
) -> None:
    dovecot.put(message("one"), message("two", "Umlaute: äöü\r\n.\r\n"))
    assert fetch_once(mailbox) == 2
    first, second = StoredMail.objects.order_by("pk")
    assert bytes(first.raw) == message("one")
    assert bytes(second.raw) == message("two", "Umlaute: äöü\r\n.\r\n")
    assert (first.received_at, first.mailbox, first.recipient) == (ARRIVED, "support", "support@desk.example")
    assert dovecot.flags() == [True, True]
    assert fetch_once(mailbox) == 0
    (seen,) = mailbox_states(viewer=STAFF)
    assert (seen.name, seen.problem, seen.since) == ("support", "", None)
    assert seen.last_fetch is not None
    assert seen.last_message is not None
    assert mailbox_states(viewer=NOBODY) == []


def test_at_first_only_unread_messages_are_taken_and_later_also_those_somebody_read(
    dovecot: Dovecot, mailbox: Mailbox
) -> None:
    dovecot.put(message("old and read"), seen=True)
    dovecot.put(message("old and unread"))
    dovecot.put(message("old and read too"), seen=True)
    fetch_once(mailbox)
    assert stored() == ["old and unread"]
    dovecot.put(message("read in a mail program"), seen=True)
    fetch_once(mailbox)
    assert stored() == ["old and unread", "read in a mail program"]


@pytest.mark.parametrize("can_move", [True, False])
def test_taken_messages_move_to_the_folder_that_is_named(
    dovecot: Dovecot, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, can_move: bool
) -> None:
    if not can_move:
        without(monkeypatch, "MOVE")
    dovecot.put(message("one"), message("two"))
    fetch_once(dovecot.mailbox(processed="Done"))
    assert stored() == ["one", "two"]
    assert dovecot.flags() == []
    assert dovecot.flags(folder="Done") == [True, True]


def test_new_uids_neither_lose_nor_double_anything(dovecot: Dovecot, mailbox: Mailbox) -> None:
    dovecot.put(message("one"), message("two"))
    fetch_once(mailbox)
    before = state().uidvalidity
    dovecot.renumber()
    dovecot.put(message("three"))
    fetch_once(mailbox)
    assert state().uidvalidity != before
    assert stored() == ["one", "two", "three"]
    assert dovecot.flags() == [True] * 3
    with dovecot.client() as client:
        client.remove_flags(client.search("ALL"), [b"\\Seen"])
    dovecot.renumber()
    fetch_once(mailbox)
    assert stored() == ["one", "two", "three"], "the store knows their bytes"


def test_a_database_of_an_hour_ago_gets_the_hour_again(dovecot: Dovecot, mailbox: Mailbox) -> None:
    """BKP-03: what was fetched after the backup is marked as read, and is fetched all the same."""
    dovecot.put(message("before"))
    fetch_once(mailbox)
    kept = MailboxState.objects.values("uidvalidity", "last_uid").get()
    dovecot.put(message("in the lost hour"))
    fetch_once(mailbox)
    StoredMail.objects.order_by("-pk")[0].delete()
    MailboxState.objects.update(**kept)
    fetch_once(mailbox)
    assert stored() == ["before", "in the lost hour"]


@pytest.mark.parametrize("processed", [None, "Done"])
def test_a_kill_between_fetching_storing_and_marking_neither_loses_nor_doubles(
    dovecot: Dovecot, processed: str | None
) -> None:
    """Every statement, both sides of every commit, and both sides of every word with the mail server; at the very first
    look, and at a later one."""
    configure_mailboxes(["support"])
    mailbox = dovecot.mailbox(**({"processed": processed} if processed else {}))
    fetch_once(mailbox)

    def prepare(point: int) -> str:
        StoredMail.objects.all().delete()
        if processed is None:
            MailboxState.objects.update(uidvalidity=None, last_uid=None)
        dovecot.clear("INBOX", *([processed] if processed else []))
        dovecot.put(message(f"{point} one"), message(f"{point} two"))
        return f"{point}"

    def check(point: str) -> None:
        assert stored() == [f"{point} one", f"{point} two"]
        assert [mail.received_at for mail in StoredMail.objects.all()] == [ARRIVED] * 2
        assert dovecot.flags() == ([] if processed else [True, True])
        assert not processed or set(dovecot.flags(folder=processed)) == {True}

    assert crash.everywhere(prepare, lambda _: fetch_once(mailbox), check) > 10
    for point in range(1, crash.MOST):
        subject = prepare(point)
        died = _dies_at_word(point, lambda: fetch_once(mailbox))
        fetch_once(mailbox)
        check(subject)
        if not died:
            break
    assert point > 10


def test_control_marking_before_storing_loses_a_mail(
    dovecot: Dovecot, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = imap.Folder.message

    def marks_first(self: imap.Folder, uid: int) -> imap.Fetched | None:
        found = plain(self, uid)
        self.taken(uid)
        return found

    monkeypatch.setattr(imap.Folder, "message", marks_first)
    for point in range(1, crash.MOST):
        StoredMail.objects.all().delete()
        MailboxState.objects.update(uidvalidity=None, last_uid=None)
        dovecot.clear("INBOX")
        dovecot.put(message("one"))
        died = crash.dies_at(point, lambda: fetch_once(mailbox))
        fetch_once(mailbox)
        if stored() != ["one"]:
            return
        assert died, "nothing was lost at any point: the test above proves nothing"


def _dies_at_word(point: int, act: Callable[[], object]) -> bool:
    """Run an act in a process that dies before or after its n-th word with the mail server."""
    words = ("login", "select_folder", "search", "fetch", "add_flags", "move", "logout")

    def dying() -> object:
        passed = [0]

        def pass_point() -> None:
            passed[0] += 1
            if passed[0] == point:
                os._exit(crash.DIED)

        def counted(plain: Callable[..., Any]) -> Callable[..., Any]:
            def word(*args: Any, **how: Any) -> Any:
                pass_point()
                try:
                    return plain(*args, **how)
                finally:
                    pass_point()

            return word

        for name in words:
            setattr(IMAPClient, name, counted(getattr(IMAPClient, name)))  # in the child alone
        return act()

    return crash.dies_at(crash.MOST * 100, dying)


def test_a_message_that_is_too_large_becomes_its_headers_and_a_note(
    dovecot: Dovecot, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BOMB-04: it is not loaded, stays in the mailbox, and is stored once."""
    monkeypatch.setattr(imap, "LARGEST", 20_000)
    loaded: list[int] = []
    part = imap.Folder._part

    def noted(self: imap.Folder, uid: int, what: str) -> bytes:
        found = part(self, uid, what)
        loaded.append(len(found))
        return found

    monkeypatch.setattr(imap.Folder, "_part", noted)
    head = "Content-Type: multipart/mixed;\r\n boundary=x\r\nX-Garant-Too-Large: 1\r\nMessage-ID: <big@people.example>"
    big = f"{head}\r\n".encode() + message("big", "x" * 70 + "\r\n" + "y" * 50_000)
    dovecot.put(big, message("small"))
    fetch_once(mailbox)
    first, second = StoredMail.objects.order_by("pk")
    kept = bytes(first.raw)
    assert kept.startswith(f"X-Garant-Too-Large: {len(big)}\r\n".encode())
    assert kept.count(b"Content-Type:") == kept.count(b"X-Garant-Too-Large:") == 1
    assert b"Message-ID: <big@people.example>" in kept
    assert b"boundary" not in kept
    assert b"yyyy" not in kept
    assert bytes(second.raw) == message("small")
    assert max(loaded) < 2_000
    assert (process(first.pk).outcome, process(first.pk).reason) == ("quarantined", "too_large")
    with dovecot.client() as client:
        client.remove_flags(client.search("ALL"), [b"\\Seen"])
    fetch_once(mailbox)
    assert StoredMail.objects.count() == 2


def test_a_server_that_understates_a_size_gives_no_more_than_the_limit(
    dovecot: Dovecot, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "LARGEST", 20_000)
    plain = IMAPClient.fetch

    def lying(self: IMAPClient, uids: Any, what: Any, *more: Any) -> Any:
        found = plain(self, uids, what, *more)
        for answer in found.values():
            if b"RFC822.SIZE" in answer:
                answer[b"RFC822.SIZE"] = 10
        return found

    monkeypatch.setattr(IMAPClient, "fetch", lying)
    dovecot.put(message("big", "y" * 50_000))
    fetch_once(mailbox)
    assert bytes(StoredMail.objects.get().raw).startswith(b"X-Garant-Too-Large: 20001\r\n")


def test_a_message_that_cant_be_had_or_kept_holds_up_no_other(
    dovecot: Dovecot, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = fetching.store

    def picky(*, raw: bytes, **how: Any) -> int:
        if b"Subject: bad" in raw:
            raise ValueError("no")
        return plain(raw=raw, **how)

    monkeypatch.setattr(fetching, "store", picky)
    dovecot.put(message("bad"), message("good"))
    with opened(mailbox.imap) as folder:  # type: ignore[arg-type]
        assert fetch(mailbox, folder) == 1
        assert fetch(mailbox, folder) == 0
    assert stored() == ["good"]
    assert dovecot.flags() == [False, True]
    monkeypatch.setattr(fetching, "store", plain)
    fetch_once(mailbox)
    assert stored() == ["good", "bad"]
