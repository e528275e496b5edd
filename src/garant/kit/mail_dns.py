"""Questions to DNS with short patience: an answer, nothing there, or unknown. Never hangs, never raises."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: Seconds that one question may take, with its repetitions.
PATIENCE = 3.0
#: What a domain's TXT record says, in bytes; None: nothing, or nobody knows.
Resolve = Callable[[str], bytes | None]


class DnsSettingError(ValueError):
    """GARANT_DNS can't be used; one line for people."""


class Unknown(Exception):
    """No server answered: nothing is said about the name."""


@dataclass(frozen=True, slots=True)
class Dns:
    """Where questions go: `server` "" for those of the system."""

    server: str = ""
    port: int = 53
    patience: float = PATIENCE

    def ask(self, name: str, kind: str) -> list[str]:
        """The records of a kind, as in a zone file; none where there are none. Raises Unknown."""
        import dns.exception
        import dns.resolver

        try:
            answer = self._resolver().resolve(name, kind, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN:
            return []
        except (dns.exception.DNSException, OSError, ValueError) as problem:
            raise Unknown(type(problem).__name__) from None
        return [_text(record) for record in answer.rrset or ()]

    def txt(self, name: str) -> bytes | None:
        """The first TXT record of a name, joined; None where there is none or nobody answers."""
        with contextlib.suppress(Unknown):
            return next((record.encode() for record in self.ask(name, "TXT")), None)
        return None

    def _resolver(self) -> Any:
        import dns.resolver

        resolver = dns.resolver.Resolver(configure=not self.server)
        if self.server:
            resolver.nameservers, resolver.port = [self.server], self.port
        resolver.lifetime = self.patience
        resolver.timeout = self.patience / 2
        return resolver


def _text(record: Any) -> str:
    """A TXT record's parts belong together; any other one as a zone file writes it."""
    if hasattr(record, "strings"):
        return b"".join(record.strings).decode("utf-8", "replace")
    return str(record)


def desk_dns() -> Dns:
    """DNS as the environment says (GARANT_DNS: a server's address, with :port). Raises DnsSettingError."""
    told = os.environ.get("GARANT_DNS", "").strip()
    if not told:
        return Dns()
    host, port = told, "53"
    if told.startswith("["):
        host, _, rest = told[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif told.count(":") == 1:
        host, _, port = told.partition(":")
    if not _is_address(host) or not port.isdecimal() or not 0 < int(port) < 65536:
        raise DnsSettingError("GARANT_DNS must be the address of a DNS server, 192.0.2.53 or 127.0.0.1:5353 say")
    return Dns(host, int(port))


def _is_address(text: str) -> bool:
    import ipaddress

    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
