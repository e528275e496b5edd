"""Reading a foreign event log: a CSV file, gzipped or not, row by row and grouped by case.

Only the four mapped columns are kept. A row that can't be used is listed and never stops the reading.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

from garant.core.programmes.nodes import printable
from garant.insight.mapping import LogMapping, MappingError

#: The longest field that is read, in characters; a longer one makes its row unreadable.
LONGEST_FIELD = 16 * 1024 * 1024
#: Years outside this range are typing errors, and calendars need not reach that far.
YEARS = range(1970, 2101)
_GZIP = b"\x1f\x8b"


class LogError(Exception):
    """The log file can't be read to its end; the message is one line."""


#: One readable row: instant (UTC), line in the file, value of the event column, value of the severity column.
Row = tuple[datetime, int, str, str]


@dataclass(slots=True)
class Log:
    """A log as read: rows by case in time order, and what was noticed on the way.

    `rows` counts all data rows, also the unreadable ones. `first` and `last` are None in an empty log.
    """

    cases: dict[str, list[Row]] = field(default_factory=dict)
    rows: int = 0
    unreadable: list[tuple[int, str]] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None
    duplicates: int = 0
    unordered_cases: int = 0
    repeated_hour: int = 0
    skipped_hour: int = 0
    damaged_text: int = 0
    unknown_events: Counter[str] = field(default_factory=Counter)
    unknown_severities: Counter[str] = field(default_factory=Counter)


def read_log(path: Path, mapping: LogMapping, tick: Callable[[int], None] = lambda _: None) -> Log:
    """Read the whole log. `tick` is told the bytes read of the file so far, for a progress bar.

    Raises LogError when the file can't be opened or ends early, MappingError when a mapped column is not there.
    """
    try:
        with path.open("rb") as raw:
            return _Reader(mapping).read(raw, tick)
    except OSError as error:
        raise LogError(f"{path}: {error.strerror or error}") from None
    except (EOFError, zlib.error):
        raise LogError(f"{path}: the compressed file is damaged or ends early; fetch it again") from None


class _Reader:
    """One pass over one file."""

    def __init__(self, mapping: LogMapping) -> None:
        self.mapping = mapping
        self.log = Log()
        self.seen: dict[str, set[int]] = {}
        self.readings = _TimeReader(mapping)
        self.text: io.TextIOWrapper | None = None  # kept, since it closes the file when it goes

    def read(self, raw: io.BufferedReader, tick: Callable[[int], None]) -> Log:
        """Read every row, then bring each case into time order."""
        records = self._records(raw)
        header = next(records, None)
        if header is None or isinstance(header[1], str):
            raise LogError(f"{raw.name}: the file is empty or has no readable header line")
        pick = _picker(header[1], self.mapping)
        for line, record in records:
            self.log.rows += 1
            if self.log.rows % 2000 == 0 and raw.seekable():
                tick(raw.tell())
            if isinstance(record, str):
                self.log.unreadable.append((line, record))
            else:
                self._take(line, record, pick(record))
        self._order()
        return self.log

    def _records(self, raw: io.BufferedReader) -> Iterator[tuple[int, list[str] | str]]:
        """Each record with the line it begins on; a text instead of fields says why it can't be read."""
        packed = raw.peek(2)[:2] == _GZIP
        stream: BinaryIO = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]
        # utf-8-sig drops a byte order mark; newline="" leaves line ends inside quotes alone.
        self.text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
        csv.field_size_limit(LONGEST_FIELD)
        reader = csv.reader(self.text, delimiter=self.mapping.delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, _csv_reason(str(error))
            else:
                if record:
                    yield line, record

    def _take(self, line: int, record: list[str], picked: tuple[str, str, str, str]) -> None:
        case, time, event, severity = picked
        reason = None if case else "no case"
        if reason is None:
            moment, reason = self.readings.moment(time)
        if reason is not None or moment is None:
            self.log.unreadable.append((line, reason or "no time"))
            return
        rows = self.log.cases.setdefault(case, [])
        if self._is_duplicate(case, record):
            return
        at = self._instant(moment, rows)
        self._notice(at, event, severity)
        rows.append((at, line, sys.intern(event), sys.intern(severity)))

    def _is_duplicate(self, case: str, record: list[str]) -> bool:
        # A hash instead of the row: the columns we don't need are never kept.
        mark, seen = hash(tuple(record)), self.seen.setdefault(case, set())
        if mark in seen:
            self.log.duplicates += 1
            return True
        seen.add(mark)
        return False

    def _instant(self, moment: tuple[datetime, datetime | None, bool], rows: list[Row]) -> datetime:
        first, second, skipped = moment
        self.log.skipped_hour += skipped
        if second is None:
            return first
        # The hour that the wall clock shows twice: the first one, unless the case's row before is later than that.
        self.log.repeated_hour += 1
        return second if rows and first < rows[-1][0] <= second else first

    def _notice(self, at: datetime, event: str, severity: str) -> None:
        log, mapping = self.log, self.mapping
        log.first = at if log.first is None or at < log.first else log.first
        log.last = at if log.last is None or at > log.last else log.last
        if event not in mapping.events:
            log.unknown_events[event] += 1
        if severity not in mapping.severities:
            log.unknown_severities[severity] += 1
        log.damaged_text += "\ufffd" in event or "\ufffd" in severity

    def _order(self) -> None:
        self.seen.clear()
        for rows in self.log.cases.values():
            if any(later[0] < earlier[0] for earlier, later in pairwise(rows)):
                self.log.unordered_cases += 1
                rows.sort(key=itemgetter(0))  # stable: rows of one instant keep the order of the file


class _TimeReader:
    """Texts of the time column to instants; the same text is read once."""

    def __init__(self, mapping: LogMapping) -> None:
        self.zone, self.format = mapping.zone, mapping.time_format
        self.moment = lru_cache(maxsize=50_000)(self._moment)

    def _moment(self, text: str) -> tuple[tuple[datetime, datetime | None, bool] | None, str | None]:
        """(first instant, second one of a repeated hour or None, whether the clock skips it), or a reason."""
        if not text:
            return None, "no time"
        try:
            local = datetime.strptime(text, self.format) if self.format else datetime.fromisoformat(text)  # noqa: DTZ007
            return self._in_zone(local)
        except (ValueError, OverflowError):
            return None, f"time not readable: {text[:40]!r}"

    def _in_zone(self, local: datetime) -> tuple[tuple[datetime, datetime | None, bool] | None, str | None]:
        if local.year not in YEARS:
            return None, f"time out of range: year {local.year}"
        if local.tzinfo is not None:
            return (local.astimezone(UTC), None, False), None
        early, late = local.replace(tzinfo=self.zone), local.replace(tzinfo=self.zone, fold=1)
        before, after = early.utcoffset(), late.utcoffset()
        first = early.astimezone(UTC)
        if before is None or after is None or before == after:
            return (first, None, False), None
        # The offset falls when an hour repeats and rises when one is skipped; a skipped time takes the one before it.
        repeated = before > after
        return (first, late.astimezone(UTC) if repeated else None, not repeated), None


def _picker(header: list[str], mapping: LogMapping) -> Callable[[list[str]], tuple[str, str, str, str]]:
    """A function that takes the four mapped columns out of a record; a short record has empty ones."""
    names = [name.strip() for name in header]
    places = []
    for role, name in mapping.columns.items():
        if names.count(name) != 1:
            found = "is not in the log's header" if name not in names else "stands more than once in the log's header"
            raise MappingError(
                ("columns", role), f"{name!r} {found}, which has {', '.join(map(printable, names))[:200]}"
            )
        places.append(names.index(name))
    widest, take = max(places), itemgetter(*places)

    def pick(record: list[str]) -> tuple[str, str, str, str]:
        if len(record) <= widest:
            record = record + [""] * (widest + 1 - len(record))
        case, time, event, severity = take(record)
        return case.strip(), time.strip(), event.strip(), severity.strip()

    return pick


def _csv_reason(message: str) -> str:
    if "field larger" in message:
        return f"a field is longer than {LONGEST_FIELD} characters"
    if "unexpected end of data" in message:
        return "a quoted field is never closed; everything after it is lost"
    return f"broken quoting: {message}"
