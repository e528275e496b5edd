"""Importing subscribers, people and contracts: looked at first, whole or not at all, twice without harm."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rooms_cast import Cast, person

from garant.contracts.models import ContactSlot, Contract
from garant.contracts.operations_imports import import_file, preview_import
from garant.contracts.queries_exports import export_rows
from garant.contracts.reading_imports import LARGEST_FILE, MOST_LINES, read_sheet
from garant.core.people import SYSTEM
from garant.core.refusals import NotFound, Refusal
from garant.directory.models import Person, Subscriber
from garant.directory.queries import viewer_of
from garant.journal.models import Entry
from garant.kit.exports import csv_lines

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SUBSCRIBERS = "slug,name,zone,language\nvela-air,Vela Air,Europe/Paris,fr\nmire-co,Mire & Co.,,\n"
CONTRACTS = (
    "reference,subscriber,programme,package,starts_on,ends_on,zone,region,contacts,bought\n"
    "VEL-1,vela-air,reference,gold,2026-01-01,2026-12-31,Europe/Paris,,,\n"
    "MIR-1,mire-co,reference,silver,2026-01-01,2026-12-31,UTC,default,5,\n"
)
HEAD = CONTRACTS.splitlines()[0] + "\n"
PEOPLE = (
    "email,name,language,zone,subscriber,contract,trained_on,trained_until\n"
    "ana@vela.example,Ana Sá,fr,Europe/Paris,vela-air,VEL-1,2026-01-05,2026-11-30\n"
    "bo@vela.example,Bo Li,,,vela-air,,,\n"
)


def load(text: str) -> int:
    return import_file(by=SYSTEM, content=text.encode()).new


def counts() -> tuple[int, ...]:
    return tuple(m.objects.count() for m in (Subscriber, Person, Contract, ContactSlot, Entry))


def problems(text: str) -> list[tuple[int, str]]:
    view = preview_import(by=SYSTEM, content=text.encode())
    return [(line.number, line.problem) for line in view.lines if line.problem]


def test_three_files_make_a_desk_and_load_again_without_harm(cast: Cast) -> None:
    before = counts()
    for text in (SUBSCRIBERS, CONTRACTS, PEOPLE):
        if text is SUBSCRIBERS:
            view = preview_import(by=SYSTEM, content=text.encode())
            assert (view.new, view.wrong) == (2, 0)
            assert counts() == before, "a look writes nothing"
        assert load(text) == 2
    after = counts()
    assert [load(text) for text in (SUBSCRIBERS, CONTRACTS, PEOPLE)] == [0, 0, 0]
    assert counts() == after
    ana, bo = (Person.objects.get(email=f"{name}@vela.example") for name in ("ana", "bo"))
    vela = Subscriber.objects.get(slug="vela-air").pk
    assert viewer_of(ana.pk).subscriber_roles == {vela: {"contact"}}
    assert viewer_of(bo.pk).subscriber_roles == {vela: {"viewer"}}
    assert not ana.has_usable_password()
    slot = ContactSlot.objects.get(person=ana)
    assert (slot.number, slot.trained_on, slot.trained_until) == (1, date(2026, 1, 5), date(2026, 11, 30))
    limits = dict(Contract.objects.filter(reference__in=("VEL-1", "MIR-1")).values_list("reference", "contact_limit"))
    assert limits == {"VEL-1": 3, "MIR-1": 5}


def test_one_mistake_and_nothing_is_loaded(cast: Cast) -> None:
    text = SUBSCRIBERS + "bad-zone,Bad,Mars/Olympus,en\nmire-co,Twice,,\n"
    before = counts()
    assert problems(text) == [(4, "zone_unknown"), (5, "line_twice")]
    with pytest.raises(Refusal) as refused:
        load(text)
    assert (refused.value.code, refused.value.values) == ("import_wrong", {"lines": "4, 5", "count": 2})
    assert counts() == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("slug,name\nÉté,Summer\n", "slug_malformed"),
        ("slug,name\nx,\n", "name_missing_or_long"),
        ("slug,name,language\nx,X,xx\n", "language_unknown"),
        ("slug,name\nx\n", "columns_wrong"),
        (f"slug,name\nx,{'y' * 501}\n", "columns_wrong"),
        ("email,name\nno-address,N\n", "email_malformed"),
        ("email,name,subscriber\na@b.example,N,nobody\n", "subscriber_unknown"),
        ("email,name,contract\na@b.example,N,NONE\n", "contract_unknown"),
        ("email,name,trained_on\na@b.example,N,2026-01-01\n", "training_without_contract"),
        ("email,name,contract,trained_on\na@b.example,N,G,soon\n", "date_invalid"),
        ("email,name,contract,trained_on\na@b.example,N,G,2999-01-01\n", "training_in_future"),
        ("email,name,contract,subscriber\na@b.example,N,G,silver-customer\n", "contract_of_another"),
        (HEAD + "X,gold-customer,reference,tin,2026-01-01,2026-12-31,UTC,,,\n", "package_unknown"),
        (HEAD + "X,gold-customer,reference,gold,2026-01-01,2025-12-31,UTC,,,\n", "term_backwards"),
        (HEAD + "X,gold-customer,reference,gold,today,2026-12-31,UTC,,,\n", "date_invalid"),
        (HEAD + "X,gold-customer,reference,gold,2026-01-01,2026-12-31,UTC,,-1,\n", "number_invalid"),
        (HEAD + "X,gold-customer,reference,gold,2026-01-01,2026-12-31,UTC,,,packs=x\n",
         "number_invalid"),
        (HEAD + "G,gold-customer,reference,gold,2026-01-02,2026-12-31,UTC,,,\n",
         "recorded_differently"),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_line(cast: Cast, text: str, expected: str) -> None:
    Contract.objects.filter(pk=cast.contracts["gold"].id).update(reference="G")
    before = counts()
    assert problems(text) == [(2, expected)]
    assert counts() == before


def test_more_contacts_than_places_are_refused_with_their_lines(cast: Cast) -> None:
    reference = cast.contracts["silver"].reference
    lines = [f"c{n}@s.example,C,{reference}\n" for n in range(3)]
    assert problems("email,name,contract\n" + "".join(lines)) == [
        (3, "contact_limit_reached"), (4, "contact_limit_reached"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "why", "word"),
    [
        (b"", "empty", "heading"),
        (b"slug,name\n" + b"a" * LARGEST_FILE, "too_large", "bytes"),
        (b"slug,name\n" + b"a,b\n" * (MOST_LINES + 1), "too_many_lines", "1001 lines"),
        ("slug,name\ncafé,Café\n".encode("latin-1"), "encoding", "line 2: byte 0xE9 is no UTF-8"),
        ("slug,name\na,b\n".encode("utf-16"), "encoding", "UTF-16"),
        (b"slug,name\na,b\x00\n", "encoding", "NUL"),
        (b'slug,name\n"a,b\n', "csv", "line"),
        (b"slug,slug,name\n", "columns", "twice: slug"),
        (b"colour\nred\n", "columns", "subscribers: slug,name"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, why: str, word: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_sheet(content)
    assert refused.value.code == "import_unreadable"
    assert refused.value.values["why"] == why
    assert word in str(refused.value.values["detail"])


@pytest.mark.parametrize("column", ["role", "is_staff", "password", "is_superuser", "contact_limit", "standing"])
def test_MASS_07_a_column_that_nobody_knows_is_refused(cast: Cast, column: str) -> None:
    before = counts()
    for head, line in (("email,name", "a@b.example,A"), ("slug,name", "a,A")):
        with pytest.raises(Refusal) as refused:
            load(f"{head},{column}\n{line},manager\n")
        assert refused.value.values["detail"] == f"unknown: {column}"
    assert counts() == before


def test_UNI_05_two_spellings_of_an_address_are_one_person(cast: Cast) -> None:
    slug = Subscriber.objects.get(pk=cast.subscribers["gold"]).slug
    text = f"email,name,subscriber\nana@josé.example,Ana,{slug}\nana@jose\u0301.example,Ana,{slug}\n"
    assert load(text) == 1
    assert Person.objects.filter(email="ana@josé.example").count() == 1


def test_semicolons_and_a_byte_order_mark_are_read(cast: Cast) -> None:
    text = "\ufeff" + SUBSCRIBERS.replace(",", ";")
    assert load(text) == 2
    assert Subscriber.objects.get(slug="mire-co").name == "Mire & Co."


def test_who_may_import_and_export(cast: Cast) -> None:
    for who in ("agent", "contact_gold", "viewer_gold", "nobody"):
        for act in (preview_import, import_file):
            with pytest.raises(Refusal, match="not_allowed"):
                act(by=cast.actor(who), content=SUBSCRIBERS.encode())
        with pytest.raises(Refusal, match="not_allowed"):
            export_rows(viewer=cast.viewer(who), kind="people")
    with pytest.raises(NotFound):
        export_rows(viewer=cast.viewer("manager"), kind="secrets")
    assert import_file(by=cast.actor("manager"), content=SUBSCRIBERS.encode()).new == 2


def exported(cast: Cast, kind: str) -> str:
    heading, rows = export_rows(viewer=cast.viewer("manager"), kind=kind)
    return "".join(csv_lines(heading, rows))


def test_an_export_loads_again_and_holds_no_formula(cast: Cast) -> None:
    """CSV formula injection: a name that a spreadsheet would compute leaves as text and comes back as it was."""
    for text in (SUBSCRIBERS, CONTRACTS, PEOPLE):
        load(text)
    name = '=HYPERLINK("http://evil.example","x")'
    Person.objects.filter(email="bo@vela.example").update(name=name)
    Subscriber.objects.filter(slug="mire-co").update(name="@SUM(1)")
    person("apart")
    for kind in ("subscribers", "people", "contracts"):
        text = exported(cast, kind)
        for row in csv.reader(io.StringIO(text)):
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row), row
        assert problems(text) == []
        assert load(text) == 0, kind
    assert name.replace('"', '""') in exported(cast, "people")


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(
        st.binary(max_size=300), st.text(max_size=300).map(lambda t: ("email,name\n" + t).encode("utf-8", "replace"))
    )
)
@example(b"slug,name\r\r\n,\n")
@example("slug,name\n\u202e,\ud800\n".encode("utf-8", "replace"))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        view = preview_import(by=SYSTEM, content=content)
    except Refusal as refusal:
        assert refusal.code == "import_unreadable"  # noqa: PT017
    else:
        assert all(line.problem or line.known or view.new for line in view.lines)
