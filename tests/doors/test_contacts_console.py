"""The console's pages about contacts, imports and rights."""

from __future__ import annotations

import re

import pytest
from desk_cast import Cast
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from garant.console.rights import act_names, group_names, groups
from garant.contracts.models import ContactSlot, Contract, Invitation
from garant.contracts.notices_contacts import token_of
from garant.core.people import STAFF_ROLES, SYSTEM
from garant.core.rights import RIGHTS
from garant.directory import operations as directory
from garant.directory.models import Person, Subscriber
from garant.journal.models import Notice
from garant.wording.letters import letter

pytestmark = [pytest.mark.database, pytest.mark.django_db]

FILE = "slug,name\nvela-air,Vela Air\n"


@pytest.fixture
def contract(cast: Cast) -> int:
    return Contract.objects.get(subscriber_id=cast.subscriber_a).pk


def at(contract: int, name: str = "contacts-of", **more: object) -> str:
    return reverse(f"console:{name}", kwargs={"contract_id": contract, **more})


def once(client: Client, contract: int) -> str:
    found = re.search(r'name="once" value="([^"]+)"', client.get(at(contract)).content.decode())
    assert found
    return found[1]


def test_an_agent_invites_and_names_and_a_manager_trains(cast: Cast, contract: int) -> None:
    agent, manager = cast.client("agent"), cast.client("manager")
    invited = {"name": "Ada", "email": "ada@aurora.example", "language": "en", "role": "contact"}
    assert agent.post(at(contract, "contact-invite"), {**invited, "once": once(agent, contract)}).status_code == 302
    assert Invitation.objects.get().role == "contact"
    theo = cast.people["viewer"].pk
    named = agent.post(at(contract, "contact-name"), {"person": theo, "way": "name"})
    assert named.status_code == 302
    shown = agent.get(at(contract)).content.decode()
    assert "Ada" in shown
    assert "not trained today" in shown
    assert "Record for" not in shown, "training is for managers and trainers to record"
    training = {"person": theo, "trained_on": "2026-01-05", "trained_until": ""}
    assert agent.post(at(contract, "contact-train"), training).status_code == 403
    assert manager.post(at(contract, "contact-train"), training).status_code == 302
    assert ContactSlot.objects.get(person_id=theo).trained_on.isoformat() == "2026-01-05"
    assert "not trained today" not in agent.get(at(contract)).content.decode()


def test_a_contact_is_replaced_stood_in_for_and_removed(cast: Cast, contract: int) -> None:
    agent, maren, theo = cast.client("agent"), cast.people["contact"], cast.people["viewer"]
    form = {"person": theo.pk, "way": "stand_in", "holder": ""}
    assert agent.post(at(contract, "contact-name"), form).status_code == 422
    assert agent.post(at(contract, "contact-name"), {**form, "holder": maren.pk}).status_code == 302
    assert "Maren Lindqvist is back" in agent.get(at(contract)).content.decode()
    assert agent.post(at(contract, "contact-back", number=1)).status_code == 302
    replaced = {"person": theo.pk, "way": "replace", "holder": maren.pk}
    assert agent.post(at(contract, "contact-name"), replaced).status_code == 302
    assert agent.post(at(contract, "contact-remove", number=1)).status_code == 302
    history = agent.get(at(contract)).content.decode()
    for told in ("stands in for", "replaces Maren Lindqvist", "was removed from place 1"):
        assert told in history


def test_a_full_contract_says_the_rule_and_the_way_out(cast: Cast, contract: int) -> None:
    Contract.objects.filter(pk=contract).update(contact_limit=1)
    agent = cast.client("agent")
    form = {"name": "A", "email": "a@b.example", "language": "en", "role": "contact", "once": once(agent, contract)}
    answer = agent.post(at(contract, "contact-invite"), form)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "All included authorized contacts are taken." in text
    assert "a@b.example" in text


def test_MASS_01_a_field_that_the_form_has_not_is_refused(cast: Cast, contract: int) -> None:
    manager = cast.client("manager")
    for name, more in (("contact-invite", {}), ("contact-train", {}), ("contact-remove", {"number": 1})):
        assert manager.post(at(contract, name, **more), {"contact_limit": "99"}).status_code == 400
    assert Contract.objects.get(pk=contract).contact_limit == 3


def upload(text: str | bytes) -> dict[str, SimpleUploadedFile]:
    content = text.encode() if isinstance(text, str) else text
    return {"file": SimpleUploadedFile("x.csv", content, content_type="text/csv")}


def test_a_file_is_looked_at_then_loaded(cast: Cast) -> None:
    manager, address = cast.client("manager"), reverse("console:import")
    shown = manager.post(address, upload(FILE)).content.decode()
    assert "1 new line. Nothing is entered yet." in shown
    assert not Subscriber.objects.filter(slug="vela-air").exists()
    assert manager.post(address, {"content": FILE}).status_code == 302
    assert Subscriber.objects.get(slug="vela-air").name == "Vela Air"
    again = manager.post(address, upload(FILE)).content.decode()
    assert "on record already" in again
    assert "Enter all lines" not in again


def test_a_file_with_a_mistake_names_its_lines_and_loads_nothing(cast: Cast) -> None:
    manager, address = cast.client("manager"), reverse("console:import")
    text = FILE + "Été,Summer\n"
    shown = manager.post(address, upload(text)).content.decode()
    assert "1 line has a mistake" in shown
    assert "small letters, digits and hyphens" in shown
    assert manager.post(address, {"content": text}).status_code == 422
    assert not Subscriber.objects.filter(slug="vela-air").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("slug,name,role\na,A,manager\n", "unknown: role"),
        ("slug,name\ncafé,C\n".encode("latin-1"), "0xE9 is no UTF-8"),
        (b"", "empty"),
    ],
)
def test_MASS_07_a_file_that_cannot_be_read_says_why(cast: Cast, content: str | bytes, told: str) -> None:
    answer = cast.client("manager").post(reverse("console:import"), upload(content))
    assert answer.status_code == 422
    assert told in answer.content.decode()


def test_exports_are_downloads_without_formulas(cast: Cast) -> None:
    Person.objects.filter(pk=cast.people["viewer"].pk).update(name="=1+1")
    manager = cast.client("manager")
    for kind in ("subscribers", "people", "contracts"):
        answer = manager.get(reverse("console:export", kwargs={"kind": kind}))
        assert "attachment" in answer.headers["Content-Disposition"]
        text = b"".join(answer).decode("utf-8-sig")  # type: ignore[arg-type]
        assert "Aurora" in text or "aurora" in text
        assert '"=1' not in text
    assert manager.get(reverse("console:export", kwargs={"kind": "passwords"})).status_code == 404


def test_the_table_of_rights_is_shown_whole_to_every_role_of_the_staff(cast: Cast) -> None:
    assert set(act_names()) == set(RIGHTS)
    assert set(group_names()) == {row.group for row in RIGHTS.values()}
    assert sum(len(group.lines) for group in groups()) == len(RIGHTS)
    directory.give_role(by=SYSTEM, person_id=cast.people["stranger"].pk, role="finance")
    shown = cast.client("stranger").get(reverse("console:rights"))
    assert shown.status_code == 200
    text = shown.content.decode()
    for name in act_names().values():
        assert name.replace("'", "&#x27;") in text
    assert text.count("<svg") > len(STAFF_ROLES)


def test_pages_read_in_french(cast: Cast, contract: int) -> None:
    Person.objects.update(language="fr")
    manager = cast.client("manager")
    for address, english in (
        (at(contract), ("Contacts of", "Invite by mail", "What happened", "Training", "Withdraw")),
        (reverse("console:contacts"), ("Who may open cases", "Until")),
        (reverse("console:import"), ("Look at the file", "Kinds of files", "Heading")),
        (reverse("console:rights"), ("Roles and rights", "Who may do what", "support manager")),
    ):
        text = manager.get(address, headers={"accept-language": "fr"}).content.decode()
        for word in english:
            assert word not in text, (address, word)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_invitations_notice_shows_neither_link_nor_seed(cast: Cast, contract: int, language: str) -> None:
    """Whoever reads the outbox can't accept in somebody's place."""
    agent = cast.client("agent")
    form = {"name": "Ada", "email": "ada@b.example", "language": language, "role": "contact"}
    sent = agent.post(at(contract, "contact-invite"), {**form, "once": once(agent, contract)}, follow=True)
    notice = Notice.objects.get(kind="contact_invited")
    # There is no mail server here, so whoever invited is given the link to hand on, once.
    assert token_of(notice.data["seed"]) in sent.content.decode()
    text = agent.get(reverse("console:notice", kwargs={"notice_id": notice.pk})).content.decode()
    assert notice.data["seed"] not in text
    assert token_of(notice.data["seed"]) not in text
    assert ("you are invited as authorized contact" if language == "en" else "vous êtes invité comme") in text
    told = letter("contact_invited", {**notice.data, "link": "https://desk.example/x"}, "UTC", language)
    assert told.page == "link"
    assert len(told.paragraphs) < len(letter("contact_invited", notice.data, "UTC", language).paragraphs)
