"""Whether a message is from the domain it claims: DKIM signatures, checked on the raw bytes.

The signatures that could prove something are picked out here, with few bytes read; their keys are asked for; the
check itself runs in a process of its own with little time and memory (kit.mail_signatures), since a message may be
made to cost.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from garant.kit.mail_dns import Resolve

#: So many signatures of a message are looked at, in headers of so many bytes.
MOST_SIGNATURES, LONGEST_HEAD, LONGEST_SIGNATURE = 5, 256_000, 10_000
#: Seconds by the clock for all of a message's signatures.
PATIENCE = 20
_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_LABELS = re.compile(r"[A-Za-z0-9._-]{1,200}")


class VerifySettingError(ValueError):
    """GARANT_MAIL_VERIFY can't be used; one line for people."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that could prove something: its place among them, who signed, with what key."""

    index: int
    domain: str
    selector: str

    @property
    def key_name(self) -> str:
        """Where DNS keeps the key."""
        return f"{self.selector}._domainkey.{self.domain}"


def checks_signatures() -> bool:
    """Whether the desk checks DKIM itself (GARANT_MAIL_VERIFY=dkim). Raises VerifySettingError."""
    told = os.environ.get("GARANT_MAIL_VERIFY", "").strip().lower()
    if told not in ("", "no", "dkim"):
        raise VerifySettingError("GARANT_MAIL_VERIFY must be dkim, or nothing")
    return told == "dkim"


def organisation(domain: str) -> str:
    """The domain that an organisation registered, by the public suffix list; "" for what belongs to none.

    A public suffix itself (`co.uk`, `github.io`) is nobody's; one that the list does not know is its last label.
    """
    from publicsuffix2 import get_tld

    name = _ascii(domain)
    if not _DOMAIN.fullmatch(name) or re.fullmatch(r"[0-9.]+", name):
        return ""
    suffix = get_tld(name) or name.rpartition(".")[2]
    if name == suffix or not name.endswith(f".{suffix}"):
        return ""
    return f"{name[: -len(suffix) - 1].rpartition('.')[2]}.{suffix}"


def _ascii(domain: str) -> str:
    name = domain.strip().rstrip(".").casefold()
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


def is_aligned(one: str, other: str) -> bool:
    """Whether two domains are of one organisation (relaxed alignment)."""
    mine = organisation(one)
    return bool(mine) and mine == organisation(other)


def checked(raw: bytes, sender_domain: str, resolve: Resolve) -> frozenset[str]:
    """The domains of the sender's organisation that signed the message as it is; empty: nothing is proved.

    `sender_domain`: of the address in From. `resolve`: the TXT record of a name, or None. Only signatures over the
    whole body, the From header and no second one count; keys in test mode do not.
    """
    signatures = [one for one in _signatures(raw) if is_aligned(one.domain, sender_domain)][:MOST_SIGNATURES]
    keys = {one.index: key for one in signatures if (key := _key(resolve, one.key_name))}
    if not keys:
        return frozenset()
    passed = _verified(raw, keys)
    return frozenset(one.domain for one in signatures if one.index in passed)


def _key(resolve: Resolve, name: str) -> bytes | None:
    """A key that may be believed: there, not withdrawn, and not in test mode."""
    try:
        key = resolve(name)
    except (OSError, ValueError):
        return None
    tags = _tags((key or b"").decode("ascii", "replace"))
    return key if tags.get("p") and "y" not in [flag.strip() for flag in tags.get("t", "").split(":")] else None


def _signatures(raw: bytes) -> Iterator[Signature]:
    """The signatures whose form could prove something, where there is one From."""
    headers = headers_of(raw)
    if sum(name == "from" for name, _ in headers) != 1:
        return
    values = [value for name, value in headers if name == "dkim-signature"]
    for index, value in enumerate(values[:50]):
        tags = _tags(value)
        domain, selector = tags.get("d", "").casefold(), tags.get("s", "")
        named = [one.strip().casefold() for one in tags.get("h", "").split(":")]
        whole = "l" not in tags and "from" in named and tags.get("a") in ("rsa-sha256", "ed25519-sha256")
        if whole and _DOMAIN.fullmatch(domain) and _LABELS.fullmatch(selector):
            yield Signature(index, domain, selector)


def headers_of(raw: bytes) -> list[tuple[str, str]]:
    """Header names in small letters, with their unfolded values; of a head that is not longer than usual ones."""
    head = re.split(rb"\r?\n\r?\n", raw[:LONGEST_HEAD], maxsplit=1)[0]
    found: list[tuple[str, str]] = []
    for line in head.decode("latin-1").replace("\r\n", "\n").split("\n"):
        if line[:1] in (" ", "\t") and found:
            name, value = found[-1]
            if len(value) < LONGEST_SIGNATURE:
                found[-1] = (name, f"{value} {line.strip()}")
        elif ":" in line:
            name, _, value = line.partition(":")
            found.append((name.strip().lower(), value.strip()))
    return found


def _tags(value: str) -> dict[str, str]:
    parts = (part.partition("=") for part in value.split(";"))
    return {name.strip(): text.strip() for name, equals, text in parts if equals}


def _verified(raw: bytes, keys: dict[int, bytes]) -> set[int]:
    """Which signatures hold, found out by a process with limits; none where it fails."""
    told = {str(index): base64.b64encode(key).decode() for index, key in keys.items()}
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH") if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "garant.kit.mail_signatures", json.dumps(told)],
            input=raw, capture_output=True, timeout=PATIENCE, check=False, env=environment,
        )  # fmt: skip
        passed: Any = json.loads(done.stdout) if done.returncode == 0 else []
    except (subprocess.TimeoutExpired, ValueError, OSError):
        return set()
    return {int(index) for index in passed}
