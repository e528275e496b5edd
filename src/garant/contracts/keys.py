"""Package keys: one text that names the terms of a contract, as a case's events carry it.

`PROGRAMME@VERSION/PACKAGE:REGION`, followed by `@ZONE` where the programme has hours that follow the customer's zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from garant.core.programmes import Programme

_FORM = re.compile(r"([^@/:]+)@([^/]+)/([^:]+):([^@]+)(?:@(.+))?\Z")


@dataclass(frozen=True, slots=True)
class PackageKey:
    """The parts of a package key; `zone` None: no hours follow the customer."""

    programme: str
    version: str
    package: str
    region: str
    zone: str | None = None

    def __str__(self) -> str:
        tail = f"@{self.zone}" if self.zone else ""
        return f"{self.programme}@{self.version}/{self.package}:{self.region}{tail}"


def parse_key(text: str) -> PackageKey:
    """The parts of a package key. Raises KeyError for a text that is none."""
    found = _FORM.match(text)
    if found is None:
        raise KeyError(text)
    return PackageKey(*found.groups())


def key_of(programme: Programme, package: str, region: str, zone: str | None = None) -> str:
    """The key of a package in a region; the zone is kept only where the programme's hours depend on it."""
    follows = any(spec.plain is None for spec in programme.calendars.values())
    return str(PackageKey(programme.code, programme.version, package, region, zone if follows else None))
