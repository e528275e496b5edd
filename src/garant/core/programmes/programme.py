"""A vendor's programme as one immutable value: what every room and door asks of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from garant.core.calendars import Calendar
from garant.core.programmes.coverage import Coverage
from garant.core.programmes.packages import Ledger
from garant.core.programmes.regions import DEFAULT, ChannelSpec, RegionParts, channels_in
from garant.core.programmes.targets import Cell, Key, overlaid
from garant.core.programmes.values import (
    AddOn,
    Allotment,
    CalendarSpec,
    Channel,
    Clause,
    ClosureRule,
    ContactRule,
    Deliverable,
    EscalationPolicy,
    Note,
    Package,
    Place,
    Reading,
    Region,
    RequestType,
    Row,
    RowGroup,
    RowValue,
    Severity,
    SeverityRule,
    StandingRule,
    Text,
    said,
)
from garant.core.targets import Target

if TYPE_CHECKING:
    from garant.core.programmes.terms import ProgrammeTerms


@dataclass(frozen=True, eq=False)
class Programme:
    """One version of a vendor's programme.

    Built by `read_programme` from a document without mistakes. Codes that are asked for must exist: a KeyError
    names the one that doesn't. `region` is `default` for the programme without an overlay.
    """

    code: str
    version: str
    effective_from: date
    effective_until: date | None
    languages: tuple[str, ...]
    name: Text
    vendor: Text
    precedence: tuple[str, ...]
    calendars: Mapping[str, CalendarSpec]
    severities: tuple[Severity, ...]
    default_severity: str | None
    request_types: tuple[RequestType, ...]
    packages: tuple[Package, ...]
    groups: tuple[RowGroup, ...]
    cells: Mapping[Key, Cell] = field(repr=False)
    ledgers: tuple[Ledger, ...] = field(repr=False)
    channel_specs: tuple[ChannelSpec, ...] = field(repr=False)
    region_parts: Mapping[str, RegionParts] = field(repr=False)
    coverage: Coverage = field(repr=False)
    add_ons: tuple[AddOn, ...]
    contacts: ContactRule
    standing: StandingRule
    severity_change: SeverityRule
    escalations: tuple[EscalationPolicy, ...]
    deliverables: tuple[Deliverable, ...]
    closure: ClosureRule | None
    obligations: tuple[Note, ...]
    notes: tuple[Note, ...]
    readings: tuple[Reading, ...]
    clauses: tuple[Clause, ...]
    holiday_names: Mapping[str, Text] = field(repr=False)
    document: Mapping[str, Any] = field(repr=False)

    @cached_property
    def regions(self) -> dict[str, Region]:
        """The regions by code, in the order of the document; `default` is among them."""
        return {code: part.region for code, part in self.region_parts.items()}

    @cached_property
    def offers(self) -> tuple[Package, ...]:
        """The regions' own offers: packages sold in one region only."""
        return tuple(part.offer for part in self.region_parts.values() if part.offer is not None)

    @cached_property
    def all_packages(self) -> tuple[Package, ...]:
        """The packages and the regions' own offers."""
        return (*self.packages, *self.offers)

    def package(self, code: str) -> Package:
        """The package or offer of that code. Raises KeyError."""
        for package in self.all_packages:
            if package.code == code:
                return package
        raise KeyError(code)

    def severity(self, level: str) -> Severity:
        """The severity of that level. Raises KeyError."""
        for severity in self.severities:
            if severity.level == level:
                return severity
        raise KeyError(level)

    def request_type(self, code: str) -> RequestType:
        """The request type of that code. Raises KeyError."""
        for kind in self.request_types:
            if kind.code == code:
                return kind
        raise KeyError(code)

    def more_severe(self, a: str, b: str) -> bool:
        """Whether `a` is more severe than `b`; False for equals. Raises KeyError."""
        return self.severity(a).rank < self.severity(b).rank

    def rows(self, package: str, region: str = DEFAULT) -> dict[str, RowValue]:
        """Every row of the packages page, in its order, with what it says of the package in the region.

        A flag is True or False, a count a number or "unlimited", hours a calendar's code or None. A row of targets
        is an amount in the target's unit, None for no promise, or, where its severities differ, such a value by level.
        """
        key = (package, region)
        if key not in self._rows:
            self._rows[key] = {
                row.code: self._target_row(row, package, region)
                if row.kind == "target"
                else self._cell(row, package, region)
                for group in self.groups
                for row in group.rows
            }
        return dict(self._rows[key])

    @cached_property
    def _rows(self) -> dict[tuple[str, str], dict[str, RowValue]]:
        """What `rows` found before: the programme never changes."""
        return {}

    def _cell(self, row: Row, package: str, region: str) -> RowValue:
        offered = self.package(package).region
        if offered is not None:
            return self.region_parts[offered].offer_rows[row.code]
        return self.regions[region].rows.get(row.code, row.values).get(package)

    def _target_row(self, row: Row, package: str, region: str) -> RowValue:
        amounts: dict[str, Decimal | None] = {}
        for level in row.severities:
            target = self.target(package, region, level, row.metric or "")
            amounts[level] = target.amount if target is not None else None
        return next(iter(amounts.values())) if len(set(amounts.values())) == 1 else amounts

    def cell(self, package: str, region: str, severity: str, metric: str) -> Cell | None:
        """A cell of the matrix under the region's overlay, by the programme's precedence; None: not in the matrix."""
        part = self.region_parts[region]
        own = part.cells.get((package, severity, metric))
        base = self.cells.get((package, severity, metric))
        if base is None or self._comes_first("package", "region"):
            return base
        if own is not None:
            return own
        key = (package, region, severity, metric)
        if key not in self._overlaid:
            self._overlaid[key] = overlaid(base, part.region)
        return self._overlaid[key]

    @cached_property
    def _overlaid(self) -> dict[tuple[str, str, str, str], Cell]:
        """What `cell` worked out before."""
        return {}

    def _comes_first(self, layer: str, other: str) -> bool:
        """Whether a layer wins over another; one that is not in the precedence changes nothing."""
        order = self.precedence
        return other not in order or (layer in order and order.index(layer) < order.index(other))

    def target(self, package: str, region: str, severity: str, metric: str) -> Target | None:
        """The target of a cell in a region; None when the programme has none. `amount` None is no promise."""
        cell = self.cell(package, region, severity, metric)
        return cell.target if cell is not None else None

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that the matrix has cells for."""
        return tuple(dict.fromkeys(metric for _, _, metric in self.cells))

    def channels(self, package: str, region: str = DEFAULT) -> tuple[Channel, ...]:
        """Every channel of the programme for a package in a region, in the order of offering; hours None: not there."""
        offered = self.package(package).region
        if offered is None:
            return channels_in(self.channel_specs, package, self.regions[region])
        own = dict(self.regions[offered].channels or {spec.code: None for spec in self.channel_specs})
        return channels_in(self.channel_specs, package, self.regions[offered], own)

    def allotments(self, package: str | None = None, region: str = DEFAULT) -> tuple[Allotment, ...]:
        """What a package includes of everything countable; for all packages when none is named."""
        found = []
        for one in [package] if package is not None else [p.code for p in self.packages]:
            rows = self.rows(one, region)
            for ledger in self.ledgers:
                value = rows[ledger.row]
                found.append(
                    Allotment(
                        ledger.code,
                        one,
                        region,
                        value if isinstance(value, Decimal) else None,
                        ledger.period,
                        ledger.name,
                        ledger.step,
                        ledger.carry_over,
                        ledger.bands,
                        ledger.per_pack.get(one),
                        (ledger.per[0], ledger.per[1][one]) if ledger.per and one in ledger.per[1] else None,
                        ledger.role,
                        ledger.expires_after_months,
                    )
                )
        return tuple(found)

    def escalation(self, severity: str, metric: str = "initial_response") -> EscalationPolicy | None:
        """The policy for a missed or nearly missed period; None: nobody is told."""
        for policy in self.escalations:
            if severity in policy.severities and metric in policy.metrics:
                return policy
        return None

    def standing_rule(self, region: str = DEFAULT) -> StandingRule:
        """When support may be suspended in a region."""
        return self.regions[region].standing or self.standing

    def deliverable(self, code: str) -> Deliverable:
        """A recurring deliverable. Raises KeyError."""
        for found in self.deliverables:
            if found.code == code:
                return found
        raise KeyError(code)

    def calendar(self, code: str, customer_zone: str | None = None) -> Calendar:
        """The calendar of that code, ready to count. Where the customer's zone decides, that of `customer_zone`, or
        the calendar's default zone when it is None. Raises KeyError for an unknown code or a zone without a place."""
        spec = self.calendars[code]
        if spec.plain is not None:
            return self._compiled(code, None)
        return self._compiled(code, customer_zone or spec.default_zone)

    def _compiled(self, code: str, zone: str | None) -> Calendar:
        made: dict[tuple[str, str | None], Calendar] = self._made
        if (code, zone) not in made:
            spec = self.calendars[code]
            place = None if zone is None else place_for(spec, zone)
            plain = dict(spec.plain or {}) if place is None else {**place.plain, "timezone": zone}
            hours = spec.business_day_hours if place is None else place.business_day_hours
            if hours is not None:
                plain["business_day_hours"] = str(hours)
            made[code, zone] = Calendar.from_plain(code, plain)
        return made[code, zone]

    @cached_property
    def _made(self) -> dict[tuple[str, str | None], Calendar]:
        return {}

    def terms(
        self,
        region: str = DEFAULT,
        calendars: Mapping[str, Calendar] | None = None,
        customer_zone: str | None = None,
        *,
        add_ons: tuple[str, ...] = (),
        overrides: Mapping[tuple[str, str], Target] | None = None,
        on_request: bool = False,
        language: str | None = None,
        environment: str | None = None,
        untargeted: bool = False,
    ) -> ProgrammeTerms:
        """What a contract in that region promises, as the clock asks for it; see `ProgrammeTerms` for the arguments.

        Raises KeyError for an unknown region.
        """
        from garant.core.programmes.terms import ProgrammeTerms

        self.regions[region]
        asked = (on_request, language, environment, untargeted)
        return ProgrammeTerms(self, region, calendars or {}, customer_zone, add_ons, overrides or {}, *asked)

    def text(self, path: str, language: str) -> str:
        """A text of the programme by its path, such as `severity.1.definition` or `row.services_days.name`.

        The kinds: name, vendor, severity, package, row (name, note), group, channel, ledger, region (name, note),
        request_type, calendar, deliverable, obligation, note, reading (question, chosen, other), clause, standing.
        Falls back to English where a language is missing. Raises KeyError for a path that the programme hasn't.
        """
        return said(self._texts[path], language)

    @cached_property
    def _texts(self) -> dict[str, Text]:
        from garant.core.programmes.texts import all_texts

        return all_texts(self)

    def holiday_name(self, name: str, language: str) -> str:
        """A holiday's name in a language; the name itself when nobody translated it."""
        return said(self.holiday_names[name], language) if name in self.holiday_names else name

    def to_plain(self) -> dict[str, Any]:
        """The programme as JSON-able values, holidays as dates: what is stored. `from_plain` reads it back."""
        plain: dict[str, Any] = jsonable(self.document)
        return plain

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Programme:
        """A stored programme. Raises ValueError with the first mistake when it is none."""
        from garant.core.programmes.document import read_programme

        programme, problems = read_programme(dict(plain))
        if programme is None:
            raise ValueError(f"{problems[0].path}: {problems[0].message}; {problems[0].remedy}")
        return programme

    def with_calendars(self, calendars: Mapping[str, Mapping[str, Any]]) -> Programme:
        """The same programme counting on other versions of its calendars (plain form, by code)."""
        changed = {
            code: replace(self.calendars[code], plain=plain)
            for code, plain in calendars.items()
            if code in self.calendars
        }
        return replace(self, calendars={**self.calendars, **changed})


def place_for(spec: CalendarSpec, zone: str) -> Place:
    """The place of a customer's calendar that holds in a zone; one without zones holds everywhere else."""
    for place in spec.places:
        if zone in place.zones:
            return place
    for place in spec.places:
        if not place.zones:
            return place
    raise KeyError(zone)


def jsonable(value: Any) -> Any:
    """Plain values with exact numbers as JSON has them: whole ones as integers, others as floats."""
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value
