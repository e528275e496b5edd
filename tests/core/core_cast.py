"""The calendars, packages and moments that the tests of the law share. All facts were worked out by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from garant.core.calendars import Calendar
from garant.core.clocks import CaseClock, Event, Period, replay
from garant.core.targets import Rule, Target

DENVER = ZoneInfo("America/Denver")
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def office(zone: str = "America/Denver", opens: str = "08:00", closes: str = "18:00", **more: Any) -> Calendar:
    """Monday to Friday, one shift a day."""
    plain = {"timezone": zone, "weekly": {day: [[opens, closes]] for day in DAYS[:5]}, **more}
    return Calendar.from_plain("office", plain)


def around_the_clock(zone: str = "UTC") -> Calendar:
    return Calendar.from_plain("24x7", {"timezone": zone, "weekly": {day: [["00:00", "24:00"]] for day in DAYS}})


OFFICE = office(holidays=[{"date": "2026-11-26", "name": "Thanksgiving Day"}])
ALWAYS = around_the_clock()


def denver(text: str) -> datetime:
    """A wall time in Denver in November 2026: "20 17:00" is Friday the 20th at five."""
    day, _, clock = text.partition(" ")
    hour, minute, *rest = (int(part) for part in clock.split(":"))
    return datetime(2026, 11, int(day), hour, minute, rest[0] if rest else 0, tzinfo=DENVER).astimezone(UTC)


def rule(
    package: str, severity: str, metric: str, hours: float, calendar: Calendar = OFFICE, start: Calendar | None = None
) -> Rule:
    target = Target(severity, metric, Decimal(str(hours)), "business_hours", calendar.code)
    found = Rule.of(package, "default", target, calendar, start)
    assert found is not None
    return found


class Terms:
    """Packages as cells; severity 1 is the most severe. `asked` counts how often a rule was looked up."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = {(each.package, each.target.severity, each.target.metric): each for each in rules}
        self.asked = 0

    def rule(self, package: str, severity: str, metric: str) -> Rule | None:
        self.asked += 1
        return self.rules.get((package, severity, metric))

    def more_severe(self, a: str, b: str) -> bool:
        return int(a) < int(b)


def package(name: str, cells: Mapping[str, tuple[float, float, Calendar]]) -> list[Rule]:
    """Rules of a package: severity -> (initial hours, follow-up hours, calendar)."""
    return [
        rule(name, severity, metric, hours, calendar)
        for severity, (first, later, calendar) in cells.items()
        for metric, hours in (("initial_response", first), ("follow_up", later))
    ]


#: Gold answers severity 2 within 8 and 3 within 12 office hours, 1 within 4 real hours; silver is slower; bronze
#: promises nothing.
TERMS = Terms(
    [
        *package("gold", {"1": (4, 8, ALWAYS), "2": (8, 20, OFFICE), "3": (12, 20, OFFICE)}),
        *package("silver", {"1": (6, 12, ALWAYS), "2": (10, 30, OFFICE), "3": (14, 30, OFFICE)}),
    ]
)


def event(at: str, kind: str, **values: Any) -> Event:
    return Event(denver(at), kind, **values)


def opened(at: str, severity: str = "2", package: str = "gold", **values: Any) -> Event:
    return event(at, "opened", severity=severity, package=package, **values)


def clock(*events: Event, as_of: str | None = None, terms: Terms = TERMS) -> CaseClock:
    return replay(events, terms, None if as_of is None else denver(as_of))


def period(case: CaseClock, metric: str = "initial_response", number: int = 1) -> Period:
    found = [each for each in case.periods if each.key == (metric, number)]
    assert len(found) == 1, [each.key for each in case.periods]
    return found[0]


def counted(item: Period) -> timedelta:
    """The sum of the counted segments of a period's explanation."""
    return sum((step.values["counted"] for step in item.steps if step.code == "segment"), timedelta())  # type: ignore[misc]


def codes(item: Period) -> Sequence[str]:
    return [step.code for step in item.steps]


def step(item: Period, code: str) -> Mapping[str, Any]:
    """The values of the one step with that code."""
    found = [each.values for each in item.steps if each.code == code]
    assert len(found) == 1, codes(item)
    return found[0]
