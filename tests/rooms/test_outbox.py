"""The outbox into a real SMTP server: what arrives, in which language and thread, and what happens when it can't."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from case_acts import ago, file, late_case
from django.db import connection
from mail_cast import SENDER, mail_server, send, settings, silent_server, states
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases.sweeping import sweep_all
from garant.config.mail_settings import MailSettings
from garant.config.mailing import Sender, ServerAway, make_digests
from garant.core.people import SYSTEM
from garant.core.refusals import NotFound, Refusal
from garant.directory import operations as directory
from garant.directory.models import NoticePreference, Person
from garant.journal import operations_outbox as outbox
from garant.journal import queries as journal
from garant.journal.models import Notice
from garant.journal.operations import database_now, put_notice

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def write(cast: Cast, who: str = "contact_gold", **more: object) -> Notice:
    """A notice as a room would put it."""
    given: dict[str, object] = {
        "once": f"test:{Notice.objects.count()}", "kind": "case_followed", "person_id": cast.people[who],
        "language": "en", "subject": ("case", 1), "subscriber_id": None,
        "data": {"what": "response_given"}, **more,
    }  # fmt: skip
    assert put_notice(**given)  # type: ignore[arg-type]
    return Notice.objects.latest("pk")


def security(cast: Cast, who: str = "agent", **more: object) -> Notice:
    """A notice that needs no case behind it."""
    data = {"what": "password_changed"}
    return write(cast, who, **{"kind": "security_changed", "data": data, "subject": ("person", 1), **more})


def test_a_received_case_is_mailed_to_its_contact_as_text_and_html(cast: Cast) -> None:
    number = file(cast).number
    with mail_server() as (box, where):
        assert send(where) == 1
        assert send(where) == 0
    mail = box.mails[0]
    notice = Notice.objects.get(kind="case_received")
    assert box.receivers == [["contact_gold@people.example"]]
    assert mail["Subject"] == f"Case {number}: we have it"
    assert SENDER in mail["From"]
    assert mail["Message-ID"] == f"<{notice.message_id}@desk.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] is not None
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    for body in (text, html):
        assert "Import drops rows" in body
        assert f"http://127.0.0.1:8000/cases/{number}/" in body
    assert '<html lang="en">' in html
    notice.refresh_from_db()
    assert (notice.state, notice.problem) == ("sent", "")
    assert notice.sent_at is not None


def test_staff_and_customers_get_their_own_page_of_a_case(cast: Cast) -> None:
    number = late_case(cast)
    sweep_all()
    with mail_server() as (box, where):
        send(where)
    bodies = {str(mail["To"]): mail.get_body(("plain",)).get_content() for mail in box.mails}
    assert f"/console/cases/{number}/" in bodies["manager@people.example"]
    assert f"8000/cases/{number}/" in bodies["contact_gold@people.example"]


def test_a_mail_speaks_its_readers_language_and_shows_their_clock(cast: Cast) -> None:
    Person.objects.filter(pk=cast.people["contact_gold"]).update(language="fr", zone="Europe/Paris")
    number = file(cast).number
    with mail_server() as (box, where):
        send(where)
    mail = box.mails[0]
    assert mail["Subject"] == f"Demande {number} : nous l’avons reçue"
    text = mail.get_body(("plain",)).get_content()
    assert "(Paris)" in text
    assert "Ce courriel a été envoyé automatiquement." in text
    assert '<html lang="fr">' in mail.get_body(("html",)).get_content()


def test_mails_about_one_case_are_one_thread_and_others_are_not(cast: Cast) -> None:
    number, other = file(cast).number, file(cast).number
    cases.reply(by=cast.actor("agent"), number=number, body="Look at line 4.")
    with mail_server() as (box, where):
        send(where)
        cases.reply(by=cast.actor("agent"), number=number, body="And at line 5.", wait=True)
        send(where)
    of = [mail for mail in box.mails if f"Case {number}" in mail["Subject"]]
    root = of[0]["References"].split()[0]
    assert of[0]["In-Reply-To"] == root
    assert [mail["References"].split()[0] for mail in of] == [root] * 3
    assert of[1]["In-Reply-To"] == of[0]["Message-ID"]
    assert of[2]["In-Reply-To"] == of[1]["Message-ID"]
    assert of[2]["References"].split() == [root, of[0]["Message-ID"], of[1]["Message-ID"]]
    (strange,) = [mail for mail in box.mails if f"Case {other}" in mail["Subject"]]
    assert root not in strange["References"]
    assert len(set(box.ids())) == 4


def test_an_answer_is_told_to_the_contact_and_a_message_to_the_assignee(cast: Cast) -> None:
    number = file(cast).number
    cases.assign(by=cast.actor("agent"), number=number, assignee_id=cast.people["agent"])
    cases.reply(by=cast.actor("agent"), number=number, body="Look at line 4.", wait=True)
    cases.add_customer_message(by=cast.actor("contact_gold"), number=number, body="It is empty.")
    cases.reply(by=cast.actor("agent"), number=number, body="Mended.", resolve=True)
    told = list(Notice.objects.order_by("pk").values_list("kind", "person_id"))
    contact, agent = cast.people["contact_gold"], cast.people["agent"]
    assert [each for each in told if each[0] != "case_assigned"] == [
        ("case_received", contact), ("response_given", contact), ("customer_wrote", agent), ("case_resolved", contact),
    ]  # fmt: skip


def test_an_imported_answer_is_old_news(cast: Cast) -> None:
    number = file(cast, at=ago(days=3)).number
    cases.reply(by=cast.actor("agent"), number=number, body="Long ago.", at=ago(days=2))
    assert not Notice.objects.filter(kind="response_given").exists()


def test_a_temporary_refusal_is_tried_again_with_growing_waits(cast: Cast) -> None:
    row = security(cast)
    waits = []
    with mail_server() as (box, where):
        box.answer = lambda receiver: "451 come back later"
        for tries in range(1, len(outbox.BACK_OFF) + 1):
            assert send(where) == 0
            row.refresh_from_db()
            assert (row.state, row.attempts, row.problem) == ("waiting", tries, "451 come back later")
            waits.append(row.next_try - database_now())
            assert send(where) == 0, "not before its time"
            row.refresh_from_db()
            assert row.attempts == tries
            Notice.objects.update(next_try=ago(minutes=1))
        assert send(where) == 0
        row.refresh_from_db()
        assert row.state == "dead"
        box.answer = lambda receiver: "250 taken"
        outbox.send_again(viewer=cast.viewer("manager"), id=row.pk)
        assert send(where) == 1
    assert all(abs(wait - owed) < timedelta(seconds=20) for wait, owed in zip(waits, outbox.BACK_OFF, strict=True))
    assert sorted(outbox.BACK_OFF) == list(outbox.BACK_OFF)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("sent", 1)


def test_a_refusal_for_good_is_dead_at_once_and_holds_up_nobody(cast: Cast) -> None:
    bad, good = security(cast, "agent"), security(cast, "manager")
    with mail_server() as (box, where):
        box.answer = lambda receiver: "550 no such mailbox" if receiver.startswith("agent") else "250 taken"
        assert send(where) == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.attempts, bad.problem) == ("dead", 1, "550 no such mailbox")
    assert good.state == "sent"


def test_a_server_that_is_away_costs_no_message_a_try(cast: Cast) -> None:
    row = security(cast)
    with mail_server() as (_, where):
        pass
    for _ in range(3):
        with pytest.raises(ServerAway):
            send(where)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 0)
    assert "ConnectionRefusedError" in row.problem


def test_a_server_that_hangs_is_left_after_its_time(cast: Cast) -> None:
    first, second = security(cast, "agent"), security(cast, "manager")
    with silent_server() as port:
        hanging = Sender(settings(port, timeout=0.3))
        with pytest.raises(ServerAway):
            hanging.send_due()
    with mail_server() as (box, where):
        assert send(where) == 2
    assert box.ids() == [f"<{each.message_id}@desk.example>" for each in (first, second)]


def test_only_leaders_send_a_dead_message_again(cast: Cast) -> None:
    row = security(cast)
    with pytest.raises(Refusal) as refused:
        outbox.send_again(viewer=cast.viewer("manager"), id=row.pk)
    assert refused.value.code == "notice_not_dead"
    Notice.objects.filter(pk=row.pk).update(state="dead")
    with pytest.raises(Refusal) as refused:
        outbox.send_again(viewer=cast.viewer("agent"), id=row.pk)
    assert refused.value.code == "not_allowed"
    with pytest.raises(NotFound):
        outbox.send_again(viewer=cast.viewer("manager"), id=row.pk + 1)
    outbox.send_again(viewer=cast.viewer("manager"), id=row.pk)
    (fact,) = journal.history(viewer=cast.viewer("manager"), subject=("notice", row.pk))
    assert (fact.kind, fact.by) == ("notice_sent_again", cast.actor("manager"))


def test_what_waited_too_long_is_given_up_and_can_still_be_sent(cast: Cast) -> None:
    old, reset = security(cast), write(cast, "manager", kind="password_reset", data={}, subject=("person", 2))
    Notice.objects.filter(pk=old.pk).update(next_try=ago(days=8))
    Notice.objects.filter(pk=reset.pk).update(next_try=ago(days=2))
    with mail_server() as (box, where):
        assert send(where) == 0
        assert states() == {"dead": 2}
        outbox.send_again(viewer=cast.viewer("manager"), id=old.pk)
        assert send(where) == 1
    assert len(box.mails) == 1


# -- who may still read it -----------------------------------------------------------------------------------------


def test_IDOR_a_notice_is_not_sent_to_somebody_whose_role_has_ended(cast: Cast) -> None:
    file(cast)
    directory.end_role(
        by=SYSTEM, person_id=cast.people["contact_gold"], role="contact", subscriber_id=cast.subscribers["gold"]
    )
    with mail_server() as (box, where):
        send(where)
    assert [mail["To"] for mail in box.mails] == []
    row = Notice.objects.get(kind="case_received")
    assert (row.state, row.problem) == ("withheld", "not_theirs_any_more")


def test_AUTH_07_nothing_is_mailed_to_an_account_that_is_closed(cast: Cast) -> None:
    row = security(cast)
    Person.objects.filter(pk=cast.people["agent"]).update(is_active=False)
    with mail_server() as (box, where):
        send(where)
    row.refresh_from_db()
    assert (box.mails, row.state, row.problem) == ([], "withheld", "reader_gone")


def test_ENUM_08_no_mail_names_the_address_of_somebody_else(cast: Cast) -> None:
    """A case walked through what is told about it: whoever reads a mail learns nobody's address from it."""
    number = late_case(cast)
    sweep_all()
    cases.follow_case(by=cast.actor("viewer_gold"), number=number)
    cases.reply(by=cast.actor("agent"), number=number, body="Look at line 4.")
    cases.add_customer_message(by=cast.actor("contact_gold"), number=number, body="It is empty.")
    with mail_server() as (box, where):
        send(where)
    assert len(box.mails) >= 5
    for mail in box.mails:
        known = {str(mail["To"]), SENDER}
        said = mail.get_body(("plain",)).get_content() + mail.get_body(("html",)).get_content() + str(mail["Subject"])
        assert set(re.findall(r"[\w.+-]+@[\w.-]+\w", said)) <= known


def test_a_title_with_markup_and_line_breaks_stays_text_and_out_of_the_headers(cast: Cast) -> None:
    write(cast, data={"what": "x", "number": "7\r\nBcc: all@people.example", "subject": "<b>&</b>"}, subscriber_id=None,
          subject=("person", 1))  # fmt: skip
    with mail_server() as (box, where):
        assert send(where) == 1
    (mail,) = box.mails
    assert mail["Bcc"] is None
    assert box.receivers == [["contact_gold@people.example"]]
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in mail.get_body(("html",)).get_content()


# -- preferences and digests ---------------------------------------------------------------------------------------


def choose(cast: Cast, who: str, kind: str, how: str) -> None:
    NoticePreference.objects.create(person_id=cast.people[who], kind=kind, how=how)


def test_what_a_reader_switched_off_is_not_sent_and_what_matters_comes_anyway(cast: Cast) -> None:
    choose(cast, "contact_gold", "case_received", "never")
    choose(cast, "manager", "target_missed", "never")
    late_case(cast)
    sweep_all()
    with mail_server() as (box, where):
        send(where)
    assert [str(mail["To"]) for mail in box.mails] == ["manager@people.example"]
    assert Notice.objects.get(kind="case_received").problem == "not_wanted"


def test_a_digest_gathers_a_day_in_one_mail_once(cast: Cast) -> None:
    choose(cast, "contact_gold", "case_received", "digest")
    numbers = [file(cast).number, file(cast).number]
    with mail_server() as (box, where):
        assert send(where) == 0
        assert states() == {"digest": 2}
        assert make_digests() == 0, "today's messages wait for tomorrow's morning"
        Notice.objects.update(created_at=ago(days=2))
        assert make_digests() == 1
        assert make_digests() == 0
        assert send(where) == 1
    (mail,) = box.mails
    text = mail.get_body(("plain",)).get_content()
    assert "2" in mail["Subject"]
    assert all(f"Case {number}: we have it" in text for number in numbers)
    assert states() == {"digested": 2, "sent": 1}


def test_a_digest_leaves_out_what_its_reader_may_not_see_any_more(cast: Cast) -> None:
    choose(cast, "contact_gold", "case_received", "digest")
    number = file(cast).number
    with mail_server() as (box, where):
        send(where)
        Notice.objects.update(created_at=ago(days=2))
        make_digests()
        directory.end_role(
            by=SYSTEM, person_id=cast.people["contact_gold"], role="contact", subscriber_id=cast.subscribers["gold"]
        )
        send(where)
    assert not any(str(number) in mail.as_string() for mail in box.mails)
    assert Notice.objects.get(kind="digest").problem == "not_theirs_any_more"


def test_the_claim_is_found_by_its_index(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + outbox._NEXT)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "notice_to_send" in plan


# -- a mail service instead of a server ------------------------------------------------------------------------------


@contextmanager
def service() -> Iterator[tuple[list[dict[str, Any]], dict[str, int], MailSettings]]:
    """Something that answers as one of django-anymail's services: what it was given, and the status it answers."""
    given: list[dict[str, Any]] = []
    answer = {"status": 200}

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            given.append(body)
            said = {"ErrorCode": 0, "Message": "OK", "MessageID": "1", "To": body["To"]}
            if answer["status"] == 422:
                said = {"ErrorCode": 300, "Message": "Invalid email request"}
            text = json.dumps(said).encode()
            self.send_response(answer["status"])
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        options = {"server_token": "t", "api_url": f"http://127.0.0.1:{server.server_port}/"}
        yield given, answer, MailSettings("anymail.backends.postmark.EmailBackend", SENDER, options)
        server.shutdown()


def test_a_mail_service_takes_mails_too_and_its_refusals_are_told_apart(cast: Cast) -> None:
    row = security(cast)
    with service() as (given, answer, where):
        answer["status"] = 401  # the token is wrong: no message is to blame
        with pytest.raises(ServerAway):
            send(where)
        row.refresh_from_db()
        assert (row.state, row.attempts) == ("waiting", 0)
        answer["status"] = 503  # it failed over this message: that is a try
        with pytest.raises(ServerAway):
            send(where)
        row.refresh_from_db()
        assert (row.state, row.attempts) == ("waiting", 1)
        Notice.objects.update(next_try=ago(minutes=1))
        answer["status"] = 200
        assert send(where) == 1
        assert {"Name": "Message-ID", "Value": f"<{row.message_id}@desk.example>"} in given[-1]["Headers"]
        bad = security(cast, "manager")
        answer["status"] = 422
        assert send(where) == 0
    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == ("dead", 1)


def test_ENUM_a_digest_tells_a_colleague_nothing_of_a_case_that_they_may_not_read(cast: Cast) -> None:
    """Of the same organisation, and still not theirs: a learner reads the cases that they filed."""
    number = file(cast).number
    data = {"number": number, "subject": "Import drops rows", "severity": "1", "held": None, "due": None}
    write(
        cast, "learner_gold", kind="case_received", data=data, subject=("case", 1),
        subscriber_id=cast.subscribers["gold"],
    )  # fmt: skip
    choose(cast, "learner_gold", "case_received", "digest")
    with mail_server() as (box, where):
        send(where)
        Notice.objects.update(created_at=ago(days=2))
        make_digests()
        send(where)
    his = [mail for mail in box.mails if "learner" in str(mail["To"])]
    assert not any(str(number) in mail.as_string() for mail in his)
