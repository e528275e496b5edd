"""What a contact answers about a case, form by form: it works, it is refused at the field, by role, and elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from desk_cast import Cast, file_case
from django.test import Client

from garant.cases import operations, queries
from garant.cases.views import CaseView
from garant.core.people import SYSTEM, Actor
from garant.core.refusals import Refusal
from garant.directory import operations as directory
from garant.directory.queries import viewer_of
from garant.portal.words import refused

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def case_of(cast: Cast, number: int, who: str = "contact") -> CaseView:
    return queries.case(viewer=viewer_of(cast.people[who].pk), number=number)


def page_of(client: Client, number: int) -> str:
    return client.get(f"/cases/{number}/").content.decode()


def fresh(cast: Cast, severity: str = "1") -> int:
    return file_case(cast.people["contact"], cast.subscriber_a, "Exports stop at midnight", severity)


def sent_fields(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form with that address, as a browser sends them back."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.S)
    assert form, f"no form for {action}"
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    hidden.pop("csrfmiddlewaretoken", None)
    return hidden


# -- severity by agreement ----------------------------------------------------------------------------------------


def proposed(cast: Cast) -> int:
    number = fresh(cast)
    operations.propose_severity(
        by=cast.actor("agent"), number=number, severity="2", reason="The rows can be imported by hand."
    )
    return number


def answer(client: Client, number: int, **typed: str) -> Any:
    address = f"/cases/{number}/severity/answer/"
    return client.post(address, {**sent_fields(page_of(client, number), address), **typed})


def test_a_proposal_says_why_by_whom_and_what_would_follow(cast: Cast) -> None:
    page = page_of(cast.client("contact"), proposed(cast))
    assert "Support proposes another severity: do you agree?" in page
    assert "The rows can be imported by hand." in page
    assert "Ines Carvalho" in page
    assert "If you agree, the next answer is due" in page
    assert "the severity stays as it is" in page


def test_a_contact_agrees_to_a_severity(cast: Cast) -> None:
    number, client = proposed(cast), cast.client("contact")
    sent = answer(client, number, answer="accept")
    assert (sent.status_code, sent.headers["Location"]) == (302, f"/cases/{number}/")
    assert case_of(cast, number).severity == "2"
    page = page_of(client, number)
    assert "You agreed: the new severity is in force." in page
    assert "Agreed: severity is now 2" in page
    assert "do you agree?" not in page


def test_a_contact_does_not_agree_and_says_why(cast: Cast) -> None:
    number, client = proposed(cast), cast.client("contact")
    bad = answer(client, number, answer="reject", reason=" ")
    page = bad.content.decode()
    assert bad.status_code == 422
    assert '<a href="#proposalform_reason">Say why you don’t agree</a>' in page
    assert case_of(cast, number).proposal is not None
    assert answer(client, number, answer="reject", reason="It lost rows again.").status_code == 302
    view = case_of(cast, number)
    assert (view.severity, view.proposal) == ("1", None)
    assert "It lost rows again." in page_of(client, number)


def test_an_answer_sent_twice_is_one_answer(cast: Cast) -> None:
    number, client = proposed(cast), cast.client("contact")
    address = f"/cases/{number}/severity/answer/"
    form = {**sent_fields(page_of(client, number), address), "answer": "accept"}
    assert [client.post(address, form).status_code for _ in range(2)] == [302, 302]
    assert [row.kind for row in case_of(cast, number, "agent").history].count("severity_proposal_accepted") == 1


def test_a_proposal_that_is_over_is_refused_with_a_way_out(cast: Cast) -> None:
    number, client = proposed(cast), cast.client("contact")
    address = f"/cases/{number}/severity/answer/"
    form = {**sent_fields(page_of(client, number), address), "answer": "reject", "reason": "No, it did not."}
    operations.withdraw_severity(by=cast.actor("agent"), number=number)
    late = client.post(address, form)
    assert late.status_code == 403
    page = late.content.decode()
    assert 'role="alert"' in page


# -- helping to recreate an error ---------------------------------------------------------------------------------


def asked(cast: Cast) -> int:
    number = fresh(cast)
    questions = ["Which file did you upload?", "Does it happen with ten rows?"]
    operations.ask_to_reproduce(by=cast.actor("agent"), number=number, questions=questions)
    return number


def recreate(client: Client, number: int, text: str) -> Any:
    address = f"/cases/{number}/recreate/"
    return client.post(address, {**sent_fields(page_of(client, number), address), "text": text})


def test_questions_are_answered_one_by_one_and_sent_together(cast: Cast) -> None:
    number, client = asked(cast), cast.client("contact")
    page = page_of(client, number)
    assert "Help us recreate it: question 1 of 2" in page
    bad = recreate(client, number, "")
    assert bad.status_code == 422
    assert '<a href="#recreateform_text">' in bad.content.decode()
    assert recreate(client, number, "suppliers.csv").status_code == 302
    assert case_of(cast, number).state == "waiting"
    assert "Help us recreate it: question 2 of 2" in page_of(client, number)
    assert recreate(client, number, "No, never.").status_code == 302
    view = case_of(cast, number)
    assert (view.state, view.asked, view.reproduction) == ("open", None, "answered")
    assert "suppliers.csv" in view.messages[-1].body
    assert "your answers are with support" in page_of(client, number)


# -- solved or not ------------------------------------------------------------------------------------------------


def resolved(cast: Cast) -> int:
    number = fresh(cast, "2")
    operations.resolve(by=cast.actor("agent"), number=number, body="Fixed in 8.4.3.")
    return number


def post(client: Client, number: int, act: str, **typed: str) -> Any:
    address = f"/cases/{number}/{act}/"
    return client.post(address, {**sent_fields(page_of(client, number), address), **typed})


def test_a_resolution_is_confirmed_with_a_rating(cast: Cast) -> None:
    number, client = resolved(cast), cast.client("contact")
    assert "Is it solved?" in page_of(client, number)
    assert post(client, number, "solved", score="9").status_code == 422
    assert post(client, number, "solved", score="4", comment="Quick.").status_code == 302
    view = case_of(cast, number)
    assert view.state == "closed"
    assert view.satisfaction is not None
    assert (view.satisfaction.score, view.satisfaction.comment) == (4, "Quick.")
    assert "You gave 4 of 5" in page_of(client, number)


def test_a_resolution_is_confirmed_without_a_rating(cast: Cast) -> None:
    number, client = resolved(cast), cast.client("contact")
    assert post(client, number, "solved", score="", comment="").status_code == 302
    assert case_of(cast, number).satisfaction is None


def test_a_resolution_is_rejected_and_the_clock_starts_anew(cast: Cast) -> None:
    number, client = resolved(cast), cast.client("contact")
    assert post(client, number, "reopen", reason="").status_code == 422
    assert post(client, number, "reopen", reason="Rows are still missing.").status_code == 302
    view = case_of(cast, number)
    assert view.state == "open"
    assert view.next_due is not None
    kinds = [row.kind for row in view.history]
    assert kinds[-2:] == ["resolution_rejected", "case_reopened"]


def test_a_closed_case_is_rated_and_the_last_word_counts(cast: Cast) -> None:
    number, client = resolved(cast), cast.client("contact")
    post(client, number, "solved", score="", comment="")
    bad = post(client, number, "rating", score="")
    assert bad.status_code == 422
    assert '<a href="#rateform_score">Choose a rating</a>' in bad.content.decode()
    for score in ("2", "5"):
        assert post(client, number, "rating", score=score).status_code == 302
    view = case_of(cast, number)
    assert view.satisfaction is not None
    assert view.satisfaction.score == 5


# -- calling in management ----------------------------------------------------------------------------------------


def test_a_contact_calls_in_management_and_reads_until_when_somebody_takes_care(cast: Cast) -> None:
    number, client = fresh(cast), cast.client("contact")
    bad = post(client, number, "escalate", reason="")
    assert bad.status_code == 422
    assert '<a href="#escalateform_reason">' in bad.content.decode()
    assert post(client, number, "escalate", reason="Payroll is tonight.").status_code == 302
    called = case_of(cast, number).called
    assert called is not None
    assert called.acknowledge_by is not None
    page = page_of(client, number)
    assert "Somebody will take care of it at the latest:" in page
    assert called.acknowledge_by.isoformat(timespec="seconds") in page
    assert f'action="/cases/{number}/escalate/"' not in page  # one call at a time
    again = client.post(f"/cases/{number}/escalate/", {"once": "another-token-1234", "reason": "And?"})
    assert again.status_code == 403
    row = case_of(cast, number, "manager").escalations[-1]
    operations.acknowledge_escalation(by=cast.actor("manager"), escalation_id=row.id)
    assert "Somebody takes care of it since:" in page_of(client, number)
    operations.reply(by=cast.actor("agent"), number=number, body="Here we are.")
    assert "Support management was called in: " not in page_of(client, number)
    assert f'action="/cases/{number}/escalate/"' in page_of(client, number)


# -- following ----------------------------------------------------------------------------------------------------


def test_following_and_no_longer_also_for_a_colleague_who_only_reads(cast: Cast) -> None:
    number = fresh(cast)
    for who in ("contact", "viewer"):
        client = cast.client(who)
        assert post(client, number, "follow").status_code == 302
        assert cast.people[who].pk in {each.person_id for each in case_of(cast, number).followers}
        assert "Stop following" in page_of(client, number)
        assert post(client, number, "follow").status_code == 302
        assert case_of(cast, number).followers == ()


# -- who may not --------------------------------------------------------------------------------------------------

#: Act -> the case it needs, and what is typed.
FORMS: dict[str, tuple[Callable[[Cast], int], dict[str, str]]] = {
    "severity/answer": (proposed, {"answer": "accept", "proposal": "1"}),
    "recreate": (asked, {"request": "1", "step": "1", "text": "This one."}),
    "solved": (resolved, {"score": "5"}),
    "rating": (resolved, {"score": "5"}),
    "escalate": (fresh, {"reason": "Now."}),
    "reopen": (resolved, {"reason": "No."}),
    "severity": (fresh, {"severity": "2", "reason": "Better."}),
    "reply": (fresh, {"body": "I saw it too."}),
}


@pytest.mark.parametrize("act", sorted(FORMS))
@pytest.mark.parametrize("typed", [True, False], ids=["filled", "empty"])
def test_who_only_reads_is_told_who_may_whatever_the_form_holds(cast: Cast, act: str, typed: bool) -> None:
    prepare, form = FORMS[act]
    number = prepare(cast)
    before = case_of(cast, number, "agent").history
    once = {"once": "a-token-of-a-form"} if act not in ("reopen", "severity") else {}
    said = cast.client("viewer").post(f"/cases/{number}/{act}/", {**once, **form} if typed else {})
    assert said.status_code == 403
    page = said.content.decode()
    assert "authorized contact" in page
    assert case_of(cast, number, "agent").history == before


@pytest.mark.parametrize("act", [*sorted(FORMS), "follow"])
def test_another_organisation_finds_no_such_case(cast: Cast, act: str) -> None:
    prepare, form = FORMS.get(act, (fresh, {"follow": "yes"}))
    number = prepare(cast)
    for typed in ({"once": "a-token-of-a-form", **form}, {}):
        assert cast.client("stranger").post(f"/cases/{number}/{act}/", typed).status_code == 404
    assert "Exports stop" not in cast.client("stranger").get(f"/cases/{number}/").content.decode()


def test_a_reader_sees_the_proposal_and_no_form(cast: Cast) -> None:
    page = page_of(cast.client("viewer"), proposed(cast))
    assert "Support proposes another severity" in page
    assert "An authorized contact can answer." in page
    assert "I agree" not in page


# -- filing -------------------------------------------------------------------------------------------------------


def describe(client: Client, **more: str) -> None:
    report = {"subject": "Import drops rows", "steps": "1. Run", "expected": "All", "actual": "Some",
              "environment": "Production"}  # fmt: skip
    assert client.post("/cases/new/kind/", {"request_type": "error"}).status_code == 302
    assert client.post("/cases/new/what/", {**report, **more}).status_code == 302


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ({"reach": "all", "impact": "down", "workaround": "no"}, "1"),
        ({"reach": "many", "impact": "major", "workaround": "no"}, "2"),
        ({"reach": "some", "impact": "minor", "workaround": "yes"}, "3"),
    ],
)
def test_the_guide_leads_to_a_severity_that_the_contact_may_still_change(
    cast: Cast, answers: dict[str, str], level: str
) -> None:
    client = cast.client("contact")
    describe(client)
    page = client.post("/cases/new/severity/", {"guide": "1", **answers}).content.decode()
    assert f"Your answers lead to severity {level}." in page
    assert re.search(rf'name="severity" value="{level}" checked', page)
    other = "3" if level != "3" else "2"
    assert client.post("/cases/new/severity/", {"severity": other}).status_code == 302
    check = client.get("/cases/new/check/").content.decode()
    assert {"2": "2: Major", "3": "3: Normal"}[other] in check


def test_the_guide_asks_for_every_answer(cast: Cast) -> None:
    client = cast.client("contact")
    describe(client)
    bad = client.post("/cases/new/severity/", {"guide": "1", "impact": "minor"})
    assert bad.status_code == 422
    page = bad.content.decode()
    assert "Choose who is affected" in page
    assert '<a href="#id_reach' in page


def test_product_version_and_place_reach_the_case_and_what_is_missing_is_asked_for(cast: Cast) -> None:
    client = cast.client("contact")
    describe(client)
    client.post("/cases/new/severity/", {"severity": "2"})
    assert "Not said yet: the product, the version." in client.get("/cases/new/check/").content.decode()
    describe(client, product="Quillon Ledger", version="8.4.2")
    page = client.get("/cases/new/check/").content.decode()
    assert "Not said yet" not in page
    once = re.search(r'name="once" value="([^"]+)"', page)
    assert once
    sent = client.post("/cases/new/check/", {"once": once[1]})
    view = case_of(cast, int(sent.headers["Location"].split("/")[2]))
    assert (view.product, view.version, view.environment) == ("Quillon Ledger", "8.4.2", "Production")
    assert view.missing == ()
    shown = page_of(client, view.number)
    assert "Quillon Ledger" in shown
    assert "Still missing from the report" not in shown


def test_a_report_without_product_is_asked_for_it_while_the_clock_runs(cast: Cast) -> None:
    number = fresh(cast)
    page = page_of(cast.client("contact"), number)
    assert "Still missing from the report: the product, the version." in page
    assert case_of(cast, number).next_due is not None


@pytest.mark.parametrize(("kind", "level"), [("question", "3"), ("feature_enablement", "2"), ("data_import", "2")])
def test_a_kind_of_request_brings_its_severity(cast: Cast, kind: str, level: str) -> None:
    client = cast.client("contact")
    offered = re.findall(r'name="request_type" value="(\w+)"', client.get("/cases/new/kind/").content.decode())
    assert kind in offered, offered
    client.post("/cases/new/kind/", {"request_type": kind})
    client.post("/cases/new/what/", {"subject": "A request", "description": "Please."})
    assert re.search(rf'value="{level}" checked', client.get("/cases/new/severity/").content.decode())


# -- words --------------------------------------------------------------------------------------------------------


def test_an_allotment_that_is_used_up_is_refused_in_a_sentence() -> None:
    refusal = Refusal("quota_exhausted", "never_below_zero", "book_less_or_ask_pack", {"asked": "3", "remaining": "1"})
    english, french = refused(refusal, "en"), refused(refusal, "fr")
    assert english.rule == "Not enough is left of this allotment. An allotment is never overdrawn: 3 asked, 1 left."
    assert english.remedy == "Book less, or ask sales for a pack."
    assert french.rule.startswith("Il ne reste pas assez de cette dotation.")


def test_our_allotments_belong_to_our_package_in_the_navigation(cast: Cast) -> None:
    client = cast.client("contact")
    page = client.get("/allotments/").content.decode()
    assert re.search(r'<nav[^>]*>.*<a href="/package/" aria-current="page">Our package</a>.*</nav>', page, re.S)
    assert '<a href="/allotments/">Our allotments</a>' in client.get("/package/").content.decode()
    assert "Our package</a>" not in Client().get("/").content.decode()


def test_an_administrator_reads_and_does_not_answer_for_the_contacts(cast: Cast) -> None:
    who = cast.people["viewer"]
    directory.give_role(by=SYSTEM, person_id=who.pk, role="administrator", subscriber_id=cast.subscriber_a)
    number = proposed(cast)
    refused_ = cast.client("viewer").post(f"/cases/{number}/severity/answer/", {"answer": "accept"})
    assert refused_.status_code == 403
    with pytest.raises(Refusal):
        operations.accept_severity(by=Actor("person", who.pk), number=number)
