"""The sweeper: finds what is near or late in rows, not in timers, and records it exactly once.

Its cost grows with what is due: partial indexes hold nothing but running, unrecorded periods. Any number of sweepers
may run at once, and any of them may die at any statement; what it did not commit, the next one finds.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from django.db import InterfaceError, OperationalError, connection, transaction

from garant.cases import lateness
from garant.cases.acting import catch_up
from garant.cases.models import Case, Escalation, Period
from garant.cases.policies import CATCH_ALL, Recipients
from garant.cases.reminding import remind
from garant.cases.timing import behind
from garant.contracts import queries as contracts
from garant.contracts.queries_terms import hold_calendars
from garant.journal import operations as journal
from garant.journal.operations_notices import NewNotice, put_notices

log = logging.getLogger(__name__)

#: What says nothing about a case: the sweep ends and the next one tries again.
UNREACHABLE = (OperationalError, InterfaceError)
#: Due periods taken in one transaction at most.
BATCH = 1000

#: Running periods whose due time, near time or next level has come, and levels that nobody acknowledged in time, their
#: cases locked. A case that somebody works on is skipped: their act records what is late, or the next round does. (The
#: order lets the oldest miss be told first. The statement's own instant is one that an index can be searched for.)
_PERIODS = "SELECT p.id, p.case_id FROM cases_period p JOIN cases_case c ON c.id = p.case_id "
_DUE = f"""
{_PERIODS} WHERE p.ended IS NULL AND NOT p.missed AND NOT p.paused AND p.due IS NOT NULL
  AND p.due < statement_timestamp() AND p.case_id <> ALL(%s)
ORDER BY p.due LIMIT %s FOR UPDATE OF c SKIP LOCKED
"""
_NEAR = f"""
{_PERIODS} WHERE p.ended IS NULL AND p.near_recorded_at IS NULL AND NOT p.paused AND p.near_at IS NOT NULL
  AND p.near_at <= statement_timestamp() AND p.case_id <> ALL(%s)
ORDER BY p.near_at LIMIT %s FOR UPDATE OF c SKIP LOCKED
"""
_STEP = f"""
{_PERIODS} WHERE p.ended IS NULL AND NOT p.paused AND NOT c.suspended AND c.held_reason = '' AND p.step_at IS NOT NULL
  AND p.step_at <= statement_timestamp() AND p.case_id <> ALL(%s)
ORDER BY p.step_at LIMIT %s FOR UPDATE OF c SKIP LOCKED
"""
_UNANSWERED = """
SELECT e.id, e.case_id FROM cases_escalation e JOIN cases_case c ON c.id = e.case_id
JOIN cases_period p ON p.id = e.period_id
WHERE e.acknowledged_at IS NULL AND e.ended_at IS NULL AND e.remind_at IS NOT NULL
  AND e.remind_at <= statement_timestamp() AND p.ended IS NULL AND NOT p.paused
  AND NOT c.suspended AND c.held_reason = '' AND e.case_id <> ALL(%s)
ORDER BY e.remind_at LIMIT %s FOR UPDATE OF c SKIP LOCKED
"""


def sweep_all(*, stop: Callable[[], bool] = lambda: False) -> int:
    """Record and tell everything that is near, late or unacknowledged now; returns how much that was.

    `stop`: asked between transactions, so that a signal can end a long sweep. A case whose terms can't be read is set
    aside for this sweep and told to the managers; it never holds up the ones behind it.
    """
    done = 0
    for query in (_DUE, _NEAR, _STEP, _UNANSWERED):
        aside: set[int] = set()
        while not stop():
            taken, recorded = _batch(query, aside)
            done += recorded
            if not taken:
                break
    return done


def _batch(query: str, aside: set[int]) -> tuple[int, int]:
    """One transaction over at most BATCH periods: how many were taken, and how many recorded."""
    try:
        with transaction.atomic():
            taken = _claim(query, aside, BATCH)
            return len(taken), _record(query, taken)
    except UNREACHABLE:
        raise
    except Exception:
        log.exception("a sweep of many cases failed; taking them one by one")
    return _one_by_one(query, aside)


def _one_by_one(query: str, aside: set[int]) -> tuple[int, int]:
    """The same with a transaction for each period, so that one bad case costs itself only."""
    taken = recorded = 0
    for _ in range(BATCH):
        claimed: Sequence[tuple[int, int]] = ()
        try:
            with transaction.atomic():
                claimed = _claim(query, aside, 1)
                recorded += _record(query, claimed)
        except UNREACHABLE:
            raise
        except Exception as problem:
            aside.update(case_id for _, case_id in claimed)
            _alarm([case_id for _, case_id in claimed], problem)
        if not claimed:
            break
        taken += 1
    return taken, recorded


def _claim(query: str, aside: set[int], limit: int) -> Sequence[tuple[int, int]]:
    """Lock the cases of what is due; returns its ids and theirs. What they hold is read after the lock."""
    with connection.cursor() as cursor:
        cursor.execute(query, [sorted(aside), limit])
        return cursor.fetchall()  # type: ignore[no-any-return]


def _record(query: str, taken: Sequence[tuple[int, int]]) -> int:
    """Record what a query has found."""
    return _remind(taken) if query == _UNANSWERED else _sweep(taken)


def _remind(taken: Sequence[tuple[int, int]]) -> int:
    """Tell again, or the next level, what nobody acknowledged in time; returns how many limits have passed."""
    if not taken:
        return 0
    now = hold_calendars()
    cases = {case.pk: case for case in Case.objects.filter(pk__in={case_id for _, case_id in taken})}
    rows = Escalation.objects.filter(pk__in=[row_id for row_id, _ in taken]).select_related("period").order_by("pk")
    return remind(rows, cases, contracts.terms(), now)


def _sweep(taken: Sequence[tuple[int, int]]) -> int:
    """Record what is near or late in locked cases, as they stand now; returns how many periods that was."""
    if not taken:
        return 0
    # Between the claim's snapshot and its lock an answer may have committed: only a fresh read counts.
    now = hold_calendars()
    cases = {case.pk: case for case in Case.objects.filter(pk__in={case_id for _, case_id in taken})}
    periods = list(Period.objects.filter(pk__in=[period_id for period_id, _ in taken]))
    terms = contracts.terms()
    stale = sorted({period.case_id for period in behind(periods, terms, now)})
    for case_id in stale:
        catch_up(cases[case_id], now)
    if stale:
        periods = list(Period.objects.filter(pk__in=[period_id for period_id, _ in taken]))
    found = lateness.look(periods, now)
    if found.periods:
        lateness.record(found, cases, terms, Recipients(now))
    return len(found.periods)


def _alarm(case_ids: Sequence[int], problem: Exception) -> None:
    """Tell the managers once that a case can't be timed, and the log each time."""
    recipients = Recipients(journal.database_now())
    for case in Case.objects.filter(pk__in=case_ids):
        log.error("case %s can't be swept: %s: %s", case.number, type(problem).__name__, problem)
        put_notices(
            [
                NewNotice(
                    once=f"sweep_failed:{case.pk}:{person}",
                    kind="sweep_failed",
                    person_id=person,
                    language=recipients.language(person),
                    subject=("case", case.pk),
                    subscriber_id=case.subscriber_id,
                    data={"number": case.number, "problem": type(problem).__name__},
                )
                for person in recipients.of([CATCH_ALL]).people
            ]
        )
