"""Notices about mail that arrived: what became of it, and whether its reader wrote it. None repeats what it says."""

from __future__ import annotations

from collections.abc import Mapping

from garant.core.refusals import Refusal
from garant.wording.letter import Letter, Voice, Writer
from garant.wording.sentences import refusal_lines


def why_refused(voice: Voice) -> tuple[str, ...]:
    """Why a mail became no request, and the way out."""
    return tuple(refusal_lines(Refusal(voice.text("code"), voice.text("rule"), voice.text("remedy")), voice.language))


def _refused(voice: Voice) -> Letter:
    return Letter(
        voice.say("Your mail could not be taken as a request"),
        (
            voice.say("Your mail that reached us on {when} was not taken as a request.", when=voice.when("received")),
            *why_refused(voice),
        ),
    )


def _unconfirmed(voice: Voice) -> Letter:
    return Letter(
        voice.say("Did you write to us?"),
        (
            voice.say(
                "On {when} a mail reached us with your address. We can't tell whether it comes from you.",
                when=voice.when("received"),
            ),
            voice.say("Open the page and say so. If it is yours, it counts from the instant at which it reached us."),
            voice.say("If you didn't write to us, say that there: nothing is done in your name."),
            *(() if voice.data.get("link") else (voice.say("The link stands in the mail itself."),)),
        ),
        "link",
        voice.say("Say whether it is yours"),
    )


def _former(voice: Voice) -> Letter:
    return Letter(
        voice.say("A former contact has written to us"),
        (
            voice.say(
                "On {when} {name} answered one of your cases by mail, and is no contact of yours any more.",
                when=voice.when("received"),
            ),
            voice.say("Nothing was changed in the case. If {name} should write for you, name them as contact again."),
        ),
        "contacts",
        voice.say("Open the contacts"),
    )


def _bounced(voice: Voice) -> Letter:
    return Letter(
        voice.say("A call for help came back"),
        (
            voice.say("A mail that called {name} to case {number} came back: their address takes no mail."),
            voice.say("See to it that somebody else looks at the case."),
        ),
        "case" if voice.data.get("number") else "escalations",
        voice.say("Open the case") if voice.data.get("number") else voice.say("Open the escalations"),
    )


WRITERS: Mapping[str, Writer] = {
    "mail_refused": _refused,
    "mail_unconfirmed": _unconfirmed,
    "mail_former_contact": _former,
    "mail_bounced": _bounced,
}
