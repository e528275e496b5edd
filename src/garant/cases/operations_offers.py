"""Answers offered while a case is written: shown, opened, the answer or not. One row per draft, however often shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction

from garant.cases.models import Case, Draft
from garant.cases.models_offers import OfferedAnswers
from garant.cases.operations_drafts import NEW_CASE, save_draft
from garant.cases.views_offers import Offered
from garant.core.people import Actor
from garant.core.refusals import NotFound, Refusal
from garant.directory.queries import viewer_of
from garant.journal import operations as journal

__all__ = ["answer_failed", "answer_opened", "answers_offered", "draft_filed", "draft_solved"]

#: Answers kept per draft; a draft that is reworded may be shown others.
MOST = 30
SECOND_THOUGHTS = timedelta(days=1)
_NAME = re.compile(r"^[a-z]{1,20}:[0-9A-Za-z_-]{1,50}\Z")


@transaction.atomic
def answers_offered(*, by: Actor, once: str, subscriber_id: int, answers: Sequence[Offered]) -> None:
    """Note what is shown beside a draft, in addition to what was shown before; nothing shown is not noted.

    Raises NotFound for a subscriber that the person holds no role for.
    """
    if not answers:
        return
    person = _member(by, subscriber_id)
    row, made = OfferedAnswers.objects.get_or_create(
        person_id=person, once=once[:64], defaults={"subscriber_id": subscriber_id, "at": journal.database_now()}
    )
    if not made:
        row = OfferedAnswers.objects.select_for_update().get(pk=row.pk)
    known = {(one["kind"], one["ref"]) for one in row.shown}
    new = [one for one in answers if (one.kind, one.ref) not in known]
    if new and row.state == "open":
        plain = [{"kind": one.kind, "ref": one.ref, "title": one.title[:200]} for one in new]
        row.shown = [*row.shown, *plain][:MOST]
        row.save(update_fields=["shown"])


@transaction.atomic
def answer_opened(*, by: Actor, once: str, name: str) -> None:
    """Note that somebody opened what was offered (`name`: 'kind:ref'); anything else is not noted."""
    row = _row(by, once)
    if row is not None and name in _names(row) and name not in row.opened:
        row.opened = [*row.opened, name]
        row.save(update_fields=["opened"])


@transaction.atomic
def draft_solved(*, by: Actor, once: str, name: str) -> None:
    """The person says that what was offered is the answer: their draft goes, and is kept for second thoughts.

    Raises Refusal `answer_not_offered` for anything that was not shown beside this draft. Saying it twice changes
    nothing.
    """
    row = _row(by, once)
    if row is None or not _NAME.match(name) or name not in _names(row) or row.state == "filed":
        raise Refusal("answer_not_offered", "answers_are_offered", "look_at_draft", {})
    if row.state == "solved":
        return
    draft = Draft.objects.select_for_update().filter(person_id=row.person_id, place=NEW_CASE).first()
    _forget_old()
    row.draft = draft.data if draft is not None and draft.data.get("once") == once else None
    row.state, row.solved_by, row.ended_at = "solved", name, journal.database_now()
    row.save(update_fields=["draft", "state", "solved_by", "ended_at"])
    if row.draft is not None and draft is not None:
        draft.delete()


@transaction.atomic
def answer_failed(*, by: Actor, once: str) -> bool:
    """It was not the answer after all: the draft is back as it was typed. False when there is nothing to bring back,
    or another draft has been begun meanwhile, which is not overwritten."""
    row = _row(by, once)
    if row is None or row.state != "solved" or row.draft is None:
        return False
    if Draft.objects.filter(person_id=row.person_id, place=NEW_CASE).exists():
        return False
    save_draft(by=by, place=NEW_CASE, data=row.draft, subscriber_id=row.subscriber_id)
    row.state, row.solved_by, row.draft, row.ended_at = "open", "", None, None
    row.save(update_fields=["state", "solved_by", "draft", "ended_at"])
    return True


@transaction.atomic
def draft_filed(*, by: Actor, once: str, number: int) -> None:
    """The draft became a case all the same: what was offered did not answer it."""
    row = _row(by, once)
    case = Case.objects.filter(number=number).values_list("pk", flat=True).first()
    if row is not None and case is not None and row.state == "open":
        row.state, row.case_id, row.ended_at = "filed", case, journal.database_now()
        row.save(update_fields=["state", "case", "ended_at"])


def _forget_old() -> None:
    """Drafts that nobody asked back for a day are kept no longer; each answer found clears those within reach."""
    before = journal.database_now() - SECOND_THOUGHTS
    OfferedAnswers.objects.filter(state="solved", draft__isnull=False, ended_at__lt=before).update(draft=None)


def _member(by: Actor, subscriber_id: int) -> int:
    if by.id is None or subscriber_id not in viewer_of(by.id).subscribers():
        raise NotFound("subscriber")
    return by.id


def _row(by: Actor, once: str) -> OfferedAnswers | None:
    if by.id is None or not once:
        return None
    return OfferedAnswers.objects.select_for_update().filter(person_id=by.id, once=once[:64]).first()


def _names(row: OfferedAnswers) -> set[str]:
    shown: list[dict[str, Any]] = row.shown
    return {f"{one['kind']}:{one['ref']}" for one in shown}
