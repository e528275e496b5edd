"""A DNS server of the tests' own on this machine: it answers from a table, with an error, or not at all."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from garant.kit.mail_dns import Dns

#: (name, type) -> records as in a zone file.
Zone = Mapping[tuple[str, str], Sequence[str]]


@contextmanager
def fake_dns(zone: Zone, broken: Sequence[str] = (), silent: bool = False) -> Iterator[Dns]:
    """A server of the zone: NXDOMAIN for other names, SERVFAIL for `broken` ones; `silent`: no word to anybody."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        port = int(server.getsockname()[1])
        teller = threading.Thread(target=_serve, args=(server, zone, broken, silent), daemon=True)
        teller.start()
        try:
            yield Dns("127.0.0.1", port, patience=0.5 if silent else 10.0)
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", ("127.0.0.1", port))
            teller.join(10)


def _serve(server: socket.socket, zone: Zone, broken: Sequence[str], silent: bool) -> None:
    while True:
        asked, whence = server.recvfrom(4096)
        if not asked:
            return
        if not silent:
            server.sendto(_answer(asked, zone, broken), whence)


def _answer(asked: bytes, zone: Zone, broken: Sequence[str]) -> bytes:
    question = dns.message.from_wire(asked)
    answer = dns.message.make_response(question)
    answer.flags |= dns.flags.RA
    name = question.question[0].name.to_text().rstrip(".")
    kind = dns.rdatatype.to_text(question.question[0].rdtype)
    records = zone.get((name, kind), ())
    if name in broken:
        answer.set_rcode(dns.rcode.SERVFAIL)
    elif records:
        answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *records))
    elif not any(known == name for known, _ in zone):
        answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer.to_wire(max_size=65535)
