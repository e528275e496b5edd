"""The chooser: the smallest package that has everything somebody needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from garant.core.programmes import Package, Programme, said


@dataclass(frozen=True, slots=True)
class Need:
    """Something to tick: a row that not every package has."""

    code: str
    name: str


@lru_cache(maxsize=64)
def needs(programme: Programme, region: str, language: str) -> tuple[Need, ...]:
    """The rows by which packages differ, in the page's order; the number of contacts is asked separately."""
    found = []
    said_of = [programme.rows(package.code, region) for package in programme.packages]
    for group in programme.groups:
        for row in group.rows:
            values = [has(rows[row.code]) for rows in said_of]
            if row.code != "authorized_contacts" and any(values) and not all(values):
                found.append(Need(row.code, said(row.name, language)))
    return tuple(found)


def has(value: object) -> bool:
    """Whether a cell grants anything at all."""
    if isinstance(value, Mapping):
        return all(has(each) for each in value.values())
    return value is not None and value is not False and value != 0


def smallest(programme: Programme, region: str, wanted: Collection[str], contacts: int) -> Package | None:
    """The first package, from the smallest up, with all wanted rows and enough contacts; None when none has them."""
    for package in programme.packages:
        rows = programme.rows(package.code, region)
        limit = rows.get("authorized_contacts")
        enough = limit == "unlimited" or (isinstance(limit, Decimal) and limit >= contacts)
        if enough and all(has(rows.get(code)) for code in wanted):
            return package
    return None
