"""What every page of the console shows around its content: counts, the reader's clock and zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from garant.cases import queries
from garant.core.people import Viewer
from garant.core.rights import may
from garant.kit.rendering import rendered


@dataclass(frozen=True, slots=True)
class Desk:
    """Counts of open cases, and the zone in which the reader's pages are written."""

    zone: str
    counts: dict[str, int]

    @property
    def open(self) -> int:
        """Open cases."""
        return self.counts["open"]

    @property
    def missed(self) -> int:
        """Open cases whose current promise is missed."""
        return self.counts["missed"]

    @property
    def near(self) -> int:
        """Open cases that have used most of their target."""
        return self.counts["near"]


def now() -> datetime:
    """The instant a page is made at."""
    return datetime.now(tz=UTC)


def desk_of(viewer: Viewer) -> Desk:
    """The frame for one reader."""
    return Desk(viewer.zone, dict(queries.counts(viewer=viewer)))


def page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """A console page in its frame. `now` may be given, so that all clocks of a page agree."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    context.setdefault("now", now())
    if "desk" not in context:
        context["desk"] = desk_of(viewer)
    context.setdefault("may_overview", may(viewer, "read_overview"))
    context.setdefault("may_outbox", may(viewer, "read_outbox"))
    context.setdefault("may_mail", may(viewer, "read_mail"))
    context.setdefault("may_articles", may(viewer, "write_articles"))
    context.setdefault("may_letters", may(viewer, "edit_letters"))
    context["desk_nav"] = rendered(
        "console/parts/nav.html",
        section=context.get("section", ""),
        open=context["desk"].open,
        missed=context["desk"].missed,
        may_overview=context["may_overview"],
        may_outbox=context["may_outbox"],
        may_mail=context["may_mail"],
        may_articles=context["may_articles"],
        may_letters=context["may_letters"],
        may_moderate=may(viewer, "moderate_community"),
        manages="manager" in viewer.staff_roles,
    )
    return render(request, template, {"viewer": viewer, **context}, status=status)
