"""Entering people and subscribers, and giving and ending roles. Every act is journalled with codes only."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from garant.core import rights
from garant.core.identity import address_identity, clean_name
from garant.core.people import STAFF_ROLES, SUBSCRIBER_ROLES, Actor
from garant.core.refusals import NotFound, Refusal
from garant.core.zones import zone as zone_named
from garant.directory.models import Person, RoleHeld, Subscriber
from garant.directory.queries import side, viewer_of
from garant.directory.views import PersonRow, SubscriberRow
from garant.journal.operations import append, database_now

#: Staff roles that may change the directory.
KEEPERS = rights.staff_for("enter_person")


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
    require_role(by, KEEPERS)
    address = _address(email)
    fields = {"name": _name(name, 120), "language": _language(language), "zone": _zone(zone)}
    try:
        with transaction.atomic():
            person = Person.objects.create_user(address, password, **fields)
    except IntegrityError:
        raise Refusal("email_taken", "one_person_per_address", "use_existing_person", {"email": address}) from None
    _note(by, ("person", person.pk), "person_created", {"language": language, "zone": zone}, None)
    return PersonRow(person.pk, person.email, person.name, person.language, person.zone, person.is_active)


@transaction.atomic
def create_subscriber(
    *, by: Actor, name: str, zone: str = "UTC", language: str = "en", slug: str | None = None
) -> SubscriberRow:
    """Enter a subscriber; `slug` None: made from the name. Refuses a taken slug, an empty name, an unknown zone."""
    require_role(by, KEEPERS)
    shown = _name(name, 160)
    wanted = slugify(slug or shown)[:60] or "subscriber"
    fields = {"name": shown, "zone": _zone(zone), "language": _language(language)}
    try:
        with transaction.atomic():
            row = Subscriber.objects.create(slug=wanted, **fields)
    except IntegrityError:
        raise Refusal("slug_taken", "one_subscriber_per_slug", "choose_another_slug", {"slug": wanted}) from None
    _note(by, ("subscriber", row.pk), "subscriber_created", {"slug": wanted}, row.pk)
    return SubscriberRow(row.pk, row.slug, row.name, row.zone, row.language, row.created_at)


@transaction.atomic
def give_role(*, by: Actor, person_id: int, role: str, subscriber_id: int | None = None) -> bool:
    """Give a person a role for the vendor (`subscriber_id` None) or for a subscriber; False when it is held already.

    Refuses a role of the other side. Raises NotFound for an unknown person or subscriber.
    """
    require_role(by, KEEPERS)
    _check_side(role, subscriber_id)
    _lock_person(person_id)
    if subscriber_id is not None and not Subscriber.objects.filter(pk=subscriber_id).exists():
        raise NotFound("subscriber")
    if RoleHeld.objects.filter(side(subscriber_id), person_id=person_id, role=role, ended_at=None).exists():
        return False
    RoleHeld.objects.create(person_id=person_id, role=role, subscriber_id=subscriber_id, since=database_now())
    _note(by, ("person", person_id), "role_given", {"role": role}, subscriber_id)
    return True


@transaction.atomic
def end_role(*, by: Actor, person_id: int, role: str, subscriber_id: int | None = None) -> bool:
    """End a role at once; False when the person does not hold it. The past stays on record."""
    require_role(by, KEEPERS)
    _check_side(role, subscriber_id)
    _lock_person(person_id)
    held = RoleHeld.objects.filter(side(subscriber_id), person_id=person_id, role=role, ended_at=None)
    if not held.update(ended_at=database_now()):
        return False
    _note(by, ("person", person_id), "role_ended", {"role": role}, subscriber_id)
    return True


def _lock_person(person_id: int) -> None:
    """One change of roles at a time per person."""
    if Person.objects.select_for_update().filter(pk=person_id).values_list("pk").first() is None:
        raise NotFound("person")


def _note(by: Actor, subject: tuple[str, int], kind: str, data: dict[str, object], subscriber_id: int | None) -> None:
    append(subject=subject, kind=kind, data=data, by=by, at=database_now(), subscriber_id=subscriber_id)


def _check_side(role: str, subscriber_id: int | None) -> None:
    known = STAFF_ROLES if subscriber_id is None else SUBSCRIBER_ROLES
    if role not in known:
        raise Refusal("role_not_on_this_side", "roles_by_side", "choose_offered_role", {"offered": known})


def _address(email: str) -> str:
    address = address_identity(email)
    try:
        validate_email(address)
    except ValidationError:
        raise Refusal("email_malformed", "login_is_an_address", "check_address", {"email": clean_name(email)}) from None
    if len(address) > 254:
        raise Refusal("email_malformed", "login_is_an_address", "check_address", {"longest": 254})
    return address


def _name(name: str, longest: int) -> str:
    shown = clean_name(name)
    if not 1 <= len(shown) <= longest:
        raise Refusal("name_missing_or_long", "names_are_shown", "give_name", {"longest": longest})
    return shown


def _language(code: str) -> str:
    offered = [known for known, _ in settings.LANGUAGES]
    if code not in offered:
        raise Refusal("language_unknown", "languages_of_the_desk", "choose_offered_language", {"offered": offered})
    return code


def _zone(name: str) -> str:
    try:
        zone_named(name)
    except ValueError:
        raise Refusal("zone_unknown", "zones_are_iana_names", "choose_zone", {"zone": name}) from None
    return name
