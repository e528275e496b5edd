"""Held cases and their ways out: a contact takes over what a colleague sent, staff confirm a sender."""

from __future__ import annotations

import pytest
from case_acts import HOUR, ago, case_of, file, kinds, period, sound
from rooms_cast import Cast
from standing_cast import owes, suspend

from garant.cases import operations as cases
from garant.cases.models import Case, Period
from garant.core.refusals import NotFound, Refusal
from garant.journal import queries as journal

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def refused(code: str) -> object:
    """Expect a refusal of that code that names rule and remedy."""
    return pytest.raises(Refusal, match=rf"^{code} \(rule: \w+; remedy: \w+\)$")


def unlisted(cast: Cast, severity: str = "1") -> int:
    """A case that an agent filed for a caller who may only read: held until a contact takes it over."""
    filed = file(
        cast, by=cast.actor("agent"), person_id=cast.people["viewer_gold"], channel="phone", severity=severity,
        at=ago(hours=3),
    )  # fmt: skip
    assert filed.held_reason == "unlisted"
    return filed.number


def test_an_adopted_case_is_the_adopters_and_its_clock_starts_then(cast: Cast) -> None:
    number = unlisted(cast)
    assert not Period.objects.filter(case__number=number).exists()
    done = cases.adopt_case(by=cast.actor("contact_gold"), number=number, once="a" * 16)
    row = period(number)
    assert (row.started, row.due) == (done.at, done.at + 4 * HOUR)
    view = case_of(cast, number)
    assert (view.state, view.opened_by.id) == ("open", cast.people["contact_gold"])
    assert [each.person_id for each in view.followers] == [cast.people["viewer_gold"]]
    told = [n.kind for n in journal.notices(viewer=cast.viewer("viewer_gold"), limit=50).rows]
    assert "case_adopted" in told
    again = cases.adopt_case(by=cast.actor("contact_gold"), number=number, once="a" * 16)
    assert again == done
    with refused("not_in_this_state"):
        cases.adopt_case(by=cast.actor("contact_gold"), number=number)
    sound()


@pytest.mark.parametrize("who", ["viewer_gold", "agent"])
def test_only_who_could_open_the_case_adopts_it(cast: Cast, who: str) -> None:
    number = unlisted(cast)
    with refused("not_allowed"):
        cases.adopt_case(by=cast.actor(who), number=number)
    with pytest.raises(NotFound):
        cases.adopt_case(by=cast.actor("contact_silver"), number=number)
    assert kinds(number) == ["case_opened"]


def test_a_case_is_not_adopted_while_support_is_suspended(cast: Cast) -> None:
    number = unlisted(cast)
    owes(cast)
    suspend(cast)
    with refused("not_in_good_standing"):
        cases.adopt_case(by=cast.actor("contact_gold"), number=number)
    assert Case.objects.get(number=number).state == "held"
    sound()


def test_other_cases_are_neither_adopted_nor_confirmed(cast: Cast) -> None:
    number = file(cast).number
    with refused("not_in_this_state"):
        cases.adopt_case(by=cast.actor("contact_gold"), number=number)
    with refused("not_held_for_sender"):
        cases.confirm_sender(by=cast.actor("agent"), number=unlisted(cast))


def test_IDOR_staff_file_for_nobody_outside_the_organisation(cast: Cast) -> None:
    before = Case.objects.count()
    with refused("may_not_read"):
        file(cast, by=cast.actor("agent"), person_id=cast.people["contact_silver"], channel="phone")
    assert Case.objects.count() == before
    assert not any(n.kind == "case_received" for n in journal.notices(viewer=cast.viewer("contact_silver")).rows)
