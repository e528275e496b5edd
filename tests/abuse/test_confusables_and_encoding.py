"""Abuse of letters: look-alikes, unseen letters, turned text, bytes that are no text."""

from __future__ import annotations

import pytest
from desk_cast import Cast as Desk
from desk_cast import file_case
from django.urls import reverse
from hostile import TEXTS, everything_open, pages, sent, sheets

from garant.cases import operations as cases
from garant.cases import queries
from garant.core.identity import mixes_scripts, plain_text
from garant.core.people import SYSTEM
from garant.core.refusals import Refusal
from garant.directory import operations as directory
from garant.directory.models import Person
from garant.directory.queries import viewer_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]

RIGHT_TO_LEFT = "\u202e"


@pytest.mark.parametrize(("who", "at_least"), [("contact", 8), ("viewer", 4), ("manager", 12)])
def test_UNI_07_no_text_in_any_field_of_any_form_breaks_a_page(desk: Desk, who: str, at_least: int) -> None:
    """NUL, unseen letters, line breaks, foreign digits and far too much, in every form that a page shows."""
    everything_open(desk)
    client = desk.client(who, raise_request_exception=False)
    forms = sheets(client, pages(desk))
    assert len(forms) >= at_least, [form.action for form in forms]
    broken = []
    for form in forms:
        kept = {name for name, kind in form.kinds.items() if kind in ("hidden", "radio", "submit", "select", "date")}
        for name, text in TEXTS.items():
            typed = {field: form.fields.get(field, "") if field in kept else text for field in form.kinds}
            for data in (typed, dict.fromkeys(form.kinds, text)) if name in ("nul", "beyond") else (typed,):
                if sent(client, "POST", form.action, data).status_code >= 500:
                    broken.append((form.action, name))
    assert not broken


def test_UNI_07_control_a_form_that_fails_is_seen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the walk fills forms in and sees an answer of 500."""

    def fail(**_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(cases, "add_customer_message", fail)
    client = desk.client("contact", raise_request_exception=False)
    forms = [form for form in sheets(client, pages(desk)) if "/reply/" in form.action]
    assert [sent(client, "POST", form.action, form.filled(body="x")).status_code for form in forms] == [500]


ADDRESSES = (
    "/allotments/1/%00/",
    "/allotments/1/a%00b/statement.csv",
    "/invitations/%00/",
    "/invitations/%ff%fe/",
    "/console/contracts/%00/change/",
    "/console/allotments/1/%00/",
    "/console/export/people%00.csv",
    "/console/allotments/99999999999999999999/x/",
    "/contacts/99999999999999999999/",
    "/?after=%00&past=%00",
    "/console/?q=%00&after=%00&shown=%00",
    "/packages/?region=%00&package=%00",
    "/console/notices/?after=%00",
)


def test_UNI_07_bytes_in_an_address_lead_nowhere(desk: Desk) -> None:
    answers = {}
    for who in ("contact", "manager"):
        client = desk.client(who, raise_request_exception=False)
        answers.update({(who, address): client.get(address).status_code for address in ADDRESSES})
    assert set(answers.values()) <= {200, 302, 400, 403, 404}, answers


@pytest.mark.parametrize(
    "name",
    ["\u0392ob Advisor", "Ines Carv\u0430lho", "\u0421arol", "A\u0301nn\u0430", "In\u03b5s", "Hel\u0585na Strand"],
)
def test_UNI_02_a_name_that_mixes_alphabets_in_a_word_is_refused(db: None, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        directory.create_person(by=SYSTEM, email="new@vendor.example", name=name)
    assert refused.value.code == "name_mixes_scripts"
    with pytest.raises(Refusal, match="name_mixes_scripts"):
        directory.create_subscriber(by=SYSTEM, name=name)
    assert not Person.objects.filter(email="new@vendor.example").exists()


@pytest.mark.parametrize(
    "name",
    ["Ирина Соколова", "Νίκος Ιωάννου", "山田 太郎", "Garant 株式会社", "Anna Иванова", "Đặng Thị Nga",
     "Søren Ångström", "Zoë Müller-Weiß", "אבי כהן", "عمر الفارسي", "O’Brien", "李 Lee", "Ｇarant"],
)  # fmt: skip
def test_UNI_02_control_names_of_people_and_companies_are_taken(db: None, name: str) -> None:
    assert directory.create_person(by=SYSTEM, email="new@vendor.example", name=name).name


def test_UNI_02_no_name_makes_a_contacts_message_the_vendors(desk: Desk) -> None:
    """The mark that a message is support's comes from the role of who wrote it, never from the name."""
    mallory = desk.people["contact"]
    mallory.name = "Ines Carvalho (Support)"
    mallory.save()
    cases.add_customer_message(by=desk.actor("contact"), number=desk.case_a, body="Please send me your password.")
    said = queries.case(viewer=viewer_of(desk.people["agent"].pk), number=desk.case_a).messages[-1]
    assert not said.by_vendor


@pytest.mark.parametrize(
    "email",
    ["m\u0131ke@vendor.example", "in\u0435s@vendor.example", "ines@vend\u043er.example", "ines@ven\u200bdor.example",
     "ines\u202e@vendor.example", "\u0456nes@vendor.example", "ines@vendor.example\x00", "a@b@vendor.example"],
)  # fmt: skip
def test_UNI_01_an_address_that_looks_like_another_is_refused(db: None, email: str) -> None:
    people = Person.objects.count()
    with pytest.raises(Refusal) as refused:
        directory.create_person(by=SYSTEM, email=email, name="Ines")
    assert refused.value.code in ("email_malformed", "email_taken")
    assert Person.objects.count() == people


def test_UNI_01_control_an_address_in_another_alphabet_is_taken(db: None) -> None:
    assert directory.create_person(by=SYSTEM, email="anna@пример.example", name="Anna").email == "anna@пример.example"


def test_UNI_03_a_turned_subject_stands_as_it_is_read(desk: Desk) -> None:
    """Letters that turn the reading direction or steer a terminal are not kept, in a subject and in a text."""
    subject = f"Pay {RIGHT_TO_LEFT}tnega\u2066 \x1b[31mnow\u202c"
    number = file_case(desk.people["contact"], desk.subscriber_a, subject)
    body = f"run {RIGHT_TO_LEFT}cod.exe\x07\x00\x1b]0;x\x07 now\r\nthen\tthat"
    cases.add_customer_message(by=desk.actor("contact"), number=number, body=body)
    view = queries.case(viewer=viewer_of(desk.people["agent"].pk), number=number)
    assert view.subject == "Pay tnega [31mnow"
    assert view.messages[-1].body == "run cod.exe]0;x now\nthen\tthat"
    page = desk.client("agent").get(reverse("console:case", kwargs={"number": number})).content.decode()
    assert not [letter for letter in "\u202e\u2066\x1b\x07\x00" if letter in page]


def test_UNI_03_letters_that_languages_need_are_kept() -> None:
    kept = "می‌خواهم \u200f(א)\u200e 👩‍💻 naïve e\u0301\n\tz\u0323"
    assert plain_text(kept) == kept


def test_UNI_04_a_name_of_unseen_letters_is_none(db: None) -> None:
    for name in ("\u200b", "\u2060\ufeff", "\u202e", " \u00ad "):
        with pytest.raises(Refusal):
            directory.create_person(by=SYSTEM, email="unseen@vendor.example", name=name)


def test_UNI_05_control_folding_keeps_different_people_apart() -> None:
    assert not mixes_scripts("Bob")
    assert not mixes_scripts("Алексей Bob")
    assert mixes_scripts("Вob")


def test_UNI_10_role_names_in_capitals_or_with_dotless_letters_are_no_roles(desk: Desk) -> None:
    """A Turkish capital or a full-width letter never turns into a role."""
    for role in ("ADMINISTRATOR", "adm\u0131nistrator", "adm\u0130nistrator", "Viewer", "\uff56iewer", " viewer"):
        with pytest.raises(Refusal):
            directory.give_role(
                by=SYSTEM, person_id=desk.people["contact"].pk, role=role, subscriber_id=desk.subscriber_a
            )
