"""What is done with a case: assigned, set to waiting, resolved, closed, reopened."""

from __future__ import annotations

from datetime import datetime

from garant.cases import scope
from garant.cases.acting import acting
from garant.cases.operations_answering import reply
from garant.cases.questions import last_word_is_ours
from garant.cases.silence import check_may_come_back
from garant.cases.views import Done
from garant.core.people import Actor
from garant.core.refusals import Refusal
from garant.directory import queries as directory

__all__ = ["assign", "close", "reopen", "resolve", "wait"]


def assign(*, by: Actor, number: int, assignee_id: int | None, at: datetime | None = None) -> Done:
    """Give the case to somebody who answers cases, or to nobody (None). The one who has it already: nothing happens."""
    with acting(name="assign", by=by, number=number, at=at) as act:
        if assignee_id is not None and not directory.viewer_of(assignee_id).staff_roles & scope.ANSWERING:
            raise Refusal("not_an_agent", "cases_go_to_support_staff", "choose_agent", {"person": assignee_id})
        if act.case.assignee_id != assignee_id:
            act.record("case_assigned", {"assignee": assignee_id, "from": act.case.assignee_id})
            act.case.assignee_id = assignee_id
    return act.done()


def wait(*, by: Actor, number: int, at: datetime | None = None) -> Done:
    """Wait on the customer after a question was asked: nothing is owed until they write.

    Refused (`nothing_asked`) when the customer had the last word: waiting without a question would only hide a due
    time. An import (`at`) may bring such a wait; it leaves the initial clock alone (clock.md 6).
    """
    with acting(name="wait", by=by, number=number, at=at) as act:
        if at is None and not last_word_is_ours(act.entries):
            raise Refusal("nothing_asked", "waiting_needs_a_question", "reply_and_wait", {"number": number})
        act.record("waiting_set", {})
    return act.done()


def resolve(*, by: Actor, number: int, body: str, once: str | None = None, at: datetime | None = None) -> Done:
    """Resolve the case with a public answer: every running period ends (clock.md 5)."""
    return reply(by=by, number=number, body=body, resolve=True, once=once, at=at)


def close(*, by: Actor, number: int, at: datetime | None = None) -> Done:
    """Close a resolved case, by staff or by a contact who agrees."""
    with acting(name="close", by=by, number=number, at=at) as act:
        act.record("case_closed", {"by": act.side})
    return act.done()


def reopen(*, by: Actor, number: int, reason: str, at: datetime | None = None) -> Done:
    """Reopen a resolved or closed case: a full follow-up period from now; the initial clock stays (clock.md 10)."""
    with acting(name="reopen", by=by, number=number, at=at) as act:
        check_may_come_back(act)
        act.record("case_reopened", {**act.say("reason", reason, field="reason"), "by": act.side})
    return act.done()
