"""Fetching the mailboxes: a message is stored, and only then marked. One thread a mailbox, each with connections of its
own to the database and to its server; one that fails waits and tries again, and holds up nobody.

A process that dies between fetching, storing and marking leaves the message unread: it is fetched again, and the store
knows its bytes. When the server gives out new UIDs (UIDVALIDITY), unread messages are looked for as at first.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import Error as DatabaseError
from django.db import close_old_connections, connections

from garant.cases.operations_mail import process_pending, store
from garant.cases.operations_mailboxes import mailbox_failed, mailbox_looked, mailbox_took
from garant.cases.queries_mailboxes import mailbox_place
from garant.kit.each import UNREACHABLE
from garant.kit.imap import Fetched, Folder, ImapFailed, opened
from garant.kit.mailboxes import Mailbox, MailboxesError, mailboxes

log = logging.getLogger(__name__)

#: Seconds before the next attempt: after the first failure, and the longest.
SHORTEST, LONGEST = 5.0, 300.0
#: A server that refuses a password is not asked more often: it might lock the account.
REFUSED = 60.0
#: Seconds between looks for what is stored and not processed.
LOOKED = 1.0


def fetch(mailbox: Mailbox, folder: Folder, alive: Callable[[], None] = lambda: None) -> int:
    """Store and mark what is new in an open folder; returns how many messages. Raises ImapFailed, UNREACHABLE."""
    place = mailbox_place(mailbox.name)
    # UIDs mean something only under the validity that they were noted with.
    after = place.last_uid if place is not None and place.uidvalidity == folder.uidvalidity else None
    taken = 0
    for uid in folder.waiting(after):
        alive()
        message = folder.message(uid)
        if message is None or not _stored(mailbox, message):
            folder.leave(uid)
            continue
        folder.taken(uid)
        taken += 1
        mailbox_took(name=mailbox.name, uidvalidity=folder.uidvalidity, uid=None if after is None else uid)
    mailbox_looked(name=mailbox.name, uidvalidity=folder.uidvalidity, last_uid=max(folder.highest, after or 0))
    return taken


def _stored(mailbox: Mailbox, message: Fetched) -> bool:
    """Whether a message is committed now. One that can't be stays unread, and the others are taken."""
    try:
        store(raw=message.raw, mailbox=mailbox.name, recipient=mailbox.address, received=message.received)
    except UNREACHABLE:
        raise
    except Exception:
        log.exception("message %s of mailbox %s can't be stored; the others go on", message.uid, mailbox.name)
        return False
    return True


def fetch_once(mailbox: Mailbox) -> int:
    """Open a mailbox, store and mark what is new, and leave; returns how many. What fails is noted and raised."""
    if mailbox.imap is None:
        return 0
    try:
        with opened(mailbox.imap) as folder:
            return fetch(mailbox, folder)
    except ImapFailed as problem:
        mailbox_failed(name=mailbox.name, problem=problem.code, detail=str(problem))
        raise


class Worker(threading.Thread):
    """A thread of the receiver that gives signs of life until it is told to stop."""

    def __init__(self, name: str, stop: threading.Event, say: Callable[[str], None]) -> None:
        super().__init__(name=name, daemon=True)
        self._stop_asked, self._say = stop, say
        self.life = time.monotonic()

    def alive(self) -> None:
        """Note a sign of life."""
        self.life = time.monotonic()

    def _rest(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self._stop_asked.wait(min(left, 5.0)):
            self.alive()


class Processor(Worker):
    """Takes up what is stored, so that a mail is a case within seconds and the sweep need not wait for any."""

    def __init__(self, stop: threading.Event, say: Callable[[str], None]) -> None:
        super().__init__("processor", stop, say)

    def run(self) -> None:
        """Process, look again, process."""
        while not self._stop_asked.is_set():
            self.alive()
            try:
                busy = process_pending(seconds=LOOKED)
            except Exception as problem:
                busy = 0
                self._say(f"mails can't be processed now: {_words(problem)}")
                connections.close_all()
                self._rest(SHORTEST)
            if not busy:
                close_old_connections()
                self._rest(LOOKED)
        connections.close_all()


class Fetcher(Worker):
    """Reads one mailbox until it is told to stop."""

    def __init__(self, mailbox: Mailbox, stop: threading.Event, say: Callable[[str], None]) -> None:
        super().__init__(f"mailbox {mailbox.name}", stop, say)
        self._mailbox = mailbox

    def run(self) -> None:
        """Read, wait, read; after a failure wait longer each time."""
        pause = SHORTEST
        while not self._stop_asked.is_set():
            self.alive()
            began = time.monotonic()
            try:
                self._attend()
                pause = SHORTEST
            except Exception as problem:
                if time.monotonic() - began > LONGEST:
                    pause = SHORTEST  # it went well for a while: a new outage
                pause = max(pause, self._note(problem))
                self._say(f"{self._mailbox.name}: {_words(problem)}; next attempt in {pause:g} s")
                self._rest(pause)
                pause = min(pause * 2, LONGEST)
        connections.close_all()

    def _attend(self) -> None:
        """Read the mailbox over one connection until it ends. The file is read anew: a password may be corrected."""
        mailbox = next((one for one in mailboxes() if one.name == self._mailbox.name), self._mailbox)
        if mailbox.imap is None:
            self._rest(LONGEST)
            return
        with opened(mailbox.imap) as folder:
            while not self._stop_asked.is_set():
                close_old_connections()
                taken = fetch(mailbox, folder, self.alive)
                if taken:
                    self._say(f"{mailbox.name}: {taken} taken")
                folder.wait(self._stopped, self.alive)

    def _note(self, problem: Exception) -> float:
        """Put a failure on record; seconds to wait at least."""
        if isinstance(problem, DatabaseError):
            connections.close_all()
            return SHORTEST
        if not isinstance(problem, ImapFailed | MailboxesError):
            log.error("mailbox %s", self._mailbox.name, exc_info=problem)
        code = problem.code if isinstance(problem, ImapFailed) else "away"
        try:
            mailbox_failed(name=self._mailbox.name, problem=code, detail=_words(problem))
        except DatabaseError:
            connections.close_all()
        return REFUSED if code == "password" else SHORTEST

    def _stopped(self, seconds: float) -> bool:
        return self._stop_asked.wait(seconds) if seconds else self._stop_asked.is_set()


def _words(problem: Exception) -> str:
    return " ".join(str(problem).split())[:300] or type(problem).__name__
