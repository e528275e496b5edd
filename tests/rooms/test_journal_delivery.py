"""Delivery to handlers, and the hash chain."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from test_journal import STAFF, in_threads, write

from garant.journal import operations, operations_delivery, queries
from garant.journal.models import Entry, Notice, Seal, Undelivered, Unsealed
from garant.journal.views import EntryView


class Ear:
    """A handler that remembers what it heard, and fails for the entries named."""

    def __init__(self, *poison: int) -> None:
        self.heard: list[tuple[int, int]] = []
        self.poison = set(poison)

    def __call__(self, entry: EntryView) -> None:
        if entry.id in self.poison:
            raise ValueError(f"cannot read {entry.id}")
        self.heard.append((entry.subject[1], entry.sequence))


def let_time_pass(by: timedelta = timedelta(days=1)) -> None:
    """Move every waiting entry's next try into the past."""
    for row in Undelivered.objects.all():
        Undelivered.objects.filter(pk=row.pk).update(next_try=row.next_try - by)


@pytest.mark.django_db
def test_each_entry_reaches_each_handler_once_and_in_order() -> None:
    for subject in (1, 2, 1, 2, 1):
        write(subject)
    write(3, kind="nobody_listens")
    one, two = Ear(), Ear()
    assert operations.deliver({"thing_done": [one, two]}) == 6
    assert one.heard == two.heard
    assert [n for subject, n in one.heard if subject == 1] == [1, 2, 3]
    assert operations.deliver({"thing_done": [one, two]}) == 0
    assert not Undelivered.objects.exists()


@pytest.mark.django_db
def test_a_limit_leaves_the_rest_for_the_next_round() -> None:
    for subject in range(5):
        write(subject)
    ear = Ear()
    assert [operations.deliver({"thing_done": [ear]}, limit=2) for _ in range(4)] == [2, 2, 1, 0]


@pytest.mark.django_db
def test_TIME_05_a_poison_entry_is_put_back_and_others_go_on() -> None:
    poison = write(1)
    write(1)
    write(2)
    ear = Ear(poison.id)
    operations.deliver({"thing_done": [ear]})
    assert ear.heard == [(2, 1)], "the own subject waits, so that its order is kept; others go on"
    stuck = queries.stuck_entries(viewer=STAFF)
    assert [(s.entry.id, s.attempts, s.set_aside_at) for s in stuck] == [(poison.id, 1, None)]
    assert "cannot read" in stuck[0].problem
    operations.deliver({"thing_done": [ear]})
    assert queries.stuck_entries(viewer=STAFF)[0].attempts == 1, "it is not tried again before its time"


@pytest.mark.django_db
def test_TIME_05_after_the_last_try_it_is_set_aside_and_its_subject_goes_on() -> None:
    poison = write(1)
    write(1)
    ear = Ear(poison.id)
    for _ in range(len(operations_delivery.BACK_OFF) + 1):
        assert ear.heard == []
        operations.deliver({"thing_done": [ear]})
        let_time_pass()
    operations.deliver({"thing_done": [ear]})
    assert ear.heard == [(1, 2)]
    assert queries.stuck_entries(viewer=STAFF)[0].set_aside_at is not None
    ear.poison.clear()
    assert operations.try_again(entry_id=poison.id)
    assert operations.deliver({"thing_done": [ear]}) == 1
    assert ear.heard == [(1, 2), (1, 1)]
    assert not operations.try_again(entry_id=poison.id)


@pytest.mark.django_db
def test_the_delays_grow() -> None:
    assert list(operations_delivery.BACK_OFF) == sorted(operations_delivery.BACK_OFF)
    write(1)
    operations.deliver({"thing_done": [Ear(Entry.objects.get().pk)]})
    waits = Undelivered.objects.get().next_try - datetime.now(tz=UTC)
    assert timedelta(0) < waits <= timedelta(seconds=operations_delivery.BACK_OFF[0])


@pytest.mark.django_db
def test_what_a_failed_handler_wrote_is_undone() -> None:
    write(1)

    def writes_then_fails(entry: EntryView) -> None:
        operations.put_notice(
            once="x", kind="told", person_id=1, language="en", subject=entry.subject, subscriber_id=None, data={}
        )
        raise ValueError

    operations.deliver({"thing_done": [writes_then_fails]})
    assert not Notice.objects.exists()
    assert Undelivered.objects.get().attempts == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_in_a_handler_leaves_the_entry_for_the_next() -> None:
    with transaction.atomic():
        write(1)

    def dies(entry: EntryView) -> None:
        connection.connection.close()
        connection.cursor().execute("SELECT 1")

    with pytest.raises(Exception, match=r"closed|connection"):
        operations.deliver({"thing_done": [dies]})
    connection.close()
    assert Undelivered.objects.get().attempts == 0
    ear = Ear()
    assert operations.deliver({"thing_done": [ear]}) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_deliver_each_entry_once_and_keep_the_order() -> None:
    with transaction.atomic():
        for n in range(40):
            write(n % 4)
    lock, heard = threading.Lock(), []

    def ear(entry: EntryView) -> None:
        with lock:
            heard.append((entry.subject[1], entry.sequence))

    def work() -> None:
        for _ in range(60):
            operations.deliver({"thing_done": [ear]}, limit=5)

    assert in_threads(work, work) == []
    assert sorted(heard) == [(subject, n) for subject in range(4) for n in range(1, 11)]
    for subject in range(4):
        assert [n for s, n in heard if s == subject] == list(range(1, 11))


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_commits_late_is_delivered_and_sealed_all_the_same() -> None:
    """Never `id > last`: the first entry's id is lower, its commit comes later."""
    drawn, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            write(1)
            drawn.set()
            assert go_on.wait(20)

    def quick() -> None:
        assert drawn.wait(20)
        with transaction.atomic():
            write(2)
        ear = Ear()
        assert (operations.deliver({"thing_done": [ear]}), operations.seal()) == (1, 1)
        go_on.set()

    assert in_threads(slow, quick) == []
    ear = Ear()
    assert (operations.deliver({"thing_done": [ear]}), operations.seal()) == (1, 1)
    assert ear.heard == [(1, 1)]
    assert operations.verify_seals() == []


@contextmanager
def forger() -> Iterator[None]:
    """What only the tables' owner can do: put the triggers to sleep and edit."""
    tables = ("journal_entry", "journal_seal")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture
def sealed(db: None) -> list[EntryView]:
    """Seven entries in three seals."""
    written = [write(n % 2 + 1, share=0.25, word="é") for n in range(7)]
    assert [operations.seal(limit=3) for _ in range(4)] == [3, 3, 1, 0]
    return written


def test_an_untouched_chain_is_whole(sealed: list[EntryView]) -> None:
    assert operations.verify_seals() == []
    assert Seal.objects.count() == 3
    assert operations.newest_digest() == bytes(Seal.objects.latest("pk").digest).hex()
    assert not Unsealed.objects.exists()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("data", '{"share": 0.5, "word": "é"}'),
        ("at", "2026-03-02 15:00:00.000001+00"),
        ("recorded_at", "2026-03-02 15:00:00+00"),
        ("kind", "other"),
        ("actor_id", "3"),
        ("subscriber_id", "3"),
        ("subject_id", "99"),
        ("sequence", "99"),
    ],
)
def test_AUD_01_an_edited_entry_is_found(sealed: list[EntryView], column: str, value: str) -> None:
    with forger(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE journal_entry SET {column} = %s WHERE id = %s", [value, sealed[4].id])
    second = Seal.objects.order_by("pk")[1].pk
    assert ("edited", second) in {(p.kind, p.seal_id) for p in operations.verify_seals()}


def test_AUD_01_a_deleted_entry_is_found(sealed: list[EntryView]) -> None:
    with forger(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM journal_undelivered WHERE entry_id = %s", [sealed[2].id])
        cursor.execute("DELETE FROM journal_entry WHERE id = %s", [sealed[2].id])
    found = {(p.kind, p.entry_id, p.subject) for p in operations.verify_seals()}
    assert found == {("deleted", sealed[2].id, None), ("gap", None, ("case", 1))}


def test_AUD_01_a_seal_taken_out_breaks_the_chain(sealed: list[EntryView]) -> None:
    middle = Seal.objects.order_by("pk")[1]
    with forger(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM journal_seal WHERE id = %s", [middle.pk])
    kinds = [p.kind for p in operations.verify_seals()]
    assert kinds == ["chain", "unsealed", "unsealed", "unsealed"]


def test_AUD_01_an_entry_slipped_in_is_found(sealed: list[EntryView]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_entry (subject_kind, subject_id, sequence, kind, data, at, actor_kind)"
            " VALUES ('case', 1, 9, 'x', '{}', now(), 'system') RETURNING id"
        )
        slipped = cursor.fetchone()[0]
    found = {(p.kind, p.entry_id, p.subject) for p in operations.verify_seals()}
    assert found == {("unsealed", slipped, ("case", 1)), ("gap", None, ("case", 1))}


@pytest.mark.django_db(transaction=True)
def test_sealers_at_once_make_one_chain() -> None:
    with transaction.atomic():
        for n in range(30):
            write(n)

    def work() -> None:
        for _ in range(40):
            operations.seal(limit=2)

    assert in_threads(work, work, work) == []
    assert sum(len(seal.members) for seal in Seal.objects.all()) == 30
    assert operations.verify_seals() == []
