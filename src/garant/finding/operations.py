"""Writing the index, inside the transaction of whoever changes a document, and what was looked for in vain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from garant.core.audiences import Audience
from garant.core.people import Actor, Viewer
from garant.core.refusals import Refusal
from garant.core.rights import check
from garant.finding.analysis import clean, fold
from garant.finding.indexing import Indexed, Text, indexed
from garant.finding.models import Document, Miss, Synonyms
from garant.journal import operations as journal

__all__ = ["Text", "forget", "forget_misses", "note_miss", "put", "put_all", "set_synonyms"]

#: Different words a day that are kept of what was looked for in vain: who floods it fills a table no further.
MOST_MISSES = 5_000
#: Synonyms of a group, and letters of each.
MOST_SYNONYMS = 100

_PUT = """
INSERT INTO finding_document (kind, ref, language, title, section, keywords, body, audience, programme, products,
    boost, updated_at, title_words, head_words, body_words, terms, forms)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s::text[], %s, %s::text[], %s, %s, %s, %s, %s, %s::tsvector, %s::tsvector)
ON CONFLICT (kind, ref, language) DO UPDATE SET title = excluded.title, section = excluded.section,
    keywords = excluded.keywords, body = excluded.body, audience = excluded.audience, programme = excluded.programme,
    products = excluded.products, boost = excluded.boost, updated_at = excluded.updated_at,
    title_words = excluded.title_words, head_words = excluded.head_words, body_words = excluded.body_words,
    terms = excluded.terms, forms = excluded.forms
"""
_LEARN = """
INSERT INTO finding_word (language, word)
SELECT %s, w FROM unnest(%s::text[]) w
WHERE NOT EXISTS (SELECT 1 FROM finding_word f WHERE f.language = %s AND f.word = w)
"""
_UNLEARN = """
DELETE FROM finding_word WHERE language = %s AND word = ANY(%s) AND NOT EXISTS (
    SELECT 1 FROM finding_document d
    WHERE d.language = finding_word.language AND d.forms @@ (quote_literal(finding_word.word))::tsquery)
"""


def put(
    *,
    kind: str,
    ref: str,
    language: str,
    title: str,
    body: str,
    audience: Audience,
    at: datetime,
    section: str = "",
    keywords: str = "",
    programme: str = "",
    products: Iterable[str] = (),
    boost: float = 1.0,
) -> None:
    """Let a text be found, or found as it is now, by whoever shares a name of `audience`; part of the transaction.

    `kind` and `ref` say what it is ("article", its slug); each language of it is a document. `body` is plain text:
    what the reader is shown, nothing hidden. `products` empty: about any. `boost` multiplies its score: 1 for most.
    """
    put_all(
        [Text(kind, ref, language, title, body, audience, at, section, keywords, programme, tuple(products), boost)]
    )


def put_all(texts: Sequence[Text]) -> None:
    """Like `put`, for many at once: each (kind, ref, language) once."""
    if not texts:
        return
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("put() belongs inside the transaction of the document's change")
    vectors = indexed(texts)
    with connection.cursor() as cursor:
        before = _words_of(texts)
        cursor.executemany(_PUT, [_row(text, own) for text, own in zip(texts, vectors, strict=True)])
        for language in sorted({text.language for text in texts}):
            words: set[str] = set()
            for text, own in zip(texts, vectors, strict=True):
                words |= own.words if text.language == language else frozenset()
            cursor.execute(_LEARN, [language, sorted(words), language])
            _unlearn(language, before.get(language, set()) - words)


def forget(*, kind: str, ref: str, language: str | None = None) -> None:
    """Let a text be found no more, in one language or in all; nothing happens when it is unknown."""
    rows = Document.objects.filter(kind=kind, ref=ref)
    if language is not None:
        rows = rows.filter(language=language)
    with transaction.atomic():
        gone = [Text(row.kind, row.ref, row.language, "", "", frozenset(), row.updated_at) for row in rows]
        before = _words_of(gone)
        rows.delete()
        for each, words in before.items():
            _unlearn(each, words)


def _row(text: Text, own: Indexed) -> list[Any]:
    words = (text.title, text.section, text.keywords, text.body)
    return [
        text.kind, text.ref, text.language, *(clean(each) for each in words), sorted(text.audience), text.programme,
        list(text.products), text.boost, text.at, *own.lengths, own.terms, own.forms,
    ]  # fmt: skip


def _words_of(texts: Sequence[Text]) -> dict[str, set[str]]:
    """The words of what stands in the index now, by language."""
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.language, array_agg(DISTINCT w) FROM unnest(%s::text[], %s::text[], %s::text[]) g(k, r, l)"
            " JOIN finding_document d ON d.kind = g.k AND d.ref = g.r AND d.language = g.l,"
            " unnest(tsvector_to_array(d.forms)) w GROUP BY d.language",
            [[t.kind for t in texts], [t.ref for t in texts], [t.language for t in texts]],
        )
        for language, words in cursor.fetchall():
            found[language] = set(words)
    return found


def _unlearn(language: str, words: set[str]) -> None:
    """Words that no document has any more are not kept: one of them may have been somebody's name."""
    if words:
        with connection.cursor() as cursor:
            cursor.execute(_UNLEARN, [language, sorted(words)])


@transaction.atomic
def set_synonyms(
    *, by: Actor, viewer: Viewer, language: str, programme: str = "", groups: Sequence[Sequence[str]]
) -> None:
    """Say which words mean the same in a programme ("": in every one) and a language; replaces what was said before.

    Each of `groups` has two words or short phrases at least. Refusals: `not_allowed`, `text_missing`, `text_too_long`.
    """
    check(viewer, "edit_synonyms")
    cleaned = [[" ".join(clean(word).split()) for word in group] for group in groups]
    for group in cleaned:
        if len(group) < 2 or not all(group):
            raise Refusal("text_missing", "a_text_is_needed", "write_text", {"field": "synonyms"})
        length = max(len(group), *(len(word) for word in group))
        if length > MOST_SYNONYMS:
            values = {"field": "synonyms", "longest": MOST_SYNONYMS, "length": length}
            raise Refusal("text_too_long", "texts_have_a_limit", "shorten_text", values)
    Synonyms.objects.filter(programme=programme, language=language).delete()
    Synonyms.objects.bulk_create([Synonyms(programme=programme, language=language, words=group) for group in cleaned])
    journal.append(
        subject=("synonyms", 0),
        kind="synonyms_changed",
        data={"programme": programme, "language": language, "groups": cleaned},
        by=by,
        at=journal.database_now(),
        subscriber_id=None,
    )


#: An address or a number is somebody's: it is not kept.
_PERSONAL = re.compile(r"@|\d{5}")


def note_miss(*, text: str, language: str, day: date) -> None:
    """Remember that a search found nothing: the words, the language and the day, and of no person anything."""
    words = fold(clean(text[:1000])).split()
    plain = " ".join(word for word in words if not _PERSONAL.search(word))[:100].strip()
    if not plain:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO finding_miss (day, language, text, times) SELECT %s, %s, %s, 1"
            " WHERE (SELECT count(*) FROM finding_miss WHERE day = %s) < %s"
            " OR EXISTS (SELECT 1 FROM finding_miss WHERE day = %s AND language = %s AND text = %s)"
            " ON CONFLICT (day, language, text) DO UPDATE SET times = finding_miss.times + 1",
            [day, language[:10], plain, day, MOST_MISSES, day, language[:10], plain],
        )


def forget_misses(*, before: date) -> int:
    """Delete what was looked for in vain before a day; how many rows that were."""
    gone: int = Miss.objects.filter(day__lt=before).delete()[0]
    return gone
