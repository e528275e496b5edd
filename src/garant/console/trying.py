"""A tried policy as people read it, and a policy as they edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from garant.console.told import trigger_words
from garant.console.words import owed, recipient_words
from garant.contracts.editing import scalar_text
from garant.insight.dry_run import Trial, Would
from garant.kit.moments import day_time

#: Lines that a page shows of what would have been told.
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One level that would have been told."""

    number: int
    subject: str
    severity: str
    what: str
    level: int
    to: str
    at: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A trial for its page: levels with how often they would have been told, and were; recipients; single ones."""

    trial: Trial
    levels: tuple[tuple[int, int, int], ...]
    recipients: tuple[tuple[str, int], ...]
    lines: tuple[Line, ...]
    more: int


def shown_trial(trial: Trial, zone: str) -> Shown:
    """A trial in words, the newest of what would have been told first."""
    levels = sorted({*trial.by_level, *trial.in_fact})
    newest = trial.told[::-1]
    return Shown(
        trial,
        tuple((level, trial.by_level.get(level, 0), trial.in_fact.get(level, 0)) for level in levels),
        tuple((recipient_words(code), count) for code, count in trial.by_recipient.items()),
        tuple(_line(each, zone) for each in newest[:SHOWN]),
        max(0, len(newest) - SHOWN),
    )


def _line(each: Would, zone: str) -> Line:
    what = gettext("%(metric)s, %(trigger)s") % {"metric": owed(each.metric), "trigger": trigger_words(each.on)}
    to = ", ".join(recipient_words(one) for one in each.to)
    return Line(each.number, each.subject, each.severity, what, each.level, to, _when(each.at, zone))


def _when(at: datetime, zone: str) -> str:
    return day_time(at, zone)


#: The order in which a policy's keys are written; others follow.
_ORDER = ("level", "on", "to", "after", "acknowledge_within", "repeat", "severities", "metrics", "near_share",
          "catch_all", "amount", "unit", "calendar")  # fmt: skip


def _ordered(value: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(value.items(), key=lambda one: _ORDER.index(one[0]) if one[0] in _ORDER else len(_ORDER))


def as_text(policies: Mapping[str, Any]) -> str:
    """Policies as YAML, one step a line, as `garant.contracts.reading` takes it."""
    lines = []
    for code, policy in policies.items():
        lines.append(f"{code}:")
        lines += [f"  {key}: {flow(value)}" for key, value in _ordered(policy) if key != "steps"]
        lines.append("  steps:")
        lines += [f"    - {flow(step)}" for step in policy["steps"]]
    return "\n".join(lines) + "\n" if lines else ""


def flow(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(each)}" for key, each in _ordered(value)) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    return scalar_text(value)
