"""Reading people, subscribers and roles, scoped by who looks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import cast

from django.db.models import Q, QuerySet

from garant.core.identity import address_identity
from garant.core.people import NOBODY, Viewer
from garant.core.refusals import NotFound
from garant.directory.models import Person, RoleHeld, Subscriber
from garant.directory.views import PersonRow, SubscriberRow
from garant.kit.asking import kept, one_answer
from garant.kit.pages import Page, bounded, marks, page


def viewer_of(person_id: int | None) -> Viewer:
    """The roles that a person holds right now; NOBODY for an unknown or inactive person, and for None."""
    person = Person.objects.filter(pk=person_id, is_active=True).first() if person_id is not None else None
    return NOBODY if person is None else viewer_from(person)


def viewer_from(person: Person) -> Viewer:
    """The same for a person who has just been read."""
    if not person.is_active:
        return NOBODY
    staff: set[str] = set()
    held: dict[int, set[str]] = {}
    for role, subscriber_id in _held().filter(person=person).values_list("role", "subscriber_id"):
        if subscriber_id is None:
            staff.add(role)
        else:
            held.setdefault(subscriber_id, set()).add(role)
    return Viewer(
        person_id=person.pk,
        staff_roles=frozenset(staff),
        subscriber_roles={subscriber_id: frozenset(roles) for subscriber_id, roles in held.items()},
        language=person.language,
        zone=person.zone,
    )


def person(viewer: Viewer, id: int) -> PersonRow:
    """One person: anybody for staff; oneself and people of the own organisations for others. Raises NotFound."""
    found = _readable(viewer).filter(pk=id).first()
    if found is None:
        raise NotFound("person")
    roles = _held().filter(person=found)
    if not viewer.is_staff:
        roles = roles.filter(subscriber_id__in=viewer.subscribers())
    return _person_row(found, roles.values_list("role", flat=True))


def names_of(viewer: Viewer, ids: Collection[int]) -> Mapping[int, str]:
    """The names of several people at once; those whom the viewer may not read, and unknown ids, are absent."""
    return dict(_readable(viewer).filter(pk__in=ids).values_list("pk", "name"))


def _readable(viewer: Viewer) -> QuerySet[Person]:
    rows = Person.objects.all()
    if viewer.is_staff:
        return rows
    near = _held().filter(subscriber_id__in=viewer.subscribers()).values("person_id")
    return rows.filter(Q(pk=viewer.person_id) | Q(pk__in=near))


def person_by_email(email: str) -> PersonRow | None:
    """The active person who signs in with this address in any spelling; None when there is none. Not for doors."""
    found = Person.objects.filter(email=address_identity(email), is_active=True).first()
    return _person_row(found, _held().filter(person=found).values_list("role", flat=True)) if found else None


def staff(viewer: Viewer) -> list[PersonRow]:
    """The vendor's active staff by name; empty for anybody else."""
    return _members(None) if viewer.is_staff else []


def people_of(viewer: Viewer, subscriber_id: int) -> list[PersonRow]:
    """A subscriber's active people by name; empty outside what the viewer may read."""
    return _members(subscriber_id) if viewer.is_staff or subscriber_id in viewer.subscribers() else []


def subscribers_by_id(ids: Collection[int]) -> Mapping[int, SubscriberRow]:
    """Subscribers by id; unknown ids are absent. Not scoped: for what the caller has read within its scope."""
    return {row.pk: _subscriber_row(row) for row in Subscriber.objects.filter(pk__in=ids)}


def all_subscribers() -> list[SubscriberRow]:
    """Every subscriber by its slug. Not scoped: for rooms, never for a door."""
    return [_subscriber_row(row) for row in Subscriber.objects.order_by("slug")]


def members(subscriber_id: int) -> list[PersonRow]:
    """The active people of a subscriber by name. Not scoped: for rooms, never for a door."""
    return _members(subscriber_id)


def people_by_id(ids: Collection[int]) -> Mapping[int, PersonRow]:
    """People by id, without their roles; unknown ids are absent. Not scoped: for rooms, never for a door."""
    return {row.pk: _person_row(row, ()) for row in Person.objects.filter(pk__in=ids)}


def people_with(role: str, subscriber_id: int) -> set[int]:
    """Ids of the active people who hold a role for a subscriber. Not scoped: for rooms, never for a door."""
    held = _held().filter(role=role, subscriber_id=subscriber_id, person__is_active=True)
    return set(held.values_list("person_id", flat=True))


def anybody() -> bool:
    """Whether anybody is on record at all; False on a new desk."""
    return Person.objects.exists()


def names(ids: Collection[int]) -> Mapping[int, str]:
    """The names of people by id, for rooms that show who did something they may show; unknown ids are absent."""
    known: dict[int, str | None] = kept("directory.names")
    new = {one for one in ids if one not in known}
    if new:
        found = dict(Person.objects.filter(pk__in=new).values_list("pk", "name"))
        known |= {one: found.get(one) for one in new}
    return {one: name for one in ids if (name := known[one]) is not None}


def left_by(person_id: int) -> frozenset[int]:
    """Ids of the subscribers that a person was somebody for once and is nobody for now. Not scoped: for rooms."""
    once = RoleHeld.objects.filter(person_id=person_id, subscriber__isnull=False, ended_at__isnull=False)
    now = _held().filter(person_id=person_id).values("subscriber_id")
    return frozenset(once.exclude(subscriber_id__in=now).values_list("subscriber_id", flat=True))


def language_of(person_id: int) -> str:
    """The language in which a person reads; English for somebody unknown. Not scoped: for rooms."""
    return Person.objects.filter(pk=person_id).values_list("language", flat=True).first() or "en"


def subscribers(
    viewer: Viewer, *, words: Sequence[str] = (), after: str | None = None, limit: int = 50
) -> Page[SubscriberRow]:
    """Subscribers by name: all for staff, the own organisations for others. Each of `words` is in the name or slug."""
    limit = bounded(limit)
    rows = _subscribers_of(viewer)
    for word in words:
        rows = rows.filter(Q(name__icontains=word) | Q(slug__icontains=word))
    mark = marks("subscribers", after, 2)
    if mark is not None:
        name, last = cast(str, mark[0]), cast(int, mark[1])
        rows = rows.filter(Q(name__gt=name) | Q(name=name, pk__gt=last))
    found = [_subscriber_row(row) for row in rows.order_by("name", "pk")[: limit + 1]]
    return page("subscribers", found, limit, lambda row: (row.name, row.id))


def subscriber(viewer: Viewer, slug: str) -> SubscriberRow:
    """One subscriber by its slug. Raises NotFound outside what the viewer may read."""
    found = _subscribers_of(viewer).filter(slug=slug).first()
    if found is None:
        raise NotFound("subscriber")
    return _subscriber_row(found)


def subscriber_exists(subscriber_id: int) -> bool:
    """Whether there is such a subscriber. Not scoped: for rooms, never for a door."""
    return Subscriber.objects.filter(pk=subscriber_id).exists()


def subscriber_by_id(subscriber_id: int) -> SubscriberRow | None:
    """One subscriber by its id; None for an unknown one. Not scoped: for rooms, never for a door."""
    found = Subscriber.objects.filter(pk=subscriber_id).first()
    return _subscriber_row(found) if found else None


def _subscribers_of(viewer: Viewer) -> QuerySet[Subscriber]:
    return Subscriber.objects.all() if viewer.is_staff else Subscriber.objects.filter(pk__in=viewer.subscribers())


def _held() -> QuerySet[RoleHeld]:
    return RoleHeld.objects.filter(ended_at=None)


def side(subscriber_id: int | None) -> Q:
    """Roles of one side: a subscriber's, or the vendor's own for None."""
    return Q(subscriber__isnull=True) if subscriber_id is None else Q(subscriber_id=subscriber_id)


@one_answer
def _members(subscriber_id: int | None) -> list[PersonRow]:
    """The active people who hold a role on one side (None: the vendor's), by name."""
    held = _held().filter(side(subscriber_id), person__is_active=True).select_related("person")
    known: dict[int, str | None] = kept("directory.names")
    people: dict[int, Person] = {}
    roles: dict[int, list[str]] = {}
    for row in held.order_by("person__name", "person_id", "pk"):
        people[row.person_id] = row.person
        known[row.person_id] = row.person.name
        roles.setdefault(row.person_id, []).append(row.role)
    return [_person_row(person, roles[pk]) for pk, person in people.items()]


def _person_row(row: Person, roles: Collection[str]) -> PersonRow:
    return PersonRow(row.pk, row.email, row.name, row.language, row.zone, row.is_active, frozenset(roles))


def _subscriber_row(row: Subscriber) -> SubscriberRow:
    return SubscriberRow(row.pk, row.slug, row.name, row.zone, row.language, row.created_at)
