"""What two documents of a programme say differently."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from garant.core.programmes.differences import ABSENT, Difference, differences


def told(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str]]:
    return [(".".join(one.path), one.kind) for one in differences(before, after)]


def test_equal_documents_have_none_whatever_the_order_of_their_keys() -> None:
    assert differences({"a": 1, "b": {"c": [1, 2]}}, {"b": {"c": [1, 2]}, "a": 1}) == []


def test_a_changed_value_is_told_at_its_path_with_both_values() -> None:
    before = {"targets": [{"metric": "initial_response", "severity": "1", "amounts": {"gold": 4, "silver": 6}}]}
    after = {"targets": [{"metric": "initial_response", "severity": "1", "amounts": {"gold": 3, "silver": 6}}]}
    path = ("targets", "initial_response 1", "amounts", "gold")
    assert differences(before, after) == [Difference(path, 4, 3)]


def test_entries_are_known_by_what_identifies_them_not_by_their_place() -> None:
    before = {"packages": [{"code": "gold", "name": "Gold"}, {"code": "silver", "name": "Silver"}]}
    after = {"packages": [{"code": "silver", "name": "Silver"}, {"code": "gold", "name": "Gold Plus"}]}
    assert told(before, after) == [("packages.gold.name", "changed")]


def test_an_entry_of_one_document_alone_is_told_once_as_a_whole() -> None:
    before = {"packages": [{"code": "gold", "name": "Gold"}]}
    after = {"packages": [{"code": "ruby", "name": {"en": "Ruby", "fr": "Rubis"}}]}
    assert differences(before, after) == [
        Difference(("packages", "ruby"), ABSENT, {"code": "ruby", "name": {"en": "Ruby", "fr": "Rubis"}}),
        Difference(("packages", "gold"), {"code": "gold", "name": "Gold"}, ABSENT),
    ]


def test_a_target_of_several_severities_is_known_by_all_of_them() -> None:
    row = {"metric": "follow_up", "severity": ["2", "3"]}
    found = differences({"targets": [{**row, "unit": "minutes"}]}, {"targets": [{**row, "unit": "days"}]})
    assert found == [Difference(("targets", "follow_up 2+3", "unit"), "minutes", "days")]


@pytest.mark.parametrize(("before", "after"), [(1, True), (False, 0), (None, 0), ("1", 1), ([1], [1, 2])])
def test_a_flag_is_no_count_and_nothing_is_no_zero(before: Any, after: Any) -> None:
    assert differences({"rows": before}, {"rows": after}) == [Difference(("rows",), before, after)]


def test_an_exact_number_equals_its_other_spelling() -> None:
    assert differences({"a": Decimal("1.50")}, {"a": 1.5}) == []


def test_entries_without_anything_to_know_them_by_go_by_their_place() -> None:
    found = differences({"places": [{"zone": "UTC"}]}, {"places": [{"zone": "UTC"}, {"zone": "Asia/Tokyo"}]})
    assert found == [Difference(("places", "2"), ABSENT, {"zone": "Asia/Tokyo"})]
