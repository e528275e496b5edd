"""Messages made to cost as much as they can, for the bench of reading mail."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable

FRONT = b"From: a@kunde.example\nSubject: s\n"


def _mixed(part: bytes) -> bytes:
    return FRONT + b'Content-Type: multipart/mixed; boundary="="\n\n--=\n\nhello\n--=\n' + part + b"\n--=--\n"


def _file(size: int) -> bytes:
    content = base64.encodebytes(random.Random(5).randbytes(size))
    return _mixed(b"Content-Type: application/x; name=x\nContent-Transfer-Encoding: base64\n\n" + content)


def _nested(depth: int) -> bytes:
    return FRONT + b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (each, each) for each in range(depth)
    )


def _page(html: bytes) -> bytes:
    return FRONT + b"Content-Type: text/html\n\n" + html


def _text(text: bytes) -> bytes:
    return FRONT + b"\n" + text


#: Name -> the message. Made when asked for: some are 40 MB.
BOMBS: dict[str, Callable[[], bytes]] = {
    "2,000 multiparts in each other": lambda: _nested(2_000),
    "100,000 parts": lambda: FRONT + b'Content-Type: multipart/mixed; boundary="="\n\n' + b"--=\n\nx\n" * 100_000,
    "1,900 parts": lambda: FRONT + b'Content-Type: multipart/mixed; boundary="="\n\n' + b"--=\n\nx\n" * 1_900,
    "a header of 10 MB": lambda: FRONT + b"X-A: " + b"a" * 10_000_000 + b"\n\nhello",
    "1,000,000 headers": lambda: FRONT + b"X: y\n" * 1_000_000 + b"\nhello",
    "1,000,000 headers of a part": lambda: _mixed(b"X: y\n" * 1_000_000 + b"\nhello"),
    "2,000,000 parameters of a part": lambda: _mixed(b"Content-Type: text/plain" + b";a*0*=" * 2_000_000 + b"\n\nx"),
    "a file of 3 MB": lambda: _file(3_000_000),
    "a file of 24 MB": lambda: _file(24_000_000),
    "a file of 30 MB": lambda: _file(30_000_000),
    "30 MB without an encoding": lambda: _mixed(b"Content-Type: a/b\n\n" + random.Random(5).randbytes(30_000_000)),
    "30 MB of text": lambda: _text(b"hello > world\n" * 2_300_000),
    "30 MB of empty lines": lambda: _text(b"\n" * 30_000_000),
    "30 MB quoted-printable": lambda: (
        FRONT + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=41=\n" * 6_000_000
    ),
    "200,000 elements in each other": lambda: _page(b"<div>" * 200_000),
    "400 elements in each other, 60,000 times": lambda: _page(b"<b>" * 390 + b"<p>x" * 60_000),
    "100,000 attributes": lambda: _page(b"<p " + b"".join(b"a%d=1 " % each for each in range(100_000)) + b">"),
    "250,000 quotes in each other": lambda: _page(b"<blockquote>x<br>" * 250_000),
    "60,000 times On": lambda: _text(b"On " * 60_000),
    "20,000 times schrieb": lambda: _text(b"Am " + b"schrieb " * 20_000),
    "13,000 attributions": lambda: _text(b"On 2026 a <a@b.c> wrote:\n" * 13_000),
    "10,000 commas and brackets in From": lambda: b"From: " + b"<@," * 10_000 + b"\n\nx",
}
