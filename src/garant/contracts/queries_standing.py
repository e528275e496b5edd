"""Standing: what is decided, what is late, and what the programme's rule says about it today.

Who reads it: staff all of it; a subscriber's people their own state, reason and whom to ask, and payments only those
who answer for them (administrator and executive).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Q

from garant.contracts.decided import KINDS, fact_rows, facts_of, in_force, standing_of
from garant.contracts.models import Contract, ObligationFact, StandingDecision
from garant.contracts.queries import contract_at, contract_last
from garant.contracts.queries_terms import terms
from garant.contracts.views import ContractView
from garant.contracts.views_standing import DecisionView, FactView, StandingView
from garant.core.people import Actor, Viewer
from garant.core.programmes.values import StandingRule
from garant.core.refusals import NotFound
from garant.core.rights import may
from garant.core.standing import GOOD, SUSPENDED, Fact, NotYet, Proposal, open_items, propose
from garant.core.zones import zone
from garant.directory import queries as directory
from garant.directory.views import PersonRow
from garant.journal.operations import database_now

__all__ = ["advice_for", "facts_of", "in_force", "rule_of", "ruling_contract", "standing", "standing_of", "standings"]

#: Staff who record facts and see payments.
RECORDERS = frozenset({"finance", "manager"})
#: The desk itself, which reads as staff do.
DESK = Viewer(staff_roles=frozenset({"manager"}))


def rule_of(contract: ContractView) -> StandingRule:
    """The rule of standing that a contract's programme sets in its region."""
    return terms().programme(contract.package_key).standing_rule(contract.region)


def ruling_contract(subscriber_id: int, at: datetime) -> ContractView | None:
    """The contract whose rule counts: the one in force, else the one that ran last; None when there never was one."""
    return contract_at(subscriber_id, at) or contract_last(subscriber_id, at)


def advice_for(subscriber_id: int, at: datetime) -> tuple[Proposal | NotYet, StandingRule, date] | None:
    """What the rule says at an instant, the rule, and the local day it was read on; None without any contract.

    Not scoped: for rooms.
    """
    contract = ruling_contract(subscriber_id, at)
    if contract is None:
        return None
    rule, today = rule_of(contract), at.astimezone(zone(contract.zone)).date()
    return propose(facts_of(subscriber_id), rule, today), rule, today


def whom_to_ask() -> str:
    """Who decides about standing, by name and address, for a sentence; empty when nobody holds the role."""
    return ", ".join(f"{row.name} ({row.email})" for row in deciders())


def standing(*, viewer: Viewer, subscriber_id: int) -> StandingView:
    """A subscriber's standing with what the viewer may see of its grounds. Raises NotFound for somebody else's."""
    if not may(viewer, "read_standing", subscriber_id):
        raise NotFound("subscriber")
    at, decisions = database_now(), _decisions(subscriber_id)
    suspension = _lasting(decisions)
    known = advice_for(subscriber_id, at)
    advice, rule, today = known if known is not None else (None, None, at.date())
    view = StandingView(
        subscriber_id=subscriber_id,
        state=SUSPENDED if suspension else GOOD,
        since=suspension.at if suspension else None,
        ground=suspension.ground if suspension else "",
        reason=suspension.reason if suspension else "",
        rule_text=dict(rule.reason) if rule else {},
        ask=tuple((row.name, row.email) for row in deciders()),
        today=today,
        automatic=rule.automatic if rule else False,
        may=_may(viewer, rule, suspension is not None),
    )
    if not may(viewer, "read_obligations", subscriber_id):
        return view
    rows = fact_rows(subscriber_id)
    actors = [row.actor_id for row in rows] + [row.actor_id for row in decisions]
    people = directory.names({one for one in actors if one is not None})
    return replace(
        view,
        facts=tuple(fact_view(row, people.get(row.actor_id or 0, "")) for row in reversed(rows)),
        items=open_items((Fact(r.kind, r.reference, r.on, r.amount, r.currency) for r in rows), today),
        decisions=tuple(_decision_view(row, people.get(row.actor_id or 0, "")) for row in decisions),
        advice=advice,
    )


def _decisions(subscriber_id: int) -> list[StandingDecision]:
    return list(StandingDecision.objects.filter(subscriber_id=subscriber_id).order_by("-at", "-pk"))


def _lasting(decisions: Iterable[StandingDecision]) -> StandingDecision | None:
    """The suspension that lasts, of decisions the newest first (see decided.in_force)."""
    newest = next((row for row in decisions if row.decision in KINDS), None)
    return newest if newest is not None and newest.decision == "suspended" else None


def _may(viewer: Viewer, rule: StandingRule | None, suspended: bool) -> frozenset[str]:
    """What the viewer may do about it; whether the rule allows it now is another question."""
    named = frozenset(rule.decided_by) if rule else RECORDERS
    deciders = named if named or not suspended else RECORDERS
    acts = {"record"} if viewer.staff_roles & RECORDERS else set()
    if viewer.staff_roles & deciders:
        acts.add("reinstate" if suspended else "suspend")
    if suspended and rule is not None and viewer.staff_roles & frozenset(rule.exception_by):
        acts.add("admit")
    return frozenset(acts)


def deciders() -> list[PersonRow]:
    """The people of finance; where there are none, the managers. Not scoped: for rooms."""
    staff = directory.staff(DESK)
    return [row for row in staff if "finance" in row.roles] or [row for row in staff if "manager" in row.roles]


@dataclass(frozen=True, slots=True)
class Due:
    """A decision that the rule proposes: `act` is suspend or reinstate. `key` names the occasion, so that it is told
    once; `automatic`: the programme lets the desk decide it."""

    subscriber_id: int
    act: str
    key: str
    automatic: bool


def to_look_at() -> list[int]:
    """The subscribers with something unpaid or unkept, or suspended: of nobody else a decision can be due. Not scoped:
    for rooms."""
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES)
        return [row[0] for row in cursor.fetchall()]


def due_for_decision(subscriber_id: int) -> Due | None:
    """The decision that the rule proposes for a subscriber now; None: none. Not scoped: for rooms."""
    known, suspension = advice_for(subscriber_id, database_now()), in_force(subscriber_id)
    if known is None:
        return None
    advice, rule, today = known
    if suspension is None and isinstance(advice, Proposal):
        return Due(subscriber_id, "suspend", f"{advice.references[0]}:{advice.since}", rule.automatic)
    if suspension is not None and _settled(subscriber_id, rule, today):
        return Due(subscriber_id, "reinstate", str(suspension.pk), rule.automatic and suspension.automatic)
    return None


def all_settled(subscriber_id: int, at: datetime) -> bool:
    """Whether nothing is late on the grounds of the programme's rule. Not scoped: for rooms."""
    contract = ruling_contract(subscriber_id, at)
    if contract is None:
        return False
    return _settled(subscriber_id, rule_of(contract), at.astimezone(zone(contract.zone)).date())


def _settled(subscriber_id: int, rule: StandingRule, today: date) -> bool:
    return not any(item.ground in rule.grounds for item in open_items(facts_of(subscriber_id), today))


_CANDIDATES = """
SELECT DISTINCT f.subscriber_id FROM contracts_obligationfact f
WHERE f.kind IN ('invoice_due', 'obligation_unmet') AND NOT EXISTS (
    SELECT 1 FROM contracts_obligationfact g
    WHERE g.subscriber_id = f.subscriber_id AND g.reference = f.reference
      AND g.kind = 'invoice_paid' AND f.kind = 'invoice_due' AND g.amount IS NULL)
UNION
SELECT subscriber_id FROM (
    SELECT DISTINCT ON (subscriber_id) subscriber_id, decision FROM contracts_standingdecision
    WHERE decision <> 'admitted' ORDER BY subscriber_id, at DESC, id DESC) newest
WHERE newest.decision = 'suspended'
ORDER BY 1
"""


def ended_contracts(at: datetime) -> list[tuple[int, int]]:
    """Contracts that ended during the last year as (id, subscriber), read in their zones. Not scoped: for rooms."""
    today = at.date()
    rows = Contract.objects.filter(ends_on__lte=today, ends_on__gt=today - timedelta(days=366)).order_by("pk")
    found = rows.values_list("pk", "subscriber_id", "ends_on", "zone")
    return [(pk, owner) for pk, owner, ends_on, name in found if ends_on < at.astimezone(zone(name)).date()]


def standings(*, viewer: Viewer, subscriber_ids: Iterable[int]) -> dict[int, str]:
    """The state of several subscribers at once, good where nothing was decided; only those that the viewer may see."""
    wanted = {one for one in subscriber_ids if viewer.is_staff or one in viewer.subscribers()}
    rows = StandingDecision.objects.filter(Q(subscriber_id__in=wanted), decision__in=KINDS)
    newest = rows.order_by("subscriber_id", "-at", "-id").distinct("subscriber_id")
    found = dict(newest.values_list("subscriber_id", "decision"))
    return {one: SUSPENDED if found.get(one) == "suspended" else GOOD for one in wanted}


def fact_view(row: ObligationFact, by: str, *, new: bool = False) -> FactView:
    """A stored fact as a plain value."""
    return FactView(
        row.pk, row.kind, row.reference, row.on, row.amount, row.currency, row.note, by, row.recorded_at, new
    )


def _decision_view(row: StandingDecision, by: str) -> DecisionView:
    actor = Actor(row.actor_kind, row.actor_id)
    return DecisionView(row.pk, row.decision, row.ground, row.reason, row.case_id, row.automatic, actor, by, row.at)
