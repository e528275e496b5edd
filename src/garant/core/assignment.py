"""Who gets a case: rules of the programme, tried in order, each over its own people; every choice explains itself.

A rule names people by recipients (a role such as senior_advisor, `team:CODE`, `person:EMAIL`, `rota:CODE`,
`named_advisor`). Of those, whoever is away, lacks a skill or a required language, or has too much to do is left out; of
the rest, people who speak the customer's language come first where the rule prefers them, then whoever has least to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from garant.core.programmes.coverage import Assignment

#: The rule behind all others: everybody who answers cases.
EVERYBODY = "everybody"
SENIOR = "senior_advisor"


@dataclass(frozen=True, slots=True)
class AssignmentRule:
    """Whom one rule looks for, and where: `skills` are all needed; `most_open` None: without a limit; `language`: any,
    preferred or required; `automatic`: a case that it fits is given out as it is filed."""

    code: str
    to: tuple[str, ...]
    seniors_only: bool = False
    skills: tuple[str, ...] = ()
    language: str = "preferred"
    most_open: int | None = None
    automatic: bool = False


def rules_of(rule: Assignment) -> list[AssignmentRule]:
    """A programme's rule (rule 31) as the places to look, in order: a named person first, then the rule's team, and
    for seniors only every senior advisor behind a team that nobody is in."""
    places: list[tuple[str, ...]] = [(f"team:{rule.team}",)]
    if rule.person == "named":
        places.insert(0, ("named_advisor",))
    if rule.seniors_only:
        places.append((SENIOR,))
    return [
        AssignmentRule(rule.team, to, rule.seniors_only, rule.skills, rule.language, rule.most_open, rule.automatic)
        for to in places
    ]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom a rule names. `open` is how many open cases they have; `instead_of` for whom they stand in."""

    person: int
    away: bool = False
    senior: bool = False
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    open: int = 0
    instead_of: int | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """One step of an explanation: `rule`, `nobody`, `left_out`, `preferred`, `stand_in` or `chosen`, and what it is
    about. The reason of `left_out` is away, not_senior, skill, language or load; that of `chosen` only or load."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets the case (None: no rule found anybody), and every step that led there."""

    person: int | None
    rule: str | None
    why: tuple[Why, ...]


def choose(
    rules: Sequence[AssignmentRule], language: str, candidates: Callable[[AssignmentRule], Sequence[Candidate]]
) -> Choice:
    """Try rules in order; the first that finds somebody decides. `rules` are those that hold for the case."""
    why: list[Why] = []
    for rule in rules:
        why.append(Why("rule", {"rule": rule.code, "to": rule.to}))
        fit = _fit(rule, language, candidates(rule), why)
        if fit:
            return Choice(_best(rule, language, fit, why), rule.code, tuple(why))
        why.append(Why("nobody", {"rule": rule.code}))
    return Choice(None, None, tuple(why))


def _fit(rule: AssignmentRule, language: str, people: Sequence[Candidate], why: list[Why]) -> list[Candidate]:
    """Those who can take the case; whoever can't is noted with the reason."""
    found = []
    for one in people:
        reason = _left_out(rule, language, one)
        if reason is None:
            found.append(one)
        else:
            why.append(Why("left_out", {"person": one.person, **reason}))
    return found


def _left_out(rule: AssignmentRule, language: str, one: Candidate) -> dict[str, object] | None:
    if one.away:
        return {"reason": "away"}
    if rule.seniors_only and not one.senior:
        return {"reason": "not_senior"}
    lacking = [skill for skill in rule.skills if skill not in one.skills]
    if lacking:
        return {"reason": "skill", "skill": lacking[0]}
    if rule.language == "required" and language not in one.languages:
        return {"reason": "language", "language": language}
    if rule.most_open is not None and one.open >= rule.most_open:
        return {"reason": "load", "open": one.open, "most": rule.most_open}
    return None


def _best(rule: AssignmentRule, language: str, fit: Sequence[Candidate], why: list[Why]) -> int:
    speaking = [one for one in fit if language in one.languages] if rule.language != "any" else []
    if speaking and len(speaking) < len(fit):
        why.append(Why("preferred", {"language": language, "people": tuple(one.person for one in speaking)}))
    # The id decides between equals, so that the same question has the same answer.
    best = min(speaking or fit, key=lambda one: (one.open, one.person))
    if best.instead_of is not None:
        why.append(Why("stand_in", {"person": best.person, "instead_of": best.instead_of}))
    reason = "only" if len(speaking or fit) == 1 else "load"
    why.append(Why("chosen", {"person": best.person, "open": best.open, "reason": reason}))
    return best.person
