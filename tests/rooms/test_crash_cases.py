"""A process that dies at any statement of filing, answering or sweeping breaks no promise. Each with its control."""

from __future__ import annotations

import pytest
from case_acts import ago, file, kinds, late_case, sound
from crash import at_once, dies_at, everywhere, finished_unheard, together
from django.db import transaction
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases import sweeping
from garant.cases.models import Case, Message, Period
from garant.cases.sweeping import sweep_all
from garant.journal import queries as journal

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


def filed_once(cast: Cast, before: int) -> None:
    """Exactly one case was added, with its period, its entry and its acknowledgement."""
    assert Case.objects.count() == before + 1
    newest = Case.objects.order_by("-pk")[0]
    assert newest.periods.count() == 1
    assert kinds(newest.number) == ["case_opened"]
    told = [
        n
        for n in journal.notices(viewer=cast.viewer("contact_gold"), limit=200).rows
        if n.data["number"] == newest.number
    ]
    assert len(told) == 1


def test_filing_dies_at_every_statement(cast: Cast) -> None:
    points = everywhere(
        lambda n: (n, Case.objects.count()),
        lambda subject: file(cast, once=f"form-{subject[0]}"),
        lambda subject: filed_once(cast, subject[1]),
    )
    assert points > 15
    sound()


def test_filing_control_without_a_key_the_retry_files_twice(cast: Cast) -> None:
    finished_unheard(lambda: file(cast))
    file(cast)
    with pytest.raises(AssertionError):
        filed_once(cast, 0)


def answered_once(number: int) -> None:
    """One message, one response, one ended and one running period."""
    assert Message.objects.filter(case__number=number).count() == 1
    assert kinds(number).count("response_given") == 1
    assert list(Period.objects.filter(case__number=number).order_by("metric").values_list("metric", "how")) == [
        ("follow_up", "running"),
        ("initial_response", "response"),
    ]


def test_replying_dies_at_every_statement(cast: Cast) -> None:
    points = everywhere(
        lambda n: file(cast, at=ago(minutes=9)).number,
        lambda number: cases.reply(by=cast.actor("agent"), number=number, body="Hello", once=f"r-{number}"),
        answered_once,
    )
    assert points > 15
    sound()


def test_replying_control_without_a_key_the_retry_answers_twice(cast: Cast) -> None:
    number = file(cast).number
    for act in (finished_unheard, lambda reply: reply()):
        act(lambda: cases.reply(by=cast.actor("agent"), number=number, body="Hello"))
    with pytest.raises(AssertionError):
        answered_once(number)


def told_once(cast: Cast, number: int) -> None:
    """The miss stands once in each place where it belongs, with its true instant."""
    row = Period.objects.get(case__number=number)
    assert row.missed
    assert kinds(number) == ["case_opened", "escalation_told", "target_missed", "escalation_told"]
    assert list(row.escalations.order_by("level").values_list("trigger", "at")) == [
        ("near", row.near_at),
        ("missed", row.due),
    ]
    rows = [n for n in journal.notices(viewer=cast.viewer("manager"), limit=200).rows if n.data["number"] == number]
    assert [n.kind for n in rows if n.person_id == cast.people["manager"]] == ["target_missed"]


def test_time_01_the_sweeper_dies_at_every_statement_at_the_deadline(cast: Cast) -> None:
    points = everywhere(lambda n: late_case(cast), lambda _: sweep_all(), lambda number: told_once(cast, number))
    assert points > 10
    sound()


def test_time_01_control_a_miss_marked_before_it_is_told_is_lost(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The protection is one transaction: marking first, in a transaction of its own, loses the telling."""

    def marked_first() -> None:
        due = list(Period.objects.filter(ended=None, missed=False, due__lt=ago()).values_list("pk", flat=True))
        with transaction.atomic():
            Period.objects.filter(pk__in=due).update(missed=True)
        with transaction.atomic():
            Period.objects.filter(pk__in=due).update(missed=False)
            sweeping._sweep([(p.pk, p.case_id) for p in Period.objects.filter(pk__in=due)])

    with pytest.raises(AssertionError):
        everywhere(lambda n: late_case(cast), lambda _: marked_first(), lambda number: told_once(cast, number))


@pytest.mark.long
def test_a_late_answer_dies_at_every_statement(cast: Cast) -> None:
    def told_and_answered(number: int) -> None:
        assert kinds(number) == [
            "case_opened",
            "escalation_told",
            "target_missed",
            "escalation_told",
            "response_given",
        ]

    everywhere(
        lambda n: late_case(cast),
        lambda number: cases.reply(by=cast.actor("agent"), number=number, body="Sorry", once=f"r-{number}"),
        told_and_answered,
    )
    sound()


def test_two_sweepers_at_once_tell_each_miss_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garant.cases.sweeping.BATCH", 3)
    numbers = [late_case(cast) for _ in range(24)]
    together([sweep_all, sweep_all])
    sweep_all()
    for number in numbers:
        told_once(cast, number)
    sound()


def test_two_sweepers_control_without_the_lock_they_take_the_same_case(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two claims at once: with the lock the second takes nothing, without it the same case."""
    import threading

    number = late_case(cast)
    row = Period.objects.get(case__number=number)

    def claims() -> list[int]:
        both = threading.Barrier(2)

        def claim() -> int:
            with transaction.atomic():
                taken = len(sweeping._claim(sweeping._DUE, set(), 10))
                both.wait(30)
                return taken

        return sorted(at_once(claim, claim))

    assert claims() == [0, 1]
    monkeypatch.setattr(sweeping, "_DUE", sweeping._DUE.replace("FOR UPDATE OF c SKIP LOCKED", ""))
    assert claims() == [1, 1]
    assert not row.missed


def test_a_sweeper_that_dies_leaves_its_cases_to_the_next(cast: Cast) -> None:
    number = late_case(cast)
    assert dies_at(5, sweep_all)
    assert kinds(number) == ["case_opened"]
    assert sweep_all() == 1
    told_once(cast, number)
