"""Notices about escalations, few and quiet: one for each person and promise, and one for all of them when many come
at once, as they do where severe cases miss often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from garant.cases.ladders import trigger_of
from garant.cases.models import Case, Period
from garant.cases.policies import Recipients
from garant.journal.operations_notices import NewNotice, put_notices

#: More promises than this in one sweep make one notice for their reader.
GROUP_ABOVE = 3
#: Cases that a grouped notice names; the rest is counted.
NAMED = 10
_KINDS = {"customer": "case_escalated", "age": "case_aged"}


@dataclass(frozen=True, slots=True)
class Message:
    """One level told to some people about a period of a case. `again`: how often it was told before; 0: the first time.

    `kind` None: by the trigger. `event`: the journal's entry that it is about, for what may happen several times.
    """

    case: Case
    period: Period
    level: int
    on: str
    at: datetime
    people: Sequence[int]
    roles: Sequence[str] = ()
    again: int = 0
    acknowledge_by: datetime | None = None
    kind: str | None = None
    event: int | None = None

    @property
    def key(self) -> str:
        """What the message is about: the same level told twice in the same way is one message."""
        repeated = f":again:{self.again}" if self.again else ""
        event = "" if self.event is None else f":entry:{self.event}"
        return f"{self.period.pk}:{self.level}{repeated}{event}"


def announce(messages: Sequence[Message], recipients: Recipients) -> None:
    """Put the notices of one sweep, or of one act, into the outbox: of several levels about one promise a reader is
    told the highest, and of more than `GROUP_ABOVE` promises their number and the first ones."""
    by_person: dict[int, dict[int, Message]] = {}
    for message in messages:
        for person in message.people:
            mine = by_person.setdefault(person, {})
            before = mine.get(message.period.pk)
            if before is None or message.level > before.level:
                mine[message.period.pk] = message
    put_notices(
        [n for person, mine in by_person.items() for n in _notices_for(person, list(mine.values()), recipients)]
    )


def _notices_for(person: int, messages: Sequence[Message], recipients: Recipients) -> Iterable[NewNotice]:
    language = recipients.language(person)
    if len(messages) > GROUP_ABOVE:
        yield _grouped(person, language, messages)
        return
    for message in messages:
        yield NewNotice(
            once=f"escalation:{message.key}:{person}",
            kind=_kind(message),
            person_id=person,
            language=language,
            subject=("case", message.case.pk),
            subscriber_id=message.case.subscriber_id,
            data=_values(message),
        )


def _kind(message: Message) -> str:
    if message.kind is not None:
        return message.kind
    return "escalation_repeated" if message.again else _KINDS.get(message.on, f"target_{trigger_of(message.on)}")


def _values(message: Message) -> dict[str, Any]:
    period, limit = message.period, message.acknowledge_by
    return {
        **_line(message),
        "period": period.number,
        "roles": list(message.roles),
        "due": period.due.isoformat() if period.due else None,
        "at": message.at.isoformat(),
        **({} if limit is None else {"acknowledge_by": limit.isoformat()}),
    }


def _line(message: Message) -> Mapping[str, Any]:
    return {
        "number": message.case.number,
        "subject": message.case.subject,
        "severity": message.period.severity,
        "metric": message.period.metric,
        "level": message.level,
        "trigger": trigger_of(message.on),
    }


def _grouped(person: int, language: str, messages: Sequence[Message]) -> NewNotice:
    """One notice for many; it belongs to no subscriber, since it may be about several."""
    limits = [each.acknowledge_by for each in messages if each.acknowledge_by is not None]
    worst = sorted(messages, key=lambda each: (each.on != "miss", -each.level, each.at))
    return NewNotice(
        # Each level is told once, so the first one names the group.
        once=f"escalations:{messages[0].key}:{person}",
        kind="escalations_grouped",
        person_id=person,
        language=language,
        subject=("person", person),
        subscriber_id=None,
        data={
            "count": len(messages),
            "missed": sum(each.on == "miss" for each in messages),
            "cases": [dict(_line(each)) for each in worst[:NAMED]],
            **({"acknowledge_by": min(limits).isoformat()} if limits else {}),
        },
    )
