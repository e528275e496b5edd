"""Abuse of the record: rewriting the journal with the product's own password, acting in another's name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from case_acts import ago, entries, file, late_case, sound, sql
from django.db import connection
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases.models import Case
from garant.cases.queries import verify
from garant.cases.sweeping import sweep_all
from garant.contracts import operations_ledger as ledger
from garant.core.people import SYSTEM
from garant.core.refusals import Refusal
from garant.journal.operations import seal

pytestmark = [pytest.mark.database, pytest.mark.django_db]

#: Tables that are only ever added to.
RECORDS = (
    "journal_entry", "journal_seal", "contracts_ledgerentry", "contracts_obligationfact", "contracts_standingdecision",
    "contracts_calendarversion", "contracts_programmeversion",
)  # fmt: skip


@pytest.fixture
def app(cast: Cast, pg: Any) -> Iterator[psycopg.Connection]:
    """A connection of the role that the web and the sweeper use, to a desk with something in every record."""
    late_case(cast)
    sweep_all()
    seal()
    ledger.use(by=SYSTEM, contract_id=cast.contracts["gold"].id, ledger="services_days", amount=1, booking="x")
    with connection.cursor() as cursor:
        cursor.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO garant_app")
    parts = psycopg.conninfo.conninfo_to_dict(pg.app_url)
    with psycopg.connect(**{**parts, "dbname": connection.settings_dict["NAME"]}, autocommit=True) as opened:
        yield opened


@pytest.mark.django_db(transaction=True)
def test_AUD_01_the_desks_own_role_rewrites_no_record(app: psycopg.Connection) -> None:
    """Changing, deleting, emptying, or taking the guard away first: all refused, and nothing is different."""
    before = digests()
    attempts = ("UPDATE {} SET id = id + 1000", "DELETE FROM {}", "TRUNCATE {} CASCADE", "DROP TABLE {} CASCADE",
                "ALTER TABLE {} DISABLE TRIGGER USER", "ALTER TABLE {} DISABLE TRIGGER ALL",
                "DROP TRIGGER {0}_append_only ON {0}",
                "CREATE RULE r AS ON INSERT TO {} DO INSTEAD NOTHING", "ALTER TABLE {} RENAME TO gone")  # fmt: skip
    got_through = []
    for table in RECORDS:
        for attempt in attempts:
            try:
                done = app.execute(attempt.format(table))
            except psycopg.Error:
                continue
            if done.rowcount != 0:  # rows that this role doesn't even see are safe too
                got_through.append(attempt.format(table))
    assert got_through == []
    assert digests() == before
    for attempt in (
        "SET session_replication_role = replica",
        "SET ROLE garant_owner",
        "RESET SESSION AUTHORIZATION; SET ROLE postgres",
    ):
        with pytest.raises(psycopg.Error):
            app.execute(attempt)
    sound()


def digests() -> dict[str, str]:
    found = {}
    with connection.cursor() as cursor:
        for table in RECORDS:
            cursor.execute(f"SELECT count(*) || md5(coalesce(string_agg(t::text, '|' ORDER BY id), '')) FROM {table} t")
            found[table] = cursor.fetchone()[0]
    assert all(not value.startswith("0") or "fact" in name or "decision" in name for name, value in found.items())
    return found


@pytest.mark.django_db(transaction=True)
def test_AUD_01_control_the_owner_without_the_guard_does_and_the_seals_show_it(cast: Cast) -> None:
    """Negative control: only whoever owns the tables gets past the guard, and what they changed is found."""
    number = late_case(cast)
    while seal():
        pass
    sql("ALTER TABLE journal_entry DISABLE TRIGGER USER")
    try:
        sql("UPDATE journal_entry SET actor_id = 1 WHERE data->>'number' = %s", str(number))
    finally:
        sql("ALTER TABLE journal_entry ENABLE TRIGGER USER")
    assert "seal" in {d.field for d in verify().differences}


def test_AUD_01_a_text_edited_afterwards_is_found(cast: Cast) -> None:
    """What somebody wrote stands outside the journal; its digest stands inside."""
    number = file(cast).number
    cases.reply(by=cast.actor("agent"), number=number, body="We will credit you 10%.")
    sound()
    sql("UPDATE cases_message SET body = 'We will credit you nothing.'")
    assert [d.case for d in verify().differences] == [number]
    sql("UPDATE cases_message SET body = 'We will credit you 10%%.'")
    sound()
    sql("UPDATE cases_case SET description = 'Something smaller' WHERE number = %s", number)
    assert [d.case for d in verify().differences] == [number]


def test_AUD_01_an_instant_edited_afterwards_is_found(cast: Cast) -> None:
    """A miss that is made a hit in the tables that pages read."""
    number = late_case(cast)
    sweep_all()
    sql("UPDATE cases_period SET due = due + interval '1 day', missed = false")
    assert number in {d.case for d in verify().differences}


def test_AUD_03_staff_who_file_for_a_caller_stand_beside_the_caller(cast: Cast) -> None:
    """Nobody becomes somebody else: who called and who typed are both in the record."""
    number = file(cast, by=cast.actor("agent"), channel="phone").number
    opened = entries(number)[0]
    assert (opened.by.id, opened.data["contact"]) == (cast.people["agent"], cast.people["contact_gold"])
    assert opened.data["channel"] == "phone"


def test_AUD_03_what_needs_the_customers_consent_staff_cannot_give(cast: Cast) -> None:
    """Not even somebody of the staff who is entered as a contact too, and not the contact's own advisor."""
    from garant.directory import operations as directory

    number = file(cast).number
    directory.give_role(
        by=SYSTEM, person_id=cast.people["second_agent"], role="contact", subscriber_id=cast.subscribers["gold"]
    )
    cases.propose_severity(by=cast.actor("agent"), number=number, severity="3", reason="Looks small.")
    for who in ("agent", "second_agent", "manager"):
        with pytest.raises(Refusal):
            cases.accept_severity(by=cast.actor(who), number=number)
        with pytest.raises(Refusal):
            cases.reject_severity(by=cast.actor(who), number=number, reason="No")
    with pytest.raises(Refusal) as refused:
        cases.propose_severity(
            by=cast.actor("agent"), number=number, severity="3", reason="She said so.",
            asked_by=cast.people["second_agent"],
        )  # fmt: skip
    assert refused.value.code in ("not_authorized_contact", "already_proposed")
    cases.resolve(by=cast.actor("agent"), number=number, body="Done.")
    for who in ("agent", "second_agent", "manager"):
        with pytest.raises(Refusal):
            cases.confirm_resolution(by=cast.actor(who), number=number)
        with pytest.raises(Refusal):
            cases.rate_case(by=cast.actor(who), number=number, score=5)
    assert Case.objects.get(number=number).severity == "1"


def test_AUD_05_an_entry_made_to_come_before_is_refused(cast: Cast) -> None:
    """An act with an instant before what the case has seen, or ahead of now, is refused."""
    number = file(cast, at=ago(hours=2)).number
    cases.reply(by=cast.actor("agent"), number=number, body="Hello", at=ago(hours=1))
    for at, code in ((ago(hours=1.5), "instant_behind"), (ago(hours=-1), "instant_ahead")):
        with pytest.raises(Refusal) as refused:
            cases.reply(by=cast.actor("agent"), number=number, body="Earlier", at=at)
        assert refused.value.code == code
    numbers = [entry.sequence for entry in entries(number)]
    assert numbers == list(range(1, len(numbers) + 1))
