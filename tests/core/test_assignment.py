"""Who gets a case by the rules of a programme, and why."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.core.assignment import AssignmentRule, Candidate, Choice, choose, rules_of
from garant.core.programmes.coverage import Assignment

ANY = AssignmentRule("any", ("agent",))


def codes(choice: Choice) -> list[str]:
    return [step.code for step in choice.why]


def among(*people: Candidate, rule: AssignmentRule = ANY, language: str = "fr") -> Choice:
    return choose([rule], language, lambda _: people)


def test_whoever_has_least_to_do() -> None:
    found = among(Candidate(1, open=3), Candidate(2, open=1), Candidate(3, open=2))
    assert (found.person, found.rule) == (2, "any")
    assert found.why[-1].values == {"person": 2, "open": 1, "reason": "load"}


def test_equals_have_one_answer() -> None:
    assert among(Candidate(7), Candidate(3), Candidate(5)).person == 3


@pytest.mark.parametrize(
    ("rule", "left_out", "reason"),
    [
        (ANY, Candidate(1, away=True), "away"),
        (AssignmentRule("r", (), skills=("maps", "sql")), Candidate(1, skills=frozenset({"maps"})), "skill"),
        (AssignmentRule("r", (), language="required"), Candidate(1, languages=frozenset({"en"})), "language"),
        (AssignmentRule("r", (), most_open=2), Candidate(1, open=2), "load"),
        (AssignmentRule("r", (), seniors_only=True), Candidate(1), "not_senior"),
    ],
)
def test_who_is_left_out_and_why(rule: AssignmentRule, left_out: Candidate, reason: str) -> None:
    other = Candidate(2, senior=True, skills=frozenset({"maps", "sql"}), languages=frozenset({"fr"}), open=1)
    found = among(left_out, other, rule=rule)
    assert found.person == 2
    (step,) = [step for step in found.why if step.code == "left_out"]
    assert (step.values["person"], step.values["reason"]) == (1, reason)


def test_the_customers_language_is_preferred_not_needed() -> None:
    speaks = Candidate(2, languages=frozenset({"fr"}), open=9)
    assert among(Candidate(1), speaks).person == 2
    assert among(Candidate(1), speaks, rule=AssignmentRule("r", (), language="any")).person == 1
    alone = among(Candidate(1))
    assert (alone.person, "preferred" in codes(alone)) == (1, False)


def test_a_rule_that_finds_nobody_makes_room_for_the_next() -> None:
    rules = [AssignmentRule("seniors", ("senior_advisor",)), ANY]

    def pool(rule: AssignmentRule) -> Sequence[Candidate]:
        return [Candidate(1, away=True)] if rule.code == "seniors" else [Candidate(2)]

    found = choose(rules, "en", pool)
    assert (found.person, found.rule) == (2, "any")
    assert codes(found) == ["rule", "left_out", "nobody", "rule", "chosen"]
    nobody = choose(rules[:1], "en", pool)
    assert (nobody.person, nobody.rule) == (None, None)


def test_a_stand_in_says_for_whom() -> None:
    found = among(Candidate(1, away=True), Candidate(2, instead_of=1))
    assert [s.values for s in found.why if s.code == "stand_in"] == [{"person": 2, "instead_of": 1}]


def test_a_programmes_rule_says_where_to_look() -> None:
    team = Assignment("first_line", {})
    assert [rule.to for rule in rules_of(team)] == [("team:first_line",)]
    seniors = Assignment("tier3", {}, seniors_only=True, skills=("maps",), language="any", most_open=4, automatic=True)
    found = rules_of(seniors)
    assert [rule.to for rule in found] == [("team:tier3",), ("senior_advisor",)]
    assert all(rule.seniors_only and rule.automatic and rule.most_open == 4 for rule in found)
    assert [rule.to for rule in rules_of(Assignment("a", {}, person="named"))] == [("named_advisor",), ("team:a",)]
    assert [rule.to for rule in rules_of(Assignment("a", {}, person="pooled"))] == [("team:a",)]


candidates = st.builds(
    Candidate,
    person=st.integers(1, 9),
    away=st.booleans(),
    skills=st.frozensets(st.sampled_from(["a", "b"])),
    languages=st.frozensets(st.sampled_from(["en", "fr"])),
    open=st.integers(0, 5),
)
rules = st.builds(
    AssignmentRule,
    code=st.just("r"),
    to=st.just(()),
    skills=st.lists(st.sampled_from(["a", "b"]), max_size=2).map(tuple),
    language=st.sampled_from(["any", "preferred", "required"]),
    most_open=st.none() | st.integers(1, 5),
)


@given(st.lists(candidates, max_size=6, unique_by=lambda one: one.person), rules)
def test_the_chosen_fit_and_everybody_else_is_explained(people: list[Candidate], rule: AssignmentRule) -> None:
    found = choose([rule], "fr", lambda _: people)
    left_out = {step.values["person"] for step in found.why if step.code == "left_out"}
    fit = {one.person: one for one in people if one.person not in left_out}
    assert (found.person is None) == (not fit)
    if found.person is not None:
        best = fit[found.person]
        assert not best.away
        assert set(rule.skills) <= best.skills
        equals = [one for one in fit.values() if ("fr" in one.languages) == ("fr" in best.languages)]
        assert best.open == min(one.open for one in (fit.values() if rule.language == "any" else equals))
