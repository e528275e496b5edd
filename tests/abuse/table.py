"""What docs/reference/abuse.md says: an id, its class, and the tests that prove it. Read here, and by nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "reference" / "abuse.md"
#: Stands in the third column of what concerns nothing that is built.
NOT_BUILT = "not built: "
_ID = re.compile(
    r"(?:IDOR|CSV|MASS|ENUM|AUTH|RACE|TIME|UNI|ENT|SEV|AUD|MAIL|THRD|LOOP|BOMB|MIME|ATT|TPL|XSS|COM|GDPR|DOS)_\d\d(?!\d)",
    re.IGNORECASE,
)
_ROW = re.compile(r"\| ([A-Z]+-\d\d) \| ([a-z-]+) \| (.+) \|\Z")
_TEST = re.compile(r"`(tests/[\w/.]+\.py)::(\w+)`")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: `tests` as (file, function); `note` what stands there instead of them or beside them."""

    id: str
    of: str
    tests: tuple[tuple[str, str], ...]
    note: str


def rows() -> list[Row]:
    """The table as written."""
    found = [_ROW.match(line) for line in DOCUMENT.read_text(encoding="utf-8").splitlines()]
    return [
        Row(m[1], m[2], tuple((t[1], t[2]) for t in _TEST.finditer(m[3])), _TEST.sub("", m[3]).strip(" ,"))
        for m in found
        if m is not None
    ]


def functions() -> Mapping[str, str]:
    """Every test of the repository that names an abuse case: FILE::NAME -> its name and what its docstring says."""
    found = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                place = f"{path.relative_to(ROOT).as_posix()}::{node.name}"
                found[place] = f"{node.name} {ast.get_docstring(node) or ''}".replace("-", "_")
    return found


def ids(text: str) -> set[str]:
    """The ids of abuse cases that a test's name or docstring holds."""
    return {found.upper().replace("_", "-") for found in _ID.findall(text)}
