"""Sets of articles and questions with known answers, as files in folders. Needs no database.

A set is a folder; `articles.LANG.jsonl.gz` with `queries.LANG.jsonl`, or several corpora as
`NAME.LANG.passages.jsonl.gz` with `NAME.LANG.queries.jsonl`.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class SetError(ValueError):
    """A folder that holds no set, or a line of it that can't be read; one line for people."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Articles of one name in one language: `key` sets corpora apart in the index."""

    set: str
    name: str
    language: str
    articles: Path
    key: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question, its right articles, and whether its words were left in English."""

    text: str
    kind: str
    relevant: frozenset[str]
    same_as_en: bool


def corpora_in(folders: Sequence[Path]) -> list[Corpus]:
    """The corpora of the folders. Raises SetError for a folder without any."""
    found: list[Corpus] = []
    for number, folder in enumerate(folders):
        if not folder.is_dir():
            raise SetError(f"{folder} is not a folder")
        own = sorted([*folder.glob("articles.*.jsonl.gz"), *folder.glob("*.*.passages.jsonl.gz")])
        if not own:
            raise SetError(f"{folder} holds no articles.LANG.jsonl.gz and no NAME.LANG.passages.jsonl.gz")
        for file in own:
            name, language = _named(file)
            found.append(Corpus(folder.resolve().name, name, language, file, f"{number}-{name}"[:30]))
    return found


def _named(file: Path) -> tuple[str, str]:
    """Name and language: "articles.de.jsonl.gz" gives ("", "de"), "xquad.de.passages.jsonl.gz" ("xquad", "de")."""
    parts = file.name.split(".")
    return ("", parts[1]) if parts[0] == "articles" else (parts[0], parts[1])


def queries_in(folders: Sequence[Path], sets: Sequence[Corpus]) -> dict[str, Path]:
    """The folders by the names of the sets whose questions they hold. Raises SetError for one that holds none."""
    found: dict[str, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            raise SetError(f"{folder} is not a folder")
        if not any([*folder.glob("queries.*.jsonl*"), *folder.glob("*.*.queries.jsonl*")]):
            raise SetError(f"{folder} holds no queries.LANG.jsonl and no NAME.LANG.queries.jsonl")
        if folder.resolve().name not in {corpus.set for corpus in sets}:
            raise SetError(f"{folder} has the name of no set that is measured")
        found[folder.resolve().name] = folder
    return found


def questions_of(corpus: Corpus, folders: Mapping[str, Path]) -> list[Question]:
    """The questions of a corpus, from the folder of its set's name in `folders`; none where there is no file."""
    folder = folders.get(corpus.set, corpus.articles.parent)
    name = f"{corpus.name}.{corpus.language}.queries.jsonl" if corpus.name else f"queries.{corpus.language}.jsonl"
    file = next((each for each in (folder / name, folder / f"{name}.gz") if each.is_file()), None)
    if file is None:
        return []
    return [_question(file, row) for row in lines_of(file)]


def _question(file: Path, row: Mapping[str, Any]) -> Question:
    try:
        relevant = row["relevant"]
        return Question(
            str(row["query"]),
            str(row["kind"]),
            frozenset([relevant] if isinstance(relevant, str) else relevant),
            bool(row.get("same_as_en")),
        )
    except (KeyError, TypeError) as error:
        raise SetError(f"{file}: a question lacks {error}") from None


def lines_of(file: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines, gzipped or plain. Raises SetError naming the line."""
    opened = gzip.open if file.suffix == ".gz" else open
    try:
        with opened(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise SetError(f"{file}, line {number}: not an object")
                yield row
    except (OSError, EOFError, ValueError) as error:
        raise error if isinstance(error, SetError) else SetError(f"{file} can't be read: {error}") from None
