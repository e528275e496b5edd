"""Interleaved timing: A B C A B C, so that a slow spell of the machine hits every system alike.

Absolute times drift by a factor of two between runs on a shared machine; only ratios within one run are claims.
"""

from __future__ import annotations

import gc
import importlib
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

WARM_UP = 2


@dataclass(frozen=True, slots=True)
class System:
    """Something measured. `act` does `times` operations and returns nothing; per operation is what counts.

    `role`: "garant", "peer", or "floor" (the least that such an operation can cost). `before` and `after` run around
    each act and are not timed: what it needs, and the check of what it did.
    """

    name: str
    role: str
    act: Callable[[], object]
    times: int = 1
    before: Callable[[], object] = lambda: None
    after: Callable[[], object] = lambda: None


@dataclass(frozen=True, slots=True)
class Figures:
    """What one operation took over the rounds of one run, in seconds or the row's unit."""

    least: float
    median: float
    most: float


@dataclass(slots=True)
class Row:
    """One line of the table. `ratio` compares medians with Garant's: above 1 the system is slower than Garant."""

    operation: str
    system: str
    figures: Figures
    ratio: float | None
    role: str = ""
    unit: str = "s"


@dataclass(slots=True)
class Table:
    """What one bench module found."""

    title: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def run_module(name: str) -> Table:
    """What the bench module of that name finds. Raises ImportError when it lacks a part."""
    table: Table = importlib.import_module(f"bench.{name.replace('-', '_')}").run()
    return table


def interleaved(operation: str, systems: Sequence[System], rounds: int = 9) -> list[Row]:
    """Time the systems in turn, `rounds` times after a warm-up that is dropped. One of them is Garant."""
    taken: dict[str, list[float]] = {system.name: [] for system in systems}
    for turn in range(rounds + WARM_UP):
        for system in systems:
            system.before()
            seconds = timed(system.act) / system.times
            system.after()
            if turn >= WARM_UP:
                taken[system.name].append(seconds)
    return compared(operation, systems, taken)


def compared(
    operation: str, systems: Sequence[System], taken: Mapping[str, Sequence[float]], unit: str = "s"
) -> list[Row]:
    """A row for each system from what was measured of it, in seconds or another unit."""
    figures = {name: summed(values) for name, values in taken.items()}
    ours = next(figures[system.name].median for system in systems if system.role == "garant")
    return [
        Row(operation, system.name, figures[system.name], figures[system.name].median / ours, system.role, unit)
        for system in systems
    ]


def timed(act: Callable[[], object]) -> float:
    """Wall seconds of one call, without garbage collection in between."""
    gc.collect()
    gc.disable()
    try:
        begin = time.perf_counter()
        act()
        return time.perf_counter() - begin
    finally:
        gc.enable()


def summed(values: Sequence[float]) -> Figures:
    """Least, median and most."""
    return Figures(min(values), statistics.median(values), max(values))


def printed(tables: Sequence[Table]) -> str:
    """The tables as one text."""
    parts = []
    for table in tables:
        cells = [("operation", "system", "min", "median", "max", "x Garant", "")]
        cells += [_cells(row) for row in table.rows]
        widths = [max(len(line[column]) for line in cells) for column in range(7)]
        lines = [
            "  ".join(
                cell.rjust(width) if 2 <= place <= 5 else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in cells
        ]
        parts.append("\n".join([table.title, "-" * len(lines[0]), *lines, *(f"* {note}" for note in table.notes)]))
    return "\n\n".join(parts)


def _cells(row: Row) -> tuple[str, ...]:
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}" if row.ratio < 10 else f"{row.ratio:.0f}"
    figures = row.figures
    values = (shown(value, row.unit) for value in (figures.least, figures.median, figures.most))
    return (row.operation, row.system, *values, ratio, row.role)


def shown(seconds: float, kind: str = "s") -> str:
    """A duration with a unit that suits it; anything else in its own unit."""
    if kind != "s":
        return f"{seconds:.1f} {kind}"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
