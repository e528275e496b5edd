"""Notices about contacts. The link of an invitation stands in the mail alone."""

from __future__ import annotations

from collections.abc import Mapping

from garant.wording import contacts as words
from garant.wording.letter import Letter, Voice, Writer


def _letter(voice: Voice, subject: str, *paragraphs: str) -> Letter:
    """A letter with a greeting, about the organisation's contacts."""
    told = tuple(text for text in paragraphs if text)
    return Letter(subject, (voice.say("Hello {name},"), *told), "contacts", voice.say("Open the contacts"))


def _invited(voice: Voice) -> Letter:
    role = words.role(voice.text("role"), voice.language)
    purpose = {
        "replace": voice.say("You are to take over the place of a contact."),
        "stand_in": voice.say("You are to stand in for a contact who is away."),
    }.get(voice.text("purpose"), "")
    paragraphs = (
        voice.say("Hello {name},"),
        voice.say("{inviter} invites you.") if voice.data.get("inviter") else "",
        voice.say("You are invited to support for {organisation} as {role}.", role=role),
        purpose,
        voice.say(
            "The invitation can be used once, until {expires}. If you did not expect it, do nothing.",
            expires=voice.when("expires"),
        ),
        "" if voice.data.get("link") else voice.say("The link to accept stands in the mail itself."),
    )
    return Letter(
        voice.say("{organisation}: you are invited as {role}", role=role),
        tuple(text for text in paragraphs if text),
        "link",
        voice.say("Accept the invitation"),
    )


def opening(voice: Voice) -> str:
    """From when on a contact may open cases."""
    since = voice.when("from")
    return (
        voice.say("You may open cases from {since} on.", since=since) if since else voice.say("You may open cases now.")
    )


def _named(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("{organisation}: you are an authorized contact"),
        voice.say("You were named as authorized contact of {organisation}, contract {reference}."),
        opening(voice),
        voice.say("Where the programme asks for training, it must be recorded first."),
    )


def _removed(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("{organisation}: you are no authorized contact any more"),
        voice.say("From {since} on you open no cases under contract {reference} any more.", since=voice.when("from")),
        voice.say("The cases that you opened stay with your organisation."),
    )


def standing_in_until(voice: Voice) -> str:
    """When a stand-in's time ends."""
    until = voice.when("until")
    return voice.say("It ends on {until}.", until=until) if until else voice.say("It ends when the contact is back.")


def _stand_in(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("{organisation}: you stand in for a contact"),
        voice.say(
            "From {since} on you stand in for an authorized contact of contract {reference}.", since=voice.when("from")
        ),
        standing_in_until(voice),
    )


def _back(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("{organisation}: you are the authorized contact again"),
        voice.say("Nobody stands in for you any more. You open cases under contract {reference} again."),
    )


WRITERS: Mapping[str, Writer] = {
    "contact_invited": _invited,
    "contact_named": _named,
    "contact_removed": _removed,
    "stand_in_named": _stand_in,
    "stand_in_ended": _back,
}
