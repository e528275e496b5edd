"""What mail servers found out about a message, from its raw head: `Authentication-Results` (RFC 8601) and where they
stand among the `Received` lines. Read by authres, from undecoded bytes: nobody else reads these lines so either."""

from __future__ import annotations

import re

import authres

from garant.core.mails import Finding, Trace
from garant.kit.mail_trust import headers_of

#: The policy that a DMARC result tells in a comment, `(p=reject dis=none)`.
_POLICY = re.compile(r"\(\s*p\s*=\s*(none|quarantine|reject)\b", re.IGNORECASE)
_SERVER = re.compile(r"([^\s;()\"]+)\s*(?:[;\s]|\Z)")


def trace_of(raw: bytes) -> Trace:
    """The head's Received lines (None) and results (server and what it found), from the top. A line of results that
    can't be read, or does not begin with its server's name, says nothing and is left out."""
    found: list[tuple[str, tuple[Finding, ...]] | None] = []
    for name, value in headers_of(raw):
        if name == "received":
            found.append(None)
        elif name == "authentication-results" and (told := _told(value.strip())) is not None:
            found.append(told)
    return found


def _told(value: str) -> tuple[str, tuple[Finding, ...]] | None:
    server = _SERVER.match(value)
    try:
        header = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {value}")
    except Exception:  # whatever it stumbles over proves nothing
        return None
    if server is None or server[1].casefold() != str(header.authserv_id).casefold():
        return None
    policy = _POLICY.search(value)
    return server[1], tuple(_finding(one, policy[1].casefold() if policy else "") for one in header.results)


def _finding(result: authres.AuthenticationResult, policy: str) -> Finding:
    """One result; of a property told twice none counts."""
    several: dict[str, list[str]] = {}
    for one in result.properties:
        several.setdefault(f"{one.type}.{one.name}".casefold(), []).append(str(one.value))
    properties = {name: values[0] for name, values in several.items() if len(values) == 1}
    told = properties.get("policy.dmarc", properties.get("policy.published-domain-policy", policy)).casefold()
    return Finding(str(result.method).casefold(), str(result.result).casefold(), properties, told)
