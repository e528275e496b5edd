"""Abuse of answers: what exists, who exists and how many is told to nobody who may not know."""

from __future__ import annotations

import re

import pytest
from desk_cast import Cast as Desk
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hostile import everything_open, lasting, pages, sent, sheets

from garant.cases.models import Case
from garant.contracts.models import Contract
from garant.core.people import SYSTEM
from garant.directory import operations as directory
from garant.directory.models import Person

pytestmark = [pytest.mark.database, pytest.mark.django_db]

ADDRESS = re.compile(rb"[\w.+-]+@[\w-]+\.example")


def pairs(desk: Desk) -> list[tuple[str, str]]:
    """Addresses of what another organisation has, beside addresses of what nobody has."""
    contract, nobody = Contract.objects.get(subscriber_id=desk.subscriber_a).pk, 10**9
    found = [(f"/cases/{desk.case_a}/", f"/cases/{max(Case.objects.values_list('number', flat=True)) + 7}/")]
    for name, more in (
        ("contacts_of", {}), ("contact_name", {}), ("contact_remove", {"number": 1}),
        ("contact_change", {"number": 1, "way": "replace"}),
        ("allotment", {"ledger_code": "services_days"}), ("allotment_export", {"ledger_code": "services_days"}),
    ):  # fmt: skip
        found.append(tuple(reverse(name, kwargs={"contract_id": each, **more}) for each in (contract, nobody)))  # type: ignore[arg-type]
    return found


def test_ENUM_04_what_is_not_ones_own_and_what_is_not_at_all_get_one_answer(desk: Desk) -> None:
    """The same status, the same page to the byte, and the same work behind it, whether a thing exists or not."""
    client, asked = desk.client("stranger"), 0
    for there, absent in pairs(desk):
        for method in ("GET", "POST"):
            answers = []
            for address in (there, absent):
                with CaptureQueriesContext(connection) as work:
                    answer = sent(client, method, address)
                answers.append((answer.status_code, lasting(answer.shown), len(work)))
            assert answers[0] == answers[1], (method, there)
            asked += answers[0][0] == 404
    assert asked >= 8


def test_ENUM_04_control_a_difference_would_be_seen(desk: Desk) -> None:
    """Negative control: for whom it exists, the same two addresses answer differently."""
    there, absent = pairs(desk)[0]
    client = desk.client("contact")
    assert sent(client, "GET", there).status_code != sent(client, "GET", absent).status_code


def test_ENUM_07_no_answer_to_an_invitation_or_a_role_names_an_address_that_was_not_typed(desk: Desk) -> None:
    """Whatever an administrator sends, known or unknown elsewhere: no address of a stranger comes back."""
    everything_open(desk)
    client = desk.client("viewer")
    ours = {b"maren@aurora.example", b"theo@aurora.example"}
    typed = ("per@borealis.example", "ines@vendor.example", "PER@Borealis.example", "new@aurora.example", "x", "per@")
    asked = 0
    for form in sheets(client, pages(desk)):
        if "/contacts/" not in form.action or "email" not in form.kinds:
            continue
        for email in typed:
            filled = {
                n: v
                for n, v in form.filled(email=email, name="Ann", person="new", language="en").items()
                if n in form.kinds
            }
            filled |= {"role": "viewer"} if "role" in form.kinds else {}
            answer = sent(client, "POST", form.action, filled)
            shown = {found.lower() for found in ADDRESS.findall(answer.shown)}
            assert shown <= ours | {email.encode().lower()}, (form.action, email)
            asked += 1
    assert asked >= 6


def test_ENUM_08_readers_see_no_address_of_anybody_else(desk: Desk) -> None:
    """On every page of a reader, a contact and a stranger stands no e-mail address but the reader's own and, on the
    pages about contacts, their own organisation's."""
    allowed = {
        "viewer": {b"theo@aurora.example"}, "contact": {b"maren@aurora.example"}, "stranger": {b"per@borealis.example"},
    }  # fmt: skip
    for who, own in allowed.items():
        client = desk.client(who)
        for name, address in pages(desk).items():
            answer = sent(client, "GET", address)
            colleagues = {b"theo@aurora.example", b"maren@aurora.example"} if name.startswith("contact") else set()
            if name == "standing":  # names the vendor's own person to ask
                colleagues = {b"helena@vendor.example"}
            seen = set(ADDRESS.findall(answer.shown)) - {b"name@host.example", b"name@company.example"}
            assert answer.status_code != 200 or seen <= own | colleagues, (who, name, seen)


def test_ENUM_08_a_message_and_its_history_carry_names_and_no_addresses(desk: Desk) -> None:
    from garant.cases import operations as cases

    cases.reply(by=desk.actor("agent"), number=desk.case_a, body="Hello")
    page = desk.client("viewer").get(reverse("case", kwargs={"number": desk.case_a})).content
    assert b"ines@" not in page
    assert b"maren@" not in page


def test_ENUM_09_ids_of_people_and_notices_lead_no_reader_anywhere(desk: Desk) -> None:
    """Numbers that count up are only in addresses that ask whose they are."""
    client = desk.client("contact")
    for n in range(1, 40):
        for address in (f"/console/notices/{n}/", f"/people/{n}/", f"/accounts/{n}/", f"/console/contacts/{n}/"):
            assert sent(client, "GET", address).status_code in (403, 404)


def test_ENUM_01_an_account_that_is_closed_or_without_password_answers_like_no_account(desk: Desk) -> None:
    """Closed, never finished and unknown: one answer to a sign-in, and one to a reset."""
    from django.core.cache import cache
    from django.test import Client

    directory.create_person(by=SYSTEM, email="unfinished@aurora.example", name="Un Finished")
    Person.objects.filter(pk=desk.people["viewer"].pk).update(is_active=False)
    for name, field in (("account_login", "login"), ("account_reset_password", "email")):
        answers = set()
        for email in ("theo@aurora.example", "unfinished@aurora.example", "nobody@aurora.example"):
            cache.clear()
            answer = Client().post(reverse(name), {field: email, "password": "wrong wrong wrong"})
            text = lasting(answer.content).replace(email.encode(), b"X")
            answers.add((answer.status_code, answer.headers.get("Location"), text))
        cache.clear()
        assert len(answers) == 1, name
