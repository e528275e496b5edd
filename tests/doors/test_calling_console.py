"""A case for a caller, and taking over one that a colleague sent: from the console to the portal."""

from __future__ import annotations

from typing import Any

import pytest
from desk_cast import Cast, make_cast
from django.test import Client
from django.urls import reverse

from garant.cases.models import Case, Period

pytestmark = [pytest.mark.database, pytest.mark.django_db]

ADDRESS = reverse("console:case-new", args=["aurora-rail"])


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def typed(client: Client, who: int, **more: Any) -> dict[str, Any]:
    page = client.get(ADDRESS)
    form = page.context["form"]
    return {
        "once": form["once"].value(), "contract": page.context["held"][0].id, "person": who, "request_type": "question",
        "severity": "2", "subject": "Doors stay shut", "description": "He says that the doors stay shut.", **more,
    }  # fmt: skip


def newest() -> Case:
    return Case.objects.latest("pk")


def test_a_contacts_call_is_a_case_with_a_running_clock(cast: Cast) -> None:
    agent = cast.client("agent")
    answer = agent.post(ADDRESS, typed(agent, cast.people["contact"].pk))
    case = newest()
    assert answer["Location"] == reverse("console:case", args=[case.number])
    assert (case.channel, case.opened_by_id, case.subject) == ("phone", cast.people["contact"].pk, "Doors stay shut")
    assert Period.objects.filter(case=case, ended=None).count() == 1


def test_somebody_elses_call_is_held_until_a_contact_takes_it_over(cast: Cast) -> None:
    agent, contact, viewer = (cast.client(one) for one in ("agent", "contact", "viewer"))
    answer = agent.post(ADDRESS, typed(agent, cast.people["viewer"].pk), follow=True)
    case = newest()
    assert (case.state, case.held_reason) == ("held", "unlisted")
    assert "the caller is no authorized contact" in answer.content.decode()
    address, adopt = reverse("case", args=[case.number]), reverse("case_adopt", args=[case.number])
    assert adopt not in viewer.get(address).content.decode()
    page = contact.get(address)
    assert adopt in page.content.decode()
    sent = contact.post(adopt, {"once": page.context["adopt_form"]["once"].value()})
    assert sent.status_code == 302
    case.refresh_from_db()
    assert (case.state, case.opened_by_id) == ("open", cast.people["contact"].pk)
    assert Period.objects.filter(case=case, ended=None).count() == 1


@pytest.mark.parametrize("field", ["person", "severity", "subject", "description"])
def test_what_is_missing_is_said_and_what_was_typed_stays(cast: Cast, field: str) -> None:
    agent = cast.client("agent")
    data = typed(agent, cast.people["contact"].pk, steps="Press the button.")
    before = Case.objects.count()
    answer = agent.post(ADDRESS, {**data, field: ""})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "Press the button." in answer.content.decode()
    assert Case.objects.count() == before


def test_IDOR_nobody_of_another_organisation_can_be_chosen(cast: Cast) -> None:
    agent = cast.client("agent")
    answer = agent.post(ADDRESS, typed(agent, cast.people["stranger"].pk))
    assert answer.status_code == 422
    assert "person" in answer.context["form"].errors


def test_the_same_form_sent_twice_files_one_case(cast: Cast) -> None:
    agent = cast.client("agent")
    data = typed(agent, cast.people["contact"].pk)
    before = Case.objects.count()
    first, second = agent.post(ADDRESS, data), agent.post(ADDRESS, data)
    assert first["Location"] == second["Location"]
    assert Case.objects.count() == before + 1


def test_finance_reads_the_queue_and_a_case_and_works_on_none(cast: Cast) -> None:
    from desk_cast import person

    from garant.core.people import SYSTEM
    from garant.directory import operations as directory

    row = person("Oskar Lindgren", "oskar@vendor.example")
    directory.give_role(by=SYSTEM, person_id=row.pk, role="finance")
    client = Client()
    client.force_login(row, backend="allauth.account.auth_backends.AuthenticationBackend")
    queue = client.get(reverse("console:queue"))
    assert queue.status_code == 200
    assert 'name="case"' not in queue.content.decode()
    page = client.get(reverse("console:case", args=[cast.case_a]))
    assert page.status_code == 200
    assert 'name="body"' not in page.content.decode(), "a reader has nothing to write in"
    workers = cast.client("agent").get(reverse("console:case", args=[cast.case_a])).content.decode()
    assert 'name="body"' in workers, "who works on the case has"
    assert client.get(reverse("console:notices")).status_code == 403
    assert reverse("console:notices") not in page.content.decode()
    assert client.post(reverse("console:assign", args=[cast.case_a]), {"assignee": row.pk}).status_code == 403
    assert client.get(ADDRESS).status_code == 403
