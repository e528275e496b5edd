"""Journey 1: an authorized contact files a case and sees by when it is answered, before and after."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Visit, overflow
from desk_cast import PASSWORD, Cast

from garant.cases import queries
from garant.directory.queries import viewer_of
from garant.kit.moments import long_day_time

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Visit]


def describe(page: Any) -> None:
    """The second page of the way."""
    page.get_by_label("Title").fill("Invoices missing after the nightly import")
    page.get_by_label("Steps that lead to the error").fill("1. Upload.\n2. Run.")
    page.get_by_label("What you expected").fill("240 invoices")
    page.get_by_label("What happened instead").fill("17 of 240 are not in the table")
    page.get_by_label("Where").fill("Production, 8.4.2")


def test_journey_1_a_contact_files_a_case_and_sees_the_promise(desk: Cast, visit: Open, accessible: Any) -> None:
    window = visit()
    page = window.page
    window.go("/accounts/login/")
    page.get_by_label("Email").fill(desk.people["contact"].email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Open a case").first.click()
    page.get_by_label("Error report").check()
    page.get_by_role("button", name="Continue").click()

    page.get_by_role("button", name="Continue").click()  # nothing written: the summary comes first and has the focus
    assert page.evaluate("document.activeElement.className") == "errors"
    accessible(window)
    describe(page)
    page.get_by_role("button", name="Continue").click()

    page.get_by_label("Critical").check()
    page.locator("#promise", has_text="Answered within 4 hours, day and night").wait_for()
    page.get_by_label("Major").check()
    page.locator("#promise", has_text="Answered within 8 business hours").wait_for()
    accessible(window)
    page.get_by_role("button", name="Continue").click()
    promised = window.text("#promise .promise-due time")
    page.get_by_role("button", name="Send the case").click()

    page.get_by_text("Your case is with us").wait_for()
    accessible(window)
    number = int(re.findall(r"\d+", page.url.partition("/cases/")[2])[0])
    case = queries.case(viewer=viewer_of(desk.people["contact"].pk), number=number)
    assert case.next_due is not None
    assert promised == long_day_time(case.next_due, "America/Denver")
    assert window.text(".hero .proof tfoot .r span") == "8:00"
    assert "8 hours for severity 2 in Gold" in window.text(".hero .rules")


def test_journey_1_without_a_script(desk: Cast, visit: Open) -> None:
    window = visit(who=desk.people["contact"], script=False, width=390)
    page = window.page
    window.go("/cases/new/")
    page.get_by_label("Error report").check()
    page.get_by_role("button", name="Continue").click()
    describe(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Critical").check()
    page.get_by_role("button", name="Show the promise").click()
    assert "Answered within 4 hours, day and night" in window.text("#promise")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send the case").click()
    assert "Your case is with us" in window.text("main")


def test_a_colleague_is_told_the_rule_and_finds_the_draft_again(desk: Cast, visit: Open, accessible: Any) -> None:
    window = visit(who=desk.people["viewer"])
    page = window.page
    window.go("/cases/new/")
    page.get_by_label("Error report").check()
    page.get_by_role("button", name="Continue").click()
    describe(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Major").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send the case").click()
    assert "Only authorized contacts may open cases." in window.text("section.promise")
    accessible(window)
    window.go("/")
    page.get_by_role("link", name="Go on").click()
    assert "17 of 240 are not in the table" in window.text("main")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_a_contact(desk: Cast, visit: Open, accessible: Any, theme: str) -> None:
    window = visit(who=desk.people["contact"], theme=theme)
    for path in (
        "/",
        f"/cases/{desk.case_a}/",
        "/cases/new/kind/",
        "/account/",
        "/accounts/password/change/",
        "/nowhere/",
    ):
        window.go(path)
        accessible(window)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_nothing_is_clipped_on_a_phone(desk: Cast, visit: Open, language: str) -> None:
    person = desk.people["contact"]
    person.language = language
    person.save()
    window = visit(who=person, language=language, width=390, theme="dark")
    for path in ("/", f"/cases/{desk.case_a}/", "/cases/new/kind/", "/account/"):
        window.go(path)
        assert overflow(window) <= 0, path
