"""`garant journal verify`: silent over what the operations wrote, and loud about everything else."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from case_acts import ago, file, late_case, sound, sql
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rooms_cast import Cast
from standing_cast import owes, reinstate, suspend
from typer.testing import CliRunner, Result

from garant.cases import operations as cases
from garant.cases.models import Case, Message, Period
from garant.cases.queries import Difference, Verification, verify
from garant.cases.sweeping import sweep_all
from garant.cli.journal import app
from garant.journal.operations import seal

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def command(*arguments: str) -> Result:
    """Run `garant journal` in this process, on the test's database."""
    return CliRunner().invoke(app, list(arguments))


def busy(cast: Cast) -> int:
    """A desk on which a bit of everything happened; returns a case that was missed, answered and waits."""
    agent, contact = cast.actor("agent"), cast.actor("contact_gold")
    late = late_case(cast)
    file(cast, "bronze")
    file(cast, at=ago(hours=3.5))
    sweep_all()
    cases.reply(by=agent, number=late, body="Which version?", wait=True)
    again = file(cast, severity="3").number
    cases.raise_severity(by=contact, number=again, severity="2", reason="Worse")
    cases.assign(by=agent, number=again, assignee_id=cast.people["agent"])
    cases.add_note(by=agent, number=again, body="Hm")
    cases.resolve(by=agent, number=again, body="Fixed")
    cases.close(by=agent, number=again)
    cases.reopen(by=contact, number=again, reason="No")
    file(cast, "silver")
    owes(cast, "silver")
    for decide in (suspend, reinstate, suspend):
        decide(cast, "silver")
    merged = file(cast).number
    cases.merge_case(by=agent, number=merged, into=again)
    return late


def test_an_empty_desk_is_sound(db: None) -> None:
    result = command("verify", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (
        0,
        {"cases": 0, "periods": 0, "entries": 0, "differences": []},
    )
    assert command("verify").stdout == "0 cases, 0 periods, 0 entries: 0 differences\n"


def test_whatever_the_operations_wrote_is_sound(cast: Cast) -> None:
    busy(cast)
    while seal():
        pass
    result = command("verify", "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["differences"]) == (0, [])
    assert found["cases"] == Case.objects.count() == 6
    assert found["periods"] == Period.objects.count()


#: A stray edit -> the period and the fields that the verification names. %s is the case's number.
OF_CASE = "FROM cases_case c WHERE c.id = x.case_id AND c.number = %s"
EDITS: dict[str, tuple[str, str | None, set[str]]] = {
    "due": (f"UPDATE cases_period x SET due = due + interval '1 hour' {OF_CASE}", "initial_response 1", {"due"}),
    "started": (f"UPDATE cases_period x SET started = started - interval '1 us' {OF_CASE}", None, {"started"}),
    "near": (f"UPDATE cases_period x SET near_at = NULL {OF_CASE} AND metric = 'initial_response'", None, {"near_at"}),
    "missed": (f"UPDATE cases_period x SET missed = NOT missed {OF_CASE}", None, {"missed"}),
    "recorded": (
        f"UPDATE cases_period x SET missed_recorded_at = NULL {OF_CASE}",
        "initial_response 1",
        {"missed_recorded_at"},
    ),
    "ended": (
        f"UPDATE cases_period x SET ended = now() {OF_CASE} AND metric = 'initial_response'",
        "initial_response 1",
        {"ended"},
    ),
    "how": (f"UPDATE cases_period x SET how = 'response' {OF_CASE} AND waiting", "follow_up 1", {"how"}),
    "waiting": (f"UPDATE cases_period x SET waiting = false {OF_CASE} AND waiting", "follow_up 1", {"waiting"}),
    "paused": (f"UPDATE cases_period x SET paused = true {OF_CASE}", None, {"paused"}),
    "rule": (f"UPDATE cases_period x SET rule = '{{}}' {OF_CASE}", None, {"rule"}),
    "period's severity": (f"UPDATE cases_period x SET severity = '3' {OF_CASE}", None, {"severity"}),
    "deleted period": (
        "DELETE FROM cases_period x USING cases_case c WHERE c.id = x.case_id AND c.number = %s"
        " AND metric = 'follow_up'",
        "follow_up 1",
        {"period"},
    ),
    "extra period": (
        "INSERT INTO cases_period (case_id, subscriber_id, metric, number, started, how, missed, waiting, paused,"
        " severity, package_key) SELECT c.id, c.subscriber_id, 'follow_up', 9, now(), 'running', false, false, false,"
        " '1', '' FROM cases_case c WHERE c.number = %s",
        "follow_up 9",
        {"period"},
    ),
    "state": ("UPDATE cases_case SET state = 'open' WHERE number = %s", None, {"state"}),
    "severity": ("UPDATE cases_case SET severity = '3' WHERE number = %s", None, {"severity"}),
    "next due": ("UPDATE cases_case SET next_due = now() WHERE number = %s", None, {"next_due"}),
    "next near": ("UPDATE cases_case SET next_near = now() WHERE number = %s", None, {"next_near"}),
    "package": ("UPDATE cases_case SET package_key = 'x' WHERE number = %s", None, {"package_key"}),
    "held": ("UPDATE cases_case SET held_reason = 'sender' WHERE number = %s", None, {"held_reason"}),
    "closed": ("UPDATE cases_case SET closed_at = now() WHERE number = %s", None, {"closed_at"}),
    "assignee": ("UPDATE cases_case SET assignee_id = opened_by_id WHERE number = %s", None, {"assignee_id"}),
    "receipt": ("UPDATE cases_case SET received_at = now() WHERE number = %s", None, {"received_at"}),
    "number": ("UPDATE cases_case SET number = 7 WHERE number = %s", None, {"number"}),
    "subject": ("UPDATE cases_case SET subject = 'All is well' WHERE number = %s", None, {"text"}),
    "message": (f"UPDATE cases_message x SET body = 'Never said' {OF_CASE}", None, {"message"}),
    "escalation": (
        "DELETE FROM cases_escalation x USING cases_case c WHERE c.id = x.case_id AND c.number = %s"
        " AND trigger = 'missed'",
        "initial_response 1",
        {"escalation"},
    ),
    "escalation's instant": (
        f"UPDATE cases_escalation x SET at = now() {OF_CASE} AND trigger = 'missed'",
        "initial_response 1",
        {"escalation"},
    ),
}


def test_each_stray_edit_is_found_and_named(cast: Cast) -> None:
    """One desk for all of them: each edit is undone before the next."""
    number = busy(cast)
    for name, (statement, period, fields) in EDITS.items():
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT edit")
            cursor.execute(statement, [number])
            assert cursor.rowcount > 0, name
            found = verify().differences
            cursor.execute("ROLLBACK TO SAVEPOINT edit")
        expected_case = 7 if name == "number" else number
        assert {d.case for d in found} == {expected_case}, name
        assert {d.field.split(" ")[0] for d in found} == fields, name
        if period is not None:
            assert period in {d.period for d in found}, name
    sound()


def test_the_command_names_the_edit_and_ends_with_1(cast: Cast) -> None:
    number = late_case(cast)
    row = Period.objects.get()
    assert row.due is not None
    sql("UPDATE cases_period SET due = due + interval '1 hour'")
    result = command("verify", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["differences"] == [
        {
            "case": number,
            "period": "initial_response 1",
            "field": "due",
            "stored": (row.due + timedelta(hours=1)).isoformat(),
            "replayed": row.due.isoformat(),
        }
    ]
    lines = command("verify").stdout.splitlines()
    assert lines[0].startswith(f"case {number}, initial_response 1: due: stored ")
    assert lines[1].endswith(": 1 difference")


def test_a_deleted_case_is_found_by_its_journal(cast: Cast) -> None:
    number = file(cast, "bronze").number
    sql("DELETE FROM cases_case WHERE number = %s", number)
    assert verify().differences == (Difference(number, None, "case", None, number),)


def test_a_case_without_a_journal_is_found(cast: Cast) -> None:
    number = file(cast, "bronze").number
    row = Case.objects.get(number=number)
    row.pk, row.number = None, 12345678
    row.save()
    assert verify().differences == (Difference(12345678, None, "case", 12345678, None),)


def test_a_message_that_nobody_said_is_found(cast: Cast) -> None:
    number = file(cast).number
    case = Case.objects.get(number=number)
    extra = Message.objects.create(
        case=case, subscriber_id=case.subscriber_id, kind="public", by_vendor=True, body="Granted", at=ago()
    )
    (found,) = verify().differences
    assert (found.field, found.replayed) == (f"message {extra.pk}", None)


def test_aud_01_an_edited_journal_is_refused_by_the_database_and_found_by_the_seal(cast: Cast) -> None:
    from django.db import DatabaseError, transaction

    number = late_case(cast)
    sweep_all()
    while seal():
        pass
    edit = "UPDATE journal_entry SET data = jsonb_set(data, '{severity}', '\"3\"') WHERE kind = 'case_opened'"
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(edit)
    sound()
    sql("ALTER TABLE journal_entry DISABLE TRIGGER USER")
    sql(edit)
    found = verify().differences
    assert "seal" in {d.field for d in found}
    # What the edit pretends is not what is stored either.
    assert (number, "severity") in {(d.case, d.field) for d in found}


def test_data_that_no_rule_can_read_stops_at_its_case(cast: Cast) -> None:
    bad, edited = file(cast).number, file(cast).number
    sql("ALTER TABLE journal_entry DISABLE TRIGGER USER")
    sql("UPDATE journal_entry SET data = data - 'severity' WHERE data->>'number' = %s", str(bad))
    sql("UPDATE cases_period x SET due = now() FROM cases_case c WHERE c.id = x.case_id AND c.number = %s", edited)
    found = {(d.case, d.field) for d in verify().differences if d.case is not None}
    assert found == {(bad, "journal"), (edited, "due")}


def test_a_whole_desk_is_read_in_batches(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The statements grow with the batches, not with the cases; nothing between two batches is lost."""

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            sound()
        return len(captured)

    for _ in range(3):
        late_case(cast)
    sweep_all()
    few = statements()
    for _ in range(6):
        late_case(cast)
    sweep_all()
    assert statements() == few
    monkeypatch.setattr("garant.cases.verification.BATCH", 2)
    run = Verification()
    assert list(run.run()) == []
    assert (run.cases, run.periods) == (9, 9)


@pytest.mark.django_db(transaction=True)
def test_the_verification_reads_one_snapshot_and_writes_nothing(cast: Cast) -> None:
    from django.db import InternalError

    from garant.cases import verification

    number = file(cast).number
    with verification._snapshot(), pytest.raises(InternalError, match="read-only"):
        cases.reply(by=cast.actor("agent"), number=number, body="Hello")
    sound()
