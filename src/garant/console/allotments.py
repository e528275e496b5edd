"""Accounts of the ledger in words, for the statement and for every page that names them."""

from __future__ import annotations

from typing import Any

from garant.contracts.views_ledger import BalanceView
from garant.wording import allotments as words


def sums_of(view: BalanceView) -> dict[str, Any]:
    """An account in words: its sums, its name, its period, and whether nothing is left of it."""
    return {
        **amounts_of(view, "granted", "reserved", "used", "expired", "left", "step"),
        "row": view,
        "name": words.name(view.names, view.ledger),
        "period": words.period(view.period),
        "empty": view.left is not None and not view.left,
    }


def amounts_of(view: Any, *names: str) -> dict[str, str]:
    """Amounts of a view by their names, in words."""
    return {name: words.amount(getattr(view, name)) for name in names}
