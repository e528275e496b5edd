"""What is said about a case: replies, calls, notes, and the customer's messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from garant.cases.acting import Act, acting
from garant.cases.consequences import follows, tell
from garant.cases.operations_drafts import drop_draft
from garant.cases.repeating import repeatable
from garant.cases.silence import check_may_come_back
from garant.cases.views import Done
from garant.core.people import Actor
from garant.core.refusals import Refusal
from garant.journal.views import EntryView

__all__ = ["add_customer_message", "add_note", "log_call", "reply"]


def reply(
    *,
    by: Actor,
    number: int,
    body: str,
    wait: bool = False,
    resolve: bool = False,
    once: str | None = None,
    at: datetime | None = None,
) -> Done:
    """Answer the customer in public: it ends the running period and starts the next (clock.md 5).

    `wait`: the answer asks for something, so nothing is owed until the customer writes. `resolve`: it also resolves
    the case. Not both: Refusal `wait_or_resolve`. `once`: the form's token; the same again changes nothing.
    """
    asked = {"number": number, "body": body, "wait": wait, "resolve": resolve}
    return repeatable("reply", by, once, asked, lambda: _answer("reply", "public", by, asked, at))


def log_call(
    *,
    by: Actor,
    number: int,
    body: str,
    wait: bool = False,
    resolve: bool = False,
    once: str | None = None,
    at: datetime | None = None,
) -> Done:
    """Log a call with the customer: a response like `reply`; it counts when it is recorded (clock.md 20)."""
    asked = {"number": number, "body": body, "wait": wait, "resolve": resolve}
    return repeatable("log_call", by, once, asked, lambda: _answer("log_call", "call", by, asked, at))


def _answer(name: str, kind: str, by: Actor, asked: Mapping[str, Any], at: datetime | None) -> Done:
    if asked["wait"] and asked["resolve"]:
        raise Refusal("wait_or_resolve", "one_outcome", "choose_one_outcome")
    with acting(name=name, by=by, number=asked["number"], at=at) as act:
        said = act.say(kind, asked["body"])
        waiting: Mapping[str, Any] = {"waiting": True} if asked["wait"] else {}
        resolves = asked["resolve"] and act.case.state != "resolved"
        entry = act.record("case_resolved" if resolves else "response_given", {**said, "via": kind, **waiting})
        if at is None:  # what an import brings is old news
            _tell_contact(act, entry, waiting)
        drop_draft(by=by, place=f"{name.removeprefix('log_')}:{act.case.number}")
    return act.done()


def _tell_contact(act: Act, entry: EntryView, values: Mapping[str, Any]) -> None:
    """Tell whoever opened the case, unless they hear it as a follower anyway."""
    if not follows(act.case, act.case.opened_by_id):
        tell(act.case, [act.case.opened_by_id], entry.kind, f"{entry.kind}:{entry.id}", values)


def add_note(*, by: Actor, number: int, body: str, once: str | None = None, at: datetime | None = None) -> Done:
    """Write an internal note: for staff only, always; it stops and starts no clock."""

    def write() -> Done:
        with acting(name="add_note", by=by, number=number, at=at) as act:
            act.record("note_added", act.say("internal", body))
            drop_draft(by=by, place=f"note:{act.case.number}")
        return act.done()

    return repeatable("add_note", by, once, {"number": number, "body": body}, write)


def add_customer_message(
    *, by: Actor, number: int, body: str, once: str | None = None, at: datetime | None = None
) -> Done:
    """Add a message of an authorized contact: it ends a wait and starts a full follow-up period (clock.md 6).

    A resolved case, and one closed not longer ago than the programme says, is open again by it (rule 42); Refusal
    `closed_for_too_long` after that.
    """

    def write() -> Done:
        with acting(name="add_customer_message", by=by, number=number, at=at) as act:
            if act.case.state in ("resolved", "closed"):
                check_may_come_back(act)
                entry = act.record("case_reopened", {**act.say("public", body), "by": act.side, "cause": "reply"})
            else:
                entry = act.record("customer_message_added", act.say("public", body))
            if at is None and act.case.assignee_id is not None:
                severity, key = act.case.severity, f"customer_wrote:{entry.id}"
                tell(act.case, [act.case.assignee_id], "customer_wrote", key, {"severity": severity})
            drop_draft(by=by, place=f"message:{act.case.number}")
            drop_draft(by=by, place=f"reply:{act.case.number}")
        return act.done()

    return repeatable("add_customer_message", by, once, {"number": number, "body": body}, write)
