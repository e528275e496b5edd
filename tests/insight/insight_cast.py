"""One small cast for the log tests: a mapping, terms in two calendars, and ways to write a log by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from garant.core.calendars import Calendar
from garant.core.targets import Rule, Target
from garant.insight.attainment import METRICS
from garant.insight.logs import Log, read_log
from garant.insight.mapping import LogMapping, mapping_from_plain
from garant.insight.replaying import Offer, Report, replay_log

ALWAYS = Calendar.from_plain(
    "always",
    {
        "timezone": "UTC",
        "weekly": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    },
)
OFFICE = Calendar.from_plain(
    "office", {"timezone": "UTC", "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
)
#: (severity, metric) -> hours and calendar; severity 2 has no follow-up, severity 3 promises nothing.
CELLS = {
    ("1", "initial_response"): (2, ALWAYS),
    ("1", "follow_up"): (4, ALWAYS),
    ("2", "initial_response"): (8, OFFICE),
}
HEADER = "case,time,state,level"

PLAIN: dict[str, Any] = {
    "log": "a hand-made log",
    "columns": {"case": "case", "time": "time", "event": "state", "severity": "level"},
    "time": {"zone": "UTC"},
    "rows": "states",
    "events": {
        "New": "opened",
        "Active": "response",
        "Pending": "waiting",
        "Vendor": "working",
        "Resolved": "resolved",
        "Closed": "closed",
    },
    "response": {"is": "proxy", "first_change_answers": True},
    "severities": {"values": {"1": "1", "2": "2", "3": "3"}, "default": "3"},
}


@dataclass
class SomeTerms:
    """Terms from CELLS, whatever the package."""

    rules: dict[tuple[str, str], Rule | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for (severity, metric), (hours, calendar) in CELLS.items():
            target = Target(severity, metric, Decimal(hours), "elapsed_hours", calendar.code)
            self.rules[severity, metric] = Rule.of("p", "default", target, calendar)

    def rule(self, package: str, severity: str, metric: str) -> Rule | None:
        return self.rules.get((severity, metric))

    def more_severe(self, a: str, b: str) -> bool:
        return a < b


OFFER = Offer("hand", "p", "default", ("1", "2", "3"), SomeTerms())


def mapping(**changes: Any) -> LogMapping:
    """The mapping of PLAIN with some of its parts replaced."""
    return mapping_from_plain({**PLAIN, **changes})


def written(folder: Path, *rows: str, header: str = HEADER, name: str = "log.csv") -> Path:
    """A log file of these lines."""
    path = folder / name
    path.write_text("".join(f"{row}\n" for row in (header, *rows)), encoding="utf-8")
    return path


def log_of(folder: Path, *rows: str, how: LogMapping | None = None) -> Log:
    """The log of these lines, read."""
    return read_log(written(folder, *rows), how or mapping())


def report_of(folder: Path, *rows: str, how: LogMapping | None = None) -> Report:
    """The log of these lines, read and run under CELLS. Times read as `DAY HH:MM` of January 2026."""
    how = how or mapping()
    return replay_log(log_of(folder, *(january(row) for row in rows), how=how), how, OFFER)


def january(row: str) -> str:
    """`case,5 10:00,...` (day of January 2026, whose 5th is a Monday) as a row of the log."""
    case, time, *rest = row.split(",")
    day, _, clock = time.partition(" ")
    return ",".join([case, f"2026-01-{int(day):02}T{clock}:00", *rest])


def at(day: int, clock: str) -> datetime:
    """An instant of January 2026 in UTC."""
    hours, minutes = clock.split(":")
    return datetime(2026, 1, day, int(hours), int(minutes), tzinfo=UTC)


def counts(report: Report, severity: str, metric: str) -> Sequence[int]:
    """(periods, met, missed, running, no promise) of one line of the report."""
    assert metric in METRICS
    tally = report.tallies[severity, metric]
    return (tally.periods, tally.met, tally.missed, tally.running, tally.no_promise)
