"""Journeys of what both sides agree on: a severity disputed, an error recreated, a resolution judged, a call for
management; in English and French, with and without a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Visit, overflow
from desk_cast import Cast, file_case

from garant.cases import operations as cases
from garant.cases import queries
from garant.cases.views import CaseView
from garant.directory.queries import viewer_of

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Visit]
REASON = "The rows can be imported by hand."


def case_of(desk: Cast, number: int, who: str = "contact") -> CaseView:
    return queries.case(viewer=viewer_of(desk.people[who].pk), number=number)


def filed(desk: Cast, language: str = "en") -> int:
    person = desk.people["contact"]
    person.language = language
    person.save()
    return file_case(person, desk.subscriber_a, "Nightly import drops rows", "1")


def propose(desk: Cast, number: int, severity: str = "2") -> None:
    cases.propose_severity(by=desk.actor("agent"), number=number, severity=severity, reason=REASON)


WORDS = {
    "en": {"reject": "I don’t agree", "accept": "I agree", "say": "Say why you don’t agree", "why": "Why not"},
    "fr": {
        "reject": "Je ne suis pas d’accord", "accept": "Je suis d’accord",
        "say": "Dites pourquoi vous n’êtes pas d’accord", "why": "Pourquoi non",
    },
}  # fmt: skip


@pytest.mark.parametrize(("language", "width", "theme"), [("en", 1440, "light"), ("fr", 390, "dark")])
def test_a_severity_is_disputed_and_then_agreed_on(
    desk: Cast, visit: Open, accessible: Any, language: str, width: int, theme: str
) -> None:
    words, number = WORDS[language], filed(desk, language)
    propose(desk, number)
    window = visit(who=desk.people["contact"], language=language, width=width, theme=theme)
    page = window.page
    window.go(f"/cases/{number}/")
    assert REASON in window.text("#proposed")
    accessible(window)
    page.get_by_role("button", name=words["reject"]).click()
    assert page.evaluate("document.activeElement.className") == "errors"
    page.get_by_role("link", name=words["say"]).click()
    assert page.evaluate("document.activeElement.id") == "proposalform_reason"
    accessible(window)
    page.get_by_label(words["why"]).fill("It lost rows again.")
    page.get_by_role("button", name=words["reject"]).click()
    page.get_by_text("It lost rows again.").wait_for()
    assert page.locator("#proposed").count() == 0
    assert case_of(desk, number).severity == "1"
    propose(desk, number)
    window.go(f"/cases/{number}/")
    page.get_by_role("button", name=words["accept"]).click()
    page.locator("#proposed").wait_for(state="detached")
    assert case_of(desk, number).severity == "2"
    assert overflow(window) <= 0
    accessible(window)


def test_questions_are_answered_step_by_step_and_the_case_is_judged_without_a_script(desk: Cast, visit: Open) -> None:
    number = filed(desk)
    cases.ask_to_reproduce(by=desk.actor("agent"), number=number, questions=["Which file?", "Only with accents?"])
    window = visit(who=desk.people["contact"], script=False, width=390)
    page = window.page
    for step, answer in (("1 of 2", "suppliers.csv"), ("2 of 2", "Yes, only then.")):
        window.go(f"/cases/{number}/")
        assert step in window.text("#recreating")
        page.locator("#recreate textarea").fill(answer)
        page.get_by_role("button", name="Keep this answer").click()
    assert case_of(desk, number).reproduction == "answered"
    cases.resolve(by=desk.actor("agent"), number=number, body="Fixed in 8.4.3.")
    window.go(f"/cases/{number}/")
    page.get_by_label("What is still wrong?").fill("Rows are still missing.")
    page.get_by_role("button", name="Reopen the case").click()
    assert case_of(desk, number).state == "open"
    cases.resolve(by=desk.actor("agent"), number=number, body="Now it is.")
    window.go(f"/cases/{number}/")
    page.locator("#solved select").select_option("4")
    page.get_by_role("button", name="Yes, it is solved").click()
    assert "You gave 4 of 5" in window.text("#rate")
    assert case_of(desk, number).state == "closed"
    assert overflow(window) <= 0


def test_management_is_called_in_and_the_page_says_until_when_somebody_takes_care(
    desk: Cast, visit: Open, accessible: Any
) -> None:
    number = filed(desk)
    window = visit(who=desk.people["contact"])
    page = window.page
    window.go(f"/cases/{number}/")
    page.get_by_text("Call in support management").click()
    page.locator("#escalate textarea").fill("Payroll is tonight.")
    page.get_by_role("button", name="Escalate").click()
    assert "Somebody will take care of it at the latest" in window.text("#called")
    accessible(window)
    row = case_of(desk, number, "manager").escalations[-1]
    cases.acknowledge_escalation(by=desk.actor("manager"), escalation_id=row.id)
    window.go(f"/cases/{number}/")
    assert "Somebody takes care of it since" in window.text("#called")


def test_the_guide_leads_to_a_severity(desk: Cast, visit: Open, accessible: Any) -> None:
    window = visit(who=desk.people["contact"], width=390, theme="dark")
    page = window.page
    window.go("/cases/new/kind/")
    page.get_by_label("Error report").check()
    page.get_by_role("button", name="Continue").click()
    for name in ("subject", "steps", "expected", "actual", "environment"):
        page.locator(f"[name={name}]").fill("Something")
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("Help me choose").click()
    page.get_by_role("button", name="Suggest a severity").click()
    page.get_by_role("link", name="Choose who is affected").click()
    accessible(window)
    page.get_by_label("Everybody").check()
    page.get_by_label("Production is unavailable, or data is lost or wrong").check()
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Suggest a severity").click()
    assert page.locator("input[name=severity][value='1']").is_checked()
    page.get_by_role("button", name="Continue").click()
    assert "the product, the version" in window.text("#missing")
    assert overflow(window) <= 0
    accessible(window)
