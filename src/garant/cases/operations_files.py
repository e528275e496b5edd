"""Files: held while somebody writes, sent with what they write, let go when they don't."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction

from garant.cases.acting import Act
from garant.cases.models import Case, Message
from garant.cases.models_files import Attachment
from garant.cases.operations_drafts import check_place
from garant.cases.views_files import FileView
from garant.core.files import check_file, file_name
from garant.core.people import Actor
from garant.core.refusals import NotFound
from garant.directory.membership import lock_person
from garant.journal.operations import database_now
from garant.kit.file_types import media_type
from garant.kit.scanning import check_harmless

__all__ = ["HELD_FOR", "drop_file", "drop_old_files", "hold_file", "sent_along", "sent_with"]


#: So long a file waits for a message that is never sent.
HELD_FOR = timedelta(days=30)


def hold_file(*, by: Actor, place: str, name: str, content: bytes) -> FileView:
    """Keep a file for what a person writes at a place; it goes along when that is sent.

    Refuses an empty file, a program, what is too large or too many (core.files), and what clamd finds harmful or can't
    be asked about, where one is named. The same file again is the one that is held.
    """
    check_place(by, place)
    check_harmless(file_name(name), content)  # before anything is locked: it may take a while
    return _held(by, place, name, content)


@transaction.atomic
def _held(by: Actor, place: str, name: str, content: bytes) -> FileView:
    person = check_place(by, place)
    lock_person(person)  # the limits count what is held: one file at a time
    digest = hashlib.sha256(content).hexdigest()
    held = Attachment.objects.filter(person_id=person).exclude(place="").defer("content")
    rows = list(held)
    beside = [row for row in rows if row.place == place]
    shown = file_name(name)
    same = next((row for row in beside if (row.sha256, row.name) == (digest, shown)), None)
    if same is not None:
        return view_of(same)
    check_file(shown, content, [row.size for row in beside], sum(row.size for row in rows))
    row = Attachment.objects.create(
        key=secrets.token_urlsafe(24), person_id=person, place=place, name=shown, media_type=media_type(content),
        size=len(content), sha256=digest, content=content, at=database_now(),
    )  # fmt: skip
    return view_of(row)


def drop_file(*, by: Actor, key: str) -> tuple[str, str]:
    """Let a held file go; returns the place it was held at, and its name. Raises NotFound for what this person doesn't
    hold, sent files included."""
    if by.id is None:
        raise NotFound("file")
    row = Attachment.objects.filter(person_id=by.id, key=key).exclude(place="").defer("content").first()
    if row is None:
        raise NotFound("file")
    row.delete()
    return row.place, row.name


def drop_old_files(*, limit: int = 500) -> int:
    """Let files go that were held too long for a message that nobody sent; returns how many."""
    old = Attachment.objects.filter(at__lt=database_now() - HELD_FOR).exclude(place="").order_by("pk")
    return Attachment.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]


def sent_with(act: Act, *places: str) -> dict[str, Any]:
    """Send what the acting person holds at some places with the message that the act has just written; what the
    message's entry says of it. The case is locked."""
    return sent_along(act.case, act.by, places, act.message)


def sent_along(case: Case, by: Actor, places: tuple[str, ...], message: Message | None = None) -> dict[str, Any]:
    """Send held files with a message, or with the report of a case (message None). The system holds none."""
    if by.id is None:
        return {}
    held = Attachment.objects.select_for_update().filter(person_id=by.id, place__in=places).defer("content")
    rows = list(held.order_by("pk"))
    for row in rows:
        row.place, row.case, row.message, row.subscriber_id = "", case, message, case.subscriber_id
        row.save(update_fields=["place", "case", "message", "subscriber"])
    told = [{"file": row.pk, "name": row.name, "size": row.size, "sha256": row.sha256} for row in rows]
    return {"files": told} if told else {}


def held_sizes(by: Actor, place: str) -> list[int]:
    """The sizes in bytes of what somebody holds at a place."""
    return list(Attachment.objects.filter(person_id=by.id, place=place).values_list("size", flat=True)) if by.id else []


def view_of(row: Attachment) -> FileView:
    """A stored file without its content."""
    return FileView(row.key, row.name, row.media_type, row.size, row.message_id)
