"""What changes a case's terms: its severity, its package, the calendars it is counted on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from garant.cases.acting import act_for_system, acting, catch_up
from garant.cases.models import Case, Period
from garant.cases.timing import behind
from garant.cases.views import Done
from garant.contracts import queries as contracts
from garant.contracts.queries_terms import hold_calendars
from garant.core.people import Actor
from garant.core.refusals import Refusal
from garant.journal import operations as journal

__all__ = ["change_package", "follow_calendars", "raise_severity"]


def raise_severity(*, by: Actor, number: int, severity: str, reason: str, at: datetime | None = None) -> Done:
    """Raise a case's severity as its contact: it acts at once, and the due time is the earlier of the old one and a
    new target from now (clock.md 7). Raises Refusal for a severity that is not higher or not the package's."""
    with acting(name="raise_severity", by=by, number=number, at=at) as act:
        case = act.case
        levels = tuple(level.level for level in act.terms.programme(case.package_key).severities)
        if severity not in levels:
            raise Refusal(
                "severity_not_in_tier", "severities_of_the_package", "use_offered_severity", {"offered": levels}
            )
        if not act.terms.more_severe(severity, case.severity):
            values = {"severity": severity, "present": case.severity}
            raise Refusal("severity_not_higher", "raising_acts_at_once", "choose_higher_severity", values)
        said = act.say("reason", reason, field="reason")
        act.record("severity_changed", {**said, "severity": severity, "from": case.severity, "by": "contact"})
    return act.done()


def change_package(*, by: Actor, number: int, package_key: str, cause: str, at: datetime | None = None) -> Done:
    """Move a case to other terms after its contract changed: running periods keep the better of both (clock.md 8).

    `cause` is a code, such as "upgrade". The same terms again change nothing. For the room's own use when a contract
    changes: not behind a door.
    """
    with act_for_system(by=by, number=number, at=at) as act:
        if act.case.package_key != package_key:
            act.terms.of(package_key)
            act.record("package_changed", {"package": package_key, "from": act.case.package_key, "cause": cause})
    return act.done()


def follow_calendars(*, limit: int = 500) -> int:
    """Let calendar edits move the due times of every running period now; returns how many cases were looked at.

    Called when an edit was journalled. Without it each case follows at its next act or when it is due.
    """
    cases, last, terms = 0, 0, contracts.terms()
    while True:
        rows = list(Period.objects.filter(ended=None, pk__gt=last).order_by("pk")[:limit])
        if not rows:
            return cases
        last = rows[-1].pk
        for case_id in sorted({row.case_id for row in behind(rows, terms, journal.database_now())}):
            with transaction.atomic():
                case = Case.objects.select_for_update().get(pk=case_id)
                catch_up(case, hold_calendars())
            cases += 1
