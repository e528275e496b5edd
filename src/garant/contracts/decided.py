"""What was decided about a subscriber, and the lock under which it may be relied on. Not scoped: for rooms only."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from garant.contracts.models import ObligationFact, StandingDecision
from garant.core.standing import GOOD, SUSPENDED, Decision, Fact, standing_at
from garant.kit.asking import one_answer

#: Stored decisions that change standing -> core's kinds.
KINDS = {"suspended": "suspend", "reinstated": "reinstate"}
# Any number that nothing else locks, with room for an id below it.
_ENTITLEMENT = 0x656E_7469 << 32


def hold_entitlement(subscriber_id: int) -> None:
    """Keep a subscriber's standing and contracts as they are until the transaction ends. Take it before the instant.

    Whatever opens a case shares it, whatever changes standing or terms has it alone: a case is filed either before a
    suspension, which then pauses it, or after, and is held. Lock order: this, then case rows.
    """
    _advisory("pg_advisory_xact_lock_shared", subscriber_id)


def hold_entitlement_now(subscriber_id: int) -> bool:
    """The same without waiting, for acts that hold a case's row already; False while it is being changed."""
    return bool(_advisory("pg_try_advisory_xact_lock_shared", subscriber_id))


def change_entitlement(subscriber_id: int) -> None:
    """Have a subscriber's standing and contracts alone until the transaction ends."""
    _advisory("pg_advisory_xact_lock", subscriber_id)


def _advisory(function: str, subscriber_id: int) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_ENTITLEMENT + subscriber_id % 2**32])
        return cursor.fetchone()[0]


def standing_of(subscriber_id: int, at: datetime | None = None) -> str:
    """ "good" or "suspended" as decided at an instant (None: as the newest decision leaves it)."""
    if at is None:
        newest = _decisive(subscriber_id).order_by("-at", "-id").values_list("decision", flat=True).first()
        return SUSPENDED if newest == "suspended" else GOOD
    return standing_at(decisions_of(subscriber_id), at)


def decisions_of(subscriber_id: int) -> list[Decision]:
    """Every decision on standing as the law reads it, in order."""
    rows = _decisive(subscriber_id).order_by("at", "id").values_list("at", "decision", "reason")
    return [Decision(when, KINDS[decision], reason) for when, decision, reason in rows]


def _decisive(subscriber_id: int) -> QuerySet[StandingDecision]:
    return StandingDecision.objects.filter(subscriber_id=subscriber_id, decision__in=KINDS)


def in_force(subscriber_id: int) -> StandingDecision | None:
    """The suspension that lasts; None in good standing."""
    newest: StandingDecision | None = _decisive(subscriber_id).order_by("-at", "-id").first()
    return newest if newest is not None and newest.decision == "suspended" else None


def is_admitted(subscriber_id: int, case_id: int) -> bool:
    """Whether a case was admitted by exception during the suspension that lasts."""
    suspension = in_force(subscriber_id)
    if suspension is None:
        return False
    rows = StandingDecision.objects.filter(subscriber_id=subscriber_id, decision="admitted", case_id=case_id)
    return rows.filter(pk__gt=suspension.pk).exists()


@one_answer
def fact_rows(subscriber_id: int) -> list[ObligationFact]:
    """The recorded facts in the order in which they were recorded; for reading."""
    return list(ObligationFact.objects.filter(subscriber_id=subscriber_id).order_by("pk"))


def facts_of(subscriber_id: int) -> list[Fact]:
    """The recorded facts as the law reads them, in the order in which they were recorded."""
    return [Fact(row.kind, row.reference, row.on, row.amount, row.currency) for row in fact_rows(subscriber_id)]
