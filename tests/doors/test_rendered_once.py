"""What is rendered once for equal values follows every value it shows, and the language, and nothing of a reader."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from desk_cast import Cast
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from garant.cases import operations as cases
from garant.cases import queries
from garant.console.horizon import Due, horizon
from garant.core.calendars import Calendar
from garant.directory.queries import viewer_of
from garant.kit import rendering
from garant.kit.clocks import ClockState, clock_state, state_of
from garant.kit.rendering import rendered
from garant.kit.templatetags.garant import clock_pill, icon

DENVER = timezone(timedelta(hours=-7))
NOW = datetime(2026, 11, 24, 14, 20, tzinfo=DENVER)


def test_equal_values_are_rendered_once_and_others_anew() -> None:
    rendering._rendered.cache_clear()
    pills = [clock_pill(ClockState("running", text, NOW, share=50.0)) for text in ("2 h left", "2 h left", "1 h left")]
    assert pills[0] is pills[1]
    assert "1 h left" in pills[2]
    assert rendering._rendered.cache_info().misses == 2


def test_a_text_of_somebody_is_escaped_in_what_is_kept() -> None:
    row = rendered("portal/case_row.html", number=7, subject="<b>&", clock=icon("seal"), line="<i>", by="")
    assert "&lt;b&gt;&amp;" in row
    assert "&lt;i&gt;" in row
    assert "<svg" in row


def test_each_language_has_its_own() -> None:
    values = {"section": "", "open": 1, "missed": 0, "may_overview": True, "may_outbox": True, "manages": True}
    with override("de"):
        german = rendered("console/parts/nav.html", **values)
    with override("en"):
        english = rendered("console/parts/nav.html", **values)
    assert "Abonnenten" in german
    assert "Subscribers" in english


def test_more_is_dropped_than_is_kept() -> None:
    assert rendering._rendered.cache_info().maxsize == rendering.MOST


@pytest.mark.parametrize("minutes", [-90, -1, 1, 90])
@pytest.mark.parametrize(
    "more", [{}, {"state": "held", "held_reason": "sender"}, {"near_at": NOW}, {"near_at": NOW + timedelta(minutes=30)}]
)
def test_a_state_alone_is_the_clocks_state(minutes: int, more: dict[str, Any]) -> None:
    row = SimpleNamespace(
        **{"state": "open", "held_reason": None, "near_at": None, "due": NOW + timedelta(minutes=minutes), **more}
    )
    assert state_of(row, NOW) == clock_state(row, NOW).state


def test_due_times_that_fall_on_one_point_are_one_tick_and_all_are_counted() -> None:
    hours = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    always = Calendar.from_plain("always", {"timezone": "UTC", "weekly": hours})
    dues = [Due(NOW + timedelta(seconds=n), "running") for n in range(30)] + [Due(NOW, "missed")]
    drawn = horizon(always, DENVER, NOW, dues)
    assert [state for _, state in drawn.ticks] == ["running", "missed"]
    assert drawn.counts == {"missed": 1, "near": 0, "running": 30}


@pytest.mark.database
@pytest.mark.django_db
def test_what_one_may_do_is_no_part_of_what_another_sees(cast: Cast) -> None:
    for name, offered in (("manager", True), ("viewer", False), ("agent", True)):
        shown = cast.client(name).get(reverse("console:queue")).content.decode()
        assert (f'name="case" value="{cast.case_a}"' in shown) is offered, name
        assert (reverse("console:import") in shown) is (name == "manager"), name


@pytest.mark.database
@pytest.mark.django_db
def test_a_part_that_a_case_has_none_of_is_not_asked_for_and_one_it_has_is(cast: Cast) -> None:
    agent = viewer_of(cast.people["agent"].pk)
    with CaptureQueriesContext(connection) as before:
        assert queries.case(viewer=agent, number=cast.case_a).proposals == ()
    assert not any('FROM "cases_severityproposal"' in each["sql"] for each in before)
    cases.propose_severity(by=cast.actor("agent"), number=cast.case_a, severity="3", reason="Smaller than it looked")
    assert len(queries.case(viewer=agent, number=cast.case_a).proposals) == 1
