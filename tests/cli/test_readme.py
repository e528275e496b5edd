"""The commands that the README shows without a desk run as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"


def shown() -> list[str]:
    """The lines of the block under "Commands that need no desk", continued ones joined, comments left out."""
    text = README.read_text(encoding="utf-8")
    block = text.split("## Commands that need no desk")[1].split("```")[1]
    lines = re.sub(r"\\\n\s*", " ", block).strip().splitlines()
    return [re.sub(r"\s+#.*", "", line) for line in lines]


@pytest.mark.parametrize("line", shown())
def test_a_command_of_the_readme_runs(line: str) -> None:
    words = line.split()
    assert words[0] == ".venv/bin/garant"
    program = Path(sys.executable).parent / "garant"
    done = subprocess.run([program, *words[1:]], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr[-2000:]
    assert done.stdout.strip()
