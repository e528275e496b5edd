"""The queue searched, kept as views, with other columns, and several cases at once."""

from __future__ import annotations

import re
from html import unescape

import pytest
from desk_cast import Cast
from django.core import signing
from django.test import Client
from django.urls import reverse

from garant.cases.models import Case
from garant.console.undoing import SALT, token_of
from garant.directory.models import SavedView

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def queue(client: Client, **query: str) -> str:
    """The queue's page."""
    response = client.get(reverse("console:queue"), query)
    assert response.status_code == 200, response
    return unescape(response.content.decode())


def rows(text: str) -> set[int]:
    """The cases in a page's list."""
    return {int(number) for number in re.findall(r'name="case" value="(\d+)"', text)}


def test_the_field_and_the_filter_say_the_same(cast: Cast) -> None:
    client = cast.client("agent")
    sent = {"filter": "1", "words": "", "sev": "2", "who": "nobody", "org": 'a "b" c'}
    response = client.get(reverse("console:queue"), sent)
    assert response.status_code == 302
    shown = queue(client, q="sev:2 who:nobody")
    assert '<option value="2" selected>' in shown
    assert '<option value="nobody" selected>' in shown
    followed = client.get(response["Location"])
    assert unescape(followed.content.decode()).count('org:"a b c"') >= 1


def test_a_search_lists_what_it_says_and_a_misread_one_says_why(cast: Cast) -> None:
    client = cast.client("agent")
    everything = rows(queue(client, q="is:all"))
    assert {cast.case_a, cast.case_b} <= everything
    subject = Case.objects.get(number=cast.case_a).subject
    assert cast.case_a in rows(queue(client, q=subject.split()[0]))
    wrong = queue(client, q="sevv:1")
    assert rows(wrong) == set()
    assert "“sevv:1” can’t be understood here" in wrong
    assert "sev:" in wrong


def test_a_number_opens_its_case(cast: Cast) -> None:
    response = cast.client("agent").get(reverse("console:queue"), {"q": f"#{cast.case_a}"})
    assert response["Location"] == reverse("console:case", args=[cast.case_a])


def test_a_search_finds_people_and_subscribers_too(cast: Cast) -> None:
    person = cast.people["contact"]
    shown = queue(cast.client("agent"), q=person.name.split()[0])
    assert person.email in shown


def test_a_view_is_kept_seen_by_others_when_shared_and_dropped(cast: Cast) -> None:
    agent, manager = cast.client("agent"), cast.client("manager")
    agent.post(reverse("console:view-save"), {"name": "Severe", "q": "is:all", "columns": ["contact"], "shared": "on"})
    kept = SavedView.objects.get(name="Severe")
    assert "Severe" in queue(manager)
    mine = queue(agent, q="is:all")
    assert 'aria-current="page"' in re.findall(r"<a [^>]*>Severe", mine)[0]
    assert '<th scope="col" class="q-more">Contact' in mine
    assert cast.client("manager").post(reverse("console:view-drop", args=[kept.pk])).status_code == 302
    assert not SavedView.objects.exists()


def test_somebody_elses_private_view_is_not_there(cast: Cast) -> None:
    cast.client("agent").post(reverse("console:view-save"), {"name": "Private", "q": "who:me"})
    kept = SavedView.objects.get()
    assert "Private" not in queue(cast.client("manager"))
    assert cast.client("manager").post(reverse("console:view-drop", args=[kept.pk])).status_code == 404
    assert SavedView.objects.exists()


@pytest.mark.parametrize(
    "sent", [{"q": "sev:1"}, {"name": "A", "q": "sevv:1"}, {"name": "A"}, {"name": "A" * 41, "q": "sev:1"}]
)
def test_a_view_that_can_not_be_kept_says_why(cast: Cast, sent: dict[str, str]) -> None:
    response = cast.client("agent").post(reverse("console:view-save"), sent, follow=True)
    assert re.search(r"Give the view a name|Correct the search", unescape(response.content.decode()))
    assert not SavedView.objects.exists()


def test_a_name_is_text_and_no_markup(cast: Cast) -> None:
    client = cast.client("agent")
    client.post(reverse("console:view-save"), {"name": "<b onclick=x>", "q": "sev:1", "shared": "on"})
    page = cast.client("manager").get(reverse("console:queue")).content.decode()
    assert "<b onclick" not in page
    assert "&lt;b onclick" in page


def test_columns_are_chosen(cast: Cast) -> None:
    client = cast.client("agent")
    client.post(reverse("console:columns"), {"columns": ["type", "language"]})
    heads = re.findall(r'<th scope="col" class="(q-\w+)"', queue(client))
    assert heads == ["q-check", "q-clock", "q-due", "q-id", "q-subject", "q-more", "q-more"]
    client.post(reverse("console:columns"), {})
    assert "q-sub" in queue(client)
    refused = client.post(reverse("console:columns"), {"columns": ["password"]}, follow=True)
    assert "There is no such column." in unescape(refused.content.decode())


def test_several_cases_are_assigned_and_it_is_undone(cast: Cast) -> None:
    client, me = cast.client("agent"), cast.people["agent"]
    cases = Case.objects.filter(number__in=[cast.case_a, cast.case_b])
    before = dict(cases.values_list("number", "assignee_id"))
    sent = {"case": [cast.case_a, cast.case_b], "assignee": "me", "q": "is:all", "shown": "open"}
    response = client.post(reverse("console:bulk-assign"), sent, follow=True)
    assert set(cases.values_list("assignee_id", flat=True)) == {me.pk}
    text = unescape(response.content.decode())
    token = re.search(r'name="token" value="([^"]+)"', text)
    assert token is not None
    assert rows(text) >= set(before), "the same search is shown again"
    done = client.post(reverse("console:bulk-undo"), {"token": token[1]}, follow=True)
    assert dict(cases.values_list("number", "assignee_id")) == before
    assert "Undone for" in done.content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"assignee": "me"}, "Choose at least one case first."),
        ({"case": "x", "assignee": "me"}, "Choose at least one case first."),
        ({"case": "1" * 30, "assignee": "me"}, "Choose at least one case first."),
        ({"case": "12345", "assignee": "me"}, "There is no case with this number."),
        ({"case": "12345", "assignee": "other", "other": "abc"}, "There is no such person."),
    ],
)
def test_what_can_not_be_done_says_so(cast: Cast, sent: dict[str, str], said: str) -> None:
    response = cast.client("agent").post(reverse("console:bulk-assign"), sent, follow=True)
    assert said in unescape(response.content.decode())


def test_cases_go_to_those_who_answer_only(cast: Cast) -> None:
    contact = cast.people["contact"].pk
    sent = {"case": cast.case_a, "assignee": "other", "other": contact}
    cast.client("agent").post(reverse("console:bulk-assign"), sent)
    assert Case.objects.get(number=cast.case_a).assignee_id != contact


def test_an_undo_is_ones_own_and_can_not_be_forged(cast: Cast) -> None:
    case = Case.objects.get(number=cast.case_a)
    from garant.cases.operations_bulk import Reassigned

    change = [Reassigned(case.number, cast.people["manager"].pk, case.assignee_id)]
    others = token_of(cast.people["manager"].pk, change)
    forged = signing.dumps(
        [cast.people["agent"].pk, [[case.number, None, case.assignee_id]]], salt="other", compress=True
    )
    for token in (others, forged, "", "junk", signing.dumps(5, salt=SALT)):
        response = cast.client("agent").post(reverse("console:bulk-undo"), {"token": token}, follow=True)
        assert "This can no longer be undone" in response.content.decode()
    assert Case.objects.get(number=cast.case_a).assignee_id == case.assignee_id


def test_the_palette_goes_everywhere(cast: Cast) -> None:
    client = cast.client("agent")
    empty = unescape(client.get(reverse("console:palette")).content.decode())
    assert reverse("console:escalations") in empty
    assert reverse("console:import") not in empty.split('id="palette-found"')[1], "only what may be opened"
    subject = Case.objects.get(number=cast.case_a).subject
    for typed, expected in (
        (str(cast.case_a), reverse("console:case", args=[cast.case_a])),
        (subject.split()[0], reverse("console:case", args=[cast.case_a])),
        (cast.people["contact"].name, "console/subscribers/"),
        ("keys", reverse("console:keys")),
    ):
        found = client.get(reverse("console:palette"), {"q": typed}, headers={"HX-Request": "true"})
        assert expected in unescape(found.content.decode()), typed
        assert "<html" not in found.content.decode()
    nothing = client.get(reverse("console:palette"), {"q": "<script>zz"}).content.decode()
    assert "<script>zz" not in nothing


def test_the_number_of_statements_does_not_grow_with_kept_views_and_columns(cast: Cast) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = cast.client("agent")
    queue(client, q="is:all")
    with CaptureQueriesContext(connection) as few:
        queue(client, q="is:all")
    for n in range(5):
        client.post(reverse("console:view-save"), {"name": f"View {n}", "q": f"sev:{n}"})
    with CaptureQueriesContext(connection) as many:
        queue(client, q="is:all")
    assert len(many) == len(few)
