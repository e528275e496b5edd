"""How a foreign event log is read: which columns, which zone, which words mean what.

A mapping is a small YAML file; docs/reference/replay-mapping.md describes every key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from garant.contracts.reading import Unreadable, parse_yaml, read_text

#: What a value of the log's event column can mean to the law. `working` changes no clock.
MEANINGS = (
    "opened",
    "response",
    "response_and_waiting",
    "waiting",
    "customer_update",
    "working",
    "resolved",
    "reopened",
    "closed",
)
ROW_KINDS = ("states", "events")
_KEYS = {"log", "columns", "delimiter", "time", "rows", "events", "response", "severities", "notes"}
_COLUMNS = ("case", "time", "event", "severity")


class MappingError(ValueError):
    """The mapping can't be used. `path` is where, as keys from the top; the message says what to change."""

    def __init__(self, path: tuple[str, ...], message: str) -> None:
        super().__init__(": ".join(part for part in (".".join(path), message) if part))
        self.path = path


@dataclass(frozen=True, slots=True)
class LogMapping:
    """How to read one log.

    `rows` is "states" when a row repeats the state after an update, "events" when every row is something
    that happened. `first_change_answers`: in a log of states, the first row in another state than one that
    means opened is the first response. `response_is_proxy`: the log does not record responses, so they are
    inferred, and the report must say so. `severities` maps the log's values to the programme's levels;
    other values take `default_severity`.
    """

    log: str
    columns: Mapping[str, str]
    delimiter: str
    zone: ZoneInfo
    time_format: str | None
    rows: str
    events: Mapping[str, str]
    first_change_answers: bool
    response_is_proxy: bool
    severities: Mapping[str, str]
    default_severity: str
    notes: tuple[str, ...]


def read_mapping(path: Path) -> LogMapping:
    """Read and check a mapping file. Raises MappingError, with file and line, for the first thing that is wrong."""
    try:
        source = parse_yaml(read_text(path))
    except Unreadable as error:
        raise MappingError((), str(error)) from None
    for problem in source.problems:
        raise MappingError((), f"{path}:{problem.line}: {problem.message}; {problem.remedy}")
    try:
        return mapping_from_plain(source.values)
    except MappingError as error:
        line = next((source.lines[known] for known in _outwards(error.path) if known in source.lines), 1)
        raise MappingError((), f"{path}:{line}: {error}") from None


def mapping_from_plain(plain: object) -> LogMapping:
    """Check plain values, as YAML gives them, and build the mapping. Raises MappingError for the first mistake."""
    top = _table(plain, (), allowed=_KEYS, needed={"columns", "time", "events", "severities"})
    zone, time_format = _time(top["time"])
    rows = _choice(top.get("rows", "states"), ("rows",), ROW_KINDS)
    proxy, first_change = _response(top.get("response", {}), rows)
    severities, default = _severities(top["severities"])
    return LogMapping(
        log=_text(top.get("log", "event log"), ("log",)),
        columns=_columns(top["columns"]),
        delimiter=_delimiter(top.get("delimiter", ",")),
        zone=zone,
        time_format=time_format,
        rows=rows,
        events=_events(top["events"]),
        first_change_answers=first_change,
        response_is_proxy=proxy,
        severities=severities,
        default_severity=default,
        notes=_notes(top.get("notes", [])),
    )


def _columns(value: object) -> dict[str, str]:
    table = _table(value, ("columns",), allowed=set(_COLUMNS), needed=set(_COLUMNS))
    return {key: _text(table[key], ("columns", key)) for key in _COLUMNS}


def _time(value: object) -> tuple[ZoneInfo, str | None]:
    table = _table(value, ("time",), allowed={"zone", "format"}, needed={"zone"})
    name = _text(table["zone"], ("time", "zone"))
    try:
        zone = ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise MappingError(("time", "zone"), f"no zone is called {name!r}; use a name such as Europe/Paris") from None
    pattern = _text(table.get("format", "iso"), ("time", "format"))
    if pattern != "iso" and "%" not in pattern:
        raise MappingError(("time", "format"), f"{pattern!r} is neither iso nor a pattern such as %d/%m/%Y %H:%M")
    return zone, None if pattern == "iso" else pattern


def _events(value: object) -> dict[str, str]:
    table = _table(value, ("events",))
    if not table:
        raise MappingError(("events",), "empty; say what each value of the event column means")
    return {word: _choice(meaning, ("events", word), MEANINGS) for word, meaning in table.items()}


def _response(value: object, rows: str) -> tuple[bool, bool]:
    table = _table(value, ("response",), allowed={"is", "first_change_answers"})
    proxy = _choice(table.get("is", "recorded"), ("response", "is"), ("recorded", "proxy")) == "proxy"
    first_change, where = table.get("first_change_answers", False), ("response", "first_change_answers")
    if not isinstance(first_change, bool):
        raise MappingError(where, "write true or false")
    if first_change and rows != "states":
        raise MappingError(where, "only a log with rows: states has changes of state")
    if first_change and not proxy:
        raise MappingError(where, "a change of state only stands for a response; add is: proxy")
    return proxy, first_change


def _severities(value: object) -> tuple[dict[str, str], str]:
    where = ("severities",)
    table = _table(value, where, allowed={"values", "default"}, needed={"values", "default"})
    values = _table(table["values"], (*where, "values"))
    mapped = {word: _level(level, (*where, "values", word)) for word, level in values.items()}
    return mapped, _level(table["default"], (*where, "default"))


def _notes(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise MappingError(("notes",), "write a list of sentences")
    return tuple(_text(note, ("notes",)) for note in value)


def _delimiter(value: object) -> str:
    if not isinstance(value, str) or len(value) != 1 or value in '"\r\n\0':
        raise MappingError(("delimiter",), "write one character, such as ',' or ';' (a tab is \"\\t\")")
    return value


def _table(
    value: object, where: tuple[str, ...], *, allowed: set[str] | None = None, needed: set[str] | None = None
) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MappingError(where, f"expected a table of key: value, found {_kind(value)}")
    for key in value:
        if allowed is not None and key not in allowed:
            raise MappingError((*where, key), f"unknown key; known are {', '.join(sorted(allowed))}")
    missing = sorted((needed or set()) - value.keys())
    if missing:
        raise MappingError(where, f"{', '.join(missing)} is missing; docs/reference/replay-mapping.md has all keys")
    return value


def _text(value: object, where: tuple[str, ...]) -> str:
    if not isinstance(value, str) or not value.strip():
        raise MappingError(where, f"expected some text, found {_kind(value)}")
    return value


def _level(value: object, where: tuple[str, ...]) -> str:
    # Levels are often written as plain numbers; the programme's codes are text.
    return _text(str(value) if isinstance(value, int) and not isinstance(value, bool) else value, where)


def _choice(value: object, where: tuple[str, ...], known: tuple[str, ...]) -> str:
    if value not in known:
        raise MappingError(where, f"{str(value)[:40]!r} is not known; choose {', '.join(known)}")
    return str(value)


def _outwards(path: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The path itself, then what surrounds it, for the nearest line that is known."""
    return [path[:length] for length in range(len(path), -1, -1)]


def _kind(value: object) -> str:
    names = {dict: "a table", list: "a list", type(None): "nothing", bool: "true or false", str: "text"}
    return names.get(type(value), f"{str(value)[:40]!r}")
