"""Allotments in console and portal: an allotment spent to zero, the statement, and exports that compute nothing."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from desk_cast import Cast
from django.urls import reverse

from garant.contracts import operations_ledger as ledger
from garant.contracts import queries_ledger as queries
from garant.contracts.models import LedgerAccount, LedgerEntry
from garant.contracts.views_ledger import EXPORTED
from garant.core.people import SYSTEM, Actor
from garant.directory.models import Person
from garant.directory.queries import viewer_of
from garant.kit.exports import FORMULA, csv_lines, neutral, restored

pytestmark = [pytest.mark.database, pytest.mark.django_db]

DAYS = "services_days"


def account(cast: Cast, side: str = "a", code: str = DAYS) -> dict[str, Any]:
    subscriber = cast.subscriber_a if side == "a" else cast.subscriber_b
    row = LedgerAccount.objects.get(subscriber_id=subscriber, ledger=code)
    return {"contract_id": row.contract_id, "ledger_code": code}


def address(cast: Cast, name: str, side: str = "a", code: str = DAYS) -> str:
    return reverse(name, kwargs=account(cast, side, code))


def form(**more: str) -> dict[str, str]:
    return {"once": "a-token-of-this-form", "amount": "1", "reason": "", **more}


def left(cast: Cast) -> Decimal | None:
    return queries.balance(
        viewer=viewer_of(cast.people["manager"].pk), contract_id=account(cast)["contract_id"], ledger=DAYS
    ).left


def exported(response: Any) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline="")))


def test_an_allotment_spent_to_zero(cast: Cast) -> None:
    agent = cast.client("agent")
    page = address(cast, "console:allotment-book")
    assert agent.post(page, form(kind="reserve", booking="visit-1", amount="2,5")).status_code == 302
    assert (
        agent.post(page, form(kind="use", booking="visit-1", amount="2.5", once="another-token-of-it")).status_code
        == 302
    )
    assert agent.post(page, form(kind="use", booking="visit-2", amount="0.5")).status_code == 302
    assert left(cast) == 0
    answer = agent.post(page, form(kind="reserve", booking="visit-3"))
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "An allotment is never overdrawn: 1 asked, 0 left." in body
    assert "Book less, or ask sales for a pack." in body
    assert 'value="visit-3"' in body
    assert "Nothing is left." in cast.client("contact").get(address(cast, "allotment")).content.decode()


def test_the_same_form_sent_twice_books_once(cast: Cast) -> None:
    agent, page = cast.client("agent"), address(cast, "console:allotment-book")
    for _ in range(2):
        assert agent.post(page, form(kind="use", booking="visit-1")).status_code == 302
    assert left(cast) == 2


def test_packs_and_corrections_by_managers_only_and_with_a_reason(cast: Cast) -> None:
    manager, agent = cast.client("manager"), cast.client("agent")
    grant, correct = address(cast, "console:allotment-grant"), address(cast, "console:allotment-correct")
    assert agent.post(grant, form(source="order-1", reason="Bought")).status_code == 403
    assert manager.post(grant, form(source="order-1")).status_code == 422
    assert manager.post(grant, form(source="order-1", reason="Bought", amount="2")).status_code == 302
    assert manager.post(correct, form(reason="Miscounted", amount="-1.5")).status_code == 302
    assert left(cast) == Decimal("3.5")
    assert manager.post(correct, form(reason="Miscounted", amount="1", granted="9")).status_code == 400
    assert manager.post(correct, form(reason="Much", amount="NaN", once="yet-another-token-1")).status_code == 422
    body = manager.get(address(cast, "console:allotment")).content.decode()
    assert "Miscounted" in body
    assert "order-1" in body


def test_contacts_have_a_statement_and_no_forms(cast: Cast) -> None:
    body = cast.client("manager").get(address(cast, "console:allotment", code="contacts")).content.decode()
    assert "Authorized contacts" in body
    assert "<textarea" not in body
    assert 'name="amount"' not in body
    answer = cast.client("manager").post(address(cast, "console:allotment-grant", code="contacts"),
                                         form(source="x", reason="More"))  # fmt: skip
    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["allotment", "allotment_export"])
def test_another_organisation_finds_nothing(cast: Cast, name: str) -> None:
    assert cast.client("contact").get(address(cast, name)).status_code == 200
    for who in ("stranger", "agent"):
        assert cast.client(who).get(address(cast, name)).status_code == 404
    assert "SIL" not in cast.client("contact").get(reverse("allotments")).content.decode()


@pytest.mark.parametrize(
    ("who", "name"),
    [("contact", "allotments"), ("contact", "allotment"), ("agent", "console:allotments"),
     ("agent", "console:allotment")],
)  # fmt: skip
def test_pages_in_french(cast: Cast, who: str, name: str) -> None:
    Person.objects.update(language="fr")
    page = reverse(name) if name.endswith("s") else address(cast, name)
    body = cast.client(who).get(page).content.decode()
    for english in ("Our allotments", "Statement", "Granted", " left", "Allotments", "per contract term", "Booked"):
        assert english not in body, english
    assert ("Nos dotations" if who == "contact" else "Dotations") in body


DANGEROUS = ['=HYPERLINK("http://x","y")', "@SUM(A1)", "+1+1", "-2+3", "\t=1", "\r=1", "＝1+1", "  =1", "'=1", "''@x"]


def test_csv_01_a_formula_in_a_text_stays_a_text_and_comes_back(cast: Cast) -> None:
    contract = account(cast)["contract_id"]
    for n, text in enumerate(DANGEROUS):
        ledger.grant(by=SYSTEM, contract_id=contract, ledger="attack", amount=1, source=f"s{n}", reason=text + "!")
    for who, name in (("agent", "console:allotment-export"), ("contact", "allotment_export")):
        response = cast.client(who).get(address(cast, name, code="attack"))
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert response["Content-Disposition"].startswith("attachment; ")
        rows = exported(response)
        assert [restored(row["reason"]) for row in reversed(rows)] == [text.strip() + "!" for text in DANGEROUS]
        for row in rows:
            for column in ("booking", "reason", "by", "source", "kind"):
                assert not row[column].lstrip(" ").startswith(FORMULA), row


def test_csv_02_every_text_column_is_neutral_and_numbers_stay_numbers(cast: Cast) -> None:
    contract = account(cast)["contract_id"]
    person = cast.people["manager"]
    Person.objects.filter(pk=person.pk).update(name="+81 3 1234 5678")
    ledger.grant(by=Actor("person", person.pk), contract_id=contract, ledger=DAYS, amount="2.5", source="=order",
                 reason="@reason")  # fmt: skip
    ledger.use(by=SYSTEM, contract_id=contract, ledger=DAYS, amount=1, booking="-visit")
    used, granted = exported(cast.client("contact").get(address(cast, "allotment_export")))[:2]
    assert (used["booking"], used["change"], used["left"]) == ("'-visit", "-1", "4.5")
    assert (granted["by"], granted["source"], granted["reason"]) == ("'+81 3 1234 5678", "'=order", "'@reason")
    assert restored(granted["by"]) == "+81 3 1234 5678"


def test_csv_03_an_export_is_streamed(cast: Cast) -> None:
    """The first line is there while nothing of the rest was read."""
    read: list[int] = []

    def rows() -> Any:
        for n in range(500_000):
            read.append(n)
            yield (n, "x")

    lines = csv_lines(("n", "text"), rows())
    assert next(lines) == '"n","text"\r\n'
    assert read == []
    assert next(lines) == '"0","x"\r\n'
    assert read == [0]


def test_csv_06_separators_and_line_breaks_shift_no_column(cast: Cast) -> None:
    contract = account(cast)["contract_id"]
    hard = 'semi;colon, "quoted"\nnext line、全角'
    ledger.grant(by=SYSTEM, contract_id=contract, ledger=DAYS, amount=1, source="a;b,c", reason=hard)
    response = cast.client("contact").get(address(cast, "allotment_export"))
    raw = b"".join(response.streaming_content)
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows[0] == list(EXPORTED)
    assert {len(row) for row in rows} == {len(EXPORTED)}
    assert (rows[1][EXPORTED.index("reason")], rows[1][EXPORTED.index("source")]) == (hard, "a;b,c")
    assert len(rows) - 1 == LedgerEntry.objects.filter(account__contract_id=contract, account__ledger=DAYS).count()


@pytest.mark.parametrize("text", [*DANGEROUS, "", "plain", "'quoted", "a=b", "''", "\n=1", "\u3000=1"])
def test_what_is_made_neutral_comes_back(text: str) -> None:
    assert restored(neutral(text)) == text
    assert not neutral(text).lstrip(" \u3000").startswith(FORMULA)
