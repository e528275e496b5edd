"""Processes that die while a mail is taken: nothing is lost, nothing is done twice, whoever takes it up again."""

from __future__ import annotations

import pytest
from case_acts import ago, file, kinds, sound
from crash import MOST, dies_at, everywhere
from incoming_cast import address, answer, letter
from rooms_cast import Cast

from garant.cases import mail_deciding
from garant.cases.models import Case, Message
from garant.cases.models_mail import StoredMail
from garant.cases.operations_mail import deliver, process_pending
from garant.journal.models import Notice

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("believed")]


@pytest.fixture(autouse=True)
def many_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each point of death is a mail of its own: the caps on one sender are for other tests."""
    monkeypatch.setattr(mail_deciding, "MOST_AN_HOUR", 10**6)
    monkeypatch.setattr("garant.cases.mail_telling.MOST_ANSWERS", 10**6)


def cases_of(point: int) -> list[Case]:
    return list(Case.objects.filter(subject=f"Point {point}"))


def test_taking_a_mail_dies_at_every_statement_and_the_server_hands_it_over_again(cast: Cast) -> None:
    def act(point: int) -> object:
        mail = letter(address("contact_gold"), subject=f"Point {point}")
        mail.add_attachment(b"line\n", maintype="text", subtype="plain", filename="a.log")
        mail.set_boundary("b")
        return deliver(raw=mail.as_bytes())

    def check(point: int) -> None:
        (case,) = cases_of(point)
        assert kinds(case.number) == ["case_opened"]
        assert [one.name for one in case.files.all()] == ["a.log"]
        assert Notice.objects.filter(kind="case_received", data__number=case.number).count() == 1
        assert StoredMail.objects.filter(subject=f"Point {point}").count() == 1

    assert everywhere(lambda point: point, act, check) > 25
    assert not StoredMail.objects.filter(outcome="stored").exists()
    sound()


@pytest.mark.long
def test_the_sweep_takes_up_what_a_dead_process_has_stored(cast: Cast) -> None:
    """From the statement on that stores a message, a death loses nothing: the next sweep goes on with it."""
    kept = 0
    for point in range(1, MOST):
        mail = letter(address("contact_gold"), subject=f"Point {point}")
        died = dies_at(point, lambda mail=mail: deliver(raw=mail.as_bytes()))  # type: ignore[misc]
        stored = StoredMail.objects.filter(subject__in=["", f"Point {point}"], case=None).exists()
        process_pending()
        found = len(cases_of(point))
        assert found == 1 or (found == 0 and not stored), point
        kept += found
        if not died:
            break
    assert kept > 20
    assert StoredMail.objects.count() == kept
    sound()


@pytest.mark.long
def test_an_answer_by_mail_dies_at_every_statement(cast: Cast) -> None:
    def act(number: int) -> object:
        return deliver(raw=answer(cast, number).as_bytes())

    def check(number: int) -> None:
        assert Message.objects.filter(case__number=number).count() == 1
        assert kinds(number) == ["case_opened", "customer_message_added"]

    assert everywhere(lambda point: file(cast, at=ago(minutes=9)).number, act, check) > 20
    sound()
