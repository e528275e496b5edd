"""What DNS says about a domain that mails come from, judged: SPF, DKIM, DMARC, MX and reverse names.

A check that nobody answered is unknown, never a problem. Nothing is sent to anybody but the DNS server.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from garant.kit.mail_dns import Dns, Unknown
from garant.kit.mail_trust import organisation

OK, PROBLEM, UNKNOWN = "ok", "problem", "unknown"
#: Selectors that are tried where none is named: what guides and services use.
USUAL_SELECTORS = ("default", "mail", "dkim", "garant", "s1", "selector1", "google", "k1")
MOST_HOSTS = 4
_WEAK_BYTES, _SHORT_BYTES = 128, 256


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was found, and what to change ("": nothing)."""

    check: str
    state: str
    found: str
    change: str = ""

    def line(self) -> str:
        """The finding for people."""
        return f"{self.check}: {self.state}: {self.found}" + (f"; {self.change}" if self.change else "")


def examined(domain: str, dns: Dns, selectors: Sequence[str] = (), sender_host: str = "") -> list[Finding]:
    """Every check of a domain, in a fixed order.

    `selectors`: names of DKIM keys, the usual ones are tried where there are none. `sender_host`: the server that
    mails leave from, where it is known; its reverse name is looked at instead of the MX hosts'.
    """
    checks: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("mx", lambda: _mx(domain, dns)),
        ("spf", lambda: _spf(domain, dns)),
        ("dkim", lambda: _dkim(domain, dns, selectors)),
        ("dmarc", lambda: _dmarc(domain, dns)),
        ("reverse", lambda: _reverse(domain, dns, sender_host)),
    )
    found = []
    for name, check in checks:
        try:
            found.append(check())
        except Unknown as problem:
            found.append(
                Finding(name, UNKNOWN, f"DNS did not answer ({problem})", "try again where DNS can be reached")
            )
    return found


def _mx_hosts(domain: str, dns: Dns) -> list[str]:
    records = [record.split() for record in dns.ask(domain, "MX")]
    in_order = sorted((int(parts[0]), parts[1].rstrip(".")) for parts in records if len(parts) == 2)
    return [host for _, host in in_order]


def _mx(domain: str, dns: Dns) -> Finding:
    hosts = _mx_hosts(domain, dns)
    if not hosts:
        return Finding("mx", PROBLEM, f"{domain} has no MX record: replies may reach nobody",
                       f"add one that names your mail server: {domain}. MX 10 mail.{domain}.")  # fmt: skip
    if hosts == [""]:
        return Finding("mx", PROBLEM, f"{domain} says that it takes no mail (MX 0 .)",
                       "name your mail server instead: customers answer to this domain")  # fmt: skip
    nameless = [host for host in hosts[:MOST_HOSTS] if not _addresses(host, dns)]
    if nameless:
        return Finding("mx", PROBLEM, f"{', '.join(nameless)} has no address", "give each MX host an A or AAAA record")
    return Finding("mx", OK, f"mail for {domain} goes to {', '.join(hosts[:MOST_HOSTS])}")


def _spf(domain: str, dns: Dns) -> Finding:
    records = [record for record in dns.ask(domain, "TXT") if record.lower().split(" ")[0] == "v=spf1"]
    if not records:
        return Finding("spf", PROBLEM, f"{domain} has no SPF record",
                       f'add a TXT record that names who sends for it: {domain}. TXT "v=spf1 mx -all"')  # fmt: skip
    if len(records) > 1:
        return Finding("spf", PROBLEM, f"{domain} has {len(records)} SPF records, which counts as none",
                       "make one of them")  # fmt: skip
    words = records[0].lower().split()
    if {"+all", "all"} & set(words):
        return Finding("spf", PROBLEM, "the SPF record lets everybody send (+all)", "end it with -all or ~all")
    if sum(_asks(word) for word in words) > 10:
        return Finding("spf", PROBLEM, "the SPF record asks DNS more than 10 times, which counts as an error",
                       "name addresses with ip4: and ip6: instead of include:")  # fmt: skip
    ended = {"-all", "~all"} & set(words) or any(word.startswith("redirect=") for word in words)
    return Finding("spf", OK, records[0], "" if ended else "end it with -all or ~all: it refuses nobody as it is")


def _asks(word: str) -> bool:
    """Whether a term of an SPF record costs a question of its own."""
    name = word.lstrip("+-~?").partition(":")[0].partition("=")[0].partition("/")[0]
    return name in ("include", "a", "mx", "ptr", "exists", "redirect")


def _dkim(domain: str, dns: Dns, selectors: Sequence[str]) -> Finding:
    """Every named key must be in order; where none is named, one under a usual name is enough."""
    names = [f"{one}._domainkey.{domain}" for one in selectors or USUAL_SELECTORS]
    records = {name: next(iter(dns.ask(name, "TXT")), None) for name in names}
    missing = next((name for name, record in records.items() if record is None), "")
    if selectors and missing:
        return Finding("dkim", PROBLEM, f"there is no key at {missing}",
                       "publish the TXT record of your signer: docs/how-to/sign-with-dkim.md")  # fmt: skip
    judged = [_key(name, record) for name, record in records.items() if record is not None]
    unknown = Finding("dkim", UNKNOWN, f"no key under the usual names ({', '.join(USUAL_SELECTORS)})",
                      "name your selector: garant doctor mail --selector NAME")  # fmt: skip
    return next((one for one in judged if one.state == PROBLEM), next(iter(judged), unknown))


def _key(name: str, record: str) -> Finding:
    tags = {key.strip(): value.strip() for key, _, value in (part.partition("=") for part in record.split(";"))}
    key = "".join(tags.get("p", "").split())
    if not key:
        return Finding("dkim", PROBLEM, f"the key at {name} was withdrawn (p= is empty)", "publish the present key")
    if "y" in tags.get("t", "").split(":"):
        return Finding("dkim", PROBLEM, f"the key at {name} is in test mode (t=y): signatures don't count",
                       "take t=y out of the record")  # fmt: skip
    try:
        size = len(base64.b64decode(key, validate=True))
    except (binascii.Error, ValueError):
        return Finding("dkim", PROBLEM, f"the key at {name} can't be read", "publish what your signer printed, whole")
    if tags.get("k", "rsa") == "rsa" and size < _WEAK_BYTES:
        return Finding("dkim", PROBLEM, f"the key at {name} is too short to count", "make one of 2048 bits")
    short = tags.get("k", "rsa") == "rsa" and size < _SHORT_BYTES
    return Finding("dkim", OK, f"a key is published at {name}", "make one of 2048 bits" if short else "")


def _dmarc(domain: str, dns: Dns) -> Finding:
    for name in dict.fromkeys((domain, organisation(domain) or domain)):
        records = [one for one in dns.ask(f"_dmarc.{name}", "TXT") if one.replace(" ", "").startswith("v=DMARC1")]
        if len(records) > 1:
            return Finding("dmarc", PROBLEM, f"_dmarc.{name} has {len(records)} records, which counts as none",
                           "keep one of them")  # fmt: skip
        if records:
            return _policy(name, records[0])
    return Finding("dmarc", PROBLEM, f"{domain} has no DMARC record: large providers refuse or hide its mail",
                   f'add _dmarc.{domain}. TXT "v=DMARC1; p=quarantine; rua=mailto:postmaster@{domain}"')  # fmt: skip


def _policy(name: str, record: str) -> Finding:
    tags = {key.strip(): value.strip() for key, _, value in (part.partition("=") for part in record.split(";"))}
    policy = tags.get("p", "").lower()
    if policy not in ("none", "quarantine", "reject"):
        return Finding("dmarc", PROBLEM, f"_dmarc.{name} names no policy", "set p=quarantine or p=reject")
    weak = "set p=quarantine once SPF and DKIM are ok: p=none protects nobody" if policy == "none" else ""
    return Finding("dmarc", OK, f"_dmarc.{name} says p={policy}", weak)


def _reverse(domain: str, dns: Dns, sender_host: str) -> Finding:
    hosts = [sender_host] if sender_host else _mx_hosts(domain, dns)
    pairs = [(host, address) for host in hosts[:MOST_HOSTS] if host for address in _addresses(host, dns)]
    if not pairs:
        return Finding("reverse", UNKNOWN, "the address that mails leave from is not known here",
                       "look at the reverse name of your mail server's address")  # fmt: skip
    for host, address in pairs:
        names = [name.rstrip(".") for name in dns.ask(ipaddress.ip_address(address).reverse_pointer, "PTR")]
        if not names:
            return Finding("reverse", PROBLEM, f"{address} ({host}) has no reverse name",
                           f"ask whoever owns the address to set its PTR record to {host}")  # fmt: skip
        if not any(address in _addresses(name, dns) for name in names):
            return Finding("reverse", PROBLEM, f"{address} is called {names[0]}, which is not that address",
                           f"set its PTR record to {host}, or give {names[0]} this address")  # fmt: skip
    return Finding("reverse", OK, ", ".join(f"{address} is {host}" for host, address in pairs[:MOST_HOSTS]))


def _addresses(host: str, dns: Dns) -> list[str]:
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        return list(_found(host, dns))


def _found(host: str, dns: Dns) -> Iterator[str]:
    for kind in ("A", "AAAA"):
        for record in dns.ask(host, kind):
            yield str(ipaddress.ip_address(record))
