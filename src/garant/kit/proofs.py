"""The proof of a due time: a table whose counted rows sum to the target, and the same as a strip of days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from django.utils.translation import gettext, pgettext

from garant.kit.moments import clock_time, day, hours_minutes, local, weekday_day, zone

ONE_DAY = timedelta(days=1)
#: More columns than this are unreadable; the table says it all.
MOST_COLUMNS = 21
#: A single day must not fill the whole width.
FEWEST_COLUMNS = 4


class Stretch(Protocol):
    """One segment of an explanation (core.calendars.Segment)."""

    @property
    def kind(self) -> str:
        """counted, closed, holiday or paused."""

    @property
    def start(self) -> datetime:
        """Its beginning."""

    @property
    def end(self) -> datetime:
        """Its end, not included."""

    @property
    def counted(self) -> timedelta:
        """How much of it counts."""

    @property
    def name(self) -> str | None:
        """A holiday's name."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch as an explanation's step carries it. `why` says why a paused one is."""

    kind: str
    start: datetime
    end: datetime
    counted: timedelta
    name: str | None = None
    why: str | None = None


def segments_of(steps: Iterable[Any]) -> tuple[Segment, ...]:
    """The segments among the steps of an explanation; values may be plain (ISO text, seconds) or instants."""
    found = []
    for step in steps:
        if step.code == "segment":
            values = step.values
            start, end, counted = values["start"], values["end"], values["counted"]
            found.append(
                Segment(
                    str(values["kind"]),
                    datetime.fromisoformat(start) if isinstance(start, str) else start,
                    datetime.fromisoformat(end) if isinstance(end, str) else end,
                    counted if isinstance(counted, timedelta) else timedelta(seconds=float(counted)),
                    values.get("name"),
                    values.get("why"),
                )
            )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class ProofRow:
    """One line: the days it covers, what happened in them, the time counted (None: none) and the sum so far."""

    kind: str
    days: tuple[date, ...]
    text: str
    counted: timedelta | None
    total: timedelta

    @property
    def label(self) -> str:
        """ "Thu 12 Nov", "Sat 14 Nov, Sun 15 Nov" or "Mon 16 Nov – Thu 19 Nov"."""
        if len(self.days) > 2:
            return f"{day(self.days[0])} – {day(self.days[-1])}"
        return ", ".join(day(each) for each in self.days)

    @property
    def hours(self) -> str:
        """The counted time in figures, a dash when nothing counts.

        It is what the sum grows by as it is shown: fractions of a second cut from each row would be missing at the end.
        """
        if self.counted is None:
            return "–"
        return hours_minutes(_whole(self.total) - _whole(self.total - self.counted))

    @property
    def sum(self) -> str:
        """The sum so far in figures."""
        return hours_minutes(self.total)

    @property
    def css(self) -> str:
        """The row's class: paused rows and closed days look apart."""
        return {"paused": "off", "closed": "shut", "holiday": "shut"}.get(self.kind, "")


def _whole(span: timedelta) -> timedelta:
    return span - span % timedelta(seconds=1)


def proof(segments: Iterable[Stretch], zone_name: str) -> list[ProofRow]:
    """The rows of the proof table. Nights are left out; whole closed days, holidays and pauses are shown."""
    rows: list[ProofRow] = []
    total = timedelta(0)
    for piece in _by_day(segments, zone_name, keep="paused"):
        row = _row(piece, zone_name, total)
        if row is None:
            continue
        total = row.total
        if rows and _joins(rows[-1], row):
            last = rows[-1]
            counted = None if row.counted is None else (last.counted or timedelta(0)) + row.counted
            rows[-1] = replace(last, days=(*last.days, *row.days), counted=counted, total=total)
        else:
            rows.append(row)
    return rows


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    start: datetime
    end: datetime
    counted: timedelta
    name: str | None


def _by_day(segments: Iterable[Stretch], zone_name: str, keep: str = "") -> list[_Piece]:
    """Segments cut at local midnights, except those of the kind to keep; counted time goes with its piece."""
    pieces = []
    for segment in segments:
        start, rest = segment.start, segment.counted
        if segment.kind == keep:
            pieces.append(_Piece(segment.kind, start, segment.end, timedelta(0), segment.name))
            continue
        while start < segment.end:
            end = min(segment.end, _midnight(local(start, zone_name).date() + ONE_DAY, zone_name))
            counted = min(rest, end - start) if segment.kind == "counted" else timedelta(0)
            pieces.append(_Piece(segment.kind, start, end, counted, segment.name))
            start, rest = end, rest - counted
    return pieces


def _midnight(day_: date, zone_name: str) -> datetime:
    # Through UTC, so that a midnight skipped by a clock change is the first instant that exists.
    return datetime.combine(day_, time(), tzinfo=zone(zone_name)).astimezone(zone("UTC"))


def _row(piece: _Piece, zone_name: str, total: timedelta) -> ProofRow | None:
    here = local(piece.start, zone_name).date()
    if piece.kind == "counted":
        return ProofRow("counted", (here,), _hours(piece, zone_name), piece.counted, total + piece.counted)
    if piece.kind == "paused":
        text = gettext("%(hours)s, paused: support suspended") % {"hours": _hours(piece, zone_name)}
        last = local(piece.end, zone_name).date()
        return ProofRow("paused", (here,) if last == here else (here, last), text, None, total)
    whole = piece.start <= _midnight(here, zone_name) and piece.end >= _midnight(here + ONE_DAY, zone_name)
    if piece.kind == "holiday":
        return ProofRow("holiday", (here,), piece.name or gettext("holiday"), None, total)
    return ProofRow("closed", (here,), pgettext("day", "closed"), None, total) if whole else None


def _hours(piece: _Piece, zone_name: str) -> str:
    end = clock_time(piece.end, zone_name)
    midnight = local(piece.end, zone_name).time() == time()
    return f"{clock_time(piece.start, zone_name)}–{gettext('24:00') if midnight else end}"


def _joins(last: ProofRow, row: ProofRow) -> bool:
    """Consecutive days with the same story share a line."""
    return (last.kind, last.text) == (row.kind, row.text) and row.days[0] - last.days[-1] <= ONE_DAY


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of the strip, in percent of its width."""

    css: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Column:
    """A day under the strip: where its label stands, its weekday and day of month."""

    middle: str
    weekday: str
    number: str


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The strip of days from start to due. `now` is the position of the present, None when outside."""

    bars: tuple[Bar, ...]
    columns: tuple[Column, ...]
    now: str | None


def ribbon(segments: Sequence[Stretch], zone_name: str, now: datetime | None = None) -> Ribbon | None:
    """The strip of days of a proof: only days with counted or paused time. None when there are none or too many."""
    pieces = [p for p in _by_day(segments, zone_name) if p.kind in ("counted", "paused")]
    days = sorted({local(p.start, zone_name).date() for p in pieces})
    if not days or len(days) > MOST_COLUMNS:
        return None
    window = _window([p for p in pieces if p.kind == "counted"] or pieces, zone_name)
    pitch = 100 / max(len(days), FEWEST_COLUMNS)
    gap = min(0.75, 10 / len(days))
    bars: list[Bar] = []
    for index, day_ in enumerate(days):
        scale = _Scale(index * pitch, pitch - gap, day_, window, zone_name)
        bars.append(Bar("v-open", _pc(scale.x), _pc(scale.width)))
        for piece in pieces:
            if local(piece.start, zone_name).date() == day_:
                bars.extend(_bars(piece, scale, now))
    columns = tuple(
        Column(_pc(index * pitch + (pitch - gap) / 2), *weekday_day(day_)) for index, day_ in enumerate(days)
    )
    return Ribbon(tuple(bars), columns, _now(days, pitch, gap, window, zone_name, now))


@dataclass(frozen=True, slots=True)
class _Scale:
    """One day's column: where it stands and which hours of the day it spans (seconds of the local day)."""

    x: float
    width: float
    day: date
    window: tuple[float, float]
    zone_name: str

    def at(self, instant: datetime) -> float:
        low, high = self.window
        seconds = (instant - _midnight(self.day, self.zone_name)).total_seconds()
        return self.x + self.width * min(1.0, max(0.0, (seconds - low) / (high - low)))


def _window(pieces: Sequence[_Piece], zone_name: str) -> tuple[float, float]:
    """The hours that any of the days uses, as seconds of the day: the columns' common scale."""

    def second(at: datetime, of: datetime) -> float:
        return (at - _midnight(local(of, zone_name).date(), zone_name)).total_seconds()

    low = min(second(p.start, p.start) for p in pieces)
    high = max(second(p.end, p.start) for p in pieces)
    return low, max(high, low + 60)


def _bars(piece: _Piece, scale: _Scale, now: datetime | None) -> list[Bar]:
    def bar(css: str, start: datetime, end: datetime) -> Bar:
        x = scale.at(start)
        return Bar(css, _pc(x), _pc(max(0.2, scale.at(end) - x)))

    if piece.kind == "paused":
        return [bar("v-closed", piece.start, piece.end)]
    if now is None or now >= piece.end:
        return [bar("v-counted", piece.start, piece.end)]
    if now <= piece.start:
        return [bar("v-left", piece.start, piece.end)]
    return [bar("v-counted", piece.start, now), bar("v-left", now, piece.end)]


def _now(
    days: Sequence[date],
    pitch: float,
    gap: float,
    window: tuple[float, float],
    zone_name: str,
    now: datetime | None,
) -> str | None:
    if now is None or local(now, zone_name).date() not in days:
        return None
    index = days.index(local(now, zone_name).date())
    return _pc(_Scale(index * pitch, pitch - gap, days[index], window, zone_name).at(now))


def _pc(value: float) -> str:
    return f"{value:.2f}%"
