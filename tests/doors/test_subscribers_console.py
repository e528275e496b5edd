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
from garant.contracts.models import LedgerAccount
from garant.core.people import SYSTEM
from garant.directory import operations as directory

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
    row = re.search(r"Services days.*?Left: ([\d.]+)", text(page))
    assert row is not None
    assert row[1] == "1.5", "three in a term, one and a half used"
    link = re.search(r'href="([^"]+)">All cases of this subscriber', page.content.decode())
    assert link is not None
    cases = text(agent.get(link[1].replace("&amp;", "&")))
    assert Cast.secret_a in cases
    assert Cast.secret_b not in cases
