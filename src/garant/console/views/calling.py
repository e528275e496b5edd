"""Filing a case for somebody who called: the same checks, the same clock, from the moment it is filed."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext

from garant.cases import operations
from garant.console.access import staff_only
from garant.console.desk import now, page
from garant.console.forms_calling import CallerForm
from garant.console.packages import Names
from garant.console.standing import standing_shown
from garant.contracts.queries import contracts_in_force, programme_of, severities_of
from garant.contracts.views import ContractView
from garant.core.people import Viewer
from garant.core.programmes import said
from garant.core.refusals import NotFound, Refusal
from garant.directory import queries as directory
from garant.directory.views import SubscriberRow
from garant.kit.forms import fresh_token
from garant.wording.contacts import role
from garant.wording.sentences import refusal_lines


@staff_only("GET", "POST", act="file_case_for_caller")
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """The form, and the case."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        owner = directory.subscriber(viewer, slug)
    except NotFound:
        raise Http404(gettext("There is no such subscriber.")) from None
    held = contracts_in_force(viewer=viewer, subscriber_id=owner.id, at=now())
    make = partial(_form, viewer=viewer, owner=owner, held=held)
    if request.method != "POST":
        return _page(request, owner, held, make(None))
    form = make(request.POST)
    if form.is_valid():
        try:
            return _filed(request, owner, form)
        except Refusal as refusal:
            form.add_error(None, " ".join(refusal_lines(refusal)))
    return _page(request, owner, held, form, status=422)


def _form(data: Any, *, viewer: Viewer, owner: SubscriberRow, held: list[ContractView]) -> CallerForm:
    """What may be chosen is that of the contract: the one that was sent, else the first."""
    language, names = get_language() or "en", Names()
    sent = str(data.get("contract", "")) if data is not None else ""
    chosen = next((one for one in held if str(one.id) == sent), held[0] if held else None)
    document = programme_of(chosen.package_key) if chosen else None
    open_to = severities_of(chosen.package_key) if chosen else ()
    types = [
        (one.code, said(one.name, language))
        for one in (document.request_types if document and chosen else ())
        if one.packages is None or (chosen is not None and chosen.package in one.packages)
    ]
    levels = [(level, names.severity(chosen.package_key, level)) for level in open_to] if chosen else []
    return CallerForm(
        data,
        contracts=[(one.id, f"{names.package(one.package_key)}, {one.reference}") for one in held],
        people=_people(viewer, owner),
        types=types or [("error", gettext("Error report")), ("question", gettext("Question"))],
        levels=[(code, f"{code}: {name}") for code, name in levels],
        initial={"once": fresh_token()},
        auto_id="call_%s",
    )


def _people(viewer: Viewer, owner: SubscriberRow) -> list[tuple[int, str]]:
    """The subscriber's people, the authorized contacts first; others' cases are held until a contact adopts them."""
    found = directory.people_of(viewer, owner.id)
    found.sort(key=lambda one: ("contact" not in one.roles, one.name))
    return [(one.id, f"{one.name} ({', '.join(role(each) for each in sorted(one.roles))})") for one in found]


def _filed(request: HttpRequest, owner: SubscriberRow, form: CallerForm) -> HttpResponse:
    data = dict(form.cleaned_data)
    filed = operations.file_case(
        by=request.viewer.actor,  # type: ignore[attr-defined]
        person_id=data.pop("person"),
        subscriber_id=owner.id,
        contract_id=data.pop("contract"),
        channel="phone",
        **data,
    )
    told = gettext("The case is filed and held: %(reason)s.") if filed.held_reason else gettext("The case is filed.")
    reasons = {"standing": gettext("support is suspended"), "unlisted": gettext("the caller is no authorized contact")}
    messages.success(request, told % {"reason": reasons.get(filed.held_reason or "", filed.held_reason or "")})
    return redirect("console:case", number=filed.number)


def _page(
    request: HttpRequest, owner: SubscriberRow, held: list[ContractView], form: CallerForm, status: int = 200
) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return page(
        request,
        "console/case_new.html",
        status=status,
        section="subscribers",
        owner=owner,
        held=held,
        form=form,
        shown=standing_shown(viewer, owner.id),
    )
