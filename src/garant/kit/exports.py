"""CSV for people who open it in a spreadsheet: a text stays a text there, and comes back as it was.

A cell that a spreadsheet would take for a formula (it begins with = + - @, their full-width forms, a tab or a line
break) gets an apostrophe in front. `restored` takes it away again, so that our own export reads back unchanged.
Amounts and dates that we write ourselves are numbers and dates, not texts, and are left as they are.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

from django.http import StreamingHttpResponse

Cell = str | int | Decimal | date | datetime | None

#: With what a formula begins; the full-width forms are formulas in Japanese and Chinese spreadsheets.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
GUARD = "'"


def neutral(text: str) -> str:
    """The text as a cell that no spreadsheet computes."""
    return GUARD + text if _dangerous(text) else text


def restored(cell: str) -> str:
    """The text that `neutral` was given."""
    return cell[1:] if cell.startswith(GUARD) and _dangerous(cell[1:]) else cell


def _dangerous(text: str) -> bool:
    # Spaces in front are dropped by some; apostrophes are counted so that restoring takes away exactly ours.
    return text.lstrip(" \u00a0\u3000" + GUARD).startswith(FORMULA)


def written(value: Cell) -> str:
    """A cell's text: nothing for None, instants with their offset, decimals exact, texts made neutral."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, str):
        return neutral(value)
    return str(value)


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Line after line (RFC 4180, every text quoted), never the whole file in memory."""
    yield _line(header)
    for row in rows:
        yield _line([written(value) for value in row])


def _line(cells: Sequence[str]) -> str:
    out = StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow(cells)
    return out.getvalue()


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> StreamingHttpResponse:
    """A download called `name` (letters, digits, dots and dashes stay), in UTF-8 with a mark that spreadsheets read."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in ".-_") else "-" for c in name)
    lines = (line.encode("utf-8") for line in csv_lines(header, rows))

    def marked() -> Iterator[bytes]:
        yield b"\xef\xbb\xbf"
        yield from lines

    response = StreamingHttpResponse(marked(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{safe}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"  # of one organisation: kept by nobody on the way
    return response
