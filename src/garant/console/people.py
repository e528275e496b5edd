"""The vendor's people, as the console offers them."""

from __future__ import annotations

from garant.core.people import Viewer
from garant.core.rights import staff_for
from garant.directory.queries import staff
from garant.directory.views import PersonRow


def answering(viewer: Viewer) -> list[PersonRow]:
    """The staff who answer cases, by name: those to whom a case can be given."""
    return [person for person in staff(viewer) if person.roles & staff_for("reply")]
