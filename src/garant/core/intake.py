"""Intake: may this person open this case? One answer for every door: admitted, held or refused (rules 13 to 29).

The checks run in the order of `CHECKS`, which tells people the most useful thing first: whether there is support at
all, then how and about what, then who asks. A hold records the case and says whom to ask; a refusal names the rule and
the way out. docs/reference/admission.md holds the same table for readers; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from garant.core.entering import (
    ANY,
    AttachmentLimit,
    Conditions,
    ContractTerm,
    Request,
    Sender,
    Spoken,
    channel_at,
)
from garant.core.refusals import Refusal
from garant.core.standing import GOOD

__all__ = [
    "CHECKS",
    "Admission",
    "Admitted",
    "AttachmentLimit",
    "Conditions",
    "ContractTerm",
    "Held",
    "Refused",
    "Request",
    "Sender",
    "Spoken",
    "admit",
    "change_severity",
    "channel_at",
]


@dataclass(frozen=True, slots=True)
class Admitted:
    """The case may be opened; `warnings` are codes to show beside it. `language`: the one it is served in; None: the
    programme says nothing about languages, or nobody asked for one."""

    warnings: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """The case is recorded and its clock waits. `reason` is standing, sender or unlisted; `code` says why, `remedy`
    what releases it."""

    reason: str
    code: str
    rule: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The case may not be opened: what stands against it (`code`), the `rule`, the `remedy`, what is `offered`
    instead, and `values` such as `next_open` (an instant) or `limit`."""

    code: str
    rule: str
    remedy: str
    offered: tuple[str, ...] = field(default=())
    values: Mapping[str, object] = field(default_factory=dict)

    def refusal(self) -> Refusal:
        """The same as an exception for operations to raise."""
        offered = {"offered": self.offered} if self.offered else {}
        return Refusal(self.code, self.rule, self.remedy, {**offered, **self.values})


Admission = Admitted | Held | Refused
Check = Callable[[Sender, Request, Conditions], Held | Refused | None]


def admit(sender: Sender, request: Request, conditions: Conditions) -> Admission:
    """Whether a case may be opened: the first check that finds something decides. Refusals of what is asked come
    before holds: a hold is for what somebody can still put right."""
    for check in CHECKS:
        found = check(sender, request, conditions)
        if found is not None:
            return found
    warnings = _untrained(sender, request.at) if conditions.untrained == "warn" else None
    return Admitted((warnings,) if warnings else (), _language_of(request, conditions))


def change_severity(by: str, severity: str, conditions: Conditions) -> str | Refused:
    """What a change of a case's severity by "contact" or "vendor" is: "at_once" or "proposal", or why it is refused."""
    way = conditions.severity_change.get(by, "refused")
    if way == "refused":
        if by == "contact":
            return Refused("severity_fixed_after_creation", "severity_is_fixed", "ask_the_engineer")
        return Refused("severity_fixed_after_creation", "severity_set_by_contact", "ask_the_contact")
    return _not_open(severity, conditions) or way


def _contract(sender: Sender, request: Request, conditions: Conditions) -> Refused | None:
    if conditions.contract is None:
        return Refused("no_contract", "support_needs_a_contract", "ask_sales")
    if not conditions.contract.runs_at(request.at):
        return Refused("contract_not_running", "support_needs_a_contract", "renew_contract")
    return None


def _package(sender: Sender, request: Request, conditions: Conditions) -> Refused | None:
    """A package without support cases still takes the kinds of request that are open to it (billing)."""
    if conditions.cases or request.request_type in conditions.open_types:
        return None
    if request.request_type is not None and conditions.open_types:
        return _wrong_type(conditions.open_types)
    return Refused("cases_not_in_tier", "cases_of_the_package", "use_self_help", conditions.self_help)


def _channel(sender: Sender, request: Request, conditions: Conditions) -> Refused | None:
    channel = request.channel
    both = tuple(code for code in conditions.region_channels if _reaches(code, request, conditions))
    if channel not in conditions.region_channels:
        return Refused("channel_not_in_region", "channels_of_the_region", "use_offered_channel", both)
    if not _reaches(channel, request, conditions):
        return Refused("channel_not_in_tier", "channels_of_the_package", "use_offered_channel", both)
    hours = conditions.channel_hours.get(channel)
    if hours is None or hours.is_open(request.at):
        return None
    others = tuple(code for code in both if code != channel and _answers(code, request.at, conditions))
    when = {"next_open": hours.next_open(request.at)}
    return Refused("outside_hours", "channels_have_hours", "use_offered_channel_or_wait", others, when)


def _reaches(channel: str, request: Request, conditions: Conditions) -> bool:
    """Whether the package has a channel for a case of that severity."""
    levels = conditions.channel_severities.get(channel)
    return channel in conditions.package_channels and (
        levels is None or request.severity is None or request.severity in levels
    )


def _answers(channel: str, at: datetime, conditions: Conditions) -> bool:
    hours = conditions.channel_hours.get(channel)
    return hours is None or hours.is_open(at)


def _type(sender: Sender, request: Request, conditions: Conditions) -> Refused | None:
    types = conditions.request_types
    wrong = types is not None and request.request_type is not None and request.request_type not in types
    return _wrong_type(types or ()) if wrong else None


def _wrong_type(types: Collection[str]) -> Refused:
    return Refused("request_type_not_in_tier", "request_types_of_the_package", "use_offered_type", tuple(sorted(types)))


def _severity(sender: Sender, request: Request, conditions: Conditions) -> Refused | None:
    if request.severity is None:
        return None
    refused = _not_open(request.severity, conditions)
    if refused is not None or request.environment is None:
        return refused
    where, here = conditions.severity_environments, request.environment
    if here in where.get(request.severity, {here}):
        return None
    levels = (level for level in conditions.severities if here in where.get(level, {here}))
    return Refused("severity_not_in_tier", "severities_of_the_environment", "use_offered_severity", tuple(levels))


def _not_open(severity: str, conditions: Conditions) -> Refused | None:
    if severity in conditions.severities:
        return None
    return Refused("severity_not_in_tier", "severities_of_the_package", "use_offered_severity", conditions.severities)


def _covered(sender: Sender, request: Request, conditions: Conditions) -> Refused | None:
    places, products = conditions.environments, conditions.products
    if places is not None and request.environment is not None and request.environment not in places:
        return Refused("product_not_covered", "coverage_of_the_package", "use_covered_product", tuple(sorted(places)))
    if products is None:
        return None
    if request.product is not None and request.product not in products:
        return Refused("product_not_covered", "coverage_of_the_package", "use_covered_product", tuple(products))
    only = next(iter(products)) if len(products) == 1 else None
    releases = products.get(request.product or only or "")
    if request.release is None or releases is None or request.release in releases:
        return None
    return Refused("release_not_supported", "supported_releases", "move_to_supported_release", tuple(sorted(releases)))


def _language(sender: Sender, request: Request, conditions: Conditions) -> Refused | None:
    if request.language is None or conditions.languages is None or _language_of(request, conditions) is not None:
        return None
    served = tuple(code for code, spoken in conditions.languages.items() if code != ANY and spoken.serves(request))
    return Refused("language_not_supported", "languages_of_the_package", "use_offered_language", served)


def _language_of(request: Request, conditions: Conditions) -> str | None:
    """The language a request is served in: its own, else the one that stands in for it, and so on."""
    languages, wanted, tried = conditions.languages, request.language, set[str]()
    while languages is not None and wanted is not None and wanted not in tried:
        tried.add(wanted)
        spoken = languages.get(wanted) if wanted != ANY else None
        if spoken is not None and spoken.serves(request):
            return wanted
        fallback = spoken or languages.get(ANY)
        wanted = fallback.otherwise if fallback is not None else None
    return None


def _attached(sender: Sender, request: Request, conditions: Conditions) -> Refused | None:
    limit = conditions.attachments
    if limit.count is not None and request.attachments > limit.count:
        return Refused(
            "attachment_limit", "attachments_have_a_limit", "send_fewer_or_smaller", values={"limit": limit.count}
        )
    if limit.megabytes is not None and request.largest_attachment > limit.megabytes:
        return Refused(
            "attachment_limit",
            "attachments_have_a_limit",
            "send_fewer_or_smaller",
            values={"limit": limit.megabytes, "unit": "megabytes"},
        )
    return None


def _contact(sender: Sender, request: Request, conditions: Conditions) -> Held | Refused | None:
    ended = sender.effective_until is not None and request.at >= sender.effective_until
    if ended or not sender.roles & conditions.opening_roles:
        if conditions.unlisted == "refuse" or request.signed_in:
            return Refused("not_authorized_contact", "only_authorized_contacts", "ask_authorized_contact")
        return Held("unlisted", "not_authorized_contact", "only_authorized_contacts", "adoption_by_contact")
    if sender.effective_from is not None and request.at < sender.effective_from:
        return Refused("contact_not_effective_yet", "replacement_lead_time", "wait_or_ask_other_contact")
    return None


def _trained(sender: Sender, request: Request, conditions: Conditions) -> Refused | None:
    lacking = _untrained(sender, request.at)
    if lacking is None or conditions.untrained != "refuse":
        return None
    if lacking == "training_lapsed":
        return Refused("contact_not_trained", "training_stays_current", "renew_training")
    return Refused("contact_not_trained", "contacts_are_trained", "complete_training")


def _untrained(sender: Sender, at: datetime) -> str | None:
    """What a contact lacks of training: nothing, all of it, or its renewal."""
    if not sender.trained:
        return "contact_not_trained"
    return "training_lapsed" if sender.trained_until is not None and at >= sender.trained_until else None


def _verified(sender: Sender, request: Request, conditions: Conditions) -> Held | None:
    if sender.verified:
        return None
    return Held("sender", "sender_not_verified", "senders_are_verified", "confirm_by_mail")


def _standing(sender: Sender, request: Request, conditions: Conditions) -> Held | None:
    if conditions.standing == GOOD or request.exception_by is not None:
        return None
    return Held("standing", "not_in_good_standing", "good_standing", "settle_or_ask_finance")


#: The order of precedence, the first that finds something decides.
CHECKS: tuple[Check, ...] = (
    _contract, _package, _channel, _type, _severity, _covered, _language, _attached, _contact, _trained, _verified,
    _standing,
)  # fmt: skip
