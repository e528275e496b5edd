"""The side panel of a case: what its contract says."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from garant.console.packages import Names
from garant.contracts.views import ContractView
from garant.kit.moments import long_date

#: More stamps than this are not counted by eye.
MOST_STAMPS = 12


@dataclass(frozen=True, slots=True)
class Slots:
    """Contact slots: in words, and as stamps where they can be counted."""

    text: str
    stamps: tuple[bool, ...]


def contract_facts(contract: ContractView | None, names: Names) -> list[tuple[str, str]]:
    """Package, term, region and reference; one line that says so when there is no contract now."""
    if contract is None:
        return [(gettext("Contract"), gettext("none in force now"))]
    return [
        (gettext("Reference"), contract.reference),
        (gettext("Package"), names.package(contract.package_key)),
        (gettext("Version"), contract.version),
        (gettext("Until"), long_date(contract.ends_on)),
    ]


def slots_of(contract: ContractView | None) -> Slots | None:
    """The authorized contacts named so far; None without a contract."""
    if contract is None:
        return None
    if contract.limit is None:
        return Slots(gettext("%(n)d named, no limit") % {"n": contract.filled}, ())
    text = gettext("%(n)d of %(limit)d named") % {"n": contract.filled, "limit": contract.limit}
    if contract.limit > MOST_STAMPS:
        return Slots(text, ())
    return Slots(text, tuple(i < contract.filled for i in range(contract.limit)))
