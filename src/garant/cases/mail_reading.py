"""A message as it was read: plain values, safe to store and to show."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from garant.cases.models_mail import StoredMail
from garant.core.identity import plain_text
from garant.core.mails import Trace
from garant.kit.mail_dns import DnsSettingError, desk_dns
from garant.kit.mail_parsing import Unreadable, parsed
from garant.kit.mail_results import trace_of
from garant.kit.mail_trust import VerifySettingError, checked, checks_signatures
from garant.kit.mailboxes import TOO_LARGE

log = logging.getLogger(__name__)

Address = tuple[str, str]
#: Larger messages are kept and not read.
LARGEST = 30_000_000
#: From so many bytes on a picture inside the text is what it is about, and not the logo of a signature.
SCREENSHOT = 20_000
#: Categories of code points that no text holds: controls, surrogates, what is not assigned.
_NO_LETTERS = ("Cc", "Cs", "Cn")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message says. `shown`: its text without what it quotes and without the signature; `text`: all of it.

    `senders`: the addresses of every From line. `files`: name, type and base64 content of each attachment; `inside`:
    content id -> the place among them of a picture that the page shows. `report`: what a delivery report says of each
    recipient. `signed`: a signature of the sender's domain, checked by this desk itself, holds. `trace`: what mail
    servers found out about it on its way.
    """

    headers: tuple[tuple[str, str], ...]
    senders: tuple[Address, ...]
    from_lines: int
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    subject: str
    message_id: str
    references: tuple[str, ...]
    text: str
    shown: str
    html: str
    files: tuple[Mapping[str, str], ...]
    inside: Mapping[str, int]
    left_out: bool
    report: tuple[Mapping[str, str], ...]
    returned_id: str
    signed: bool = False
    trace: Trace = ()

    @property
    def sender(self) -> str:
        """The address in From; empty without one."""
        return next((address for _name, address in self.senders), "")

    @property
    def attached(self) -> list[Mapping[str, str]]:
        """The attachments, and the pictures inside the page that are no mere logo: a screenshot somebody pasted."""
        inside = set(self.inside.values())
        return [one for number, one in enumerate(self.files) if number not in inside or size_of(one) >= SCREENSHOT]

    def header(self, name: str) -> str:
        """The first value of a header; empty without it."""
        return next((value for key, value in self.headers if key.lower() == name), "").strip()

    def kept(self) -> dict[str, Any]:
        """What is stored beside the message: everything but the attachments' bytes and the headers."""
        return {
            "from": [list(one) for one in self.senders], "to": [list(one) for one in self.to],
            "cc": [list(one) for one in self.cc], "reply_to": [list(one) for one in self.reply_to],
            "text": self.text, "shown": self.shown, "html": self.html, "left_out": self.left_out,
            "files": [{"name": one["name"], "type": one["type"], "size": size_of(one)} for one in self.files],
            "report": [dict(one) for one in self.report], "inside": dict(self.inside),
        }  # fmt: skip


def size_of(file: Mapping[str, str]) -> int:
    """The size in bytes of an attachment, from its base64 text."""
    content = file["content"]
    return len(content) * 3 // 4 - content.count("=", -2)


def reading(found: Mapping[str, Any]) -> Reading:
    """The values that `kit.mail_parsing` gives, cleaned of what no text may hold."""
    text = _text(found.get("text", ""))
    return Reading(
        headers=tuple((str(name), str(value)) for name, value in found["headers"]),
        senders=_addresses(found.get("from", ())),
        from_lines=int(found.get("from_headers", 1)),
        to=_addresses(found.get("to", ())),
        cc=_addresses(found.get("cc", ())),
        reply_to=_addresses(found.get("reply_to", ())),
        subject=" ".join(_text(found.get("subject", "")).split()),
        message_id=str(found.get("message_id", ""))[:320],
        references=tuple(str(one) for one in found.get("references", ())),
        text=text,
        shown=_text(found.get("shown", "")) or text,
        html=str(found.get("html", "")).replace("\x00", ""),
        files=tuple(found.get("attachments", ())),
        inside=found.get("inline") or {},
        left_out=bool(found.get("left_out")),
        report=tuple(found.get("report") or ()),
        returned_id=str(found.get("returned_message_id") or ""),
    )


def read_of(row: StoredMail) -> Reading | str:
    """What a message says, or the code that tells why it can't be read."""
    raw = bytes(row.raw)
    if not raw.strip():
        return "empty"
    if len(raw) > LARGEST or raw.startswith(f"{TOO_LARGE}:".encode()):
        return "too_large"
    try:
        read = reading(parsed(raw))
    except Unreadable as problem:
        return str(problem)
    return replace(read, signed=_is_signed(raw, read), trace=trace_of(raw))


def _is_signed(raw: bytes, read: Reading) -> bool:
    """Whether the desk checks signatures itself, and finds one of the sender's domain that holds."""
    if read.from_lines != 1 or len(read.senders) != 1:
        return False
    try:
        return checks_signatures() and bool(checked(raw, read.sender.rpartition("@")[2], desk_dns().txt))
    except (VerifySettingError, DnsSettingError) as problem:
        log.warning("signatures are not checked: %s", problem)
        return False


def _text(text: object) -> str:
    """What may stand in a database and before people: no control characters, no lone surrogates."""
    whole = str(text).encode("utf-8", "replace").decode("utf-8")
    return "".join(c for c in plain_text(whole) if c in "\n\t" or unicodedata.category(c) not in _NO_LETTERS).strip()


def _addresses(found: Sequence[Sequence[str]]) -> tuple[Address, ...]:
    return tuple((_text(name), _text(address)) for name, address in found)
