"""Two months of cases for the sample desk: histories of a real log, moved by whole weeks so that they end now.

Whole weeks of the log's own wall clock, so week-ends stay week-ends and office hours office hours. Texts and choices
are in samples/history.yaml; the outcome has the form of the cases of samples/desk.yaml, with instants for `ago`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any
from zoneinfo import ZoneInfo

from garant.core.clocks import Event
from garant.insight.happenings import Inferred, events_of
from garant.insight.logs import read_log
from garant.insight.mapping import read_mapping
from garant.kit.shipped import shipped

#: One case in the form of samples/desk.yaml.
Written = dict[str, Any]

#: No case has more answers than this; the log's longest histories say little more after it.
MOST_ANSWERS = 4
#: What makes a history eventful.
_EVENTFUL = {"severity_change", "reopen"}
#: The least time between two acts on a case: a log may have several in a second.
APART = timedelta(minutes=2)


@dataclass(slots=True)
class Teller:
    """Turns events into acts, with the next sentence of each kind in turn."""

    phrases: Mapping[str, Sequence[str]]
    manager: str
    _next: dict[str, Iterator[str]] = field(default_factory=dict)

    def say(self, kind: str) -> str:
        """The next sentence of a kind, from the first again after the last."""
        return next(self._next.setdefault(kind, cycle(self.phrases[kind])))

    def acts(self, events: Sequence[Event], agent: str, contact: str) -> list[Written]:
        """What happened after the opening, one act an event; an event that changes nothing is left out."""
        found: list[Written] = []
        severity, answers, last = events[0].severity or "", 0, events[0].at
        for event in events[1:]:
            at = max(event.at, last + APART)
            if event.kind == "response":
                answers += 1
                if answers > MOST_ANSWERS:
                    continue
                if answers == 1:
                    found.append({"at": at - APART / 2, "by": self.manager, "assign": agent})
            act = self._act(event, severity, answers, agent, contact)
            if act:
                found.append({"at": at, **act})
                severity, last = event.severity or severity, at
        return found

    def _act(self, event: Event, severity: str, answers: int, agent: str, contact: str) -> Written:
        match event.kind:
            case "response" if event.waiting:
                return {"by": agent, "wait": self.say("ask")}
            case "response":
                return {"by": agent, "reply": self.say("first" if answers == 1 else "update")}
            case "wait":
                return {"by": agent, "wait": self.say("ask")}
            case "customer_update":
                return {"by": contact, "message": self.say("customer")}
            case "resolve":
                return {"by": agent, "resolve": self.say("solved")}
            case "reopen":
                return {"by": contact, "reopen": self.say("reopened")}
            case "close":
                return {"by": contact, "close": True}
            case "severity_change" if event.severity and event.severity < severity:
                return {"by": contact, "raise": event.severity, "reason": self.say("raised")}
            case "severity_change" if event.severity != severity:
                return {"by": agent, "lower": event.severity, "reason": self.say("lowered"), "asked_by": contact}
        return {}


def histories(plan: Mapping[str, Any], contacts: Mapping[str, Sequence[str]], now: datetime) -> list[Written]:
    """The cases of the last weeks up to `now`, each with its subscriber, contact and texts.

    `contacts`: subscriber's name -> names of its contacts. Cases beyond the number of reports are left out.
    """
    mapping = read_mapping(shipped(plan["map"]))
    reports = [json.loads(line) for line in shipped(plan["reports"]).read_text(encoding="utf-8").splitlines()]
    moved = _Moved(plan["this_week"], mapping.zone, now)
    logged: dict[str, list[Event]] = {}
    for case, rows in read_log(shipped(plan["log"]), mapping).cases.items():
        events = moved.events(events_of(rows, mapping, "any", Inferred()))
        if events and events[0].at > now - timedelta(weeks=plan["weeks"]):
            logged[case] = events
    teller = Teller(plan["phrases"], plan["manager"])
    agents, subscribers = cycle(plan["staff"]), cycle(plan["subscribers"])
    turns = {name: cycle(people) for name, people in contacts.items()}
    written = []
    for events, report in zip(_chosen(logged, plan, now), reports, strict=False):
        subscriber, agent = next(subscribers), next(agents)
        contact = next(turns[subscriber])
        about = {"subscriber": subscriber, "contact": contact, **_texts(report)}
        opened = {"at": events[0].at, "severity": events[0].severity}
        written.append({**about, **opened, "then": teller.acts(events, agent, contact)})
    return written


class _Moved:
    """The log's time to this desk's: so many whole weeks later on the log's wall clock, and nothing after now."""

    def __init__(self, this_week: str, zone: ZoneInfo, now: datetime) -> None:
        self.zone, self.now = zone, now
        monday = datetime.fromisoformat(this_week)
        self.by = timedelta(weeks=(now.astimezone(zone).replace(tzinfo=None) - monday) // timedelta(weeks=1))

    def events(self, events: Sequence[Event]) -> list[Event]:
        """The events that have happened by now."""
        moved = [replace(event, at=self._at(event.at)) for event in events]
        return [event for event in moved if event.at <= self.now - timedelta(minutes=15)]

    def _at(self, at: datetime) -> datetime:
        local = at.astimezone(self.zone).replace(tzinfo=None) + self.by
        return local.replace(tzinfo=self.zone).astimezone(UTC)


def _chosen(logged: Mapping[str, list[Event]], plan: Mapping[str, Any], now: datetime) -> list[list[Event]]:
    """The cases that are taken, oldest first: the last week's, and older ones, few of which are still open."""
    order = [logged[case] for case in sorted(logged, key=lambda case: hashlib.sha256(case.encode()).digest())]
    recent = [events for events in order if events[0].at > now - timedelta(days=7)]
    older = [events for events in order if events[0].at <= now - timedelta(days=7)]
    waiting = [events for events in older if events[-1].kind in ("wait", "response") and len(events) > 1]
    over = [events for events in older if events[-1].kind in ("resolve", "close")]
    eventful = [events for events in over if {event.kind for event in events} & _EVENTFUL][: plan["eventful"]]
    calm = [events for events in over if not {event.kind for event in events} & _EVENTFUL]
    older = (waiting[: plan["still_open"]] + eventful + calm)[: plan["older"]]
    taken = recent[: plan["recent"]] + older
    return sorted(taken, key=lambda events: events[0].at)


def _texts(report: Mapping[str, str]) -> Written:
    return {
        "type": "error",
        "subject": report["title"],
        "description": report["actual"],
        "steps": report["steps"],
        "expected": report["expected"],
        "actual": report["actual"],
        "environment": report["environment"],
    }
