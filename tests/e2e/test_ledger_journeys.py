"""Journey: an allotment spent to zero, in the console and as its subscriber sees it, in English and French."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Visit, overflow
from desk_cast import Cast
from django.urls import reverse

from garant.contracts.models import LedgerAccount
from garant.directory.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Visit]
#: (width, theme)
SCREENS = [(1440, "light"), (390, "dark")]


def account(desk: Cast) -> dict[str, Any]:
    row = LedgerAccount.objects.get(subscriber_id=desk.subscriber_a, ledger="services_days")
    return {"contract_id": row.contract_id, "ledger_code": row.ledger}


def write(window: Visit, kind: str, amount: str, booking: str) -> None:
    page = window.page
    page.get_by_label("What happened").select_option(label=kind)
    page.get_by_label("Amount").first.fill(amount)
    page.get_by_label("What for").fill(booking)
    page.get_by_role("button", name="Write it down").click()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_an_allotment_is_spent_to_zero(desk: Cast, visit: Open, accessible: Any, script: bool) -> None:
    window = visit(desk.people["manager"], script=script)
    window.go(reverse("console:allotments"))
    if script:
        accessible(window)
    window.go(reverse("console:allotment", kwargs=account(desk)))
    write(window, "Book", "2.5", "visit-1")
    window.page.get_by_text("It stands in the statement.").wait_for()
    write(window, "Record as used", "2.5", "visit-1")
    write(window, "Record as used", "0.5", "visit-2")
    window.page.get_by_text("Nothing is left.").wait_for()
    write(window, "Book", "1", "visit-3")
    assert "1 asked, 0 left" in window.text(".errors")
    assert window.page.get_by_label("What for").input_value() == "visit-3"
    if script:
        accessible(window)
    customer = visit(desk.people["contact"], script=script)
    customer.go(reverse("allotments"))
    assert "0 of 3 left" in customer.text("main")
    customer.page.get_by_role("link", name="Services days").click()
    assert "Nothing is left. Ask your advisor or sales for a pack." in customer.text("main")
    if script:
        accessible(customer)


@pytest.mark.parametrize(("width", "theme"), SCREENS)
@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.long), "fr"])
def test_pages_fit_their_screens(
    desk: Cast, visit: Open, accessible: Any, width: int, theme: str, language: str
) -> None:
    Person.objects.update(language=language)
    for who, name, arguments in (
        ("manager", "console:allotments", None), ("manager", "console:allotment", account(desk)),
        ("contact", "allotments", None), ("contact", "allotment", account(desk)),
    ):  # fmt: skip
        window = visit(desk.people[who], language=language, width=width, theme=theme)
        window.go(reverse(name, kwargs=arguments))
        assert overflow(window) <= 0, name
        accessible(window)
        if folder := os.environ.get("GARANT_SHOTS"):
            shot = f"{name.replace(':', '-')}-{'one' if arguments else 'all'}-{width}-{theme}-{language}.png"
            window.page.screenshot(path=f"{folder}/{shot}", full_page=True)
