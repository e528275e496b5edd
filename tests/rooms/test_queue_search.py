"""Searching the queue with operators, keeping searches, and changing several cases at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from case_acts import file, late_case
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases import queries
from garant.cases.models import Case
from garant.cases.operations_bulk import LARGEST, Reassigned, assign_back, assign_many
from garant.core.looking import read
from garant.core.refusals import NotFound, Refusal
from garant.core.zones import zone as named
from garant.directory.models import Person
from garant.directory.operations_views import MOST, drop_view, keep_columns, save_view
from garant.directory.queries_views import USUAL, columns, views
from garant.journal.operations import database_now

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def found(cast: Cast, text: str, who: str = "agent") -> set[int]:
    return {row.number for row in queries.queue(viewer=cast.viewer(who), look=read(text), limit=100).rows}


@pytest.fixture
def desk(cast: Cast) -> dict[str, int]:
    """Cases that differ in what operators ask."""
    made = {
        "gold": file(cast, "gold", subject="Ledger export is empty", severity="1").number,
        "silver": file(cast, "silver", subject="Ledger print", severity="2").number,
        "bronze": file(cast, "bronze", subject="How to print", severity="3", request_type="question").number,
        "closed": file(cast, "gold", subject="Ledger colour", severity="3").number,
        "late": late_case(cast),
    }
    agent = cast.actor("agent")
    cases.assign(by=agent, number=made["silver"], assignee_id=cast.people["agent"])
    cases.reply(by=agent, number=made["closed"], body="Done.", resolve=True)
    cases.close(by=agent, number=made["closed"])
    Person.objects.filter(pk=cast.people["contact_silver"]).update(language="fr")
    return made


WANTED = {
    "sev:1": {"gold", "late"},
    "sev:2,3 -org:gold": {"silver", "bronze"},
    "ledger": {"gold", "silver", "closed"},
    "ledger is:open": {"gold", "silver"},
    "is:closed": {"closed"},
    "is:all ledger -is:closed": {"gold", "silver"},
    "org:SILVER": {"silver"},
    'org:"silver customer"': {"silver"},
    "org:silver-customer": {"silver"},
    "pkg:bronze": {"bronze"},
    "who:me": {"silver"},
    "-who:nobody is:all": {"silver"},
    "type:question": {"bronze"},
    "lang:fr": {"silver"},
    "by:contact_silver": {"silver"},
    "due:late": {"late"},
    "is:missed": {"late"},
    "due:none": {"bronze"},
    "since:2000-01-01 is:closed": {"closed"},
    "until:2000-01-01 is:all": set(),
    "due:<2000-01-01": set(),
    "due:>2000-01-01 sev:1 -due:late": {"gold"},
    "mine:yes": set(),
    "100%": set(),
}


@pytest.mark.parametrize("text", WANTED)
def test_each_operator_asks_what_it_says(cast: Cast, desk: dict[str, int], text: str) -> None:
    assert found(cast, text) == {desk[name] for name in WANTED[text]}


def test_days_are_the_readers_own(cast: Cast) -> None:
    number = file(cast, "gold", severity="1").number
    due = Case.objects.get(number=number).next_due
    assert due is not None
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        Person.objects.filter(pk=cast.people["agent"]).update(zone=zone)
        viewer = cast.viewer("agent")
        local, today = due.astimezone(named(zone)).date(), database_now().astimezone(named(zone)).date()
        assert (number in found(cast, "due:today")) == (local == today)
        assert (number in found(cast, "due:tomorrow")) == (local == today + timedelta(days=1))
        assert viewer.zone == zone


def test_a_subscribers_contact_searches_their_own_cases_only(cast: Cast, desk: dict[str, int]) -> None:
    assert found(cast, "ledger", "contact_silver") == {desk["silver"]}
    assert found(cast, "org:gold is:all", "contact_silver") == set()


def test_a_search_goes_on_behind_its_page(cast: Cast) -> None:
    made = {file(cast, subject=f"Same {n}").number for n in range(5)}
    seen: list[int] = []
    after = None
    while True:
        page = queries.queue(viewer=cast.viewer("agent"), look=read("same"), after=after, limit=2)
        seen += [row.number for row in page.rows]
        after = page.next
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 5
    assert set(seen) == made


def test_a_cursor_of_another_search_counts_as_none(cast: Cast) -> None:
    for n in range(3):
        file(cast, subject=f"Same {n}")
    first = queries.queue(viewer=cast.viewer("agent"), look=read("same"), limit=1)
    again = queries.queue(viewer=cast.viewer("agent"), look=read("sam"), limit=1, after=first.next)
    assert [row.number for row in again.rows] == [row.number for row in first.rows]


# Saved views ---------------------------------------------------------------------------------------------------------


def test_a_view_is_kept_replaced_shared_and_dropped(cast: Cast) -> None:
    agent, other = cast.actor("agent"), cast.viewer("second_agent")
    kept = save_view(by=agent, name="  Severe ", query="sev:1", columns=["assignee", "owed", "nonsense"])
    assert (kept.name, kept.query, kept.columns, kept.mine) == ("Severe", "sev:1", ("owed", "assignee"), True)
    assert views(other) == []
    again = save_view(by=agent, name="Severe", query="sev:1 is:near", shared=True)
    assert again.id == kept.id
    (seen,) = views(other)
    assert (seen.query, seen.mine, seen.owner) == ("sev:1 is:near", False, "agent")
    with pytest.raises(NotFound):
        drop_view(by=cast.actor("second_agent"), view_id=kept.id)
    assert drop_view(by=cast.actor("manager"), view_id=kept.id).name == "Severe"
    assert views(cast.viewer("agent")) == []


def test_a_private_view_is_nobody_elses_to_drop(cast: Cast) -> None:
    kept = save_view(by=cast.actor("agent"), name="Mine", query="who:me")
    with pytest.raises(NotFound):
        drop_view(by=cast.actor("manager"), view_id=kept.id)


@pytest.mark.parametrize(
    ("name", "query", "code"),
    [
        ("", "sev:1", "name_missing_or_long"),
        ("x" * 41, "sev:1", "name_missing_or_long"),
        ("A", "sevv:1", "search_misread"),
        ("A", "  ", "search_misread"),
    ],
)
def test_what_can_not_be_kept(cast: Cast, name: str, query: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        save_view(by=cast.actor("agent"), name=name, query=query)
    assert refused.value.code == code
    assert views(cast.viewer("agent")) == []


def test_nobody_keeps_more_than_a_few(cast: Cast) -> None:
    for n in range(MOST):
        save_view(by=cast.actor("agent"), name=f"View {n}", query="sev:1")
    with pytest.raises(Refusal, match="too_many_views"):
        save_view(by=cast.actor("agent"), name="One more", query="sev:1")
    save_view(by=cast.actor("agent"), name="View 3", query="sev:2")


def test_people_of_subscribers_keep_nothing(cast: Cast) -> None:
    with pytest.raises(Refusal):
        save_view(by=cast.actor("contact_gold"), name="A", query="sev:1")
    assert views(cast.viewer("contact_gold")) == []


def test_columns_are_chosen_and_given_back(cast: Cast) -> None:
    viewer = cast.viewer("agent")
    assert columns(viewer) == USUAL
    keep_columns(by=cast.actor("agent"), columns=["type", "contact"])
    assert columns(viewer) == ("contact", "type")
    assert columns(cast.viewer("manager")) == USUAL
    keep_columns(by=cast.actor("agent"), columns=[])
    assert columns(viewer) == USUAL


# Several cases at once ----------------------------------------------------------------------------------------------


def assignees(*numbers: int) -> list[int | None]:
    return [Case.objects.get(number=number).assignee_id for number in numbers]


def test_several_cases_are_assigned_and_given_back(cast: Cast) -> None:
    a, b, c = (file(cast).number for _ in range(3))
    me, other, by = cast.people["agent"], cast.people["second_agent"], cast.actor("agent")
    cases.assign(by=by, number=b, assignee_id=other)
    done = assign_many(by=by, numbers=[a, b, a, c], assignee_id=me)
    assert done.done == (Reassigned(a, None, me), Reassigned(b, other, me), Reassigned(c, None, me))
    cases.assign(by=by, number=c, assignee_id=other)
    back = assign_back(by=by, changes=done.done)
    assert assignees(a, b, c) == [None, other, other], "what was given away since stays there"
    assert [change.number for change in back.done] == [a, b]
    assert [(number, refusal.code) for number, refusal in back.refused] == [(c, "reassigned_since")]


def test_one_refusal_holds_up_no_other(cast: Cast) -> None:
    a, closed = file(cast).number, file(cast).number
    by = cast.actor("agent")
    cases.reply(by=by, number=closed, body="Done.", resolve=True)
    cases.close(by=by, number=closed)
    done = assign_many(by=by, numbers=[closed, 999, a], assignee_id=cast.people["agent"])
    assert [change.number for change in done.done] == [a]
    assert {number: refusal.code for number, refusal in done.refused} == {
        closed: "not_in_this_state",
        999: "case_unknown",
    }


def test_a_contact_assigns_nothing(cast: Cast) -> None:
    number = file(cast).number
    done = assign_many(by=cast.actor("contact_gold"), numbers=[number], assignee_id=cast.people["agent"])
    assert done.done == ()
    assert len(done.refused) == 1
    assert assignees(number) == [None]


def test_not_more_than_a_hundred(cast: Cast) -> None:
    with pytest.raises(Refusal, match="too_many_cases"):
        assign_many(by=cast.actor("agent"), numbers=range(LARGEST + 1), assignee_id=None)
