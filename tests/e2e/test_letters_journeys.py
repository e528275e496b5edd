"""Rewording messages in a browser: with a script the preview follows, without one a button shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from conftest import Visit, overflow

from garant.directory.models import Person
from garant.journal.models import Notice
from garant.journal.queries_letters import own_words

if TYPE_CHECKING:
    from desk_cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]
PAGE = "/console/letters/case_received/de/"


def test_a_manager_rewords_a_message_and_sends_a_test_to_herself(visit: Callable[..., Visit], desk: Cast) -> None:
    window = visit(who=desk.people["manager"])
    window.go("/console/letters/")
    window.page.get_by_role("link", name="Case {number}: we have it").click()
    window.page.get_by_role("link", name="Deutsch").click()
    window.page.fill("#id_body", "Hallo {number}, bis {due} {foo}")
    window.page.wait_for_selector("#preview .error:has-text('{foo}')")
    window.page.fill("#id_body", "Hallo {number}, bis {due}")
    window.page.wait_for_selector("#preview pre:has-text('Hallo 100234')")
    window.page.get_by_role("button", name="Send me a test").click()
    window.page.wait_for_selector("text=helena@vendor.example stands in the outbox")
    assert Notice.objects.get(kind="letter_test").data["paragraphs"][0].startswith("Hallo 100234, bis ")
    window.page.focus("#id_body")
    window.page.keyboard.press("Control+Enter")
    window.page.wait_for_selector("text=These words are said from now on.")
    assert own_words("de")["case_received"].body == "Hallo {number}, bis {due}"


@pytest.mark.parametrize("language", ["de", "ja"])
def test_it_works_without_a_script_on_a_narrow_page(
    visit: Callable[..., Visit], desk: Cast, accessible: Callable[[Visit], None], language: str
) -> None:
    manager = desk.people["manager"]
    Person.objects.filter(pk=manager.pk).update(language=language)
    window = visit(who=manager, language=language, width=390, script=False)
    window.go("/console/letters/")
    assert overflow(window) <= 0
    window.go(PAGE)
    window.page.fill("#id_body", "Ohne {number}, bis {due}")
    window.page.locator("button[formaction*=preview]").click()
    assert "Ohne 100234" in window.text("#preview")
    assert overflow(window) <= 0
    seen = visit(who=manager, language=language, width=390)
    for page in ("/console/letters/", PAGE):
        seen.go(page)
        accessible(seen)
