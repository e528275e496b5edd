"""Journeys of staff on one case: a severity proposed and disputed, a merge and a split, two who collide, a call."""

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
LANGUAGES = pytest.mark.parametrize(
    ("language", "width", "theme"), [pytest.param("en", 1440, "light", marks=pytest.mark.long), ("fr", 390, "dark")]
)


def case_of(desk: Cast, number: int) -> CaseView:
    return queries.case(viewer=viewer_of(desk.people["agent"].pk), number=number)


def speaks(desk: Cast, language: str, *names: str) -> None:
    for name in names:
        desk.people[name].language = language
        desk.people[name].save()


@LANGUAGES
def test_an_agent_proposes_a_severity_and_the_contact_disputes_it(
    desk: Cast, visit: Open, accessible: Any, language: str, width: int, theme: str
) -> None:
    speaks(desk, language, "agent", "contact")
    number = file_case(desk.people["contact"], desk.subscriber_a, "Nightly import drops rows", "1")
    window = visit(who=desk.people["agent"], language=language, width=width, theme=theme)
    page = window.page
    window.go(f"/console/cases/{number}/")
    page.keyboard.press("s")
    page.locator("#propose_severity").select_option("2")
    page.locator("#propose_reason").fill("The rows can be imported by hand.")
    accessible(window)
    page.locator("form[action$='/severity/'] button").click()
    page.locator("#severity .proposal", has_text="The rows can be imported by hand.").wait_for()
    assert overflow(window) <= 0

    theirs = visit(who=desk.people["contact"], language=language, width=width, theme=theme)
    theirs.go(f"/cases/{number}/")
    assert "The rows can be imported by hand." in theirs.text("#proposed")
    theirs.page.locator("#proposalform_reason").fill("They can not: 40 000 rows.")
    theirs.page.locator("button[value=reject]").click()
    theirs.page.locator("#proposed").wait_for(state="detached")

    window.go(f"/console/cases/{number}/")
    assert "They can not: 40 000 rows." in window.text("#severity")
    assert case_of(desk, number).severity == "1"
    accessible(window)


@LANGUAGES
def test_an_agent_merges_a_case_and_splits_another(
    desk: Cast, visit: Open, accessible: Any, language: str, width: int, theme: str
) -> None:
    speaks(desk, language, "agent")
    twin = file_case(desk.people["contact"], desk.subscriber_a, "The same once more")
    window = visit(who=desk.people["agent"], language=language, width=width, theme=theme)
    page = window.page
    window.go(f"/console/cases/{twin}/")
    page.locator("#links a[href$='/merge/']").click()
    page.locator("#merge-q").wait_for()
    accessible(window)
    page.locator("#merge-q").fill("dawn")
    page.locator("#merge-q").press("Enter")
    page.locator(f"a[href*='into={desk.case_a}']").click()
    page.wait_for_url(f"**into={desk.case_a}**")
    assert page.locator("#merge_into").input_value() == str(desk.case_a)
    accessible(window)
    page.locator("#merge_sure").check()
    page.locator("form[action$='/merge/'] .btn-main").click()
    page.wait_for_url(f"**/console/cases/{twin}/")
    assert case_of(desk, twin).state == "merged"
    assert str(desk.case_a) in window.text("#links")

    window.go(f"/console/cases/{desk.case_a}/")
    page.locator("#links a[href$='/split/']").click()
    page.locator("#split_subject").fill("Exports are slow too")
    accessible(window)
    assert overflow(window) <= 0
    page.locator("form[action$='/split/'] button").click()
    page.wait_for_url(f"**/console/cases/{desk.case_a}/")
    made = [link for link in case_of(desk, desk.case_a).links if link.kind == "split_off"]
    assert [(link.subject, link.state) for link in made] == [("Exports are slow too", "open")]


@LANGUAGES
@pytest.mark.parametrize("script", [True, False])
def test_two_agents_collide_and_no_word_is_lost(
    desk: Cast, visit: Open, accessible: Any, language: str, width: int, theme: str, script: bool
) -> None:
    speaks(desk, language, "agent", "manager")
    address = f"/console/cases/{desk.case_b}/"
    one = visit(who=desk.people["agent"], language=language, width=width, theme=theme, script=script)
    other = visit(who=desk.people["manager"], language=language)
    one.go(address)
    one.page.locator("#body-reply").fill("My words.")
    if script:
        one.page.locator("#draft-reply svg").wait_for()
    other.go(address)
    if script:
        assert "Ines Carvalho" in other.text("[data-writing]")
    other.page.locator("#body-reply").fill("Their words.")
    other.page.locator("form[data-kind=reply] button.btn-main").click()
    other.page.locator(".msg-out", has_text="Their words.").wait_for()

    one.page.locator("form[data-kind=reply] button.btn-main").click()
    one.page.locator(".msg-out", has_text="Their words.").wait_for()
    assert one.page.locator("#body-reply").input_value() == "My words."
    assert one.page.locator("form[data-kind=reply] .errors").count() == 1
    if script:
        accessible(one)
    assert overflow(one) <= 0
    one.page.locator("form[data-kind=reply] button.btn-main").click()
    one.page.locator(".msg-out", has_text="My words.").wait_for()
    assert [m.body for m in case_of(desk, desk.case_b).messages] == ["Their words.", "My words."]


@LANGUAGES
def test_an_advisor_logs_a_call(
    desk: Cast, visit: Open, accessible: Any, language: str, width: int, theme: str
) -> None:
    speaks(desk, language, "agent")
    cases.assign(by=desk.actor("agent"), number=desk.case_b, assignee_id=desk.people["agent"].pk)
    window = visit(who=desk.people["agent"], language=language, width=width, theme=theme)
    page = window.page
    window.go(f"/console/cases/{desk.case_b}/")
    page.keyboard.press("c")
    page.locator("#call-direction").select_option("in")
    page.locator("#call-caller").fill("Per Halden")
    page.locator("#call-at").fill("2026-01-02T09:30")
    page.locator("#body-call").fill("The exports are empty since the update.")
    accessible(window)
    assert overflow(window) <= 0
    page.locator("form[data-kind=call] button.btn-main").click()
    page.locator(".msg", has_text="Per Halden").locator("text=The exports are empty").wait_for()
    view = case_of(desk, desk.case_b)
    call = view.messages[-1].call
    assert call is not None
    assert (call.direction, call.caller) == ("in", "Per Halden")
    assert view.periods[0].how == "response", "a logged call answers the promise"
    accessible(window)


@LANGUAGES
@pytest.mark.parametrize("script", [True, False])
def test_a_manager_prepares_a_reply_and_an_agent_inserts_it(
    desk: Cast, visit: Open, accessible: Any, language: str, width: int, theme: str, script: bool
) -> None:
    speaks(desk, language, "agent", "manager")
    look = {"language": language, "width": width, "theme": theme, "script": script}
    window = visit(who=desk.people["manager"], **look)
    window.go("/console/replies/new/")
    window.page.locator("#id_title").fill("Which version?")
    window.page.locator("#id_body").fill("Dear {who}")
    window.page.locator("form.stack button.btn-main").click()
    assert window.page.locator("#id_body").input_value() == "Dear {who}"
    assert "{who}" in window.text(".errors")
    assert overflow(window) <= 0
    if script:
        accessible(window)
    window.page.locator("#id_body").fill("Dear {contact_name}, which version of {subject}?")
    window.page.locator("form.stack button.btn-main").click()
    window.page.wait_for_url("**/console/replies/")
    assert overflow(window) <= 0
    if script:
        accessible(window)

    agent = visit(who=desk.people["agent"], **look)
    agent.go(f"/console/cases/{desk.case_b}/")
    agent.page.locator("#body-reply").fill("Thank you.")
    if script:
        # As with a hand on the mouse, what was typed is kept before the button is reached.
        agent.page.locator("#body-reply").blur()
        agent.page.locator("#draft-reply svg").wait_for()
    agent.page.locator("#canned").select_option(label="Which version?")
    if script:
        accessible(agent)
    agent.page.locator("button[formaction$='/canned/']").click()
    agent.page.wait_for_url("**compose=reply*")
    words = f"Thank you.\n\nDear Per Halden, which version of {desk.secret_b}?"
    assert agent.page.locator("#body-reply").input_value() == words
    agent.page.locator("form[data-kind=reply] button.btn-main").click()
    agent.page.locator(".msg-out", has_text="which version of").wait_for()
    assert [m.body for m in case_of(desk, desk.case_b).messages] == [words]
