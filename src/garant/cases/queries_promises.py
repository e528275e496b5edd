"""By when an answer is promised, before anything is filed."""

from __future__ import annotations

from datetime import datetime

from garant.cases.timing import untargeted
from garant.cases.views import Promise
from garant.contracts import queries as contracts
from garant.core.clocks import INITIAL, Event, replay
from garant.core.people import Viewer
from garant.core.refusals import Refusal
from garant.journal.operations import database_now

__all__ = ["promise", "promise_for"]

#: The programme whose packages are public when none is named.
PROGRAMME = "reference"


def promise(
    *,
    viewer: Viewer,
    subscriber_id: int,
    severity: str,
    request_type: str | None = None,
    at: datetime | None = None,
    contract_id: int | None = None,
) -> Promise:
    """The promise to a case that a subscriber would file at `at` (None: now) under one of its contracts.

    Raises NotFound for another organisation, Refusal when no contract runs or the package has no such severity.
    """
    at = at or database_now()
    contract = contracts.contract_of(viewer=viewer, subscriber_id=subscriber_id, at=at, contract_id=contract_id)
    if contract is None:
        raise Refusal("no_contract", "support_needs_a_contract", "ask_sales")
    return _promise(contract.package_key, severity, at, request_type)


def promise_for(
    *, package: str, region: str, severity: str, at: datetime | None = None, programme: str = PROGRAMME
) -> Promise:
    """The promise of a package in a region to a case filed at `at` (None: now), for anybody who compares packages.

    Raises NotFound for a package or region that the programme in force has not, Refusal for an unknown severity.
    """
    at = at or database_now()
    return _promise(contracts.package_key(programme, package, region, at), severity, at)


def _promise(package_key: str, severity: str, at: datetime, request_type: str | None = None) -> Promise:
    terms = contracts.terms()
    levels = tuple(level.level for level in terms.programme(package_key).severities)
    if severity not in levels:
        raise Refusal("severity_not_in_tier", "severities_of_the_package", "use_offered_severity", {"offered": levels})
    fitting = untargeted(terms, package_key, request_type or "")
    opened = Event(at=at, kind="opened", severity=severity, package=package_key, by="contact")
    first = next((p for p in replay([opened], fitting).periods if p.metric == INITIAL), None)
    if first is None:
        return Promise(at, INITIAL, severity, None, None, ())
    return Promise(at, INITIAL, severity, first.due, first.rule, first.steps)
