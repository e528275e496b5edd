"""Reading YAML and JSON documents into plain values, each with its line.

The YAML is taken event by event, so that every value keeps its line, a key that stands twice is noticed, and
a hostile file (deep nesting, an alias that multiplies, an object tag) is refused instead of costing memory.
Scalars follow the YAML 1.2 core schema: `no` and `07:00` are text, 1.5 is an exact decimal.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any

from garant.core.programmes import Problem, Programme, read_programme
from garant.core.programmes.nodes import Path, printable, written

LARGEST_FILE = 2_000_000
MOST_VALUES = 100_000
DEEPEST = 40

_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_STANDARD_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")}


class Unreadable(Exception):
    """The file can't be read at all: missing, not a file, too large, not UTF-8."""


class Malformed(Exception):
    """The text is no YAML of the kind taken here; carries the one problem."""

    def __init__(self, line: int, message: str, remedy: str, path: Path = ()) -> None:
        super().__init__(message)
        self.problem = Problem(written(path), line, message, remedy)


@dataclass(slots=True)
class Source:
    """A document as plain values, and the line of each path (counted from 1).

    `spans`: where each written scalar begins and ends in the text; `openings`: where the entries of each mapping
    begin, and the column of its keys, None in braces. Values that an alias repeats have neither.
    """

    values: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    spans: dict[Path, tuple[int, int]] = field(default_factory=dict)
    openings: dict[Path, tuple[int, int | None]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_text(path: FilePath) -> str:
    """The text of a file; raises `Unreadable` with a one-line reason."""
    try:
        if not path.is_file():
            raise Unreadable(f"{path}: no such file")
        if path.stat().st_size > LARGEST_FILE:
            raise Unreadable(f"{path}: larger than {LARGEST_FILE // 1_000_000} MB")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(f"{path}: not UTF-8 text") from None
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path}: {getattr(error, 'strerror', None) or 'cannot be read'}") from None


def scalar(text: str, plain: bool, tag: str | None) -> Any:
    """A scalar's value by the YAML 1.2 core schema; quoted scalars and those tagged !!str are text."""
    if not plain or tag == "tag:yaml.org,2002:str":
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text.lower() in ("true", "false") and text in (text.lower(), text.title(), text.upper()):
        return text.lower() == "true"
    if len(text) <= 40 and _INT.match(text):
        return int(text)
    if len(text) <= 40 and _FLOAT.match(text):
        return Decimal(text)
    return text


def parse_yaml(text: str) -> Source:
    """The document in `text`; syntax errors and duplicate keys come back as problems, never as exceptions."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    source = Source(lines={(): 1})
    composer = _Composer(source)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            composer.take(event)
        source.values = composer.root
    except Malformed as error:
        source.problems.append(error.problem)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        reason = str(getattr(error, "problem", None) or "not readable as YAML").splitlines()[0]
        source.problems.append(
            Problem("(file)", mark.line + 1 if mark else 1, f"YAML: {printable(reason)}", "correct the syntax")
        )
    except Exception:
        # ruamel's scanner lets errors of other types escape on malformed escapes and directives
        source.problems.append(Problem("(file)", 1, "YAML: not readable", "correct the syntax"))
    return source


@dataclass(slots=True)
class _Open:
    """A mapping or list that is still being filled."""

    value: Any
    path: Path
    line: int
    key: str | None = None
    awaiting_key: bool = True
    anchor: str | None = None


class _Composer:
    """Builds plain values from YAML events, without recursion."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.root: Any = None
        self.open: list[_Open] = []
        self.anchors: dict[str, Any] = {}
        self.count = 0
        self.documents = 0

    def take(self, event: Any) -> None:
        """Accept the next event; raises `Malformed` for what is not taken here."""
        handler = getattr(self, "_" + type(event).__name__, None)
        if handler is not None:
            handler(event)

    def _line(self, event: Any) -> int:
        return int(event.start_mark.line) + 1

    def _DocumentStartEvent(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            raise Malformed(self._line(event), "a second document begins", "keep one document in the file")

    def _MappingStartEvent(self, event: Any) -> None:
        self._begin(event, {})

    def _SequenceStartEvent(self, event: Any) -> None:
        self._begin(event, [])

    def _begin(self, event: Any, value: Any) -> None:
        self._check_tag(event)
        if self.open and isinstance(self.open[-1].value, dict) and self.open[-1].awaiting_key:
            raise Malformed(self._line(event), "a key that is no text", "use plain text as key", self.open[-1].path)
        path = self._place(event, value)
        if len(self.open) >= DEEPEST:
            raise Malformed(self._line(event), f"nested deeper than {DEEPEST} levels", "flatten it")
        if isinstance(value, dict):
            mark = event.start_mark
            self.source.openings[path] = (mark.index + 1, None) if event.flow_style else (mark.index, mark.column)
        self.open.append(_Open(value, path, self._line(event), anchor=event.anchor))

    def _MappingEndEvent(self, event: Any) -> None:
        self._end()

    def _SequenceEndEvent(self, event: Any) -> None:
        self._end()

    def _end(self) -> None:
        ended = self.open.pop()
        if ended.anchor:
            self.anchors[ended.anchor] = ended.value

    def _ScalarEvent(self, event: Any) -> None:
        self._check_tag(event)
        parent = self.open[-1] if self.open else None
        if parent is not None and isinstance(parent.value, dict) and parent.awaiting_key:
            self._take_key(parent, event)
            return
        tag = getattr(event, "tag", None)
        value = scalar(event.value, bool(event.implicit[0]), str(tag) if tag else None)
        path = self._place(event, value)
        self.source.spans[path] = (event.start_mark.index, event.end_mark.index)
        if event.anchor:
            self.anchors[event.anchor] = value

    def _take_key(self, parent: _Open, event: Any) -> None:
        key = event.value
        line = self._line(event)
        if key == "<<" and event.implicit[0]:
            raise Malformed(line, "merge keys (<<) are not taken here", "write the entries out", parent.path)
        parent.key, parent.awaiting_key = key, False
        path = (*parent.path, key)
        if key in parent.value:
            self.source.problems.append(
                Problem(written(path), line, f"key {printable(key)} stands twice", "remove one of them")
            )
        self.source.lines[path] = line

    def _AliasEvent(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            raise Malformed(self._line(event), f"unknown anchor {printable(event.anchor)}", "define it above")
        if self.open and isinstance(self.open[-1].value, dict) and self.open[-1].awaiting_key:
            raise Malformed(self._line(event), "an alias as key", "write the key out", self.open[-1].path)
        value = self.anchors[event.anchor]
        self.count += size(value, MOST_VALUES - self.count)
        self._place(event, value)

    def _place(self, event: Any, value: Any) -> Path:
        """Put a value where the open collection expects it; returns its path."""
        self.count += 1
        if self.count > MOST_VALUES:
            raise Malformed(self._line(event), f"more than {MOST_VALUES} values", "split or shorten the file")
        if not self.open:
            self.root = value
            self.source.lines[()] = self._line(event)
            return ()
        parent = self.open[-1]
        if isinstance(parent.value, list):
            path: Path = (*parent.path, len(parent.value))
            parent.value.append(value)
            self.source.lines[path] = self._line(event)
            return path
        path = (*parent.path, str(parent.key))
        parent.value[parent.key] = value
        parent.awaiting_key = True
        return path

    def _check_tag(self, event: Any) -> None:
        tag = getattr(event, "tag", None)
        if tag and str(tag) not in _STANDARD_TAGS and str(tag) != "!":
            raise Malformed(self._line(event), f"tag {printable(tag)} is not taken here", "remove the tag")


def size(value: Any, limit: int) -> int:
    """How many values an aliased value holds; stops counting above `limit`."""
    count, todo = 0, [value]
    while todo and count <= limit:
        item = todo.pop()
        count += 1
        if isinstance(item, dict | list):
            todo.extend(item.values() if isinstance(item, dict) else item)
    return count


def load_programme_file(path: FilePath) -> tuple[Programme | None, list[Problem]]:
    """Read and check a programme file. Returns the programme (None when there is a mistake) and all mistakes.

    Raises `Unreadable` when the file can't be read at all.
    """
    return check_programme(read_text(path))


def check_programme(text: str) -> tuple[Programme | None, list[Problem]]:
    """The programme that a text describes (None when there is a mistake), and all mistakes by line."""
    from garant.contracts.almanac import NationalAlmanac

    source = parse_yaml(text)
    if source.problems and source.values is None:
        return None, source.problems
    programme, problems = read_programme(source.values, source.lines, NationalAlmanac())
    every = sorted([*source.problems, *problems], key=lambda problem: problem.line)
    return (None if every else programme), every


def load_sheet(path: FilePath) -> list[Any]:
    """The golden situations of a fact sheet, as they stand. Raises `Unreadable` when the file is none."""
    text = read_text(path)
    try:
        sheet = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{path}: not JSON: {str(error).splitlines()[0]}") from None
    if not isinstance(sheet, dict) or not isinstance(sheet.get("golden"), list):
        raise Unreadable(f"{path}: not a fact sheet: it needs a list called golden")
    return list(sheet["golden"])


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")
