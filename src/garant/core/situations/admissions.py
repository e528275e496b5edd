"""May this be asked at all: admission of cases, access to an instance, suspension (rules 13, 18-24, 28, 34)."""

from __future__ import annotations

from typing import Any

from garant.core.programmes import Package, Programme
from garant.core.situations.reading import Situation, Unanswerable
from garant.core.situations.timelines import Timeline

Refusal = dict[str, Any]


def admission(programme: Programme, situation: Situation, timeline: Timeline | None) -> Refusal | None:
    """Why a case is refused or held, with what is offered instead; None when it is admitted.

    Checked in the order in which it helps: what the package has at all, the way in, the kind of request, the person,
    the standing.
    """
    if situation.tier is None:
        raise Unanswerable("tier is missing")
    package = programme.package(situation.tier)
    return (
        _cases(programme, situation, package)
        or _channel(programme, situation, timeline)
        or _kind(programme, situation, package)
        or _sender(programme, situation, package)
        or _standing(situation)
    )


def _cases(programme: Programme, situation: Situation, package: Package) -> Refusal | None:
    if package.cases or not _asks_for_case(programme, situation, package):
        return None
    rows = programme.rows(package.code, situation.region)
    offer = [code for code in ("knowledge_base", "community") if rows.get(code)]
    return {"reason": "cases_not_in_tier", "offer": offer}


def _asks_for_case(programme: Programme, situation: Situation, package: Package) -> bool:
    """A request type that a package without cases takes all the same (billing) opens one."""
    if situation.request_type is None:
        return True
    kind = programme.request_type(situation.request_type)
    return kind.packages is None or package.code not in kind.packages


def _channel(programme: Programme, situation: Situation, timeline: Timeline | None) -> Refusal | None:
    if situation.channel is None or situation.tier is None:
        return None
    channels = programme.channels(situation.tier, situation.region)
    open_ones = [channel.code for channel in channels if channel.hours is not None]
    here = next(channel for channel in channels if channel.code == situation.channel)
    if here.hours is None:
        own = programme.regions[situation.region].channels
        in_region = own is None or own.get(situation.channel) is not None
        return {"reason": "channel_not_in_tier" if in_region else "channel_not_in_region", "offer": open_ones}
    if here.live and timeline is not None:
        hours = timeline.terms.plain.calendar(here.hours)
        if not hours.is_open(timeline.opened):
            others = [code for code in open_ones if code != here.code]
            return {
                "reason": "outside_hours",
                "offer": others,
                "next_open": hours.next_open(timeline.opened).isoformat(),
            }
    return None


def _kind(programme: Programme, situation: Situation, package: Package) -> Refusal | None:
    if situation.request_type is not None:
        kind = programme.request_type(situation.request_type)
        if kind.packages is not None and package.code not in kind.packages:
            return {"reason": "request_type_not_in_tier"}
    if situation.severity is not None and situation.severity not in package.severities:
        return {"reason": "severity_not_in_tier", "highest": package.severities[0] if package.severities else None}
    covered = package.environments is None or situation.environment in (None, *package.environments)
    if not covered:
        return {"reason": "product_not_covered"}
    return None


def _sender(programme: Programme, situation: Situation, package: Package) -> Refusal | None:
    sender, rule = situation.sender, programme.contacts
    if sender == "untrained" and rule.untrained == "refuse":
        return {"reason": "contact_not_trained"}
    if sender == "unverified":
        return {"reason": "sender_not_verified", "state": "held", "held_reason": "sender"}
    if sender == "incoming":
        return {"reason": "contact_not_effective_yet"} if _not_yet(programme, situation) else None
    named = sender in (None, "authorized_contact", "contact", "untrained", "incoming")
    if named or (package.roles is not None and sender in package.roles):
        return None
    if sender == "unlisted" and rule.unlisted == "hold":
        return {"reason": "not_authorized_contact", "state": "held", "held_reason": "unlisted"}
    return {"reason": "not_authorized_contact"}


def _not_yet(programme: Programme, situation: Situation) -> bool:
    """Whether a new contact's lead time still runs (rule 20)."""
    lead, since = programme.contacts.replace_lead_time, situation.numbers.get("notice_business_days")
    return lead is not None and (since is None or since < lead.amount)


def _standing(situation: Situation) -> Refusal | None:
    if situation.account != "suspended":
        return None
    if any(event.kind == "reinstate" for event in situation.events):
        return None
    return {"reason": "not_in_good_standing", "state": "held", "held_reason": "standing"}


def offered_access(programme: Programme, situation: Situation) -> dict[str, Any]:
    """Whether an advisor may open the subscriber's instance (rule 34): the package has it and a grant is valid."""
    if situation.tier is None:
        raise Unanswerable("tier is missing")
    if not programme.rows(situation.tier, situation.region)["instance_access"]:
        return {"granted": False, "accepted": False, "reason": "not_in_tier"}
    if situation.grant != "valid":
        return {"granted": False, "accepted": False, "reason": "no_grant"}
    return {"granted": True, "accepted": True, "reason": None}


def standing_request(programme: Programme, situation: Situation) -> dict[str, Any]:
    """Whether a suspension may be decided in the region now (rule 22)."""
    rule = programme.standing_rule(situation.region)
    days = situation.numbers.get("days_past_due")
    if days is None:
        raise Unanswerable("days_past_due is missing")
    if days < rule.days_past_due:
        reason = "not_prolonged_default" if rule.prolonged_only else "not_past_due_long_enough"
        return {"suspended": False, "accepted": False, "reason": reason}
    return {"suspended": True, "accepted": True, "reason": None}
