"""The composer's panels: public reply, internal note, logged call. Each is a form of its own: none becomes another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext, pgettext

from garant.cases import queries
from garant.cases.queries_files import files_held
from garant.cases.views import CaseView, DraftView
from garant.cases.views_files import FileView
from garant.console.casepage import Hero
from garant.console.forms import fresh_token
from garant.core.people import Viewer
from garant.kit.moments import clock_time

#: Panel -> the act that a viewer must be allowed.
ACTS = {"reply": "reply", "note": "add_note", "call": "log_call"}
ICONS = {"reply": "send", "note": "lock", "call": "phone"}
#: Panel -> the place its draft is kept at.
PLACES = {"reply": "reply", "note": "note", "call": "call"}
#: What only a call's panel asks.
CALL_FIELDS = ("direction", "caller", "called_at")
KEYS = {"reply": "r", "note": "n", "call": "c"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One form of the composer. `saved` is when its draft was kept, None without one."""

    kind: str
    name: str
    icon: str
    key: str
    to: str
    send: str
    body: str
    saved: datetime | None
    wait: bool
    may_wait: bool
    may_resolve: bool
    once: str
    seen: int
    held: tuple[FileView, ...]
    direction: str = ""
    caller: str = ""
    called_at: str = ""


def place_of(kind: str, number: int) -> str:
    """Under which name a draft is kept."""
    return f"{PLACES[kind]}:{number}"


def panels(view: CaseView, viewer: Viewer, hero: Hero, typed: dict[str, str]) -> list[Panel]:
    """The panels that the viewer may use, with what was typed: just now (refused), else the kept draft.

    What was just typed keeps its panel even when the act is no longer allowed: words are never lost.
    """
    shown = [kind for kind, act in ACTS.items() if act in view.can or typed.get("kind") == kind]
    places = [place_of(kind, view.number) for kind in shown]
    drafts, held = queries.drafts(viewer=viewer, places=places), files_held(viewer=viewer, places=places)
    return [
        _panel(kind, view, hero, typed, drafts.get(place), tuple(held.get(place, ())))
        for kind, place in zip(shown, places, strict=True)
    ]


def _panel(
    kind: str,
    view: CaseView,
    hero: Hero,
    typed: dict[str, str],
    draft: DraftView | None,
    held: tuple[FileView, ...],
) -> Panel:
    again = typed.get("kind") == kind
    kept = typed if again else dict(draft.data) if draft else {}
    public = kind != "note"
    return Panel(
        kind=kind,
        name=_names()[kind],
        icon=ICONS[kind],
        key=KEYS[kind],
        to=_to(kind, view),
        send=_send(kind, hero),
        body=str(kept.get("body", "")),
        saved=draft.updated_at if draft and not again else None,
        wait=bool(kept.get("wait")),
        may_wait=public and "resolve" in view.can,
        may_resolve=kind == "reply" and "resolve" in view.can,
        once=fresh_token(),
        seen=max((message.id for message in view.messages), default=0),
        held=held,
        **{name: str(kept.get(name, "")) for name in CALL_FIELDS if kind == "call"},
    )


def _names() -> dict[str, str]:
    return {"reply": gettext("Public reply"), "note": gettext("Internal note"), "call": gettext("Log a call")}


def _to(kind: str, view: CaseView) -> str:
    if kind == "note":
        return gettext("For staff only. %(subscriber)s never sees this, and it answers no promise.") % {
            "subscriber": view.subscriber.name
        }
    if kind == "call":
        text = gettext("What was said with %(name)s on the phone. The subscriber can read it; it answers the promise.")
        return text % {"name": view.opened_by.name}
    return gettext("To %(name)s, %(subscriber)s") % {"name": view.opened_by.name, "subscriber": view.subscriber.name}


def _send(kind: str, hero: Hero) -> str:
    """The button's words; a public one names the promise it answers."""
    if kind == "note":
        return gettext("Keep the note")
    if hero.due is None:
        return gettext("Send") if kind == "reply" else gettext("Log the call")
    time = clock_time(hero.due, hero.zone)
    if kind == "reply":
        return pgettext("button", "Send, answers the %(time)s promise") % {"time": time}
    return pgettext("button", "Log, answers the %(time)s promise") % {"time": time}


def writing_lines(viewer: Viewer, number: int) -> list[str]:
    """One sentence for each of the others who are writing on the case."""
    return [
        _writing()[each.kind] % {"name": each.name, "time": clock_time(each.at, viewer.zone)}
        for each in queries.writing(viewer=viewer, number=number)
    ]


def _writing() -> dict[str, str]:
    return {
        "reply": gettext("%(name)s is writing a public reply, last typed %(time)s."),
        "note": gettext("%(name)s is writing an internal note, last typed %(time)s."),
        "call": gettext("%(name)s is logging a call, last typed %(time)s."),
    }
