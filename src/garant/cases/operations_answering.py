"""What is said about a case: replies, calls, notes, and the customer's messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from garant.cases.acting import acting
from garant.cases.operations_drafts import drop_draft
from garant.cases.views import Done
from garant.core.instants import parse_instant
from garant.core.people import Actor
from garant.core.refusals import Refusal
from garant.journal import operations as journal

__all__ = ["add_customer_message", "add_note", "log_call", "reply"]


def reply(
    *, by: Actor, number: int, body: str, wait: bool = False, resolve: bool = False, once: str | None = None,
    at: datetime | None = None,
) -> Done:
    """Answer the customer in public: it ends the running period and starts the next (clock.md 5).

    `wait`: the answer asks for something, so nothing is owed until the customer writes. `resolve`: it also resolves
    the case. Not both: Refusal `wait_or_resolve`. `once`: the form's token; the same again changes nothing.
    """
    asked = {"number": number, "body": body, "wait": wait, "resolve": resolve}
    return _repeatable("reply", by, once, asked, lambda: _answer("reply", "public", by, asked, at))


def log_call(
    *, by: Actor, number: int, body: str, wait: bool = False, resolve: bool = False, once: str | None = None,
    at: datetime | None = None,
) -> Done:
    """Log a call with the customer: a response like `reply`; it counts when it is recorded (clock.md 20)."""
    asked = {"number": number, "body": body, "wait": wait, "resolve": resolve}
    return _repeatable("log_call", by, once, asked, lambda: _answer("log_call", "call", by, asked, at))


def _answer(name: str, kind: str, by: Actor, asked: Mapping[str, Any], at: datetime | None) -> Done:
    if asked["wait"] and asked["resolve"]:
        raise Refusal("wait_or_resolve", "one_outcome", "choose_one_outcome")
    with acting(name=name, by=by, number=asked["number"], at=at) as act:
        said = act.say(kind, asked["body"])
        if asked["resolve"] and act.case.state != "resolved":
            act.record("case_resolved", {**said, "via": kind})
        else:
            waiting = {"waiting": True} if asked["wait"] else {}
            act.record("response_given", {**said, "via": kind, **waiting})
        drop_draft(by=by, place=f"{name.removeprefix('log_')}:{act.case.number}")
    return act.done()


def add_note(*, by: Actor, number: int, body: str, once: str | None = None, at: datetime | None = None) -> Done:
    """Write an internal note: for staff only, always; it stops and starts no clock."""

    def write() -> Done:
        with acting(name="add_note", by=by, number=number, at=at) as act:
            act.record("note_added", act.say("internal", body))
            drop_draft(by=by, place=f"note:{act.case.number}")
        return act.done()

    return _repeatable("add_note", by, once, {"number": number, "body": body}, write)


def add_customer_message(
    *, by: Actor, number: int, body: str, once: str | None = None, at: datetime | None = None
) -> Done:
    """Add a message of an authorized contact: it ends a wait and starts a full follow-up period (clock.md 6)."""

    def write() -> Done:
        with acting(name="add_customer_message", by=by, number=number, at=at) as act:
            act.record("customer_message_added", act.say("public", body))
            drop_draft(by=by, place=f"message:{act.case.number}")
            drop_draft(by=by, place=f"reply:{act.case.number}")
        return act.done()

    return _repeatable("add_customer_message", by, once, {"number": number, "body": body}, write)


def _repeatable(
    name: str, by: Actor, once: str | None, asked: Mapping[str, Any], act: Callable[[], Done]
) -> Done:
    """Do an act once per key. The key's row is locked first, then the case's: everywhere in this order."""
    with transaction.atomic(), journal.once(scope=f"person:{by.id}/{name}", key=once, body=asked) as attempt:
        if attempt.result is not None:
            return _as_done(attempt.result)
        done = act()
        attempt.keep({
            "number": done.number, "state": done.state, "severity": done.severity, "at": done.at.isoformat(),
            "due": done.due.isoformat() if done.due else None, "message_id": done.message_id,
        })
        return done


def _as_done(result: Mapping[str, Any]) -> Done:
    due = result["due"]
    return Done(
        number=result["number"], state=result["state"], severity=result["severity"],
        due=parse_instant(due) if due else None, at=parse_instant(result["at"]), message_id=result["message_id"],
    )

