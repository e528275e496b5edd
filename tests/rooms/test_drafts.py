"""A programme's next version: begun, saved as typed, published; races and deaths on the way."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from crash import at_once, everywhere
from rooms_cast import Cast, reference, sign
from test_contracts import facts_of

from garant.contracts import operations as contracts
from garant.contracts import operations_drafts as drafts
from garant.contracts import queries_programmes as queries
from garant.contracts.models import CalendarVersion, Programme, ProgrammeDraft, ProgrammeVersion
from garant.contracts.queries import terms
from garant.contracts.reading import read_text
from garant.contracts.views import DraftView
from garant.core.people import SYSTEM
from garant.core.refusals import NotFound, Refusal
from garant.journal.operations import database_now
from garant.kit.shipped import shipped

pytestmark = pytest.mark.django_db

SOURCE = read_text(shipped("programmes/reference.yaml"))


def ahead(days: int = 30) -> date:
    return database_now().date() + timedelta(days=days)


def begun(cast: Cast, text: str = SOURCE) -> DraftView:
    """A draft with the reference programme's own text, as its owner typed it."""
    draft = drafts.begin_draft(by=cast.actor("manager"), programme="reference", base="1")
    return drafts.save_draft(by=cast.actor("manager"), programme="reference", text=text, revision=draft.revision)


def publish(cast: Cast, draft: DraftView, **changes: Any) -> Any:
    fields = {"version": "2", "effective_from": ahead(), "programme": "reference", "revision": draft.revision}
    return drafts.publish_draft(by=cast.actor("manager"), **{**fields, **changes})


def test_a_draft_keeps_what_was_typed_right_or_wrong(cast: Cast) -> None:
    draft = begun(cast, "programme: [\n")
    kept = queries.draft(cast.viewer("manager"), "reference")
    assert kept is not None
    assert (kept.text, kept.base, kept.saved_by) == ("programme: [\n", "1", cast.people["manager"])
    assert drafts.begin_draft(by=cast.actor("manager"), programme="reference", base="1") == draft
    with pytest.raises(Refusal) as refused:
        publish(cast, draft)
    assert refused.value.code == "programme_has_mistakes"
    assert ProgrammeVersion.objects.count() == 1
    assert ProgrammeDraft.objects.count() == 1


def test_nobody_overwrites_what_somebody_else_saved(cast: Cast) -> None:
    first = begun(cast)
    drafts.save_draft(by=SYSTEM, programme="reference", text="mine", revision=first.revision)
    for act in (
        lambda: drafts.save_draft(by=SYSTEM, programme="reference", text="yours", revision=first.revision),
        lambda: drafts.discard_draft(by=SYSTEM, programme="reference", revision=first.revision),
        lambda: publish(cast, first),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "changed_meanwhile"
    assert ProgrammeDraft.objects.get().text == "mine"


def test_publishing_stores_a_version_and_leaves_contracts_where_they_are(cast: Cast) -> None:
    before = terms().rule(cast.contracts["gold"].package_key, "1", "initial_response")
    draft = begun(cast, SOURCE.replace("silver: 6, gold: 4, platinum: 2", "silver: 6, gold: 3, platinum: 2"))
    published = publish(cast, draft)
    assert (published.version, published.effective_from) == ("2", ahead())
    stored = ProgrammeVersion.objects.get(version="2")
    assert 'version: "2"' in stored.source
    assert ahead().isoformat() in stored.source
    assert not ProgrammeDraft.objects.exists()
    after = terms().rule(cast.contracts["gold"].package_key, "1", "initial_response")
    assert before is not None
    assert before == after
    last = facts_of(("programme", Programme.objects.get().pk))[-1]
    assert (last.kind, last.by) == ("programme_version_loaded", cast.actor("manager"))
    rows = {row.version: row for row in queries.programme_versions(cast.viewer("manager"), "reference")}
    assert (rows["1"].state, rows["2"].state) == ("in_force", "coming")
    assert (rows["1"].running > 0, rows["2"].contracts) == (True, 0)
    on = queries.contracts_on(cast.viewer("manager"), "reference", "1")
    assert {row.version for row in on} == {"1"}
    assert len(on) == rows["1"].contracts


def test_new_contracts_pin_the_version_in_force_on_their_first_day(cast: Cast) -> None:
    publish(cast, begun(cast))
    now, then = (
        sign("gold", cast.subscribers["gold"], starts_on=day, ends_on=day + timedelta(days=9), reference=f"D-{n}")
        for n, day in enumerate((ahead(29), ahead(30)))
    )
    assert (now.version, then.version) == ("1", "2")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"version": "1"}, "programme_version_taken"),
        ({"version": "two words"}, "version_not_plain"),
        ({"effective_from": date(2026, 1, 2)}, "version_begins_in_past"),
    ],
)
def test_what_cannot_be_published_is_refused_and_the_draft_stays(cast: Cast, changes: Any, code: str) -> None:
    draft = begun(cast)
    with pytest.raises(Refusal) as refused:
        publish(cast, draft, **changes)
    assert refused.value.code == code
    assert ProgrammeVersion.objects.count() == 1
    assert queries.draft(cast.viewer("manager"), "reference") == draft


def test_a_draft_becomes_no_other_programme(cast: Cast) -> None:
    draft = begun(cast, SOURCE.replace("programme: reference", "programme: other"))
    with pytest.raises(Refusal) as refused:
        publish(cast, draft)
    assert refused.value.code == "draft_of_another_programme"


def test_a_new_programme_begins_with_nothing_and_may_begin_in_the_past(cast: Cast) -> None:
    draft = drafts.begin_draft(by=cast.actor("manager"), programme="fresh")
    assert draft.text == ""
    text = SOURCE.replace("programme: reference", "programme: fresh")
    draft = drafts.save_draft(by=SYSTEM, programme="fresh", text=text, revision=1)
    assert [row.programme for row in queries.new_drafts(cast.viewer("manager"))] == ["fresh"]
    publish(cast, draft, programme="fresh", version="1", effective_from=date(2026, 1, 1))
    assert [row.code for row in queries.programmes(cast.viewer("manager"))] == ["fresh", "reference"]


@pytest.mark.parametrize("code", ["", "two words", "../etc", "x" * 41])
def test_a_code_that_can_be_none_is_refused(cast: Cast, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        drafts.begin_draft(by=cast.actor("manager"), programme=code)
    assert refused.value.code == "code_malformed"


def test_a_draft_of_a_version_that_is_not_stored(cast: Cast) -> None:
    with pytest.raises(NotFound):
        drafts.begin_draft(by=cast.actor("manager"), programme="reference", base="9")
    with pytest.raises(NotFound):
        drafts.save_draft(by=cast.actor("manager"), programme="reference", text="", revision=1)


@pytest.mark.parametrize("who", ["agent", "contact_gold"])
def test_only_owners_write_programmes(cast: Cast, who: str) -> None:
    draft = begun(cast)
    acts: list[Any] = [
        lambda by: drafts.begin_draft(by=by, programme="reference", base="1"),
        lambda by: drafts.save_draft(by=by, programme="reference", text="", revision=draft.revision),
        lambda by: drafts.discard_draft(by=by, programme="reference", revision=draft.revision),
        lambda by: drafts.publish_draft(
            by=by, programme="reference", revision=draft.revision, version="2", effective_from=ahead()
        ),
    ]
    for act in acts:
        with pytest.raises(Refusal, match="not_allowed"):
            act(cast.actor(who))
    with pytest.raises(Refusal, match="not_allowed"):
        queries.draft(cast.viewer(who), "reference")


def test_customers_read_no_programme_of_the_desk(cast: Cast) -> None:
    viewer = cast.viewer("contact_gold")
    for read in (
        lambda: queries.programmes(viewer),
        lambda: queries.programme_versions(viewer, "reference"),
        lambda: queries.programme_version(viewer, "reference", "1"),
        lambda: queries.programme_source(viewer, "reference", "1"),
        lambda: queries.contracts_on(viewer, "reference", "1"),
        lambda: queries.calendar_versions(viewer, "reference", "vendor_hours", "1"),
        lambda: queries.edits_of(viewer, "reference", "1"),
    ):
        with pytest.raises(Refusal, match="not_allowed"):
            read()


def test_edits_of_a_calendar_are_not_lost_with_a_new_version(cast: Cast) -> None:
    shorter = {**reference().calendar("vendor_hours").to_plain(), "weekly": {"mon": [["09:00", "12:00"]]}}
    shorter.pop("business_day_hours")
    contracts.edit_calendar(
        by=SYSTEM, programme="reference", code="vendor_hours", plain=shorter, effective_from=None, reason="strike"
    )
    publish(cast, begun(cast))
    manager = cast.viewer("manager")
    old, new = (queries.calendar_versions(manager, "reference", "vendor_hours", each) for each in ("1", "2"))
    assert new == old
    assert len(new) == 2
    assert queries.edits_of(manager, "reference", "2") == {"vendor_hours": 1}
    # Other hours in the text: the edits were of other ones.
    own = SOURCE.replace('weekly: {mon-fri: ["07:00-18:00"]}', 'weekly: {mon-fri: ["08:00-18:00"]}').replace(
        "business_day_hours: 11", "business_day_hours: 10"
    )
    publish(cast, begun(cast, own), version="3")
    assert [row.version for row in queries.calendar_versions(manager, "reference", "vendor_hours", "3")] == [1]


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_publishing_twice_at_once_publishes_once(cast: Cast) -> None:
    draft = begun(cast)

    def attempt() -> str:
        try:
            return publish(cast, draft).version  # type: ignore[no-any-return]
        except NotFound:
            return "gone"

    assert sorted(at_once(*[attempt] * 4)) == ["2", "gone", "gone", "gone"]
    assert ProgrammeVersion.objects.filter(version="2").count() == 1


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_saving_at_once_keeps_one_and_tells_the_other(cast: Cast) -> None:
    draft = begun(cast)

    def attempt(text: str) -> str:
        try:
            drafts.save_draft(by=SYSTEM, programme="reference", text=text, revision=draft.revision)
        except Refusal as refusal:
            return refusal.code
        return "kept"

    told = at_once(*(partial(attempt, text) for text in ("one", "two", "three")))
    assert sorted(told) == ["changed_meanwhile", "changed_meanwhile", "kept"]
    assert ProgrammeDraft.objects.get().revision == draft.revision + 1


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_publishing_dies_at_every_statement(cast: Cast) -> None:
    def ready(n: int) -> DraftView:
        return begun(cast, SOURCE + f"# {n}\n")

    def act(draft: DraftView) -> None:
        try:
            publish(cast, draft, version=f"v{draft.revision}-{draft.text[-3:].strip()}")
        except NotFound:
            assert not ProgrammeDraft.objects.exists()

    def whole(draft: DraftView) -> None:
        stored = ProgrammeVersion.objects.get(version=f"v{draft.revision}-{draft.text[-3:].strip()}")
        assert not ProgrammeDraft.objects.exists()
        assert stored.packages.count() == 6
        assert CalendarVersion.objects.filter(programme_version=stored).count() == 3
        kinds = [fact.data.get("version") for fact in facts_of(("programme", stored.programme_id))]
        assert kinds.count(stored.version) == 1

    assert everywhere(ready, act, whole) > 8
