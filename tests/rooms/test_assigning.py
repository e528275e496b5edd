"""Who should have a case by the programme's rules; given out by hand, or as it is filed."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest
from case_acts import file
from rooms_cast import Cast, reference

from garant.cases import operations as cases
from garant.cases.models import Case
from garant.cases.operations_assigning import assign_by_rule, suggestion
from garant.contracts import operations as contracts
from garant.core.people import SYSTEM
from garant.core.programmes import read_programme
from garant.core.refusals import NotFound, Refusal
from garant.directory import operations as directory
from garant.directory.models import Absence, Advisor, Person, Skill, Team
from garant.journal.models import Entry
from garant.journal.operations import database_now

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def chosen(cast: Cast, number: int) -> tuple[str | None, str | None]:
    """Who is proposed for a case, and by which rule."""
    found = suggestion(viewer=cast.viewer("agent"), number=number)
    assert found is not None
    names = {id: name for name, id in cast.people.items()}
    return names.get(found.person or 0), found.choice.rule


def codes(cast: Cast, number: int) -> list[str]:
    found = suggestion(viewer=cast.viewer("agent"), number=number)
    assert found is not None
    return [step.code for step in found.choice.why]


def test_regular_cases_go_to_whoever_has_least(cast: Cast) -> None:
    directory.end_role(by=SYSTEM, person_id=cast.people["manager"], role="manager")
    first, second = file(cast, "gold", severity="2").number, file(cast, "gold", severity="2").number
    cases.assign(by=cast.actor("agent"), number=first, assignee_id=cast.people["agent"])
    assert chosen(cast, second) == ("second_agent", "everybody")
    assign_by_rule(by=cast.actor("agent"), number=second)
    row = Case.objects.get(number=second)
    assert row.assignee_id == cast.people["second_agent"]
    entry = Entry.objects.get(subject_kind="case", subject_id=row.pk, kind="case_assigned")
    assert entry.data["rule"] == "everybody"
    assert entry.data["why"][-1] == {
        "code": "chosen",
        "person": cast.people["second_agent"],
        "open": 0,
        "reason": "load",
    }
    assign_by_rule(by=cast.actor("agent"), number=second)
    assert Entry.objects.filter(subject_id=row.pk, kind="case_assigned").count() == 1, "the same again is no change"


def test_severe_cases_want_seniors_and_fall_back(cast: Cast) -> None:
    number = file(cast, "gold", severity="1").number
    assert chosen(cast, number)[1] == "everybody"
    assert codes(cast, number)[:4] == ["rule", "nobody", "rule", "nobody"], "no team of seniors, and no senior"
    directory.give_role(by=SYSTEM, person_id=cast.people["second_agent"], role="senior_advisor")
    assert chosen(cast, number) == ("second_agent", "seniors")


def test_the_named_advisor_comes_first_and_their_stand_in_while_away(cast: Cast) -> None:
    number = file(cast, "platinum", severity="2").number
    Advisor.objects.create(
        subscriber_id=cast.subscribers["platinum"],
        person_id=cast.people["agent"],
        stand_in_id=cast.people["manager"],
        since=database_now(),
    )
    assert chosen(cast, number) == ("agent", "advisors")
    now = database_now()
    Absence.objects.create(
        person_id=cast.people["agent"], starts=now - timedelta(hours=1), ends=now + timedelta(days=1)
    )
    assert chosen(cast, number) == ("manager", "advisors")


def test_the_customers_language_comes_first(cast: Cast) -> None:
    Person.objects.filter(pk=cast.people["contact_gold"]).update(language="ja")
    Skill.objects.create(person_id=cast.people["second_agent"], code="lang:ja")
    busy = file(cast, "gold", severity="2").number
    cases.assign(by=cast.actor("agent"), number=busy, assignee_id=cast.people["second_agent"])
    number = file(cast, "gold", severity="2").number
    assert chosen(cast, number) == ("second_agent", "everybody")
    assert "preferred" in codes(cast, number)


def test_somebody_away_is_left_out_and_it_says_so(cast: Cast) -> None:
    now = database_now()
    for who in ("agent", "second_agent"):
        Absence.objects.create(
            person_id=cast.people[who], starts=now - timedelta(hours=1), ends=now + timedelta(days=1)
        )
    number = file(cast, "gold", severity="2").number
    assert chosen(cast, number) == ("manager", "everybody")
    Absence.objects.create(
        person_id=cast.people["manager"], starts=now - timedelta(hours=1), ends=now + timedelta(days=1)
    )
    assert chosen(cast, number) == (None, None)
    with pytest.raises(Refusal) as refused:
        assign_by_rule(by=cast.actor("agent"), number=number)
    assert refused.value.code == "nobody_can_take_it"
    assert Case.objects.get(number=number).assignee_id is None


def test_contacts_are_told_nothing_and_assign_nothing(cast: Cast) -> None:
    number = file(cast, "gold").number
    assert suggestion(viewer=cast.viewer("contact_gold"), number=number) is None
    with pytest.raises(NotFound):
        suggestion(viewer=cast.viewer("contact_silver"), number=number)
    with pytest.raises(Refusal):
        assign_by_rule(by=cast.actor("contact_gold"), number=number)


def automatic(cast: Cast) -> None:
    """The reference programme as a version that gives cases out by itself, signed anew for gold."""
    plain = copy.deepcopy(reference().to_plain())
    plain["version"] = "9"
    plain["assignment"][-1]["automatic"] = True
    document, problems = read_programme(plain)
    assert document is not None, problems
    contracts.load_programme(document=document, source="automatic", by=SYSTEM)


def test_a_programme_may_give_cases_out_as_they_are_filed(cast: Cast) -> None:
    waiting = file(cast, "gold", severity="2").number
    assert Case.objects.get(number=waiting).assignee_id is None, "only where the programme says so"
    automatic(cast)
    from rooms_cast import name_contact, person, sign

    subscriber = directory.create_subscriber(by=SYSTEM, name="New customer", zone="UTC").id
    cast.people["contact_new"] = person("contact_new")  # type: ignore[index]
    cast.subscribers["new"] = subscriber  # type: ignore[index]
    name_contact(sign("gold", subscriber), cast.people["contact_new"])
    number = file(cast, "new", severity="2").number
    case = Case.objects.get(number=number)
    assert case.assignee_id in (cast.people["agent"], cast.people["second_agent"])
    entry = Entry.objects.get(subject_kind="case", subject_id=case.pk, kind="case_assigned")
    assert (entry.actor_kind, entry.data["rule"]) == ("system", "everybody")


def test_a_team_is_looked_into_first(cast: Cast) -> None:
    team = Team.objects.create(code="first_line", name="First line")
    team.members.set([cast.people["second_agent"]])
    busy, number = file(cast, "gold", severity="2").number, file(cast, "gold", severity="2").number
    cases.assign(by=cast.actor("agent"), number=busy, assignee_id=cast.people["second_agent"])
    assert chosen(cast, number) == ("second_agent", "first_line")


def edited(**rule: object) -> tuple[object, list[str]]:
    plain = copy.deepcopy(reference().to_plain())
    plain["assignment"][-1].update(rule)
    document, problems = read_programme(plain)
    return document, [f"{problem.path}: {problem.message}" for problem in problems]


@pytest.mark.parametrize("rule", [{"language": "maybe"}, {"most_open": 0}, {"skills": "maps"}, {"automatic": "yes"}])
def test_rules_that_can_not_be_read(rule: dict[str, object]) -> None:
    document, problems = edited(**rule)
    assert document is None
    assert all(problem.startswith("assignment") for problem in problems)
    assert len(problems) == 1


def test_rules_may_ask_for_skills_hours_and_a_limit(cast: Cast) -> None:
    document, problems = edited(skills=["maps"], language="required", most_open=3, request_types=["error"])
    assert document is not None, problems
    rule = document.coverage.assignment[-1]  # type: ignore[attr-defined]
    assert (rule.skills, rule.language, rule.most_open, rule.request_types) == (("maps",), "required", 3, ("error",))
