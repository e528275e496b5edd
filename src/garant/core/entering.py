"""What intake looks at: the contract, who asks, what they ask for, and what the package and region offer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from garant.core.calendars import Calendar
from garant.core.zones import zone

#: What a programme does about a contact who has not been trained, and about a sender who is no authorized contact.
UNTRAINED = ("warn", "refuse", "ignore")
UNLISTED = ("hold", "refuse")
#: What a change of severity by one side may be (rule 15).
WAYS = ("at_once", "proposal", "refused")
#: Stands for every language that is not named.
ANY = "*"
#: What programmes call the ways that lead to one door of the desk.
CHANNEL_NAMES = {
    "web": ("web", "portal", "online"),
    "email": ("email", "mail", "e-mail"),
    "phone": ("phone", "telephone"),
}


def channel_at(door: str, offered: Collection[str]) -> str:
    """What the programme calls the channel behind a door of the desk; the door's own name when it offers none."""
    return next((name for name in CHANNEL_NAMES.get(door, ()) if name in offered), door)


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
