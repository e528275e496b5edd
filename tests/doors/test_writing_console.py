"""Two people on one case: who else writes is said, and nobody answers past what they have not read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk_cast import Cast, person
from django.urls import reverse

from garant.cases import operations, queries
from garant.cases.models import Draft
from garant.cases.views import CaseView
from garant.core.people import SYSTEM
from garant.directory import operations as directory
from garant.directory.queries import viewer_of
from garant.kit import moments

pytestmark = [pytest.mark.database, pytest.mark.django_db]

ONCE = "a-token-of-this-form-0"


def page(number: int, name: str = "case") -> str:
    return reverse(f"console:{name}", args=[number])


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def seen_of(response: Any, kind: str = "reply") -> str:
    form = response.content.decode().split(f'data-kind="{kind}"')[1]
    found = re.search(r'name="seen" value="(\d+)"', form)
    assert found is not None
    return found.group(1)


def seen(cast: Cast, number: int, who: str = "agent") -> CaseView:
    return queries.case(viewer=viewer_of(cast.people[who].pk), number=number)


@pytest.mark.parametrize("kind", ["reply", "call"])
def test_who_answers_past_something_unread_reads_first_and_sends_with_one_more_click(cast: Cast, kind: str) -> None:
    agent, number = cast.client("agent"), cast.case_b
    last = seen_of(agent.get(page(number)), kind)
    operations.reply(by=cast.actor("manager"), number=number, body="Already <answered>.")
    told = {"kind": kind, "body": "My own words, 17 of them.", "once": ONCE, "seen": last}
    refused = agent.post(page(number, "send"), told)
    shown = refused.content.decode()
    assert refused.status_code == 422
    assert "Somebody else has written" in text(refused)
    assert "Already &lt;answered&gt;." in shown
    assert "My own words, 17 of them.</textarea>" in shown
    assert [m.body for m in seen(cast, number).messages] == ["Already <answered>."]
    again = {**told, "seen": seen_of(refused, kind), "once": ONCE + "1"}
    assert agent.post(page(number, "send"), again).status_code == 302
    assert [m.body for m in seen(cast, number).messages] == ["Already <answered>.", "My own words, 17 of them."]


def test_what_one_wrote_oneself_is_no_surprise_and_a_note_never_waits(cast: Cast) -> None:
    agent, number = cast.client("agent"), cast.case_b
    last = seen_of(agent.get(page(number)))
    for i, kind in enumerate(("reply", "reply")):
        told = {"kind": kind, "body": f"Part {i}.", "once": f"{ONCE}{i}", "seen": last}
        assert agent.post(page(number, "send"), told).status_code == 302
    operations.add_customer_message(by=cast.actor("stranger"), number=number, body="Hello?")
    note = {"kind": "note", "body": "For us.", "once": ONCE + "n", "seen": last}
    assert agent.post(page(number, "send"), note).status_code == 302
    reply = {"kind": "reply", "body": "Part 2.", "once": ONCE + "r", "seen": last}
    assert agent.post(page(number, "send"), reply).status_code == 422, "the customer has written"


def test_sending_twice_is_still_once_although_others_have_written(cast: Cast) -> None:
    agent, number = cast.client("agent"), cast.case_b
    told = {"kind": "reply", "body": "Once.", "once": ONCE, "seen": seen_of(agent.get(page(number)))}
    assert agent.post(page(number, "send"), told).status_code == 302
    operations.reply(by=cast.actor("manager"), number=number, body="Mine.")
    assert agent.post(page(number, "send"), told).status_code == 302
    assert [m.body for m in seen(cast, number).messages] == ["Once.", "Mine."]


def test_who_else_writes_is_said_for_some_minutes_and_only_to_staff(cast: Cast) -> None:
    agent, manager, number = cast.client("agent"), cast.client("manager"), cast.case_b
    assert "is writing" not in text(agent.get(page(number)))
    for kind in ("reply", "note", "call"):
        manager.post(page(number, "draft"), {"kind": kind, "body": "Half a"})
    for address in (page(number), page(number, "case-others")):
        shown = text(agent.get(address))
        assert "Helena Strand is writing a public reply" in shown
        assert "Helena Strand is writing an internal note" in shown
        assert "Helena Strand is logging a call" in shown
        assert "Half a" not in shown
        assert "is writing" not in text(manager.get(address)), "nobody is warned of themselves"
    assert queries.writing(viewer=viewer_of(cast.people["stranger"].pk), number=number) == []
    assert "is writing" not in text(agent.get(page(cast.case_a))), "another case is another case"
    Draft.objects.update(updated_at=datetime.now(tz=UTC) - timedelta(minutes=10))
    assert "is writing" not in text(agent.get(page(number)))


@pytest.mark.parametrize("kind", ["reply", "note", "call"])
def test_what_is_kept_after_it_was_sent_is_no_draft(cast: Cast, kind: str) -> None:
    """Seen in the field: the page keeps what is typed when its field is left, and that request came second."""
    agent, number = cast.client("agent"), cast.case_b
    last = seen_of(agent.get(page(number)), kind)
    typed = {"kind": kind, "body": "Said once.", "once": ONCE, "seen": last}
    assert agent.post(page(number, "send"), typed).status_code == 302
    assert agent.post(page(number, "draft"), typed).content == b""
    assert not Draft.objects.exists()
    assert agent.post(page(number, "draft"), {**typed, "once": ONCE + "2"}).status_code == 200
    assert Draft.objects.count() == 1, "another form of the same writer keeps its words"


def test_a_draft_of_the_contact_warns_nobody(cast: Cast) -> None:
    operations.save_draft(by=cast.actor("stranger"), place=f"message:{cast.case_b}", data={"body": "Private."})
    shown = text(cast.client("agent").get(page(cast.case_b)))
    assert "Per Halden is" not in shown
    assert "Private." not in shown


def test_how_many_messages_came_is_counted_from_the_last_one_read(cast: Cast) -> None:
    agent, number = cast.client("agent"), cast.case_b
    for i in range(2):
        operations.add_customer_message(by=cast.actor("stranger"), number=number, body=f"More {i}")
    address = page(number, "case-others")
    assert "2 new messages since you opened this page" in text(agent.get(address, {"seen": "0"}))
    first = seen(cast, number).messages[0].id
    assert "1 new message since" in text(agent.get(address, {"seen": str(first)}))
    assert "new message" not in text(agent.get(address, {"seen": seen_of(agent.get(page(number)))}))
    for odd in ("x", "-1", "9" * 40, "²", ""):
        assert agent.get(address, {"seen": odd}).status_code == 200, odd


def test_a_draft_is_kept_without_a_script_when_the_act_is_refused_and_with_one_as_typed(cast: Cast) -> None:
    agent, number = cast.client("agent"), cast.case_b
    kept = {"kind": "call", "body": "", "caller": "Per H", "direction": "in", "called_at": "2026-1", "seen": "0"}
    assert agent.post(page(number, "draft"), kept).status_code == 200
    shown = agent.get(page(number)).content.decode()
    assert 'value="Per H"' in shown
    assert 'value="2026-1"' in shown
    assert '<option value="in" selected' in shown


def test_a_call_is_logged_with_whom_which_way_and_when(cast: Cast) -> None:
    agent, number = cast.client("agent"), cast.case_b
    told = {
        "kind": "call", "body": "They will send the file.", "once": ONCE, "direction": "out", "caller": "Per <Halden>",
        "called_at": "2026-01-02T09:30",
    }  # fmt: skip
    assert agent.post(page(number, "send"), told).status_code == 302
    call = seen(cast, number).messages[-1].call
    assert call is not None
    assert (call.direction, call.caller) == ("out", "Per <Halden>")
    assert call.at == datetime(2026, 1, 2, 16, 30, tzinfo=UTC), "written on the agent's clock, in Denver"
    shown = agent.get(page(number))
    assert "we called them, Per &lt;Halden&gt;" in shown.content.decode()
    assert seen(cast, number).messages[-1].at.year == datetime.now(tz=UTC).year, "it counts when it is recorded"


@pytest.mark.parametrize(
    ("field", "value"), [("called_at", "yesterday"), ("called_at", "2999-01-01T00:00"), ("direction", "sideways"),
                         ("caller", "x" * 121)]
)  # fmt: skip
def test_an_odd_call_comes_back_with_all_that_was_typed(cast: Cast, field: str, value: str) -> None:
    told = {"kind": "call", "body": "Said <much>.", "once": ONCE, "caller": "Per", "direction": "in", field: value}
    response = cast.client("agent").post(page(cast.case_b, "send"), told)
    assert response.status_code == 422
    assert "Said &lt;much&gt;.</textarea>" in response.content.decode()
    assert seen(cast, cast.case_b).messages == ()


def test_the_side_panel_names_the_other_open_cases_and_what_is_left(cast: Cast) -> None:
    from desk_cast import file_case

    other = [file_case(cast.people["stranger"], cast.subscriber_b, f"Another {i}") for i in range(7)]
    shown = text(cast.client("agent").get(page(cast.case_b)))
    assert "Open cases of the subscriber" in shown
    assert sum(f"Another {i}" in shown for i in range(7)) == 5
    assert "and 2 more" in shown
    assert cast.secret_a not in shown
    operations.resolve(by=cast.actor("agent"), number=other[0], body="Done.")
    assert "and 1 more" in text(cast.client("agent").get(page(cast.case_b)))


@pytest.mark.parametrize(("language", "said"), [("en", "1,000+ in all"), ("de", "insgesamt 1.000+")])
def test_more_cases_than_anybody_counts_are_a_thousand_and_more(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    from desk_cast import file_case

    for i in range(7):
        file_case(cast.people["stranger"], cast.subscriber_b, f"Another {i}")
    monkeypatch.setattr("garant.console.side.COUNTED", 7)
    monkeypatch.setattr("garant.console.side.counted", lambda number: moments.counted(number + 993))
    assert said in text(cast.client("agent").get(page(cast.case_b), {"lang": language}))


def test_somebody_without_a_role_learns_nothing_of_who_writes(cast: Cast) -> None:
    nobody = person("Nils Nobody", "nils@vendor.example")
    client = cast.client("viewer")
    assert client.get(page(cast.case_b, "case-others")).status_code == 403
    directory.give_role(by=SYSTEM, person_id=nobody.pk, role="finance")
    client.force_login(nobody)
    assert client.get(page(cast.case_b, "case-others")).status_code == 403


@pytest.mark.parametrize("kind", ["reply", "note", "call"])
def test_a_draft_is_kept_with_a_button_where_no_script_does_it(cast: Cast, kind: str) -> None:
    agent, number = cast.client("agent"), cast.case_b
    told = {"kind": kind, "body": "Half a <sentence", "once": ONCE, "seen": "0", "keep": "on", "wait": "on"}
    shown = agent.post(page(number, "draft"), told, follow=True)
    assert shown.redirect_chain == [(f"{page(number)}?compose={kind}#composer", 302)]
    assert "The draft is kept. Nothing was sent." in text(shown)
    assert "Half a &lt;sentence</textarea>" in shown.content.decode()
    assert seen(cast, number).messages == ()
    assert agent.post(page(number, "draft"), {**told, "due_at": "1"}).status_code == 400
