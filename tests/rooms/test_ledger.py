"""The ledger of everything countable: granted on signing, booked exactly, expired and carried over by rule."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from rooms_cast import Cast, person, reference

from garant.contracts import operations as contracts
from garant.contracts import operations_ledger as ledger
from garant.contracts import queries_ledger as allotments
from garant.contracts.models import ContactSlot, Contract, LedgerEntry, LedgerLot
from garant.contracts.operations_changes import amend
from garant.contracts.queries_changes import Change
from garant.contracts.views import ContractView
from garant.contracts.views_ledger import BalanceView, LotView
from garant.core.people import SYSTEM
from garant.core.programmes import Programme
from garant.core.refusals import NotFound, Refusal
from garant.core.zones import zone
from garant.directory import operations as directory
from garant.journal import queries as journal
from garant.journal.operations import database_now
from garant.journal.queries import entries_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]

D = Decimal
DAYS, SESSIONS = "services_days", "training_sessions"


def book(cast: Cast, kind: str, amount: str | None, booking: str, package: str = "platinum", **more: Any) -> Any:
    """Reserve, use or release services days of a contract of the cast."""
    act = getattr(ledger, kind)
    return act(
        by=more.pop("by", SYSTEM), contract_id=cast.contracts[package].id, ledger=more.pop("ledger", DAYS),
        booking=booking, **({} if amount is None else {"amount": amount}), **more,
    )  # fmt: skip


def seen(cast: Cast, package: str = "platinum", name: str = DAYS, **more: Any) -> BalanceView:
    return allotments.balance(
        viewer=cast.viewer("manager"), contract_id=cast.contracts[package].id, ledger=name, **more
    )  # fmt: skip


def sums(view: BalanceView) -> tuple[Decimal | None, ...]:
    return (view.granted, view.reserved, view.used, view.expired, view.left)


def sound() -> None:
    assert list(allotments.verify_ledger()) == []


def midnight(contract: ContractView, day: date) -> datetime:
    """The first instant of a day where the contract was made."""
    return datetime.combine(day, time(), zone(contract.zone))


def varied(allotted: Mapping[str, Mapping[str, Any]], code: str = "varied") -> Programme:
    """The reference programme with other rules for its allotments."""
    plain = deepcopy(reference().to_plain())
    plain["programme"] = code
    for name, rules in allotted.items():
        plain["allotments"][name].update(rules)
    return Programme.from_plain(plain)


def signed(cast: Cast, starts: date, ends: date, *, programme: str = "varied", package: str = "platinum",
           name: str = "V-1", zone: str = "UTC") -> ContractView:  # fmt: skip
    return contracts.sign_contract(
        by=SYSTEM, subscriber_id=cast.subscribers[package], package=package, programme=programme, starts_on=starts,
        ends_on=ends, zone=zone, reference=name,
    )  # fmt: skip


def test_signing_grants_every_allotment_of_the_package(cast: Cast) -> None:
    assert sums(seen(cast)) == (10, 0, 0, 0, 10)
    assert sums(seen(cast, name=SESSIONS)) == (8, 0, 0, 0, 8)
    assert sums(seen(cast, "gold")) == (3, 0, 0, 0, 3)
    bronze = seen(cast, "bronze")
    assert (bronze.included, bronze.left) == (False, 0)
    lot = LedgerLot.objects.get(account_id=seen(cast).account_id)
    contract = cast.contracts["platinum"]
    assert (lot.source, lot.starts, lot.ends) == (
        f"term:{contract.starts_on}", contract.starts_on, contract.ends_on,
    )  # fmt: skip
    facts = [entry.kind for entry in entries_of(("ledger", seen(cast).account_id))]
    assert facts == ["allotment_granted"]
    assert ledger.open_accounts(by=SYSTEM, contract_id=contract.id) == 0
    sound()


def test_reserve_use_and_release(cast: Cast) -> None:
    held = book(cast, "reserve", "2.5", "visit:1")
    assert (held.reserved, held.used, held.new) == (D("2.5"), 0, True)
    worked = book(cast, "use", "1.5", "visit:1", piece="monday")
    assert (worked.reserved, worked.used) == (1, D("1.5"))
    rest = book(cast, "release", None, "visit:1")
    assert (rest.reserved, rest.used) == (0, D("1.5"))
    over = book(cast, "use", "2", "visit:2")
    assert (over.reserved, over.used) == (0, 2)
    assert sums(seen(cast)) == (10, 0, D("3.5"), 0, D("6.5"))
    sound()


def test_a_use_beyond_its_reservation_draws_the_rest_anew(cast: Cast) -> None:
    book(cast, "reserve", "2", "visit:1")
    book(cast, "reserve", "7", "visit:2")
    with pytest.raises(Refusal) as refused:
        book(cast, "use", "3.5", "visit:1")
    assert (refused.value.code, refused.value.values["asked"], refused.value.values["remaining"]) == (
        "quota_exhausted", D("1.5"), 1,
    )  # fmt: skip
    book(cast, "use", "3", "visit:1")
    assert sums(seen(cast)) == (10, 7, 3, 0, 0)
    sound()


@pytest.mark.parametrize(
    ("package", "kind", "amount", "code"),
    [
        ("platinum", "reserve", "10.5", "quota_exhausted"),
        ("platinum", "reserve", "0.3", "not_in_steps"),
        ("platinum", "reserve", "0", "amount_not_countable"),
        ("platinum", "reserve", "-1", "amount_not_countable"),
        ("platinum", "reserve", "NaN", "amount_not_countable"),
        ("platinum", "reserve", "1e400", "amount_not_countable"),
        ("platinum", "reserve", "0.0005", "amount_not_countable"),
        ("platinum", "reserve", "five", "amount_not_countable"),
        ("silver", "reserve", "0.5", "not_in_tier"),
        ("platinum", "release", "1", "nothing_reserved"),
        ("platinum", "use", None, "nothing_reserved"),
    ],
)
def test_refusals_name_rule_and_remedy_and_write_nothing(
    cast: Cast, package: str, kind: str, amount: str | None, code: str
) -> None:
    lines = LedgerEntry.objects.count()
    with pytest.raises(Refusal) as refused:
        book(cast, kind, amount, "visit:1", package)
    assert (refused.value.code, bool(refused.value.rule), bool(refused.value.remedy)) == (code, True, True)
    assert LedgerEntry.objects.count() == lines


def test_only_on_days_of_the_contract(cast: Cast) -> None:
    contract = cast.contracts["platinum"]
    book(cast, "reserve", "1", "last", on=contract.ends_on)
    with pytest.raises(Refusal) as refused:
        book(cast, "reserve", "1", "after", on=contract.ends_on + timedelta(days=1))
    assert refused.value.code == "contract_not_running"
    with pytest.raises(NotFound):
        ledger.reserve(by=SYSTEM, contract_id=0, ledger=DAYS, amount=1, booking="x")
    with pytest.raises(Refusal) as refused:
        book(cast, "reserve", "1", "x", ledger="free_lunches")
    assert refused.value.code == "not_in_tier"


def test_what_is_sent_twice_is_booked_once(cast: Cast) -> None:
    for kind in ("reserve", "use"):
        first = book(cast, kind, "2", "visit:1")
        again = book(cast, kind, "2", "visit:1")
        assert (first.new, again.new) == (True, False)
        with pytest.raises(Refusal) as refused:
            book(cast, kind, "3", "visit:1")
        assert (refused.value.code, refused.value.values["before"]) == ("booking_differs", 2)
    book(cast, "reserve", "1", "visit:2")
    assert [book(cast, "release", None, "visit:2").new for _ in range(2)] == [True, False]
    assert sums(seen(cast)) == (10, 0, 2, 0, 8)
    sound()


def test_a_booking_over_several_lots_is_repeated_as_one(cast: Cast) -> None:
    manager, soon = cast.actor("manager"), datetime.now(UTC).date() + timedelta(days=5)
    ledger.grant(by=manager, contract_id=cast.contracts["platinum"].id, ledger=DAYS, amount=3, source="pack:1",
                 reason="Goodwill", ends=soon)  # fmt: skip
    first = book(cast, "reserve", "5", "visit:1")
    assert len(first.lots) == 2
    assert not book(cast, "reserve", "5", "visit:1").new
    assert book(cast, "use", "4", "visit:1", piece="1").reserved == 1
    assert sums(seen(cast)) == (13, 1, 4, 0, 8)
    # What ends first is used first.
    assert LedgerLot.objects.get(source="pack:1").used == 3
    sound()


def test_the_database_alone_keeps_a_step_once_and_a_lot_above_zero(cast: Cast) -> None:
    book(cast, "reserve", "2", "visit:1")
    line = LedgerEntry.objects.get(booking="visit:1")
    line.pk = None
    with pytest.raises(IntegrityError, match="ledger_entry_once"), transaction.atomic():
        line.save(force_insert=True)
    with pytest.raises(IntegrityError, match="ledger_lot_not_overdrawn"), transaction.atomic():
        LedgerLot.objects.filter(pk=line.lot_id).update(used=9)
    with pytest.raises(IntegrityError, match="ledger_lot_parts_not_negative"), transaction.atomic():
        LedgerLot.objects.filter(pk=line.lot_id).update(reserved=-1)


def test_packs_and_corrections_by_those_who_may_with_a_reason(cast: Cast) -> None:
    finance = person("finance")
    directory.give_role(by=SYSTEM, person_id=finance, role="finance")
    contract = cast.contracts["silver"].id
    pack = {"contract_id": contract, "ledger": DAYS, "amount": "2.5", "source": "pack:17"}
    for who in ("agent", "contact_silver", "nobody"):
        with pytest.raises(Refusal) as refused:
            ledger.grant(by=cast.actor(who), reason="Bought", **pack)
        assert refused.value.code == "not_allowed"
    by = cast.actor("manager").__class__("person", finance)
    with pytest.raises(Refusal) as refused:
        ledger.grant(by=by, reason=" ", **pack)
    assert refused.value.code == "reason_missing"
    assert [ledger.grant(by=by, reason="Bought", **pack).new for _ in range(2)] == [True, False]
    assert sums(seen(cast, "silver")) == (D("2.5"), 0, 0, 0, D("2.5"))
    change = {"by": by, "contract_id": contract, "ledger": DAYS, "reason": "Miscounted", "key": "c-1"}
    assert [ledger.correct(amount="-1", **change).new for _ in range(2)] == [True, False]
    with pytest.raises(Refusal) as refused:
        ledger.correct(amount="-2", **{**change, "key": "c-2"})
    assert (refused.value.code, refused.value.values["remaining"]) == ("correction_too_large", D("1.5"))
    assert sums(seen(cast, "silver")) == (D("1.5"), 0, 0, 0, D("1.5"))
    line = allotments.statement(viewer=cast.viewer("contact_silver"), contract_id=contract, ledger=DAYS).rows[0]
    assert (line.kind, line.change, line.left, line.reason, line.by) == (
        "correct", -1, D("1.5"), "Miscounted", "finance",
    )  # fmt: skip
    sound()


def test_by_hand_as_the_table_of_rights_says(cast: Cast) -> None:
    hand = {"contract_id": cast.contracts["gold"].id, "ledger": DAYS, "amount": 1}
    ledger.record(by=cast.actor("agent"), kind="reserve", booking="visit:1", **hand)
    ledger.record(by=cast.actor("agent"), kind="use", booking="visit:1", **hand)
    for who, kind in (("contact_gold", "use"), ("viewer_gold", "reserve"), ("nobody", "reserve")):
        with pytest.raises(Refusal) as refused:
            ledger.record(by=cast.actor(who), kind=kind, booking="visit:2", **hand)
        assert refused.value.code == "not_allowed"
    with pytest.raises(Refusal) as refused:
        ledger.record(by=cast.actor("agent"), kind="use", booking="x", **{**hand, "ledger": "contacts"})
    assert refused.value.code == "contacts_follow_slots"


def test_periods_follow_one_another_to_the_end_of_the_contract(cast: Cast) -> None:
    contracts.load_programme(document=varied({DAYS: {"period": "quarter"}}), source="v", by=SYSTEM)
    starts = datetime.now(UTC).date() - timedelta(days=1)
    view = signed(cast, starts, starts + timedelta(days=300))
    for days in (0, 0, 100, 200, 290, 400):
        ledger.ledger_housekeeping(datetime.now(UTC) + timedelta(days=days))
    found = allotments.lots(viewer=cast.viewer("agent"), contract_id=view.id, ledger=DAYS)
    assert [lot.granted for lot in found] == [10, 10, 10, 10]
    assert found[-1].ends == view.ends_on
    assert all(a.ends and a.ends + timedelta(days=1) == b.starts for a, b in pairwise(found))
    assert [lot.expired for lot in found] == [10, 10, 10, 10]
    sound()


def test_ent_08_at_the_anniversary_nothing_is_carried_over_unless_the_rule_says_so(cast: Cast) -> None:
    rules = {DAYS: {"period": "year", "carry_over": 0}, SESSIONS: {"period": "year", "carry_over": 3}}
    contracts.load_programme(document=varied(rules), source="v", by=SYSTEM)
    starts = datetime.now(UTC).date() - timedelta(days=10)
    view = signed(cast, starts, starts + timedelta(days=2000))
    ledger.use(by=SYSTEM, contract_id=view.id, ledger=SESSIONS, amount=2, booking="session:1")
    ledger.reserve(by=SYSTEM, contract_id=view.id, ledger=DAYS, amount="1.5", booking="visit:1")
    anniversary = datetime.now(UTC) + timedelta(days=370)
    assert ledger.ledger_housekeeping(anniversary) > 0
    assert ledger.ledger_housekeeping(anniversary) == 0
    viewer = cast.viewer("manager")
    days = allotments.statement(viewer=viewer, contract_id=view.id, ledger=DAYS).rows
    assert [(row.kind, row.amount, row.left) for row in days] == [
        ("expire", D("8.5"), 10), ("grant", 10, D("18.5")), ("reserve", D("1.5"), D("8.5")), ("grant", 10, 10),
    ]  # fmt: skip
    sessions = allotments.statement(viewer=viewer, contract_id=view.id, ledger=SESSIONS).rows
    assert [(row.kind, row.amount) for row in sessions] == [
        ("grant", 3), ("expire", 6), ("grant", 8), ("use", 2), ("grant", 8),
    ]  # fmt: skip
    carried = allotments.lots(viewer=viewer, contract_id=view.id, ledger=SESSIONS)[-1]
    assert carried.source.startswith("carry:")
    # What was carried over ends with the year and doesn't pass on again: 3 of the new year's 8 do.
    ledger.ledger_housekeeping(anniversary + timedelta(days=366))
    lots = allotments.lots(viewer=viewer, contract_id=view.id, ledger=SESSIONS)
    assert [(lot.source.split(":")[0], lot.granted, lot.expired) for lot in lots] == [
        ("year", 8, 6), ("year", 8, 8), ("carry", 3, 3), ("year", 8, 0), ("carry", 3, 0),
    ]  # fmt: skip
    # A reservation made in time stays good; given back after the end, it expires.
    ledger.release(by=SYSTEM, contract_id=view.id, ledger=DAYS, booking="visit:1")
    ledger.ledger_housekeeping(anniversary + timedelta(days=366))
    first = allotments.lots(viewer=viewer, contract_id=view.id, ledger=DAYS)[0]
    assert (first.reserved, first.expired, first.left) == (0, 10, 0)
    sound()


def test_a_contract_loaded_late_has_the_periods_of_its_past(cast: Cast) -> None:
    contracts.load_programme(document=varied({DAYS: {"period": "month", "carry_over": 1}}), source="v", by=SYSTEM)
    starts = datetime.now(UTC).date() - timedelta(days=100)
    view = signed(cast, starts, starts + timedelta(days=364))
    found = allotments.balance(viewer=cast.viewer("agent"), contract_id=view.id, ledger=DAYS)
    assert (found.granted, found.left) == (43, 11)  # four months of 10, three carries of 1
    ledger.ledger_housekeeping()
    assert allotments.balance(viewer=cast.viewer("agent"), contract_id=view.id, ledger=DAYS) == found
    sound()


def test_a_longer_term_gets_its_own_grant_from_the_day_after(cast: Cast) -> None:
    view = cast.contracts["gold"]
    Contract.objects.filter(pk=view.id).update(ends_on=view.ends_on + timedelta(days=365))
    day_after = midnight(view, view.ends_on + timedelta(days=1))
    ledger.ledger_housekeeping(day_after - timedelta(seconds=1))
    assert len(allotments.lots(viewer=cast.viewer("agent"), contract_id=view.id, ledger=DAYS)) == 1
    ledger.ledger_housekeeping(day_after)
    lots = allotments.lots(viewer=cast.viewer("agent"), contract_id=view.id, ledger=DAYS)
    assert [(lot.starts, lot.ends, lot.left) for lot in lots] == [
        (view.starts_on, view.ends_on, 0),
        (view.ends_on + timedelta(days=1), view.ends_on + timedelta(days=365), 3),
    ]


def amended(cast: Cast, whose: str, **change: Any) -> None:
    """Change a contract of the cast, as a manager would."""
    with transaction.atomic():
        amend(
            by=cast.actor("manager"), contract_id=cast.contracts[whose].id, change=Change(**change),
            reason="Agreed", at=database_now(),
        )  # fmt: skip


def test_an_upgrade_and_a_downgrade_change_the_running_period(cast: Cast) -> None:
    book(cast, "use", "1", "visit:1", "gold")
    amended(cast, "gold", kind="package", package="platinum")
    assert sums(seen(cast, "gold")) == (10, 0, 1, 0, 9)
    ledger.correct(by=SYSTEM, contract_id=cast.contracts["gold"].id, ledger=DAYS, amount=2, reason="Goodwill", key="c")
    book(cast, "reserve", "6", "visit:2", "gold")
    amended(cast, "gold", kind="package", package="gold")
    # 7 fewer are included, but only 5 are left to take away.
    assert sums(seen(cast, "gold")) == (7, 6, 1, 0, 0)
    amended(cast, "silver", kind="package", package="gold")
    assert sums(seen(cast, "silver")) == (3, 0, 0, 0, 3)
    assert seen(cast, "silver").until == cast.contracts["silver"].ends_on
    sound()


def test_a_longer_term_moves_the_end_and_a_renewal_begins_anew(cast: Cast) -> None:
    view = cast.contracts["gold"]
    longer = view.ends_on + timedelta(days=30)
    amended(cast, "gold", kind="term", ends_on=longer)
    assert [(lot.ends, lot.left) for lot in _lots(cast, view)] == [(longer, 3)]
    renewed = longer + timedelta(days=365)
    amended(cast, "gold", kind="renewal", ends_on=renewed)
    assert [(lot.ends, lot.left) for lot in _lots(cast, view)] == [(longer, 3)]
    ledger.ledger_housekeeping(midnight(view, longer + timedelta(days=1)))
    assert [(lot.starts, lot.ends, lot.left) for lot in _lots(cast, view)][1:] == [
        (longer + timedelta(days=1), renewed, 3)
    ]
    sound()


def _lots(cast: Cast, view: ContractView) -> list[LotView]:
    return allotments.lots(viewer=cast.viewer("agent"), contract_id=view.id, ledger=DAYS)


def test_the_end_is_warned_of_once_in_the_zone_of_the_contract(cast: Cast) -> None:
    view = cast.contracts["platinum"]
    first_moment = midnight(view, view.ends_on - timedelta(days=30))
    assert ledger.ledger_housekeeping(first_moment - timedelta(seconds=1)) == 0
    assert ledger.ledger_housekeeping(first_moment) == 2  # days and sessions; gold is in Denver, nine hours later
    assert ledger.ledger_housekeeping(first_moment) == 0
    facts = [e for e in entries_of(("ledger", seen(cast).account_id)) if e.kind == "allotment_ending"]
    assert [(e.data["left"], e.data["ends"]) for e in facts] == [("10", view.ends_on.isoformat())]
    notices = [n for n in journal.notices(viewer=cast.viewer("contact_platinum")).rows if n.kind == "allotment_ending"]
    assert sorted(str(n.data["name"]) for n in notices) == ["Private training sessions", "Services days"]


def test_nothing_left_is_no_reason_to_warn(cast: Cast) -> None:
    view = cast.contracts["gold"]
    for name, amount in ((DAYS, 3), (SESSIONS, 4)):
        ledger.use(by=SYSTEM, contract_id=view.id, ledger=name, amount=amount, booking="all")
    ledger.ledger_housekeeping(midnight(view, view.ends_on))
    assert not [n for n in journal.notices(viewer=cast.viewer("contact_gold")).rows if n.kind == "allotment_ending"]


def test_contacts_are_in_the_ledger_as_their_slots_stand(cast: Cast) -> None:
    view = cast.contracts["gold"]
    before = seen(cast, "gold", "contacts")
    assert (before.granted, before.reserved) == (view.limit, 1)
    second = person("second_gold")
    contracts.fill_slot(by=SYSTEM, contract_id=view.id, person_id=second, trained_on=view.starts_on)
    assert seen(cast, "gold", "contacts").reserved == 2
    contracts.empty_slot(by=SYSTEM, contract_id=view.id, person_id=second)
    contracts.fill_slot(by=SYSTEM, contract_id=view.id, person_id=second, trained_on=view.starts_on)
    assert seen(cast, "gold", "contacts").reserved == 2
    sound()
    Contract.objects.filter(pk=view.id).update(contact_limit=None)
    ledger.follow_contacts(by=SYSTEM, contract_id=view.id)
    assert seen(cast, "gold", "contacts").left is None
    sound()
    Contract.objects.filter(pk=view.id).update(contact_limit=9)
    ledger.follow_contacts(by=SYSTEM, contract_id=view.id)
    assert (seen(cast, "gold", "contacts").granted, seen(cast, "gold", "contacts").left) == (9, 7)
    sound()


def test_an_allotment_without_limit_counts_and_never_runs_out(cast: Cast) -> None:
    plain = deepcopy(reference().to_plain())
    plain["programme"] = "varied"
    for group in plain["rows"]:
        for row in group["rows"]:
            if row.get("code") == DAYS:
                row["values"]["platinum"] = "unlimited"
    contracts.load_programme(document=Programme.from_plain(plain), source="v", by=SYSTEM)
    today = datetime.now(UTC).date()
    view = signed(cast, today, today + timedelta(days=10))
    for n in range(3):
        ledger.use(by=SYSTEM, contract_id=view.id, ledger=DAYS, amount=400, booking=f"visit:{n}")
    found = allotments.balance(viewer=cast.viewer("agent"), contract_id=view.id, ledger=DAYS)
    assert (found.used, found.left) == (1200, None)
    ledger.ledger_housekeeping(datetime.now(UTC) + timedelta(days=20))
    sound()


def test_rooms_keep_ledgers_of_their_own(cast: Cast) -> None:
    account = {"contract_id": cast.contracts["gold"].id, "ledger": "exam_attempts:admin-1"}
    ledger.grant(by=SYSTEM, amount=2, source="certification:1", reason="Two attempts", **account)
    for n in range(2):
        ledger.use(by=SYSTEM, amount=1, booking=f"attempt:{n}", **account)
    with pytest.raises(Refusal) as refused:
        ledger.use(by=SYSTEM, amount=1, booking="attempt:2", **account)
    assert (refused.value.code, refused.value.values["remaining"]) == ("quota_exhausted", 0)
    for wrong in ("Robert'); DROP TABLE", "", "x" * 61, "=1+1"):
        with pytest.raises(Refusal) as refused:
            ledger.grant(by=SYSTEM, amount=2, source="s", reason="r", **{**account, "ledger": wrong})
        assert refused.value.code == "ledger_unknown"
    with pytest.raises(Refusal) as refused:
        ledger.grant(by=SYSTEM, amount=2, source="term:2026-01-01", reason="r", **account)
    assert refused.value.code == "source_reserved"


def test_only_the_own_organisation_reads_its_allotments(cast: Cast) -> None:
    gold = cast.contracts["gold"].id
    for who in ("contact_gold", "viewer_gold", "agent"):
        assert allotments.balance(viewer=cast.viewer(who), contract_id=gold, ledger=DAYS).left == 3
    for who in ("contact_silver", "nobody", "learner_gold"):
        viewer = cast.viewer(who)
        for ask in (allotments.balance, allotments.statement, allotments.statement_lines, allotments.lots):
            with pytest.raises(NotFound):
                ask(viewer=viewer, contract_id=gold, ledger=DAYS)
        assert allotments.balances(viewer=viewer, contract_id=gold) == []
    mine = allotments.accounts(viewer=cast.viewer("contact_silver"), limit=2)
    more = allotments.accounts(viewer=cast.viewer("contact_silver"), limit=2, after=mine.next)
    assert {row.contract_id for row in [*mine.rows, *more.rows]} == {cast.contracts["silver"].id}
    assert len(mine.rows) + len(more.rows) == 3


def test_a_statement_in_pages_is_the_whole_of_it(cast: Cast) -> None:
    for n in range(7):
        book(cast, "use", "0.5", f"visit:{n}")
    viewer, found, after = cast.viewer("contact_platinum"), [], None
    while True:
        page = allotments.statement(
            viewer=viewer, contract_id=cast.contracts["platinum"].id, ledger=DAYS, after=after, limit=3
        )  # fmt: skip
        found += page.rows
        after = page.next
        if after is None:
            break
    assert [row.left for row in found] == [D(str(6.5 + n / 2)) for n in range(8)]
    every = allotments.statement_lines(viewer=viewer, contract_id=cast.contracts["platinum"].id, ledger=DAYS)
    assert list(every) == found


def test_verify_finds_every_planted_change(cast: Cast) -> None:
    book(cast, "reserve", "2", "visit:1")
    lot = LedgerLot.objects.get(account_id=seen(cast).account_id)

    def planted(statement: str, *values: Any) -> list[str]:
        """The differences after a change by SQL, which is taken back again."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in ("ledgerentry", "contactslot"):  # as an owner who switches the triggers off
                cursor.execute(f"ALTER TABLE contracts_{table} DISABLE TRIGGER USER")
            cursor.execute(statement, values)
            found = [difference.field for difference in allotments.verify_ledger()]
            transaction.set_rollback(True)
        return found

    sound()
    assert planted("UPDATE contracts_ledgerlot SET used = 1 WHERE id = %s", lot.pk) == [f"lot {lot.pk} used"]
    assert "line number 2" in planted("DELETE FROM contracts_ledgerentry WHERE booking = 'visit:1'")
    assert "line number 2" in planted("UPDATE contracts_ledgerentry SET amount = 1 WHERE booking = 'visit:1'")
    assert planted("UPDATE contracts_ledgerentry SET left_after = 9 WHERE booking = 'visit:1'")[0].endswith("left")
    assert planted("UPDATE contracts_contactslot SET person_id = NULL WHERE contract_id = %s",
                   cast.contracts["gold"].id) == ["filled slots"]  # fmt: skip
    assert ContactSlot.objects.filter(person=None).count() == 0
