"""Finding people and subscribers by what somebody remembers of their name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from garant.core.people import Viewer
from garant.directory.models import RoleHeld, Subscriber

__all__ = ["FoundPerson", "FoundSubscriber", "people_matching", "subscribers_matching"]


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Somebody whose name or address has all the words. `subscriber` and `slug` are empty for the vendor's staff."""

    id: int
    name: str
    email: str
    subscriber: str
    slug: str


@dataclass(frozen=True, slots=True)
class FoundSubscriber:
    """A subscriber whose name has all the words."""

    slug: str
    name: str


def people_matching(*, viewer: Viewer, words: Sequence[str], limit: int = 5) -> list[FoundPerson]:
    """Active people with a role, by name; each word has to be in the name or the address. Staff only: else nobody."""
    if not viewer.is_staff or not words:
        return []
    held = RoleHeld.objects.filter(ended_at=None, person__is_active=True)
    for word in words:
        held = held.filter(Q(person__name__icontains=word) | Q(person__email__icontains=word))
    rows = held.order_by("person__name", "person_id", "subscriber_id").distinct("person__name", "person_id")
    values = rows.values_list("person_id", "person__name", "person__email", "subscriber__name", "subscriber__slug")
    return [FoundPerson(id, name, email, of or "", slug or "") for id, name, email, of, slug in values[:limit]]


def subscribers_matching(*, viewer: Viewer, words: Sequence[str], limit: int = 5) -> list[FoundSubscriber]:
    """Subscribers by name; each word has to be in it. Staff only: else none."""
    if not viewer.is_staff or not words:
        return []
    rows = Subscriber.objects.all()
    for word in words:
        rows = rows.filter(name__icontains=word)
    return [
        FoundSubscriber(slug, name) for slug, name in rows.order_by("name", "pk").values_list("slug", "name")[:limit]
    ]
