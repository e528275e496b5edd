"""What the organisation has of everything that is counted: granted, used, booked, left, until when; its statements."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from garant.contracts import queries_ledger as queries
from garant.contracts.views_ledger import EXPORTED, BalanceView, StatementLine, export_row
from garant.kit.exports import csv_response
from garant.portal.access import for_subscribers, viewer_of
from garant.wording import allotments as words

#: As many marks are drawn; larger allotments are told in figures only.
MOST_MARKS = 12
#: Lines that are about what granted it, not about a booking.
OF_A_LOT = ("grant", "expire", "correct")


@dataclass(frozen=True, slots=True)
class Account:
    """An allotment as its subscriber reads it. `marks`: one for each unit: used, kept (booked) or empty."""

    row: BalanceView
    name: str
    period: str
    left: str
    granted: str
    used: str
    reserved: str
    marks: tuple[str, ...]
    empty: bool


@for_subscribers
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The allotments of all contracts that the reader's organisations hold, by contract."""
    found: dict[int, list[Account]] = {}
    for view in queries.balances(viewer=viewer_of(request)):
        if view.included:
            found.setdefault(view.contract_id, []).append(account(view))
    contracts = [
        {"reference": rows[0].row.reference, "subscriber": rows[0].row.subscriber, "ends": rows[0].row.contract_ends,
         "accounts": rows}
        for rows in found.values()
    ]  # fmt: skip
    return render(request, "portal/ledgers.html", {"section": "allotments", "contracts": contracts})


@for_subscribers
@require_safe
def statement(request: HttpRequest, contract_id: int, ledger_code: str) -> HttpResponse:
    """One allotment line by line."""
    viewer = viewer_of(request)
    view = queries.balance(viewer=viewer, contract_id=contract_id, ledger=ledger_code)
    page = queries.statement(
        viewer=viewer, contract_id=contract_id, ledger=ledger_code, after=request.GET.get("after")
    )  # fmt: skip
    shown = {"section": "allotments", "account": account(view), "lines": [_line(line) for line in page.rows]}
    return render(request, "portal/ledger.html", {**shown, "page": page})


@for_subscribers
@require_safe
def export(request: HttpRequest, contract_id: int, ledger_code: str) -> HttpResponse:
    """All lines of an allotment as CSV."""
    lines = queries.statement_lines(viewer=viewer_of(request), contract_id=contract_id, ledger=ledger_code)
    rows = (export_row(line) for line in lines)
    return csv_response(f"allotment-{contract_id}-{ledger_code}.csv", EXPORTED, rows)  # type: ignore[return-value]


def account(view: BalanceView) -> Account:
    """A balance in words and marks."""
    return Account(
        view,
        words.name(view.names, view.ledger),
        words.period(view.period),
        words.amount(view.left),
        words.amount(view.granted),
        words.amount(view.used),
        words.amount(view.reserved),
        _marks(view),
        view.left is not None and not view.left,
    )


def _marks(view: BalanceView) -> tuple[str, ...]:
    # Halves are drawn as whole marks: the figures beside them are exact.
    if view.left is None or view.granted > MOST_MARKS:
        return ()
    total = _whole(view.granted)
    used = min(_whole(view.used + view.expired), total)
    kept = min(_whole(view.used + view.expired + view.reserved), total) - used
    return ("used",) * used + ("kept",) * kept + ("",) * (total - used - kept)


def _whole(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_CEILING))


def _line(line: StatementLine) -> dict[str, Any]:
    return {
        "at": line.at,
        "kind": words.kind(line.kind),
        "change": words.change(line.change) or words.amount(line.amount),
        "left": words.amount(line.left),
        "what": words.source(line.source)
        if line.kind in ("grant", "expire", "correct")
        else words.booking(line.booking),
        "reason": line.reason if line.reason != "limit" else "",
        "by": line.by or gettext("the desk"),
    }
