"""Reading a raw message: in a process with limits, part by part, whatever it is."""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import sys
from typing import Any

import pytest
from mail_makers import FRONT, MISSING, SHARED, file, mixed, nested, page, plain, sets, stored, text

from garant.kit import mail_parsing, mail_parts
from garant.kit.mail_parsing import Unreadable, parsed, take_apart

SIMPLE = (
    b"From: =?utf-8?q?Ren=C3=A9?= <rene@kunde.example>\r\nTo: Desk <desk@garant.example>, b@b.example\r\n"
    b"Cc: c@c.example\r\nReply-To: R <r@kunde.example>\r\nSubject: It stops\r\nMessage-ID: <1@kunde.example>\r\n"
    b"In-Reply-To: <0@garant.example>\r\nReferences: <x@garant.example>\r\n <0@garant.example>\r\n"
    b"Date: Sat, 28 Nov 2026 02:00:00 +0100\r\n\r\nGood day,\r\nit stops.\r\n"
)


def content(attachment: dict[str, Any]) -> bytes:
    return base64.b64decode(attachment["content"])


def test_a_message_is_read_in_a_process_of_its_own() -> None:
    found = parsed(SIMPLE)
    assert found == json.loads(json.dumps(take_apart(SIMPLE)))
    assert found["from"] == [["René", "rene@kunde.example"]]
    assert found["to"] == [["Desk", "desk@garant.example"], ["", "b@b.example"]]
    assert (found["cc"], found["reply_to"]) == ([["", "c@c.example"]], [["R", "r@kunde.example"]])
    assert (found["subject"], found["message_id"]) == ("It stops", "<1@kunde.example>")
    assert found["in_reply_to"] == "<0@garant.example>"
    assert found["references"] == ["<x@garant.example>", "<0@garant.example>", "<0@garant.example>"]
    assert (found["date"], found["from_headers"]) == ("2026-11-28T01:00:00+00:00", 1)
    assert found["text"].strip() == found["shown"] == "Good day,\nit stops."
    assert (found["html"], found["attachments"], found["inline"]) == ("", [], {})
    assert (found["report"], found["report_type"], found["left_out"]) == (None, "", False)


def test_the_process_knows_nothing_of_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    given = dict[str, Any]()
    ended = subprocess.CompletedProcess([], 0, stdout=b"{}", stderr=b"")
    monkeypatch.setenv("GARANT_SECRET_KEY", "of the desk")
    monkeypatch.setattr(mail_parsing.subprocess, "run", lambda *args, **options: given.update(options) or ended)
    assert parsed(SIMPLE) == {}
    assert set(given["env"]) == {"PYTHONPATH", "LC_ALL"}


def test_the_process_has_little_of_everything() -> None:
    asked = (
        "from garant.kit.mail_parsing import _limit; _limit(); from resource import *; print([getrlimit(each) for each"
    )
    asked += " in (RLIMIT_CPU, RLIMIT_AS, RLIMIT_NOFILE, RLIMIT_FSIZE, RLIMIT_CORE)])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str([(10, 11), (400_000_000, 400_000_000), (32, 32), (0, 0), (0, 0)])


def test_the_process_starts_without_django() -> None:
    asked = "import sys, garant.kit.mail_parsing; print([name for name in sys.modules if name.startswith('django')])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("limited", [True, False])
def test_the_process_gets_little_memory_and_writes_no_file(limited: bool, tmp_path: Any) -> None:
    first = "from garant.kit.mail_parsing import _limit; _limit()" if limited else "pass"
    tries = f"""{first}
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
def can(act):
    try:
        return bool(act())
    except (MemoryError, OSError):
        return False
def write():
    with open({str(tmp_path / "x")!r}, "wb") as file:
        return file.write(b"x" * 100_000)
print(can(lambda: bytearray(600_000_000)), can(write))"""
    done = subprocess.run([sys.executable, "-c", tries], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(not limited)] * 2


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (-signal.SIGXCPU, "too_slow"), (-signal.SIGKILL, "too_slow"), (3, "too_large"), (4, "too_many_parts"),
        (1, "unreadable"), (-signal.SIGSEGV, "unreadable"), (0, "unreadable"),
    ],
)  # fmt: skip
def test_how_the_process_ends_says_why(monkeypatch: pytest.MonkeyPatch, code: int, says: str) -> None:
    ended = subprocess.CompletedProcess([], code, stdout=b"", stderr=b"")
    monkeypatch.setattr(mail_parsing.subprocess, "run", lambda *args, **options: ended)
    with pytest.raises(Unreadable, match=says):
        parsed(SIMPLE)


def test_a_process_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*args: Any, timeout: float, **options: Any) -> None:
        raise subprocess.TimeoutExpired(args, timeout)

    monkeypatch.setattr(mail_parsing.subprocess, "run", hang)
    with pytest.raises(Unreadable, match="too_slow"):
        parsed(SIMPLE)


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"\x00" * 500, bytes(range(256)) * 40, b"no header at all"])
def test_what_is_no_message_is_read_as_far_as_it_goes(raw: bytes) -> None:
    found = take_apart(raw)
    assert (found["from"], found["from_headers"]) == ([], 0)
    json.dumps(found).encode()


def test_two_senders_are_both_told() -> None:
    found = take_apart(b"From: a@kunde.example\nFrom: b@evil.example\n\nx")
    assert (found["from_headers"], found["from"]) == (2, [["", "a@kunde.example"], ["", "b@evil.example"]])


def test_an_encoded_name_smuggles_in_no_address() -> None:
    found = take_apart(b"From: =?utf-8?q?boss=40kunde=2Eexample=2C?= <evil@evil.example>\n\nx")
    assert [address for _, address in found["from"]] == ["evil@evil.example"]


def test_an_encoded_line_end_makes_no_header() -> None:
    found = take_apart(b"Subject: =?utf-8?q?x=0D=0ABcc:_all@kunde.example?=\n\nx")
    assert found["subject"] == "x Bcc: all@kunde.example"
    assert [name for name, _ in found["headers"]] == ["Subject"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_end_in_three_ways(end: bytes) -> None:
    found = take_apart(mixed(text("one\ntwo"), file("a.bin", b"\x00\x01\r\n\x02")).replace(b"\n", end))
    assert found["text"] == "one\ntwo"
    assert content(found["attachments"][0]) == b"\x00\x01\r\n\x02"


def test_a_long_message_with_returns_alone_has_a_short_head() -> None:
    inside = bytes(300_000)
    found = take_apart(mixed(text("hello"), file("a.bin", inside)).replace(b"\n", b"\r"))
    assert (found["text"], found["left_out"]) == ("hello", False)
    assert content(found["attachments"][0]) == inside


def test_mime_02_nested_parts_are_read_to_a_depth_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = nested(2_000)
    found = parsed(raw)
    assert (found["subject"], found["text"], len(found["attachments"])) == ("s", "", 1)
    assert take_apart(nested(mail_parts.MOST_DEPTH - 1))["text"] == "hello"
    monkeypatch.setattr(mail_parts, "MOST_DEPTH", 10_000)
    with pytest.raises(RecursionError):
        take_apart(raw)


def test_messages_within_messages_are_files_however_deep() -> None:
    found = take_apart(FRONT + b"Content-Type: message/rfc822\n\n" * 2_000 + b"Subject: inner\n\nx")
    assert len(found["attachments"]) == 1


def test_thousands_of_parts_are_not_read() -> None:
    few = mixed(*[text("x")] * 150)
    assert take_apart(few)["text"].count("x") == 150
    with pytest.raises(Unreadable, match="too_many_parts"):
        parsed(mixed(*[text("x")] * 5_000))


def test_many_files_are_taken_to_a_number() -> None:
    found = take_apart(mixed(text("x"), *[file("a.txt", b"a")] * 300))
    assert (len(found["attachments"]), found["left_out"]) == (200, True)


@pytest.mark.parametrize(
    "raw",
    [
        b"X-A: " + b"a" * 10_000_000 + b"\n", b"X-A: b\n" * 200_000, b"X-A: a\n" + b" a\n" * 1_000_000,
        b"Content-Type: text/plain" + b";a=b" * 1_000_000 + b"\n",
    ],
    ids=["long", "many", "folded", "parameters"],
)  # fmt: skip
def test_headers_are_read_to_a_size(raw: bytes) -> None:
    found = parsed(FRONT + raw + b"\nhello")
    assert (found["subject"], found["text"], found["left_out"]) == ("s", "hello", True)
    assert len(found["headers"]) <= mail_parts.MOST_HEADERS


def test_parameters_of_a_part_are_read_to_a_size() -> None:
    part = b"Content-Type: text/plain" + b";a*0*=b" * 500_000 + b"\n\nhello"
    assert parsed(mixed(part))["text"] == "hello"


def test_three_megabytes_are_read() -> None:
    inside = bytes(range(256)) * 12_000
    (found,) = parsed(mixed(text("see this"), file("a.bin", inside)))["attachments"]
    assert (content(found), found["name"], found["declared"]) == (inside, "a.bin", "application/octet-stream")


def test_thirty_megabytes_are_left_out_and_the_text_is_read() -> None:
    found = parsed(mixed(text("see this"), file("a.bin", bytes(30_000_000)), file("b.txt", b"small")))
    assert (found["text"], found["left_out"]) == ("see this", True)
    assert [each["name"] for each in found["attachments"]] == ["b.txt"]


def test_lines_are_read_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = plain(b"hello\n" + b"x\n" * 2_000)
    assert (take_apart(raw)["text"].count("x"), take_apart(raw)["left_out"]) == (2_000, False)
    monkeypatch.setattr(mail_parts, "MOST_LINES", 1_000)
    found = take_apart(raw)
    assert (found["text"][:7], found["text"].count("x"), found["left_out"]) == ("hello\nx", 994, True)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("base64", b"!@#$" * 50_000), ("quoted-printable", b"=ZZ=" * 50_000), ("x-uuencode", b"begin 644 x\nM!\n"),
     ("x-zip", b"PK\x03\x04"), ("\x00", b"x")],
)  # fmt: skip
def test_junk_under_an_encoding_is_no_harm(encoding: str, body: bytes) -> None:
    part = f"Content-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: {encoding}\n\n".encode() + body
    assert take_apart(mixed(text("hello"), part))["text"] == "hello"


def test_mime_12_nul_and_halves_of_pairs_are_replaced_everywhere() -> None:
    half = "=?utf-7?b?" + base64.b64encode(b"+2D0-").decode() + "?="
    head = f'From: "{half}" <a@kunde.example>\nSubject: a\x00b {half}\nX-A: \x00\n'.encode()
    raw = head + b"Content-Type: text/plain; charset=utf-16\n\n" + b"a\x00\x00\x00=\xd8b\x00"
    found = json.dumps(parsed(raw))
    assert "\\u0000" not in found
    str(json.loads(found)).encode("utf-8")
    for each in (plain(b"a\x00b \xff\xfe"), page("a\x00b &#0; &#xD83D; <p title='\x00'>")):
        words = take_apart(each)
        (words["text"] + words["shown"] + words["html"]).encode("utf-8")
        assert "\x00" not in words["text"] + words["shown"] + words["html"]
    assert take_apart(plain(b"a\x00b"))["text"] == "a\ufffdb"


def test_mime_16_the_plain_part_is_the_text_everywhere_and_the_page_stays_reachable() -> None:
    raw = mixed(text("Pay nobody."), text("<b>Pay at once.</b>", "text/html"), kind="alternative")
    found = take_apart(raw)
    assert (found["text"], found["shown"]) == ("Pay nobody.", "Pay nobody.")
    assert found["html"] == "<b>Pay at once.</b>"


def test_mime_16_a_plain_part_without_words_gives_way_to_the_page() -> None:
    raw = mixed(text(" \u200b\n"), text("<b>Pay at once.</b>", "text/html"), kind="alternative")
    found = take_apart(raw)
    assert (found["text"], found["shown"], found["html"]) == ("Pay at once.",) * 2 + ("<b>Pay at once.</b>",)


def test_another_plain_part_that_says_something_else_is_not_lost() -> None:
    found = take_apart(mixed(text("one"), text("two"), text("one"), kind="alternative"))
    assert found["text"] == "one\n\ntwo"


def test_a_charset_with_a_nul_is_no_charset() -> None:
    """Found by the fuzzer: Python's parser asks the codec of that name before it hands out what was sent."""
    found = take_apart(FRONT + b'Content-Type: text/plain; charset="a\x00b"\n\nGr\xc3\xbc\xc3\x9fe')
    assert found["text"] == "Grüße"


def test_parts_without_their_marks_are_read_as_text() -> None:
    assert take_apart(FRONT + b"Content-Type: multipart/mixed\n\nhello")["text"] == "hello"
    assert "hello" in take_apart(FRONT + b"Content-Type: multipart/mixed; boundary=x\n\nhello")["text"]


@pytest.mark.skipif(not SHARED.is_dir(), reason=MISSING)
@pytest.mark.parametrize("name", sets() or ["none"])
def test_every_shared_message_is_read(name: str) -> None:
    for where, raw in stored(name).items():
        found = take_apart(raw)
        json.dumps(found).encode("ascii")
        words = found["text"] + found["shown"] + found["html"] + found["subject"]
        assert "\x00" not in words, where
        words.encode("utf-8")
        assert found["shown"] or not found["text"].strip(), where
        for each in found["attachments"]:
            assert "/" not in each["name"], where
            assert content(each), where


@pytest.mark.skipif(not SHARED.is_dir(), reason=MISSING)
def test_shared_messages_are_read_alike_in_the_process() -> None:
    for name in sets():
        for where, raw in list(stored(name).items())[::60]:
            assert parsed(raw) == json.loads(json.dumps(take_apart(raw))), where
