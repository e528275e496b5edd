"""The law of incoming mail: what no person wrote, whether the sender is who they say, and what a line of the text asks.

Pure values, no parsing. Header names are compared without case. Nothing here raises on odd input: a header that can't
be understood proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from garant.core.mail_words import BODIES, SEVERITY, SUBJECTS

Header = tuple[str, str]
#: A domain -> the domain that its owner registered; "" for none, and for a public suffix.
Organisation = Callable[[str], str]

#: Whether a sender is who they say: what `trust` answers.
VERIFIED, UNVERIFIED, FORGED = "verified", "unverified", "forged"

_ROBOTS = re.compile(
    r"^(mailer-?daemon|post[-_]?master|mail-daemon|double-bounce|bounces?([+=-].*)?|(do-?)?no-?t?-?reply|donotreply)@",
    re.IGNORECASE,
)
_REPORT = re.compile(r"multipart/report", re.IGNORECASE)
_COMPLAINT = "complaint about message from"
#: So many lines at each end of a text may ask for something.
_ENDS = 8
#: A longer line asks for nothing.
_LONGEST_LINE = 100


def values(headers: Sequence[Header], name: str) -> list[str]:
    """Every value of a header, from the top."""
    return [value for key, value in headers if key.lower() == name]


def _first(headers: Sequence[Header], name: str) -> str:
    return next(iter(values(headers, name)), "").strip()


def automatic(
    headers: Sequence[Header], sender: str, subject: str, own: Sequence[str] = (), text: str = "", *, mark: bool = False
) -> str | None:
    """Why a message was written by no person: bounce, complaint, loop, automatic_reply, bulk, or looks_automatic where
    only its words say so; None for a person's.

    `sender`: the address in From. `own`: addresses that this desk sends from: what comes from them comes back to it.
    `mark`: the message bears this desk's own signed mark. `text`: what it says; its first lines count only in an
    answer, since a person who begins a request may well say that they are away.
    """
    kind = _first(headers, "content-type").lower()
    if (_REPORT.search(kind) and "feedback-report" in kind) or subject.lower().startswith(_COMPLAINT):
        return "complaint"
    if _is_bounce(headers, kind, sender):
        return "bounce"
    if mark or (sender and sender.casefold() in {one.casefold() for one in own}):
        return "loop"
    return _by_headers(headers) or _by_words(headers, subject, text)


def _by_headers(headers: Sequence[Header]) -> str | None:
    if _first(headers, "auto-submitted").split(";")[0].strip().lower() not in ("", "no"):
        return "automatic_reply"
    if any(_first(headers, name) for name in ("x-autoreply", "x-autorespond", "x-autoresponse", "x-auto-reply-from")):
        return "automatic_reply"
    precedence = _first(headers, "precedence").lower()
    if precedence in ("auto_reply", "auto-reply"):
        return "automatic_reply"
    listed = ("list-id", "list-unsubscribe", "x-mlserver", "x-ml-name")
    if precedence in ("bulk", "junk", "list") or any(_first(headers, name) for name in listed):
        return "bulk"
    return None


def _by_words(headers: Sequence[Header], subject: str, text: str) -> str | None:
    if SUBJECTS.match(subject.strip()):
        return "automatic_reply"
    answers = _first(headers, "in-reply-to") or _first(headers, "references")
    return "looks_automatic" if answers and BODIES.search(text.strip()[:300]) else None


def _is_bounce(headers: Sequence[Header], kind: str, sender: str) -> bool:
    if _REPORT.search(kind) or "message/delivery-status" in kind or "message/disposition-notification" in kind:
        return True
    if _first(headers, "x-failed-recipients") or _ROBOTS.match(sender):
        return True
    return any(value.strip() == "<>" for value in values(headers, "return-path"))


def aligned(one: str, other: str, organisation: Organisation) -> bool:
    """Whether two domains belong to the same owner: those that were registered are the same (RFC 7489, relaxed)."""
    first, second = (organisation(each.casefold().strip(". ")) for each in (one, other))
    return first != "" and first == second


@dataclass(frozen=True, slots=True)
class Finding:
    """What a mail server found out by one method. `properties`: such as `header.from`; `policy`: what a domain's owner
    asks for when DMARC fails, "" where nobody says."""

    method: str
    outcome: str
    properties: Mapping[str, str]
    policy: str = ""


#: From the top: None for a Received line, else the name of a server and what it found.
Trace = Sequence[tuple[str, tuple[Finding, ...]] | None]


def trust(trace: Trace, host: str, sender: str, organisation: Organisation, hops: int = 0) -> str:
    """What our own mail server says of the address in From: VERIFIED by DMARC, or by DKIM or SPF of an aligned domain;
    FORGED where the domain's owner asks that such a message be refused; else UNVERIFIED.

    Only results of `host` are believed, and only above the first Received line that is not among `hops`: what stands
    lower may have come with the message, and anybody can write it. `hops`: how many Received lines may stand above
    results; more than none only where our servers take such results out of what arrives.
    """
    domain = sender.rpartition("@")[2]
    if not host or not domain:
        return UNVERIFIED
    found = _ours(trace, host, hops)
    if any(one.method == "dmarc" and one.outcome == "fail" and one.policy != "none" for one in found):
        return FORGED
    proved = [_proved(one) for one in found if one.outcome == "pass"]
    return VERIFIED if any(one and aligned(one, domain, organisation) for one in proved) else UNVERIFIED


def failed(trace: Trace, host: str, hops: int = 0) -> bool:
    """Whether our own mail server says of any check that it failed: the message is not from where it says."""
    return any(one.outcome in ("fail", "softfail") for one in _ours(trace, host, hops))


def _ours(trace: Trace, host: str, hops: int) -> list[Finding]:
    """What our server found, above the lines that others wrote."""
    found, seen = list[Finding](), 0
    for one in trace:
        if one is None:
            seen += 1
            if seen > hops:
                break
        elif one[0].casefold() == host.casefold():
            found += one[1]
    return found


def _proved(one: Finding) -> str:
    """The domain that a passed check vouches for; empty for none."""
    names = {"dmarc": ("header.from",), "dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom",)}
    value = next((one.properties[name] for name in names.get(one.method, ()) if name in one.properties), "")
    return value.rpartition("@")[2]


def severity_line(text: str, levels: Mapping[str, str]) -> tuple[str | None, str, str]:
    """The severity that a line near the beginning or the end of a text asks for, that line, and the text without it.

    `levels`: what people call each level, in small letters -> its code. None where no line names one of them: a
    sentence that only speaks of severity asks for nothing, and stays.
    """
    lines = text.split("\n")
    written = [number for number, line in enumerate(lines) if line.strip()]
    for number in dict.fromkeys([*written[:_ENDS], *written[-_ENDS:]]):
        line = lines[number].strip()
        asked = SEVERITY.fullmatch(line) if len(line) <= _LONGEST_LINE else None
        code = levels.get(asked[1].strip().casefold()) if asked else None
        if code is not None:
            return code, lines[number].strip(), "\n".join([*lines[:number], *lines[number + 1 :]]).strip()
    return None, "", text
