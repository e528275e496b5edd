"""Words that nobody wrote: which one was meant, of those that the reader may read; and what a beginning may become."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from garant.finding.indexing import quoted
from garant.finding.scope import Scope

#: Candidates for one word, and of those the ones that are asked of the documents.
MOST_LIKE, MOST_ASKED = 60, 8
#: Shorter words have too many neighbours.
SHORTEST = 4


def corrected(word: str, scope: Scope) -> str:
    """The likeliest word that stands in a document of the scope instead of `word` (without accents); "" for none."""
    if len(word) < SHORTEST or len(word) > 40:
        return ""
    near = [(distance(word, other), other) for other in _alike(word, scope.language)]
    allowed = 1 if len(word) < 6 else 2 if len(word) < 12 else 3
    good = sorted(each for each in near if each[0] <= allowed)[:MOST_ASKED]
    counts = readable([other for _, other in good], scope)
    known = [(steps, -counts[other], other) for steps, other in good if counts[other]]
    return min(known)[2] if known else ""


def readable(words: Sequence[str], scope: Scope) -> dict[str, int]:
    """In how many documents of the scope each word stands as it is written, up to 100."""
    if not words:
        return {}
    where, values = scope.where()
    part = f"(SELECT count(*) FROM (SELECT 1 FROM finding_document WHERE {where} AND forms @@ %s::tsquery LIMIT 100) c)"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT " + ", ".join([part] * len(words)), [v for word in words for v in (*values, quoted(word))]
        )
        return dict(zip(words, cursor.fetchone(), strict=True))


def _alike(word: str, language: str) -> list[str]:
    """Words of the language that share enough trigrams; whether a reader may see them is asked next."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM finding_word WHERE language = %s AND word %% %s AND word <> %s"
            " GROUP BY word ORDER BY similarity(word, %s) DESC, word LIMIT %s",
            [language, word, word, word, MOST_LIKE],
        )
        return [row[0] for row in cursor.fetchall()]


def distance(one: str, other: str) -> int:
    """How many letters have to be put in, left out, changed, or swapped with a neighbour."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, its in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
