"""A subscriber in the console: contracts, contacts, cases, standing; facts recorded and standing decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from garant.cases import operations, queries
from garant.console.access import staff_only
from garant.console.allotments import sums_of
from garant.console.desk import now, page
from garant.console.forms import StrictForm, UnknownFields
from garant.console.forms_standing import DecisionForm, ExceptionForm, FactForm, FileForm, LoadForm
from garant.console.lines import item_of
from garant.console.packages import Names
from garant.console.standing import contract_lines, shown_standing
from garant.console.views.cases import Problem, case_page, seen
from garant.console.views.staff import advisor_form
from garant.contracts.operations_standing import record_fact
from garant.contracts.queries import contracts_with, packages_in_force
from garant.contracts.queries_ledger import balances
from garant.contracts.queries_standing import standing, standings
from garant.contracts.reading_facts import LARGEST_FILE, load_facts, preview_facts
from garant.core import rights
from garant.core.people import Viewer
from garant.core.refusals import NotFound, Refusal
from garant.directory import queries as directory
from garant.directory.queries_staff import advisor_of
from garant.directory.views import SubscriberRow
from garant.wording.sentences import reason, refusal_lines


@staff_only("GET", act="read_standing")
def subscribers(request: HttpRequest) -> HttpResponse:
    """Every subscriber with its standing, by name."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    looked_for = request.GET.get("name", "").strip()[:100]
    found = directory.subscribers(viewer, words=looked_for.split(), after=request.GET.get("after"), limit=50)
    may = rights.may(viewer, "record_obligation")
    return page(
        request,
        "console/subscribers.html",
        section="subscribers",
        lines=_overview(viewer, found.rows),
        page=found,
        looked_for=looked_for,
        may_record=may,
        may_enter=rights.may(viewer, "enter_subscriber"),
    )


def _overview(viewer: Viewer, rows: Sequence[SubscriberRow]) -> list[dict[str, Any]]:
    """Subscribers with standing, packages and open cases; the same number of statements for any number of them."""
    ids, names = [row.id for row in rows], Names()
    states = standings(viewer=viewer, subscriber_ids=ids)
    held = packages_in_force(viewer=viewer, subscriber_ids=ids, at=now())
    cases = queries.open_by_subscriber(viewer=viewer, subscriber_ids=ids)
    return [
        {
            "row": row,
            "suspended": states[row.id] == "suspended",
            "packages": [names.package(key) for key in held.get(row.id, ())],
            "open": cases.get(row.id, (0, 0))[0],
            "late": cases.get(row.id, (0, 0))[1],
        }
        for row in rows
    ]


@staff_only("GET", act="read_standing")
def subscriber(request: HttpRequest, slug: str) -> HttpResponse:
    """One subscriber."""
    return _page(request, slug)


def _found(request: HttpRequest, slug: str) -> SubscriberRow:
    try:
        return directory.subscriber(request.viewer, slug)  # type: ignore[attr-defined]
    except NotFound:
        raise Http404(gettext("There is no such subscriber.")) from None


def _page(request: HttpRequest, slug: str, status: int = 200, **forms: StrictForm) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    row, at, names = _found(request, slug), now(), Names()
    view = standing(viewer=viewer, subscriber_id=row.id)
    cases = queries.my_cases(
        viewer=viewer, subscriber_id=row.id, state="open", after=request.GET.get("after"), limit=50
    )
    lines = [item_of(each, at) for each in cases.rows]
    offered: dict[str, StrictForm] = {}
    if "record" in view.may:
        offered["fact_form"] = forms.get("fact_form") or FactForm(auto_id="fact_%s")
    if rights.may(viewer, "edit_staff"):
        offered["advisor_form"] = forms.get("advisor_form") or advisor_form(None, viewer=viewer, subscriber_id=row.id)
    if view.may & {"suspend", "reinstate"}:
        offered["decision_form"] = forms.get("decision_form") or DecisionForm(auto_id="decision_%s")
    return page(
        request,
        "console/subscriber.html",
        status=status,
        section="subscribers",
        now=at,
        row=row,
        shown=shown_standing(view, viewer.zone),
        advisor=advisor_of(viewer, row.id),
        contracts=contract_lines(contracts_with(viewer, row.id), viewer, names, at),
        allotments=_allotments(viewer, row.id),
        all_cases=f"org:{row.slug} is:all",
        may_call=rights.may(viewer, "file_case_for_caller"),
        may_amend=rights.may(viewer, "amend_contract"),
        may_sign=rights.may(viewer, "sign_contract"),
        lines=lines,
        page=cases,
        **offered,
    )


def _allotments(viewer: Viewer, subscriber_id: int) -> list[dict[str, Any]]:
    """What its contracts include of everything that is counted, with what is left; nothing that they don't include."""
    if not rights.may(viewer, "read_allotments"):
        return []
    return [sums_of(row) for row in balances(viewer=viewer, subscriber_id=subscriber_id) if row.included]


def _act(form_class: type[StrictForm], name: str, act: str) -> Callable[[Callable[..., str]], Callable[..., Any]]:
    """A view for a form of the subscriber's page: reads it, acts, and goes back; problems come back as typed."""

    def wrap(run: Callable[..., str]) -> Callable[..., Any]:
        @staff_only("POST", act=act)
        def view(request: HttpRequest, slug: str) -> HttpResponse:
            row = _found(request, slug)
            try:
                form = form_class(request.POST, auto_id=f"{name.partition('_')[0]}_%s")
            except UnknownFields as wrong:
                return _unknown(wrong)
            if form.is_valid():
                try:
                    told = run(request.viewer.actor, row.id, form.cleaned_data)  # type: ignore[attr-defined]
                except Refusal as refusal:
                    form.add_error(None, " ".join(refusal_lines(refusal)))
                else:
                    messages.success(request, told)
                    return redirect("console:subscriber", slug=slug)
            return _page(request, slug, status=422, **{name: form})

        view.__name__, view.__doc__ = run.__name__, run.__doc__
        return view

    return wrap


def _unknown(wrong: UnknownFields) -> HttpResponse:
    text = gettext("The form has no field %(names)s.") % {"names": ", ".join(wrong.names)}
    return HttpResponseBadRequest(text, content_type="text/plain; charset=utf-8")


@_act(FactForm, "fact_form", "record_obligation")
def fact(by: Any, subscriber_id: int, data: dict[str, Any]) -> str:
    """Record a payment, a notice or another obligation."""
    found = record_fact(by=by, subscriber_id=subscriber_id, **data)
    return gettext("Recorded.") if found.new else gettext("This was on record already.")


@_act(DecisionForm, "decision_form", "suspend_support")
def suspend(by: Any, subscriber_id: int, data: dict[str, Any]) -> str:
    """Suspend support."""
    done = operations.suspend(by=by, subscriber_id=subscriber_id, reason=data["reason"])
    return ngettext(
        "Support is suspended. The clocks of %(n)d case stand still.",
        "Support is suspended. The clocks of %(n)d cases stand still.",
        len(done.cases),
    ) % {"n": len(done.cases)}


@_act(DecisionForm, "decision_form", "reinstate_support")
def reinstate(by: Any, subscriber_id: int, data: dict[str, Any]) -> str:
    """Reinstate support."""
    done = operations.reinstate(by=by, subscriber_id=subscriber_id, reason=data["reason"])
    return ngettext(
        "Support is reinstated. The clocks of %(n)d case run.",
        "Support is reinstated. The clocks of %(n)d cases run.",
        len(done.cases),
    ) % {"n": len(done.cases)}


@staff_only("POST", act="admit_by_exception")
def admit(request: HttpRequest, number: int) -> HttpResponse:
    """Admit one held case by exception; its clock starts now."""
    case = seen(request, number)
    try:
        form = ExceptionForm(request.POST)
    except UnknownFields as wrong:
        return _unknown(wrong)
    lines: list[str] = []
    if form.is_valid():
        try:
            operations.admit(by=request.viewer.actor, number=number, reason=form.cleaned_data["reason"])  # type: ignore[attr-defined]
        except Refusal as refusal:
            lines = refusal_lines(refusal)
        else:
            messages.success(request, gettext("The case is admitted by exception. Its clock runs."))
            return redirect("console:case", number=number)
    lines = lines or [str(text) for texts in form.errors.values() for text in texts]
    place = "admit" if case.held_reason == "standing" else "page"
    problem = Problem(place, gettext("This can't be done now"), tuple(lines))
    return case_page(request, number, problem=problem, typed={"reason": request.POST.get("reason", "")}, status=422)


@staff_only("GET", "POST", act="record_obligation")
def facts_file(request: HttpRequest) -> HttpResponse:
    """Facts from a CSV file: looked at line by line, then loaded whole."""
    if request.method != "POST":
        return _file_page(request, FileForm())
    loading = "content" in request.POST
    try:
        form = LoadForm(request.POST) if loading else FileForm(request.POST, files=request.FILES)
    except UnknownFields as wrong:
        return _unknown(wrong)
    if not form.is_valid():
        return _file_page(request, FileForm() if loading else form, status=422)
    by = request.viewer.actor  # type: ignore[attr-defined]
    given = form.cleaned_data
    content = given["content"].encode() if loading else given["file"].read(LARGEST_FILE + 1)
    try:
        if loading:
            loaded = load_facts(by=by, content=content).loaded
            text = ngettext("%(n)d fact recorded.", "%(n)d facts recorded.", loaded) % {"n": loaded}
            messages.success(request, text)
            return redirect("console:subscribers")
        preview = preview_facts(by=by, content=content)
    except Refusal as refusal:
        empty = FileForm()
        return _file_page(request, empty, status=422, problem=" ".join(refusal_lines(refusal)))
    return _file_page(request, FileForm(), preview=preview, content=content.decode("utf-8-sig"))


def _file_page(request: HttpRequest, form: StrictForm, status: int = 200, **more: Any) -> HttpResponse:
    preview = more.get("preview")
    if preview is not None:
        more["lines"] = [(line, reason(line.problem) if line.problem else "") for line in preview.lines]
        more["load_form"] = None if preview.wrong or not preview.new else LoadForm(initial={"content": more["content"]})
    return page(request, "console/facts_file.html", status=status, section="subscribers", form=form, **more)
