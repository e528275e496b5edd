"""docs/reference/abuse.md: each test that it names exists and names the case; no case of these classes is missing."""

from __future__ import annotations

import json

import pytest
from table import NOT_BUILT, ROOT, Row, functions, ids, rows

SHARED = ROOT.parent / "shared" / "abuse-cases.json"
CLASSES = {
    "entitlement-abuse", "severity-and-clock-gaming", "concurrent-limits", "timer-durability", "cross-organisation",
    "mass-assignment", "enumeration", "credentials-and-sessions", "audit-integrity", "export-injection",
    "confusables-and-encoding", "email-spoofing", "thread-hijacking", "auto-reply-loops", "mail-bombs-and-relay",
    "parsers-and-bombs", "attachment-leak", "template-injection", "stored-script", "community-and-kb", "privacy",
    "resource-exhaustion",
}  # fmt: skip


def findings(table: list[Row], tests: dict[str, str]) -> list[str]:
    """What is wrong with a table."""
    wrong = [f"{row.id}: no class {row.of}" for row in table if row.of not in CLASSES]
    for row in table:
        if not row.tests and not row.note.startswith(NOT_BUILT):
            wrong.append(f"{row.id}: neither a test nor a reason")
        for place in map("::".join, row.tests):
            if place not in tests:
                wrong.append(f"{row.id}: there is no {place}")
            elif row.id not in ids(tests[place]):
                wrong.append(f"{row.id}: {place} doesn't name it")
    listed = [row.id for row in table]
    wrong += [f"{one}: twice" for one in sorted({one for one in listed if listed.count(one) > 1})]
    named = set().union(*(ids(text) for text in tests.values()))
    return wrong + [f"{one}: a test names it, the table doesn't" for one in sorted(named - set(listed))]


def test_each_line_of_the_table_holds() -> None:
    assert findings(rows(), dict(functions())) == []
    assert len(rows()) > 80


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        (Row("ENT-01", "entitlement-abuse", (("tests/rooms/test_contacts.py", "test_gone"),), ""), "there is no"),
        (Row("ENT-99", "entitlement-abuse", (), "of course"), "neither"),
        (Row("ENT-99", "entitlement", (), "not built: yet"), "no class"),
        (
            Row("ENT-08", "entitlement-abuse", (("tests/rooms/test_contacts.py", "test_ENT_01_x"),), ""),
            "doesn't name it",
        ),
    ],
)
def test_control_a_wrong_line_is_found(row: Row, wrong: str) -> None:
    tests = {"tests/rooms/test_contacts.py::test_ENT_01_x": "test_ENT_01_x"}
    assert any(wrong in each for each in findings([row], tests))


def test_control_a_case_that_only_a_test_knows_is_found() -> None:
    assert findings([], {"tests/x.py::test_ent_02_x": "test_ent_02_x"}) == [
        "ENT-02: a test names it, the table doesn't"
    ]


def test_no_case_of_the_list_is_missing_and_none_of_its_words_is_here() -> None:
    if not SHARED.is_file():
        pytest.skip("the list of abuse cases is not beside this repository")
    cases = [case for case in json.loads(SHARED.read_text(encoding="utf-8")) if case["class"] in CLASSES]
    table = {row.id: row for row in rows()}
    assert {case["id"] for case in cases} - set(table) == set()
    assert [case["id"] for case in cases if table[case["id"]].of != case["class"]] == []
    text = (ROOT / "docs" / "reference" / "abuse.md").read_text(encoding="utf-8").lower()
    # One word ("Export", "Send") is nobody's prose; what is longer would be copied.
    prose = [
        (case["id"], case[part].lower()) for case in cases for part in ("action", "must_hold") if " " in case[part]
    ]
    assert [id for id, told in prose if told in text] == []
    assert len(prose) > len(cases)
