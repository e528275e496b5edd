"""Who gets what from every route: the table, and the walk that compares it with the desk.

The rows come from the URL table itself. A route without an entry here is a finding, and so is an entry without a route.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

#: Who asks. "viewer" reads for organisation A, "contact" is its authorized contact, "stranger" one of B.
PEOPLE = ("anonymous", "viewer", "contact", "stranger", "agent", "manager")
SIGN_IN = "sign-in"


@dataclass(frozen=True, slots=True)
class Row:
    """A route's expected answers in the order of PEOPLE, to GET and to POST (with an empty body)."""

    get: tuple[int | str, ...]
    post: tuple[int | str, ...]
    arguments: Mapping[str, Any] = field(default_factory=dict)


def six(*answers: int | str) -> tuple[int | str, ...]:
    """One answer for everybody, or one for each of PEOPLE."""
    return answers * len(PEOPLE) if len(answers) == 1 else answers


def routes() -> Iterator[str]:
    """The name of every route of the desk, namespaced; a route without a name is called by its pattern."""
    yield from _walk(get_resolver(), "", "")


def _walk(resolver: URLResolver, prefix: str, space: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, pattern, space + (f"{entry.namespace}:" if entry.namespace else ""))
        elif isinstance(entry, URLPattern):
            yield space + entry.name if entry.name else pattern


def staff_page() -> Row:
    """A page of the console: to read only."""
    return Row(get=(SIGN_IN, 403, 403, 403, 200, 200), post=(SIGN_IN, 403, 403, 403, 405, 405))


def staff_act(empty: int) -> Row:
    """An act of the console: to POST only; `empty` answers a form without any field."""
    return Row(get=(SIGN_IN, 403, 403, 403, 405, 405), post=(SIGN_IN, 403, 403, 403, empty, empty))


def staff_form() -> Row:
    """A page of the console with a form: an empty one comes back with what is missing."""
    return Row(get=(SIGN_IN, 403, 403, 403, 200, 200), post=(SIGN_IN, 403, 403, 403, 422, 422))


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer that the table doesn't foresee, or a text that the reader must never see."""

    route: str
    method: str
    person: str
    what: str


def walk(
    table: Mapping[str, Row],
    clients: Mapping[str, Client],
    secrets: Mapping[str, tuple[str, ...]],
    only: frozenset[str] | None = None,
) -> list[Finding]:
    """Ask every route (or `only` some) as everybody, whose clients stand in the order of the rows' answers.

    `secrets`: texts that must not be in any answer to a person.
    """
    known = list(routes())
    findings = [Finding(name, "-", "-", "has no entry in the table") for name in known if name not in table]
    findings += [Finding(name, "-", "-", "is not a route any more") for name in table if name not in known]
    for name in known:
        if name in table and (only is None or name in only):
            findings += _ask(name, table[name], clients, secrets)
    return findings


def _ask(
    name: str, row: Row, clients: Mapping[str, Client], secrets: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    address = reverse(name, kwargs=dict(row.arguments))
    for method, expected in (("GET", row.get), ("POST", row.post)):
        for person, answer in zip(clients, expected, strict=True):
            response = _send(clients[person], method, address)
            got = _answer(response)
            if got != answer:
                yield Finding(name, method, person, f"{got} instead of {answer}")
            body = (b"".join(response) if response.streaming else response.content).decode(errors="replace")
            for secret in secrets.get(person, ()):
                if secret in body:
                    yield Finding(name, method, person, f"shows {secret!r}")


def _send(client: Client, method: str, address: str) -> Any:
    """Ask, and take back whatever the answer wrote (a sign-out too), so that routes don't disturb each other."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        response = client.get(address) if method == "GET" else client.post(address, {})
        transaction.set_rollback(True)
    client.cookies = cookies
    return response


def _answer(response: Any) -> int | str:
    location = response.headers.get("Location", "")
    if response.status_code in (301, 302, 303) and "/accounts/login/" in location:
        return SIGN_IN
    return int(response.status_code)
