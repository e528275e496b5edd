"""Prepared replies: written, changed, archived and brought back by those who may. Each act is in the journal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from garant.cases.models_canned import CannedReply
from garant.cases.texts import cleaned, digest
from garant.core.identity import clean_name
from garant.core.people import Actor
from garant.core.placeholders import NAMES, unknown
from garant.core.refusals import NotFound, Refusal
from garant.core.rights import check
from garant.directory.queries import viewer_of
from garant.directory.queries_staff import teams
from garant.journal import operations as journal

__all__ = ["LONGEST_BODY", "LONGEST_TITLE", "archive_canned", "save_canned"]

LONGEST_TITLE, LONGEST_BODY = 80, 10_000


@transaction.atomic
def save_canned(
    *,
    by: Actor,
    title: str,
    body: str,
    language: str = "",
    team_id: int | None = None,
    canned_id: int | None = None,
    revision: int | None = None,
) -> int:
    """Write a prepared reply, or change the one of `canned_id`; returns its id.

    `language`: a code of the desk, "" for any. `team_id`: whose it is, None for everybody's. `revision`: the one that
    was changed; Refusal `changed_meanwhile` when somebody else has changed it since. A name in braces that nothing
    fills: Refusal `placeholder_unknown`.
    """
    person_id = _allowed(by)
    values = _values(by, title, body, language, team_id)
    now = journal.database_now()
    changed = {"changed_by_id": person_id, "changed_at": now}
    if canned_id is None:
        row = CannedReply.objects.create(**values, **changed)
        _record("canned_reply_written", row, by, now)
        return row.pk
    row = _locked(canned_id)
    if revision is not None and revision != row.revision:
        raise Refusal("changed_meanwhile", "nobody_overwrites_unread", "read_and_change", {"revision": row.revision})
    for name, value in {**values, **changed, "revision": row.revision + 1}.items():
        setattr(row, name, value)
    row.save()
    _record("canned_reply_changed", row, by, now)
    return row.pk


@transaction.atomic
def archive_canned(*, by: Actor, canned_id: int, archived: bool = True) -> str:
    """Offer a prepared reply no more, or again; nothing happens when it is so already. Returns its title."""
    _allowed(by)
    row = _locked(canned_id)
    if archived != (row.archived_at is not None):
        now = journal.database_now()
        row.archived_at = now if archived else None
        row.save(update_fields=["archived_at"])
        _record("canned_reply_archived" if archived else "canned_reply_restored", row, by, now)
    return row.title


def _allowed(by: Actor) -> int:
    if by.id is None:
        raise Refusal("automatic_act", "acts_are_by_people", "sign_in", {"actor": by.kind})
    check(viewer_of(by.id), "edit_canned_replies")
    return by.id


def _values(by: Actor, title: str, body: str, language: str, team_id: int | None) -> dict[str, Any]:
    text = cleaned(body, field="body", longest=LONGEST_BODY)
    odd = unknown(text)
    if odd:
        raise Refusal("placeholder_unknown", "placeholders_are_named", "use_known_placeholder",
                      {"unknown": odd, "known": list(NAMES)})  # fmt: skip
    if language not in ("", *dict(settings.LANGUAGES)):
        raise Refusal("language_unknown", "desk_has_languages", "choose_language", {"language": language})
    if team_id is not None and team_id not in {row.id for row in teams(viewer_of(by.id))}:
        raise NotFound("team")
    name = cleaned(clean_name(title), field="title", longest=LONGEST_TITLE)
    return {"title": name, "body": text, "language": language, "team_id": team_id}


def _locked(canned_id: int) -> CannedReply:
    row = CannedReply.objects.select_for_update().filter(pk=canned_id).first()
    if row is None:
        raise NotFound("canned reply")
    return row


def _record(kind: str, row: CannedReply, by: Actor, at: datetime) -> None:
    data = {"title": row.title, "language": row.language, "team": row.team_id, "sha256": digest(row.body)}
    journal.append(subject=("canned_reply", row.pk), kind=kind, data=data, by=by, at=at, subscriber_id=None)
