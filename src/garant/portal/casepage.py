"""What stands on a case's page for its subscriber: clock, conversation, promises kept and missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext, pgettext

from garant.cases.views_files import FileView
from garant.contracts.queries import programme_of
from garant.core.people import Viewer
from garant.core.programmes import said
from garant.kit import moments
from garant.kit.clocks import ClockState, clock_state
from garant.portal.lists import waiting_on_you
from garant.portal.words import event_text, metric_name, reasons, state_name


@dataclass(frozen=True, slots=True)
class Entry:
    """A message or a fact in the conversation. `event`: a fact, one quiet line."""

    event: bool
    at: datetime
    text: str
    who: str = ""
    tag: str = ""
    by_vendor: bool = False
    files: tuple[FileView, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """A period in the side column."""

    clock: ClockState
    title: str
    text: str


def case_page(case: Any, viewer: Viewer, now: datetime, language: str) -> dict[str, Any]:
    """The page's values from a case (cases.queries.CaseView), which holds nothing that this viewer may not see."""
    document = programme_of(case.package_key)
    current = case.current
    clock = _clock(case, current, now)
    return {
        "case": case,
        "now": now,
        "state": state_name(case.state, case.held_reason),
        "clock": clock,
        "current": current,
        "clock_title": _title(current, clock),
        "target": timedelta(seconds=current.target_seconds) if current and current.target_seconds else None,
        "reasons": reasons(current.steps, case.zone, document, language) if current else (),
        "reader_zone": viewer.zone,
        "description": "" if case.description == case.actual else case.description,
        "report": _report(case),
        "report_files": [file for file in case.files if file.message is None],
        "thread": _thread(case),
        "periods": [_kept(period, viewer, now) for period in reversed(case.periods)],
        "severity_name": said(document.severity(case.severity).name, language),
        "package_name": said(document.package(case.package).name, language),
    }


def _clock(case: Any, current: Any, now: datetime) -> ClockState | None:
    if case.state in ("resolved", "closed", "merged"):
        return None
    if case.state == "held" or current is None:
        return clock_state(case, now)
    return waiting_on_you(clock_state(current, now), current)


def _title(current: Any, clock: ClockState | None) -> str:
    if current is None or clock is None or clock.state == "held":
        return gettext("Next answer")
    name = metric_name(current.metric)
    if clock.state == "missed":
        return gettext("Missed: %(promise)s") % {"promise": name}
    return name


def _report(case: Any) -> list[tuple[str, str]]:
    parts = (
        (gettext("Steps"), case.steps),
        (gettext("Expected"), case.expected),
        (gettext("Actual"), case.actual),
        (gettext("Environment"), case.environment),
    )
    return [(label, text) for label, text in parts if text]


def _thread(case: Any) -> list[Entry]:
    entries = [_said(message, case.files) for message in case.messages if not message.internal]
    for row in case.history:
        text = event_text(row)
        if text:
            entries.append(Entry(True, row.at, text))
    return sorted(entries, key=lambda entry: entry.at)


def _said(message: Any, files: tuple[FileView, ...]) -> Entry:
    tags = {"call": gettext("by phone"), "reason": pgettext("message", "reason")}
    who = message.author.name if message.author else gettext("Support")
    tag = tags.get(message.kind, pgettext("message", "support") if message.by_vendor else "")
    own = tuple(file for file in files if file.message == message.id)
    return Entry(False, message.at, message.body, who, tag, message.by_vendor, own)


def _kept(period: Any, viewer: Viewer, now: datetime) -> Kept:
    clock = waiting_on_you(clock_state(period, now), period)
    if period.due is None:
        return Kept(clock, metric_name(period.metric), clock.text)
    words = {"due": moments.day_time(period.due, viewer.zone), "clock": clock.text}
    return Kept(clock, metric_name(period.metric), gettext("due %(due)s: %(clock)s") % words)
