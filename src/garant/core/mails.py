"""The law of incoming mail: what no person wrote, whether the sender is who they say, and what a line of the text asks.

Pure values, no parsing. Header names are compared without case. Nothing here raises on odd input: a header that can't
be understood proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from garant.core.mail_words import BODIES, SEVERITY, SUBJECTS

Header = tuple[str, str]
#: A domain -> the domain that its owner registered; "" for none, and for a public suffix.
Organisation = Callable[[str], str]

#: Why a message is not a request: what `automatic` answers.
AUTOMATIC = ("bounce", "complaint", "automatic_reply", "bulk", "loop")
#: Whether a sender is who they say: what `trust` answers.
VERIFIED, UNVERIFIED, FORGED = "verified", "unverified", "forged"

_ROBOTS = re.compile(
    r"^(mailer-?daemon|post[-_]?master|mail-daemon|double-bounce|bounces?([+=-].*)?|(do-?)?no-?t?-?reply|donotreply)@",
    re.IGNORECASE,
)
_REPORT = re.compile(r"multipart/report", re.IGNORECASE)
_COMPLAINT = "complaint about message from"
_COMMENT = re.compile(r"\([^()]*\)")
_POLICY = re.compile(
    r"\b(?:p|policy\.(?:dmarc|published-domain-policy))\s*=\s*(none|quarantine|reject)\b", re.IGNORECASE
)
#: So many lines at each end of a text may ask for something.
_ENDS = 8


def values(headers: Sequence[Header], name: str) -> list[str]:
    """Every value of a header, from the top."""
    return [value for key, value in headers if key.lower() == name]


def _first(headers: Sequence[Header], name: str) -> str:
    return next(iter(values(headers, name)), "").strip()


def automatic(
    headers: Sequence[Header], sender: str, subject: str, own: Sequence[str] = (), text: str = "", *, mark: bool = False
) -> str | None:
    """Why a message was written by no person: one of AUTOMATIC; None for a person's.

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
    return "automatic_reply" if answers and BODIES.search(text.strip()[:300]) else None


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


def trust(headers: Sequence[Header], host: str, sender: str, organisation: Organisation, hops: int = 0) -> str:
    """What our own mail server says of the address in From: VERIFIED by DMARC, or by DKIM or SPF of an aligned domain;
    FORGED where the domain's owner asks that such a message be refused; else UNVERIFIED.

    Only Authentication-Results that name `host` are believed, and only above the first Received line that is not among
    `hops`: what stands lower may have come with the message, and anybody can write it. `hops`: how many Received lines
    may stand above results; more than none only where our servers take such results out of what arrives.
    """
    domain = sender.rpartition("@")[2]
    if not host or not domain:
        return UNVERIFIED
    found = [one for value in _ours(headers, hops) for one in _results(value, host)]
    if any(_forged(method, outcome, policy) for method, outcome, _, policy in found):
        return FORGED
    proved = [_proved(method, properties) for method, outcome, properties, _ in found if outcome == "pass"]
    return VERIFIED if any(one and aligned(one, domain, organisation) for one in proved) else UNVERIFIED


def _forged(method: str, outcome: str, policy: str) -> bool:
    """A failed DMARC check counts unless the owner of the domain only watches."""
    return method == "dmarc" and outcome == "fail" and policy != "none"


def _ours(headers: Sequence[Header], hops: int) -> list[str]:
    """The results above the lines that others wrote."""
    found, seen = [], 0
    for name, value in headers:
        if name.lower() == "received":
            seen += 1
            if seen > hops:
                break
        elif name.lower() == "authentication-results":
            found.append(value)
    return found


def _results(value: str, host: str) -> list[tuple[str, str, Mapping[str, str], str]]:
    """Method, outcome, properties and the policy told beside it, of each result of one header of ours."""
    server, _, results = value.partition(";")
    if (_COMMENT.sub(" ", server).split() or [""])[0].casefold() != host.casefold():
        return []
    found: list[tuple[str, str, Mapping[str, str], str]] = []
    for result in results.split(";"):
        policy = _POLICY.search(result)
        words = _COMMENT.sub(" ", result).split()
        method, _, outcome = (words[0] if words else "").partition("=")
        pairs = (word.partition("=") for word in words[1:])
        properties = {name.casefold(): text.strip('"') for name, _, text in pairs}
        told = policy[1].casefold() if policy else ""
        found.append((method.casefold(), outcome.casefold(), properties, told))
    return found


def _proved(method: str, properties: Mapping[str, str]) -> str:
    """The domain that a passed check vouches for; empty for none."""
    return {
        "dmarc": properties.get("header.from", ""),
        "dkim": properties.get("header.d", "") or properties.get("header.i", "").rpartition("@")[2],
        "spf": properties.get("smtp.mailfrom", "").rpartition("@")[2],
    }.get(method, "")


def severity_line(text: str, levels: Mapping[str, str]) -> tuple[str | None, str, str]:
    """The severity that a line near the beginning or the end of a text asks for, that line, and the text without it.

    `levels`: what people call each level, in small letters -> its code. None where no line names one of them: a
    sentence that only speaks of severity asks for nothing, and stays.
    """
    lines = text.split("\n")
    written = [number for number, line in enumerate(lines) if line.strip()]
    for number in dict.fromkeys([*written[:_ENDS], *written[-_ENDS:]]):
        asked = SEVERITY.match(lines[number])
        code = levels.get(asked[1].strip().casefold()) if asked else None
        if code is not None:
            return code, lines[number].strip(), "\n".join([*lines[:number], *lines[number + 1 :]]).strip()
    return None, "", text
