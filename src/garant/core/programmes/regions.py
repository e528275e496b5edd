"""Regions, channels and add-ons: what overlays the packages, and how support is reached (rules 4, 28, 40)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from garant.core.programmes.nodes import Node
from garant.core.programmes.packages import EVERY, RowFrame, read_cells, read_package
from garant.core.programmes.rules import Scope, read_standing
from garant.core.programmes.targets import Cell, Frame, Key, read_overrides
from garant.core.programmes.texts import read_text
from garant.core.programmes.values import AddOn, Channel, Package, Region, Row, RowValue, Text
from garant.core.targets import UNITS

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class RegionParts:
    """A region, its own cells of the matrix, and its own offer with the offer's rows."""

    region: Region
    cells: Mapping[Key, Cell]
    offer: Package | None
    offer_rows: Mapping[str, RowValue]


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """A channel as the packages have it: its hours for each package (None: not offered), and the levels it is for.

    `severities` None: all levels (rule 28).
    """

    code: str
    name: Text
    live: bool
    hours: Mapping[str, str | None]
    severities: tuple[str, ...] | None = None


def read_channels(node: Node, rows: Mapping[str, Row], frame: RowFrame) -> tuple[ChannelSpec, ...]:
    """The channels in the order in which they are offered. `row`: the hours are those of a row of hours."""
    found: list[ChannelSpec] = []
    for item in node.items():
        by_row = item.get("row") is not None
        fields = item.fields(["code", "name", "row" if by_row else "hours"], ["live", "severities"])
        code = fields["code"].code() if "code" in fields else ""
        if any(other.code == code for other in found):
            item.problem(f"channel {code} stands twice", "remove one")
        hours: Mapping[str, RowValue] = {}
        if by_row:
            hour_rows = [row.code for row in rows.values() if row.kind == "hours"]
            row = rows.get(fields["row"].choice(hour_rows, "row of hours"))
            hours = row.values if row else {}
        elif "hours" in fields:
            hours = read_cells(fields["hours"], "hours", frame, frame.packages)
        live = fields["live"].flag() if "live" in fields else False
        found.append(
            ChannelSpec(
                code,
                read_text(fields.get("name"), frame.languages),
                live,
                {package: value if isinstance(value, str) else None for package, value in hours.items()},
                fields["severities"].choices(frame.severities, "severity") if "severities" in fields else None,
            )
        )
    return tuple(found)


def read_regions(
    node: Node, channels: Sequence[str], rows: Mapping[str, Row], frame: RowFrame, scope: Scope
) -> dict[str, RegionParts]:
    """The regions by code. `default` is the programme without an overlay and must be there."""
    found = {}
    for code, entry in node.entries():
        entry.key().code()
        found[code] = _read_region(code, entry, channels, rows, frame, scope)
    if DEFAULT not in found and isinstance(node.value, dict):
        node.problem("region default is missing", "add default: {name: .., languages: [..]}")
    return found


def _read_region(
    code: str, node: Node, channels: Sequence[str], rows: Mapping[str, Row], frame: RowFrame, scope: Scope
) -> RegionParts:
    fields = node.fields(
        ["name", "languages"], ["calendars", "units", "channels", "standing", "rows", "note", "offer", "targets"]
    )
    region = Region(
        code=code,
        name=read_text(fields.get("name"), frame.languages),
        languages=fields["languages"].choices(frame.languages, "language") if "languages" in fields else (),
        calendars=read_calendar_map(fields.get("calendars"), frame.calendars),
        units=read_units(fields.get("units")),
        channels=_channels(fields.get("channels"), channels, frame),
        standing=read_standing(fields["standing"], scope) if "standing" in fields else None,
        rows=_rows(fields.get("rows"), rows, frame),
        note=read_text(fields["note"], frame.languages) if "note" in fields else None,
    )
    target_frame = Frame(frame.packages, frame.severities, frame.calendars)
    cells = read_overrides(fields["targets"], target_frame) if "targets" in fields else {}
    if "offer" not in fields:
        return RegionParts(region, cells, None, {})
    offer = read_package(fields["offer"], frame.severities, frame.languages, region=code)
    if offer.code in frame.packages:
        fields["offer"].problem(f"package {offer.code} stands twice", "give the offer a code of its own")
    given = fields["offer"].get("rows")
    cells_by_row = _rows_of_one(given, offer.code, rows, frame) if given is not None else {}
    return RegionParts(region, cells, offer, cells_by_row)


def read_calendar_map(node: Node | None, calendars: Collection[str]) -> dict[str, str]:
    """Calendars that stand for calendars of targets; `*` for every one that is not named."""
    found = {}
    for key, entry in node.entries() if node is not None else ():
        if key != EVERY:
            entry.key().choice(calendars, "calendar")
        found[key] = entry.choice(calendars, "calendar")
    return found


def read_units(node: Node | None) -> dict[str, str]:
    """Units that stand for the units of targets."""
    pairs = node.entries() if node is not None else ()
    return {entry.key().choice(UNITS, "unit"): entry.choice(UNITS, "unit") for key, entry in pairs}


def _channels(node: Node | None, channels: Sequence[str], frame: RowFrame) -> dict[str, str | None] | None:
    if node is None:
        return None
    return {
        entry.key().choice(channels, "channel"): None
        if entry.value is None
        else entry.choice(frame.calendars, "calendar")
        for key, entry in node.entries()
    }


def _rows(node: Node | None, rows: Mapping[str, Row], frame: RowFrame) -> dict[str, Mapping[str, RowValue]]:
    """Rows whose cells a region changes; a package that is not named keeps its own."""
    found: dict[str, Mapping[str, RowValue]] = {}
    for key, entry in node.entries() if node is not None else ():
        row = rows.get(entry.key().choice([r.code for r in rows.values() if r.kind != "target"], "row"))
        if row is None:
            continue
        named = {EVERY} if isinstance(entry.value, dict) and EVERY in entry.value else set(entry.value or ())
        packages = frame.packages if EVERY in named else [code for code in frame.packages if code in named]
        found[key] = {**row.values, **read_cells(entry, row.kind, frame, packages)}
    return found


def _rows_of_one(node: Node, code: str, rows: Mapping[str, Row], frame: RowFrame) -> dict[str, RowValue]:
    """The rows of a region's own offer: every row but those of targets, each with one value."""
    found: dict[str, RowValue] = {}
    for key, entry in node.entries():
        row = rows.get(entry.key().choice([r.code for r in rows.values() if r.kind != "target"], "row"))
        if row is not None:
            found[key] = read_cells(replace_value(entry, {code: entry.value}), row.kind, frame, [code])[code]
    missing = [row.code for row in rows.values() if row.kind != "target" and row.code not in found]
    if missing:
        node.problem(f"no value for {', '.join(missing)}", "write one for every row")
    return found


def replace_value(node: Node, value: object) -> Node:
    """The same place in the document with another value."""
    return replace(node, value=value)


def read_add_ons(node: Node, frame: RowFrame) -> tuple[AddOn, ...]:
    """Add-ons to a package (rule 40): an add-on may change the calendars only, or hours of channels."""
    found = []
    for code, entry in node.entries():
        entry.key().code()
        fields = entry.fields(["name", "calendars"], ["units"])
        found.append(
            AddOn(
                code,
                read_text(fields.get("name"), frame.languages),
                read_calendar_map(fields.get("calendars"), frame.calendars),
                read_units(fields.get("units")),
            )
        )
    return tuple(found)


def channels_in(
    channels: Sequence[ChannelSpec], package: str, region: Region, offer_hours: Mapping[str, str | None] | None = None
) -> tuple[Channel, ...]:
    """The channels of a package in a region, in the order in which that region offers them.

    A region's own list replaces the package's hours, but adds no channel that the package lacks.
    """
    found = []
    order = list(region.channels or ())
    ranked = sorted(channels, key=lambda spec: order.index(spec.code) if spec.code in order else len(order))
    for spec in ranked:
        own = spec.hours.get(package) if offer_hours is None else offer_hours.get(spec.code)
        hours = own if region.channels is None else region.channels.get(spec.code) if own or offer_hours else None
        found.append(Channel(spec.code, package, region.code, hours, spec.name, spec.live))
    return tuple(found)
