"""A programme in the form that `garant programme show --format json` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from garant.core.programmes.calendars import ALWAYS
from garant.core.programmes.programme import Programme, jsonable
from garant.core.programmes.values import CalendarSpec


def shown(programme: Programme) -> dict[str, Any]:
    """The whole programme as JSON-able values, in every region. Amount null is no promise."""
    return {
        "programme": programme.code,
        "version": programme.version,
        "effective_from": programme.effective_from.isoformat(),
        "languages": list(programme.languages),
        "regions": list(programme.regions),
        "severities": [
            {"level": severity.level, "name": dict(severity.name), "definition": dict(severity.definition)}
            for severity in programme.severities
        ],
        "packages": [
            {"code": package.code, "name": dict(package.name), "rows": jsonable(programme.rows(package.code))}
            for package in programme.packages
        ],
        "targets": _targets(programme),
        "allotments": _allotments(programme),
        "channels": _channels(programme),
        "calendars": [calendar for spec in programme.calendars.values() for calendar in _calendar(spec)],
    }


def _targets(programme: Programme) -> list[dict[str, Any]]:
    found = []
    for region in programme.regions:
        for package, severity, metric in programme.cells:
            target = programme.target(package, region, severity, metric)
            if target is not None:
                found.append(
                    {
                        "package": package,
                        "region": region,
                        "severity": severity,
                        "metric": metric,
                        "amount": jsonable(target.amount),
                        "unit": target.unit,
                        "calendar": target.calendar,
                        "start_calendar": target.start_calendar,
                        "grade": target.grade,
                    }
                )
    return found


def _allotments(programme: Programme) -> list[dict[str, Any]]:
    return [
        {
            "package": one.package,
            "region": one.region,
            "ledger": one.ledger,
            "amount": jsonable(one.amount),
            "period": one.period,
        }
        for region in programme.regions
        for one in programme.allotments(region=region)
    ]


def _channels(programme: Programme) -> list[dict[str, Any]]:
    return [
        {"package": one.package, "region": one.region, "channel": one.code, "hours": one.hours}
        for region in programme.regions
        for package in programme.packages
        for one in programme.channels(package.code, region)
    ]


def _calendar(spec: CalendarSpec) -> list[dict[str, Any]]:
    """A calendar; one that follows the customer is shown once for each of its places."""
    if spec.plain is None:
        return [_one(spec.code, {**place.plain, "timezone": "customer"}) for place in spec.places]
    versions = spec.plain.get("versions")
    return [_one(spec.code, versions[-1] if versions else spec.plain)]


def _one(code: str, plain: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "code": code,
        "zone": plain.get("timezone"),
        "weekly": plain.get("weekly", ALWAYS),
        "holidays": [day["date"] for day in plain.get("holidays", [])],
    }
