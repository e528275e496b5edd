"""What mail servers found out about a message, and whom it proves: read from the raw head, hostile ones included."""

from __future__ import annotations

import pytest

from garant.core.mails import failed, trust
from garant.kit.mail_results import trace_of
from garant.kit.mail_trust import organisation

HOST, SENDER = "mx.desk.example", "ann@a.example"
RECEIVED = "Received: from x by mx.desk.example; Sat, 28 Nov 2026 09:00:00 +0000"


def results(text: str, host: str = HOST) -> str:
    return f"Authentication-Results: {host}; {text}"


def judged(*lines: str, host: str = HOST, sender: str = SENDER, hops: int = 0) -> str:
    raw = "\r\n".join([*lines, f"From: {sender}", "", "Hello"]).encode()
    return trust(trace_of(raw), host, sender, organisation, hops)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("dmarc=pass header.from=a.example", "verified"),
        ("dkim=pass header.d=mail.a.example", "verified"),
        ("dkim=pass header.i=@a.example; spf=fail", "verified"),
        ("spf=pass smtp.mailfrom=bounce@a.example", "verified"),
        ("spf=pass (ok) smtp.mailfrom=a.example", "verified"),
        ("dkim=pass header.d=evil.example", "unverified"),
        ("spf=pass smtp.mailfrom=x@evil.example; dkim=fail header.d=a.example", "unverified"),
        ("dkim=none; spf=none", "unverified"),
        ("spf=pass smtp.helo=a.example", "unverified"),
        ("dmarc=fail (p=REJECT dis=NONE) header.from=a.example", "forged"),
        ("dmarc=fail header.from=a.example; dkim=pass header.d=a.example", "forged"),
        ("dmarc=fail policy.dmarc=quarantine header.from=a.example", "forged"),
        ("dmarc=fail (p=none dis=none) header.from=a.example", "unverified"),
        ("", "unverified"),
        ("nonsense;;; = pass", "unverified"),
    ],
)
def test_mail_01_only_what_our_own_server_found_counts(said: str, found: str) -> None:
    assert judged(results(said), RECEIVED) == found


def test_results_of_others_and_below_our_own_line_prove_nothing() -> None:
    good = "dmarc=pass header.from=a.example"
    assert judged(results(good)) == "verified"
    assert judged(results(good, "mx.evil.example")) == "unverified"
    assert judged(results(good), host="") == "unverified"
    assert judged(RECEIVED, results(good)) == "unverified"
    assert judged(RECEIVED, results(good), hops=1) == "verified"
    below = (RECEIVED, "Received: from evil by x", results(good))
    assert judged(*below, hops=1) == "unverified"
    assert judged(*below, hops=2) == "verified"
    assert judged(results(good), sender="no address") == "unverified"


@pytest.mark.parametrize(
    "said",
    [
        'spf=pass smtp.mailfrom="x smtp.mailfrom=ann@a.example "@evil.example',
        'spf=pass smtp.mailfrom="x; dmarc=pass header.from=a.example ;"@evil.example',
        'spf=pass (domain of "x; dmarc=pass header.from=a.example ;"@evil.example) smtp.mailfrom=x@evil.example',
        'dkim=pass header.d=evil.example header.i="a header.d=a.example "@evil.example',
        "spf=pass smtp.mailfrom=evil.example smtp.mailfrom=a.example",
        "dkim=pass header.d=evil.example header.i=@a.example",
        'dmarc=pass header.from="a.example',
        "dmarc=pass (header.from=a.example",
    ],
)
def test_mail_01_what_a_sender_writes_into_our_servers_line_proves_nothing(said: str) -> None:
    assert judged(results(said), RECEIVED) == "unverified"


@pytest.mark.parametrize(
    "line",
    [
        "Authentication-Results: (x) mx.desk.example; dmarc=pass header.from=a.example",
        "Authentication-Results: =?utf-8?q?mx=2Edesk=2Eexample?=; dmarc=pass header.from=a.example",
        "Authentication-Results: \u202emx.desk.example; dmarc=pass header.from=a.example",
        'Authentication-Results: "mx.desk.example"; dmarc=pass header.from=a.example',
        "Authentication-Results: mx.desk.example.evil; dmarc=pass header.from=a.example",
    ],
)
def test_mail_01_a_line_that_no_filter_would_take_for_ours_is_not_ours(line: str) -> None:
    assert judged(RECEIVED, line, hops=1) == "unverified"


def test_lines_as_real_servers_write_them_are_read() -> None:
    opendkim = (
        'dkim=pass (2048-bit key; unprotected) header.d=a.example header.i=@a.example header.s=m header.b="ab/+="'
    )
    assert judged(results(opendkim), RECEIVED) == "verified"
    folded = results(
        "spf=pass (a: domain of x@a.example designates 192.0.2.1)\r\n\tsmtp.mailfrom=x@a.example;\r\n dkim=none"
    )
    assert judged(folded, RECEIVED) == "verified"
    assert judged(f"Authentication-Results: {HOST} 1; dmarc=pass (p=NONE) header.from=a.example") == "verified"


def test_a_failed_check_speaks_against_a_message() -> None:
    def says(*lines: str) -> bool:
        return failed(trace_of("\n".join([*lines, "", "x"]).encode()), HOST)

    assert says(results("spf=fail smtp.mailfrom=a.example"))
    assert says(results("dkim=none; spf=softfail smtp.mailfrom=a.example"))
    assert not says(results("dkim=none; spf=neutral"))
    assert not says(RECEIVED, results("spf=fail smtp.mailfrom=a.example"))
