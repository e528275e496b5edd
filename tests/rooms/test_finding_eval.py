"""`garant search eval`: reading sets, asking them, and the figures; and what is said of a bad folder."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from garant.finding.evaluating import evaluated
from garant.finding.sets import SetError, corpora_in

GARANT = [sys.executable, "-c", "from garant.cli.main import main; main()"]


def written(file: Path, rows: list[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    file.write_bytes(gzip.compress(data) if file.suffix == ".gz" else data)


def article(ref: str, title: str, body: str) -> dict[str, Any]:
    return {"id": ref, "lang": "xx", "title": title, "section": "guide", "body": body}


def question(text: str, *relevant: str, kind: str = "index-term", **more: bool) -> dict[str, Any]:
    return {"qid": text, "query": text, "kind": kind, "relevant": list(relevant), **more}


@pytest.fixture
def sets(tmp_path: Path) -> list[Path]:
    """A base in two languages, and passages whose ids mean something else."""
    base, passages = tmp_path / "kb-own", tmp_path / "qa-own"
    english = [
        article("a", "Printing a page", "Choose the printer."),
        article("b", "Saving a file", "Choose a folder."),
    ]
    german = [article("a", "Eine Seite drucken", "Drucker"), article("b", "Datei speichern", "Ordner wählen")]
    written(base / "articles.en.jsonl.gz", english)
    written(base / "articles.de.jsonl.gz", german)
    written(
        base / "queries.en.jsonl",
        [question("printing", "a"), question("choose folder", "b", same_as_en=False), question("saving", "a")],
    )
    written(
        base / "queries.de.jsonl",
        [question("Ordner", "b"), question("printing", "a", same_as_en=True), question("Xylophon", "a")],
    )
    written(passages / "own.en.passages.jsonl.gz", [{"id": "a", "title": "Zebra", "body": "Stripes."}])
    written(passages / "own.en.queries.jsonl", [question("Who has stripes?", "a", kind="question")])
    return [base, passages]


@pytest.mark.database
@pytest.mark.django_db
def test_the_figures_of_small_sets(sets: list[Path], tmp_path: Path) -> None:
    said: list[str] = []
    report = evaluated(corpora_in(sets), {}, say=said.append)
    rows = {(row["set"], row["language"]): row for row in report.rows}
    shares = {"hit@5": 0.6667, "mrr@10": 0.6667, "empty": 0.0, "hit@5_all": 0.6667}
    assert rows["kb-own", "en"] == {"set": "kb-own", "language": "en", "kind": "index-term", "queries": 3, **shares}
    german = rows["kb-own", "de"]
    assert (german["queries"], german["hit@5"], german["empty"], german["hit@5_all"]) == (2, 0.5, 0.5, 0.3333)
    assert (rows["qa-own", "en"]["kind"], rows["qa-own", "en"]["hit@5"]) == ("question", 1.0)
    assert [(row["set"], row["from"], row["to"], row["queries"]) for row in report.cross] == [
        ("kb-own", "de", "en", 2),
        ("kb-own", "en", "de", 3),
    ]
    assert "kb-own de: 2 articles" in said


@pytest.mark.database
@pytest.mark.django_db
def test_questions_come_from_another_folder_of_the_same_name(sets: list[Path], tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "kb-own"
    written(other / "queries.de.jsonl", [question("Drucker", "a")])
    report = evaluated(corpora_in(sets), {"kb-own": other}, say=lambda _: None)
    assert [(row["set"], row["language"], row["queries"]) for row in report.rows] == [
        ("kb-own", "de", 1),
        ("qa-own", "en", 1),
    ]


def test_a_bad_folder_is_named_in_one_line(sets: list[Path], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "missing"):
        done = subprocess.run(
            [*GARANT, "search", "eval", str(sets[0]), str(folder)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert str(folder) in done.stderr
        assert not done.stdout
    done = subprocess.run(
        [*GARANT, "search", "eval", str(sets[0]), "--queries", str(tmp_path / "missing")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


@pytest.mark.parametrize("line", ['{"id": "a"}', "[]", "{", '"x"', "\x00"])
@pytest.mark.database
@pytest.mark.django_db
def test_a_line_that_cannot_be_read_is_named(sets: list[Path], line: str) -> None:
    file = sets[0] / "articles.en.jsonl.gz"
    file.write_bytes(gzip.compress(line.encode()))
    with pytest.raises(SetError, match=r"articles\.en"):
        evaluated(corpora_in(sets), {}, say=lambda _: None)


@pytest.mark.parametrize("line", ['{"query": "a"}', '{"query": "a", "kind": "x", "relevant": 5}', "[]"])
def test_a_question_that_cannot_be_read_is_named(sets: list[Path], line: str) -> None:
    (sets[0] / "queries.de.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(SetError, match=r"queries\.de"):
        evaluated(corpora_in(sets), {}, say=lambda _: None)


@pytest.mark.database
@pytest.mark.long
def test_the_command_measures_in_a_database_of_its_own(sets: list[Path], tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = subprocess.run(
        [*GARANT, "search", "eval", str(sets[0]), "--json"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "GARANT_HOME": str(home), "TMPDIR": "/tmp"},
    )
    assert done.returncode == 0, done.stderr
    assert {row["set"] for row in json.loads(done.stdout)["rows"]} == {"kb-own"}
    assert not home.exists()
