"""To which audience of published texts a reader belongs (core.audiences)."""

from __future__ import annotations

from garant.contracts.models import Contract
from garant.core.audiences import VISITOR, Audience, of_reader, package_name
from garant.core.people import Viewer
from garant.core.zones import zone
from garant.journal.operations import database_now


def audience_of(viewer: Viewer) -> Audience:
    """The reader's audience now: its packages are those of contracts whose term holds today, by their own zones."""
    if viewer.is_staff:
        return of_reader(is_staff=True, packages=None)
    if not viewer.subscribers():
        return VISITOR
    now = database_now()
    rows = Contract.objects.filter(subscriber_id__in=viewer.subscribers()).values_list(
        "zone", "starts_on", "ends_on", "package_version__programme_version__programme__code", "package_version__code"
    )
    names = [
        package_name(programme, package)
        for name, first, last, programme, package in rows
        if first <= now.astimezone(zone(name)).date() <= last
    ]
    return of_reader(is_staff=False, packages=names)
