"""The sample desk's cases: what happened to them, told to the rooms in the order in which it happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from garant.config.sample_times import moment
from garant.contracts.queries import terms
from garant.core.people import Actor

Written = Mapping[str, Any]
Ids = Mapping[str, int]


@dataclass(frozen=True, order=True, slots=True)
class Happening:
    """One act: when, on which case (by its place in the list), the how manieth there."""

    at: datetime
    case: int
    place: int


def happened(
    cases: Sequence[Written], package_key: Callable[[Written], str], now: datetime
) -> list[tuple[Happening, Written]]:
    """Every act on every case, earliest first. A case and its acts say when by `at`, or by `ago` (sample_times)."""
    found: list[tuple[Happening, Written]] = []
    for index, one in enumerate(cases):
        key = package_key(one)
        for place, step in enumerate([one, *one.get("then", ())]):
            at = step.get("at") or moment(step["ago"], terms(), key, one["severity"], now)
            found.append((Happening(at, index, place), step))
    return sorted(found, key=lambda each: each[0])


def tell(told: Iterable[tuple[Happening, Written]], people: Ids, subscribers: Ids) -> None:
    """Do all of it by the rooms' own operations, then record what is near or late by now."""
    from garant.cases.sweeping import sweep_all

    numbers: dict[int, int] = {}
    for when, step in told:
        if when.place == 0:
            numbers[when.case] = file(step, people, subscribers, when.at)
        else:
            _continue(step, people, numbers[when.case], when.at)
    sweep_all()


def file(one: Written, people: Ids, subscribers: Ids, at: datetime | None = None) -> int:
    """File one case, at an instant of the past or (None) now; returns its number."""
    from garant.cases.operations import file_case

    written = {name: one[name] for name in ("steps", "expected", "actual", "environment") if name in one}
    filed = file_case(
        by=Actor("person", people[one["contact"]]),
        person_id=people[one["contact"]],
        subscriber_id=subscribers[one["subscriber"]],
        subject=one["subject"],
        description=one["description"],
        severity=one["severity"],
        request_type=one["type"],
        at=at,
        **written,
    )
    return filed.number


def _continue(step: Written, people: Ids, number: int, at: datetime) -> None:
    """One later act on a case: a key of the step names it and holds its text (samples/desk.yaml has all of them)."""
    acts = _acts(people)
    name = next(name for name in acts if name in step)
    acts[name](step, {"by": Actor("person", people[step["by"]]), "number": number, "at": at})


def _acts(people: Ids) -> dict[str, Callable[[Written, dict[str, Any]], object]]:
    from garant.cases import operations as cases
    from garant.cases import operations_severity as severity

    return {
        "reply": lambda s, on: cases.reply(body=s["reply"], **on),
        "wait": lambda s, on: cases.reply(body=s["wait"], wait=True, **on),
        "resolve": lambda s, on: cases.reply(body=s["resolve"], resolve=True, **on),
        "message": lambda s, on: cases.add_customer_message(body=s["message"], **on),
        "note": lambda s, on: cases.add_note(body=s["note"], **on),
        "assign": lambda s, on: cases.assign(assignee_id=people[s["assign"]], **on),
        "reopen": lambda s, on: cases.reopen(reason=s["reopen"], **on),
        "close": lambda s, on: cases.close(**on),
        "raise": lambda s, on: cases.raise_severity(severity=s["raise"], reason=s["reason"], **on),
        "propose": lambda s, on: severity.propose_severity(severity=s["propose"], reason=s["reason"], **on),
        "reject": lambda s, on: severity.reject_severity(reason=s["reject"], **on),
        "lower": lambda s, on: severity.propose_severity(
            severity=s["lower"], reason=s["reason"], asked_by=people[s["asked_by"]], **on
        ),
    }
