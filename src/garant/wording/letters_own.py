"""A vendor's own words in place of the desk's: filled with what a notice holds, and written out of the desk's words.

Nothing here fails for want of a value: own words that a notice can't fill are left, and the desk's are said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from garant.core.letters import OPTIONAL, SHAPES, Words
from garant.core.placeholders import filled, named
from garant.wording import (
    letters_cases,
    letters_contacts,
    letters_desk,
    letters_escalations,
    letters_mail,
    letters_standing,
)
from garant.wording.letter import Letter, Voice

__all__ = ["in_own_words", "paragraphs", "value_lines", "values"]

#: What a name becomes: a text, or lines that stand below each other.
_Value = str | tuple[str, ...]

#: Names that become something else than the notice's value of the same name.
_SAID: Mapping[str, Callable[[Voice], _Value]] = {
    "due": lambda voice: "" if voice.data.get("held") else voice.when("due"),
    "promise": letters_cases.promise,
    "promised": letters_cases.promised,
    "waiting": letters_cases.waiting,
    "lapses": letters_cases.lapses,
    "answer": letters_cases.proposal_answer,
    "closes": lambda voice: voice.when("closes"),
    "reopen": letters_cases.reopening,
    "what": letters_cases.happened,
    "acknowledge": letters_escalations.acknowledging,
    "cases": letters_escalations.lines,
    "begins": lambda voice: voice.when("from"),
    "ends": lambda voice: voice.when("until"),
    "opens": letters_contacts.opening,
    "since": lambda voice: voice.when("from"),
    "back": letters_contacts.standing_in_until,
    "reason": letters_standing.reason_given,
    "ask": letters_standing.whom_to_ask,
    "left": letters_standing.amount_left,
    "day": lambda voice: voice.day("ends"),
    "when": lambda voice: voice.when("received"),
    "why": letters_mail.why_refused,
    "remedy": letters_desk.mailbox_remedy,
    "said": letters_desk.server_said,
    "seen": letters_desk.last_looked,
    "trouble": letters_desk.last_problem,
}
#: Where a name means something else in one kind.
_SAID_IN: Mapping[tuple[str, str], Callable[[Voice], _Value]] = {
    ("escalations_grouped", "acknowledge"): letters_escalations.earliest,
    ("mailbox_failed", "since"): lambda voice: voice.when("since"),
}


def _value(kind: str, name: str, voice: Voice) -> _Value:
    say = _SAID_IN.get((kind, name)) or _SAID.get(name)
    return say(voice) if say else voice.text(name)


def value_lines(kind: str, voice: Voice) -> Mapping[str, tuple[str, ...]]:
    """Every name of a kind with its lines in one notice; none where the notice has nothing for it."""
    found = {name: _value(kind, name, voice) for name in SHAPES[kind].names}
    return {name: tuple(filter(None, (said,) if isinstance(said, str) else said)) for name, said in found.items()}


def values(kind: str, voice: Voice) -> Mapping[str, str]:
    """Every name of a kind with what it becomes in one notice; empty where the notice has nothing for it."""
    return {name: "\n".join(lines) for name, lines in value_lines(kind, voice).items()}


def paragraphs(body: str) -> list[str]:
    """The paragraphs of own words: a blank line parts them."""
    parts = "\n".join(line.rstrip() for line in body.split("\n")).split("\n\n")
    return [part.strip("\n") for part in parts if part.strip()]


def in_own_words(kind: str, words: Words, voice: Voice, desks: Letter) -> Letter:
    """The letter in a vendor's words; `desks` as it stands when they can't be filled for this notice.

    They can't when a name in them has no value (a case without a due time, say), when the notice's values are broken,
    or when nothing would be left to read.
    """
    if kind not in SHAPES:
        return desks
    try:
        found = values(kind, voice)
    except (KeyError, ValueError, TypeError, LookupError, ArithmeticError):
        return desks
    used = (*named(words.subject), *named(words.body))
    if any(not found.get(name) and name not in OPTIONAL for name in used):
        return desks
    # The text is cut into paragraphs before it is filled: what somebody else wrote makes none.
    told = (filled(each, found).strip() for each in paragraphs(words.body))
    subject, body = " ".join(filled(words.subject, found).split()), tuple(filter(None, told))
    return replace(desks, subject=subject, paragraphs=body) if subject and body else desks
