"""What a package includes."""

from __future__ import annotations

from garant.core.programmes import Programme


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
