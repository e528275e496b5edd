"""A vendor's own words for messages: who may, what is refused, versions, races, and what the sender mails."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from mail_cast import SENDER, mail_server
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.config.mail_writing import Reader, mail
from garant.config.mailing import Sender
from garant.console.told import read
from garant.core.letters import FIXED, SHAPES, Words
from garant.core.refusals import NotFound, Refusal
from garant.directory.models import Person
from garant.journal import queries as journal
from garant.journal.models import Notice, OwnLetter
from garant.journal.operations_letters import send_test, to_desk_words, write_letter
from garant.journal.queries import entries_of
from garant.journal.queries_letters import letter_row, letter_rows, own_words, versions
from garant.wording.letter import Letter

pytestmark = [pytest.mark.database, pytest.mark.django_db]

GERMAN = Words("Fall {number} ist da", "Guten Tag,\n\n„{subject}“ ist bei uns.\n\nWir antworten bis {due}.")


def write(cast: Cast, words: Words = GERMAN, revision: int = 0, **more: Any) -> int:
    told = {"viewer": cast.viewer("manager"), "kind": "case_received", "language": "de", **more}
    return write_letter(words=words, revision=revision, **told)


def filed(cast: Cast, subject: str = "Import drops rows", language: str = "de") -> Notice:
    person = cast.people["contact_gold"]
    Person.objects.filter(pk=person).update(language=language)
    made = cases.file_case(
        by=cast.actor("contact_gold"), person_id=person, subscriber_id=cast.subscribers["gold"], subject=subject,
        description="Since Saturday.", severity="3", request_type="question",
    )  # fmt: skip
    return Notice.objects.get(kind="case_received", data__number=made.number)


def mailed(row: Notice, cast: Cast) -> Any:
    view = journal.notice(viewer=cast.viewer("manager"), id=row.pk)
    reader = Reader("x@people.example", "UTC", cast.viewer("contact_gold"), known=True)
    return mail(view, reader, SENDER, "desk.example")


@pytest.mark.parametrize("who", ["agent", "contact_gold", "nobody"])
def test_only_a_manager_writes_words_and_reads_where_there_are_some(cast: Cast, who: str) -> None:
    write(cast)
    viewer = cast.viewer(who)
    for act in (
        lambda: write_letter(viewer=viewer, kind="case_received", language="de", words=GERMAN, revision=1),
        lambda: to_desk_words(viewer=viewer, kind="case_received", language="de", revision=1),
        lambda: send_test(viewer=viewer, language="de", told=Letter("x", ("y",)), once="k" * 22),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "not_allowed"
    assert letter_rows(viewer=viewer) == []
    assert letter_row(viewer=viewer, kind="case_received", language="de").words is None
    assert own_words("de") == {"case_received": GERMAN}
    assert not Notice.objects.filter(kind="letter_test").exists()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"words": replace(GERMAN, body="{number} {due} {case.pk}")}, "placeholder_unknown"),
        ({"words": replace(GERMAN, subject="{my_name}")}, "placeholder_unknown"),
        ({"words": replace(GERMAN, body="Wir antworten bald.")}, "placeholder_missing"),
        ({"words": Words("Da", "Wir antworten bis {due}.")}, "placeholder_missing"),
        ({"words": replace(GERMAN, subject="Fall {number}\nBcc: x@example.com")}, "subject_of_one_line"),
        ({"words": replace(GERMAN, subject="Fall {number}\u2028x")}, "subject_of_one_line"),
        ({"words": replace(GERMAN, subject=" \u200b ")}, "text_missing"),
        ({"words": replace(GERMAN, body="\n\n")}, "text_missing"),
        ({"words": replace(GERMAN, subject="{number}" + "x" * 200)}, "text_too_long"),
        ({"words": replace(GERMAN, body=GERMAN.body + "x" * 5000)}, "text_too_long"),
        ({"language": "tlh"}, "language_unknown"),
        *(({"kind": kind}, "letter_is_fixed") for kind in sorted(FIXED)),
    ],
)
def test_tpl_01_tpl_04_what_could_not_be_filled_or_would_hide_a_promise_is_refused(
    cast: Cast, given: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        write(cast, **given)
    assert refused.value.code == code
    assert not OwnLetter.objects.exists()


def test_a_kind_that_nobody_knows_is_not_found(cast: Cast) -> None:
    with pytest.raises(NotFound):
        write(cast, kind="comet_seen")


def test_words_are_said_from_then_on_and_a_sent_message_keeps_those_it_was_sent_with(cast: Cast) -> None:
    row = filed(cast)
    assert mailed(row, cast).subject.startswith("Fall ")
    write(cast)
    made = mailed(row, cast)
    number = row.data["number"]
    assert made.subject == f"Fall {number} ist da"
    assert "Guten Tag,\n\n„Import drops rows“ ist bei uns.\n\nWir antworten bis " in made.body
    assert "{" not in made.body
    assert "„Import drops rows“ ist bei uns." in made.alternatives[0][0]
    manager = cast.viewer("manager")
    Notice.objects.filter(pk=row.pk).update(state="sent", sent_at=journal.notice(viewer=manager, id=row.pk).created_at)
    before = read(journal.notice(viewer=manager, id=row.pk), manager)
    at = OwnLetter.objects.get().written_at
    Notice.objects.filter(pk=row.pk).update(sent_at=at + timedelta(microseconds=1))
    then = read(journal.notice(viewer=manager, id=row.pk), manager)
    assert before.subject != f"Fall {number} ist da", "it was sent before there were any"
    assert then.subject == f"Fall {number} ist da"
    to_desk_words(viewer=manager, kind="case_received", language="de", revision=1)
    assert read(journal.notice(viewer=manager, id=row.pk), manager) == then
    assert mailed(row, cast).subject == before.subject


def test_other_languages_and_kinds_keep_the_desks_words(cast: Cast) -> None:
    write(cast)
    assert mailed(filed(cast, language="fr"), cast).subject.startswith("Demande")
    assert own_words("fr") == {}


def test_own_words_stand_in_a_digest_too(cast: Cast) -> None:
    row = filed(cast)
    write(cast)
    item = {"kind": row.kind, "data": row.data, "subscriber": row.subscriber_id}
    digest = Notice.objects.create(
        once="d", kind="digest", person_id=row.person_id, language="de", subject_kind="person",
        subject_id=row.person_id, data={"items": [item]},
    )  # fmt: skip
    assert f"Fall {row.data['number']} ist da: " in mailed(digest, cast).body


def test_two_who_write_the_same_letter_never_overwrite_each_other(cast: Cast) -> None:
    assert write(cast) == 1
    for act in (
        lambda: write(cast, replace(GERMAN, subject="{number}: zweite"), revision=0),
        lambda: to_desk_words(viewer=cast.viewer("manager"), kind="case_received", language="de", revision=0),
        lambda: write(cast, replace(GERMAN, subject="{number}: zweite"), revision=7),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "changed_meanwhile"
    assert own_words("de") == {"case_received": GERMAN}


@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_write_at_once_one_is_kept(cast: Cast) -> None:
    told: list[str] = []
    ready = threading.Barrier(20)

    def go(turn: int) -> None:
        try:
            ready.wait()
            write(cast, replace(GERMAN, subject=f"{{number}}: {turn}"))
            told.append("kept")
        except Refusal as refusal:
            told.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(turn,)) for turn in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(told) == [*["changed_meanwhile"] * 19, "kept"]
    assert OwnLetter.objects.count() == 1


def test_every_version_stays_and_the_journal_tells_of_each(cast: Cast) -> None:
    manager = cast.viewer("manager")
    write(cast)
    write(cast, replace(GERMAN, subject="{number}: noch einmal"), revision=1)
    for _ in range(2):
        assert to_desk_words(viewer=manager, kind="case_received", language="de", revision=2) == 3
    assert own_words("de") == {}
    assert letter_rows(viewer=manager) == []
    assert write(cast, revision=3) == 4
    assert [row.revision for row in versions(viewer=manager, kind="case_received", language="de")] == [4, 3, 2, 1]
    assert letter_row(viewer=manager, kind="case_received", language="de").words == GERMAN
    first = OwnLetter.objects.order_by("pk")[0].pk
    entries = entries_of(("own_letter", first))
    assert [entry.kind for entry in entries] == [
        "own_letter_written", "own_letter_written", "own_letter_archived", "own_letter_written",
    ]  # fmt: skip
    assert entries[0].data["sha256"] == entries[3].data["sha256"] != entries[1].data["sha256"]
    assert {entry.by.id for entry in entries} == {cast.people["manager"]}


@pytest.mark.parametrize("change", [{"subject": "x"}, None])
def test_a_version_is_never_changed_or_removed(cast: Cast, change: dict[str, str] | None) -> None:
    write(cast)
    rows = OwnLetter.objects.all()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.delete() if change is None else rows.update(**change)


def test_tpl_05_a_case_without_a_due_time_is_told_in_the_desks_words(cast: Cast) -> None:
    row = filed(cast)
    desks = mailed(row, cast).subject
    write(cast)
    for data in ({"due": None}, {"held": "standing"}, {"due": "no instant"}, {"severity": "2", "due": 7}):
        Notice.objects.filter(pk=row.pk).update(data={**row.data, **data})
        try:
            made = mailed(row, cast)
        except ValueError:  # what the desk's words can't say either is the sender's to put aside
            assert data["due"] == "no instant"
            continue
        assert made.subject == desks, data


def test_tpl_02_tpl_03_braces_of_customers_stay_braces_in_own_words(cast: Cast) -> None:
    hostile = "{number} {due} {{ settings.SECRET_KEY }} {% x %} {0} %(number)s <script>alert(1)</script>"
    row = filed(cast, hostile)
    write(cast, replace(GERMAN, subject="{subject} {number}"))
    made = mailed(row, cast)
    assert made.subject == f"{hostile} {row.data['number']}"
    assert f"„{hostile}“ ist bei uns." in made.body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in made.alternatives[0][0]
    assert "<script" not in made.alternatives[0][0]


def test_tpl_04_a_value_with_line_ends_makes_no_header_and_no_paragraph(cast: Cast) -> None:
    row = filed(cast)
    write(cast, replace(GERMAN, subject="{subject} {number}"))
    Notice.objects.filter(pk=row.pk).update(data={**row.data, "subject": "x\r\nBcc: all@example.com\r\n\r\ny"})
    made = mailed(row, cast).message()
    assert made["Bcc"] is None
    assert made["Subject"] == f"x Bcc: all@example.com y {row.data['number']}"


def test_a_test_goes_through_the_sender_to_whoever_asked(cast: Cast) -> None:
    manager = cast.viewer("manager")
    told = Letter("Fall 1 ist da", ("„{number}“ ist bei uns.", "<b>Bald</b>"))
    assert send_test(viewer=manager, language="de", told=told, once="k" * 22)
    assert not send_test(viewer=manager, language="de", told=told, once="k" * 22), "sent again it is the same one"
    with mail_server() as (box, settings):
        assert Sender(settings).send_due() == 1
    assert box.receivers == [[Person.objects.get(pk=cast.people["manager"]).email]]
    (made,) = box.mails
    assert str(made["Subject"]) == "Probe: Fall 1 ist da"
    assert made["List-Unsubscribe"] is None
    plain, html = (part.get_content() for part in made.iter_parts())
    assert "„{number}“ ist bei uns." in plain
    assert "&lt;b&gt;Bald&lt;/b&gt;" in html


def test_every_kind_that_may_be_reworded_knows_its_names() -> None:
    assert not set(SHAPES) & FIXED
    for kind, shape in SHAPES.items():
        assert {name for group in shape.required for name in group} <= set(shape.names), kind
