"""What a package includes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from garant.core.programmes import Programme
from garant.core.refusals import Refusal
from garant.core.slots import MeasureMissing, contact_limit
from garant.journal.queries import entries_of


def included_contacts(programme: Programme, package: str, region: str) -> int | None:
    """The authorized contacts that a package includes in a region; None: without limit.

    0 where the number depends on what was bought (bands, packs): the contract says it.
    """
    for allotment in programme.allotments(package, region):
        if allotment.ledger == "contacts":
            if allotment.amount is not None:
                return int(allotment.amount)
            return 0 if allotment.bands or allotment.per_pack is not None else None
    return None


def contacts_for(programme: Programme, package: str, region: str, measures: Mapping[str, Decimal] | None) -> int | None:
    """The contacts that a package includes for what was bought; None: without limit.

    Raises Refusal when the number depends on a measure that isn't given.
    """
    try:
        return contact_limit(programme, package, region, measures)
    except MeasureMissing as missing:
        values = {"measure": missing.measure, "package": package}
        raise Refusal("measure_missing", "contacts_by_what_was_bought", "give_measure", values) from None


def bought_with(contract_id: int) -> dict[str, Decimal]:
    """What was bought when a contract was signed, by measure; empty where nothing was counted."""
    for entry in entries_of(("contract", contract_id)):
        if entry.kind == "contract_signed":
            return {name: Decimal(amount) for name, amount in entry.data.get("measures", {}).items()}
    return {}
