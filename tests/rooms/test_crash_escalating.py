"""A sweeper, or somebody's request, that dies while levels are told again, handed on, acknowledged or ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from case_acts import ago, entries, kinds, late_case, sound
from crash import everywhere, together
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases.models import Escalation, Period
from garant.cases.sweeping import sweep_all
from garant.journal import queries as journal
from garant.journal.operations import database_now

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


def level(number: int, which: int) -> Escalation:
    return Escalation.objects.get(case__number=number, level=which)


def unanswered(cast: Cast, repeats: int = 0) -> int:
    """A case whose first level nobody acknowledged in time, after so many repetitions."""
    number = late_case(cast)
    sweep_all()
    row = level(number, 1)
    for _ in range(repeats):
        Escalation.objects.filter(pk=row.pk).update(remind_at=ago(minutes=1))
        sweep_all()
    Escalation.objects.filter(pk=row.pk).update(remind_at=ago(minutes=1))
    return number


def heard(cast: Cast, number: int, kind: str) -> int:
    """How many notices of a kind the manager has about a case."""
    rows = journal.notices(viewer=cast.viewer("manager"), limit=200).rows
    return sum(
        n.kind == kind and n.data.get("number") == number and n.person_id == cast.people["manager"] for n in rows
    )


def test_telling_again_dies_at_every_statement(cast: Cast) -> None:
    def told_again_once(number: int) -> None:
        assert level(number, 1).repeats == 1
        assert kinds(number).count("escalation_repeated") == heard(cast, number, "escalation_repeated") == 1

    points = everywhere(lambda n: unanswered(cast), lambda _: sweep_all(), told_again_once)
    assert points > 8
    sound_but_for_the_limit()


def test_handing_on_to_the_next_level_dies_at_every_statement(cast: Cast) -> None:
    def handed_on_once(number: int) -> None:
        told = [e.data["level"] for e in entries(number) if e.kind == "escalation_told"]
        assert told == [0, 1, 2]
        assert Escalation.objects.filter(case__number=number, level=2).count() == 1
        assert Period.objects.get(case__number=number).step_at is None

    points = everywhere(lambda n: unanswered(cast, repeats=1), lambda _: sweep_all(), handed_on_once)
    assert points > 8
    sound_but_for_the_limit()


@pytest.mark.parametrize("name", ["acknowledge", "end", "hand_over"])
def test_an_answer_to_an_escalation_dies_at_every_statement(cast: Cast, name: str) -> None:
    def act(number: int) -> None:
        common: dict[str, Any] = {
            "by": cast.actor("manager"), "escalation_id": level(number, 1).pk, "once": f"{name}-{number}-key",
        }  # fmt: skip
        if name == "acknowledge":
            cases.acknowledge_escalation(**common, note="On it")
        elif name == "end":
            cases.end_escalation(**common, reason="They agreed")
        else:
            cases.hand_over_escalation(**common, to=cast.people["agent"])

    def done_once(number: int) -> None:
        kind = {"acknowledge": "escalation_acknowledged", "end": "escalation_ended"}.get(name, "escalation_handed_over")
        assert kinds(number).count(kind) == 1
        assert kinds(number)[-1] == kind

    def told(n: int) -> int:
        number = late_case(cast)
        sweep_all()
        return number

    assert everywhere(told, act, done_once) > 8
    sound()


def test_two_sweepers_at_once_tell_each_level_again_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garant.cases.sweeping.BATCH", 3)
    numbers = [late_case(cast) for _ in range(12)]
    sweep_all()
    Escalation.objects.filter(remind_at__isnull=False).update(remind_at=ago(minutes=1))
    together([sweep_all, sweep_all])
    sweep_all()
    assert {level(number, 1).repeats for number in numbers} == {1}
    assert {kinds(number).count("escalation_repeated") for number in numbers} == {1}


def test_time_01_control_a_level_marked_before_it_is_told_again_is_lost(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The protection is one transaction: the limit moved first, in one of its own, is a level that nobody hears of."""
    from django.db import transaction

    def marked_first() -> None:
        with transaction.atomic():
            later = database_now() + timedelta(minutes=15)
            Escalation.objects.filter(remind_at__lt=ago()).update(remind_at=later, repeats=1)
        sweep_all()

    with pytest.raises(AssertionError):
        everywhere(
            lambda n: unanswered(cast),
            lambda _: marked_first(),
            lambda number: _assert_told_again(number),
        )


def _assert_told_again(number: int) -> None:
    assert kinds(number).count("escalation_repeated") == 1


def sound_but_for_the_limit() -> None:
    """The tests moved limits past the operations; nothing else may differ."""
    from garant.cases.queries import verify

    assert [d for d in verify().differences if not d.field.endswith("remind_at")] == []
