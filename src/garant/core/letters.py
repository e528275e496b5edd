"""A vendor's own words for a notice: which kinds take them, what they may name and what they must not leave out.

Own words are a subject and paragraphs with names in braces (core.placeholders), and nothing else: no conditions, no
language of templates. What depends on the case (whether it waits, when a proposal lapses) is a name that becomes a
whole sentence of the desk's, or nothing. docs/reference/letters.md says what each name becomes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from garant.core.placeholders import named, unknown

__all__ = ["FIXED", "LONGEST_BODY", "LONGEST_SUBJECT", "OPTIONAL", "SHAPES", "Shape", "Words", "missing", "odd"]

LONGEST_SUBJECT, LONGEST_BODY = 200, 5_000


@dataclass(frozen=True, slots=True)
class Words:
    """What stands in place of a notice's subject and paragraphs; a blank line begins a new paragraph."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Shape:
    """What own words of a kind may name. `required`: of each group one has to stand in them, since a letter without it
    would hide what it is there to tell."""

    names: tuple[str, ...]
    required: tuple[tuple[str, ...], ...] = ()


def _shape(names: str, required: str = "") -> Shape:
    """From words: `required` "number due|promised" asks for the number, and for one of the other two."""
    return Shape(tuple(names.split()), tuple(tuple(group.split("|")) for group in required.split()))


_CASE = _shape("number subject", "number")
_LEVEL = _shape("number subject severity level acknowledge", "number acknowledge")
_TARGET = _shape("number subject severity promise due level", "number due")
_STANDING = _shape("subscriber", "subscriber")

#: The kinds whose words are the vendor's to change.
SHAPES: Mapping[str, Shape] = {
    "target_missed": _TARGET,
    "target_near": _TARGET,
    "case_aged": _LEVEL,
    "escalation_repeated": _LEVEL,
    "escalation_handed_over": _LEVEL,
    "escalations_grouped": _shape("count missed cases acknowledge", "cases acknowledge"),
    "rota_gap": _shape("rota begins ends", "rota begins ends"),
    "sweep_failed": _shape("number problem", "number"),
    "case_received": _shape("number subject severity due promised", "number due|promised"),
    "response_given": _shape("number subject waiting", "number waiting"),
    "case_resolved": _CASE,
    "customer_wrote": _shape("number subject severity", "number"),
    "case_escalated": _shape("number subject severity", "number"),
    "escalation_received": _CASE,
    "case_adopted": _CASE,
    "case_merged": _shape("number subject ref", "number ref"),
    "case_split": _shape("number subject ref", "number ref"),
    "reproduction_asked": _CASE,
    "reproduction_answered": _CASE,
    "severity_changed": _shape("number subject severity from", "number severity from"),
    "severity_change_proposed": _shape("number subject severity from lapses", "number severity from lapses"),
    "severity_proposal_lapsed": _shape("number subject severity", "number"),
    "severity_proposal_answered": _shape("number subject severity answer", "number answer"),
    "closure_announced": _shape("number subject closes", "number closes"),
    "case_closed_silent": _shape("number subject reopen", "number reopen"),
    "case_followed": _shape("number subject what", "number what"),
    "contact_named": _shape("organisation name reference opens", "organisation opens"),
    "contact_removed": _shape("organisation name reference since", "organisation since"),
    "stand_in_named": _shape("organisation name reference since back", "organisation since back"),
    "stand_in_ended": _shape("organisation name reference", "organisation"),
    "support_suspended": _shape("reason ask", "reason ask"),
    "support_reinstated": _shape(""),
    "standing_suspend_proposed": _STANDING,
    "standing_reinstate_proposed": _STANDING,
    "allotment_ending": _shape("name left day reference", "name left day"),
    "thread_followed": _shape("subject name", "subject"),
    "thread_mentioned": _shape("subject name", "subject"),
    "mail_refused": _shape("when why", "why"),
    "mail_former_contact": _shape("name when", "name"),
    "mail_bounced": _shape("name number", "name"),
    "mailbox_failed": _shape("mailbox since remedy said", "mailbox since remedy"),
    "mailbox_silent": _shape("mailbox seen trouble", "mailbox seen"),
}
#: The kinds that always say the desk's words: what opens or guards an account, and what is no sentence of the desk.
FIXED = frozenset({
    "password_reset", "staff_welcome", "security_changed", "contact_invited", "mail_unconfirmed", "plain_mail",
    "digest", "letter_test",
})  # fmt: skip
#: Names that become a sentence where there is something to say, and nothing otherwise.
OPTIONAL = frozenset({"waiting", "acknowledge", "lapses", "reopen", "reason", "remedy", "said", "trouble"})


def odd(kind: str, text: str) -> list[str]:
    """The names in braces that nothing fills in a letter of this kind, each once. Raises KeyError for another kind."""
    return unknown(text, SHAPES[kind].names)


def missing(kind: str, words: Words) -> list[tuple[str, ...]]:
    """The groups of names of which the words have none, in the order of the kind's list."""
    found = {*named(words.subject), *named(words.body)}
    return [group for group in SHAPES[kind].required if not found.intersection(group)]
