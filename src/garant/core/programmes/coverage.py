"""What support covers and who works it: products and releases, languages, attachments, assignment, continuous work and
notices given ahead (rules 12, 24, 25, 29, 31, 36)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from garant.core.programmes.nodes import Node
from garant.core.programmes.regions import read_calendar_map, read_units
from garant.core.programmes.rules import Scope, read_wait
from garant.core.programmes.texts import read_text
from garant.core.programmes.values import Text, Wait

ANY = "*"


@dataclass(frozen=True, slots=True)
class Release:
    """A release of a product and the dates between which it is supported, both inclusive; `until` None: no end."""

    code: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Product:
    """A product: the packages and regions that cover it (None: all), and its releases (none: any).

    `last`: only so many of the newest releases are supported; None: all that their dates allow.
    """

    code: str
    name: Text
    packages: tuple[str, ...] | None
    regions: tuple[str, ...] | None
    releases: tuple[Release, ...]
    last: int | None

    def supported(self, day: date) -> frozenset[str] | None:
        """The releases supported on a date; None: any."""
        if not self.releases:
            return None
        out = sorted((one for one in self.releases if one.since <= day), key=lambda one: one.since, reverse=True)
        newest = out if self.last is None else out[: self.last]
        return frozenset(one.code for one in newest if one.until is None or day <= one.until)


@dataclass(frozen=True, slots=True)
class ServiceLanguage:
    """A language in which cases are served (rule 29), in which packages and for which severities (None: all).

    `hours`: the calendar in whose hours it is served; None: always. `calendars` and `units`: what a target counts on in
    this language. `round_the_clock` False: not on cases worked day and night. `otherwise`: the language that serves
    instead; None: nobody does.
    """

    code: str
    packages: tuple[str, ...] | None = None
    severities: tuple[str, ...] | None = None
    hours: str | None = None
    calendars: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    round_the_clock: bool = True
    otherwise: str | None = None


@dataclass(frozen=True, slots=True)
class Attachments:
    """How many attachments one message takes, and how large each may be in megabytes; None: no limit."""

    count: int | None = None
    megabytes: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who works a case (rule 31): the first rule that fits. None in `packages` or `severities`: all of them.

    `inside` and `outside`: calendars in whose hours, or outside whose hours, it holds. `seniors_only`: senior advisors
    only. `person`: the case goes to a `named` or a `pooled` person; None: to the team. `skills` are all needed;
    `language`: whether somebody who speaks the customer's is looked for; whoever has `most_open` open cases gets no
    more; `automatic`: a case is given out as it is filed, else somebody is proposed.
    """

    team: str
    name: Text
    packages: tuple[str, ...] | None = None
    severities: tuple[str, ...] | None = None
    inside: str | None = None
    outside: str | None = None
    seniors_only: bool = False
    person: str | None = None
    request_types: tuple[str, ...] | None = None
    skills: tuple[str, ...] = ()
    language: str = "preferred"
    most_open: int | None = None
    automatic: bool = False

    def concerns(self, package: str, severity: str | None) -> bool:
        """Whether the rule is about that package and severity."""
        in_package = self.packages is None or package in self.packages
        return in_package and (self.severities is None or severity in self.severities)


@dataclass(frozen=True, slots=True)
class ContinuousWork:
    """Cases that are worked without a break (rule 12). `needs_contact`: as long as somebody stays reachable on the
    customer's side; without, the target counts on the calendar it is `restored` to."""

    code: str
    text: Text
    packages: tuple[str, ...] | None
    severities: tuple[str, ...]
    needs_contact: bool

    def covers(self, package: str, severity: str) -> bool:
        """Whether a case of that package and severity is worked without a break."""
        return (self.packages is None or package in self.packages) and severity in self.severities


@dataclass(frozen=True, slots=True)
class AdvanceNotice:
    """Something the vendor announces ahead (rule 36), and how long ahead at least."""

    code: str
    name: Text
    lead: Wait


@dataclass(frozen=True, slots=True)
class Coverage:
    """All of it together."""

    products: tuple[Product, ...] = ()
    languages: tuple[ServiceLanguage, ...] = ()
    attachments: Attachments = Attachments()
    assignment: tuple[Assignment, ...] = ()
    continuous_work: tuple[ContinuousWork, ...] = ()
    advance_notices: tuple[AdvanceNotice, ...] = ()

    def language(self, code: str, package: str) -> ServiceLanguage | None:
        """How a language is served in a package: its own rule, else that for every language; None: by no rule."""
        for wanted in (code, ANY):
            for one in self.languages:
                if one.code == wanted and (one.packages is None or package in one.packages):
                    return one
        return None


#: The parts of the document that are read here.
PARTS = ("products", "service_languages", "attachments", "assignment", "continuous_work", "advance_notices")


@dataclass(frozen=True, slots=True)
class Reach:
    """What these parts may refer to besides the programme's scope."""

    scope: Scope
    packages: Sequence[str]
    regions: Sequence[str]

    def packages_of(self, fields: Mapping[str, Node]) -> tuple[str, ...] | None:
        """The packages a part names; None: all."""
        return fields["packages"].choices(self.packages, "package") if "packages" in fields else None

    def severities_of(self, fields: Mapping[str, Node]) -> tuple[str, ...] | None:
        """The severities a part names; None: all."""
        return fields["severities"].choices(self.scope.severities, "severity") if "severities" in fields else None

    def calendar(self, fields: Mapping[str, Node], key: str) -> str | None:
        """The calendar a part names under a key."""
        return fields[key].choice(self.scope.calendars, "calendar") if key in fields else None


def read_coverage(fields: Mapping[str, Node], reach: Reach) -> Coverage:
    """These parts of the document; each may be left out."""
    parts = {key: fields[key] for key in PARTS if key in fields}
    return Coverage(
        products=_products(parts["products"], reach) if "products" in parts else (),
        languages=_languages(parts["service_languages"], reach) if "service_languages" in parts else (),
        attachments=_attachments(parts["attachments"]) if "attachments" in parts else Attachments(),
        assignment=_assignment(parts["assignment"], reach) if "assignment" in parts else (),
        continuous_work=_continuous(parts["continuous_work"], reach) if "continuous_work" in parts else (),
        advance_notices=_notices(parts["advance_notices"], reach) if "advance_notices" in parts else (),
    )


def _products(node: Node, reach: Reach) -> tuple[Product, ...]:
    found = []
    for code, entry in node.entries():
        entry.key().code()
        fields = entry.fields(["name"], ["packages", "regions", "releases", "last"])
        found.append(
            Product(
                code,
                read_text(fields.get("name"), reach.scope.languages),
                reach.packages_of(fields),
                fields["regions"].choices(reach.regions, "region") if "regions" in fields else None,
                _releases(fields["releases"]) if "releases" in fields else (),
                fields["last"].whole(at_least=1) if "last" in fields else None,
            )
        )
        if "last" in fields and "releases" not in fields:
            fields["last"].problem("last without releases", "name the releases with their dates")
    return tuple(found)


def _releases(node: Node) -> tuple[Release, ...]:
    found: list[Release] = []
    for item in node.items():
        fields = item.fields(["code", "from"], ["until"])
        code = fields["code"].version() if "code" in fields else ""
        since = fields["from"].day() if "from" in fields else date.min
        until = fields["until"].day() if "until" in fields else None
        if any(one.code == code for one in found):
            item.problem(f"release {code} stands twice", "remove one")
        if until is not None and until < since:
            fields["until"].problem("ends before it begins", "write a date after from")
        found.append(Release(code, since, until))
    return tuple(found)


def _languages(node: Node, reach: Reach) -> tuple[ServiceLanguage, ...]:
    found = []
    written = [key for key, _ in node.entries()]
    for code, entry in node.entries():
        if code != ANY:
            entry.key().code()
        optional = ["packages", "severities", "hours", "calendars", "units", "round_the_clock", "otherwise"]
        fields = entry.fields([], optional)
        found.append(
            ServiceLanguage(
                code,
                reach.packages_of(fields),
                reach.severities_of(fields),
                reach.calendar(fields, "hours"),
                read_calendar_map(fields.get("calendars"), reach.scope.calendars),
                read_units(fields.get("units")),
                fields["round_the_clock"].flag() if "round_the_clock" in fields else True,
                fields["otherwise"].choice([key for key in written if key not in (ANY, code)], "language")
                if "otherwise" in fields
                else None,
            )
        )
        if code == ANY and "otherwise" not in fields:
            entry.problem("* without otherwise", "say which language serves every other one")
    return tuple(found)


def _attachments(node: Node) -> Attachments:
    fields = node.fields([], ["count", "megabytes"])
    return Attachments(
        fields["count"].whole() if "count" in fields else None,
        fields["megabytes"].number(above=0) if "megabytes" in fields else None,
    )


#: What a rule of assignment may ask of whoever gets the case.
_ABLE = ("request_types", "skills", "language", "most_open", "automatic")
LANGUAGE_WAYS = ("any", "preferred", "required")


def _assignment(node: Node, reach: Reach) -> tuple[Assignment, ...]:
    found = []
    for item in node.items():
        optional = ["packages", "severities", "inside", "outside", "seniors_only", "person", *_ABLE]
        fields = item.fields(["team", "name"], optional)
        found.append(
            Assignment(
                fields["team"].code() if "team" in fields else "",
                read_text(fields.get("name"), reach.scope.languages),
                reach.packages_of(fields),
                reach.severities_of(fields),
                reach.calendar(fields, "inside"),
                reach.calendar(fields, "outside"),
                fields["seniors_only"].flag() if "seniors_only" in fields else False,
                fields["person"].choice(("named", "pooled"), "kind of person") if "person" in fields else None,
                tuple(each.code() for each in fields["request_types"].items()) if "request_types" in fields else None,
                tuple(each.string().lower() for each in fields["skills"].items()) if "skills" in fields else (),
                fields["language"].choice(LANGUAGE_WAYS, "way") if "language" in fields else "preferred",
                fields["most_open"].whole(at_least=1) if "most_open" in fields else None,
                fields["automatic"].flag() if "automatic" in fields else False,
            )
        )
    return tuple(found)


def _continuous(node: Node, reach: Reach) -> tuple[ContinuousWork, ...]:
    found = []
    for code, entry in node.entries():
        entry.key().code()
        fields = entry.fields(["text", "severities"], ["packages", "needs_contact"])
        found.append(
            ContinuousWork(
                code,
                read_text(fields.get("text"), reach.scope.languages),
                reach.packages_of(fields),
                reach.severities_of(fields) or (),
                fields["needs_contact"].flag() if "needs_contact" in fields else True,
            )
        )
    return tuple(found)


def _notices(node: Node, reach: Reach) -> tuple[AdvanceNotice, ...]:
    found = []
    for code, entry in node.entries():
        entry.key().code()
        fields = entry.fields(["name", "lead"])
        lead = read_wait(fields["lead"], reach.scope) if "lead" in fields else Wait(Decimal(1), "days")
        found.append(AdvanceNotice(code, read_text(fields.get("name"), reach.scope.languages), lead))
    return tuple(found)
