"""Notices about escalations beyond the first telling: again, handed over, on age, and many in one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from garant.wording.letter import Letter, Voice, Writer
from garant.wording.letters_cases import promise


def _letter(voice: Voice, subject: str, *paragraphs: str) -> Letter:
    """A letter that begins with the title of its case and ends with the limit for acknowledging."""
    until = filter(None, [acknowledging(voice)])
    return Letter(subject, (*voice.quoted("subject"), *paragraphs, *until), "case", voice.say("Open the case"))


def acknowledging(voice: Voice) -> str:
    """By when an escalation is to be acknowledged; empty without a limit."""
    limit = voice.when("acknowledge_by")
    return voice.say("Acknowledge it by {limit}.", limit=limit) if limit else ""


def _aged(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number}: open for long"),
        voice.say(
            "Case {number}, severity {severity}, has reached an age at which the escalation policy tells level {level}."
        ),
    )


def _repeated(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number}: still waiting for an acknowledgement"),
        voice.say("Nobody has acknowledged level {level} of the escalation of case {number}, severity {severity}."),
    )


def _handed_over(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number}: an escalation is yours"),
        voice.say("Level {level} of the escalation of case {number}, severity {severity}, was handed over to you."),
    )


def earliest(voice: Voice) -> str:
    """The earliest limit of several escalations; empty without one."""
    limit = voice.when("acknowledge_by")
    return voice.say("The earliest limit for acknowledging one is {limit}.", limit=limit) if limit else ""


def lines(voice: Voice) -> tuple[str, ...]:
    """A line for each promise that is named."""
    return tuple(_line(voice, each) for each in voice.data.get("cases", ()) if isinstance(each, Mapping))


def _grouped(voice: Voice) -> Letter:
    return Letter(
        voice.say("{count} promises need somebody, {missed} of them missed"),
        (
            voice.say("You are told of {count} promises at once; the first of them:"),
            *lines(voice),
            *filter(None, [earliest(voice)]),
        ),
        "escalations",
        voice.say("Open the escalations"),
    )


def _gap(voice: Voice) -> Letter:
    return Letter(
        voice.say("On call, {rota}: nobody answers for a while"),
        (
            voice.say(
                "Nobody is on call on {rota} from {begins} until {ends}. "
                "Plan a turn, or name somebody as its catch-all.",
                begins=voice.when("from"),
                ends=voice.when("until"),
            ),
        ),
        "rotas",
        voice.say("Open the rotas"),
    )


def _line(voice: Voice, told: Mapping[str, Any]) -> str:
    one = Voice(told, voice.zone, voice.language)
    owed = promise(one)
    return {
        "missed": one.say("Case {number}, severity {severity}: {promise} missed, level {level}", promise=owed),
        "near": one.say("Case {number}, severity {severity}: {promise} due soon, level {level}", promise=owed),
        "age": one.say("Case {number}, severity {severity}: open for long, level {level}"),
        "customer": one.say("Case {number}, severity {severity}: escalated by the customer, level {level}"),
    }.get(one.text("trigger"), one.text("number"))


WRITERS: Mapping[str, Writer] = {
    "case_aged": _aged,
    "escalation_repeated": _repeated,
    "escalation_handed_over": _handed_over,
    "escalations_grouped": _grouped,
    "rota_gap": _gap,
}
