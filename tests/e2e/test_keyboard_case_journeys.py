"""Section 5 by keyboard alone: what agents, advisors and managers do. Single keys where the console has them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from conftest import Visit
from desk_cast import Cast, file_case
from keyboard import Keys

from garant.cases import operations as cases
from garant.cases import queries
from garant.cases.models import Escalation
from garant.cases.sweeping import sweep_all
from garant.cases.views import CaseView
from garant.directory.queries import viewer_of
from garant.journal.operations import database_now

# The walk by keys alone of test_keyboard_journeys.py is the smoke of every landing; these are the long rest.
pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.database, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Visit]


def case_of(desk: Cast, number: int) -> CaseView:
    return queries.case(viewer=viewer_of(desk.people["agent"].pk), number=number)


def test_chosen_lines_are_assigned_and_the_bar_hides_none_of_them(desk: Cast, visit: Open) -> None:
    numbers = [file_case(desk.people["contact"], desk.subscriber_a, f"Lamp {n} flickers") for n in range(25)]
    window = visit(desk.people["agent"])
    window.go("/console/")
    keys = Keys(window)
    keys.press("/")
    keys.type("flickers")
    keys.leave("Enter")
    keys.press("j", "x")
    window.page.locator(".bulk").wait_for()
    for _ in range(24):  # at every stop the line is above the bar, which stands at the window's foot
        keys.press("Tab")
        keys.look()
        keys.press("Tab")
        keys.look()
    keys.press("x")
    keys.pick("Assign to", "Helena Strand")
    keys.push("Assign")
    owners = [owner.name for number in numbers if (owner := case_of(desk, number).assignee)]
    assert owners == ["Helena Strand", "Helena Strand"]


def test_an_agent_merges_and_splits(desk: Cast, visit: Open) -> None:
    twin = file_case(desk.people["contact"], desk.subscriber_a, "The same once more")
    window = visit(desk.people["agent"])
    window.go(f"/console/cases/{twin}/")
    keys = Keys(window)
    keys.skip()
    keys.follow(re.compile("^Merge"))
    keys.skip()
    keys.write("Words of the title, or a number", "dawn")
    keys.leave("Enter")
    keys.follow(f"Merge into this one {desk.case_a}")
    keys.tick("I know that it can’t be undone")
    keys.push("Merge")
    assert case_of(desk, twin).state == "merged"

    window.go(f"/console/cases/{desk.case_a}/")
    keys.skip()
    keys.follow(re.compile("^Split"))
    keys.skip()
    keys.write("Subject of the new case", "Exports are slow too")
    keys.push("Make the new case")
    made = [link.subject for link in case_of(desk, desk.case_a).links if link.kind == "split_off"]
    assert made == ["Exports are slow too"]


def test_an_agent_proposes_a_severity(desk: Cast, visit: Open) -> None:
    number = file_case(desk.people["contact"], desk.subscriber_a, "Nightly import drops rows", "1")
    window = visit(desk.people["agent"])
    window.go(f"/console/cases/{number}/")
    keys = Keys(window)
    keys.press("s")
    keys.look()
    keys.pick("Severity", re.compile("^2"))
    keys.write("Reason", "The rows can be imported by hand.")
    keys.push("Propose it")
    proposal = case_of(desk, number).proposal
    assert proposal is not None
    assert (proposal.severity, proposal.reason) == ("2", "The rows can be imported by hand.")


def test_two_agents_collide(desk: Cast, visit: Open) -> None:
    one, other = Keys(visit(desk.people["agent"])), Keys(visit(desk.people["manager"]))
    for keys in (one, other):
        keys.window.go(f"/console/cases/{desk.case_b}/")
        keys.press("r")
        keys.look()
    one.type("My words.")
    other.type("Their words.")
    other.leave("Control+Enter")
    one.leave("Control+Enter")
    assert "Their words." in one.window.text(".thread")
    one.press("r")
    one.look()
    assert one.page.evaluate("document.activeElement.value") == "My words."
    one.leave("Control+Enter")
    assert [m.body for m in case_of(desk, desk.case_b).messages] == ["Their words.", "My words."]


def test_an_advisor_logs_a_call(desk: Cast, visit: Open) -> None:
    cases.assign(by=desk.actor("agent"), number=desk.case_b, assignee_id=desk.people["agent"].pk)
    window = visit(desk.people["agent"])
    window.go(f"/console/cases/{desk.case_b}/")
    keys = Keys(window)
    keys.press("c")
    keys.type("The exports are empty since the update.")
    keys.to("Who called", back=True)
    keys.pick("Who called", "They called us")
    keys.write("With whom", "Per Halden")
    keys.write_moment("When", datetime(2026, 1, 2, 9, 30))
    keys.to("Log a call")
    keys.leave("Control+Enter")
    call = case_of(desk, desk.case_b).messages[-1].call
    assert call is not None
    assert (call.direction, call.caller) == ("in", "Per Halden")


def test_a_manager_handles_an_escalation(desk: Cast, visit: Open) -> None:
    at = database_now() - timedelta(hours=4, minutes=20)
    number = file_case(desk.people["contact"], desk.subscriber_a, "Trains stand still", severity="1", at=at)
    sweep_all()
    window = visit(desk.people["manager"])
    window.go("/console/")
    keys = Keys(window)
    keys.press("g")
    keys.leave("e")
    keys.skip()
    row = Escalation.objects.filter(case__number=number, trigger="missed").latest("pk")
    link = window.page.locator(f"a[href$='/escalations/{row.pk}/']").first.inner_text()
    keys.follow(link)
    keys.skip()
    keys.write("Note", "I call them.")
    keys.push("Acknowledge")
    assert "Acknowledged." in window.text("main")
    keys.skip()
    keys.unfold("De-escalate")
    keys.write("Reason", "Agreed by phone.")
    keys.tick(re.compile("The promise is still owed."))
    keys.push("De-escalate")
    row.refresh_from_db()
    assert (row.acknowledged_by_id, row.ended_by_id) == (desk.people["manager"].pk,) * 2


def test_a_manager_reads_the_week(desk: Cast, visit: Open) -> None:
    window = visit(desk.people["manager"])
    window.go("/console/")
    keys = Keys(window)
    keys.press("g")
    keys.leave("o")
    keys.skip()
    assert window.page.locator("figure.plot svg").count() == 3
    keys.follow(desk.secret_a)
    assert desk.secret_a in window.text("h1")
    keys.press("Control+k")
    keys.page.locator("dialog[open]").wait_for()
    keys.type("overview")
    keys.page.locator("dialog a[data-command]", has_text="Overview").wait_for()
    keys.press("ArrowDown")
    keys.look()
    keys.leave("Enter")
    assert window.page.url.endswith("/overview/")
