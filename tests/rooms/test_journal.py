"""Entries, their order, idempotency keys and notices."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import Error, IntegrityError, connection, transaction

from garant.core.people import NOBODY, SYSTEM, Actor, Viewer
from garant.core.refusals import NotFound, Refusal
from garant.journal import operations, queries
from garant.journal.models import Entry, Notice, OnceKey
from garant.journal.views import EntryView, NewEntry

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
STAFF = Viewer(person_id=1, staff_roles=frozenset({"agent"}))


def write(subject: int = 1, kind: str = "thing_done", subscriber_id: int | None = None, **data: object) -> EntryView:
    return operations.append(
        subject=("case", subject), kind=kind, data=data, by=SYSTEM, at=AT, subscriber_id=subscriber_id
    )


def in_threads(*tasks: Callable[[], object]) -> list[BaseException]:
    """Run tasks at the same time on connections of their own; what they raised."""
    raised: list[BaseException] = []

    def run(task: Callable[[], object]) -> None:
        try:
            task()
        except BaseException as problem:
            raised.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads), "a task hangs"
    return raised


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["journal_entry", "journal_seal"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id + 1", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_AUD_01_nobody_rewrites_the_journal_by_sql(table: str, statement: str) -> None:
    write()
    operations.seal()
    # What deferred checks are owed is asked first: PostgreSQL truncates no table with checks pending.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(Error, match=f"{table} is append-only: .* refused; write a new entry"), transaction.atomic():
            cursor.execute(statement.format(table))
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_AUD_05_numbers_have_no_gap_also_after_a_rollback() -> None:
    write()
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert (write().sequence, write(subject=2).sequence, write().sequence) == (2, 1, 3)
    assert [entry.sequence for entry in queries.entries_of(("case", 1))] == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_AUD_05_writers_at_once_draw_every_number_once() -> None:
    def work() -> None:
        for _ in range(10):
            with transaction.atomic():
                write()
                write(subject=2)

    assert in_threads(work, work, work, work) == []
    for subject in (1, 2):
        assert [entry.sequence for entry in queries.entries_of(("case", subject))] == list(range(1, 41))


@pytest.mark.django_db(transaction=True)
def test_without_the_subject_lock_writers_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the test before: this is what the lock prevents."""
    monkeypatch.setattr(operations, "lock_subjects", lambda subjects: None)
    gate = threading.Barrier(2, timeout=20)

    def work() -> None:
        with transaction.atomic():
            gate.wait()
            write()
            connection.cursor().execute("SELECT pg_sleep(0.5)")

    raised = in_threads(work, work)
    assert [type(problem) for problem in raised] == [IntegrityError]


@pytest.mark.django_db
def test_a_batch_is_numbered_in_its_order_and_queued() -> None:
    entries = [
        NewEntry(("case", subject), kind, {"n": 1.5}, Actor("person", 7), AT, 3)
        for subject, kind in ((1, "a"), (2, "b"), (1, "c"), (1, "d"))
    ]
    views = operations.append_all(entries)
    assert [(v.subject[1], v.sequence, v.kind) for v in views] == [(1, 1, "a"), (2, 1, "b"), (1, 2, "c"), (1, 3, "d")]
    stored = queries.entries_of(("case", 1))
    assert stored == [view for view in views if view.subject == ("case", 1)]
    with connection.cursor() as cursor:
        for queue in ("journal_undelivered", "journal_unsealed"):
            cursor.execute(f"SELECT count(*) FROM {queue}")
            assert cursor.fetchone() == (4,)
    assert operations.append_all([]) == []


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        write()
    assert not Entry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [{"at": datetime(2026, 3, 2, 15)}, {"data": {"at": AT}}, {"data": {"share": float("nan")}}]
)
def test_an_entry_holds_plain_data_and_aware_instants(wrong: dict[str, object]) -> None:
    fields: dict[str, object] = {"data": {}, "at": AT, **wrong}
    with pytest.raises((ValueError, TypeError)):
        operations.append(subject=("case", 1), kind="x", by=SYSTEM, subscriber_id=None, **fields)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_history_shows_staff_everything_and_others_their_own() -> None:
    write(subscriber_id=5)
    write(subscriber_id=5, kind="note_added")
    inside = Viewer(person_id=9, subscriber_roles={5: frozenset({"contact"})})
    outside = Viewer(person_id=8, subscriber_roles={6: frozenset({"contact"})})

    def kinds(viewer: Viewer, **more: frozenset[str]) -> list[str]:
        return [entry.kind for entry in queries.history(viewer=viewer, subject=("case", 1), **more)]

    assert kinds(STAFF) == ["thing_done", "note_added"]
    assert kinds(inside, leave_out=frozenset({"note_added"})) == ["thing_done"]
    assert kinds(outside) == kinds(NOBODY) == []


def act(key: str | None = "k", effect: str = "made", scope: str = "person:1/act", **body: object) -> object:
    """An act that writes one entry under an idempotency key; returns what its caller is answered."""
    with operations.once(scope=scope, key=key, body=body) as attempt:
        if attempt.result is not None:
            return attempt.result["effect"]
        write(kind=effect)
        attempt.keep({"effect": effect})
        return effect


@pytest.mark.django_db
def test_IDEM_01_the_same_key_gives_the_same_answer_and_one_effect() -> None:
    assert {act(effect=f"effect_{n}", subject="x") for n in range(10)} == {"effect_0"}
    assert Entry.objects.count() == 1


@pytest.mark.django_db
def test_IDEM_08_a_failed_act_leaves_no_key_behind() -> None:
    def fails() -> None:
        with operations.once(scope="person:1/act", key="k", body={}):
            write()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert (OnceKey.objects.count(), Entry.objects.count()) == (0, 0)
    assert act() == "made"


@pytest.mark.django_db
def test_a_key_with_another_body_is_refused() -> None:
    act(subject="x")
    with pytest.raises(Refusal) as refused:
        act(subject="y")
    assert (refused.value.code, Entry.objects.count()) == ("idempotency_key_reused", 1)
    assert act(scope="person:2/act", effect="of another caller", subject="y") == "of another caller"


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "k" * 81, "a\x00b", "a\nb"])
def test_a_key_that_cannot_be_stored_is_refused(key: str) -> None:
    with pytest.raises(Refusal, match="idempotency_key_invalid"):
        act(key=key)


@pytest.mark.django_db
def test_no_key_promises_nothing() -> None:
    act(key=None)
    act(key=None)
    assert (Entry.objects.count(), OnceKey.objects.count()) == (2, 0)


@pytest.mark.django_db(transaction=True)
def test_IDEM_03_tries_at_once_wait_for_the_first_and_get_its_answer() -> None:
    inside, answers = threading.Event(), []

    def first() -> None:
        with transaction.atomic(), operations.once(scope="s", key="k", body={}) as attempt:
            inside.set()
            connection.cursor().execute("SELECT pg_sleep(0.4)")
            write(kind="first")
            attempt.keep({"effect": "first"})

    def later() -> None:
        assert inside.wait(20)
        with transaction.atomic():
            answers.append(act(scope="s", effect="later"))

    assert in_threads(first, later, later, later) == []
    assert answers == ["first"] * 3
    assert Entry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_IDEM_03_when_the_first_try_fails_exactly_one_other_takes_its_place() -> None:
    inside, answers = threading.Event(), []

    def first() -> None:
        with transaction.atomic(), operations.once(scope="s", key="k", body={}):
            inside.set()
            connection.cursor().execute("SELECT pg_sleep(0.4)")
            raise ZeroDivisionError

    def later() -> None:
        assert inside.wait(20)
        with transaction.atomic():
            answers.append(act(scope="s", effect=f"by {threading.get_ident()}"))

    assert [type(problem) for problem in in_threads(first, later, later)] == [ZeroDivisionError]
    assert len(set(answers)) == 1
    assert Entry.objects.count() == 1


def notify(once: str, person_id: int | None = 7) -> bool:
    return operations.put_notice(
        once=once, kind="told", person_id=person_id, language="en", subject=("case", 1), subscriber_id=None, data={}
    )


@pytest.mark.django_db
def test_IDEM_09_a_notice_stands_once_and_keeps_its_message_id() -> None:
    assert notify("missed:1")
    message_id = Notice.objects.get().message_id
    assert not notify("missed:1")
    assert Notice.objects.get().message_id == message_id
    assert notify("missed:2")


@pytest.mark.django_db
def test_the_outbox_comes_page_by_page_to_those_it_is_for() -> None:
    for n in range(7):
        notify(f"n:{n}", person_id=7 if n % 2 else 8)
    seen, after = [], None
    while True:
        shown = queries.notices(viewer=STAFF, after=after, limit=3)
        seen += [row.id for row in shown]
        if (after := shown.next) is None:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 7
    own = queries.notices(viewer=Viewer(person_id=7)).rows
    assert {row.person_id for row in own} == {7}
    assert queries.notice(viewer=Viewer(person_id=7), id=own[0].id) == own[0]
    for stranger in (Viewer(person_id=9), NOBODY):
        assert queries.notices(viewer=stranger).rows == ()
        with pytest.raises(NotFound):
            queries.notice(viewer=stranger, id=own[0].id)
