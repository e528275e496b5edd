"""Texts about the same thing are found in any language; chance words don't make them alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.core.likeness import ALIKE, Told, likenesses

OTHERS = [
    Told("Import drops rows since the update", "Half of the rows are missing after the nightly import."),
    Told("Cannot sign in with a passkey", "The browser says that the key is unknown."),
    Told("Invoice shows the wrong address", "The old address is printed."),
    Told("Export to CSV is slow", "It takes an hour."),
]


def alike(asked: Told, others: list[Told]) -> list[int]:
    return [n for n, each in enumerate(likenesses(asked, others)) if each >= ALIKE]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Rows missing: the import drops rows", [0]),
        ("IMPORT DROPS ROWS SINCE UPDATE", [0]),
        ("Passkey: cannot sign in", [1]),
        ("Printer is on fire", []),
        ("", []),
    ],
)
def test_the_same_thing_in_other_words_is_found(title: str, expected: list[int]) -> None:
    assert alike(Told(title), OTHERS) == expected


def test_accents_and_unspaced_scripts_are_compared_too() -> None:
    others = [Told("Les pièces jointes disparaissent"), Told("夜間の取り込みで行が失われます"), Told("請求書の住所")]
    assert alike(Told("pieces jointes: elles disparaissent"), others) == [0]
    assert alike(Told("取り込みで行が失われる"), others) == [1]


def test_a_word_that_all_have_says_little() -> None:
    others = [Told(f"Error on page {name}") for name in ("orders", "stock", "people", "taxes")]
    assert alike(Told("Error on page stock"), others) == [1], "two of three words in common, but all have those two"


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=6))
def test_a_likeness_is_a_share_and_a_text_is_most_like_itself(asked: str, others: list[str]) -> None:
    told = [Told(each) for each in others]
    found = likenesses(Told(asked), [*told, Told(asked)])
    assert all(0 <= each <= 1.0000001 for each in found)
    assert found[-1] == max(found)
