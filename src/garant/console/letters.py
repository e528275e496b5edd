"""Notices as their readers get them: a subject and paragraphs in the active language, from codes and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django.utils.translation import gettext

from garant.console.letters_contacts import contact_letter
from garant.console.words import promise_words
from garant.core.instants import parse_instant
from garant.kit.moments import locale, long_date, long_day_time, place


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice in words."""

    subject: str
    paragraphs: tuple[str, ...]


def letter(kind: str, data: Mapping[str, Any], zone: str) -> Letter:
    """The notice of a kind, its instants in the reader's zone. An unknown kind shows its values."""
    said = {
        "number": data.get("number", ""),
        "subject": data.get("subject", ""),
        "severity": data.get("severity", ""),
        "promise": promise_words(str(data.get("metric") or "")),
        "level": data.get("level", ""),
        "due": _when(data.get("due"), zone),
        "problem": data.get("problem", ""),
        "subscriber": data.get("subscriber", ""),
    }
    about_contacts = contact_letter(kind, data, zone)
    if about_contacts is not None:
        return Letter(*about_contacts)
    if kind == "allotment_ending":
        return _ending(data)
    write = _WRITERS.get(kind)
    if write is None:
        plain = tuple(f"{name}: {value}" for name, value in sorted(data.items()))
        return Letter(kind.replace("_", " "), plain)
    subject, paragraphs = write(data)
    return Letter(subject % said, tuple(text % said for text in paragraphs))


def _when(value: object, zone: str) -> str:
    """An instant in full with its place; empty without one."""
    if not isinstance(value, str) or not value:
        return ""
    return f"{long_day_time(parse_instant(value), zone)} ({place(zone)})"


def _missed(data: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    return gettext("Case %(number)s: %(promise)s missed"), (
        "“%(subject)s”",
        gettext("The %(promise)s promised for case %(number)s, severity %(severity)s, was due on %(due)s."),
        gettext("Nobody had answered by then. You are told as level %(level)s of the escalation policy."),
        gettext("Open the case and answer it, or see to it that somebody does."),
    )


def _near(data: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    return gettext("Case %(number)s: %(promise)s due soon"), (
        "“%(subject)s”",
        gettext("The %(promise)s promised for case %(number)s, severity %(severity)s, is due on %(due)s."),
        gettext("Most of the promised time is used. You are told while there is still time to answer."),
    )


def _received(data: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    if data.get("held"):
        promise = gettext("It is held for now, so its clock does not run yet. Its page says why, and the way out.")
    elif data.get("due"):
        promise = gettext("A first answer is promised by %(due)s.")
    else:
        promise = gettext("Your package promises no response target for it.")
    return gettext("Case %(number)s: we have it"), (
        "“%(subject)s”",
        gettext("Your case %(number)s has arrived with severity %(severity)s."),
        promise,
    )


def _ending(data: Mapping[str, Any]) -> Letter:
    """Something of an allotment ends soon; the day is one of the contract's, in no zone."""
    said = {name: str(data.get(name, "")) for name in ("name", "left", "reference")}
    said["day"] = long_date(date.fromisoformat(str(data["ends"])))
    said["left"] = format_decimal(Decimal(said["left"] or "0"), locale=locale())
    return Letter(
        gettext("%(name)s: %(left)s left until %(day)s") % said,
        (
            gettext("Of %(name)s in contract %(reference)s, %(left)s are left. What isn't booked by %(day)s expires.")
            % said,
            gettext("The statement in the portal shows what was granted, booked and used."),
        ),
    )


def _sweep_failed(data: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    return gettext("Case %(number)s can't be timed"), (
        gettext("The clock of case %(number)s could not be worked out (%(problem)s)."),
        gettext("Its promises are not watched until this is mended. Ask whoever runs Garant to look at the log."),
    )


def _suspended(data: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    return gettext("Your support is suspended"), (
        gettext("Payments or other obligations of your organisation are not current, so support is suspended."),
        gettext("The clocks of your open cases stand still. What you send is kept, and counts from the reinstatement."),
        gettext("The page about standing says why, and whom to ask."),
    )


def _reinstated(data: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    return gettext("Your support is reinstated"), (
        gettext("The clocks of your cases run again. Cases that were held count from now."),
    )


def _suspend_proposed(data: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    return gettext("%(subscriber)s: a suspension is proposed"), (
        gettext("Something has been late for long enough, notice was given and the grace has passed."),
        gettext("Decide on the page of %(subscriber)s, with your reason. Until then nothing changes."),
    )


def _reinstate_proposed(data: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    return gettext("%(subscriber)s: nothing is open any more"), (
        gettext("Support for %(subscriber)s is suspended, and nothing is late. Decide on its page."),
    )


_WRITERS = {
    "support_suspended": _suspended,
    "support_reinstated": _reinstated,
    "standing_suspend_proposed": _suspend_proposed,
    "standing_reinstate_proposed": _reinstate_proposed,
    "target_missed": _missed,
    "target_near": _near,
    "case_received": _received,
    "sweep_failed": _sweep_failed,
}
