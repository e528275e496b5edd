"""What changes a case's terms: its severity, its package, the calendars it is counted on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from garant.cases.acting import act_for_system, acting, catch_up, upon
from garant.cases.models import Case, Period
from garant.cases.terms import open_severities
from garant.cases.timing import behind
from garant.cases.views import Done
from garant.cases.views_standing import ContractChanged
from garant.contracts import operations_changes as contract_operations
from garant.contracts import queries as contracts
from garant.contracts.decided import change_entitlement
from garant.contracts.queries_changes import Change, key_for_case
from garant.contracts.queries_terms import hold_calendars
from garant.core.people import Actor
from garant.core.refusals import Refusal
from garant.journal import operations as journal

__all__ = ["LIVE", "change_contract", "change_package", "follow_calendars", "move_to_contract", "raise_severity"]

#: States in which a case's clocks may run.
LIVE = ("open", "waiting", "held")


def raise_severity(*, by: Actor, number: int, severity: str, reason: str, at: datetime | None = None) -> Done:
    """Raise a case's severity as its contact: it acts at once, and the due time is the earlier of the old one and a
    new target from now (clock.md 7). Raises Refusal for a severity that is not higher or not the package's."""
    with acting(name="raise_severity", by=by, number=number, at=at) as act:
        case = act.case
        document = act.terms.programme(case.package_key)
        levels = open_severities(act.terms, case.package_key)
        if severity not in levels:
            raise Refusal(
                "severity_not_in_tier", "severities_of_the_package", "use_offered_severity", {"offered": levels}
            )
        if not act.terms.more_severe(severity, case.severity):
            values = {"severity": severity, "present": case.severity}
            raise Refusal("severity_not_higher", "raising_acts_at_once", "choose_higher_severity", values)
        if document.severity_change.contact_change != "at_once":
            raise Refusal("severity_fixed_after_creation", "severity_is_fixed", "ask_the_engineer")
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


def change_contract(*, by: Actor, contract_id: int, change: Change, reason: str) -> ContractChanged:
    """Change a contract and the terms of its open cases with it, all or nothing (clock.md 8).

    Running periods keep the better of both terms, later ones take the new; a contract that has ended promises nothing
    new. `queries.preview_change` says beforehand what comes out.
    """
    subscriber_id = contracts.contract_by_id(contract_id).subscriber_id
    with transaction.atomic():
        change_entitlement(subscriber_id)
        held = list(Case.objects.select_for_update().filter(contract_id=contract_id, state__in=LIVE).order_by("pk"))
        at = hold_calendars()
        amended = contract_operations.amend(by=by, contract_id=contract_id, change=change, reason=reason, at=at)
        moved = [move_to_contract(case, by, at, amended.cause, amended.amendment) for case in held]
    return ContractChanged(amended.reference, amended.amendment, sum(moved))


def move_to_contract(case: Case, by: Actor, at: datetime, cause: str, amendment: int | None = None) -> bool:
    """Give a locked case the terms that its contract has now; False when it has them already."""
    key = key_for_case(case.contract_id, case.package_key, at)
    if key == case.package_key:
        return False
    act = upon(case, by, at)
    named = {} if amendment is None else {"amendment": amendment}
    act.record("package_changed", {"package": key, "from": case.package_key, "cause": cause, **named})
    act.settle()
    return True


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
