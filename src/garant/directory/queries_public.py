"""What anybody may know about people who write in public: which of them answer for the vendor.

Not scoped, since the public reads it: roles of the vendor's side, and an organisation's name for a caller that has
asked its person.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from garant.directory.models import RoleHeld
from garant.kit.reach import desk_wide

__all__ = ["organisations", "staff_roles"]


def staff_roles(ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """The vendor's roles that active people hold now; whoever holds none is absent."""
    rows = RoleHeld.objects.filter(person_id__in=ids, subscriber=None, ended_at=None, person__is_active=True)
    found: dict[int, set[str]] = {}
    for person_id, role in rows.values_list("person_id", "role"):
        found.setdefault(person_id, set()).add(role)
    return {person_id: frozenset(roles) for person_id, roles in found.items()}


def organisations(ids: Collection[int]) -> Mapping[int, str]:
    """The name of an organisation that each person belongs to now, the first by name. For those who want it shown."""
    if not ids:
        return {}
    with desk_wide():
        rows = RoleHeld.objects.filter(person_id__in=ids, subscriber__isnull=False, ended_at=None)
        found = list(rows.order_by("-subscriber__name").values_list("person_id", "subscriber__name"))
    return {person_id: str(name) for person_id, name in found}
