"""The horizon in words and numbers for its template."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, ngettext

from garant.console.horizon import Due, Horizon, Label, horizon
from garant.core.calendars import Calendar
from garant.kit.moments import clock_time, local, weekday_day, zone


def strip(calendar: Calendar | None, zone_name: str, now: datetime, dues: Sequence[Due]) -> dict[str, Any]:
    """The template's values; empty without a calendar to draw."""
    if calendar is None:
        return {}
    drawn = horizon(calendar, zone(zone_name), now, dues)
    x = drawn.now_x
    anchor = "start" if x < 4 else "end" if x > 96 else "middle"
    return {
        "strip": drawn,
        "strip_text": _text(drawn),
        "strip_labels": [_label(label, zone_name, x) for label in drawn.labels if not _hidden(label, x)],
        "strip_now": "" if any(_near(label, x) for label in drawn.labels) else clock_time(now, zone_name),
        "strip_now_x": x,
        "strip_now_anchor": anchor,
    }


def _near(label: Label, now_x: float) -> bool:
    """Whether a day's name and the present's time would be written over each other on a narrow screen."""
    return not label.muted and -11 < label.x - now_x < 9


def _hidden(label: Label, now_x: float) -> bool:
    """A closed day's name gives way to the present."""
    return label.muted and -6 < label.x - now_x < 9


def _label(label: Label, zone_name: str, now_x: float) -> dict[str, Any]:
    weekday, number = weekday_day(label.day)
    hours = ""
    if label.opens and label.closes:
        hours = f"{_hour(label.opens, zone_name)}–{_hour(label.closes, zone_name)}"
    # The present's own time would be written over the hours of a day that has just begun.
    if 0 <= now_x - label.x < 13:
        hours = ""
    text = weekday if label.muted else f"{weekday} {number}"
    return {"x": label.x, "text": text, "hours": hours, "muted": label.muted}


def _hour(at: datetime, zone_name: str) -> str:
    clock = local(at, zone_name)
    return f"{clock:%H}" if not clock.minute else f"{clock:%H:%M}"


def _text(drawn: Horizon) -> str:
    """The strip for those who don't see it."""
    total = sum(drawn.counts.values())
    if not total:
        return gettext("Nothing falls due in the next working days.")
    parts = [
        ngettext("%(n)d due time in the next working days.", "%(n)d due times in the next working days.", total)
        % {"n": total}
    ]
    if drawn.counts["missed"]:
        n = drawn.counts["missed"]
        parts.append(ngettext("%(n)d is missed.", "%(n)d are missed.", n) % {"n": n})
    if drawn.counts["near"]:
        n = drawn.counts["near"]
        parts.append(ngettext("%(n)d is near.", "%(n)d are near.", n) % {"n": n})
    return " ".join(parts)
