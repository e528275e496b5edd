"""Allotments in the console: all accounts, one account's statement and export, and what is written by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext

from garant.console.access import staff_only
from garant.console.allotments import amounts_of, sums_of
from garant.console.desk import page
from garant.console.forms import StrictForm, UnknownFields, fresh_token
from garant.console.forms_ledger import BookForm, CorrectForm, PackForm
from garant.console.standing import standing_shown
from garant.contracts import operations_ledger as ledger
from garant.contracts import queries_ledger as queries
from garant.contracts.views_ledger import EXPORTED, BalanceView, StatementLine, export_row
from garant.core import rights
from garant.core.people import Viewer
from garant.core.refusals import NotFound, Refusal
from garant.kit.exports import csv_response
from garant.wording import allotments as words
from garant.wording.sentences import refusal_lines


@staff_only("GET", act="read_allotments")
def show(request: HttpRequest) -> HttpResponse:
    """Every account with its balance today, the newest first."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = queries.accounts(viewer=viewer, after=request.GET.get("after"), limit=50)
    lines = [sums_of(row) for row in found.rows]
    return page(request, "console/ledgers.html", section="allotments", lines=lines, page=found)


@staff_only("GET", act="read_allotments")
def statement(request: HttpRequest, contract_id: int, ledger_code: str) -> HttpResponse:
    """One account: its sums, its grants, its lines, and what may be written by hand."""
    return _statement(request, contract_id, ledger_code)


@staff_only("GET", act="read_allotments")
def export(request: HttpRequest, contract_id: int, ledger_code: str) -> HttpResponse:
    """All lines of an account as CSV."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        lines = queries.statement_lines(viewer=viewer, contract_id=contract_id, ledger=ledger_code)
    except NotFound:
        raise Http404 from None
    rows = (export_row(line) for line in lines)
    return csv_response(f"allotment-{contract_id}-{ledger_code}.csv", EXPORTED, rows)  # type: ignore[return-value]


def _act(form_class: type[StrictForm], name: str, act: str) -> Callable[[Callable[..., str]], Callable[..., Any]]:
    """A view for a form of the statement: reads it, writes, and goes back; problems come back with what was typed."""

    def wrap(run: Callable[..., str]) -> Callable[..., Any]:
        @staff_only("POST", act=act)
        def view(request: HttpRequest, contract_id: int, ledger_code: str) -> HttpResponse:
            _balance(request, contract_id, ledger_code)
            try:
                form = form_class(request.POST)
            except UnknownFields as wrong:
                text = gettext("The form has no field %(names)s.") % {"names": ", ".join(wrong.names)}
                return HttpResponseBadRequest(text, content_type="text/plain; charset=utf-8")
            if form.is_valid():
                try:
                    told = run(request.viewer.actor, contract_id, ledger_code, form.cleaned_data)  # type: ignore[attr-defined]
                except Refusal as refusal:
                    form.add_error(None, " ".join(refusal_lines(refusal)))
                else:
                    messages.success(request, told)
                    return redirect("console:allotment", contract_id=contract_id, ledger_code=ledger_code)
            return _statement(request, contract_id, ledger_code, status=422, **{name: form})

        view.__name__, view.__doc__ = run.__name__, run.__doc__
        return view

    return wrap


@_act(BookForm, "book_form", "book_allotment")
def book(by: Any, contract_id: int, code: str, data: dict[str, Any]) -> str:
    """Book, record as used, or give back. A step of its own each time the form is opened anew."""
    ledger.record(
        by=by, kind=data["kind"], contract_id=contract_id, ledger=code, amount=data["amount"],
        booking=data["booking"], piece=data["once"][:40], on=data["on"], reason=data["reason"],
    )  # fmt: skip
    return gettext("It stands in the statement.")


@_act(PackForm, "pack_form", "grant_allotment")
def grant(by: Any, contract_id: int, code: str, data: dict[str, Any]) -> str:
    """Grant a pack."""
    ledger.grant(
        by=by, contract_id=contract_id, ledger=code, amount=data["amount"], source=data["source"],
        reason=data["reason"], ends=data["ends"],
    )  # fmt: skip
    return gettext("The pack is granted.")


@_act(CorrectForm, "correct_form", "correct_allotment")
def correct(by: Any, contract_id: int, code: str, data: dict[str, Any]) -> str:
    """Correct what was granted."""
    ledger.correct(
        by=by, contract_id=contract_id, ledger=code, amount=data["amount"], reason=data["reason"],
        key=f"correction:{data['once']}",
    )  # fmt: skip
    return gettext("The correction is written.")


def _balance(request: HttpRequest, contract_id: int, code: str) -> BalanceView:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        return queries.balance(viewer=viewer, contract_id=contract_id, ledger=code)
    except NotFound:
        raise Http404(gettext("There is no such account.")) from None


def _statement(
    request: HttpRequest, contract_id: int, code: str, status: int = 200, **forms: StrictForm
) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    view = _balance(request, contract_id, code)
    found = queries.statement(viewer=viewer, contract_id=contract_id, ledger=code, after=request.GET.get("after"))
    offered: dict[str, Any] = {}
    if code != "contacts":
        kinds: tuple[tuple[str, str, type[StrictForm]], ...] = (
            ("book_form", "book_allotment", BookForm),
            ("pack_form", "grant_allotment", PackForm),
            ("correct_form", "correct_allotment", CorrectForm),
        )
        for name, act, form in kinds:
            if rights.may(viewer, act):
                offered[name] = forms.get(name) or form(initial={"once": fresh_token()}, auto_id=f"{name}_%s")
    return page(
        request,
        "console/ledger.html",
        status=status,
        section="allotments",
        account=sums_of(view),
        shown=standing_shown(viewer, view.subscriber_id),
        lots=[_lot(lot) for lot in queries.lots(viewer=viewer, contract_id=contract_id, ledger=code)],
        lines=[_line(line) for line in found.rows],
        page=found,
        **offered,
    )


def _lot(lot: Any) -> dict[str, Any]:
    shown = amounts_of(lot, "granted", "reserved", "used", "expired", "left")
    return {**shown, "source": words.source(lot.source), "starts": lot.starts, "ends": lot.ends}


def _line(line: StatementLine) -> dict[str, Any]:
    return {
        "at": line.at,
        "kind": words.kind(line.kind),
        "amount": words.amount(line.amount),
        "change": words.change(line.change),
        "left": words.amount(line.left),
        "what": words.booking(line.booking) if line.kind != "correct" else "",
        "source": words.source(line.source),
        "reason": line.reason if line.reason != "limit" else "",
        "by": line.by or "Garant",
    }
