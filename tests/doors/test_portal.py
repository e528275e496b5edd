"""The portal: filing page by page, what a case shows to its subscriber, refusals that lose nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from desk_cast import Cast, file_case
from django.test import Client

from garant.cases import operations, queries
from garant.core.people import Viewer
from garant.directory.queries import viewer_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]

REPORT = {
    "subject": "Invoices missing after the nightly import",
    "steps": "1. Upload.\n2. Run.",
    "expected": "240 invoices",
    "actual": "17 of 240 are not in the table",
    "environment": "Production, 8.4.2",
    "description": "",
}


def write(client: Client, severity: str = "2") -> None:
    """Fill in the first three pages."""
    assert client.post("/cases/new/kind/", {"request_type": "error"}).status_code == 302
    assert client.post("/cases/new/what/", REPORT).status_code == 302
    assert client.post("/cases/new/severity/", {"severity": severity}).status_code == 302


def token(client: Client) -> str:
    """The form's token on the last page."""
    found = re.search(r'name="once" value="([^"]+)"', client.get("/cases/new/check/").content.decode())
    assert found
    return found[1]


def numbers(cast: Cast, name: str) -> set[int]:
    """The cases that somebody sees."""
    viewer: Viewer = viewer_of(cast.people[name].pk)
    return {row.number for row in queries.my_cases(viewer=viewer).rows}


def test_a_contact_files_a_case_and_sees_the_promise(cast: Cast) -> None:
    client, before = cast.client("contact"), numbers(cast, "contact")
    write(client)
    check = client.get("/cases/new/check/").content.decode()
    assert "If you send this now, you will have an answer by" in check
    assert "Answered within 8 business hours" in check
    sent = client.post("/cases/new/check/", {"once": token(client)})
    assert sent.status_code == 302
    number = (numbers(cast, "contact") - before).pop()
    assert sent.headers["Location"] == f"/cases/{number}/?filed=1"
    case = queries.case(viewer=viewer_of(cast.people["contact"].pk), number=number)
    page = client.get(sent.headers["Location"]).content.decode()
    assert case.next_due is not None
    assert case.next_due.isoformat(timespec="seconds") in page
    assert "8 hours for severity 2 in Gold, a goal" in page
    assert "<span>8:00</span>" in page  # the counted rows sum to the target
    assert (case.steps, case.actual, case.severity) == (REPORT["steps"], REPORT["actual"], "2")


def test_an_open_case_about_the_same_thing_is_shown_before_sending(cast: Cast) -> None:
    client = cast.client("contact")
    write(client)
    assert 'id="alike"' not in client.get("/cases/new/check/").content.decode()
    file_case(cast.people["stranger"], cast.subscriber_b, REPORT["subject"])
    assert 'id="alike"' not in client.get("/cases/new/check/").content.decode(), "another organisation's is never shown"
    twin = file_case(cast.people["contact"], cast.subscriber_a, "After the nightly import invoices are missing")
    write(client)  # a case that is filed ends its person's draft
    page = client.get("/cases/new/check/").content.decode()
    shown = page[page.index('id="alike"') :]
    assert f'<a href="/cases/{twin}/">' in shown
    assert "An open case of your organisation looks alike" in shown
    assert client.post("/cases/new/check/", {"once": token(client)}).status_code == 302, "it may be sent all the same"


def test_the_promise_shown_before_is_the_one_kept_after(cast: Cast) -> None:
    client = cast.client("contact")
    write(client, severity="1")
    shown = re.search(r'promise-due"><time datetime="([^"]+)"', client.get("/cases/new/check/").content.decode())
    sent = client.post("/cases/new/check/", {"once": token(client)})
    case = queries.case(viewer=viewer_of(cast.people["contact"].pk), number=int(sent.headers["Location"].split("/")[2]))
    assert shown
    assert case.next_due is not None
    assert shown[1][:16] in {case.next_due.isoformat()[:16], case.next_due.replace(second=0).isoformat()[:16]}


def test_sending_twice_files_one_case(cast: Cast) -> None:
    client, before = cast.client("contact"), numbers(cast, "contact")
    write(client)
    once = token(client)
    first = client.post("/cases/new/check/", {"once": once})
    second = client.post("/cases/new/check/", {"once": once})
    assert len(numbers(cast, "contact") - before) == 1
    assert second.headers["Location"].split("/")[2] == first.headers["Location"].split("/")[2]


def test_who_is_no_authorized_contact_is_told_the_rule_and_loses_nothing(cast: Cast) -> None:
    client, before = cast.client("viewer"), numbers(cast, "contact")
    write(client)
    refused = client.post("/cases/new/check/", {"once": token(client)})
    page = refused.content.decode()
    assert refused.status_code == 403
    assert "Only authorized contacts may open cases." in page
    assert "Ask one of your authorized contacts" in page
    assert "Maren Lindqvist" in page
    assert numbers(cast, "contact") == before
    for text in REPORT.values():
        assert text.replace("\n", "<br>") in page
    home = client.get("/").content.decode()
    assert "You have a draft" in home
    assert REPORT["subject"] in home
    again = client.get("/cases/new/what/").content.decode()
    assert all(text in again for text in REPORT.values())
    assert client.get("/cases/new/").headers["Location"] == "/cases/new/check/"


def test_what_is_missing_is_said_and_what_was_typed_stays(cast: Cast) -> None:
    client = cast.client("contact")
    client.post("/cases/new/kind/", {"request_type": "error"})
    bad = client.post("/cases/new/what/", {"subject": "Half a report", "actual": "rows missing"})
    page = bad.content.decode()
    assert bad.status_code == 422
    assert "<title>Error: " in page
    assert '<a href="#id_steps">Write the steps that lead to the error</a>' in page
    assert 'aria-invalid="true"' in page
    later = client.get("/cases/new/what/").content.decode()
    assert "Half a report" in later
    assert "rows missing" in later
    assert client.get("/cases/new/check/").headers["Location"] == "/cases/new/what/"


def test_a_question_needs_no_steps_and_brings_its_severity(cast: Cast) -> None:
    client = cast.client("contact")
    client.post("/cases/new/kind/", {"request_type": "question"})
    assert b'name="steps"' not in client.get("/cases/new/what/").content
    client.post("/cases/new/what/", {"subject": "A question", "description": "How do I rename a view?"})
    page = client.get("/cases/new/severity/").content.decode()
    assert re.search(r'name="severity" value="3" checked', page)


def test_the_promise_follows_the_severity_without_a_script(cast: Cast) -> None:
    client = cast.client("contact")
    write(client)
    shown = client.post("/cases/new/severity/", {"severity": "1", "show": "1"})
    assert shown.status_code == 200
    assert "Answered within 4 hours, day and night." in shown.content.decode().partition('id="promise"')[2]


def test_the_promise_follows_the_severity_with_a_script(cast: Cast) -> None:
    client = cast.client("contact")
    write(client)
    part = client.get("/cases/new/promise/?severity=3").content.decode()
    assert part.lstrip().startswith("<section")
    assert "Answered within 12 business hours" in part
    assert "Choose a severity" in client.get("/cases/new/promise/?severity=99").content.decode()


def test_throwing_a_draft_away_needs_a_post(cast: Cast) -> None:
    client = cast.client("contact")
    write(client)
    assert client.get("/cases/new/discard/").status_code == 405
    client.post("/cases/new/discard/")
    assert client.get("/cases/new/").headers["Location"] == "/cases/new/kind/"


def test_a_case_shows_replies_and_never_internal_notes(cast: Cast) -> None:
    operations.reply(by=cast.actor("agent"), number=cast.case_a, body="Thank you, we are on it.")
    page = cast.client("contact").get(f"/cases/{cast.case_a}/").content.decode()
    assert "Thank you, we are on it." in page
    assert cast.secret_note not in page
    assert "late" in page  # the first answer was missed, and says so
    assert "First answer" in page


@pytest.mark.parametrize("path", ["", "reply/", "reopen/", "severity/"])
def test_another_organisation_finds_nothing(cast: Cast, path: str) -> None:
    client = cast.client("stranger")
    send = client.post if path else client.get
    answer: Any = send(f"/cases/{cast.case_a}/{path}", {"body": "x", "once": "k", "reason": "x", "severity": "1"})
    assert answer.status_code == 404
    assert cast.secret_a not in answer.content.decode()


def test_writing_to_a_case(cast: Cast) -> None:
    client = cast.client("contact")
    sent = client.post(f"/cases/{cast.case_a}/reply/", {"body": "More rows are gone.", "once": "a-token"})
    again = client.post(f"/cases/{cast.case_a}/reply/", {"body": "More rows are gone.", "once": "a-token"})
    assert (sent.status_code, again.status_code) == (302, 302)
    assert client.get(f"/cases/{cast.case_a}/").content.decode().count("More rows are gone.") == 1


def test_an_empty_message_is_refused_in_words(cast: Cast) -> None:
    bad = cast.client("contact").post(f"/cases/{cast.case_a}/reply/", {"body": "  ", "once": "k"})
    assert bad.status_code == 422
    assert "Write a message" in bad.content.decode()


def test_a_reader_who_writes_all_the_same_is_told_and_keeps_the_words(cast: Cast) -> None:
    client = cast.client("viewer")
    bad = client.post(f"/cases/{cast.case_a}/reply/", {"body": "I saw it too.", "once": "k"})
    page = bad.content.decode()
    assert bad.status_code == 403
    assert "Only authorized contacts may do this." in page
    assert "I saw it too." in page
    assert "I saw it too." not in cast.client("contact").get(f"/cases/{cast.case_a}/").content.decode()


def test_reopening_a_resolved_case(cast: Cast) -> None:
    operations.resolve(by=cast.actor("agent"), number=cast.case_a, body="Fixed in 8.4.3.")
    client = cast.client("contact")
    assert "Not solved after all?" in client.get(f"/cases/{cast.case_a}/").content.decode()
    assert client.post(f"/cases/{cast.case_a}/reopen/", {"reason": ""}).status_code == 422
    assert client.post(f"/cases/{cast.case_a}/reopen/", {"reason": "Still there."}).status_code == 302
    assert queries.case(viewer=viewer_of(cast.people["contact"].pk), number=cast.case_a).state == "open"


def test_raising_the_severity_acts_at_once(cast: Cast) -> None:
    number = file_case(cast.people["contact"], cast.subscriber_a, "Slow reports", "3")
    client = cast.client("contact")
    page = client.get(f"/cases/{number}/").content.decode()
    assert "Change the severity" in page
    raised = client.post(f"/cases/{number}/severity/", {"severity": "1", "reason": "Nobody can work now."})
    assert raised.status_code == 302
    case = queries.case(viewer=viewer_of(cast.people["contact"].pk), number=number)
    assert case.severity == "1"
    same = client.post(f"/cases/{number}/severity/", {"severity": "1", "reason": "Still."})
    assert same.status_code == 422
    lower = client.post(f"/cases/{number}/severity/", {"severity": "3", "reason": "Better."})
    assert lower.status_code == 302
    assert queries.case(viewer=viewer_of(cast.people["contact"].pk), number=number).severity == "3"


def test_visitors_staff_and_people_without_an_organisation(cast: Cast) -> None:
    assert "Support that keeps its word" in Client().get("/").content.decode()
    assert Client().get(f"/cases/{cast.case_a}/").headers["Location"].startswith("/accounts/login/")
    assert cast.client("agent").get("/").headers["Location"] == "/console/"
    assert cast.client("agent").get("/cases/new/kind/").status_code == 404


def test_a_person_reads_in_their_own_language(cast: Cast) -> None:
    person = cast.people["contact"]
    person.language = "fr"
    person.save()
    page = cast.client("contact").get("/", headers={"accept-language": "en"}).content.decode()
    assert '<html lang="fr">' in page
    assert "Vos demandes" in page


def test_a_language_chosen_while_signed_in_lasts_and_a_visitors_choice_does_not_reach_in(cast: Cast) -> None:
    visitor = Client()
    visitor.get("/packages/?lang=ja&keep=yes")
    visitor.force_login(cast.people["contact"], backend="allauth.account.auth_backends.AuthenticationBackend")
    assert '<html lang="en">' in visitor.get("/").content.decode()
    visitor.get("/?lang=fr")
    assert '<html lang="fr">' in visitor.get("/account/").content.decode()


def test_a_forged_form_is_refused_in_words(cast: Cast) -> None:
    client = cast.client("contact", enforce_csrf_checks=True)
    answer = client.post(f"/cases/{cast.case_a}/reply/", {"body": "x", "once": "k"})
    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()


def test_stored_script_is_text(cast: Cast) -> None:
    operations.add_customer_message(
        by=cast.actor("contact"), number=cast.case_a, body="<script>alert(1)</script><img src=x onerror=alert(1)>"
    )
    page = cast.client("contact").get(f"/cases/{cast.case_a}/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_no_page_needs_inline_script_or_style(cast: Cast) -> None:
    client = cast.client("contact")
    write(client)
    for path in ("/", "/packages/", f"/cases/{cast.case_a}/", "/cases/new/severity/", "/cases/new/check/", "/account/"):
        response = client.get(path)
        page = response.content.decode()
        assert not re.search(r"\son[a-z]+=", page), path
        assert not re.search(r"\sstyle=|<style", page), path
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), path
        assert "unsafe" not in response.headers["Content-Security-Policy"]


def test_a_list_of_cases_costs_the_same_however_long(cast: Cast, django_assert_max_num_queries: Any) -> None:
    client = cast.client("contact")
    for n in range(12):
        file_case(cast.people["contact"], cast.subscriber_a, f"Case {n}", "3")
    client.get("/")
    with django_assert_max_num_queries(24):
        client.get("/")
