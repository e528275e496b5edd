"""The programmes that scenarios ask, read once, and the commands' runner."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from click.testing import Result
from typer.testing import CliRunner

from garant.cli.main import app
from garant.contracts.reading import load_programme_file
from garant.core.programmes import Programme

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"


@cache
def shipped(name: str = "reference") -> Programme:
    """A programme that the repository ships."""
    found, problems = load_programme_file(ROOT / "programmes" / f"{name}.yaml")
    assert found is not None, problems[:3]
    return found


def run(*words: str) -> Result:
    """A command of the command line."""
    return CliRunner().invoke(app, list(words))


def lines(result: Result) -> list[dict[str, Any]]:
    """What a command printed, one JSON value a line."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def ask(tmp_path: Path, *situations: Any, how: str = "due", programme: str = "reference") -> list[dict[str, Any]]:
    """What `garant ask` answers to situations; each may be a pair of ask and situation."""
    golden = [
        {"id": f"s{number}", "ask": item[0] if isinstance(item, tuple) else how, "situation": item[-1] if
         isinstance(item, tuple) else item}
        for number, item in enumerate(situations)
    ]  # fmt: skip
    sheet = tmp_path / "sheet.json"
    sheet.write_text(json.dumps({"golden": golden}), encoding="utf-8")
    return lines(run("ask", "--programme", str(ROOT / "programmes" / f"{programme}.yaml"), str(sheet)))
