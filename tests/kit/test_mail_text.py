"""The characters of a mail under any charset name, and paragraphs that a client broke."""

from __future__ import annotations

import base64
import json

import pytest
from mail_makers import MISSING, SHARED, mixed, plain, stored

from garant.kit import mail_charsets
from garant.kit.mail_charsets import characters, harmless
from garant.kit.mail_headers import addresses, decoded, instant
from garant.kit.mail_parsing import take_apart
from garant.kit.mail_text import unwrapped

JAPANESE, KOREAN, CHINESE, RUSSIAN = "日本語のメール①です。", "한국어 편지 똠방", "简体中文邮件", "Привет, мир"
GERMAN, GREEK, TURKISH, HEBREW, THAI = "Grüße aus Köln – „10 €“", "Καλημέρα", "İyi günler", "שלום", "สวัสดี"
CHARSETS = [
    ("utf-8", "utf-8", GERMAN), ("UTF8", "utf-8", JAPANESE), ("uft-8", "utf-8", JAPANESE),
    ("x-unknown", "utf-8", GERMAN), ("", "utf-8", RUSSIAN), ("us-ascii", "utf-8", GERMAN),
    ("unknown-8bit", "utf-8", GERMAN), ("3dutf-8", "utf-8", GREEK), ("nobody-knows", "utf-8", GERMAN),
    ("nobody-knows", "cp1252", "Grüße"), ("zlib", "utf-8", GERMAN), ("unicode_escape", "utf-8", r"C:\users"),
    ("iso-8859-1", "cp1252", GERMAN), ("us-ascii", "cp1252", "Grüße"), ("iso-8859-1", "utf-8", GERMAN),
    ("iso-8859-15", "iso-8859-15", "10 € für Žižek"), ("windows-1252", "cp1252", GERMAN),
    ("windows-1250", "cp1250", "Příliš žluťoučký"), ("windows-1251", "cp1251", RUSSIAN),
    ("windows-1253", "cp1253", GREEK), ("windows-1254", "cp1254", TURKISH), ("windows-1255", "cp1255", HEBREW),
    ("windows-874", "cp874", THAI), ("iso-8859-2", "iso-8859-2", "Łódź, žluť"),
    ("iso-8859-7", "iso-8859-7", GREEK), ("iso-8859-8-i", "iso-8859-8", HEBREW),
    ("iso-8859-9", "iso-8859-9", TURKISH), ("koi8-r", "koi8-r", RUSSIAN), ("koi8-u", "koi8-u", "Привіт, світе"),
    ("ks_c_5601-1987", "cp949", KOREAN), ("euc-kr", "cp949", KOREAN), ("gb2312", "gb18030", CHINESE),
    ("gbk", "gbk", CHINESE), ("big5", "big5", "繁體中文"), ("shift_jis", "cp932", JAPANESE),
    ("x-sjis", "cp932", JAPANESE), ("euc-jp", "euc_jp", "日本語のメール"),
    ("iso-2022-jp", "iso2022_jp", "日本語のメール"),
    ("iso-2022-jp", "iso2022_jp_ext", "日本語のﾒｰﾙ"), ("iso-2022-jp", "iso2022_jp_2004", JAPANESE),
    ("_iso-2022-jp$esc", "iso2022_jp", "日本語"), ("us-ascii", "iso2022_jp", "日本語"), ("", "iso2022_jp", "日本語"),
    ("iso-2022-jp", "euc_jp", "あて先へのメッセージ"), ("utf-7", "utf-7", GERMAN),
    ("unicode-1-1-utf-7", "utf-7", RUSSIAN), ("utf-16", "utf-16", JAPANESE),
    ("utf-16le", "utf-16-le", JAPANESE), ("", "utf-8-sig", GERMAN),
    ("utf-8", "cp1252", "Größe, Länge, Übersicht"), ("'utf-8'", "utf-8", GERMAN), ("utf-8*de", "utf-8", GERMAN),
]  # fmt: skip


@pytest.mark.parametrize(("name", "codec", "words"), CHARSETS)
def test_a_text_comes_out_right_whatever_its_charset_is_called(name: str, codec: str, words: str) -> None:
    assert characters(words.encode(codec), name) == words


@pytest.mark.parametrize(("name", "codec", "words"), CHARSETS)
def test_a_message_comes_out_right_in_text_subject_name_and_file(name: str, codec: str, words: str) -> None:
    inside = base64.b64encode(words.encode(codec)).decode()
    name = name.strip("'*de") if name.startswith("'") else name
    word = f"=?{name or 'x-unknown'}?b?{inside}?="
    raw = (
        f'Subject: {word}\nFrom: {word} <a@kunde.example>\nContent-Type: text/plain; charset="{name}"\n'
        f"Content-Transfer-Encoding: base64\n\n{inside}\n"
    )
    found = take_apart(raw.encode())
    assert (found["text"], found["subject"]) == (words, words)
    assert found["from"] == [[words, "a@kunde.example"]]


def test_names_of_charsets_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: without the table of what is meant, some come out wrong."""
    monkeypatch.setattr(mail_charsets, "_MEANT", {})
    wrong = [name for name, codec, words in CHARSETS if characters(words.encode(codec), name) != words]
    assert len(wrong) >= 3


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?UTF-8?B?5pel?= =?utf-8?B?5pys?=", "日本"),
        ("=?utf-8?b?5pel5g==?= =?utf-8?b?nKw=?=", "日本"),
        ("Re: =?iso-8859-1?q?f=FCr?= you", "Re: für you"),
        ("=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
        ("Grüße roh", "Grüße roh"),
        ("=?utf-8?b?A?= x", "=?utf-8?b?A?= x"),
        ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        (r"C:\users\new =?utf-8?q?=C3=BC?=", r"C:\users\new ü"),
        ("日本 =?utf-8?q?=C3=BC?=", "日本 ü"),
        ("=?utf-8?q?two=0Alines?=", "two lines"),
        ("=?utf-8?q?a=00b=E2=80=AEc?=", "a\ufffdbc"),
        ("=?utf-8*en?q?x=20y?=", "x y"),
    ],
)
def test_a_header_is_read_word_by_word(sent: str, read: str) -> None:
    assert decoded(sent) == read
    assert decoded(sent.encode().decode("ascii", "surrogateescape")) == read


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ('"Doe, Jane" <j@x.example>, k@x.example', [["Doe, Jane", "j@x.example"], ["", "k@x.example"]]),
        ("=?utf-8?q?Doe=2C_Jane?= <j@x.example>", [["Doe, Jane", "j@x.example"]]),
        ("undisclosed-recipients:;", []),
        ("Team: a@x.example, b@x.example;", [["", "a@x.example"], ["", "b@x.example"]]),
        ("a@x.example <evil@y.example>", [["a@x.example", "evil@y.example"]]),
        ("b@x.example, a@x.example <a@x.example>", [["", "b@x.example"], ["a@x.example", "a@x.example"]]),
        ("<a b@x.example>", []),
        ("j\u200b\u202e <j@x.example>", [["j", "j@x.example"]]),
        ("", []),
    ],
)
def test_addresses(sent: str, found: list[list[str]]) -> None:
    assert addresses([sent]) == found


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("Sat, 28 Nov 2026 02:00:00 +0100", "2026-11-28T01:00:00+00:00"),
        ("28 Nov 2026 02:00:00 -0000", "2026-11-28T02:00:00+00:00"),
        ("Wed, 15 Dec 2010    59:10 -0500", ""),
        ("Mon, 99 Jan 99999999999 99:99:99 +9999", ""),
        ("yesterday", ""),
    ],
)
def test_an_instant_is_utc_or_nothing(sent: str, found: str) -> None:
    assert instant(sent) == found


def test_a_database_takes_every_text() -> None:
    assert harmless("a\x00b\ud800c\udc00\ud83d\ude00\u202e\r\n\x07d\re") == "a\ufffdb\ufffdc\ufffd\U0001f600\nd\ne"


def test_paragraphs_of_flowed_text_are_lines() -> None:
    sent = "One paragraph \nin three \nlines.\n\n> quoted \n> too\n>> deep \n> not\n stuffed \nline\n-- \nJane \nDoe"
    assert unwrapped(sent) == (
        "One paragraph in three lines.\n\n> quoted too\n>> deep \n> not\nstuffed line\n-- \nJane Doe"
    )
    assert unwrapped("日本 \n語", delete_space=True) == "日本語"
    flowed = take_apart(plain(b"a \nb\n", extra="; format=flowed"))
    assert flowed["text"].strip() == "a b"
    assert take_apart(plain(b"a \nb\n"))["text"].strip() == "a \nb"


@pytest.mark.skipif(not SHARED.is_dir(), reason=MISSING)
def test_texts_of_shared_messages_are_those_of_another_reader() -> None:
    """Compared with what stalwart's mail-parser found in them, spaces apart; where that could read every letter."""
    compared = 0
    for where, raw in stored("mime-dovecot").items():
        if where.endswith(".json"):
            ours = take_apart(stored("mime-dovecot")[where.replace(".json", ".eml")])
            for part in json.loads(raw)["parts"]:
                theirs = part["body"].get("Text", "") if isinstance(part["body"], dict) else ""
                letters = "".join(theirs.split())[:120]
                if not letters.isascii() and "\ufffd" not in letters and "\x00" not in letters:
                    compared += 1
                    assert letters in "".join(ours["text"].split()), where
    assert compared >= 4


@pytest.mark.skipif(not SHARED.is_dir(), reason=MISSING)
def test_hardly_a_letter_of_the_shared_messages_is_unread() -> None:
    unread = []
    for name in ("bounces-sisimai", "mime-ruby-mail", "mime-flanker", "mime-mimekit", "mime-cpython"):
        for where, raw in stored(name).items():
            found = take_apart(raw)
            if "\ufffd" in found["text"] + found["subject"] and b"\xef\xbf\xbd" not in raw and b"\x00" not in raw:
                unread.append(where)
    assert unread == []


def test_every_leaf_of_a_message_is_read_in_its_own_charset() -> None:
    one = b"Content-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: 8bit\n\n" + RUSSIAN.encode("koi8-r")
    two = b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + "日本語".encode("iso2022_jp")
    assert take_apart(mixed(one, two))["text"] == f"{RUSSIAN}\n\n日本語"
