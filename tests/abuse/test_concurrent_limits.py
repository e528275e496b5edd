"""Abuse of limits by many requests at once, and by keys that belong to somebody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from case_acts import file, sound
from crash import at_once
from django.conf import settings
from django.db import InternalError, connection, transaction
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases.models import Case, Draft
from garant.contracts import operations_ledger as ledger
from garant.contracts.models import LedgerEntry
from garant.core.people import SYSTEM

SOURCES = Path(__file__).resolve().parents[2] / "src" / "garant"

pytestmark = [pytest.mark.database]


@pytest.mark.django_db
def test_RACE_17_what_decides_about_a_limit_is_asked_where_it_is_written(cast: Cast) -> None:
    """One database, no router, no reading elsewhere: a check that guards a write is in its transaction."""
    assert list(settings.DATABASES) == ["default"]
    assert not settings.DATABASE_ROUTERS
    elsewhere = [
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*.py")
        if re.search(r"\.using\(|connections\[|using=\"", path.read_text(encoding="utf-8"))
    ]
    assert [name for name in elsewhere if name.split("/")[0] in ("journal", "directory", "contracts", "cases")] == []


def only_reading(act: Callable[[], object]) -> None:
    with transaction.atomic():
        connection.cursor().execute("SET TRANSACTION READ ONLY")
        act()


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["book", "file"])
def test_RACE_17_on_a_server_that_only_reads_nothing_is_decided(cast: Cast, what: str) -> None:
    """A standby would answer from the past: an act that spends something fails there instead of being granted."""
    before = LedgerEntry.objects.count(), Case.objects.count()
    contract = cast.contracts["gold"].id
    acts = {
        "book": lambda: ledger.use(by=SYSTEM, contract_id=contract, ledger="services_days", amount=1, booking="x"),
        "file": lambda: file(cast),
    }
    with pytest.raises(InternalError, match="read-only"):
        only_reading(acts[what])
    assert (LedgerEntry.objects.count(), Case.objects.count()) == before


@pytest.mark.django_db(transaction=True)
def test_RACE_05_a_key_of_somebody_else_gives_neither_their_case_nor_their_answer(cast: Cast) -> None:
    """One key, sent by the contacts of two organisations at once: each has their own case."""
    key = "shared-key-of-two-people"
    gold, silver = at_once(
        lambda: file(cast, "gold", once=key), lambda: file(cast, "silver", once=key)
    )  # fmt: skip
    assert gold.number != silver.number
    owners = {case.number: case.subscriber_id for case in Case.objects.all()}
    assert owners == {gold.number: cast.subscribers["gold"], silver.number: cast.subscribers["silver"]}
    sound()


@pytest.mark.django_db
def test_RACE_05_a_key_used_for_one_case_does_nothing_to_another(cast: Cast) -> None:
    """The same key with another case or another text is refused, never answered with the first result."""
    from garant.core.refusals import Refusal

    first, second = file(cast).number, file(cast).number
    agent = cast.actor("agent")
    cases.reply(by=agent, number=first, body="Hello", once="k" * 20)
    for number, body in ((second, "Hello"), (first, "Hello again")):
        with pytest.raises(Refusal) as refused:
            cases.reply(by=agent, number=number, body=body, once="k" * 20)
        assert refused.value.code == "idempotency_key_reused"
    assert cases.reply(by=cast.actor("second_agent"), number=second, body="Hello", once="k" * 20).number == second


@pytest.mark.django_db(transaction=True)
def test_RACE_09_two_sweepers_tell_each_miss_once(cast: Cast) -> None:
    from case_acts import kinds, late_case

    from garant.cases.sweeping import sweep_all
    from garant.journal.models import Notice

    numbers = [late_case(cast) for _ in range(6)]
    results = at_once(*(sweep_all for _ in range(4)))
    assert not [r for r in results if isinstance(r, Exception)]
    sweep_all()
    assert [kinds(number).count("target_missed") for number in numbers] == [1] * 6
    once = list(Notice.objects.values_list("once", flat=True))
    assert len(once) == len(set(once))
    sound()


@pytest.mark.django_db(transaction=True)
def test_RACE_10_a_draft_kept_by_two_windows_is_one_draft(cast: Cast) -> None:
    who = cast.actor("contact_gold")
    results = at_once(
        *(lambda n=n: cases.save_draft(by=who, place="new-case", data={"subject": str(n)}) for n in range(6))  # type: ignore[misc]
    )
    assert not [r for r in results if isinstance(r, Exception)]
    assert Draft.objects.filter(person_id=cast.people["contact_gold"]).count() == 1
