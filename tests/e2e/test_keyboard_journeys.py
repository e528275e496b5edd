"""Section 5 by keyboard alone: what customers and visitors do, with Tab, Enter, Space, arrows and typing only."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time

import pytest
from conftest import Visit
from desk_cast import PASSWORD, Cast, file_case, load_reference
from keyboard import Keys

from garant.cases import operations as cases
from garant.cases import queries
from garant.cases.views import CaseView
from garant.core.people import SYSTEM
from garant.directory import operations as directory
from garant.directory.queries import viewer_of

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Visit]


def case_of(desk: Cast, number: int) -> CaseView:
    return queries.case(viewer=viewer_of(desk.people["contact"].pk), number=number)


def test_a_contact_files_by_guided_severity(desk: Cast, visit: Open) -> None:
    window = visit()
    window.go("/accounts/login/")
    keys = Keys(window)
    keys.skip()
    keys.write("Email", desk.people["contact"].email)
    keys.write("Password", PASSWORD)
    keys.leave("Enter")

    keys.skip()
    keys.follow("Open a case")
    keys.skip()
    keys.choose("Error report")
    keys.leave("Enter")
    keys.skip()
    keys.write("Title", "Invoices missing after the nightly import")
    keys.write("Steps that lead to the error", "1. Upload.")
    keys.press("Shift+Enter")
    keys.type("2. Run.")
    keys.write("What you expected", "240 invoices")
    keys.write("What happened instead", "17 of 240 are not in the table")
    keys.write("Where", "Production, 8.4.2")
    keys.push("Continue")

    keys.skip()
    keys.unfold("Help me choose")
    keys.push("Suggest a severity")
    keys.follow("Choose who is affected", back=True, stays=True)
    keys.choose("Everybody")
    keys.choose("Production is unavailable, or data is lost or wrong")
    keys.choose("No")
    keys.push("Suggest a severity", key="Space")
    severity = window.page.get_by_role("radio", name=re.compile("Critical"))
    severity.and_(window.page.locator(":checked")).wait_for()
    keys.to(re.compile("Critical"), "radio")
    keys.press("ArrowDown")
    window.page.locator("#promise", has_text="Answered within 8 business hours").wait_for()
    keys.press("ArrowUp")
    window.page.locator("#promise", has_text="Answered within 4 hours, day and night").wait_for()
    keys.push("Continue")
    keys.push("Send the case")
    window.page.get_by_text("Your case is with us").wait_for()
    number = int(re.findall(r"\d+", window.page.url.partition("/cases/")[2])[0])
    assert (case_of(desk, number).severity, case_of(desk, number).actual) == ("1", "17 of 240 are not in the table")


def test_a_contact_replies_and_rejects_a_resolution(desk: Cast, visit: Open) -> None:
    number = file_case(desk.people["contact"], desk.subscriber_a, "Nightly import drops rows")
    cases.resolve(by=desk.actor("agent"), number=number, body="Fixed in 8.4.3.")
    window = visit(desk.people["contact"])
    window.go("/")
    keys = Keys(window)
    keys.skip()
    keys.follow(re.compile("Nightly import drops rows"))
    keys.skip()
    keys.write("What is still wrong?", "Rows are still missing.")
    keys.push("Reopen the case")
    window.page.locator(".msg", has_text="Rows are still missing.").wait_for()
    assert case_of(desk, number).state == "open"

    keys.skip()
    keys.write("Your message", "The log is on its way.")
    keys.push(re.compile("^Send"))
    window.page.locator(".msg", has_text="The log is on its way.").wait_for()
    assert case_of(desk, number).messages[-1].body == "The log is on its way."


def test_a_contact_replaces_a_contact(desk: Cast, visit: Open) -> None:
    admin = desk.people["viewer"]
    directory.give_role(by=SYSTEM, person_id=admin.pk, role="administrator", subscriber_id=desk.subscriber_a)
    window = visit(admin)
    window.go("/")
    keys = Keys(window)
    keys.follow("Contacts")
    keys.skip()
    keys.follow("Replace Maren Lindqvist")
    keys.skip()
    keys.choose(re.compile("Theo Okonkwo"))
    keys.push("Confirm")
    assert "Theo Okonkwo replaces Maren Lindqvist in place 1" in window.text("main")
    keys.skip()
    keys.unfold("Remove")
    keys.push(re.compile("^Remove Theo Okonkwo"))
    window.page.locator("#place-1", has_text="free").wait_for()


def test_a_contact_reads_the_package_and_its_allotments(desk: Cast, visit: Open) -> None:
    window = visit(desk.people["contact"])
    window.go("/")
    keys = Keys(window)
    keys.follow("Our package")
    keys.skip()
    keys.unfold("What we ask of you")
    assert window.page.locator("details[open] li").count() > 0
    keys.to(re.compile("Services days"), "link", back=True)
    keys.leave("Enter")
    assert "3 of 3 left" in window.text("main")
    keys.skip()
    keys.follow("Our allotments")
    window.page.get_by_role("heading", name="Our allotments").wait_for()


def test_a_visitor_compares_packages_in_japanese(transactional_db: None, visit: Open) -> None:
    load_reference()
    window = visit(language="ja")
    window.go("/")
    keys = Keys(window)
    keys.follow("プラン")
    window.page.locator(".matrix").first.wait_for()
    keys.skip()
    keys.follow("日本")
    window.page.locator(".matrix-1").wait_for()
    keys.skip()
    keys.pick("プラン", "Gold")
    keys.pick("重大度", re.compile("^2"))
    keys.write_moment("受付日", date(2026, 11, 24))
    keys.write_moment("時刻", time(16, 30))
    keys.push("計算する", stays=True)
    window.page.locator("#answer", has_text="2026年11月2").wait_for()
    keys.tick("専任アドバイザー")
    window.page.locator("#fits .promise-due", has_text="Gold").wait_for()
