"""The pages about mail that arrived: for staff who answer cases; and the pages behind links of our mails."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from typing import Any

import pytest
from desk_cast import Cast
from django.test import Client
from django.urls import reverse

from garant.cases.models import Case, Message
from garant.cases.models_mail import StoredMail
from garant.cases.operations_mail import deliver
from garant.directory.models import NoticePreference, Undeliverable
from garant.directory.operations_mail import flag_undeliverable
from garant.kit.mail_tokens import asking_token, leaving_token, reply_address

pytestmark = [pytest.mark.database, pytest.mark.django_db, pytest.mark.usefixtures("believed")]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c6360000000020001e5"
    "27d4a20000000049454e44ae426082"
)


def incoming(sender: str, text: str = "The nightly import drops rows.", **more: Any) -> EmailMessage:
    mail = EmailMessage()
    proved = more.pop("proved", True)
    if proved:
        mail["Authentication-Results"] = f"mx.desk.example; dmarc=pass header.from={sender.rpartition('@')[2]}"
    mail["From"], mail["To"] = sender, more.pop("to", "support@desk.example")
    mail["Subject"] = more.pop("subject", "Import drops rows")
    for name, value in more.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def take(mail: EmailMessage) -> StoredMail:
    deliver(raw=mail.as_bytes())
    return StoredMail.objects.latest("pk")


def url(name: str, *args: Any) -> str:
    return reverse(f"console:{name}", args=args)


def test_what_waits_is_listed_first_and_the_rest_can_be_found(cast: Cast) -> None:
    take(incoming("stranger@x.example", subject="Re: [4711] hello"))
    take(incoming("maren@aurora.example", subject="Opened at once"))
    agent = cast.client("agent")
    page = agent.get(url("mails"))
    assert "Re: [4711] hello" in page.content.decode()
    assert "Opened at once" not in page.content.decode()
    assert "not the sender’s" in page.content.decode()
    everything = agent.get(url("mails"), {"outcome": "all"}).content.decode()
    assert "Opened at once" in everything
    found = agent.get(url("mails"), {"outcome": "all", "q": "maren opened"}).content.decode()
    assert "Opened at once" in found
    assert "Re: [4711] hello" not in found
    case = Case.objects.get(subject="Opened at once").number
    assert "Opened at once" in agent.get(url("mails"), {"case": case}).content.decode()
    assert agent.get(url("mails"), {"case": "x"}).status_code == 200


def test_only_those_who_answer_cases_read_mail(cast: Cast) -> None:
    row = take(incoming("stranger@x.example"))
    for name, args in (("mails", ()), ("mail", (row.pk,)), ("mail-source", (row.pk,)), ("mail-html", (row.pk,))):
        assert cast.client("contact").get(url(name, *args)).status_code == 403, name
        assert Client().get(url(name, *args)).status_code == 302, name
    assert cast.client("agent").get(url("mail", row.pk + 9)).status_code == 404


def test_a_mail_is_shown_as_text_and_kept_as_it_arrived(cast: Cast) -> None:
    row = take(incoming("stranger@x.example", "<script>alert(1)</script> hello", Reply_To="evil@x.example"))
    page = cast.client("agent").get(url("mail", row.pk)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; hello" in page
    assert "Asks for answers to" in page
    source = cast.client("agent").get(url("mail-source", row.pk))
    assert source.content == bytes(row.raw)
    assert source["Content-Disposition"].startswith("attachment;")
    assert source["X-Content-Type-Options"] == "nosniff"


def test_a_page_in_a_mail_can_do_nothing_and_shows_its_own_pictures_only(cast: Cast) -> None:
    mail = incoming("stranger@x.example")
    pictures = '<img src="http://spy.example/a.png"><img src="cid:own">'
    mail.add_alternative(f'<p onclick="x()">Hi <b>there</b><script>x()</script>{pictures}</p>', subtype="html")
    mail.get_payload()[1].add_related(PNG, maintype="image", subtype="png", cid="<own>")  # type: ignore[union-attr,index]
    row = take(mail)
    agent = cast.client("agent")
    shown = agent.get(url("mail-html", row.pk))
    body = shown.content.decode()
    assert "<b>there</b>" in body
    assert "script" not in body
    assert "onclick" not in body
    assert 'src="http' not in body
    assert "1 picture from elsewhere is not shown." in body
    assert "sandbox" in shown["Content-Security-Policy"]
    assert "default-src 'none'" in shown["Content-Security-Policy"]
    assert f'src="data:image/png;base64,{base64.b64encode(PNG).decode()}"' in body
    picture = agent.get(url("mail-file", row.pk, 0), {"shown": ""})
    assert (picture["Content-Type"], picture.content) == ("image/png", PNG)
    assert agent.get(url("mail-file", row.pk, 99)).status_code == 404


def test_staff_take_a_mail_in_a_contacts_name(cast: Cast) -> None:
    row = take(incoming("maren.private@x.example"))
    agent = cast.client("agent")
    page = agent.post(url("mail-release", row.pk), {"email": "nobody@else.example"})
    assert page.status_code == 422
    assert "Nobody on record has this address." in page.content.decode()
    assert agent.post(url("mail-release", row.pk), {"email": "x"}).status_code == 422
    assert agent.post(url("mail-release", row.pk), {"email": "maren@aurora.example", "case": "1"}).status_code == 400
    done = agent.post(url("mail-release", row.pk), {"email": "maren@aurora.example"}, follow=True)
    assert "taken in the name of" in done.content.decode()
    row.refresh_from_db()
    assert row.outcome == "case_opened"
    again = agent.post(url("mail-release", row.pk), {"email": "maren@aurora.example"})
    assert (again.status_code, Case.objects.filter(channel="email").count()) == (422, 1)


def test_what_is_nothing_is_set_aside(cast: Cast) -> None:
    row = take(incoming("stranger@x.example"))
    done = cast.client("agent").post(url("mail-discard", row.pk), follow=True)
    assert "set aside" in done.content.decode()
    row.refresh_from_db()
    assert (row.outcome, row.reason) == ("ignored", "discarded")


def test_a_case_says_what_waits_to_join_it(cast: Cast) -> None:
    case = Case.objects.get(number=cast.case_a)
    to = reply_address("reply@reply.desk.example", case.pk, cast.people["contact"].pk)
    row = take(incoming("stranger@x.example", "From elsewhere", to=to, subject="Re: x"))
    assert (row.outcome, row.reason) == ("held", "other_sender")
    page = cast.client("agent").get(url("case", cast.case_a)).content.decode()
    assert "1 mail waits to join this case." in page
    own = cast.client("contact").get(reverse("case", args=[cast.case_a])).content.decode()
    assert "From elsewhere" not in own
    cast.client("agent").post(url("mail-release", row.pk), {"email": "maren@aurora.example"})
    assert Message.objects.filter(case=case, body="From elsewhere").exists()


def test_whoever_holds_the_link_says_whether_they_wrote(cast: Cast) -> None:
    row = take(incoming("maren@aurora.example", "Secret words", proved=False))
    assert row.outcome == "held"
    address = reverse("mail_asked", args=[asking_token(row.pk, cast.people["contact"].pk)])
    page = Client().get(address)
    assert page.status_code == 200
    assert "Secret words" not in page.content.decode()
    row.refresh_from_db()
    assert row.outcome == "held", "looking changes nothing"
    assert Client().post(address, {"answer": "perhaps"}).status_code == 422
    assert Client().post(address, {"answer": "mine", "case": "1"}).status_code == 400
    done = Client().post(address, {"answer": "mine"})
    assert "it is yours" in done.content.decode()
    row.refresh_from_db()
    assert (row.outcome, row.case is not None and row.case.state) == ("case_opened", "open")
    assert Client().get(address).status_code == 410
    assert Client().post(address, {"answer": "not"}).status_code == 422
    assert Client().get(reverse("mail_asked", args=["x"])).status_code == 404


def test_a_link_of_a_mail_switches_a_kind_off_with_one_press(cast: Cast) -> None:
    person = cast.people["contact"].pk
    address = reverse("notice_off", args=[leaving_token(person, "response_given")])
    outside = Client(enforce_csrf_checks=True)
    assert outside.get(address).status_code == 200
    assert not NoticePreference.objects.exists()
    done = outside.post(address, {"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    assert [(row.person_id, row.kind, row.how) for row in NoticePreference.objects.all()] == [
        (person, "response_given", "never")
    ]
    for token in ("x", leaving_token(person, "target_missed")):
        assert outside.post(reverse("notice_off", args=[token])).status_code == 404


def test_who_gets_no_mail_is_shown_and_says_when_it_works_again(cast: Cast) -> None:
    person = cast.people["contact"].pk
    flag_undeliverable(person_id=person, problem="550 no such user")
    contact = cast.client("contact")
    assert "550 no such user" in contact.get(reverse("account")).content.decode()
    assert "550" not in cast.client("viewer").get(reverse("account")).content.decode()
    assert contact.post(reverse("account_mail_works"), {"x": "1"}).status_code == 400
    assert contact.post(reverse("account_mail_works"), follow=True).status_code == 200
    assert not Undeliverable.objects.exists()
    flag_undeliverable(person_id=person, problem="550 no such user")
    take(incoming("maren@aurora.example"))
    assert not Undeliverable.objects.exists(), "whoever writes from an address reads there"


def test_the_channel_says_which_mailboxes_work_and_who_gets_no_mail(cast: Cast) -> None:
    from garant.cases.operations_mailboxes import configure_mailboxes, mailbox_failed

    page = cast.client("agent").get(url("mails")).content.decode()
    assert "No mailbox is read." in page
    assert "needs a look" not in page
    configure_mailboxes(["reference"])
    mailbox_failed(name="reference", problem="password", detail="NO denied")
    flag_undeliverable(person_id=cast.people["contact"].pk, problem="550 no such user")
    page = cast.client("agent").get(url("mails")).content.decode()
    for shown in ("needs a look", "refuses the user or the password", "NO denied", "550 no such user"):
        assert shown in page
