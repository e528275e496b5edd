"""Staff, teams, absences, rotas and advisors in the console: planned by managers, read by everybody of the staff."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desk_cast import Cast, file_case, person
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from garant.cases.models import Case
from garant.cli import sweep
from garant.core.people import SYSTEM
from garant.directory import operations as directory
from garant.directory.gap_alarm import tell_gaps
from garant.directory.models import Absence, Advisor, Rota, RotaTurn, Skill, Team
from garant.directory.operations_rotas import create_rota
from garant.journal.models import Notice

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def local(at: datetime) -> str:
    """As a browser sends a moment, on a clock of UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def rota(cast: Cast) -> Rota:
    create_rota(by=cast.actor("manager"), code="nights", name="Nights", zone="UTC", catch_all=None)
    return Rota.objects.get(code="nights")


def test_a_team_is_made_and_filled_and_a_wrong_code_is_told_at_the_form(cast: Cast) -> None:
    manager = cast.client("manager")
    assert "No team yet" in text(manager.get(reverse("console:staff")))
    assert manager.post(reverse("console:team-create"), {"name": "First line", "code": "first"}).status_code == 302
    team = Team.objects.get(code="first")
    wrong = manager.post(reverse("console:team-create"), {"name": "Nights <b>", "code": "ni ghts!"})
    assert (wrong.status_code, Team.objects.count()) == (422, 1)
    assert 'value="Nights &lt;b&gt;"' in wrong.content.decode(), "what was typed is still there"
    agent = cast.people["agent"]
    address = reverse("console:team-set", args=[team.pk])
    assert manager.post(address, {"people": [agent.pk]}).status_code == 302
    assert "First line first Ines Carvalho" in text(manager.get(reverse("console:staff")))
    foreign = manager.post(address, {"people": [cast.people["contact"].pk]})
    assert (foreign.status_code, list(team.members.all())) == (422, [agent]), "a customer is no member of a team"
    assert cast.client("agent").post(address, {"people": []}).status_code == 403


def test_skills_are_kept_as_codes_and_a_wrong_one_is_named(cast: Cast) -> None:
    manager, agent = cast.client("manager"), cast.people["agent"]
    address = reverse("console:staff-skills", args=[agent.pk])
    assert manager.post(address, {"skills": "dashboards, lang:ja"}).status_code == 302
    assert set(Skill.objects.values_list("code", flat=True)) == {"dashboards", "lang:ja"}
    wrong = manager.post(address, {"skills": "dashboards <b>!"})
    assert wrong.status_code == 422
    assert Skill.objects.count() == 2


def test_an_absence_is_recorded_shown_and_ended(cast: Cast) -> None:
    client, agent = cast.client("agent"), cast.people["agent"]
    directory_row = cast.people["manager"]
    now = datetime.now(tz=UTC)
    address = reverse("console:staff-absence", args=[agent.pk])
    agent.zone = "UTC"
    agent.save(update_fields=["zone"])
    told = {
        "starts": local(now - timedelta(hours=1)), "ends": local(now + timedelta(days=2)),
        "stand_in": str(directory_row.pk), "reason": "Training",
    }  # fmt: skip
    assert client.post(address, told).status_code == 302
    row = Absence.objects.get()
    assert row.starts == (now - timedelta(hours=1)).replace(second=0, microsecond=0)
    shown = text(client.get(reverse("console:staff")))
    assert "away until" in shown
    assert "Helena Strand stands in" in shown
    backwards = client.post(address, {**told, "ends": local(now - timedelta(days=3))})
    assert (backwards.status_code, Absence.objects.count()) == (422, 1)
    other = client.post(reverse("console:staff-absence", args=[directory_row.pk]), {**told, "stand_in": ""})
    assert (other.status_code, Absence.objects.count()) == (422, 1), "only a manager speaks for others"
    assert client.post(reverse("console:absence-end", args=[row.pk]), {}).status_code == 302
    assert "away until" not in text(client.get(reverse("console:staff")))


def test_a_rota_is_made_planned_handed_over_and_a_turn_taken_back(cast: Cast) -> None:
    manager, agent = cast.client("manager"), cast.people["agent"]
    made = {"name": "Nights", "code": "nights", "zone": "Europe/Berlin", "catch_all": ""}
    assert manager.post(reverse("console:rotas"), made).status_code == 302
    row = Rota.objects.get(code="nights")
    page = reverse("console:rota", args=[row.pk])
    assert "Nobody is on call now." in text(manager.get(page))
    today = datetime.now(tz=ZoneInfo("Europe/Berlin")).date()
    plan = {
        "first": str(today), "handover": "00:00", "weeks": "4", "length": "1",
        "person_1": str(agent.pk), "person_2": str(cast.people["manager"].pk),
        **{f"person_{n}": "" for n in range(3, 7)},
    }  # fmt: skip
    assert manager.post(reverse("console:rota-plan", args=[row.pk]), plan).status_code == 302
    assert RotaTurn.objects.count() == 4
    assert "Ines Carvalho is on call until" in text(manager.get(page))
    wrong = manager.post(reverse("console:rota-plan", args=[row.pk]), {**plan, "weeks": "0"})
    assert (wrong.status_code, RotaTurn.objects.count()) == (422, 4)
    over = {"person": str(cast.people["manager"].pk)}
    assert cast.client("agent").post(reverse("console:rota-hand-over", args=[row.pk]), over).status_code == 302
    assert "Helena Strand is on call until" in text(manager.get(page)), "whose turn it is may hand it over"
    last = RotaTurn.objects.order_by("-starts").first()
    assert last is not None
    assert cast.client("agent").post(reverse("console:rota-turn-remove", args=[last.pk]), {}).status_code == 403
    assert manager.post(reverse("console:rota-turn-remove", args=[last.pk]), {}).status_code == 302
    assert not RotaTurn.objects.filter(pk=last.pk).exists()


def test_a_stand_in_shows_on_the_rota(cast: Cast, rota: Rota) -> None:
    now = datetime.now(tz=UTC)
    agent, other = cast.people["agent"], person("Ruth Adeyemi", "ruth@vendor.example")
    directory.give_role(by=SYSTEM, person_id=other.pk, role="agent")
    RotaTurn.objects.create(rota=rota, person=agent, starts=now - timedelta(days=1), ends=now + timedelta(days=6))
    Absence.objects.create(person=agent, starts=now - timedelta(hours=2), ends=now + timedelta(days=1), stand_in=other)
    shown = text(cast.client("agent").get(reverse("console:rota", args=[rota.pk])))
    assert "Ruth Adeyemi is on call until" in shown
    assert "Ruth Adeyemi instead of Ines Carvalho" in shown
    assert "nobody" in shown, "after the only turn nobody is planned"


def test_a_gap_is_told_once_to_each_manager_and_by_the_sweep(cast: Cast, rota: Rota) -> None:
    second = person("Mira Castellanos", "mira@vendor.example")
    directory.give_role(by=SYSTEM, person_id=second.pk, role="manager")
    now = datetime.now(tz=UTC)
    RotaTurn.objects.create(
        rota=rota, person=cast.people["agent"], starts=now - timedelta(days=1), ends=now + timedelta(days=2)
    )
    sweep._silence_looked_at = None
    sweep._slowly()
    told = Notice.objects.filter(kind="rota_gap")
    assert set(told.values_list("person_id", flat=True)) == {second.pk, cast.people["manager"].pk}
    assert tell_gaps() == 0, "the same gap is told once"
    assert told.count() == 2


def test_the_rules_propose_and_say_why_and_a_button_assigns(cast: Cast) -> None:
    manager = cast.client("manager")
    page = reverse("console:case", args=[cast.case_b])
    shown = text(manager.get(page))
    assert "The rules propose" in shown
    assert "Everybody who answers cases is asked." in shown
    assert "has the least to do: 0 open cases." in shown
    assert manager.post(reverse("console:assign-by-rule", args=[cast.case_b]), {}).status_code == 302
    assert Case.objects.get(number=cast.case_b).assignee_id is not None
    assert "The rules propose" not in text(manager.get(page)), "somebody has it now"


def test_an_advisor_is_named_and_taken_back_on_the_subscribers_page(cast: Cast) -> None:
    manager, agent = cast.client("manager"), cast.people["agent"]
    directory.give_role(by=SYSTEM, person_id=agent.pk, role="named_advisor")
    page, address = (reverse(f"console:{name}", args=["aurora-rail"]) for name in ("subscriber", "subscriber-advisor"))
    assert "Nobody yet." in text(manager.get(page))
    assert manager.post(address, {"person": str(agent.pk), "stand_in": ""}).status_code == 302
    assert Advisor.objects.get(subscriber_id=cast.subscriber_a).person_id == agent.pk
    assert "Named advisor Ines Carvalho" in text(cast.client("agent").get(page))
    unable = manager.post(address, {"person": str(cast.people["manager"].pk), "stand_in": ""})
    assert unable.status_code == 422, "a manager is no named advisor"
    assert manager.post(address, {"person": "", "stand_in": ""}).status_code == 302
    assert not Advisor.objects.exists()


def test_the_list_of_staff_asks_the_same_for_any_number_of_cases(cast: Cast) -> None:
    client, address = cast.client("agent"), reverse("console:staff")
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for n in range(4):
        number = file_case(cast.people["contact"], cast.subscriber_a, f"Another {n}")
        Case.objects.filter(number=number).update(assignee=cast.people["agent"])
    with CaptureQueriesContext(connection) as many:
        shown = client.get(address)
    assert len(many) == len(few)
    assert "4" in text(shown)
