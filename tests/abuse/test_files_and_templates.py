"""Abuse cases of attachment-leak, template-injection and mail-bombs-and-relay that concern pages and our own mails."""

from __future__ import annotations

import re
from email import message_from_string
from email.message import EmailMessage
from typing import Any

import pytest
from desk_cast import Cast
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from garant.cases import operations as cases
from garant.cases import queries
from garant.config.mail_writing import Reader, mail
from garant.contracts import operations_invitations as invitations
from garant.contracts.models import Contract, Invitation
from garant.core.placeholders import filled, unknown
from garant.core.refusals import Refusal
from garant.directory.models import Subscriber
from garant.directory.queries import viewer_of
from garant.journal import queries as journal
from garant.journal.models import Notice
from garant.wording.letters import KINDS, letter

pytestmark = [pytest.mark.database, pytest.mark.django_db, pytest.mark.usefixtures("believed")]

#: What differs between any two answers.
PASSING = re.compile(rb'nonce="[^"]+"|csrfmiddlewaretoken" value="[^"]+"|CSRFToken": "[^"]+"')
HOSTILE = "{{ settings.SECRET_KEY }} {% x 'y' %} {case.__class__.__init__.__globals__} {0} {number} %(number)s"


def written(row: Notice, desk: Cast, who: str = "contact") -> Any:
    """A notice as the mail that its reader gets."""
    view = journal.notice(viewer=viewer_of(desk.people["manager"].pk), id=row.pk)
    person = desk.people[who]
    reader = Reader(person.email, "UTC", viewer_of(person.pk), known=True)
    return mail(view, reader, "support@desk.example", "desk.example")


def test_tpl_01_a_prepared_reply_knows_a_fixed_list_of_names(desk: Cast) -> None:
    text = "{% include 'x' %} {{ settings.SECRET_KEY }} {{ user.password }} {user.password}"
    assert unknown(text) == ["settings.SECRET_KEY", "user.password"]
    assert filled(text, {"subject": "x"}) == text
    client = desk.client("manager")
    sent = client.post(reverse("console:reply-write"), {"title": "x", "body": text, "language": "", "team": ""})
    assert sent.status_code == 422


def test_tpl_02_tpl_03_braces_of_customers_stay_braces_on_every_page_and_in_every_mail(desk: Cast) -> None:
    filed = cases.file_case(
        by=desk.actor("contact"), person_id=desk.people["contact"].pk, subscriber_id=desk.subscriber_a,
        subject=HOSTILE, description=HOSTILE, severity="3", request_type="question",
    )  # fmt: skip
    cases.add_customer_message(by=desk.actor("contact"), number=filed.number, body=HOSTILE)
    cases.reply(by=desk.actor("agent"), number=filed.number, body=HOSTILE)
    shown = HOSTILE.replace("'", "&#x27;")
    for client, page in (("contact", "case"), ("agent", "console:case")):
        answer = desk.client(client).get(reverse(page, args=[filed.number]))
        assert answer.content.decode().count(shown) >= 3
    rows = Notice.objects.filter(kind__in=("case_received", "response_given"), data__number=filed.number)
    assert rows.count() == 2
    for row in rows:
        made = written(row, desk)
        assert HOSTILE in made.body
        assert shown in made.alternatives[0][0]


def test_tpl_04_a_name_with_line_ends_makes_no_header(desk: Cast) -> None:
    Subscriber.objects.filter(pk=desk.subscriber_a).update(name="Aurora\r\nBcc: all@example.com\r\n\r\nx")
    invitations.invite(
        by=desk.actor("manager"), contract_id=Contract.objects.get(subscriber_id=desk.subscriber_a).pk,
        email="nora@aurora.example", name="Nora\nBcc: x@example.com", language="en",
    )  # fmt: skip
    row = Notice.objects.get(kind="contact_invited")
    sent = message_from_string(written(row, desk).message().as_string())
    assert sent["Bcc"] is None
    assert len(sent.get_all("Subject") or []) == 1
    assert len(sent.get_all("To") or []) == 1


@pytest.mark.parametrize("language", ["en", "fr", "es", "de", "it", "ja"])
def test_tpl_05_a_letter_never_fails_for_want_of_a_value_and_is_never_empty(language: str) -> None:
    for kind in sorted(KINDS - {"plain_mail"}):  # a library's mail says what the library says
        told = letter(kind, {}, "UTC", language)
        assert told.subject.strip(), kind
        assert "{" not in told.subject, kind
        assert told.paragraphs, kind


def test_att_02_att_11_only_the_view_that_asks_who_reads_gives_bytes_out(desk: Cast) -> None:
    sent = {"body": "See the log.", "once": "k" * 22, "files": SimpleUploadedFile("a.log", b"secret line\n")}
    desk.client("contact").post(reverse("case_reply", args=[desk.case_a]), sent)
    (file,) = queries.case(viewer=viewer_of(desk.people["agent"].pk), number=desk.case_a).files
    address = reverse("case_file", args=[desk.case_a, file.key])
    assert desk.client("contact").get(address).content == b"secret line\n"
    known = desk.client("contact").get(address).headers
    for more in ({}, {"HTTP_RANGE": "bytes=0-3"}, {"HTTP_IF_NONE_MATCH": known.get("ETag", '"x"')}):
        answer = desk.client("stranger").get(address, **more)
        assert (answer.status_code, b"secret" in answer.content) == (404, False)
        none = desk.client("stranger").get(reverse("case_file", args=[desk.case_a, "x"]), **more)
        assert PASSING.sub(b"", answer.content) == PASSING.sub(b"", none.content)
    for path in ("/media/", "/media/a.log", f"/files/{file.key}/", "/static/../a.log", f"/static/{file.key}"):
        assert Client().get(path).status_code in (302, 404), path


def test_att_05_a_notes_file_is_nowhere_on_the_customers_side(desk: Cast) -> None:
    sent = {
        "kind": "note",
        "body": "For us.",
        "once": "k" * 22,
        "seen": "0",
        "files": SimpleUploadedFile("inner.log", b"zebra\n"),
    }
    desk.client("agent").post(reverse("console:send", args=[desk.case_a]), sent)
    (file,) = queries.case(viewer=viewer_of(desk.people["agent"].pk), number=desk.case_a).files
    for path in (reverse("case_file", args=[desk.case_a, file.key]), reverse("case", args=[desk.case_a])):
        assert b"zebra" not in desk.client("contact").get(path).content
        assert b"inner.log" not in desk.client("contact").get(path).content
    assert not Notice.objects.filter(data__icontains="inner.log").exists()


def test_att_10_what_a_file_holds_is_found_by_no_search(desk: Cast) -> None:
    sent = {"body": "See the log.", "once": "k" * 22, "files": SimpleUploadedFile("a.log", b"AKIA7SECRETKEY\n")}
    desk.client("contact").post(reverse("case_reply", args=[desk.case_a]), sent)
    page = desk.client("agent").get(reverse("console:queue"), {"q": "AKIA7SECRETKEY"})
    assert str(desk.case_a).encode() not in page.content


def test_bomb_06_invitations_end_with_the_places(desk: Cast) -> None:
    contract = Contract.objects.get(subscriber_id=desk.subscriber_a).pk
    told, refused = 0, set()
    for turn in range(30):
        try:
            invitations.invite(
                by=desk.actor("manager"), contract_id=contract, email=f"p{turn}@aurora.example", name="P", language="en"
            )
            told += 1
        except Refusal as refusal:
            refused.add(refusal.code)
    assert 0 < told < 30
    assert refused == {"contact_limit_reached"}
    assert Invitation.objects.count() == Notice.objects.filter(kind="contact_invited").count() == told


def test_bomb_07_a_reset_is_mailed_a_few_times_an_hour_whoever_asks(desk: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = "garant.config.outbox_backend.EmailBackend"
    cache.clear()
    answers = {}
    for address in (desk.people["contact"].email, "nobody@else.example"):
        asked = [Client().post("/accounts/password/reset/", {"email": address}) for _ in range(8)]
        answers[address] = [(one.status_code, len(one.content)) for one in asked]
    assert len(set(map(tuple, answers.values()))) == 1
    assert 1 <= Notice.objects.filter(kind="password_reset").count() <= 5


def test_no_mail_of_the_desk_goes_to_an_address_that_a_mail_named(desk: Cast) -> None:
    """MAIL-09: an address that only a message names gets nothing, whatever the message asks for."""
    from incoming_cast import arrives
    from incoming_cast import letter as incoming

    asked: EmailMessage = incoming(desk.people["contact"].email, Reply_To="evil@x.example", Cc="evil2@x.example")
    asked["Disposition-Notification-To"] = "evil3@x.example"
    arrives(asked)
    assert Notice.objects.exists()
    for row in Notice.objects.all():
        assert not row.address
    (received,) = Notice.objects.filter(kind="case_received", data__subject="Import drops rows")
    made = written(received, desk).message().as_string()
    assert not re.search(r"evil\d?@", made)
