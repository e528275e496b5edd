"""Answers offered while a case is written: counted once, closed and brought back, and false hopes told apart."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rooms_cast import Cast

from garant.cases import operations, queries
from garant.cases.models import Draft
from garant.cases.models_offers import OfferedAnswers
from garant.cases.operations_offers import answer_failed, answer_opened, answers_offered, draft_filed, draft_solved
from garant.cases.queries_offers import deflection
from garant.cases.views_offers import Offered
from garant.core.refusals import NotFound, Refusal
from garant.journal.operations import database_now

pytestmark = [pytest.mark.database, pytest.mark.django_db]

ROWS = Offered("article", "12", "Imports stop half way")
SLOW = Offered("thread", "7", "Why is it slow?")


def written(cast: Cast, once: str = "first", who: str = "contact_gold") -> None:
    data = {"once": once, "subject": "Import stops", "description": "After 500 rows."}
    operations.save_draft(by=cast.actor(who), place="new-case", data=data, subscriber_id=cast.subscribers["gold"])
    answers_offered(by=cast.actor(who), once=once, subscriber_id=cast.subscribers["gold"], answers=[ROWS, SLOW])


def filed(cast: Cast) -> int:
    return operations.file_case(
        by=cast.actor("contact_gold"), person_id=cast.people["contact_gold"], subscriber_id=cast.subscribers["gold"],
        subject="Import stops", description="After 500 rows.", severity="3", request_type="question",
    ).number  # fmt: skip


def test_what_is_shown_is_noted_once_however_often_the_page_is_opened(cast: Cast) -> None:
    written(cast)
    written(cast)
    row = OfferedAnswers.objects.get()
    assert [one["ref"] for one in row.shown] == ["12", "7"]
    answers_offered(by=cast.actor("contact_gold"), once="x", subscriber_id=cast.subscribers["gold"], answers=[])
    assert OfferedAnswers.objects.count() == 1, "nothing shown is nothing offered"


def test_an_answer_closes_the_draft_and_can_be_taken_back(cast: Cast) -> None:
    written(cast)
    mine = cast.actor("contact_gold")
    answer_opened(by=mine, once="first", name=ROWS.name)
    draft_solved(by=mine, once="first", name=ROWS.name)
    draft_solved(by=mine, once="first", name=ROWS.name)
    assert queries.draft(viewer=cast.viewer("contact_gold"), place="new-case") is None
    found = deflection(viewer=cast.viewer("manager"))
    assert (found.offered, found.opened, found.solved, found.filed, found.share) == (1, 1, 1, 0, 1.0)
    assert [(one.answer, one.solved) for one in found.answers] == [(ROWS, 1), (SLOW, 0)]

    assert answer_failed(by=mine, once="first")
    back = queries.draft(viewer=cast.viewer("contact_gold"), place="new-case")
    assert back is not None
    assert back.data["description"] == "After 500 rows."
    assert deflection(viewer=cast.viewer("manager")).solved == 0
    assert not answer_failed(by=mine, once="first"), "there is nothing more to bring back"


def test_a_new_draft_is_not_overwritten_by_the_old_one(cast: Cast) -> None:
    written(cast)
    draft_solved(by=cast.actor("contact_gold"), once="first", name=ROWS.name)
    operations.save_draft(by=cast.actor("contact_gold"), place="new-case", data={"once": "second", "subject": "Other"})
    assert not answer_failed(by=cast.actor("contact_gold"), once="first")
    assert Draft.objects.get().data["subject"] == "Other"


def test_another_draft_is_left_alone(cast: Cast) -> None:
    written(cast)
    operations.save_draft(by=cast.actor("contact_gold"), place="new-case", data={"once": "second", "subject": "Other"})
    draft_solved(by=cast.actor("contact_gold"), once="first", name=ROWS.name)
    assert Draft.objects.get().data["once"] == "second"


def test_a_case_filed_all_the_same_is_counted_against_what_was_read(cast: Cast) -> None:
    written(cast)
    answer_opened(by=cast.actor("contact_gold"), once="first", name=ROWS.name)
    draft_filed(by=cast.actor("contact_gold"), once="first", number=filed(cast))
    found = deflection(viewer=cast.viewer("manager"))
    assert (found.solved, found.filed, found.left, found.share) == (0, 1, 0, 0.0)
    assert [(one.answer.ref, one.failed) for one in found.answers] == [("12", 1), ("7", 0)]
    with pytest.raises(Refusal):
        draft_solved(by=cast.actor("contact_gold"), once="first", name=ROWS.name)


@pytest.mark.parametrize(("before", "false_hopes"), [(timedelta(days=1), 1), (timedelta(days=9), 0)])
def test_a_case_within_a_week_makes_it_a_false_hope(cast: Cast, before: timedelta, false_hopes: int) -> None:
    written(cast)
    draft_solved(by=cast.actor("contact_gold"), once="first", name=ROWS.name)
    filed(cast)
    OfferedAnswers.objects.update(ended_at=database_now() - before)
    found = deflection(viewer=cast.viewer("manager"))
    assert (found.solved, found.false_hopes) == (1, false_hopes)
    assert found.answers[0].solved == 1 - false_hopes


def test_only_what_was_offered_to_them_answers_a_persons_draft(cast: Cast) -> None:
    written(cast)
    for who, name in [("contact_gold", "article:13"), ("contact_gold", "x'y"), ("contact_silver", ROWS.name)]:
        with pytest.raises(Refusal) as refused:
            draft_solved(by=cast.actor(who), once="first", name=name)
        assert refused.value.code == "answer_not_offered"
    answer_opened(by=cast.actor("contact_silver"), once="first", name=ROWS.name)
    answer_opened(by=cast.actor("contact_gold"), once="first", name="article:13")
    assert OfferedAnswers.objects.get().opened == []
    with pytest.raises(NotFound):
        answers_offered(
            by=cast.actor("contact_silver"), once="z", subscriber_id=cast.subscribers["gold"], answers=[ROWS]
        )


def test_drafts_of_answered_cases_are_not_kept_for_ever(cast: Cast) -> None:
    written(cast)
    draft_solved(by=cast.actor("contact_gold"), once="first", name=ROWS.name)
    OfferedAnswers.objects.update(ended_at=database_now() - timedelta(days=2))
    written(cast, "second")
    draft_solved(by=cast.actor("contact_gold"), once="second", name=ROWS.name)
    assert OfferedAnswers.objects.get(once="first").draft is None
    assert OfferedAnswers.objects.get(once="second").draft is not None


def test_the_figures_are_for_those_who_read_the_overview(cast: Cast) -> None:
    for who in ("contact_gold", "nobody"):
        with pytest.raises(Refusal):
            deflection(viewer=cast.viewer(who))
