"""The community's pages: everybody reads without a cookie, people of the desk write, staff keep order."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from desk_cast import Cast, file_case
from django.test import Client
from django.urls import reverse

from garant.community import operations, queries
from garant.community.models import Post, Thread
from garant.community.views import ThreadView
from garant.core.people import NOBODY
from garant.directory.queries import viewer_of
from garant.portal.community import differences

pytestmark = [pytest.mark.database, pytest.mark.django_db]

ONCE = {"once": "k" * 22}


def asked(cast: Cast, who: str = "agent", body: str = "It stops at row 10.", **more: str) -> int:
    given = {"kind": "question", "title": "Why does it stop?", "language": "en", **more}
    thread = operations.ask(by=cast.actor(who), body=body, tags=["imports"], **given)  # type: ignore[arg-type]
    operations.approve(by=cast.actor("agent"), post_id=opening(thread))
    return thread


def opening(thread: int) -> int:
    return Post.objects.get(thread_id=thread, kind="opening").pk


def seen(cast: Cast, thread: int) -> ThreadView:
    return queries.thread(viewer=viewer_of(cast.people["agent"].pk), thread_id=thread)


def page(client: Client, thread: int) -> str:
    response = client.get(reverse("community_short", args=[thread]), follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_a_visitor_reads_everything_public_and_gets_no_cookie(cast: Cast) -> None:
    thread = asked(cast)
    view, visitor = seen(cast, thread), Client()
    for path in (
        reverse("community"), reverse("community_thread", args=[thread, view.row.slug]),
        reverse("community_tag", args=["imports"]), reverse("community_feed"),
        reverse("community_person", args=[view.row.author.handle]),
        reverse("community_history", args=[opening(thread)]),
    ):  # fmt: skip
        response = visitor.get(path)
        assert response.status_code == 200, path
        assert not response.cookies, path
        text = response.content.decode()
        assert "csrfmiddlewaretoken" not in text, path
        assert "@vendor.example" not in text, path
        assert "no-store" not in response.headers.get("Cache-Control", "")


def test_com_06_a_page_of_somebody_signed_in_is_kept_by_nobody(cast: Cast) -> None:
    thread = asked(cast)
    path = reverse("community_thread", args=[thread, seen(cast, thread).row.slug])
    kept = cast.client("contact").get(path).headers["Cache-Control"]
    assert "private" in kept
    assert "no-store" in kept


def test_a_question_is_asked_shown_answered_and_accepted(cast: Cast) -> None:
    contact, agent = cast.client("contact"), cast.client("agent")
    form = {"kind": "question", "title": "Which key?", "body": "Which **key** is unique?", "tags": "keys, imports",
            "language": "en", **ONCE}  # fmt: skip
    for _ in range(2):  # pressed twice
        assert contact.post(reverse("community_new"), form).status_code == 302
    thread = Thread.objects.get().pk
    assert "Which key?" not in Client().get(reverse("community")).content.decode()
    waits = agent.get(reverse("console:community")).content.decode()
    assert "Which key?" in waits
    approve = reverse("console:community-post", args=[opening(thread)])
    assert agent.post(approve, {"act": "approve"}).status_code == 302
    text = page(Client(), thread)
    assert "<strong>key</strong>" in text
    assert "Maren L." in text
    assert "Maren Lindqvist" not in text
    agent.post(reverse("community_answer", args=[thread]), {"body": "The first column.", **ONCE})
    answer = Post.objects.get(kind="answer").pk
    contact.post(reverse("community_vote", args=[answer]), {"yes": "yes"})
    contact.post(reverse("community_accept", args=[answer]), {"yes": "yes"})
    contact.post(reverse("community_comment", args=[answer]), {"body": "Thanks", **ONCE})
    text = page(Client(), thread)
    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)[0])
    assert data["mainEntity"]["acceptedAnswer"]["text"] == "The first column."
    assert data["mainEntity"]["acceptedAnswer"]["upvoteCount"] == 1
    assert "Thanks" in text


def test_what_was_typed_comes_back_with_the_rule_that_forbids_it(cast: Cast) -> None:
    thread = asked(cast)
    operations.lock(by=cast.actor("agent"), thread_id=thread)
    refused = cast.client("contact").post(reverse("community_answer", args=[thread]), {"body": "My words", **ONCE})
    assert refused.status_code == 403
    assert "only support writes in it" in refused.content.decode()
    own = cast.client("agent").post(reverse("community_vote", args=[opening(thread)]), {"yes": "yes"})
    assert "Votes are for what others wrote" in own.content.decode()
    empty = cast.client("agent").post(reverse("community_answer", args=[thread]), {"body": " ", **ONCE})
    assert empty.status_code == 422
    wrong = cast.client("contact").post(reverse("community_follow", args=[thread]), {"yes": "yes", "as": "1"})
    assert wrong.status_code == 400


@pytest.mark.parametrize("text", [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
    '"><svg onload=alert(1)>', "</script><b>", "![x](https://elsewhere.example/p.png)",
])  # fmt: skip
def test_xss_12_nothing_that_people_write_becomes_markup_of_a_page_or_of_its_versions(cast: Cast, text: str) -> None:
    thread = asked(cast, title=f"Title {text}"[:150], body=f"Body {text}")
    operations.answer(by=cast.actor("agent"), thread_id=thread, body=text)
    operations.edit(by=cast.actor("agent"), post_id=opening(thread), body=f"New {text}", revision=1)
    history = Client().get(reverse("community_history", args=[opening(thread)])).content.decode()
    for shown in (page(Client(), thread), history, Client().get(reverse("community")).content.decode()):
        found = Elements()
        found.feed(shown)
        assert found.handlers == []
        assert found.scripts <= {"module", "application/ld+json", "src"}
        assert not any(one.lower().startswith(("javascript:", "https://elsewhere")) for one in found.addresses)


class Elements(HTMLParser):
    """What a browser would find in a page: event handlers, kinds of scripts, and addresses that it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.handlers: list[str] = []
        self.scripts: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element brings."""
        known = dict(attrs)
        self.handlers += [name for name in known if name.startswith("on")]
        if tag == "script":
            self.scripts.add(known.get("type") or ("src" if "src" in known else "inline"))
        self.addresses += [str(known[name]) for name in ("src", "data") if known.get(name)]
        self.addresses += [str(known["href"])] if str(known.get("href", "")).lower().startswith("javascript") else []


def test_changes_are_shown_line_by_line() -> None:
    lines = differences("one\ntwo\nthree", "one\n2\nthree\nfour")
    assert [(line.mark, line.text) for line in lines] == [
        ("", "one"), ("-", "two"), ("+", "2"), ("", "three"), ("+", "four"),
    ]  # fmt: skip


def test_an_old_title_and_a_merged_thread_lead_to_the_present_address(cast: Cast) -> None:
    one, two = asked(cast), asked(cast, title="The same again")
    view = seen(cast, one)
    old = Client().get(reverse("community_thread", args=[one, "old-title"]))
    assert old.headers["Location"] == reverse("community_thread", args=[one, view.row.slug])
    merge = cast.client("agent").post(reverse("console:community-thread", args=[two]), {"act": "merge", "into": one})
    assert merge.status_code == 302
    assert Client().get(reverse("community_short", args=[two])).headers["Location"] == old.headers["Location"]


def test_staff_hide_lock_move_and_decide_from_the_console(cast: Cast) -> None:
    thread, agent = asked(cast), cast.client("agent")
    here = reverse("console:community-thread", args=[thread])
    for sent in (
        {"act": "lock"}, {"act": "unlock"}, {"act": "move", "kind": "idea", "tags": "exports"},
        {"act": "idea", "state": "planned"}, {"act": "hide", "reason": "Names a customer"},
    ):  # fmt: skip
        assert agent.post(here, sent).status_code == 302, sent
    assert Client().get(reverse("community_short", args=[thread])).status_code == 404
    assert "Names a customer" in agent.get(here).content.decode()
    assert agent.post(here, {"act": "hide"}).status_code == 422
    agent.post(here, {"act": "restore"})
    row = queries.thread(viewer=NOBODY, thread_id=thread).row
    assert (row.kind, row.idea_state, row.tags) == ("idea", "planned", ("exports",))
    contact = cast.client("contact")
    contact.post(reverse("community_flag", args=[opening(thread)]), {"reason": "Advertising"})
    assert "Advertising" in agent.get(reverse("console:community"), {"list": "flagged"}).content.decode()
    agent.post(reverse("console:community-post", args=[opening(thread)]) + "?list=flagged", {"act": "leave"})
    assert not queries.flagged(viewer=viewer_of(cast.people["agent"].pk)).rows
    assert agent.get(reverse("console:community"), {"list": "unanswered", "days": "0"}).status_code == 200


def test_the_asker_makes_a_case_of_it_and_the_contract_is_checked_as_ever(cast: Cast) -> None:
    thread, contact = asked(cast, "contact"), cast.client("contact")
    assert "Make this a case" in page(contact, thread)
    assert "Make this a case" not in page(cast.client("stranger"), thread)
    assert contact.post(reverse("community_case", args=[thread])).headers["Location"] == reverse("new_case")
    what = contact.post(reverse("new_case_kind"), {"request_type": "question"})
    assert what.status_code == 302
    assert "It stops at row 10." in contact.get(reverse("new_case_what")).content.decode()
    form = {"subject": "Why does it stop?", "description": "It stops at row 10."}
    assert contact.post(reverse("new_case_what"), form).status_code == 302
    contact.post(reverse("new_case_severity"), {"severity": "3"})
    filed = contact.post(reverse("new_case_check"))
    number = int(re.findall(r"/cases/(\d+)/", filed.headers["Location"])[0])
    assert queries.thread(viewer=viewer_of(cast.people["contact"].pk), thread_id=thread).case_number == number
    assert f"/cases/{number}/" in page(contact, thread)
    assert str(number) not in page(Client(), thread)
    assert str(number) not in page(cast.client("stranger"), thread)


def test_a_draft_of_another_case_is_not_lost(cast: Cast) -> None:
    contact = cast.client("contact")
    contact.post(reverse("new_case_kind"), {"request_type": "question"})
    thread = asked(cast, "contact")
    told = contact.post(reverse("community_case", args=[thread]), follow=True).content.decode()
    assert "draft of another case" in told
    assert file_case(cast.people["contact"], cast.subscriber_a, "Another") > 0


def test_the_feed_says_what_everybody_reads(cast: Cast) -> None:
    thread = asked(cast, body="Row *ten*.")
    operations.ask(by=cast.actor("contact"), kind="idea", title="Held back", body="Waits", language="en")
    for path in (reverse("community_feed"), reverse("community_tag_feed", args=["imports"])):
        response = cast.client("contact").get(path)
        text = response.content.decode()
        assert response.headers["Content-Type"].startswith("application/atom+xml")
        assert "Why does it stop?" in text
        assert "&lt;em&gt;ten&lt;/em&gt;" in text
        assert f"/community/{thread}/" in text
        assert "Held back" not in text


def test_a_profile_is_changed_and_refuses_what_is_no_web_address(cast: Cast) -> None:
    contact, address = cast.client("contact"), reverse("community_profile")
    form = {"name": "Maren", "handle": "maren", "about": "Imports", "link": "javascript:x//http://y"}
    refused = contact.post(address, form)
    assert refused.status_code == 403
    assert "begins with http:// or https://" in refused.content.decode()
    assert contact.post(address, {**form, "link": "https://maren.example"}).status_code == 302
    asked(cast, "contact")
    text = Client().get(reverse("community_person", args=["maren"])).content.decode()
    assert 'href="https://maren.example" rel="nofollow ugc noopener"' in text
    assert "Aurora Rail" not in text
