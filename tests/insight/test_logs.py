"""Reading a log: every row is used, or listed with its line and reason."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from insight_cast import HEADER, log_of, mapping, written

from garant.insight import logs
from garant.insight.logs import Log, LogError, read_log
from garant.insight.mapping import MappingError


def states(log: Log, case: str) -> list[str]:
    return [row[2] for row in log.cases[case]]


def test_rows_are_grouped_by_case_in_the_order_of_the_file(tmp_path: Path) -> None:
    log = log_of(
        tmp_path,
        "A,2026-01-05T09:00:00,New,1",
        "B,2026-01-05T09:30:00,New,2",
        "A,2026-01-05T10:00:00,Active,1",
    )
    assert (log.rows, list(log.cases)) == (3, ["A", "B"])
    assert states(log, "A") == ["New", "Active"]
    assert (log.first, log.last) == (datetime(2026, 1, 5, 9, tzinfo=UTC), datetime(2026, 1, 5, 10, tzinfo=UTC))
    assert [row[1] for row in log.cases["A"]] == [2, 4]


def test_rows_without_case_or_time_are_listed_with_their_line_and_the_rest_is_kept(tmp_path: Path) -> None:
    log = log_of(
        tmp_path,
        ",2026-01-05T09:00:00,New,1",
        "A,,New,1",
        "A,yesterday,New,1",
        "A,2026-02-30T09:00:00,New,1",
        "A",
        "A,0001-01-01T00:00:00,New,1",
        "A,9999-12-31T23:59:59+00:00,New,1",
        "A,2026-01-05T10:00:00,Active,1",
    )
    assert log.unreadable == [
        (2, "no case"),
        (3, "no time"),
        (4, "time not readable: 'yesterday'"),
        (5, "time not readable: '2026-02-30T09:00:00'"),
        (6, "no time"),
        (7, "time out of range: year 1"),
        (8, "time out of range: year 9999"),
    ]
    assert (log.rows, states(log, "A")) == (8, ["Active"])


def test_an_unknown_state_and_an_unknown_severity_are_counted_and_their_rows_kept(tmp_path: Path) -> None:
    log = log_of(tmp_path, "A,2026-01-05T09:00:00,-100,1", "A,2026-01-05T09:05:00,Active,9", "A,2026-01-05T09:06:00")
    assert dict(log.unknown_events) == {"-100": 1, "": 1}
    assert dict(log.unknown_severities) == {"9": 1, "": 1}
    assert states(log, "A") == ["-100", "Active", ""]


def test_rows_out_of_order_are_sorted_by_time_and_equal_times_keep_their_order(tmp_path: Path) -> None:
    log = log_of(
        tmp_path,
        "A,2026-01-05T10:00:00,Active,1",
        "A,2026-01-05T11:00:00,Pending,1",
        "A,2026-01-05T11:00:00,Resolved,1",
        "A,2026-01-05T09:00:00,New,1",
        "B,2026-01-05T08:00:00,New,1",
    )
    assert states(log, "A") == ["New", "Active", "Pending", "Resolved"]
    assert log.unordered_cases == 1


def test_a_row_that_repeats_another_word_for_word_counts_once(tmp_path: Path) -> None:
    row = "A,2026-01-05T09:00:00,New,1"
    log = log_of(tmp_path, row, row, "B,2026-01-05T09:00:00,New,1", "A,2026-01-05T09:00:00,New,2")
    assert (log.rows, log.duplicates, len(log.cases["A"]), len(log.cases["B"])) == (4, 1, 2, 1)


def test_quoted_fields_line_ends_inside_them_byte_order_mark_and_crlf(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(
        b"\xef\xbb\xbfcase,text,time,state,level\r\n"
        b'A,"one, ""two""\r\nthree",2026-01-05T09:00:00,New,1\r\n'
        b"\r\n"
        b",x,2026-01-05T09:00:00,New,1\r\n"
        b" A ,x, 2026-01-05T09:10:00 ,Active, 1 \r\n"
    )
    log = read_log(path, mapping())
    assert states(log, "A") == ["New", "Active"]
    assert log.unreadable == [(5, "no case")]
    assert log.rows == 3


def test_broken_quoting_makes_its_row_unreadable_and_no_other(tmp_path: Path) -> None:
    log = log_of(tmp_path, 'A,"2026"-01-05,New,1', "A,2026-01-05T09:10:00,Active,1")
    assert [line for line, _ in log.unreadable] == [2]
    assert log.unreadable[0][1].startswith("broken quoting")
    assert states(log, "A") == ["Active"]


def test_a_quote_that_never_closes_is_told_and_the_rows_before_it_are_kept(tmp_path: Path) -> None:
    log = log_of(tmp_path, "A,2026-01-05T09:10:00,New,1", 'A,"2026-01-05T09:10:00,Active,1', "B,2026-01-05,New,1")
    assert log.unreadable == [(3, "a quoted field is never closed; everything after it is lost")]
    assert list(log.cases) == ["A"]


def test_a_huge_field_in_a_column_that_is_not_needed_does_no_harm(tmp_path: Path) -> None:
    log = log_of(tmp_path, f"A,2026-01-05T09:10:00,New,1,{'x' * 300_000}", "A,2026-01-05T09:11:00,Active,1")
    assert (len(log.cases["A"]), log.unreadable) == (2, [])


def test_a_field_beyond_the_limit_makes_its_row_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LONGEST_FIELD", 1_000)
    log = log_of(tmp_path, f"A,2026-01-05T09:10:00,New,{'x' * 2_000}", "A,2026-01-05T09:11:00,Active,1")
    assert log.unreadable == [(2, "a field is longer than 1000 characters")]
    assert states(log, "A") == ["Active"]


def test_bytes_that_are_no_utf8_are_replaced_and_noted_where_they_matter(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(HEADER.encode() + b"\nA\xff,2026-01-05T09:00:00,N\xffw,1\n")
    log = read_log(path, mapping())
    assert list(log.cases) == ["A\ufffd"]
    assert log.damaged_text == 1


def test_gzip_is_recognised_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(gzip.compress(f"{HEADER}\nA,2026-01-05T09:00:00,New,1\n".encode()))
    assert read_log(path, mapping()).rows == 1


def test_a_gzip_cut_short_or_damaged_is_an_error_and_no_partial_log(tmp_path: Path) -> None:
    rows = "".join(f"A{n},2026-01-05T09:00:{n % 60:02},New,1\n" for n in range(5_000))
    whole = gzip.compress(f"{HEADER}\n{rows}".encode())
    path = tmp_path / "log.csv.gz"
    for damaged in (
        whole[:-100],
        whole[: len(whole) // 2],
        whole[:500] + b"\xff" * 50 + whole[550:],
        whole[:-8] + b"12345678",
    ):
        path.write_bytes(damaged)
        with pytest.raises(LogError) as caught:
            read_log(path, mapping())
        assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n\n", b'"case'])
def test_a_file_without_a_header_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    with pytest.raises(LogError, match="header"):
        read_log(path, mapping())


def test_a_missing_file_and_a_folder_are_errors(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="No such file"):
        read_log(tmp_path / "none.csv", mapping())
    with pytest.raises(LogError, match="directory"):
        read_log(tmp_path, mapping())


def test_a_mapped_column_that_is_missing_or_there_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"columns\.severity: 'level' is not in the log's header"):
        read_log(written(tmp_path, header="case,time,state"), mapping())
    with pytest.raises(MappingError, match=r"columns\.case: 'case' stands more than once"):
        read_log(written(tmp_path, header="case,case,time,state,level"), mapping())
    with pytest.raises(MappingError) as caught:
        read_log(written(tmp_path, header='"c\n\x1b[31m",time'), mapping())
    assert str(caught.value).isprintable()


def test_a_header_alone_is_an_empty_log(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    assert (log.rows, log.cases, log.first, log.last) == (0, {}, None, None)


def test_other_delimiters_and_time_formats(tmp_path: Path) -> None:
    path = written(tmp_path, "A;05/01/2026 09:30;New;1", header="case;time;state;level")
    how = mapping(delimiter=";", time={"zone": "Europe/Paris", "format": "%d/%m/%Y %H:%M"})
    assert read_log(path, how).first == datetime(2026, 1, 5, 8, 30, tzinfo=UTC)


def denver(*rows: str, folder: Path) -> Log:
    return log_of(folder, *rows, how=mapping(time={"zone": "America/Denver"}))


def test_local_times_take_the_offset_of_their_date_and_written_offsets_win(tmp_path: Path) -> None:
    log = denver(
        "A,2026-01-05T09:00:00,New,1",
        "B,2026-07-06T09:00:00,New,1",
        "C,2026-07-06T09:00:00+02:00,New,1",
        folder=tmp_path,
    )
    assert [rows[0][0].hour for rows in log.cases.values()] == [16, 15, 7]


def test_a_time_in_the_skipped_hour_takes_the_offset_before_it(tmp_path: Path) -> None:
    # Denver goes from 02:00 MST to 03:00 MDT on 8 March 2026: 02:30 MST is 09:30 UTC, shown as 03:30.
    log = denver("A,2026-03-08T02:30:00,New,1", folder=tmp_path)
    assert (log.first, log.skipped_hour) == (datetime(2026, 3, 8, 9, 30, tzinfo=UTC), 1)


def test_a_time_in_the_repeated_hour_is_the_first_one_unless_the_row_before_is_later(tmp_path: Path) -> None:
    # Denver shows 01:00-02:00 twice on 1 November 2026: first MDT (from 07:00 UTC), then MST (from 08:00 UTC).
    log = denver(
        "A,2026-11-01T01:10:00,New,1",
        "A,2026-11-01T01:50:00,Active,1",
        "A,2026-11-01T01:20:00,Active,1",
        "A,2026-11-01T02:05:00,Active,1",
        "B,2026-11-01T01:20:00,New,1",
        folder=tmp_path,
    )
    assert [f"{row[0]:%H:%M}" for row in log.cases["A"]] == ["07:10", "07:50", "08:20", "09:05"]
    assert f"{log.cases['B'][0][0]:%H:%M}" == "07:20"
    assert (log.repeated_hour, log.unordered_cases) == (4, 0)
