"""Suspension, reinstatement and the exception: one decision, and every clock of the subscriber with it.

The entitlement's lock comes first, then the case rows in order, then the instant: whatever is filed or reopened
meanwhile waits and follows the decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import QuerySet

from garant.cases import scope
from garant.cases.acting import upon
from garant.cases.models import Case
from garant.cases.operations_terms import LIVE, move_to_contract
from garant.cases.views import Done
from garant.cases.views_standing import StandingChanged
from garant.contracts import operations_standing as contracts
from garant.contracts.decided import change_entitlement, hold_entitlement
from garant.contracts.queries_standing import DESK, deciders, due_for_decision, ended_contracts, to_look_at, whom_to_ask
from garant.contracts.queries_terms import hold_calendars
from garant.core.people import SYSTEM, Actor
from garant.core.refusals import NotFound, Refusal
from garant.directory import queries as directory
from garant.journal.operations_notices import NewNotice, put_notices
from garant.kit.each import each_alone

__all__ = ["admit", "reinstate", "standing_housekeeping", "suspend"]

#: Roles of a subscriber's people who are told about its standing.
TOLD = frozenset({"contact", "administrator"})


def suspend(*, by: Actor, subscriber_id: int, reason: str, ground: str | None = None) -> StandingChanged:
    """Suspend support: every clock of the subscriber's open cases pauses now, or nothing happens (clock.md 9).

    By finance or a manager as the programme's rule says, on a ground that it proposes. Raises Refusal with the rule's
    reason when it proposes none.
    """
    rows = Case.objects.filter(subscriber_id=subscriber_id, state__in=LIVE, suspended=False)
    return _decide(by, subscriber_id, "suspended", "support_suspended", reason, rows, ground)


def reinstate(*, by: Actor, subscriber_id: int, reason: str) -> StandingChanged:
    """Reinstate support: paused clocks go on, held cases start theirs now (clock.md 9)."""
    rows = Case.objects.filter(subscriber_id=subscriber_id, suspended=True).exclude(state="merged")
    return _decide(by, subscriber_id, "reinstated", "support_reinstated", reason, rows, None)


def _decide(
    by: Actor, subscriber_id: int, decision: str, kind: str, reason: str, rows: QuerySet[Case], ground: str | None
) -> StandingChanged:
    with transaction.atomic():
        change_entitlement(subscriber_id)
        cases = list(rows.select_for_update().order_by("pk"))
        at = hold_calendars()
        decided = contracts.decide(
            by=by, subscriber_id=subscriber_id, decision=decision, reason=reason, at=at, ground=ground
        )
        for case in cases:
            act = upon(case, by, at)
            act.record(kind, {"decision": decided.id})
            act.settle()
        _tell(kind, decided.id, subscriber_id, cases, reason)
    return StandingChanged(decision, at, tuple(case.number for case in cases))


def _tell(kind: str, decision_id: int, subscriber_id: int, cases: Sequence[Case], reason: str) -> None:
    """Tell the subscriber's contacts and administrators once, with the reason and whom to ask."""
    asked = whom_to_ask()
    put_notices(
        [
            NewNotice(
                once=f"{kind}:{decision_id}:{person.id}",
                kind=kind,
                person_id=person.id,
                language=person.language,
                subject=("subscriber", subscriber_id),
                subscriber_id=subscriber_id,
                data={"cases": len(cases), "reason": reason, "ask": asked},
            )
            for person in directory.people_of(DESK, subscriber_id)
            if person.roles & TOLD
        ]
    )


def admit(*, by: Actor, number: int, reason: str) -> Done:
    """Let one case that is held for standing start its clock now, by exception: a manager's decision with a reason."""
    viewer = scope.viewer_of(by)
    if not viewer.is_staff or not 0 < number < 2**63:
        raise NotFound("case")
    with transaction.atomic():
        subscriber_id = Case.objects.filter(number=number).values_list("subscriber_id", flat=True).first()
        if subscriber_id is None:
            raise NotFound("case")
        hold_entitlement(subscriber_id)
        case = Case.objects.select_for_update().get(number=number)
        act = upon(case, by, hold_calendars())
        if case.state != "held" or case.held_reason != "standing":
            raise Refusal("not_held_for_standing", "exceptions_are_for_held_cases", "check_state", {"number": number})
        decided = contracts.admit_case(
            by=by, subscriber_id=subscriber_id, case_id=case.pk, number=number, reason=reason, at=act.at
        )
        act.record("case_admitted", {"decision": decided.id})
        act.settle()
    return act.done()


def standing_housekeeping() -> int:
    """What time brings by itself: suspensions and reinstatements where a programme says automatic, a word to finance
    where its rule proposes one, and the end of contracts for their open cases. Returns how many acts that was.

    Safe to run again at any time, by several sweepers at once, and to die anywhere: each subscriber is a transaction.
    """
    return each_alone("deciding on standing", to_look_at(), _due) + _end_contracts()


def _due(subscriber_id: int) -> int:
    due = due_for_decision(subscriber_id)
    if due is None:
        return 0
    if due.automatic:
        return _automatic(due.subscriber_id, due.act)
    _propose(due.subscriber_id, due.act, due.key)
    return 0


def _automatic(subscriber_id: int, act: str) -> int:
    """The desk's own decision. Somebody may have been quicker, or a payment have come: then nothing is done."""
    try:
        if act == "suspend":
            suspend(by=SYSTEM, subscriber_id=subscriber_id, reason="By the programme's rule, after notice and grace.")
        else:
            reinstate(by=SYSTEM, subscriber_id=subscriber_id, reason="By the programme's rule: nothing is open.")
    except Refusal:
        return 0
    return 1


def _propose(subscriber_id: int, act: str, key: str) -> None:
    """Tell finance (without one, the managers) once that a decision is theirs to make."""
    subscriber = directory.subscriber_by_id(subscriber_id)
    put_notices(
        [
            NewNotice(
                once=f"standing_{act}:{subscriber_id}:{key}:{person.id}"[:160],
                kind=f"standing_{act}_proposed",
                person_id=person.id,
                language=person.language,
                subject=("subscriber", subscriber_id),
                subscriber_id=None,
                data={
                    "subscriber": subscriber.name if subscriber else "",
                    "slug": subscriber.slug if subscriber else "",
                },
            )
            for person in deciders()
        ]
    )


def _end_contracts() -> int:
    """Open cases of contracts that have ended: what runs stays, nothing new is promised (clock.md 8)."""
    done = 0
    for contract_id, subscriber_id in ended_contracts(datetime.now(UTC)):
        rows = Case.objects.filter(contract_id=contract_id, state__in=LIVE).exclude(package_key__endswith="#ended")
        for case_id in rows.order_by("pk").values_list("pk", flat=True):
            with transaction.atomic():
                hold_entitlement(subscriber_id)
                case = Case.objects.select_for_update().get(pk=case_id)
                if case.state in LIVE:
                    done += move_to_contract(case, SYSTEM, hold_calendars(), "contract_ended")
    return done
