"""The rules of a programme: contacts, standing, severity, deliverables, closure, readings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from garant.core.programmes.calendars import DAYS
from garant.core.programmes.nodes import Node
from garant.core.programmes.texts import read_text
from garant.core.programmes.values import (
    AutomaticChange,
    CalendarSpec,
    ClosureRule,
    ContactRule,
    Deliverable,
    Reading,
    SeverityRule,
    StandingRule,
    Wait,
)
from garant.core.programmes.words import WAIT_UNITS

ROLES = ("finance", "manager", "programme_owner", "agent", "senior_advisor", "named_advisor")
CONTACT_ROLES = ("contact", "administrator", "viewer", "learner", "executive")
GROUNDS = ("payment", "obligation")
WAYS = ("at_once", "proposal", "refused")
#: Events that may change a severity by themselves (rule 16).
LOWERING = ("customer_unreachable", "production_restored")


@dataclass(frozen=True, slots=True)
class Scope:
    """What the rules may refer to."""

    languages: Sequence[str]
    calendars: Mapping[str, CalendarSpec]
    severities: Sequence[str]
    rows: Sequence[str]


def read_wait(node: Node, scope: Scope) -> Wait:
    """An amount of time: {amount, unit, calendar}. Business units need a calendar."""
    fields = node.fields(["amount", "unit"], ["calendar"])
    amount = fields["amount"].number(above=0) if "amount" in fields else Decimal(1)
    unit = fields["unit"].choice(WAIT_UNITS, "unit") if "unit" in fields else ""
    calendar = fields["calendar"].choice(scope.calendars, "calendar") if "calendar" in fields else None
    if unit.startswith("business") and calendar is None:
        node.problem(f"{unit} without a calendar", "name the calendar it is counted on")
    return Wait(amount, unit, calendar)


def read_contacts(node: Node, scope: Scope) -> ContactRule:
    """Who may open cases (rules 19-21)."""
    optional = [
        "untrained",
        "roles",
        "replace_lead_time",
        "emergency_lead_time",
        "other_senders",
        "training_valid_days",
    ]
    fields = node.fields(["unlisted_sender"], optional)
    untrained, emergency, valid = (
        fields.get(key) for key in ("untrained", "emergency_lead_time", "training_valid_days")
    )
    return ContactRule(
        unlisted=fields["unlisted_sender"].choice(("hold", "reject"), "way") if "unlisted_sender" in fields else "",
        untrained=untrained.choice(("refuse", "warn", "accept"), "way") if untrained is not None else "warn",
        roles=fields["roles"].choices(CONTACT_ROLES, "role") if "roles" in fields else ("contact",),
        replace_lead_time=read_wait(fields["replace_lead_time"], scope) if "replace_lead_time" in fields else None,
        other_senders=tuple(item.code() for item in fields["other_senders"].items())
        if "other_senders" in fields
        else (),
        training_valid_days=valid.whole(at_least=1) if valid is not None else None,
        emergency_lead_time=read_wait(emergency, scope) if emergency is not None else None,
    )


def read_standing(node: Node, scope: Scope) -> StandingRule:
    """When support may be suspended (rule 22); null: the programme has no such rule, so nothing may suspend it."""
    if node.value is None:
        return StandingRule((), 0, 0, 0, False, False, (), (), dict.fromkeys(scope.languages, ""))
    fields = node.fields(
        ["grounds", "days_past_due", "decided_by", "reason"],
        ["notice_days", "grace_days", "prolonged_only", "automatic", "exception_by"],
    )
    return StandingRule(
        grounds=fields["grounds"].choices(GROUNDS, "ground") if "grounds" in fields else (),
        days_past_due=fields["days_past_due"].whole() if "days_past_due" in fields else 0,
        notice_days=fields["notice_days"].whole() if "notice_days" in fields else 0,
        grace_days=fields["grace_days"].whole() if "grace_days" in fields else 0,
        prolonged_only=fields["prolonged_only"].flag() if "prolonged_only" in fields else False,
        automatic=fields["automatic"].flag() if "automatic" in fields else False,
        decided_by=fields["decided_by"].choices(ROLES, "role") if "decided_by" in fields else (),
        exception_by=fields["exception_by"].choices(ROLES, "role") if "exception_by" in fields else (),
        reason=read_text(fields.get("reason"), scope.languages),
    )


def read_severity_change(node: Node, scope: Scope) -> SeverityRule:
    """Who may change a severity, and what that does to a running period (rules 10, 15)."""
    fields = node.fields(["set_by", "contact_change", "vendor_change"], ["lapse", "on_raise", "on_lower", "automatic"])
    proposal = any(key in fields and fields[key].value == "proposal" for key in ("vendor_change", "contact_change"))
    if proposal and "lapse" not in fields:
        node.problem("lapse is missing", "say after how long a proposal lapses, or lapse: never")
    lapse, contact, vendor = (fields.get(key) for key in ("lapse", "contact_change", "vendor_change"))
    return SeverityRule(
        set_by=fields["set_by"].choice(("contact", "vendor"), "side") if "set_by" in fields else "",
        contact_change=contact.choice(WAYS, "way") if contact else "",
        vendor_change=vendor.choice(WAYS, "way") if vendor else "",
        lapse=None if lapse is None or lapse.value == "never" else read_wait(lapse, scope),
        on_raise=fields["on_raise"].choice(("min",), "effect in force") if "on_raise" in fields else "min",
        on_lower=fields["on_lower"].choice(("max",), "effect in force") if "on_lower" in fields else "max",
        automatic=_automatic(fields["automatic"], scope) if "automatic" in fields else (),
    )


def _automatic(node: Node, scope: Scope) -> tuple[AutomaticChange, ...]:
    found = []
    for item in node.items():
        fields = item.fields(["on", "to"], ["from"])
        found.append(
            AutomaticChange(
                fields["on"].choice(LOWERING, "event") if "on" in fields else "",
                fields["from"].choices(scope.severities, "severity") if "from" in fields else tuple(scope.severities),
                fields["to"].choice(scope.severities, "severity") if "to" in fields else "",
            )
        )
    return tuple(found)


def read_deliverables(node: Node, scope: Scope) -> tuple[Deliverable, ...]:
    """What is owed again and again (rule 33)."""
    found = []
    for code, entry in node.entries():
        fields = entry.fields(["name", "row", "every", "due"], ["contents"])
        due = fields["due"].fields(["day", "time", "calendar", "when_closed"]) if "due" in fields else {}
        if len(due) < 4 or not {"name", "row", "every"} <= fields.keys():
            continue
        day = due["day"].choice(DAYS, "weekday")
        found.append(
            Deliverable(
                code=code,
                name=read_text(fields["name"], scope.languages),
                row=fields["row"].choice(scope.rows, "row"),
                every=fields["every"].choice(("week",), "interval"),
                weekday=DAYS.index(day) if day in DAYS else 0,
                at=due["time"].clock_time(),
                calendar=due["calendar"].choice(scope.calendars, "calendar"),
                when_closed=due["when_closed"].choice(("previous_working_day", "next_working_day", "same_day"), "way"),
                contents=tuple(item.choice(scope.rows, "row") for item in fields["contents"].items())
                if "contents" in fields
                else (),
            )
        )
    return tuple(found)


def read_closure(node: Node) -> ClosureRule:
    """Closing after silence (rule 42): warned, then closed, then reopened within, all in days."""
    fields = node.fields(["warn_after_days", "close_after_days", "reopen_within_days"])
    warn, close, reopen = (
        fields[key].whole(at_least=1) if key in fields else 1
        for key in ("warn_after_days", "close_after_days", "reopen_within_days")
    )
    if close < warn:
        node.problem(f"closed after {close} days, warned after {warn}", "let the warning come first")
    return ClosureRule(warn, close, reopen)


def read_readings(node: Node, scope: Scope) -> tuple[Reading, ...]:
    """The readings of ambiguous texts (rule 48)."""
    found = []
    for code, entry in node.entries():
        fields = entry.fields(["question", "chosen"], ["other", "about", "assumed"])
        found.append(
            Reading(
                code=code,
                question=read_text(fields.get("question"), scope.languages),
                chosen=read_text(fields.get("chosen"), scope.languages),
                other=read_text(fields["other"], scope.languages) if "other" in fields else None,
                about=tuple(item.string() for item in fields["about"].items()) if "about" in fields else (),
                assumed=fields["assumed"].flag() if "assumed" in fields else False,
            )
        )
    return tuple(found)
