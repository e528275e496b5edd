"""What staff do together with a contact, from the case's page: severity, report, other cases, followers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from desk_cast import Cast, file_case
from django.urls import reverse

from garant.cases import operations as cases
from garant.cases import queries
from garant.cases.models import Case
from garant.cases.views import CaseView
from garant.directory.queries import viewer_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]

ONCE = "a-token-of-this-form-0"


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def page(number: int, name: str = "case") -> str:
    return reverse(f"console:{name}", args=[number])


def seen(cast: Cast, number: int, who: str = "agent") -> CaseView:
    return queries.case(viewer=viewer_of(cast.people[who].pk), number=number)


def test_a_severity_is_proposed_shown_and_taken_back(cast: Cast) -> None:
    agent, number = cast.client("agent"), cast.case_b
    assert "Propose another severity" in text(agent.get(page(number)))
    told = {"severity": "3", "reason": "A workaround <b>exists</b>.", "asked_by": "", "once": ONCE}
    assert agent.post(page(number, "severity-propose"), told).status_code == 302
    shown = agent.get(page(number))
    assert "Severity 3 is proposed" in text(shown)
    assert "A workaround &lt;b&gt;exists&lt;/b&gt;." in shown.content.decode()
    assert "then the severity stays" in text(shown)
    assert seen(cast, number).severity == "2", "nothing changes before a contact agrees"
    again = agent.post(page(number, "severity-propose"), {**told, "severity": "1", "once": ONCE + "1"})
    assert (again.status_code, seen(cast, number).severity) == (422, "2"), "one at a time"
    assert agent.post(page(number, "severity-withdraw"), {"once": ONCE + "2"}).status_code == 302
    assert seen(cast, number).proposal is None
    assert "taken back" in text(agent.get(page(number)))


def test_what_a_contact_asked_for_on_the_phone_is_in_force_at_once(cast: Cast) -> None:
    agent, number = cast.client("agent"), cast.case_b
    told = {"severity": "3", "reason": "Asked by phone.", "once": ONCE, "asked_by": str(cast.people["stranger"].pk)}
    assert agent.post(page(number, "severity-propose"), told).status_code == 302
    assert seen(cast, number).severity == "3"
    foreign = {**told, "severity": "2", "once": ONCE + "1", "asked_by": str(cast.people["contact"].pk)}
    assert agent.post(page(number, "severity-propose"), foreign).status_code == 422, "a contact of somebody else"
    assert seen(cast, number).severity == "3"


def test_a_proposal_without_a_reason_comes_back_with_what_was_chosen(cast: Cast) -> None:
    wrong = cast.client("agent").post(
        page(cast.case_b, "severity-propose"), {"severity": "3", "reason": "", "asked_by": "", "once": ONCE}
    )
    assert wrong.status_code == 422
    assert "Say why: the contact reads it." in text(wrong)
    assert '<option value="3" selected>' in wrong.content.decode()


def test_a_report_is_verified_and_no_error_needs_a_reason(cast: Cast) -> None:
    agent, number = cast.client("agent"), cast.case_b
    due = seen(cast, number).next_due
    no = agent.post(page(number, "report-verify"), {"verification": "not_an_error", "reason": "", "once": ONCE})
    assert (no.status_code, seen(cast, number).verification) == (422, "reported")
    done = {"verification": "verified", "reason": "", "once": ONCE + "1"}
    assert agent.post(page(number, "report-verify"), done).status_code == 302
    assert (seen(cast, number).verification, seen(cast, number).next_due) == ("verified", due), "no clock stops"
    assert "verified by support" in text(agent.get(page(number)))


def test_help_to_recreate_is_asked_answered_and_its_outcome_recorded(cast: Cast) -> None:
    agent, number = cast.client("agent"), cast.case_b
    asked = {"questions": "Which file?\n\nOnly with accents?\n", "once": ONCE}
    assert agent.post(page(number, "recreate-ask"), asked).status_code == 302
    (request,) = seen(cast, number).reproductions
    assert request.questions == ("Which file?", "Only with accents?")
    assert seen(cast, number).state == "waiting"
    shown = text(agent.get(page(number)))
    assert "Questions: 1 of 2 waits" in shown
    assert "Ask for help to recreate it" not in shown, "one request at a time"
    by = cast.actor("stranger")
    for step, said in ((1, "suppliers.csv"), (2, "Yes.")):
        cases.answer_reproduction(by=by, number=number, request_id=request.id, step=step, text=said)
    assert "suppliers.csv" in text(agent.get(page(number)))
    assert (
        agent.post(page(number, "recreate-outcome"), {"outcome": "reproduced", "once": ONCE + "1"}).status_code == 302
    )
    assert seen(cast, number).reproduction == "reproduced"
    none = agent.post(page(number, "recreate-ask"), {"questions": " \n ", "once": ONCE + "2"})
    assert (none.status_code, "Write at least one question" in text(none)) == (422, True)


def test_cases_are_linked_and_unlinked(cast: Cast) -> None:
    agent = cast.client("agent")
    other = file_case(cast.people["contact"], cast.subscriber_a, "The same again")
    told = {"other": str(other), "kind": "duplicate", "once": ONCE}
    assert agent.post(page(cast.case_a, "case-link"), told).status_code == 302
    assert [link.number for link in seen(cast, other).links] == [cast.case_a]
    assert "The same once more" in text(agent.get(page(cast.case_a)))
    nowhere = agent.post(page(cast.case_a, "case-link"), {"other": "99999999", "kind": "related", "once": ONCE + "1"})
    assert nowhere.status_code == 404
    words = agent.post(page(cast.case_a, "case-link"), {"other": "abc", "kind": "related", "once": ONCE + "2"})
    assert (words.status_code, "A case has a number." in text(words)) == (422, True)
    assert agent.post(page(cast.case_a, "case-unlink"), {"other": str(other), "once": ONCE + "3"}).status_code == 302
    assert seen(cast, other).links == ()


def test_a_merge_says_what_happens_asks_to_be_sure_and_keeps_the_other_cases_clocks(cast: Cast) -> None:
    agent = cast.client("agent")
    other = file_case(cast.people["contact"], cast.subscriber_a, "The same again")
    due = seen(cast, cast.case_a).next_due
    shown = text(agent.get(page(other, "case-merge")))
    assert "The other case keeps its own clocks" in shown
    unsure = agent.post(page(other, "case-merge"), {"into": str(cast.case_a), "once": ONCE})
    assert (unsure.status_code, seen(cast, other).state) == (422, "open")
    assert f'value="{cast.case_a}"' in unsure.content.decode()
    foreign = {"into": str(cast.case_b), "sure": "on", "once": ONCE + "1"}
    refused = agent.post(page(other, "case-merge"), foreign)
    assert (refused.status_code, seen(cast, other).state) == (422, "open"), "cases of two subscribers stay two"
    sure = {"into": str(cast.case_a), "sure": "on", "once": ONCE + "2"}
    assert agent.post(page(other, "case-merge"), sure).status_code == 302
    assert (seen(cast, other).state, seen(cast, cast.case_a).next_due) == ("merged", due)
    assert "It goes on in" in text(agent.get(page(other)))


def test_a_merge_offers_what_looks_alike_and_finds_by_words(cast: Cast) -> None:
    agent = cast.client("agent")
    here = file_case(cast.people["contact"], cast.subscriber_a, "Lamps stay dark in hall two")
    twin = file_case(cast.people["contact"], cast.subscriber_a, "In hall two the lamps stay dark")
    gone = file_case(cast.people["contact"], cast.subscriber_a, "Lamps stay dark in hall two, too")
    far = file_case(cast.people["stranger"], cast.subscriber_b, "Lamps stay dark in hall two")
    cases.resolve(by=cast.actor("agent"), number=gone, body="It was a fuse.")
    cases.close(by=cast.actor("agent"), number=gone)
    offered = [row.number for row in agent.get(page(here, "case-merge")).context["offered"]]
    assert offered[0] == twin
    assert not {here, gone, far} & set(offered), "itself, what is closed and other subscribers' cases are never offered"
    for words, found in (("dark HALL", [twin]), (str(twin), [twin]), ("no such lamp", []), ("dark \x00", [twin])):
        shown = agent.get(page(here, "case-merge"), {"q": words})
        assert [row.number for row in shown.context["offered"]] == found, words
        assert ("None of its open cases has these words" in text(shown)) == (not found), words
    picked = agent.get(page(here, "case-merge"), {"into": str(twin)}).content.decode()
    assert f'value="{twin}"' in picked
    assert agent.get(page(here, "case-merge"), {"into": "١٢<script>"}).context["form"].initial.get("into") is None


def test_a_part_is_split_off_with_clocks_of_its_own(cast: Cast) -> None:
    agent = cast.client("agent")
    before = set(Case.objects.values_list("number", flat=True))
    empty = agent.post(
        page(cast.case_b, "case-split"), {"subject": "", "description": "x", "severity": "3", "once": ONCE}
    )
    assert (empty.status_code, "Write a subject." in text(empty)) == (422, True)
    assert [code for code, _ in empty.context["form"].fields["severity"].choices] == ["1", "2"], "never a lower one"
    told = {"subject": "Only the French ones", "description": "Exports in French.", "severity": "1", "once": ONCE + "1"}
    assert agent.post(page(cast.case_b, "case-split"), told).status_code == 302
    (made,) = set(Case.objects.values_list("number", flat=True)) - before
    case = seen(cast, made)
    assert (case.subject, case.severity, case.subscriber.id) == ("Only the French ones", "1", cast.subscriber_b)
    assert case.periods[0].started > seen(cast, cast.case_b).periods[0].started
    assert "Led to" in text(agent.get(page(cast.case_b)))


def test_one_follows_lets_a_contact_follow_and_stops(cast: Cast) -> None:
    agent, number = cast.client("agent"), cast.case_b
    assert agent.post(page(number, "case-follow"), {"follow": "yes", "person": "", "once": ONCE}).status_code == 302
    other = {"follow": "yes", "person": str(cast.people["stranger"].pk), "once": ONCE + "1"}
    assert agent.post(page(number, "case-follow"), other).status_code == 302
    assert {each.name for each in seen(cast, number).followers} == {"Ines Carvalho", "Per Halden"}
    foreign = {"follow": "yes", "person": str(cast.people["contact"].pk), "once": ONCE + "2"}
    assert agent.post(page(number, "case-follow"), foreign).status_code == 422, "somebody of another organisation"
    assert (
        agent.post(page(number, "case-follow"), {"follow": "no", "person": "", "once": ONCE + "3"}).status_code == 302
    )
    assert {each.name for each in seen(cast, number).followers} == {"Per Halden"}


def test_finance_reads_a_case_and_does_none_of_it(cast: Cast) -> None:
    from garant.core.people import SYSTEM
    from garant.directory import operations as directory

    agent = cast.people["agent"]
    directory.give_role(by=SYSTEM, person_id=agent.pk, role="finance")
    directory.end_role(by=SYSTEM, person_id=agent.pk, role="agent")
    client = cast.client("agent")
    for name in ("severity-propose", "report-verify", "recreate-ask", "case-link", "case-merge", "case-split"):
        assert client.post(page(cast.case_b, name), {}).status_code == 403, name


def test_a_part_is_split_off_with_the_text_of_chosen_messages_and_never_of_a_note(cast: Cast) -> None:
    agent, number = cast.client("agent"), cast.case_b
    cases.add_customer_message(by=cast.actor("stranger"), number=number, body="Exports are <slow> too.")
    cases.add_note(by=cast.actor("agent"), number=number, body="zebra: ours alone")
    said, note = seen(cast, number).messages
    plain = agent.get(page(number, "case-split")).content.decode()
    assert "Exports are &lt;slow&gt; too." in plain
    assert "zebra" not in plain
    chosen = {"from": [str(said.id), str(note.id), "x"]}
    shown = agent.get(page(number, "case-split"), chosen).content.decode()
    assert "Exports are &lt;slow&gt; too.</textarea>" in shown
    assert f'value="{said.id}" checked' in shown
    assert "zebra" not in shown
