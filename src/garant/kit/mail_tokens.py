"""What stands in our mails and is believed when it comes back: the address for answers, the mark against loops, the
link that asks whether somebody wrote.

Each is bound to what it is about and to whom it was sent, by a MAC of the desk's secret key (128 bits and more): none
can be worked out from a case's number.
"""

from __future__ import annotations

import re
from base64 import b32encode
from uuid import UUID

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

__all__ = [
    "asking_token",
    "is_our_mark",
    "leaving_token",
    "looks_like_reply_address",
    "loop_mark",
    "mail_asked_about",
    "notice_left",
    "our_message",
    "read_reply_address",
    "reply_address",
]

#: So long the link in a mail can be followed, in seconds: two weeks.
LINK_LASTS = 14 * 24 * 3600
_ASK, _LEAVE = "garant.mail.ask", "garant.mail.leave"
_MESSAGE = re.compile(r"<?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")
_LOCAL = re.compile(r"^(?P<base>[^+@]{1,40})\+c(?P<case>\d{1,18})-(?P<person>\d{1,18})-(?P<mac>[a-z2-7]{26})$")


def _mac(salt: str, value: str) -> str:
    digest = salted_hmac(f"garant.mail.{salt}", value, algorithm="sha256").digest()[:16]
    return b32encode(digest).rstrip(b"=").decode().lower()


def reply_address(base: str, case_id: int, person_id: int) -> str:
    """The address at which one person answers about one case: `base` is the desk's own, without an extension."""
    local, _, domain = base.partition("@")
    return f"{local}+c{case_id}-{person_id}-{_mac('reply', f'{case_id}/{person_id}')}@{domain}"


def read_reply_address(address: str) -> tuple[int, int] | None:
    """Case and person of an address that this desk made; None for any other."""
    local, _, _domain = address.strip().casefold().rpartition("@")
    found = _LOCAL.match(local)
    if found is None:
        return None
    case_id, person_id = int(found["case"]), int(found["person"])
    if not constant_time_compare(found["mac"], _mac("reply", f"{case_id}/{person_id}")):
        return None
    return case_id, person_id


def looks_like_reply_address(address: str) -> bool:
    """Whether an address has the form of one that we make, whoever made it."""
    return _LOCAL.match(address.strip().casefold().rpartition("@")[0]) is not None


def loop_mark(message_id: UUID) -> str:
    """What each mail of ours bears, so that it is known when it comes back; another desk's mark is not ours."""
    return f"{message_id}.{_mac('loop', str(message_id))}"


def is_our_mark(mark: str) -> bool:
    """Whether a mark is one that this desk set."""
    about, _, mac = mark.strip().partition(".")
    return bool(mac) and constant_time_compare(mac, _mac("loop", about))


def asking_token(mail_id: int, person_id: int) -> str:
    """The token of the link that asks a person whether they wrote a message."""
    return signing.dumps([mail_id, person_id], salt=_ASK, compress=False)


def our_message(message_id: str) -> UUID | None:
    """The message of the outbox that an id could be of, by its form; None for any other."""
    found = _MESSAGE.match(message_id.strip())
    return UUID(found[1]) if found else None


def leaving_token(person_id: int, kind: str) -> str:
    """The token of the link that switches a kind of notice off for its reader. It outlives the mail: nobody who wants
    no more mail should have to sign in."""
    return signing.dumps([person_id, kind], salt=_LEAVE, compress=False)


def notice_left(token: str) -> tuple[int, str] | None:
    """Person and kind of such a token; None for one that is not ours."""
    try:
        person_id, kind = signing.loads(token, salt=_LEAVE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (person_id, kind) if isinstance(person_id, int) and isinstance(kind, str) else None


def mail_asked_about(token: str) -> tuple[int, int] | None:
    """Message and person of such a token; None for one that is not ours, or too old."""
    try:
        mail_id, person_id = signing.loads(token, salt=_ASK, max_age=LINK_LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (mail_id, person_id) if isinstance(mail_id, int) and isinstance(person_id, int) else None
