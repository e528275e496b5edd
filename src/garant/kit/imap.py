"""Reading a mailbox over IMAP: what is new, one message at a time, and waiting until something comes.

Nothing is marked as read by fetching it. Whatever goes wrong is an ImapFailed with a code; the connection is then
closed and a new one made.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from imapclient import DELETED, SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from garant.kit.mailboxes import CLEAR, STARTTLS, TLS, TOO_LARGE, Imap

#: Bytes of a message that is taken whole; of a larger one its headers stand in for it.
LARGEST, LONGEST_HEAD = 30_000_000, 64_000
#: Seconds for a connection, and for one answer.
CONNECT, ANSWER = 15, 60
#: IDLE is renewed after so many seconds (servers end it after 30 min; a dead line is noticed so much sooner).
RENEWED = 240.0
#: Seconds between looks where a server has no IDLE.
POLLED = 60.0
_SLICE = 1.0
#: Answers to a sign-in that say nothing about the password.
_NOT_NOW = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]", re.IGNORECASE)


class ImapFailed(Exception):
    """The mailbox can't be read. `code`: password (somebody must correct it), folder (there is none, or it is read
    only), away (the server is)."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message as it lies in the mailbox: its bytes, and when the server received it."""

    uid: int
    raw: bytes
    received: datetime


class Folder:
    """A folder over one connection. Made by `opened`; every method may raise ImapFailed."""

    def __init__(self, client: IMAPClient, imap: Imap) -> None:
        self._client, self._imap = client, imap
        chosen = _select(client, imap.folder)
        self.uidvalidity = int(chosen[b"UIDVALIDITY"])
        #: The highest UID that was given out when the folder was opened.
        self.highest = int(chosen.get(b"UIDNEXT", 1)) - 1
        self._done: set[int] = set()
        self._left: set[int] = set()
        if imap.processed is not None and not client.folder_exists(imap.processed):
            client.create_folder(imap.processed)

    def waiting(self, after: int | None) -> list[int]:
        """UIDs to take: unread ones, and those above `after`, read or not: somebody may have looked at them elsewhere.
        `after` None: nothing is known of what was taken, so unread ones only."""
        with _told():
            found = set(self._client.search(["UNSEEN", "UNDELETED"]))
            if after is not None:
                found |= {uid for uid in self._client.search(["UNDELETED", "UID", f"{after + 1}:*"]) if uid > after}
        self.highest = max([self.highest, *found])
        return sorted(found - self._done - self._left)

    def message(self, uid: int) -> Fetched | None:
        """One message, not marked; headers and a note for one that is larger than LARGEST. None when it has gone, or
        the server can't give it."""
        with _told():
            try:
                return self._message(uid)
            except IMAPClientAbortError:
                raise
            except IMAPClientError:
                return None

    def leave(self, uid: int) -> None:
        """Pass a message over until the next connection: it can't be had, or kept, now."""
        self._left.add(uid)

    def _message(self, uid: int) -> Fetched | None:
        about = self._client.fetch([uid], ["RFC822.SIZE", "INTERNALDATE"]).get(uid)
        if about is None:
            return None  # gone meanwhile
        size = int(about.get(b"RFC822.SIZE", 0))
        # Never more than the limit, whatever size the server claims.
        raw = b"" if size > LARGEST else self._part(uid, f"BODY.PEEK[]<0.{LARGEST + 1}>")
        if size > LARGEST or len(raw) > LARGEST:
            raw = stub(self._part(uid, f"BODY.PEEK[HEADER]<0.{LONGEST_HEAD}>"), max(size, LARGEST + 1))
        return Fetched(uid, raw, _instant(about.get(b"INTERNALDATE")))

    def _part(self, uid: int, what: str) -> bytes:
        """A part of a message. One that is not there is no empty message: IMAPClientError."""
        answer = self._client.fetch([uid], [what]).get(uid, {})
        found = next((value for key, value in answer.items() if bytes(key).startswith(b"BODY[")), None)
        if found is None:
            raise IMAPClientError(f"message {uid} can't be had")
        return bytes(found)

    def taken(self, uid: int) -> None:
        """Mark a message as read, or move it, once it is stored."""
        self._done.add(uid)
        with _told():
            self._client.add_flags([uid], [SEEN], silent=True)
            if self._imap.processed is not None:
                self._move(uid, self._imap.processed)

    def _move(self, uid: int, folder: str) -> None:
        if self._client.has_capability("MOVE"):
            self._client.move([uid], folder)
            return
        self._client.copy([uid], folder)
        self._client.add_flags([uid], [DELETED], silent=True)
        if self._client.has_capability("UIDPLUS"):
            self._client.uid_expunge([uid])

    def wait(self, stopped: Callable[[float], bool], alive: Callable[[], None] = lambda: None) -> None:
        """Until the server tells of something, or it is time to look all the same. `stopped` waits for so many seconds
        and says whether to end."""
        with _told():
            if self._client.has_capability("IDLE"):
                self._idle(stopped, alive)
            else:
                _until(POLLED, lambda: stopped(_SLICE), alive)
                self._client.noop()

    def _idle(self, stopped: Callable[[float], bool], alive: Callable[[], None]) -> None:
        self._client.idle()

        def over() -> bool:
            began = time.monotonic()
            told = self._client.idle_check(timeout=_SLICE)
            # Readable and yet nothing said: the line is dead, which the command that ends IDLE finds out.
            dead = not told and time.monotonic() - began < _SLICE / 2
            return dead or any(_is_news(one) for one in told) or stopped(0)

        _until(RENEWED, over, alive)
        self._client.idle_done()

    def close(self) -> None:
        """Take leave; a server that does not answer any more is left without a word."""
        _leave(self._client)


@contextlib.contextmanager
def opened(imap: Imap) -> Iterator[Folder]:
    """The folder of a mailbox for the length of a block. Raises ImapFailed."""
    with _told():
        client = _connected(imap)
        try:
            _sign_in(client, imap)
            folder = Folder(client, imap)
        except BaseException:
            _leave(client)
            raise
    try:
        yield folder
    finally:
        folder.close()


def _connected(imap: Imap) -> IMAPClient:
    context = ssl.create_default_context() if imap.tls != CLEAR else None
    client = IMAPClient(
        imap.host, imap.port, ssl=imap.tls == TLS, ssl_context=context if imap.tls == TLS else None,
        timeout=SocketTimeout(CONNECT, ANSWER),
    )  # fmt: skip
    client.normalise_times = False  # instants with their zone, not this machine's wall clock
    if imap.tls == STARTTLS:
        client.starttls(context)
    return client


def _sign_in(client: IMAPClient, imap: Imap) -> None:
    try:
        client.login(imap.user, imap.password)
    except LoginError as problem:
        code = "away" if _NOT_NOW.search(str(problem)) else "password"
        raise ImapFailed(code, _words(problem)) from None


def _select(client: IMAPClient, folder: str) -> dict[bytes, Any]:
    try:
        chosen: dict[bytes, Any] = client.select_folder(folder)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as problem:
        raise ImapFailed("folder", _words(problem)) from None
    if b"READ-ONLY" in chosen or b"UIDVALIDITY" not in chosen:
        raise ImapFailed("folder", f"{folder} can only be read: nothing can be marked in it")
    return chosen


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Whatever the talk with a server fails of, as ImapFailed."""
    try:
        yield
    except ssl.SSLCertVerificationError as problem:
        raise ImapFailed("away", f"its certificate is not trusted: {problem.verify_message}") from None
    except (IMAPClientError, OSError, EOFError, ValueError) as problem:
        raise ImapFailed("away", _words(problem)) from None


def _leave(client: IMAPClient) -> None:
    with contextlib.suppress(Exception):
        client.socket().settimeout(5)
        client.logout()
        return
    with contextlib.suppress(Exception):
        client.shutdown()


def _until(seconds: float, over: Callable[[], bool], alive: Callable[[], None]) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        alive()
        if over():
            return


def _is_news(answer: Any) -> bool:
    """Whether an answer during IDLE is a reason to look: mails came, or the server takes leave."""
    return isinstance(answer, tuple) and (answer[-1] in (b"EXISTS", b"RECENT") or answer[0] == b"BYE")


def _instant(told: Any) -> datetime:
    """When the server received a message; now where it does not say, or says something to come."""
    now = datetime.now(UTC)
    if not isinstance(told, datetime):
        return now
    return min(told if told.tzinfo else told.replace(tzinfo=UTC), now)


def stub(head: bytes, size: int) -> bytes:
    """What is kept of a message that is too large: its headers without those of its form, and a note. The same at each
    fetch, so that it is stored once."""
    kept: list[bytes] = []
    form = False
    for line in head.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        if line[:1] not in (b" ", b"\t"):
            form = line.lower().startswith((b"content-", b"mime-version:", TOO_LARGE.lower().encode() + b":"))
        if line and not form:
            kept.append(line)
    note = f"This message has {size} bytes, more than are taken. It stayed in the mailbox.\r\n"
    told = [f"{TOO_LARGE}: {size}".encode(), b"MIME-Version: 1.0", b"Content-Type: text/plain; charset=utf-8"]
    return b"\r\n".join([*told, *kept, b"", note.encode()])


def _words(problem: BaseException) -> str:
    if isinstance(problem, socket.gaierror):
        return f"no host of that name: {problem.strerror}"
    words = " ".join(str(problem).split())
    return (words.removeprefix("b'").removesuffix("'") or type(problem).__name__)[:300]
