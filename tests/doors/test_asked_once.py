"""What a page reads twice is asked for once, and never longer than the page takes (decision 0017)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from desk_cast import Cast
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from garant.config.middleware import AskedOnceMiddleware
from garant.contracts.queries import terms
from garant.core.people import SYSTEM
from garant.directory import operations as directory
from garant.directory.models import Person
from garant.directory.queries import names
from garant.journal.operations import database_now
from garant.kit.asking import asked_once, kept, one_answer, reads
from garant.kit.reach import narrowed

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def statements(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as work:
        act()
    return len(work)


def twice() -> tuple[datetime, datetime]:
    return database_now(), database_now()


def test_a_page_has_one_moment_and_asks_its_questions_once(cast: Cast) -> None:
    with asked_once():
        first, second = twice()
        assert first == second
        assert terms() is terms()
        assert statements(lambda: (terms(), database_now())) == 0


def test_nothing_is_kept_outside_a_page(cast: Cast) -> None:
    first, second = twice()
    assert first < second
    assert statements(lambda: (terms(), terms(), names({1}), names({1}))) == 4
    kept("anything")["x"] = 1
    assert kept("anything") == {}


def test_the_next_page_asks_anew(cast: Cast) -> None:
    with asked_once():
        before = database_now()
    with asked_once():
        assert database_now() > before


@pytest.mark.parametrize(
    "statement",
    ["UPDATE directory_person SET zone = zone", "SELECT 1 FROM directory_person FOR UPDATE",
     "SELECT pg_advisory_xact_lock(7)", "WITH x AS (DELETE FROM cases_draft RETURNING 1) SELECT 1"]
)  # fmt: skip
def test_whoever_writes_or_locks_is_asked_nothing_from_before(cast: Cast, statement: str) -> None:
    with asked_once():
        before = database_now()
        with connection.cursor() as cursor:
            cursor.execute(statement)
        first, second = twice()
        assert before < first < second


def test_inside_a_transaction_every_answer_is_fresh(cast: Cast) -> None:
    with asked_once():
        before = database_now()
        with transaction.atomic():
            first, second = twice()
        assert before < first < second


def test_an_answer_counts_within_its_reach_only(cast: Cast) -> None:
    contact = cast.people["contact"]

    @one_answer
    def seen() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT slug FROM directory_subscriber ORDER BY slug")
            return [row[0] for row in cursor.fetchall()]

    with asked_once():
        everything = seen()
        names({contact.pk})
        with narrowed([cast.subscriber_a]):
            assert len(seen()) == 1 < len(everything)
            assert kept("directory.names") == {}
        assert seen() == everything


def test_what_is_handed_out_can_be_changed_by_its_taker(cast: Cast) -> None:
    made = one_answer(lambda: [1])
    with asked_once():
        made().append(2)
        assert made() == [1]


def test_a_refusal_is_not_kept(cast: Cast) -> None:
    tries: list[int] = []

    @one_answer
    def fails() -> int:
        tries.append(1)
        raise LookupError

    with asked_once():
        for _ in range(2):
            with pytest.raises(LookupError):
                fails()
    assert len(tries) == 2


@pytest.mark.parametrize(("method", "same"), [("get", True), ("head", True), ("post", False)])
def test_only_a_page_that_is_read_keeps_answers(cast: Cast, method: str, same: bool) -> None:
    seen: list[tuple[datetime, datetime]] = []

    def view(request: Any) -> HttpResponse:
        seen.append(twice())
        return HttpResponse()

    AskedOnceMiddleware(view)(getattr(RequestFactory(), method)("/"))
    ((first, second),) = seen
    assert (first == second) is same
    assert len(set(twice())) == 2


def test_a_write_is_seen_by_the_next_page(cast: Cast) -> None:
    client, page = cast.client("agent"), reverse("console:case", args=[cast.case_b])
    assert "Wanda Newcomer" not in client.get(page).content.decode()
    added = directory.create_person(by=SYSTEM, email="wanda@vendor.example", name="Wanda Newcomer")
    directory.give_role(by=SYSTEM, person_id=added.id, role="agent")
    assert "Wanda Newcomer" in client.get(page).content.decode()
    Person.objects.filter(pk=added.id).update(name="Wanda Renamed")
    assert "Wanda Renamed" in client.get(page).content.decode()


def test_what_reads() -> None:
    assert reads("SELECT 1")
    assert reads("\nSELECT (SELECT count(*) FROM x)")
    assert not reads("INSERT INTO x VALUES (1)")
    assert not reads("SAVEPOINT s1")
    assert not reads(b"SELECT 1")
