"""Subscribers in the console: found by name, seen with package, cases, allotments; entered with their contract."""

from __future__ import annotations

import re
from typing import Any

import pytest
from desk_cast import Cast, file_case
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from garant.contracts import operations_ledger as ledger
from garant.contracts.models import Contract, LedgerAccount
from garant.core.people import SYSTEM
from garant.directory import operations as directory
from garant.directory.models import Person, Subscriber
from garant.directory.queries import viewer_of
from garant.journal.models import Notice

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_a_subscriber_is_found_by_part_of_the_name_and_shows_package_and_cases(cast: Cast) -> None:
    agent, address = cast.client("agent"), reverse("console:subscribers")
    everybody = text(agent.get(address))
    assert "Aurora Rail" in everybody
    assert "Borealis Foods" in everybody
    found = text(agent.get(address, {"name": "rail AURORA"}))
    assert "Gold 1 open case" in found
    assert "1 missed" in found, "case A is long past its due time"
    assert "Borealis Foods" not in found
    assert "No subscriber of that name" in text(agent.get(address, {"name": "zzz <b>"}))


def test_the_list_asks_the_same_number_of_questions_for_any_number_of_subscribers(cast: Cast) -> None:
    agent, address = cast.client("agent"), reverse("console:subscribers")
    agent.get(address)
    with CaptureQueriesContext(connection) as few:
        agent.get(address)
    for number in range(6):
        directory.create_subscriber(by=SYSTEM, name=f"Harbour {number}", zone="UTC", language="en")
        file_case(cast.people["contact"], cast.subscriber_a, f"Another {number}")
    with CaptureQueriesContext(connection) as many:
        agent.get(address)
    assert len(many) == len(few)


def test_a_subscribers_page_shows_what_is_left_and_leads_to_every_case(cast: Cast) -> None:
    agent = cast.client("agent")
    account = LedgerAccount.objects.get(subscriber_id=cast.subscriber_a, ledger="services_days")
    ledger.record(
        by=cast.actor("manager"), kind="use", contract_id=account.contract_id, ledger="services_days", amount="1.5",
        booking="visit-1", piece="1", on=None, reason="On site",
    )  # fmt: skip
    page = agent.get(reverse("console:subscriber", args=["aurora-rail"]))
    row = re.search(r'Services days.*?data-label="Left" class="r"><b>([\d.]+)', page.content.decode(), re.S)
    assert row is not None
    assert row[1] == "1.5", "three in a term, one and a half used"
    link = re.search(r'href="([^"]+)">All cases of this subscriber', page.content.decode())
    assert link is not None
    cases = text(agent.get(link[1].replace("&amp;", "&")))
    assert Cast.secret_a in cases
    assert Cast.secret_b not in cases


def test_a_subscriber_is_entered_and_its_contract_signed(cast: Cast) -> None:
    manager = cast.client("manager")
    new = {"name": "Fjordline Ferries", "slug": "", "language": "de", "zone": "Europe/Oslo"}
    done = manager.post(reverse("console:subscriber-new"), new)
    address = reverse("console:contract-new", args=["fjordline-ferries"])
    assert (done.status_code, done.headers["Location"]) == (302, address)
    page = manager.get(address).content.decode()
    assert '<optgroup label="Support and training packages">' in page, "packages stand under the programme's name"
    assert '<option value="Europe/Oslo" selected' in page, "the subscriber's own zone is proposed"
    told = {
        "package": "reference/silver", "region": "default", "reference": "FJO-1", "zone": "Europe/Oslo",
        "starts_on": "2026-01-01", "ends_on": "2027-12-31", "contacts": "",
    }  # fmt: skip
    assert manager.post(address, told).status_code == 302
    row = Contract.objects.get(reference="FJO-1")
    assert (row.contact_limit, row.subscriber.slug) == (2, "fjordline-ferries"), "as many contacts as Silver says"
    again = manager.post(address, {**told, "reference": "FJO-1"})
    assert again.status_code == 422
    assert "Another contract already has this reference" in text(again)
    assert 'value="2026-01-01"' in again.content.decode(), "what was typed is still there"
    backwards = manager.post(address, {**told, "reference": "FJO-2", "ends_on": "2025-01-01"})
    assert "The contract ends before it begins" in text(backwards)
    none = manager.post(address, {**told, "package": "reference/diamond"})
    assert (none.status_code, Contract.objects.filter(subscriber=row.subscriber).count()) == (422, 1)


def test_a_taken_short_name_and_a_missing_name_are_told_at_the_form(cast: Cast) -> None:
    manager, address = cast.client("manager"), reverse("console:subscriber-new")
    taken = manager.post(address, {"name": "Aurora Rail", "slug": "", "language": "en", "zone": "UTC"})
    assert (taken.status_code, Subscriber.objects.filter(name="Aurora Rail").count()) == (422, 1)
    assert "already has this short name" in text(taken)
    assert "Write the subscriber" in text(manager.post(address, {"name": " ", "language": "en", "zone": "UTC"}))


def test_somebody_of_the_staff_is_entered_with_roles_and_chooses_a_password_from_the_mail(cast: Cast) -> None:
    manager, address = cast.client("manager"), reverse("console:staff-new")
    told = {
        "name": "Noor Haddad", "email": "noor@vendor.example", "roles": ["agent", "senior_advisor"], "language": "fr",
        "zone": "Europe/Paris",
    }  # fmt: skip
    assert manager.post(address, told).status_code == 302
    made = Person.objects.get(email="noor@vendor.example")
    assert viewer_of(made.pk).staff_roles == {"agent", "senior_advisor"}
    notice = Notice.objects.get(kind="staff_welcome", person_id=made.pk)
    assert (notice.language, notice.data) == ("fr", {"roles": ["agent", "senior_advisor"]}), "no link in the outbox"
    assert not made.has_usable_password()
    nobody = manager.post(address, {**told, "email": "x@vendor.example", "roles": []})
    assert (nobody.status_code, "Choose at least one role" in text(nobody)) == (422, True)
    taken = manager.post(address, told)
    assert (taken.status_code, "already has this e-mail address" in text(taken)) == (422, True)


def test_roles_are_given_and_ended_and_the_last_manager_stays(cast: Cast) -> None:
    manager, agent = cast.client("manager"), cast.people["agent"]
    address = reverse("console:staff-roles", args=[agent.pk])
    assert manager.post(address, {"roles": ["agent", "finance"]}).status_code == 302
    assert viewer_of(agent.pk).staff_roles == {"agent", "finance"}
    assert manager.post(address, {"roles": ["finance"]}).status_code == 302
    assert viewer_of(agent.pk).staff_roles == {"finance"}
    own = reverse("console:staff-roles", args=[cast.people["manager"].pk])
    refused = manager.post(own, {"roles": ["agent"]})
    assert refused.status_code == 422
    assert "last support manager" in text(refused)
    assert "Make somebody else a support manager first" in text(refused)
    assert viewer_of(cast.people["manager"].pk).staff_roles == {"manager"}
    unknown = manager.post(address, {"roles": ["emperor"]})
    assert (unknown.status_code, viewer_of(agent.pk).staff_roles) == (422, {"finance"})


def test_an_agent_whose_last_role_ends_is_out_at_once(cast: Cast) -> None:
    manager, agent = cast.client("manager"), cast.client("agent")
    assert agent.get(reverse("console:queue")).status_code == 200
    address = reverse("console:staff-roles", args=[cast.people["agent"].pk])
    assert manager.post(address, {}).status_code == 302
    assert agent.get(reverse("console:queue")).status_code in (302, 403)
    assert manager.get(address).status_code == 404, "no staff any more"
