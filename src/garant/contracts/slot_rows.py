"""A stored contact slot as the law reads it."""

from __future__ import annotations

from garant.contracts.models import ContactSlot
from garant.core.slots import Slot, Training


def core_slot(row: ContactSlot) -> Slot:
    """A stored slot as the law reads it."""
    return Slot(
        row.number, row.person_id, row.since, Training(row.trained_on, row.trained_until), row.other_id,
        Training(row.other_trained_on, row.other_trained_until), row.counts_from, row.emergency, row.other_until,
    )  # fmt: skip
