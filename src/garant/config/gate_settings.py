"""Where mail servers hand mails over, from the environment. Errors name the setting and the remedy."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from garant.kit.mailboxes import REFERENCE, Mailbox, MailboxesError, mailboxes


class GateSettingsError(ValueError):
    """A setting that can't be used; one line for people."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Where the desk listens for mail servers: a port of this machine, or a socket (`path`)."""

    host: str = ""
    port: int = 0
    path: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"unix:{self.path}" if self.path else f"{host}:{self.port}"


def gate() -> Gate | None:
    """The port or socket that GARANT_LMTP names; None when it names none. Raises GateSettingsError.

    Whoever reaches it hands over mails without signing in: so nothing but this machine does, unless GARANT_LMTP_OPEN=1.
    """
    told = os.environ.get("GARANT_LMTP", "").strip()
    if not told:
        return None
    if told.startswith(("unix:", "/")):
        path = told.removeprefix("unix:")
        if not path.startswith("/") or len(path.encode()) > 100:
            raise GateSettingsError("GARANT_LMTP names no socket: unix:/run/garant/lmtp say, at most 100 bytes")
        return Gate(path=path)
    host, _, port = told.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise GateSettingsError("GARANT_LMTP must look like 127.0.0.1:2424 or unix:/run/garant/lmtp")
    if not _is_here(host) and os.environ.get("GARANT_LMTP_OPEN") != "1":
        raise GateSettingsError(
            f"GARANT_LMTP={told} would take mails from other machines without asking who they are:"
            " use 127.0.0.1, or set GARANT_LMTP_OPEN=1 behind a firewall"
        )
    return Gate(host, int(port))


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def gate_mailboxes(known: Sequence[Mailbox]) -> tuple[Mailbox, ...]:
    """The mailboxes that mails are taken for: those of the file, and without one the desk's own address.

    Raises GateSettingsError when there is neither.
    """
    if known:
        return tuple(known)
    own = parseaddr(os.environ.get("GARANT_MAIL_FROM", ""))[1].casefold()
    if "@" not in own:
        raise GateSettingsError(
            "GARANT_LMTP takes mails for nobody: name mailboxes (GARANT_MAILBOXES), or GARANT_MAIL_FROM"
        )
    return (Mailbox(REFERENCE, own),)


@dataclass(frozen=True, slots=True)
class Incoming:
    """Every way in: the mailboxes to fetch from, the gate, and for whom it takes mails."""

    fetched: tuple[Mailbox, ...]
    gate: Gate | None
    taken_for: tuple[Mailbox, ...]

    def __bool__(self) -> bool:
        return bool(self.fetched or self.gate)


def incoming() -> Incoming:
    """The ways in as the environment and the file say; a false one for none. Raises GateSettingsError."""
    try:
        known, where = mailboxes(), gate()
    except MailboxesError as problem:
        raise GateSettingsError(str(problem)) from None
    fetched = tuple(one for one in known if one.imap is not None)
    return Incoming(fetched, where, gate_mailboxes(known) if where else ())
