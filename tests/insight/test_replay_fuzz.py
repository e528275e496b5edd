"""Whatever a log holds, it is read and reported: no traceback, no lost row, columns that add up."""

from __future__ import annotations

import json
import tempfile
from datetime import datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from insight_cast import HEADER, OFFER, PLAIN, mapping

from garant.insight.logs import LogError, read_log
from garant.insight.mapping import MappingError, mapping_from_plain
from garant.insight.reading_out import lines
from garant.insight.replaying import replay_log

STATES = st.sampled_from([*PLAIN["events"], "-100", ""])
EVENTS = {
    "New": "opened",
    "Active": "response",
    "Asked": "response_and_waiting",
    "Pending": "waiting",
    "Wrote": "customer_update",
    "Vendor": "working",
    "Resolved": "resolved",
    "Again": "reopened",
    "Closed": "closed",
}
TIMES = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 31)).map(lambda at: at.isoformat())
ROWS = st.tuples(st.sampled_from("ABC"), TIMES, STATES, st.sampled_from("1239")).map(",".join)
MAPPINGS = st.sampled_from(
    [
        mapping(),
        mapping(time={"zone": "America/Denver"}),
        mapping(response={"is": "proxy"}, events=EVENTS),
        mapping(rows="events", response={"is": "recorded"}, events=EVENTS),
    ]
)


@settings(deadline=None, max_examples=80)
@given(st.lists(ROWS, max_size=25), MAPPINGS)
def test_any_order_of_states_gives_a_report_that_adds_up(rows: list[str], how: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
        log = read_log(path, how)  # type: ignore[arg-type]
    report = replay_log(log, how, OFFER)  # type: ignore[arg-type]
    plain = report.to_plain(lambda steps: [step.code for step in steps])
    json.dumps(plain, allow_nan=False)
    assert log.rows == len(rows)
    assert sum(len(kept) for kept in log.cases.values()) + log.duplicates + len(log.unreadable) == log.rows
    opened = sum(
        tally.periods + tally.no_promise
        for (_, metric), tally in report.tallies.items()
        if metric == "initial_response"
    )
    assert opened == len(log.cases)
    for late in report.worst:
        assert late.period.missed
        assert late.by.total_seconds() > 0
    assert all(share >= 0 for tally in report.tallies.values() for share in tally.used)
    assert list(lines(report, lambda steps: []))


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_are_a_log_or_an_error_of_one_line(content: bytes, with_header: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        path.write_bytes((HEADER.encode() + b"\n") * with_header + content)
        try:
            log = read_log(path, mapping())
        except (LogError, MappingError) as error:
            assert len(str(error).splitlines()) == 1  # noqa: PT017 - most bytes are a log, some are an error
            return
    report = replay_log(log, mapping(), OFFER)
    assert all(line.isprintable() for line in lines(report, lambda steps: []))


PLAIN_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(sorted(PLAIN)), PLAIN_VALUES)
def test_any_value_in_a_mapping_is_taken_or_refused_in_one_line(key: str, value: object) -> None:
    try:
        mapping_from_plain({**PLAIN, key: value})
    except MappingError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
