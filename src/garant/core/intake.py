"""Intake: may this person open this case? One answer for every door: admitted, held or refused (rules 13 to 29).

The checks run in the order of `CHECKS`, which tells people the most useful thing first: whether there is support at
all, then how and about what, then who asks. A hold records the case and says whom to ask; a refusal names the rule and
the way out. docs/reference/admission.md holds the same table for readers; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from garant.core.calendars import Calendar
from garant.core.refusals import Refusal
from garant.core.standing import GOOD
from garant.core.zones import zone

#: What a programme does about a contact who has not been trained, and about a sender who is no authorized contact.
UNTRAINED = ("warn", "refuse", "ignore")
UNLISTED = ("hold", "refuse")
#: What a change of severity by one side may be (rule 15).
WAYS = ("at_once", "proposal", "refused")
#: Stands for every language that is not named.
ANY = "*"


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
    `trained_until`: the instant at which the training lapses; None: never. `effective_from` and `effective_until`: the
    instants from which they are an authorized contact, and from which no longer; None: since ever, without end.
    """

    roles: frozenset[str] = frozenset()
    verified: bool = True
    trained: bool | None = None
    effective_from: datetime | None = None
    effective_until: datetime | None = None
    trained_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What they ask for. `severity` None: not chosen yet. `exception_by`: the manager who admits this one case.

    `signed_in`: the person is known to the door, so whoever is no contact can be told so and nothing is held.
    `attachments`: how many; `largest_attachment`: megabytes. `round_the_clock`: the case would be worked day and night.
    """

    at: datetime
    channel: str
    severity: str | None = None
    request_type: str | None = None
    exception_by: str | None = None
    environment: str | None = None
    product: str | None = None
    release: str | None = None
    language: str | None = None
    attachments: int = 0
    largest_attachment: float = 0
    round_the_clock: bool = False
    signed_in: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """How a language is served (rule 29). `severities` None: all; `hours` None: always; `otherwise`: the language that
    serves when this one doesn't, None: nobody does. `round_the_clock`: also on cases worked day and night."""

    severities: frozenset[str] | None = None
    hours: Calendar | None = None
    round_the_clock: bool = True
    otherwise: str | None = None

    def serves(self, request: Request) -> bool:
        """Whether this language serves the request at its instant."""
        in_levels = self.severities is None or request.severity is None or request.severity in self.severities
        in_hours = self.hours is None or self.hours.is_open(request.at)
        return in_levels and in_hours and (self.round_the_clock or not request.round_the_clock)


@dataclass(frozen=True, slots=True)
class AttachmentLimit:
    """How many attachments one message takes, and how large each may be in megabytes; None: no limit."""

    count: int | None = None
    megabytes: float | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the contract, its package and its region offer at that instant.

    `package_channels` and `region_channels` are in the order in which they are offered. None for `request_types`,
    `environments`, `products` or `languages`: the programme says nothing, so all are covered. `products`: the supported
    releases of each, None: all. `cases` False: the package has no support cases, but `open_types` are taken all the
    same. `channel_hours`: of channels where somebody answers live. `severity_environments`: levels that are open in
    some environments only. `severity_change`: what a change by each side is.
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
    cases: bool = True
    open_types: frozenset[str] = frozenset()
    self_help: tuple[str, ...] = ()
    channel_hours: Mapping[str, Calendar] = field(default_factory=dict)
    channel_severities: Mapping[str, frozenset[str]] = field(default_factory=dict)
    environments: frozenset[str] | None = None
    severity_environments: Mapping[str, frozenset[str]] = field(default_factory=dict)
    products: Mapping[str, frozenset[str] | None] | None = None
    languages: Mapping[str, Spoken] | None = None
    attachments: AttachmentLimit = AttachmentLimit()
    severity_change: Mapping[str, str] = field(default_factory=lambda: {"contact": "at_once", "vendor": "proposal"})

    def __post_init__(self) -> None:
        """Refuse a policy that this function doesn't know."""
        if self.untrained not in UNTRAINED:
            raise ValueError(f"unknown policy {self.untrained!r} for the untrained: it is {', '.join(UNTRAINED)}")
        if self.unlisted not in UNLISTED:
            raise ValueError(f"unknown policy {self.unlisted!r} for the unlisted: it is {', '.join(UNLISTED)}")
        unknown = [way for way in self.severity_change.values() if way not in WAYS]
        if unknown:
            raise ValueError(f"unknown way {unknown[0]!r} of changing a severity: it is {', '.join(WAYS)}")


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
        rule = "severity_is_fixed" if by == "contact" else "severity_set_by_contact"
        return Refused("severity_fixed_after_creation", rule, "ask_the_other_side")
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
    rule, remedy = "request_types_of_the_package", "use_offered_type"
    return Refused("request_type_not_in_tier", rule, remedy, tuple(sorted(types)))


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
    rule, remedy = "severities_of_the_environment", "use_offered_severity"
    return Refused("severity_not_in_tier", rule, remedy, tuple(levels))


def _not_open(severity: str, conditions: Conditions) -> Refused | None:
    if severity in conditions.severities:
        return None
    rule, remedy = "severities_of_the_package", "use_offered_severity"
    return Refused("severity_not_in_tier", rule, remedy, conditions.severities)


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
        spoken = languages.get(wanted)
        if spoken is not None and spoken.serves(request):
            return wanted
        fallback = spoken or languages.get(ANY)
        wanted = fallback.otherwise if fallback is not None else None
    return None


def _attached(sender: Sender, request: Request, conditions: Conditions) -> Refused | None:
    limit = conditions.attachments
    rule, remedy = "attachments_have_a_limit", "send_fewer_or_smaller"
    if limit.count is not None and request.attachments > limit.count:
        return Refused("attachment_limit", rule, remedy, values={"limit": limit.count})
    if limit.megabytes is not None and request.largest_attachment > limit.megabytes:
        return Refused("attachment_limit", rule, remedy, values={"limit": limit.megabytes, "unit": "megabytes"})
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
