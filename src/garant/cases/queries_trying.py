"""Past cases with their clocks, to try an escalation policy on. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from garant.cases.acting import REPLAYED
from garant.cases.events import events_of
from garant.cases.models import Case, Escalation
from garant.cases.timing import replayed
from garant.contracts import queries as contracts
from garant.contracts.queries import StoredTerms
from garant.core.clocks import Period
from garant.core.escalations import After
from garant.core.people import Viewer
from garant.core.rights import check as check_right
from garant.journal.operations import database_now
from garant.journal.queries_replay import entries_by_subject
from garant.journal.views import EntryView

__all__ = ["Past", "past_cases", "told_in_fact"]

#: Cases read at once.
BATCH = 500
_OPENED = ("opened", "reopen")


@dataclass(frozen=True, slots=True)
class Past:
    """A case as its journal gives it at `as_of`: its periods, when it was opened each time, how its waits count."""

    number: int
    subject: str
    periods: tuple[Period, ...]
    openings: tuple[datetime, ...]
    after: After
    as_of: datetime

    def opened(self, at: datetime) -> datetime:
        """When the case was opened, or opened again, before `at`."""
        return max((each for each in self.openings if each <= at), default=at)


def past_cases(*, viewer: Viewer, programme: str, since: datetime, limit: int) -> Iterator[Past]:
    """The cases received since an instant under any version of a programme, the newest first, at most `limit`.

    Raises Refusal for somebody who may not try a policy. A case that can't be replayed is left out.
    """
    check_right(viewer, "try_policy")
    now, terms = database_now(), contracts.terms()
    rows = Case.objects.filter(received_at__gte=since, package_key__startswith=f"{programme}@").order_by("-received_at")
    found = list(rows.values_list("pk", "number", "subject", "package_key")[:limit])
    for start in range(0, len(found), BATCH):
        some = found[start : start + BATCH]
        entries = entries_by_subject(kind="case", ids=[row[0] for row in some], only=REPLAYED)
        for case_id, number, subject, key in some:
            past = _past(number, subject, key, entries.get(case_id, ()), terms, now)
            if past is not None:
                yield past


def _past(
    number: int, subject: str, key: str, entries: Sequence[EntryView], terms: StoredTerms, now: datetime
) -> Past | None:
    """One case; None when its entries can't be replayed (`garant journal verify` names it)."""
    if not entries:
        return None
    try:
        clock = replayed(entries, terms, max(now, entries[-1].at))
        openings = tuple(event.at for event in events_of(entries) if event.kind in _OPENED)
        return Past(number, subject, tuple(clock.periods), openings, terms.of(key).after, clock.as_of)
    except (ValueError, LookupError, TypeError, ArithmeticError):
        return None


def told_in_fact(*, viewer: Viewer, programme: str, since: datetime) -> dict[int, int]:
    """How often each level was told about the same cases in fact, by level."""
    check_right(viewer, "try_policy")
    rows = Escalation.objects.filter(case__received_at__gte=since, case__package_key__startswith=f"{programme}@")
    counts: dict[int, int] = {}
    for level in rows.values_list("level", flat=True):
        counts[level] = counts.get(level, 0) + 1
    return counts
