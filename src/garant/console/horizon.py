"""The strip above the queue: the next working days of one calendar, with every due time upon them.

Open hours take room in proportion; nights and week-ends shrink to a gap, or to a small hatched block where something
falls due in them (24x7 promises do not wait for the morning). All positions are shares of the width in percent.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from garant.console.days import local_days, open_spans
from garant.core.calendars import Calendar

#: Shares of the width, in units of one open hour.
GAP, SHUT, HOLIDAY = 0.35, 1.0, 1.6


@dataclass(frozen=True, slots=True)
class Due:
    """One due time and the state of its clock ("missed", "near", "running")."""

    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of the strip: kind "open", "done" (open and past), "closed"; x and width in percent."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Label:
    """A day's name over its block, with its hours; `muted` for a day without open hours."""

    x: float
    day: date
    opens: datetime | None
    closes: datetime | None
    muted: bool


@dataclass(frozen=True, slots=True)
class Horizon:
    """What the template draws; due times of one state that fall on one point are one tick."""

    blocks: tuple[Block, ...]
    labels: tuple[Label, ...]
    ticks: tuple[tuple[float, str], ...]
    now_x: float
    now: datetime
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Stretch:
    start: datetime
    end: datetime
    kind: str
    units: float


def horizon(calendar: Calendar, zone: tzinfo, now: datetime, dues: Sequence[Due], working_days: int = 3) -> Horizon:
    """The strip from the reader's midnight to the end of the last of `working_days` days that have open hours."""
    days = _days(calendar, zone, now, working_days)
    stretches = _stretches(days, [d.at for d in dues])
    scale = 100 / sum(s.units for s in stretches)
    edges = _edges(stretches, scale)
    last = stretches[-1].end
    shown = sorted((d for d in dues if d.at < last), key=lambda d: d.at)
    return Horizon(
        blocks=tuple(_blocks(stretches, edges, now)),
        labels=tuple(_labels(days, stretches, edges)),
        ticks=tuple(dict.fromkeys((round(_x(stretches, edges, d.at), 1), d.state) for d in shown)),
        now_x=round(_x(stretches, edges, now), 2),
        now=now,
        counts={state: sum(d.state == state for d in shown) for state in ("missed", "near", "running")},
    )


_Day = tuple[date, datetime, datetime, list[tuple[datetime, datetime]]]


def _days(calendar: Calendar, zone: tzinfo, now: datetime, working_days: int) -> list[_Day]:
    """Local dates with their open spans, up to the last wanted working day (at most two weeks)."""
    found: list[_Day] = []
    for day, begins, ends in local_days(zone, now.astimezone(zone).date(), 14):
        found.append((day, begins, ends, open_spans(calendar, begins, ends)))
        if sum(bool(d[3]) for d in found) == working_days:
            break
    while len(found) > 1 and not found[-1][3]:
        found.pop()
    return found


def _stretches(days: Sequence[_Day], dues: Sequence[datetime]) -> list[_Stretch]:
    """Open and shut stretches that cover the strip without a hole, each with the room it takes."""
    stretches: list[_Stretch] = []
    for day, begins, ends, spans in days:
        at = begins
        for start, end in spans:
            if at < start:
                stretches.append(_shut(at, start, dues, day, whole=False))
            stretches.append(_Stretch(start, end, "open", (end - start) / timedelta(hours=1)))
            at = end
        if at < ends:
            stretches.append(_shut(at, ends, dues, day, whole=not spans))
    return stretches


def _shut(start: datetime, end: datetime, dues: Sequence[datetime], day: date, *, whole: bool) -> _Stretch:
    """Closed time: a gap when nothing falls due in it, else a small block; a closed weekday always shows."""
    if any(start <= due < end for due in dues):
        return _Stretch(start, end, "closed", SHUT)
    if whole and day.weekday() < 5:
        return _Stretch(start, end, "closed", HOLIDAY)
    return _Stretch(start, end, "gap", GAP / 2)


def _edges(stretches: Sequence[_Stretch], scale: float) -> list[float]:
    edges = [0.0]
    for stretch in stretches:
        edges.append(edges[-1] + stretch.units * scale)
    return edges


def _x(stretches: Sequence[_Stretch], edges: Sequence[float], at: datetime) -> float:
    """Where an instant stands; what lies before or after the strip stands at its ends."""
    index = max(0, bisect_right([s.start for s in stretches], at) - 1)
    stretch = stretches[index]
    share = (min(max(at, stretch.start), stretch.end) - stretch.start) / (stretch.end - stretch.start)
    return edges[index] + share * (edges[index + 1] - edges[index])


def _blocks(stretches: Sequence[_Stretch], edges: Sequence[float], now: datetime) -> list[Block]:
    blocks = []
    for index, stretch in enumerate(stretches):
        x, width = edges[index], edges[index + 1] - edges[index]
        if stretch.kind != "gap":
            blocks.append(Block(stretch.kind, round(x, 2), round(width, 2)))
        if stretch.kind == "open" and stretch.start < now:
            done = _x(stretches, edges, min(now, stretch.end)) - x
            blocks.append(Block("done", round(x, 2), round(done, 2)))
    return blocks


def _labels(days: Sequence[_Day], stretches: Sequence[_Stretch], edges: Sequence[float]) -> list[Label]:
    labels = []
    for day, begins, ends, spans in days:
        at = spans[0][0] if spans else begins
        shown = any(s.kind != "gap" and begins <= s.start < ends for s in stretches)
        if shown:
            opens, closes = (spans[0][0], spans[-1][1]) if spans else (None, None)
            labels.append(Label(round(_x(stretches, edges, at), 2), day, opens, closes, muted=not spans))
    return labels
