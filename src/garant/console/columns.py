"""What the queue shows of a case beside its clock, number and subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, pgettext

from garant.console.lines import BEFORE, CLASSES
from garant.core.people import Viewer
from garant.directory.queries_views import COLUMNS, ViewRow, columns


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `code` names its template and its class; `short` is the head where `name` would be too wide."""

    code: str
    name: str
    short: str = ""

    @property
    def css(self) -> str:
        """The class of its cells."""
        return CLASSES.get(self.code, "q-more")


def names() -> dict[str, Column]:
    """Every column, in the order of the page."""
    texts = {
        "owed": (gettext("Owed"), ""),
        "severity": (gettext("Severity"), gettext("Sev")),
        "subscriber": (gettext("Subscriber"), ""),
        "package": (gettext("Package"), ""),
        "assignee": (gettext("Assignee"), ""),
        "contact": (pgettext("column", "Contact"), ""),
        "language": (pgettext("column", "Language"), gettext("Lang")),
        "type": (pgettext("column", "Kind"), ""),
        "received": (pgettext("column", "Received"), ""),
        "active": (pgettext("column", "Last activity"), ""),
    }
    return {code: Column(code, *texts[code]) for code in COLUMNS}


def heads(codes: Sequence[str], *, before: bool) -> list[Column]:
    """The columns of some codes: those that stand before the case's number and subject, or those behind."""
    known = names()
    return [known[code] for code in codes if code in known and (code in BEFORE) == before]


def chosen(viewer: Viewer, view: ViewRow | None) -> tuple[str, ...]:
    """The columns to show: those of the kept view, else the viewer's own, else the usual ones."""
    return view.columns if view is not None and view.columns else columns(viewer)
