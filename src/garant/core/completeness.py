"""Is an error report complete enough to see the same error? A pure answer over fields; it never stops a clock.

mission.md, "Error reporting": steps, expected, actual, environment. Product and version belong to the environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: What an error report needs so that somebody else can do the same, in the order in which it is asked for.
REPORT = ("steps", "expected", "actual", "environment", "product", "version")
#: What every other request needs.
REQUEST = ("description",)


@dataclass(frozen=True, slots=True)
class Completeness:
    """The fields that are there and those that are missing, in the order in which they are asked for."""

    present: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing

    @property
    def asked(self) -> int:
        """How many fields this kind of request needs."""
        return len(self.present) + len(self.missing)


def completeness(fields: Mapping[str, str], *, error_report: bool) -> Completeness:
    """What is there of what a request needs; a field of blanks alone is missing, a field nobody asks for is ignored."""
    needed = REPORT if error_report else REQUEST
    there = tuple(name for name in needed if fields.get(name, "").strip())
    return Completeness(there, tuple(name for name in needed if name not in there))
