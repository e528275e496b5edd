"""The cells of a programme's text that a form can change: amounts of targets, and what packages have in each row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from garant.contracts.editing import NotEditable
from garant.contracts.reading import parse_yaml
from garant.core.programmes import STANDARD_ROWS
from garant.core.programmes.nodes import LARGEST_NUMBER, Path

UNLIMITED = "unlimited"


@dataclass(frozen=True, slots=True)
class EditableCell:
    """One cell: what it holds, and where it is written. `path` None: only the text shows how it is written."""

    package: str
    value: Any
    path: Path | None


@dataclass(frozen=True, slots=True)
class EditableRow:
    """One row of cells. `kind`: target, flag, count or hours. `name`: a row's texts as written, None for a target, of
    which `metric`, `severities` and `unit` say what it promises. `group`: the row group's texts, None for targets."""

    kind: str
    name: Any
    group: Any
    metric: str
    severities: tuple[str, ...]
    unit: str
    cells: tuple[EditableCell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """All cells of a text, and what may be chosen in them."""

    packages: tuple[tuple[str, Any], ...]
    rows: tuple[EditableRow, ...]
    calendars: tuple[str, ...]


def grid(text: str) -> Grid:
    """The cells of a programme's text. Raises NotEditable when it is no programme that can be shown so."""
    source = parse_yaml(text)
    try:
        if source.problems:
            raise NotEditable(source.problems[0].message)
        values = source.values
        packages = tuple((str(one["code"]), one["name"]) for one in values["packages"])
        codes = [code for code, _ in packages]
        rows = (*_targets(values, codes), *_rows(values, codes))
        return Grid(packages, rows, tuple(map(str, values["calendars"])))
    except (KeyError, TypeError, AttributeError, IndexError) as problem:
        raise NotEditable(str(problem)) from None


def _targets(values: Any, codes: list[str]) -> Iterator[EditableRow]:
    for place, row in enumerate(values["targets"]):
        severity = row["severity"]
        levels = tuple(map(str, severity)) if isinstance(severity, list) else (str(severity),)
        cells = tuple(_cell(row["amounts"], ("targets", place, "amounts"), code) for code in codes)
        yield EditableRow("target", None, None, str(row["metric"]), levels, str(row.get("unit", "")), cells)


def _rows(values: Any, codes: list[str]) -> Iterator[EditableRow]:
    for group_place, group in enumerate(values["rows"]):
        for place, row in enumerate(group["rows"]):
            kind = row.get("kind") or STANDARD_ROWS.get(row["code"])
            if "target" in row or kind not in ("flag", "count", "hours"):
                continue
            where: Path = ("rows", group_place, "rows", place, "values")
            cells = tuple(_cell(row["values"], where, code) for code in codes)
            yield EditableRow(kind, row["name"], group["name"], "", (), "", cells)


def _cell(values: Mapping[str, Any], where: Path, code: str) -> EditableCell:
    """What a package has: its own entry, or that of every package without one."""
    value = values[code] if code in values else values["*"]
    if isinstance(value, Mapping):
        own = code in values and "amount" in value
        return EditableCell(code, value.get("amount"), (*where, code, "amount") if own else None)
    return EditableCell(code, value, (*where, code))


def read_cell(kind: str, text: str, calendars: tuple[str, ...]) -> Any:
    """What somebody typed into a cell, as the value that is written. Raises ValueError for what the kind can't hold."""
    text = text.strip()
    if kind == "flag":
        return {"yes": True, "no": False}[text] if text in ("yes", "no") else _wrong(text)
    if kind == "hours":
        return None if not text else text if text in calendars else _wrong(text)
    if kind == "target" and not text:
        return None
    if kind == "count" and text == UNLIMITED:
        return text
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return _wrong(text)
    if not amount.is_finite() or not 0 <= amount <= LARGEST_NUMBER:
        return _wrong(text)
    return int(amount) if amount == int(amount) else amount


def _wrong(text: str) -> Any:
    raise ValueError(text)
