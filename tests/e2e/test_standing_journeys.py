"""Journey: support suspended, a case held, support reinstated with moved clocks, in English and French."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from conftest import Visit, overflow
from desk_cast import Cast, file_case, person
from django.urls import reverse

from garant.cases import operations as cases
from garant.cases.models import Case, Period
from garant.core.people import SYSTEM, Actor
from garant.directory import operations as directory
from garant.directory.models import Person
from garant.journal.operations import database_now

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Visit]
SLUG = {"slug": "aurora-rail"}


@pytest.fixture
def finance(desk: Cast) -> Person:
    made = person("Fiona Dale", "fiona@vendor.example")
    directory.give_role(by=SYSTEM, person_id=made.pk, role="finance")
    return made


def record(window: Visit, kind: str, days: int, amount: str = "") -> None:
    page = window.page
    page.get_by_text("Record a payment or obligation").click()
    page.get_by_label("What", exact=True).select_option(value=kind)
    page.get_by_label("Reference").fill("INV-7")
    page.get_by_label("Date").fill((database_now().date() - timedelta(days=days)).isoformat())
    if amount:
        page.get_by_label("Amount").fill(amount)
        page.get_by_label("Currency").fill("EUR")
    page.get_by_role("button", name="Record it").click()
    page.get_by_text("Recorded.").wait_for()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_support_is_suspended_and_reinstated(
    desk: Cast, finance: Person, visit: Open, accessible: Any, script: bool
) -> None:
    running = file_case(desk.people["contact"], desk.subscriber_a, "Nightly export stops", severity="1")
    before = Period.objects.get(case__number=running).due
    office = visit(finance, script=script)
    office.go("/")
    office.page.get_by_role("link", name="Aurora Rail").click()
    record(office, "invoice_due", 75, "1200.00")
    record(office, "notice_given", 35)
    assert "The rule proposes to suspend support: INV-7" in office.text("main")
    office.page.get_by_label("Reason").fill("Three letters, no answer.")
    office.page.get_by_role("button", name="Suspend support").click()
    office.page.get_by_text("The clocks of 2 cases stand still.").wait_for()
    assert Period.objects.get(case__number=running).due is None

    held = file_case(desk.people["contact"], desk.subscriber_a, "Second export stops", severity="1")
    customer = visit(desk.people["contact"], script=script)
    customer.go(reverse("case", kwargs={"number": held}))
    assert "Support for Aurora Rail is suspended." in customer.text("main")
    assert "held" in customer.text("main")
    customer.page.get_by_role("link", name="Why, and whom to ask").click()
    assert "Fiona Dale" in customer.text("main")

    office.page.reload()
    office.page.get_by_label("Reason").fill("Paid in full.")
    office.page.get_by_role("button", name="Reinstate support").click()
    office.page.get_by_text("Support is reinstated.").wait_for()
    after = Period.objects.get(case__number=running).due
    assert before is not None
    assert after is not None
    assert after > before
    assert Case.objects.get(number=held).state == "open"
    customer.go(reverse("case", kwargs={"number": held}))
    assert "is suspended" not in customer.text("main")
    if script:
        accessible(office)
        accessible(customer)


def test_a_contract_is_changed_after_a_look(desk: Cast, visit: Open, accessible: Any) -> None:
    file_case(desk.people["contact"], desk.subscriber_a, "Nightly export stops", severity="1")
    window = visit(desk.people["manager"])
    window.go(reverse("console:subscriber", kwargs=SLUG))
    window.page.get_by_role("link", name="Change the contract").click()
    window.page.locator("#id_package").select_option(value="platinum")
    window.page.get_by_role("button", name="See what changes").click()
    window.page.get_by_text("Nothing has been written yet.").wait_for()
    accessible(window)
    window.page.locator("#id_reason").fill("Signed by both sides")
    window.page.get_by_role("button", name="Change the contract").click()
    window.page.get_by_text("The contract is changed. 2 open cases have its new terms.").wait_for()
    assert "Platinum" in window.text("main")


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.long), "fr"])
def test_pages_fit_their_screens(
    desk: Cast, finance: Person, visit: Open, accessible: Any, width: int, theme: str, language: str
) -> None:
    from garant.contracts.operations_standing import record_fact

    by, today = Actor("person", finance.pk), database_now().date()
    given: dict[str, Any] = {"by": by, "subscriber_id": desk.subscriber_a, "reference": "INV-7"}
    record_fact(**given, kind="invoice_due", on=today - timedelta(days=75), note="A note of some length to wrap")
    record_fact(**given, kind="notice_given", on=today - timedelta(days=35))
    cases.suspend(by=by, subscriber_id=desk.subscriber_a, reason="Three letters, no answer.")
    held = file_case(desk.people["contact"], desk.subscriber_a, "Second export stops", severity="1")
    people = {**desk.people, "finance": finance}
    Person.objects.update(language=language)
    for who, name, arguments in (
        ("finance", "console:subscribers", None), ("finance", "console:subscriber", SLUG),
        ("finance", "console:facts-file", None), ("manager", "console:case", {"number": held}),
        ("manager", "console:contract-change", {"reference": "AUR-1"}),
        ("contact", "standing", None), ("contact", "home", None), ("contact", "case", {"number": held}),
    ):  # fmt: skip
        window = visit(people[who], language=language, width=width, theme=theme)
        window.go(reverse(name, kwargs=arguments))
        assert overflow(window) <= 0, name
        accessible(window)
        if folder := os.environ.get("GARANT_SHOTS"):
            shot = f"{name.replace(':', '-')}-{width}-{theme}-{language}.png"
            window.page.screenshot(path=f"{folder}/{shot}", full_page=True)
