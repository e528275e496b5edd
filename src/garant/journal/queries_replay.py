"""Reading entries for a replay, in bulk and unscoped: for the rooms that own the subjects, never for a door."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from garant.journal.models import Entry
from garant.journal.queries import entry_view
from garant.journal.views import EntryView

_ONE = Collection[str] | None


def entries_by_subject(*, kind: str, ids: Collection[int], only: _ONE = None) -> Mapping[int, Sequence[EntryView]]:
    """The entries of many subjects of one kind in order, by subject id; ids without entries are absent.

    `only`: just these kinds of entries; None: all.
    """
    rows = Entry.objects.filter(subject_kind=kind, subject_id__in=ids)
    if only is not None:
        rows = rows.filter(kind__in=only)
    found: dict[int, list[EntryView]] = {}
    for row in rows.order_by("subject_id", "sequence").iterator(chunk_size=2000):
        found.setdefault(row.subject_id, []).append(entry_view(row))
    return found


def subjects_after(*, kind: str, after: int, limit: int) -> list[int]:
    """The next subject ids of a kind above `after`, rising: every one whose first entry is there."""
    rows = Entry.objects.filter(subject_kind=kind, sequence=1, subject_id__gt=after)
    return list(rows.order_by("subject_id").values_list("subject_id", flat=True)[:limit])


def count_entries() -> int:
    """How many entries the journal holds, of all subjects."""
    return Entry.objects.count()
