"""How long a case may stay silent, and how long a closed one may come back: the programme's data (rule 42)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from garant.core.programmes.values import ClosureRule
from garant.core.refusals import Refusal
from garant.journal.views import EntryView

if TYPE_CHECKING:
    from garant.cases.acting import Act

#: Entries in which one side speaks to the other, or the wait for the customer begins; and the end of a suspension,
#: during which nobody could.
SPOKEN = frozenset({
    "case_opened", "response_given", "waiting_set", "case_resolved", "case_reopened", "customer_message_added",
    "support_reinstated",
})  # fmt: skip


def silent_since(entries: Iterable[EntryView]) -> datetime | None:
    """When somebody last spoke to the other side; None without any entry. Notes and automatic messages don't count."""
    return max((entry.at for entry in entries if entry.kind in SPOKEN), default=None)


def owed_after_silence(rule: ClosureRule, since: datetime, warned: datetime | None, now: datetime) -> str | None:
    """What a silence owes at `now`: "warn", "close", or None.

    `warned`: when closure was last announced; an announcement before `since` is void. Whoever was warned late still
    has the whole time between warning and closure.
    """
    if warned is None or warned < since:
        return "warn" if now >= since + timedelta(days=rule.warn_after) else None
    notice = timedelta(days=rule.close_after - rule.warn_after)
    return "close" if now >= max(since + timedelta(days=rule.close_after), warned + notice) else None


def check_may_come_back(act: Act) -> None:
    """Refuse a contact who would reopen a case that was closed longer ago than the programme says; staff may."""
    case, rule = act.case, act.terms.programme(act.case.package_key).closure
    if case.state != "closed" or case.closed_at is None or rule is None or act.side == "vendor":
        return
    if act.at > case.closed_at + timedelta(days=rule.reopen_within):
        values = {"days": rule.reopen_within, "closed": case.closed_at}
        raise Refusal("closed_for_too_long", "closed_cases_come_back_for_a_time", "open_new_case", values)
