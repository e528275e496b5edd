"""Notices about standing and allotments."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from babel.numbers import format_decimal

from garant.wording.letter import Letter, Voice, Writer


def _own(voice: Voice, subject: str, *paragraphs: str) -> Letter:
    """To the subscriber's people."""
    return Letter(subject, paragraphs, "standing", voice.say("Open the page about standing"))


def reason_given(voice: Voice) -> str:
    """Why somebody suspended the support; empty when no reason was given."""
    return voice.say("The reason given: {reason}", reason=voice.text("reason")) if voice.text("reason") else ""


def whom_to_ask(voice: Voice) -> str:
    """Who answers questions about a suspension."""
    if voice.text("ask"):
        return voice.say("Ask {ask}.", ask=voice.text("ask"))
    return voice.say("The page about standing says why, and whom to ask.")


def _suspended(voice: Voice) -> Letter:
    return _own(
        voice,
        voice.say("Your support is suspended"),
        voice.say("Payments or other obligations of your organisation are not current, so support is suspended."),
        *filter(None, [reason_given(voice)]),
        voice.say(
            "The clocks of your open cases stand still. What you send is kept, and counts from the reinstatement."
        ),
        whom_to_ask(voice),
    )


def _reinstated(voice: Voice) -> Letter:
    return _own(
        voice,
        voice.say("Your support is reinstated"),
        voice.say("The clocks of your cases run again. Cases that were held count from now."),
    )


def _decide(voice: Voice, subject: str, *paragraphs: str) -> Letter:
    """To those who decide, about one subscriber."""
    return Letter(subject, paragraphs, "subscriber", voice.say("Open the subscriber"))


def _suspend_proposed(voice: Voice) -> Letter:
    return _decide(
        voice,
        voice.say("{subscriber}: a suspension is proposed"),
        voice.say("Something has been late for long enough, notice was given and the grace has passed."),
        voice.say("Decide on the page of {subscriber}, with your reason. Until then nothing changes."),
    )


def _reinstate_proposed(voice: Voice) -> Letter:
    return _decide(
        voice,
        voice.say("{subscriber}: nothing is open any more"),
        voice.say("Support for {subscriber} is suspended, and nothing is late. Decide on its page."),
    )


def amount_left(voice: Voice) -> str:
    """What is left of an allotment, as a number of the reader's language."""
    return format_decimal(Decimal(voice.text("left") or "0"), locale=voice.language)


def _ending(voice: Voice) -> Letter:
    """Something of an allotment ends soon; the day is one of the contract's, in no zone."""
    left, day = amount_left(voice), voice.day("ends")
    return Letter(
        voice.say("{name}: {left} left until {day}", left=left, day=day),
        (
            voice.say(
                "Of {name} in contract {reference}, {left} are left. What isn't booked by {day} expires.",
                left=left,
                day=day,
            ),
            voice.say("The statement in the portal shows what was granted, booked and used."),
        ),
        "allotments",
        voice.say("Open the allotments"),
    )


WRITERS: Mapping[str, Writer] = {
    "support_suspended": _suspended,
    "support_reinstated": _reinstated,
    "standing_suspend_proposed": _suspend_proposed,
    "standing_reinstate_proposed": _reinstate_proposed,
    "allotment_ending": _ending,
}
