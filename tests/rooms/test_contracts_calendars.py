"""Editing calendars: later instants move, earlier ones never do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rooms_cast import Cast, sign
from test_contracts import another, facts_of

from garant.contracts import operations as contracts
from garant.contracts import queries
from garant.contracts.models import CalendarVersion, Programme
from garant.core.people import SYSTEM
from garant.core.refusals import NotFound, Refusal

#: Shorter days from the edit on; the vendor opens at nine and closes at noon.
MORNINGS: dict[str, Any] = {
    "timezone": "America/Denver",
    "weekly": {day: [["09:00", "12:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
}
#: A Wednesday far ahead, at closing time in Denver.
EDGE = datetime.fromisoformat("2027-03-10T18:00:00-07:00")


def edit(**changes: Any) -> Any:
    fields = {
        "by": SYSTEM, "programme": "reference", "code": "vendor_hours", "plain": MORNINGS, "effective_from": EDGE,
        "reason": "winter hours",
    }  # fmt: skip
    return contracts.edit_calendar(**{**fields, **changes})


def due(cast: Cast, started: str, package: str = "gold") -> str:
    """The due time of a severity 2 case (gold: 8 business hours), read in Denver."""
    rule = queries.terms().rule(cast.contracts[package].package_key, "2", "initial_response")
    assert rule is not None
    return rule.due(datetime.fromisoformat(started)).astimezone(EDGE.tzinfo).isoformat()


def test_hours_before_the_edit_stay_and_hours_after_it_change(cast: Cast) -> None:
    before = due(cast, "2027-03-08T07:00:00-07:00")
    assert before == "2027-03-08T15:00:00-07:00"
    made = edit()
    assert (made.versions, made.effective_from) == (("1",), EDGE)
    assert due(cast, "2027-03-08T07:00:00-07:00") == before
    # One hour is left on Wednesday, then three in each of the next mornings, and one on Monday (in summer time).
    assert due(cast, "2027-03-10T17:00:00-07:00") == "2027-03-15T09:00:00-07:00"


def test_an_edit_is_known_to_terms_that_were_asked_before(cast: Cast) -> None:
    terms = queries.terms()
    assert queries.terms() is terms
    edit()
    assert queries.terms() is not terms


def test_an_edit_is_journalled_with_its_reach_and_kept_with_its_reason(cast: Cast) -> None:
    edit(by=cast.actor("manager"))
    programme = Programme.objects.get()
    last = facts_of(("programme", programme.pk))[-1]
    assert (last.kind, last.by) == ("calendar_edited", cast.actor("manager"))
    assert last.data == {
        "calendar": "vendor_hours",
        "versions": ["1"],
        "effective_from": EDGE.astimezone(UTC).isoformat(),
    }
    row = CalendarVersion.objects.get(version=2)
    assert (row.reason, row.effective_from) == ("winter hours", EDGE)
    assert row.known_from is not None


def test_without_an_instant_it_holds_from_now(cast: Cast) -> None:
    before = datetime.now(tz=UTC) - timedelta(minutes=1)
    assert before < edit(effective_from=None).effective_from < before + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"effective_from": datetime(2020, 1, 1, tzinfo=UTC)}, "calendar_edit_in_past"),
        ({"reason": " "}, "reason_missing"),
        ({"plain": {"timezone": "America/Denver", "weekly": {}}}, "calendar_invalid"),
        ({"plain": {**MORNINGS, "timezone": "Mars/Olympus"}}, "calendar_invalid"),
        ({"plain": {**MORNINGS, "weekly": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}}, "calendar_invalid"),
        ({"plain": {"versions": [MORNINGS, MORNINGS]}}, "calendar_invalid"),
        ({"plain": {}}, "calendar_invalid"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_and_leaves_nothing(cast: Cast, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        edit(**changes)
    assert refused.value.code == code
    assert not CalendarVersion.objects.filter(version=2).exists()


def test_edits_come_in_the_order_of_their_instants(cast: Cast) -> None:
    edit()
    with pytest.raises(Refusal, match="calendar_edit_out_of_order"):
        edit(effective_from=EDGE - timedelta(days=1))
    assert edit(effective_from=EDGE + timedelta(days=1), reason="again").versions == ("1",)


def test_unknown_calendars_and_strangers(cast: Cast) -> None:
    with pytest.raises(NotFound):
        edit(code="moon_hours")
    with pytest.raises(NotFound):
        edit(programme="nothing")
    with pytest.raises(Refusal, match="not_allowed"):
        edit(by=cast.actor("agent"))
    with pytest.raises(ValueError, match="zone"):
        edit(effective_from=datetime(2027, 3, 10))


def test_an_edit_reaches_shared_hours_and_leaves_sold_ones_alone(cast: Cast) -> None:
    """Version 2 shares version 1's hours, version 3 was sold with others."""
    plain = another("3").to_plain()
    plain["calendars"] = {**plain["calendars"], "vendor_hours": {**plain["calendars"]["vendor_hours"], "weekly": {
        day: ["08:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}}}  # fmt: skip
    contracts.load_programme(document=another("2"), source="", by=SYSTEM)
    contracts.load_programme(document={**plain, "effective_from": "2031-01-01"}, source="", by=SYSTEM)
    third = sign("gold", cast.subscribers["silver"], reference="third", version="3")
    rule = queries.terms().rule(third.package_key, "2", "initial_response")
    assert edit().versions == ("1", "2")
    assert queries.terms().rule(third.package_key, "2", "initial_response") == rule
    assert due(cast, "2027-03-10T17:00:00-07:00") == "2027-03-15T09:00:00-07:00"
