"""Mail that arrived, in words: what became of it, why, and what is shown of it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.html import escape
from django.utils.translation import gettext, ngettext, pgettext

from garant.cases.queries_mail import MailView
from garant.kit.file_types import is_picture, media_type
from garant.wording.sentences import reason as refusal_reason

#: The outcomes in the order in which the page offers them, after what waits.
OUTCOMES = ("case_opened", "reply_added", "held", "quarantined", "refused", "ignored", "stored")


def outcome_words(outcome: str) -> str:
    """An outcome in words; the code itself for an unknown one."""
    return {
        "waiting": pgettext("mail", "Wait for somebody"),
        "case_opened": pgettext("mail", "Opened a case"),
        "reply_added": pgettext("mail", "Joined a case"),
        "held": pgettext("mail", "Held"),
        "quarantined": pgettext("mail", "Quarantined"),
        "refused": pgettext("mail", "Refused"),
        "ignored": pgettext("mail", "Ignored"),
        "stored": pgettext("mail", "Not read yet"),
    }.get(outcome, outcome)


def reason_words(code: str) -> str:
    """Why, as a sentence; what a refusal says where the contract speaks; empty for no reason."""
    if not code:
        return ""
    return _reasons().get(code) or refusal_reason(code)


def _reasons() -> Mapping[str, str]:
    return {
        "confirmed": gettext("Somebody confirmed that the sender wrote it."),
        "adopted": gettext("A contact took it over."),
        "conflict": gettext("It was sent to the address of this case; what it refers to is another case."),
        "internal_note": gettext("Somebody of the staff answered by mail: it is an internal note."),
        "sender": gettext("Nobody vouches for the sender. They were asked at the address on record."),
        "other_sender": gettext("It was sent to the address of a mail that went to somebody else."),
        "unlisted": gettext("The sender may not write for the organisation: a contact can take it over."),
        "standing": gettext("Support is suspended."),
        "bounce": gettext("A delivery report."),
        "complaint": gettext("A complaint about a mail."),
        "automatic_reply": gettext("An automatic reply."),
        "looks_automatic": gettext("It reads like an automatic reply."),
        "to_be_read": gettext("It will be read soon."),
        "bulk": gettext("A mail to many."),
        "loop": gettext("A mail of this desk that came back."),
        "repeated": gettext("The same words about the same case, once more."),
        "discarded": gettext("Somebody of the staff said that it is nothing."),
        "unknown_sender": gettext("Nobody on record has this address."),
        "no_organisation": gettext("The sender belongs to no organisation with a contract."),
        "which_organisation": gettext(
            "The sender is a contact of several organisations; a mail does not say of which."
        ),
        "empty": gettext("Nothing stands in it."),
        "too_large": gettext("It is larger than what is read."),
        "too_slow": gettext("Reading it takes too long."),
        "too_many_parts": gettext("It has too many parts."),
        "unreadable": gettext("It can’t be read."),
        "failed": gettext("Reading it failed. Ask whoever runs Garant to look at the log."),
        "no_sender": gettext("It names no sender."),
        "several_senders": gettext("It names more than one sender."),
        "forged": gettext("The sender’s domain asks that such a mail be refused: it is a forgery."),
        "not_their_case": gettext("It says to answer a case that is not the sender’s."),
        "no_longer_contact": gettext("The sender is no contact any more. The administrators were told."),
        "staff_by_mail": gettext("It bears an address of the staff and may be anybody’s."),
        "too_many": gettext("Too many mails of this sender within an hour."),
        "denied": gettext("Whose address it bears says that they did not write it."),
    }


def mailbox_words(problem: str) -> str:
    """How a mailbox is, in words."""
    return {
        "": pgettext("mailbox", "Works"),
        "password": gettext("The server refuses the user or the password."),
        "folder": gettext("Its folder can’t be used."),
        "away": gettext("The mail server can’t be reached."),
    }.get(problem, gettext("It can’t be read."))


def trust_words(trust: str) -> str:
    """Whether the sender is who they say, in words; empty where nobody looked."""
    return {
        "verified": pgettext("sender", "Verified"),
        "unverified": pgettext("sender", "Not verified"),
        "forged": pgettext("sender", "Forged"),
    }.get(trust, "")


@dataclass(frozen=True, slots=True)
class FileLine:
    """An attachment of a message: its place in it, name, and size in words."""

    number: int
    name: str
    size: str


def files_of(content: Mapping[str, Any]) -> list[FileLine]:
    """The attachments of a message that are none of the pictures inside it."""
    inside = set((content.get("inside") or {}).values())
    return [
        FileLine(number, str(one["name"]), filesizeformat(one["size"]))
        for number, one in enumerate(content.get("files", ()))
        if number not in inside
    ]


def as_page(page: str, inside: Mapping[str, bytes]) -> str:
    """The page that a message brings, as a document of its own with its own pictures in it: it may load nothing, not
    even from here. It was made harmless when it was read (kit.mail_html)."""
    for key, content in inside.items():
        kind = media_type(content)
        if is_picture(kind):
            data = base64.b64encode(content).decode()
            page = page.replace(f'src="cid:{key}"', f'src="data:{kind};base64,{data}"')
    blocked = page.count("data-blocked=")
    told = ngettext(
        "%(count)s picture from elsewhere is not shown.", "%(count)s pictures from elsewhere are not shown.", blocked
    ) % {"count": blocked}
    note = f"<p><em>{escape(told)}</em></p><hr>" if blocked else ""
    return f'<!doctype html><html><head><meta charset="utf-8"></head><body>{note}{page}</body></html>'


def addresses(found: Sequence[Sequence[str]]) -> str:
    """Names and addresses in one line."""
    return ", ".join(f"{name} <{address}>" if name else address for name, address in found)


def facts(view: MailView) -> list[tuple[str, str]]:
    """What the message says about itself, as label and value."""
    content = view.content
    rows = [
        (pgettext("mail", "From"), addresses(content.get("from", ())) or view.row.sender),
        (pgettext("mail", "To"), addresses(content.get("to", ())) or view.recipient),
        (gettext("Cc"), addresses(content.get("cc", ()))),
        (gettext("Asks for answers to"), addresses(content.get("reply_to", ()))),
        (gettext("Mailbox"), view.row.mailbox),
        (gettext("Sender"), trust_words(view.row.trust)),
        (gettext("On record"), view.person or gettext("nobody")),
        (gettext("Size"), filesizeformat(view.row.size)),
    ]
    return [(label, value) for label, value in rows if value]
