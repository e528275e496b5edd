"""The inbox of escalations: acknowledged, handed over, ended; filters, refusals, French; and a policy tried."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from desk_cast import Cast, file_case
from django.http import HttpResponse
from django.urls import reverse

from garant.cases import queries
from garant.cases.models import Escalation
from garant.cases.sweeping import sweep_all
from garant.directory.models import Person
from garant.directory.queries import viewer_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]

TOKEN = "t" * 22


def text(response: HttpResponse) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def miss_of(number: int) -> Escalation:
    return Escalation.objects.filter(case__number=number, trigger="missed").order_by("level")[0]


def late_now(cast: Cast) -> int:
    """A severity 1 case whose promise has just been missed, so that its limit runs."""
    at = datetime.now(tz=UTC) - timedelta(hours=4, minutes=20)
    number = file_case(cast.people["contact"], cast.subscriber_a, "Trains stand still", severity="1", at=at)
    sweep_all()
    return number


def test_an_escalation_is_walked_to_the_second_level_and_acknowledged(cast: Cast) -> None:
    number = late_now(cast)
    client = cast.client("manager")
    inbox = text(client.get(reverse("console:escalations")))
    assert "Level 1 to be acknowledged by" in inbox
    for _ in range(2):
        Escalation.objects.filter(case__number=number, remind_at__isnull=False).update(
            remind_at=datetime.now(tz=UTC) - timedelta(seconds=5)
        )
        sweep_all()
    second = Escalation.objects.get(case__number=number, level=2)
    page = client.get(reverse("console:escalation", args=[second.pk]))
    assert "Level 2: Trains stand still" in text(page)
    told = client.post(
        reverse("console:escalation-acknowledge", args=[second.pk]),
        {"once": TOKEN, "note": "I call them."},
        follow=True,
    )
    assert "Acknowledged. Nobody is told again" in text(told)
    assert "acknowledged by Helena Strand" in text(told)
    case = text(client.get(reverse("console:case", kwargs={"number": number})))
    assert "acknowledged by Helena Strand" in case
    assert "Helena Strand acknowledged level 2 of the escalation." in case
    assert "I call them." in case


def test_the_list_acknowledges_with_one_button(cast: Cast) -> None:
    number = late_now(cast)
    client = cast.client("agent")
    page = client.get(reverse("console:escalations"), {"shown": "unacknowledged"}).content.decode()
    once = re.search(rf'escalations/{miss_of(number).pk}/acknowledge/".*?name="once" value="([^"]+)"', page, re.S)
    assert once is not None
    client.post(reverse("console:escalation-acknowledge", args=[miss_of(number).pk]), {"once": once[1]})
    assert miss_of(number).acknowledged_by_id == cast.people["agent"].pk
    again = client.post(reverse("console:escalation-acknowledge", args=[miss_of(number).pk]), {"once": TOKEN})
    assert again.status_code == 422
    assert "Somebody has acknowledged it already." in text(again)
    assert "hand the escalation over" in text(again)


def test_it_is_handed_over_and_ended_with_a_reason_on_purpose(cast: Cast) -> None:
    number = late_now(cast)
    row, client = miss_of(number), cast.client("manager")
    agent = cast.people["agent"].pk
    none = client.post(reverse("console:escalation-hand-over", args=[row.pk]), {"once": TOKEN})
    assert (none.status_code, "Choose a person." in text(none)) == (422, True)
    stranger = {"once": TOKEN, "to": cast.people["stranger"].pk}
    assert client.post(reverse("console:escalation-hand-over", args=[row.pk]), stranger).status_code == 422
    given = client.post(
        reverse("console:escalation-hand-over", args=[row.pk]), {"once": TOKEN, "to": agent, "note": ""}, follow=True
    )
    assert "Handed over to Ines Carvalho" in text(given)
    assert "Trains stand still" in text(cast.client("agent").get(reverse("console:escalations"), {"shown": "mine"}))
    mine = client.get(reverse("console:escalations"), {"shown": "mine"}).content.decode()
    assert reverse("console:escalation", args=[row.pk]) not in mine
    unsure = client.post(reverse("console:escalation-end", args=[row.pk]), {"once": TOKEN, "reason": "Agreed by phone"})
    assert unsure.status_code == 422
    assert "Agreed by phone" in text(unsure)
    assert "Confirm that nobody is to be told" in text(unsure)
    ended = client.post(
        reverse("console:escalation-end", args=[row.pk]),
        {"once": TOKEN, "reason": "Agreed by phone", "sure": "on"},
        follow=True,
    )
    assert "De-escalated. The promise is still owed." in text(ended)
    assert "ended by Helena Strand" in text(ended)
    over = text(client.get(reverse("console:escalations"), {"shown": "over"}))
    assert "Trains stand still" in over
    late = client.post(reverse("console:escalation-acknowledge", args=[row.pk]), {"once": TOKEN[:-1] + "x"})
    assert (late.status_code, "This escalation is over." in text(late)) == (422, True)


def test_an_agent_sees_no_way_to_end_one_and_has_none(cast: Cast) -> None:
    row, client = miss_of(late_now(cast)), cast.client("agent")
    page = text(client.get(reverse("console:escalation", args=[row.pk])))
    assert "Managers de-escalate." in page
    sent = client.post(
        reverse("console:escalation-end", args=[row.pk]), {"once": TOKEN, "reason": "Enough", "sure": "on"}
    )
    assert sent.status_code == 403
    assert miss_of(row.case.number).ended_at is None


def test_unknown_fields_and_escalations_are_refused(cast: Cast) -> None:
    row, client = miss_of(late_now(cast)), cast.client("manager")
    smuggled = {"once": TOKEN, "note": "", "acknowledged_by": cast.people["agent"].pk}
    assert client.post(reverse("console:escalation-acknowledge", args=[row.pk]), smuggled).status_code == 400
    assert client.get(reverse("console:escalation", args=[10**17])).status_code == 404
    assert client.get(reverse("console:escalation", args=[10**30])).status_code == 404


def test_each_view_says_why_it_is_empty(cast: Cast) -> None:
    client = cast.client("agent")
    assert "Nothing waits for you" in text(client.get(reverse("console:escalations"), {"shown": "mine"}))
    assert "Nothing is over yet" in text(client.get(reverse("console:escalations"), {"shown": "over"}))
    Escalation.objects.update(acknowledged_at=datetime.now(tz=UTC), acknowledged_by=cast.people["agent"])
    assert "Everything is acknowledged" in text(client.get(reverse("console:escalations"), {"shown": "unacknowledged"}))


def test_the_inbox_speaks_french(cast: Cast) -> None:
    row = miss_of(late_now(cast))
    manager: Person = cast.people["manager"]
    manager.language = "fr"
    manager.save()
    client = cast.client("manager")
    inbox = text(client.get(reverse("console:escalations")))
    for words in ("Pour moi", "Non prises en charge", "Niveau 1", "à prendre en charge avant", "Prendre en charge"):
        assert words in inbox
    page = text(client.get(reverse("console:escalation", args=[row.pk])))
    for words in ("Transmettre", "Lever l’escalade", "Ce qui a été signalé", "Situation"):
        assert words in page


# -- a policy tried -----------------------------------------------------------------------------------------------

TRIED = """
severe:
  severities: ["1"]
  near_share: 0.5
  steps:
    - {level: 1, on: near, to: [team:night]}
    - {level: 2, on: miss, to: [support_manager], after: {amount: 10, unit: minutes}}
    - {level: 3, on: miss, to: ["person:boss@vendor.example"], after: {amount: 3, unit: days}}
"""


def test_a_policy_is_tried_on_past_cases_and_nothing_is_written(cast: Cast) -> None:
    late_now(cast)
    before = (Escalation.objects.count(), len(queries.verify().differences))
    client = cast.client("manager")
    form = client.get(reverse("console:policy-trial"))
    assert "near_share: 0.75" in form.content.decode()
    assert "{level: 2, on: miss, to: [head_of_support], after: {amount: 1, unit: elapsed_hours}" in unescape(
        form.content.decode()
    )
    same = client.post(
        reverse("console:policy-trial"),
        {"programme": "reference", "days": "30", "policy": unescape(form.context["form"]["policy"].value())},
    )
    assert same.status_code == 200
    sent = client.post(reverse("console:policy-trial"), {"programme": "reference", "days": "30", "policy": TRIED})
    trial = sent.context["shown"].trial
    assert trial.by_level == {1: 1, 2: 1}
    assert trial.by_recipient == {"team:night": 1, "support_manager": 1}
    assert (trial.cases, trial.about) == (3, 1)
    assert [each.on for each in trial.told] == ["near", "miss"]
    page = text(sent)
    assert "Trains stand still" in page
    assert (Escalation.objects.count(), len(queries.verify().differences)) == before


def test_the_policies_in_force_tried_tell_what_was_told(cast: Cast) -> None:
    """A trial of the policy that was in force agrees with what the sweeper did: level by level."""
    from garant.contracts.queries import programme_document
    from garant.insight.dry_run import try_policies

    late_now(cast)
    viewer = viewer_of(cast.people["manager"].pk)
    trial = try_policies(
        viewer=viewer,
        programme="reference",
        policies=programme_document("reference").escalations,
        now=datetime.now(tz=UTC),
    )
    assert trial.by_level == trial.in_fact
    assert sum(trial.by_level.values()) == Escalation.objects.count()


def one_step(to: str, severity: str = "1") -> str:
    return f"severe: {{severities: ['{severity}'], steps: [{{level: 1, on: miss, to: ['{to}']}}]}}"


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (one_step("suport_manager"), "did you mean support_manager?"),
        (one_step("squad:x"), "write team:CODE, rota:CODE or person:EMAIL"),
        (one_step("person:boss"), "boss is no address"),
        (one_step("manager", "9"), "unknown severity 9"),
        ("severe: [", "line"),
        ("- 1", "expected a mapping"),
        ("{}", "no policy"),
    ],
)
def test_a_wrong_policy_is_named_with_its_line_and_kept(cast: Cast, policy: str, said: str) -> None:
    sent = cast.client("manager").post(
        reverse("console:policy-trial"), {"programme": "reference", "days": "30", "policy": policy}
    )
    assert sent.status_code == 422
    assert said in text(sent)
    assert policy.strip() in unescape(sent.content.decode())
