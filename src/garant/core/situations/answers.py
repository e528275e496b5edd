"""Answers to the situations of a fact sheet: due times, refusals, routes and quotas under a programme."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from garant.core.calendars import CalendarError
from garant.core.intake import Admitted, Refused
from garant.core.periods import Period, Step
from garant.core.programmes import Programme
from garant.core.programmes.coverage import Assignment
from garant.core.situations.admissions import (
    covered_24x7,
    decided,
    offered_access,
    refused,
    severity_request,
    standing_request,
)
from garant.core.situations.deliveries import desk_open, due_dates, effective_contact, escalated
from garant.core.situations.quotas import quota
from garant.core.situations.reading import Situation, Unanswerable, read_situation
from garant.core.situations.timelines import Timeline
from garant.core.targets import TargetError
from garant.core.zones import zone

ASKS = ("due", "refuse", "route", "quota")


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes out: the fields of the line, and the steps that explain its due time."""

    fields: Mapping[str, Any]
    steps: tuple[Step, ...] = ()
    zone: str = "UTC"


def answer(ask: Any, plain: Any, programme: Programme) -> Answer:
    """Answer one situation. Raises `Unanswerable` with one line when it can't be answered."""
    if not isinstance(ask, str) or ask not in ASKS:
        raise Unanswerable(f"ask: {str(ask)[:40]!r} is not answered; known: {', '.join(ASKS)}")
    situation = read_situation(plain, programme)
    known: dict[str, Callable[[Programme, Situation], Answer]] = {
        "due": _due, "refuse": _admit, "route": _admit, "quota": _quota,
    }  # fmt: skip
    try:
        return known[ask](programme, situation)
    except (CalendarError, TargetError, OverflowError) as error:
        raise Unanswerable(str(error) or "out of range") from None


def _quota(programme: Programme, situation: Situation) -> Answer:
    return Answer(quota(programme, situation))


def _due(programme: Programme, situation: Situation) -> Answer:
    """The due time of the metric asked, or the due times of a deliverable, or when a new contact takes effect."""
    if situation.deliverable is not None:
        return Answer(due_dates(programme, situation))
    if situation.request == "replace_contact":
        return Answer(effective_contact(programme, situation))
    if situation.request is not None:
        raise Unanswerable(f"request: {situation.request} has no due time")
    timeline = Timeline.of(programme, situation)
    found = decided(programme, situation, timeline)
    if isinstance(found, Refused):
        return Answer({"due": None, "promise": "none", "reason": found.code})
    return promise(timeline)


def promise(timeline: Timeline) -> Answer:
    """The due time of the metric asked as of the last event, why there is none, and the explanation."""
    clock, period = timeline.clock, timeline.period
    promised = "target" if timeline.promised or period is not None else "none"
    due = period.due if period is not None else None
    fields: dict[str, Any] = {
        "due": None if due is None else due.astimezone(zone(zone_of(timeline, period))).isoformat(),
        "promise": promised,
        "reason": None,
    }
    if due is None or _is_over(timeline, period):
        fields |= {"due": None, "reason": _reason(timeline, period, promised)}
    if clock.held is not None:
        fields |= {"state": "held", "held_reason": clock.held}
    return Answer(fields, period.steps if period is not None else (), zone_of(timeline, period))


def _is_over(timeline: Timeline, period: Period | None) -> bool:
    """Whether a follow-up has ended and none is owed: resolved, or answered by a package that promises none."""
    return period is not None and period.ended is not None and timeline.situation.metric != "initial_response"


def _reason(timeline: Timeline, period: Period | None, promised: str) -> str:
    clock = timeline.clock
    if clock.held == "unlisted":
        return "not_authorized_contact"
    if clock.held == "sender":
        return "sender_not_verified"
    if clock.suspended:
        return "not_in_good_standing"
    if promised == "none" or (period is not None and period.ended is not None and not timeline.promised):
        return "no_response_target"
    if clock.state in ("resolved", "closed", "merged"):
        return clock.state
    return "waiting_on_customer" if clock.state == "waiting" else "no_response_yet"


def zone_of(timeline: Timeline, period: Period | None) -> str:
    """The zone to show due times in: that of the counting calendar; for 24x7 that of the vendor's or region's hours."""
    calendar = period.rule.calendar if period is not None else None
    if calendar is not None and not calendar.always_open:
        return calendar.versions[-1].zone
    programme, region = timeline.programme, timeline.programme.regions[timeline.situation.region]
    for spec in programme.calendars.values():
        if spec.plain is not None and not spec.always and not region.calendars and spec.owner == "vendor":
            return programme.calendar(spec.code).versions[-1].zone
    return timeline.situation.customer_zone or "UTC"


def _admit(programme: Programme, situation: Situation) -> Answer:
    """Whether something is admitted, and where it goes."""
    if situation.request == "open_instance":
        return Answer(offered_access(programme, situation))
    if situation.request == "suspend":
        return Answer(standing_request(programme, situation))
    if situation.request == "change_severity":
        return Answer(severity_request(programme, situation))
    if situation.request is not None:
        raise Unanswerable(f"request: {situation.request} is asked as quota")
    if situation.question == "desk_open":
        return Answer(desk_open(programme, situation))
    timeline = None
    if situation.received is not None or situation.events:
        timeline = Timeline.of(programme, situation)
    found = decided(programme, situation, timeline)
    if not isinstance(found, Admitted):
        return Answer({"accepted": False, **refused(found), "due": None})
    return _routed(programme, situation, timeline, found)


def _routed(programme: Programme, situation: Situation, timeline: Timeline | None, found: Admitted) -> Answer:
    """An admitted case: who works it in which language and hours, and its promise. Without an instant of receipt the
    promise is told only when there is none."""
    fields: dict[str, Any] = {"accepted": True, "reason": None}
    if situation.asked_24x7:
        fields |= _coverage(programme, situation)
    if found.language is not None:
        fields["language"] = found.language
    team = assigned(programme, situation, timeline)
    if team is not None:
        fields["to"] = team
    if timeline is None:
        return Answer(fields | _without_promise(programme, situation))
    told = promise(timeline)
    fields |= {key: value for key, value in told.fields.items() if key != "reason" or value}
    if any(event.kind == "check" for event in situation.events):
        fields |= escalated(timeline)
    return Answer(fields, told.steps, told.zone)


def _coverage(programme: Programme, situation: Situation) -> dict[str, Any]:
    """Whether a case that asked for 24x7 gets it (rules 6, 12)."""
    nobody = situation.dedicated_contact is False
    day_and_night = covered_24x7(programme, situation) and not nobody
    return {
        "coverage": "24x7" if day_and_night else "business_hours",
        "reason": "no_dedicated_contact" if nobody else None,
    }


def _without_promise(programme: Programme, situation: Situation) -> dict[str, Any]:
    """That nothing is promised, where that is known without an instant."""
    kind = None if situation.request_type is None else programme.request_type(situation.request_type)
    untargeted = kind is not None and not kind.targets
    return {"due": None, "promise": "none", "reason": "no_response_target"} if untargeted else {}


def assigned(programme: Programme, situation: Situation, timeline: Timeline | None) -> str | None:
    """The team that the first fitting rule of assignment names (rule 31); None when no rule fits."""
    if situation.tier is None:
        return None
    severity = situation.severity or programme.default_severity
    for rule in programme.coverage.assignment:
        if rule.concerns(situation.tier, severity) and _at_that_hour(rule, timeline):
            return rule.team
    return None


def _at_that_hour(rule: Assignment, timeline: Timeline | None) -> bool:
    """Whether a rule's hours hold at the receipt; a rule with hours needs an instant."""
    if rule.inside is None and rule.outside is None:
        return True
    if timeline is None:
        return False
    terms, at = timeline.terms.plain, timeline.opened
    inside = rule.inside is None or terms.calendar(terms.regional(rule.inside)).is_open(at)
    return inside and (rule.outside is None or not terms.calendar(terms.regional(rule.outside)).is_open(at))
