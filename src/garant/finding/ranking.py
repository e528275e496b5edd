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
#: A title of many words is about each of them less; a long body is often just thorough.
FIELD_WEIGHTS, FIELD_LENGTHS = (3.0, 1.5, 1.0), (0.85, 0.3, 0.3)
#: The first words of a body say what it is about: they count so much more.
LEAD_WORDS, LEAD = 40, 0.5
#: Neighbours in the question that are near each other in the text: by nearness, and for being in one sentence at all.
NEAR, TOGETHER, SENTENCE = 0.1, 0.8, 6
#: A word that the title has; the share of the title that was asked for; the share of the question in the title.
TITLED, ABOUT, ANSWERED = 0.8, 0.6, 0.3
#: A word of the same family ("create" for "creation"), which the stemmer keeps apart: in the text, and in the title.
KIN, KIN_TITLED = 0.1, 0.5
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
    """BM25 over the fields with its additions, times the document's boost."""
    lengths = (found.title_words, found.head_words, found.body_words)
    norms = [1 - b + b * length / mean for b, length, mean in zip(FIELD_LENGTHS, lengths, means, strict=True)]
    weights = [weight / norm for weight, norm in zip(FIELD_WEIGHTS, norms, strict=True)]
    plain = titled = worth = 0.0
    in_title = 0
    for group in groups:
        value = group.idf * group.weight
        worth += value
        often, is_titled = _often(group.lexemes, found.places, found, weights)
        kin = found.kin.get(group.root, {}) if group.root else {}
        akin, kin_titled = _often(dict.fromkeys(kin, KIN), kin, found, weights) if kin else (0.0, False)
        often += akin
        if often:
            plain += value * often * (K1 + 1) / (often + K1)
        titled += value * (1.0 if is_titled else KIN_TITLED if kin_titled else 0.0)
        in_title += is_titled and not group.is_pair
    if not worth:
        return 0.0
    share = min(1.0, in_title / max(1, found.title_words))
    additions = titled * (TITLED + ABOUT * share) + ANSWERED * titled**2 / worth
    return (plain + additions + _nearness(groups, found.places)) * found.boost


def _often(
    lexemes: Mapping[str, float], places: Mapping[str, Sequence[int]], found: Candidate, weights: Sequence[float]
) -> tuple[float, bool]:
    """How often a document has one of the lexemes, each time by what it tells there; and whether the title has it."""
    title_end = found.title_words
    head_end = title_end + found.head_words
    lead_end, lead = head_end + LEAD_WORDS, weights[2] * (1 + LEAD)
    often, is_titled = 0.0, False
    for lexeme, share in lexemes.items():
        for place in places.get(lexeme, ()):
            if place <= title_end:
                often += share * weights[0]
                is_titled = True
            elif place <= head_end:
                often += share * weights[1]
            else:
                often += share * (lead if place <= lead_end else weights[2])
    return often, is_titled


def _nearness(groups: Sequence[Group], places: Mapping[str, Sequence[int]]) -> float:
    """What neighbours in the question are worth that are near each other in the text too, the nearer the more."""
    total = 0.0
    words = [group for group in groups if group.is_word]
    for one, other in pairwise(words):
        gap = _gap(_places(one, places), _places(other, places))
        if gap is not None:
            value = min(one.idf, other.idf)
            total += value * (NEAR * 2 / (1 + gap) + (TOGETHER if gap <= SENTENCE else 0))
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
