"""A programme's next version: begun from a stored one, saved as typed, checked, and published never to change again."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from garant.contracts.editing import NotEditable, rewritten
from garant.contracts.models import ProgrammeDraft, ProgrammeVersion
from garant.contracts.operations import load_programme
from garant.contracts.reading import LARGEST_FILE, check_programme
from garant.contracts.views import DraftView, ProgrammeVersionView
from garant.core.people import Actor
from garant.core.programmes.nodes import CODE, VERSION
from garant.core.refusals import NotFound, Refusal
from garant.directory.operations import require
from garant.journal.operations import append, database_now


@transaction.atomic
def begin_draft(*, by: Actor, programme: str, base: str = "") -> DraftView:
    """Begin the next version of a programme from the text of a stored version, or the one that has been begun.

    `base` empty: a programme that is not stored yet, from nothing. Raises NotFound for an unknown version; refuses a
    code that can't be one.
    """
    require(by, "load_programme")
    if not CODE.match(programme):
        raise Refusal("code_malformed", "codes_are_plain", "check_code", {"code": programme})
    text = ""
    if base:
        rows = ProgrammeVersion.objects.filter(programme__code=programme, version=base)
        found = rows.values_list("source", flat=True).first()
        if found is None:
            raise NotFound("programme version")
        text = found
    values = {"base": base, "text": text, "saved_by_id": _person(by)}
    # Two owners may begin at once: one of them begins, both go on with the same.
    row, _ = ProgrammeDraft.objects.get_or_create(code=programme, defaults=values)
    return draft_view(row)


@transaction.atomic
def save_draft(*, by: Actor, programme: str, text: str, revision: int) -> DraftView:
    """Keep a draft's text as it was typed, right or wrong.

    Refuses a `revision` that is not the newest: somebody else has saved since. Raises NotFound without a draft.
    """
    require(by, "load_programme")
    row = _locked(programme, revision)
    if len(text.encode()) > LARGEST_FILE:
        raise Refusal("text_too_long", "texts_have_a_limit", "shorten_text", {"longest": LARGEST_FILE})
    if row.text == text:
        return draft_view(row)
    row.text, row.revision, row.saved_at, row.saved_by_id = text, row.revision + 1, database_now(), _person(by)
    row.save()
    return draft_view(row)


@transaction.atomic
def discard_draft(*, by: Actor, programme: str, revision: int) -> None:
    """Take a draft away; the versions that are stored stay. Refuses an outdated `revision`; raises NotFound."""
    require(by, "load_programme")
    row = _locked(programme, revision)
    _note(by, row, "programme_draft_discarded", {"programme": row.code, "revision": row.revision})
    row.delete()


@transaction.atomic
def publish_draft(
    *, by: Actor, programme: str, revision: int, version: str, effective_from: date
) -> ProgrammeVersionView:
    """Store a draft as a version that contracts can pin, in force from a day on; the draft is gone then.

    Version and day are written into its text. Contracts that pin other versions keep them. Refuses an outdated
    `revision`, a text with mistakes, one of another programme, a stored version's name, and a day that has passed once
    the programme has a version.
    """
    require(by, "load_programme")
    row = _locked(programme, revision)
    text = _dated(row.text, version, effective_from)
    document, problems = check_programme(text)
    if document is None:
        first = problems[0]
        values = {"count": len(problems), "line": first.line, "problem": f"{first.path}: {first.message}"}
        raise Refusal("programme_has_mistakes", "programmes_have_no_mistakes", "correct_named_lines", values)
    if document.code != programme:
        values = {"programme": document.code, "draft": programme}
        raise Refusal("draft_of_another_programme", "drafts_are_of_one_programme", "name_the_programme", values)
    stored = ProgrammeVersion.objects.filter(programme__code=programme)
    if stored.filter(version=version).exists():
        values = {"programme": programme, "version": version}
        raise Refusal("programme_version_taken", "versions_never_change", "raise_version", values)
    if stored.exists() and effective_from < database_now().date():
        values = {"effective_from": effective_from.isoformat()}
        raise Refusal("version_begins_in_past", "versions_begin_ahead", "choose_later_day", values)
    published = load_programme(document=document, source=text, by=by)
    row.delete()
    return published


def _dated(text: str, version: str, effective_from: date) -> str:
    if not VERSION.match(version):
        raise Refusal("version_not_plain", "versions_have_plain_names", "check_version", {"version": version})
    try:
        return rewritten(text, {("version",): version, ("effective_from",): effective_from.isoformat()})
    except NotEditable as place:
        values = {"count": 1, "line": 1, "problem": str(place)}
        raise Refusal("programme_has_mistakes", "programmes_have_no_mistakes", "correct_named_lines", values) from None


def draft_view(row: ProgrammeDraft) -> DraftView:
    """A stored draft as a plain value."""
    return DraftView(row.code, row.base, row.text, row.revision, row.saved_at, row.saved_by_id)


def _locked(programme: str, revision: int) -> ProgrammeDraft:
    row = ProgrammeDraft.objects.select_for_update().filter(code=programme).first()
    if row is None:
        raise NotFound("draft")
    if row.revision != revision:
        raise Refusal("changed_meanwhile", "nobody_overwrites_unread", "read_and_change", {"revision": row.revision})
    return row


def _person(by: Actor) -> int | None:
    return by.id if by.kind == "person" else None


def _note(by: Actor, row: ProgrammeDraft, kind: str, data: dict[str, Any]) -> None:
    append(
        subject=("programme_draft", row.pk), kind=kind, data=data, by=by, at=database_now(), subscriber_id=None
    )  # fmt: skip
