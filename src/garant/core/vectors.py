"""Clock vectors: facts about the clock in one neutral form, answered by the law (add, between, timeline)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from garant.core.calendars import Calendar
from garant.core.clocks import Event, Period, replay
from garant.core.instants import UTC, Span, parse_instant
from garant.core.severities import SeverityScale
from garant.core.targets import Rule, Target

_Plain = Mapping[str, Any]


class VectorFileError(ValueError):
    """A file that holds no clock vectors."""


class VectorError(ValueError):
    """A vector that the law can't answer; says why."""


def read_vectors(text: str) -> list[Any]:
    """The vectors of a file's text. Raises VectorFileError when it isn't JSON or not of schema 1."""
    try:
        found = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as wrong:
        raise VectorFileError(f"not JSON: {wrong}") from None
    if not isinstance(found, dict) or not isinstance(found.get("vectors"), list):
        raise VectorFileError('not a vector file: it needs {"schema": 1, "vectors": [...]}')
    if found.get("schema", 1) != 1:
        raise VectorFileError(f"unknown schema {found['schema']!r}: this version reads schema 1")
    return list(found["vectors"])


def answer(vector: Any) -> dict[str, Any]:
    """The line for one vector: its id with due, seconds or cycles, or with the error. Never reads `expected`."""
    if not isinstance(vector, Mapping):
        return {"id": None, "error": "a vector is an object with id, kind and calendar"}
    name = vector.get("id")
    try:
        kinds = {"add": _add, "between": _between, "timeline": _timeline}
        kind = vector.get("kind")
        if not isinstance(kind, str) or kind not in kinds:
            raise VectorError(f"unknown kind {kind!r}: the kinds are {', '.join(kinds)}")
        return {"id": name, **kinds[kind](vector)}
    except OverflowError:
        return {"id": name, "error": "a time or duration is too large for the calendar"}
    except ValueError as wrong:
        return {"id": name, "error": str(wrong)}


def _add(vector: _Plain) -> dict[str, Any]:
    calendar = _calendar("in the vector", _need(vector, "calendar"))
    length = _duration(_need(vector, "duration_seconds"), "duration_seconds")
    return {"due": _text(calendar.advance(_at(vector, "start"), length, _pauses(vector)))}


def _between(vector: _Plain) -> dict[str, Any]:
    calendar = _calendar("in the vector", _need(vector, "calendar"))
    found = calendar.elapsed(_at(vector, "start"), _at(vector, "end"), _pauses(vector))
    whole = found.days * 86_400 + found.seconds
    return {"seconds": whole if not found.microseconds else found.total_seconds()}


def _timeline(vector: _Plain) -> dict[str, Any]:
    if vector.get("dialect", "garant") != "garant":
        raise VectorError(f"unknown dialect {vector['dialect']!r}: timelines are answered in the dialect garant")
    terms = _Terms(vector)
    opened = Event(
        _at(vector, "start"),
        "opened",
        severity=_code(_need(vector, "severity"), "severity"),
        package=terms.known_package(_need(vector, "package")),
        held="standing" if vector.get("suspended") else None,
    )
    events = _need(vector, "events")
    if not isinstance(events, list):
        raise VectorError("events is a list")
    line = [opened, *(_event(plain, terms) for plain in events)]
    for event in line:
        if event.severity is not None:
            terms.scale.rank(event.severity)
    return {"cycles": [_cycle(period) for period in replay(line, terms).periods]}


_WORDS = ("severity", "by", "reason", "agreed_by", "held", "ref")


def _event(plain: Any, terms: _Terms) -> Event:
    if not isinstance(plain, Mapping):
        raise VectorError("an event is an object with at and type")
    kind = _need(plain, "type")
    package, agreed = plain.get("package"), plain.get("agreed_at")
    word = {name: None if plain.get(name) is None else _code(plain[name], name) for name in _WORDS}
    return Event(
        _at(plain, "at"),
        str(kind),
        severity=word["severity"],
        by=word["by"],
        reason=word["reason"],
        package=None if package is None else terms.known_package(package),
        waiting=bool(plain.get("waiting_on_customer", False)),
        agreed_at=None if agreed is None else parse_instant(agreed),
        agreed_by=word["agreed_by"],
        held=word["held"],
        ref=word["ref"],
    )


class _Terms:
    """The packages of a timeline as terms. Every cell is checked, so that a bad one is refused where it is entered."""

    def __init__(self, vector: _Plain) -> None:
        plain = _need(vector, "calendars")
        packages = _need(vector, "packages")
        if not isinstance(plain, Mapping) or not isinstance(packages, Mapping):
            raise VectorError("calendars and packages are objects by name")
        self.calendars = {str(code): _calendar(str(code), item) for code, item in plain.items()}
        self.packages = {str(name) for name in packages}
        self.rules: dict[tuple[str, str, str], Rule] = {}
        levels: dict[str, None] = {}
        for package, severities in packages.items():
            for severity, metrics in (severities or {}).items():
                levels[_code(severity, "severity")] = None
                for metric, cell in (metrics or {}).items():
                    self._enter((str(package), str(severity), str(metric)), cell)
        for item in (vector, *(e for e in vector.get("events") or [] if isinstance(e, Mapping))):
            if item.get("severity") is not None:
                levels[_code(item["severity"], "severity")] = None
        self.scale = SeverityScale(tuple(sorted(levels, key=_by_level)))

    def _enter(self, cell: tuple[str, str, str], plain: Any) -> None:
        if plain is None or plain.get("seconds") is None:
            return
        seconds = _duration(plain["seconds"], "seconds")
        where = plain.get("calendar")
        if where not in self.calendars:
            raise VectorError(f"unknown calendar {where!r} in {'/'.join(cell)}")
        package, severity, metric = cell
        minutes = Decimal(seconds // timedelta(microseconds=1)) / 60_000_000
        target = Target(severity, metric, minutes, "minutes", where)
        calendar = self.calendars[where]
        if seconds <= timedelta(0):
            raise VectorError(f"{'/'.join(cell)}: a target is more than zero; leave the cell empty for no promise")
        self.rules[cell] = Rule(package, "default", target, seconds, calendar)

    def known_package(self, name: Any) -> str:
        """The package's name, checked."""
        if str(name) not in self.packages:
            raise VectorError(f"unknown package {name!r}: the packages are {', '.join(sorted(self.packages))}")
        return str(name)

    def rule(self, package: str, severity: str, metric: str) -> Rule | None:
        """The rule of a cell, or None when it is empty."""
        return self.rules.get((package, severity, metric))

    def more_severe(self, a: str, b: str) -> bool:
        """By level, 1 being the most severe."""
        return self.scale.more_severe(a, b)


def _by_level(level: str) -> tuple[int, str]:
    """Levels in order of the number they end with, such as 1 or L1."""
    digits = "".join(char for char in level if char.isdigit())
    return (int(digits) if digits else 10**9, level)


def _cycle(period: Period) -> dict[str, Any]:
    return {
        "clock": period.metric,
        "started": _text(period.started),
        "due": None if period.due is None else _text(period.due),
        "ended": None if period.ended is None else _text(period.ended),
        "how": period.how,
        "breached": period.missed,
    }


def _need(plain: _Plain, name: str) -> Any:
    if plain.get(name) is None:
        raise VectorError(f"{name} is missing")
    return plain[name]


def _at(plain: _Plain, name: str) -> datetime:
    return parse_instant(_need(plain, name))


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _code(value: Any, what: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise VectorError(f"{what} is a word or a number, not {value!r}")
    return str(value)


def _duration(value: Any, what: str) -> timedelta:
    try:
        if isinstance(value, bool | list | Mapping):
            raise InvalidOperation
        number = Decimal(value)
        if not number.is_finite() or abs(number) > 10**13:
            raise InvalidOperation
    except (InvalidOperation, TypeError, ValueError):
        raise VectorError(f"{what} is a number of seconds, not {value!r}") from None
    return timedelta(microseconds=int((number * 1_000_000).to_integral_value()))


def _pauses(vector: _Plain) -> list[Span]:
    found = vector.get("pauses") or []
    if not isinstance(found, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in found):
        raise VectorError("pauses is a list of [from, to]")
    return [(parse_instant(start), parse_instant(end)) for start, end in found]


def _calendar(code: str, plain: Any) -> Calendar:
    return _read(code, json.dumps(plain, default=str, sort_keys=True))


@lru_cache(maxsize=1024)
def _read(code: str, text: str) -> Calendar:
    return Calendar.from_plain(code, json.loads(text))
