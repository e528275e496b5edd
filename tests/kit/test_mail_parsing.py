"""Reading a raw message: in a process with limits, part by part, whatever it is."""

from __future__ import annotations

import base64

import pytest

from garant.kit.mail_parsing import parsed, take_apart

SIMPLE = (
    b"From: =?utf-8?q?Ren=C3=A9?= <rene@kunde.example>\r\nTo: Desk <desk@garant.example>\r\nSubject: It stops\r\n"
    b"Message-ID: <1@kunde.example>\r\nDate: Sat, 28 Nov 2026 02:00:00 +0100\r\n\r\nGood day,\r\nit stops.\r\n"
)


def mixed(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    """A message of parts, each with its own headers."""
    front = b'From: a@b.example\nSubject: s\nContent-Type: multipart/%b; boundary="=="\n\n' % kind
    return front + b"".join(b"--==\n" + part + b"\n" for part in parts) + b"--==--\n"


def file(name: str, content: bytes, kind: str = "application/octet-stream", extra: str = "") -> bytes:
    """A part that is a file."""
    head = f'Content-Type: {kind}\nContent-Disposition: attachment; filename="{name}"\n{extra}'
    return head.encode() + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(content)


def test_a_message_is_read_in_a_process_of_its_own() -> None:
    found = parsed(SIMPLE)
    assert found == take_apart(SIMPLE) | {"headers": found["headers"]}
    assert found["from"] == [["René", "rene@kunde.example"]]
    assert found["to"] == [["Desk", "desk@garant.example"]]
    assert (found["subject"], found["message_id"]) == ("It stops", "<1@kunde.example>")
    assert (found["date"], found["from_headers"]) == ("2026-11-28T01:00:00+00:00", 1)
    assert found["text"].strip() == "Good day,\nit stops."
    assert (found["html"], found["attachments"], found["report"], found["left_out"]) == ("", [], None, False)


def test_mime_02_nested_parts_are_read_to_a_depth_and_no_further() -> None:
    raw = b"From: a@b.example\nSubject: deep\n"
    for place in range(2_000):
        raw += b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (place, place)
    found = parsed(raw + b"Content-Type: text/plain\n\nhello\n")
    assert (found["subject"], found["text"]) == ("deep", "")
    assert len(found["attachments"]) == 1


@pytest.mark.parametrize("name", ["../../etc/x.txt", "..\\..\\x.txt", "x\u202e.txt", "\u200bx.txt", "x\x00.txt"])
def test_mime_09_a_name_has_no_folder_and_nothing_invisible(name: str) -> None:
    encoded = f"=?utf-8?b?{base64.b64encode(name.encode()).decode()}?="
    found = take_apart(mixed(b"\nhello", file(encoded, b"%PDF-1.4 x")))
    (attachment,) = found["attachments"]
    assert attachment["name"] in ("x.txt", "x\ufffd.txt")
    assert base64.b64decode(attachment["content"]) == b"%PDF-1.4 x"
