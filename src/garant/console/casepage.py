"""A case as its page shows it: the clock with its why, the conversation with the clock's events, the side facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext

from garant.cases.views import CallFacts, CaseView, MessageView, PeriodView
from garant.cases.views_files import FileView
from garant.console.packages import Names
from garant.console.words import channel_words, promise_title, state_words
from garant.core.calendars import Segment
from garant.core.periods import Step
from garant.core.targets import Rule
from garant.kit.clocks import ClockState, clock_state
from garant.kit.moments import clock_time, day_time, local, place
from garant.wording.sentences import sentences


@dataclass(frozen=True, slots=True)
class Standing:
    """What a case's clock stands on now: its state, and its running promise if it has one (see kit.clocks)."""

    state: str
    held_reason: str
    due: datetime | None = None
    near_at: datetime | None = None
    missed: bool = False
    waiting: bool = False
    paused: bool = False
    target_seconds: int | None = None
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Hero:
    """The case's next promise for the hero component. `target` None: nothing is owed."""

    state: ClockState
    title: str
    zone: str
    reasons: tuple[str, ...]
    segments: tuple[Segment, ...]
    target: timedelta | None
    footnote: str
    due: datetime | None


def standing_of(view: CaseView) -> Standing:
    """The running promise of a case as the clock component reads it."""
    current = view.current
    if current is None or view.state in ("resolved", "closed", "merged"):
        return Standing(view.state, view.held_reason or "")
    return Standing(
        state=view.state,
        held_reason=view.held_reason or "",
        due=current.due,
        near_at=current.near_at,
        missed=current.missed,
        waiting=current.waiting,
        paused=current.paused,
        target_seconds=current.target_seconds,
        rule=current.rule,
    )


def clock_zone(view: CaseView, period: PeriodView | None) -> str:
    """The zone in which a due time is written: its calendar's; the contract's where the calendar never closes."""
    if period is None or period.rule is None or period.rule.calendar.always_open:
        return view.zone
    return period.rule.calendar.in_force(period.started).zone


def hero(view: CaseView, now: datetime, names: Names) -> Hero:
    """The clock of a case at `now`."""
    standing, current = standing_of(view), view.current
    state = plain(clock_state(standing, now))
    zone = clock_zone(view, current)
    owed = current if state.due is not None else None
    return Hero(
        state=state,
        title=_title(state, current.metric if current else "", standing),
        zone=zone,
        reasons=tuple(reasons(current.steps, zone, names)) if current else (),
        segments=segments(owed.steps) if owed else (),
        target=timedelta(seconds=owed.target_seconds) if owed and owed.target_seconds else None,
        footnote=_footnote(view, current, names),
        due=state.due,
    )


def plain(state: ClockState) -> ClockState:
    """The clock for large letters: whole minutes in the seal, and a capital where words stand instead of a time."""
    left = None if state.left is None else timedelta(minutes=int(state.left / timedelta(minutes=1)))
    return replace(state, left=left, text=state.text if state.due else capfirst(state.text))


def _title(state: ClockState, metric: str, standing: Standing) -> str:
    if state.due is not None:
        return promise_title(metric, state.state)
    return {
        "held": gettext("The clock does not run"),
        "paused": gettext("The clock stands still"),
    }.get(state.state) or (
        gettext("Nothing is owed any more")
        if standing.state in ("resolved", "closed", "merged")
        else gettext("No response target")
    )


def _footnote(view: CaseView, period: PeriodView | None, names: Names) -> str:
    if period is None or period.rule is None:
        return ""
    programme = names.programme(view.package_key)
    return gettext("%(package)s, programme version %(version)s, calendar “%(calendar)s”.") % {
        "package": names.package(view.package_key),
        "version": programme.version if programme else "?",
        "calendar": names.calendar(view.package_key, period.rule.calendar.code),
    }


def segments(steps: Iterable[Step]) -> tuple[Segment, ...]:
    """The stretches of an explanation, as the proof and the ribbon draw them."""
    return tuple(
        Segment(s.values["kind"], s.values["start"], s.values["end"], s.values["counted"], s.values["name"])  # type: ignore[arg-type]
        for s in steps
        if s.code == "segment"
    )


def reasons(steps: Iterable[Step], zone: str, names: Names) -> list[str]:
    """The explanation in sentences, without the stretches that the proof table shows line by line."""
    told = [step for step in steps if step.code not in ("segment", "due")]
    return [capfirst(line) for line in sentences(told, zone=zone, names=names, place=place)]


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the thread."""

    id: int
    kind: str
    by_vendor: bool
    author: str
    label: str
    icon: str
    at: datetime
    paragraphs: tuple[str, ...]
    report: tuple[tuple[str, str], ...] = ()
    call: str = ""
    files: tuple[FileView, ...] = ()
    template: str = "console/parts/message.html"


def said(message: MessageView, zone: str = "UTC", files: Sequence[FileView] = ()) -> Said:
    """A message with the words that keep public and internal apart."""
    label, icon = _manner(message)
    return Said(
        id=message.id,
        kind=message.kind,
        by_vendor=message.by_vendor,
        author=message.author.name if message.author else gettext("Garant"),
        label=label,
        icon=icon,
        at=message.at,
        paragraphs=paragraphs(message.body),
        call=call_text(message.call, zone),
        files=tuple(file for file in files if file.message == message.id),
    )


def call_text(call: CallFacts | None, zone: str) -> str:
    """What is known of a logged call: who called, with whom, when; empty when nothing is."""
    if call is None:
        return ""
    ways = {"in": gettext("they called us"), "out": gettext("we called them")}
    when = day_time(call.at, zone) if call.at else ""
    return ", ".join(part for part in (ways.get(call.direction, ""), call.caller, when) if part)


def _manner(message: MessageView) -> tuple[str, str]:
    if message.kind == "internal":
        return gettext("Internal note, the subscriber never sees this"), "lock"
    if message.kind == "call":
        return gettext("logged call"), "phone"
    if message.kind == "reason":
        return gettext("reason"), "flag"
    return (gettext("public reply"), "send") if message.by_vendor else (channel_words(message.channel), "portal")


def paragraphs(text: str) -> tuple[str, ...]:
    """A text cut at its blank lines."""
    return tuple(part for part in text.replace("\r\n", "\n").split("\n\n") if part.strip())


def report_of(view: CaseView) -> Said:
    """The error report that opened the case, as the thread's first message."""
    fields = (
        (gettext("Steps"), view.steps),
        (gettext("Expected"), view.expected),
        (gettext("Actual"), view.actual),
        (gettext("Environment"), view.environment),
    )
    return Said(
        id=0,
        kind="public",
        by_vendor=False,
        author=view.opened_by.name,
        label=channel_words(view.channel),
        icon="phone" if view.channel == "phone" else "portal",
        at=view.received_at,
        paragraphs=paragraphs(view.description),
        report=tuple((name, text) for name, text in fields if text),
        files=tuple(file for file in view.files if file.message is None),
    )


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """A period in the side panel's history."""

    state: str
    icon: str
    title: str
    text: str
    strong: bool


def period_line(period: PeriodView, view: CaseView, now: datetime) -> PeriodLine:
    """A period as one line: how it ended or stands, since when, until when."""
    clock = clock_state(period, now)
    zone = clock_zone(view, period)
    return PeriodLine(
        state=clock.state,
        icon=clock.icon,
        title=_period_title(period, clock),
        text=_period_text(period, zone, now),
        strong=clock.state in ("met", "missed", "near", "running"),
    )


def _period_title(period: PeriodView, clock: ClockState) -> str:
    if period.waiting and period.ended is None:
        return gettext("Waiting on customer")
    name = gettext("Initial response") if period.metric == "initial_response" else gettext("Follow-up response")
    words = {
        "met": pgettext("period", "met"),
        "missed": pgettext("period", "missed"),
        "near": pgettext("period", "near"),
        "running": pgettext("period", "running"),
        "paused": pgettext("period", "paused"),
        "held": pgettext("period", "held"),
    }.get(clock.state, pgettext("period", "not owed"))
    return gettext("%(name)s: %(state)s") % {"name": name, "state": words}


def _period_text(period: PeriodView, zone: str, now: datetime) -> str:
    if period.due is None:
        if period.ended is None:
            return gettext("since %(start)s, nothing owed") % {"start": day_time(period.started, zone)}
        return gettext("%(start)s – %(end)s, nothing owed") % {
            "start": day_time(period.started, zone),
            "end": day_time(period.ended, zone),
        }
    if period.ended is None:
        return gettext("since %(start)s, due %(due)s") % {
            "start": day_time(period.started, zone),
            "due": day_time(period.due, zone, now),
        }
    return gettext("due %(due)s, answered %(end)s") % {
        "due": day_time(period.due, zone),
        "end": _end(period.due, period.ended, zone),
    }


def _end(due: datetime, ended: datetime, zone: str) -> str:
    same = local(due, zone).date() == local(ended, zone).date()
    return clock_time(ended, zone) if same else day_time(ended, zone)


def local_time(zone: str, now: datetime) -> str:
    """What the subscriber's own clock reads: "Portland, 13:20 there"."""
    return gettext("%(place)s, %(time)s there") % {"place": place(zone), "time": clock_time(now, zone)}


def state_name(view: CaseView) -> str:
    """The case's state in words."""
    return state_words(view.state)


def thread_of(view: CaseView, events: Iterable[Any], zone: str = "UTC") -> list[Any]:
    """Report, messages and clock events in the order in which they happened."""
    items: list[Any] = [report_of(view), *(said(m, zone, view.files) for m in view.messages), *events]
    return sorted(items, key=lambda item: item.at)
