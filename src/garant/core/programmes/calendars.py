"""The calendars of a programme: from the document to what the law counts with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from garant.core.instants import parse_instant
from garant.core.programmes.holidays import Almanac, Days
from garant.core.programmes.nodes import CLOCK_TIME, Node, printable
from garant.core.programmes.texts import read_text
from garant.core.programmes.values import CalendarSpec, Place, Text
from garant.core.programmes.words import OWNERS
from garant.core.zones import zone

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK = 7 * 24 * 60
ALWAYS: dict[str, list[list[str]]] = {day: [["00:00", "24:00"]] for day in DAYS}
MOST_SHIFTS = 12

Shifts = list[list[str]]


def read_calendars(
    node: Node, sets: Mapping[str, Days], languages: Sequence[str], almanac: Almanac | None
) -> dict[str, CalendarSpec]:
    """All calendars of the document, by code."""
    found = {}
    for code, entry in node.entries():
        entry.key().code()
        found[code] = _read_calendar(code, entry, sets, languages, almanac)
    if not found and isinstance(node.value, dict):
        node.problem("no calendar", "add one, such as 24x7: {always: true}")
    return found


def _read_calendar(
    code: str, node: Node, sets: Mapping[str, Days], languages: Sequence[str], almanac: Almanac | None
) -> CalendarSpec:
    name = read_text(node.get("name"), languages) or dict.fromkeys(languages, code)
    if node.get("always") is not None:
        return _always(code, node, name)
    if node.get("places") is not None:
        return _customer(code, node, name, sets, almanac)
    common = ["name", "owner", "business_day_hours"]
    versions = node.get("versions")
    if versions is not None:
        node.fields(["versions"], common)
        plain: dict[str, Any] = {"versions": [_version(item, sets, ["effective_from"]) for item in versions.items()]}
    else:
        plain = _version(node, sets, common)
    return CalendarSpec(code, name, _owner(node), False, plain, _day_hours(node))


def _owner(node: Node) -> str:
    owner = node.get("owner")
    return owner.choice(OWNERS, "owner") if owner is not None else "vendor"


def _day_hours(node: Node) -> Any:
    hours = node.get("business_day_hours")
    if hours is None:
        return None
    number = hours.number(above=0)
    if number > 24:
        hours.problem(f"{number} hours in a business day", "write 24 or less")
    return number


def _always(code: str, node: Node, name: Text) -> CalendarSpec:
    fields = node.fields(["always"], ["name", "owner", "business_day_hours"])
    if not fields["always"].flag():
        fields["always"].problem("always: false says nothing", "write always: true, or zone and weekly hours")
    plain = {"timezone": "UTC", "weekly": ALWAYS, "holidays": [], "exceptions": {}}
    return CalendarSpec(code, name, _owner(node), True, plain, _day_hours(node))


def _version(node: Node, sets: Mapping[str, Days], also: Sequence[str]) -> dict[str, Any]:
    """One state of a calendar in the plain form that `core.calendars` reads."""
    plain: dict[str, Any] = {}
    if node.get("week") is not None:
        fields = node.fields(["week"], [*also, "holidays", "holiday_zone"])
        plain["weekly"] = [_crossing(fields["week"])] if "week" in fields else []
        if "holiday_zone" in fields:
            plain["timezone"] = read_zone(fields["holiday_zone"])
    else:
        fields = node.fields(["zone", "weekly"], [*also, "holidays", "exceptions"])
        plain["timezone"] = read_zone(fields["zone"]) if "zone" in fields else "UTC"
        plain["weekly"] = read_weekly(fields["weekly"]) if "weekly" in fields else ALWAYS
        plain["exceptions"] = read_exceptions(fields["exceptions"]) if "exceptions" in fields else {}
    plain["holidays"] = read_closed(fields["holidays"], sets) if "holidays" in fields else []
    if "effective_from" in also and "effective_from" in fields:
        plain["effective_from"] = read_instant(fields["effective_from"])
    return plain


def read_instant(node: Node) -> str | None:
    """An instant with its offset as text, or None for "since ever"."""
    if node.value is None:
        return None
    try:
        return parse_instant(node.value).isoformat()
    except ValueError:
        node.problem(f"{printable(node.value)} is no instant", "write 2026-11-20T00:00:00-07:00, with an offset")
        return None


def read_zone(node: Node) -> str:
    """An IANA zone or a fixed offset such as UTC-08:00."""
    name = node.string()
    try:
        zone(name)
    except ValueError as error:
        message, _, remedy = str(error).partition(": ")
        node.problem(message if name else "no zone", remedy)
        return "UTC"
    return name


def read_weekly(node: Node) -> dict[str, Shifts]:
    """Hours by weekday. `mon-fri` stands for five days; a day that is not named is closed."""
    weekly: dict[str, Shifts] = {}
    for key, entry in node.entries():
        shifts = read_shifts(entry)
        for day in _days(key, entry):
            if day in weekly:
                entry.problem(f"{day} stands twice", "name each day once")
            weekly[day] = shifts
    if isinstance(node.value, dict):
        if not any(weekly.values()):
            node.problem("a calendar that never opens", "give at least one day a shift")
        _refuse_overlaps(node, weekly)
    return weekly


def _days(key: str, node: Node) -> tuple[str, ...]:
    first, dash, last = key.partition("-")
    if first in DAYS and (not dash or last in DAYS):
        start = DAYS.index(first)
        end = DAYS.index(last) if dash else start
        if end >= start:
            return DAYS[start : end + 1]
    node.problem(f"{printable(key)} is no weekday", "use mon tue wed thu fri sat sun, or a range such as mon-fri")
    return ()


def read_shifts(node: Node) -> Shifts:
    """Shifts as "07:00-18:00" or ["07:00", "18:00"]; an end at or before the start runs into the next date."""
    shifts = []
    for item in node.items()[:MOST_SHIFTS]:
        pair = item.value.split("-") if isinstance(item.value, str) else item.value
        if isinstance(pair, list) and len(pair) == 2 and all(_is_time(part) for part in pair) and pair[0] != "24:00":
            shifts.append([pair[0], pair[1]])
        else:
            item.problem(f"{printable(item.value)} is no shift", 'write "07:00-18:00"')
    if isinstance(node.value, list) and len(node.value) > MOST_SHIFTS:
        node.problem(f"more than {MOST_SHIFTS} shifts on one day", "join some of them")
    return shifts


def _is_time(part: object) -> bool:
    return isinstance(part, str) and CLOCK_TIME.match(part) is not None


def minutes(clock: str) -> int:
    """Minutes since midnight of a wall time "HH:MM"."""
    return int(clock[:2]) * 60 + int(clock[3:])


def _refuse_overlaps(node: Node, weekly: Mapping[str, Shifts]) -> None:
    """Shifts may touch but not overlap, also not with the spill of the evening before."""
    spans = []
    for index, day in enumerate(DAYS):
        for start, end in weekly.get(day, []):
            opened = minutes(start)
            closed = minutes(end) + (24 * 60 if minutes(end) <= opened else 0)
            spans.append((index * 24 * 60 + opened, index * 24 * 60 + closed, day, f"{start}-{end}"))
    spans.sort()
    if not spans:
        return
    first = spans[0]
    for one, two in zip(spans, [*spans[1:], (first[0] + WEEK, first[1] + WEEK, first[2], first[3])], strict=True):
        if two[0] < one[1] and len(spans) > 1:
            node.problem(f"overlapping shifts: {one[2]} {one[3]} and {two[2]} {two[3]}", "join them or move one")


def read_exceptions(node: Node) -> dict[str, Shifts]:
    """The only opening hours of a date; they win over the week and over holidays. [] closes the date."""
    found = {}
    for _, entry in node.entries():
        day = entry.key().day()
        found[day.isoformat()] = read_shifts(entry)
    return found


def read_closed(node: Node, sets: Mapping[str, Days]) -> list[dict[str, str]]:
    """The dates of the named holiday sets together, in order, each with its English name."""
    days: Days = {}
    for code in node.choices(sets, "holiday set"):
        days = {**sets.get(code, {}), **days}
    return [{"date": day.isoformat(), "name": days[day].get("en", "")} for day in sorted(days)]


def _crossing(node: Node) -> dict[str, Any]:
    """A week that opens in one zone and closes in another (rule 5)."""
    ends = node.fields(["opens", "closes"])
    plain: dict[str, Any] = {}
    for name in ("opens", "closes"):
        fields = ends[name].fields(["zone", "day", "time"]) if name in ends else {}
        if len(fields) == 3:
            plain[name] = {
                "zone": read_zone(fields["zone"]),
                "day": fields["day"].choice(DAYS, "weekday"),
                "time": fields["time"].clock_time().strftime("%H:%M"),
            }
    return plain


def _customer(code: str, node: Node, name: Text, sets: Mapping[str, Days], almanac: Almanac | None) -> CalendarSpec:
    """Hours that hold in the customer's own zone; which, depends on the place (rule 4)."""
    fields = node.fields(["places", "default_zone"], ["name", "owner"])
    default = read_zone(fields["default_zone"]) if "default_zone" in fields else "UTC"
    places = [_place(item, sets, almanac) for item in fields["places"].items()]
    if not any(default in place.zones or not place.zones for place in places):
        node.problem(f"no place holds {default}", "add a place for default_zone, or one without zones for the rest")
    return CalendarSpec(code, name, _owner(node), False, None, None, tuple(places), default)


def _place(node: Node, sets: Mapping[str, Days], almanac: Almanac | None) -> Place:
    fields = node.fields(["weekly"], ["zones", "countries", "holidays", "business_day_hours", "exceptions"])
    zones: list[str] = [read_zone(item) for item in fields["zones"].items()] if "zones" in fields else []
    countries = _countries(fields["countries"], zones, almanac) if "countries" in fields else {}
    plain = {
        "weekly": read_weekly(fields["weekly"]) if "weekly" in fields else ALWAYS,
        "holidays": read_closed(fields["holidays"], sets) if "holidays" in fields else [],
        "exceptions": read_exceptions(fields["exceptions"]) if "exceptions" in fields else {},
    }
    return Place(tuple(zones), plain, _day_hours(node), countries)


def _countries(node: Node, zones: list[str], almanac: Almanac | None) -> dict[str, str]:
    """The countries of a place, each with the zone that stands for it; their zones are added to `zones`.

    Written as a list, or as a mapping of country -> zone, which is how a stored programme has them.
    """
    pairs = list(node.entries()) if isinstance(node.value, dict) else [(item.string(), None) for item in node.items()]
    found = {}
    for country, entry in pairs:
        known = almanac.zones(country) if almanac is not None else tuple(zones)
        if not known:
            node.problem(f"no zones are known for {printable(country)}", "use a country code such as US")
            continue
        zones.extend(name for name in known if name not in zones)
        found[country] = read_zone(entry) if entry is not None else known[0]
    return found
