"""Files: held for whoever writes, sent whole with what is written, read by those who read the case."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from case_acts import file
from crash import dies_at
from django.db import connections
from rooms_cast import Cast, make_cast

from garant.cases import operations as cases
from garant.cases import queries
from garant.cases.models import Attachment, Case, Message
from garant.cases.operations_files import HELD_FOR
from garant.cases.queries_files import file_content, held_files
from garant.core.people import SYSTEM
from garant.core.refusals import NotFound, Refusal
from garant.kit.file_types import media_type

pytestmark = [pytest.mark.database, pytest.mark.django_db]

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
LOG = "Zeile 1: Fehler äöü\n".encode()


def hold(cast: Cast, who: str, place: str, name: str = "app.log", content: bytes = LOG) -> str:
    return cases.hold_file(by=cast.actor(who), place=place, name=name, content=content).key


def differences() -> list[str]:
    return [str(each.field) for each in queries.verify().differences]


def test_held_files_go_along_with_the_message_and_nothing_else(cast: Cast) -> None:
    number = file(cast).number
    key = hold(cast, "agent", f"reply:{number}")
    other = hold(cast, "agent", f"note:{number}", "secret.txt", b"for us")
    assert [f.name for f in held_files(viewer=cast.viewer("agent"), place=f"reply:{number}")] == ["app.log"]
    cases.reply(by=cast.actor("agent"), number=number, body="See the log.")
    view = queries.case(viewer=cast.viewer("contact_gold"), number=number)
    (sent,) = view.files
    assert (sent.key, sent.message, sent.size, sent.media_type) == (key, view.messages[-1].id, len(LOG), "text/plain")
    assert held_files(viewer=cast.viewer("agent"), place=f"reply:{number}") == []
    assert Attachment.objects.get(key=other).place == f"note:{number}", "the note was not sent"
    told = next(row for row in view.history if row.kind == "response_given").data["files"]
    assert told[0]["sha256"] == hashlib.sha256(LOG).hexdigest()


def test_files_come_with_the_report_a_note_a_call_and_a_customers_message(cast: Cast) -> None:
    hold(cast, "contact_gold", "new-case", "shot.png", PNG)
    number = file(cast).number
    hold(cast, "agent", f"note:{number}", "note.txt")
    cases.add_note(by=cast.actor("agent"), number=number, body="For us.")
    hold(cast, "agent", f"call:{number}", "call.txt")
    cases.log_call(by=cast.actor("agent"), number=number, body="We spoke.")
    hold(cast, "contact_gold", f"reply:{number}", "more.txt")
    cases.add_customer_message(by=cast.actor("contact_gold"), number=number, body="And this.")
    staff = queries.case(viewer=cast.viewer("agent"), number=number).files
    own = queries.case(viewer=cast.viewer("contact_gold"), number=number).files
    assert [each.name for each in staff] == ["shot.png", "note.txt", "call.txt", "more.txt"]
    assert [each.name for each in own] == ["shot.png", "call.txt", "more.txt"], "a note's files are for staff"
    assert (staff[0].message, staff[0].picture) == (None, True)


def test_ATT_a_file_is_read_by_those_who_read_its_message_only(cast: Cast) -> None:
    number = file(cast).number
    hold(cast, "agent", f"note:{number}")
    cases.add_note(by=cast.actor("agent"), number=number, body="For us.")
    key = Attachment.objects.get().key
    assert file_content(viewer=cast.viewer("agent"), number=number, key=key).content == LOG
    for who in ("contact_gold", "contact_silver"):
        with pytest.raises(NotFound):
            file_content(viewer=cast.viewer(who), number=number, key=key)
    with pytest.raises(NotFound):
        file_content(viewer=cast.viewer("agent"), number=number + 1, key=key)


def test_a_held_file_is_its_holders_alone(cast: Cast) -> None:
    number = file(cast).number
    key = hold(cast, "agent", f"reply:{number}")
    assert held_files(viewer=cast.viewer("second_agent"), place=f"reply:{number}") == []
    with pytest.raises(NotFound):
        cases.drop_file(by=cast.actor("second_agent"), key=key)
    cases.reply(by=cast.actor("second_agent"), number=number, body="Without it.")
    assert queries.case(viewer=cast.viewer("agent"), number=number).files == ()
    assert cases.drop_file(by=cast.actor("agent"), key=key) == (f"reply:{number}", "app.log")
    assert not Attachment.objects.exists()


def test_a_sent_file_is_nobodys_to_take_back(cast: Cast) -> None:
    number = file(cast).number
    key = hold(cast, "agent", f"reply:{number}")
    cases.reply(by=cast.actor("agent"), number=number, body="Here.")
    with pytest.raises(NotFound):
        cases.drop_file(by=cast.actor("agent"), key=key)


def test_the_same_file_again_is_the_one_that_is_held(cast: Cast) -> None:
    number = file(cast).number
    assert hold(cast, "agent", f"reply:{number}") == hold(cast, "agent", f"reply:{number}")
    assert Attachment.objects.count() == 1


def test_what_cannot_be_held(cast: Cast) -> None:
    number = file(cast).number
    for name, content, expected in (
        ("a.txt", b"", "file_empty"),
        ("a.exe", b"MZ\x90", "file_is_a_program"),
        ("a.bin", b"x" * (10 * 2**20 + 1), "file_too_large"),
    ):
        with pytest.raises(Refusal) as why:
            hold(cast, "agent", f"reply:{number}", name, content)
        assert why.value.code == expected
    with pytest.raises(Refusal) as why:
        cases.hold_file(by=cast.actor("agent"), place="anywhere", name="a", content=b"x")
    assert why.value.code == "draft_place"
    with pytest.raises(Refusal):
        cases.hold_file(by=SYSTEM, place=f"reply:{number}", name="a", content=b"x")
    for n in range(10):
        hold(cast, "agent", f"reply:{number}", f"{n}.txt", str(n).encode())
    with pytest.raises(Refusal) as why:
        hold(cast, "agent", f"reply:{number}", "10.txt", b"10")
    assert why.value.code == "too_many_files"


def test_files_held_too_long_are_let_go_and_sent_ones_stay(cast: Cast) -> None:
    number = file(cast).number
    hold(cast, "agent", f"reply:{number}")
    cases.reply(by=cast.actor("agent"), number=number, body="Here.")
    hold(cast, "agent", f"reply:{number}", "later.txt")
    Attachment.objects.update(at=Case.objects.get().received_at - HELD_FOR - timedelta(hours=1))
    assert cases.drop_old_files() == 1
    assert list(Attachment.objects.values_list("name", flat=True)) == ["app.log"]


def test_the_journal_finds_a_changed_a_planted_and_a_lost_file(cast: Cast) -> None:
    number = file(cast).number
    hold(cast, "agent", f"reply:{number}")
    cases.reply(by=cast.actor("agent"), number=number, body="Here.")
    row = Attachment.objects.get()
    assert differences() == []
    Attachment.objects.update(content=b"another")
    assert differences() == [f"file {row.pk}"]
    Attachment.objects.update(content=LOG)
    planted = Attachment.objects.create(
        key="p" * 32, case=row.case, subscriber=row.subscriber, person=row.person, name="x", media_type="text/plain",
        size=1, sha256="0" * 64, content=b"x", at=row.at,
    )  # fmt: skip
    assert differences() == [f"file {planted.pk}"]
    planted.delete()
    lost = row.pk
    row.delete()
    assert differences() == [f"file {lost}"]


@pytest.mark.django_db(transaction=True)
def test_a_death_at_any_statement_sends_a_message_with_its_file_or_neither() -> None:
    cast = make_cast()
    number = file(cast).number
    hold(cast, "agent", f"reply:{number}")
    for point in range(1, 150):
        died = dies_at(point, lambda: cases.reply(by=cast.actor("agent"), number=number, body="Here."))
        connections.close_all()
        sent = Attachment.objects.get()
        said = Message.objects.filter(case__number=number)
        assert (sent.place == "") == said.exists(), point
        assert sent.message_id == (said.get().pk if said.exists() else None), point
        if sent.place == "":
            break
    assert died, "a death after the commit leaves both"
    assert differences() == []


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0abc", "image/jpeg"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (LOG, "text/plain"),
        (b"<html><script>alert(1)</script>", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "text/plain"),
        (b"%PDF-1.7\n\x00\xff\xfe", "application/pdf"),
        (b"\x00\xfe\xca\xab\xff" * 5, "application/octet-stream"),
    ],
)
def test_a_type_comes_from_the_content(content: bytes, found: str) -> None:
    assert media_type(content) == found
