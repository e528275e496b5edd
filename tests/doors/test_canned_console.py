"""Prepared replies in the console: their pages, and putting one into a reply."""

from __future__ import annotations

import re
from typing import Any

import pytest
from desk_cast import Cast, file_case
from django.urls import reverse

from garant.cases import queries
from garant.cases.models_canned import CannedReply
from garant.cases.operations_canned import archive_canned, save_canned
from garant.directory.queries import viewer_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def url(name: str, *arguments: int) -> str:
    return reverse(f"console:{name}", args=arguments)


def prepared(cast: Cast, title: str = "Which version?", body: str = "Dear {contact_name}") -> int:
    return save_canned(by=cast.actor("manager"), title=title, body=body)


def typed_in(response: Any) -> str:
    found = re.search(r'<textarea id="body-reply"[^>]*>([^<]*)</textarea>', response.content.decode())
    assert found is not None
    return found.group(1)


def test_a_manager_prepares_changes_archives_and_brings_back(cast: Cast) -> None:
    manager = cast.client("manager")
    assert "No reply is prepared yet" in text(manager.get(url("replies")))
    told = {"title": "Which <version>?", "body": "Hello {contact_name}", "language": "fr", "team": "", "revision": ""}
    assert "is kept" in text(manager.post(url("reply-write"), told, follow=True))
    row = CannedReply.objects.get()
    assert "Which &lt;version&gt;?" in manager.get(url("replies")).content.decode()
    assert 'value="1"' in manager.get(url("reply-change", row.pk)).content.decode()
    changed = {**told, "body": "Bonjour {contact_name}", "revision": "1"}
    assert manager.post(url("reply-change", row.pk), changed).status_code == 302
    stale = manager.post(url("reply-change", row.pk), {**changed, "body": "Ciao {contact_name}"})
    assert stale.status_code == 422
    assert "Ciao {contact_name}</textarea>" in stale.content.decode(), "what was typed is kept"
    assert "Somebody else has changed this" in text(stale)
    assert manager.post(url("reply-archive", row.pk), {"archived": "yes"}).status_code == 302
    assert url("reply-change", row.pk) not in manager.get(url("replies")).content.decode()
    assert "Bring back" in text(manager.get(url("replies"), {"archived": "yes"}))
    manager.post(url("reply-archive", row.pk), {"archived": "no"})
    row.refresh_from_db()
    assert (row.body, row.archived_at, row.revision) == ("Bonjour {contact_name}", None, 2)


def test_a_name_that_nothing_fills_is_refused_where_it_is_entered(cast: Cast) -> None:
    told = {"title": "x", "body": "Dear {contact.password} {% debug %}", "language": "", "team": ""}
    response = cast.client("manager").post(url("reply-write"), told)
    assert response.status_code == 422
    assert "Nothing fills {contact.password}" in text(response)
    assert 'href="#id_body"' in response.content.decode()
    assert "Dear {contact.password} {% debug %}</textarea>" in response.content.decode()
    assert not CannedReply.objects.exists()


def test_an_agent_reads_them_and_changes_none(cast: Cast) -> None:
    row, agent = prepared(cast), cast.client("agent")
    shown = agent.get(url("replies")).content.decode()
    assert "Which version?" in shown
    assert url("reply-change", row) not in shown
    assert url("reply-archive", row) not in shown
    assert agent.post(url("reply-change", row), {"title": "x", "body": "y"}).status_code == 403


def test_one_is_put_behind_what_was_typed_and_kept_as_the_draft(cast: Cast) -> None:
    number = file_case(cast.people["stranger"], cast.subscriber_b, "<b>{my_name}</b> {{ 7 }}")
    body = "{contact_name}|{subscriber}|{case_number}|{subject}|{severity}|{package}|{my_name}"
    row, agent = prepared(cast, body=body), cast.client("agent")
    assert "Choose a prepared reply" in text(agent.get(url("case", number)))
    told = {"kind": "reply", "body": "My words.", "canned": str(row), "wait": "on", "once": "o" * 22, "seen": "0"}
    shown = agent.post(url("reply-insert", number), told, follow=True)
    assert shown.redirect_chain == [(f"{url('case', number)}?compose=reply#composer", 302)]
    filled = f"Per Halden|Borealis Foods|{number}|&lt;b&gt;{{my_name}}&lt;/b&gt; {{{{ 7 }}}}|2|Silver|Ines Carvalho"
    assert typed_in(shown) == f"My words.\n\n{filled}", "plain text, filled once"
    draft = queries.draft(viewer=viewer_of(cast.people["agent"].pk), place=f"reply:{number}")
    assert draft is not None
    assert draft.data["wait"] is True
    assert queries.case(viewer=viewer_of(cast.people["agent"].pk), number=number).messages == (), "nothing is sent"


@pytest.mark.parametrize("canned", ["", "x", "999999999", "archived"])
def test_nothing_typed_is_lost_when_none_can_be_inserted(cast: Cast, canned: str) -> None:
    row = prepared(cast)
    if canned == "archived":
        archive_canned(by=cast.actor("manager"), canned_id=row)
        canned = str(row)
    told = {"kind": "reply", "body": "My <words>.", "canned": canned}
    response = cast.client("agent").post(url("reply-insert", cast.case_b), told)
    assert response.status_code == 422
    assert typed_in(response) == "My &lt;words&gt;."
    assert "Nothing was inserted" in text(response)


def test_a_choice_that_was_not_inserted_changes_nothing_that_is_sent(cast: Cast) -> None:
    row, agent = prepared(cast), cast.client("agent")
    told = {"kind": "reply", "body": "Only this.", "canned": str(row), "once": "o" * 22}
    assert agent.post(url("draft", cast.case_b), told).status_code == 200
    assert agent.post(url("send", cast.case_b), told).status_code == 302
    view = queries.case(viewer=viewer_of(cast.people["agent"].pk), number=cast.case_b)
    assert [message.body for message in view.messages] == ["Only this."]


def test_the_form_refuses_fields_it_does_not_know(cast: Cast) -> None:
    manager = cast.client("manager")
    told = {"title": "x", "body": "y", "changed_by": "1"}
    assert manager.post(url("reply-write"), told).status_code == 400
    assert cast.client("agent").post(url("reply-insert", cast.case_b), {"kind": "reply", "at": "1"}).status_code == 400
