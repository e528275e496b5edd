"""Mailboxes read for ever: pushed, polled, gone and back, refused; and what managers hear of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from dovecot_cast import PASSWORD, Dovecot, running_dovecot
from imapclient import IMAPClient
from mailbox_cast import message, state, stored, without
from rooms_cast import Cast

from garant.cases import operations_mailboxes
from garant.cases.models_mailboxes import MailboxState
from garant.cases.operations_mailboxes import configure_mailboxes, mailbox_failed, mailbox_looked, tell_silent
from garant.config import fetching
from garant.config.fetching import Fetcher, fetch_once
from garant.journal.models import Notice
from garant.kit import imap
from garant.kit.imap import ImapFailed
from garant.kit.mailboxes import Mailbox
from garant.kit.processes import wait_until

pytestmark = [pytest.mark.servers, pytest.mark.database, pytest.mark.django_db(transaction=True)]


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


class Running:
    """A fetcher's thread and what it says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, mailbox: Mailbox) -> None:
        monkeypatch.setattr(fetching, "mailboxes", lambda: (mailbox,))
        self.stop_asked = threading.Event()
        self.said: list[str] = []
        self.thread = Fetcher(mailbox, self.stop_asked, self.said.append)
        self.thread.start()

    def stop(self) -> None:
        self.stop_asked.set()
        self.thread.join(30)
        assert not self.thread.is_alive()


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Mailbox], Running]]:
    """Start fetchers that try again at once; all are stopped."""
    monkeypatch.setattr(fetching, "SHORTEST", 0.05)
    monkeypatch.setattr(fetching, "REFUSED", 0.05)
    monkeypatch.setattr(fetching, "LONGEST", 0.2)
    begun: list[Running] = []

    def start(mailbox: Mailbox) -> Running:
        begun.append(Running(monkeypatch, mailbox))
        return begun[-1]

    yield start
    for one in begun:
        one.stop()


def arrives(*subjects: str) -> None:
    assert wait_until(lambda: sorted(stored()) == sorted(subjects), 30.0), stored()


def test_mail_is_pushed_while_the_fetcher_idles(
    dovecot: Dovecot, mailbox: Mailbox, running: Callable[[Mailbox], Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    idles = threading.Event()
    plain = IMAPClient.idle

    def noted(self: IMAPClient) -> Any:
        found = plain(self)
        idles.set()
        return found

    monkeypatch.setattr(IMAPClient, "idle", noted)
    running(mailbox)
    assert idles.wait(30)
    dovecot.put(message("pushed"))
    arrives("pushed")


def test_a_server_without_idle_is_asked_now_and_then(
    dovecot: Dovecot, mailbox: Mailbox, running: Callable[[Mailbox], Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "IDLE")
    monkeypatch.setattr(imap, "POLLED", 0.2)
    monkeypatch.setattr(imap, "_SLICE", 0.05)
    running(mailbox)
    assert wait_until(lambda: state().last_fetch is not None, 30.0)
    dovecot.put(message("polled"))
    arrives("polled")


def test_idle_is_renewed_and_each_look_is_noted(
    dovecot: Dovecot, mailbox: Mailbox, running: Callable[[Mailbox], Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "RENEWED", 0.2)
    monkeypatch.setattr(imap, "_SLICE", 0.05)
    running(mailbox)
    assert wait_until(lambda: state().last_fetch is not None, 30.0)
    first = state().last_fetch
    assert wait_until(lambda: state().last_fetch > first, 30.0)
    assert imap.RENEWED < 29 * 60


def test_a_server_that_goes_away_and_comes_back_is_read_on(
    dovecot: Dovecot, mailbox: Mailbox, running: Callable[[Mailbox], Running]
) -> None:
    dovecot.put(message("before"))
    fetcher = running(mailbox)
    arrives("before")
    dovecot.stop()
    try:
        assert wait_until(lambda: state().problem == "away", 30.0), fetcher.said
        assert state().since is not None
        assert Notice.objects.count() == 0, "a server that is away for a moment is no news"
    finally:
        dovecot.start()
    dovecot.put(message("after"))
    arrives("before", "after")
    assert wait_until(lambda: state().problem == "", 30.0)


def test_a_password_that_fails_is_told_once_an_outage_and_a_corrected_one_is_read_on(
    cast: Cast, dovecot: Dovecot, mailbox: Mailbox, running: Callable[[Mailbox], Running]
) -> None:
    dovecot.put(message("waiting"))
    dovecot.set_password("changed")
    fetcher = running(mailbox)
    assert wait_until(lambda: len(fetcher.said) >= 3, 30.0)
    (told,) = Notice.objects.filter(kind="mailbox_failed")
    assert told.person_id == cast.people["manager"]
    assert (told.data["mailbox"], told.data["code"]) == ("support", "password")
    assert (state().problem, stored()) == ("password", [])
    dovecot.set_password(PASSWORD)
    arrives("waiting")
    assert wait_until(lambda: state().problem == "", 30.0)
    assert Notice.objects.filter(kind="mailbox_failed").count() == 1


def test_a_database_that_is_away_leaves_the_mail_where_it_is(
    dovecot: Dovecot, mailbox: Mailbox, running: Callable[[Mailbox], Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    plain, tries = fetching.store, []

    def away(**how: Any) -> int:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("the server closed the connection")
        return plain(**how)

    monkeypatch.setattr(fetching, "store", away)
    dovecot.put(message("one"), message("two"))
    running(mailbox)
    arrives("one", "two")
    assert wait_until(lambda: dovecot.flags() == [True, True], 30.0)


@pytest.mark.parametrize(
    ("how", "code"),
    [({"folder": "Nowhere"}, "folder"), ({"password": "wrong"}, "password"), ({"user": "nobody"}, "password")],
)
def test_what_is_wrong_with_a_mailbox_is_told_apart(
    dovecot: Dovecot, mailbox: Mailbox, how: dict[str, str], code: str
) -> None:
    with pytest.raises(ImapFailed) as told:
        fetch_once(Mailbox("support", "support@desk.example", imap=dovecot.imap(**how)))
    assert told.value.code == code
    assert (state().problem, bool(state().detail)) == (code, True)


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a_certificate_must_be_trusted(
    dovecot: Dovecot, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, tls: str
) -> None:
    port = dovecot.tls_port if tls == "tls" else dovecot.port
    safe = Mailbox("support", "support@desk.example", imap=replace(dovecot.imap(), port=port, tls=tls))
    dovecot.put(message("one"))
    with pytest.raises(ImapFailed, match="certificate is not trusted") as told:
        fetch_once(safe)
    assert told.value.code == "away"
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.home / "cert.pem"))
    assert fetch_once(safe) == 1
    other = replace(dovecot.imap(), host="localhost", port=port, tls=tls)
    with pytest.raises(ImapFailed, match="certificate is not trusted"):
        fetch_once(replace(safe, imap=other))


def test_a_silent_mailbox_is_told_once_an_outage(cast: Cast) -> None:
    configure_mailboxes(["support", "other"])
    mailbox_looked(name="other", uidvalidity=1, last_uid=1)
    assert tell_silent(["support", "other"]) == 0
    later = operations_mailboxes.SILENT_AFTER * 1.1
    MailboxState.objects.filter(name="support").update(added_at=state_of("support").added_at - later)
    mailbox_failed(name="support", problem="away", detail="no route")
    assert tell_silent(["support", "other"]) == 1
    assert tell_silent(["support", "other"]) == 1
    assert tell_silent(["other"]) == 0
    (told,) = Notice.objects.filter(kind="mailbox_silent")
    assert (told.data["mailbox"], told.data["problem"], told.data["since"]) == ("support", "no route", "")
    mailbox_looked(name="support", uidvalidity=1, last_uid=1)
    assert tell_silent(["support", "other"]) == 0
    MailboxState.objects.filter(name="support").update(last_fetch=state_of("support").last_fetch - later)
    assert tell_silent(["support", "other"]) == 1
    assert Notice.objects.filter(kind="mailbox_silent").count() == 2, "another outage"


def state_of(name: str) -> MailboxState:
    return MailboxState.objects.get(name=name)


def test_mailboxes_that_are_taken_out_of_the_file_are_forgotten() -> None:
    configure_mailboxes(["one", "two"])
    mailbox_looked(name="two", uidvalidity=7, last_uid=9)
    configure_mailboxes(["two", "three"])
    assert set(MailboxState.objects.values_list("name", "last_uid")) == {("two", 9), ("three", None)}
