"""Notices about contacts as their readers get them. The link of an invitation stands in the mail alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext

from garant.core.instants import parse_instant
from garant.kit.moments import long_day_time, place
from garant.wording import contacts as words

Text = tuple[str, tuple[str, ...]]


def contact_letter(kind: str, data: Mapping[str, Any], zone: str) -> Text | None:
    """Subject and paragraphs of a notice about contacts; None for another kind.

    `link` in the data is an invitation's address: only who sends the mail puts it there.
    """
    write = _WRITERS.get(kind)
    if write is None:
        return None
    said = {
        **{name: str(data.get(name) or "") for name in ("name", "organisation", "inviter", "reference")},
        "role": words.role(str(data.get("role") or "")),
        **{name: _when(data.get(name), zone) for name in ("expires", "from", "until")},
    }
    subject, paragraphs = write(data)
    lines = (*(text % said for text in paragraphs if text), *([str(data["link"])] if data.get("link") else []))
    return subject % said, lines


def _when(value: object, zone: str) -> str:
    if not isinstance(value, str) or not value:
        return ""
    return f"{long_day_time(parse_instant(value), zone)} ({place(zone)})"


def _invited(data: Mapping[str, Any]) -> Text:
    by = gettext("%(inviter)s invites you.") if data.get("inviter") else ""
    kinds = {
        "replace": gettext("You are to take over the place of a contact."),
        "stand_in": gettext("You are to stand in for a contact who is away."),
    }
    link = (
        gettext("Open this link to accept:")
        if data.get("link")
        else gettext("The link to accept stands in the mail itself.")
    )
    return gettext("%(organisation)s: you are invited as %(role)s"), (
        gettext("Hello %(name)s,"),
        by,
        gettext("You are invited to support for %(organisation)s as %(role)s."),
        kinds.get(str(data.get("purpose")), ""),
        gettext("The invitation can be used once, until %(expires)s. If you did not expect it, do nothing."),
        link,
    )


def _named(data: Mapping[str, Any]) -> Text:
    when = gettext("You may open cases from %(from)s on.") if data.get("from") else gettext("You may open cases now.")
    return gettext("%(organisation)s: you are an authorized contact"), (
        gettext("Hello %(name)s,"),
        gettext("You were named as authorized contact of %(organisation)s, contract %(reference)s."),
        when,
        gettext("Where the programme asks for training, it must be recorded first."),
    )


def _removed(data: Mapping[str, Any]) -> Text:
    return gettext("%(organisation)s: you are no authorized contact any more"), (
        gettext("Hello %(name)s,"),
        gettext("From %(from)s on you open no cases under contract %(reference)s any more."),
        gettext("The cases that you opened stay with your organisation."),
    )


def _stand_in(data: Mapping[str, Any]) -> Text:
    end = gettext("It ends on %(until)s.") if data.get("until") else gettext("It ends when the contact is back.")
    return gettext("%(organisation)s: you stand in for a contact"), (
        gettext("Hello %(name)s,"),
        gettext("From %(from)s on you stand in for an authorized contact of contract %(reference)s."),
        end,
    )


def _back(data: Mapping[str, Any]) -> Text:
    return gettext("%(organisation)s: you are the authorized contact again"), (
        gettext("Hello %(name)s,"),
        gettext("Nobody stands in for you any more. You open cases under contract %(reference)s again."),
    )


_WRITERS: Mapping[str, Callable[[Mapping[str, Any]], Text]] = {
    "contact_invited": _invited,
    "contact_named": _named,
    "contact_removed": _removed,
    "stand_in_named": _stand_in,
    "stand_in_ended": _back,
}
