"""A policy tried on past cases: what it would have told, to whom, beside what was told in fact."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.translation import gettext, ngettext

from garant.console.access import staff_only
from garant.console.desk import now, page
from garant.console.forms import UnknownFields
from garant.console.forms_trying import DAYS, TryForm
from garant.console.trying import as_text, shown_trial
from garant.contracts.queries import programme_document, programmes_held
from garant.contracts.reading import parse_yaml
from garant.core.people import Viewer
from garant.core.programmes import EscalationPolicy, Problem, Programme
from garant.core.programmes.trials import plain_policies, read_policies
from garant.insight.dry_run import try_policies

#: Problems of a policy that are told at once.
MOST = 5


@staff_only("GET", "POST", act="try_policy")
def show(request: HttpRequest) -> HttpResponse:
    """The form with the policies in force; sent, also what the policy would have told. Nothing is stored."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    programmes = programmes_held(viewer)
    if request.method != "POST":
        return _page(request, _form(None, programmes, _initial(request, programmes)))
    try:
        form = _form(request.POST, programmes, {})
    except UnknownFields as wrong:
        text = gettext("The form has no field %(names)s.") % {"names": ", ".join(wrong.names)}
        return HttpResponseBadRequest(text, content_type="text/plain; charset=utf-8")
    if not form.is_valid():
        return _page(request, form, status=422)
    data = form.cleaned_data
    programme = programme_document(data["programme"])
    policies, problems = _policies(data["policy"], programme)
    for problem in problems[:MOST]:
        form.add_error("policy", _said(problem))
    if problems:
        return _page(request, form, status=422)
    trial = try_policies(viewer=viewer, programme=data["programme"], policies=policies, now=now(), days=data["days"])
    return _page(request, form, shown=shown_trial(trial, viewer.zone))


def _initial(request: HttpRequest, programmes: list[tuple[str, str]]) -> dict[str, Any]:
    codes = [code for code, _ in programmes]
    asked = request.GET.get("programme", "")
    code = asked if asked in codes else next(iter(codes), "")
    text = as_text(plain_policies(programme_document(code))) if code else ""
    return {"programme": code, "days": 30, "policy": text}


def _form(data: Any, programmes: list[tuple[str, str]], initial: dict[str, Any]) -> TryForm:
    days = [(n, ngettext("%(n)d day", "%(n)d days", n) % {"n": n}) for n in DAYS]
    return TryForm(data, programmes=programmes, days=days, initial=initial, auto_id="try_%s")


def _policies(text: str, programme: Programme) -> tuple[tuple[EscalationPolicy, ...], list[Problem]]:
    """The policies that a text holds; of an empty one, the programme's own."""
    if not text.strip():
        return programme.escalations, []
    source = parse_yaml(text)
    if source.problems:
        return (), source.problems
    return read_policies(source.values, programme, source.lines)


def _said(problem: Problem) -> str:
    where = gettext("line %(line)d") % {"line": problem.line} if problem.line else problem.path
    return (
        f"{where}, {problem.path}: {problem.message}; {problem.remedy}."
        if problem.line
        else (f"{where}: {problem.message}; {problem.remedy}.")
    )


def _page(request: HttpRequest, form: TryForm, status: int = 200, **more: Any) -> HttpResponse:
    return page(request, "console/policy_trial.html", status=status, section="escalations", form=form, **more)
