"""`garant replay` from outside: exit codes, one-line errors, the exact JSON, and the shipped incidents recounted."""

from __future__ import annotations

import csv
import gzip
import json
import statistics
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from insight_cast import HEADER, PLAIN
from typer.testing import CliRunner, Result

from garant.cli.replay import app

ROOT = Path(__file__).parents[2]
SLICE = ROOT / "samples" / "uci498-slice.csv.gz"
MAP = ROOT / "samples" / "uci498-map.yaml"
WHOLE = ROOT.parent / "shared" / "data" / "incidents-uci498" / "events.csv.gz"
DENVER = ZoneInfo("America/Denver")


def run(
    log: Path,
    *,
    how: Path = MAP,
    programme: str = str(ROOT / "programmes" / "reference.yaml"),
    package: str = "gold",
    extra: tuple[str, ...] = ("--format", "json"),
) -> Result:
    """The command in this process."""
    return CliRunner().invoke(
        app, [str(log), "--map", str(how), "--programme", programme, "--package", package, *extra]
    )


def answer(log: Path, **options: Any) -> dict[str, Any]:
    """What the command prints as JSON."""
    result = run(log, **options)
    assert result.exit_code == 0, result.stderr
    report: dict[str, Any] = json.loads(result.stdout)
    return report


@pytest.fixture(scope="module")
def gold() -> dict[str, Any]:
    return answer(SLICE)


def incidents(path: Path = SLICE) -> dict[str, list[dict[str, str]]]:
    """The slice read in the plainest way, as a second opinion."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as text:
        for row in csv.DictReader(text):
            found[row["case_id"]].append(row)
    return found


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=DENVER).timestamp()


def test_the_json_has_the_documented_shape(gold: dict[str, Any]) -> None:
    assert list(gold) == ["programme", "package", "region", "log", "metrics", "worst", "notes"]
    assert (gold["programme"], gold["package"], gold["region"]) == ("reference", "gold", "default")
    assert list(gold["log"]) == ["rows", "cases", "unreadable", "from", "to"]
    assert [list(line) for line in gold["metrics"]] == [
        ["severity", "metric", "periods", "met", "missed", "running", "no_promise", "median_used", "p90_used"]
    ] * 6
    assert [(line["severity"], line["metric"]) for line in gold["metrics"]] == [
        (severity, metric) for severity in "123" for metric in ("initial_response", "follow_up")
    ]
    assert len(gold["worst"]) == 10
    for late in gold["worst"]:
        assert list(late) == ["case", "severity", "metric", "started", "due", "ended", "late_seconds", "explanation"]
        end = late["ended"] or gold["log"]["to"]
        assert (
            late["late_seconds"] == (datetime.fromisoformat(end) - datetime.fromisoformat(late["due"])).total_seconds()
        )
        assert late["explanation"]
        assert all(isinstance(line, str) for line in late["explanation"])
    assert len({late["case"] for late in gold["worst"]}) == 10
    assert [late["late_seconds"] for late in gold["worst"]] == sorted(
        (late["late_seconds"] for late in gold["worst"]), reverse=True
    )
    assert gold["notes"][0].startswith("Response is a proxy")


def test_the_slice_is_counted_like_a_plain_count_of_its_rows(gold: dict[str, Any]) -> None:
    cases = incidents()
    times = sorted(row["at"] for rows in cases.values() for row in rows)
    log = gold["log"]
    assert (log["rows"], log["cases"], log["unreadable"]) == (sum(map(len, cases.values())), len(cases), [])
    assert [log["from"][:19], log["to"][:19]] == [times[0], times[-1]]
    assert log["cases"] == 500


def plain_severity_1(path: Path) -> dict[str, list[dict[str, str]]]:
    """Incidents that were priority 1 throughout, never waited for the customer and never came back."""
    found = {}
    for number, rows in incidents(path).items():
        states = [row["status"] for row in rows]
        over = [state in ("Resolved", "Closed") for state in states]
        if {row["priority"] for row in rows} == {"1"} and "Awaiting User Info" not in states and over == sorted(over):
            found[number] = rows
    return found


def shares(rows: list[dict[str, str]]) -> tuple[float, list[float]]:
    """Used shares by bare arithmetic: Gold gives severity 1 four hours, then 32 between answers, around the clock."""
    first = next(place for place, row in enumerate(rows) if row["status"] != "New")
    end = next(place for place, row in enumerate(rows) if row["status"] in ("Resolved", "Closed"))
    answers = [moment(rows[first]["at"])]
    answers += [moment(row["at"]) for row in rows[first + 1 : end] if row["status"] == "Active"]
    answers += [moment(rows[end]["at"])] * (end > first)
    return (answers[0] - moment(rows[0]["at"])) / (4 * 3600), [(b - a) / (32 * 3600) for a, b in pairwise(answers)]


@pytest.mark.parametrize("path", [SLICE, WHOLE], ids=["slice", "whole"])
def test_severity_1_agrees_with_bare_arithmetic(path: Path, tmp_path: Path) -> None:
    if not path.exists():
        pytest.skip("the whole log is not beside this clone")
    cases = plain_severity_1(path)
    assert len(cases) > 15
    log = tmp_path / "log.csv"
    with log.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(next(iter(cases.values()))[0]))
        writer.writeheader()
        writer.writerows(row for rows in cases.values() for row in rows)
    initial, follow_up = answer(log)["metrics"][:2]
    used = [shares(rows) for rows in cases.values()]
    for line, expected in (
        (initial, [first for first, _ in used]),
        (follow_up, [share for _, later in used for share in later]),
    ):
        missed = sum(share > 1 for share in expected)
        assert (line["periods"], line["missed"], line["running"]) == (len(expected), missed, 0)
        assert line["met"] == len(expected) - missed
        assert line["median_used"] == round(statistics.median(expected), 4)
        assert line["p90_used"] == round(statistics.quantiles(expected, n=10, method="inclusive")[8], 4)


def test_every_incident_has_one_initial_period_and_the_columns_add_up(gold: dict[str, Any]) -> None:
    initial = [line for line in gold["metrics"] if line["metric"] == "initial_response"]
    assert sum(line["periods"] for line in initial) == 500
    for line in gold["metrics"]:
        assert line["periods"] == line["met"] + line["missed"] + line["running"]


def test_a_package_without_response_targets_counts_what_it_does_not_promise() -> None:
    standard = answer(SLICE, package="standard")
    first_priority = Counter(rows[0]["priority"] for rows in incidents().values())
    initial = {line["severity"]: line for line in standard["metrics"] if line["metric"] == "initial_response"}
    assert {severity: line["no_promise"] for severity, line in initial.items()} == {
        "1": first_priority["1"],
        "2": first_priority["2"],
        "3": first_priority["3"] + first_priority["4"],
    }
    assert all(line["periods"] == 0 and line["median_used"] is None for line in standard["metrics"])
    assert standard["worst"] == []


def test_a_better_package_never_misses_less() -> None:
    missed = {
        package: sum(line["missed"] for line in answer(SLICE, package=package)["metrics"])
        for package in ("silver", "gold", "platinum")
    }
    assert missed["silver"] <= missed["gold"] <= missed["platinum"]
    assert missed["silver"] < missed["platinum"]


def test_the_region_decides_the_calendar() -> None:
    japan = answer(SLICE, extra=("--region", "japan", "--format", "json"))
    assert japan["region"] == "japan"
    assert any("Tokyo" in line for late in japan["worst"] for line in late["explanation"])


def test_the_text_form_has_the_table_the_latest_cases_and_the_notes() -> None:
    result = run(SLICE, extra=())
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].endswith("3,840 rows, 500 cases")
    assert sum(line.startswith(("1  ", "2  ", "3  ")) for line in lines) == 6
    assert " 1. INC" in result.stdout
    assert "- Response is a proxy" in result.stdout
    assert all(line.isprintable() for line in lines)


def test_nothing_but_the_json_is_on_stdout_and_no_bar_without_a_terminal() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "garant",
            "replay",
            str(SLICE),
            "--map",
            str(MAP),
            "--programme",
            "reference",
            "--package",
            "gold",
            "--format",
            "json",
        ],
        capture_output=True,
        cwd=ROOT,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["log"]["cases"] == 500
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"package": "golden"}, "has no package 'golden'; it has standard, bronze, silver, gold, platinum"),
        ({"programme": "nowhere"}, "nowhere"),
        ({"programme": "/nowhere/x.yaml"}, "no such file"),
        ({"extra": ("--region", "mars")}, "has no region 'mars'; it has default"),
        ({"how": Path("/nowhere/map.yaml")}, "no such file"),
    ],
)
def test_wrong_names_end_with_1_and_one_line(options: dict[str, Any], message: str) -> None:
    result = run(SLICE, **options)
    assert result.exit_code == 1
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""


def own_map(folder: Path, **changes: Any) -> Path:
    path = folder / "map.yaml"
    path.write_text(json.dumps({**PLAIN, **changes}), encoding="utf-8")
    return path


def test_a_level_that_the_programme_lacks_is_named(tmp_path: Path) -> None:
    how = own_map(tmp_path, severities={"values": {"1": "1"}, "default": "4"})
    result = run(SLICE, how=how)
    assert result.exit_code == 1
    assert "has no level '4'; it has 1, 2, 3" in result.stderr


def test_a_column_that_the_log_lacks_ends_with_1_and_names_it(tmp_path: Path) -> None:
    result = run(SLICE, how=own_map(tmp_path))
    assert result.exit_code == 1
    assert "columns.case: 'case' is not in the log's header" in result.stderr


def test_a_log_that_cannot_be_read_ends_with_2_and_one_line(tmp_path: Path) -> None:
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(SLICE.read_bytes()[:5_000])
    for log in (tmp_path / "none.csv", tmp_path, cut):
        result = run(log)
        assert result.exit_code == 2
        assert len(result.stderr.splitlines()) == 1
        assert str(log) in result.stderr
        assert result.stdout == ""


def test_an_empty_log_gives_an_empty_report(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(HEADER + "\n", encoding="utf-8")
    report = answer(log, how=own_map(tmp_path))
    assert report["log"] == {"rows": 0, "cases": 0, "unreadable": [], "from": None, "to": None}
    assert all(line["periods"] == 0 for line in report["metrics"])


def test_a_case_named_to_steer_the_terminal_is_shown_harmless(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        f"{HEADER}\n\x1b[2JX,2026-01-05T09:00:00,New,1\nB,2026-02-05T09:00:00,\x1b[31m,1\n", encoding="utf-8"
    )
    text = run(log, how=own_map(tmp_path), extra=()).stdout
    assert "?[2JX" in text
    assert "\x1b" not in text


@pytest.mark.skipif(not WHOLE.exists(), reason="the whole log is not beside this clone")
def test_the_whole_log() -> None:
    report = answer(WHOLE, package="platinum")
    assert (report["log"]["rows"], report["log"]["cases"], report["log"]["unreadable"]) == (71_275, 12_528, [])
    initial = [line for line in report["metrics"] if line["metric"] == "initial_response"]
    assert sum(line["periods"] for line in initial) == 12_528
