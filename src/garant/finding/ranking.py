"""How well a document answers: BM25 over its fields, and what places tell that counts don't. Plain values only."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from garant.finding.asking import Group
from garant.finding.candidates import Candidate

#: BM25's saturation: the second time a word is said tells less than the first.
K1 = 1.2
#: What a word tells in the title, in section or keywords, and in the body; how far a long field says less with each.
FIELD_WEIGHTS, FIELD_LENGTHS = (3.0, 1.5, 1.0), (0.4, 0.3, 0.6)
#: Shares of the score that are added when words stand together, all of them are there, and the title is about them.
NEAR, COVERED, TITLED = 0.3, 0.3, 0.4
#: A hit has this share of what the best one has, or it is noise that shares a word.
NOISE = 0.15


@dataclass(frozen=True, slots=True)
class Ranked:
    """A document's id, its score, and where each lexeme asked for stands in it."""

    id: int
    score: float
    candidate: Candidate


def ranked(groups: Sequence[Group], found: Sequence[Candidate]) -> list[Ranked]:
    """The candidates in the order of their scores; equal ones by id, so that the order is always the same."""
    if not found:
        return []
    means = tuple(
        max(1.0, math.fsum(length) / len(found))
        for length in zip(*((c.title_words, c.head_words, c.body_words) for c in found), strict=True)
    )
    rows = [Ranked(each.id, _score(groups, each, means), each) for each in found]
    rows.sort(key=lambda row: (-row.score, row.id))
    least = rows[0].score * NOISE
    return [row for row in rows if row.score >= least]


def _score(groups: Sequence[Group], found: Candidate, means: Sequence[float]) -> float:
    """BM25F and its bonuses, each in shares of what the whole question is worth."""
    title_end, head_end = found.title_words, found.title_words + found.head_words
    lengths = (found.title_words, found.head_words, found.body_words)
    norms = [1 - b + b * length / mean for b, length, mean in zip(FIELD_LENGTHS, lengths, means, strict=True)]
    plain = covered = titled = worth = 0.0
    for group in groups:
        value = group.idf * group.weight
        worth += value
        often = in_title = 0.0
        for lexeme, share in group.lexemes.items():
            for place in found.places.get(lexeme, ()):
                field = 0 if place <= title_end else 1 if place <= head_end else 2
                often += share * FIELD_WEIGHTS[field] / norms[field]
                in_title = max(in_title, share) if field == 0 else in_title
        if often:
            plain += value * often * (K1 + 1) / (often + K1)
            covered += value
            titled += value * in_title
    if not worth:
        return 0.0
    near = _nearness(groups, found.places)
    bonus = NEAR * near + COVERED * worth * (covered / worth) ** 2 + TITLED * titled
    return (plain + bonus) * found.boost


def _nearness(groups: Sequence[Group], places: Mapping[str, Sequence[int]]) -> float:
    """What neighbours in the question are worth that are near each other in the text too, the nearer the more."""
    total = 0.0
    words = [group for group in groups if group.is_word]
    for one, other in pairwise(words):
        gap = _gap(_places(one, places), _places(other, places))
        if gap is not None:
            total += min(one.idf * one.weight, other.idf * other.weight) * 2 / (1 + gap)
    return total


def _places(group: Group, places: Mapping[str, Sequence[int]]) -> list[int]:
    return sorted(place for lexeme in group.lexemes for place in places.get(lexeme, ()))


def _gap(first: Sequence[int], second: Sequence[int]) -> int | None:
    """The least distance between two sorted lists of places; None when one is empty."""
    least: int | None = None
    i = j = 0
    while i < len(first) and j < len(second):
        distance = abs(first[i] - second[j])
        if distance and (least is None or distance < least):
            least = distance
        if first[i] < second[j]:
            i += 1
        else:
            j += 1
    return least
