"""Pages of long lists by keyset: a page knows where it ended, never how many rows lie before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.core import signing

Row = TypeVar("Row")
Mark = str | int | datetime | None

#: Nobody reads more rows at once, whatever the address asks for.
LARGEST = 200
#: Nobody reads more than this off a counter: 1,000 means as many or more, and counting stops there.
COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows in order, and the cursor of the next page; `next` is None on the last one."""

    rows: Sequence[Row]
    next: str | None = None

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def cursor(place: str, *marks: Mark) -> str:
    """An opaque, signed cursor: the sort values of the last row shown in the list called `place`."""
    plain = [{"t": mark.isoformat()} if isinstance(mark, datetime) else mark for mark in marks]
    return signing.dumps(plain, salt=f"page:{place}", compress=False)


def marks(place: str, after: str | None, count: int) -> tuple[Mark, ...] | None:
    """The sort values in a cursor of `place`; None for the first page.

    A cursor that was forged, cut or made for another list counts as none: the reader gets the first page.
    """
    if not after:
        return None
    try:
        plain = signing.loads(after, salt=f"page:{place}")
    except signing.BadSignature:
        return None
    if not isinstance(plain, list) or len(plain) != count:
        return None
    return tuple(datetime.fromisoformat(mark["t"]) if isinstance(mark, dict) else mark for mark in plain)


def page(place: str, rows: Sequence[Row], limit: int, key: Callable[[Row], tuple[Mark, ...]]) -> Page[Row]:
    """A page of the first `limit` of `rows`; ask the database for `limit + 1` to know whether more follow."""
    shown = rows[:limit]
    more = len(rows) > limit and bool(shown)
    return Page(rows=tuple(shown), next=cursor(place, *key(shown[-1])) if more else None)


def bounded(limit: int) -> int:
    """A page length between 1 and `LARGEST`."""
    return max(1, min(limit, LARGEST))
