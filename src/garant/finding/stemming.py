"""Stems of words, by PostgreSQL's dictionaries; asked for many words at once and remembered."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from garant.finding.analysis import Token, fold
from garant.finding.languages import dictionary

#: Words a process remembers: some tens of megabytes at most.
MOST_REMEMBERED = 200_000
_remembered: dict[tuple[str, str], tuple[str, ...]] = {}


def learn(words: Iterable[str], language: str) -> None:
    """Ask for the stems of those words that are not known yet."""
    name = dictionary(language)
    wanted = sorted({each for word in words for each in (word, fold(word)) if (name, each) not in _remembered})
    if not wanted:
        return
    if len(_remembered) > MOST_REMEMBERED:
        _remembered.clear()
    with connection.cursor() as cursor:
        for begin in range(0, len(wanted), 5000):
            cursor.execute(
                "SELECT w, ts_lexize(%s::regdictionary, w) FROM unnest(%s::text[]) w",
                [name, wanted[begin : begin + 5000]],
            )
            for word, stems in cursor.fetchall():
                _remembered[name, word] = tuple(dict.fromkeys(fold(stem) for stem in stems or ()))


def lexemes(word: str, language: str) -> tuple[str, ...]:
    """What a word is indexed as: its stem, and the stem of the word without accents where that is another.

    Empty for a word that says nothing. `learn` has to know it.
    """
    name = dictionary(language)
    stems = _stems(name, word, language)
    if not stems:
        return ()
    return tuple(dict.fromkeys((*stems, *_stems(name, fold(word), language))))


def of_token(token: Token, language: str) -> tuple[str, ...]:
    """What a token is indexed as."""
    return lexemes(token.text, language) if token.stem else (token.text,)


def _stems(name: str, word: str, language: str) -> tuple[str, ...]:
    if (name, word) not in _remembered:  # forgotten meanwhile by another thread
        learn([word], language)
    return _remembered.get((name, word), ())
