"""Texts as words in places: the same for what is indexed and for what is asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from threading import local
from typing import Any, NamedTuple

from garant.finding.languages import JAPANESE

#: A tsvector's last place; what stands behind it is found, but not by where it stands.
LAST_PLACE = 16_383
#: Characters of a text that are indexed: a longer one is a file, not an article.
LONGEST_TEXT = 400_000
#: Letters of a word that count; longer ones are data.
LONGEST_WORD = 40
#: Marks a pair of letters, so that it is never taken for a word.
PAIR = "~"

_WORD = re.compile(r"[^\W_]+")
#: Kana, ideographs with their marks, and half-width kana: written without spaces.
_UNSPACED = re.compile(r"[\u3005\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f]+")
#: Parts of speech that say nothing: particles, auxiliaries, marks, spaces, and adverbs like "there".
_EMPTY = frozenset({"助詞", "助動詞", "補助記号", "空白", "記号"})
#: Sudachi refuses more than 49,149 bytes at once.
_SUDACHI_LONGEST = 12_000


class Token(NamedTuple):
    """A word of a text. `stem`: whether a dictionary of stems has to be asked for what it is indexed as."""

    text: str
    place: int
    start: int
    end: int
    stem: bool


def fold(text: str) -> str:
    """A word without capitals and accents; marks that make another kana stay."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(each for each in plain if not "\u0300" <= each <= "\u036f")
    return unicodedata.normalize("NFC", kept)


def clean(text: str) -> str:
    """What PostgreSQL can store: without NUL and lone surrogates."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")


def tokens(text: str, language: str, first: int = 1) -> list[Token]:
    """The words of a text in order, their places counted from `first`."""
    found: list[Token] = []
    place = first
    for start, end, unspaced in _runs(text[:LONGEST_TEXT], language):
        if unspaced:
            found += _japanese(text[start:end], place, start)
            place += end - start
        else:
            word = text[start:end].lower()[:LONGEST_WORD]
            found.append(Token(unicodedata.normalize("NFKC", word), place, start, end, True))
            place += 1
    return found


def places(text: str, language: str, first: int = 1) -> Iterator[tuple[int, int, int, bool]]:
    """Where each place of a text is: place, start, end, and whether it is a letter of a stretch without spaces."""
    place = first
    for start, end, unspaced in _runs(text[:LONGEST_TEXT], language):
        if not unspaced:
            yield place, start, end, False
            place += 1
            continue
        for at in range(start, end):
            yield place, at, at + 1, True
            place += 1


def count_places(text: str, language: str) -> int:
    """How many places a text takes: a word each, and each letter of a stretch without spaces."""
    return sum(end - start if unspaced else 1 for start, end, unspaced in _runs(text[:LONGEST_TEXT], language))


def _runs(text: str, language: str) -> Iterator[tuple[int, int, bool]]:
    """Stretches of a text: a word each, or letters without spaces."""
    if language != JAPANESE:
        for word in _WORD.finditer(text):
            yield word.start(), word.end(), False
        return
    for word in _WORD.finditer(text):
        at = word.start()
        for run in _UNSPACED.finditer(text, word.start(), word.end()):
            if run.start() > at:
                yield at, run.start(), False
            yield run.start(), run.end(), True
            at = run.end()
        if at < word.end():
            yield at, word.end(), False


def _japanese(run: str, place: int, offset: int) -> Iterator[Token]:
    """Sudachi's short units by their usual spelling, and every pair of letters that follow each other."""
    yield from (Token(name, place + start, offset + start, offset + end, False) for name, start, end in _units(run))
    for at in range(len(run) - 1):
        yield Token(PAIR + fold(run[at : at + 2]), place + at, offset + at, offset + at + 2, False)


@lru_cache(maxsize=4096)
def _units(run: str) -> tuple[tuple[str, int, int], ...]:
    found = []
    for begin in range(0, len(run), _SUDACHI_LONGEST):
        for unit in _tokenizer().tokenize(run[begin : begin + _SUDACHI_LONGEST]):
            if unit.part_of_speech()[0] not in _EMPTY:
                name = fold(unit.normalized_form())[:LONGEST_WORD]
                found.append((name, begin + unit.begin(), begin + unit.end()))
    return tuple(found)


_own = local()


def _tokenizer() -> Any:
    """A tokenizer of this thread, loaded when the first Japanese text comes: it takes a moment and some memory."""
    if not hasattr(_own, "tokenizer"):
        _own.tokenizer = _dictionary().tokenizer(_short_units())
    return _own.tokenizer


@lru_cache(maxsize=1)
def _dictionary() -> Any:
    from sudachipy import Dictionary

    return Dictionary(dict="small")


def _short_units() -> Any:
    from sudachipy import SplitMode

    return SplitMode.A
