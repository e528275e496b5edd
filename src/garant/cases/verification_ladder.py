"""Escalations and ladders compared with the journal: who was told, who took care of it, what still comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from garant.cases.events import ACKNOWLEDGED, ENDED, HANDED_OVER, REPEATED, TOLD
from garant.cases.ladders import on_of, read
from garant.cases.models import Escalation, Period
from garant.cases.texts import digest
from garant.cases.views import Difference
from garant.core.escalations import AGE, Told, ahead
from garant.core.instants import parse_instant
from garant.journal.views import EntryView

Key = tuple[str, int]
#: Columns of an escalation that its entries give.
_COLUMNS = ("people", "acknowledge_by", "acknowledged_at", "acknowledged_by_id", "holder_id", "repeats", "ended_at",
            "ended_by_id", "reason")  # fmt: skip


@dataclass(slots=True)
class _Said:
    """A level as the entries have it; the names are those of the columns."""

    trigger: str
    at: datetime
    people: list[int]
    acknowledge_by: datetime | None
    acknowledged_at: datetime | None = None
    acknowledged_by_id: int | None = None
    holder_id: int | None = None
    repeats: int = 0
    ended_at: datetime | None = None
    ended_by_id: int | None = None
    reason: str = field(default_factory=lambda: digest(""))


def ladder_differences(
    number: int,
    entries: Sequence[EntryView],
    rows: Sequence[Escalation],
    periods: Mapping[Key, Period],
    wanted: Mapping[Key, Mapping[str, Any]],
) -> Iterator[Difference]:
    """What is stored of one case's escalations and of the next steps otherwise than the journal has it.

    `wanted`: the columns of its periods as replayed.
    """
    said = _said(entries)
    for (metric, count, _), one in said.items():
        columns = wanted.get((metric, count))
        if one.ended_at is None and columns is not None:
            one.ended_at = columns["ended"]
    yield from _told(number, said, rows)
    for row in rows:
        expected = said.get((row.period.metric, row.period.number, row.level))
        if expected is not None:
            yield from _columns(number, row, expected)
    yield from _steps(number, said, periods, wanted)


def _said(entries: Sequence[EntryView]) -> dict[tuple[str, int, int], _Said]:
    """The levels that the entries of one case give, by metric, number and level."""
    found: dict[tuple[str, int, int], _Said] = {}
    for entry in entries:
        data = entry.data
        if entry.kind == TOLD:
            limit = _instant(data.get("acknowledge_by"))
            told = _Said(data["trigger"], entry.at, list(data["people"]), limit)
            found.setdefault((data["metric"], data["number"], data["level"]), told)
        elif entry.kind == ENDED:
            for level in data["levels"]:
                _end(found[data["metric"], data["number"], level], entry)
        elif entry.kind in (REPEATED, ACKNOWLEDGED, HANDED_OVER):
            _follow(found[data["metric"], data["number"], data["level"]], entry)
    return found


def _follow(one: _Said, entry: EntryView) -> None:
    data = entry.data
    if entry.kind == ACKNOWLEDGED:
        one.acknowledged_at, one.acknowledged_by_id = entry.at, entry.by.id
        return
    one.acknowledge_by = _instant(data.get("acknowledge_by"))
    if entry.kind == REPEATED:
        one.repeats, one.people = data["times"], list(data["people"])
    else:
        one.holder_id, one.people = data["to"], [data["to"]]
        one.acknowledged_at = one.acknowledged_by_id = None


def _end(one: _Said, entry: EntryView) -> None:
    one.ended_at, one.ended_by_id, one.reason = entry.at, entry.by.id, entry.data["sha256"]


def _instant(text: str | None) -> datetime | None:
    return None if text is None else parse_instant(text)


def _told(number: int, said: Mapping[tuple[str, int, int], _Said], rows: Sequence[Escalation]) -> Iterator[Difference]:
    """Each level that the journal says was told has its row, and no row stands without one."""
    wanted = {(*key, one.trigger, one.at) for key, one in said.items()}
    stored = {(row.period.metric, row.period.number, row.level, row.trigger, row.at) for row in rows}
    for metric, count, level, trigger, at in sorted(wanted ^ stored):
        text = f"level {level}, {trigger}, {at.isoformat()}"
        here = (metric, count, level, trigger, at) in stored
        yield Difference(number, f"{metric} {count}", "escalation", text if here else None, None if here else text)


def _columns(number: int, row: Escalation, said: _Said) -> Iterator[Difference]:
    where = f"{row.period.metric} {row.period.number}"
    for name in _COLUMNS:
        stored, wanted = _stored(row, name), getattr(said, name)
        if stored != wanted:
            yield Difference(number, where, f"escalation {row.level} {name}", _plain(stored), _plain(wanted))
    if row.remind_at is not None and (row.remind_at != row.acknowledge_by or row.acknowledged_at or row.ended_at):
        yield Difference(number, where, f"escalation {row.level} remind_at", _plain(row.remind_at), None)


def _stored(row: Escalation, name: str) -> Any:
    if name == "people":
        return list(row.told.get("people", ()))
    return digest(row.reason) if name == "reason" else getattr(row, name)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _steps(
    number: int,
    said: Mapping[tuple[str, int, int], _Said],
    periods: Mapping[Key, Period],
    wanted: Mapping[Key, Mapping[str, Any]],
) -> Iterator[Difference]:
    """When the next level of each running promise comes."""
    told = {key: Told(key[2], on_of(one.trigger), one.at, one.ended_by_id is not None) for key, one in said.items()}
    by_age = [each for each in told.values() if each.on == AGE]
    for key, columns in wanted.items():
        row = periods.get(key)
        if row is None or row.ladder is None:
            continue
        own = [each for (metric, count, _), each in told.items() if (metric, count) == key]
        still = ahead(read(columns["ladder"]), own, by_age)
        following = min((each.at for each in still), default=None)
        if row.step_at != following:
            yield Difference(number, f"{key[0]} {key[1]}", "step_at", _plain(row.step_at), _plain(following))
