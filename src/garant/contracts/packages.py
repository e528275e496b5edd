"""What a package includes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
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


#: Days that a contract may name: before, nobody sold support; after, calendars can't be counted.
EARLIEST, LATEST = date(1990, 1, 1), date(2199, 12, 31)
#: More contacts than any contract names; the database's column ends far above.
MOST_CONTACTS = 1_000_000


def check_days(*days: date) -> None:
    """Refuse a day that no contract can have: one typed with a digit too many would stop whoever counts with it."""
    for day in days:
        if not EARLIEST <= day <= LATEST:
            values = {"day": day.isoformat(), "earliest": EARLIEST.isoformat(), "latest": LATEST.isoformat()}
            raise Refusal("day_out_of_range", "days_lie_within_reach", "check_dates", values)


def check_contacts(limit: int | None) -> None:
    """Refuse a number of contacts that no contract can have."""
    if limit is not None and not 0 <= limit <= MOST_CONTACTS:
        raise Refusal("number_invalid", "contacts_are_counted", "check_amount", {"number": limit})
