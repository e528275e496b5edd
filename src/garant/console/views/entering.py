"""Entering what a desk begins with: subscribers, their contracts, and the vendor's own people with their roles."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from garant.console.access import staff_only
from garant.console.desk import now, page
from garant.console.forms_entering import ContractForm, RolesForm, StaffForm, SubscriberForm
from garant.console.posting import posted
from garant.contracts.operations import INCLUDED, sign_contract
from garant.contracts.queries_offer import on_offer
from garant.core.people import Viewer
from garant.core.refusals import NotFound, Refusal
from garant.directory.operations import create_subscriber
from garant.directory.operations_entering import enter_staff, set_staff_roles
from garant.directory.queries import subscriber
from garant.directory.queries_staff import MemberRow
from garant.directory.queries_staff import member as member_of
from garant.directory.views import SubscriberRow
from garant.kit.forms import StrictForm
from garant.wording.contacts import role
from garant.wording.sentences import refusal_lines


@staff_only("GET", "POST", act="enter_subscriber")
def new_subscriber(request: HttpRequest) -> HttpResponse:
    """Enter a subscriber; the next page signs its contract."""
    viewer = _viewer(request)
    form = SubscriberForm(
        request.POST if request.method == "POST" else None,
        initial={"zone": viewer.zone, "language": settings.LANGUAGE_CODE},
        auto_id="new_%s",
    )
    if form.is_bound and form.is_valid():
        try:
            row = create_subscriber(by=viewer.actor, **{**form.cleaned_data, "slug": form.cleaned_data["slug"] or None})
        except Refusal as refusal:
            form.add_error(None, " ".join(refusal_lines(refusal)))
        else:
            messages.success(request, gettext("%(name)s is entered. Sign its contract.") % {"name": row.name})
            return redirect("console:contract-new", slug=row.slug)
    return page(
        request,
        "console/subscriber_new.html",
        status=422 if form.is_bound else 200,
        section="subscribers",
        form=form,
    )


@staff_only("GET", "POST", act="sign_contract")
def new_contract(request: HttpRequest, slug: str) -> HttpResponse:
    """Sign a contract for a subscriber."""
    viewer = _viewer(request)
    row = _subscriber(viewer, slug)
    if request.method != "POST":
        return _contract_page(request, row, _contract_form(None, viewer, row))

    def run(form: ContractForm) -> str:
        chosen = dict(form.cleaned_data)
        programme, _, package = chosen.pop("package").partition("/")
        contacts = chosen.pop("contacts")
        signed = sign_contract(
            by=viewer.actor,
            subscriber_id=row.id,
            programme=programme,
            package=package,
            contact_limit=INCLUDED if contacts is None else contacts,
            **chosen,
        )
        return gettext("Contract %(reference)s is signed. Name its contacts.") % {"reference": signed.reference}

    make = partial(_contract_form, viewer=viewer, row=row)
    again = partial(_contract_page, request, row, status=422)
    return posted(request, make, run, again, reverse("console:subscriber", args=[slug]))


def _contract_form(data: Any, viewer: Viewer, row: SubscriberRow) -> ContractForm:
    offer = on_offer(viewer=viewer)
    initial = {"zone": row.zone, "region": "default"}
    return ContractForm(data, packages=offer.packages, regions=offer.regions, initial=initial, auto_id="contract_%s")


def _contract_page(request: HttpRequest, row: SubscriberRow, form: ContractForm, status: int = 200) -> HttpResponse:
    return page(
        request, "console/contract_new.html", status=status, section="subscribers", subscriber=row, form=form
    )  # fmt: skip


def _subscriber(viewer: Viewer, slug: str) -> SubscriberRow:
    try:
        return subscriber(viewer, slug)
    except NotFound:
        raise Http404(gettext("There is no such subscriber.")) from None


@staff_only("GET", "POST", act="enter_person")
def new_staff(request: HttpRequest) -> HttpResponse:
    """Enter somebody of the staff."""
    viewer = _viewer(request)
    if request.method != "POST":
        return _staff_page(request, _staff_form(None, viewer))

    def run(form: StaffForm) -> str:
        row = enter_staff(by=viewer.actor, **form.cleaned_data)
        return gettext("%(name)s is entered, and a mail with a link is on its way.") % {"name": row.name}

    again = partial(_staff_page, request, status=422)
    return posted(request, partial(_staff_form, viewer=viewer), run, again, reverse("console:staff"))


def _staff_form(data: Any, viewer: Viewer) -> StaffForm:
    return StaffForm(data, initial={"zone": viewer.zone, "language": viewer.language}, auto_id="new_%s")


def _staff_page(request: HttpRequest, form: StaffForm, status: int = 200) -> HttpResponse:
    return page(request, "console/staff_new.html", status=status, section="staff", form=form)


@staff_only("GET", "POST", act="give_staff_role")
def staff_roles(request: HttpRequest, person_id: int) -> HttpResponse:
    """Change the roles of somebody of the staff."""
    viewer = _viewer(request)
    try:
        row = member_of(viewer, person_id, now())
    except NotFound:
        raise Http404(gettext("Nobody of the staff is called that.")) from None
    if request.method != "POST":
        return _roles_page(request, row, RolesForm(initial={"roles": row.roles}, auto_id="roles_%s"))

    def run(form: RolesForm) -> str:
        given, ended = set_staff_roles(by=viewer.actor, person_id=person_id, roles=form.cleaned_data["roles"])
        return _told(row, given, ended)

    again = partial(_roles_page, request, row, status=422)
    return posted(request, partial(RolesForm, auto_id="roles_%s"), run, again, reverse("console:staff"))


def _told(row: MemberRow, given: list[str], ended: list[str]) -> str:
    parts = [gettext("%(name)s: nothing has changed.") % {"name": row.name}] if not given + ended else []
    if given:
        parts.append(gettext("%(name)s holds now: %(roles)s.") % {"name": row.name, "roles": _said(given)})
    if ended:
        parts.append(gettext("%(name)s holds no longer: %(roles)s.") % {"name": row.name, "roles": _said(ended)})
    return " ".join(parts)


def _said(roles: list[str]) -> str:
    return ", ".join(role(each) for each in roles)


def _roles_page(request: HttpRequest, row: MemberRow, form: StrictForm, status: int = 200) -> HttpResponse:
    return page(request, "console/staff_roles.html", status=status, section="staff", row=row, form=form)


def _viewer(request: HttpRequest) -> Viewer:
    return request.viewer  # type: ignore[attr-defined]
