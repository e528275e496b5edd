"""Whose address takes no mail: flagged when mail comes back for good, until mail of theirs arrives or they say so."""

from __future__ import annotations

from garant.directory.models import Undeliverable
from garant.journal.operations import database_now

__all__ = ["clear_undeliverable", "flag_undeliverable"]


def flag_undeliverable(*, person_id: int, problem: str, notice_id: int | None = None) -> None:
    """Say that mail to a person comes back; `problem`: what the other side says. The newest one stands."""
    Undeliverable.objects.update_or_create(
        person_id=person_id, defaults={"problem": problem[:300], "notice_id": notice_id, "since": database_now()}
    )


def clear_undeliverable(*, person_id: int) -> bool:
    """Say that a person's address works again; whether it was flagged."""
    return bool(Undeliverable.objects.filter(person_id=person_id).delete()[0])
