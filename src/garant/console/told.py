"""Escalations and notices as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.translation import get_language, gettext, ngettext, pgettext

from garant.cases.views import EscalationRow
from garant.console.lines import due_text, short_name
from garant.console.outbox import problem_words, state_words
from garant.console.packages import Names
from garant.console.words import owed, recipient_words
from garant.core.letters import Words
from garant.core.people import Viewer
from garant.core.targets import Rule
from garant.directory.queries import names_of, person
from garant.journal.queries_letters import own_words
from garant.journal.views import NoticeRow
from garant.kit.clocks import ClockState, clock_state
from garant.kit.languages import NAMES
from garant.kit.moments import day_time, duration
from garant.wording.letters import Letter, letter


@dataclass(frozen=True, slots=True)
class Rung:
    """A level that was told: when, and whom."""

    css: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Level:
    """A level as it stands: what follows from it in words, and whether somebody still has to acknowledge it."""

    id: int
    name: str
    text: str
    waits: bool
    late: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One promise with the levels told about it. `settled` is empty while it still owes an answer; `levels` are its
    open ones, the highest first."""

    number: int
    subject: str
    severity: str
    about: str
    clock: ClockState
    steps: tuple[Rung, ...]
    settled: str
    levels: tuple[Level, ...] = ()
    called: bool = False

    @property
    def waiting(self) -> Level | None:
        """The highest level that nobody has acknowledged; None when none waits."""
        return next((level for level in self.levels if level.waits), None)


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


def tabs(counts: Mapping[str, int]) -> list[tuple[str, str, int | None]]:
    """The views of the inbox: code, words, and how many it holds (None: not counted)."""
    words = {
        "mine": gettext("For me"),
        "open": pgettext("escalations", "Open"),
        "unacknowledged": gettext("Not acknowledged"),
        "over": pgettext("escalations", "Over"),
    }
    return [(code, text, counts.get(code)) for code, text in words.items()]


def group(rows: Iterable[EscalationRow], now: datetime, viewer: Viewer, names: Names) -> list[EscalationGroup]:
    """Missed ones first, then near ones and calls, then what is over; each promise once, newest first."""
    promises: dict[tuple[int, str, int], list[EscalationRow]] = {}
    for row in rows:
        promises.setdefault((row.number, row.metric, row.period), []).append(row)
    items = [_item(told, now, viewer.zone, names) for told in promises.values()]
    open_missed = [i for i in items if not i.settled and i.clock.state == "missed"]
    settled = [i for i in items if i.settled]
    rest = [i for i in items if not i.settled and i.clock.state != "missed"]
    found = (
        (gettext("Missed"), gettext("the due time has passed and nobody has answered"), open_missed),
        (gettext("Near"), gettext("most of the working time is used"), [i for i in rest if not i.called]),
        (gettext("Asked for"), gettext("by the customer, or by the age of the case"), [i for i in rest if i.called]),
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
        levels=tuple(level_of(each, now, zone) for each in reversed(rungs)),
        called=all(each.trigger in ("customer", "age") for each in told),
    )


def level_of(row: EscalationRow, now: datetime, zone: str) -> Level:
    """A level as it stands now."""
    waits = row.over_at is None and row.acknowledged_at is None and row.acknowledge_by is not None
    return Level(
        id=row.id,
        name=gettext("Level %(level)s") % {"level": row.level},
        text=standing_of(row, now, zone),
        waits=waits,
        late=waits and row.acknowledge_by is not None and row.acknowledge_by < now,
    )


def standing_of(row: EscalationRow, now: datetime, zone: str) -> str:
    """Who takes care of a level, or by when somebody has to."""
    if row.over_at is not None:
        if row.ended_by is None:
            return gettext("over since %(time)s: the promise has ended") % {"time": short_time(row.over_at, now, zone)}
        said = {"who": row.ended_by.name, "time": short_time(row.over_at, now, zone)}
        return gettext("ended by %(who)s, %(time)s") % said
    if row.acknowledged_at is not None and row.acknowledged_by is not None:
        said = {"who": row.acknowledged_by.name, "time": short_time(row.acknowledged_at, now, zone)}
        return gettext("acknowledged by %(who)s, %(time)s") % said
    if row.acknowledge_by is None:
        return gettext("told, nobody has to acknowledge it")
    time = short_time(row.acknowledge_by, now, zone)
    if row.acknowledge_by < now:
        return gettext("not acknowledged, the limit was %(time)s") % {"time": time}
    left = duration(row.acknowledge_by - now)
    return gettext("to be acknowledged by %(time)s, %(left)s left") % {"time": time, "left": left}


@dataclass(frozen=True, slots=True)
class Detail:
    """One escalation on its own page."""

    level: Level
    item: Item
    facts: tuple[tuple[str, str], ...]
    reason: str


def detail(row: EscalationRow, now: datetime, viewer: Viewer, names: Names) -> Detail:
    """An escalation with everything that is known of it."""
    zone = viewer.zone
    people = ", ".join(each.name for each in row.people) or gettext("nobody to tell")
    if row.caught:
        people = gettext("%(people)s, since nobody answers for %(to)s") % {
            "people": people,
            "to": ", ".join(recipient_words(one) for one in row.roles),
        }
    facts = [
        (gettext("What"), f"{owed(row.metric)}, {trigger_words(row.trigger)}"),
        (gettext("Since"), day_time(row.at, zone)),
        (gettext("Told"), f"{people}, {day_time(row.recorded_at, zone)}"),
        (gettext("Told again"), _times(row.repeats) if row.repeats else ""),
        (gettext("Handed over to"), row.holder.name if row.holder else ""),
        (gettext("Acknowledge by"), day_time(row.acknowledge_by, zone) if row.acknowledge_by else ""),
        (gettext("How it stands"), standing_of(row, now, zone)),
        (gettext("Next level"), day_time(row.next_step, zone) if row.next_step and row.over_at is None else ""),
    ]
    item = _item([row], now, zone, names)
    return Detail(level_of(row, now, zone), item, tuple((name, text) for name, text in facts if text), row.reason)


def _times(count: int) -> str:
    return ngettext("%(n)d time", "%(n)d times", count) % {"n": count}


def _rung(row: EscalationRow, zone: str, now: datetime, *, last: bool) -> Rung:
    told = ", ".join(short_name(each.name) for each in row.people) or gettext("nobody to tell")
    css = "ackd" if row.acknowledged_at is not None else "here" if last and row.ended is None else "told"
    return Rung(
        css=css,
        name=pgettext("trigger", "Later") if _later(row) else trigger_words(row.trigger),
        text=gettext("%(people)s, %(time)s") % {"people": told, "time": short_time(row.at, now, zone)},
    )


def _later(row: EscalationRow) -> bool:
    """Whether a level about a miss was told some time after the due time."""
    return row.trigger == "missed" and row.due is not None and row.at > row.due


def _ahead(told: list[EscalationRow], zone: str, now: datetime, names: Names) -> list[Rung]:
    """The level that will be told next, while the promise still runs: at the due time, or after a wait."""
    row = told[0]
    programme = names.programme(row.rule.package) if row.rule else None
    policy = programme.escalation(row.severity, row.metric) if programme else None
    if policy is None or row.ended or row.due is None:
        return []
    levels = {each.level for each in told}
    left = [step for step in policy.steps if step.on == "miss" and step.level not in levels]
    at_due = [(row.due, step) for step in left if step.after is None and row.due >= now]
    later = [(row.next_step, step) for step in left[:1] if step.after is not None and row.next_step is not None]
    return [
        Rung(
            "",
            trigger_words("miss") if at == row.due else gettext("Level %(level)s") % {"level": step.level},
            gettext("%(people)s, %(time)s") % {"people": names.text(step.name), "time": short_time(at, now, zone)},
        )
        for at, step in (at_due or later)
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


def notice_lines(rows: Sequence[NoticeRow], viewer: Viewer) -> list[NoticeLine]:
    """Notices as lines, in the viewer's language."""
    names = names_of(viewer, {row.person_id for row in rows if row.person_id is not None})
    own = own_words(get_language() or "en")
    return [_line(row, viewer, names, own) for row in rows]


def _line(row: NoticeRow, viewer: Viewer, names: Mapping[int, str], own: Mapping[str, Words]) -> NoticeLine:
    return NoticeLine(
        id=row.id,
        title=letter(row.kind, row.data, viewer.zone, own=own).subject,
        to=names.get(row.person_id, row.address) if row.person_id is not None else row.address,
        language=NAMES.get(row.language, row.language),
        created_at=row.created_at,
        sent_at=row.sent_at,
        problem=problem_words(row.problem),
        number=row.data.get("number"),
        state=state_words(row.state),
        tries=row.attempts,
    )


def read(row: NoticeRow, viewer: Viewer) -> Letter:
    """The message as its receiver reads it: in the language it was written in, in the receiver's zone, and in the
    words that were in force when it was sent."""
    zone = person(viewer, row.person_id).zone if row.person_id is not None else viewer.zone
    with translation.override(row.language):
        return letter(row.kind, row.data, zone, row.language, own_words(row.language, row.sent_at))
