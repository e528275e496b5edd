"""Which handler hears which journal entry. The one table; handlers are idempotent and run after the commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from garant.cases.operations import follow_calendars
from garant.journal.operations import Handler, deliver, seal
from garant.journal.views import EntryView


def move_due_times(entry: EntryView) -> None:
    """A calendar was edited: running periods are counted again on it."""
    follow_calendars()


HANDLERS: Mapping[str, Sequence[Handler]] = {
    "calendar_edited": (move_due_times,),
}

#: Entries handed on, and entries sealed, in one round; rounds repeat until nothing is left.
BATCH = 500


def deliver_all() -> int:
    """Hand every waiting entry to its handlers and seal what was committed; returns how many were delivered."""
    delivered = 0
    while round_ := deliver(HANDLERS, BATCH):
        delivered += round_
    while seal(BATCH) == BATCH:
        pass
    return delivered
