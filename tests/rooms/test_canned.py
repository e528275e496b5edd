"""Prepared replies: who may, what is refused, whose they are, and what the journal keeps."""

from __future__ import annotations

import pytest
from rooms_cast import Cast, person

from garant.cases.operations_canned import archive_canned, save_canned
from garant.cases.queries_canned import canned, canned_replies, offered
from garant.core.people import SYSTEM
from garant.core.refusals import NotFound, Refusal
from garant.directory import operations as directory
from garant.directory.models_teams import Team
from garant.journal.queries import entries_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def prepared(cast: Cast, title: str = "Which version?", body: str = "Dear {contact_name}", **more: object) -> int:
    return save_canned(by=cast.actor("manager"), title=title, body=body, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("who", ["agent", "contact_gold"])
def test_only_a_manager_prepares_and_archives(cast: Cast, who: str) -> None:
    row = prepared(cast)
    for act in (
        lambda: save_canned(by=cast.actor(who), title="x", body="y"),
        lambda: save_canned(by=cast.actor(who), title="x", body="y", canned_id=row),
        lambda: archive_canned(by=cast.actor(who), canned_id=row),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "not_allowed"
    assert canned(viewer=cast.viewer("manager"), canned_id=row).title == "Which version?"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"body": "Dear {contact.email}"}, "placeholder_unknown"),
        ({"body": " \u200b "}, "text_missing"),
        ({"title": " "}, "text_missing"),
        ({"title": "x" * 81}, "text_too_long"),
        ({"language": "tlh"}, "language_unknown"),
    ],
)
def test_what_nobody_could_use_is_refused(cast: Cast, given: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        prepared(cast, **given)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert not canned_replies(viewer=cast.viewer("manager")).rows


def test_two_who_change_the_same_one_never_overwrite_each_other(cast: Cast) -> None:
    row = prepared(cast)
    prepared(cast, body="First", canned_id=row, revision=1)
    with pytest.raises(Refusal) as refused:
        prepared(cast, body="Second", canned_id=row, revision=1)
    assert refused.value.code == "changed_meanwhile"
    assert canned(viewer=cast.viewer("agent"), canned_id=row).body == "First"


def test_a_teams_own_are_offered_to_it_alone_and_the_readers_language_comes_first(cast: Cast) -> None:
    team = Team.objects.create(code="tier-two", name="Tier two")
    prepared(cast, "C everybody")
    prepared(cast, "A german", language="de")
    prepared(cast, "B french", language="fr")
    prepared(cast, "D team", team_id=team.pk)
    names = [row.title for row in offered(viewer=cast.viewer("agent"), language="fr")]
    assert names == ["B french", "C everybody", "A german"]
    team.members.add(cast.people["agent"])
    assert "D team" in [row.title for row in offered(viewer=cast.viewer("agent"))]
    assert offered(viewer=cast.viewer("contact_gold")) == []
    with pytest.raises(NotFound):
        prepared(cast, team_id=10**9)


def test_archived_ones_are_not_offered_and_come_back(cast: Cast) -> None:
    row = prepared(cast)
    for _ in range(2):
        archive_canned(by=cast.actor("manager"), canned_id=row)
    assert offered(viewer=cast.viewer("agent")) == []
    assert [each.id for each in canned_replies(viewer=cast.viewer("agent"), archived=True).rows] == [row]
    archive_canned(by=cast.actor("manager"), canned_id=row, archived=False)
    assert [each.id for each in offered(viewer=cast.viewer("agent"))] == [row]
    kinds = [entry.kind for entry in entries_of(("canned_reply", row))]
    assert kinds == ["canned_reply_written", "canned_reply_archived", "canned_reply_restored"]


def test_the_list_has_pages_and_is_for_staff_only(cast: Cast) -> None:
    made = {prepared(cast, f"Text {i % 3}") for i in range(7)}
    found, after = [], None
    while True:
        page = canned_replies(viewer=cast.viewer("agent"), after=after, limit=3)
        found += [row.id for row in page.rows]
        after = page.next
        if after is None:
            break
    assert len(found) == 7
    assert set(found) == made
    assert not canned_replies(viewer=cast.viewer("contact_gold")).rows
    nobody = person("Nils")
    directory.give_role(by=SYSTEM, person_id=nobody, role="viewer", subscriber_id=cast.subscribers["gold"])
    with pytest.raises(NotFound):
        canned(viewer=cast.viewer("contact_gold"), canned_id=found[0])
