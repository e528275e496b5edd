"""Dates beside those of a case: deliverables, new contacts, opening hours, escalations owed (rules 20, 30, 33)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from garant.core.deliverables import due_in_week
from garant.core.escalations import MISS, Rung, owed
from garant.core.programmes import Programme
from garant.core.programmes.entrance import takes_effect
from garant.core.situations.reading import Situation, Unanswerable
from garant.core.situations.timelines import Timeline
from garant.core.zones import zone


def due_dates(programme: Programme, situation: Situation) -> dict[str, Any]:
    """The due times of a deliverable in the weeks asked; none where the package does not include it."""
    if situation.tier is None or situation.deliverable is None:
        raise Unanswerable("tier is missing")
    if not situation.weeks:
        raise Unanswerable("weeks is missing")
    deliverable = programme.deliverable(situation.deliverable)
    if not programme.rows(situation.tier, situation.region).get(deliverable.row):
        return {"due_dates": [], "promise": "none", "reason": "not_in_tier"}
    terms = programme.terms(situation.region, customer_zone=situation.customer_zone)
    calendar = terms.calendar(terms.regional(deliverable.calendar))
    shown = zone(calendar.versions[-1].zone)
    dates = [
        due_in_week(calendar, week, deliverable.weekday, deliverable.at, deliverable.when_closed)
        for week in situation.weeks
    ]
    return {"due_dates": [date.astimezone(shown).isoformat() for date in dates]}


def effective_contact(programme: Programme, situation: Situation) -> dict[str, Any]:
    """When a contact who was announced takes effect (rule 20)."""
    if situation.notice is None:
        raise Unanswerable("notice is missing")
    terms = programme.terms(situation.region, customer_zone=situation.customer_zone)
    return {"effective": takes_effect(terms, situation.notice).isoformat()}


def desk_open(programme: Programme, situation: Situation) -> dict[str, Any]:
    """Whether the desk is open at an instant: by the calendar that the package's targets count on."""
    if situation.tier is None or situation.at is None:
        raise Unanswerable("tier and at are needed")
    terms = programme.terms(situation.region, customer_zone=situation.customer_zone)
    level = programme.package(situation.tier).severities[-1]
    target = programme.target(situation.tier, situation.region, level, situation.metric)
    if target is None:
        raise Unanswerable(f"no calendar for {situation.metric}")
    calendar = terms.calendar(target.calendar)
    shown = zone(calendar.versions[-1].zone)
    return {
        "open": calendar.is_open(situation.at),
        "next_open": calendar.next_open(situation.at).astimezone(shown).isoformat(),
    }


def escalated(timeline: Timeline) -> dict[str, Any]:
    """How many escalations of missed periods are owed, however often somebody checked."""
    policy = timeline.programme.escalation(timeline.clock.severity, timeline.situation.metric)
    period = timeline.period
    if policy is None or period is None:
        return {"escalations": 0}
    ladder = [Rung(step.level, MISS, after=_after(timeline, step.after)) for step in policy.steps if step.on == MISS]
    told = owed(period, ladder, timeline.clock.as_of)
    return {"escalations": len(told), "at_due": told[0].at.isoformat() if told else None}


def _after(timeline: Timeline, wait: Any) -> timedelta:
    """How long after the due time a step comes, in real time."""
    period = timeline.period
    if wait is None or period is None or period.due is None:
        return timedelta(0)
    return timeline.terms.plain.after(period.due, wait) - period.due
