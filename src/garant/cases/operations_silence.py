"""Closure after silence (rule 42): announced, then closed, as the programme says. Neither is ever a response."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from garant.cases.acting import upon
from garant.cases.consequences import tell
from garant.cases.models import Case
from garant.cases.silence import SPOKEN, owed_after_silence, silent_since
from garant.contracts import queries as contracts
from garant.contracts.queries_terms import hold_calendars
from garant.core.people import SYSTEM
from garant.core.programmes.values import ClosureRule
from garant.journal import operations as journal
from garant.journal.queries_replay import entries_by_subject

__all__ = ["close_silent"]

#: Cases looked at in one transaction.
BATCH = 200
#: States in which the customer has the next word.
_THEIRS = ("waiting", "resolved")


def close_silent(*, limit: int = BATCH) -> int:
    """Warn of closure and close what stayed silent, for the sweeper; returns how many cases that was.

    The customer has the next word in a case that waits on them or is resolved. The warning is automatic, so it
    answers no promise and starts no new silence (clock.md 4). A case that somebody works on is skipped this time.
    """
    terms, now = contracts.terms(), journal.database_now()
    done, last = 0, 0
    while True:
        # Suspended support pauses every clock (clock.md 9), and nobody can answer meanwhile: silence doesn't count.
        rows = Case.objects.filter(state__in=_THEIRS, suspended=False, pk__gt=last, received_at__lte=now - _SOONEST)
        found = list(rows.order_by("pk").values_list("pk", "package_key")[:limit])
        if not found:
            return done
        last = found[-1][0]
        for case_id, key in found:
            rule = terms.programme(key).closure
            if rule is not None:
                done += _look(case_id, rule)


#: No programme can announce a closure sooner: its numbers are whole days, from one up.
_SOONEST = timedelta(days=1)


def _look(case_id: int, rule: ClosureRule) -> int:
    """One case, under its lock; whether anything was owed."""
    if _owed(Case.objects.get(pk=case_id), rule, journal.database_now()) is None:
        return 0
    with transaction.atomic():
        open_ = Case.objects.select_for_update(skip_locked=True).filter(pk=case_id, state__in=_THEIRS, suspended=False)
        case = open_.first()
        if case is None:
            return 0
        now = hold_calendars()
        owed = _owed(case, rule, now)  # an answer may have come between the look and the lock
        if owed is not None:
            (_warn if owed == "warn" else _close)(case, rule, now)
        return int(owed is not None)


def _owed(case: Case, rule: ClosureRule, now: datetime) -> str | None:
    spoken = entries_by_subject(kind="case", ids=[case.pk], only=tuple(SPOKEN)).get(case.pk, ())
    since = silent_since(spoken)
    return None if since is None else owed_after_silence(rule, since, case.silence_warned_at, now)


def _warn(case: Case, rule: ClosureRule, now: datetime) -> None:
    act = upon(case, SYSTEM, now)
    closes = now + timedelta(days=rule.close_after - rule.warn_after)
    entry = act.record("closure_announced", {"closes": closes.isoformat()})
    case.silence_warned_at = act.at
    case.save(update_fields=["silence_warned_at"])
    act.settle()
    values = {"closes": closes.isoformat(), "state": case.state}
    tell(case, [case.opened_by_id], "closure_announced", f"closure_announced:{entry.id}", values)


def _close(case: Case, rule: ClosureRule, now: datetime) -> None:
    act = upon(case, SYSTEM, now)
    entry = act.record("case_closed", {"by": "system", "cause": "silence"})
    act.settle()
    tell(case, [case.opened_by_id], "case_closed_silent", f"closed_silent:{entry.id}", {"days": rule.reopen_within})
