"""Mails that open an account: to whom they go, what stands in them, and what an outsider can't do with them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from desk_cast import PASSWORD, Cast
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from garant.config.mail_writing import Reader, mail
from garant.contracts import operations_invitations as invitations
from garant.contracts.models import Contract
from garant.core.people import NOBODY
from garant.directory.models import Person
from garant.directory.queries import viewer_of
from garant.journal import queries as journal
from garant.journal.models import Notice

pytestmark = [pytest.mark.database, pytest.mark.django_db]

RESET = "/accounts/password/reset/"
NEW = "another calm harbour 17"


@pytest.fixture(autouse=True)
def as_on_a_desk(settings: Any) -> None:
    """The desk's own back end, which the test runner replaces; and limits that don't count what earlier tests did."""
    settings.EMAIL_BACKEND = "garant.config.outbox_backend.EmailBackend"
    cache.clear()


def resets() -> list[Notice]:
    return list(Notice.objects.filter(kind="password_reset").order_by("pk"))


def text_of(row: Notice) -> str:
    """The mail for a notice, as the sender makes it."""
    view = journal.notice(viewer=viewer_of(Person.objects.get(email="helena@vendor.example").pk), id=row.pk)
    address = Person.objects.get(pk=row.person_id).email if row.person_id else row.address
    message = mail(view, Reader(address, "UTC", NOBODY, known=True), "support@desk.example", "desk.example")
    assert message.to == [address]
    return str(message.body)


def link_in(text: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/accounts/password/reset/key/\S+)", text)
    assert found, text
    return found[1]


def test_a_forgotten_password_is_chosen_anew_with_the_link_of_the_mail(cast: Cast) -> None:
    client = Client()
    assert client.post(RESET, {"email": "maren@aurora.example"}).status_code == 302
    (row,) = resets()
    assert row.person_id == cast.people["contact"].pk
    page = client.get(link_in(text_of(row)), follow=True)
    form = page.redirect_chain[-1][0]
    assert client.post(form, {"password1": NEW, "password2": NEW}).status_code == 302
    assert Client().login(email="maren@aurora.example", password=NEW)
    changed = Notice.objects.filter(kind="security_changed", person_id=row.person_id)
    assert [each.data["what"] for each in changed] == ["password_reset"]


def test_the_outbox_never_shows_the_link(cast: Cast) -> None:
    """Whoever reads the outbox or a copy of the database can't sign in as somebody else."""
    Client().post(RESET, {"email": "maren@aurora.example"})
    (row,) = resets()
    assert row.data == {}
    page = cast.client("agent").get(reverse("console:notice", kwargs={"notice_id": row.pk})).content.decode()
    assert "/key/" not in page
    assert "stands in the mail itself" in page


@pytest.mark.parametrize(
    "form",
    [
        {"email": ["maren@aurora.example", "mallory@evil.example"]},
        {"email": ["mallory@evil.example", "maren@aurora.example"]},
        {"email[]": ["maren@aurora.example", "mallory@evil.example"]},
        {"email": ["maren@aurora.example,mallory@evil.example"]},
        {"email": ["maren@aurora.example\nBcc: mallory@evil.example"]},
    ],
)
def test_AUTH_01_a_reset_goes_to_the_stored_address_alone(cast: Cast, form: dict[str, list[str]]) -> None:
    """Whatever else is typed beside an address, nothing goes anywhere but to the one on record."""
    Client().post(RESET, form)
    for row in resets():
        assert (row.person_id, row.address) == (cast.people["contact"].pk, "")
    assert not Notice.objects.filter(kind="plain_mail").exists()
    assert "mallory" not in "".join(text_of(row) for row in resets())


@pytest.mark.parametrize("typed", ["mıke@example.org", "MIKE@EXAMPLE.ORG", "ｍike@example.org", "mike@exаmple.org"])
def test_AUTH_02_a_lookalike_address_is_never_mailed(cast: Cast, typed: str) -> None:
    """mıke (dotless), a full-width m and a Cyrillic а are not mike; capitals are, and he gets it at his own address."""
    from desk_cast import person

    mike = person("Mike Tanner", "mike@example.org")
    Client().post(RESET, {"email": typed})
    told = [(row.person_id, row.address) for row in resets()]
    assert told == ([(mike.pk, "")] if typed == "MIKE@EXAMPLE.ORG" else [])
    assert not Notice.objects.filter(kind="plain_mail").exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_HOST": "evil.example"},
        {"HTTP_X_FORWARDED_HOST": "evil.example"},
        {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_FORWARDED": "host=evil.example"},
    ],
)
def test_AUTH_08_links_in_mails_are_at_the_configured_address_whatever_the_host(
    cast: Cast, headers: dict[str, str]
) -> None:
    status = Client().post(RESET, {"email": "maren@aurora.example"}, **headers).status_code
    assert status == (400 if "HTTP_HOST" in headers else 302)
    for row in resets():
        text = text_of(row)
        assert "evil" not in text
        link_in(text)


def test_AUTH_08_an_invitation_too(cast: Cast) -> None:
    contract = Contract.objects.get(subscriber_id=cast.subscriber_a)
    invitations.invite(
        by=cast.actor("manager"), contract_id=contract.pk, email="nora@aurora.example", name="Nora", language="fr"
    )
    row = Notice.objects.get(kind="contact_invited")
    text = text_of(row)
    (path,) = re.findall(r"http://127\.0\.0\.1:8000(/invitations/\S+/)", text)
    assert Client().get(path).status_code == 200
    assert "Accepter l’invitation" in text


def test_ENUM_a_reset_for_an_unknown_address_mails_nobody_and_answers_alike(cast: Cast) -> None:
    known, unknown = (
        Client().post(RESET, {"email": each}, follow=True) for each in ("maren@aurora.example", "nobody@else.example")
    )
    assert known.content == unknown.content
    assert known.redirect_chain == unknown.redirect_chain
    assert {row.person_id for row in Notice.objects.exclude(data__has_key="number")} == {cast.people["contact"].pk}


def test_a_changed_password_is_told_to_its_owner(cast: Cast) -> None:
    client = cast.client("contact")
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post("/accounts/password/change/", form).status_code == 302
    row = Notice.objects.get(kind="security_changed")
    assert "Your password was changed." in text_of(row)
    assert (row.person_id, row.data["what"]) == (cast.people["contact"].pk, "password_changed")


def test_whatever_a_library_mails_goes_through_the_outbox(cast: Cast) -> None:
    from django.core.mail import send_mail

    assert send_mail("A word", "First.\n\nSecond.", None, ["x@people.example", "y@people.example"]) == 1
    rows = Notice.objects.filter(kind="plain_mail").order_by("address")
    assert [row.address for row in rows] == ["x@people.example", "y@people.example"]
    assert "First.\n\nSecond." in text_of(rows[0])
