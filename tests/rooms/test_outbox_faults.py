"""The outbox when things die, hang or run side by side: nothing is lost, little doubles, nobody else waits."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest
from case_acts import ago, file, late_case
from crash import DIED, dies_at, together
from django.db import connection, connections
from mail_cast import mail_server, send, settings, silent_server, states
from rooms_cast import make_cast

from garant.cases.models import Case, Escalation, Period
from garant.cases.sweeping import sweep_all
from garant.config import mailing
from garant.config.mailing import Sender
from garant.journal.models import Notice
from garant.journal.operations import put_notice

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


def write(person_id: int, n: int) -> Notice:
    data = {"what": "password_changed"}
    assert put_notice(
        once=f"test:{n}", kind="security_changed", person_id=person_id, language="en", subject=("person", person_id),
        subscriber_id=None, data=data,
    )  # fmt: skip
    return Notice.objects.latest("pk")


def due_again() -> None:
    """As if the lease of whoever died had ended."""
    Notice.objects.filter(state="waiting").update(next_try=ago(minutes=1))


def test_IDEM_09_a_sender_killed_anywhere_loses_nothing_and_doubles_one_mail_at_most() -> None:
    """Killed at each statement and around each commit, so also between the server's 250 and the mark."""
    cast, deaths, doubled = make_cast(), 0, 0
    with mail_server() as (box, where):
        for point in range(1, 100):
            row = write(cast.people["agent"], point)
            box.mails.clear()
            died = dies_at(point, lambda: send(where))
            due_again()
            send(where)
            assert 1 <= len(box.mails) <= (2 if died else 1), point
            assert set(box.ids()) == {f"<{row.message_id}@desk.example>"}
            row.refresh_from_db()
            assert row.state == "sent"
            deaths, doubled = deaths + died, doubled + len(box.mails) - 1
            if not died:
                break
    assert deaths > 10, "the sender writes and reads more than that"
    assert doubled >= 1, "one of the deaths came after the server had taken the mail"


def test_IDEM_09_control_a_sender_that_marks_before_it_sends_loses_mails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: with the mark before the hand-over, some death leaves a message unsent for ever."""
    cast, lost = make_cast(), 0
    hand_over = Sender._hand_over

    def marks_first(self: Sender, message: Any) -> None:
        Notice.objects.filter(state="waiting").update(state="sent", sent_at=ago(minutes=0))
        Notice.objects.exists()  # a statement at which a death falls between the mark and the hand-over
        hand_over(self, message)

    monkeypatch.setattr(Sender, "_hand_over", marks_first)
    with mail_server() as (box, where):
        for point in range(1, 100):
            write(cast.people["agent"], point)
            box.mails.clear()
            died = dies_at(point, lambda: send(where))
            due_again()
            send(where)
            lost += not box.mails
            if not died:
                break
    assert lost > 0


def test_two_senders_share_the_outbox_and_send_nothing_twice() -> None:
    cast = make_cast()
    rows = [write(cast.people["agent"], n) for n in range(30)]
    with mail_server() as (box, where):
        together([lambda: send(where)] * 3)
    assert sorted(box.ids()) == sorted(f"<{row.message_id}@desk.example>" for row in rows)
    assert states() == {"sent": 30}


def test_a_message_that_kills_its_sender_is_leased_and_does_not_come_back_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A crash loop over one message would stop all the others: after a death the next one is taken."""
    cast = make_cast()
    bad, good = write(cast.people["agent"], 1), write(cast.people["manager"], 2)
    plain = mailing.mail

    def deadly(row: Any, *more: Any) -> Any:
        if row.id == bad.pk:
            os._exit(DIED)
        return plain(row, *more)

    monkeypatch.setattr(mailing, "mail", deadly)
    with mail_server() as (box, where):
        assert dies_at(10**6, lambda: send(where))
        assert send(where) == 1
    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == ("waiting", 1)
    assert box.ids() == [f"<{good.message_id}@desk.example>"]


def test_TIME_06_a_mail_server_that_hangs_does_not_hold_up_the_sweep() -> None:
    """A sender hangs in the middle of its talk; meanwhile everything that is due is found, told and recorded."""
    cast = make_cast()
    numbers = [late_case(cast) for _ in range(25)]
    with silent_server() as port:
        began = threading.Event()

        def hang() -> None:
            try:
                Sender(settings(port, timeout=30)).send_due(alive=began.set)
            except mailing.ServerAway:
                pass
            finally:
                connection.close()

        sender = threading.Thread(target=hang, daemon=True)
        sender.start()
        assert began.wait(20)
        assert sweep_all() == len(numbers)
        assert sender.is_alive(), "the server still hangs"
        assert Period.objects.filter(missed=True).count() == len(numbers)
        assert Escalation.objects.filter(trigger="missed").count() == len(numbers), "each miss is told of, once"
        told = Notice.objects.filter(kind="escalations_grouped").values_list("person_id", "data__count")
        assert dict(told) == {cast.people["manager"]: len(numbers)}, (
            "more than three at once make one notice for each who is told"
        )
    sender.join(20)
    assert not sender.is_alive()


def test_TIME_06_the_sweep_never_reaches_for_the_sender() -> None:
    """The sweeper's process sends nothing: neither its command nor what it calls imports the sender."""
    import subprocess
    import sys

    code = (
        "import sys, django; django.setup(); import garant.cli.sweep, garant.config.wiring, garant.cases.sweeping;"
        "print(sorted(m for m in sys.modules if m.startswith('garant.config.mail')))"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "garant.config.settings"}
    said = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout
    assert said.strip() == "['garant.config.mail_settings']", "the settings only ask whether a server is named"


def test_TIME_04_each_committed_case_has_its_notice_and_no_other_has() -> None:
    """Killed at every statement and around every commit of filing: the case and its notice exist both or neither."""
    cast = make_cast()
    for point in range(1, 150):
        died = dies_at(point, lambda: file(cast))
        connections.close_all()
        told = set(Notice.objects.filter(kind="case_received").values_list("subject_id", flat=True))
        assert told == set(Case.objects.values_list("pk", flat=True)), point
        if not died:
            break
    assert Case.objects.count() > 1, "a death after the commit leaves both"
