"""Escalations and notices as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext

from garant.cases.views import EscalationRow
from garant.console.lines import due_text, short_name
from garant.console.outbox import problem_words, state_words
from garant.console.packages import Names
from garant.core.people import Viewer
from garant.core.targets import Rule
from garant.directory.queries import person
from garant.journal.views import NoticeRow
from garant.kit.clocks import ClockState, clock_state
from garant.kit.languages import NAMES
from garant.wording.letters import Letter, letter


@dataclass(frozen=True, slots=True)
class Rung:
    """A level that was told: when, and whom."""

    css: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One promise with the levels told about it. `settled` is empty while it still owes an answer."""

    number: int
    subject: str
    severity: str
    about: str
    clock: ClockState
    steps: tuple[Rung, ...]
    settled: str


@dataclass(frozen=True, slots=True)
class EscalationGroup:
    """Promises that stand alike."""

    name: str
    about: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """What the clock component reads of an escalated period."""

    due: datetime | None
    near_at: datetime | None
    ended: datetime | None
    missed: bool
    rule: Rule | None
    how: str = "response"


def group(rows: Iterable[EscalationRow], now: datetime, viewer: Viewer, names: Names) -> list[EscalationGroup]:
    """Missed ones first, then near ones, then those that were answered since; each promise once, newest first."""
    promises: dict[tuple[int, str, int], list[EscalationRow]] = {}
    for row in rows:
        promises.setdefault((row.number, row.metric, row.period), []).append(row)
    items = [_item(told, now, viewer.zone, names) for told in promises.values()]
    open_missed = [i for i in items if not i.settled and i.clock.state == "missed"]
    settled = [i for i in items if i.settled]
    near = [i for i in items if not i.settled and i.clock.state != "missed"]
    found = (
        (gettext("Missed"), gettext("the due time has passed and nobody has answered"), open_missed),
        (gettext("Near"), gettext("most of the working time is used"), near),
        (gettext("Settled"), _settled_about(len(settled)), settled),
    )
    return [EscalationGroup(name, about, tuple(group)) for name, about, group in found if group]


def _settled_about(count: int) -> str:
    return ngettext("%(n)d promise, nothing owed any more", "%(n)d promises, nothing owed any more", count) % {
        "n": count
    }


def _item(told: list[EscalationRow], now: datetime, zone: str, names: Names) -> Item:
    row = told[0]
    rungs = sorted(told, key=lambda each: (each.level, each.at))
    who = row.assignee.name if row.assignee else gettext("Nobody yet")
    near = next((each.at for each in rungs if each.trigger == "near"), None)
    package = names.package(row.rule.package) if row.rule else ""
    return Item(
        number=row.number,
        subject=row.subject,
        severity=row.severity,
        about=", ".join(part for part in (row.subscriber.name, package, who) if part),
        clock=clock_state(Promise(row.due, near, row.ended, row.missed, row.rule), now),
        steps=(*(_rung(each, zone, now, last=each is rungs[-1]) for each in rungs), *_ahead(rungs, zone, now, names)),
        settled=gettext("settled %(time)s") % {"time": short_time(row.ended, now, zone)} if row.ended else "",
    )


def _rung(row: EscalationRow, zone: str, now: datetime, *, last: bool) -> Rung:
    told = ", ".join(short_name(each.name) for each in row.people) or gettext("nobody to tell")
    return Rung(
        css="here" if last and row.ended is None else "told",
        name=trigger_words(row.trigger),
        text=gettext("%(people)s, %(time)s") % {"people": told, "time": short_time(row.at, now, zone)},
    )


def _ahead(told: list[EscalationRow], zone: str, now: datetime, names: Names) -> list[Rung]:
    """The level that will be told at the due time, while the promise still runs towards it."""
    row = told[0]
    programme = names.programme(row.rule.package) if row.rule else None
    policy = programme.escalation(row.severity, row.metric) if programme else None
    if policy is None or row.ended or row.due is None or row.due < now:
        return []
    levels = {each.level for each in told}
    steps = [step for step in policy.steps if step.on == "miss" and step.after is None and step.level not in levels]
    time = short_time(row.due, now, zone)
    return [
        Rung(
            "", trigger_words("miss"), gettext("%(people)s, %(time)s") % {"people": names.text(step.name), "time": time}
        )
        for step in steps
    ]


def short_time(at: datetime, now: datetime, zone: str) -> str:
    """The time alone today, else with its day."""
    return due_text(at, now, zone)


def trigger_words(trigger: str) -> str:
    """At what moment a level is told."""
    return {
        "near": pgettext("trigger", "Near"),
        "miss": pgettext("trigger", "At due"),
        "missed": pgettext("trigger", "At due"),
        "age": pgettext("trigger", "After a while"),
        "customer": pgettext("trigger", "By the customer"),
    }.get(trigger, trigger)


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice in the outbox list. `number`: the case it is about, None when it is about none."""

    id: int
    title: str
    to: str
    language: str
    created_at: datetime
    sent_at: datetime | None
    problem: str
    number: int | None
    state: str
    tries: int


def notice_line(row: NoticeRow, viewer: Viewer) -> NoticeLine:
    """A notice as a line, in the viewer's language."""
    return NoticeLine(
        id=row.id,
        title=letter(row.kind, row.data, viewer.zone).subject,
        to=_to(row, viewer),
        language=NAMES.get(row.language, row.language),
        created_at=row.created_at,
        sent_at=row.sent_at,
        problem=problem_words(row.problem),
        number=row.data.get("number"),
        state=state_words(row.state),
        tries=row.attempts,
    )


def _to(row: NoticeRow, viewer: Viewer) -> str:
    return person(viewer, row.person_id).name if row.person_id is not None else row.address


def read(row: NoticeRow, viewer: Viewer) -> Letter:
    """The message as its receiver reads it: in the language it was written in, in the receiver's zone."""
    zone = person(viewer, row.person_id).zone if row.person_id is not None else viewer.zone
    with translation.override(row.language):
        return letter(row.kind, row.data, zone)
