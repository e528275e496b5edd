"""Programmes as their owners read them: packages side by side, differences, ladders, and what is wrong in a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext, pgettext

from garant.console.told import trigger_words
from garant.console.trying import flow
from garant.console.words import owed, recipient_words, unit_words
from garant.contracts.cells import EditableRow
from garant.core.programmes import EscalationPolicy, EscalationStep, Problem, Programme, Wait, said
from garant.core.programmes.differences import ABSENT, LABELS, differences
from garant.wording.offers import Cell, Offer, offer_of
from garant.wording.values import amount, number

#: Differences and problems that a page shows at once.
MOST = 200
#: Longest value that a line of differences shows.
LONGEST = 160


@dataclass(frozen=True, slots=True)
class Compared:
    """A cell, and what the other version says where it says something else (empty: the same)."""

    cell: Cell
    before: str


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """A row of the packages page."""

    name: str
    note: str
    cells: tuple[Compared, ...]
    changed: bool


@dataclass(frozen=True, slots=True)
class Side:
    """Packages side by side, in groups of rows; `changed`: cells that differ from the other version."""

    names: tuple[str, ...]
    groups: tuple[tuple[str, tuple[ComparedLine, ...]], ...]
    changed: int

    @property
    def columns(self) -> int:
        """Columns of the table."""
        return len(self.names) + 1


def side_by_side(programme: Programme, region: str, other: Programme | None = None) -> Side:
    """A programme's packages in a region, each cell beside what another version says of the same package and row."""
    language = get_language() or "en"
    packages = (*programme.packages, *(one for one in programme.offers if one.region == region))
    offer = offer_of(programme, packages, region, language)
    before = _cells(other, region, language) if other is not None else None
    groups, changed = [], 0
    for group in offer.groups:
        lines = []
        for line in group.lines:
            cells = tuple(
                Compared(cell, _before(before, line.code, code, cell))
                for code, cell in zip(offer.codes, line.cells, strict=True)
            )
            differing = sum(bool(cell.before) for cell in cells)
            changed += differing
            lines.append(ComparedLine(line.name, line.note, cells, bool(differing)))
        groups.append((group.name, tuple(lines)))
    return Side(offer.names, tuple(groups), changed)


def _cells(programme: Programme, region: str, language: str) -> dict[tuple[str, str], Cell]:
    place = region if region in programme.regions else "default"
    packages = (*programme.packages, *(one for one in programme.offers if one.region == place))
    offer: Offer = offer_of(programme, packages, place, language)
    return {
        (line.code, code): cell
        for group in offer.groups
        for line in group.lines
        for code, cell in zip(offer.codes, line.cells, strict=True)
    }


def _before(known: Mapping[tuple[str, str], Cell] | None, row: str, package: str, cell: Cell) -> str:
    if known is None:
        return ""
    was = known.get((row, package))
    if was is None:
        return pgettext("cell", "new")
    return "" if was == cell else was.text


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """A difference in words: where, what kind, and both values as YAML."""

    where: str
    kind: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """Differences for a page, and how many more there are. `labels`: only version and date differ."""

    lines: tuple[DifferenceLine, ...]
    more: int


def told_differences(before: Programme, after: Programme) -> Told:
    """What two versions promise differently; their names and dates aside."""
    found = [one for one in differences(before.to_plain(), after.to_plain()) if one.path not in {(x,) for x in LABELS}]
    words = {
        "added": pgettext("difference", "new"),
        "removed": pgettext("difference", "gone"),
        "changed": pgettext("difference", "changed"),
    }
    lines = tuple(
        DifferenceLine(" › ".join(one.path), words[one.kind], _short(one.before), _short(one.after))
        for one in found[:MOST]
    )
    return Told(lines, max(0, len(found) - MOST))


def _short(value: Any) -> str:
    if value is ABSENT:
        return ""
    text = flow(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a text, and what to do."""

    line: int
    where: str
    text: str
    remedy: str


def mistakes(problems: Sequence[Problem]) -> tuple[tuple[Mistake, ...], int]:
    """The first of them, and how many more there are."""
    shown = tuple(Mistake(one.line, one.path, one.message, one.remedy) for one in problems[:MOST])
    return shown, max(0, len(problems) - MOST)


def ladders(programme: Programme) -> list[dict[str, Any]]:
    """The escalation policies with their levels in words."""
    return [_ladder(programme, policy) for policy in programme.escalations]


def _ladder(programme: Programme, policy: EscalationPolicy) -> dict[str, Any]:
    return {
        "code": policy.code,
        "severities": policy.severities,
        "metrics": ", ".join(owed(metric) for metric in policy.metrics),
        "near": f"{number(policy.near_share * 100)} %" if policy.near_share is not None else "",
        "steps": [_step(programme, step) for step in policy.steps],
        "catch_all": ", ".join(recipient_words(one) for one in policy.catch_all),
    }


def _step(programme: Programme, step: EscalationStep) -> dict[str, Any]:
    return {
        "level": step.level,
        "name": said(step.name, get_language() or "en"),
        "on": trigger_words(step.on),
        "after": _wait(programme, step.after),
        "within": _wait(programme, step.acknowledge_within),
        "to": ", ".join(recipient_words(one) for one in step.to),
    }


def _wait(programme: Programme, wait: Wait | None) -> str:
    if wait is None:
        return ""
    language = get_language() or "en"
    text = amount(wait.amount, wait.unit, language)
    if wait.calendar is None:
        return text
    name = said(programme.calendars[wait.calendar].name, language) or wait.calendar
    return gettext("%(amount)s (%(calendar)s)") % {"amount": text, "calendar": name}


def row_name(row: EditableRow, language: str) -> str:
    """What a row of cells is called: a row's own name, or the promise of a target."""
    if row.kind != "target":
        return _written(row.name, language)
    levels = ", ".join(row.severities)
    values = {"metric": owed(row.metric), "levels": levels, "unit": unit_words(row.unit)}
    if levels == "*":
        return gettext("%(metric)s, every severity, in %(unit)s") % values
    return gettext("%(metric)s, severity %(levels)s, in %(unit)s") % values


def group_name(row: EditableRow, language: str) -> str:
    """The heading above a row of cells."""
    return gettext("Targets") if row.group is None else _written(row.group, language)


def _written(text: Any, language: str) -> str:
    """A text as it stands in the file: by language, or once for all."""
    if isinstance(text, Mapping):
        return str(text.get(language) or text.get("en") or next(iter(text.values()), ""))
    return str(text)


def state_words(state: str) -> str:
    """How a version stands."""
    return {
        "in_force": pgettext("version", "in force"),
        "coming": pgettext("version", "to come"),
        "past": pgettext("version", "replaced"),
    }[state]


def region_names(programme: Programme) -> list[tuple[str, str]]:
    """The regions with their names, the one without an overlay first."""
    language = get_language() or "en"
    codes = sorted(programme.regions, key=lambda code: code != "default")
    return [(code, said(programme.regions[code].name, language) or code) for code in codes]


def calendar_names(programme: Programme, codes: Iterable[str] | None = None) -> list[tuple[str, str]]:
    """Calendars by code with their names."""
    language = get_language() or "en"
    return [
        (code, said(programme.calendars[code].name, language) or code)
        for code in (programme.calendars if codes is None else codes)
        if code in programme.calendars
    ]
