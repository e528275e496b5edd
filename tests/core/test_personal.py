"""What may name or reach a person is flagged before a case becomes an article."""

from __future__ import annotations

import pytest

from garant.core.personal import Flag, flags


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Write to ann.lee+x@mail.a.example today", {"email"}),
        ("The host 10.20.30.40 does not answer", {"address"}),
        ("Version 8.4.2 of 2026-11-24 fails after 1000 rows", set()),
        ("Call +49 (0)30 1234-5678 please", {"phone"}),
        ("Key sk_live_51Hq8dKJ2eZvKYlo2CxYzW9", {"secret"}),
        ("averylongwordwithoutanydigitsatallinit", set()),
        ("", set()),
    ],
)
def test_what_reaches_a_person_or_a_machine_is_found(text: str, kinds: set[str]) -> None:
    assert {one.kind for one in flags(text)} == kinds


def test_names_count_whole_and_in_their_parts_and_once() -> None:
    text = "Maren Lindqvist of Aurora says the aurora theme is fine. marenx is a user."
    assert flags(text, ["Maren Lindqvist", "Aurora Rail"]) == [
        Flag("name", "Maren Lindqvist"),
        Flag("name", "Aurora"),
    ]
    assert flags("An ox", ["Ox Li"]) == [], "two letters say too little"


def test_a_long_hostile_text_is_read_in_one_go() -> None:
    assert flags("1" * 200_000 + "@" + "a." * 50_000) is not None
