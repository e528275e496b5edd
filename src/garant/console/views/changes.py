"""A contract's change: looked at with what it does to open cases, then made with a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from garant.cases import operations, queries
from garant.console.access import staff_only
from garant.console.desk import page
from garant.console.forms import UnknownFields
from garant.console.forms_standing import KIND_NAMES, ChangeForm
from garant.console.packages import Names
from garant.console.standing import standing_shown
from garant.console.words import owed, promise_words, unit_words
from garant.contracts.queries import contract, programme_of
from garant.contracts.views import ContractView
from garant.core.people import Viewer
from garant.core.programmes import said
from garant.core.refusals import NotFound, Refusal
from garant.core.targets import UNITS
from garant.directory import queries as directory
from garant.wording.sentences import refusal_lines

METRICS = ("initial_response", "follow_up")


@staff_only("GET", "POST", act="amend_contract")
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """The form; a look at what would change; and the change itself."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        found = contract(viewer=viewer, reference=reference)
    except NotFound:
        raise Http404(gettext("There is no such contract.")) from None
    offered = _offered(found)
    if request.method != "POST":
        first = ChangeForm(offered=offered, initial={"kind": "package", "package": found.package})
        return _page(request, found, first)
    try:
        form = ChangeForm(request.POST, offered=offered)
    except UnknownFields as wrong:
        text = gettext("The form has no field %(names)s.") % {"names": ", ".join(wrong.names)}
        return HttpResponseBadRequest(text, content_type="text/plain; charset=utf-8")
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        preview = queries.preview_change(viewer=viewer, reference=reference, change=form.change())
        if form.cleaned_data["step"] == "make":
            return _make(request, found, form)
    except Refusal as refusal:
        form.add_error(None, " ".join(refusal_lines(refusal)))
        return _page(request, found, form, status=422)
    return _page(request, found, form, preview=preview)


def _make(request: HttpRequest, found: ContractView, form: ChangeForm) -> HttpResponse:
    done = operations.change_contract(
        by=request.viewer.actor,  # type: ignore[attr-defined]
        contract_id=found.id,
        change=form.change(),
        reason=form.cleaned_data["reason"],
    )
    text = ngettext(
        "The contract is changed. %(n)d open case has its new terms.",
        "The contract is changed. %(n)d open cases have its new terms.",
        done.cases,
    )
    messages.success(request, text % {"n": done.cases})
    row = directory.subscriber_by_id(found.subscriber_id)
    return redirect("console:subscriber", slug=row.slug if row else "")


def _offered(found: ContractView) -> dict[str, list[tuple[str, Any]]]:
    """What may be chosen, by the programme that the contract pins."""
    programme = programme_of(found.package_key)
    add_ons = [(each.code, said(each.name, _language())) for each in programme.add_ons]
    kinds = [(kind, name) for kind, name in KIND_NAMES.items() if kind != "add_on" or add_ons]
    nothing = ("", "—")
    return {
        "kind": kinds,
        "package": [(each.code, said(each.name, _language())) for each in programme.all_packages],
        "region": [(code, said(each.name, _language()) or code) for code, each in programme.regions.items()],
        "add_on": [nothing, *add_ons],
        "severity": [nothing, *((each.level, each.level) for each in programme.severities)],
        "metric": [nothing, *((metric, promise_words(metric)) for metric in METRICS)],
        "unit": [(unit, unit_words(unit)) for unit in UNITS if unit not in ("as_agreed", "per_day", "per_week")],
        "calendar": [nothing, *((code, said(each.name, _language()) or code)
                                for code, each in programme.calendars.items())],
    }  # fmt: skip


def _language() -> str:
    from django.utils.translation import get_language

    return get_language() or "en"


def _page(request: HttpRequest, found: ContractView, form: ChangeForm, status: int = 200, **more: Any) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    names, preview = Names(), more.get("preview")
    row = directory.subscriber_by_id(found.subscriber_id)
    if preview is not None:
        more["cases"] = [
            {"case": case, "periods": [(period, promise_words(period.metric)) for period in case.periods]}
            for case in preview.cases
        ]
        more["moved"] = sum(case.moves for case in preview.cases)
        ends_on = date.fromisoformat(preview.ends_on)
        more["after"] = {
            "package": _package_name(found, preview.package),
            "limit": preview.limit,
            "ends_on": ends_on,
            "over": form.cleaned_data["kind"] == "term",
            "own": _own_target(form),
        }
    return page(
        request, "console/change.html", status=status, section="subscribers", contract=found, row=row, form=form,
        package=names.package(found.package_key), zone=viewer.zone,
        shown=standing_shown(viewer, found.subscriber_id), contract_add_ons=len(_offered(found)["add_on"]) > 1,
        **more,
    )  # fmt: skip


def _own_target(form: ChangeForm) -> str:
    """The target of its own that a contract would have, or lose; empty for another change."""
    data = form.cleaned_data
    if data["kind"] != "override":
        return ""
    what = gettext("%(metric)s, severity %(levels)s, in %(unit)s") % {
        "metric": owed(data["metric"]), "levels": data["severity"], "unit": unit_words(data["unit"]),
    }  # fmt: skip
    if data.get("remove"):
        return gettext("Taken away: %(what)s.") % {"what": what}
    amount = "–" if data.get("amount") is None else str(data["amount"])
    return gettext("Of its own: %(what)s: %(amount)s.") % {"what": what, "amount": amount}


def _package_name(found: ContractView, code: str) -> str:
    programme = programme_of(found.package_key)
    try:
        return said(programme.package(code).name, _language()) or code
    except KeyError:
        return code
