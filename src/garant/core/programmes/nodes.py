"""A programme's plain values with their place in the source, and what is wrong with them.

A `Node` wraps one value of the document. Its reading methods never raise: they note a `Problem` and return a
harmless value of the right type, so that one pass over a file names every mistake.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any
from unicodedata import category

Path = tuple[str | int, ...]

CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}\Z", re.IGNORECASE)
VERSION = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}\Z", re.IGNORECASE)
CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\Z|24:00\Z")

#: No number of a programme is larger: a target of a million hours is a typing mistake, not a promise.
LARGEST_NUMBER = Decimal(1_000_000)
LONGEST_TEXT = 4_000
MOST_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a programme: where it stands, what is wrong, and what to do.

    `line` counts from 1; 0 when the document did not come from a file.
    """

    path: str
    line: int
    message: str
    remedy: str


@dataclass(slots=True)
class Findings:
    """The problems found so far, and the source line of each path."""

    lines: Mapping[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path, message: str, remedy: str) -> None:
        """Note a mistake at `path`; the line is that of the nearest enclosing value with a known place."""
        problem = Problem(written(path), self.line(path), message, remedy)
        # A row of targets is read once for each package: what is wrong with the row is told once.
        if problem not in self.problems and len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)

    def line(self, path: Path) -> int:
        """The source line of `path` or of its nearest parent; 0 when no place is known."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return 0


def written(path: Path) -> str:
    """A path as people read it: `packages[2].rows.phone`; the whole document is `(file)`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{printable(part)}" if text else printable(part)
    return text or "(file)"


def printable(value: object) -> str:
    """A value of the document as one short line that can stand in a message."""
    text = "".join(c if c.isprintable() else "?" for c in str(value))
    return text if len(text) <= 60 else text[:57] + "..."


def kind_of(value: object) -> str:
    """What a YAML value is called in a message."""
    names = {dict: "a mapping", list: "a list", str: "text", bool: "true or false"}
    return "nothing" if value is None else names.get(type(value), "a number")


@dataclass(frozen=True, slots=True)
class Node:
    """One value of the document, its path, and the findings it reports to."""

    value: Any
    path: Path
    findings: Findings

    def problem(self, message: str, remedy: str) -> None:
        """Note a mistake at this value."""
        self.findings.add(self.path, message, remedy)

    def wrong_kind(self, wanted: str) -> None:
        """Note that the value is of another kind than `wanted`."""
        shown = "" if isinstance(self.value, dict | list) or self.value is None else f" ({printable(self.value)})"
        self.problem(f"expected {wanted}, found {kind_of(self.value)}{shown}", f"write {wanted} here")

    def child(self, key: str | int, value: Any) -> Node:
        """A part of this value."""
        return Node(value, (*self.path, key), self.findings)

    def key(self) -> Node:
        """The key that this value stands under, as a value at the same place: to check a code used as a key."""
        return Node(self.path[-1], self.path, self.findings)

    def get(self, key: str) -> Node | None:
        """The entry under `key`, or None when this is no mapping or has no such entry."""
        if isinstance(self.value, dict) and key in self.value:
            return self.child(key, self.value[key])
        return None

    def fields(self, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Node]:
        """The entries of a mapping with fixed keys; unknown and missing keys are mistakes."""
        if not isinstance(self.value, dict):
            self.wrong_kind("a mapping")
            return {}
        known = [*required, *optional]
        for key in self.value:
            if key not in known:
                self.child(key, None).problem(f"unknown key {printable(key)}", _suggestion(str(key), known))
        for key in required:
            if key not in self.value:
                self.problem(f"{key} is missing", f"add {key}:")
        return {key: self.child(key, self.value[key]) for key in known if key in self.value}

    def entries(self) -> Iterator[tuple[str, Node]]:
        """The entries of a mapping with free keys (codes, dates, languages)."""
        if not isinstance(self.value, dict):
            self.wrong_kind("a mapping")
            return
        for key, value in self.value.items():
            yield str(key), self.child(key, value)

    def items(self) -> list[Node]:
        """The items of a list."""
        if not isinstance(self.value, list):
            self.wrong_kind("a list")
            return []
        return [self.child(index, value) for index, value in enumerate(self.value)]

    def string(self) -> str:
        """Text of one or more characters; whole numbers are taken as text (a severity called 1)."""
        if isinstance(self.value, str | int) and not isinstance(self.value, bool) and str(self.value).strip():
            text = str(self.value)
            if len(text) > LONGEST_TEXT:
                self.problem(f"text of {len(text)} characters", f"keep it under {LONGEST_TEXT}")
            elif any(category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text):
                self.problem("a control character in the text", "remove it")
            else:
                return text
        else:
            self.wrong_kind("text")
        return ""

    def code(self) -> str:
        """A code: letters, digits, _ and -, at most 40."""
        text = self.string()
        if text and not CODE.match(text):
            self.problem(f"{printable(text)} is no code", "use letters, digits, _ and -, at most 40")
        return text

    def version(self) -> str:
        """The name of a version: letters, digits, dot, _ and -, at most 40."""
        text = self.string()
        if text and not VERSION.match(text):
            self.problem(f"{printable(text)} is no version", "use letters, digits, dot, _ and -, at most 40")
        return text

    def choice(self, known: Collection[str], what: str) -> str:
        """One of the known codes; any other is a mistake that lists them."""
        text = self.string()
        if text and text not in known:
            self.problem(f"unknown {what} {printable(text)}", _suggestion(text, list(known)))
        return text

    def choices(self, known: Collection[str], what: str) -> tuple[str, ...]:
        """A list of known codes, each once."""
        found: list[str] = []
        for item in self.items():
            text = item.choice(known, what)
            if text and text in found:
                item.problem(f"{what} {printable(text)} stands twice", "remove one")
            found.append(text)
        return tuple(found)

    def flag(self) -> bool:
        """true or false."""
        if not isinstance(self.value, bool):
            self.wrong_kind("true or false")
            return False
        return self.value

    def number(self, *, above: int | None = None, at_least: int | None = None) -> Decimal:
        """An exact number within the bounds; never infinite, never above a million."""
        number = exact(self.value)
        if number is None:
            self.wrong_kind("a number")
            return Decimal(1)
        if abs(number) > LARGEST_NUMBER:
            self.problem(f"{printable(self.value)} is too large", f"use at most {LARGEST_NUMBER}")
        elif above is not None and number <= above:
            self.problem(f"{number} is not more than {above}", f"write a number above {above}")
        elif at_least is not None and number < at_least:
            self.problem(f"{number} is less than {at_least}", f"write {at_least} or more")
        else:
            return number
        return Decimal(1)

    def whole(self, *, at_least: int = 0) -> int:
        """A whole number."""
        number = self.number(at_least=at_least)
        if number != int(number):
            self.problem(f"{number} is not a whole number", "write a whole number")
        return int(number)

    def day(self) -> date:
        """A date, YYYY-MM-DD."""
        try:
            if isinstance(self.value, str) and len(self.value) == 10:
                return date.fromisoformat(self.value)
        except ValueError:
            pass
        self.problem(f"{printable(self.value)} is no date", "write YYYY-MM-DD")
        return date(2000, 1, 1)

    def clock_time(self) -> time:
        """A wall time HH:MM before 24:00."""
        if isinstance(self.value, str) and CLOCK_TIME.match(self.value) and self.value != "24:00":
            return time.fromisoformat(self.value)
        self.problem(f"{printable(self.value)} is no time of day", 'write "HH:MM"')
        return time(0, 0)


def _suggestion(word: str, known: Sequence[str]) -> str:
    """What to write instead of an unknown word: the nearest one, or all when there are few."""
    close = get_close_matches(word[:40], known, 1)
    listed = ", ".join(known) if known else "none"
    if close:
        return f"did you mean {close[0]}?" + (f" known: {listed}" if len(known) <= 8 else "")
    return f"known: {listed}"


def exact(value: object) -> Decimal | None:
    """The value as a finite decimal, or None when it is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError):  # more digits than Python prints
        return None
    return number if number.is_finite() else None
