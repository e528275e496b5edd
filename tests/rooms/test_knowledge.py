"""Articles: written, translated, published, moved, restored; read by whom they are for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from rooms_cast import Cast

from garant.core.audiences import package_name
from garant.core.people import NOBODY, SYSTEM
from garant.core.refusals import NotFound, Refusal
from garant.journal.operations import database_now
from garant.journal.queries import entries_of
from garant.knowledge import operations, queries
from garant.knowledge.models import Feedback, Translation, Version

pytestmark = [pytest.mark.database, pytest.mark.django_db]

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30


@pytest.fixture
def base(cast: Cast) -> Cast:
    """The cast with two sections."""
    operations.save_section(by=SYSTEM, code="imports", names={"en": "Imports", "de": "Importe"}, order=1)
    operations.save_section(by=SYSTEM, code="security", names={"en": "Security"}, order=2)
    return cast


def written(cast: Cast, title: str = "Choose a key", *, who: str = "manager", live: bool = True, **more: Any) -> int:
    given: dict[str, Any] = {"section": "imports", "language": "en", "body": "# Text\n\nOne line."}
    article = operations.create_article(by=cast.actor(who), title=title, **{**given, **more})
    if live:
        operations.publish(by=cast.actor("manager"), article_id=article, language=given["language"])
    return article


def read(cast: Cast | None, who: str, slug: str, language: str = "en") -> Any:
    viewer = cast.viewer(who) if cast else NOBODY
    return queries.article_page(viewer=viewer, slug=slug, language=language)


def refused(code: str, act: Any, **given: Any) -> None:
    with pytest.raises(Refusal) as why, transaction.atomic():
        act(**given)
    assert why.value.code == code


def test_a_draft_is_nobodys_until_it_is_published_and_the_journal_has_each_act(base: Cast) -> None:
    article = written(base, live=False, who="agent")
    with pytest.raises(NotFound):
        read(base, "manager", "choose-a-key")
    operations.submit_for_review(by=base.actor("agent"), article_id=article, language="en", revision=1)
    refused("not_allowed", operations.publish, by=base.actor("agent"), article_id=article, language="en")
    assert [(row.state, row.title) for row in queries.to_do(viewer=base.viewer("agent"))] == [
        ("review", "Choose a key")
    ]
    assert operations.publish(by=base.actor("manager"), article_id=article, language="en", revision=1)
    assert read(None, "", "choose-a-key").text.title == "Choose a key"
    assert queries.to_do(viewer=base.viewer("agent")) == []
    kinds = [entry.kind for entry in entries_of(("article", article))]
    assert kinds == ["article_created", "translation_saved", "translation_submitted", "translation_published"]
    refused("not_allowed", operations.create_article, by=base.actor("contact_gold"), section="imports", language="en",
            title="Mine", body="x")  # fmt: skip


def test_readers_keep_the_published_text_while_another_is_written(base: Cast) -> None:
    article = written(base)
    saved = operations.save_translation(
        by=base.actor("agent"), article_id=article, language="en", title="New", body="New", revision=1
    )
    assert (saved, read(None, "", "choose-a-key").text.title) == (2, "Choose a key")
    refused("changed_meanwhile", operations.save_translation, by=base.actor("agent"), article_id=article,
            language="en", title="Other", body="Other", revision=1)  # fmt: skip
    again = operations.save_translation(
        by=base.actor("agent"), article_id=article, language="en", title="New", body="New", revision=2
    )
    assert again == 2, "the same text is no new version"
    operations.publish(by=base.actor("manager"), article_id=article, language="en")
    assert read(None, "", "choose-a-key").text.title == "New"
    operations.unpublish(by=base.actor("manager"), article_id=article, language="en")
    with pytest.raises(NotFound):
        read(None, "", "choose-a-key")


def test_a_missing_language_falls_back_and_a_translation_knows_when_it_is_outdated(base: Cast) -> None:
    article = written(base)
    operations.save_translation(by=SYSTEM, article_id=article, language="de", title="Schlüssel", body="Text")
    assert read(None, "", "choose-a-key", "de").is_fallback, "a draft in German is not read yet"
    operations.publish(by=SYSTEM, article_id=article, language="de")
    german, french = read(None, "", "choose-a-key", "de"), read(None, "", "choose-a-key", "fr")
    assert (german.text.title, german.is_fallback, german.is_outdated) == ("Schlüssel", False, False)
    assert (french.language, french.is_fallback, french.languages) == ("en", True, ("de", "en"))
    operations.save_translation(by=SYSTEM, article_id=article, language="en", title="Choose two keys", body="More")
    assert not read(None, "", "choose-a-key", "de").is_outdated, "readers of the source have nothing newer yet"
    operations.publish(by=SYSTEM, article_id=article, language="en")
    assert read(None, "", "choose-a-key", "de").is_outdated
    states = {row.language: row for row in queries.article_for_authors(
        viewer=base.viewer("agent"), article_id=article).translations}  # fmt: skip
    assert states["de"].is_outdated
    assert not states["en"].is_outdated
    operations.save_translation(by=SYSTEM, article_id=article, language="de", title="Schlüssel", body="Text")
    operations.publish(by=SYSTEM, article_id=article, language="de")
    assert not read(None, "", "choose-a-key", "de").is_outdated, "looked at again, the same text is in order"


@pytest.mark.parametrize(
    ("visibility", "readers"),
    [
        ("public", {"visitor", "contact_bronze", "contact_gold", "agent"}),
        ("customers", {"contact_bronze", "contact_gold", "agent"}),
        ("packages", {"contact_gold", "agent"}),
        ("staff", {"agent"}),
    ],
)
def test_enum_05_what_somebody_may_not_read_is_nowhere(base: Cast, visibility: str, readers: set[str]) -> None:
    article = written(base, visibility=visibility, packages=[package_name("reference", "gold")])
    file = operations.add_file(by=SYSTEM, article_id=article, name="a.png", content=PNG)
    found = set()
    for name in ("visitor", "contact_bronze", "contact_gold", "agent"):
        viewer = NOBODY if name == "visitor" else base.viewer(name)
        try:
            queries.article_page(viewer=viewer, slug="choose-a-key", language="en")
        except NotFound:
            lists = [
                queries.sections(viewer=viewer, language="en"), queries.latest(viewer=viewer, language="en"),
                queries.section_articles(viewer=viewer, code="imports", language="en").rows,
                queries.published_addresses(viewer=viewer),
            ]  # fmt: skip
            assert not any(lists)
            with pytest.raises(NotFound):
                queries.file_content(viewer=viewer, slug="choose-a-key", key=file.key)
            continue
        assert queries.sections(viewer=viewer, language="de")[0].name == "Importe"
        assert queries.file_content(viewer=viewer, slug="choose-a-key", key=file.key).content == PNG
        found.add(name)
    assert found == readers


def test_an_old_address_leads_to_the_article_and_is_never_given_to_another(base: Cast) -> None:
    article = written(base)
    revision = operations.set_article(by=base.actor("agent"), article_id=article, slug="pick-a-key", revision=1)
    assert queries.moved_to(viewer=NOBODY, slug="choose-a-key") == "pick-a-key"
    assert written(base, "Choose a key") != article
    assert queries.article_page(viewer=NOBODY, slug="choose-a-key-2", language="en").text.title == "Choose a key"
    refused("address_taken", written, cast=base, title="Other", slug="choose-a-key")
    refused("changed_meanwhile", operations.set_article, by=SYSTEM, article_id=article, slug="third", revision=1)
    operations.set_article(by=SYSTEM, article_id=article, slug="choose-a-key", revision=revision)
    assert queries.moved_to(viewer=NOBODY, slug="pick-a-key") == "choose-a-key"
    operations.set_article(by=SYSTEM, article_id=article, visibility="staff")
    assert queries.moved_to(viewer=NOBODY, slug="pick-a-key") is None, "an old address tells nothing of a hidden one"
    refused("not_allowed", operations.set_article, by=base.actor("agent"), article_id=article, visibility="public")
    refused("packages_missing", operations.set_article, by=SYSTEM, article_id=article, visibility="packages")


def test_every_text_is_kept_compared_and_brought_back(base: Cast) -> None:
    article = written(base, body="one\ntwo\nthree")
    operations.save_translation(by=SYSTEM, article_id=article, language="en", title="Other", body="one\n2\nthree")
    who = base.viewer("agent")
    changes = queries.difference(viewer=who, article_id=article, language="en", before=1, after=2)
    assert [(row.part, row.kind, row.text) for row in changes if row.kind != "same"] == [
        ("title", "removed", "Choose a key"), ("title", "added", "Other"), ("body", "removed", "two"),
        ("body", "added", "2"),
    ]  # fmt: skip
    restored = operations.restore_version(by=base.actor("agent"), article_id=article, language="en", number=1)
    assert restored == 3
    rows = queries.history(viewer=who, article_id=article, language="en")
    assert [(row.number, row.text.title, row.by_name) for row in rows] == [
        (3, "Choose a key", "agent"), (2, "Other", ""), (1, "Choose a key", "manager")]  # fmt: skip
    for act in (queries.history, queries.version):
        with pytest.raises(NotFound):
            act(viewer=base.viewer("contact_gold"), article_id=article, language="en")
    for change in (lambda: Version.objects.update(title="x"), lambda: Version.objects.all()._raw_delete("default")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_what_is_scheduled_is_published_once_when_its_time_comes(base: Cast) -> None:
    article, now = written(base, live=False), database_now()
    at = now + timedelta(hours=2)
    assert not operations.publish(by=base.actor("manager"), article_id=article, language="en", at=at)
    assert operations.publish_due() == 0
    Translation.objects.update(publish_at=now - timedelta(seconds=1))
    operations.archive_article(by=SYSTEM, article_id=article)
    assert operations.publish_due() == 0, "an archived article rests"
    operations.archive_article(by=SYSTEM, article_id=article, archived=False)
    assert [operations.publish_due(), operations.publish_due()] == [1, 0]
    assert read(None, "", "choose-a-key").revision == 1
    assert entries_of(("article", article))[-1].by == SYSTEM
    operations.publish(by=SYSTEM, article_id=article, language="en", at=at)
    operations.unpublish(by=SYSTEM, article_id=article, language="en")
    assert read(None, "", "choose-a-key").revision == 1, "the time is taken back, not the text"
    operations.publish(by=SYSTEM, article_id=article, language="en", at=at)
    operations.save_translation(by=SYSTEM, article_id=article, language="en", title="Half", body="done")
    Translation.objects.filter(state="scheduled").update(publish_at=now)
    assert operations.publish_due() == 0, "a text that was changed since is looked at again"


def test_related_articles_share_products_and_keywords_and_are_readable(base: Cast) -> None:
    written(base, "One", products=["Quillon"], keywords="key, accents")
    written(base, "Two", products=["Quillon"], keywords="accents")
    written(base, "Three", section="security", products=["Quillon"])
    written(base, "Four")
    written(base, "Five", section="security")
    written(base, "Hidden", products=["Quillon"], keywords="accents, key", visibility="staff")
    found = [row.title for row in queries.related(viewer=NOBODY, slug="one", language="fr")]
    assert found == ["Two", "Three", "Four"]


def test_a_reader_counts_once_an_hour_and_nobody_is_stored(base: Cast) -> None:
    written(base)
    given: dict[str, Any] = {"viewer": NOBODY, "slug": "choose-a-key", "language": "en", "key": "192.0.2.7"}
    operations.record_feedback(is_helpful=True, **given)
    operations.record_feedback(is_helpful=False, reason="missing", text="The <b>third</b> step", **given)
    row = Feedback.objects.get()
    assert (row.is_helpful, row.reason) == (False, "missing")
    assert "192.0.2.7" not in row.giver
    page = read(None, "", "choose-a-key")
    assert (page.helped, page.answered) == (0, 1)
    refused("reason_unknown", operations.record_feedback, is_helpful=False, reason="bored", **given)
    for i in range(operations_feedback_limit() - 1):
        written(base, f"More {i}")
        operations.record_feedback(is_helpful=True, **{**given, "slug": f"more-{i}"})
    written(base, "Last")
    refused("feedback_too_often", operations.record_feedback, is_helpful=True, **{**given, "slug": "last"})
    operations.record_feedback(is_helpful=True, **given)
    with pytest.raises(NotFound):
        operations.record_feedback(is_helpful=True, **{**given, "slug": "nowhere"})


def operations_feedback_limit() -> int:
    from garant.knowledge.operations_feedback import MOST_AN_HOUR

    return MOST_AN_HOUR


def test_articles_that_stopped_helping_and_links_that_lead_nowhere_are_named(base: Cast) -> None:
    article, now = written(base, body="[a](/kb/gone/) [b](/kb/secret/) [c](/kb/choose-a-key/)"), database_now()
    written(base, "Secret", visibility="customers")
    for days, helped in ((45, True), (3, False)):
        Feedback.objects.bulk_create(
            Feedback(article_id=article, language="en", is_helpful=helped, giver=str(i), hour=now, at=at)
            for i, at in ((f"{days}-{i}", now - timedelta(days=days)) for i in range(6))
        )
    who = base.viewer("agent")
    (row,) = queries.stopped_helping(viewer=who)
    assert (row.slug, row.share, row.share_before, row.answers) == ("choose-a-key", 0.0, 1.0, 6)
    assert [row.target for row in queries.broken_links(viewer=who)] == ["/kb/gone/", "/kb/secret/"]
    assert queries.stopped_helping(viewer=base.viewer("contact_gold")) == queries.broken_links(viewer=NOBODY) == []


def test_a_draft_made_of_a_case_is_for_staff_until_somebody_says_otherwise(base: Cast) -> None:
    article = operations.draft_from(by=base.actor("agent"), title="Rows are left out", body="Why", language="en")
    shown = queries.article_for_authors(viewer=base.viewer("agent"), article_id=article)
    assert (shown.visibility, shown.section, shown.translations[0].state) == ("staff", "general", "draft")
    assert [row.id for row in queries.articles_for_authors(viewer=base.viewer("agent"), words="rows")] == [article]
    assert queries.articles_for_authors(viewer=base.viewer("contact_gold")).rows == ()


def test_lists_of_authors_and_readers_cost_the_same_however_long_they_are(
    base: Cast, django_assert_max_num_queries: Any
) -> None:
    for i in range(5):
        article = written(base, f"Text {i}")
        operations.set_article(by=SYSTEM, article_id=article, slug=f"moved-{i}")
        operations.add_file(by=SYSTEM, article_id=article, name="a.png", content=PNG)
    who = base.viewer("agent")
    with django_assert_max_num_queries(4):
        rows = queries.articles_for_authors(viewer=who).rows
    first = rows[0]
    assert (first.slug, first.old_addresses, len(first.files)) == ("moved-0", ("text-0",), 1)
    with django_assert_max_num_queries(2):
        assert len(queries.latest(viewer=who, language="fr")) == 5
    with django_assert_max_num_queries(1):
        assert len(queries.section_articles(viewer=who, code="imports", language="fr").rows) == 5


def test_files_are_typed_by_content_and_programs_refused(base: Cast) -> None:
    article = written(base)
    file = operations.add_file(by=base.actor("agent"), article_id=article, name="../x.html", content=b"<script>")
    assert (file.name, file.media_type) == ("x.html", "text/plain")
    assert operations.add_file(by=SYSTEM, article_id=article, name="x.html", content=b"<script>") == file
    refused("file_is_a_program", operations.add_file, by=SYSTEM, article_id=article, name="a.png", content=b"MZ..")
    assert operations.remove_file(by=base.actor("agent"), article_id=article, key=file.key) == "x.html"
    with pytest.raises(NotFound):
        operations.remove_file(by=base.actor("agent"), article_id=article, key=file.key)
