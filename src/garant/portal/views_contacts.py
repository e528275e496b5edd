"""Our contacts: who has which place, inviting, replacing, standing in, and the page of an invitation."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model, login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from garant.contracts import operations_contacts as contacts
from garant.contracts import operations_invitations as invitations
from garant.contracts import queries_contacts as queries
from garant.contracts.views_contacts import Accepted, ContactsView, Offer
from garant.core.people import SUBSCRIBER_ROLES
from garant.core.refusals import NotFound, Refusal
from garant.core.zones import zone
from garant.directory import operations as directory
from garant.directory.queries import subscriber_by_id
from garant.kit.forms import StrictForm, UnknownFields, fresh_token
from garant.kit.languages import speaking
from garant.kit.moments import long_day_time
from garant.portal import contacts as shown
from garant.portal.access import actor_of, for_subscribers, viewer_of
from garant.portal.forms_contacts import (
    AcceptForm,
    BareForm,
    ColleagueForm,
    PersonForm,
    RoleForm,
    StandInForm,
)
from garant.portal.words import refused
from garant.wording import contacts as words

#: How the addresses call what is done to a place -> its right, and the purpose of an invitation to it.
CHANGES = {"replace": ("replace_contact", "replace"), "stand-in": ("stand_in_for_contact", "stand_in")}
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@for_subscribers
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The contracts whose contacts the reader may see; straight to the only one."""
    found = shown.contracts_of(viewer_of(request))
    if len(found) == 1:
        return redirect("contacts_of", contract_id=found[0].id)
    names = {one.subscriber_id: subscriber_by_id(one.subscriber_id) for one in found}
    rows = [
        {"contract": one, "package": shown.package_name(one), "organisation": row.name if row else ""}
        for one in found
        for row in (names[one.subscriber_id],)
    ]
    return render(request, "portal/contracts.html", {"section": "contacts", "rows": rows})


@for_subscribers
@require_safe
def show(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Who has which place of a contract, open invitations, colleagues and what happened."""
    return _page(request, queries.contacts(viewer_of(request), contract_id))


def _page(request: HttpRequest, view: ContactsView, refusal: Refusal | None = None) -> HttpResponse:
    viewer = viewer_of(request)
    words_ = {
        "section": "contacts",
        "view": view,
        "package": shown.package_name(view.contract),
        "places": shown.places(view, viewer.zone),
        "invitations": [(one, words.role(one.role)) for one in view.invitations],
        "colleagues": shown.colleagues(view, viewer),
        "history": shown.history(view)[:50],
        "can_invite": "invite_contact" in view.may and not view.full,
        "refusal": refused(refusal) if refusal else None,
        "zone": viewer.zone,
    }
    return render(request, "portal/contacts.html", words_, status=422 if refusal else 200)


@for_subscribers
@require_http_methods(["GET", "HEAD", "POST"])
def name(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Name a colleague as authorized contact, or invite somebody new."""
    view = _may(request, contract_id, "invite_contact")
    form = _bound(PersonForm, request, people=shown.free_colleagues(view))
    if isinstance(form, HttpResponse):
        return form

    def act(data: dict[str, Any]) -> str:
        if form.is_new:
            return _invite(request, contract_id, data, purpose="slot")
        contacts.name_colleague(by=actor_of(request), contract_id=contract_id, person_id=int(data["person"]))
        return gettext("Named as authorized contact.")

    heading = gettext("Name an authorized contact")
    return _form_page(request, view, form, act, heading)


@for_subscribers
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, contract_id: int, number: int, way: str) -> HttpResponse:
    """Replace the contact of a place, or let somebody stand in while they are away."""
    if way not in CHANGES:
        raise Http404
    right, purpose = CHANGES[way]
    view = _may(request, contract_id, right)
    holder = next((place.person for place in view.places if place.number == number and place.person), None)
    if holder is None:
        raise Http404
    form_class = StandInForm if purpose == "stand_in" else PersonForm
    form = _bound(form_class, request, people=shown.free_colleagues(view))
    if isinstance(form, HttpResponse):
        return form
    holder_id = holder.id

    def act(data: dict[str, Any]) -> str:
        until = _instant(data.get("until"), view.contract.zone)
        if form.is_new:
            return _invite(request, contract_id, data, purpose=purpose, leaving_id=holder_id, until=until)
        return _changed(request, contract_id, holder_id, int(data["person"]), purpose, until)

    texts = {
        "replace": gettext("Replace %(name)s"),
        "stand-in": gettext("Somebody stands in for %(name)s"),
    }
    return _form_page(request, view, form, act, texts[way] % {"name": holder.name}, lead=view.lead)


def _changed(
    request: HttpRequest, contract_id: int, holder: int, person: int, purpose: str, until: datetime | None
) -> str:
    by, zone_name = actor_of(request), viewer_of(request).zone
    if purpose == "replace":
        begins = contacts.replace_contact(by=by, contract_id=contract_id, leaving_id=holder, person_id=person)
        now = gettext("Replaced.")
    else:
        begins = contacts.stand_in(
            by=by, contract_id=contract_id, absent_id=holder, person_id=person, until=until
        )  # fmt: skip
        now = gettext("They stand in from now on.")
    later = gettext("It takes effect on %(day)s.")
    return later % {"day": long_day_time(begins, zone_name)} if begins else now


@for_subscribers
@require_http_methods(["GET", "HEAD", "POST"])
def colleague(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Invite somebody to another role of the organisation."""
    view = _may(request, contract_id, "give_member_role")
    offered = tuple(role for role in SUBSCRIBER_ROLES if role != "contact")
    form = _bound(ColleagueForm, request, roles=shown.role_choices(offered))
    if isinstance(form, HttpResponse):
        return form

    def act(data: dict[str, Any]) -> str:
        return _invite(request, contract_id, data, purpose="role", role=data["role"])

    return _form_page(request, view, form, act, gettext("Invite a colleague"))


def _invite(request: HttpRequest, contract_id: int, data: dict[str, Any], **more: Any) -> str:
    """Send an invitation; what is said is the same for every address."""
    sent = invitations.invite(
        by=actor_of(request), contract_id=contract_id, email=data["email"], name=data["name"],
        language=data.get("language") or get_language() or "en", once=data["once"], **more,
    )  # fmt: skip
    zone_name = viewer_of(request).zone
    return gettext("The invitation is on its way to %(email)s. It can be accepted until %(day)s.") % {
        "email": sent.email, "day": long_day_time(sent.expires_at, zone_name),
    }  # fmt: skip


def _bound(form_class: type[StrictForm], request: HttpRequest, **more: Any) -> Any:
    """The form with what was sent, or an answer that names the fields it doesn't have."""
    first = {"once": fresh_token(), "language": get_language() or "en"}
    try:
        return form_class(request.POST if request.method == "POST" else None, initial=first, **more)
    except UnknownFields as wrong:
        text = gettext("The form has no field %(names)s.") % {"names": ", ".join(wrong.names)}
        return HttpResponseBadRequest(text, content_type="text/plain; charset=utf-8")


def _form_page(
    request: HttpRequest, view: ContactsView, form: Any, act: Any, heading: str, lead: bool = False
) -> HttpResponse:
    """One form on a page of its own; a refusal stands above it, with everything that was typed."""
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, act(form.cleaned_data))
            return redirect("contacts_of", contract_id=view.contract.id)
        except Refusal as reason:
            refusal = refused(reason)
    more = {"section": "contacts", "view": view, "form": form, "heading": heading, "refusal": refusal, "lead": lead}
    bad = request.method == "POST"
    return render(request, "portal/contact_form.html", more, status=422 if bad else 200)


def _may(request: HttpRequest, contract_id: int, right: str) -> ContactsView:
    """The contacts of a contract for somebody who may do an act there; for others the page does not exist."""
    view = queries.contacts(viewer_of(request), contract_id)
    if right not in view.may:
        raise Http404
    return view


def _instant(day: Any, zone_name: str) -> datetime | None:
    """The beginning of a local day where the contract was made."""
    return None if day is None else datetime.combine(day, time(), tzinfo=zone(zone_name))


def _button(right: str, act: Any) -> Any:
    """A view for a button of the contacts page."""

    @for_subscribers
    @require_POST
    def view(request: HttpRequest, contract_id: int, **more: Any) -> HttpResponse:
        seen = _may(request, contract_id, right)
        form = _bound(act.form, request)
        if isinstance(form, HttpResponse):
            return form
        if not form.is_valid():
            return redirect("contacts_of", contract_id=contract_id)
        try:
            messages.success(request, act(request, contract_id, {**form.cleaned_data, **more}))
        except Refusal as reason:
            return _page(request, queries.contacts(viewer_of(request), seen.contract.id), reason)
        return redirect("contacts_of", contract_id=contract_id)

    view.__name__, view.__doc__ = act.__name__, act.__doc__
    return view


def _removed(request: HttpRequest, contract_id: int, data: dict[str, Any]) -> str:
    """Take a contact out of their place; they are signed out at once."""
    contacts.empty_slot(by=actor_of(request), contract_id=contract_id, number=data["number"])
    return gettext("The place is free. Whoever held it is signed out everywhere.")


def _back(request: HttpRequest, contract_id: int, data: dict[str, Any]) -> str:
    """The absent contact is back."""
    contacts.end_stand_in(by=actor_of(request), contract_id=contract_id, number=data["number"])
    return gettext("The contact has the place back.")


def _withdrawn(request: HttpRequest, contract_id: int, data: dict[str, Any]) -> str:
    """Withdraw an invitation of this contract."""
    try:
        invitations.revoke_invitation(
            by=actor_of(request), invitation_id=data["invitation_id"], contract_id=contract_id
        )
    except NotFound:
        raise Http404 from None
    return gettext("The invitation is withdrawn. Its link opens nothing any more.")


def _role(request: HttpRequest, contract_id: int, data: dict[str, Any]) -> str:
    """Give or end a colleague's role."""
    subscriber_id = queries.contacts(viewer_of(request), contract_id).contract.subscriber_id
    act = directory.give_member_role if data["give"] else directory.end_member_role
    act(by=actor_of(request), person_id=data["person"], role=data["role"], subscriber_id=subscriber_id)
    return gettext("The role is given.") if data["give"] else gettext("The role is ended.")


for _act, _form in ((_removed, BareForm), (_back, BareForm), (_withdrawn, BareForm), (_role, RoleForm)):
    _act.form = _form  # type: ignore[attr-defined]
remove = _button("remove_contact", _removed)
back = _button("stand_in_for_contact", _back)
withdraw = _button("invite_contact", _withdrawn)
role = _button("give_member_role", _role)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind an invitation's link: what it is for, and accepting it."""
    try:
        offer = queries.offer(token)
    except NotFound:
        raise Http404 from None
    with speaking(request, offer.language):
        return _invited(request, token, offer)


def _invited(request: HttpRequest, token: str, offer: Offer) -> HttpResponse:
    mine = request.user.is_authenticated and getattr(request.user, "email", "") == offer.email
    needs_account = not offer.known and not request.user.is_authenticated
    form = _bound(AcceptForm if needs_account else BareForm, request)
    if isinstance(form, HttpResponse):
        return form
    form.initial["name"] = offer.name
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            return _accepted(request, offer, invitations.accept_invitation(
                token=token, name=form.cleaned_data.get("name", ""), password=form.cleaned_data.get("password"),
                person_id=request.user.pk if request.user.is_authenticated else None,
            ))  # fmt: skip
        except Refusal as reason:
            refusal = _shown(form, reason)
    ok = offer.state == "open"
    more = {
        "section": "invitation", "offer": offer, "form": form, "refusal": refusal, "mine": mine, "open": ok,
        "role": words.role(offer.role), "means": words.role_means(offer.role), "needs_account": needs_account,
        "login": f"?next={request.path}",
    }  # fmt: skip
    status = 422 if request.method == "POST" else 200 if ok else 410
    return render(request, "portal/invitation.html", more, status=status)


def _shown(form: Any, reason: Refusal) -> Any:
    """A weak password stands at its field; everything else above the form."""
    if reason.code == "password_weak" and "password" in form.fields:
        for text in reason.values["problems"]:  # type: ignore[attr-defined]
            form.add_error("password", text)
        return None
    return refused(reason)


def _accepted(request: HttpRequest, offer: Offer, done: Accepted) -> HttpResponse:
    """Signed in, with what comes next."""
    if not request.user.is_authenticated:
        login(request, get_user_model().objects.get(pk=done.person_id), backend=BACKEND)
    if done.counts_from is not None:
        told = gettext("Welcome. You can open cases from %(day)s on.") % {
            "day": long_day_time(done.counts_from, viewer_of(request).zone)
        }
    else:
        told = gettext("Welcome to %(organisation)s.") % {"organisation": offer.organisation}
    messages.success(request, told)
    return redirect("home")
