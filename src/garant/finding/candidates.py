"""The documents worth ranking, and where the words asked for stand in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db import connection

from garant.finding.asking import ROOT, Group, words_of
from garant.finding.scope import Scope

#: Documents that PostgreSQL scores, and of those the ones whose places are looked at.
MOST_CANDIDATES, MOST_RANKED = 2_000, 100
#: What a word says in the body, nowhere, in section or keywords, and in the title: the first look's weights.
_WEIGHTS = "{0.15, 0.15, 0.5, 1.0}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document by its id, the words of its title, head and body, and the places of each lexeme asked for.

    `kin`: by the root of a word asked for, the places of other lexemes that begin with it ("format" of "formatting").
    """

    id: int
    title_words: int
    head_words: int
    body_words: int
    boost: float
    places: dict[str, Sequence[int]]
    kin: dict[str, dict[str, Sequence[int]]]


def candidates(groups: Sequence[Group], scope: Scope) -> list[Candidate]:
    """At most `MOST_RANKED`, the best at first look."""
    present = [group for group in groups if group.documents]
    if not present:
        return []
    where, values = scope.where()
    parts: list[str] = []
    given: list[Any] = []
    for query, most in _chosen(present):
        parts.append(f"(SELECT id FROM finding_document WHERE {where} AND terms @@ %s::tsquery LIMIT %s)")
        given += [*values, query, most]
    score = " + ".join("%s * ts_rank(%s::float4[], v, %s::tsquery)" for _ in present)
    for group in present:
        given += [group.idf * group.weight, _WEIGHTS, group.query]
    statement = (
        f"WITH found AS MATERIALIZED ({' UNION '.join(parts)}), coarse AS MATERIALIZED ("
        f" SELECT d.id, d.title_words, d.head_words, d.body_words, d.boost, v, {score} AS score"
        " FROM found JOIN finding_document d USING (id),"
        # Read once: each use of a stored tsvector would fetch and unpack it again.
        " LATERAL (SELECT d.terms || ''::tsvector AS v OFFSET 0) t ORDER BY score DESC, d.id LIMIT %s)"
        " SELECT c.id, c.title_words, c.head_words, c.body_words, c.boost, u.lexeme, u.positions"
        " FROM coarse c, unnest(c.v) u WHERE u.lexeme = ANY(%s) OR left(u.lexeme, %s) = ANY(%s)"
    )
    with connection.cursor() as cursor:
        own = words_of(groups)
        roots = sorted({group.root for group in groups if group.root})
        cursor.execute(statement, [*given, MOST_RANKED, sorted(own), ROOT, roots])
        return _gathered(cursor.fetchall(), own)


def _chosen(groups: Sequence[Group]) -> list[tuple[str, int]]:
    """Queries that together give about `MOST_CANDIDATES`: all with a rare word, and of the others the likeliest."""
    rare: list[Group] = []
    room = MOST_CANDIDATES
    ordered = sorted(groups, key=lambda group: group.documents)
    for group in ordered:
        if group.documents > room:
            break
        rare.append(group)
        room -= group.documents
    chosen = [("|".join(group.query for group in rare), MOST_CANDIDATES)] if rare else []
    common = ordered[len(rare) :]
    if common:
        titled = "|".join(group.query.replace("'|", "':A|").replace("')", "':A)") for group in common)
        together = [f"({one.query}&{other.query})" for one, other in pairwise(common)]
        every = "&".join(group.query for group in common)
        chosen += [(query, max(room // 3, 100)) for query in (every, titled, "|".join(together) or every)]
    return chosen


def _gathered(rows: Sequence[tuple[Any, ...]], asked_for: frozenset[str]) -> list[Candidate]:
    found: dict[int, Candidate] = {}
    for row in rows:
        own = found.get(row[0])
        if own is None:
            own = found[row[0]] = Candidate(row[0], row[1], row[2], row[3], row[4], {}, {})
        if row[5] in asked_for:
            own.places[row[5]] = row[6] or ()
        else:
            own.kin.setdefault(row[5][:ROOT], {})[row[5]] = row[6] or ()
    return list(found.values())
