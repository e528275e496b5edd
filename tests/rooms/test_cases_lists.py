"""Lists of cases: whose, in what order, how many, and with how many statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from case_acts import ago, case_of, file, late_case, period
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases import queries, scope
from garant.cases.models import Case
from garant.cases.sweeping import sweep_all
from garant.core.looking import read as look_for
from garant.core.people import NOBODY

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def numbers(page: Any) -> list[int]:
    """The case numbers of a page, in order."""
    return [row.number for row in page.rows]


def test_the_queue_is_ordered_by_next_due_and_those_without_come_last(cast: Cast) -> None:
    nothing = file(cast, "bronze").number
    later, sooner = file(cast, "gold").number, file(cast, "platinum").number
    assert numbers(queries.queue(viewer=cast.viewer("agent"))) == [sooner, later, nothing]


def test_the_queue_goes_on_where_the_page_ended(cast: Cast) -> None:
    wanted = {file(cast, package).number for package in ("gold", "platinum", "silver", "bronze", "standard") * 2}
    seen: list[int] = []
    after = None
    while True:
        page = queries.queue(viewer=cast.viewer("agent"), after=after, limit=3)
        seen += numbers(page)
        after = page.next
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 10
    assert set(seen) == wanted
    dues = [Case.objects.get(number=n).next_due for n in seen]
    assert dues == sorted((d for d in dues if d), key=lambda d: d) + [None] * 4


def test_each_list_of_the_queue_holds_what_it_says_and_its_count(cast: Cast) -> None:
    agent = cast.actor("agent")
    mine, near, missed, waiting = file(cast).number, file(cast, at=ago(hours=3.5)).number, late_case(cast), 0
    cases.assign(by=agent, number=mine, assignee_id=cast.people["agent"])
    waiting = file(cast, "silver").number
    cases.reply(by=agent, number=waiting, body="Which?", wait=True)
    held = file(cast, who="viewer_gold", by=agent, channel="phone").number
    done = file(cast).number
    cases.resolve(by=agent, number=done, body="Done")
    expected = {
        "open": {mine, near, missed, waiting, held},
        "mine": {mine},
        "unassigned": {near, missed, waiting, held},
        "near": {near},
        "missed": {missed},
        "urgent": {near, missed},
        "waiting": {waiting},
        "held": {held},
    }
    viewer = cast.viewer("agent")
    for when in ("before", "after"):
        assert {shown: set(numbers(queries.queue(viewer=viewer, shown=shown))) for shown in expected} == expected, when
        counted = queries.counts(viewer=viewer)
        assert {shown: counted[shown] for shown in expected} == {s: len(n) for s, n in expected.items()}, when
        assert counted["missed_unassigned"] == 1
        sweep_all()


def test_a_count_stops_where_nobody_reads_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garant.cases.queries_queue.COUNTED", 2)
    for _ in range(3):
        file(cast)
    assert queries.counts(viewer=cast.viewer("agent"))["open"] == 2


def test_a_subscribers_count_stops_there_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garant.cases.queries_queue.COUNTED", 2)
    late_case(cast)
    for _ in range(3):
        file(cast)
    file(cast, "platinum")
    many, one = cast.subscribers["gold"], cast.subscribers["platinum"]
    found = queries.open_by_subscriber(viewer=cast.viewer("agent"), subscriber_ids=[one, many])
    assert found == {many: (2, 1), one: (1, 0)}
    assert queries.open_by_subscriber(viewer=cast.viewer("agent"), subscriber_ids=[]) == {}


def test_a_list_of_a_subscriber_reads_what_it_shows(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as work:
        for state in ("open", "done"):
            queries.my_cases(viewer=cast.viewer("contact_gold"), state=state)
    (opened, done) = [one["sql"] for one in work if 'FROM "cases_case"' in one["sql"]]
    for sql, index in ((opened, "case_open_by_subscriber"), (done, "case_done_by_subscriber")):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute(f"EXPLAIN {sql}")
            assert index in str(cursor.fetchall())


def test_a_row_says_what_runs_and_under_which_rule(cast: Cast) -> None:
    number = file(cast, "gold").number
    (row,) = queries.queue(viewer=cast.viewer("agent")).rows
    stored = period(number)
    assert (row.metric, row.started, row.due, row.near_at) == (
        "initial_response",
        stored.started,
        stored.due,
        stored.near_at,
    )
    assert (row.programme, row.package, row.region) == ("reference", "gold", "default")
    assert row.target_seconds == 4 * 3600
    assert row.rule is not None
    assert row.rule.calendar.always_open
    assert (row.subscriber.id, row.opened_by.id) == (cast.subscribers["gold"], cast.people["contact_gold"])


def test_search_finds_words_of_the_subject_in_ones_own_cases_only(cast: Cast) -> None:
    found = file(cast, subject="Ledger 100% wrong").number
    file(cast, "silver", subject="Ledger wrong too")
    assert numbers(queries.queue(viewer=cast.viewer("agent"), look=look_for("100%"))) == [found]
    assert numbers(queries.queue(viewer=cast.viewer("contact_gold"), look=look_for("ledger"))) == [found]


WHO_SEES = {
    "agent": {"gold", "other_gold", "silver"},
    "manager": {"gold", "other_gold", "silver"},
    "contact_gold": {"gold", "other_gold"},
    "viewer_gold": {"gold", "other_gold"},
    "learner_gold": set(),
    "contact_silver": {"silver"},
    "contact_bronze": set(),
    "nobody": set(),
}


@pytest.mark.parametrize("who", WHO_SEES)
def test_everybody_sees_their_own_organisations_cases_by_role(cast: Cast, who: str) -> None:
    made = {"gold": file(cast).number, "other_gold": file(cast).number, "silver": file(cast, "silver").number}
    seen = {made[name] for name in WHO_SEES[who]}
    viewer = cast.viewer(who)
    assert set(numbers(queries.queue(viewer=viewer))) == seen
    assert set(numbers(queries.my_cases(viewer=viewer))) == seen
    assert queries.counts(viewer=viewer)["open"] == len(seen)
    assert {row.number for row in queries.due_times(viewer=viewer)} == seen


def test_nobody_in_particular_sees_nothing(cast: Cast) -> None:
    file(cast)
    assert numbers(queries.queue(viewer=NOBODY)) == []
    assert set(queries.counts(viewer=NOBODY).values()) == {0}
    assert queries.escalations(viewer=NOBODY).rows == ()


def test_without_the_scoping_filter_the_test_above_would_fail(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the scope."""
    number = file(cast).number
    monkeypatch.setattr("garant.cases.queries_queue.visible", lambda viewer: Case.objects.all())
    assert numbers(queries.queue(viewer=cast.viewer("contact_silver"))) == [number]
    assert scope.visible(cast.viewer("contact_silver")).count() == 0


def test_ones_cases_are_listed_by_last_activity_and_state(cast: Cast) -> None:
    first, second, third = (file(cast).number for _ in range(3))
    cases.resolve(by=cast.actor("agent"), number=second, body="Done")
    cases.add_customer_message(by=cast.actor("contact_gold"), number=first, body="More")
    viewer = cast.viewer("contact_gold")
    assert numbers(queries.my_cases(viewer=viewer)) == [first, second, third]
    assert numbers(queries.my_cases(viewer=viewer, state="open")) == [first, third]
    assert numbers(queries.my_cases(viewer=viewer, state="done")) == [second]
    page = queries.my_cases(viewer=viewer, limit=2)
    assert numbers(queries.my_cases(viewer=viewer, limit=2, after=page.next)) == [third]
    assert numbers(queries.my_cases(viewer=viewer, subscriber_id=cast.subscribers["silver"])) == []


def test_escalations_are_for_staff_newest_first(cast: Cast) -> None:
    first = late_case(cast)
    sweep_all()
    second = late_case(cast, hours=4.75)
    sweep_all()
    shown = queries.escalations(viewer=cast.viewer("agent")).rows
    assert [row.number for row in shown if row.trigger == "missed"] == [second, first]
    told = next(row for row in shown if row.trigger == "missed")
    assert (told.level, told.at, [p.name for p in told.people]) == (1, period(second).due, ["manager"])
    assert queries.escalations(viewer=cast.viewer("contact_gold")).rows == ()
    assert [row.trigger for row in case_of(cast, first).escalations] == ["near", "missed"]


def statements(act: Callable[[], object]) -> int:
    """How many statements an act needs."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_pages_cost_a_constant_number_of_statements(cast: Cast) -> None:
    viewer, contact = cast.viewer("agent"), cast.viewer("contact_gold")
    number = file(cast).number
    reads: dict[str, Callable[[], object]] = {
        "queue": lambda: queries.queue(viewer=viewer),
        "counts": lambda: queries.counts(viewer=viewer),
        "my_cases": lambda: queries.my_cases(viewer=contact),
        "due_times": lambda: queries.due_times(viewer=viewer),
        "case": lambda: queries.case(viewer=viewer, number=number),
        "escalations": lambda: queries.escalations(viewer=viewer),
    }
    late_case(cast)
    # A case that has some of each: what it has none of is not asked for.
    cases.reply(by=cast.actor("agent"), number=number, body="And?")
    sweep_all()
    for read in reads.values():
        read()
    one = {name: statements(read) for name, read in reads.items()}
    for _ in range(6):
        late_case(cast)
        cases.reply(by=cast.actor("agent"), number=number, body="And?")
        cases.add_customer_message(by=cast.actor("contact_gold"), number=number, body="Yes")
    cases.assign(by=cast.actor("agent"), number=number, assignee_id=cast.people["agent"])
    sweep_all()
    assert {name: statements(read) for name, read in reads.items()} == one
    assert one == {"queue": 4, "counts": 2, "my_cases": 3, "due_times": 3, "case": 6, "escalations": 3}
