"""Quotas: contacts by number, band or pack, and what is left of an allotment (rules 19, 20, 32)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal
from typing import Any

from garant.core.programmes import Allotment, Programme
from garant.core.programmes.programme import jsonable
from garant.core.programmes.values import Band
from garant.core.situations.reading import Situation, Unanswerable

CONTACTS = "contacts"
_TAKEN = ("held", "booked", "worked", "reserved")


def quota(programme: Programme, situation: Situation) -> dict[str, Any]:
    """Whether one more fits, or how much is included."""
    if situation.ledger is not None:
        return _ledger(programme, situation)
    bands = [band for ledger in programme.ledgers for band in ledger.bands]
    measured = next((band.measure for band in bands if band.measure in situation.numbers), None)
    if situation.request is None and measured is not None:
        return {"contacts": jsonable(banded(bands, measured, situation.numbers[measured]))}
    if situation.request not in ("add_contact", "replace_contact"):
        raise Unanswerable("request is missing: add_contact, replace_contact, or an amount with its ledger")
    return _contacts(programme, situation)


def _contacts(programme: Programme, situation: Situation) -> dict[str, Any]:
    active = situation.numbers.get("contacts_active")
    if active is None:
        raise Unanswerable("contacts_active is missing")
    if situation.request == "replace_contact":
        return {"accepted": True, "reason": None, "contacts_active": jsonable(active)}
    limit = contact_limit(programme, situation)
    fits = limit is None or active < limit
    return {
        "accepted": fits,
        "reason": None if fits else "contact_limit_reached",
        "limit": jsonable(limit),
        "contacts_active": jsonable(active + 1 if fits else active),
    }


def contact_limit(programme: Programme, situation: Situation) -> Decimal | None:
    """How many contacts are included; None: without limit. By band or pack where the programme counts so."""
    allotment = allotment_of(programme, situation, CONTACTS)
    for band in allotment.bands:
        if band.measure in situation.numbers:
            return banded(allotment.bands, band.measure, situation.numbers[band.measure])
    return bought(allotment, situation)


def bought(allotment: Allotment, situation: Situation) -> Decimal | None:
    """What is included for the packs or the measure that were bought, else the package's own amount."""
    packs = situation.numbers.get("packs")
    if allotment.per_pack is not None and packs is not None:
        return allotment.per_pack * packs
    if allotment.per is not None and allotment.per[0] in situation.numbers:
        return allotment.per[1] * situation.numbers[allotment.per[0]]
    return allotment.amount


def allotment_of(programme: Programme, situation: Situation, ledger: str) -> Allotment:
    """The allotment of a ledger for the situation's package and region."""
    if situation.tier is None:
        raise Unanswerable("tier is missing")
    allotments = programme.allotments(situation.tier, situation.region)
    if ledger == CONTACTS and situation.role is not None:
        allotments = tuple(one for one in allotments if one.role == situation.role)
        if allotments:
            return allotments[0]
    for allotment in allotments:
        if allotment.ledger == ledger:
            return allotment
    raise Unanswerable(f"the programme has no ledger {ledger}")


def banded(bands: Sequence[Band], measure: str, count: Decimal) -> Decimal:
    """What a band includes for a count, edges taken literally; beyond the last band for each started further part."""
    amount, edge = Decimal(0), Decimal(0)
    for band in bands:
        if band.measure != measure:
            continue
        if band.up_to is not None:
            amount, edge = band.amount, band.up_to
            if count <= band.up_to:
                return amount
        elif band.each is not None:
            started = ((count - edge) / band.each).to_integral_value(ROUND_CEILING)
            return amount + started * band.amount
    return amount


def _ledger(programme: Programme, situation: Situation) -> dict[str, Any]:
    """Whether an amount can be booked: what is reserved counts as taken."""
    if not isinstance(situation.request, Decimal) or situation.ledger is None:
        raise Unanswerable("request: expected the amount to book")
    allotment = allotment_of(programme, situation, situation.ledger)
    granted = situation.numbers.get("allotted", bought(allotment, situation))
    if bought(allotment, situation) == 0:
        return {"accepted": False, "reason": "not_in_tier", "remaining": 0}
    if granted is None:
        return {"accepted": True, "reason": None}
    remaining = granted - sum((situation.numbers.get(key, Decimal(0)) for key in _TAKEN), Decimal(0))
    fits = situation.request <= remaining
    return {
        "accepted": fits,
        "reason": None if fits else "quota_exhausted",
        "remaining": jsonable(remaining),
        "limit": jsonable(granted),
    }
