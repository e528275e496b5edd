"""What somebody asked, as groups of lexemes that mean one word each, with how rare each is among what they may read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from garant.finding.analysis import PAIR, clean, fold, tokens
from garant.finding.compounds import parts_of
from garant.finding.indexing import quoted
from garant.finding.models import Synonyms
from garant.finding.scope import Scope, counts, total
from garant.finding.stemming import learn, lexemes, of_token

#: Characters and words of a question that are read; nobody means more of them, and each costs a look at the index.
LONGEST_QUESTION, MOST_WORDS, MOST_PAIRS = 1_000, 24, 24
#: How much less a synonym, a pair of letters beside the token it is of, and a part of a compound say than the word.
SYNONYM, PAIRED, PART = 0.7, 0.2, 0.5
#: Letters that words of one family share: "formatting" and "formats" in languages whose stemmer keeps them apart.
ROOT = 5
#: Documents that are counted for a word: one that stands in more of them tells nothing anyway.
COMMON = 10_000


@dataclass(frozen=True, slots=True)
class Group:
    """One word of a question: the lexemes that stand for it, each with how much it says (1: as much as the word).

    `word` is how it was written, `documents` how many readable ones have it, up to `COMMON`; `weight` what the group
    counts beside others: less for pairs of letters and parts of compounds, which repeat what a word says.
    """

    word: str
    lexemes: Mapping[str, float]
    weight: float = 1.0
    documents: int = 0
    idf: float = 0.0
    parts: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The group as a tsquery."""
        return "(" + "|".join(quoted(lexeme) for lexeme in self.lexemes) + ")"

    @property
    def is_pair(self) -> bool:
        """Whether it is a pair of letters."""
        return self.word.startswith(PAIR)

    @property
    def root(self) -> str:
        """The letters that words of its family begin with; "" where it is too short to have one."""
        lexeme = next(iter(self.lexemes))
        return lexeme[:ROOT] if self.is_word and len(lexeme) >= ROOT and lexeme.isalpha() and lexeme.isascii() else ""

    @property
    def is_word(self) -> bool:
        """Whether it is a word that was written, not a piece of one."""
        return self.weight == 1.0


def asked(text: str, scope: Scope, programme: str = "") -> list[Group]:
    """The groups of a question, counted in `scope`; empty when it holds nothing to look for."""
    groups = groups_of(text[:LONGEST_QUESTION], scope.language)
    return weighed(_with_synonyms(groups, scope.language, programme), scope)


def groups_of(text: str, language: str) -> list[Group]:
    """The words of a text, each once, in order. Words that say nothing count when there is nothing else."""
    found = tokens(clean(text), language)[: 4 * (MOST_WORDS + MOST_PAIRS)]
    learn((token.text for token in found if token.stem), language)
    groups: dict[str, Group] = {}
    for token in found:
        names = of_token(token, language)
        if not names:
            continue
        weight = PAIRED if token.text.startswith(PAIR) else 1.0
        groups.setdefault(names[0], Group(token.text, dict.fromkeys(names, 1.0), weight))
    words = [group for group in groups.values() if not group.is_pair][:MOST_WORDS]
    pairs = [group for group in groups.values() if group.is_pair][:MOST_PAIRS]
    return _with_parts(words, language) + pairs


def _with_parts(groups: list[Group], language: str) -> list[Group]:
    """The words, and behind them the parts of those that are compounds."""
    made_of = parts_of({fold(group.word) for group in groups}, language)
    if not made_of:
        return groups
    learn({part for parts in made_of.values() for part in parts}, language)
    whole = [replace(group, parts=made_of.get(fold(group.word), ())) for group in groups]
    known = {lexeme for group in groups for lexeme in group.lexemes}
    pieces: dict[str, Group] = {}
    for part in (part for group in whole for part in group.parts):
        names = [name for name in lexemes(part, language) if name not in known]
        if names:
            pieces.setdefault(names[0], Group(part, dict.fromkeys(names, 1.0), PART))
    return whole + list(pieces.values())[:MOST_WORDS]


def weighed(groups: Sequence[Group], scope: Scope) -> list[Group]:
    """The groups with how many readable documents have each, and so what each tells."""
    if not groups:
        return []
    every = total(scope, COMMON)
    having = counts(scope, [group.query for group in groups], COMMON)
    return [
        replace(group, documents=count, idf=math.log(1 + (max(every, count) - count + 0.5) / (count + 0.5)))
        for group, count in zip(groups, having, strict=True)
    ]


def _with_synonyms(groups: list[Group], language: str, programme: str) -> list[Group]:
    """Each group that is one of several synonyms stands for the others too; of a phrase every word has to be there."""
    rows = Synonyms.objects.filter(language=language, programme__in=["", programme]).order_by("pk")
    for words in rows.values_list("words", flat=True):
        phrases = [[g for g in groups_of(word, language) if g.is_word] for word in words]
        asked_for = {lexeme for group in groups for lexeme in group.lexemes}
        said = [phrase for phrase in phrases if phrase and all(set(g.lexemes) & asked_for for g in phrase)]
        if not said:
            continue
        others = {
            lexeme: SYNONYM for phrase in phrases if phrase not in said for group in phrase for lexeme in group.lexemes
        }
        meant = {lexeme for phrase in said for group in phrase for lexeme in group.lexemes}
        groups = [
            replace(group, lexemes={**others, **group.lexemes}) if set(group.lexemes) & meant else group
            for group in groups
        ]
    return groups


def words_of(groups: Sequence[Group]) -> frozenset[str]:
    """All lexemes of the groups."""
    return frozenset(lexeme for group in groups for lexeme in group.lexemes)


def as_written(text: str, language: str) -> list[str]:
    """The words of a text without accents, in order; without pairs of letters."""
    return [fold(t.text) for t in tokens(clean(text)[:LONGEST_QUESTION], language) if not t.text.startswith(PAIR)]
