"""Who should have a case by the programme's rules: proposed with reasons, given out on request or as it is filed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from garant.cases.acting import acting
from garant.cases.models import Case
from garant.cases.narrowing import OPEN
from garant.cases.queries_case import found
from garant.cases.scope import ANSWERING
from garant.cases.terms import parts
from garant.cases.views import Done
from garant.contracts import queries as contracts
from garant.contracts.queries import StoredTerms
from garant.core.assignment import EVERYBODY, SENIOR, AssignmentRule, Candidate, Choice, choose, rules_of
from garant.core.people import SYSTEM, Actor, Viewer
from garant.core.programmes.coverage import Assignment
from garant.core.refusals import Refusal
from garant.core.rights import may
from garant.directory import queries as directory
from garant.directory.queries_duty import Duty
from garant.directory.queries_staff import abilities
from garant.journal.operations import append, database_now
from garant.kit.reach import desk_wide

__all__ = ["Suggestion", "assign_by_rule", "give_out", "open_cases", "plain", "suggestion", "suggestion_for"]


EVERYBODY_RULE = AssignmentRule(EVERYBODY, tuple(sorted(ANSWERING)))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Who should have a case, and every step that led there; `names` holds the people whom the steps name."""

    choice: Choice
    names: dict[int, str]

    @property
    def person(self) -> int | None:
        """Id of the person proposed; None when nobody can take the case."""
        return self.choice.person


def suggestion(*, viewer: Viewer, number: int) -> Suggestion | None:
    """Whom the rules propose for a case now; None for a viewer who assigns nothing. Raises NotFound outside scope."""
    case = found(viewer, number)
    return suggestion_for(case, database_now()) if may(viewer, "assign", case.subscriber_id) else None


def suggestion_for(case: Case, at: datetime) -> Suggestion:
    """The same for a case that the caller holds."""
    rules = rules_for(case, at)
    pool = _Pool(case, Duty(at))
    choice = choose(rules, case.opened_by.language, pool.of)
    people = {value for step in choice.why for value in step.values.values() if isinstance(value, int)}
    named = {p for step in choice.why for p in _people(step.values)} | people
    return Suggestion(choice, dict(directory.names(named)))


def rules_for(case: Case, at: datetime) -> list[AssignmentRule]:
    """The programme's rules that speak of a case at an instant, in order, and behind them everybody who answers."""
    try:
        terms = contracts.terms()
        programme = terms.programme(case.package_key)
    except KeyError:
        return [EVERYBODY_RULE]
    package = parts(case.package_key).package
    found: list[AssignmentRule] = []
    for rule in programme.coverage.assignment:
        about = rule.request_types is None or case.request_type in rule.request_types
        if rule.concerns(package, case.severity) and about and _at_that_hour(rule, terms, case.package_key, at):
            found += rules_of(rule)
    return [*found, EVERYBODY_RULE]


def _at_that_hour(rule: Assignment, terms: StoredTerms, key: str, at: datetime) -> bool:
    """Whether a rule's hours hold: inside one calendar, outside another."""
    plain = terms.of(key)
    inside = rule.inside is None or plain.calendar(plain.regional(rule.inside)).is_open(at)
    return inside and (rule.outside is None or not plain.calendar(plain.regional(rule.outside)).is_open(at))


def assign_by_rule(*, by: Actor, number: int, at: datetime | None = None) -> Done:
    """Give the case to whom the rules propose; the history keeps why. Refused (`nobody_can_take_it`) when they find
    nobody; the one who has it already: nothing happens."""
    with acting(name="assign", by=by, number=number, at=at) as act:
        found = suggestion_for(act.case, act.at)
        if found.person is None:
            raise Refusal("nobody_can_take_it", "assignment_rules", "assign_by_hand", {"number": number})
        if act.case.assignee_id != found.person:
            data = {"assignee": found.person, "from": act.case.assignee_id, **plain(found.choice)}
            act.record("case_assigned", data)
            act.case.assignee_id = found.person
    return act.done()


def give_out(case: Case, at: datetime) -> None:
    """Give a case just filed to whom the rules propose, where the programme says automatic; the caller holds it.

    When the rules find nobody the case stays with nobody: it is in the list of those, and its clocks are the alarm.
    """
    if not any(rule.automatic for rule in rules_for(case, at)):
        return
    with desk_wide():  # who has least to do is counted over the cases of everybody
        found = suggestion_for(case, at)
    if found.person is None:
        return
    case.assignee_id = found.person
    case.save(update_fields=["assignee"])
    append(
        subject=("case", case.pk),
        kind="case_assigned",
        data={"assignee": found.person, "from": None, **plain(found.choice)},
        by=SYSTEM,
        at=at,
        subscriber_id=case.subscriber_id,
    )


def plain(choice: Choice) -> dict[str, Any]:
    """A choice as the journal keeps it: the rule, and each step with its codes and ids."""
    steps = [{"code": step.code, **{k: _plain(v) for k, v in step.values.items()}} for step in choice.why]
    return {"rule": choice.rule, "why": steps}


def _plain(value: object) -> object:
    return list(value) if isinstance(value, (tuple, frozenset)) else value


def _people(values: Any) -> Sequence[int]:
    return [p for p in values.get("people", ()) if isinstance(p, int)]


@dataclass(slots=True)
class _Pool:
    """The people behind a rule, as candidates; each question is asked once for all of them."""

    case: Case
    duty: Duty

    def of(self, rule: AssignmentRule) -> list[Candidate]:
        behind = self.duty.behind(rule.to, subscriber_id=self.case.subscriber_id)
        stand_ins = {stand_in: person for person, stand_in in behind.items() if stand_in is not None}
        people = {*behind, *stand_ins}
        if not people:
            return []
        able = abilities(people)
        load = open_cases(people, besides=self.case.pk)
        return [
            Candidate(
                person=person,
                away=self.duty.is_away(person),
                senior=SENIOR in able[person].roles,
                skills=able[person].skills,
                languages=able[person].languages,
                open=load.get(person, 0),
                instead_of=stand_ins.get(person) if person not in behind else None,
            )
            for person in sorted(people)
            if person in able and able[person].roles & ANSWERING
        ]


def open_cases(people: Collection[int], besides: int | None = None) -> dict[int, int]:
    """How many open cases each of some people has, not counting one; nobody without any is in it."""
    rows = Case.objects.filter(assignee_id__in=people, state__in=OPEN).order_by()
    if besides is not None:
        rows = rows.exclude(pk=besides)
    return dict(rows.values_list("assignee_id").annotate(n=Count("pk")))
