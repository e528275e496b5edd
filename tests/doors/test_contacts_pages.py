"""The portal's contacts pages and an invitation's page, in a browser without JavaScript."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from desk_cast import PASSWORD, Cast
from django.test import Client
from django.urls import reverse

from garant.cases.models import Case
from garant.contracts import operations as contracts
from garant.contracts import operations_contacts as contacts
from garant.contracts.models import Contract, Invitation
from garant.contracts.notices_contacts import link_path
from garant.core.people import SYSTEM
from garant.directory import operations as directory
from garant.directory.models import Person
from garant.directory.queries import viewer_of
from garant.journal.models import Notice

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NEW = {"name": "Ada Novak", "email": "ada@aurora.example", "language": "en"}


@pytest.fixture
def admin(cast: Cast) -> Client:
    """Theo, who reads, is also the administrator of Aurora."""
    directory.give_role(
        by=SYSTEM, person_id=cast.people["viewer"].pk, role="administrator", subscriber_id=cast.subscriber_a
    )
    return cast.client("viewer")


@pytest.fixture
def contract(cast: Cast) -> int:
    return Contract.objects.get(subscriber_id=cast.subscriber_a).pk


def page(contract: int, name: str = "contacts_of", **more: object) -> str:
    return reverse(name, kwargs={"contract_id": contract, **more})


def sent(client: Client, address: str, **data: object) -> int:
    """Fill the form of a page and send it; the status."""
    once = re.search(r'name="once" value="([^"]+)"', client.get(address).content.decode())
    assert once
    return client.post(address, {"once": once[1], **data}).status_code


def link() -> str:
    return link_path(Notice.objects.filter(kind="contact_invited").latest("pk").data["seed"])


def test_a_slot_is_filled_by_invitation(cast: Cast, admin: Client, contract: int) -> None:
    assert sent(admin, page(contract, "contact_name"), person="new", **NEW) == 302
    shown = admin.get(page(contract)).content.decode()
    assert "Ada Novak" in shown
    assert "reserved by an invitation" in shown
    visitor = Client()
    offer = visitor.get(link()).content.decode()
    assert "You are invited as authorized contact" in offer
    assert "ada@aurora.example" in offer
    form = {"name": "Ada Novak", "password": PASSWORD, "again": PASSWORD}
    assert visitor.post(link(), {**form, "again": "another thing 12"}).status_code == 422
    assert visitor.post(link(), {**form, "password": "short", "again": "short"}).status_code == 422
    assert not Person.objects.filter(email="ada@aurora.example").exists()
    assert visitor.post(link(), form).headers["Location"] == "/"
    ada = Person.objects.get(email="ada@aurora.example")
    assert viewer_of(ada.pk).subscriber_roles == {cast.subscriber_a: {"contact"}}
    assert "Your cases" in visitor.get("/").content.decode(), "signed in"
    assert "No training is recorded." in admin.get(page(contract)).content.decode()


def test_AUTH_04_a_used_an_old_and_a_withdrawn_link_say_so_and_make_no_account(admin: Client, contract: int) -> None:
    assert sent(admin, page(contract, "contact_name"), person="new", **NEW) == 302
    row, people = Invitation.objects.get(), Person.objects.count()
    form = {"name": "X", "password": PASSWORD, "again": PASSWORD}
    withdrawn = page(contract, "contact_withdraw", invitation_id=row.pk)
    assert admin.post(withdrawn).status_code == 302
    seen = Client().get(link())
    assert (seen.status_code, "was withdrawn" in seen.content.decode()) == (410, True)
    assert Client().post(link(), form).status_code == 422
    Invitation.objects.update(revoked_at=None, expires_at=row.invited_at, invited_at=row.invited_at - timedelta(days=7))
    seen = Client().get(link())
    assert (seen.status_code, "has expired" in seen.content.decode()) == (410, True)
    assert Client().post(link(), form).status_code == 422
    assert Client().get("/invitations/abc/").status_code == 404
    assert Person.objects.count() == people


def test_ENUM_02_the_page_says_the_same_for_an_address_that_is_known_elsewhere(
    cast: Cast, admin: Client, contract: int
) -> None:
    answers = []
    for email in (cast.people["stranger"].email, "unknown@nowhere.example"):
        assert sent(admin, page(contract, "contact_name"), person="new", **{**NEW, "email": email}) == 302
        body = admin.get(page(contract)).content.decode()
        answers.append(body.count("reserved by an invitation"))
        admin.post(page(contract, "contact_withdraw", invitation_id=Invitation.objects.latest("pk").pk))
        assert "Per Halden" not in body
    assert answers == [1, 1]


def test_an_invited_person_with_an_account_signs_in_and_accepts(cast: Cast, admin: Client, contract: int) -> None:
    email = cast.people["stranger"].email
    assert sent(admin, page(contract, "contact_name"), person="new", **{**NEW, "email": email}) == 302
    assert "There is an account with this address" in Client().get(link()).content.decode()
    wrong = cast.client("contact")
    assert "You are signed in as maren@aurora.example" in wrong.get(link()).content.decode()
    assert wrong.post(link()).status_code == 422
    right = cast.client("stranger")
    assert right.post(link()).status_code == 302
    held = viewer_of(cast.people["stranger"].pk).subscriber_roles
    assert held == {cast.subscriber_a: {"contact"}, cast.subscriber_b: {"contact"}}


def test_a_contact_is_replaced_stood_in_for_and_removed(cast: Cast, admin: Client, contract: int) -> None:
    maren, theo = cast.people["contact"], cast.people["viewer"]
    away = page(contract, "contact_change", number=1, way="stand-in")
    assert sent(admin, away, person=theo.pk, until="2000-01-01") == 422
    assert sent(admin, away, person=theo.pk) == 302
    assert "stands in since" in admin.get(page(contract)).content.decode()
    assert admin.post(page(contract, "contact_back", number=1)).status_code == 302
    assert sent(admin, page(contract, "contact_change", number=1, way="replace"), person=theo.pk) == 302
    shown = admin.get(page(contract)).content.decode()
    assert "Theo Okonkwo replaces Maren Lindqvist in place 1" in shown
    assert viewer_of(maren.pk).subscriber_roles == {}
    assert admin.post(page(contract, "contact_remove", number=1)).status_code == 302
    assert "Theo Okonkwo was removed from place 1" in admin.get(page(contract)).content.decode()


def test_AUTH_07_a_removed_contacts_open_session_ends_at_once(cast: Cast, admin: Client, contract: int) -> None:
    maren = cast.client("contact")
    assert maren.get("/").status_code == 200
    admin.post(page(contract, "contact_remove", number=1))
    answer = maren.get(f"/cases/{cast.case_a}/")
    assert answer.status_code == 302
    assert "/accounts/login/" in answer.headers["Location"]


def test_a_full_contract_refuses_with_the_way_out(cast: Cast, admin: Client, contract: int) -> None:
    for n in (1, 2):
        assert sent(admin, page(contract, "contact_name"), person="new", **{**NEW, "email": f"{n}@new.example"}) == 302
    assert "All places are taken" in admin.get(page(contract)).content.decode()
    address = page(contract, "contact_name")
    once = re.search(r'name="once" value="([^"]+)"', admin.get(address).content.decode())
    answer = admin.post(address, {"once": once and once[1], "person": "new", **NEW, "email": "3@new.example"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Replace one of the contacts" in text
    assert "3@new.example" in text, "what was typed stays"


def test_MASS_01_fields_that_the_form_has_not_are_refused(cast: Cast, admin: Client, contract: int) -> None:
    address = page(contract, "contact_name")
    for extra in ("trained_on", "role", "subscriber", "is_staff", "package", "contact_limit"):
        assert sent(admin, address, person="new", **NEW, **{extra: "1"}) == 400, extra
    assert admin.post(page(contract, "contact_remove", number=1), {"trained": "true"}).status_code == 400
    assert Invitation.objects.count() == 0
    assert Client().post("/invitations/abc/", {"role": "manager"}).status_code == 404


def test_MASS_05_an_administrator_changes_neither_package_nor_limit(cast: Cast, admin: Client, contract: int) -> None:
    before = Contract.objects.values().get(pk=contract)
    for name in ("contacts_of", "contact_name", "contact_role"):
        admin.post(page(contract, name), {"package": "platinum", "contact_limit": "99", "good_standing": "true"})
    for address in ("/console/", "/console/subscribers/"):
        assert admin.get(address).status_code == 403
    assert Contract.objects.values().get(pk=contract) == before


def test_roles_are_given_and_ended_and_one_administrator_stays(cast: Cast, admin: Client, contract: int) -> None:
    maren, theo = cast.people["contact"].pk, cast.people["viewer"].pk
    address = page(contract, "contact_role")
    refused = admin.post(address, {"person": theo, "role": "administrator"})
    assert refused.status_code == 422
    assert "at least one administrator" in refused.content.decode() or "last administrator" in refused.content.decode()
    assert admin.post(address, {"person": maren, "role": "administrator", "give": "on"}).status_code == 302
    assert admin.post(address, {"person": theo, "role": "administrator"}).status_code == 302
    assert admin.get(page(contract)).status_code == 200
    assert admin.get(page(contract, "contact_name")).status_code == 404, "from the next request on"
    assert cast.client("contact").get(page(contract, "contact_name")).status_code == 200


def test_pages_read_in_french(cast: Cast, admin: Client, contract: int) -> None:
    Person.objects.filter(pk=cast.people["viewer"].pk).update(language="fr")
    shown = admin.get(page(contract), headers={"accept-language": "fr"}).content.decode()
    assert "Nos interlocuteurs" in shown
    for english in ("Our contacts", "Name a contact", "Colleagues", "What happened", "Remove"):
        assert english not in shown, english
    form = admin.get(page(contract, "contact_change", number=1, way="stand-in")).content.decode()
    for english in ("Who?", "Somebody new", "Back on", ">Confirm<"):
        assert english not in form, english


def test_a_stand_in_by_mail_knows_whom_they_stand_in_for(cast: Cast, admin: Client, contract: int) -> None:
    away = page(contract, "contact_change", number=1, way="stand-in")
    assert sent(admin, away, person="new", **NEW) == 302
    assert "You stand in for Maren Lindqvist." in Client().get(link()).content.decode()
    assert contacts.settle_contacts() == 0


def test_with_several_contracts_the_contact_chooses_under_which_a_case_is(cast: Cast) -> None:
    """Aurora has a second contract under which Maren is a contact too: the promise and the case follow the choice."""
    maren, today = cast.people["contact"], datetime.now(tz=UTC).date()
    second = contracts.sign_contract(
        by=SYSTEM, subscriber_id=cast.subscriber_a, package="platinum", programme="reference", zone="UTC",
        starts_on=today - timedelta(days=20), ends_on=today + timedelta(days=300), reference="AUR-2",
    )  # fmt: skip
    contacts.fill_slot(by=SYSTEM, contract_id=second.id, person_id=maren.pk, trained_on=second.starts_on)
    client = cast.client("contact")
    first = client.get("/cases/new/kind/").content.decode()
    assert "Aurora Rail, Platinum (AUR-2)" in first
    choice = f"{cast.subscriber_a}:{Contract.objects.get(reference='AUR-1').pk}"
    for chosen, reference in ((choice, "AUR-1"), (f"{cast.subscriber_a}:{second.id}", "AUR-2")):
        answers = {"request_type": "error", "subscriber": chosen}
        assert client.post("/cases/new/kind/", answers).status_code == 302
        report = {"subject": reference, "steps": "1", "expected": "2", "actual": "3", "environment": "Prod"}
        assert client.post("/cases/new/what/", report).status_code == 302
        assert client.post("/cases/new/severity/", {"severity": "2"}).status_code == 302
        check = client.get("/cases/new/check/").content.decode()
        within = {"AUR-1": "within 8 business hours", "AUR-2": "within 6 business hours"}[reference]
        assert within in check
        once = re.search(r'name="once" value="([^"]+)"', check)
        assert client.post("/cases/new/check/", {"once": once and once[1]}).status_code == 302
        assert Case.objects.get(subject=reference).contract.reference == reference
    foreign = f"{cast.subscriber_a}:{Contract.objects.get(subscriber_id=cast.subscriber_b).pk}"
    assert client.post("/cases/new/kind/", {"request_type": "error", "subscriber": foreign}).status_code == 422


def test_an_invitation_speaks_its_own_language_unless_the_reader_has_chosen_one(
    cast: Cast, admin: Client, contract: int
) -> None:
    assert sent(admin, page(contract, "contact_name"), person="new", **{**NEW, "language": "fr"}) == 302
    address = link()
    for there, header in ((Client(), "de"), (Client(), "en"), (Client(), "")):
        answer = there.get(address, headers={"accept-language": header} if header else {})
        assert (answer.headers["Content-Language"], '<html lang="fr">' in answer.content.decode()) == ("fr", True)
    chosen = Client()
    assert '<html lang="de">' in chosen.get(address + "?lang=de&keep=yes", follow=True).content.decode()
    assert '<html lang="de">' in chosen.get(address).content.decode(), "what was chosen stays"
    refused = Client().post(address, {"password": "short", "again": "short"})
    assert '<html lang="fr">' in refused.content.decode()


def test_only_whoever_may_open_a_case_stands_among_those_to_ask(cast: Cast, admin: Client, contract: int) -> None:
    theo = cast.people["viewer"]
    assert sent(admin, page(contract, "contact_name"), person=str(theo.pk), name="", email="", language="en") == 302
    assert "Your authorized contacts: Maren Lindqvist." in admin.get("/cases/new/kind/").content.decode()
    contacts.record_training(
        by=SYSTEM, contract_id=contract, person_id=theo.pk, trained_on=datetime.now(tz=UTC).date() - timedelta(days=1)
    )
    assert "Maren Lindqvist, Theo Okonkwo." in admin.get("/cases/new/kind/").content.decode()
