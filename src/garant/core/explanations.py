"""Why a due time is what it is: steps as codes and values that sum up to the target (clock.md 18, rule 41).

Codes, in order: received; decision (one for each later claim); promise_kept, due_moved (what changes left alone, and
calendar edits); rule; calendar; start_calendar; counting_from; segment (each stretch); pauses; waiting or paused when
there is no due time; due. The doors turn them into sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from garant.core.calendars import Calendar, Segment
from garant.core.hours import version_to_plain
from garant.core.periods import Pause, Step, Verdict, verdicts

if TYPE_CHECKING:
    from garant.core.periods import Period
    from garant.core.targets import Rule


def explain(period: Period) -> tuple[Step, ...]:
    """The steps behind a period's due time. The counted segments sum exactly to the `counted` of its rule step.

    Without a due time (waiting, or paused) there are no segments after the pause, and the last step says why.
    """
    found = verdicts(period.claims, period.known, period.pauses)
    ruling = next(verdict for verdict in reversed(found) if verdict.won)
    rule = ruling.claim.rule.as_known(period.known)
    ended = [(pause.start, pause.end) for pause in period.pauses if pause.end is not None]
    begin = rule.begin(ruling.claim.basis, ended)
    steps = [Step("received", {"at": period.started, "cause": period.claims[0].cause, "metric": period.metric})]
    steps += [_decision(verdict) for verdict in found[1:]]
    steps += [*period.notes, _rule(rule, rule.length(begin)), _calendar("calendar", rule.calendar, period.started)]
    if rule.start_calendar is not None:
        steps.append(_calendar("start_calendar", rule.start_calendar, period.started))
    if ruling.claim.basis != period.started:
        steps.append(Step("counting_from", {"at": ruling.claim.basis, "cause": ruling.claim.cause}))
    return (*steps, *_outcome(period, ruling, rule, begin))


def _decision(verdict: Verdict) -> Step:
    claim = verdict.claim
    return Step(
        "decision",
        {
            "cause": claim.cause,
            "join": claim.join,
            "at": claim.at,
            "severity": claim.rule.target.severity,
            "package": claim.rule.package,
            "old_due": verdict.before,
            "asked": verdict.asked,
            "due": verdict.after,
            "outcome": "new" if verdict.won else "kept_old",
        },
    )


def _rule(rule: Rule, counted: timedelta) -> Step:
    target = rule.target
    return Step(
        "rule",
        {
            "package": rule.package,
            "region": rule.region,
            "severity": target.severity,
            "metric": target.metric,
            "amount": target.amount,
            "unit": target.unit,
            "grade": target.grade,
            "reading": target.reading,
            "counted": counted,
        },
    )


def _calendar(code: str, calendar: Calendar, at: datetime) -> Step:
    plain = version_to_plain(calendar.in_force(at))
    return Step(
        code,
        {
            "code": calendar.code,
            "zone": plain["timezone"],
            "weekly": plain["weekly"],
            "always_open": calendar.always_open,
        },
    )


def _outcome(period: Period, ruling: Verdict, rule: Rule, begin: datetime) -> list[Step]:
    due = period.due
    if due is None and period.waiting:
        return [Step("waiting", {"metric": period.metric})]
    lasting = next((pause for pause in period.pauses if pause.end is None), None)
    if due is None and lasting is None:
        return [Step("held", {"why": "sender"})]
    until = due if due is not None else lasting.start if lasting is not None else begin
    steps = _segments(ruling.claim.basis, begin, until, rule, period.pauses)
    paused = [step for step in steps if step.values["kind"] == "paused"]
    steps.append(Step("pauses", {"count": len(paused), "whys": tuple(dict.fromkeys(s.values["why"] for s in paused))}))
    if due is None and lasting is not None:
        return [*steps, Step("paused", {"since": lasting.start, "why": lasting.why})]
    return [*steps, Step("due", {"at": due})]


def _segments(basis: datetime, begin: datetime, until: datetime, rule: Rule, pauses: Sequence[Pause]) -> list[Step]:
    """The stretches from the claim's basis to `until`; before the start calendar opens nothing counts."""
    spans = [(pause.start, pause.end if pause.end is not None else max(until, pause.start)) for pause in pauses]
    found: list[Segment] = []
    if rule.start_calendar is not None and begin > basis:
        found.extend(rule.start_calendar.segments(basis, min(begin, until), spans))
    found.extend(rule.calendar.segments(max(begin, basis), until, spans))
    return [
        Step(
            "segment",
            {
                "kind": segment.kind,
                "start": segment.start,
                "end": segment.end,
                "counted": segment.counted,
                "name": segment.name,
                "why": _why(segment, pauses),
            },
        )
        for segment in found
    ]


def _why(segment: Segment, pauses: Sequence[Pause]) -> str | None:
    if segment.kind != "paused":
        return None
    return next(p.why for p in pauses if p.start <= segment.start and (p.end is None or segment.start < p.end))
