"""The alarm about rotas that nobody answers soon: once a gap, to every manager."""

from __future__ import annotations

from django.db import transaction

from garant.core.people import Viewer
from garant.directory.operations_rotas import gaps_to_tell
from garant.directory.queries import staff
from garant.journal.operations import database_now
from garant.journal.operations_notices import NewNotice, put_notices

_HOUSE = Viewer(staff_roles=frozenset({"manager"}))


@transaction.atomic
def tell_gaps() -> int:
    """Tell managers of every gap that begins within a week and was not told yet; returns how many gaps that is."""
    found = gaps_to_tell(database_now())
    managers = [one for one in staff(_HOUSE) if "manager" in one.roles]
    put_notices(
        [
            NewNotice(
                once=f"rota_gap:{gap.rota_id}:{gap.starts.isoformat()}:{gap.ends.isoformat()}:{one.id}",
                kind="rota_gap",
                person_id=one.id,
                language=one.language,
                subject=("rota", gap.rota_id),
                subscriber_id=None,
                data={
                    "rota": gap.name,
                    "code": gap.code,
                    "from": gap.starts.isoformat(),
                    "until": gap.ends.isoformat(),
                },
            )
            for gap in found
            for one in managers
        ]
    )
    return len(found)
