"""What people type to find cases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.core.looking import LONGEST, MOST, OPERATORS, Criterion, read, written


def test_words_and_operators() -> None:
    look = read('printer  SEV:1,2 due:today org:"Okavango Rail" -is:waiting jams')
    assert look.words == ("printer", "jams")
    assert look.criteria == (
        Criterion("sev", ("1", "2")),
        Criterion("due", ("today",)),
        Criterion("org", ("okavango rail",)),
        Criterion("is", ("waiting",), negated=True),
    )
    assert look.misread == ()


@pytest.mark.parametrize(
    ("text", "part", "offered"),
    [
        ("severity:1", "severity:1", "sev:"),
        ("due:someday", "due:someday", "due:today"),
        ("due:<31.12.2026", "due:<31.12.2026", "due:<2026-12-31"),
        ("is:", "", ""),
        ("since:yesterday", "since:yesterday", "since:2026-12-31"),
        ("-sev:1;drop", "-sev:1;drop", "sev:1"),
    ],
)
def test_what_is_not_understood_says_what_would_be(text: str, part: str, offered: str) -> None:
    look = read(text)
    if not part:
        assert (look.misread, look.criteria) == ((), ())  # a name without a value is a word like any other
        assert look.words == (text,)
        return
    (misread,) = look.misread
    assert misread.part == part
    assert offered in misread.known
    assert look.criteria == ()


@pytest.mark.parametrize("text", ["http://a.example/x", "-", "well-known", '"two words"', "50%", "due: today"])
def test_what_looks_like_an_operator_and_is_none(text: str) -> None:
    assert not read(text).criteria
    assert not read(text).misread


def test_nothing_is_nothing() -> None:
    assert not read("   \x00 ")
    assert read("x")
    assert read("nonsense:x"), "a misread search is no list of everything"


@pytest.mark.parametrize(
    ("text", "named"), [("is:closed", True), ("is:all", True), ("is:near", False), ("sev:1", False), ("-is:open", True)]
)
def test_whether_states_are_named(text: str, named: bool) -> None:
    assert read(text).states_named is named


def test_it_is_bounded() -> None:
    assert len(read("a" * 10_000).text) == LONGEST
    look = read(" ".join(f"sev:{n}" for n in range(100)))
    assert len(look.criteria) <= MOST


@given(st.text(max_size=400))
def test_anything_can_be_typed(text: str) -> None:
    look = read(text)
    assert all(each.name in OPERATORS and each.values for each in look.criteria)
    again = read(written(look))
    assert again.criteria == look.criteria
    assert not again.misread
