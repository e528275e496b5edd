"""Abuse of exports: cells that a spreadsheet would compute, columns that shift, in every file that the desk gives."""

from __future__ import annotations

import csv
import re
from io import StringIO
from typing import Any

import pytest
from desk_cast import Cast as Desk
from django.db import connection
from hostile import pages, sent
from matrix import routes

from garant.contracts import operations_ledger as ledger
from garant.contracts.models import Contract
from garant.contracts.operations_imports import import_file
from garant.contracts.reading_imports import COLUMNS, read_sheet
from garant.core.people import SYSTEM, Actor
from garant.core.refusals import Refusal
from garant.directory.models import Person, Subscriber
from garant.kit.exports import FORMULA, restored

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HARD = ("=HYPERLINK(1)", "+81 3 1234", "-2+3", "@SUM(A1)", "\t=1", "＝1+1", "＠x", ' ="a";b,c', "'=1")
NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")


def files(desk: Desk) -> dict[tuple[str, str], Any]:
    """Every file that somebody can fetch, by who and address."""
    kinds = {f"console:export/{kind}": f"/console/export/{kind}.csv" for kind in COLUMNS}
    found = {}
    for who in ("contact", "manager"):
        client = desk.client(who)
        for address in {**pages(desk), **kinds}.values():
            answer = sent(client, "GET", address)
            if answer.status_code == 200 and "csv" in answer.headers["Content-Type"]:
                found[who, address] = answer
    return found


def planted(desk: Desk) -> None:
    """Formulas wherever a person, an organisation or a contract can carry a text, put there past every check."""
    for n, person in enumerate(Person.objects.order_by("pk")):
        Person.objects.filter(pk=person.pk).update(name=HARD[n % len(HARD)])
    for n, subscriber in enumerate(Subscriber.objects.order_by("pk")):
        Subscriber.objects.filter(pk=subscriber.pk).update(name=HARD[-1 - n])
    contract = Contract.objects.get(subscriber_id=desk.subscriber_a)
    Contract.objects.filter(pk=contract.pk).update(reference="=AUR+1")
    by = Actor("person", desk.people["manager"].pk)
    ledger.grant(by=by, contract_id=contract.pk, ledger="services_days", amount=1, source="@order", reason="=1+1")
    ledger.use(by=SYSTEM, contract_id=contract.pk, ledger="services_days", amount=1, booking="+visit")


def test_CSV_01_CSV_02_no_cell_of_any_export_is_a_formula(desk: Desk) -> None:
    """Each file, read back: what begins like a formula is a number of ours, and what was typed comes back unchanged."""
    planted(desk)
    found = files(desk)
    assert len(found) >= 5
    dangerous, texts = [], set()
    for (who, address), answer in found.items():
        rows = list(csv.reader(StringIO(answer.shown.decode("utf-8-sig"), newline="")))
        assert len({len(row) for row in rows}) == 1, f"{address}: a column has shifted"
        for cell in (cell for row in rows for cell in row):
            texts.add(restored(cell))
            if cell.lstrip(" \u3000'")[:1] in FORMULA and not cell.startswith("'") and not NUMBER.match(cell):
                dangerous.append((who, address, cell))
    assert dangerous == []
    assert {"+81 3 1234", "'=1", "@order", "=1+1", "+visit", "=AUR+1"} <= texts


def test_CSV_04_every_file_is_a_download_of_its_own_name(desk: Desk) -> None:
    """Never shown in the page, never guessed at, never kept by a proxy for somebody else."""
    for (_, address), answer in files(desk).items():
        assert re.fullmatch(r'attachment; filename="[\w.-]+"', answer.headers["Content-Disposition"]), address
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"


def test_CSV_04_a_file_is_kept_by_no_cache(desk: Desk) -> None:
    for (who, address), answer in files(desk).items():
        kept = answer.headers.get("Cache-Control", "")
        assert "no-store" in kept or "private" in kept, (who, address, kept)


def test_CSV_02_a_file_of_ours_is_read_back_by_the_import_as_it_was(desk: Desk) -> None:
    planted(desk)
    client = desk.client("manager")
    for kind in ("subscribers", "people"):
        sheet = read_sheet(sent(client, "GET", f"/console/export/{kind}.csv").shown)
        names = {line.values["name"] for line in sheet.lines}
        model = Subscriber if kind == "subscribers" else Person
        assert names <= {" ".join(name.split()) if name.startswith("\t") else name.strip() for name in
                         model.objects.values_list("name", flat=True)} | set(HARD)  # fmt: skip


def test_CSV_03_an_export_asks_for_more_rows_while_it_is_sent(desk: Desk) -> None:
    """The first bytes leave before the last row was read: nothing holds the whole file."""
    client = desk.client("manager")
    answer = client.get("/console/export/people.csv")
    assert answer.streaming
    first = next(iter(answer.streaming_content))
    assert first == b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("slug;name;zone;language\nx;テスト;Asia/Tokyo;ja\n".encode("shift_jis"), "UTF-8"),
        (b"slug,name\nx;y,z\nq\n", ""),
        (b"slug\tname\nx\ty\n", ""),
        (b"slug,name,zone\nx,=1,UTC,extra\n", ""),
    ],
)
def test_CSV_06_a_file_in_another_form_is_refused_before_any_column_shifts(
    desk: Desk, content: bytes, word: str
) -> None:
    """Shift_JIS, a separator within, tabs, a cell too many: refused as a whole, with words, and nothing is stored."""
    before = Subscriber.objects.count()
    with pytest.raises(Refusal) as refused:
        import_file(by=desk.actor("manager"), content=content)
    assert word in str(refused.value.values)
    assert Subscriber.objects.count() == before


def test_CSV_06_control_commas_and_semicolons_mean_the_same(desk: Desk) -> None:
    for n, mark in enumerate(",;"):
        content = (
            mark.join(("slug", "name", "zone", "language")) + "\n" + mark.join((f"s{n}", "Ümlaut 株", "UTC", "en"))
        )
        assert import_file(by=desk.actor("manager"), content=b"\xef\xbb\xbf" + content.encode()).new == 1
        assert Subscriber.objects.get(slug=f"s{n}").name == "Ümlaut 株"


def test_CSV_05_an_export_is_read_by_those_who_may_and_changes_nothing(desk: Desk) -> None:
    """Every route of an export refuses to POST, and reads in a transaction that writes nothing."""
    names = [name for name in routes() if "export" in name]
    assert len(names) >= 3
    client = desk.client("manager")
    for name, address in pages(desk).items():
        if name in names:
            assert sent(client, "POST", address).status_code in (403, 404, 405), name
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM journal_entry")
        before = cursor.fetchone()
        files(desk)
        cursor.execute("SELECT count(*) FROM journal_entry")
        assert cursor.fetchone() == before
