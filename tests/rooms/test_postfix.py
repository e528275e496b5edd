"""The outbox through a real Postfix: what arrives in a mailbox, and what its refusals do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from case_acts import file
from mail_cast import send, settings, states
from postfix_cast import LATER, REFUSED, Postfix, running_postfix
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.directory.models import Person
from garant.journal.models import Notice
from garant.journal.operations import database_now

pytestmark = [pytest.mark.servers, pytest.mark.database, pytest.mark.django_db]


@pytest.fixture(scope="module")
def server() -> Iterator[Postfix]:
    with running_postfix() as found:
        yield found


@pytest.fixture
def postfix(server: Postfix) -> Postfix:
    """The server with an empty mailbox."""
    for mail in (server.home / "mail" / "inbox" / "new").glob("*"):
        mail.unlink()
    return server


def test_a_cases_mails_arrive_whole_in_one_thread(cast: Cast, postfix: Postfix) -> None:
    Person.objects.filter(pk=cast.people["contact_gold"]).update(language="ja", zone="Asia/Tokyo")
    number = file(cast, subject="Umlaute äöü und 日本語").number
    assert send(settings(postfix.port)) == 1
    cases.reply(by=cast.actor("agent"), number=number, body="Bitte Zeile 4 ansehen.", wait=True)
    send(settings(postfix.port))
    first, second = [mail for mail in postfix.mails(2) if str(number) in str(mail["Subject"])]
    assert first["Message-ID"] == f"<{Notice.objects.get(kind='case_received').message_id}@desk.example>"
    assert second["References"].split()[0] == first["References"].split()[0]
    assert {first["Auto-Submitted"], second["Auto-Submitted"]} == {"auto-generated"}
    assert first["Delivered-To"] == "contact_gold@people.example"
    for kind in ("plain", "html"):
        body = first.get_body((kind,))
        assert body is not None
        assert "Umlaute äöü und 日本語" in body.get_content()
    assert states()["sent"] == len(postfix.mails(2)), "each mail that was handed over has arrived, and no other"


def test_an_address_refused_for_good_is_given_up_with_the_servers_words(cast: Cast, postfix: Postfix) -> None:
    Person.objects.filter(pk=cast.people["contact_gold"]).update(email=REFUSED)
    file(cast)
    send(settings(postfix.port))
    notice = Notice.objects.get(kind="case_received")
    assert notice.state == "dead"
    assert "nobody of that name" in notice.problem
    assert postfix.mails(0) == []


def test_an_address_refused_for_now_is_tried_again_under_the_same_id(cast: Cast, postfix: Postfix) -> None:
    Person.objects.filter(pk=cast.people["contact_gold"]).update(email=LATER)
    file(cast)
    send(settings(postfix.port))
    notice = Notice.objects.get(kind="case_received")
    assert (notice.state, notice.next_try > database_now()) == ("waiting", True)
    Person.objects.filter(pk=cast.people["contact_gold"]).update(email="contact_gold@people.example")
    Notice.objects.update(next_try=database_now())
    assert send(settings(postfix.port)) == 1
    (mail,) = postfix.mails(1)
    assert mail["Message-ID"] == f"<{notice.message_id}@desk.example>"
