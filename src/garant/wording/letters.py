"""Notices as their readers get them: subject, paragraphs and what to open, from codes and values, in one language.

The console shows them in the outbox and the sender mails them: both say the same. A kind that rooms write has its
sentences here (a test walks the code). A link that opens something for whoever holds it stands in the mail alone:
only the sender puts `link` into the values.

A vendor may have words of its own for a kind (core.letters): who shows a letter passes them in, by kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from garant.core.letters import Words
from garant.wording import (
    letters_cases,
    letters_community,
    letters_contacts,
    letters_desk,
    letters_escalations,
    letters_mail,
    letters_standing,
)
from garant.wording.letter import Letter, Voice, Writer
from garant.wording.letters_own import in_own_words

__all__ = ["AREAS", "KINDS", "MANDATORY", "Letter", "answering", "footer", "letter", "part"]

_WRITERS: Mapping[str, Writer] = {
    **letters_cases.WRITERS,
    **letters_escalations.WRITERS,
    **letters_contacts.WRITERS,
    **letters_standing.WRITERS,
    **letters_community.WRITERS,
    **letters_mail.WRITERS,
    **letters_desk.WRITERS,
}
#: What a kind is about: the area's code and its kinds, in the order in which pages show them.
AREAS: Mapping[str, tuple[str, ...]] = {
    "cases": tuple(letters_cases.WRITERS),
    "escalations": tuple(letters_escalations.WRITERS),
    "contacts": tuple(letters_contacts.WRITERS),
    "standing": tuple(letters_standing.WRITERS),
    "community": tuple(letters_community.WRITERS),
    "mail": tuple(letters_mail.WRITERS),
    "desk": tuple(letters_desk.WRITERS),
}
#: Every kind that has sentences.
KINDS = frozenset(_WRITERS) | {"digest"}
#: Kinds that nobody can put off or switch off: promises at stake, access, and what changes somebody's rights.
MANDATORY = frozenset({
    "target_missed", "target_near", "case_escalated", "case_aged", "escalation_repeated", "escalation_handed_over",
    "escalations_grouped", "rota_gap", "sweep_failed", "standing_suspend_proposed",
    "standing_reinstate_proposed", "support_suspended", "support_reinstated", "severity_change_proposed",
    "contact_invited", "contact_named", "contact_removed", "stand_in_named", "stand_in_ended", "digest",
    "password_reset", "security_changed", "plain_mail", "staff_welcome", "mail_refused", "mail_unconfirmed",
    "mail_former_contact", "mail_bounced", "mailbox_failed", "mailbox_silent", "letter_test",
})  # fmt: skip


def letter(
    kind: str, data: Mapping[str, Any], zone: str, language: str | None = None, own: Mapping[str, Words] | None = None
) -> Letter:
    """The notice of a kind, its instants in the reader's zone.

    `language` None: the active one. `own`: the vendor's words in that language, by kind. An unknown kind is named by
    its code alone: its values may not be for reading.
    """
    if kind == "digest":
        return _digest(data, zone, language, own)
    voice = Voice.of(data, zone, language)
    write = _WRITERS.get(kind)
    told = write(voice) if write else Letter(voice.plain(kind), ())
    words = own.get(kind) if own else None
    return told if words is None else in_own_words(kind, words, voice, told)


def _digest(data: Mapping[str, Any], zone: str, language: str | None, own: Mapping[str, Words] | None) -> Letter:
    """Several notices in one: a line for each, with what it says first."""
    voice = Voice.of(data, zone, language)
    items = [item for item in data.get("items", ()) if isinstance(item, Mapping)]
    told = [letter(str(item.get("kind")), item.get("data") or {}, zone, language, own) for item in items]
    lines = tuple(": ".join((each.subject, *each.body[:1])) for each in told)
    return Letter(
        voice.say("Your notices of the day: {count}", count=str(len(items))),
        (voice.say("You asked for these notices once a day."), *lines),
        "cases",
        voice.say("Open the cases"),
    )


def part(kind: str) -> str:
    """The part of the settings page that a kind belongs to: cases, contract or desk; empty for one nobody chooses."""
    if kind in MANDATORY or kind not in KINDS:
        return ""
    return "cases" if kind in letters_cases.WRITERS else "contract"


def answering(language: str, *, staff: bool) -> tuple[str, ...]:
    """What happens to an answer to a mail about a case; for a contact also how a mail names the severity."""
    voice = Voice.of({}, "UTC", language)
    if staff:
        return (voice.say("What you answer to this mail becomes an internal note of the case."),)
    return (
        voice.say("You can answer this mail: your answer is added to the case."),
        voice.say("A line of its own such as “Severity: 2” raises the severity, and chooses it in a mail that is new."),
    )


def suggesting(language: str) -> str:
    """What stands above articles and threads that may answer a case while its writer waits."""
    return Voice.of({}, "UTC", language).say("Perhaps one of these helps meanwhile:")


def footer(language: str) -> tuple[str, str]:
    """What stands under every mail: that nobody wrote it, and where its reader chooses what is mailed."""
    voice = Voice.of({}, "UTC", language)
    return voice.say("This mail was sent automatically."), voice.say("You choose what is mailed to you here:")
