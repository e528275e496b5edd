"""How good the search is: sets of articles and questions with known answers, asked of the search that people use.

Nothing here touches a desk: the caller gives a scratch database.
"""

from __future__ import annotations

import multiprocessing
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from django.db import connection, connections, transaction

from garant.core.audiences import PUBLIC, VISITOR, of_document
from garant.finding.indexing import Text
from garant.finding.operations import put_all
from garant.finding.queries import order
from garant.finding.sets import Corpus, Question, SetError, lines_of, questions_of

#: Questions of one language that are asked of another: enough for a figure, and a run stays short.
MOST_ACROSS = 60
#: Hits looked at; hit@5 and MRR@10 need no more.
DEEPEST, FIRST = 10, 5
_BATCH = 200
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Work:
    """Questions of one corpus, asked in the language of another (or in its own)."""

    set: str
    key: str
    asked: str
    language: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A row per set, language and kind, and one per pair of languages; shares are 0 to 1."""

    rows: list[dict[str, Any]]
    cross: list[dict[str, Any]]


def evaluated(
    corpora: Sequence[Corpus], queries: Mapping[str, Path], *, processes: int = 1, say: Callable[[str], None] = print
) -> Report:
    """Load the corpora and ask everything. `queries`: for a set's name the folder its questions come from instead.

    With more than one process each has a connection of its own, so what is loaded is committed.
    """
    asked = {corpus: questions_of(corpus, queries) for corpus in corpora}
    if not any(asked.values()):
        raise SetError("there are no questions: queries.LANG.jsonl or NAME.LANG.queries.jsonl")
    for corpus, count in zip(corpora, _each(_load, corpora, processes), strict=True):
        say(f"{corpus.set} {corpus.name} {corpus.language}: {count} articles".replace("  ", " "))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE finding_document, finding_word")
    works = [*_own_work(asked), *_work_across(asked)]
    places = _each(_asked, works, processes)
    return Report(_rows(works, places), _cross(works, places))


def _each(act: Callable[[_Item], _Result], items: Sequence[_Item], processes: int) -> list[_Result]:
    """`act` of each item in order, by so many processes."""
    if processes <= 1:
        return [act(item) for item in items]
    connections.close_all()  # a forked connection would be shared
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        return pool.map(act, items, chunksize=1)


def _load(corpus: Corpus) -> int:
    """Index one corpus; how many articles it has."""
    at, everybody = datetime.now(tz=UTC), of_document(PUBLIC)
    texts: list[Text] = []
    for row in lines_of(corpus.articles):
        try:
            texts.append(
                Text(
                    corpus.key,
                    str(row["id"]),
                    corpus.language,
                    str(row.get("title", "")),
                    str(row["body"]),
                    everybody,
                    at,
                    section=str(row.get("section", "")),
                )
            )
        except KeyError as error:
            raise SetError(f"{corpus.articles}: an article lacks {error}") from None
    for begin in range(0, len(texts), _BATCH):
        with transaction.atomic():
            put_all(texts[begin : begin + _BATCH])
    return len(texts)


def _own_work(asked: Mapping[Corpus, Sequence[Question]]) -> Iterator[Work]:
    for corpus, questions in asked.items():
        for begin in range(0, len(questions), _BATCH):
            part = tuple(questions[begin : begin + _BATCH])
            yield Work(corpus.set, corpus.key, corpus.language, corpus.language, part)


def _work_across(asked: Mapping[Corpus, Sequence[Question]]) -> Iterator[Work]:
    """Questions of each language, asked of the articles of each other of the same corpus: ids are aligned there."""
    for one, questions in asked.items():
        own = [question for question in questions if not question.same_as_en]
        part = tuple(own[:: max(1, len(own) // MOST_ACROSS)][:MOST_ACROSS])
        for other in asked:
            if part and other.key == one.key and other.language != one.language:
                yield Work(one.set, one.key, one.language, other.language, part)


def _asked(work: Work) -> list[int | None]:
    """For each question the place of the first right hit, 1 the best; 0 for none in the first ten, None for no hit."""
    found: list[int | None] = []
    for question in work.questions:
        hits = order(text=question.text, language=work.language, audience=VISITOR, kinds=[work.key], limit=DEEPEST)
        right = (place for place, (_, ref) in enumerate(hits, 1) if ref in question.relevant)
        found.append(next(right, 0) if hits else None)
    return found


def _rows(works: Sequence[Work], places: Sequence[Sequence[int | None]]) -> list[dict[str, Any]]:
    every: dict[tuple[str, str, str], list[tuple[Question, int | None]]] = defaultdict(list)
    for work, found in zip(works, places, strict=True):
        if work.asked == work.language:
            for question, place in zip(work.questions, found, strict=True):
                every[work.set, work.language, question.kind].append((question, place))
    return [_row(name, language, kind, rows) for (name, language, kind), rows in every.items()]


def _row(name: str, language: str, kind: str, rows: Sequence[tuple[Question, int | None]]) -> dict[str, Any]:
    """Words left in English count in `hit@5_all` only, except in English, where they are the words."""
    counted = [place for question, place in rows if language == "en" or not question.same_as_en]
    return {
        "set": name,
        "language": language,
        "kind": kind,
        "queries": len(counted),
        "hit@5": _share(1 if place and place <= FIRST else 0 for place in counted),
        "mrr@10": _share(1 / place if place else 0 for place in counted),
        "empty": _share(place is None for place in counted),
        "hit@5_all": _share(1 if place and place <= FIRST else 0 for _, place in rows),
    }


def _cross(works: Sequence[Work], places: Sequence[Sequence[int | None]]) -> list[dict[str, Any]]:
    return [
        {
            "set": work.set,
            "from": work.asked,
            "to": work.language,
            "queries": len(found),
            "hit@5": _share(1 if place and place <= FIRST else 0 for place in found),
        }
        for work, found in zip(works, places, strict=True)
        if work.asked != work.language
    ]


def _share(values: Iterable[float]) -> float:
    given = list(values)
    return round(sum(given) / len(given), 4) if given else 0.0
