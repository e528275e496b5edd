"""How many statements each page costs: written down, and the same however many cases there are.

`page_statements.json` holds the figures by person and route. After a change that is meant to cost more or less, write
them anew with `GARANT_WRITE_STATEMENTS=1 pytest tests/doors/test_page_statements.py` and read the difference.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from desk_cast import Cast, file_case
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from matrix import PEOPLE, Row
from test_matrix import table

from garant.cases import operations as cases
from garant.cases.sweeping import sweep_all

pytestmark = [pytest.mark.database, pytest.mark.django_db]

BASELINE = Path(__file__).with_name("page_statements.json")
READERS = ("anonymous", "contact", "manager")


def figures(clients: Mapping[str, Client], rows: Mapping[str, Row]) -> dict[str, dict[str, int]]:
    """Person -> route -> statements of a GET that shows a page; each is asked once before, for what is kept."""
    found: dict[str, dict[str, int]] = {}
    for name, client in clients.items():
        place = PEOPLE.index(name)
        found[name] = {
            route: _statements(client, reverse(route, kwargs=dict(row.arguments)))
            for route, row in sorted(rows.items())
            if row.get[place] == 200 and "logout" not in route
        }
    return found


def _statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as work:
        client.get(address).getvalue()
    return len(work)


def more_cases(cast: Cast, count: int) -> None:
    """More of both organisations, with an answer, a note and a customer's word each; every second one is mine."""
    agent, manager = cast.actor("agent"), cast.actor("manager")
    for n in range(count):
        for who, subscriber in (("contact", cast.subscriber_a), ("stranger", cast.subscriber_b)):
            number = file_case(cast.people[who], subscriber, f"Lamp {n} stays dark")
            cases.reply(by=agent, number=number, body="Which lamp is it?")
            cases.add_note(by=agent, number=number, body="The lamps again.")
            cases.add_customer_message(by=cast.actor(who), number=number, body="The left one.")
            if n % 2 == 0:
                cases.assign(by=manager, number=number, assignee_id=cast.people["manager"].pk)
    sweep_all()


def test_pages_cost_what_is_written_down_however_many_cases_there_are(cast: Cast) -> None:
    rows = table(cast)
    clients = {name: Client() if name == "anonymous" else cast.client(name) for name in READERS}
    more_cases(cast, 1)
    few = figures(clients, rows)
    if os.environ.get("GARANT_WRITE_STATEMENTS"):
        BASELINE.write_text(json.dumps(few, indent=1, sort_keys=True) + "\n")
    more_cases(cast, 6)
    many = figures(clients, rows)
    grown = {
        (name, route): (count, many[name][route])
        for name, routes in few.items()
        for route, count in routes.items()
        if many[name][route] > count
    }
    assert not grown, grown
    written = json.loads(BASELINE.read_text())
    assert {name: set(routes) for name, routes in few.items()} == {
        name: set(routes) for name, routes in written.items()
    }
    dearer = {
        (name, route): (written[name][route], count)
        for name, routes in few.items()
        for route, count in routes.items()
        if count > written[name][route]
    }
    assert not dearer, dearer
