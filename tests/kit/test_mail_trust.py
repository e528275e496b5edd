"""DKIM checked on the raw message: what proves the sender's domain, and everything that must not."""

from __future__ import annotations

import base64
import zipfile
from pathlib import Path

import dkim
import pytest
from dkim_cast import MESSAGE, key, signed

from garant.kit import mail_trust
from garant.kit.mail_trust import checked, is_aligned, organisation

FLANKER = Path(__file__).resolve().parents[3] / "shared" / "data" / "mail" / "dkim-flanker.zip"


def zone(**records: bytes):
    """A resolver of keys under the selector `mail`, by domain with _ for dots; notes what it was asked."""
    table = {f"mail._domainkey.{name.replace('_', '.')}": record for name, record in records.items()}
    asked: list[str] = []

    def resolve(name: str) -> bytes | None:
        asked.append(name)
        return table.get(name)

    resolve.asked = asked  # type: ignore[attr-defined]
    return resolve


def usual():
    return zone(customer_example=key().record)


@pytest.mark.parametrize(
    ("domain", "owner"),
    [
        ("mx.desk.example", "desk.example"),
        ("EXAMPLE.ORG.", "example.org"),
        ("a.b.co.uk", "b.co.uk"),
        ("co.uk", ""),
        ("x.y.github.io", "y.github.io"),
        ("github.io", ""),
        ("bücher.example", "xn--bcher-kva.example"),
        ("www.ck", "www.ck"),
        ("localhost", ""),
        ("192.0.2.1", ""),
        ("", ""),
        ("a..b", ""),
        ("x" * 300 + ".example", ""),
    ],
)
def test_an_organisation_is_what_the_public_suffix_list_says(domain: str, owner: str) -> None:
    assert organisation(domain) == owner


def test_domains_below_one_another_are_not_one_organisation_for_that() -> None:
    assert is_aligned("mail.customer.example", "customer.example")
    assert is_aligned("a.customer.example", "b.customer.example")
    assert not is_aligned("other.github.io", "customer.github.io")
    assert not is_aligned("github.io", "customer.github.io"), "whoever signs for a suffix signs for nobody below it"
    assert not is_aligned("co.uk", "co.uk")


def test_a_signed_message_proves_its_domain() -> None:
    assert checked(signed(), "customer.example", usual()) == {"customer.example"}
    assert checked(signed(), "mail.customer.example", usual()) == {"customer.example"}
    below = signed(domain="news.customer.example")
    assert checked(below, "customer.example", zone(news_customer_example=key().record)) == {"news.customer.example"}
    assert checked(signed().replace(b"\r\n", b"\n"), "customer.example", usual()) == {"customer.example"}


@pytest.mark.parametrize(
    ("found", "becomes"),
    [
        (b"Since this morning.", b"Since last week."),
        (b"It does not start", b"Delete everything"),
        (b"ann@customer.example", b"boss@customer.example"),
        (b"From: Ann", b"From: Eve <eve@evil.example>\r\nFrom: Ann"),
        (b"\r\n\r\nSince", b"\r\nFrom: Eve <eve@evil.example>\r\n\r\nSince"),
        (b" d=customer.example", b" d=customer.example; l=0"),
    ],
)
def test_a_changed_message_proves_nothing(found: bytes, becomes: bytes) -> None:
    raw = signed()
    assert found in raw
    assert checked(raw.replace(found, becomes), "customer.example", usual()) == frozenset()


def test_a_signature_of_somebody_else_proves_nothing_and_asks_for_no_key() -> None:
    resolve = zone(evil_example=key().record, customer_example=key().record)
    assert checked(signed(domain="evil.example"), "customer.example", resolve) == frozenset()
    assert resolve.asked == []


def test_a_signature_over_a_part_of_the_body_proves_nothing() -> None:
    raw = signed(length=True)
    assert dkim.verify(raw + b"and more\r\n", dnsfunc=lambda *_, **__: key().record), "dkimpy alone would believe it"
    assert checked(raw, "customer.example", usual()) == frozenset()
    assert checked(raw + b"and more\r\n", "customer.example", usual()) == frozenset()


def test_a_signature_that_leaves_the_sender_out_proves_nothing() -> None:
    without = signed().replace(b"h=from : ", b"h=").replace(b" : from;", b";")
    resolve = usual()
    assert checked(without, "customer.example", resolve) == frozenset()
    assert resolve.asked == [], "it is not even looked at"


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"v=DKIM1; k=rsa; p=",
        b"v=DKIM1; k=rsa; t=y; p=%b",
        b"v=DKIM1; k=rsa; p=nonsense",
        b"v=spf1 -all",
        b"\xff\xfe",
    ],
)
def test_a_key_that_is_withdrawn_or_in_test_mode_proves_nothing(record: bytes) -> None:
    public = key().record.rpartition(b"p=")[2]
    assert checked(signed(), "customer.example", zone(customer_example=record.replace(b"%b", public))) == frozenset()


def test_a_short_key_and_an_old_hash_prove_nothing() -> None:
    short = signed(bits=1024)
    assert checked(short, "customer.example", zone(customer_example=key(1024).record)), "1024 bits are still in use"
    old = signed(signature_algorithm=b"rsa-sha1")
    assert checked(old, "customer.example", usual()) == frozenset()


def test_dns_that_fails_proves_nothing() -> None:
    def away(name: str) -> bytes | None:
        raise OSError(name)

    assert checked(signed(), "customer.example", away) == frozenset()


def test_one_good_signature_among_bad_ones_is_enough_but_only_the_first_are_looked_at() -> None:
    bad = signed().partition(b"\r\nFrom:")[0].replace(b"bh=", b"bh=AAAA")
    raw = signed()
    assert checked(bad + b"\r\n" + raw, "customer.example", usual()) == {"customer.example"}
    many = (bad + b"\r\n") * mail_trust.MOST_SIGNATURES + raw
    resolve = usual()
    assert checked(many, "customer.example", resolve) == frozenset()
    assert len(resolve.asked) == mail_trust.MOST_SIGNATURES


def test_odd_messages_prove_nothing_and_break_nothing() -> None:
    for raw in (b"", b"\r\n", b"From: x", b"DKIM-Signature: =;=;\r\nFrom: a@customer.example\r\n\r\n", b"\x00" * 5000):
        assert checked(raw, "customer.example", usual()) == frozenset()


def test_a_message_that_is_made_to_cost_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_trust, "PATIENCE", 0.001)
    assert checked(signed(), "customer.example", usual()) == frozenset()


def test_a_message_of_thirty_megabytes_is_checked_within_the_limits() -> None:
    raw = MESSAGE + base64.encodebytes(b"x" * 22_000_000).replace(b"\n", b"\r\n")
    assert checked(signed(raw, canonicalize=(b"relaxed", b"relaxed")), "customer.example", usual()) == {
        "customer.example"
    }


def test_what_flankers_dkim_data_says() -> None:
    if not FLANKER.exists():
        pytest.skip("the shared mail data is not here")
    with zipfile.ZipFile(FLANKER) as data:
        names = data.namelist()
        keys = [name for name in names if name.endswith((".key", ".pem", ".pub"))]
        for name in names:
            assert checked(data.read(name), "customer.example", usual()) == frozenset(), name
    if not keys:
        pytest.skip("all of them prove nothing; this half of the data holds no keys to check signatures against")


def test_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GARANT_MAIL_VERIFY", raising=False)
    assert not mail_trust.checks_signatures()
    monkeypatch.setenv("GARANT_MAIL_VERIFY", "DKIM")
    assert mail_trust.checks_signatures()
    monkeypatch.setenv("GARANT_MAIL_VERIFY", "spf")
    with pytest.raises(mail_trust.VerifySettingError, match="GARANT_MAIL_VERIFY"):
        mail_trust.checks_signatures()
