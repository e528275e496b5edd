"""A whole programme from plain values: what it must hold, read in the order in which its parts refer to each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

from garant.core.calendars import Calendar, CalendarError
from garant.core.programmes import packages as parts
from garant.core.programmes.calendars import read_calendars
from garant.core.programmes.coverage import PARTS as COVERAGE
from garant.core.programmes.coverage import Reach, read_coverage
from garant.core.programmes.holidays import Almanac, Days, as_dates, read_sets
from garant.core.programmes.ladders import read_escalations
from garant.core.programmes.nodes import Findings, Node, Path, Problem, printable
from garant.core.programmes.programme import Programme
from garant.core.programmes.regions import read_add_ons, read_channels, read_regions
from garant.core.programmes.rules import (
    Scope,
    read_closure,
    read_contacts,
    read_deliverables,
    read_readings,
    read_severity_change,
    read_standing,
)
from garant.core.programmes.targets import Frame, read_targets
from garant.core.programmes.texts import read_text
from garant.core.programmes.values import CalendarSpec, Clause, Note, Place, Text
from garant.core.programmes.words import LANGUAGES
from garant.core.targets import TargetError

FORMAT = 1
LAYERS = ("contract", "add_on", "region", "package")
HIGHEST_RULE = 48

_REQUIRED = (
    "format",
    "programme",
    "version",
    "effective_from",
    "languages",
    "name",
    "calendars",
    "severities",
    "packages",
    "rows",
    "targets",
    "channels",
    "regions",
    "contacts",
    "standing",
    "severity_change",
)
_OPTIONAL = (
    "vendor",
    "effective_until",
    "precedence",
    "holidays",
    "default_severity",
    "request_types",
    "allotments",
    "add_ons",
    "escalations",
    "deliverables",
    "closure",
    "obligations",
    "notes",
    "readings",
    "clauses",
    *COVERAGE,
)


def read_programme(
    document: Any, lines: Mapping[Path, int] | None = None, almanac: Almanac | None = None
) -> tuple[Programme | None, list[Problem]]:
    """Read a programme from plain values.

    `lines` are the source lines of its paths, for the problems. `almanac` supplies national holidays; without one
    every holiday must be written as a date, as in `Programme.to_plain`. Returns the programme, or None when there
    is any problem, and all problems in the order of the file.
    """
    findings = Findings(lines or {})
    programme = _read(Node(document, (), findings), almanac)
    problems = sorted(findings.problems, key=lambda problem: problem.line)
    return (None if problems else programme), problems


def _read(node: Node, almanac: Almanac | None) -> Programme | None:
    if not isinstance(node.value, dict):
        node.wrong_kind("a mapping with the parts of a programme")
        return None
    fields = node.fields(_REQUIRED, _OPTIONAL)
    _read_format(fields.get("format"))
    languages = fields["languages"].choices(LANGUAGES, "language") if "languages" in fields else ()
    if "languages" in fields and not languages:
        fields["languages"].problem("no language", f"name at least one of {', '.join(LANGUAGES)}")
    lacking = [key for key in _REQUIRED if key not in fields]
    if lacking:
        return None
    sets = read_sets(fields.get("holidays"), almanac, languages)
    calendars = read_calendars(fields["calendars"], sets, languages, almanac)
    _refuse_uncountable(fields["calendars"], calendars)
    programme = _assemble(fields, languages, sets, calendars)
    if not node.findings.problems:
        _refuse_uncountable_targets(programme, node.findings)
    return programme


def _read_format(node: Node | None) -> None:
    if node is not None and node.value != FORMAT:
        node.problem(f"format {printable(node.value)}", f"write format: {FORMAT}")


def _refuse_uncountable(node: Node, calendars: Mapping[str, CalendarSpec]) -> None:
    """What the law itself refuses of a calendar, told at the calendar (clock.md 17)."""
    before = len(node.findings.problems)
    for code, spec in calendars.items():
        for plain in (
            [spec.plain]
            if spec.plain is not None
            else [{**place.plain, "timezone": spec.default_zone} for place in spec.places]
        ):
            try:
                Calendar.from_plain(code, plain)
            except CalendarError as error:
                message, _, remedy = str(error).removeprefix(f"calendar {code}: ").partition(": ")
                if not any(p.path.startswith(f"calendars.{code}") for p in node.findings.problems[:before]):
                    node.child(code, None).problem(message, remedy or "correct the calendar")


def _refuse_uncountable_targets(programme: Programme, findings: Findings) -> None:
    """Targets that the law can't count: their calendar's days have no length, or it never opens for so long."""
    since = datetime.combine(programme.effective_from, time(), tzinfo=UTC)
    for region in programme.regions:
        terms = programme.terms(region)
        for package, severity, metric in programme.cells:
            cell = programme.cell(package, region, severity, metric)
            try:
                rule = terms.rule(package, severity, metric)
                if rule is not None:
                    rule.due(since)
            except (TargetError, CalendarError, OverflowError) as error:
                reason = f"can't be counted in region {region}: {error}"
                findings.add(cell.path if cell else ("targets",), reason, "change the unit or the calendar")


def _assemble(
    fields: Mapping[str, Node], languages: tuple[str, ...], sets: Mapping[str, Days], calendars: dict[str, CalendarSpec]
) -> Programme:
    severities = parts.read_severities(fields["severities"], languages)
    levels = [severity.level for severity in severities]
    packages = parts.read_packages(fields["packages"], levels, languages)
    codes = [package.code for package in packages]
    frame = parts.RowFrame(codes, levels, calendars, languages)
    groups = parts.read_groups(fields["rows"], frame)
    rows = {row.code: row for group in groups for row in group.rows}
    scope = Scope(languages, calendars, levels, list(rows))
    channels = read_channels(fields["channels"], rows, frame)
    counted = [row.code for row in rows.values() if row.kind == "count"]
    default = fields.get("default_severity")
    regions = read_regions(fields["regions"], [spec.code for spec in channels], rows, frame, scope)
    offers = [part.offer.code for part in regions.values() if part.offer is not None]
    _refuse_backward_dates(fields)
    return Programme(
        code=fields["programme"].code(),
        version=fields["version"].version(),
        effective_from=fields["effective_from"].day(),
        effective_until=fields["effective_until"].day() if "effective_until" in fields else None,
        languages=languages,
        name=read_text(fields["name"], languages),
        vendor=read_text(fields.get("vendor"), languages),
        precedence=_precedence(fields.get("precedence")),
        calendars=calendars,
        severities=severities,
        default_severity=default.choice(levels, "severity") if default is not None else None,
        request_types=parts.read_request_types(fields["request_types"], levels, [*codes, *offers], languages)
        if "request_types" in fields
        else (),
        packages=packages,
        groups=groups,
        cells=read_targets(fields["targets"], Frame(codes, levels, calendars)),
        ledgers=parts.read_ledgers(fields["allotments"], counted, frame) if "allotments" in fields else (),
        channel_specs=channels,
        region_parts=regions,
        coverage=read_coverage(fields, Reach(scope, [*codes, *offers], list(regions))),
        add_ons=read_add_ons(fields["add_ons"], frame) if "add_ons" in fields else (),
        contacts=read_contacts(fields["contacts"], scope),
        standing=read_standing(fields["standing"], scope),
        severity_change=read_severity_change(fields["severity_change"], scope),
        escalations=read_escalations(fields["escalations"], scope) if "escalations" in fields else (),
        deliverables=read_deliverables(fields["deliverables"], scope) if "deliverables" in fields else (),
        closure=read_closure(fields["closure"]) if "closure" in fields else None,
        obligations=_notes(fields.get("obligations"), languages, rows),
        notes=_notes(fields.get("notes"), languages, rows),
        readings=read_readings(fields["readings"], scope) if "readings" in fields else (),
        clauses=_clauses(fields.get("clauses"), languages),
        holiday_names={name["en"]: name for days in sets.values() for name in days.values() if "en" in name},
        document={} if fields["format"].findings.problems else _document(fields, sets, calendars),
    )


def _refuse_backward_dates(fields: Mapping[str, Node]) -> None:
    until = fields.get("effective_until")
    if until is not None and until.day() < fields["effective_from"].day():
        until.problem("ends before it begins", "write a date after effective_from")


def _precedence(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return LAYERS
    order = node.choices(LAYERS, "layer")
    if order and order[-1] != "package":
        node.problem("package is not the last", "the package is what the other layers change; let it stand last")
    return order


def _notes(node: Node | None, languages: tuple[str, ...], rows: Mapping[str, object]) -> tuple[Note, ...]:
    found = []
    for code, entry in node.entries() if node is not None else ():
        fields = entry.fields(["text"], ["about"])
        about = fields["about"].choices(rows, "row") if "about" in fields else ()
        found.append(Note(code, read_text(fields.get("text"), languages), about))
    return tuple(found)


def _clauses(node: Node | None, languages: tuple[str, ...]) -> tuple[Clause, ...]:
    found = []
    for code, entry in node.entries() if node is not None else ():
        fields = entry.fields(["rule", "text"], ["data"])
        rule = fields["rule"].whole(at_least=1) if "rule" in fields else 1
        if rule > HIGHEST_RULE:
            fields["rule"].problem(f"rule {rule}", f"the rules are numbered 1 to {HIGHEST_RULE}")
        text: Text = read_text(fields.get("text"), languages)
        found.append(Clause(code, rule, text, fields["data"].value if "data" in fields else None))
    return tuple(found)


def _document(
    fields: Mapping[str, Node], sets: Mapping[str, Days], calendars: Mapping[str, CalendarSpec]
) -> dict[str, Any]:
    """The document as it is stored: the same, with every holiday as a date and every country as its zones."""
    document = {key: node.value for key, node in fields.items()}
    if sets:
        document["holidays"] = {code: as_dates(days) for code, days in sets.items()}
    document["calendars"] = {
        code: _with_zones(plain, calendars[code].places) for code, plain in document["calendars"].items()
    }
    return document


def own_countries(place: Place) -> dict[str, Any]:
    """The countries of a place as they are stored."""
    return {"countries": dict(place.countries)} if place.countries else {}


def _with_zones(plain: Any, places: Sequence[Place]) -> Any:
    if not places:
        return plain
    written = []
    for place, part in zip(places, plain["places"], strict=True):
        own = {key: value for key, value in part.items() if key not in ("countries", "zones")}
        written.append({**own, **({"zones": list(place.zones)} if place.zones else {}), **own_countries(place)})
    return {**plain, "places": written}
