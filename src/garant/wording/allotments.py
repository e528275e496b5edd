"""Allotments in words: what a line did, what granted it, for which period, and amounts as the language writes them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from garant.wording.catalogs import known, say, spoken
from garant.wording.values import number


def kind(code: str, language: str | None = None) -> str:
    """What a line of the ledger did."""
    language = spoken(language)
    return {
        "grant": say(language, "Granted"),
        "reserve": say(language, "Booked"),
        "use": say(language, "Used"),
        "release": say(language, "Given back"),
        "expire": say(language, "Expired"),
        "correct": say(language, "Corrected"),
    }.get(code, code)


def period(code: str, language: str | None = None) -> str:
    """Over what an allotment is granted; empty when it is granted by hand only."""
    language = spoken(language)
    return {
        "term": say(language, "per contract term"),
        "year": say(language, "per contract year"),
        "quarter": say(language, "per quarter of the contract"),
        "month": say(language, "per month of the contract"),
        "once": say(language, "once"),
        "at_once": say(language, "at the same time"),
    }.get(code, "")


def source(text: str, language: str | None = None) -> str:
    """What granted a lot: a period, what was carried over, or the name of a pack."""
    language = spoken(language)
    head = text.split(":")[0]
    if head in ("term", "year", "quarter", "month", "once"):
        return say(language, "included in the package")
    if head == "carry":
        return say(language, "carried over")
    if head in ("contract", "at_once"):
        return say(language, "limit of the contract")
    return text


def booking(text: str, language: str | None = None) -> str:
    """What a line is for: its booking's name; a contact place without the ids behind it."""
    if text.startswith("slot:"):
        return say(spoken(language), "contact place {number}", number=text.split(":")[1])
    return text


def amount(value: Decimal | None, language: str | None = None) -> str:
    """An amount as the language writes it; None is without limit."""
    return say(spoken(language), "unlimited") if value is None else number(value, known(language))


def change(value: Decimal, language: str | None = None) -> str:
    """A change of what is left, with its sign; nothing for none."""
    if not value:
        return ""
    sign = "+" if value > 0 else "\N{MINUS SIGN}"
    return sign + number(abs(value), known(language))


def name(names: Mapping[str, str], ledger: str, language: str | None = None) -> str:
    """The allotment's name; its code with spaces when the programme names it in no language."""
    code = known(language)
    return names.get(code) or names.get("en") or next(iter(names.values()), ledger.replace("_", " "))
