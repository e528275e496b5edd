"""Who acts and who looks: plain values that rooms pass around instead of database rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Roles of vendor staff.
STAFF_ROLES = ("agent", "senior_advisor", "named_advisor", "manager", "programme_owner", "trainer", "finance")
#: Roles that a person holds for one subscriber.
SUBSCRIBER_ROLES = ("contact", "administrator", "viewer", "learner", "executive")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something, for the journal: `kind` is "person" or "system"; `id` is None for the system."""

    kind: str
    id: int | None = None


SYSTEM = Actor("system")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: staff roles held for the vendor, and roles held per subscriber id.

    A viewer without any role sees only what is public. Source: directory.queries.viewer_of.
    """

    person_id: int | None = None
    staff_roles: frozenset[str] = frozenset()
    subscriber_roles: Mapping[int, frozenset[str]] = field(default_factory=dict)
    language: str = "en"
    zone: str = "UTC"

    @property
    def is_staff(self) -> bool:
        """Whether the viewer holds any role of the vendor's staff."""
        return bool(self.staff_roles)

    @property
    def actor(self) -> Actor:
        """The same person as an actor of the journal."""
        return Actor("person", self.person_id)

    def subscribers(self) -> frozenset[int]:
        """Ids of the subscribers for which the viewer holds any role."""
        return frozenset(self.subscriber_roles)


NOBODY = Viewer()
