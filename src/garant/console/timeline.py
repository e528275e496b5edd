"""A case's periods as a drawing for SVG: a bar each on one axis of time, a stroke where each was due, a line for now.

The list of periods beside it says the same in words; the drawing is hidden from screen readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from garant.cases.views import PeriodView
from garant.kit.clocks import clock_state
from garant.kit.moments import day

#: The drawing's size in its own units; the page scales it. A row holds one period.
WIDTH, ROW, BAR, FOOT = 300, 18, 8, 18
#: The newest periods that are drawn; the list beside has them all.
MOST = 12
#: A bar is never too thin to be seen.
THIN = 2.0


@dataclass(frozen=True, slots=True)
class Span:
    """One period: its bar, its state as the style's name, and where it was or is due (None: nothing is owed)."""

    x: float
    y: float
    width: float
    state: str
    due: float | None
    due_y: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """The periods on one axis; `now` is None when all of them are over. `first` and `last` label its ends."""

    width: int
    height: int
    bar: int
    floor: int
    spans: tuple[Span, ...]
    now: float | None
    first: str
    last: str


def timeline(periods: Sequence[PeriodView], zone: str, now: datetime) -> Timeline | None:
    """The newest periods as a drawing; None with fewer than two, of which the list says enough."""
    shown = periods[-MOST:]
    if len(shown) < 2:
        return None
    running = any(each.ended is None for each in shown)
    begin = min(each.started for each in shown)
    ends = [each.ended or max(now, each.started) for each in shown]
    end = max([*ends, *(each.due for each in shown if each.due is not None)])
    whole = max((end - begin).total_seconds(), 1.0)

    def at(moment: datetime) -> float:
        return round((moment - begin).total_seconds() / whole * WIDTH, 1)

    spans = tuple(
        Span(
            x=min(at(each.started), WIDTH - THIN),
            y=n * ROW + (ROW - BAR) / 2,
            width=max(THIN, round(at(over) - at(each.started), 1)),
            state=clock_state(each, now).state,
            due=at(each.due) if each.due is not None else None,
            due_y=n * ROW + (ROW - BAR) / 2 - 3,
        )
        for n, (each, over) in enumerate(zip(shown, ends, strict=True))
    )
    floor = len(shown) * ROW
    first, last = day(begin, zone), day(end, zone)
    return Timeline(WIDTH, floor + FOOT, BAR, floor, spans, at(now) if running else None, first, last)
