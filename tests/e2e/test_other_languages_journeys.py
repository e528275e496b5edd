"""Journeys in another language that stand elsewhere in English: what is pressed is found by its translated words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from conftest import Visit, overflow
from desk_cast import Cast, file_case, load_reference, person
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, pgettext

from garant.cases import operations as cases
from garant.cases import queries
from garant.cases.models import Case, Period
from garant.cases.views import CaseView
from garant.core.people import SYSTEM
from garant.directory import operations as directory
from garant.directory.models import Person
from garant.directory.queries import viewer_of
from garant.journal.operations import database_now

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Visit]
SUBJECT = "Nightly import drops rows"


def word(language: str, text: str, context: str = "") -> str:
    """A text of the pages in a language; the test fails where it is not translated."""
    with translation.override(language):
        found = pgettext(context, text) if context else gettext(text)
    assert found != text, f"{text!r} is English in {language}"
    return found


def speaks(who: Person, language: str) -> Person:
    who.language = language
    who.save()
    return who


def press(window: Visit, language: str, text: str) -> None:
    window.page.get_by_role("button", name=word(language, text), exact=True).click()


def case_of(desk: Cast, number: int) -> CaseView:
    return queries.case(viewer=viewer_of(desk.people["manager"].pk), number=number)


def test_a_contact_files_by_guided_severity_in_japanese(desk: Cast, visit: Open, accessible: Any) -> None:
    window = visit(who=speaks(desk.people["contact"], "ja"), width=390)
    page = window.page
    before = set(Case.objects.values_list("number", flat=True))
    window.go("/cases/new/kind/")
    page.locator("input[name=request_type][value=error]").check()
    press(window, "ja", "Continue")
    for name in ("subject", "steps", "expected", "actual", "environment"):
        page.locator(f"[name={name}]").fill("取り込みで行が失われる")
    press(window, "ja", "Continue")
    page.get_by_text(word("ja", "Help me choose")).click()
    page.get_by_label(word("ja", "Everybody")).check()
    page.get_by_label(word("ja", "Production is unavailable, or data is lost or wrong")).check()
    page.locator("#guide input[value=no]").check()
    press(window, "ja", "Suggest a severity")
    assert page.locator("input[name=severity][value='1']").is_checked()
    accessible(window)
    press(window, "ja", "Continue")
    assert overflow(window) <= 0
    press(window, "ja", "Send the case")
    page.wait_for_url(re.compile(r"/cases/\d+/"))
    (made,) = set(Case.objects.values_list("number", flat=True)) - before
    assert (case_of(desk, made).severity, case_of(desk, made).subject) == ("1", "取り込みで行が失われる")
    assert overflow(window) <= 0


def test_a_contact_replies_and_rejects_a_resolution_in_german(desk: Cast, visit: Open, accessible: Any) -> None:
    contact = speaks(desk.people["contact"], "de")
    number = file_case(contact, desk.subscriber_a, SUBJECT, "1")
    cases.reply(by=desk.actor("agent"), number=number, body="Which file is it?")
    window = visit(who=contact, width=390, theme="dark")
    window.go(f"/cases/{number}/")
    window.page.locator("textarea[name=body]").fill("Die Datei der Lieferanten.")
    press(window, "de", "Send")
    window.page.get_by_text("Die Datei der Lieferanten.").first.wait_for()
    assert case_of(desk, number).messages[-1].body == "Die Datei der Lieferanten."
    cases.resolve(by=desk.actor("agent"), number=number, body="Fixed in 8.4.3.")
    window.go(f"/cases/{number}/")
    accessible(window)
    window.page.get_by_label(word("de", "What is still wrong?")).fill("Es fehlen noch Zeilen.")
    press(window, "de", "Reopen the case")
    window.page.get_by_text("Es fehlen noch Zeilen.").first.wait_for()
    assert case_of(desk, number).state == "open"
    assert overflow(window) <= 0


def test_an_agent_clears_the_queue_by_keyboard_in_german(desk: Cast, visit: Open) -> None:
    window = visit(who=speaks(desk.people["agent"], "de"))
    page, type_, key = window.page, window.page.keyboard.type, window.page.keyboard.press
    window.go("/console/")
    assert page.locator("html").get_attribute("lang") == "de"
    for number, name in ((desk.case_a, "dawn"), (desk.case_b, "Borealis")):
        key("/")
        type_(name)
        key("Enter")
        page.wait_for_url(f"**/console/?q={name}")
        key("j")
        key("Enter")
        page.wait_for_url(f"**/cases/{number}/")
        key("r")
        type_("Wir sehen es auch: j und k sind hier nur Buchstaben.")
        key("Control+Enter")
        page.locator(".msg-out", has_text="Wir sehen es auch").wait_for()
        key("g")
        key("q")
        page.wait_for_url("**/console/")
    for number in (desk.case_a, desk.case_b):
        assert [m.kind for m in case_of(desk, number).messages][-1] == "public"
        assert case_of(desk, number).periods[0].ended is not None


def test_finance_suspends_and_reinstates_in_french(desk: Cast, visit: Open, accessible: Any) -> None:
    finance = person("Fiona Dale", "fiona@vendor.example", language="fr")
    directory.give_role(by=SYSTEM, person_id=finance.pk, role="finance")
    running = file_case(desk.people["contact"], desk.subscriber_a, SUBJECT, severity="1")
    before = Period.objects.get(case__number=running).due
    window = visit(who=finance, width=390)
    window.go(reverse("console:subscriber", kwargs={"slug": "aurora-rail"}))
    page = window.page
    for kind, days, amount in (("invoice_due", 75, "1200,50"), ("notice_given", 35, "")):
        page.get_by_text(word("fr", "Record a payment or obligation")).click()
        page.locator("select[name=kind]").select_option(value=kind)
        page.locator("[name=reference]").fill("FAC-7")
        page.locator("[name=on]").fill((database_now().date() - timedelta(days=days)).isoformat())
        if amount:
            page.locator("[name=amount]").fill(amount)
            page.locator("[name=currency]").fill("EUR")
        press(window, "fr", "Record it")
        page.get_by_text(word("fr", "Recorded.")).wait_for()
    page.locator("[name=reason]").first.fill("Trois lettres, aucune réponse.")
    press(window, "fr", "Suspend support")
    page.locator(".clock[data-state=paused]", has_text=word("fr", "Support suspended")).first.wait_for()
    assert Period.objects.get(case__number=running).due is None
    accessible(window)
    held = file_case(desk.people["contact"], desk.subscriber_a, "Second import drops rows", severity="1")
    assert case_of(desk, held).held_reason == "standing"
    page.reload()
    page.locator("[name=reason]").first.fill("Tout est payé.")
    press(window, "fr", "Reinstate support")
    page.get_by_text(word("fr", "In good standing.")).wait_for()
    after = Period.objects.get(case__number=running).due
    assert before is not None
    assert after is not None
    assert after > before
    assert case_of(desk, held).state == "open"
    assert overflow(window) <= 0


def test_a_contact_is_replaced_in_french(desk: Cast, visit: Open, accessible: Any) -> None:
    admin = speaks(desk.people["viewer"], "fr")
    directory.give_role(by=SYSTEM, person_id=admin.pk, role="administrator", subscriber_id=desk.subscriber_a)
    window = visit(who=admin, width=390)
    window.go("/contacts/")
    window.page.locator("a[href$='/replace/']").first.click()
    window.page.get_by_label("Theo Okonkwo").check()
    accessible(window)
    press(window, "fr", "Confirm")
    window.page.wait_for_url("**/contacts/*/")
    told = window.text("main")
    assert "Theo Okonkwo remplace Maren Lindqvist" in told
    assert overflow(window) <= 0
    accessible(window)


def test_a_visitor_compares_packages_in_japanese(transactional_db: None, visit: Open, accessible: Any) -> None:
    load_reference()
    window = visit(language="ja", width=390)
    page = window.page
    window.go("/")
    page.get_by_role("link", name=word("ja", "Compare packages")).first.click()
    assert page.locator("html").get_attribute("lang") == "ja"
    assert page.locator(".matrix thead th[scope=col]").count() == 5
    page.locator("#c-day").fill("2026-11-24")
    page.locator("#c-time").fill("16:30")
    page.locator("#c-severity").select_option("2")
    page.locator("#c-package").select_option("gold")
    press(window, "ja", "Work it out")
    page.locator("#answer .promise-due", has_text="2026年11月25日").wait_for()
    accessible(window)
    page.get_by_role("link", name="日本", exact=True).click()
    page.wait_for_url("**region=japan**")
    assert overflow(window) <= 0
    accessible(window)
