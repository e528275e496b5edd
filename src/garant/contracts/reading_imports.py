"""Files of subscribers, people and contracts as text: decoded, cut into lines and cells, nothing looked up yet."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from garant.core.refusals import Refusal
from garant.kit.exports import restored

LARGEST_FILE = 1_000_000
#: More lines in one transaction would hold too many locks at once.
MOST_LINES = 1_000
LONGEST_CELL = 500

#: What kind of file it is -> its columns, required ones first, and how many of them are required.
COLUMNS = {
    "subscribers": (("slug", "name", "zone", "language"), 2),
    "people": (("email", "name", "language", "zone", "subscriber", "contract", "trained_on", "trained_until"), 2),
    "contracts": (
        ("reference", "subscriber", "programme", "package", "starts_on", "ends_on", "zone", "region", "contacts",
         "bought"),
        7,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cells:
    """One line of a file: its number (the heading is line 1) and its cells by column."""

    number: int
    values: dict[str, str]
    raw: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as read: which kind it is by its heading, and its lines."""

    kind: str
    lines: tuple[Cells, ...]


def read_sheet(content: bytes) -> Sheet:
    """Read a CSV file in UTF-8, with commas or semicolons, in any order of columns.

    Raises Refusal `import_unreadable` with `why` for a file that is too large, in another encoding, no CSV, or whose
    heading lacks a column, repeats one or has one that no kind of file knows; the words are in `detail`.
    """
    if len(content) > LARGEST_FILE:
        raise unreadable("too_large", f"{len(content)} bytes, at most {LARGEST_FILE}")
    text = _decoded(content)
    rows = _rows(text)
    if not rows:
        raise unreadable("empty", "no heading")
    if len(rows) > MOST_LINES + 1:
        raise unreadable("too_many_lines", f"{len(rows) - 1} lines, at most {MOST_LINES}")
    heading = [name.strip().lower() for name in rows[0][1]]
    kind = _kind(heading)
    return Sheet(kind, tuple(_line(number, cells, heading) for number, cells in rows[1:]))


def unreadable(why: str, detail: str) -> Refusal:
    """The refusal of a whole file."""
    return Refusal("import_unreadable", "imports_come_as_csv", "check_file", {"why": why, "detail": detail})


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise unreadable("encoding", "UTF-16; save it as CSV UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        byte = content[problem.start]
        raise unreadable("encoding", f"line {line}: byte 0x{byte:02X} is no UTF-8; save it as CSV UTF-8") from None
    if "\x00" in text:
        raise unreadable("encoding", "NUL characters; save it as CSV UTF-8")
    return text


def _rows(text: str) -> list[tuple[int, list[str]]]:
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as problem:
        raise unreadable("csv", f"line {reader.line_num}: {problem}") from None


def _kind(heading: list[str]) -> str:
    """The kind of file that has these columns. A column that nobody knows is refused, never ignored."""
    twice = sorted({name for name in heading if heading.count(name) > 1})
    if twice:
        raise unreadable("columns", f"twice: {', '.join(twice)}")
    fits = [kind for kind, (columns, needed) in COLUMNS.items() if set(columns[:needed]) <= set(heading)]
    for kind in fits:
        unknown = sorted(set(heading) - set(COLUMNS[kind][0]))
        if not unknown:
            return kind
    if fits:
        raise unreadable("columns", f"unknown: {', '.join(sorted(set(heading) - set(COLUMNS[fits[0]][0])))[:200]}")
    raise unreadable("columns", "; ".join(f"{kind}: {','.join(c[:n])}" for kind, (c, n) in COLUMNS.items()))


def _line(number: int, cells: list[str], heading: list[str]) -> Cells:
    """A line by column. Too many or too few cells come out as a line without any, which the checks refuse."""
    raw = tuple(cell[:LONGEST_CELL] for cell in cells)
    if len(cells) != len(heading) or any(len(cell) > LONGEST_CELL for cell in cells):
        return Cells(number, {}, raw)
    return Cells(number, {name: restored(cell.strip()) for name, cell in zip(heading, cells, strict=True)}, raw)
