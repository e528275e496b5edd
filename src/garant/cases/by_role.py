"""Who answers by role alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from garant.core.people import Viewer
from garant.directory import queries as directory


@dataclass
class Answering:
    """Who."""

    people: tuple[int, ...]
    stood_in: bool = False
    gaps: tuple[str, ...] = ()


def answering(
    to: Sequence[str], *, at: datetime, assignee_id: int | None = None, subscriber_id: int | None = None
) -> Answering:
    """By role."""
    found = set()
    for one in directory.staff(Viewer(staff_roles=frozenset({"manager"}))):
        if set(one.roles) & set(to):
            found.add(one.id)
        if "assignee" in to and one.id == assignee_id:
            found.add(one.id)
    return Answering(tuple(sorted(found)))
