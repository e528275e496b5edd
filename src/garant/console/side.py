"""The side panel of a case: what its contract says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from garant.cases import queries
from garant.cases.views import CaseView, OpenCase
from garant.console.allotments import sums_of
from garant.console.packages import Names
from garant.contracts.queries_ledger import balances
from garant.contracts.views import ContractView
from garant.core.people import Viewer
from garant.directory import queries as directory
from garant.kit.moments import counted, long_date
from garant.kit.pages import COUNTED

#: More stamps than this are not counted by eye.
MOST_STAMPS = 12
#: Other cases that the side panel names.
MOST_OTHERS = 5


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


def allotments_of(viewer: Viewer, contract: ContractView | None) -> list[Any]:
    """What else the contract includes, with what is left; contacts are told by their slots."""
    if contract is None:
        return []
    rows = balances(viewer=viewer, contract_id=contract.id)
    return [sums_of(row) for row in rows if row.included and row.ledger != "contacts"]


@dataclass(frozen=True, slots=True)
class Others:
    """Other open cases of a subscriber: those shown, how many more there are, and "1,000+" in all where counting
    stopped; empty else."""

    shown: list[OpenCase]
    more: int
    many: str = ""


def other_cases(viewer: Viewer, view: CaseView) -> Others:
    """The first few other open cases of the subscriber, and how many more there are."""
    shown, every = queries.open_of(viewer=viewer, subscriber_id=view.subscriber.id, but=view.number, limit=MOST_OTHERS)
    return Others(shown, every - len(shown)) if every < COUNTED else Others(shown, 0, counted(every))


def callers_of(view: CaseView, contract: ContractView | None) -> list[str]:
    """Who may be on the phone: the contract's contacts, and who opened the case."""
    ids = {slot.person_id for slot in contract.slots if slot.person_id is not None} if contract else set()
    return sorted(directory.names(ids | {view.opened_by.id}).values())
