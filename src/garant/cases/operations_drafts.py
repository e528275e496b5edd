"""What people typed and have not sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from garant.cases.models import Case, Draft
from garant.core.people import Actor
from garant.core.refusals import Refusal
from garant.journal import operations as journal

__all__ = ["NEW_CASE", "check_place", "drop_draft", "save_draft", "save_unsent"]

#: The place of a case that is being written.
NEW_CASE = "new-case"
#: What sending is called for each kind of text that staff write to a case.
_SENDING = {"reply": "reply", "note": "add_note", "call": "log_call"}
#: Longest value of one field that is kept, in characters.
LONGEST = 100_000
_PLACE = re.compile(r"^(new-case|[a-z][a-z-]{0,19}:[0-9]{1,18})$")


def save_draft(*, by: Actor, place: str, data: Mapping[str, Any], subscriber_id: int | None = None) -> None:
    """Keep what a person typed at a place, in place of what was kept there before; nothing typed drops it.

    Only texts, numbers and flags are kept, by field name. Raises Refusal `draft_place` for an unknown place.
    """
    person = check_place(by, place)
    kept = {str(name): _plain(value) for name, value in data.items() if isinstance(value, str | int | bool)}
    if not any(value for value in kept.values()):
        drop_draft(by=by, place=place)
        return
    with transaction.atomic():
        Draft.objects.update_or_create(
            person_id=person,
            place=place,
            defaults={"data": kept, "subscriber_id": subscriber_id, "updated_at": journal.database_now()},
        )


def save_unsent(*, by: Actor, number: int, kind: str, data: Mapping[str, Any], once: str) -> bool:
    """Keep what is being written to a case (`kind`: reply, note, call) unless the form with this key has been sent.

    What a page keeps while somebody types may arrive after the message itself, and would stand there as a draft of what
    has been said. Sending holds the case, so the case is held here before the key is looked for. False: it was sent.
    """
    with transaction.atomic():
        Case.objects.select_for_update(no_key=True).filter(number=number).values_list("pk").first()
        if once and journal.is_done(scope=f"person:{by.id}/{_SENDING[kind]}", key=once):
            return False
        save_draft(by=by, place=f"{kind}:{number}", data=data)
    return True


def check_place(by: Actor, place: str) -> int:
    """The id of the person who writes at a place. Raises Refusal `draft_place` for an unknown place, and for the
    system, which writes nothing."""
    if by.id is None or not _PLACE.match(place):
        raise Refusal("draft_place", "drafts_have_places", "check_address", {"place": place[:80]})
    return by.id


def drop_draft(*, by: Actor, place: str) -> None:
    """Forget what a person typed at a place; nothing happens when there is nothing."""
    if by.id is not None:
        Draft.objects.filter(person_id=by.id, place=place).delete()


def _plain(value: str | int | bool) -> str | int | bool:
    return value.replace("\x00", "")[:LONGEST] if isinstance(value, str) else value
