"""Short words for tests of standing: a subscriber that owes, and the people who decide."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import rooms_cast
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases.models import Case
from garant.cases.views_standing import StandingChanged
from garant.contracts.operations_standing import record_fact
from garant.core.people import SYSTEM, Actor
from garant.directory import operations as directory
from garant.journal.operations import database_now

REASON = "Two reminders, no answer."


def today() -> date:
    return database_now().date()


def days_ago(days: int) -> date:
    return today() - timedelta(days=days)


def finance() -> Actor:
    """Somebody of finance, made once for a test."""
    from garant.directory.queries import person_by_email

    known = person_by_email("finance@people.example")
    if known is not None:
        return Actor("person", known.id)
    person = rooms_cast.person("finance")
    directory.give_role(by=SYSTEM, person_id=person, role="finance")
    return Actor("person", person)


def fact(cast: Cast, kind: str, on: date, package: str = "gold", **more: Any) -> Any:
    given = {"by": finance(), "reference": "INV-1", **more}
    return record_fact(subscriber_id=cast.subscribers[package], kind=kind, on=on, **given)


def owes(cast: Cast, package: str = "gold", days: int = 75, noticed: int = 35) -> None:
    """An invoice long past due, with notice given and the grace over."""
    fact(cast, "invoice_due", days_ago(days), package, amount=Decimal("1200.00"), currency="EUR")
    fact(cast, "notice_given", days_ago(noticed), package)


def suspend(cast: Cast, package: str = "gold", **more: Any) -> StandingChanged:
    given = {"by": finance(), "reason": REASON, **more}
    return cases.suspend(subscriber_id=cast.subscribers[package], **given)


def reinstate(cast: Cast, package: str = "gold", **more: Any) -> StandingChanged:
    given = {"by": finance(), "reason": "Paid in full.", **more}
    return cases.reinstate(subscriber_id=cast.subscribers[package], **given)


def row(number: int) -> Case:
    return Case.objects.get(number=number)
