"""A case's periods as a drawing: to scale, inside its frame, and never without the list that says it in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk_cast import Cast
from django.urls import reverse

from garant.cases import operations as cases
from garant.cases.views import PeriodView
from garant.console.timeline import MOST, ROW, THIN, WIDTH, timeline

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def period(start: float, end: float | None, due: float | None, **more: Any) -> PeriodView:
    """A period by its hours after START."""
    hours = [None if each is None else START + timedelta(hours=each) for each in (start, end, due)]
    fixed: dict[str, Any] = {"how": "", "missed": False, "waiting": False, "paused": False, "rule": None, "steps": ()}
    return PeriodView(
        "follow_up", 1, hours[0] or START, due=hours[2], near_at=None, ended=hours[1], **{**fixed, **more}
    )


def test_bars_and_due_times_stand_to_scale() -> None:
    line = timeline([period(0, 4, 6), period(4, 8, 16)], "UTC", START + timedelta(days=9))
    assert line is not None
    assert [(each.x, each.width, each.due) for each in line.spans] == [
        (0, WIDTH / 4, 6 / 16 * WIDTH),
        (WIDTH / 4, WIDTH / 4, WIDTH),
    ]
    assert (line.now, line.floor) == (None, 2 * ROW), "all is over: there is no line for now"
    assert (line.first, line.last) == ("Mon 2 Mar", "Tue 3 Mar")


def test_a_running_period_reaches_to_now_and_a_missed_due_time_stands_before_it() -> None:
    line = timeline([period(0, 2, 6), period(2, None, 6, missed=True)], "UTC", START + timedelta(hours=20))
    assert line is not None
    assert line.now == WIDTH
    last = line.spans[-1]
    assert (last.x + last.width, last.due) == (WIDTH, 6 / 20 * WIDTH)
    assert last.state == "missed"


def test_one_period_is_not_drawn_and_many_are_the_newest() -> None:
    assert timeline([], "UTC", START) is None
    assert timeline([period(0, 1, 2)], "UTC", START) is None
    line = timeline([period(24 * n, 24 * n + 1, None) for n in range(20)], "UTC", START + timedelta(days=30))
    assert line is not None
    assert (len(line.spans), line.spans[0].x) == (MOST, 0)
    assert (line.first, line.last) == ("Tue 10 Mar", "Sat 21 Mar"), "days 8 to 19 after the second of March"


def test_a_period_of_a_moment_is_seen_and_stays_inside() -> None:
    line = timeline([period(0, 100, 100), period(100, 100, None)], "UTC", START + timedelta(hours=100))
    assert line is not None
    assert all(each.width >= THIN and each.x + each.width <= WIDTH for each in line.spans)
    nothing = timeline([period(0, 0, None), period(0, 0, None)], "UTC", START)
    assert nothing is not None


@pytest.mark.database
@pytest.mark.django_db
def test_the_case_draws_its_periods_beside_the_list(cast: Cast) -> None:
    page = reverse("console:case", kwargs={"number": cast.case_a})
    agent = cast.client("agent")
    assert '<svg class="spans"' not in agent.get(page).content.decode()
    cases.reply(by=cast.actor("agent"), number=cast.case_a, body="We see it too.")
    shown = agent.get(page).content.decode()
    drawing = shown[shown.index('<svg class="spans"') :]
    drawing = drawing[: drawing.index("</svg>")]
    assert drawing.count('class="span"') == 2
    assert 'aria-hidden="true"' in drawing
    assert shown.index('<ol class="periods">') > shown.index('<svg class="spans"')
