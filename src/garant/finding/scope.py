"""Which documents a search may look at. Every statement that reads documents for a reader goes through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.db import connection

from garant.core.audiences import Audience


@dataclass(frozen=True, slots=True)
class Scope:
    """One language, what a reader may read, and what they filtered by (empty: anything)."""

    language: str
    audience: Audience
    kinds: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    section: str = ""
    programme: str = ""

    def where(self) -> tuple[str, list[Any]]:
        """The condition on `finding_document`, with its values. A document of no product is about any of them."""
        parts, values = ["language = %s", "audience && %s::text[]"], [self.language, sorted(self.audience)]
        for condition, value in (
            ("kind = ANY(%s)", list(self.kinds)),
            ("(products && %s::text[] OR products = '{}')", list(self.products)),
            ("section = %s", self.section),
            ("programme IN ('', %s)", self.programme),
        ):
            if value:
                parts.append(condition)
                values.append(value)
        return " AND ".join(parts), values


#: For how long the number of documents of a scope is taken as it was, in seconds, and for how many scopes it is kept:
#: it only says what "rare" is, and to count thousands of documents anew for each question would cost more than asking.
_LASTS, _MOST_KEPT = 60.0, 1_000
_totals: dict[tuple[Scope, int], tuple[float, int]] = {}


def total(scope: Scope, most: int) -> int:
    """How many documents the scope has, up to `most`: as it is, or was within the last minute."""
    now = monotonic()
    kept = _totals.get((scope, most))
    if kept is not None and now - kept[0] < _LASTS:
        return kept[1]
    if len(_totals) >= _MOST_KEPT:
        _totals.clear()
    value = counts(scope, [None], most)[0]
    _totals[scope, most] = (now, value)
    return value


def counts(scope: Scope, queries: Sequence[str | None], most: int) -> list[int]:
    """How many documents of the scope match each tsquery, up to `most`; for None: how many there are."""
    where, values = scope.where()
    parts: list[str] = []
    given: list[Any] = []
    for query in queries:
        match = "" if query is None else " AND terms @@ %s::tsquery"
        parts.append(f"(SELECT count(*) FROM (SELECT 1 FROM finding_document WHERE {where}{match} LIMIT %s) c)")
        given += [*values, *([] if query is None else [query]), most]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), given)
        return list(cursor.fetchone())
