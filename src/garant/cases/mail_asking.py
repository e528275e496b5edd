"""What a message asks for: its words, its title, the severity that a line names, the kind of request."""

from __future__ import annotations

import re
from datetime import datetime

from garant.cases.mail_reading import Reading
from garant.contracts import queries as contracts
from garant.core.identity import is_visible
from garant.core.mails import severity_line
from garant.core.people import Viewer
from garant.core.programmes import Programme

LONGEST_SUBJECT, LONGEST_BODY = 200, 100_000
_REPLY = re.compile(r"^\s*((re|aw|antw|sv|rif|rép|r|wg|fwd?|tr|i|rv)\s*(\[\d+\])?\s*[:\uff1a]\s*)+", re.IGNORECASE)


def asked_for(read: Reading, viewer: Viewer, subscriber_id: int, at: datetime) -> tuple[str, str, str]:
    """The text, the severity and the kind of request: what a line of the text asks for, else the programme's own."""
    body = body_of(read)
    held = contracts.contract_of(viewer=viewer, subscriber_id=subscriber_id, at=at)
    if held is None:
        return body, "", "question"
    programme, offered = contracts.programme_of(held.package_key), contracts.severities_of(held.package_key)
    usual = programme.default_severity if programme.default_severity in offered else offered[-1]
    asked, _line, rest = severity_line(body, levels(programme))
    kinds = [one for one in programme.request_types if one.packages is None or held.package in one.packages]
    plain = next((one.code for one in kinds if one.code == "question"), None)
    first = next((one.code for one in kinds if one.severity is not None), "")
    return (rest if is_visible(rest) else body), str(asked or usual), plain or first or "question"


def levels(programme: Programme) -> dict[str, str]:
    """What people may call a severity, in small letters -> its level."""
    return {name.casefold(): one.level for one in programme.severities for name in (one.level, *one.name.values())}


def title_of(read: Reading) -> str:
    """The subject without the marks of a reply; the first words of the text where there is none."""
    title = _REPLY.sub("", read.subject).strip()
    return (title if is_visible(title) else " ".join(body_of(read).split()))[:LONGEST_SUBJECT]


def body_of(read: Reading) -> str:
    """The words of a message; the names of its attachments where it has none."""
    if is_visible(read.shown):
        return read.shown[:LONGEST_BODY]
    names = ", ".join(one["name"] for one in read.attached)
    return names if is_visible(names) else "–"
