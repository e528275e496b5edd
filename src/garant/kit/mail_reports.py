"""What a delivery report says: whom a message did not reach, and which message that was (RFC 3464, and older ways)."""

from __future__ import annotations

import email
import re
from collections.abc import Sequence

from garant.kit.mail_charsets import characters, harmless
from garant.kit.mail_headers import as_sent, decoded, message_ids
from garant.kit.mail_parts import Part, head

MOST_RECIPIENTS = 100
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
_STATUS = ("message/delivery-status", "message/global-delivery-status")
_ID_IN_TEXT = re.compile(r"^[>\s]{0,20}Message-ID:[ \t]*(<[^<>\s]{1,300}>)", re.IGNORECASE | re.MULTILINE)
_CODE = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


def report_type(message: Part) -> str:
    """delivery-status, feedback-report (a complaint), disposition-notification (a receipt) or another; "" for none."""
    if message.kind != "multipart/report":
        return ""
    try:
        return str(message.get_param("report-type") or "")[:60].lower()
    except Exception:
        return ""


def failed(message: Part, leaves: Sequence[Part], text: str) -> list[dict[str, str]] | None:
    """Whom the message did not reach: recipient, action, status, diagnostic; empty where a report names nobody or tells
    of no failure (a delay, a delivery). None where the message is no delivery report.

    `text`: its text, which holds the status too where the marks between the parts are broken.
    """
    blocks = [block for leaf in leaves if leaf.kind in _STATUS for block in _blocks(leaf)]
    named = message.header("x-failed-recipients")
    if not blocks and not named and report_type(message) != "delivery-status":
        return None
    found = [entry for entry in map(_entry, blocks or _groups(text)) if entry is not None]
    known = {entry["recipient"].lower() for entry in found}
    others = (_bare(each) for each in as_sent(named).split(","))
    found += [_named(each) for each in others if "@" in each and each.lower() not in known]
    return [entry for entry in found if _is_failure(entry)][:MOST_RECIPIENTS]


def returned_message_id(leaves: Sequence[Part], text: str) -> str:
    """The id of the message that came back: from its copy, or from the text where that holds it; "" if none."""
    for leaf in leaves:
        if leaf.kind in _RETURNED:
            found = message_ids(head(leaf.content()).header("message-id"))
            if found:
                return found[0]
    in_text = _ID_IN_TEXT.search(text)
    return in_text[1] if in_text else ""


def _blocks(leaf: Part) -> list[Part]:
    """The groups of fields of a status part; the first is about the message, the others about a recipient each."""
    return _groups(harmless(characters(leaf.content()[:256_000])))


def _groups(text: str) -> list[Part]:
    groups = [group for group in re.split(r"\n[ \t]*\n", text) if group.strip()]
    return [email.message_from_string(group.strip("\n"), _class=Part) for group in groups[: MOST_RECIPIENTS * 2]]


def _entry(block: Part) -> dict[str, str] | None:
    recipient = _bare(block.header("final-recipient")) or _bare(block.header("original-recipient"))
    if not recipient:
        return None
    return {
        "recipient": recipient,
        "action": as_sent(block.header("action")).split("(")[0].strip().lower()[:40],
        "status": _status(block.header("status")),
        "diagnostic": _without_type(decoded(block.header("diagnostic-code")))[:500],
    }


def _named(recipient: str) -> dict[str, str]:
    return {"recipient": recipient, "action": "failed", "status": "", "diagnostic": ""}


def _is_failure(entry: dict[str, str]) -> bool:
    """A failure by its action; where that is missing by its status or by there being a reason."""
    if entry["action"]:
        return entry["action"].startswith(("fail", "bounce", "expire"))
    return entry["status"].startswith("5") or not entry["status"]


def _status(value: str) -> str:
    found = _CODE.search(as_sent(value))
    return found[0] if found else ""


def _without_type(value: str) -> str:
    """A typed field without its type: `rfc822; a@b` and `smtp; 550 no`."""
    kind, mark, rest = value.partition(";")
    return (rest if mark and re.fullmatch(r"[\w-]{0,40}", kind.strip()) else value).strip()


def _bare(value: str) -> str:
    words = _without_type(as_sent(value)).strip("<> ")
    return (words.split() or [""])[0].strip("<>,")[:254]
