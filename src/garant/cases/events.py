"""Journal entries of a case, and the events that core replays: one table, read both ways.

Entries that stop or start no clock (notes, assignments, what the sweeper found) have no event and are left out of a
replay. `docs/reference/journal.md` lists every kind with its data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from garant.core.events import Event
from garant.core.instants import parse_instant
from garant.journal.views import EntryView

#: Entry kind -> event kind, for everything that concerns a clock.
CLOCK_KINDS: Mapping[str, str] = {
    "case_opened": "opened",
    "response_given": "response",
    "waiting_set": "wait",
    "customer_message_added": "customer_update",
    "severity_changed": "severity_change",
    "severity_change_proposed": "severity_change_proposed",
    "severity_proposal_accepted": "proposal_accepted",
    "severity_proposal_withdrawn": "proposal_rejected",
    "severity_proposal_rejected": "proposal_rejected",
    "package_changed": "package_change",
    "case_admitted": "reinstate",  # one held case, by exception: its clock starts
    "support_suspended": "suspend",
    "support_reinstated": "reinstate",
    "case_resolved": "resolve",
    "case_reopened": "reopen",
    "case_closed": "close",
    "case_merged": "merge",
    "case_adopted": "adopted",
    "case_confirmed": "confirmed",
    "calendar_checked": "check",
}
ENTRY_KINDS: Mapping[str, str] = {event: entry for entry, event in CLOCK_KINDS.items()}

#: Written by `garant.cases.lateness` when a due time has passed.
MISSED = "target_missed"
#: One level of the escalation policy was told.
TOLD = "escalation_told"
#: A level was told again: nobody had acknowledged it in time.
REPEATED = "escalation_repeated"
#: Somebody takes care of what a level was told about; gives it to somebody else; ends it with a reason.
ACKNOWLEDGED, HANDED_OVER, ENDED = "escalation_acknowledged", "escalation_handed_over", "escalation_ended"
#: Everything about escalations, in the order of a ladder.
ESCALATION_KINDS = (TOLD, REPEATED, ACKNOWLEDGED, HANDED_OVER, ENDED)
#: A due time moved although nobody touched the case (a calendar was edited).
MOVED = "due_moved"

_PLAIN = ("severity", "package", "by", "agreed_by", "held", "ref")
_INSTANTS = ("agreed_at", "lapses_at")


def event_of(entry: EntryView) -> Event | None:
    """The event that an entry stands for; None when it concerns no clock. Raises ValueError on unreadable data."""
    kind = CLOCK_KINDS.get(entry.kind)
    if kind is None:
        return None
    data = entry.data
    fields: dict[str, Any] = {name: data[name] for name in _PLAIN if data.get(name) is not None}
    fields.update({name: parse_instant(data[name]) for name in _INSTANTS if data.get(name) is not None})
    return Event(at=entry.at, kind=kind, waiting=bool(data.get("waiting", False)), **fields)


def events_of(entries: Iterable[EntryView]) -> list[Event]:
    """The events of a case's entries, in the order in which they were written."""
    return [event for entry in entries if (event := event_of(entry)) is not None]


def seen_until(entries: Iterable[EntryView]) -> datetime | None:
    """The last instant at which the case was looked at: its last event, or when a miss was found after it.

    This is the `as_of` under which the cached rows were written; None without any event.
    """
    last: datetime | None = None
    for entry in entries:
        at = entry.at if entry.kind in CLOCK_KINDS else None
        if entry.kind == MISSED:
            at = parse_instant(entry.data["found_at"])
        if at is not None and (last is None or at > last):
            last = at
    return last
