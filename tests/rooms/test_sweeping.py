"""The sweeper: every miss with its true instant, told once per level, whatever dies and however late it runs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from case_acts import HOUR, ago, case_of, close_denver, entries, file, kinds, late_case, period, sound, sql
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases import queries
from garant.cases.acting import act_for_system
from garant.cases.models import Case, CaseLink, Escalation, Period
from garant.cases.sweeping import sweep_all
from garant.core.people import SYSTEM
from garant.journal import queries as journal
from garant.journal.operations import database_now

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def told(number: int) -> list[tuple[str, int]]:
    """The levels told about a case, in order."""
    return [(e.data["trigger"], e.data["level"]) for e in entries(number) if e.kind == "escalation_told"]


def notices(cast: Cast, number: int, who: str = "manager") -> list[str]:
    """The kinds of notices that somebody has about a case."""
    rows = journal.notices(viewer=cast.viewer(who), limit=200).rows
    return [n.kind for n in rows if n.data.get("number") == number and n.person_id == cast.people[who]]


def test_time_02_a_miss_is_stamped_with_its_true_instant_and_all_levels_are_told_in_order(cast: Cast) -> None:
    """Nobody swept from before the first share until long after the due time."""
    number = late_case(cast, hours=30)
    before = database_now()
    assert sweep_all() == 1
    row = period(number)
    assert row.missed
    assert row.missed_recorded_at is not None
    assert row.missed_recorded_at >= before
    miss = next(e for e in entries(number) if e.kind == "target_missed")
    assert miss.at == row.due == row.started + 4 * HOUR
    assert miss.recorded_at >= before
    assert told(number) == [("near", 0), ("missed", 1), ("missed", 2)]
    rows = Escalation.objects.filter(period=row).order_by("level")
    due = row.due
    assert [(e.trigger, e.at) for e in rows] == [("near", row.near_at), ("missed", due), ("missed", due + HOUR)]
    # Of several levels about one promise a reader is told the highest.
    assert notices(cast, number) == ["target_missed"]
    sound()


def test_a_second_sweep_finds_nothing_more(cast: Cast) -> None:
    number = late_case(cast)
    assert sweep_all() == 1
    before = (kinds(number), notices(cast, number))
    assert sweep_all() == 0
    assert (kinds(number), notices(cast, number)) == before


def test_time_03_a_deadline_is_a_row_and_no_timer(cast: Cast) -> None:
    """Nothing but the row says when: moved in the database alone, it fires by what the row says."""
    number = file(cast).number
    assert sweep_all() == 0
    earlier = ago(minutes=1)
    sql("UPDATE cases_period SET due = %s, near_at = NULL", earlier)
    assert sweep_all() == 1
    assert next(e.at for e in entries(number) if e.kind == "target_missed") == earlier


def test_a_near_target_is_told_to_the_assignee_once(cast: Cast) -> None:
    number = file(cast, at=ago(hours=3.5)).number
    cases.assign(by=cast.actor("agent"), number=number, assignee_id=cast.people["agent"])
    assert sweep_all() == 1
    assert sweep_all() == 0
    assert told(number) == [("near", 0)]
    assert (notices(cast, number, "agent"), notices(cast, number)) == (["target_near"], [])
    assert not period(number).missed
    sound()


def test_a_near_target_that_nobody_works_on_is_told_to_the_catch_all(cast: Cast) -> None:
    number = file(cast, at=ago(hours=3.5)).number
    assert sweep_all() == 1
    assert told(number) == [("near", 0)]
    assert notices(cast, number) == ["target_near"]
    assert Escalation.objects.get().told["catch_all"] is True


def test_an_answer_in_time_is_never_escalated(cast: Cast) -> None:
    number = file(cast, at=ago(hours=5)).number
    cases.reply(by=cast.actor("agent"), number=number, body="Hello", at=ago(hours=2))
    assert sweep_all() == 0
    assert "target_missed" not in kinds(number)


def test_an_answer_at_the_due_instant_is_met_and_a_microsecond_later_is_not(cast: Cast) -> None:
    for late, missed in ((timedelta(0), False), (timedelta(microseconds=1), True)):
        number = late_case(cast)
        due = period(number).due
        assert due is not None
        cases.reply(by=cast.actor("agent"), number=number, body="Hello", at=due + late)
        assert period(number).missed is missed
        assert ("target_missed" in kinds(number)) is missed
    sound()


def test_a_late_answer_records_and_tells_the_miss_that_no_sweeper_saw(cast: Cast) -> None:
    number = late_case(cast)
    cases.reply(by=cast.actor("agent"), number=number, body="Sorry for the delay")
    assert kinds(number) == [
        "case_opened",
        "escalation_told",
        "target_missed",
        "escalation_told",
        "response_given",
    ]
    assert notices(cast, number) == ["target_missed"]
    assert sweep_all() == 0
    assert notices(cast, number) == ["target_missed"]
    sound()


@pytest.mark.parametrize("kind", ["waiting", "resolved", "merged"])
def test_nothing_is_told_about_a_promise_that_no_longer_runs(cast: Cast, kind: str) -> None:
    agent = cast.actor("agent")
    number = file(cast, at=ago(days=30)).number
    early = ago(days=30) + timedelta(minutes=10)
    if kind == "waiting":
        cases.reply(by=agent, number=number, body="Which version?", wait=True, at=early)
    elif kind == "resolved":
        cases.resolve(by=agent, number=number, body="Fixed", at=early)
    else:
        into = Case.objects.get(number=file(cast).number)
        with act_for_system(by=SYSTEM, number=number, at=early) as act:
            act.record("case_merged", {"ref": into.number})
            CaseLink.objects.create(case=act.case, other=into, kind="merged_into", at=early)
    assert sweep_all() == 0
    assert not Escalation.objects.exists()
    sound()


def test_a_period_missed_before_the_wait_stays_missed(cast: Cast) -> None:
    agent = cast.actor("agent")
    number = file(cast, at=ago(days=30)).number
    cases.reply(by=agent, number=number, body="Hello", at=ago(days=29.9))
    assert sweep_all() == 1
    cases.reply(by=agent, number=number, body="Which version?", wait=True)
    assert period(number, "follow_up").missed
    assert period(number, "follow_up", 2).due is None
    sound()


def test_a_miss_of_an_earlier_period_does_not_stick_to_the_next(cast: Cast) -> None:
    number = late_case(cast)
    sweep_all()
    cases.reply(by=cast.actor("agent"), number=number, body="Here we are")
    assert (period(number).missed, period(number, "follow_up").missed) == (True, False)
    assert queries.counts(viewer=cast.viewer("agent"))["missed"] == 0


def test_time_05_one_bad_case_costs_itself_only_and_the_managers_hear_of_it_once(cast: Cast) -> None:
    bad = late_case(cast, hours=9)
    good = [late_case(cast, hours=h) for h in (8, 7, 6)]
    sql(
        "UPDATE cases_period p SET package_key = 'gone@1/x:y' FROM cases_case c WHERE c.id = p.case_id"
        " AND c.number = %s",
        bad,
    )
    for _ in range(2):
        sweep_all()
    assert [period(n).missed for n in good] == [True] * 3
    assert not period(bad).missed
    assert notices(cast, bad) == ["sweep_failed"]


def test_time_05_control_without_isolation_the_others_wait_behind_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = late_case(cast, hours=9), late_case(cast, hours=8)
    sql(
        "UPDATE cases_period p SET package_key = 'gone@1/x:y' FROM cases_case c WHERE c.id = p.case_id"
        " AND c.number = %s",
        bad,
    )
    monkeypatch.setattr("garant.cases.sweeping._one_by_one", lambda query, aside: (0, 0))
    sweep_all()
    assert not period(good).missed


def test_a_sweep_goes_on_until_nothing_is_left(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garant.cases.sweeping.BATCH", 2)
    for _ in range(5):
        late_case(cast)
    assert sweep_all() == 5
    assert Period.objects.filter(missed=True).count() == 5


def test_a_sweep_can_be_asked_to_stop(cast: Cast) -> None:
    late_case(cast)
    assert sweep_all(stop=lambda: True) == 0


def test_a_sweep_costs_statements_by_the_batch_and_an_idle_one_next_to_none(cast: Cast) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            sweep_all()
        return len([q for q in captured if "SAVEPOINT" not in q["sql"]])

    late_case(cast)
    one = statements()
    idle = statements()
    for _ in range(8):
        late_case(cast)
    assert statements() == one
    assert idle == 4  # for due, near, the next level and the unacknowledged: a search in a partial index each


def test_an_idle_sweep_reads_partial_indexes(cast: Cast) -> None:
    from garant.cases import sweeping

    searched = {
        sweeping._DUE: "period_due", sweeping._NEAR: "period_near", sweeping._STEP: "period_step",
        sweeping._UNANSWERED: "escalation_unanswered",
    }  # fmt: skip
    for query, index in searched.items():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {query}", [[], 10])
            assert index in "\n".join(row[0] for row in cursor.fetchall())


def test_clk_07_a_holiday_added_moves_what_runs_everywhere_and_says_so(cast: Cast) -> None:
    """Severity 2 counts Denver's hours; from now on Denver is closed for a year, then open as before."""
    from django.utils import timezone

    from garant.config.wiring import deliver_all

    number, round_the_clock = file(cast, severity="2").number, file(cast, severity="1").number
    before, other = period(number).due, period(round_the_clock).due
    close_denver(cast)
    deliver_all()
    after = period(number).due
    assert before is not None
    assert after is not None
    assert after > before + timedelta(days=5)
    assert period(round_the_clock).due == other
    (row,) = [r for r in queries.queue(viewer=cast.viewer("agent")).rows if r.number == number]
    view = case_of(cast, number)
    assert row.due == after == view.next_due == view.periods[0].due
    moved = [r.data for r in view.history if r.kind == "due_moved"]
    assert [(m["cause"], m["from"], m["to"]) for m in moved] == [("calendar", before.isoformat(), after.isoformat())]
    assert timezone.now() < after
    sound()


def test_a_sweeper_that_is_first_to_see_an_edit_counts_by_it(cast: Cast) -> None:
    """The stored due time has passed, but an edit before it moved it: nothing was missed."""
    number = file(cast, severity="2").number
    close_denver(cast)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0)")
    sql("UPDATE cases_period SET due = clock_timestamp() - interval '1 millisecond', near_at = NULL")
    assert sweep_all() == 0
    assert not period(number).missed
    assert "due_moved" in kinds(number)
    sound()
