"""Choose the incidents of samples/uci498-slice.csv.gz from the normalised UCI 498 log.

Usage: python samples/make_slice.py EVENTS.csv.gz [OUT.csv.gz]

The choice needs nothing but the log: within each group the incidents with the smallest SHA-256 of their number are
taken, so the same log always gives the same slice. Rows are copied as they are, all columns kept.
"""

# ruff: noqa: T201 - a script that says what it did
from __future__ import annotations

import csv
import gzip
import hashlib
import io
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path

Incident = list[dict[str, str]]
TOTAL = 500
#: Group -> how many incidents of it, and what makes an incident one. An incident may stand in several.
GROUPS: list[tuple[str, int, Callable[[Incident], bool]]] = [
    ("closed without being resolved", 10, lambda rows: "Resolved" not in _states(rows)),
    ("severity changed more than once", 20, lambda rows: _changes(rows, "priority") > 1),
    ("severity changed", 50, lambda rows: _changes(rows, "priority") > 0),
    ("reopened", 60, lambda rows: _reopened(rows)),
    ("priority 1", 60, lambda rows: rows[-1]["priority"] == "1"),
    ("priority 2", 60, lambda rows: rows[-1]["priority"] == "2"),
    ("priority 4", 50, lambda rows: rows[-1]["priority"] == "4"),
    ("opened on a weekend", 50, lambda rows: datetime.fromisoformat(rows[0]["at"]).weekday() > 4),
    ("waited for the customer", 50, lambda rows: "Awaiting User Info" in _states(rows)),
    ("waited for somebody else", 40, lambda rows: bool(_states(rows) & _OTHERS)),
    ("more than 25 updates", 10, lambda rows: len(rows) > 25),
    ("first seen in another state than New", 50, lambda rows: rows[0]["status"] != "New"),
    ("any", TOTAL, lambda rows: True),
]
_OTHERS = {"Awaiting Vendor", "Awaiting Problem", "Awaiting Evidence"}


def _states(rows: Incident) -> set[str]:
    return {row["status"] for row in rows}


def _changes(rows: Incident, column: str) -> int:
    return sum(a[column] != b[column] for a, b in pairwise(rows))


def _reopened(rows: Incident) -> bool:
    over = ("Resolved", "Closed")
    return any(a["status"] in over and b["status"] not in over for a, b in pairwise(rows))


def chosen(incidents: dict[str, Incident]) -> set[str]:
    """The numbers of the incidents to keep: each group filled in turn, then any until TOTAL."""
    order = sorted(incidents, key=lambda number: hashlib.sha256(number.encode()).digest())
    kept: set[str] = set()
    for _, wanted, belongs in GROUPS:
        members = [number for number in order if belongs(incidents[number])]
        missing = wanted - sum(number in kept for number in members)
        kept.update([number for number in members if number not in kept][: max(0, min(missing, TOTAL - len(kept)))])
    return kept


def main(source: Path, target: Path) -> None:
    """Read the log, write the slice, and say what is in it."""
    with gzip.open(source, "rt", encoding="utf-8", newline="") as text:
        reader = csv.DictReader(text)
        columns, rows = list(reader.fieldnames or ()), list(reader)
    incidents: dict[str, Incident] = {}
    for row in rows:
        incidents.setdefault(row["case_id"], []).append(row)
    kept = chosen(incidents)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row for row in rows if row["case_id"] in kept)
    # mtime 0 and no name, so that the same slice is the same file.
    target.write_bytes(gzip.compress(out.getvalue().encode(), compresslevel=9, mtime=0))
    print(f"{target}: {len(kept)} incidents")
    for name, _, belongs in GROUPS:
        print(f"  {name}: {sum(belongs(incidents[number]) for number in kept)}")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) == 3 else "samples/uci498-slice.csv.gz"))
