"""Plots as values for SVG: bars beside each other, made by the server, with the same figures in a table beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: The drawing's size in its own units; the page scales it.
WIDTH, HEIGHT, FOOT, HEAD, GAP = 560, 180, 24, 18, 0.35


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its label below and its figure above. `part`: the height of the share that is filled."""

    x: float
    y: float
    width: float
    height: float
    part_y: float
    part: float
    middle: float
    label: str
    figure: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Bars on one scale, the largest as high as the drawing allows."""

    width: int
    height: int
    base: int
    title: str
    bars: tuple[Bar, ...]


def bars(title: str, labels: Sequence[str], values: Sequence[int], parts: Sequence[int] | None = None) -> Plot:
    """A bar for each value; `parts`: how much of each is filled (None: all of it)."""
    room = HEIGHT - FOOT - HEAD
    most = max([1, *values])
    step = WIDTH / max(len(values), 1)
    made = []
    for n, (label, value) in enumerate(zip(labels, values, strict=True)):
        height, part = room * value / most, room * (value if parts is None else parts[n]) / most
        figure = str(value) if parts is None else f"{parts[n]}/{value}"
        made.append(
            Bar(
                x=_short(n * step + step * GAP / 2), y=_short(HEAD + room - height), width=_short(step * (1 - GAP)),
                height=_short(height), part_y=_short(HEAD + room - part), part=_short(part),
                middle=_short((n + 0.5) * step), label=label, figure=figure,
            )
        )  # fmt: skip
    return Plot(WIDTH, HEIGHT, HEIGHT - FOOT, title, tuple(made))


def _short(value: float) -> float:
    return round(value, 1)
