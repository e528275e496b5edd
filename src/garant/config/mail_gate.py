"""The door at which a mail server hands mails over, by LMTP or SMTP: a mail is taken when it is committed, not before.

One port speaks both: after LHLO each recipient has an answer of its own, after EHLO there is one for all.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import re
import socket
import stat
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from aiosmtpd.smtp import SMTP

from garant.config.gate_settings import Gate
from garant.kit.imap import LARGEST
from garant.kit.mailboxes import Mailbox, mailbox_for

log = logging.getLogger(__name__)

#: Conversations at once, mails in transfer at once, recipients of one mail.
MOST_TALKS, MOST_TRANSFERS, MOST_RECIPIENTS = 50, 4, 100
#: Seconds of silence after which a client is left, and for storing a mail.
SILENCE, STORING = 120.0, 60.0
#: How much is read at once, and what a mail ends with.
_PIECE, _END = 100_000, b"\r\n.\r\n"
TAKEN, LATER = "250 2.0.0 taken", "451 4.3.0 can't be stored now, come back"
TOO_LARGE = f"552 5.3.4 larger than {LARGEST} bytes"
#: Keep a mail: its bytes, the mailbox's name, the recipient. Returns when it is committed, else raises.
Keep = Callable[[bytes, str, str], object]


class _Hooks:
    """What the protocol asks about a recipient: only the mailboxes' addresses are served."""

    def __init__(self, known: Sequence[Mailbox]) -> None:
        self.known = known

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        """Take a recipient that is a mailbox's."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 too many recipients"
        if mailbox_for(address, self.known) is None:
            return "550 5.1.1 no mailbox of that address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_exception(self, error: Exception) -> str:
        """Whatever goes wrong here is no fault of the mail: it comes again."""
        log.error("handing over failed: %s: %s", type(error).__name__, error)
        return LATER


class _Talk(SMTP):
    """One conversation. Never answers 250 to a mail that is not committed."""

    line_length_limit = _PIECE

    def __init__(self, door: MailGate) -> None:
        super().__init__(
            door.hooks, data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname=door.hostname, ident="Garant",
            timeout=SILENCE, loop=door.loop,
        )  # fmt: skip
        self._door = door
        self._each_recipient = False

    def connection_made(self, transport: Any) -> None:
        """Count the conversation; one too many is sent away."""
        self._door.talks += 1
        super().connection_made(transport)
        if self._door.talks > MOST_TALKS:
            transport.write(b"421 4.7.0 too many conversations\r\n")
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """The conversation is over."""
        self._door.talks -= 1
        super().connection_lost(error)

    async def smtp_LHLO(self, hostname: str) -> None:
        """The greeting of LMTP: from now on every recipient has its own answer."""
        self._each_recipient = True
        await super().smtp_EHLO(hostname)

    async def smtp_EHLO(self, hostname: str) -> None:
        """The greeting of SMTP."""
        self._each_recipient = False
        await super().smtp_EHLO(hostname)

    async def smtp_DATA(self, arg: str) -> None:
        """Take the mail in, keep it for each recipient, and only then answer."""
        if await self.check_helo_needed():
            return
        recipients, sender = list(self.envelope.rcpt_tos), self.envelope.mail_from or ""  # type: ignore[union-attr]
        if arg or not recipients:
            await self.push("501 Syntax: DATA" if arg else "503 Error: need RCPT command")
            return
        async with self._door.transfers:
            if not self._begin():
                await self.push("554 5.5.0 data before 354")
                self._writer.close()
                return
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            try:
                raw = await self._body()
            except Exception:
                # What is left of the mail must not be read as commands.
                self._writer.close()
                raise
            answers = [TOO_LARGE] * len(recipients)
            if raw is not None:
                whole = return_path(sender) + raw
                del raw
                answers = [await self._door.keep(whole, address) for address in recipients]
        self._set_post_data_state()
        if not self._each_recipient:
            # One answer for all: what is kept already is not doubled when the mail comes again.
            answers = [next((one for one in answers if one != TAKEN), TAKEN)]
        for answer in answers:
            await self.push(answer)

    async def _body(self) -> bytes | None:
        """The mail until the lone dot, None for one that is too large: of that nothing is held.

        A line's end was put before it (`_begin`), so that a dot in the first line is one at a line's beginning.
        """
        found, size, over = bytearray(), 0, False
        while not over:
            try:
                piece, over = await self._reader.readuntil(_END), True
            except asyncio.LimitOverrunError as long:
                piece = await self._reader.readexactly(long.consumed)
            size += len(piece)
            if size <= LARGEST + LARGEST // 100:  # doubled dots are not of the mail
                found += piece
            else:
                found.clear()
        if not found:
            return None
        return bytes(found[: 2 - len(_END)]).replace(b"\r\n.", b"\r\n")[2:]

    def _begin(self) -> bool:
        """Make ready for a mail; False when the client sends before it may: its lines could be taken for commands."""
        if self._reader._buffer:  # type: ignore[attr-defined]
            return False
        self._reader.feed_data(b"\r\n")
        return True


def return_path(sender: str) -> bytes:
    """The header that says where a mail's bounces go, as the last server on its way writes it; `<>` for a bounce."""
    plain = re.sub(r"[^\x21-\x7e\x80-\U0010ffff]|[<>]", "", sender)[:320]
    return f"Return-Path: <{plain}>\r\n".encode("utf-8", "replace")


class MailGate:
    """The listening door, in a thread of its own with its own event loop."""

    def __init__(self, where: Gate, known: Sequence[Mailbox], keep: Keep) -> None:
        self.where, self.known, self.hooks = where, known, _Hooks(known)
        self.hostname = "localhost"
        self.talks = 0
        self._keep = keep
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="gate")
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="gate", daemon=True)

    def start(self) -> None:
        """Listen. Raises OSError when the place is taken."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self.loop).result(30)

    async def _listen(self) -> None:
        self.transfers = asyncio.Semaphore(MOST_TRANSFERS)
        if self.where.path:
            _free_socket(self.where.path)
            before = os.umask(0o117)  # the socket is for this account and its group
            try:
                self._server = await self.loop.create_unix_server(lambda: _Talk(self), self.where.path)
            finally:
                os.umask(before)
        else:
            self._server = await self.loop.create_server(lambda: _Talk(self), self.where.host, self.where.port)

    @property
    def is_alive(self) -> bool:
        """Whether the door still listens."""
        return self._thread.is_alive() and self._server.is_serving()

    def stop(self) -> None:
        """Listen no more; a mail that is just being kept is still answered."""
        with suppress(Exception):
            asyncio.run_coroutine_threadsafe(self._close(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self._pool.shutdown(wait=False)
        if self.where.path:
            with suppress(OSError):
                os.unlink(self.where.path)

    async def _close(self) -> None:
        self._server.close()
        for _ in range(MOST_TRANSFERS):  # every transfer that has begun ends first
            await asyncio.wait_for(self.transfers.acquire(), 8)

    async def keep(self, raw: bytes, address: str) -> str:
        """Keep a mail for a recipient; the answer. A database that is away or slow means: come back."""
        mailbox = mailbox_for(address, self.known)
        if mailbox is None:
            return LATER
        work = self.loop.run_in_executor(self._pool, self._keep, raw, mailbox.name, address)
        try:
            await asyncio.wait_for(work, STORING)
        except Exception as problem:
            words = " ".join(f"{type(problem).__name__}: {problem}".split())[:300]
            log.error("a mail for %s can't be stored: %s", mailbox.name, words)
            return LATER
        return TAKEN


def _free_socket(path: str) -> None:
    """Take away the socket of a receiver that was killed; one that somebody listens on is theirs: OSError."""
    if not os.path.exists(path) or not stat.S_ISSOCK(os.stat(path).st_mode):
        return
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(path) == 0:
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
    os.unlink(path)
