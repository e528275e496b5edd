"""Mails that are stored and not processed: the receiver takes them up, the sweep what it left, and not for long."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError

from garant.cases.models_mail import StoredMail
from garant.cases.operations_mail import process_pending, store
from garant.cli import sweep
from garant.config import fetching
from garant.config.fetching import Processor
from garant.journal.operations import database_now
from garant.kit.processes import wait_until

pytestmark = pytest.mark.database


def put(*words: str) -> None:
    for word in words:
        store(raw=f"Auto-Submitted: auto-replied\r\nFrom: a@people.example\r\nSubject: {word}\r\n\r\n".encode())


def waiting() -> int:
    return StoredMail.objects.filter(outcome="stored").count()


@pytest.mark.django_db
def test_what_somebody_else_is_about_to_take_up_is_left_for_a_while() -> None:
    put("one", "two")
    StoredMail.objects.filter(pk=StoredMail.objects.earliest("pk").pk).update(
        stored_at=database_now() - timedelta(minutes=2)
    )
    assert process_pending(waited=timedelta(minutes=1)) == 1
    assert process_pending(waited=timedelta(minutes=1)) == 0
    assert process_pending() == 1


@pytest.mark.django_db
def test_mails_take_no_more_of_a_round_than_they_are_given() -> None:
    put("one", "two")
    assert process_pending(seconds=0) == 0
    assert waiting() == 2


@pytest.mark.django_db
def test_the_sweep_takes_up_what_a_receiver_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GARANT_HOME", str(tmp_path))
    monkeypatch.delenv("GARANT_LMTP", raising=False)
    put("one")
    assert sweep._mails() == 1, "where no receiver runs it is at once"
    put("two")
    monkeypatch.setenv("GARANT_LMTP", "127.0.0.1:2424")
    monkeypatch.setenv("GARANT_MAIL_FROM", "support@desk.example")
    assert sweep._mails() == 0
    StoredMail.objects.update(stored_at=database_now() - timedelta(seconds=sweep.LEFT_BEHIND + 1))
    assert sweep._mails() == 1
    put("three")
    monkeypatch.setenv("GARANT_LMTP", "nonsense")
    assert sweep._mails() == 1, "a mistake in the settings stops no mail"


@pytest.mark.django_db(transaction=True)
def test_the_receiver_processes_what_it_stores_also_after_the_database_was_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetching, "LOOKED", 0.05)
    monkeypatch.setattr(fetching, "SHORTEST", 0.05)
    tries: list[int] = []
    plain = fetching.process_pending

    def away(**how: float) -> int:
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("the server closed the connection")
        return plain(**how)  # type: ignore[arg-type]

    monkeypatch.setattr(fetching, "process_pending", away)
    stop, said = threading.Event(), list[str]()
    processor = Processor(stop, said.append)
    put("one")
    processor.start()
    try:
        assert wait_until(lambda: waiting() == 0, 60.0)
        put("two")
        assert wait_until(lambda: waiting() == 0, 60.0)
    finally:
        stop.set()
        processor.join(30)
    assert not processor.is_alive()
    assert len(said) == 1
