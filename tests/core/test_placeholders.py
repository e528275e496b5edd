"""Places in a prepared text: names, never a language of templates."""

from __future__ import annotations

import pytest

from garant.core.placeholders import NAMES, filled, unknown


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("Dear {contact_name}, case { case_number }", []),
        ("Dear {contact}, {contact} and {who}", ["contact", "who"]),
        ("{contact_name.password} {subject|safe} {x[0]}", ["contact_name.password", "subject|safe", "x[0]"]),
        ('json {"a": 1} {} { } {1} {{', []),
        ("{{subject}}", []),
        ("{CONTACT_NAME}", ["CONTACT_NAME"]),
    ],
)
def test_names_that_nothing_fills_are_found(text: str, odd: list[str]) -> None:
    assert unknown(text) == odd


def test_every_name_is_filled_once_and_a_value_is_never_read_again() -> None:
    values = dict.fromkeys(NAMES, "{subject} {{ x }} {% y %}")
    assert filled("a {contact_name} b", values) == "a {subject} {{ x }} {% y %} b"
    assert filled("{ due }", {"due": ""}) == ""
    assert filled("{subject}", {}) == "{subject}"
    assert filled("\\1 {subject}", {"subject": "\\1 \\g<0>"}) == "\\1 \\1 \\g<0>"
