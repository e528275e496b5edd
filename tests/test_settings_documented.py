"""Every setting that the code reads is documented, and every documented one is read."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMED = re.compile(r"""["']((?:GARANT_[A-Z_]+)|DATABASE_URL)["']""")


def in_code() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        found.update(NAMED.findall(path.read_text(encoding="utf-8")))
    return found


def documented() -> set[str]:
    text = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([A-Z_]+)`", text, re.MULTILINE))


def test_every_setting_in_the_code_is_documented() -> None:
    assert in_code() - documented() == set()


def test_every_documented_setting_is_in_the_code() -> None:
    assert documented() - in_code() == set()
