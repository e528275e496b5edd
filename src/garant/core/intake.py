"""Intake: may this person open this case? One answer for every door: admitted, held or refused (issue of a contract).

The checks run in an order that tells people the most useful thing first: whether they may ask at all, then how, then
what. A hold records the case and says whom to ask; a refusal names the rule and the way out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from garant.core.refusals import Refusal
from garant.core.standing import GOOD
from garant.core.zones import zone

#: What a programme does about a contact who has not been trained, and about a sender who is no authorized contact.
UNTRAINED = ("warn", "refuse", "ignore")
UNLISTED = ("hold", "refuse")


@dataclass(frozen=True, slots=True)
class ContractTerm:
    """A contract's dates, both inclusive, read on the calendar of its zone. `ends` None: it has no end."""

    zone: str
    begins: date
    ends: date | None = None

    def runs_at(self, at: datetime) -> bool:
        """Whether the contract runs at an instant: until the end of its last day where the contract was made."""
        day = at.astimezone(zone(self.zone)).date()
        return self.begins <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who asks: their roles for the subscriber, whether their address is verified, and their training.

    `trained` None: nothing is recorded, which counts as untrained where the programme asks for training.
    `effective_from`: the instant from which they are an authorized contact; None: since ever.
    """

    roles: frozenset[str] = frozenset()
    verified: bool = True
    trained: bool | None = None
    effective_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What they ask for. `severity` None: not chosen yet. `exception_by`: the manager who admits this one case."""

    at: datetime
    channel: str
    severity: str | None = None
    request_type: str | None = None
    exception_by: str | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the contract, its package and its region offer at that instant.

    `package_channels` and `region_channels` are in the order in which they are offered. `request_types` None: all.
    """

    contract: ContractTerm | None
    standing: str
    package_channels: tuple[str, ...]
    region_channels: tuple[str, ...]
    severities: tuple[str, ...]
    request_types: frozenset[str] | None = None
    untrained: str = "refuse"
    unlisted: str = "hold"
    opening_roles: frozenset[str] = frozenset({"contact"})

    def __post_init__(self) -> None:
        """Refuse a policy that this function doesn't know."""
        if self.untrained not in UNTRAINED:
            raise ValueError(f"unknown policy {self.untrained!r} for the untrained: it is {', '.join(UNTRAINED)}")
        if self.unlisted not in UNLISTED:
            raise ValueError(f"unknown policy {self.unlisted!r} for the unlisted: it is {', '.join(UNLISTED)}")


@dataclass(frozen=True, slots=True)
class Admitted:
    """The case may be opened; `warnings` are codes to show beside it."""

    warnings: tuple[str, ...] = ()


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
    """The case may not be opened: what stands against it (`code`), the `rule`, the `remedy`, and what is `offered`
    instead."""

    code: str
    rule: str
    remedy: str
    offered: tuple[str, ...] = field(default=())

    def refusal(self) -> Refusal:
        """The same as an exception for operations to raise."""
        return Refusal(self.code, self.rule, self.remedy, {"offered": self.offered} if self.offered else {})


Admission = Admitted | Held | Refused


def admit(sender: Sender, request: Request, conditions: Conditions) -> Admission:
    """Whether a case may be opened. Refusals come before holds: a hold is for what somebody can still put right."""
    refused = _contract(request, conditions) or _channel(request.channel, conditions) or _asked(request, conditions)
    if refused is not None:
        return refused
    doubt = _sender(sender, request.at, conditions)
    if doubt is not None:
        return doubt
    if conditions.standing != GOOD and request.exception_by is None:
        return Held("standing", "not_in_good_standing", "good_standing", "settle_or_ask_finance")
    untrained = conditions.untrained == "warn" and not sender.trained
    return Admitted(("contact_not_trained",) if untrained else ())


def _contract(request: Request, conditions: Conditions) -> Refused | None:
    if conditions.contract is None:
        return Refused("no_contract", "support_needs_a_contract", "ask_sales")
    if not conditions.contract.runs_at(request.at):
        return Refused("contract_not_running", "support_needs_a_contract", "renew_contract")
    return None


def _channel(channel: str, conditions: Conditions) -> Refused | None:
    both = _common(conditions.package_channels, conditions.region_channels)
    if channel not in conditions.region_channels:
        return Refused("channel_not_in_region", "channels_of_the_region", "use_offered_channel", both)
    if channel not in conditions.package_channels:
        return Refused("channel_not_in_tier", "channels_of_the_package", "use_offered_channel", both)
    return None


def _common(package: Collection[str], region: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(channel for channel in region if channel in package)


def _asked(request: Request, conditions: Conditions) -> Refused | None:
    if request.severity is not None and request.severity not in conditions.severities:
        return Refused(
            "severity_not_in_tier", "severities_of_the_package", "use_offered_severity", conditions.severities
        )
    types = conditions.request_types
    if types is not None and request.request_type is not None and request.request_type not in types:
        return Refused(
            "request_type_not_in_tier", "request_types_of_the_package", "use_offered_type", tuple(sorted(types))
        )
    return None


def _sender(sender: Sender, at: datetime, conditions: Conditions) -> Held | Refused | None:
    if not sender.roles & conditions.opening_roles:
        if conditions.unlisted == "refuse":
            return Refused("not_authorized_contact", "only_authorized_contacts", "ask_authorized_contact")
        return Held("unlisted", "not_authorized_contact", "only_authorized_contacts", "adoption_by_contact")
    if sender.effective_from is not None and at < sender.effective_from:
        return Refused("contact_not_effective_yet", "replacement_lead_time", "wait_or_ask_other_contact")
    if conditions.untrained == "refuse" and not sender.trained:
        return Refused("contact_not_trained", "contacts_are_trained", "complete_training")
    if not sender.verified:
        return Held("sender", "sender_not_verified", "senders_are_verified", "confirm_by_mail")
    return None
