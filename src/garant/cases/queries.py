"""Reading cases, always scoped by who looks: staff see all, a subscriber's people what their role shows."""

from garant.cases.queries_case import case, draft, drafts, may_see, unread, writing
from garant.cases.queries_changes import preview_change
from garant.cases.queries_escalating import escalation, escalation_counts, escalations
from garant.cases.queries_promises import promise, promise_for
from garant.cases.queries_queue import by_number, counts, due_times, my_cases, open_by_subscriber, open_of, queue
from garant.cases.verification import Verification, verify
from garant.cases.views import CaseView, Difference, DraftView, EscalationRow, PeriodView, Promise, QueueRow, Verified
from garant.core.refusals import NotFound

__all__ = [
    "CaseView",
    "Difference",
    "DraftView",
    "EscalationRow",
    "NotFound",
    "PeriodView",
    "Promise",
    "QueueRow",
    "Verification",
    "Verified",
    "by_number",
    "case",
    "counts",
    "draft",
    "drafts",
    "due_times",
    "escalation",
    "escalation_counts",
    "escalations",
    "may_see",
    "my_cases",
    "open_by_subscriber",
    "open_of",
    "preview_change",
    "promise",
    "promise_for",
    "queue",
    "unread",
    "verify",
    "writing",
]
