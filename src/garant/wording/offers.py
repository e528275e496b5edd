"""Packages side by side as values: every row of a programme in its groups, what each package says in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from garant.core.programmes import Package, Programme, Row, said
from garant.core.targets import Target


@dataclass(frozen=True, slots=True)
class Cell:
    """What a package says in a row: `kind` yes, no, text or none (no promise); `text` in words."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the matrix."""

    code: str
    name: str
    note: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of rows."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """Packages side by side, by code and name; the cells of each line stand in their order."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    groups: tuple[Group, ...]

    @property
    def heads(self) -> tuple[tuple[str, str], ...]:
        """Code and name of each package."""
        return tuple(zip(self.codes, self.names, strict=True))


def offer_of(programme: Programme, packages: tuple[Package, ...], region: str, language: str) -> Offer:
    """Packages side by side: every row of the programme in its groups."""
    values = {package.code: programme.rows(package.code, region) for package in packages}
    groups = []
    for group in programme.groups:
        lines = []
        for row in group.rows:
            cells = tuple(
                _cell(programme, row, package, region, values[package.code][row.code], language) for package in packages
            )
            lines.append(Line(row.code, said(row.name, language), said(row.note, language) if row.note else "", cells))
        groups.append(Group(said(group.name, language), tuple(lines)))
    names = tuple(said(package.name, language) for package in packages)
    return Offer(tuple(package.code for package in packages), names, tuple(groups))


def _cell(programme: Programme, row: Row, package: Package, region: str, value: object, language: str) -> Cell:
    if row.kind == "flag":
        return Cell("yes", gettext("Yes")) if value else Cell("no", gettext("No"))
    if row.kind == "count":
        return Cell("text", gettext("unlimited") if value == "unlimited" else number(value))
    if row.kind == "hours":
        if not isinstance(value, str):
            return Cell("no", gettext("No"))
        calendar = programme.calendars[value]
        return Cell("text", gettext("24/7") if calendar.always else said(calendar.name, language))
    return _target_cell(programme, row, package, region, value)


def _target_cell(programme: Programme, row: Row, package: Package, region: str, value: object) -> Cell:
    """A cell of a row of targets: one amount, or one for each severity where they differ."""
    amounts = value if isinstance(value, Mapping) else {row.severities[0]: value} if row.severities else {}
    texts = []
    for level, amount in amounts.items():
        target = programme.target(package.code, region, level, row.metric or "")
        text = amount_text(target) if amount is not None and target is not None else gettext("no target")
        texts.append(text if len(amounts) == 1 else gettext("S%(level)s: %(text)s") % {"level": level, "text": text})
    if not texts or all(amount is None for amount in amounts.values()):
        return Cell("none", gettext("no response target"))
    return Cell("text", ", ".join(texts))


def amount_text(target: Target) -> str:
    """A target's amount with its unit, short: "6 h"; "as agreed" without one."""
    if target.unit == "as_agreed" or target.amount is None:
        return gettext("as agreed")
    amount = number(target.amount)
    return {
        "minutes": gettext("%(amount)s min"),
        "business_days": gettext("%(amount)s days"),
        "per_day": gettext("%(amount)s a day"),
        "per_week": gettext("%(amount)s a week"),
    }.get(target.unit, gettext("%(amount)s h")) % {"amount": amount}


def number(value: object) -> str:
    """An exact number without needless zeros."""
    if isinstance(value, Decimal):
        return str(int(value)) if value == int(value) else str(value.normalize())
    return "0" if value is None else str(value)
