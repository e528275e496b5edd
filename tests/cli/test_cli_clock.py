"""`garant clock`: lines, exit codes and messages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from garant.cli.clock import app

ALL = {
    "timezone": "UTC",
    "weekly": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
}
GOOD = {"id": "g", "kind": "add", "calendar": ALL, "start": "2026-11-20T10:00:00Z", "duration_seconds": 60}
BAD = {**GOOD, "id": "b", "kind": "guess"}


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    path = tmp_path / "vectors.json"
    path.write_text(json.dumps({"schema": 1, "vectors": [GOOD]}))
    return path


def test_a_file_gives_one_line_per_vector_and_zero(vectors: Path) -> None:
    result = CliRunner().invoke(app, [str(vectors)])
    assert (result.exit_code, result.stdout) == (0, '{"id": "g", "due": "2026-11-20T10:01:00+00:00"}\n')


def test_a_refused_vector_gives_one(vectors: Path) -> None:
    vectors.write_text(json.dumps({"schema": 1, "vectors": [BAD, GOOD]}))
    result = CliRunner().invoke(app, [str(vectors)])
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.exit_code, [line["id"] for line in lines], "error" in lines[0]) == (1, ["b", "g"], True)


def test_a_file_that_cannot_be_read_gives_two_and_the_others_are_answered(vectors: Path, tmp_path: Path) -> None:
    broken, binary = tmp_path / "broken.json", tmp_path / "binary.json"
    broken.write_text("{")
    binary.write_bytes(b"\xff\xfe\x00")
    result = CliRunner().invoke(
        app, [str(broken), str(tmp_path / "none.json"), str(binary), str(tmp_path), str(vectors)]
    )
    assert (result.exit_code, len(result.stdout.splitlines())) == (2, 1)
    told = result.stderr.splitlines()
    assert len(told) == 4
    assert told[0].startswith(f"garant clock: {broken}: not JSON: ")
    assert told[1] == f"garant clock: {tmp_path / 'none.json'}: No such file or directory"


def test_standard_input_is_a_dash() -> None:
    text = json.dumps({"schema": 1, "vectors": [GOOD]})
    assert json.loads(CliRunner().invoke(app, ["-"], input=text).stdout)["id"] == "g"


def test_it_imports_neither_django_nor_settings(vectors: Path) -> None:
    script = (
        "import sys\nfrom garant.cli.main import main\nsys.argv = ['garant', 'clock', sys.argv[1]]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "assert not any(name.split('.')[0] in ('django', 'psycopg') for name in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(vectors)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["id"] == "g"
