"""The knowledge base in a browser: an article is written, translated, published, found, and answers a case before it is
filed. Selectors, not words: the journeys are the same in every language."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from conftest import overflow

from garant.cases import queries
from garant.cases.queries_offers import deflection
from garant.core.people import SYSTEM
from garant.directory.queries import viewer_of
from garant.knowledge import operations as knowledge
from garant.knowledge.queries_writing import article_for_authors, articles_for_authors

if TYPE_CHECKING:
    from conftest import Visit
    from desk_cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.database]

Open = Callable[..., "Visit"]
LANGUAGES = pytest.mark.parametrize(
    ("language", "width", "theme"),
    [("en", 1440, "light"), ("ja", 390, "dark"), pytest.param("de", 390, "light", marks=pytest.mark.long)],
)
#: Title and text of the article, and what a reader types who looks for it.
TEXTS = {
    "en": ("Imports stop half way", "The import stops when a key is empty. Choose a unique key.", "import stops"),
    "de": ("Importe bleiben stehen", "Der Import bleibt stehen, wenn ein Schlüssel leer ist.", "Import bleibt stehen"),
    "ja": (
        "インポートが途中で止まる",
        "キーが空のときインポートは止まります。一意のキーを選んでください。",
        "インポートが止まる",
    ),
}


def speaks(desk: Cast, language: str, *names: str) -> None:
    for name in names:
        desk.people[name].language = language
        desk.people[name].save(update_fields=["language"])


def published(desk: Cast) -> int:
    """The article in all three languages, for everybody to read."""
    manager = desk.actor("manager")
    knowledge.save_section(by=manager, code="data", names={"en": "Data", "de": "Daten", "ja": "データ"})
    title, body, _ = TEXTS["en"]
    made = knowledge.create_article(by=manager, section="data", language="en", title=title, body=body)
    for language, (title, body, _) in TEXTS.items():
        knowledge.save_translation(by=manager, article_id=made, language=language, title=title, body=body)
        knowledge.publish(by=manager, article_id=made, language=language)
    return made


@LANGUAGES
def test_an_author_writes_translates_and_publishes(
    desk: Cast, visit: Open, accessible: Any, language: str, width: int, theme: str
) -> None:
    speaks(desk, language, "manager")
    knowledge.save_section(by=SYSTEM, code="data", names={"en": "Data"})
    window = visit(who=desk.people["manager"], language=language, width=width, theme=theme)
    page = window.page
    title, body, _ = TEXTS[language]
    window.go("/console/articles/")
    accessible(window)
    page.locator("main a[href$='/articles/new/']").click()
    page.locator("#id_language").select_option(language)
    page.locator("#id_title").fill(title)
    page.locator("#id_body").fill(f"## {title}\n\n{body}\n\n<script>alert(1)</script>")
    page.locator("button[name=preview]").click()
    page.locator(".prose h2").wait_for()
    assert page.locator(".prose script").count() == 0
    assert page.locator("#id_body").input_value().startswith("## "), "a preview loses nothing"
    accessible(window)
    assert overflow(window) <= 0
    page.locator("main form .btn-main").click()
    page.locator("#texts").wait_for()
    accessible(window)
    assert overflow(window) <= 0
    page.locator("button[name=act][value=publish]").click()
    page.locator("button[name=act][value=unpublish]").wait_for()

    other = "fr"
    page.locator(f"a[href$='/{other}/']").click()
    page.locator("main details pre").wait_for()
    assert body in window.text("main details")
    page.locator("#id_title").fill("Les imports s’arrêtent")
    page.locator("#id_body").fill("Choisissez une clé unique.")
    accessible(window)
    page.locator("main form .btn-main").click()
    page.locator(f"a[href$='/{other}/history/']").wait_for()

    seen = viewer_of(desk.people["manager"].pk)
    (one,) = articles_for_authors(viewer=seen).rows
    states = {each.language: each.state for each in article_for_authors(viewer=seen, article_id=one.id).translations}
    assert states == {language: "published", other: "draft"}


@LANGUAGES
def test_a_visitor_finds_an_article_and_says_that_it_helped(
    desk: Cast, visit: Open, accessible: Any, language: str, width: int, theme: str
) -> None:
    published(desk)
    title, _, asked = TEXTS[language]
    window = visit(language=language, width=width, theme=theme)
    page = window.page
    window.go("/search/")
    accessible(window)
    page.locator("#search-q").fill(asked)
    page.locator("main form .btn-main").click()
    page.locator("main ol a").first.wait_for()
    accessible(window)
    assert overflow(window) <= 0
    page.locator("main ol a").first.click()
    page.locator("h1", has_text=title).wait_for()
    assert page.locator("html").get_attribute("lang") == language
    accessible(window)
    assert overflow(window) <= 0


@LANGUAGES
def test_a_contact_is_answered_before_the_case_is_filed(
    desk: Cast, visit: Open, accessible: Any, language: str, width: int, theme: str
) -> None:
    published(desk)
    speaks(desk, language, "contact")
    title, _, asked = TEXTS[language]
    window = visit(who=desk.people["contact"], language=language, width=width, theme=theme)
    page = window.page
    window.go("/cases/new/kind/")
    page.locator("input[name=request_type]").first.check()
    page.locator("main form .btn-main").first.click()
    page.locator("#id_subject").fill(asked)
    page.locator("#answers a", has_text=title).wait_for()
    accessible(window)
    assert overflow(window) <= 0
    page.locator("#answers form button").first.click()
    page.locator("form[action$='/unsolved/'] button").wait_for()
    accessible(window)
    manager = viewer_of(desk.people["manager"].pk)
    assert deflection(viewer=manager).solved == 1

    page.locator("form[action$='/unsolved/'] button").click()
    page.wait_for_url("**/cases/new/**")
    assert deflection(viewer=manager).solved == 0
    kept = queries.draft(viewer=viewer_of(desk.people["contact"].pk), place="new-case")
    assert kept is not None
    assert kept.data["subject"] == asked, "what was typed and never sent is back"
