"""Pages at 1,000, 10,000 and 100,000 open cases, beside a bare Django view under the same server in the same run.

The bare view asks the same PostgreSQL once for 25 rows and answers as many bytes as Garant's page has.
All cases are one subscriber's: harsher for its page and for the portal than many subscribers would be. What is timed
is a whole request over loopback by somebody who is signed in; of each round's requests the 95th percentile counts.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bench.cases import AHEAD, clone, file_one
from bench.desk import Desk, throwaway_desk
from bench.measuring import System, Table, compared
from bench.worker import BARE, GARANT, free_port, known_to, serving

SIZES = (1_000, 10_000, 100_000)
ROUNDS, WARM_UP, REQUESTS = 5, 1, 40
#: The most that a page may take at the largest size, in multiples of the smallest and of the bare view.
GROWTH, BESIDE = 1.5, 8.0


@dataclass(frozen=True, slots=True)
class Page:
    """A page by its name and address, and whose cookie asks for it."""

    name: str
    address: str
    cookie: str


def run() -> Table:
    """Fill the desk step by step and ask for every page at each step, Garant and the bare view in turn."""
    table, seen = Table("Pages: 95th percentile of a request"), dict[tuple[str, int], tuple[float, float]]()
    with throwaway_desk() as desk:
        template = file_one(desk, _minute_ago())
        pages, filled = _pages(desk, template), 1
        port, floor, bodies = free_port(), free_port(), {"GARANT_BENCH_BODIES": str(desk.folder)}
        with serving(GARANT, port, known_to(desk)), serving(BARE, floor, {**known_to(desk), **bodies}):
            for page in pages:
                (desk.folder / page.name).write_bytes(_request(page.address, page.cookie, port)[1])
            for size in SIZES:
                _fill(desk, template, filled, size)
                filled = size
                for page in pages:
                    taken = _asked(page, port, floor)
                    table.rows += compared(f"{page.name}, {size:,} cases", _SIDES, taken)
                    ours, bare = table.rows[-2].figures.median, table.rows[-1].figures.median
                    seen[page.name, size] = (ours, bare)
    for page in pages:
        first, (last, bare) = seen[page.name, SIZES[0]][0], seen[page.name, SIZES[-1]]
        verdict = "within" if last <= GROWTH * first and last <= BESIDE * bare else "BEYOND"
        table.notes.append(
            f"{page.name}: {last / first:.2f} x of {SIZES[0]:,} cases, {last / bare:.1f} x the bare view; "
            f"{verdict} {GROWTH} and {BESIDE:.0f}"
        )
    table.notes.append("ratios below 1: the bare view takes that much of Garant's time")
    return table


_SIDES = [System("Garant", "garant", lambda: None), System("bare view", "floor", lambda: None)]


def _minute_ago() -> datetime:
    from garant.journal.operations import database_now

    return database_now() - timedelta(minutes=1)


def _pages(desk: Desk, number: int) -> list[Page]:
    from garant.directory.models import Person

    staff = _cookie(Person.objects.get(email="manager@bench.example"))
    contact = _cookie(Person.objects.get(pk=desk.contact))
    return [
        Page("queue", "/console/", staff),
        Page("case", f"/console/cases/{number}/", staff),
        Page("subscriber", "/console/subscribers/bench-customer/", staff),
        Page("portal", "/", contact),
        Page("packages", "/packages/", ""),
    ]


def _cookie(person: object) -> str:
    """A session as signing in leaves it."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")  # type: ignore[arg-type]
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


def _fill(desk: Desk, template: int, present: int, size: int) -> None:
    import psycopg

    from garant.cases.models import Case

    clone(Case.objects.get(number=template).pk, 10**13 + present, size - present, AHEAD)
    with psycopg.connect(desk.database.owner_url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
    if Case.objects.count() != size:
        raise AssertionError(f"{Case.objects.count()} cases instead of {size}")


def _asked(page: Page, port: int, floor: int) -> Mapping[str, list[float]]:
    """Round by round, one side after the other: the 95th percentile of each round's requests, in seconds."""
    taken: dict[str, list[float]] = {side.name: [] for side in _SIDES}
    for turn in range(ROUNDS + WARM_UP):
        for side, where in zip(_SIDES, (port, floor), strict=True):
            address = page.address if where == port else f"/like/{page.name}"
            times = sorted(_request(address, page.cookie, where)[0] for _ in range(REQUESTS))
            if turn >= WARM_UP:
                taken[side.name].append(times[int(len(times) * 0.95) - 1])
    return taken


def _request(address: str, cookie: str, port: int) -> tuple[float, bytes]:
    """Seconds and body of one request on a connection of its own; every reply is checked: 200 and not empty."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        begin = time.perf_counter()
        connection.request("GET", address, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        body = answer.read()
        taken = time.perf_counter() - begin
    finally:
        connection.close()
    if answer.status != 200 or not body:
        raise AssertionError(f"{address}: {answer.status}")
    return taken, body
