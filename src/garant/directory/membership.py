"""People and roles as other rooms write them: the calling operation has checked the rights. Never for a door."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F

from garant.core.identity import address_identity, clean_name, mixes_scripts
from garant.core.people import STAFF_ROLES, SUBSCRIBER_ROLES, Actor
from garant.core.refusals import NotFound, Refusal
from garant.core.zones import zone as zone_named
from garant.directory.models import Person, RoleHeld, Subscriber
from garant.directory.models_teams import Rota
from garant.directory.queries import side
from garant.directory.views import PersonRow
from garant.journal.operations import append, database_now


def enter_person(
    *, by: Actor, email: str, name: str, language: str, zone: str, password: str | None = None
) -> PersonRow:
    """Enter a person in the caller's transaction. Refuses a malformed or taken address, an empty name and so on."""
    address = clean_address(email)
    fields = {"name": clean(name, 120), "language": known_language(language), "zone": known_zone(zone)}
    try:
        with transaction.atomic():
            person = Person.objects.create_user(address, password, **fields)
    except IntegrityError:
        raise Refusal("email_taken", "one_person_per_address", "use_existing_person", {"email": address}) from None
    data: dict[str, object] = {"language": language, "zone": zone}
    note(by, ("person", person.pk), "person_created", data, None)
    return PersonRow(person.pk, person.email, person.name, person.language, person.zone, person.is_active)


def password_problems(password: str, email: str, name: str) -> list[str]:
    """What is wrong with a new password, in the active language; empty when it will do."""
    try:
        validate_password(password, Person(email=email, name=name))
    except ValidationError as problem:
        return list(problem.messages)
    return []


def has_password(person_id: int) -> bool:
    """Whether somebody can sign in with a password; False for people who were entered without one."""
    person = Person.objects.filter(pk=person_id).first()
    return person is not None and person.has_usable_password()


def set_first_password(*, by: Actor, person_id: int, password: str) -> None:
    """Give a person who has none their password, in the caller's transaction. Refuses to change one."""
    person = Person.objects.select_for_update().get(pk=person_id)
    if person.has_usable_password():
        raise Refusal("password_set", "passwords_are_personal", "sign_in_with_address")
    person.set_password(password)
    person.save(update_fields=["password"])
    note(by, ("person", person_id), "password_set", {}, None)


def put_role(
    *, by: Actor, person_id: int, role: str, subscriber_id: int | None = None, while_absent: bool = False
) -> bool:
    """Give a role in the caller's transaction; False when it is held already. Raises NotFound and Refusal.

    `while_absent`: only as long as somebody stands in for the person (`take_back` ends it).
    """
    _check_side(role, subscriber_id)
    lock_person(person_id)
    if subscriber_id is not None and not Subscriber.objects.filter(pk=subscriber_id).exists():
        raise NotFound("subscriber")
    if RoleHeld.objects.filter(side(subscriber_id), person_id=person_id, role=role, ended_at=None).exists():
        return False
    RoleHeld.objects.create(
        person_id=person_id, role=role, subscriber_id=subscriber_id, since=database_now(), while_absent=while_absent
    )
    note(by, ("person", person_id), "role_given", {"role": role}, subscriber_id)
    return True


def take_back(*, by: Actor, person_id: int, subscriber_id: int) -> None:
    """End what a person held only while somebody stood in for them."""
    held = RoleHeld.objects.filter(
        person_id=person_id, subscriber_id=subscriber_id, ended_at=None, while_absent=True
    )  # fmt: skip
    for role in list(held.values_list("role", flat=True)):
        take_role(by=by, person_id=person_id, role=role, subscriber_id=subscriber_id)


def take_role(*, by: Actor, person_id: int, role: str, subscriber_id: int | None = None) -> bool:
    """End a role in the caller's transaction; False when it isn't held. With the last role of a side every session of
    the person ends: whoever has left is signed out, wherever they are signed in."""
    _check_side(role, subscriber_id)
    lock_person(person_id)
    mine = RoleHeld.objects.filter(side(subscriber_id), person_id=person_id, ended_at=None)
    if not mine.filter(role=role).update(ended_at=database_now()):
        return False
    note(by, ("person", person_id), "role_ended", {"role": role}, subscriber_id)
    if not mine.exists():
        end_sessions(by=by, person_id=person_id)
    return True


def end_sessions(*, by: Actor, person_id: int) -> None:
    """Sign a person out everywhere from their next request on, in the caller's transaction."""
    Person.objects.filter(pk=person_id).update(session_epoch=F("session_epoch") + 1)
    note(by, ("person", person_id), "sessions_ended", {}, None)


def lock_person(person_id: int) -> None:
    """One change of roles at a time per person. Raises NotFound."""
    if Person.objects.select_for_update().filter(pk=person_id).values_list("pk").first() is None:
        raise NotFound("person")


def lock_subscriber(subscriber_id: int) -> None:
    """One change of an organisation's administrators at a time. Raises NotFound."""
    if Subscriber.objects.select_for_update().filter(pk=subscriber_id).values_list("pk").first() is None:
        raise NotFound("subscriber")


def note(by: Actor, subject: tuple[str, int], kind: str, data: dict[str, object], subscriber_id: int | None) -> None:
    """Write a fact about a person or a subscriber down, now."""
    append(subject=subject, kind=kind, data=data, by=by, at=database_now(), subscriber_id=subscriber_id)


def clean_address(email: str) -> str:
    """An address in its one spelling. Refuses what is none, and what only looks like another one."""
    address = address_identity(email)
    try:
        validate_email(address)
        local, _, domain = address.rpartition("@")
        unseen = clean_name(address) != address
        if unseen or not local.isascii() or any(mixes_scripts(label) for label in domain.split(".")):
            raise ValidationError("look-alike letters")
    except ValidationError:
        raise Refusal("email_malformed", "login_is_an_address", "check_address", {"email": clean_name(email)}) from None
    if len(address) > 254:
        raise Refusal("email_malformed", "login_is_an_address", "check_address", {"longest": 254})
    return address


def clean(name: str, longest: int) -> str:
    """A name for showing. Refuses one that is empty or too long, or mixes scripts so that it looks like another."""
    shown = clean_name(name)
    if not 1 <= len(shown) <= longest:
        raise Refusal("name_missing_or_long", "names_are_shown", "give_name", {"longest": longest})
    if mixes_scripts(shown):
        raise Refusal("name_mixes_scripts", "names_imitate_nobody", "write_name_in_one_script", {"name": shown})
    return shown


def known_language(code: str) -> str:
    """A language of the desk. Refuses another one."""
    offered = [known for known, _ in settings.LANGUAGES]
    if code not in offered:
        raise Refusal("language_unknown", "languages_of_the_desk", "choose_offered_language", {"offered": offered})
    return code


def known_zone(name: str) -> str:
    """The name of a time zone. Refuses another text."""
    try:
        zone_named(name)
    except ValueError:
        raise Refusal("zone_unknown", "zones_are_iana_names", "choose_zone", {"zone": name}) from None
    return name


def _check_side(role: str, subscriber_id: int | None) -> None:
    known = STAFF_ROLES if subscriber_id is None else SUBSCRIBER_ROLES
    if role not in known:
        raise Refusal("role_not_on_this_side", "roles_by_side", "choose_offered_role", {"offered": known})


def look_at_rotas_again(rota_id: int | None = None) -> None:
    """What was told about gaps of a rota (None: of every one) no longer holds: turns, absences or roles changed.

    A gap that is still the same is not told twice: its notice goes by its beginning and end.
    """
    rotas = Rota.objects.all() if rota_id is None else Rota.objects.filter(pk=rota_id)
    rotas.update(gap_told_until=None)
