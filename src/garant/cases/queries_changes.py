"""What a contract's change would do to its open cases: the law replayed under the new terms, nothing written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from garant.cases.acting import REPLAYED
from garant.cases.events import events_of, seen_until
from garant.cases.models import Case
from garant.cases.operations_terms import LIVE
from garant.cases.views_standing import ChangedCase, ChangedPeriod, Preview
from garant.contracts import queries as contracts
from garant.contracts.operations_changes import SIGNERS
from garant.contracts.queries_changes import Change, Proposed, proposed
from garant.core.clocks import CaseClock, replay
from garant.core.events import Event
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.journal.operations import database_now
from garant.journal.queries_replay import entries_by_subject
from garant.journal.views import EntryView

__all__ = ["MOST", "preview_change"]

#: Open cases that a preview lists; the others are only counted.
MOST = 200


def preview_change(*, viewer: Viewer, reference: str, change: Change) -> Preview:
    """A contract's change as it would come out now, case by case. For whoever may make it.

    Raises Refusal as the change itself would, NotFound for others.
    """
    if not viewer.staff_roles & SIGNERS:
        raise NotFound("contract")
    contract, at = contracts.contract(viewer=viewer, reference=reference), database_now()
    after = proposed(contract, change, at)
    rows = list(Case.objects.filter(contract_id=contract.id, state__in=LIVE).order_by("next_due", "pk")[: MOST + 1])
    entries = entries_by_subject(kind="case", ids=[row.pk for row in rows[:MOST]], only=REPLAYED)
    cases = [_changed(row, entries.get(row.pk, ()), after, at) for row in rows[:MOST]]
    more = Case.objects.filter(contract_id=contract.id, state__in=LIVE).count() - len(cases)
    return Preview(
        after.package,
        after.version,
        after.region,
        after.ends_on.isoformat(),
        after.limit,
        after.cause,
        at,
        tuple(cases),
        more,
    )


def _changed(case: Case, entries: Sequence[EntryView], after: Proposed, at: datetime) -> ChangedCase:
    now = max(at, seen_until(entries) or at)
    events = events_of(entries)
    before = replay(events, contracts.terms(), now)
    moves = after.key != case.package_key
    moved = [*events, Event(now, "package_change", package=after.key)] if moves else events
    return ChangedCase(
        case.number,
        case.subject,
        case.severity,
        case.state,
        case.suspended,
        tuple(_periods(before, replay(moved, after.terms, now))),
    )


def _periods(before: CaseClock, after: CaseClock) -> list[ChangedPeriod]:
    """The running periods after the change beside what they owed before."""
    old = {period.key: period for period in before.periods}
    found = []
    for period in after.periods:
        if period.ended is None:
            was = old.get(period.key)
            found.append(
                ChangedPeriod(
                    period.metric,
                    period.number,
                    period.started,
                    was.due if was else None,
                    period.due,
                    period.missed,
                    was is None,
                )
            )
    return found
