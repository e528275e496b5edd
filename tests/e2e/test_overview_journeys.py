"""Journeys: a manager reads the week; a contact reads the package, and narrows the list of cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Visit, overflow
from desk_cast import Cast, file_case

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Visit]

WORDS = {
    "en": {
        "overview": "Overview", "load": "Load", "package": "Our package", "days": "Services days",
        "left": "3", "words": "Words of the title, or a number",
        "none": "No case like that", "all": "Show all",
    },
    "ja": {
        "overview": "概要", "load": "担当状況", "package": "当社のプラン", "days": "サービス日数",
        "left": "3", "words": "件名の言葉、または番号",
        "none": "該当するお問い合わせはありません", "all": "すべて表示",
    },
}  # fmt: skip


def look(window: Visit, accessible: Any, script: bool) -> None:
    assert overflow(window) <= 0, window.page.url
    if script:
        accessible(window)


@pytest.mark.parametrize(("language", "width", "script"), [("en", 1440, False), ("ja", 390, True)])
def test_a_manager_reads_the_week(
    desk: Cast, visit: Open, accessible: Any, language: str, width: int, script: bool
) -> None:
    words, manager = WORDS[language], desk.people["manager"]
    manager.language = language
    manager.save()
    window = visit(manager, language=language, width=width, script=script)
    window.go("/")
    window.page.get_by_role("link", name=words["overview"]).first.press("Enter")
    window.page.get_by_role("heading", name=words["load"], exact=True).wait_for()
    look(window, accessible, script)
    assert Cast.secret_a in window.text("main")
    assert window.page.locator("figure.plot svg").count() == 3
    load = window.page.locator("section[aria-labelledby=load] table tbody tr").first
    assert "2" in load.inner_text()
    window.page.get_by_role("link", name=Cast.secret_a).press("Enter")
    window.page.locator("h1", has_text=Cast.secret_a).wait_for()


@pytest.mark.parametrize(
    ("language", "width", "script"),
    [("en", 1440, True), pytest.param("ja", 390, False, marks=pytest.mark.long), ("ja", 390, True)],
)
def test_a_contact_reads_the_package_and_finds_a_case(
    desk: Cast, visit: Open, accessible: Any, language: str, width: int, script: bool
) -> None:
    words, contact = WORDS[language], desk.people["contact"]
    contact.language = language
    contact.save()
    file_case(contact, desk.subscriber_a, "Lamps flicker")
    window = visit(contact, language=language, width=width, script=script)
    page = window.page
    window.go("/")
    page.get_by_role("link", name=words["package"]).first.press("Enter")
    page.get_by_role("heading", name="Gold").wait_for()
    look(window, accessible, script)
    row = page.locator("tbody tr", has=page.get_by_text(words["days"]))
    assert row.locator("td a").inner_text() == words["left"]
    window.go("/")
    page.get_by_label(words["words"]).fill("lamps")
    page.get_by_label(words["words"]).press("Enter")
    page.get_by_text("Lamps flicker").wait_for()
    assert page.get_by_text(Cast.secret_a).count() == 0
    look(window, accessible, script)
    page.get_by_label(words["words"]).fill("nothing of the kind")
    page.get_by_label(words["words"]).press("Enter")
    page.get_by_text(words["none"]).wait_for()
    page.get_by_role("link", name=words["all"]).press("Enter")
    page.get_by_text(Cast.secret_a).wait_for()
