"""May this be asked at all: admission of cases by the law's intake, access to an instance, suspension (rules 13-34)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from garant.core.intake import (
    Admitted,
    Conditions,
    ContractTerm,
    Held,
    Refused,
    Request,
    Sender,
    admit,
    change_severity,
)
from garant.core.programmes import Programme, ProgrammeTerms
from garant.core.programmes.entrance import conditions
from garant.core.situations.reading import Situation, Unanswerable
from garant.core.situations.timelines import Timeline, opening_severity
from garant.core.standing import GOOD, SUSPENDED

Refusal = dict[str, Any]

#: Sheets ask about programmes, not about one contract's dates: the contract runs.
_RUNNING = ContractTerm("UTC", date.min)
#: Words for a named contact, whatever else is said of them.
_NAMED = (None, "authorized_contact", "contact", "untrained", "unverified", "incoming")
_A_WHILE = timedelta(days=1)


def refused(found: Held | Refused) -> Refusal:
    """Why a case is refused or held, with what is offered instead, as a sheet has it."""
    if isinstance(found, Held):
        return {"reason": found.code, "state": "held", "held_reason": found.reason}
    fields: Refusal = {"reason": found.code, **found.values}
    if found.offered:
        fields["offer"] = list(found.offered)
    if found.code == "severity_not_in_tier":
        fields["highest"] = found.offered[0] if found.offered else None
    when = found.values.get("next_open")
    if isinstance(when, datetime):
        fields["next_open"] = when.isoformat()
    return fields


def decided(programme: Programme, situation: Situation, timeline: Timeline | None) -> Admitted | Held | Refused:
    """What intake decides about the situation."""
    if situation.tier is None:
        raise Unanswerable("tier is missing")
    at = timeline.opened if timeline is not None else _some_day(programme)
    terms = timeline.terms.plain if timeline is not None else _terms(programme, situation)
    offered = conditions(
        programme, situation.tier, terms, at,
        contract=_RUNNING, standing=_standing(situation), with_hours=timeline is not None,
    )  # fmt: skip
    channel = situation.channel or next((c for c in offered.region_channels if c in offered.package_channels), "")
    if situation.channel is None:  # no way in was named, so none stands in the way
        offered = _any_channel(offered, channel)
    return admit(_sender(programme, situation, at), _request(programme, situation, at, channel), offered)


def _any_channel(offered: Conditions, channel: str) -> Conditions:
    both = (channel,)
    return replace(offered, package_channels=both, region_channels=both, channel_hours={}, channel_severities={})


def _some_day(programme: Programme) -> datetime:
    return datetime.combine(programme.effective_from, time(12), tzinfo=UTC)


def _terms(programme: Programme, situation: Situation) -> ProgrammeTerms:
    return programme.terms(situation.region, customer_zone=situation.customer_zone)


def _request(programme: Programme, situation: Situation, at: datetime, channel: str) -> Request:
    numbers = situation.numbers
    return Request(
        at=at,
        channel=channel,
        severity=situation.severity,
        request_type=situation.request_type,
        environment=situation.environment,
        product=situation.product,
        release=situation.release,
        language=situation.language,
        attachments=int(numbers.get("attachments", 0)),
        largest_attachment=float(numbers.get("attachment_megabytes", 0)),
        round_the_clock=situation.language is not None and covered_24x7(programme, situation),
    )


def covered_24x7(programme: Programme, situation: Situation) -> bool:
    """Whether the case's metric counts day and night: by its cell, or on request (rule 6)."""
    if situation.tier is None:
        return False
    cell = programme.cell(situation.tier, situation.region, opening_severity(programme, situation), situation.metric)
    if cell is None or cell.target.amount is None:
        return False
    asked = situation.asked_24x7 and situation.dedicated_contact is not False
    calendar = cell.on_request if asked and cell.on_request is not None else cell.target.calendar
    return programme.calendars[calendar].always


def _sender(programme: Programme, situation: Situation, at: datetime) -> Sender:
    sender = situation.sender
    roles = {"contact"} if sender in _NAMED else {sender, *situation.other_roles} - {None, "unlisted"}
    return Sender(
        roles=frozenset(str(role) for role in roles),
        verified=sender != "unverified",
        trained=sender != "untrained",
        effective_from=at + _A_WHILE if sender == "incoming" and _not_yet(programme, situation) else None,
    )


def _not_yet(programme: Programme, situation: Situation) -> bool:
    """Whether a new contact's lead time still runs (rule 20)."""
    lead, since = programme.contacts.replace_lead_time, situation.numbers.get("notice_business_days")
    return lead is not None and (since is None or since < lead.amount)


def _standing(situation: Situation) -> str:
    reinstated = any(event.kind == "reinstate" for event in situation.events)
    return SUSPENDED if situation.account == "suspended" and not reinstated else GOOD


def offered_access(programme: Programme, situation: Situation) -> dict[str, Any]:
    """Whether an advisor may open the subscriber's instance (rule 34): the package has it and a grant is valid."""
    if situation.tier is None:
        raise Unanswerable("tier is missing")
    if not programme.rows(situation.tier, situation.region).get("instance_access"):
        return {"granted": False, "accepted": False, "reason": "not_in_tier"}
    if situation.grant != "valid":
        return {"granted": False, "accepted": False, "reason": "no_grant"}
    return {"granted": True, "accepted": True, "reason": None}


def standing_request(programme: Programme, situation: Situation) -> dict[str, Any]:
    """Whether a suspension may be decided in the region now (rule 22)."""
    rule = programme.standing_rule(situation.region)
    days = situation.numbers.get("days_past_due")
    if not rule.grounds:
        raise Unanswerable("the programme has no rule of suspension")
    if days is None:
        raise Unanswerable("days_past_due is missing")
    if days < rule.days_past_due:
        reason = "not_prolonged_default" if rule.prolonged_only else "not_past_due_long_enough"
        return {"suspended": False, "accepted": False, "reason": reason}
    return {"suspended": True, "accepted": True, "reason": None}


def severity_request(programme: Programme, situation: Situation) -> dict[str, Any]:
    """Whether a contact may change the severity now (rule 15)."""
    if situation.tier is None:
        raise Unanswerable("tier is missing")
    offered = conditions(
        programme, situation.tier, _terms(programme, situation), _some_day(programme), contract=_RUNNING
    )
    level = situation.to or opening_severity(programme, situation)
    found = change_severity("contact", level, offered)
    if isinstance(found, Refused):
        return {"accepted": False, "reason": found.code}
    return {"accepted": True, "reason": None, "way": found}
