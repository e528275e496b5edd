"""Intake by its decision table: every finding with rule and way out, and which one comes first."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from admission_table import ADMITTED, CONDITIONS, REQUEST, SENDER, TABLE, VARIANTS, Row

from garant.core import intake
from garant.core.intake import Admitted, Held, Refused, Spoken, admit, change_severity

FIXED = ("severity_fixed_after_creation", "severity_set_by_contact", "ask_the_contact")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "admission.md"

#: Tests that read files as people wrote them have nothing to say about planted faults.
as_written = pytest.mark.skipif("mutmut" in inspect.getsource(intake), reason="the sources were mutated")


@pytest.mark.parametrize("row", [*TABLE, *VARIANTS], ids=lambda row: row.code)
def test_each_finding_has_its_rule_and_its_way_out(row: Row) -> None:
    wanted: Held | Refused = (
        Held(row.held, row.code, row.rule, row.remedy)
        if row.held
        else Refused(row.code, row.rule, row.remedy, row.offered, row.values)
    )
    assert row.decided() == wanted


@pytest.mark.parametrize(("row", "warnings", "language"), ADMITTED, ids=range(len(ADMITTED)))
def test_what_stands_inside_the_limits_is_admitted(row: Row, warnings: tuple[str, ...], language: str | None) -> None:
    assert row.decided() == Admitted(warnings, language)


@pytest.mark.parametrize(
    ("first", "second"), list(combinations(TABLE, 2)), ids=lambda row: row.code if isinstance(row, Row) else ""
)
def test_the_finding_that_stands_higher_decides(first: Row, second: Row) -> None:
    found = first.over(second).decided()
    assert not isinstance(found, Admitted)
    assert (found.code, found.rule) == (first.code, first.rule)


@as_written
def test_the_table_holds_every_finding_that_intake_can_make() -> None:
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(intake))) if isinstance(node, ast.Call)]
    written = set()
    for call in calls:
        name = getattr(call.func, "id", "")
        words = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
        if name in ("Refused", "Held"):
            written.add(tuple(words[1:4] if name == "Held" else words[:3]))
    fixed = {found for found in written if found[0] == "severity_fixed_after_creation"}
    assert len(fixed) == 2
    assert {(row.code, row.rule, row.remedy) for row in (*TABLE, *VARIANTS)} == written - fixed


@as_written
def test_the_page_for_readers_shows_the_same_table_in_the_same_order() -> None:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d", line)]
    shown = [[cell.strip().strip("`") for cell in line.split("|")[2:6]] for line in lines]
    wanted = [[row.code, f"held ({row.held})" if row.held else "refused", row.rule, row.remedy] for row in TABLE]
    assert shown == wanted


def test_a_refusal_carries_what_is_offered_and_when_it_opens() -> None:
    found = next(row for row in TABLE if row.code == "outside_hours").decided()
    assert isinstance(found, Refused)
    refusal = found.refusal()
    assert refusal.values["offered"] == ("mail", "web")
    assert refusal.values["next_open"] == found.values["next_open"]
    bare = next(row for row in TABLE if row.code == "no_contract").decided()
    assert isinstance(bare, Refused)
    assert bare.refusal().values == {}


def test_languages_that_stand_in_for_one_another_end_somewhere() -> None:
    circle = {"fr": Spoken(frozenset({"1"}), otherwise="de"), "de": Spoken(frozenset({"1"}), otherwise="fr")}
    found = admit(SENDER, REQUEST, replace(CONDITIONS, languages=circle))
    assert isinstance(found, Refused)
    assert (found.code, found.offered) == ("language_not_supported", ())
    star = admit(SENDER, replace(REQUEST, language="*", severity=None), replace(CONDITIONS, languages={"*": Spoken()}))
    assert isinstance(star, Refused)


@pytest.mark.parametrize(
    ("by", "ways", "found"),
    [
        ("contact", {"contact": "at_once"}, "at_once"),
        ("vendor", {"vendor": "proposal"}, "proposal"),
        ("contact", {"contact": "refused"}, ("severity_fixed_after_creation", "severity_is_fixed", "ask_the_engineer")),
        ("vendor", {"vendor": "refused"}, FIXED),
        ("vendor", {}, FIXED),
    ],
)  # fmt: skip
def test_who_may_change_a_severity(by: str, ways: dict[str, str], found: object) -> None:
    told = change_severity(by, "2", replace(CONDITIONS, severity_change=ways))
    assert (told if isinstance(told, str) else (told.code, told.rule, told.remedy)) == found


def test_a_change_leads_to_an_open_severity_only() -> None:
    told = change_severity("contact", "4", CONDITIONS)
    assert isinstance(told, Refused)
    assert (told.code, told.offered) == ("severity_not_in_tier", ("1", "2", "3"))
    assert change_severity("contact", "1", CONDITIONS) == "at_once"
    assert change_severity("vendor", "1", CONDITIONS) == "proposal"
    with pytest.raises(ValueError, match="unknown way 'maybe' of changing a severity: it is at_once, proposal"):
        replace(CONDITIONS, severity_change={"contact": "maybe"})
