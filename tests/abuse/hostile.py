"""The desk's own forms, filled in as no browser would: every form that a page shows, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from matrix import routes

from garant.cases.operations import save_draft
from garant.contracts.models import Contract
from garant.core.people import SYSTEM
from garant.directory import operations as directory
from garant.journal.models import Entry

#: Texts that some part of a system reads as something else than letters.
TEXTS = {
    "nul": "a\x00b",
    "turned round": "invoice\u202efdp.exe",
    "unseen": "\u200b\u2060\ufeff",
    "lines": "one\r\nBcc: all@example.com\r\n\r\ntwo",
    "huge": "x" * 120_001,
    "beyond": "9" * 40,
    "foreign digits": "\u0664\u0662",
    "nothing": "",
    "no number": "NaN",
}


_PASSING = re.compile(
    rb'csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"|nonce="[^"]+"|name="once" value="[^"]+"'
    rb'|datetime="[^"]+"|data-[a-z-]+="[^"]*"|\d+ (?:minutes?|hours?|seconds?|min|h|s)\b'
)


def lasting(page: bytes) -> bytes:
    """A page without its tokens and without what a minute changes."""
    return _PASSING.sub(b"", page)


@dataclass(slots=True)
class Sheet:
    """A form as its page shows it: where it goes, and its fields with what stands in them."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def filled(self, **other: str) -> dict[str, str]:
        return {**self.fields, **other}


class _Forms(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.found, self.open = address, list[Sheet](), False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = given.get("method", "").lower() == "post"
            if self.open:
                self.found.append(Sheet(urljoin(self.address, given.get("action", "") or self.address)))
        elif self.open and tag in ("input", "textarea", "select", "button") and given.get("name"):
            self._field(tag, given)

    def _field(self, tag: str, given: Mapping[str, str]) -> None:
        sheet, name, kind = self.found[-1], given["name"], given.get("type", "submit" if tag == "button" else tag)
        if kind == "file" or name == "csrfmiddlewaretoken" or (kind == "submit" and sheet.kinds.get(name)):
            return
        # Of several with one name (radio buttons) a chosen one counts, else the first.
        if name not in sheet.fields or "checked" in given:
            if kind not in ("checkbox", "submit"):
                sheet.fields[name] = given.get("value", "")
            sheet.kinds[name] = kind

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = False


def addresses(**arguments: Any) -> Iterator[tuple[str, str]]:
    """Name and address of every route that these arguments, or some of them, lead to."""
    for name in routes():
        for given in _choices(arguments):
            try:
                yield name, reverse(name, kwargs=given)
            except NoReverseMatch:
                continue
            break


def _choices(arguments: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    names = list(arguments)
    yield {}
    for first in names:
        yield {first: arguments[first]}
    for first in names:
        for second in names:
            yield {first: arguments[first], second: arguments[second]}


def sheets(client: Client, pages: Mapping[str, str]) -> list[Sheet]:
    """Every form on every page that somebody reaches, each once, whatever page it stands on."""
    found: dict[tuple[str, tuple[str, ...]], Sheet] = {}
    for address in pages.values():
        response = sent(client, "GET", address)
        if response.status_code != 200 or "html" not in response.headers["Content-Type"]:
            continue
        reader = _Forms(address)
        reader.feed(response.content.decode())
        for sheet in reader.found:
            found.setdefault((urlsplit(sheet.action).path, tuple(sorted(sheet.kinds))), sheet)
    return list(found.values())


def sent(client: Client, method: str, address: str, data: Mapping[str, Any] | None = None) -> Any:
    """The answer, with `wrote` (whose facts the journal has more of), and everything taken back (a sign-out too)."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        newest = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        response = client.get(address, data) if method == "GET" else client.post(address, data)
        response.shown = b"".join(response) if response.streaming else response.content
        response.wrote = list(Entry.objects.filter(pk__gt=newest).values_list("kind", "subscriber_id"))
        transaction.set_rollback(True)
    client.cookies = cookies
    return response


def everything_open(desk: Any) -> None:
    """Theo administers Aurora too, and its contact has half a case in hand, so that every form is on some page."""
    viewer = desk.people["viewer"].pk
    directory.give_role(by=SYSTEM, person_id=viewer, role="administrator", subscriber_id=desk.subscriber_a)
    save_draft(
        by=desk.actor("contact"), place="new-case", subscriber_id=desk.subscriber_a,
        data={"once": "o" * 22, "request_type": "error", "described": True, "severity": "2", "subject": "s",
              "steps": "s", "expected": "e", "actual": "a", "environment": "e"},
    )  # fmt: skip


def pages(desk: Any) -> dict[str, str]:
    """Every page of the desk, about organisation A where it is about one."""
    contract = Contract.objects.get(subscriber_id=desk.subscriber_a)
    about = {
        "number": desk.case_a, "contract_id": contract.pk, "ledger_code": "services_days", "slug": "aurora-rail",
        "way": "replace", "invitation_id": 1, "notice_id": desk.notice, "reference": contract.reference,
    }  # fmt: skip
    return dict(addresses(**about))
