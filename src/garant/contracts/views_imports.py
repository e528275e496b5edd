"""What an import shows: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One line of a file. `problem`: code of what is wrong, empty when it is fine; `known`: on record already."""

    number: int
    cells: tuple[str, ...]
    problem: str
    values: Mapping[str, object]
    known: bool


@dataclass(frozen=True, slots=True)
class ImportView:
    """A file as it was looked at or loaded. `kind`: subscribers, people or contracts."""

    kind: str
    lines: tuple[ImportLine, ...]

    @property
    def wrong(self) -> int:
        """How many lines have a mistake."""
        return sum(bool(line.problem) for line in self.lines)

    @property
    def new(self) -> int:
        """How many lines enter something."""
        return sum(not line.problem and not line.known for line in self.lines)
