"""The target matrix: package x severity x metric, with unit, calendar and grade (rules 1-3, 11).

The document writes it by rows: a metric, one or more severities, and an amount for each package. A region's
overlay is applied here too, so that what comes out answers for one package in one region.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Protocol

from garant.core.programmes.nodes import Node, Path
from garant.core.programmes.values import CalendarSpec
from garant.core.programmes.words import GRADES, METRICS
from garant.core.targets import READINGS, UNITS, Target

Key = tuple[str, str, str]  # package, severity, metric

EVERY = "*"
_SETTINGS = ("unit", "calendar", "start_calendar", "grade", "reading", "on_request", "restored", "note")


class Overlay(Protocol):
    """What changes the calendars of targets: a region, an add-on, a language with hours of its own."""

    @property
    def calendars(self) -> Mapping[str, str]:
        """A target's calendar and the one that stands for it; `*`: every other."""
        ...

    @property
    def units(self) -> Mapping[str, str]:
        """Units that change where the calendar changed."""
        ...


@dataclass(frozen=True, slots=True)
class Cell:
    """A target, and whether one case may agree on another one. `on_request`: the calendar a case may ask for.

    `restored`: the calendar it goes on with once production is restored (rules 6, 16).
    """

    target: Target
    or_as_agreed: bool = False
    on_request: str | None = None
    restored: str | None = None
    path: Path = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a row of targets may refer to."""

    packages: Sequence[str]
    severities: Sequence[str]
    calendars: Mapping[str, CalendarSpec]


def read_targets(node: Node, frame: Frame) -> dict[Key, Cell]:
    """Every cell of the matrix. A cell nobody wrote is a mistake: `null` says "no promise" on purpose."""
    named: dict[Key, Cell] = {}
    general: dict[Key, Cell] = {}
    read = [_read_row(row, frame, named, general) for row in node.items()]
    cells = {**general, **named}
    if not all(read):  # what such a row left out is no second mistake
        return cells
    for metric in dict.fromkeys(key[2] for key in cells):
        for package in frame.packages:
            for severity in frame.severities:
                if (package, severity, metric) not in cells:
                    node.problem(
                        f"no cell for {metric}, severity {severity}, {package}", "add it; null means no promise"
                    )
    return cells


def read_overrides(node: Node, frame: Frame) -> dict[Key, Cell]:
    """Cells that a region or a contract has of its own; the others stay those of the package."""
    named: dict[Key, Cell] = {}
    general: dict[Key, Cell] = {}
    for row in node.items():
        _read_row(row, frame, named, general)
    return {**general, **named}


def _read_row(node: Node, frame: Frame, named: dict[Key, Cell], general: dict[Key, Cell]) -> bool:
    """Add a row's cells; False when the row itself lacks what makes cells."""
    fields = node.fields(["metric", "severity", "amounts", "unit"], [*_SETTINGS[1:], "or_as_agreed"])
    if not {"metric", "severity", "amounts", "unit"} <= fields.keys():
        return False
    metric = fields["metric"].choice(METRICS, "metric")
    severities = _severities(fields["severity"], frame)
    for package, entry in fields["amounts"].entries():
        if package != EVERY and package not in frame.packages:
            entry.problem(f"unknown package {package}", f"known: {', '.join(frame.packages)}")
            continue
        cell = _read_cell(entry, fields, metric, frame)
        into = general if package == EVERY else named
        for severity in severities:
            for one in frame.packages if package == EVERY else (package,):
                if (one, severity, metric) in into:
                    entry.problem(f"{metric}, severity {severity}, {one} stands twice", "remove one of the two")
                into[one, severity, metric] = replace(cell, target=replace(cell.target, severity=severity))
    return True


def _severities(node: Node, frame: Frame) -> tuple[str, ...]:
    if node.value == EVERY:
        return tuple(frame.severities)
    if isinstance(node.value, list):
        return tuple(item.choice(frame.severities, "severity") for item in node.items())
    return (node.choice(frame.severities, "severity"),)


def _read_cell(node: Node, row: Mapping[str, Node], metric: str, frame: Frame) -> Cell:
    """A cell: null, an amount, or an amount with settings of its own that win over those of the row."""
    own = node.fields(["amount"], [*_SETTINGS, "or_as_agreed"]) if isinstance(node.value, dict) else {}
    fields = {**row, **own}
    unit = fields["unit"].choice(UNITS, "unit")
    start = fields.get("start_calendar")
    target = Target(
        severity="",
        metric=metric,
        amount=_amount(own.get("amount", node), unit) if not isinstance(node.value, dict) or "amount" in own else None,
        unit=unit,
        calendar=_calendar(fields, node, frame, unit),
        start_calendar=start.choice(frame.calendars, "calendar") if start is not None and start.value else None,
        grade=fields["grade"].choice(GRADES, "grade") if "grade" in fields else "goal",
        reading=fields["reading"].choice(READINGS, "reading") if "reading" in fields else "business_time",
    )
    agreed = fields.get("or_as_agreed")
    asked, restored = fields.get("on_request"), fields.get("restored")
    cell = Cell(
        target,
        or_as_agreed=agreed.flag() if agreed is not None else False,
        on_request=asked.choice(frame.calendars, "calendar") if asked is not None else None,
        restored=restored.choice(frame.calendars, "calendar") if restored is not None else None,
        path=node.path,
    )
    _refuse_wall_time(cell, node)
    return cell


def _amount(node: Node, unit: str) -> Decimal | None:
    if node.value is None:
        return None
    if unit == "as_agreed":
        node.problem("an amount in the unit as_agreed", "write null: it is agreed case by case")
        return None
    return node.number(above=0)


def _calendar(fields: Mapping[str, Node], cell: Node, frame: Frame, unit: str) -> str:
    if "calendar" not in fields:
        cell.problem("no calendar", "name the calendar this target is counted on")
        return ""
    code = fields["calendar"].choice(frame.calendars, "calendar")
    spec = frame.calendars.get(code)
    if spec is not None and unit == "business_days" and not spec.always and _without_length(spec):
        fields["calendar"].problem(f"{code} has no business_day_hours", "say how long its business day is")
    return code


def _refuse_wall_time(cell: Cell, node: Node) -> None:
    target = cell.target
    if target.reading == "wall_time" and (target.unit != "business_days" or (target.amount or 1) % 1):
        node.problem("the reading wall_time is for whole business_days only", "use business_time")


def _without_length(spec: CalendarSpec) -> bool:
    if spec.places:
        return any(place.business_day_hours is None for place in spec.places)
    return spec.business_day_hours is None


def overlaid(cell: Cell, region: Overlay) -> Cell:
    """The cell under an overlay: same amount, the overlay's calendars and, where those differ, their unit."""
    target = cell.target
    calendar = region.calendars.get(target.calendar, region.calendars.get(EVERY, target.calendar))
    start = target.start_calendar
    return replace(
        cell,
        target=replace(
            target,
            calendar=calendar,
            start_calendar=None if start is None else region.calendars.get(start, region.calendars.get(EVERY, start)),
            unit=region.units.get(target.unit, target.unit) if calendar != target.calendar else target.unit,
        ),
    )
