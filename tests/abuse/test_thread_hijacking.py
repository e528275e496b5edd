"""Abuse cases of the class thread-hijacking: who may add to which case by mail."""

from __future__ import annotations

import re

import pytest
from case_acts import file, kinds
from incoming_cast import REPLY, address, answer, arrives, letter, stored
from rooms_cast import Cast

from garant.cases.models import Case, Message
from garant.core.people import SYSTEM
from garant.directory import operations as directory
from garant.journal.models import Notice
from garant.kit.mail_tokens import read_reply_address, reply_address

pytestmark = [pytest.mark.database, pytest.mark.django_db, pytest.mark.usefixtures("believed")]


@pytest.mark.parametrize("proved", ["dmarc=pass", None])
def test_thrd_01_a_number_in_the_subject_opens_no_door(cast: Cast, proved: str | None) -> None:
    number = file(cast).number
    before, sent = kinds(number), Notice.objects.count()
    done = arrives(letter("stranger@x.example", subject=f"Re: [{number}] status?", proved=proved))
    assert (done.outcome, done.case, done.reason) == ("quarantined", None, "not_their_case")
    assert (kinds(number), Notice.objects.count()) == (before, sent)


def test_thrd_01_not_even_a_contact_joins_a_case_by_its_number(cast: Cast) -> None:
    number = file(cast).number
    done = arrives(letter(address("contact_gold"), subject=f"Re: [{number}] status?"))
    assert (done.outcome, done.case != number) == ("case_opened", True)


def test_thrd_02_a_token_needs_the_desks_own_mac_of_128_bits(cast: Cast) -> None:
    case = Case.objects.get(number=file(cast).number)
    token = reply_address(REPLY, case.pk, cast.people["contact_gold"])
    mac = re.search(r"-([a-z2-7]+)@", token)
    assert mac is not None
    assert len(mac[1]) * 5 >= 128
    assert read_reply_address(token) == (case.pk, cast.people["contact_gold"])
    for other in (
        token.replace(mac[1], "a" * 26),
        token.replace(f"c{case.pk}-", f"c{case.pk + 1}-"),
        token.replace(f"-{cast.people['contact_gold']}-", f"-{cast.people['contact_silver']}-"),
        token.replace("+", "-"),
    ):
        assert read_reply_address(other) is None
        done = arrives(letter("stranger@x.example", other, to=other, subject="Re: x"), recipient=other)
        assert done.outcome in ("quarantined", "refused")
    assert not Message.objects.exists()


def test_thrd_02_an_id_that_we_never_gave_out_refers_to_nothing(cast: Cast) -> None:
    number = file(cast).number
    made_up = f"<{number}.1@desk.example> <00000000-0000-4000-8000-000000000000@desk.example>"
    done = arrives(letter(address("contact_gold"), References=made_up))
    assert (done.outcome, done.case != number) == ("case_opened", True)


@pytest.mark.parametrize("who", ["x", "learner_gold", "contact_silver"])
def test_thrd_03_a_leaked_token_makes_nobody_its_owner(cast: Cast, who: str) -> None:
    number = file(cast).number
    done = arrives(answer(cast, number, sender=who))
    assert done.outcome in ("held", "quarantined")
    assert not Message.objects.exists()
    assert kinds(number) == ["case_opened"]


def test_thrd_03_a_colleague_who_may_write_writes_as_themselves(cast: Cast) -> None:
    number = file(cast).number
    other = cast.people["viewer_gold"]
    directory.give_role(by=SYSTEM, person_id=other, role="contact", subscriber_id=cast.subscribers["gold"])
    unproved = arrives(answer(cast, number, sender="viewer_gold", text="One", proved=None))
    assert (unproved.outcome, unproved.reason) == ("held", "other_sender")
    assert arrives(answer(cast, number, sender="viewer_gold", text="Two")).outcome == "reply_added"
    assert [(one.body, one.author_id) for one in Message.objects.all()] == [("Two", other)]


def test_thrd_04_only_the_token_decides_and_a_conflict_is_flagged(cast: Cast) -> None:
    first, second = file(cast).number, file(cast, "silver").number
    third = arrives(letter(address("contact_gold"), Message_ID="<third@a.example>")).case or 0
    mail = answer(cast, first, subject=f"Re: [{second}] x", References="<third@a.example>")
    done = arrives(mail)
    assert (done.outcome, done.case, done.reason) == ("reply_added", first, "conflict")
    assert {one.case.number for one in Message.objects.select_related("case")} == {first}
    assert (kinds(second), kinds(third)) == (["case_opened"], ["case_opened"])


def test_thrd_11_a_subject_with_five_hundred_numbers_considers_none(
    cast: Cast, django_assert_max_num_queries: object
) -> None:
    subject = " ".join(f"[{number}]" for number in range(1, 500))
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        done = arrives(letter("stranger@x.example", subject=subject))
    assert done.outcome == "quarantined"
    assert stored().case is None


def test_thrd_11_hundreds_of_references_are_constant_work(cast: Cast, django_assert_max_num_queries: object) -> None:
    references = " ".join(f"<{number}@x.example>" for number in range(500))
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        arrives(letter("stranger@x.example", References=references))
