"""Keeping searches of the queue under a name, for oneself or for everybody of the staff."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from garant.core.looking import read
from garant.core.people import Actor
from garant.core.refusals import NotFound, Refusal
from garant.directory.membership import clean, lock_person
from garant.directory.models import SavedView
from garant.directory.operations import require
from garant.directory.queries import viewer_of
from garant.directory.queries_views import COLUMNS, ViewRow, view_row

__all__ = ["drop_view", "keep_columns", "save_view"]

LONGEST_NAME = 40
#: Nobody keeps more; a longer list would be read by nobody.
MOST = 30


@transaction.atomic
def save_view(*, by: Actor, name: str, query: str, columns: Sequence[str] = (), shared: bool = False) -> ViewRow:
    """Keep a search under a name; the same name again replaces what it held.

    Refuses a search that can't be understood (`search_misread`), an empty or long name, and more than MOST.
    """
    require(by, "read_cases")
    look = read(query)
    if look.misread or not look:
        part = look.misread[0].part if look.misread else ""
        raise Refusal("search_misread", "searches_have_operators", "check_search", {"part": part})
    person_id = _person(by)
    lock_person(person_id)
    mine = SavedView.objects.filter(person_id=person_id).exclude(name="")
    shown = clean(name, LONGEST_NAME)
    if not mine.filter(name=shown).exists() and mine.count() >= MOST:
        raise Refusal("too_many_views", "views_are_few", "drop_a_view", {"most": MOST})
    values = {"query": look.text, "columns": known(columns), "shared": shared}
    row, _ = SavedView.objects.update_or_create(person_id=person_id, name=shown, defaults=values)
    return view_row(row, person_id)


@transaction.atomic
def keep_columns(*, by: Actor, columns: Sequence[str]) -> None:
    """Choose the columns of one's own lists; none: the usual ones again. Unknown ones are left out."""
    require(by, "read_cases")
    person_id = _person(by)
    lock_person(person_id)
    if known(columns):
        SavedView.objects.update_or_create(person_id=person_id, name="", defaults={"columns": known(columns)})
    else:
        SavedView.objects.filter(person_id=person_id, name="").delete()


@transaction.atomic
def drop_view(*, by: Actor, view_id: int) -> ViewRow:
    """Drop a kept search: one's own, or a shared one as a manager. Raises NotFound for any other."""
    require(by, "read_cases")
    person_id = _person(by)
    row = SavedView.objects.select_for_update().filter(pk=view_id).exclude(name="").first()
    manager = "manager" in viewer_of(person_id).staff_roles
    if row is None or (row.person_id != person_id and not (row.shared and manager)):
        raise NotFound("view")
    dropped = view_row(row, person_id)
    row.delete()
    return dropped


def known(columns: Sequence[str]) -> list[str]:
    """The columns that exist, in the order in which lists show them."""
    return [code for code in COLUMNS if code in columns]


def _person(by: Actor) -> int:
    if by.id is None:
        raise Refusal("automatic_act", "acts_are_by_people", "sign_in", {"actor": by.kind})
    return by.id
