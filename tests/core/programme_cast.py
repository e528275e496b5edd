"""A small programme as plain values: two packages, two severities, one region with its own hours."""

from __future__ import annotations

import copy
from typing import Any

from garant.core.programmes import Programme, read_programme
from garant.core.programmes.words import STANDARD_ROWS

_CELLS: dict[str, Any] = {
    "flag": {"*": True},
    "count": {"basic": 1, "plus": 2},
    "hours": {"basic": None, "plus": "always"},
}

_PLAIN: dict[str, Any] = {
    "format": 1,
    "programme": "small",
    "version": "1",
    "effective_from": "2026-01-01",
    "languages": ["en", "fr"],
    "name": {"en": "Small programme", "fr": "Petit programme"},
    "holidays": {"own": {"dates": {"2026-12-25": {"en": "Christmas Day", "fr": "Noël"}}}},
    "calendars": {
        "always": {"always": True},
        "office": {
            "zone": "Europe/Paris",
            "weekly": {"mon-fri": ["09:00-12:00", "13:00-17:00"]},
            "holidays": ["own"],
            "business_day_hours": 7,
        },
        "north": {"zone": "Europe/Oslo", "weekly": {"mon-fri": ["08:00-16:00"]}, "business_day_hours": 8},
    },
    "severities": [
        {"level": "high", "name": "High", "definition": {"en": "Down.", "fr": "Arrêt."}},
        {"level": "low", "name": "Low", "definition": {"en": "Slow.", "fr": "Lent."}},
    ],
    "default_severity": "low",
    "packages": [{"code": "basic", "name": "Basic"}, {"code": "plus", "name": "Plus"}],
    "rows": [
        {
            "code": "all",
            "name": {"en": "Everything", "fr": "Tout"},
            "rows": [
                *(
                    {"code": code, "name": code, "values": copy.deepcopy(_CELLS[kind])}
                    for code, kind in STANDARD_ROWS.items()
                ),
                {
                    "code": "first_high",
                    "name": "First",
                    "target": {"metric": "initial_response", "severities": ["high"]},
                },
                {
                    "code": "first_both",
                    "name": "Both",
                    "target": {"metric": "initial_response", "severities": ["high", "low"]},
                },
            ],
        }
    ],
    "targets": [
        {
            "metric": "initial_response", "severity": "high", "unit": "elapsed_hours", "calendar": "always",
            "amounts": {"basic": None, "plus": 2},
        },
        {
            "metric": "initial_response", "severity": "low", "unit": "business_days", "calendar": "office",
            "grade": "agreement", "amounts": {"basic": None, "plus": {"amount": 1.5, "grade": "goal"}},
        },
    ],
    "allotments": {"contacts": {"name": "Contacts", "row": "authorized_contacts", "period": "at_once"}},
    "channels": [
        {"code": "web", "name": "Web", "hours": {"*": "always"}},
        {"code": "phone", "name": "Phone", "row": "phone_support", "live": True},
    ],
    "regions": {
        "default": {"name": "World", "languages": ["en", "fr"]},
        "norway": {
            "name": "Norway", "languages": ["en"], "calendars": {"*": "north"},
            "units": {"elapsed_hours": "business_hours"}, "channels": {"web": "north"},
        },
    },
    "contacts": {"unlisted_sender": "hold", "untrained": "refuse"},
    "standing": {
        "grounds": ["payment"], "days_past_due": 30, "decided_by": ["finance"],
        "reason": {"en": "Not current.", "fr": "Pas à jour."},
    },
    "severity_change": {
        "set_by": "contact", "contact_change": "at_once", "vendor_change": "proposal",
        "lapse": {"amount": 2, "unit": "business_days", "calendar": "office"},
    },
}  # fmt: skip


def plain() -> dict[str, Any]:
    """The programme's values, free to be changed."""
    return copy.deepcopy(_PLAIN)


def programme() -> Programme:
    """The programme itself."""
    found, problems = read_programme(plain())
    assert found is not None, problems
    return found


def mistakes(changed: dict[str, Any]) -> list[tuple[str, str]]:
    """Path and message of every mistake in the values."""
    return [(problem.path, problem.message) for problem in read_programme(changed)[1]]


def put(document: Any, path: list[Any], value: Any) -> dict[str, Any]:
    """The document with one value changed."""
    at = document
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = value
    return document
