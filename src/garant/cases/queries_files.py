"""Reading files: those of a case as its viewer may see it, and those that the viewer holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from garant.cases.models import HIDDEN_KINDS, Case
from garant.cases.models_files import Attachment
from garant.cases.operations_files import view_of
from garant.cases.scope import visible
from garant.cases.views_files import FileContent, FileView
from garant.core.people import Viewer
from garant.core.refusals import NotFound

__all__ = ["file_content", "files_held", "files_of", "held_files"]


def held_files(*, viewer: Viewer, place: str) -> list[FileView]:
    """What the viewer holds for what they write at a place, in the order in which it came."""
    if viewer.person_id is None or not place:
        return []
    return files_held(viewer=viewer, places=(place,)).get(place, [])


def files_held(*, viewer: Viewer, places: Collection[str]) -> Mapping[str, list[FileView]]:
    """What the viewer holds at several places, by place; places without any are absent."""
    if viewer.person_id is None:
        return {}
    found: dict[str, list[FileView]] = {}
    wanted = [place for place in places if place]
    for row in Attachment.objects.filter(person_id=viewer.person_id, place__in=wanted).defer("content").order_by("pk"):
        found.setdefault(row.place, []).append(view_of(row))
    return found


def files_of(case: Case, viewer: Viewer) -> tuple[FileView, ...]:
    """The files of a case that the viewer may see already; those of internal messages for staff only."""
    rows = Attachment.objects.filter(case=case).defer("content").order_by("pk")
    if not viewer.is_staff:
        rows = rows.exclude(message__kind__in=HIDDEN_KINDS)
    return tuple(view_of(row) for row in rows)


def file_content(*, viewer: Viewer, number: int, key: str) -> FileContent:
    """A file of a case. Raises NotFound outside what the viewer may see: another case, an internal note."""
    row = Attachment.objects.filter(case__in=visible(viewer).filter(number=number), key=key)
    if not viewer.is_staff:
        row = row.exclude(message__kind__in=HIDDEN_KINDS)
    found = row.first()
    if found is None:
        raise NotFound("file")
    return FileContent(found.name, found.media_type, found.sha256, bytes(found.content))
