"""Search at 1,000, 17,000 and 100,000 articles, beside a bare Django view in the same run.

What is timed is a whole `search` of the first page, and a `suggest` as somebody types, by a visitor, in the process
that asks; the bare view is a whole request over loopback that asks the same PostgreSQL once and answers a page's bytes.
A thousand articles are made of the sample base's sentences; the others are theirs over again, so that each word becomes
as much commoner as there are more articles: harsher than a real base, where new articles bring new words.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from bench.desk import Desk, throwaway_desk
from bench.measuring import System, Table, compared
from bench.worker import BARE, free_port, known_to, serving

SIZES = (1_000, 17_000, 100_000)
ROUNDS, WARM_UP, QUESTIONS = 3, 1, 60
SENTENCES, PAGE_BYTES = 18, 20_000
_SIDES = [System("Garant", "garant", lambda: None), System("bare view", "floor", lambda: None)]

_MORE = """
INSERT INTO finding_document (kind, ref, language, title, section, keywords, body, audience, programme, products,
    boost, updated_at, title_words, head_words, body_words, terms, forms)
SELECT kind, ref || '-' || n, language, title, section, keywords, body, audience, programme, products,
    boost, updated_at, title_words, head_words, body_words, terms, forms
FROM finding_document d, generate_series(%s::int, %s::int) n WHERE d.ref NOT LIKE '%%-%%'
"""


def run() -> Table:
    """Fill the index step by step and ask at each step, Garant and the bare view in turn."""
    table, seen = Table("Search: a first page, and completion"), dict[tuple[str, str, int], float]()
    with throwaway_desk() as desk:
        questions = _base()
        port, bodies = free_port(), {"GARANT_BENCH_BODIES": str(desk.folder)}
        (desk.folder / "search").write_bytes(b"x" * PAGE_BYTES)
        present = SIZES[0]
        with serving(BARE, port, {**known_to(desk), **bodies}):
            for size in SIZES:
                _fill(desk, present, size)
                present = size
                for name, act in (("search", _search), ("suggest", _suggest)):
                    for share, taken in _asked(act, questions, port).items():
                        table.rows += compared(f"{name} {share}, {size:,} articles", _SIDES, taken)
                        seen[name, share, size] = table.rows[-2].figures.median
    for name, share in (("search", "p50"), ("search", "p95"), ("suggest", "p95")):
        growth = seen[name, share, SIZES[-1]] / seen[name, share, SIZES[0]]
        table.notes.append(f"{name} {share}: {growth:.1f} x from {SIZES[0]:,} to {SIZES[-1]:,} articles")
    table.notes.append("ratios below 1: the bare view takes that much of Garant's time")
    return table


def _base() -> list[str]:
    """A thousand articles of sample sentences; returns questions made of words that stand together in them."""
    from django.db import transaction

    from garant.core.audiences import PUBLIC, of_document
    from garant.finding.operations import Text, put_all
    from garant.kit.shipped import shipped

    folder = shipped("samples/desk.yaml").parent / "knowledge"
    text = " ".join(file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.en.md")))
    sentences = [s.strip() for s in re.split(r"(?<=[.!?])\s+", text) if 30 < len(s) < 300]
    chance = random.Random(6)
    at = datetime.now(tz=UTC)
    texts, questions = [], []
    for number in range(SIZES[0]):
        own = chance.choices(sentences, k=SENTENCES)
        words = re.findall(r"[A-Za-z]{4,}", own[0])[:5]
        texts.append(Text("article", str(number), "en", " ".join(words), " ".join(own), of_document(PUBLIC), at))
        asked = re.findall(r"[A-Za-z]{4,}", own[1])
        if len(asked) > 3:
            begin = chance.randrange(len(asked) - 2)
            questions.append(" ".join(asked[begin : begin + chance.choice((2, 3, 4))]))
    with transaction.atomic():
        put_all(texts)
    return chance.sample(questions, QUESTIONS)


def _fill(desk: Desk, present: int, size: int) -> None:
    import psycopg

    with psycopg.connect(desk.database.owner_url, autocommit=True) as owner:
        if size > present:
            owner.execute(_MORE, [present // SIZES[0], size // SIZES[0] - 1])
        owner.execute("VACUUM ANALYZE finding_document")
        row = owner.execute("SELECT count(*) FROM finding_document").fetchone()
    if row is None or row[0] != size:
        raise AssertionError(f"{row} articles instead of {size}")


def _search(question: str) -> None:
    from garant.core.audiences import VISITOR
    from garant.finding.queries import search

    if not search(text=question, language="en", audience=VISITOR).hits:
        raise AssertionError(f"nothing for {question!r}")


def _suggest(question: str) -> None:
    from garant.core.audiences import VISITOR
    from garant.finding.queries import suggest

    suggest(text=question[: max(3, len(question) // 2)], language="en", audience=VISITOR)


def _asked(act: Callable[[str], None], questions: Sequence[str], port: int) -> dict[str, Mapping[str, list[float]]]:
    """Round by round, one side after the other: median and 95th percentile of each round's questions, in seconds."""
    taken: dict[str, dict[str, list[float]]] = {"p50": {}, "p95": {}}
    for turn in range(ROUNDS + WARM_UP):
        for side in _SIDES:
            times = sorted(_seconds(act, question, side.name, port) for question in questions)
            for share, place in (("p50", len(times) // 2), ("p95", int(len(times) * 0.95) - 1)):
                if turn >= WARM_UP:
                    taken[share].setdefault(side.name, []).append(times[place])
    return dict(taken)


def _seconds(act: Callable[[str], None], question: str, side: str, port: int) -> float:
    begin = time.perf_counter()
    if side == "Garant":
        act(question)
    else:
        from bench.pages import _request

        _request("/like/search", "", port)
    return time.perf_counter() - begin
