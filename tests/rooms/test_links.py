"""Merge, split, link, follow: each case keeps its own clocks, and nobody reads through a link."""

from __future__ import annotations

from datetime import timedelta

import pytest
from case_acts import HOUR, ago, case_of, entries, file, kinds, late_case, period, sound
from crash import at_once
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases.models import Case, Period
from garant.cases.models_talk import CaseLink, Follower
from garant.cases.sweeping import sweep_all
from garant.core.people import SYSTEM
from garant.core.refusals import NotFound, Refusal
from garant.directory import operations as directory
from garant.journal import queries as journal

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def refused(code: str) -> object:
    """Expect a refusal of that code that names rule and remedy."""
    return pytest.raises(Refusal, match=rf"^{code} \(rule: \w+; remedy: \w+\)$")


def test_merging_keeps_the_survivors_clock_and_silences_the_absorbed_case(cast: Cast) -> None:
    surviving, absorbed = file(cast, severity="2").number, file(cast, severity="1", at=ago(hours=3.9)).number
    due = period(surviving).due
    cases.merge_case(by=cast.actor("agent"), number=absorbed, into=surviving)
    assert period(surviving).due == due
    assert Case.objects.get(number=surviving).state == "open"
    gone = Case.objects.get(number=absorbed)
    assert (gone.state, gone.next_due) == ("merged", None)
    assert period(absorbed).how == "merged"
    # Long after its due time: no alarm of the absorbed one.
    Period.objects.filter(case=gone).update(near_recorded_at=None)
    sweep_all()
    assert "target_missed" not in kinds(absorbed)
    links = case_of(cast, surviving, "contact_gold").links
    assert [(link.number, link.kind) for link in links] == [(absorbed, "absorbed")]
    with pytest.raises(Refusal) as caught:
        cases.add_customer_message(by=cast.actor("contact_gold"), number=absorbed, body="And?")
    assert caught.value.remedy == "use_surviving_case"
    Period.objects.filter(case=gone).update(near_recorded_at=None)
    sound()


def test_race_13_a_merge_back_is_refused_and_no_circle_comes_about(cast: Cast) -> None:
    a, b = file(cast).number, file(cast).number
    cases.add_note(by=cast.actor("agent"), number=a, body="Once")
    cases.merge_case(by=cast.actor("agent"), number=a, into=b)
    with refused("merged"):
        cases.merge_case(by=cast.actor("second_agent"), number=b, into=a)
    assert CaseLink.objects.filter(kind="merged_into").count() == 1
    assert [m.body for m in case_of(cast, a).messages] == ["Once"]
    assert case_of(cast, b).messages == ()
    sound()


def test_idor_15_thrd_06_a_case_is_never_merged_into_another_subscribers(cast: Cast) -> None:
    gold, silver = file(cast).number, file(cast, "silver").number
    with refused("other_subscriber"):
        cases.merge_case(by=cast.actor("agent"), number=gold, into=silver)
    for target in (silver, file(cast).number):  # the answer says nothing about what exists elsewhere
        with refused("not_allowed"):
            cases.merge_case(by=cast.actor("contact_gold"), number=gold, into=target)
    with pytest.raises(NotFound):
        cases.link_cases(by=cast.actor("contact_silver"), number=gold, other=silver)
    assert Case.objects.get(number=gold).state == "open"


def test_merging_needs_an_open_survivor_and_two_cases(cast: Cast) -> None:
    agent, number, solved = cast.actor("agent"), file(cast).number, file(cast).number
    cases.resolve(by=agent, number=solved, body="Solved.")
    with refused("surviving_case_not_open"):
        cases.merge_case(by=agent, number=number, into=solved)
    with refused("same_case"):
        cases.merge_case(by=agent, number=number, into=number)
    with pytest.raises(NotFound):
        cases.merge_case(by=agent, number=number, into=1)


def test_splitting_starts_own_clocks_and_copies_no_outcome(cast: Cast) -> None:
    number = late_case(cast)
    sweep_all()
    cases.reply(by=cast.actor("agent"), number=number, body="Late, sorry.")
    done = cases.split_case(
        by=cast.actor("agent"),
        number=number,
        subject="Export too",
        description="The export is slow.",
        severity="1",
        once="s" * 16,
    )
    row = period(done.number)
    assert (row.metric, row.missed, row.how) == ("initial_response", False, "running")
    assert row.started == done.at
    assert row.due == done.at + 4 * HOUR
    assert kinds(done.number) == ["case_opened"]
    assert period(number).missed
    assert case_of(cast, done.number).opened_by.id == cast.people["contact_gold"]
    assert [link.kind for link in case_of(cast, number).links] == ["split_off"]
    again = cases.split_case(
        by=cast.actor("agent"),
        number=number,
        subject="Export too",
        description="The export is slow.",
        severity="1",
        once="s" * 16,
    )
    assert again.number == done.number
    assert Case.objects.count() == 2
    sound()


def test_a_link_shows_a_customer_only_what_they_may_read(cast: Cast) -> None:
    gold, silver, second = file(cast).number, file(cast, "silver").number, file(cast).number
    agent = cast.actor("agent")
    for _ in range(2):
        cases.link_cases(by=agent, number=gold, other=silver)
    cases.link_cases(by=agent, number=gold, other=second, kind="duplicate")
    assert kinds(gold).count("case_linked") == 2
    assert {link.number for link in case_of(cast, gold).links} == {silver, second}
    assert {link.number for link in case_of(cast, gold, "contact_gold").links} == {second}
    assert case_of(cast, silver, "contact_silver").links == ()
    cases.unlink_cases(by=agent, number=second, other=gold)
    assert {link.number for link in case_of(cast, gold).links} == {silver}
    with refused("link_unknown"):
        cases.link_cases(by=agent, number=gold, other=second, kind="merged_into")
    sound()


def test_followers_hear_what_they_may_read_and_nothing_else(cast: Cast) -> None:
    number = file(cast).number
    cases.follow_case(by=cast.actor("viewer_gold"), number=number)
    cases.follow_case(by=cast.actor("agent"), number=number, person_id=cast.people["manager"])
    cases.add_note(by=cast.actor("agent"), number=number, body="Not for followers")
    cases.reply(by=cast.actor("agent"), number=number, body="Which version?")

    def heard(who: str) -> list[str]:
        rows = journal.notices(viewer=cast.viewer(who), limit=200).rows
        return [row.data["what"] for row in rows if row.kind == "case_followed" and row.person_id == cast.people[who]]

    assert heard("viewer_gold") == ["response_given"] == heard("manager")
    with refused("may_not_read"):
        cases.follow_case(by=cast.actor("agent"), number=number, person_id=cast.people["contact_silver"])
    with refused("not_allowed"):
        cases.follow_case(by=cast.actor("viewer_gold"), number=number, person_id=cast.people["contact_gold"])
    with pytest.raises(NotFound):
        cases.follow_case(by=cast.actor("contact_silver"), number=number)
    directory.end_role(
        by=SYSTEM, person_id=cast.people["viewer_gold"], role="viewer", subscriber_id=cast.subscribers["gold"]
    )
    cases.reply(by=cast.actor("agent"), number=number, body="And which browser?")
    assert heard("viewer_gold") == ["response_given"]
    assert len(heard("manager")) == 2
    cases.unfollow_case(by=cast.actor("manager"), number=number)
    assert [f.name for f in case_of(cast, number).followers] == ["viewer gold"]
    sound()


def test_the_absorbed_cases_contact_follows_the_surviving_one(cast: Cast) -> None:
    second = directory.create_person(by=SYSTEM, email="second@gold.example", name="Second").id
    directory.give_role(by=SYSTEM, person_id=second, role="contact", subscriber_id=cast.subscribers["gold"])
    surviving, absorbed = file(cast).number, file(cast).number
    Case.objects.filter(number=absorbed).update(opened_by_id=second)
    cases.merge_case(by=cast.actor("agent"), number=absorbed, into=surviving)
    assert Follower.objects.get(case__number=surviving).person_id == second
    assert entries(surviving)[-1].kind == "case_absorbed"
    assert entries(absorbed)[-1].at - entries(surviving)[-1].at < timedelta(seconds=5)


@pytest.mark.django_db(transaction=True)
def test_race_13_a_link_made_from_both_sides_at_once_is_one_link_each_way(cast: Cast) -> None:
    for _ in range(5):
        one, other = file(cast).number, file(cast).number
        answers = at_once(
            lambda: cases.link_cases(by=cast.actor("agent"), number=one, other=other),  # noqa: B023
            lambda: cases.link_cases(by=cast.actor("manager"), number=other, other=one),  # noqa: B023
        )
        assert [type(answer).__name__ for answer in answers] == ["Done", "Done"]
        assert CaseLink.objects.filter(case__number__in=(one, other)).count() == 2


def test_SEV_07_a_part_is_no_way_round_the_contacts_word(cast: Cast) -> None:
    number = file(cast, severity="1").number
    for severity in ("2", "3"):
        with refused("severity_needs_agreement"):
            cases.split_case(
                by=cast.actor("agent"), number=number, subject="Part", description="Only this.", severity=severity
            )
    lower = file(cast, severity="3").number
    assert cases.split_case(
        by=cast.actor("agent"), number=lower, subject="Part", description="Worse.", severity="2"
    ).severity == "2"  # fmt: skip
    assert Case.objects.count() == 3
