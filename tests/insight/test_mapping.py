"""A mapping file: what it may say, and the one line that names each mistake."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from insight_cast import PLAIN

from garant.insight.mapping import MappingError, mapping_from_plain, read_mapping

SHIPPED = Path(__file__).parents[2] / "samples" / "uci498-map.yaml"


def test_the_shipped_mapping_names_its_proxy_and_maps_four_priorities_to_three_levels() -> None:
    mapping = read_mapping(SHIPPED)
    assert mapping.response_is_proxy
    assert mapping.first_change_answers
    assert dict(mapping.severities) == {"1": "1", "2": "2", "3": "3", "4": "3"}
    assert mapping.events["Awaiting User Info"] == "waiting"
    assert "-100" not in mapping.events
    assert str(mapping.zone) == "America/Denver"


def changed(path: str, value: Any) -> dict[str, Any]:
    plain = copy.deepcopy(PLAIN)
    *outer, last = path.split("/")
    inner = plain
    for key in outer:
        inner = inner[key]
    inner[last] = value
    return plain


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("colums", {}, "colums: unknown key; known are columns, delimiter"),
        ("columns", {"case": "c", "time": "t", "event": "e"}, "columns: severity is missing"),
        ("columns", ["case"], "columns: expected a table of key: value, found a list"),
        ("columns/case", "", "columns.case: expected some text"),
        ("columns/colour", "x", "columns.colour: unknown key; known are case, event, severity, time"),
        ("time/zone", "Denver", "time.zone: no zone is called 'Denver'"),
        ("time/zone", "../../etc/passwd", "time.zone: no zone is called"),
        ("time/zone", None, "time.zone: expected some text, found nothing"),
        ("time/format", "dd/mm/yyyy", "time.format: 'dd/mm/yyyy' is neither iso nor a pattern"),
        ("rows", "snapshots", "rows: 'snapshots' is not known; choose states, events"),
        ("events", {}, "events: empty"),
        ("events/Active", "answer", "events.Active: 'answer' is not known; choose opened, response"),
        ("events/Active", ["response"], "events.Active: "),
        ("response", {"is": "guess"}, "response.is: 'guess' is not known"),
        ("response", {"is": "proxy", "first_change_answers": "yes"}, "first_change_answers: write true or false"),
        ("response", {"first_change_answers": True}, "a change of state only stands for a response"),
        ("severities/values", {"1": None}, "severities.values.1: expected some text, found nothing"),
        ("severities", {"values": {}}, "severities: default is missing"),
        ("severities/default", True, "severities.default: expected some text, found true or false"),
        ("delimiter", ";;", "delimiter: write one character"),
        ("delimiter", '"', "delimiter: write one character"),
        ("notes", "one", "notes: write a list of sentences"),
    ],
)
def test_each_mistake_is_named_where_it_stands(path: str, value: Any, message: str) -> None:
    with pytest.raises(MappingError) as caught:
        mapping_from_plain(changed(path, value))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_changes_of_state_answer_only_in_a_log_of_states() -> None:
    with pytest.raises(MappingError, match="only a log with rows: states"):
        mapping_from_plain({**PLAIN, "rows": "events"})


@pytest.mark.parametrize("plain", [None, [], "text", 3])
def test_a_mapping_that_is_no_table_is_refused(plain: object) -> None:
    with pytest.raises(MappingError, match="expected a table"):
        mapping_from_plain(plain)


def test_levels_written_as_numbers_are_taken_as_text() -> None:
    mapping = mapping_from_plain(changed("severities", {"values": {"high": 1}, "default": 3}))
    assert (mapping.severities["high"], mapping.default_severity) == ("1", "3")


def test_a_mistake_in_a_file_comes_with_file_and_line(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    path = tmp_path / "map.yaml"
    path.write_text(text.replace("zone: America/Denver", "zone: Denver"), encoding="utf-8")
    line = 1 + text[: text.index("zone: America/Denver")].count("\n")
    with pytest.raises(MappingError) as caught:
        read_mapping(path)
    assert str(caught.value).startswith(f"{path}:{line}: time.zone: no zone is called 'Denver'")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", "map.yaml:"),
        ("columns: {}\ncolumns: {}", "map.yaml:2: key columns stands twice"),
        ("a: &a [*a]", "map.yaml:1: "),
        ("!!python/object:os.system x", "tag tag:yaml.org,2002:python/object:os.system"),
        ("", "map.yaml:1: expected a table"),
        ("\x00", "map.yaml"),
    ],
)
def test_a_file_that_is_no_mapping_is_one_line_with_a_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MappingError) as caught:
        read_mapping(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_one_that_is_no_text_are_mapping_errors(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="no such file"):
        read_mapping(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"log: caf\xe9")
    with pytest.raises(MappingError, match="not UTF-8"):
        read_mapping(tmp_path / "latin.yaml")
