"""Which case a message belongs to: the token in the address that it was sent to decides, else the message it answers.

Never a number in the subject. Whoever writes to a case that they may not see writes to nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from garant.cases.mail_reading import Reading
from garant.cases.models import Case
from garant.cases.models_mail import StoredMail
from garant.cases.models_talk import CaseLink
from garant.cases.scope import visible
from garant.core.people import Viewer
from garant.journal.queries import case_of_message
from garant.kit.mail_tokens import looks_like_reply_address, our_message, read_reply_address

#: How a case's number stands in the subject of an answer.
_NUMBER = re.compile(r"[#\[(]\s*\d{1,18}\s*[\])]?|\bcase \d{4,18}\b", re.IGNORECASE)
#: So many of the newest references are looked up.
_MOST = 20
_DELIVERED = ("delivered-to", "x-original-to", "envelope-to")


@dataclass(frozen=True, slots=True)
class Thread:
    """What a message answers. `case`: the one that it names, whoever may see it; `person`: whose token brought it
    there (None: no token did). `claims`: it says to answer something of ours, whether or not it does. `conflict`: its
    references name another case than its token."""

    case: Case | None = None
    person: int | None = None
    claims: bool = False
    conflict: bool = False

    def seen_by(self, viewer: Viewer) -> bool:
        """Whether the viewer may see the case."""
        return self.case is not None and visible(viewer).filter(pk=self.case.pk).exists()


def thread_of(read: Reading, recipient: str) -> Thread:
    """The case that a message names by its address or by what it answers."""
    addresses = list(_recipients(read, recipient))
    tokens = [found for found in map(read_reply_address, addresses) if found is not None]
    referred = _referred(read)
    claims = referred is not None or any(map(looks_like_reply_address, addresses)) or bool(_NUMBER.search(read.subject))
    if tokens:
        case_id, person = tokens[0]
        conflict = (referred is not None and referred != case_id) or len({case for case, _ in tokens}) > 1
        return Thread(_survivor(case_id), person, claims=True, conflict=conflict)
    return Thread(_survivor(referred) if referred is not None else None, claims=claims)


def _recipients(read: Reading, recipient: str) -> Iterator[str]:
    """The envelope's address first: the others are what the sender says."""
    if recipient:
        yield recipient
    for name in _DELIVERED:
        if value := read.header(name).strip("<> "):
            yield value
    for _name, address in (*read.to, *read.cc):
        yield address


def _referred(read: Reading) -> int | None:
    """The case of the newest of our messages, or of mails that we know, among those that a message refers to."""
    for reference in list(reversed(read.references))[:_MOST]:
        ours = our_message(reference)
        case_id = case_of_message(ours) if ours is not None else None
        if case_id is None:
            earlier = StoredMail.objects.filter(message_id=reference, case__isnull=False, outcome__in=_TAKEN)
            case_id = earlier.order_by("-pk").values_list("case_id", flat=True).first()
        if case_id is not None:
            return case_id
    return None


_TAKEN = ("case_opened", "reply_added")


def _survivor(case_id: int) -> Case | None:
    """The case itself, or the one that it was merged into."""
    for _ in range(_MOST):
        into = CaseLink.objects.filter(case_id=case_id, kind="merged_into").values_list("other_id", flat=True).first()
        if into is None:
            break
        case_id = into
    return Case.objects.filter(pk=case_id).first()
