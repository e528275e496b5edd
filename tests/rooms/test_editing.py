"""A programme's text with values changed in place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.contracts.editing import NotEditable, rewritten, scalar_text
from garant.contracts.reading import check_programme, parse_yaml, read_text
from garant.kit.shipped import shipped

TEXT = """# promises of the desk
version: "1"   # the first
rows:
  - code: contacts
    values: {standard: 2, "*": 3}
  - code: phone
    values:
      "*": 24x7
amounts: {gold: 4}
empty: {}
"""


def test_comments_order_and_layout_stay() -> None:
    assert rewritten(TEXT, {("version",): "2", ("amounts", "gold"): Decimal("2.5")}) == TEXT.replace(
        'version: "1"', 'version: "2"'
    ).replace("gold: 4", "gold: 2.5")


def test_a_key_that_is_not_there_is_put_before_the_others() -> None:
    changed = rewritten(
        TEXT, {("rows", 0, "values", "gold"): 5, ("rows", 1, "values", "standard"): None, ("empty", "a"): True}
    )
    assert parse_yaml(changed).values["rows"] == [
        {"code": "contacts", "values": {"gold": 5, "standard": 2, "*": 3}},
        {"code": "phone", "values": {"standard": None, "*": "24x7"}},
    ]
    assert parse_yaml(changed).values["empty"] == {"a": True}
    assert changed.count("#") == TEXT.count("#")


@pytest.mark.parametrize("path", [("nothing", "here"), ("rows",), ("rows", 5), ("amounts", "gold", "amount"), ()])
def test_what_cannot_be_changed_in_place_is_said(path: tuple[Any, ...]) -> None:
    with pytest.raises(NotEditable):
        rewritten(TEXT, {path: 1})


def test_a_value_that_an_alias_repeats_is_not_changed_in_place() -> None:
    text = "a: &x {gold: 1}\nb: *x\n"
    assert parse_yaml(rewritten(text, {("a", "gold"): 2})).values["a"] == {"gold": 2}
    with pytest.raises(NotEditable):
        rewritten(text, {("b", "gold"): 2})


@given(st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(st.characters(codec="utf-8"), max_size=40))
def test_a_scalar_is_read_back_as_it_was_written(value: Any) -> None:
    if isinstance(value, str) and not value.isprintable():
        value = "".join(c for c in value if c.isprintable())
    assert parse_yaml(f"a: {scalar_text(value)}\n").values == {"a": value}


def test_the_shipped_programme_takes_changes_and_stays_in_order() -> None:
    text = read_text(shipped("programmes/reference.yaml"))
    place = next(i for i, row in enumerate(parse_yaml(text).values["targets"]) if row["severity"] == "1")
    changed = rewritten(text, {("version",): "2", ("targets", place, "amounts", "gold"): 3,
                               ("effective_from",): "2027-01-01"})  # fmt: skip
    programme, problems = check_programme(changed)
    assert problems == []
    assert programme is not None
    target = programme.target("gold", "default", "1", "initial_response")
    assert target is not None
    assert (target.amount, programme.version, programme.effective_from) == (3, "2", date(2027, 1, 1))
    assert sum(a != b for a, b in zip(text.splitlines(), changed.splitlines(), strict=True)) == 3
