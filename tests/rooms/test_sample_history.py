"""Two months of sample cases: the log's own weeks, moved to end now."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from garant.config import sample
from garant.config.sample_history import MOST_ANSWERS, Written, histories
from garant.contracts.reading import parse_yaml, read_text
from garant.insight.logs import read_log
from garant.insight.mapping import read_mapping
from garant.kit.shipped import shipped

PLAN = parse_yaml(read_text(shipped(sample.HISTORY))).values
CONTACTS = {name: [f"{name} 1", f"{name} 2"] for name in PLAN["subscribers"]}
#: A Monday, a week-end night, the night in which the log's zone leaves summer time, a leap day.
STARTS = [
    "2026-11-23T08:00:00+00:00",
    "2027-02-28T02:30:00+00:00",
    "2026-11-01T08:30:00+00:00",
    "2028-02-29T23:59:00+00:00",
]


def told(now: datetime) -> list[Written]:
    return histories(PLAN, CONTACTS, now)


@pytest.fixture(params=STARTS)
def now(request: pytest.FixtureRequest) -> datetime:
    return datetime.fromisoformat(request.param)


def test_they_begin_within_the_weeks_before_now_and_end_before_it(now: datetime) -> None:
    cases = told(now)
    assert len(cases) > 30
    opened = [one["at"] for one in cases]
    assert opened == sorted(opened)
    assert now - timedelta(weeks=PLAN["weeks"]) < opened[0] < now - timedelta(weeks=PLAN["weeks"] - 3)
    for one in cases:
        instants = [one["at"], *(act["at"] for act in one["then"])]
        assert all(earlier < later for earlier, later in pairwise(instants))
        # Acts of one minute of the log are told a little apart.
        assert instants[-1] < now


def test_days_of_the_week_and_hours_of_the_day_are_the_logs_own(now: datetime) -> None:
    mapping = read_mapping(shipped(PLAN["map"]))
    local = [
        row[0].astimezone(mapping.zone).replace(tzinfo=None)
        for rows in read_log(shipped(PLAN["log"]), mapping).cases.values()
        for row in rows[:1]
    ]
    logged = {(at.weekday(), at.hour, at.minute) for at in local}
    for one in told(now):
        at = one["at"].astimezone(ZoneInfo("America/Denver"))
        # An hour that the clock skips here is told as the one after it.
        assert (at.weekday(), at.hour, at.minute) in logged or (at - timedelta(hours=1)).utcoffset() != at.utcoffset()


def test_the_last_week_is_a_busy_one() -> None:
    now = datetime(2026, 11, 27, 18, tzinfo=UTC)
    recent = [one for one in told(now) if one["at"] > now - timedelta(days=7)]
    assert len(recent) == PLAN["recent"]


def test_the_same_start_tells_the_same(now: datetime) -> None:
    assert told(now) == told(now)


def test_every_case_has_its_own_report_and_a_contact_of_its_subscriber(now: datetime) -> None:
    cases = told(now)
    assert len({one["subject"] for one in cases}) == len(cases)
    for one in cases:
        assert one["contact"] in CONTACTS[one["subscriber"]]
        assert sum("reply" in act or "wait" in act for act in one["then"]) <= MOST_ANSWERS * 2
        assert all(act["by"] in (one["contact"], PLAN["manager"], *PLAN["staff"]) for act in one["then"])


def test_severity_rises_by_the_contact_and_falls_with_their_word() -> None:
    acts = [(one, act) for one in told(datetime(2026, 11, 27, 18, tzinfo=UTC)) for act in one["then"]]
    raised = [(one, act) for one, act in acts if "raise" in act]
    lowered = [(one, act) for one, act in acts if "lower" in act]
    assert raised or lowered
    assert all(act["by"] == one["contact"] for one, act in raised)
    assert all(act["asked_by"] == one["contact"] for one, act in lowered)


def test_the_reports_name_nobody() -> None:
    lines = shipped(PLAN["reports"]).read_text(encoding="utf-8").splitlines()
    assert len(lines) == len({json.loads(line)["id"] for line in lines}) > 40
    for line in lines:
        assert not re.search(r"@|https?:|www\.|sea ?monkey", line, re.IGNORECASE)
