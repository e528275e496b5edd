"""A mail server of the tests' own, and what arrived there."""

from __future__ import annotations

import email
import email.policy
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from garant.config.mail_settings import MailSettings
from garant.config.mailing import Sender
from garant.journal.models import Notice

SENDER = "support@desk.example"
BACKEND = "django.core.mail.backends.smtp.EmailBackend"


class Postbox:
    """What a server received. `answer` decides on each mail: a reply line, by default that it was taken."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.receivers: list[list[str]] = []
        self.answer: Callable[[str], str] = lambda receiver: "250 taken"

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        said = self.answer(address)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
        self.receivers.append(list(envelope.rcpt_tos))
        return "250 taken"

    def ids(self) -> list[str]:
        """The message ids in order of arrival."""
        return [str(mail["Message-ID"]) for mail in self.mails]


@contextmanager
def mail_server() -> Iterator[tuple[Postbox, MailSettings]]:
    """A server on a port of its own, and how to reach it."""
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=_free_port())
    controller.start()
    try:
        yield box, settings(controller.port)
    finally:
        controller.stop()


def settings(port: int, timeout: float = 10) -> MailSettings:
    """A server on this machine."""
    return MailSettings(BACKEND, SENDER, {"host": "127.0.0.1", "port": port, "timeout": timeout, "use_tls": False})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def silent_server() -> Iterator[int]:
    """Something that takes connections and never says a word; yields its port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        held: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    held.append(listener.accept()[0])
                except OSError:
                    return

        taker = threading.Thread(target=take, daemon=True)
        taker.start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
    for each in held:
        each.close()
    taker.join(5)


def send(where: MailSettings) -> int:
    """Hand over what is due now."""
    return Sender(where).send_due()


def states() -> dict[str, int]:
    """How many notices stand in each state."""
    found: dict[str, int] = {}
    for state in Notice.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found
