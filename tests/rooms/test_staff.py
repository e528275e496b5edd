"""Teams, skills, absences, advisors and rotas: who may change them, what is refused, what is remembered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rooms_cast import Cast

from garant.core.people import SYSTEM, Viewer
from garant.core.refusals import NotFound, Refusal
from garant.directory import operations as directory
from garant.directory.models import Absence, Advisor, RotaTurn
from garant.directory.operations_rotas import (
    add_turn,
    create_rota,
    gaps_to_tell,
    hand_over,
    plan_weeks,
    remove_turn,
)
from garant.directory.operations_staff import (
    create_team,
    end_absence,
    name_advisor,
    record_absence,
    remove_advisor,
    set_skills,
    set_team,
)
from garant.directory.queries_duty import answering
from garant.directory.queries_staff import advisor_of, member, members, rotas, teams, turns
from garant.journal.models import Entry
from garant.journal.operations import database_now

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


def refused(expected: str, act: Callable[..., Any], /, **given: Any) -> None:
    with pytest.raises(Refusal) as why:
        act(**given)
    assert why.value.code == expected


def kinds(subject: str) -> list[str]:
    return list(Entry.objects.filter(subject_kind=subject).order_by("pk").values_list("kind", flat=True))


def test_a_team_is_made_filled_and_emptied(cast: Cast) -> None:
    manager = cast.actor("manager")
    team = create_team(by=manager, code=" Tier1 ", name="First line")
    set_team(by=manager, team_id=team, people=[cast.people["agent"], cast.people["agent"]])
    set_team(by=manager, team_id=team, people=[cast.people["agent"]])
    (row,) = teams(cast.viewer("agent"))
    assert (row.code, row.members) == ("tier1", ((cast.people["agent"], "agent"),))
    assert kinds("team") == ["team_created", "team_changed"], "the same again is no change"
    refused("code_taken", create_team, by=manager, code="tier1", name="Other")
    refused("code_malformed", create_team, by=manager, code="tier 1", name="Other")
    refused("not_of_the_staff", set_team, by=manager, team_id=team, people=[cast.people["contact_gold"]])
    with pytest.raises(NotFound):
        set_team(by=manager, team_id=10**9, people=[])
    assert teams(cast.viewer("contact_gold")) == []


@pytest.mark.parametrize("who", ["agent", "contact_gold", "nobody"])
def test_only_managers_plan(cast: Cast, who: str) -> None:
    by = cast.actor(who)
    refused("not_allowed", create_team, by=by, code="a", name="A")
    refused("not_allowed", set_skills, by=by, person_id=cast.people["agent"], skills=["maps"])
    refused("not_allowed", create_rota, by=by, code="a", name="A", zone="UTC")
    refused("not_allowed", name_advisor, by=by, subscriber_id=cast.subscribers["gold"], person_id=cast.people["agent"])


def test_skills_are_codes(cast: Cast) -> None:
    manager, agent = cast.actor("manager"), cast.people["agent"]
    set_skills(by=manager, person_id=agent, skills=[" Maps", "lang:ja", "maps", ""])
    assert member(cast.viewer("manager"), agent, database_now()).skills == ("lang:ja", "maps")
    refused("skill_malformed", set_skills, by=manager, person_id=agent, skills=["two words"])
    refused("skill_malformed", set_skills, by=manager, person_id=agent, skills=[f"s{n}" for n in range(41)])
    assert member(cast.viewer("manager"), agent, database_now()).skills == ("lang:ja", "maps")


def test_an_absence_is_ones_own_or_the_managers(cast: Cast) -> None:
    now, me = database_now(), cast.people["agent"]
    given = {"starts": now, "ends": now + HOUR, "stand_in": cast.people["second_agent"]}
    absence = record_absence(by=cast.actor("agent"), person_id=me, reason="  a   walk ", **given)
    assert Absence.objects.get(pk=absence).reason == "a walk"
    assert member(cast.viewer("agent"), me, now + timedelta(seconds=1)).away
    refused("not_allowed", record_absence, by=cast.actor("second_agent"), person_id=me, **given)
    refused("not_allowed", end_absence, by=cast.actor("second_agent"), absence_id=absence)
    end_absence(by=cast.actor("manager"), absence_id=absence)
    assert not member(cast.viewer("agent"), me, database_now()).away
    assert Absence.objects.get(pk=absence).ends <= database_now(), "what has begun is kept as it was"
    end_absence(by=cast.actor("manager"), absence_id=absence)
    assert kinds("person").count("absence_ended") == 1


def test_an_absence_ahead_is_taken_back(cast: Cast) -> None:
    now, me = database_now(), cast.actor("agent")
    absence = record_absence(by=me, person_id=cast.people["agent"], starts=now + HOUR, ends=now + 2 * HOUR)
    end_absence(by=me, absence_id=absence)
    assert not Absence.objects.exists()


def test_absences_that_can_not_be(cast: Cast) -> None:
    now, me, by = database_now(), cast.people["agent"], cast.actor("agent")
    common = {"by": by, "person_id": me}
    refused("absence_backwards", record_absence, **common, starts=now + HOUR, ends=now)
    refused("absence_backwards", record_absence, **common, starts=now - 2 * HOUR, ends=now - HOUR)
    refused("absence_backwards", record_absence, **common, starts=now, ends=now + timedelta(days=4000))
    refused("stand_in_is_the_same", record_absence, **common, starts=now, ends=now + HOUR, stand_in=me)
    refused(
        "not_of_the_staff", record_absence, **common, starts=now, ends=now + HOUR, stand_in=cast.people["contact_gold"]
    )
    record_absence(by=by, person_id=me, starts=now, ends=now + HOUR)
    refused("absence_overlaps", record_absence, **common, starts=now + HOUR / 2, ends=now + 2 * HOUR)
    record_absence(by=by, person_id=me, starts=now + HOUR, ends=now + 2 * HOUR)


def test_a_named_advisor(cast: Cast) -> None:
    manager, gold = cast.actor("manager"), cast.subscribers["gold"]
    refused("not_of_the_staff", name_advisor, by=manager, subscriber_id=gold, person_id=cast.people["agent"])
    directory.give_role(by=SYSTEM, person_id=cast.people["agent"], role="named_advisor")
    other = cast.people["second_agent"]
    for _ in range(2):
        name_advisor(by=manager, subscriber_id=gold, person_id=cast.people["agent"], stand_in=other)
    row = advisor_of(cast.viewer("contact_gold"), gold)
    assert row is not None
    assert (row.name, row.stand_in) == ("agent", "second agent")
    assert advisor_of(cast.viewer("contact_silver"), gold) is None, "nobody else's"
    assert Entry.objects.filter(kind="advisor_named").count() == 1
    remove_advisor(by=manager, subscriber_id=gold)
    remove_advisor(by=manager, subscriber_id=gold)
    assert not Advisor.objects.exists()
    assert Entry.objects.filter(kind="advisor_removed").count() == 1


# Rotas ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def night(cast: Cast) -> int:
    return create_rota(by=cast.actor("manager"), code="night", name="Night", zone="America/Denver")


def next_monday() -> datetime:
    today = database_now().astimezone(ZoneInfo("America/Denver")).date()
    return datetime.combine(today + timedelta(days=7 - today.weekday()), time(9), tzinfo=ZoneInfo("America/Denver"))


def test_weeks_are_planned_and_planned_anew(cast: Cast, night: int) -> None:
    manager, monday = cast.actor("manager"), next_monday()
    both = [cast.people["agent"], cast.people["second_agent"]]
    plan = {"by": manager, "rota_id": night, "handover": time(9)}
    assert plan_weeks(**plan, people=both, first=monday.date(), weeks=6) == 6
    assert [t.name for t in turns(cast.viewer("agent"), night, monday)] == ["agent", "second agent"] * 3
    later = (monday + 2 * WEEK).date()
    plan_weeks(**plan, people=[cast.people["manager"]], first=later, weeks=2, length=2)
    planned = turns(cast.viewer("agent"), night, monday)
    assert [t.name for t in planned] == ["agent", "second agent", "manager", "agent", "second agent"]
    assert all(a.ends == b.starts for a, b in pairwise(planned))
    for wrong in ({"people": [], "weeks": 2}, {"people": both, "weeks": 0}, {"people": both, "weeks": 105}):
        refused("plan_empty", plan_weeks, **plan, first=monday.date(), **wrong)
    refused("plan_in_the_past", plan_weeks, **plan, people=both, first=monday.date() - timedelta(days=30), weeks=2)
    refused("not_of_the_staff", plan_weeks, **plan, people=[cast.people["contact_gold"]], first=later, weeks=1)


def running(cast: Cast, rota_id: int, who: str = "agent") -> RotaTurn:
    now = database_now()
    return RotaTurn.objects.create(rota_id=rota_id, person_id=cast.people[who], starts=now - HOUR, ends=now + 5 * HOUR)


def test_a_turn_is_handed_over_for_its_rest(cast: Cast, night: int) -> None:
    turn = running(cast, night)
    refused("not_allowed", hand_over, by=cast.actor("second_agent"), rota_id=night, person_id=cast.people["manager"])
    refused("answers_already", hand_over, by=cast.actor("agent"), rota_id=night, person_id=cast.people["agent"])
    hand_over(by=cast.actor("agent"), rota_id=night, person_id=cast.people["second_agent"])
    assert answering(["rota:night"], at=database_now()).people == (cast.people["second_agent"],)
    assert turns(cast.viewer("agent"), night, database_now())[-1].ends == turn.ends
    # Whoever took it over may give it on.
    hand_over(by=cast.actor("second_agent"), rota_id=night, person_id=cast.people["manager"])
    assert answering(["rota:night"], at=database_now()).people == (cast.people["manager"],)
    assert kinds("rota")[-2:] == ["turn_handed_over", "turn_handed_over"]


def test_nobody_hands_over_what_nobody_has(cast: Cast, night: int) -> None:
    refused("nobody_on_turn", hand_over, by=cast.actor("manager"), rota_id=night, person_id=cast.people["agent"])


def test_a_swap_and_taking_turns_back(cast: Cast, night: int) -> None:
    manager, turn, now = cast.actor("manager"), running(cast, night), database_now()
    swap = add_turn(
        by=manager, rota_id=night, person_id=cast.people["second_agent"], starts=now + HOUR, ends=now + 2 * HOUR
    )
    assert answering(["rota:night"], at=now + HOUR).people == (cast.people["second_agent"],)
    assert answering(["rota:night"], at=now + 2 * HOUR).people == (cast.people["agent"],)
    remove_turn(by=manager, turn_id=swap)
    assert answering(["rota:night"], at=now + HOUR).people == (cast.people["agent"],)
    remove_turn(by=manager, turn_id=turn.pk)
    assert RotaTurn.objects.get().ends <= database_now()
    refused("turn_is_over", remove_turn, by=manager, turn_id=turn.pk)
    refused("turn_backwards", add_turn, by=manager, rota_id=night, person_id=cast.people["agent"], starts=now, ends=now)
    with pytest.raises(NotFound):
        remove_turn(by=manager, turn_id=10**9)


def test_a_gap_ahead_is_told_once_and_again_when_the_plan_changes(cast: Cast, night: int) -> None:
    now = database_now()
    assert gaps_to_tell(now) == [], "a rota that nobody planned has no gap yet"
    running(cast, night)
    (gap,) = gaps_to_tell(now)
    assert (gap.code, gap.starts) == ("night", now.replace(microsecond=now.microsecond) + (gap.starts - now))
    assert gap.starts >= now + 4 * HOUR
    assert gaps_to_tell(now) == gaps_to_tell(now + HOUR) == []
    turn = add_turn(
        by=cast.actor("manager"), rota_id=night, person_id=cast.people["agent"], starts=gap.starts, ends=now + 3 * WEEK
    )
    assert gaps_to_tell(now + HOUR) == []
    remove_turn(by=cast.actor("manager"), turn_id=turn)
    assert len(gaps_to_tell(now + HOUR)) == 1


def test_an_absence_makes_a_gap(cast: Cast, night: int) -> None:
    now = database_now()
    RotaTurn.objects.create(rota_id=night, person_id=cast.people["agent"], starts=now - HOUR, ends=now + 3 * WEEK)
    assert gaps_to_tell(now) == []
    record_absence(by=cast.actor("agent"), person_id=cast.people["agent"], starts=now + 24 * HOUR, ends=now + 48 * HOUR)
    (gap,) = gaps_to_tell(now)
    assert (gap.starts, gap.ends) == (now + 24 * HOUR, now + 48 * HOUR)
    (row,) = rotas(cast.viewer("agent"), now, WEEK)
    assert row.gaps == ((gap.starts, gap.ends),)
    assert row.now.duty.person == cast.people["agent"]


def test_only_staff_read_staff(cast: Cast, night: int) -> None:
    for viewer in (cast.viewer("contact_gold"), Viewer()):
        assert members(viewer, database_now()) == []
        assert rotas(viewer, database_now(), WEEK) == []
        assert turns(viewer, night, database_now()) == []
        with pytest.raises(NotFound):
            member(viewer, cast.people["agent"], database_now())


def test_a_gap_before_one_that_was_told_is_told_too(cast: Cast, night: int) -> None:
    now = database_now()
    ends = now + 6 * 24 * HOUR
    RotaTurn.objects.create(rota_id=night, person_id=cast.people["agent"], starts=now - HOUR, ends=ends)
    (late,) = gaps_to_tell(now)
    assert late.starts == now + 6 * 24 * HOUR
    record_absence(
        by=cast.actor("manager"), person_id=cast.people["agent"], starts=now + 48 * HOUR, ends=now + 72 * HOUR
    )
    assert (now + 48 * HOUR, now + 72 * HOUR) in {(gap.starts, gap.ends) for gap in gaps_to_tell(now)}
