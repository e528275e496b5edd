"""A case's journal as sentences, and the entries that stand between the messages as events of its clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from garant.cases.views import CaseView, HistoryRow
from garant.console.told import standing_of, trigger_words
from garant.console.words import owed
from garant.core.instants import parse_instant
from garant.kit.clocks import clock_state
from garant.kit.moments import day_time
from garant.wording.agreed import recreation_name, verification_name


@dataclass(frozen=True, slots=True)
class Fact:
    """One sentence of the history; `note` says when it was written down if that was later."""

    at: datetime
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A fact about the clock, shown between the messages."""

    at: datetime
    state: str
    icon: str
    text: str
    note: str = ""
    strong: bool = False
    template: str = "console/parts/event.html"


def facts_of(view: CaseView, zone: str) -> list[Fact]:
    """Every entry of the case's journal as a sentence, oldest first."""
    return [Fact(row.at, sentence(row, zone)) for row in view.history]


def sentence(row: HistoryRow, zone: str) -> str:
    """One journal entry in words; a kind without words of its own is shown as it is, never hidden."""
    who = row.actor or gettext("Garant")
    return _sentences(who, row.data, zone).get(row.kind) or gettext("%(who)s: %(kind)s") % {
        "who": who,
        "kind": row.kind.replace("_", " "),
    }


def _sentences(who: str, data: Mapping[str, Any], zone: str) -> dict[str, str]:
    said = _filled(who, data, zone)
    texts = {
        "case_opened": gettext("%(who)s opened the case with severity %(severity)s."),
        "response_given": gettext("%(who)s answered."),
        "waiting_set": gettext("%(who)s set the case to wait on the customer."),
        "customer_message_added": gettext("%(who)s wrote."),
        "severity_change_proposed": gettext("%(who)s proposed severity %(severity)s."),
        "severity_proposal_accepted": gettext("%(who)s accepted severity %(severity)s."),
        "severity_proposal_rejected": gettext("%(who)s rejected the proposed severity."),
        "severity_proposal_withdrawn": gettext("%(who)s took the proposed severity back."),
        "severity_proposal_lapsed": gettext("Nobody answered the proposed severity: it lapsed."),
        "report_verified": gettext("%(who)s recorded what the report is: %(verification)s."),
        "reproduction_asked": gettext("%(who)s asked for help to recreate the error."),
        "reproduction_answered": gettext("%(who)s answered a question."),
        "reproduction_recorded": gettext("%(who)s recorded whether the error was recreated: %(outcome)s."),
        "resolution_confirmed": gettext("%(who)s confirmed that it is solved."),
        "resolution_rejected": gettext("%(who)s said that it is not solved."),
        "case_rated": gettext("%(who)s gave %(score)s of 5."),
        "case_linked": gettext("%(who)s linked the case with another one."),
        "case_unlinked": gettext("%(who)s took a link back."),
        "case_followed": gettext("%(who)s let somebody follow the case."),
        "case_unfollowed": gettext("%(who)s ended that somebody follows the case."),
        "case_escalated": gettext("%(who)s called in support management."),
        "closure_announced": gettext("Nobody had written for a while: the closure of the case was announced."),
        "case_absorbed": gettext("Another case was merged into this one."),
        "case_split": gettext("%(who)s split a part off into a case of its own."),
        "severity_changed": gettext("%(who)s changed the severity to %(severity)s."),
        "package_changed": _contract_changed(str(data.get("cause", ""))),
        "case_admitted": gettext("%(who)s admitted the case by exception: its clock began."),
        "support_suspended": gettext("Support was suspended: the clocks stood still."),
        "support_reinstated": gettext("Support was reinstated: the clocks ran on."),
        "case_resolved": gettext("%(who)s resolved the case."),
        "case_reopened": gettext("%(who)s reopened the case."),
        "case_closed": gettext("%(who)s closed the case."),
        "case_merged": gettext("%(who)s merged the case into another one."),
        "case_adopted": gettext("%(who)s adopted the case: its clock began."),
        "case_confirmed": gettext("The sender was confirmed."),
        "note_added": gettext("%(who)s kept an internal note."),
        "case_assigned": gettext("%(who)s gave the case to %(to)s, by the rule “%(rule)s”.")
        if data.get("rule")
        else gettext("%(who)s gave the case to %(to)s."),
        "target_missed": gettext("%(metric)s: the due time passed without an answer."),
        "escalation_told": gettext("%(metric)s: level %(level)s of the escalation policy was told."),
        "escalation_repeated": gettext("%(metric)s: level %(level)s was told again: nobody had acknowledged it."),
        "escalation_acknowledged": gettext("%(who)s acknowledged level %(level)s of the escalation."),
        "escalation_handed_over": gettext("%(who)s handed level %(level)s of the escalation over to %(holder)s."),
        "escalation_ended": gettext("%(who)s de-escalated: level %(levels)s ended."),
        "due_moved": gettext("The calendar was edited: the due time moved to %(due)s."),
    }
    return {kind: text % said for kind, text in texts.items()}


def _contract_changed(cause: str) -> str:
    """What a change of the contract did to the case, by what it was."""
    return {
        "override": gettext("A target of the contract changed."),
        "add_on": gettext("An add-on of the contract changed."),
        "region": gettext("The region of the contract changed."),
        "renewal": gettext("The contract was renewed."),
        "term": gettext("The term of the contract changed."),
        "expiry": gettext("The contract ended: what runs stays, nothing new starts."),
    }.get(cause, gettext("The package of the case changed."))


def _filled(who: str, data: Mapping[str, Any], zone: str) -> dict[str, Any]:
    return {
        "who": who,
        "severity": data.get("severity", ""),
        "level": data.get("level", ""),
        "metric": owed(str(data.get("metric", ""))),
        "to": data.get("assignee_name") or gettext("nobody"),
        "due": _when(data.get("to"), zone),
        "verification": verification_name(str(data.get("verification", ""))),
        "outcome": recreation_name(str(data.get("outcome", ""))),
        "score": data.get("score", ""),
        "holder": data.get("to_name", ""),
        "rule": data.get("rule", ""),
        "levels": ", ".join(str(level) for level in data.get("levels", ())),
    }


def _when(value: Any, zone: str) -> str:
    return day_time(parse_instant(value), zone) if isinstance(value, str) and value else ""


#: Entry kind -> clock state and icon of the event it makes in the thread.
_SHOWN = {
    "waiting_set": ("paused", "paused"),
    "severity_changed": ("running", "flag"),
    "package_changed": ("running", "scroll"),
    "case_admitted": ("running", "running"),
    "support_suspended": ("paused", "paused"),
    "support_reinstated": ("running", "running"),
    "case_resolved": ("met", "met"),
    "case_reopened": ("running", "running"),
    "case_closed": ("none", "lock"),
    "case_merged": ("none", "arrow"),
    "case_adopted": ("running", "running"),
    "case_confirmed": ("running", "running"),
    "due_moved": ("running", "cal"),
}


def events_of(view: CaseView, zone: str) -> list[Event]:
    """The clock's events for the thread: outcomes of periods, and what stopped, started or moved a clock."""
    return [*_outcomes(view, zone), *_changes(view, zone)]


def _changes(view: CaseView, zone: str) -> list[Event]:
    return [Event(row.at, *_SHOWN[row.kind], text=sentence(row, zone)) for row in view.history if row.kind in _SHOWN]


def _outcomes(view: CaseView, zone: str) -> list[Event]:
    """Each answered promise with how early or late it was; each missed one at the instant it fell due."""
    found = []
    for period in view.periods:
        name = gettext("Initial response") if period.metric == "initial_response" else gettext("Follow-up response")
        if period.due is not None and period.missed:
            found.append(
                Event(period.due, "missed", "missed", gettext("%(name)s missed") % {"name": name}, strong=True)
            )
        if period.due is None or period.ended is None or period.how not in ("response", "resolve"):
            continue
        clock = clock_state(period, period.ended)
        note = gettext("%(text)s, it was due %(due)s") % {
            "text": clock.text,
            "due": day_time(period.due, zone),
        }
        title = gettext("%(name)s met") if clock.state == "met" else gettext("%(name)s answered late")
        found.append(Event(period.ended, clock.state, clock.icon, title % {"name": name}, note, strong=True))
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """A level told about this case, for the side panel."""

    state: str
    icon: str
    title: str
    text: str
    id: int = 0
    standing: str = ""


def told_of(view: CaseView, zone: str) -> list[Told]:
    """The levels that were told about the case's promises."""
    found = []
    for row in view.escalations:
        people = ", ".join(each.name for each in row.people) or gettext("nobody to tell")
        state = "near" if row.trigger == "near" else "missed"
        title = gettext("%(metric)s, %(trigger)s") % {
            "metric": owed(row.metric),
            "trigger": trigger_words(row.trigger),
        }
        text = gettext("%(people)s, %(time)s") % {"people": people, "time": day_time(row.at, zone)}
        level = gettext("Level %(level)s") % {"level": row.level}
        stands = f"{level}: {standing_of(row, view.as_of, zone)}"
        found.append(Told(state, state, title, text, row.id, stands))
    return found
