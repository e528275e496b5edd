"""Writing the knowledge base in the console: drafts, previews, publishing, history, articles in replies, and what is
missing."""

from __future__ import annotations

import pytest
from desk_cast import Cast
from django.test import Client
from django.urls import reverse

from garant.cases import operations as cases
from garant.cases import queries
from garant.core.people import SYSTEM
from garant.directory.queries import viewer_of
from garant.finding.operations import note_miss
from garant.journal.operations import database_now
from garant.knowledge import operations as knowledge
from garant.knowledge.queries_writing import article_for_authors, history, version

pytestmark = [pytest.mark.database, pytest.mark.django_db]

TEXT = {
    "title": "Imports stop half way",
    "body": "## Why\n\nA key is empty.",
    "summary": "",
    "keywords": "",
    "note": "",
}


@pytest.fixture
def made(cast: Cast) -> int:
    """A published article for everybody."""
    knowledge.save_section(by=SYSTEM, code="data", names={"en": "Data"})
    found = knowledge.create_article(by=SYSTEM, section="data", language="en", title=TEXT["title"], body=TEXT["body"])
    knowledge.publish(by=SYSTEM, article_id=found, language="en")
    return found


def say(client: Client, name: str, *where: object, **data: object) -> int:
    return client.post(reverse(f"console:{name}", args=where), data).status_code


def test_a_preview_shows_the_text_and_writes_nothing(cast: Cast, made: int) -> None:
    sent = {**TEXT, "body": "<script>alert(1)</script> **new** [x](javascript:alert(1))", "revision": 1, "preview": "1"}
    page = cast.client("agent").post(reverse("console:article-text", args=[made, "en"]), sent).content.decode()
    assert "<strong>new</strong>" in page
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page
    viewer = viewer_of(cast.people["agent"].pk)
    assert [one.number for one in history(viewer=viewer, article_id=made, language="en")] == [1]


def test_an_agent_writes_and_asks_and_a_manager_publishes(cast: Cast, made: int) -> None:
    agent, manager = cast.client("agent"), cast.client("manager")
    assert say(agent, "article-text", made, "de", **{**TEXT, "title": "Importe", "revision": 0}) == 302
    assert say(agent, "article-act", made, "de", act="publish", revision=1) == 422, "an agent does not publish"
    assert say(agent, "article-act", made, "de", act="review", revision=1) == 302
    assert "Importe" in manager.get(reverse("console:articles")).content.decode()
    assert say(manager, "article-act", made, "de", act="publish", revision=1) == 302
    one = article_for_authors(viewer=viewer_of(cast.people["manager"].pk), article_id=made)
    assert {each.language: each.state for each in one.translations} == {"en": "published", "de": "published"}
    assert "Importe" in Client(headers={"accept-language": "de"}).get(f"/kb/{one.slug}/").content.decode()


def test_a_text_that_somebody_else_changed_meanwhile_is_not_overwritten(cast: Cast, made: int) -> None:
    agent = cast.client("agent")
    assert say(agent, "article-text", made, "en", **{**TEXT, "body": "Mine.", "revision": 1}) == 302
    late = agent.post(reverse("console:article-text", args=[made, "en"]), {**TEXT, "body": "Late.", "revision": 1})
    assert late.status_code == 422
    assert "Late." in late.content.decode(), "what was typed is still there"
    assert version(viewer=viewer_of(cast.people["agent"].pk), article_id=made, language="en").text.body == "Mine."


def test_history_compares_and_brings_back(cast: Cast, made: int) -> None:
    agent = cast.client("agent")
    say(agent, "article-text", made, "en", **{**TEXT, "body": "<b>New</b> words.", "revision": 1})
    page = agent.get(reverse("console:article-history", args=[made, "en"])).content.decode()
    assert "<ins>&lt;b&gt;New&lt;/b&gt; words." in page
    assert "<del>A key is empty." in page
    assert say(agent, "article-act", made, "en", act="restore", revision=2, number=1) == 302
    newest = version(viewer=viewer_of(cast.people["agent"].pk), article_id=made, language="en")
    assert (newest.number, newest.text.body) == (3, TEXT["body"])
    for query in ("?before=99&after=1", "?before=x&after=-1"):
        answer = agent.get(reverse("console:article-history", args=[made, "en"]) + query)
        assert answer.status_code in (200, 404)


def test_who_may_read_is_decided_by_those_who_publish(cast: Cast, made: int) -> None:
    one = article_for_authors(viewer=viewer_of(cast.people["agent"].pk), article_id=made)
    sent = {"section": "data", "slug": "moved-here", "products": "Quillon, Copy", "versions": "", "visibility": "staff",
            "revision": one.revision}  # fmt: skip
    assert say(cast.client("agent"), "article-keep", made, **sent) == 302
    changed = article_for_authors(viewer=viewer_of(cast.people["agent"].pk), article_id=made)
    assert (changed.visibility, changed.slug, changed.products) == ("public", "moved-here", ("Quillon", "Copy"))
    assert changed.old_addresses == (one.slug,)
    sent |= {"revision": changed.revision, "visibility": "packages", "packages": ["package:reference/gold"]}
    assert say(cast.client("manager"), "article-keep", made, **sent) == 302
    assert Client().get("/kb/moved-here/").status_code == 404


def test_a_solved_case_becomes_a_draft_for_staff_with_what_is_personal_flagged(cast: Cast, made: int) -> None:
    cases.reply(by=cast.actor("agent"), number=cast.case_a, body="Ask maren@aurora.example, then press F5.")
    page = cast.client("agent").get(reverse("console:article-new"), {"case": cast.case_a}).content.decode()
    assert "<code>maren@aurora.example</code>" in page
    assert "press F5" in page
    sent = {**TEXT, "section": "data", "language": "en", "case": cast.case_a}
    assert say(cast.client("agent"), "article-new", **sent) == 302
    newest = article_for_authors(viewer=viewer_of(cast.people["agent"].pk), article_id=made + 1)
    assert newest.visibility == "staff"
    assert Client().get(f"/kb/{newest.slug}/").status_code == 404
    assert cast.client("agent").get(reverse("console:article-new"), {"case": "x"}).status_code == 404


def test_an_article_goes_behind_what_was_typed_in_a_reply(cast: Cast, made: int) -> None:
    agent, case = cast.client("agent"), cast.case_a
    kept = {"kind": "reply", "body": "Dear Maren,", "once": "o" * 20, "seen": "0"}
    assert say(agent, "case-articles", case, **kept) == 302
    page = agent.get(reverse("console:case-articles", args=[case]), {"q": "imports"}).content.decode()
    assert f'name="article" value="{made}"' in page
    assert say(agent, "case-article-insert", case, article=made) == 302
    draft = queries.draft(viewer=viewer_of(cast.people["agent"].pk), place=f"reply:{case}")
    assert draft is not None
    assert draft.data["body"].startswith("Dear Maren,\n\nImports stop half way\nhttp")
    assert draft.data["body"].rstrip().endswith("/kb/imports-stop-half-way/")


def test_an_article_for_staff_goes_into_no_reply(cast: Cast, made: int) -> None:
    knowledge.set_article(by=SYSTEM, article_id=made, visibility="staff")
    page = cast.client("agent").get(reverse("console:case-articles", args=[cast.case_a]), {"q": "imports"})
    assert 'name="article"' not in page.content.decode()
    assert say(cast.client("agent"), "case-article-insert", cast.case_a, article=made) == 404


def test_what_is_missing_is_listed(cast: Cast, made: int) -> None:
    note_miss(text="purple teapot", language="en", day=database_now().date())
    cases.reply(by=cast.actor("agent"), number=cast.case_a, body="Done.", resolve=True)
    knowledge.save_translation(by=SYSTEM, article_id=made, language="en", title="Imports", body="[x](/kb/nowhere/)")
    knowledge.publish(by=SYSTEM, article_id=made, language="en")
    page = cast.client("agent").get(reverse("console:article-gaps")).content.decode()
    for told in ("purple teapot", f"?case={cast.case_a}", "/kb/nowhere/"):
        assert told in page
    cases.reopen(by=cast.actor("agent"), number=cast.case_a, reason="Again.")
    cases.reply(by=cast.actor("agent"), number=cast.case_a, body="See /kb/imports/.", resolve=True)
    assert f"?case={cast.case_a}" not in cast.client("agent").get(reverse("console:article-gaps")).content.decode()
