"""Finding: who finds what, in which language, by which words; and what stays unseen."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rooms_cast import Cast

from garant.core.audiences import CUSTOMERS, PUBLIC, STAFF, VISITOR, Audience, of_document, of_reader, package_name
from garant.core.refusals import Refusal
from garant.finding import operations, queries
from garant.finding.models import Document, Miss, Word
from garant.finding.queries import Found, search, suggest
from garant.finding.snippets import Pieces
from garant.journal.queries import entries_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]
AT = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)
EVERYBODY = of_document(PUBLIC)


def put(ref: str, title: str, body: str = "", language: str = "en", **more: object) -> None:
    given: dict[str, object] = {"kind": "article", "audience": EVERYBODY, "at": AT, **more}
    operations.put(ref=ref, title=title, body=body, language=language, **given)  # type: ignore[arg-type]


def look(text: str, language: str = "en", audience: Audience = VISITOR, **more: object) -> Found:
    return search(text=text, language=language, audience=audience, **more)  # type: ignore[arg-type]


def refs(found: Found) -> list[str]:
    return [hit.ref for hit in found.hits]


def marked(pieces: Pieces) -> list[str]:
    return [text for text, is_match in pieces if is_match]


def whole(pieces: Pieces) -> str:
    return "".join(text for text, _ in pieces)


def test_the_title_counts_more_than_the_body_and_what_was_asked_is_marked() -> None:
    put("body", "Printing", "The index of a report is rebuilt at night. " * 3)
    put("title", "Rebuilding an index", "How it is done, and when.")
    put("other", "Colours", "Nothing of it.")
    found = look("rebuild the index")
    assert refs(found) == ["title", "body"]
    assert marked(found.hits[0].title) == ["Rebuilding", "index"]
    assert whole(found.hits[0].title) == "Rebuilding an index"
    assert "rebuilt" not in marked(found.hits[1].snippet)
    assert "index" in marked(found.hits[1].snippet)
    assert (found.counted, found.is_capped, found.did_you_mean) == (2, False, None)


@pytest.mark.parametrize(
    ("language", "title", "asked"),
    [
        ("en", "Restoring backups", "restore backup"),
        ("de", "Geöffnete Türen schließen", "geoffnete turen schliessen"),
        ("fr", "Réglages généraux", "reglage general"),
        ("es", "Configuración de la impresión", "configuracion impresiones"),
        ("it", "Città e proprietà", "citta proprieta"),
        ("ja", "文書をサーバーに保存する", "サーバ 文書の保存"),
        ("nl", "De instellingen wijzigen", "instellingen"),
    ],
)
def test_every_language_finds_its_forms_with_and_without_accents(language: str, title: str, asked: str) -> None:
    put("right", title, language=language)
    put("wrong", "Zzz", language=language)
    assert refs(look(asked, language)) == ["right"]
    assert refs(look(title, language)) == ["right"]
    assert marked(look(asked, language).hits[0].title)


def test_japanese_is_found_by_parts_of_words_too() -> None:
    put("right", "自動バックアップの設定", "毎晩、データベースを保存します。" * 20, "ja")
    put("wrong", "印刷の方法", "紙のサイズを選びます。", "ja")
    assert refs(look("バックアップ", "ja")) == ["right"]
    assert refs(look("ックアッ", "ja")) == ["right"]
    hit = look("データベースの保存", "ja").hits[0]
    assert "データベース" in marked(hit.snippet)
    assert len(whole(hit.snippet)) < 200


def _hidden() -> tuple[Audience, Audience]:
    """A document of a package and one of staff, beside a public one; who has the package, and who is staff."""
    package = package_name("reference", "gold")
    put("public", "Zebra crossing", "About zebras")
    put("package", "Zebra quagga", "Quagga secrets", audience=of_document("packages", [package]))
    put("staff", "Zebra okapi", "Okapi notes", audience=of_document(STAFF))
    return of_reader(is_staff=False, packages=[package]), of_reader(is_staff=True, packages=None)


def test_nobody_finds_counts_or_is_suggested_what_they_may_not_read() -> None:
    """IDOR-06, ENUM-05: hits, counts, completion, correction."""
    customer, staff = _hidden()
    for audience, readable in (
        (VISITOR, {"public"}),
        (of_reader(is_staff=False, packages=[]), {"public"}),
        (customer, {"public", "package"}),
        (staff, {"public", "package", "staff"}),
        (frozenset[str](), set()),
    ):
        found = look("zebra", audience=audience)
        assert (set(refs(found)), found.counted) == (readable, len(readable))
        assert {row.ref for row in suggest(text="zeb", language="en", audience=audience)} == readable
        for word, ref in (("okapi", "staff"), ("quagga", "package")):
            assert refs(look(word, audience=audience)) == [ref] * (ref in readable)
            assert [r.ref for r in suggest(text=word[:3], language="en", audience=audience)] == [ref] * (
                ref in readable
            )
    assert look("ocapi", audience=VISITOR).did_you_mean is None
    assert look("quaga", audience=VISITOR).did_you_mean is None
    assert look("quaga", audience=customer).did_you_mean == "quagga"
    assert look("ocapi", audience=staff).did_you_mean == "okapi"


def test_a_hidden_document_changes_nothing_that_a_visitor_sees() -> None:
    """The same answer, scores included, with and without documents that others may read."""
    put("one", "Zebra crossing", "Where to cross")
    put("two", "Crossing a river", "With a zebra")
    before = [look(text) for text in ("zebra crossing", "zebra", "crossings zebr")]
    for number in range(5):
        put(f"hidden-{number}", "Zebra crossing zebra", "zebra " * 50, audience=of_document(CUSTOMERS))
    assert [look(text) for text in ("zebra crossing", "zebra", "crossings zebr")] == before


def test_a_mistyped_word_finds_and_says_what_was_meant() -> None:
    put("right", "Configuring the database", "Connections and passwords")
    found = look("Confgiuring the databse")
    assert refs(found) == ["right"]
    assert found.did_you_mean == "configuring the database"
    assert look("configuring").did_you_mean is None
    assert look("xyzzyplugh").did_you_mean is None


def test_a_compound_is_found_by_its_parts_and_its_parts_by_it() -> None:
    put("parts", "Die Zeile", "Eine Tabelle hat viele Zeilen und Zellen.", "de")
    put("whole", "Tabellenzeilen löschen", "Mit der Maus.", "de")
    put("other", "Ganz anderes", "Über Farben.", "de")
    assert refs(look("Zeilen", "de")) == ["parts", "whole"]
    assert set(refs(look("Tabellenzeilen", "de"))) == {"whole", "parts"}
    assert look("Tabellenzellen", "de").did_you_mean is None


def test_a_word_of_the_same_family_helps_a_title() -> None:
    put("kin", "Creative colours", "How to take the colours apart, with a word in the text: creations.")
    put("far", "Other colours", "How to take the colours apart, with a word in the text: creations.")
    assert refs(look("creations")) == ["kin", "far"]


def test_what_is_changed_or_forgotten_is_found_no_more_nor_offered() -> None:
    put("one", "Marmalade", "jam")
    put("one", "Honey", "bees")
    assert not refs(look("marmalade"))
    assert look("marmelade").did_you_mean is None
    assert not Word.objects.filter(word="marmalade").exists()
    assert refs(look("honey")) == ["one"]
    put("one", "Honig", "Bienen", "de")
    operations.forget(kind="article", ref="one", language="de")
    assert not refs(look("Honig", "de"))
    operations.forget(kind="article", ref="one")
    operations.forget(kind="article", ref="never there")
    assert not Document.objects.exists()
    assert not Word.objects.exists()


def test_the_index_is_written_with_the_document_or_not_at_all() -> None:
    def interrupted() -> None:
        with transaction.atomic():
            put("one", "Marmalade")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()
    assert not refs(look("marmalade"))
    assert not Word.objects.exists()


def test_filters_narrow_hits_and_counts() -> None:
    put("a", "Zebra", kind="article", products=["desk"], section="Animals")
    put("b", "Zebra", kind="thread", products=["phone"], programme="reference")
    put("c", "Zebra", kind="article", programme="other")
    for filters, expected in (
        ({"kinds": ["thread"]}, {"b"}),
        ({"products": ["desk"]}, {"a", "c"}),
        ({"section": "Animals"}, {"a"}),
        ({"programme": "reference"}, {"a", "b"}),
        ({"kinds": ["case"]}, set()),
    ):
        found = look("zebra", **filters)
        assert (set(refs(found)), found.counted) == (expected, len(expected))


def test_another_language_answers_when_the_readers_does_not() -> None:
    put("only-en", "Marmalade", "Oranges and sugar")
    put("both", "Crossing rivers", "With a boat")
    put("both", "Flüsse überqueren", "Mit dem Boot", "de")
    hit = look("marmalade", "de").hits[0]
    assert (hit.ref, hit.language, hit.elsewhere) == ("only-en", "en", True)
    hit = look("crossing", "de").hits[0]
    assert (hit.ref, hit.language, hit.elsewhere, whole(hit.title)) == ("both", "de", True, "Flüsse überqueren")
    put("both", "Flüsse überqueren", "Mit dem Boot", "de", audience=of_document(STAFF))
    hit = look("crossing", "de").hits[0]
    assert (hit.language, whole(hit.title)) == ("en", "Crossing rivers")


def test_pages_go_on_where_the_last_ended_and_end() -> None:
    for number in range(7):
        put(f"n{number}", "Zebra")
    seen: list[str] = []
    after: str | None = None
    for _ in range(3):
        page = look("zebra", limit=3, after=after)
        seen += refs(page)
        after = page.next
        assert page.counted == 7
    assert after is None
    assert sorted(seen) == [f"n{number}" for number in range(7)]
    assert refs(look("zebra", limit=3, after="forged")) == seen[:3]
    assert refs(look("other", limit=3, after=look("zebra", limit=3).next)) == []


def test_synonyms_hold_in_their_programme_and_are_a_managers(cast: Cast) -> None:
    put("one", "Invoice", "How to pay")

    def say(who: str, groups: list[list[str]], **more: str) -> None:
        viewer = cast.viewer(who)
        operations.set_synonyms(by=cast.actor(who), viewer=viewer, language="en", groups=groups, **more)

    say("manager", [["bill", "invoice", "payment request"]], programme="reference")
    assert not refs(look("bills"))
    assert refs(look("bills", programme="reference")) == ["one"]
    assert refs(look("payment requests", programme="reference")) == ["one"]
    assert queries.synonyms(language="en", programme="reference") == [("bill", "invoice", "payment request")]
    for who, groups, code in (
        ("agent", [["a", "b"]], "not_allowed"),
        ("contact_gold", [["a", "b"]], "not_allowed"),
        ("manager", [["alone"]], "text_missing"),
        ("manager", [["x" * 101, "b"]], "text_too_long"),
    ):
        with pytest.raises(Refusal) as refused:
            say(who, groups)
        assert refused.value.code == code
    say("manager", [], programme="reference")
    assert not refs(look("bill", programme="reference"))
    assert [entry.kind for entry in entries_of(("synonyms", 0))] == ["synonyms_changed"] * 2


def test_what_was_looked_for_in_vain_is_counted_without_persons() -> None:
    day = date(2026, 11, 28)
    for text in ("Wärmepumpe", "warmepumpe ", "mail anna@example.org 12345678", "\x00", "123456"):
        operations.note_miss(text=text, language="de", day=day)
    assert [(m.text, m.times) for m in queries.misses(since=day)] == [("warmepumpe", 2), ("mail", 1)]
    assert operations.forget_misses(before=date(2026, 11, 29)) == 2
    assert not Miss.objects.exists()


def test_no_more_than_so_many_different_misses_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MOST_MISSES", 2)
    for text in ("a1", "a2", "a3", "a2"):
        operations.note_miss(text=text, language="en", day=date(2026, 11, 28))
    assert [(m.text, m.times) for m in queries.misses(since=date(2026, 11, 28))] == [("a2", 2), ("a1", 1)]


HOSTILE = [
    "%%%%",
    "%" * 10_000,
    "a" * 10_000,
    " ".join(f"word{n}" for n in range(10_000)),
    "' OR 1=1 --",
    "\\'\\\\'; DROP TABLE",
    "a & b | !c <-> d:*",
    "\x00",
    "\x00zebra\x00",
    "\ud800",
    "zebra " * 5_000,
    "🦓" * 300,
    "",
    " ",
    "の" * 10_000,
    "the",
    "_",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("language", ["en", "ja", "xx"])
def test_whatever_is_typed_is_answered(text: str, language: str) -> None:
    """DOS-03, SQL-05."""
    put("one", "Zebra", "the の " * 50, language)
    for found in (look(text, language), look(text, language, limit=10**9, after="x" * 5000)):
        assert found.counted <= 200
    suggest(text=text, language=language, audience=VISITOR, limit=10**9)
    operations.note_miss(text=text, language=language, day=date(2026, 11, 28))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_written_can_be_indexed(text: str) -> None:
    for language in ("en", "ja"):
        put("one", text, text, language, section=text, keywords=text)
    look("zebra")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60), title=st.text(max_size=30), language=st.sampled_from(["en", "de", "fr", "ja", "q"]))
def test_any_text_is_indexed_and_asked(db: None, text: str, title: str, language: str) -> None:
    put("one", title, text, language)
    for hit in look(text, language).hits:
        assert whole(hit.title) in (title, title.replace("\x00", " "))
    suggest(text=title, language=language, audience=VISITOR)
