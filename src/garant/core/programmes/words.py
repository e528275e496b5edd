"""The codes that every programme shares: rows, units, metrics, grades and the answers to its rules.

A programme's own codes (packages, severities, regions, channels, ledgers, calendars) are free; these are not,
because screens and operations act on them.
"""

from __future__ import annotations

#: Languages a programme's texts may be written in.
LANGUAGES = ("en", "fr", "es", "de", "it", "ja")

#: What a target may be promised for. The first two have clocks; the others are held and shown.
METRICS = (
    "initial_response",
    "follow_up",
    "update",
    "corrective_action",
    "workaround",
    "resolution",
    "resolution_goal",
    "acknowledgement",
    "triage",
    "call_back",
)

#: How binding a promise is (rule 11).
GRADES = ("goal", "objective", "agreement")

#: Units of a waiting time (a lapse, a lead time, a step of an escalation).
WAIT_UNITS = ("minutes", "elapsed_hours", "business_hours", "business_days", "days")

#: Whose calendar it is (rule 4).
OWNERS = ("vendor", "customer", "region", "service_place")

#: Over what an allotment is granted (rule 32): `at_once` limits how many exist at the same time.
PERIODS = ("at_once", "term", "year", "quarter", "month", "once")

#: What a row's cell holds. `target` rows are computed from the targets and carry no cells of their own.
ROW_KINDS = ("flag", "count", "hours", "target")

#: The rows that every package answers, in the order of the packages page, and what their cells hold. The rows of
#: response targets stand between them; a programme names those itself, since its severities are its own.
STANDARD_ROWS: dict[str, str] = {
    "knowledge_base": "flag",
    "community": "flag",
    "authorized_contacts": "count",
    "phone_support": "hours",
    "elearning_library": "flag",
    "certifications": "flag",
    "public_courses": "flag",
    "private_sessions": "count",
    "senior_advisor": "flag",
    "instance_access": "flag",
    "proactive": "flag",
    "named_advisor": "flag",
    "services_days": "count",
    "weekly_updates": "flag",
    "active_tickets": "flag",
    "utilization_metrics": "flag",
    "governance_strategy": "flag",
    "dedicated_line": "flag",
    "beta": "flag",
    "prioritized_tickets": "flag",
}

#: A count without a limit, as it stands in a cell.
UNLIMITED = "unlimited"
