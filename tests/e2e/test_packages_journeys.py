"""Journey 4: a visitor compares the packages in French and asks by when an answer is promised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Visit, overflow
from desk_cast import Cast, load_reference

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Visit]


@pytest.fixture
def programme(transactional_db: None) -> None:
    """The reference programme, stored for the server to see."""
    load_reference()


def test_journey_4_a_visitor_compares_packages_in_french(programme: None, visit: Open, accessible: Any) -> None:
    window = visit(language="fr")
    page = window.page
    window.go("/")
    page.get_by_role("link", name="Comparer les forfaits").first.click()
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.locator(".matrix thead th[scope=col]").all_inner_texts() == [
        "Standard", "Bronze", "Silver", "Gold", "Platinum",
    ]  # fmt: skip
    assert page.locator(".matrix tbody tr:not(.m-group)").count() == 25
    accessible(window)

    page.get_by_label("Reçue le").fill("2026-11-24")
    page.get_by_label("à", exact=True).fill("16:30")
    page.get_by_label("Forfait", exact=True).select_option(label="Gold")
    page.get_by_label("Gravité", exact=True).select_option("2")
    page.get_by_role("button", name="Calculer").click()
    due = page.locator("#answer .promise-due", has_text="mercredi 25 novembre 2026 à 13")
    due.wait_for()
    assert "Réponse sous 8 heures ouvrées" in window.text("#answer")
    page.get_by_label("Forfait", exact=True).select_option(label="Bronze")
    page.locator("#answer", has_text="Bronze ne promet aucun délai pour la gravité 2").wait_for()

    page.get_by_label("Assistance téléphonique").check()
    page.get_by_label("Conseiller attitré").check()
    page.locator("#fits .promise-due", has_text="Gold").wait_for()
    accessible(window)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("/packages/#row-phone_support", "en"),
        ("/packages/?region=japan#own-row-phone_support", "ja"),
        ("/", "en"),
        ("/accounts/login/", "en"),
        ("/accounts/password/reset/", "fr"),
    ],
)
def test_axe_finds_nothing_on_the_public_pages(
    programme: None, visit: Open, accessible: Any, path: str, language: str, theme: str
) -> None:
    window = visit(language=language, theme=theme)
    window.go(path)
    accessible(window)
    if not path.startswith("/accounts/"):  # a form has a cookie that guards it
        assert window.page.context.cookies() == [], "GDPR-06: reading sets none"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_row_is_linked_marked_and_printed_in_black(programme: None, visit: Open, language: str) -> None:
    window = visit(language=language)
    window.go("/packages/")
    page, row = window.page, window.page.locator("#row-phone_support")
    link = row.locator(".row-link")
    assert link.evaluate("it => getComputedStyle(it).opacity") == "0"
    link.focus()
    assert link.evaluate("it => getComputedStyle(it).opacity") == "1"
    page.keyboard.press("Enter")
    page.wait_for_url("**/packages/#row-phone_support")
    assert row.evaluate("it => it.matches(':target') && getComputedStyle(it).backgroundColor") != "rgba(0, 0, 0, 0)"
    page.emulate_media(media="print")
    assert not page.locator("header.site").is_visible()
    assert not page.locator("#promise").is_visible()
    colours = page.locator(".matrix").evaluate(
        "it => [...new Set([...it.querySelectorAll('th, td, small')].map(one => getComputedStyle(one).color))]"
    )
    assert colours == ["rgb(0, 0, 0)"]


def test_a_subscriber_sees_what_the_next_package_changes(desk: Cast, visit: Open, accessible: Any) -> None:
    window = visit(who=desk.people["contact"], width=390)
    window.go("/packages/")
    window.page.locator(".ours summary").click()
    assert window.page.locator(".ours tbody tr").count() > 0
    assert window.page.locator(".matrix thead .mine").count() == 1
    accessible(window)
    assert overflow(window) <= 0


@pytest.mark.parametrize("language", ["en", "fr", "es", "de", "it", "ja"])
def test_nothing_is_clipped_on_a_phone(programme: None, visit: Open, language: str) -> None:
    window = visit(language=language, width=390)
    for path in ("/packages/", "/packages/?region=japan"):
        window.go(path)
        assert overflow(window) <= 0, path
        # A line of the promise that is squeezed into a sliver is not wider than the window, so it is measured too.
        narrowest = min(box["width"] for box in _boxes(window, "#answer > p"))
        assert narrowest > 200, path


def test_the_page_works_without_a_script(programme: None, visit: Open) -> None:
    window = visit(script=False)
    window.go("/packages/?package=gold&severity=2&day=2026-11-24&time=16:30&zone=America/Denver")
    assert "Wednesday 25 November 2026, 13:30" in window.text("#answer")
    window.page.get_by_label("Severity", exact=True).select_option("1")
    window.page.get_by_role("button", name="Work it out").click()
    assert "Tuesday 24 November 2026, 20:30" in window.text("#answer")


def _boxes(window: Visit, selector: str) -> list[Any]:
    return [found.bounding_box() for found in window.page.locator(selector).all()]
