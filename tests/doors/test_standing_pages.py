"""Standing on every screen of a subscriber: recorded, decided, shown, and a contract changed after a look."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from desk_cast import Cast, file_case, person
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.html import escape

from garant.cases import operations as cases
from garant.cases.models import Case
from garant.contracts.decided import standing_of
from garant.contracts.models import Amendment, ObligationFact
from garant.contracts.operations_standing import record_fact
from garant.core.people import SYSTEM, Actor
from garant.directory import operations as directory
from garant.directory.models import Person
from garant.journal.operations import database_now

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SLUG = {"slug": "aurora-rail"}
REASON = "Three letters, no answer."


def url(name: str, **arguments: Any) -> str:
    return reverse(f"console:{name}", kwargs=arguments or SLUG)


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def finance(cast: Cast) -> Person:
    made = person("Fiona Dale", "fiona@vendor.example")
    directory.give_role(by=SYSTEM, person_id=made.pk, role="finance")
    cast.people["finance"] = made  # type: ignore[index]
    return made


def owes(cast: Cast, finance: Person) -> None:
    today, by = database_now().date(), Actor("person", finance.pk)
    given = {"by": by, "subscriber_id": cast.subscriber_a, "reference": "INV-7"}
    record_fact(**given, kind="invoice_due", on=today - timedelta(days=75), amount=Decimal(1200), currency="EUR")
    record_fact(**given, kind="notice_given", on=today - timedelta(days=35))


def suspended(cast: Cast, finance: Person) -> None:
    owes(cast, finance)
    cases.suspend(by=Actor("person", finance.pk), subscriber_id=cast.subscriber_a, reason=REASON)


def test_finance_records_a_payment_and_suspends_in_the_browser(cast: Cast, finance: Person) -> None:
    client = cast.client("finance")
    today = database_now().date()
    fact = {"kind": "invoice_due", "reference": "INV-7", "on": str(today - timedelta(days=75)), "amount": "1200.00",
            "currency": "EUR", "note": ""}  # fmt: skip
    assert client.post(url("subscriber-fact"), fact).status_code == 302
    page = text(client.get(url("subscriber")))
    assert "INV-7 has been late for long enough. Give notice and record it." in page
    assert "1,200.00 EUR" in page
    assert "Suspend support" not in page
    told = {**fact, "kind": "notice_given", "on": str(today - timedelta(days=35)), "amount": "", "currency": ""}
    client.post(url("subscriber-fact"), told)
    assert "The rule proposes to suspend support: INV-7" in text(client.get(url("subscriber")))
    empty = client.post(url("subscriber-suspend"), {"reason": " "})
    assert (empty.status_code, standing_of(cast.subscriber_a)) == (422, "good")
    done = client.post(url("subscriber-suspend"), {"reason": REASON}, follow=True)
    assert "Support is suspended. The clocks of 1 case stand still." in text(done)
    assert standing_of(cast.subscriber_a) == "suspended"


def test_a_refused_decision_names_the_rule_and_keeps_what_was_typed(cast: Cast, finance: Person) -> None:
    client = cast.client("finance")
    response = client.post(url("subscriber-reinstate"), {"reason": "Paid <b>at last</b>"})
    assert response.status_code == 422
    assert "Support is not suspended." in text(response)
    assert cast.client("agent").post(url("subscriber-suspend"), {"reason": "x"}).status_code == 403
    assert client.post(url("subscriber-suspend"), {"reason": "x", "by": "1"}).status_code == 400


def test_ent_04_the_suspension_shows_on_every_screen_of_the_subscriber(cast: Cast, finance: Person) -> None:
    suspended(cast, finance)
    held = file_case(cast.people["contact"], cast.subscriber_a, "Held one", severity="1")
    agent = cast.client("agent")
    for page in (url("subscriber"), url("case", number=cast.case_a), url("case", number=held)):
        shown = text(agent.get(page))
        assert "Support suspended" in shown
        assert REASON in shown
    assert "Support suspended" in text(agent.get(reverse("console:subscribers")))
    contact = cast.client("contact")
    for name, arguments in (("home", {}), ("case", {"number": held}), ("account", {}), ("packages", {})):
        shown = text(contact.get(reverse(name, kwargs=arguments)))
        assert "Support for Aurora Rail is suspended." in shown
        assert REASON in shown
    whom = text(contact.get(reverse("standing")))
    assert "Fiona Dale fiona@vendor.example" in whom
    assert "INV-7" not in whom  # payments are for those who answer for them
    for page in ("home", "standing"):
        assert "is suspended" not in text(cast.client("stranger").get(reverse(page)))
    assert "In good standing" in text(cast.client("stranger").get(reverse("standing")))


def test_an_administrator_sees_what_is_open(cast: Cast, finance: Person) -> None:
    suspended(cast, finance)
    directory.give_role(
        by=SYSTEM, person_id=cast.people["viewer"].pk, role="administrator", subscriber_id=cast.subscriber_a
    )
    assert "INV-7" in text(cast.client("viewer").get(reverse("standing")))


def test_the_pages_speak_french(cast: Cast, finance: Person) -> None:
    suspended(cast, finance)
    client = cast.client("contact")
    client.cookies["django_language"] = "fr"
    Person.objects.filter(pk=cast.people["contact"].pk).update(language="fr")
    page = text(client.get(reverse("standing"), headers={"accept-language": "fr"}))
    assert "L’assistance est suspendue" in page
    assert "À qui s’adresser" in page
    Person.objects.filter(pk=finance.pk).update(language="fr")
    staff = cast.client("finance")
    staff.cookies["django_language"] = "fr"
    shown = text(staff.get(url("subscriber"), headers={"accept-language": "fr"}))
    for words in ("Assistance suspendue", "Rétablir l’assistance", "Paiement en retard", "Décisions"):
        assert words in shown


def test_a_manager_admits_one_held_case_from_its_page(cast: Cast, finance: Person) -> None:
    suspended(cast, finance)
    held = file_case(cast.people["contact"], cast.subscriber_a, "Held one", severity="1")
    assert "Admit by exception" not in text(cast.client("agent").get(url("case", number=held)))
    manager = cast.client("manager")
    assert "Admit by exception" in text(manager.get(url("case", number=held)))
    assert manager.post(url("admit", number=held), {"reason": ""}).status_code == 422
    running = manager.post(url("admit", number=cast.case_a), {"reason": "Urgent"})
    assert "not held because of the subscriber" in text(running)
    assert manager.post(url("admit", number=held), {"reason": "Urgent"}).status_code == 302
    assert Case.objects.get(number=held).state == "open"


# -- files --------------------------------------------------------------------------------------------------------

HEADING = "subscriber,kind,reference,on,amount,currency,note\n"


def upload(content: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("facts.csv", content.encode(), "text/csv")}


def test_a_file_is_shown_before_it_is_recorded(cast: Cast, finance: Person) -> None:
    client, content = cast.client("finance"), HEADING + "aurora-rail,invoice_due,INV-7,2026-01-02,10.00,EUR,<script>\n"
    seen = client.post(reverse("console:facts-file"), upload(content))
    assert "1 new fact. Nothing is recorded yet." in text(seen)
    assert escape("<script>") in seen.content.decode()
    assert not ObligationFact.objects.exists()
    kept = re.search(r'name="content" value="([^"]*)"', seen.content.decode())
    assert kept is not None
    done = client.post(reverse("console:facts-file"), {"content": content}, follow=True)
    assert "1 fact recorded." in text(done)
    assert ObligationFact.objects.get().note == "<script>"


def test_a_file_with_a_mistake_is_not_recorded(cast: Cast, finance: Person) -> None:
    client, content = cast.client("finance"), HEADING + "nobody,invoice_due,INV-7,2026-01-02,,,\n"
    seen = text(client.post(reverse("console:facts-file"), upload(content)))
    assert "1 line has a mistake. Nothing was recorded." in seen
    assert "There is no such subscriber." in seen
    assert "Record all lines" not in seen
    assert client.post(reverse("console:facts-file"), {"content": content}).status_code == 422
    broken = client.post(reverse("console:facts-file"), upload("no,such,columns\n"))
    assert "The file can't be read as CSV." in text(broken).replace("&#x27;", "'")


# -- contracts ----------------------------------------------------------------------------------------------------

CHANGE = {
    "kind": "package",
    "package": "platinum",
    "region": "default",
    "ends_on": "",
    "add_on": "",
    "severity": "",
    "metric": "",
    "amount": "",
    "unit": "business_hours",
    "calendar": "",
    "reason": "",
    "step": "look",
}


def test_a_change_is_looked_at_and_then_made(cast: Cast) -> None:
    number = file_case(cast.people["contact"], cast.subscriber_a, "Night import", severity="1")
    client, page = cast.client("manager"), url("contract-change", reference="AUR-1")
    assert client.get(page).status_code == 200
    seen = text(client.post(page, CHANGE))
    assert "Nothing has been written yet." in seen
    assert "Night import" in seen
    assert not Amendment.objects.exists()
    assert client.post(page, {**CHANGE, "step": "make"}).status_code == 422
    done = client.post(page, {**CHANGE, "step": "make", "reason": "Signed"}, follow=True)
    assert "The contract is changed. 2 open cases have its new terms." in text(done)
    assert Amendment.objects.get().reason == "Signed"
    assert "/platinum:" in Case.objects.get(number=number).package_key
    refused = client.post(page, CHANGE)
    assert (refused.status_code, "This changes nothing." in text(refused)) == (422, True)


def test_a_change_needs_its_fields_and_a_contract(cast: Cast) -> None:
    client, page = cast.client("manager"), url("contract-change", reference="AUR-1")
    for wrong in ({"kind": "renewal"}, {"kind": "override"}, {"package": "diamond"}, {"step": "jump"}):
        assert client.post(page, {**CHANGE, **wrong}).status_code == 422
    assert client.get(url("contract-change", reference="no/such")).status_code == 404
    assert client.get(url("subscriber", slug="nobody")).status_code == 404
    own = {"kind": "override", "severity": "1", "metric": "initial_response", "amount": "1", "unit": "elapsed_hours"}
    assert "What changes" in text(client.post(page, {**CHANGE, **own}))
