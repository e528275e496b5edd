"""Documents for paper: a typst template and values become a PDF, with fonts of this machine and never an empty box.

Before a page is set, every character of its values is looked up in the fonts that are there. One that no font has is
a `GlyphsMissing`: nobody gets a document in which a sentence can't be read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst
from fontTools.ttLib import TTFont

#: Fonts to set in, the first that are there; the last comes with typst.
LATIN = ("Noto Sans", "Liberation Sans", "DejaVu Sans", "Libertinus Serif")
#: Fonts of languages that Latin ones don't hold, and the Debian package that brings one.
OTHERS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "ja": (
        ("Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "IPAexGothic", "IPAGothic", "Hiragino Sans"),
        "fonts-noto-cjk",
    )
}
#: What typst's own font holds of Latin text: letters with their accents, and the signs of typesetting.
_EMBEDDED = frozenset((*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2023), 0x2026, 0x2039, 0x203A, 0x20AC))
_ONE = Lock()


class GlyphsMissing(Exception):
    """No font of this machine has these characters. `package`: the Debian package that brings one, empty if unknown."""

    def __init__(self, characters: str, package: str) -> None:
        super().__init__(characters)
        self.characters = characters
        self.package = package


def typeset(template: Path, values: Mapping[str, Any], language: str) -> bytes:
    """The template as a PDF. It finds the values in `sys.inputs.values` (JSON); they are data to it, never markup.

    Raises GlyphsMissing.
    """
    fonts = typst.Fonts(font_paths=_folders())
    families = _families(fonts, language)
    told = {**values, "fonts": families, "language": language}
    if missing := "".join(sorted(set(_characters(values)) - _held(fonts, families))):
        raise GlyphsMissing(missing, OTHERS[language][1] if language in OTHERS else "")
    with _ONE:  # one document at a time: a page of this size takes a processor for itself
        return typst.compile(
            template.read_bytes(), font_paths=fonts, sys_inputs={"values": json.dumps(told)}, format="pdf", timestamp=0
        )


def _folders() -> list[str]:
    """The folder of the desk's own fonts beside those of the system."""
    own = os.environ.get("GARANT_FONTS", "")
    return [own] if own and Path(own).is_dir() else []


def _families(fonts: typst.Fonts, language: str) -> list[str]:
    """The fonts that are there, the language's own first."""
    there = set(fonts.families())
    wanted = (*(OTHERS[language][0] if language in OTHERS else ()), *LATIN)
    return [name for name in wanted if name in there]


def _held(fonts: typst.Fonts, families: Sequence[str]) -> set[str]:
    """The characters that these fonts hold, in their upright regular style."""
    found: set[str] = set()
    for font in fonts.fonts():
        if font.family in families and font.weight == 400 and font.style == "normal":
            found.update(map(chr, _EMBEDDED if font.path is None else _covered(font.path, font.index)))
    return found


@lru_cache(maxsize=32)
def _covered(path: str, index: int) -> frozenset[int]:
    with TTFont(path, fontNumber=index, lazy=True) as font:
        return frozenset(font.getBestCmap() or {})


def _characters(value: Any) -> Iterator[str]:
    """Every character of the texts among the values that leaves ink."""
    if isinstance(value, str):
        yield from (each for each in value if not each.isspace() and each.isprintable())
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _characters(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from _characters(each)
