"""Severities, request types, packages and their rows, allotments, channels and regions, read from the document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from garant.core.programmes.nodes import Node
from garant.core.programmes.texts import read_text
from garant.core.programmes.values import (
    Band,
    CalendarSpec,
    Package,
    RequestType,
    Row,
    RowGroup,
    RowValue,
    Severity,
    Text,
)
from garant.core.programmes.words import METRICS, PERIODS, STANDARD_ROWS, UNLIMITED

EVERY = "*"


def read_severities(node: Node, languages: Sequence[str]) -> tuple[Severity, ...]:
    """The levels, most severe first."""
    found: list[Severity] = []
    for rank, item in enumerate(node.items()):
        fields = item.fields(["level", "name", "definition"], ["environments"])
        places = fields.get("environments")
        level = fields["level"].code() if "level" in fields else ""
        if any(other.level == level for other in found):
            item.problem(f"severity {level} stands twice", "give each level a code of its own")
        found.append(
            Severity(
                level,
                rank,
                read_text(fields.get("name"), languages),
                read_text(fields.get("definition"), languages),
                tuple(place.code() for place in places.items()) if places is not None else None,
            )
        )
    if isinstance(node.value, list) and not found:
        node.problem("no severity", "add one")
    return tuple(found)


def read_packages(node: Node, severities: Sequence[str], languages: Sequence[str]) -> tuple[Package, ...]:
    """The packages, from the smallest to the largest."""
    found: list[Package] = []
    for item in node.items():
        package = read_package(item, severities, languages)
        if any(other.code == package.code for other in found):
            item.problem(f"package {package.code} stands twice", "give each package a code of its own")
        found.append(package)
    if isinstance(node.value, list) and not found:
        node.problem("no package", "add one")
    return tuple(found)


def read_package(item: Node, severities: Sequence[str], languages: Sequence[str], region: str | None = None) -> Package:
    """One package, or a region's own offer."""
    more = ["rows", "channels"] if region else []
    own = ["cases", "severities", "opened_by", "environments", "without_targets", "retired_on"]
    fields = item.fields(["code", "name"], [*own, *more])
    levels = fields["severities"].choices(severities, "severity") if "severities" in fields else tuple(severities)
    return Package(
        code=fields["code"].code() if "code" in fields else "",
        name=read_text(fields.get("name"), languages),
        region=region,
        cases=fields["cases"].flag() if "cases" in fields else True,
        severities=levels,
        roles=tuple(role.code() for role in fields["opened_by"].items()) if "opened_by" in fields else None,
        environments=tuple(item.code() for item in fields["environments"].items())
        if "environments" in fields
        else None,
        retired_on=fields["retired_on"].day() if "retired_on" in fields else None,
        without_targets=tuple(item.code() for item in fields["without_targets"].items())
        if "without_targets" in fields
        else (),
    )


def read_request_types(
    node: Node, severities: Sequence[str], packages: Sequence[str], languages: Sequence[str]
) -> tuple[RequestType, ...]:
    """The kinds of request (rules 14, 18)."""
    found: list[RequestType] = []
    for code, entry in node.entries():
        entry.key().code()
        fields = entry.fields(["name"], ["severity", "packages", "targets"])
        severity = fields.get("severity")
        found.append(
            RequestType(
                code,
                read_text(fields.get("name"), languages),
                None if severity is None or severity.value is None else severity.choice(severities, "severity"),
                fields["packages"].choices(packages, "package") if "packages" in fields else None,
                fields["targets"].flag() if "targets" in fields else True,
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class RowFrame:
    """What rows may refer to."""

    packages: Sequence[str]
    severities: Sequence[str]
    calendars: Mapping[str, CalendarSpec]
    languages: Sequence[str]


def read_groups(node: Node, frame: RowFrame) -> tuple[RowGroup, ...]:
    """The rows of the packages page in their groups. A programme leaves out the standard rows that it doesn't have;
    no package has them then."""
    groups, seen = [], set[str]()
    for item in node.items():
        fields = item.fields(["code", "name", "rows"])
        group = fields["code"].code() if "code" in fields else ""
        rows = []
        for entry in fields["rows"].items() if "rows" in fields else ():
            row = _read_row(entry, group, frame)
            if row.code in seen:
                entry.problem(f"row {row.code} stands twice", "remove one")
            seen.add(row.code)
            rows.append(row)
        groups.append(RowGroup(group, read_text(fields.get("name"), frame.languages), tuple(rows)))
    if not any(row.kind == "target" for group in groups for row in group.rows) and isinstance(node.value, list):
        node.problem("no row of response targets", "add one with target: {metric: initial_response, severities: [..]}")
    return tuple(groups)


def _read_row(node: Node, group: str, frame: RowFrame) -> Row:
    targets = node.get("target") is not None
    fields = node.fields(["code", "name", "target" if targets else "values"], ["note"] if targets else ["note", "kind"])
    code = fields["code"].code() if "code" in fields else ""
    name = read_text(fields.get("name"), frame.languages)
    note = read_text(fields["note"], frame.languages) if "note" in fields else None
    if targets:
        inner = fields["target"].fields(["metric", "severities"])
        return Row(
            code,
            group,
            "target",
            name,
            note,
            metric=inner["metric"].choice(METRICS, "metric") if "metric" in inner else None,
            severities=inner["severities"].choices(frame.severities, "severity") if "severities" in inner else (),
        )
    kind = _kind_of_row(code, node, fields.get("kind"))
    if kind is None:
        return Row(code, group, "flag", name, note)
    values = read_cells(fields["values"], kind, frame, frame.packages) if "values" in fields else {}
    return Row(code, group, kind, name, note, values=values)


def _kind_of_row(code: str, node: Node, given: Node | None) -> str | None:
    """What the cells of a row hold; None when a row of the programme's own doesn't say so."""
    kind = STANDARD_ROWS.get(code)
    if kind is not None:
        if given is not None and given.value != kind:
            given.problem(f"row {code} holds a {kind}", "leave kind out, or give the row another code")
        return kind
    if given is None:
        node.problem(
            f"unknown row {code}", f"use one of {', '.join(STANDARD_ROWS)}, or say its kind: flag, count, hours"
        )
        return None
    return given.choice(("flag", "count", "hours"), "kind of row") or None


def read_cells(node: Node, kind: str, frame: RowFrame, packages: Sequence[str]) -> dict[str, RowValue]:
    """A row's cell for each package; `*` stands for the packages that are not named."""
    given: dict[str, RowValue] = {}
    for key, entry in node.entries():
        if key != EVERY and key not in packages:
            entry.problem(f"unknown package {key}", f"known: {', '.join(packages)}")
        given[key] = read_cell(entry, kind, frame)
    missing = [code for code in packages if code not in given and EVERY not in given]
    if missing and isinstance(node.value, dict):
        node.problem(f"no cell for {', '.join(missing)}", "write one for every package, or * for the rest")
    return {code: given.get(code, given.get(EVERY)) for code in packages}


def read_cell(node: Node, kind: str, frame: RowFrame) -> RowValue:
    """What a row says of one package: a flag, a count (or unlimited), or the calendar of its hours (null: none)."""
    if kind == "flag":
        return node.flag()
    if kind == "hours":
        return None if node.value is None else node.choice(frame.calendars, "calendar")
    if node.value == UNLIMITED:
        return UNLIMITED
    return node.number(at_least=0)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A countable thing that packages include (rules 19, 32). The amounts are those of a row."""

    code: str
    name: Text
    row: str
    period: str
    step: Decimal
    carry_over: Decimal
    bands: tuple[Band, ...]
    per_pack: Mapping[str, Decimal]
    per: tuple[str, Mapping[str, Decimal]] | None = None
    role: str | None = None
    expires_after_months: int | None = None


_LEDGER_OPTIONS = ("step", "carry_over", "bands", "per_pack", "per", "role", "expires_after_months")


def read_ledgers(node: Node, counted_rows: Sequence[str], frame: RowFrame) -> tuple[Ledger, ...]:
    """The allotments by ledger."""
    found = []
    for code, entry in node.entries():
        entry.key().code()
        fields = entry.fields(["name", "row", "period"], list(_LEDGER_OPTIONS))
        expires = fields.get("expires_after_months")
        found.append(
            Ledger(
                code,
                read_text(fields.get("name"), frame.languages),
                fields["row"].choice(counted_rows, "row with counts") if "row" in fields else "",
                fields["period"].choice(PERIODS, "period") if "period" in fields else "",
                fields["step"].number(above=0) if "step" in fields else Decimal(1),
                fields["carry_over"].number(at_least=0) if "carry_over" in fields else Decimal(0),
                _bands(fields["bands"]) if "bands" in fields else (),
                _by_package(fields.get("per_pack"), frame),
                _per(fields["per"], frame) if "per" in fields else None,
                fields["role"].code() if "role" in fields else None,
                expires.whole(at_least=1) if expires is not None else None,
            )
        )
    return tuple(found)


def _by_package(node: Node | None, frame: RowFrame) -> dict[str, Decimal]:
    entries = node.entries() if node is not None else ()
    return {item.key().choice(frame.packages, "package"): item.number(above=0) for _, item in entries}


def _per(node: Node, frame: RowFrame) -> tuple[str, Mapping[str, Decimal]]:
    fields = node.fields(["measure", "amounts"])
    measure = fields["measure"].code() if "measure" in fields else ""
    return measure, _by_package(fields.get("amounts"), frame)


def _bands(node: Node) -> tuple[Band, ...]:
    bands = []
    for item in node.items():
        fields = item.fields(["measure", "amount"], ["up_to", "each"])
        if ("up_to" in fields) == ("each" in fields):
            item.problem("a band needs either up_to or each", "up_to: its upper edge; each: for what lies beyond")
        bands.append(
            Band(
                fields["measure"].code() if "measure" in fields else "",
                fields["up_to"].number(above=0) if "up_to" in fields else None,
                fields["each"].number(above=0) if "each" in fields else None,
                fields["amount"].number(at_least=0) if "amount" in fields else Decimal(0),
            )
        )
    return tuple(bands)
