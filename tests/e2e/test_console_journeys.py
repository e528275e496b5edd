"""Journeys 2 and 3: an agent works the queue and answers; a target passes, and the miss and its notice appear."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import Visit, overflow
from desk_cast import PASSWORD, Cast, file_case

from garant.cases import operations, queries
from garant.cases.sweeping import sweep_all
from garant.cases.views import CaseView
from garant.directory.queries import viewer_of

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Visit]


def seen(desk: Cast, number: int) -> CaseView:
    return queries.case(viewer=viewer_of(desk.people["manager"].pk), number=number)


def focused(page: Any) -> str:
    text: str = page.evaluate("document.activeElement.textContent.trim()")
    return text


def test_journey_2_an_agent_works_the_queue_and_answers(desk: Cast, visit: Open, accessible: Any) -> None:
    window = visit()
    page = window.page
    window.go("/accounts/login/")
    page.get_by_label("Email").fill(desk.people["agent"].email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/console/")
    accessible(window)

    page.get_by_role("link", name=desk.secret_b).click()
    accessible(window)
    page.get_by_role("button", name="Take it").click()
    page.get_by_text("Assigned.").wait_for()

    page.get_by_role("link", name="Internal note").click()
    page.locator("#body-note").fill("zebra: only for us")
    page.get_by_role("button", name="Keep the note").click()
    page.locator(".msg-note", has_text="zebra: only for us").wait_for()

    page.locator("#body-reply").fill("Which of the exports are empty?")
    page.get_by_role("checkbox", name="then wait on the customer").check()
    page.get_by_role("button", name=re.compile("Send, answers the .* promise")).click()
    page.locator(".event", has_text="Initial response met").wait_for()
    accessible(window)
    assert "Waiting on the customer" in window.text(".hero")

    view = seen(desk, desk.case_b)
    assert [m.kind for m in view.messages] == ["internal", "public"]
    assert (view.state, view.assignee.id if view.assignee else None) == ("waiting", desk.people["agent"].pk)
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_url("**/console/")
    assert "Clock stopped" in window.text("table.queue")

    contact = visit(who=desk.people["stranger"])
    contact.go(f"/cases/{desk.case_b}/")
    assert "Which of the exports are empty?" in contact.text("main")
    assert "zebra" not in contact.page.content()


def test_journey_2_by_keyboard_alone(desk: Cast, visit: Open) -> None:
    window = visit(who=desk.people["agent"])
    page = window.page
    window.go("/console/")
    press = page.keyboard.press
    press("j")
    assert focused(page) == desk.secret_a
    press("j")
    assert focused(page) == desk.secret_b
    press("j")
    assert focused(page) == desk.secret_b, "the last line stays the last"
    press("k")
    assert focused(page) == desk.secret_a
    assert "cursor" in (page.locator("tr", has_text=desk.secret_a).get_attribute("class") or "")

    press("?")
    page.locator("dialog[open]").wait_for()
    press("Escape")
    assert page.locator("dialog[open]").count() == 0

    press("/")
    page.keyboard.type("dawn")
    press("Enter")
    page.wait_for_url("**/console/?q=dawn")
    press("j")
    press("Enter")
    page.wait_for_url(f"**/cases/{desk.case_a}/")

    press("n")
    page.keyboard.type("A note from the keys, j and k included")
    press("Escape")
    press("r")
    page.keyboard.type("An answer from the keys.")
    press("Control+Enter")
    page.locator(".msg-out", has_text="An answer from the keys.").wait_for()
    assert [m.body for m in seen(desk, desk.case_a).messages if m.kind == "public"] == ["An answer from the keys."]

    press("n")
    assert page.locator("#body-note").input_value() == "A note from the keys, j and k included"
    press("Escape")
    press("g")
    press("e")
    page.wait_for_url("**/escalations/")


def test_journey_2_without_a_script(desk: Cast, visit: Open) -> None:
    window = visit(who=desk.people["agent"], script=False, width=390)
    page = window.page
    window.go("/console/")
    page.get_by_role("link", name=desk.secret_b).click()
    page.get_by_role("link", name="Internal note").click()
    assert page.locator("#body-note").is_visible()
    assert not page.locator("#body-reply").is_visible()
    page.get_by_role("link", name="Public reply").click()
    page.locator("#body-reply").fill("Answered without a script.")
    page.get_by_role("button", name=re.compile("^Send, answers")).click()
    assert "Answered without a script." in window.text(".thread")


def test_a_draft_survives_a_closed_window(desk: Cast, visit: Open) -> None:
    window = visit(who=desk.people["agent"])
    window.go(f"/console/cases/{desk.case_b}/")
    window.page.locator("#body-reply").press_sequentially("Half a thought")
    window.page.locator("#draft-reply", has_text="Draft saved").wait_for()
    window.page.close()
    again = visit(who=desk.people["agent"])
    again.go(f"/console/cases/{desk.case_b}/")
    assert again.page.locator("#body-reply").input_value() == "Half a thought"


def test_refreshed_clocks_leave_the_focus_alone(desk: Cast, visit: Open) -> None:
    window = visit(who=desk.people["agent"])
    page = window.page
    window.go("/console/")
    page.keyboard.press("j")
    page.evaluate("document.querySelectorAll('[id^=clock-]').forEach((e) => e.replaceChildren('stale'))")
    with page.expect_response("**/console/clocks/**"):
        page.evaluate(
            "const e = document.querySelector('[hx-get]'); htmx.ajax('GET', e.getAttribute('hx-get'), "
            "{source: e, swap: 'none'})"
        )
    page.locator(f"#clock-{desk.case_a} .clock-pill").wait_for()
    assert "stale" not in window.text("table.queue")
    assert focused(page) == desk.secret_a

    window.go(f"/console/cases/{desk.case_b}/")
    page.locator("details.why").evaluate("(e) => { e.open = true; }")
    page.locator("#hero .hero-left b").evaluate("(e) => { e.textContent = 'stale'; }")
    page.locator("details.why summary").focus()
    page.evaluate("htmx.trigger(document.querySelector('[data-hero]'), 'every')")
    page.evaluate(
        "const e = document.querySelector('[data-hero]'); htmx.ajax('GET', e.getAttribute('hx-get'), "
        "{source: e, target: '#hero .hero-top', select: '.hero-top', swap: 'outerHTML'})"
    )
    page.wait_for_function("document.querySelector('#hero .hero-left b').textContent !== 'stale'")
    assert page.locator("details.why").evaluate("(e) => e.open")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_journey_3_a_target_passes_and_the_miss_and_its_notice_appear(desk: Cast, visit: Open, accessible: Any) -> None:
    received = datetime.now(tz=UTC) - timedelta(hours=4, minutes=50)
    number = file_case(desk.people["contact"], desk.subscriber_a, "Dashboards answer 502", severity="1", at=received)
    due = seen(desk, number).periods[0].due
    assert due is not None
    assert due < datetime.now(tz=UTC)
    window = visit(who=desk.people["manager"])
    page = window.page
    window.go("/console/escalations/")
    assert "Dashboards answer 502" not in window.text("main"), "nobody was told before the sweep"
    sweep_all()

    window.go("/console/?shown=urgent")
    row = page.locator("[data-row]", has_text="Dashboards answer 502")
    assert re.search(r"(49|5\d) min late", row.inner_text())
    assert "2 missed" in window.text(".banner")
    accessible(window)

    window.go("/console/escalations/")
    told = page.locator(".esc", has_text="Dashboards answer 502")
    assert "At due" in told.inner_text()
    assert "Helena S." in told.inner_text()
    accessible(window)
    told.get_by_role("link", name="Open and answer").click()
    page.wait_for_url(f"**/cases/{number}/#composer")
    assert "Missed: initial response was due" in window.text(".hero")
    assert page.locator("details.why").evaluate("(e) => e.open"), "a missed promise explains itself"
    page.locator(".event", has_text="Initial response missed").wait_for()

    window.go("/console/notices/")
    page.get_by_role("link", name=f"Case {number}: initial response missed").click()
    accessible(window)
    assert "Dashboards answer 502" in window.text("main article")
    period = seen(desk, number).periods[0]
    escalation = next(row for row in seen(desk, number).escalations if row.trigger == "missed")
    assert (escalation.at, period.missed) == (due, True)

    sweep_all()
    assert len([row for row in seen(desk, number).escalations if row.trigger == "missed"]) == 1


@pytest.mark.parametrize(
    ("width", "language"),
    [
        (1440, "en"),
        (390, "de"),
        (390, "ja"),
        *(
            pytest.param(*one, marks=pytest.mark.long)
            for one in [(1440, "fr"), (1440, "de"), (1440, "ja"), (390, "en"), (390, "fr")]
        ),
    ],
)
def test_no_page_is_wider_than_its_window_and_axe_finds_nothing(
    desk: Cast, visit: Open, accessible: Any, language: str, width: int
) -> None:
    agent = desk.people["agent"]
    agent.language = language
    agent.save()
    operations.reply(by=desk.actor("agent"), number=desk.case_b, body="A question?", wait=True)
    dark = width == 390
    window = visit(who=agent, language=language, width=width, theme="dark" if dark else "light")
    for path in (
        "/console/",
        "/console/?shown=held",
        "/console/keys/",
        f"/console/cases/{desk.case_a}/",
        f"/console/cases/{desk.case_b}/",
        "/console/escalations/",
        "/console/notices/",
        f"/console/notices/{desk.notice}/",
    ):
        window.go(path)
        assert overflow(window) <= 0, path
        accessible(window)
