"""The parts of a mail: found by Python's own parser, which is kept from going deep and from taking in too much."""

from __future__ import annotations

import email.policy
from collections.abc import Sequence
from email.message import Message
from email.parser import BytesFeedParser, BytesHeaderParser
from typing import Any

#: How deep parts within parts are read; how many headers of one part; bytes of headers in front of a message.
MOST_DEPTH, MOST_HEADERS, MOST_HEADER_BYTES = 20, 500, 256_000
#: Parts after which nobody reads on: a message is for people.
MOST_PARTS = 2_000
#: Lines of a message. A file of 40 MB has half as many; the parser takes many times their bytes for short ones.
MOST_LINES = 1_000_000
#: Characters of one raw header.
LONGEST_HEADER = 32_000
_CHUNK = 1 << 16


class Unreadable(Exception):
    """The message can't be taken apart within the limits. The text is a code: too_slow, too_large, too_many_parts,
    unreadable."""


class Part(Message):
    """A part of a message. What is deeper than `MOST_DEPTH`, and every message within a message, is a leaf here."""

    depth = 0
    headers_left_out = False

    def __init__(self, policy: Any = email.policy.compat32) -> None:
        super().__init__(policy=policy)
        self.family = [0]

    @property
    def kind(self) -> str:
        """The media type as declared, such as text/plain; text/plain where none is."""
        try:
            return super().get_content_type()
        except Exception:
            return "text/plain"

    @property
    def is_too_deep(self) -> bool:
        """Whether parts of this part were not read."""
        return self.depth >= MOST_DEPTH and self.kind.startswith("multipart/")

    def get_content_type(self) -> str:
        """What the parser goes by: it goes into no part that calls itself a leaf."""
        return "application/octet-stream" if self.kind.startswith("message/") or self.is_too_deep else self.kind

    def attach(self, payload: Any) -> None:
        """Take in a part. Raises Unreadable at one too many."""
        if isinstance(payload, Part):
            payload.depth, payload.family = self.depth + 1, self.family
        self.family[0] += 1
        if self.family[0] > MOST_PARTS:
            raise Unreadable("too_many_parts")
        super().attach(payload)

    def set_raw(self, name: str, value: Any) -> None:
        """Take in a header; what comes after `MOST_HEADERS` is left out."""
        if len(self) < MOST_HEADERS:
            super().set_raw(name, value)
        else:
            self.headers_left_out = True

    def parts(self) -> list[Part]:
        """The parts of this part; none of a leaf."""
        return [part for part in self.get_payload() if isinstance(part, Part)] if self.is_multipart() else []

    def header(self, name: str) -> str:
        """The first header of that name as it was sent, "" for none."""
        try:
            return str(self.get(name, ""))
        except Exception:
            return ""

    def named(self) -> str:
        """The name of the file that this part calls itself, as it was sent; "" for none."""
        try:
            return str(self.get_filename() or "")[:LONGEST_HEADER]
        except Exception:
            return ""

    def is_attached(self) -> bool:
        """Whether the sender meant this part as a file, not as something to read."""
        return self.header("content-disposition").strip().lower().startswith("attachment")

    def cut(self, most: int) -> bool:
        """Keep so many characters of what was sent, before it is decoded; whether there were more."""
        sent = self._as_sent()
        if len(sent) <= most:
            return False
        self.set_payload(sent[:most])
        return True

    def content(self) -> bytes:
        """The bytes of a leaf, decoded; what can't be decoded as it stands. None of them for a part with parts."""
        try:
            content = self.get_payload(decode=True)
        except MemoryError:
            raise
        except Exception:
            return self._as_sent().encode("utf-8", "surrogateescape")
        return content if isinstance(content, bytes) else b""

    def about(self) -> int:
        """About how many bytes the content has, before it is decoded."""
        size = len(self._as_sent())
        return size * 3 // 4 if "base64" in self.header("content-transfer-encoding").lower() else size

    def _as_sent(self) -> str:
        """The content as it was sent; "" where a charset stands in the way that even asking for it fails on."""
        try:
            payload = self.get_payload()
        except MemoryError:
            raise
        except Exception:
            return ""
        return payload if isinstance(payload, str) else ""


class _Bounded(email.policy.Compat32):
    """Python's rules for old messages, with an end to one header."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        """The name and the value of a header, cut."""
        name, value = super().header_source_parse(list(sourcelines))
        return name[:200], str(value)[:LONGEST_HEADER]


def read(raw: bytes) -> tuple[Part, bool]:
    """The message as parts, and whether headers or lines were cut off. Raises Unreadable."""
    whole, cut = _with_short_head(_with_lines(raw))
    if whole.count(b"\n") > MOST_LINES:
        whole, cut = b"\n".join(whole.split(b"\n", MOST_LINES)[:MOST_LINES]), True
    parser = BytesFeedParser(_factory=Part, policy=_Bounded())
    for start in range(0, len(whole), _CHUNK):
        parser.feed(whole[start : start + _CHUNK])
    message = parser.close()
    if not isinstance(message, Part):
        raise Unreadable("unreadable")
    return message, cut or message.headers_left_out


def head(raw: bytes) -> Part:
    """The headers of a message within a message, no more than that."""
    front, _ = _with_short_head(_with_lines(raw[: MOST_HEADER_BYTES * 2]))
    message = BytesHeaderParser(Part, policy=_Bounded()).parsebytes(front)
    return message if isinstance(message, Part) else Part()


def _with_lines(raw: bytes) -> bytes:
    """A message whose lines end with carriage returns alone gets line feeds; blank lines in front of it go."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def _with_short_head(raw: bytes) -> tuple[bytes, bool]:
    ends = [end for end in (raw.find(b"\n\n"), raw.find(b"\n\r\n")) if end >= 0]
    size = min(ends, default=len(raw))
    if size <= MOST_HEADER_BYTES:
        return raw, False
    cut = raw.rfind(b"\n", 0, MOST_HEADER_BYTES)
    return (raw[:cut] if cut > 0 else raw[:MOST_HEADER_BYTES]) + raw[size:], True
