"""Standing in words: kinds of facts, grounds, decisions, and what the rule says today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from garant.core.standing import NotYet, Proposal
from garant.wording.catalogs import say, spoken

KINDS = {
    "invoice_due": "Invoice due",
    "invoice_paid": "Payment received",
    "notice_given": "Notice given",
    "obligation_unmet": "Obligation not kept",
    "obligation_met": "Obligation kept again",
}
GROUNDS = {"payment": "Payment overdue", "obligation": "Obligation not kept"}
DECISIONS = {
    "suspended": "Support suspended",
    "reinstated": "Support reinstated",
    "admitted": "One case admitted by exception",
}
#: What the rule waits for; {day} is the day from which it no longer does, {reference} the item that is closest.
WAITS = {
    "no_open_obligation": "Nothing is late.",
    "ground_not_in_programme": "{reference} is open, but this contract doesn't suspend support for it.",
    "not_past_due_long_enough": "{reference} is late, but not for long enough: notice may be given from {day}.",
    "not_prolonged_default": "{reference} is late, but only a prolonged default suspends here: notice from {day}.",
    "notice_missing": "{reference} has been late for long enough. Give notice and record it.",
    "notice_running": "The notice for {reference} runs until {day}.",
    "grace_running": "The notice for {reference} has run out; the grace lasts until {day}.",
}
PROPOSES = "The rule proposes to suspend support: {references}, late for {days} days."


def kind_name(kind: str, language: str | None = None) -> str:
    """What a kind of fact is called."""
    return _said(KINDS, kind, language)


def ground_name(ground: str, language: str | None = None) -> str:
    """What a ground of a suspension is called."""
    return _said(GROUNDS, ground, language)


def decision_name(decision: str, language: str | None = None) -> str:
    """What a decision is called."""
    return _said(DECISIONS, decision, language)


def advice_text(advice: Proposal | NotYet, day: Callable[[date], str], language: str | None = None) -> str:
    """What the rule says today; `day` writes a date in the reader's way."""
    if isinstance(advice, Proposal):
        return say(spoken(language), PROPOSES, references=", ".join(advice.references), days=advice.days)
    return say(
        spoken(language), WAITS[advice.reason], reference=advice.reference or "",
        day=day(advice.from_on) if advice.from_on else "",
    )  # fmt: skip


def _said(table: dict[str, str], code: str, language: str | None) -> str:
    return say(spoken(language), table[code]) if code in table else code.replace("_", " ")
