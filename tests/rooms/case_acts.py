"""Short words for what tests of cases do again and again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases import queries
from garant.cases.models import Case, Period
from garant.cases.queries import Verification, Verified, verify
from garant.cases.views import CaseView, Filed
from garant.contracts import operations as contracts
from garant.core.people import SYSTEM
from garant.journal.operations import database_now
from garant.journal.queries import entries_of
from garant.journal.views import EntryView

HOUR = timedelta(hours=1)

__all__ = [
    "HOUR",
    "Verification",
    "ago",
    "case_of",
    "close_denver",
    "entries",
    "file",
    "kinds",
    "late_case",
    "period",
    "sound",
    "sql",
]


def ago(**much: float) -> datetime:
    """An instant before now, on the database's clock."""
    return database_now() - timedelta(**much)


def file(cast: Cast, package: str = "gold", **more: Any) -> Filed:
    """A case of the package's contact; severity 1 runs round the clock: four hours for gold."""
    who = more.pop("who", f"contact_{package}")
    given: dict[str, Any] = {
        "by": cast.actor(who),
        "person_id": cast.people[who],
        "subscriber_id": cast.subscribers[package],
        "subject": "Import drops rows",
        "description": "Every night some rows are missing.",
        "severity": "1",
        "request_type": "error",
        "steps": "Run it",
        "expected": "All rows",
        "actual": "Some",
        "environment": "Prod",
    }
    return cases.file_case(**{**given, **more})


def late_case(cast: Cast, package: str = "gold", hours: float = 4.5) -> int:
    """A severity 1 case whose initial response (gold: four hours) fell due already; nobody has looked yet."""
    return file(cast, package, at=ago(hours=hours)).number


def case_of(cast: Cast, number: int, who: str = "agent") -> CaseView:
    """The case as somebody sees it."""
    return queries.case(viewer=cast.viewer(who), number=number)


def period(number: int, metric: str = "initial_response", count: int = 1) -> Period:
    """The stored row of a period."""
    return Period.objects.get(case__number=number, metric=metric, number=count)


def entries(number: int) -> list[EntryView]:
    """The case's journal."""
    return entries_of(("case", Case.objects.get(number=number).pk))


def kinds(number: int) -> list[str]:
    """The kinds of the case's entries, in order."""
    return [entry.kind for entry in entries(number)]


def sound() -> Verified:
    """Everything stored is what the journal gives; returns the counts."""
    result = verify()
    assert result.differences == (), result.differences
    return result


def sql(statement: str, *values: object) -> None:
    """A stray edit, past every operation."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def close_denver(cast: Cast) -> None:
    """Edit the vendor's hours: the next ten days are holidays."""
    plain: dict[str, Any] = dict(hours_of_denver())
    today = database_now().date()
    plain["holidays"] = [
        *plain.get("holidays", []),
        *({"date": str(today + timedelta(days=n)), "name": "Moved"} for n in range(-1, 10)),
    ]
    contracts.edit_calendar(
        by=SYSTEM, programme="reference", code="vendor_hours", plain=plain, effective_from=None, reason="Flood"
    )


def hours_of_denver() -> dict[str, Any]:
    """The vendor's hours as they are stored now."""
    from garant.contracts.models import CalendarVersion

    stored = CalendarVersion.objects.filter(code="vendor_hours").order_by("-version").first()
    assert stored is not None
    plain: dict[str, Any] = stored.plain
    return plain
