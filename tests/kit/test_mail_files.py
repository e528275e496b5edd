"""Files that come with a mail, and what a delivery report tells."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from mail_makers import FRONT, MISSING, PNG, SHARED, file, mixed, multipart, stored, text

from garant.kit import mail_files
from garant.kit.mail_parsing import parsed, take_apart


def content(attachment: dict[str, Any]) -> bytes:
    return base64.b64decode(attachment["content"])


NAMES = {
    "../../etc/x.txt": "x.txt", "..\\..\\x.txt": "x.txt", "C:\\x.txt": "x.txt", "x\u202etxt.exe": "xtxt.exe",
    "\u200b.htaccess": "htaccess", "x\u0000.txt": "x\ufffd.txt", "a" * 4_000 + ".txt": "a" * 109 + ".txt",
    "x\r\ny.txt": "x y.txt", "/": "file", "\u202e\u200b": "file", "con.txt": "file_con.txt",
    "e\u0301.txt": "\u00e9.txt",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:20])
@pytest.mark.parametrize("way", ["word", "2231"])
def test_mime_09_a_name_has_no_folder_and_nothing_invisible(name: str, way: str) -> None:
    if way == "word":
        words = (base64.b64encode(name[at : at + 40].encode()).decode() for at in range(0, len(name), 40))
        given = 'filename="' + " ".join(f"=?utf-8?b?{word}?=" for word in words) + '"'
    else:
        given = "filename*=utf-8''" + "".join(f"%{byte:02x}" for byte in name.encode())
    part = f"Content-Type: application/pdf\nContent-Disposition: attachment; {given}\n\n%PDF-1.4 x\n"
    (found,) = take_apart(mixed(text("hello"), part.encode()))["attachments"]
    assert found["name"] == NAMES[name]


@pytest.mark.parametrize("inside", [b"\x78\x9f\x3e\x22" + b"\x01" * 50, b"\x78\x9f", b"junk", PNG])
def test_mime_10_a_winmail_dat_is_kept_whole_corrupt_or_not(inside: bytes) -> None:
    found = parsed(mixed(text("hello"), file("", inside, "application/ms-tnef")))
    assert [(each["name"], content(each)) for each in found["attachments"]] == [("winmail.dat", inside)]
    assert found["text"] == "hello"


def test_mime_10_a_sealed_message_is_kept_whole() -> None:
    raw = FRONT + file("smime.p7m", b"\x30\x82junk", "application/pkcs7-mime; smime-type=enveloped-data")
    (found,) = parsed(raw)["attachments"]
    assert (found["name"], content(found)) == ("smime.p7m", b"\x30\x82junk")


def test_a_picture_of_the_page_is_inline_and_every_other_is_a_file() -> None:
    shown = file("a.png", PNG, "image/png", "Content-ID: <one%40x>\n")
    beside = file("b.png", PNG, "image/png", "Content-ID: <two@x>\n")
    paper = file("c.pdf", b"%PDF-1.4 \xff", "application/pdf", "Content-ID: <one@x>\n")
    words = text('<p>See <img src="cid:one@x"> and <img src="http://track.example/x.gif"></p>', "text/html")
    found = take_apart(FRONT + multipart(words, shown, beside, paper, kind="related"))
    assert found["inline"] == {"one@x": 0}
    assert [each["type"] for each in found["attachments"]] == ["image/png", "image/png", "application/pdf"]
    assert '<img src="cid:one@x">' in found["html"]
    assert '<img data-blocked="http://track.example/x.gif">' in found["html"]


def test_only_a_picture_is_shown_in_a_page() -> None:
    paper = file("c.pdf", b"%PDF-1.4 \xff", "image/png", "Content-ID: <one@x>\n")
    found = take_apart(mixed(text('<img src="cid:one@x">', "text/html"), paper, kind="related"))
    assert (found["inline"], found["html"]) == ({}, '<img data-blocked="cid:one@x">')


@pytest.mark.parametrize(("sizes", "taken"), [([600, 300], 2), ([600, 600, 300], 2), ([1_050], 0), ([5_000, 300], 1)])
def test_files_together_have_a_size(monkeypatch: pytest.MonkeyPatch, sizes: list[int], taken: int) -> None:
    monkeypatch.setattr(mail_files, "LARGEST_TOGETHER", 1_000)
    found = take_apart(mixed(text("x"), *[file("a.bin", b"\xff" * size) for size in sizes]))
    assert (len(found["attachments"]), found["left_out"]) == (taken, taken < len(sizes))


def test_a_calendar_part_and_a_message_are_files() -> None:
    inner = b"Content-Type: message/rfc822\n\nFrom: c@c.example\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=/../x\n\ninner\n"
    calendar = b"Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nEND:VCALENDAR\n"
    found = take_apart(mixed(multipart(text("Come."), calendar, kind="alternative", mark="=a="), inner))
    assert found["text"] == "Come."
    assert [each["name"] for each in found["attachments"]] == ["invitation.ics", "x.eml"]
    assert [each["declared"] for each in found["attachments"]] == ["text/calendar", "message/rfc822"]
    assert content(found["attachments"][1]).startswith(b"From: c@c.example\nSubject:")


def test_a_file_is_what_its_bytes_say() -> None:
    found = take_apart(mixed(text("x"), file("a.png", b"<script>alert(1)</script>", "image/png")))
    assert [(each["type"], each["declared"]) for each in found["attachments"]] == [("text/plain", "image/png")]


STATUS = b"""Content-Type: message/delivery-status

Reporting-MTA: dns; mx.kunde.example

Original-Recipient: rfc822; Old@kunde.example
Final-Recipient: rfc822; gone@kunde.example
Action: failed
Status: 5.1.1 (bad)
Diagnostic-Code: smtp; 550 5.1.1
 no such user

Final-Recipient: rfc822; late@kunde.example
Action: delayed
Status: 4.4.7
"""


def test_a_delivery_report_tells_whom_a_message_did_not_reach() -> None:
    returned = b"Content-Type: text/rfc822-headers\n\nSubject: s\nMessage-ID: <ours@garant.example>\n"
    found = take_apart(
        FRONT + multipart(text("Sorry."), STATUS, returned, kind='report; report-type="delivery-status"')
    )
    assert found["report"] == [
        {"recipient": "gone@kunde.example", "action": "failed", "status": "5.1.1",
         "diagnostic": "550 5.1.1 no such user"}
    ]  # fmt: skip
    assert (found["report_type"], found["returned_message_id"]) == ("delivery-status", "<ours@garant.example>")
    assert found["text"] == "Sorry."


def test_a_delivery_report_that_is_only_a_header() -> None:
    body = b"Sorry.\n\n--- your message ---\nMessage-ID: <ours@garant.example>\nSubject: s\n"
    found = take_apart(b"X-Failed-Recipients: a@kunde.example, b@kunde.example\n" + FRONT + b"\n" + body)
    assert [each["recipient"] for each in found["report"]] == ["a@kunde.example", "b@kunde.example"]
    assert found["returned_message_id"] == "<ours@garant.example>"


def test_a_delivery_report_without_marks_between_its_parts_is_read_from_its_text() -> None:
    status = STATUS.partition(b"\n\n")[2]
    head = b"Content-Type: multipart/report; report-type=delivery-status; boundary=gone\n\nSorry.\n\n"
    found = take_apart(FRONT + head + status)
    assert [each["recipient"] for each in found["report"]] == ["gone@kunde.example"]


def test_a_complaint_is_no_delivery_report() -> None:
    found = take_apart(FRONT + multipart(text("Spam."), kind="report; report-type=feedback-report"))
    assert (found["report"], found["report_type"]) == (None, "feedback-report")


@pytest.mark.skipif(not SHARED.is_dir(), reason=MISSING)
def test_shared_reports_name_recipients_and_messages() -> None:
    found = [take_apart(raw) for raw in stored("bounces-sisimai").values()]
    reports = [each for each in found if each["report_type"] == "delivery-status"]
    assert len(reports) > 200
    named = [each for each in reports if each["report"]]
    assert len(named) >= 0.95 * len(reports)
    assert sum(bool(each["returned_message_id"]) for each in named) >= 0.85 * len(named)
