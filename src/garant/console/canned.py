"""Prepared replies for a case: which are offered, and what their places become."""

from __future__ import annotations

from collections.abc import Mapping

from garant.cases import queries_canned
from garant.cases.queries_canned import CannedView
from garant.cases.views import CaseView
from garant.console import casepage
from garant.console.packages import Names
from garant.core.people import Viewer
from garant.core.placeholders import filled
from garant.directory import queries as directory
from garant.kit.moments import day_time

__all__ = ["behind", "offered_for"]


def offered_for(view: CaseView, viewer: Viewer) -> list[CannedView]:
    """What the composer offers, in the reader's language first; nothing where no reply may be written."""
    if "reply" not in view.can:
        return []
    return queries_canned.offered(viewer=viewer, language=view.language)


def behind(body: str, canned: CannedView, view: CaseView, viewer: Viewer) -> str:
    """What was typed, and the prepared reply with its places filled behind it."""
    text = filled(canned.body, values_of(view, viewer))
    return f"{body.rstrip()}\n\n{text}" if body.strip() else text


def values_of(view: CaseView, viewer: Viewer) -> Mapping[str, str]:
    """What each name becomes: plain text, never read again. `due` is empty when nothing is owed."""
    names, zone = Names(), casepage.clock_zone(view, view.current)
    me = viewer.person_id or 0
    return {
        "contact_name": view.opened_by.name,
        "subscriber": view.subscriber.name,
        "case_number": str(view.number),
        "subject": view.subject,
        "severity": view.severity,
        "package": names.package(view.package_key),
        "due": day_time(view.next_due, zone) if view.next_due else "",
        "my_name": directory.names({me}).get(me, ""),
    }
