"""`garant programme check` and `show`, and what happens to files that are no programme."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from sheet_cast import ROOT, SHARED, run, shipped

from garant.contracts.reading import parse_yaml
from garant.core.programmes import STANDARD_ROWS, read_programme, shown

REFERENCE = ROOT / "programmes" / "reference.yaml"
TEXT = REFERENCE.read_text(encoding="utf-8")

SIX_DAYS = {
    "New Year's Day", "Memorial Day", "Independence Day", "Labor Day", "Thanksgiving Day", "Christmas Day",
}  # fmt: skip
#: The vendor's closed days of two years, worked out by hand.
CLOSED = [
    "2026-01-01", "2026-05-25", "2026-07-03", "2026-09-07", "2026-11-26", "2026-12-25",
    "2027-01-01", "2027-05-31", "2027-07-05", "2027-09-06", "2027-11-25", "2027-12-24",
]  # fmt: skip


@pytest.mark.parametrize("path", sorted((ROOT / "programmes").glob("*.yaml")), ids=lambda path: path.stem)
def test_what_is_shipped_has_no_mistake(path: Path) -> None:
    found = run("programme", "check", str(path))
    assert (found.exit_code, found.stdout) == (0, ""), found.stdout


def test_show_prints_the_documented_shape() -> None:
    found = run("programme", "show", "reference", "--format", "json")
    told = json.loads(found.stdout)
    assert list(told) == [
        "programme", "version", "effective_from", "languages", "regions", "severities", "packages", "targets",
        "allotments", "channels", "calendars",
    ]  # fmt: skip
    assert told["languages"] == ["en", "fr", "es", "de", "it", "ja"]
    assert told["regions"] == ["default", "japan"]
    assert [package["code"] for package in told["packages"]] == ["standard", "bronze", "silver", "gold", "platinum"]
    assert {len(package["rows"]) for package in told["packages"]} == {25}
    keys = {"package", "region", "severity", "metric", "amount", "unit", "calendar", "start_calendar", "grade"}
    assert all(set(target) == keys for target in told["targets"])
    assert all(set(one) == {"package", "region", "ledger", "amount", "period"} for one in told["allotments"])
    assert all(set(one) == {"package", "region", "channel", "hours"} for one in told["channels"])
    assert all(set(one) == {"code", "zone", "weekly", "holidays"} for one in told["calendars"])
    assert all(set(one["name"]) == set(told["languages"]) for one in [*told["severities"], *told["packages"]])


def test_the_packages_say_what_the_programme_says() -> None:
    rows = {package.code: shipped().rows(package.code) for package in shipped().packages}
    for row, values in {
        "authorized_contacts": [2, 2, 2, 3, 10], "phone_support": [None, *["24x7"] * 4],
        "initial_response_1": [None, None, 6, 4, 2], "initial_response_2": [None, None, 10, 8, 6],
        "initial_response_3": [None, None, 14, 12, 10], "follow_up_1": [None, None, 32, 32, 24],
        "follow_up_2_3": [None, None, 72, 72, 72], "private_sessions": [0, 0, 0, 4, 8],
        "services_days": [0, 0, 0, 3, 10],
        "elearning_library": [False, True, True, True, True], "senior_advisor": [False, False, True, True, True],
        "named_advisor": [False, False, False, True, True], "weekly_updates": [False, False, False, False, True],
        "knowledge_base": [True] * 5,
    }.items():  # fmt: skip
        assert [rows[package][row] for package in rows] == values, row
    assert set(STANDARD_ROWS) < set(rows["gold"])


def test_japan_keeps_the_amounts_counts_on_its_hours_and_has_no_phone() -> None:
    target = shipped().target("gold", "japan", "1", "initial_response")
    assert target is not None
    assert (target.amount, target.calendar) == (4, "japan_hours")
    offered = [one.code for one in shipped().channels("gold", "japan") if one.hours]
    assert offered == ["mail", "web"]
    assert shipped().standing_rule("japan").prolonged_only
    assert shipped().rows("japan", "japan")["authorized_contacts"] == 2


def test_the_vendors_six_days_are_kept_on_weekdays_of_their_own_year() -> None:
    calendar = next(one for one in shown(shipped())["calendars"] if one["code"] == "vendor_hours")
    assert [day for day in calendar["holidays"] if day[:4] in ("2026", "2027")] == CLOSED
    assert not any(day.startswith("2027-12-31") for day in calendar["holidays"])
    plain = shipped().calendars["vendor_hours"].plain
    assert plain is not None
    assert {day["name"] for day in plain["holidays"]} == SIX_DAYS


@pytest.mark.skipif(not SHARED.is_dir(), reason="the fact sheets lie beside the repository, and are not there")
def test_the_calendars_are_those_of_the_fact_sheet() -> None:
    sheet = json.loads((SHARED / "programmes" / "reference.json").read_text(encoding="utf-8"))
    for one in shown(shipped())["calendars"]:
        facts = sheet["golden_calendars"][one["code"]]
        assert one["weekly"] == facts["weekly"]
        assert [day for day in one["holidays"] if day[:4] in ("2026", "2027")] == facts["holidays"]


def test_mistakes_are_named_by_file_line_and_path(tmp_path: Path) -> None:
    text = TEXT.replace("platinum: 2}}", "platinum: -2}}", 1).replace("zone: Asia/Tokyo", "zone: Asia/Edo")
    path = tmp_path / "wrong.yaml"
    path.write_text(text, encoding="utf-8")
    found = run("programme", "check", str(path))
    assert found.exit_code == 1
    at = {
        words: next(n for n, line in enumerate(text.splitlines(), 1) if words in line)
        for words in ("zone: Asia/Edo", "platinum: -2}}")
    }
    assert found.stdout.splitlines() == [
        f"{path}:{at['zone: Asia/Edo']}: calendars.japan_hours.zone: unknown zone 'Asia/Edo'; "
        "use an IANA name such as America/Denver, or a fixed offset such as UTC-08:00",
        f"{path}:{at['platinum: -2}}']}: targets[0].amounts.platinum: -2 is not more than 0; write a number above 0",
    ]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "YAML"),
        ("programme: x\nprogramme: y\n", 2, "key programme stands twice"),
        ("a: &a [*a]\n", 1, "unknown anchor a"),
        ("a: !!python/object:os.system x\n", 1, "tag"),
        ("a: 1\n---\nb: 2\n", 2, "a second document begins"),
        ("a: {<<: {b: 1}}\n", 1, "merge keys"),
        ("[" * 200, 1, "nested deeper than 40 levels"),
        ("x: 1\n? [a]\n: b\n", 2, "a key that is no text"),
        ("", 1, "expected a mapping"),
        ("- a\n", 1, "expected a mapping"),
        ("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
         + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9)), 5, "more than 100000"),
    ],
)  # fmt: skip
def test_hostile_or_broken_yaml_is_a_named_mistake(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    found = run("programme", "check", str(path))
    assert found.exit_code == 1
    assert any(f":{line}: " in told and said in told for told in found.stdout.splitlines()), found.stdout


def test_files_that_cannot_be_read_end_with_2(tmp_path: Path) -> None:
    latin, large = tmp_path / "latin.yaml", tmp_path / "large.yaml"
    latin.write_bytes(b"name: \xff\xfe")
    large.write_bytes(b"#" * 2_000_001)
    for path in (latin, large, tmp_path, tmp_path / "none.yaml"):
        found = run("programme", "check", f"{path}" if path.suffix else f"{path}/")
        assert (found.exit_code, found.stdout) == (2, "")
        assert len(found.stderr.strip().splitlines()) == 1


def test_numbers_and_words_are_read_by_the_core_schema() -> None:
    read = parse_yaml('a: no\nb: 07:00\nc: 1.50\nd: "1"\ne: 0x1F\nf: null\ng: 1_000\nh: True\n').values
    assert read == {"a": "no", "b": "07:00", "c": read["c"], "d": "1", "e": "0x1F", "f": None, "g": "1_000", "h": True}
    assert str(read["c"]) == "1.50"


_JUNK = ("\t", "&a", "*a", "- ", "{", "}", "[", "]", '"', "'", "%YAML 9\n", "---\n", "\x00", "|", "? ", ": ", "#",
         "\\x", '"\\U99999999"', "!!binary x", "@", "\u2028",
         "<<: *a", "key: key: key", "-1", "null", "24:00-07:00")  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_no_damaged_file_makes_the_reader_stumble(seed: int) -> None:
    chance = random.Random(seed)
    start = TEXT.index("calendars:")
    text = TEXT[:900] + TEXT[start : start + 2_000] + TEXT[TEXT.index("\ntargets:") :][:3_000]
    for _ in range(chance.choice([1, 1, 3, 10])):
        at = chance.randrange(len(text))
        cut = chance.randrange(60) if chance.random() < 0.4 else 0
        text = text[:at] + (chance.choice(_JUNK) if not cut else "") + text[at + cut :]
    source = parse_yaml(text)
    _, problems = read_programme(source.values, source.lines)
    assert source.problems or problems  # it is cut short, so something is always missing


def test_the_text_form_can_be_read_by_people() -> None:
    told = run("programme", "show", "reference").stdout
    row = next(line for line in told.splitlines() if "Authorized contacts" in line)
    assert row.split()[2:] == ["2", "2", "2", "3", "10"]
    assert "Thanksgiving" not in told  # dates belong to the JSON form
    french = run("programme", "show", "reference", "--language", "fr").stdout
    assert "Interlocuteurs autorisés" in french
