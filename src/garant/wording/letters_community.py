"""Notices about threads of the community. They say who wrote, by the name shown there, and where; never the text."""

from __future__ import annotations

from collections.abc import Mapping

from garant.wording.letter import Letter, Voice, Writer


def _followed(voice: Voice) -> Letter:
    return Letter(
        voice.say("New in “{subject}”"),
        (
            voice.say("{name} wrote in a thread of the community that you follow: {subject}."),
            voice.say("On the page of the thread you stop following it."),
        ),
        "thread",
        voice.say("Open the thread"),
    )


def _mentioned(voice: Voice) -> Letter:
    return Letter(
        voice.say("{name} mentions you in “{subject}”"),
        (voice.say("{name} mentions you in a thread of the community: {subject}."),),
        "thread",
        voice.say("Open the thread"),
    )


WRITERS: Mapping[str, Writer] = {"thread_followed": _followed, "thread_mentioned": _mentioned}
