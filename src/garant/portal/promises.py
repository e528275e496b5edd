"""A promise as the portal says it: due when, within what, which time counts, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext

from garant.core.programmes import Programme, said
from garant.core.targets import Target
from garant.kit import moments, proofs
from garant.portal.hours import business_calendar
from garant.portal.offers import within
from garant.portal.words import reasons


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader is told before (and after) filing.

    `due` None: no response target; then `opens` is when support is open next. `zone` is the calendar's, `other_zone`
    the reader's when its clock differs. `counted` says in one sentence which time counts.
    """

    due: datetime | None
    zone: str
    other_zone: str
    within: str
    counted: str
    reasons: tuple[str, ...]
    opens: datetime | None
    package_name: str
    severity: str


def answer(
    promise: Any,
    programme: Programme,
    package: str,
    region: str,
    language: str,
    reader_zone: str,
    own: Target | None = None,
) -> Answer:
    """A promise (cases.queries.Promise) in words, for a package and region of a programme; `own`: the contract's own
    target, where it has one."""
    target = own or programme.target(package, region, promise.severity, promise.metric)
    always = target is not None and programme.calendars[target.calendar].always
    code = business_calendar(programme, region)
    zone = str(_zone(programme, code)) if code else "UTC"
    opens = programme.calendar(code).next_open(promise.at) if code and promise.due is None else None
    other = reader_zone if _differs(promise.due or opens, zone, reader_zone) else ""
    return Answer(
        due=promise.due,
        zone=zone,
        other_zone=other,
        within=within(target, always),
        counted=counted(promise.steps, zone),
        reasons=reasons(promise.steps, zone, programme, language),
        opens=opens,
        package_name=said(programme.package(package).name, language),
        severity=promise.severity,
    )


def _zone(programme: Programme, code: str) -> str:
    calendar = programme.calendar(code)
    return str(calendar.versions[-1].zone)


def counted(steps: Sequence[Any], zone: str) -> str:
    """Which time counts: "1 h 30 min on Tue 24 Nov, 6 h 30 min on Wed 25 Nov"; empty when it would be a long list."""
    rows = [row for row in proofs.proof(proofs.segments_of(steps), zone) if row.counted]
    if not rows or len(rows) > 3 or any(len(row.days) > 1 for row in rows):
        return ""
    parts = [
        gettext("%(time)s on %(day)s") % {"time": moments.duration(row.counted or timedelta(0)), "day": row.label}
        for row in rows
    ]
    return gettext("What counts: %(parts)s.") % {"parts": ", ".join(parts).rstrip(".")}


def _differs(at: datetime | None, zone: str, other: str) -> bool:
    return bool(at and other and moments.local(at, zone).utcoffset() != moments.local(at, other).utcoffset())
