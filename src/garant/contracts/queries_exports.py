"""Subscribers, people and contracts as rows of the files that an import reads again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from garant.contracts.models import Contract
from garant.contracts.reading_imports import COLUMNS
from garant.core import rights
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.directory.queries import all_subscribers, members, people_by_id
from garant.kit.exports import Cell

__all__ = ["export_rows"]

Row = tuple[Cell, ...]


def export_rows(*, viewer: Viewer, kind: str) -> tuple[tuple[str, ...], Iterator[Row]]:
    """The heading and the rows of one kind of file. Raises NotFound for an unknown kind, Refusal without the right."""
    rights.check(viewer, "export_customers")
    if kind not in _ROWS:
        raise NotFound("export")
    return COLUMNS[kind][0], _ROWS[kind]()


def _subscribers() -> Iterator[Row]:
    for row in all_subscribers():
        yield row.slug, row.name, row.zone, row.language


def _people() -> Iterator[Row]:
    """A line for each contact in a slot, and one for everybody else who belongs to a subscriber."""
    contracts = Contract.objects.order_by("reference").prefetch_related("slots").select_related("subscriber")
    named: dict[int, set[int]] = {}
    for contract in contracts.iterator(chunk_size=500):
        slots = [slot for slot in contract.slots.all() if slot.person_id is not None]
        people = people_by_id([slot.person_id for slot in slots if slot.person_id is not None])
        for slot in sorted(slots, key=lambda one: one.number):
            person = people[slot.person_id or 0]
            named.setdefault(contract.subscriber_id, set()).add(person.id)
            yield (
                person.email, person.name, person.language, person.zone, contract.subscriber.slug, contract.reference,
                slot.trained_on, slot.trained_until,
            )  # fmt: skip
    for owner in all_subscribers():
        for person in members(owner.id):
            if person.id not in named.get(owner.id, set()):
                yield person.email, person.name, person.language, person.zone, owner.slug, "", None, None


def _contracts() -> Iterator[Row]:
    version = "package_version__programme_version"
    rows = Contract.objects.order_by("reference").select_related("subscriber", f"{version}__programme")
    for row in rows.defer(f"{version}__document", f"{version}__source").iterator(chunk_size=500):
        programme = row.package_version.programme_version.programme.code
        limit: Cell = "unlimited" if row.contact_limit is None else row.contact_limit
        yield (
            row.reference, row.subscriber.slug, programme, row.package_version.code, row.starts_on, row.ends_on,
            row.zone, row.region, limit, "",
        )  # fmt: skip


_ROWS: dict[str, Callable[[], Iterator[Row]]] = {
    "subscribers": _subscribers,
    "people": _people,
    "contracts": _contracts,
}
