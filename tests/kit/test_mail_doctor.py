"""`garant doctor mail` against a DNS server of the tests' own: right, wrong, silent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from dkim_cast import key
from dns_cast import Zone, fake_dns
from typer.testing import CliRunner

from garant.cli.doctor import app
from garant.kit.mail_dns import Dns, DnsSettingError, desk_dns
from garant.kit.mail_doctor import OK, PROBLEM, UNKNOWN, Finding, examined

DOMAIN = "desk.example"
GOOD: dict[tuple[str, str], list[str]] = {
    (DOMAIN, "MX"): ["10 mx.desk.example."],
    ("mx.desk.example", "A"): ["192.0.2.10"],
    ("10.2.0.192.in-addr.arpa", "PTR"): ["mx.desk.example."],
    (DOMAIN, "TXT"): ['"some other word"', '"v=spf1 mx " "-all"'],
    ("mail._domainkey.desk.example", "TXT"): [" ".join(f'"{part}"' for part in (
        key().record[:200].decode(), key().record[200:].decode()))],
    ("_dmarc.desk.example", "TXT"): ['"v=DMARC1; p=quarantine"'],
}  # fmt: skip


def looked(zone: Zone, **how: Any) -> dict[str, Finding]:
    with fake_dns(zone) as dns:
        return {finding.check: finding for finding in examined(DOMAIN, dns, **how)}


def test_a_domain_in_order_has_nothing_to_change() -> None:
    found = looked(GOOD)
    assert list(found) == ["mx", "spf", "dkim", "dmarc", "reverse"]
    assert {finding.state for finding in found.values()} == {OK}
    assert {finding.change for finding in found.values()} == {""}


@pytest.mark.parametrize(
    ("check", "records", "state", "word"),
    [
        ("mx", {(DOMAIN, "MX"): []}, PROBLEM, "no MX record"),
        ("mx", {(DOMAIN, "MX"): ["0 ."]}, PROBLEM, "takes no mail"),
        ("mx", {("mx.desk.example", "A"): []}, PROBLEM, "has no address"),
        ("spf", {(DOMAIN, "TXT"): []}, PROBLEM, "no SPF record"),
        ("spf", {(DOMAIN, "TXT"): ['"v=spf1 mx -all"', '"v=spf1 -all"']}, PROBLEM, "2 SPF records"),
        ("spf", {(DOMAIN, "TXT"): ['"v=spf1 +all"']}, PROBLEM, "everybody"),
        ("spf", {(DOMAIN, "TXT"): [f'"v=spf1 {" ".join(f"include:a{n}.example" for n in range(11))} -all"']}, PROBLEM,
         "more than 10"),
        ("spf", {(DOMAIN, "TXT"): ['"v=spf1 mx ?all"']}, OK, "refuses nobody"),
        ("dkim", {("mail._domainkey.desk.example", "TXT"): []}, UNKNOWN, "--selector"),
        ("dkim", {("mail._domainkey.desk.example", "TXT"): ['"v=DKIM1; p="']}, PROBLEM, "withdrawn"),
        ("dkim", {("mail._domainkey.desk.example", "TXT"): ['"v=DKIM1; t=y; p=QUJD"']}, PROBLEM, "test mode"),
        ("dkim", {("mail._domainkey.desk.example", "TXT"): ['"v=DKIM1; p=QUJD"']}, PROBLEM, "too short"),
        ("dkim", {("mail._domainkey.desk.example", "TXT"): ['"v=DKIM1; p=%%%"']}, PROBLEM, "can't be read"),
        ("dmarc", {("_dmarc.desk.example", "TXT"): []}, PROBLEM, "no DMARC record"),
        ("dmarc", {("_dmarc.desk.example", "TXT"): ['"v=DMARC1; p=none"']}, OK, "protects nobody"),
        ("dmarc", {("_dmarc.desk.example", "TXT"): ['"v=DMARC1; p=maybe"']}, PROBLEM, "names no policy"),
        ("reverse", {("10.2.0.192.in-addr.arpa", "PTR"): []}, PROBLEM, "no reverse name"),
        ("reverse", {("10.2.0.192.in-addr.arpa", "PTR"): ["dyn-10.provider.example."]}, PROBLEM, "is called dyn-10"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_what_to_change(check: str, records: Zone, state: str, word: str) -> None:
    finding = looked({**GOOD, **records})[check]
    assert finding.state == state
    assert word in finding.line()
    assert finding.change


def test_a_named_selector_without_a_key_is_a_problem() -> None:
    finding = looked(GOOD, selectors=["other"])["dkim"]
    assert (finding.state, "other._domainkey.desk.example" in finding.found) == (PROBLEM, True)


def test_the_policy_of_the_organisation_counts_for_a_domain_below_it() -> None:
    with fake_dns({("_dmarc.desk.example", "TXT"): ['"v=DMARC1; p=reject"']}) as dns:
        found = {finding.check: finding for finding in examined("mail.desk.example", dns)}
    assert (found["dmarc"].state, "_dmarc.desk.example" in found["dmarc"].found) == (OK, True)


def test_the_server_that_mails_leave_from_is_looked_at_where_it_is_known() -> None:
    zone = {**GOOD, ("out.desk.example", "A"): ["192.0.2.20"]}
    finding = looked(zone, sender_host="out.desk.example")["reverse"]
    assert (finding.state, "192.0.2.20" in finding.found) == (PROBLEM, True)


def test_without_dns_everything_is_unknown() -> None:
    with fake_dns(GOOD, silent=True) as dns:
        found = examined(DOMAIN, dns)
    assert {finding.state for finding in found} == {UNKNOWN}
    with fake_dns(GOOD, broken=["_dmarc.desk.example"]) as dns:
        states = {finding.check: finding.state for finding in examined(DOMAIN, dns)}
    assert (states.pop("dmarc"), set(states.values())) == (UNKNOWN, {OK})


def test_the_command_prints_a_line_a_check_and_ends_with_1_on_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARANT_MAIL_FROM", "Support <support@desk.example>")
    monkeypatch.setenv("GARANT_SMTP_URL", "smtp://127.0.0.1:25")
    with fake_dns(GOOD) as dns:
        monkeypatch.setenv("GARANT_DNS", f"127.0.0.1:{dns.port}")
        good = CliRunner().invoke(app, ["mail"])
        missing = CliRunner().invoke(app, ["mail", "--selector", "other", "--json"])
    assert (good.exit_code, len(good.stdout.splitlines())) == (0, 5)
    told = json.loads(missing.stdout)
    assert (missing.exit_code, told["domain"]) == (1, DOMAIN)
    assert [one["state"] for one in told["checks"]] == [OK, OK, PROBLEM, OK, OK]
    assert set(told["checks"][0]) == {"check", "state", "found", "change"}


@pytest.mark.parametrize(
    ("environment", "words", "said"),
    [
        ({}, [], "GARANT_MAIL_FROM"),
        ({}, ["--domain", "co.uk"], "no domain that somebody owns"),
        ({"GARANT_DNS": "resolver"}, ["--domain", DOMAIN], "GARANT_DNS"),
    ],
)
def test_a_mistake_is_one_line(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], words: list[str], said: str
) -> None:
    monkeypatch.delenv("GARANT_MAIL_FROM", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(app, ["mail", *words])
    assert done.exit_code == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_dns_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for told, server, port in (("192.0.2.1", "192.0.2.1", 53), ("127.0.0.1:5353", "127.0.0.1", 5353),
                               ("[::1]:53", "::1", 53), ("::1", "::1", 53)):  # fmt: skip
        monkeypatch.setenv("GARANT_DNS", told)
        assert desk_dns() == Dns(server, port)
    for wrong in ("dns.example", "127.0.0.1:0", "127.0.0.1:x", "[::1"):
        monkeypatch.setenv("GARANT_DNS", wrong)
        if wrong != "[::1":
            with pytest.raises(DnsSettingError):
                desk_dns()
