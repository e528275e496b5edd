"""What is said about a case: replies, calls, notes, and the customer's messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from garant.cases.acting import Act, acting
from garant.cases.consequences import follows, tell
from garant.cases.models import Message
from garant.cases.operations_drafts import drop_draft
from garant.cases.operations_files import sent_with
from garant.cases.repeating import repeatable
from garant.cases.silence import check_may_come_back
from garant.cases.texts import cleaned
from garant.cases.views import Done
from garant.core.identity import clean_name
from garant.core.instants import parse_instant
from garant.core.people import Actor
from garant.core.refusals import Refusal
from garant.journal.views import EntryView

__all__ = ["DIRECTIONS", "LONGEST_CALLER", "add_customer_message", "add_note", "log_call", "reply"]

#: Who called whom: the customer called in, or we called out.
DIRECTIONS = ("in", "out")
#: Longest name of somebody on the phone, in characters.
LONGEST_CALLER = 120


def reply(
    *,
    by: Actor,
    number: int,
    body: str,
    wait: bool = False,
    resolve: bool = False,
    seen: int | None = None,
    once: str | None = None,
    at: datetime | None = None,
) -> Done:
    """Answer the customer in public: it ends the running period and starts the next (clock.md 5).

    `wait`: the answer asks for something, so nothing is owed until the customer writes. `resolve`: it also resolves
    the case. Not both: Refusal `wait_or_resolve`. `once`: the form's token; the same again changes nothing.
    `seen`: the last message that the writer has read (None: not asked); Refusal `said_meanwhile` when somebody else
    has written since, so that nobody answers what they have not read.
    """
    asked = {"number": number, "body": body, "wait": wait, "resolve": resolve}
    return repeatable("reply", by, once, asked, lambda: _answer("reply", "public", by, asked, at, seen=seen))


def log_call(
    *,
    by: Actor,
    number: int,
    body: str,
    wait: bool = False,
    resolve: bool = False,
    direction: str = "",
    caller: str = "",
    called_at: datetime | None = None,
    seen: int | None = None,
    once: str | None = None,
    at: datetime | None = None,
) -> Done:
    """Log a call with the customer: a response like `reply`; it counts when it is recorded (clock.md 20).

    `direction`: "in" (they called), "out" or "" (not said). `caller`: with whom, as they gave their name. `called_at`:
    when it took place, told beside when it was recorded; it moves no clock. Refusal `call_ahead` for one yet to come.
    """
    call = _call(direction, caller, called_at)
    asked = {"number": number, "body": body, "wait": wait, "resolve": resolve, **call}
    return repeatable("log_call", by, once, asked, lambda: _answer("log_call", "call", by, asked, at, call, seen))


def _call(direction: str, caller: str, called_at: datetime | None) -> dict[str, str]:
    """What is known about a call besides what was said; only what was given."""
    if direction not in ("", *DIRECTIONS):
        raise Refusal("direction_unknown", "calls_have_a_direction", "choose_direction", {"direction": direction})
    said = {
        "direction": direction,
        "caller": cleaned(clean_name(caller), field="caller", required=False, longest=LONGEST_CALLER),
        "called_at": called_at.isoformat() if called_at else "",
    }
    return {name: value for name, value in said.items() if value}


def _check_call(act: Act, call: Mapping[str, str]) -> None:
    if "called_at" in call and parse_instant(call["called_at"]) > act.at:
        raise Refusal("call_ahead", "acts_lie_in_the_past", "check_instant", {"at": parse_instant(call["called_at"])})


def _check_read(act: Act, seen: int | None) -> None:
    """Nobody answers past what somebody else has said meanwhile; the case is locked, so nothing more can come."""
    if seen is None:
        return
    unread = Message.objects.filter(case=act.case, pk__gt=seen).exclude(author_id=act.by.id).count()
    if unread:
        raise Refusal("said_meanwhile", "answers_follow_reading", "read_then_send", {"count": unread})


def _answer(
    name: str,
    kind: str,
    by: Actor,
    asked: Mapping[str, Any],
    at: datetime | None,
    call: Mapping[str, str] | None = None,
    seen: int | None = None,
) -> Done:
    if asked["wait"] and asked["resolve"]:
        raise Refusal("wait_or_resolve", "one_outcome", "choose_one_outcome")
    with acting(name=name, by=by, number=asked["number"], at=at) as act:
        _check_read(act, seen)
        _check_call(act, call or {})
        said = act.say(kind, asked["body"])
        said |= sent_with(act, f"{name.removeprefix('log_')}:{act.case.number}")
        if call:
            said["call"] = dict(call)
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
        said = {"message": act.message.pk} if act.message else {}
        tell(act.case, [act.case.opened_by_id], entry.kind, f"{entry.kind}:{entry.id}", {**values, **said})


def add_note(*, by: Actor, number: int, body: str, once: str | None = None, at: datetime | None = None) -> Done:
    """Write an internal note: for staff only, always; it stops and starts no clock."""

    def write() -> Done:
        with acting(name="add_note", by=by, number=number, at=at) as act:
            act.record("note_added", {**act.say("internal", body), **sent_with(act, f"note:{number}")})
            drop_draft(by=by, place=f"note:{act.case.number}")
        return act.done()

    return repeatable("add_note", by, once, {"number": number, "body": body}, write)


def add_customer_message(
    *, by: Actor, number: int, body: str, once: str | None = None, at: datetime | None = None, place: str | None = None
) -> Done:
    """Add a message of an authorized contact: it ends a wait and starts a full follow-up period (clock.md 6).

    A resolved case, and one closed not longer ago than the programme says, is open again by it (rule 42); Refusal
    `closed_for_too_long` after that. `place`: of a mail, where its files are held; what the person was typing in the
    portal meanwhile stays a draft. None: what was typed is what is sent.
    """

    def write() -> Done:
        with acting(name="add_customer_message", by=by, number=number, at=at) as act:
            if came_back := act.case.state in ("resolved", "closed"):
                check_may_come_back(act)
            said = act.say("public", body)
            typed = (f"message:{number}", f"reply:{number}")
            said |= sent_with(act, *typed) if place is None else sent_with(act, place)
            if came_back:
                entry = act.record("case_reopened", {**said, "by": act.side, "cause": "reply"})
            else:
                entry = act.record("customer_message_added", said)
            if (at is None or place is not None) and act.case.assignee_id is not None:
                severity, key = act.case.severity, f"customer_wrote:{entry.id}"
                told = {"severity": severity, "message": entry.data["message"]}
                tell(act.case, [act.case.assignee_id], "customer_wrote", key, told)
            for each in typed if place is None else ():
                drop_draft(by=by, place=each)
        return act.done()

    return repeatable("add_customer_message", by, once, {"number": number, "body": body}, write)
