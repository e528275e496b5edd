"""Acts that meet: every outcome is one that some order of the two would give, and the journal says which."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from case_acts import HOUR, ago, close_denver, entries, file, kinds, late_case, period, sound
from crash import at_once
from django.db import connection, transaction
from rooms_cast import Cast

from garant.cases import acting, operations_links
from garant.cases import operations as cases
from garant.cases.models import Case, Message
from garant.cases.models_talk import CaseLink
from garant.cases.sweeping import sweep_all
from garant.contracts import queries as contracts
from garant.core.people import SYSTEM
from garant.core.refusals import Refusal
from garant.journal import queries as journal
from garant.journal.operations import database_now

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


def both_stored(number: int) -> None:
    """Two answers stand; the first one ended the initial period, the second one the follow-up between them."""
    answers = [e for e in entries(number) if e.kind == "response_given"]
    assert len(answers) == Message.objects.filter(case__number=number).count() == 2
    assert period(number).ended == min(e.at for e in answers)
    assert period(number, "follow_up").started == min(e.at for e in answers)
    assert period(number, "follow_up").ended == max(e.at for e in answers)


def answer_twice(cast: Cast, number: int) -> list[Any]:
    return at_once(
        *(
            lambda who=who: cases.reply(by=cast.actor(who), number=number, body=f"Hello from {who}")  # type: ignore[misc]
            for who in ("agent", "second_agent")
        )
    )


def test_race_06_two_agents_answer_at_once_and_both_are_stored(cast: Cast) -> None:
    for _ in range(8):
        number = file(cast).number
        results = answer_twice(cast, number)
        assert not [r for r in results if isinstance(r, Exception)]
        both_stored(number)
    sound()


def test_race_06_control_without_the_lock_one_answer_is_lost(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both read the case before either writes: the lock is what makes that impossible."""
    number = file(cast).number
    both, now = threading.Barrier(2), database_now

    def after_both_have_read() -> Any:
        at = now()
        both.wait(30)
        return at

    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **_: rows)
    monkeypatch.setattr(acting, "hold_calendars", after_both_have_read)
    results = answer_twice(cast, number)
    assert [type(r).__name__ for r in results if isinstance(r, Exception)] == ["IntegrityError"]


def met_or_missed(cast: Cast, number: int) -> None:
    """The answer's place in the journal, its instant, the row, the escalation and the notice tell one story."""
    row, found = period(number), kinds(number)
    assert row.ended is not None
    assert row.due is not None
    late = row.ended > row.due
    assert row.missed is late
    assert found.count("target_missed") == int(late)
    if late:
        assert found.index("target_missed") < found.index("response_given")
    assert row.escalations.filter(trigger="missed").count() == int(late)
    told = [
        n
        for n in journal.notices(viewer=cast.viewer("manager"), limit=200).rows
        if n.data["number"] == number and n.kind == "target_missed"
    ]
    assert len(told) == int(late)


def test_race_07_an_answer_that_meets_the_deadline_is_met_or_missed_never_both(cast: Cast) -> None:
    meet_the_deadline(cast, 16)


@pytest.mark.long
def test_race_07_a_thousand_answers_that_meet_the_deadline(cast: Cast) -> None:
    meet_the_deadline(cast, 1_000)


def meet_the_deadline(cast: Cast, trials: int) -> None:
    """Trials spread over fifty milliseconds around the due instant; a sweeper runs until the period is settled."""
    for trial in range(trials):
        number = file(cast, at=database_now() - 4 * HOUR + timedelta(milliseconds=5 + 3 * (trial % 16))).number

        def sweep_until_settled(number: int = number) -> None:
            while period(number).ended is None:
                sweep_all()

        def answer(number: int = number, patience: int = trial % 5) -> None:
            for _ in range(patience):
                database_now()
            cases.reply(by=cast.actor("agent"), number=number, body="Hello")

        results = at_once(sweep_until_settled, answer)
        assert not [r for r in results if isinstance(r, Exception)]
        met_or_missed(cast, number)
    sound()


def test_race_07_control_an_instant_read_before_the_lock_gives_both(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = late_case(cast)
    due = period(number).due
    assert due is not None
    sweep_all()
    monkeypatch.setattr(acting, "instant_of", lambda at, now, seen: due)
    cases.reply(by=cast.actor("agent"), number=number, body="Hello")
    with pytest.raises(AssertionError):
        met_or_missed(cast, number)


def test_race_08_a_raised_severity_and_the_sweeper_leave_one_deadline(cast: Cast) -> None:
    """Severity 2 turns 1 while sweepers run: the new due time holds, and no old one is told."""
    for _ in range(5):
        number = file(cast, severity="2", at=ago(seconds=1)).number
        results = at_once(
            lambda number=number: cases.raise_severity(  # type: ignore[misc]
                by=cast.actor("contact_gold"), number=number, severity="1", reason="Worse"
            ),
            sweep_all,
            sweep_all,
        )
        assert not [r for r in results if isinstance(r, Exception)]
        sweep_all()
        changed = [e for e in entries(number) if e.kind == "severity_changed"]
        assert len(changed) == 1
        due = period(number).due
        assert due is not None
        assert due <= changed[0].at + 4 * HOUR
        assert "target_missed" not in kinds(number)
    sound()


def one_deadline(number: int) -> None:
    """Either the miss came first, and stays with the old due time, or the change did, and no old time is told."""
    row, found = period(number), entries(number)
    kinds_ = [e.kind for e in found]
    assert kinds_.count("severity_changed") == 1
    change = found[kinds_.index("severity_changed")]
    missed = kinds_.count("target_missed")
    assert missed == int(row.missed) == row.escalations.filter(trigger="missed", level=1).count()
    assert row.due is not None
    if missed:
        assert kinds_.index("target_missed") < kinds_.index("severity_changed")
        assert row.due < change.at  # a period already past its due keeps it
    else:
        assert row.due >= row.started + 8 * HOUR  # severity 2: eight business hours are never less


def test_race_08_a_severity_lowered_at_the_due_instant_leaves_one_deadline(cast: Cast) -> None:
    """The sweeper picks the case while the contact changes it: the miss comes first and stays, or no old time is told.

    Severity 1 runs round the clock, so the trials fall due now on every day of the year.
    """
    seen = set()
    for trial in range(14):
        number = file(cast, at=database_now() - 4 * HOUR + timedelta(milliseconds=10 + 4 * trial)).number

        def change(number: int = number, patience: int = trial % 6) -> None:
            for _ in range(patience):
                database_now()
            cases.change_severity(by=cast.actor("contact_gold"), number=number, severity="2", reason="Calmer")

        def sweep() -> None:
            for _ in range(4):
                sweep_all()

        results = at_once(change, sweep, sweep)
        assert not [r for r in results if isinstance(r, Exception)]
        sweep_all()
        one_deadline(number)
        seen.add(period(number).missed)
    assert True in seen
    sound()


def crossed(cast: Cast) -> tuple[list[Any], int, int]:
    """Two agents merge two cases into each other at once."""
    a, b = file(cast).number, file(cast).number
    cases.add_note(by=cast.actor("agent"), number=a, body="Of A")
    cases.add_note(by=cast.actor("agent"), number=b, body="Of B")
    results = at_once(
        lambda: cases.merge_case(by=cast.actor("agent"), number=a, into=b),
        lambda: cases.merge_case(by=cast.actor("second_agent"), number=b, into=a),
    )
    return results, a, b


def one_merge(results: list[Any], *numbers: int) -> None:
    """One merge stands, the other was refused; no circle, and each comment is there once."""
    refused = [r for r in results if isinstance(r, Exception)]
    assert [type(r) for r in refused] == [Refusal]
    assert refused[0].code in ("merged", "not_in_this_state")
    assert sorted(Case.objects.filter(number__in=numbers).values_list("state", flat=True)) == ["merged", "open"]
    assert CaseLink.objects.filter(case__number__in=numbers, kind="merged_into").count() == 1
    bodies = Message.objects.filter(case__number__in=numbers).values_list("body", flat=True)
    assert sorted(bodies) == ["Of A", "Of B"]


def test_race_13_two_merges_in_opposite_directions_leave_one(cast: Cast) -> None:
    for _ in range(8):
        results, a, b = crossed(cast)
        one_merge(results, a, b)
    sound()


def test_race_13_control_without_the_locks_each_takes_the_other(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have looked at both cases before either writes: locks, in one order, are what makes that impossible."""
    both, surviving = threading.Barrier(2), operations_links._surviving

    def after_both_have_looked(act: Any, into: int) -> Any:
        found = surviving(act, into)
        both.wait(30)
        return found

    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **_: rows)
    monkeypatch.setattr(operations_links, "_surviving", after_both_have_looked)
    results, a, b = crossed(cast)
    with pytest.raises(AssertionError):
        one_merge(results, a, b)


def test_race_12_an_upgrade_mid_case_and_an_answer_follow_the_law_in_journal_order(cast: Cast) -> None:
    """Silver's six hours, then platinum's two: the running period takes the earlier of both."""
    platinum = contracts.package_key("reference", "platinum", "default")
    for _ in range(5):
        number = file(cast, "silver").number
        at_once(
            lambda number=number: cases.change_package(  # type: ignore[misc]
                by=SYSTEM, number=number, package_key=platinum, cause="upgrade"
            ),
            lambda number=number: cases.add_customer_message(  # type: ignore[misc]
                by=cast.actor("contact_silver"), number=number, body="Any news?"
            ),
            lambda number=number: cases.change_package(  # type: ignore[misc]
                by=SYSTEM, number=number, package_key=platinum, cause="upgrade"
            ),
        )
        (change,) = [e for e in entries(number) if e.kind == "package_changed"]
        row = period(number)
        assert row.due == min(row.started + 6 * HOUR, change.at + 2 * HOUR)
    sound()


def edit_while_answering(cast: Cast, number: int) -> None:
    """A calendar's edit becomes known, an answer comes, the edit is committed."""
    answer = threading.Thread(
        target=lambda: at_once(lambda: cases.reply(by=cast.actor("agent"), number=number, body="Hello"))
    )
    with transaction.atomic():
        close_denver(cast)
        answer.start()
        with connection.cursor() as cursor:
            waiting = 0
            while answer.is_alive() and not waiting:
                cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                waiting = cursor.fetchone()[0]
    answer.join()


def test_an_answer_never_counts_by_hours_that_an_edit_had_ended(cast: Cast) -> None:
    number = file(cast, severity="2").number
    edit_while_answering(cast, number)
    due, started = period(number, "follow_up").due, period(number, "follow_up").started
    assert due is not None
    assert due > started + timedelta(days=9)
    sound()


def test_control_without_the_hold_a_replay_counts_by_other_hours(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    number = file(cast, severity="2").number
    monkeypatch.setattr(acting, "hold_calendars", database_now)
    edit_while_answering(cast, number)
    with pytest.raises(AssertionError):
        sound()


def test_idem_03_twenty_at_once_with_one_key_file_one_case(cast: Cast) -> None:
    results = at_once(*([lambda: file(cast, once="storm")] * 20))
    assert len({r.number for r in results}) == 1
    assert Case.objects.count() == 1
    assert len(journal.notices(viewer=cast.viewer("contact_gold")).rows) == 1
    sound()


def test_idem_03_control_without_a_key_each_files_its_own(cast: Cast) -> None:
    results = at_once(*([lambda: file(cast)] * 3))
    assert len({r.number for r in results}) == Case.objects.count() == 3


def test_idem_01_a_storm_of_retries_answers_once_and_a_changed_body_is_refused(cast: Cast) -> None:
    number = file(cast).number

    def send(body: str) -> object:
        return cases.reply(by=cast.actor("agent"), number=number, body=body, once="retry")

    first = send("Hello")
    results = at_once(*[lambda body=body: send(body) for body in ["Hello"] * 5 + ["Hello!"] * 3])  # type: ignore[misc]
    assert results[:5] == [first] * 5
    assert [type(r) for r in results[5:]] == [Refusal] * 3
    assert kinds(number) == ["case_opened", "response_given"]
    assert Message.objects.count() == 1


def test_aud_05_many_writers_leave_a_sequence_without_gaps_in_order_of_time(cast: Cast) -> None:
    number = file(cast).number
    for _ in range(3):
        results = at_once(
            lambda: cases.reply(by=cast.actor("agent"), number=number, body="One"),
            lambda: cases.add_note(by=cast.actor("second_agent"), number=number, body="Two"),
            lambda: cases.add_customer_message(by=cast.actor("contact_gold"), number=number, body="Three"),
            lambda: cases.assign(by=cast.actor("manager"), number=number, assignee_id=cast.people["agent"]),
        )
        assert not [r for r in results if isinstance(r, Exception)]
    written = entries(number)
    assert [e.sequence for e in written] == list(range(1, len(written) + 1))
    assert [e.at for e in written] == sorted(e.at for e in written)
    sound()


def answer_having_read(cast: Cast, number: int, seen: int) -> list[Any]:
    return at_once(
        *(
            lambda who=who: cases.reply(by=cast.actor(who), number=number, body=who, seen=seen)  # type: ignore[misc]
            for who in ("agent", "second_agent")
        )
    )


def test_of_two_who_answer_at_once_having_read_the_same_one_reads_the_other_first(cast: Cast) -> None:
    """Whichever order the lock gives: one is sent, the other is refused and then sent knowingly; nothing is lost."""
    for _ in range(4):
        number = file(cast).number
        results = answer_having_read(cast, number, 0)
        refused = [r for r in results if isinstance(r, Exception)]
        assert [r.code for r in refused if isinstance(r, Refusal)] == ["said_meanwhile"]
        sent = Message.objects.get(case__number=number)
        other = "agent" if sent.body == "second_agent" else "second_agent"
        cases.reply(by=cast.actor(other), number=number, body=other, seen=sent.pk)
        both_stored(number)
    sound()


def test_what_is_told_of_a_call_moves_no_clock_and_the_journal_holds(cast: Cast) -> None:
    number, earlier = file(cast).number, ago(hours=2)
    call = {"direction": "in", "caller": "Per \u202eHalden", "called_at": earlier}
    done = cases.log_call(by=cast.actor("agent"), number=number, body="Talked.", **call)  # type: ignore[arg-type]
    assert period(number).ended == done.at > earlier
    said = entries(number)[-1].data["call"]
    assert said == {"direction": "in", "caller": "Per Halden", "called_at": earlier.isoformat()}
    for odd, code in (({"direction": "up"}, "direction_unknown"), ({"called_at": ago(hours=-1)}, "call_ahead")):
        with pytest.raises(Refusal) as refused:
            cases.log_call(by=cast.actor("agent"), number=number, body="x", **odd)  # type: ignore[arg-type]
        assert refused.value.code == code
    sound()
