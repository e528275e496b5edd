"""Entering people and subscribers, and giving and ending roles. Every act is journalled with codes only."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from garant.core import rights
from garant.core.people import Actor
from garant.core.refusals import Refusal
from garant.directory.membership import (
    clean,
    enter_person,
    known_language,
    known_zone,
    lock_subscriber,
    note,
    password_problems,
    put_role,
    take_role,
)
from garant.directory.models import Subscriber
from garant.directory.queries import people_with, viewer_of
from garant.directory.views import PersonRow, SubscriberRow

__all__ = [
    "create_person",
    "create_subscriber",
    "end_member_role",
    "end_role",
    "give_member_role",
    "give_role",
    "password_problems",
    "require",
    "require_role",
]

#: Staff roles that may change the directory.
KEEPERS = rights.staff_for("enter_person")
#: Roles of colleagues that are given one by one; the role contact comes with a slot.
COLLEAGUES = ("administrator", "viewer", "learner", "executive")


def require(by: Actor, act: str, subscriber_id: int | None = None) -> None:
    """Refuse an act that the table of rights doesn't allow this person, with the roles held now; the desk may act."""
    if by.kind != "system":
        rights.check(viewer_of(by.id), act, subscriber_id)


def require_role(by: Actor, roles: frozenset[str]) -> None:
    """Refuse an act by a person who holds none of the staff `roles`; the desk itself (the system) may act."""
    if by.kind == "system":
        return
    if not viewer_of(by.id).staff_roles & roles:
        raise Refusal("not_allowed", "acts_by_role", "ask_manager", {"roles": sorted(roles)})


@transaction.atomic
def create_person(
    *, by: Actor, email: str, name: str, language: str = "en", zone: str = "UTC", password: str | None = None
) -> PersonRow:
    """Enter a person; the address, in one spelling, is their login (`password` None: no sign-in yet).

    Refuses a malformed or taken address, an empty name, an unknown language or zone.
    """
    require(by, "enter_person")
    return enter_person(by=by, email=email, name=name, language=language, zone=zone, password=password)


@transaction.atomic
def create_subscriber(
    *, by: Actor, name: str, zone: str = "UTC", language: str = "en", slug: str | None = None
) -> SubscriberRow:
    """Enter a subscriber; `slug` None: made from the name. Refuses a taken slug, an empty name, an unknown zone."""
    require(by, "enter_subscriber")
    shown = clean(name, 160)
    wanted = slugify(slug or shown)[:60] or "subscriber"
    fields = {"name": shown, "zone": known_zone(zone), "language": known_language(language)}
    try:
        with transaction.atomic():
            row = Subscriber.objects.create(slug=wanted, **fields)
    except IntegrityError:
        raise Refusal("slug_taken", "one_subscriber_per_slug", "choose_another_slug", {"slug": wanted}) from None
    note(by, ("subscriber", row.pk), "subscriber_created", {"slug": wanted}, row.pk)
    return SubscriberRow(row.pk, row.slug, row.name, row.zone, row.language, row.created_at)


@transaction.atomic
def give_role(*, by: Actor, person_id: int, role: str, subscriber_id: int | None = None) -> bool:
    """Give a person a role for the vendor (`subscriber_id` None) or for a subscriber; False when it is held already.

    Refuses a role of the other side. Raises NotFound for an unknown person or subscriber.
    """
    require(by, "give_staff_role")
    return put_role(by=by, person_id=person_id, role=role, subscriber_id=subscriber_id)


@transaction.atomic
def end_role(*, by: Actor, person_id: int, role: str, subscriber_id: int | None = None) -> bool:
    """End a role at once; False when the person does not hold it. The past stays on record."""
    require(by, "give_staff_role")
    return take_role(by=by, person_id=person_id, role=role, subscriber_id=subscriber_id)


@transaction.atomic
def give_member_role(*, by: Actor, person_id: int, role: str, subscriber_id: int) -> bool:
    """Give one of a subscriber's people another role there; False when they hold it. An administrator may do it.

    Refuses the role contact, which comes with a contact slot, and people who don't belong to the organisation: those
    are invited.
    """
    require(by, "give_member_role", subscriber_id)
    _colleague(role)
    if not viewer_of(person_id).subscriber_roles.get(subscriber_id):
        raise Refusal("not_a_colleague", "colleagues_are_invited", "invite_first")
    return put_role(by=by, person_id=person_id, role=role, subscriber_id=subscriber_id)


@transaction.atomic
def end_member_role(*, by: Actor, person_id: int, role: str, subscriber_id: int) -> bool:
    """End a role of one of a subscriber's people at once; False when they don't hold it.

    Refuses the role contact (their slot is emptied instead) and to leave an organisation without an administrator,
    unless the vendor's own people do it.
    """
    require(by, "give_member_role", subscriber_id)
    _colleague(role)
    lock_subscriber(subscriber_id)  # two administrators who end each other's role at once: one of them stays
    outside = by.kind == "system" or rights.may(viewer_of(by.id), "give_staff_role")
    if role == "administrator" and not outside and people_with(role, subscriber_id) == {person_id}:
        raise Refusal("last_administrator", "one_administrator_stays", "name_another_administrator")
    return take_role(by=by, person_id=person_id, role=role, subscriber_id=subscriber_id)


def _colleague(role: str) -> None:
    if role == "contact":
        raise Refusal("contact_needs_slot", "contacts_up_to_allotment", "use_contact_slot")
    if role not in COLLEAGUES:
        raise Refusal("role_not_on_this_side", "roles_by_side", "choose_offered_role", {"offered": COLLEAGUES})
