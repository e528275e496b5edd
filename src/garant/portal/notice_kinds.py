"""The kinds of notices that people choose about, in words, and who gets which."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from garant.wording.letters import KINDS, part

STAFF, MEMBERS = "staff", "members"

#: Kind -> who gets it, and what it tells. In the order of the page.
_TOLD: dict[str, tuple[frozenset[str], str]] = {
    "customer_wrote": (frozenset({STAFF}), gettext_noop("A customer wrote in a case assigned to me")),
    "reproduction_answered": (frozenset({STAFF}), gettext_noop("A contact answered questions that help to recreate")),
    "severity_proposal_answered": (frozenset({STAFF}), gettext_noop("A contact answered a proposed severity")),
    "case_received": (frozenset({MEMBERS}), gettext_noop("A case of mine has arrived")),
    "response_given": (frozenset({MEMBERS}), gettext_noop("Support answered")),
    "reproduction_asked": (frozenset({MEMBERS}), gettext_noop("Support asks how to recreate an error")),
    "severity_changed": (frozenset({MEMBERS}), gettext_noop("The severity of a case was changed")),
    "severity_proposal_lapsed": (
        frozenset({STAFF, MEMBERS}),
        gettext_noop("Nobody answered a proposed severity in time"),
    ),
    "escalation_received": (frozenset({MEMBERS}), gettext_noop("My call for management has arrived")),
    "case_resolved": (frozenset({MEMBERS}), gettext_noop("Support takes a case as solved")),
    "closure_announced": (frozenset({MEMBERS}), gettext_noop("A case will be closed because nobody writes any more")),
    "case_closed_silent": (frozenset({MEMBERS}), gettext_noop("A case was closed after silence")),
    "case_adopted": (frozenset({MEMBERS}), gettext_noop("An authorized contact took over a case that I sent")),
    "case_merged": (frozenset({MEMBERS}), gettext_noop("A case continues in another one")),
    "case_split": (frozenset({MEMBERS}), gettext_noop("A part of a case became a case of its own")),
    "case_followed": (frozenset({STAFF, MEMBERS}), gettext_noop("Something happened in a case I follow")),
    "thread_followed": (
        frozenset({STAFF, MEMBERS}),
        gettext_noop("Somebody wrote in a thread of the community that I follow"),
    ),
    "thread_mentioned": (frozenset({STAFF, MEMBERS}), gettext_noop("Somebody mentions me in the community")),
    "allotment_ending": (frozenset({MEMBERS}), gettext_noop("A part of what was bought expires soon")),
}


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind of notice as the page shows it."""

    code: str
    label: str


def chosen_by(*, staff: bool) -> list[NoticeKind]:
    """The kinds that somebody of this side gets and may put off or switch off, in the order of the page."""
    side = STAFF if staff else MEMBERS
    known = [NoticeKind(code, gettext(text)) for code, (sides, text) in _TOLD.items() if side in sides and part(code)]
    # A kind without words is still offered: nobody should get mail that they can't put off.
    rest = sorted(code for code in KINDS if part(code) and code not in _TOLD)
    return known + [NoticeKind(code, code.replace("_", " ")) for code in rest]


def name_of(code: str) -> str:
    """What a kind tells, in words; the code with spaces where nobody wrote it down."""
    return gettext(_TOLD[code][1]) if code in _TOLD else code.replace("_", " ")


def without_words() -> set[str]:
    """Kinds that people choose about and that the page has no words for; a test keeps it empty."""
    return {code for code in KINDS if part(code)} - set(_TOLD)
