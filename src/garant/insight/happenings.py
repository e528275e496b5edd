"""From the rows of a log to the events of the law, under a mapping.

A log of states repeats the state after every update; a log of events names what happened. Either way the first row
of a case opens it. What had to be inferred is counted in `Inferred`, so that a report can say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from garant.core.clocks import Event
from garant.insight.logs import Row
from garant.insight.mapping import LogMapping

_KINDS = {
    "response": "response",
    "response_and_waiting": "response",
    "waiting": "wait",
    "customer_update": "customer_update",
    "resolved": "resolve",
    "reopened": "reopen",
    "closed": "close",
}
_WAITING = ("waiting", "response_and_waiting")
_OVER = ("resolved", "closed")


@dataclass(slots=True)
class Inferred:
    """How often something was read into a log that does not say it."""

    begun_late: int = 0
    first_changes: int = 0
    waits_left: int = 0
    reopened: int = 0
    closed_unresolved: int = 0
    severity_changes: int = 0


def events_of(rows: Sequence[Row], mapping: LogMapping, package: str, inferred: Inferred) -> list[Event]:
    """The events of one case, in the order of its rows, which must not be empty.

    A severity that the mapping doesn't know is the mapping's default in the first row, and later no change.
    """
    at, _, word, value = rows[0]
    severity = mapping.severities.get(value, mapping.default_severity)
    found = [Event(at, "opened", severity=severity, package=package, by="contact")]
    if mapping.events.get(word, "opened") != "opened":
        inferred.begun_late += 1
    walk = _States(mapping, inferred, found) if mapping.rows == "states" else _Happenings(mapping, found)
    for at, _, word, value in rows:
        now = mapping.severities.get(value, severity)
        if now != severity:
            severity = now
            inferred.severity_changes += 1
            # The log doesn't tell who agreed, so the change counts as agreed when it was logged.
            found.append(Event(at, "severity_change", severity=severity, reason="log"))
        if word in mapping.events:
            walk.take(at, word)
    return found


class _Happenings:
    """A log of events: each row is what its word means."""

    def __init__(self, mapping: LogMapping, found: list[Event]) -> None:
        self.mapping, self.found = mapping, found

    def take(self, at: datetime, word: str) -> None:
        """Add the event of a row, if its word means one."""
        meaning = self.mapping.events[word]
        if meaning in _KINDS:
            self.found.append(Event(at, _KINDS[meaning], waiting=meaning == "response_and_waiting"))


class _States:
    """A log of states: what happened lies in the change from the row before, or in a response state's every row."""

    def __init__(self, mapping: LogMapping, inferred: Inferred, found: list[Event]) -> None:
        self.mapping, self.inferred, self.found = mapping, inferred, found
        self.word: str | None = None
        self.meaning = "opened"
        self.answered = not mapping.first_change_answers

    def take(self, at: datetime, word: str) -> None:
        """Add what a row in this state tells."""
        before, meaning = self.meaning, self.mapping.events[word]
        repeated, self.word, self.meaning = word == self.word, word, meaning
        if meaning in _OVER:
            self._end(at, before, meaning)
        elif before in _OVER:
            self._reopen(at, meaning)
        elif not self.answered and meaning != "opened":
            self.inferred.first_changes += 1
            self._answer(at, waiting=meaning in _WAITING)
        elif meaning == "response":
            self._answer(at)
        elif not repeated:
            self._change(at, before, meaning)

    def _end(self, at: datetime, before: str, meaning: str) -> None:
        self.answered = True
        if before == "closed" or before == meaning:
            self.meaning = before
            return
        self.inferred.closed_unresolved += meaning == "closed" and before != "resolved"
        self._add(at, _KINDS[meaning])

    def _reopen(self, at: datetime, meaning: str) -> None:
        # One row is one thing: a row that reopens in a response state is the reopening and no response.
        self.inferred.reopened += 1
        self._add(at, "reopen")
        if meaning in _WAITING:
            self._add(at, "wait")

    def _answer(self, at: datetime, waiting: bool = False) -> None:
        self.answered = True
        self.found.append(Event(at, "response", waiting=waiting))

    def _change(self, at: datetime, before: str, meaning: str) -> None:
        if meaning == "response_and_waiting":
            self._answer(at, waiting=True)
        elif meaning == "waiting":
            self._add(at, "wait")
        elif meaning == "customer_update":
            self._add(at, "customer_update")
        elif before in _WAITING:
            # Nobody answered, yet nobody waits for the customer any more: the customer must have written.
            self.inferred.waits_left += 1
            self._add(at, "customer_update")

    def _add(self, at: datetime, kind: str) -> None:
        self.found.append(Event(at, kind))
