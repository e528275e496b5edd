"""A situation of a fact sheet as typed values. A word that is not known here is refused, never guessed at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from garant.core.instants import parse_instant
from garant.core.programmes import Programme
from garant.core.programmes.nodes import CODE, VERSION
from garant.core.programmes.words import METRICS
from garant.core.situations.vocabulary import Vocabulary
from garant.core.zones import zone

ACCOUNTS = ("good", "past_due", "suspended")
REQUESTS = ("add_contact", "replace_contact", "open_instance", "suspend", "change_severity")
#: Senders every programme knows; the roles that a package names besides are known too.
SENDERS = ("authorized_contact", "contact", "unlisted", "untrained", "unverified", "incoming")
SIDES = ("contact", "authorized_contact", "customer", "vendor")
ADVISOR = ("present", "absent")
GRANTS = ("valid", "expired", "revoked", None)
#: What a sheet says that changes no answer.
REMARKS = ("caller_is_in", "ask_also")
#: What sheets may ask for that Garant keeps as clauses only.
NOT_YET = ("monthly_spend", "contacts_wanted")

#: Facts that a clause may rest on, with the rule it is about.
RULED = {"language": 29, "environment": 24, "product": 24, "release": 25}

#: Event types of sheets and the kinds of the law.
EVENTS = {
    "response": "response",
    "wait": "wait",
    "customer_update": "customer_update",
    "severity_change": "severity_change",
    "severity_change_proposed": "severity_change_proposed",
    "proposal_accepted": "proposal_accepted",
    "proposal_rejected": "proposal_rejected",
    "package_change": "package_change",
    "suspend": "suspend",
    "reinstate": "reinstate",
    "resolve": "resolve",
    "reopen": "reopen",
    "close": "close",
    "adopted": "adopted",
    "confirmed": "confirmed",
    "check": "check",
    "ask_24x7": "ask_24x7",
    "production_restored": "production_restored",
    "customer_unreachable": "customer_unreachable",
}
_EVENT_KEYS = {"at", "type", "to", "by", "reason", "agreed_at", "agreed_by", "waiting_on_customer"}
MOST_EVENTS = 10_000


class Unanswerable(ValueError):
    """A situation that can't be answered: a word nobody knows, a fact that is missing or contradicts another."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a situation; `to` is a severity or a package, whichever the kind speaks of."""

    at: datetime
    kind: str
    to: str | None = None
    by: str | None = None
    reason: str | None = None
    agreed_at: datetime | None = None
    agreed_by: str | None = None
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """The facts of one situation; None where it says nothing. `given` holds the keys that were there."""

    given: frozenset[str]
    tier: str | None = None
    region: str = "default"
    severity: str | None = None
    metric: str = "initial_response"
    channel: str | None = None
    received: datetime | None = None
    as_of: datetime | None = None
    customer_zone: str | None = None
    customer_country: str | None = None
    account: str = "good"
    days_past_due: int | None = None
    sender: str | None = None
    request_type: str | None = None
    request: str | Decimal | None = None
    environment: str | None = None
    language: str | None = None
    product: str | None = None
    release: str | None = None
    other_roles: tuple[str, ...] = ()
    role: str | None = None
    deliverable: str | None = None
    weeks: tuple[date, ...] = ()
    grant: str | None = None
    asked_24x7: bool = False
    dedicated_contact: bool | None = None
    agreed: Mapping[str, Decimal] = field(default_factory=dict)
    ledger: str | None = None
    numbers: Mapping[str, Decimal] = field(default_factory=dict)
    notice: datetime | None = None
    question: str | None = None
    at: datetime | None = None
    to: str | None = None
    events: tuple[Happening, ...] = ()


_NUMBERS = (
    "allotted", "held", "booked", "worked", "reserved", "contacts_active", "packs", "days_past_due",
    "notice_business_days", "attachments", "attachment_megabytes",
)  # fmt: skip


def read_situation(plain: Any, programme: Programme) -> Situation:
    """The situation of a sheet under a programme. Raises `Unanswerable` with one line for people."""
    if not isinstance(plain, Mapping):
        raise Unanswerable("situation: expected an object")
    reader = _Reader(plain, programme)
    reader.refuse_unknown_keys()
    reader.refuse_clauses()
    numbers = {key: reader.number(key) for key in (*_NUMBERS, *reader.words.measures()) if key in plain}
    return Situation(
        given=frozenset(plain),
        tier=reader.choice("tier", [package.code for package in programme.all_packages]),
        region=reader.choice("region", list(programme.regions)) or "default",
        severity=reader.choice("severity", [severity.level for severity in programme.severities]),
        metric=reader.choice("metric", METRICS) or "initial_response",
        channel=reader.choice("channel", [spec.code for spec in programme.channel_specs]),
        received=reader.instant("received"),
        as_of=reader.instant("as_of"),
        customer_zone=reader.zone("customer_zone"),
        customer_country=reader.choice("customer_country", reader.words.countries()),
        account=reader.choice("account", ACCOUNTS) or "good",
        sender=reader.choice("sender", [*SENDERS, *reader.words.roles()]),
        request_type=reader.choice("request_type", [kind.code for kind in programme.request_types]),
        request=reader.request(),
        environment=reader.choice("environment", reader.words.environments()),
        language=reader.language(),
        product=reader.word("product", reader.words.products()),
        release=reader.word("release", reader.words.releases()),
        other_roles=reader.other_roles(),
        role=reader.choice("role", [*SENDERS, *reader.words.roles(), *reader.words.ledger_roles()]),
        deliverable=reader.choice("deliverable", [one.code for one in programme.deliverables]),
        weeks=reader.weeks(),
        grant=reader.choice("grant", [word for word in GRANTS if word]),
        asked_24x7=reader.flag("asked_24x7") or False,
        dedicated_contact=reader.flag("dedicated_contact"),
        agreed=reader.agreed(),
        ledger=reader.choice("ledger", [one.code for one in programme.ledgers]),
        numbers=numbers,
        notice=reader.instant("notice"),
        question=reader.choice("question", ["desk_open"]),
        at=reader.instant("at"),
        to=reader.choice("to", [severity.level for severity in programme.severities]),
        events=reader.events(),
    )


_KEYS = (
    frozenset(Situation.__dataclass_fields__) - {"given", "numbers"} | {"from", "named_advisor"} | {*_NUMBERS, *REMARKS}
)


class _Reader:
    """Reads the keys of one situation."""

    def __init__(self, plain: Mapping[Any, Any], programme: Programme) -> None:
        self.plain = plain
        self.programme = programme
        self.words = Vocabulary(programme)

    def refuse_unknown_keys(self) -> None:
        """Refuse a key that nothing here reads."""
        measures = self.words.measures()
        for key in self.plain:
            if key in NOT_YET:
                raise Unanswerable(f"{key}: kept as a clause, not acted on yet")
            if key not in _KEYS and key not in measures:
                raise Unanswerable(f"unknown key {str(key)[:60]!r}")
        self.choice("named_advisor", ADVISOR)
        self.choice("from", [severity.level for severity in self.programme.severities])
        self.choice("ask_also", ["explanation"])
        self.zone("caller_is_in")

    def refuse_clauses(self) -> None:
        """Refuse a fact on which a clause of the programme rests: Garant keeps clauses and doesn't act on them."""
        ruled = {clause.rule for clause in self.programme.clauses}
        for key, rule in RULED.items():
            own = {
                "environment": self.words.environments,
                "language": self.words.languages,
                "product": self.words.products,
            }
            covered = own.get(key, self.words.releases)()
            if key in self.plain and rule in ruled and not covered:
                raise Unanswerable(f"{key}: the programme keeps this as a clause (rule {rule}), not acted on yet")

    def language(self) -> str | None:
        """A language: any at all where the programme says which ones it serves, else one of its own."""
        value = self.plain.get("language")
        if isinstance(value, str) and self.words.languages() and CODE.match(value):
            return value
        return self.choice("language", self.programme.languages)

    def word(self, key: str, known: list[str]) -> str | None:
        """A product or release: any code at all where the programme names some, since others are not covered."""
        value = self.plain.get(key)
        if value is None or (isinstance(value, str) and known and VERSION.match(value)):
            return value
        if not known:
            raise Unanswerable(f"{key}: the programme names none")
        raise Unanswerable(f"{key}: unknown word {str(value)[:60]!r}")

    def other_roles(self) -> tuple[str, ...]:
        """The roles that the sender has besides."""
        value = self.plain.get("other_roles")
        known = [*SENDERS, *self.words.roles()]
        if value is None:
            return ()
        if not isinstance(value, list) or any(role not in known for role in value):
            raise Unanswerable("other_roles: expected a list of known roles")
        return tuple(value)

    def choice(self, key: str, known: Any) -> str | None:
        """One of the known words, or None when the situation says nothing."""
        value = self.plain.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or value not in known:
            raise Unanswerable(f"{key}: unknown word {str(value)[:60]!r}")
        return value

    def flag(self, key: str) -> bool | None:
        """true, false or nothing."""
        value = self.plain.get(key)
        if value is not None and not isinstance(value, bool):
            raise Unanswerable(f"{key}: expected true or false")
        return value

    def instant(self, key: str) -> datetime | None:
        """An instant with its offset."""
        return None if self.plain.get(key) is None else read_instant(self.plain[key], key)

    def zone(self, key: str) -> str | None:
        """An IANA zone."""
        value = self.plain.get(key)
        if value is None:
            return None
        try:
            zone(value)
        except (ValueError, TypeError):
            raise Unanswerable(f"{key}: unknown zone {str(value)[:60]!r}") from None
        return str(value)

    def number(self, key: str) -> Decimal:
        """A number of zero or more."""
        return read_number(self.plain[key], key)

    def request(self) -> str | Decimal | None:
        """What is asked for: an act by its word, or an amount of a ledger."""
        value = self.plain.get("request")
        if value is None or isinstance(value, str):
            return self.choice("request", REQUESTS)
        return self.number("request")

    def weeks(self) -> tuple[date, ...]:
        """The weeks asked about, by a day of each."""
        value = self.plain.get("weeks") or []
        if not isinstance(value, list) or len(value) > MOST_EVENTS:
            raise Unanswerable("weeks: expected a list of dates")
        try:
            return tuple(date.fromisoformat(week) for week in value)
        except (TypeError, ValueError):
            raise Unanswerable("weeks: expected dates, YYYY-MM-DD") from None

    def agreed(self) -> dict[str, Decimal]:
        """What was agreed for this one case: hours by metric."""
        value = self.plain.get("agreed") or {}
        if not isinstance(value, Mapping):
            raise Unanswerable("agreed: expected an object")
        found = {}
        for key, amount in value.items():
            metric = str(key).removesuffix("_hours")
            if metric == key or metric not in METRICS:
                raise Unanswerable(f"agreed: unknown key {str(key)[:60]!r}")
            found[metric] = read_number(amount, f"agreed.{key}")
            if not found[metric]:
                raise Unanswerable(f"agreed.{key}: more than zero is needed")
        return found

    def events(self) -> tuple[Happening, ...]:
        """The events in their order."""
        value = self.plain.get("events") or []
        if not isinstance(value, list) or len(value) > MOST_EVENTS:
            raise Unanswerable("events: expected a list")
        return tuple(self._event(item, index) for index, item in enumerate(value))

    def _event(self, plain: Any, index: int) -> Happening:
        where = f"events[{index}]"
        if not isinstance(plain, Mapping):
            raise Unanswerable(f"{where}: expected an object")
        unknown = [key for key in plain if key not in _EVENT_KEYS]
        if unknown:
            raise Unanswerable(f"{where}: unknown key {str(unknown[0])[:60]!r}")
        reader = _Reader(plain, self.programme)
        kind = reader.choice("type", EVENTS)
        at = reader.instant("at")
        if kind is None or at is None:
            raise Unanswerable(f"{where}: at and type are needed")
        return Happening(
            at=at,
            kind=EVENTS[kind],
            to=reader.target_of(kind),
            by=reader.choice("by", SIDES),
            reason=str(plain["reason"])[:200] if plain.get("reason") is not None else None,
            agreed_at=reader.instant("agreed_at"),
            agreed_by=reader.choice("agreed_by", SIDES),
            waiting=reader.flag("waiting_on_customer") or False,
        )

    def target_of(self, kind: str) -> str | None:
        """What an event changes to: a severity, a package, or nothing."""
        if kind == "package_change":
            found = self.choice("to", [package.code for package in self.programme.all_packages])
        elif kind.startswith("severity_change"):
            found = self.choice("to", [severity.level for severity in self.programme.severities])
        elif "to" in self.plain:
            raise Unanswerable(f"{kind}: nothing to change to")
        else:
            return None
        if found is None:
            raise Unanswerable(f"{kind}: to is needed")
        return found


def read_instant(value: Any, key: str) -> datetime:
    """An instant with its offset; raises `Unanswerable`."""
    try:
        return parse_instant(value)
    except ValueError as error:
        raise Unanswerable(f"{key}: {error}") from None


def read_number(value: Any, key: str) -> Decimal:
    """A number from zero to a million; raises `Unanswerable`."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Unanswerable(f"{key}: expected a number")
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError):
        raise Unanswerable(f"{key}: expected a number") from None
    if not number.is_finite() or not 0 <= number <= 1_000_000:
        raise Unanswerable(f"{key}: out of range")
    return number
