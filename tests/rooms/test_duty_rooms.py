"""Whom recipients stand for: roles, teams, people, rotas, advisors, with absence and stand-ins."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from rooms_cast import Cast, person

from garant.core.people import SYSTEM
from garant.directory import operations as directory
from garant.directory.models import Absence, Advisor, Person, Rota, RotaTurn, Team
from garant.directory.queries_duty import Answering, Duty, answering
from garant.journal.operations import database_now

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HOUR = timedelta(hours=1)


@pytest.fixture
def at(cast: Cast) -> datetime:
    """Now, with a team and a rota that the agent and then the second agent answer."""
    now = database_now()
    me, other = cast.people["agent"], cast.people["second_agent"]
    team = Team.objects.create(code="tier1", name="First line")
    team.members.set([me, other])
    rota = Rota.objects.create(code="night", name="Night")
    RotaTurn.objects.create(rota=rota, person_id=me, starts=now - HOUR, ends=now + HOUR)
    RotaTurn.objects.create(rota=rota, person_id=other, starts=now + HOUR, ends=now + 2 * HOUR)
    Rota.objects.create(code="empty", name="Empty")
    return now


def away(cast: Cast, who: str, at: datetime, stand_in: str | None = None) -> None:
    Absence.objects.create(
        person_id=cast.people[who],
        starts=at - HOUR,
        ends=at + HOUR,
        stand_in_id=cast.people[stand_in] if stand_in else None,
    )


def who(cast: Cast, found: Answering) -> set[str]:
    names = {id: name for name, id in cast.people.items()}
    return {names[id] for id in found.people}


@pytest.mark.parametrize(
    ("to", "people"),
    [
        (["manager"], {"manager"}),
        (["agent"], {"agent", "second_agent"}),
        (["team:tier1"], {"agent", "second_agent"}),
        (["rota:night"], {"agent"}),
        (["rota:night", "manager", "manager"], {"agent", "manager"}),
        (["assignee"], {"second_agent"}),
    ],
)
def test_recipients_stand_for_people(cast: Cast, at: datetime, to: list[str], people: set[str]) -> None:
    found = answering(to, at=at, assignee_id=cast.people["second_agent"])
    assert who(cast, found) == people
    assert (found.stood_in, found.gaps) == (False, ())


@pytest.mark.parametrize(
    "to",
    [
        "finance",
        "team:none",
        "rota:none",
        "rota:empty",
        "person:nobody@a.example",
        "named_advisor",
        "contact",
        "x",
        ":",
        "team:",
    ],
)
def test_nobody_behind_a_recipient_is_a_gap(cast: Cast, at: datetime, to: str) -> None:
    assert answering([to, "manager"], at=at).gaps == (to,)
    assert answering(["assignee"], at=at).gaps == ("assignee",)


def test_a_named_person_must_be_of_the_staff(cast: Cast, at: datetime) -> None:
    mail = dict(Person.objects.values_list("pk", "email"))
    assert who(cast, answering([f"person:{mail[cast.people['agent']].upper()}"], at=at)) == {"agent"}
    assert answering([f"person:{mail[cast.people['contact_gold']]}"], at=at).people == ()


def test_absence_brings_the_stand_in_or_the_next_in_line(cast: Cast, at: datetime) -> None:
    away(cast, "agent", at, "manager")
    found = answering(["rota:night"], at=at)
    assert (who(cast, found), found.gaps) == ({"manager"}, ())
    team = answering(["team:tier1"], at=at)
    assert who(cast, team) == {"second_agent", "manager"}
    assert team.stood_in
    Absence.objects.update(stand_in=None)
    assert who(cast, answering(["rota:night"], at=at)) == {"second_agent"}
    assert who(cast, answering(["team:tier1"], at=at)) == {"second_agent"}
    mine = answering(["assignee"], at=at, assignee_id=cast.people["agent"])
    assert (mine.people, mine.gaps) == ((), ("assignee",))


def test_an_empty_rota_falls_to_its_catch_all(cast: Cast, at: datetime) -> None:
    Rota.objects.filter(code="empty").update(catch_all=cast.people["manager"])
    assert who(cast, answering(["rota:empty"], at=at)) == {"manager"}


def test_whoever_left_the_staff_has_no_turn(cast: Cast, at: datetime) -> None:
    directory.end_role(by=SYSTEM, person_id=cast.people["agent"], role="agent")
    assert answering(["rota:night"], at=at).people == ()
    assert who(cast, answering(["agent"], at=at)) == {"second_agent"}


def test_the_advisor_of_the_subscriber_and_their_own_stand_in(cast: Cast, at: datetime) -> None:
    gold, silver = cast.subscribers["gold"], cast.subscribers["silver"]
    spare = person("spare_advisor")
    Advisor.objects.create(subscriber_id=gold, person_id=cast.people["agent"], stand_in_id=spare, since=at)
    assert who(cast, answering(["named_advisor"], at=at, subscriber_id=gold)) == {"agent"}
    assert answering(["named_advisor"], at=at, subscriber_id=silver).gaps == ("named_advisor",)
    away(cast, "agent", at, "manager")
    assert answering(["named_advisor"], at=at, subscriber_id=gold).people == (spare,)


def test_many_questions_cost_few_statements(cast: Cast, at: datetime, django_assert_num_queries: Any) -> None:
    duty = Duty(at)
    with django_assert_num_queries(5):  # absences, roles, the rota and its turns, the team
        for _ in range(20):
            duty.answering(["manager", "rota:night", "team:tier1", "agent", "assignee"], assignee_id=1)
