"""The reference of notices names every kind, and says rightly which of them can be put off."""

from __future__ import annotations

import re

from sheet_cast import ROOT

from garant.journal.views import NOTICE_STATES
from garant.wording.letters import KINDS, MANDATORY

TEXT = (ROOT / "docs" / "reference" / "notices.md").read_text(encoding="utf-8")


def test_every_kind_of_notice_is_documented_with_its_choice() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \| ([\w ]+) \|$", TEXT, re.M))
    assert set(rows) == KINDS
    assert {kind for kind, when in rows.items() if when == "always at once"} == MANDATORY


def test_every_state_is_documented() -> None:
    assert set(NOTICE_STATES) <= set(re.findall(r"^\| `(\w+)` \|", TEXT, re.M))
