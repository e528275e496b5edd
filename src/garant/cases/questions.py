"""Who had the last word in a case: only an asked question can be waited on."""

from __future__ import annotations

from collections.abc import Sequence

from garant.journal.views import EntryView

_OURS = frozenset({"response_given", "case_resolved"})
_THEIRS = frozenset({"case_opened", "customer_message_added", "case_reopened"})


def last_word_is_ours(entries: Sequence[EntryView]) -> bool:
    """Whether staff wrote to the customer since the customer last wrote."""
    for entry in reversed(entries):
        if entry.kind in _OURS:
            return True
        if entry.kind in _THEIRS:
            return False
    return False
