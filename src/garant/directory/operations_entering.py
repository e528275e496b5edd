"""The vendor's own people: entered with their roles, and what they may do changed later."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models, transaction

from garant.core.people import STAFF_ROLES, Actor
from garant.core.refusals import Refusal
from garant.directory.membership import enter_person, lock_person, look_at_rotas_again, put_role, take_role
from garant.directory.models import Person, RoleHeld
from garant.directory.operations import require
from garant.directory.operations_staff import staff_member
from garant.directory.views import PersonRow
from garant.journal.operations_notices import NewNotice, put_notices

__all__ = ["enter_staff", "set_staff_roles"]

MANAGER = "manager"


@transaction.atomic
def enter_staff(
    *, by: Actor, email: str, name: str, roles: Collection[str], language: str = "en", zone: str = "UTC"
) -> PersonRow:
    """Enter somebody of the vendor's staff with their roles, and mail them a link with which they choose a password.

    Refuses what `operations.create_person` refuses, an unknown role, and somebody without any role.
    """
    require(by, "enter_person")
    require(by, "give_staff_role")
    wanted = _wanted(roles)
    row = enter_person(by=by, email=email, name=name, language=language, zone=zone)
    for role in wanted:
        put_role(by=by, person_id=row.id, role=role)
    put_notices([_welcome(row, wanted)])
    return row


@transaction.atomic
def set_staff_roles(*, by: Actor, person_id: int, roles: Collection[str]) -> tuple[list[str], list[str]]:
    """Let somebody of the staff hold exactly these roles; returns what was given and what was ended.

    Somebody whose last role ends is signed out everywhere and can't enter the console any more. Refuses an unknown
    role, somebody who is not of the staff, and to leave the desk without a manager.
    """
    require(by, "give_staff_role")
    wanted = set(_wanted(roles, may_be_none=True))
    # Two managers who end each other's role at once: the second waits here, and finds itself the last.
    managers = list(_holders(MANAGER).select_for_update().order_by("pk").values_list("person_id", flat=True))
    lock_person(person_id)
    staff_member(person_id)
    mine = RoleHeld.objects.filter(person_id=person_id, subscriber=None, ended_at=None)
    held = set(mine.values_list("role", flat=True))
    if MANAGER in held - wanted and not set(managers) - {person_id}:
        raise Refusal("last_manager", "one_manager_stays", "name_another_manager")
    given = [role for role in STAFF_ROLES if role in wanted - held]
    ended = [role for role in STAFF_ROLES if role in held - wanted]
    for role in given:
        put_role(by=by, person_id=person_id, role=role)
    for role in ended:
        take_role(by=by, person_id=person_id, role=role)
    if ended:
        look_at_rotas_again()
    return given, ended


def _holders(role: str) -> models.QuerySet[RoleHeld]:
    return RoleHeld.objects.filter(role=role, subscriber=None, ended_at=None, person__in=_active())


def _active() -> models.QuerySet[Person]:
    return Person.objects.filter(is_active=True)


def _wanted(roles: Collection[str], *, may_be_none: bool = False) -> list[str]:
    unknown = sorted(set(roles) - set(STAFF_ROLES))
    if unknown or not (roles or may_be_none):
        raise Refusal("role_not_offered", "staff_hold_roles", "choose_offered_role", {"offered": list(STAFF_ROLES)})
    return [role for role in STAFF_ROLES if role in set(roles)]


def _welcome(row: PersonRow, roles: Collection[str]) -> NewNotice:
    return NewNotice(
        once=f"staff_welcome:{row.id}",
        kind="staff_welcome",
        person_id=row.id,
        language=row.language,
        subject=("person", row.id),
        subscriber_id=None,
        data={"roles": list(roles)},
    )
