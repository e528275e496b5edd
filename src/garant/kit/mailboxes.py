"""The mailboxes that the desk reads, from a YAML file of the operator's. Errors name the file, the line and the remedy.

The file holds passwords, or names the files that do: what everybody on the machine may read is refused.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from garant.kit.home import Home

#: The mailbox of the programme that a desk begins with: what has no mailbox of its own is its.
REFERENCE = "reference"
#: First header of what is stored in the place of a message that is too large to be loaded: its size in bytes.
TOO_LARGE = "X-Garant-Too-Large"
#: How the talk with a server is encrypted: TLS from the start, STARTTLS, or not at all.
TLS, STARTTLS, CLEAR = "tls", "starttls", "no"
_PORTS = {TLS: 993, STARTTLS: 143, CLEAR: 143}
_TLS_WORDS = {True: TLS, "true": TLS, "tls": TLS, "starttls": STARTTLS, False: CLEAR, "no": CLEAR, "false": CLEAR}
#: Hosts with which passwords may travel in the clear.
_HERE = ("localhost", "127.0.0.1", "::1")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_ADDRESS = re.compile(r"[^@\s<>,;:\"]{1,64}@[^@\s<>,;:\"]{1,253}")
_FIELDS = frozenset({"name", "address", "programme", "region", "imap"})
_IMAP_FIELDS = frozenset({"host", "port", "tls", "user", "password", "password_file", "folder", "processed"})


class MailboxesError(ValueError):
    """The file can't be used; one line for people."""


@dataclass(frozen=True, slots=True)
class Imap:
    """How a mailbox is reached. `processed`: the folder that taken mails move to; None: they stay, marked as read."""

    host: str
    port: int
    tls: str
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    processed: str | None = None


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox, and the programme and region that its mails are asked under (region "": any). `imap` None: a mail
    server hands its mails over."""

    name: str
    address: str
    programme: str = REFERENCE
    region: str = ""
    imap: Imap | None = None


def mailboxes_path() -> Path:
    """Where the file is looked for."""
    told = os.environ.get("GARANT_MAILBOXES", "")
    return Path(told).expanduser() if told else Home.find().path / "mailboxes.yaml"


def mailboxes() -> tuple[Mailbox, ...]:
    """The mailboxes of the file, in its order; none where there is none and none was named. Raises MailboxesError."""
    path = mailboxes_path()
    if not path.exists() and not os.environ.get("GARANT_MAILBOXES"):
        return ()
    return parsed(_text(path), path)


def mailbox_for(address: str, known: Sequence[Mailbox]) -> Mailbox | None:
    """The mailbox that an envelope's address belongs to, with or without an +extension; None for a stranger's."""
    local, _, domain = address.strip().casefold().rpartition("@")
    wanted = f"{local}@{domain.rstrip('.')}"
    plain = f"{local.partition('+')[0]}@{domain.rstrip('.')}"
    by_address = {one.address: one for one in known}
    return by_address.get(wanted) or by_address.get(plain)


def _text(path: Path) -> str:
    try:
        _private(path)
        if path.stat().st_size > 1_000_000:
            raise MailboxesError(f"{path} is too large to be a list of mailboxes")
        return path.read_text(encoding="utf-8")
    except OSError as problem:
        raise MailboxesError(f"{path} can't be read: {_reason(problem)}") from None
    except UnicodeDecodeError:
        raise MailboxesError(f"{path} is no UTF-8 text") from None


def _reason(problem: Exception) -> str:
    return str(getattr(problem, "strerror", None) or problem)


def _private(path: Path) -> None:
    """Refuse a file that everybody on the machine may read."""
    if stat.S_IMODE(path.stat().st_mode) & 0o007:
        raise MailboxesError(f"{path} is open to everybody on this machine: chmod 640 {path}")


def parsed(text: str, path: Path) -> tuple[Mailbox, ...]:
    """The mailboxes of a file's text. Raises MailboxesError."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        found = YAML(typ="rt", pure=True).load(text)
    except YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        raise MailboxesError(f"{path}, line {mark.line + 1 if mark else 1}: this is no YAML") from None
    if isinstance(found, Mapping):
        found = found.get("mailboxes")
    if not isinstance(found, list) or not found:
        raise MailboxesError(f"{path} must hold a list of mailboxes: - name: support, address: support@example.org")
    places: Any = getattr(found, "lc", None)
    made = [_Entry(path, places.item(index)[0] + 1, one).mailbox() for index, one in enumerate(found)]
    for what in ("name", "address"):
        values = [getattr(one, what) for one in made]
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            raise MailboxesError(f"{path}: two mailboxes have the {what} {twice}")
    return tuple(made)


class _Entry:
    """One mapping of the file, read field by field; every complaint names file, line and field."""

    def __init__(self, path: Path, line: int, values: Any, within: str = "") -> None:
        self.path, self.line, self.values, self.within = path, line, values, within
        if not isinstance(values, Mapping):
            raise self.wrong("", "fields with values are wanted here, name: support say")

    def wrong(self, name: str, why: str) -> MailboxesError:
        """The complaint about a field."""
        line, lines = self.line, getattr(self.values, "lc", None)
        if name and lines is not None and name in (lines.data or {}):
            line = lines.key(name)[0] + 1
        where = ".".join(part for part in (self.within, name) if part)
        return MailboxesError(f"{self.path}, line {line}: {where + ': ' if where else ''}{why}")

    def only(self, known: frozenset[str]) -> None:
        """Refuse fields that mean nothing: a misspelt one would be ignored in silence."""
        for name in self.values:
            if name not in known:
                raise self.wrong(str(name), f"is no field; there are {', '.join(sorted(known))}")

    def text(self, name: str, usual: str | None = None, longest: int = 200) -> str:
        """A text of one line; `usual` where it is left out, which without one is a mistake."""
        value = self.values.get(name)
        if value is None:
            if usual is None:
                raise self.wrong(name, "is missing")
            return usual
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not value.strip() or len(value) > longest or not value.isprintable():
            raise self.wrong(name, "must be a text of one line")
        return str(value)

    def mailbox(self) -> Mailbox:
        """The mailbox that the mapping describes."""
        self.only(_FIELDS)
        name, address = self.text("name"), self.text("address").casefold()
        if not _NAME.fullmatch(name):
            raise self.wrong("name", "must be small letters, digits, - and _, at most 60")
        if not _ADDRESS.fullmatch(address):
            raise self.wrong("address", "must be a mail address, support@example.org say")
        imap = self.values.get("imap")
        line = self.values.lc.key("imap")[0] + 1 if imap is not None else self.line
        return Mailbox(
            name,
            address,
            self.text("programme", REFERENCE),
            self.text("region", ""),
            None if imap is None else _Entry(self.path, line, imap, "imap").imap(),
        )

    def imap(self) -> Imap:
        """The server that the mapping describes."""
        self.only(_IMAP_FIELDS)
        host, tls = self.text("host"), self.tls()
        if tls == CLEAR and host not in _HERE:
            raise self.wrong("tls", f"passwords don't travel to {host} in the clear: true or starttls")
        processed = self.text("processed", "")
        return Imap(
            host, self.port(_PORTS[tls]), tls, self.text("user"), self.password(),
            self.text("folder", "INBOX"), processed or None,
        )  # fmt: skip

    def tls(self) -> str:
        """How the talk is encrypted; from the start where nothing is said."""
        told = self.values.get("tls", True)
        found = _TLS_WORDS.get(told.strip().lower() if isinstance(told, str) else told)
        if found is None:
            raise self.wrong("tls", "must be true, starttls or no")
        return found

    def port(self, usual: int) -> int:
        """A port's number."""
        told = self.values.get("port", usual)
        if isinstance(told, bool) or not isinstance(told, int) or not 0 < told < 65536:
            raise self.wrong("port", "must be a number from 1 to 65535")
        return int(told)

    def password(self) -> str:
        """The password, from here or from the file that is named; a relative name is beside this file."""
        if ("password" in self.values) == ("password_file" in self.values):
            raise self.wrong("password_file", "name either password or password_file")
        if "password" in self.values:
            return self.text("password", longest=1000)
        file = self.path.parent / Path(self.text("password_file", longest=1000)).expanduser()
        try:
            _private(file)
            password = file.read_text(encoding="utf-8").strip("\r\n")
        except (OSError, UnicodeDecodeError) as problem:
            raise self.wrong("password_file", f"{file} can't be read: {_reason(problem)}") from None
        except MailboxesError as problem:
            raise self.wrong("password_file", str(problem)) from None
        if not password or not password.isprintable():
            raise self.wrong("password_file", f"{file} must hold the password in one line")
        return password
