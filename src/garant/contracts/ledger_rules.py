"""What the ledger asks before it writes: exact amounts, known codes, refusals that name the rule and the way out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from garant.contracts.models import Contract
from garant.contracts.queries_terms import programme_by_id
from garant.core.ledger import ZERO
from garant.core.programmes import Allotment
from garant.core.refusals import Refusal

#: A ledger's code as a programme or a room names it, e.g. `services_days` or `exam_attempts:admin-1`.
_CODE = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,59}\Z")
#: The smallest part the database keeps, and the first amount it can't.
SMALLEST, TOO_LARGE = Decimal("0.001"), Decimal(10) ** 9
#: Sources that the desk gives to its own grants; by hand they can't be taken.
OWN_SOURCES = ("term", "year", "quarter", "month", "once", "at_once", "carry", "contract")
CONTACTS = "contacts"


def plain(amount: Decimal) -> Decimal:
    """The same amount without trailing zeros: 0.500 is 0.5, 10.000 is 10."""
    short = amount.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def exact(amount: Decimal | int | str, *, signed: bool = False) -> Decimal:
    """The amount as an exact decimal. Refuses what isn't a number, zero, more than three decimals, and below zero
    unless `signed`."""
    try:
        value = Decimal(amount)
    except (InvalidOperation, TypeError, ValueError):
        raise _not_an_amount(str(amount)[:40]) from None
    if not value.is_finite() or abs(value) >= TOO_LARGE or value % SMALLEST != ZERO:
        raise _not_an_amount(str(value)[:40])
    if value == ZERO or (value < ZERO and not signed):
        raise _not_an_amount(str(plain(value)))
    return value


def _not_an_amount(asked: str) -> Refusal:
    return Refusal("amount_not_countable", "amounts_are_exact", "check_amount", {"asked": asked})


def in_steps(amount: Decimal, step: Decimal) -> None:
    """Refuse an amount that isn't a whole number of steps."""
    if amount % step != ZERO:
        values = {"asked": plain(amount), "step": plain(step)}
        raise Refusal("not_in_steps", "booked_in_steps", "round_to_step", values)


def not_in_tier(ledger: str) -> Refusal:
    """Neither the package nor a grant gives any of it."""
    return Refusal("not_in_tier", "allotments_of_the_package", "ask_for_pack", {"ledger": ledger, "remaining": ZERO})


def exhausted(ledger: str, asked: Decimal, left: Decimal) -> Refusal:
    """More was asked than is left."""
    values = {"ledger": ledger, "asked": plain(asked), "remaining": plain(left)}
    return Refusal("quota_exhausted", "never_below_zero", "book_less_or_ask_pack", values)


def checked_key(text: str) -> str:
    """The name of a booking, a pack or a correction. Refuses an empty, long or unprintable one."""
    if not 1 <= len(text) <= 80 or not text.isprintable():
        raise Refusal("booking_unnamed", "bookings_have_names", "name_booking", {"longest": 80})
    return text


def checked_ledger(code: str) -> str:
    """A ledger's code. Refuses what no ledger could be called."""
    if not _CODE.match(code):
        raise Refusal("ledger_unknown", "ledgers_have_codes", "choose_ledger", {"ledger": code[:60]})
    return code


def checked_source(source: str) -> str:
    """What a grant by hand is called. The desk's own names are refused."""
    if source.split(":")[0] in OWN_SOURCES:
        raise Refusal("source_reserved", "periods_are_granted_by_rule", "name_pack", {"source": source})
    return checked_key(source)


def checked_reason(reason: str) -> str:
    """The reason without surrounding space. Refuses none at all."""
    text = reason.strip()
    if not text:
        raise Refusal("reason_missing", "edits_keep_a_reason", "give_reason", {})
    if len(text) > 500:
        raise Refusal("text_too_long", "texts_have_a_limit", "shorten_text", {"longest": 500})
    return text


def allotments_of(contract: Contract) -> tuple[Allotment, ...]:
    """What the contract's pinned package includes of everything countable in its region."""
    programme = programme_by_id(contract.package_version.programme_version_id)
    return programme.allotments(contract.package_version.code, contract.region)


def allotment(contract: Contract, ledger: str) -> Allotment | None:
    """One of them; None when the programme has no such ledger."""
    return next((one for one in allotments_of(contract) if one.ledger == ledger), None)


def included(one: Allotment | None, contract: Contract) -> tuple[Decimal, bool]:
    """How much a period grants, and whether it is without limit. What depends on packs or bands is granted by hand."""
    if one is None:
        return ZERO, False
    if one.ledger == CONTACTS:
        # The contract says how many were bought, by band and pack too.
        limit = contract.contact_limit
        return (ZERO, True) if limit is None else (Decimal(limit), False)
    if one.amount is not None:
        return one.amount, False
    return ZERO, not (one.bands or one.per_pack is not None)


def representable(amounts: Iterable[Decimal]) -> bool:
    """Whether the database keeps these amounts exactly."""
    return all(amount % SMALLEST == ZERO and amount < TOO_LARGE for amount in amounts)
