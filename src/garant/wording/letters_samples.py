"""Letters about a case that nobody has: for looking at words before anybody gets them, and for beginning own words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from garant.core.letters import SHAPES, Words
from garant.wording.letter import Voice
from garant.wording.letters import letter
from garant.wording.letters_own import value_lines, values

__all__ = ["begun", "examples", "sample"]

#: Values that stand for themselves in a letter: the desk's words show the name where they show the value.
_AS_THEY_STAND = (
    "number", "subject", "severity", "from", "level", "count", "missed", "rota", "ref", "organisation", "mailbox",
    "name", "reference", "subscriber",
)  # fmt: skip
#: An instant that no letter is about, and that looks like nothing else in one.
_FAR = datetime(2047, 3, 9, 7, 53, tzinfo=UTC)


def sample(kind: str, now: datetime, language: str) -> dict[str, Any]:
    """Plausible values of a notice, in a language, seen from an instant."""
    voice = Voice.of({}, "UTC", language)
    title = voice.say("The nightly import drops rows")
    line = {"number": 100234, "severity": "1", "metric": "initial_response", "level": 1, "trigger": "missed"}
    also = {**line, "number": 100231, "severity": "2", "metric": "follow_up", "trigger": "near"}
    plain = {
        "number": 100234, "subject": title, "severity": "2", "from": "3", "level": 1, "count": 4, "missed": 1,
        "metric": "initial_response", "problem": "ValueError", "ref": 100198, "days": 14, "answer": "accepted",
        "what": "response_given", "rota": voice.say("Nights"), "name": "Maren Lindqvist", "organisation": "Aurora Rail",
        "subscriber": "Aurora Rail", "reference": "AUR-2041", "ask": "finance@vendor.example", "left": "1.5",
        "reason": voice.say("An invoice has been open since spring."), "waiting": True, "cases": [line, also],
        "code": "which_organisation", "rule": "", "remedy": "", "mailbox": "support",
    }  # fmt: skip
    if "subject" not in SHAPES[kind].names:
        plain.pop("subject")
    if "remedy" in SHAPES[kind].names:
        plain |= {"code": "password", "problem": "NO [AUTHENTICATIONFAILED] Authentication failed."}
    return {**plain, **_instants(kind, now, timedelta(hours=4)), "ends": (now + timedelta(days=30)).date().isoformat()}


def _instants(kind: str, now: datetime, step: timedelta) -> dict[str, str]:
    """The instants of a notice, each its own; `from` is one where it is no severity."""
    names = ["due", "acknowledge_by", "lapses_at", "closes", "received", "until", "since"]
    names += ["from"] if {"begins", "since", "opens"} & set(SHAPES[kind].names) else []
    at = {name: now + step * (turn + 1) for turn, name in enumerate(names)}
    return {name: each.replace(second=0, microsecond=0).isoformat() for name, each in at.items()}


def examples(kind: str, data: Mapping[str, Any], zone: str, language: str) -> Mapping[str, str]:
    """What each name of a kind becomes with these values."""
    return values(kind, Voice.of(data, zone, language))


def begun(kind: str, language: str) -> Words:
    """The desk's own words as somebody would write them: with the names of the kind where the values stand."""
    stand = [name for name in SHAPES[kind].names if name in _AS_THEY_STAND]
    data = sample(kind, _FAR, language) | {name: f"{{{name}}}" for name in stand} | {"left": "7777.25"}
    told = letter(kind, data, "UTC", language)
    voice = Voice.of(data, "UTC", language)
    lines = value_lines(kind, voice)
    subject = told.subject
    if kind == "severity_proposal_answered":  # the desk's subject says which answer it was: own words have one for both
        subject = voice.say("Case {number}: severity {severity} is answered")
    return Words(_named(subject, lines), _named("\n\n".join(told.paragraphs), lines))


def _named(text: str, lines: Mapping[str, tuple[str, ...]]) -> str:
    """The text with each value replaced by its name, the longest first: one may stand within another."""
    for name, said in sorted(lines.items(), key=lambda each: -len("".join(each[1]))):
        if said and said != (f"{{{name}}}",):
            text = text.replace("\n\n".join(said), f"{{{name}}}")
    return text
