"""What of a text is shown for a hit: pieces, each with whether it was asked for. The door escapes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from garant.finding.analysis import places
from garant.finding.languages import JAPANESE

Pieces = tuple[tuple[str, bool], ...]

#: Characters of a snippet: about two lines.
LONGEST, LONGEST_JAPANESE = 240, 120


def pieces(text: str, language: str, first: int, found: Mapping[str, Sequence[int]]) -> Pieces:
    """The whole text in pieces; `first` is the place of its first word, `found` where lexemes stand."""
    return _cut(text, _spans(text, language, first, found))


def snippet(text: str, language: str, first: int, found: Mapping[str, Sequence[int]]) -> Pieces:
    """The stretch of a text where most different lexemes stand, in pieces; its beginning when none does."""
    spans = _spans(text, language, first, found)
    longest = LONGEST_JAPANESE if language == JAPANESE else LONGEST
    begin = _best(spans, longest)
    begin = max(0, begin - longest // 6)
    if begin and language != JAPANESE:
        begin = text.find(" ", begin, begin + 30) + 1 or begin
    end = min(len(text), begin + longest)
    if end < len(text) and language != JAPANESE:
        end = max(text.rfind(" ", begin, end), begin + longest // 2)
    inside = [(max(a, begin) - begin, min(b, end) - begin, name) for a, b, name in spans if a < end and b > begin]
    shown = _cut(text[begin:end], inside)
    before, after = (("… ", False),) if begin else (), ((" …", False),) if end < len(text) else ()
    return (*before, *shown, *after)


def _best(spans: Sequence[tuple[int, int, str]], longest: int) -> int:
    best, most = 0, 0
    for index, (begin, _, _) in enumerate(spans[:400]):
        inside = {name for a, b, name in spans[index : index + 60] if b <= begin + longest * 5 // 6}
        if len(inside) > most:
            best, most = begin, len(inside)
    return best


def _spans(text: str, language: str, first: int, found: Mapping[str, Sequence[int]]) -> list[tuple[int, int, str]]:
    """Where lexemes stand in the text, in order: start, end, name."""
    wanted: dict[int, list[str]] = {}
    for name, where in found.items():
        for place in where:
            wanted.setdefault(place, []).append(name)
    spans = []
    for place, start, end, unspaced in places(text, language, first):
        for name in wanted.get(place, ()):
            length = len(name.lstrip("~")) if unspaced else end - start
            spans.append((start, min(start + length, len(text)), name))
    return sorted(spans)


def _cut(text: str, spans: Iterable[tuple[int, int, str]]) -> Pieces:
    """The text in pieces; spans that touch become one."""
    edges: list[list[int]] = []
    for start, end, _ in spans:
        if edges and start <= edges[-1][1]:
            edges[-1][1] = max(edges[-1][1], end)
        else:
            edges.append([start, end])
    marks = [0, *(mark for edge in edges for mark in edge), len(text)]
    cut = [(text[a:b], bool(n % 2)) for n, (a, b) in enumerate(pairwise(marks))]
    return tuple(piece for piece in cut if piece[0])
