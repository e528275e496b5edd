"""Messages made by program, for the tests of reading mail."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data" / "mail"
MISSING = "the shared mails do not lie beside the repository"
#: The smallest picture.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
FRONT = b"From: a@kunde.example\nTo: desk@garant.example\nSubject: s\n"


def plain(text: bytes, charset: str = "utf-8", extra: str = "") -> bytes:
    """A message of one text."""
    return FRONT + f"Content-Type: text/plain; charset={charset}{extra}\n\n".encode() + text


def page(html: str) -> bytes:
    """A message of one page."""
    return FRONT + b"Content-Type: text/html; charset=utf-8\n\n" + html.encode()


def multipart(*parts: bytes, kind: str = "mixed", mark: str = "=-=") -> bytes:
    """A part of parts, each with its headers."""
    head = f'Content-Type: multipart/{kind}; boundary="{mark}"\n\n'.encode()
    return head + b"".join(b"--%b\n%b\n" % (mark.encode(), part) for part in parts) + f"--{mark}--\n".encode()


def mixed(*parts: bytes, kind: str = "mixed") -> bytes:
    """A message of parts."""
    return FRONT + multipart(*parts, kind=kind)


def text(words: str, kind: str = "text/plain") -> bytes:
    """A part to read."""
    return f"Content-Type: {kind}; charset=utf-8\n\n{words}\n".encode()


def file(name: str, content: bytes, kind: str = "application/octet-stream", extra: str = "") -> bytes:
    """A part that is a file."""
    named = f'; filename="{name}"' if name else ""
    head = f"Content-Type: {kind}\nContent-Disposition: attachment{named}\n{extra}"
    return head.encode() + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(content)


def nested(depth: int) -> bytes:
    """Parts within parts, with a word at the end of them."""
    marks = (b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (each, each) for each in range(depth))
    return FRONT + b"".join(marks) + b"Content-Type: text/plain\n\nhello\n"


@cache
def stored(name: str) -> dict[str, bytes]:
    """The files of a set of shared mails, by name."""
    with ZipFile(SHARED / f"{name}.zip") as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist() if not entry.is_dir()}


def sets() -> list[str]:
    """The names of the sets of shared mails."""
    return sorted(path.stem for path in SHARED.glob("*.zip"))
