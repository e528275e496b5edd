"""The parts of a programme as immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Any

#: A text by language. Every language of the programme is there, except in holiday names.
Text = Mapping[str, str]

#: What a row's cell says: a flag, an amount ("unlimited" when there is no limit), a calendar's code, or for a
#: row of targets an amount or, where its severities differ, an amount per severity. None: nothing is promised.
RowValue = bool | Decimal | str | None | Mapping[str, "Decimal | None"]


def said(text: Text, language: str) -> str:
    """The text in `language`, else in its base language, else in English, else in the first one there is."""
    for code in (language, language.split("-")[0], "en"):
        if code in text:
            return text[code]
    return next(iter(text.values()), "")


@dataclass(frozen=True, slots=True)
class Severity:
    """A level, as the subscriber chooses it. Levels are ordered; rank 0 is the most severe.

    `environments`: the ones it is open in (rule 13); None: all.
    """

    level: str
    rank: int
    name: Text
    definition: Text
    environments: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RequestType:
    """A kind of request. `severity` is its default; None: the contact chooses. `packages` None: all of them.

    `targets` False: no response target applies to this kind of request (rule 18).
    """

    code: str
    name: Text
    severity: str | None
    packages: tuple[str, ...] | None = None
    targets: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the packages page. `metric` and `severities` are set for rows of kind `target`."""

    code: str
    group: str
    kind: str
    name: Text
    note: Text | None = None
    metric: str | None = None
    severities: tuple[str, ...] = ()
    values: Mapping[str, RowValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowGroup:
    """A group of rows of the packages page."""

    code: str
    name: Text
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Package:
    """A bundle of promises. `region` is None for packages sold everywhere, else the region whose own offer it is.

    `cases` False: it has no support cases. `severities`: the levels open to it (rule 13). `roles`: which roles may
    open cases; None: named contacts. `environments` it covers; None: all (rule 24). `without_targets`: those it covers
    without a response target.
    """

    code: str
    name: Text
    region: str | None = None
    cases: bool = True
    severities: tuple[str, ...] = ()
    roles: tuple[str, ...] | None = None
    environments: tuple[str, ...] | None = None
    retired_on: date | None = None
    without_targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a customer's calendar applies: its zones (empty: everywhere else), and the hours there.

    `countries`: for each of its countries the zone that stands for it when the customer's own is not known.
    """

    zones: tuple[str, ...]
    plain: Mapping[str, Any]
    business_day_hours: Decimal | None
    countries: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CalendarSpec:
    """A calendar of the programme.

    `plain` is its timezone, weekly hours, holidays and exceptions; None when the customer's zone decides, and
    `places` says what holds where. `business_day_hours` turns business days into hours (rule 43).
    """

    code: str
    name: Text
    owner: str
    always: bool
    plain: Mapping[str, Any] | None
    business_day_hours: Decimal | None
    places: tuple[Place, ...] = ()
    default_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Allotment:
    """What a package includes of something countable in one region.

    `amount` None: without limit. `period`: one of `words.PERIODS`. `step`: the smallest part that can be booked.
    `carry_over`: the largest unused amount that passes into the next period. `bands`, `per_pack`, `per`: the amount
    depends on what was bought (rule 19); `per` is a measure and the amount for each of it. `role`: the role that the
    places are for; None: any. `expires_after_months`: how long a grant lives (rule 23); None: its period.
    """

    ledger: str
    package: str
    region: str
    amount: Decimal | None
    period: str
    name: Text
    step: Decimal = Decimal(1)
    carry_over: Decimal = Decimal(0)
    bands: tuple[Band, ...] = ()
    per_pack: Decimal | None = None
    per: tuple[str, Decimal] | None = None
    role: str | None = None
    expires_after_months: int | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """How many are included for up to `up_to` of `measure`; beyond the last band, `amount` for each started `each`."""

    measure: str
    up_to: Decimal | None
    each: Decimal | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach support in one package and region. `hours`: a calendar's code; None: not offered."""

    code: str
    package: str
    region: str
    hours: str | None
    name: Text
    live: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """An amount of time in a unit, on a calendar (None: elapsed)."""

    amount: Decimal
    unit: str
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """One step of an escalation policy.

    `on`: near (a share of the target has passed), miss, age of the case, or customer (they called for management).
    `level` orders the steps; `to` are recipients: a role, `assignee`, `team:CODE`, `rota:CODE`, `person:EMAIL`.
    `after`: how long after the trigger; None: at once. `acknowledge_within`: who is told acknowledges it by then, else
    they are told again, `repeat` times, and then the next level is; None: no limit.
    """

    level: int
    on: str
    to: tuple[str, ...]
    name: Text
    after: Wait | None = None
    acknowledge_within: Wait | None = None
    repeat: int = 1


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """Who is told when a promise is about to break or has broken. `near_share` lies between 0 and 1; `catch_all` are
    the recipients when a step's are nobody (empty: the managers)."""

    code: str
    severities: tuple[str, ...]
    metrics: tuple[str, ...]
    near_share: Decimal | None
    steps: tuple[EscalationStep, ...]
    catch_all: tuple[str, ...] = ()

    def step(self, level: int) -> EscalationStep | None:
        """The step of a level; None when there is none."""
        return next((step for step in self.steps if step.level == level), None)


@dataclass(frozen=True, slots=True)
class StandingRule:
    """When support may be suspended, and what that does.

    `grounds`: kinds of recorded facts. After `days_past_due` the subscriber is notified; a suspension is proposed
    `notice_days` and then `grace_days` later. `prolonged_only`: nothing shorter may suspend at all.
    """

    grounds: tuple[str, ...]
    days_past_due: int
    notice_days: int
    grace_days: int
    prolonged_only: bool
    automatic: bool
    decided_by: tuple[str, ...]
    exception_by: tuple[str, ...]
    reason: Text


@dataclass(frozen=True, slots=True)
class AutomaticChange:
    """A change of severity that an event brings by itself (rule 16): from any of `levels` to `to`."""

    on: str
    levels: tuple[str, ...]
    to: str


@dataclass(frozen=True, slots=True)
class SeverityRule:
    """Who may change a severity (rules 10, 15, 16).

    `vendor_change` and `contact_change`: at_once, proposal (the other side must agree) or refused. `lapse`: after
    which a proposal that nobody answered ends with the severity unchanged; None: never. `automatic`: changes that come
    by themselves.
    """

    set_by: str
    contact_change: str
    vendor_change: str
    lapse: Wait | None
    on_raise: str = "min"
    on_lower: str = "max"
    automatic: tuple[AutomaticChange, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactRule:
    """Who may open cases. `untrained`: refuse, warn or accept; `unlisted`: hold or reject.

    `other_senders`: what the vendor calls people who are known but may not open cases. `training_valid_days`: after
    how many days a training lapses; None: never. `replace_lead_time`: after which a new contact takes effect;
    `emergency_lead_time`: the same when the one to be replaced is absent, None: the same as otherwise.
    """

    unlisted: str
    untrained: str
    roles: tuple[str, ...]
    replace_lead_time: Wait | None
    other_senders: tuple[str, ...] = ()
    training_valid_days: int | None = None
    emergency_lead_time: Wait | None = None


@dataclass(frozen=True, slots=True)
class Deliverable:
    """Something the vendor owes again and again (rule 33).

    Due on `weekday` (0 = Monday) at `at` in the zone of `calendar`. When that day is closed it is due on the
    working day before or after: `when_closed`. `row`: the flag that entitles to it.
    """

    code: str
    name: Text
    row: str
    every: str
    weekday: int
    at: time
    calendar: str
    when_closed: str
    contents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClosureRule:
    """Closing after silence (rule 42), in days; a reply reopens a closed case within `reopen_within`."""

    warn_after: int
    close_after: int
    reopen_within: int


@dataclass(frozen=True, slots=True)
class Reading:
    """How an ambiguous text was read (rule 48), beside the parts of the programme that rest on it."""

    code: str
    question: Text
    chosen: Text
    other: Text | None
    about: tuple[str, ...]
    assumed: bool


@dataclass(frozen=True, slots=True)
class Region:
    """A region's overlay: what it changes of the packages. `calendars` maps a target's calendar to the region's.

    `channels`: code -> hours; None: those of the packages. `standing`: None: that of the programme.
    """

    code: str
    name: Text
    languages: tuple[str, ...]
    calendars: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str | None] | None = None
    standing: StandingRule | None = None
    rows: Mapping[str, Mapping[str, RowValue]] = field(default_factory=dict)
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class AddOn:
    """Something bought on top of a package that changes the calendars of its targets (rule 40)."""

    code: str
    name: Text
    calendars: Mapping[str, str]
    units: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of the contract that Garant keeps and shows but does not act on yet. `rule`: its number in the format's
    reference; `data`: its figures as plain values."""

    code: str
    rule: int
    text: Text
    data: Any = None


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence that the packages page shows. `about`: the row codes it belongs to; empty: the whole page."""

    code: str
    text: Text
    about: tuple[str, ...] = ()
