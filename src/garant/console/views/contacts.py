"""A contract's contacts in the console: who has which place, training, inviting, naming, removing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext

from garant.console.access import staff_only
from garant.console.desk import page
from garant.console.forms import BareForm, StrictForm, UnknownFields, fresh_token
from garant.console.forms_contacts import ColleagueForm, InviteForm, TrainForm
from garant.console.packages import Names
from garant.console.standing import standing_shown
from garant.contracts import operations_contacts as contacts
from garant.contracts import operations_invitations as invitations
from garant.contracts import queries
from garant.contracts import queries_contacts as found
from garant.contracts.views_contacts import ContactPlace, ContactsView
from garant.core.people import SUBSCRIBER_ROLES, Actor, Viewer
from garant.core.refusals import NotFound, Refusal
from garant.core.zones import zone
from garant.directory import queries as directory
from garant.directory.queries_account import undeliverable
from garant.kit.moments import long_day_time
from garant.wording import contacts as words
from garant.wording.sentences import refusal_lines

Act = Callable[[Actor, ContactsView, dict[str, Any]], str]


@staff_only("GET", act="read_contacts")
def overview(request: HttpRequest) -> HttpResponse:
    """Every contract with how many of its places are filled, the latest ending first."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    rows = queries.contracts(viewer, after=request.GET.get("after"), limit=50)
    owners = directory.subscribers_by_id({row.subscriber_id for row in rows.rows})
    names, at = Names(), datetime.now(tz=UTC)
    lines = [
        {"contract": row, "owner": owners[row.subscriber_id], "package": names.package(row.package_key),
         "running": row.term.runs_at(at)}
        for row in rows.rows
    ]  # fmt: skip
    return page(request, "console/contacts_overview.html", section="contacts", lines=lines, page=rows)


@staff_only("GET", act="read_contacts")
def show(request: HttpRequest, contract_id: int) -> HttpResponse:
    """One contract's contacts."""
    return _page(request, _seen(request, contract_id))


def _seen(request: HttpRequest, contract_id: int) -> ContactsView:
    try:
        return found.contacts(request.viewer, contract_id)  # type: ignore[attr-defined]
    except NotFound:
        raise Http404(gettext("There is no such contract.")) from None


def _page(request: HttpRequest, view: ContactsView, status: int = 200, **more: Any) -> HttpResponse:
    names = directory.names(
        {entry.data[key] for entry in view.history for key in ("person", "leaving", "absent")
         if isinstance(entry.data.get(key), int)}
        | {entry.by.id for entry in view.history if entry.by.kind == "person" and entry.by.id is not None}
    )  # fmt: skip
    forms = {"invite_form": _invite_form(None), "colleague_form": _colleague_form(None, view), **more}
    return page(
        request,
        "console/contacts.html",
        status=status,
        section="contacts",
        view=view,
        shown=standing_shown(request.viewer, view.contract.subscriber_id),  # type: ignore[attr-defined]
        returned=undeliverable(request.viewer, [one.id for one in _named(view)]),  # type: ignore[attr-defined]
        owner=directory.subscriber_by_id(view.contract.subscriber_id),
        package_name=Names().package(view.contract.package_key),
        places=[(place, words.place_state(place.state), _training_forms(place, view)) for place in view.places],
        colleagues=[(one, ", ".join(words.role(role) for role in sorted(one.roles))) for one in view.colleagues],
        invitations=[(one, words.role(one.role)) for one in view.invitations],
        history=[
            (words.happened(entry.kind, entry.data, names), entry.at, names.get(entry.by.id or 0, ""))
            for entry in view.history
        ][:100],
        **forms,
    )


def _named(view: ContactsView) -> list[Any]:
    """Everybody who has to do with a place."""
    return [one for place in view.places for one in (place.person, place.other) if one is not None]


def _training_forms(place: ContactPlace, view: ContactsView) -> list[tuple[Any, TrainForm]]:
    """A form for each person of a place whose training may be recorded."""
    if "record_training" not in view.may:
        return []
    return [
        (one, TrainForm(initial={"person": one.id}, auto_id=f"train-{one.id}-%s"))
        for one in (place.person, place.other)
        if one is not None
    ]


def _invite_form(data: Any) -> InviteForm:
    roles = [(role, words.role(role)) for role in SUBSCRIBER_ROLES]
    return InviteForm(data, roles=roles, initial={"once": fresh_token()}, auto_id="invite_%s")


def _colleague_form(data: Any, view: ContactsView) -> ColleagueForm:
    named = {one.id for place in view.places for one in (place.person, place.other) if one}
    people = [(one.id, one.name) for one in view.colleagues if one.id not in named]
    holders = [(place.person.id, place.person.name) for place in view.places if place.person]
    return ColleagueForm(data, people=people, holders=holders, auto_id="colleague_%s")


def _act(right: str, make: Callable[[Any, ContactsView], StrictForm], name: str = "") -> Callable[[Act], Any]:
    """A view for a form of the page: reads it, acts, goes back; problems come back with what was typed."""

    def wrap(run: Act) -> Any:
        @staff_only("POST", act=right)
        def view(request: HttpRequest, contract_id: int, **more: Any) -> HttpResponse:
            seen = _seen(request, contract_id)
            try:
                form = make(request.POST, seen)
            except UnknownFields as wrong:
                text = gettext("The form has no field %(names)s.") % {"names": ", ".join(wrong.names)}
                return HttpResponseBadRequest(text, content_type="text/plain; charset=utf-8")
            if form.is_valid():
                try:
                    told = run(request.viewer.actor, seen, {**form.cleaned_data, **more})  # type: ignore[attr-defined]
                except Refusal as refusal:
                    form.add_error(None, " ".join(refusal_lines(refusal)))
                except NotFound:
                    raise Http404 from None
                else:
                    messages.success(request, told)
                    return redirect("console:contacts-of", contract_id=contract_id)
            return _page(request, seen, status=422, **({name: form} if name else {"problem_form": form}))

        view.__name__, view.__doc__ = run.__name__, run.__doc__
        return view

    return wrap


@_act("invite_contact", lambda data, view: _invite_form(data), "invite_form")
def invite(by: Actor, view: ContactsView, data: dict[str, Any]) -> str:
    """Invite somebody by mail."""
    purpose = "slot" if data["role"] == "contact" else "role"
    sent = invitations.invite(
        by=by, contract_id=view.contract.id, email=data["email"], name=data["name"], language=data["language"],
        role=data["role"], purpose=purpose, once=data["once"],
    )  # fmt: skip
    told = gettext("The invitation to %(email)s stands in the outbox.") % {"email": sent.email}
    if settings.MAIL_CONFIGURED:
        return told
    link = invitations.link_of(by=by, invitation_id=sent.id)
    more = gettext("No mail server is named: give them this link yourself, it opens once: %(link)s")
    return f"{told} {more % {'link': f'{settings.BASE_URL}{link}'}}" if link else told


@_act("invite_contact", _colleague_form, "colleague_form")
def name(by: Actor, view: ContactsView, data: dict[str, Any]) -> str:
    """Name a colleague in a free place, or in the place of a contact."""
    contract, person, holder = view.contract, data["person"], data["holder"]
    if data["way"] == "replace":
        begins = contacts.replace_contact(by=by, contract_id=contract.id, leaving_id=holder, person_id=person)
    elif data["way"] == "stand_in":
        until = _instant(data["until"], contract.zone)
        begins = contacts.stand_in(by=by, contract_id=contract.id, absent_id=holder, person_id=person, until=until)
    else:
        contacts.name_colleague(by=by, contract_id=contract.id, person_id=person)
        begins = None
    if begins is None:
        return gettext("It takes effect now.")
    return gettext("It takes effect on %(day)s.") % {"day": long_day_time(begins, contract.zone)}


def _instant(day: date | None, zone_name: str) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), tzinfo=zone(zone_name))


@_act("record_training", lambda data, view: TrainForm(data), "problem_form")
def train(by: Actor, view: ContactsView, data: dict[str, Any]) -> str:
    """Record a training."""
    contacts.record_training(
        by=by, contract_id=view.contract.id, person_id=data["person"], trained_on=data["trained_on"],
        trained_until=data["trained_until"],
    )  # fmt: skip
    return gettext("The training is recorded.")


@_act("remove_contact", lambda data, view: BareForm(data))
def remove(by: Actor, view: ContactsView, data: dict[str, Any]) -> str:
    """Take a contact out of their place."""
    contacts.empty_slot(by=by, contract_id=view.contract.id, number=data["number"])
    return gettext("The place is free. Whoever held it is signed out.")


@_act("stand_in_for_contact", lambda data, view: BareForm(data))
def back(by: Actor, view: ContactsView, data: dict[str, Any]) -> str:
    """The absent contact is back."""
    contacts.end_stand_in(by=by, contract_id=view.contract.id, number=data["number"])
    return gettext("The contact has the place back.")


@_act("invite_contact", lambda data, view: BareForm(data))
def withdraw(by: Actor, view: ContactsView, data: dict[str, Any]) -> str:
    """Withdraw an invitation."""
    invitations.revoke_invitation(by=by, invitation_id=data["invitation_id"])
    return gettext("The invitation is withdrawn.")
