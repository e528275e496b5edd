"""Package keys: one text that names the terms of a contract, as a case's events carry it.

`PROGRAMME@VERSION/PACKAGE:REGION`, followed by `@ZONE` where the programme has hours that follow the customer's zone,
and by `#NUMBER` where the contract has terms of its own: the amendment that holds its add-ons and overrides. `#ended`
names the terms of a contract that has ended: the same programme, and no promise any more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from garant.core.programmes import Programme

_FORM = re.compile(r"([^@/:#]+)@([^/#]+)/([^:#]+):([^@#]+)(?:@([^#]+))?(?:#([0-9]+|ended))?\Z")


#: Stands for the amendment in the key of a contract that has ended.
ENDED = "ended"


@dataclass(frozen=True, slots=True)
class PackageKey:
    """The parts of a package key; `zone` None: no hours follow the customer. `own` None: the package's terms alone."""

    programme: str
    version: str
    package: str
    region: str
    zone: str | None = None
    own: str | None = None

    @property
    def ended(self) -> bool:
        """Whether the contract has ended, so that nothing is promised."""
        return self.own == ENDED

    @property
    def amendment(self) -> int | None:
        """The amendment that holds add-ons and overrides; None without one."""
        return None if self.own is None or self.ended else int(self.own)

    def __str__(self) -> str:
        tail = (f"@{self.zone}" if self.zone else "") + (f"#{self.own}" if self.own else "")
        return f"{self.programme}@{self.version}/{self.package}:{self.region}{tail}"


def parse_key(text: str) -> PackageKey:
    """The parts of a package key. Raises KeyError for a text that is none."""
    found = _FORM.match(text)
    if found is None:
        raise KeyError(text)
    return PackageKey(*found.groups())


def ended_key(text: str) -> str:
    """The key of the same terms after the contract's end."""
    return str(replace(parse_key(text), own=ENDED))


def key_of(
    programme: Programme, package: str, region: str, zone: str | None = None, amendment: int | None = None
) -> str:
    """The key of a package in a region; the zone is kept only where the programme's hours depend on it."""
    own = None if amendment is None else str(amendment)
    follows = any(spec.plain is None for spec in programme.calendars.values())
    return str(PackageKey(programme.code, programme.version, package, region, zone if follows else None, own))
