"""German words that are made of others: each part is found too, as far as documents have it as a word of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import connection

#: Languages that write compounds as one word.
COMPOUNDING = frozenset({"de"})
#: Letters of a word that may be a compound, and of a part: shorter parts are endings and prefixes by chance.
SHORTEST, SHORTEST_PART = 9, 4
#: What may stand between two parts, the likeliest first: "Seiten|ansicht" is of "Seite", not of "seit".
_LINKS = ("s", "n", "", "es", "en", "er", "e")
#: Parts of a part are looked at once more: "file | conversion filter" becomes three.
_DEEPEST = 2


def parts_of(words: Iterable[str], language: str, own: frozenset[str] = frozenset()) -> dict[str, tuple[str, ...]]:
    """Of each word (without accents) that is a compound its parts; words that are none are left out.

    What is a word is known from the documents there are, and from `own`: those that are just being indexed.
    """
    if language not in COMPOUNDING:
        return {}
    long = {word for word in words if len(word) >= SHORTEST and word.isalpha()}
    known = own | _known({part for word in long for part in _pieces(word)}, language)
    found = {word: _split(word, known, _DEEPEST) for word in long}
    return {word: parts for word, parts in found.items() if parts}


def _pieces(word: str) -> Iterator[str]:
    """Every stretch of the word that could be a part."""
    for begin in range(len(word) - SHORTEST_PART + 1):
        if begin and begin < SHORTEST_PART:
            continue
        for end in range(begin + SHORTEST_PART, len(word) + 1):
            if end - begin < len(word):
                yield word[begin:end]


def _known(pieces: set[str], language: str) -> set[str]:
    if not pieces:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT word FROM finding_word WHERE language = %s AND word = ANY(%s)", [language, list(pieces)]
        )
        return {row[0] for row in cursor.fetchall()}


def _split(word: str, known: frozenset[str] | set[str], depth: int) -> tuple[str, ...]:
    """The parts of the most even split into two known words, and their parts; empty for none."""
    best: tuple[int, str, str] | None = None
    for middle in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
        second = word[middle:]
        if second not in known and not (depth and _split(second, known, 0)):
            continue
        first = next((word[: middle - len(link)] for link in _LINKS if _is_first(word[:middle], link, known)), "")
        if first:
            evenness = min(len(first), len(second))
            if best is None or evenness > best[0]:
                best = (evenness, first, second)
    if best is None:
        return ()
    _, first, second = best
    deeper = [part for each in (first, second) for part in (_split(each, known, depth - 1) if depth else ())]
    return tuple(dict.fromkeys(part for part in (first, second, *deeper) if part in known))


def _is_first(head: str, link: str, known: frozenset[str] | set[str]) -> bool:
    """Whether the head is a known word with a link behind it."""
    if link and not head.endswith(link):
        return False
    return len(head) - len(link) >= SHORTEST_PART and head[: len(head) - len(link)] in known
