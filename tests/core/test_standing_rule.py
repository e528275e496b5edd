"""From facts and a programme's rule to a proposal, or to the reason why there is none."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from garant.core.programmes.values import StandingRule
from garant.core.standing import Fact, NotYet, OpenItem, Proposal, open_items, propose

DUE = date(2026, 3, 1)


def late(days: int) -> date:
    return DUE + timedelta(days=days)


DECIDERS = ("finance", "manager")
RULES = {
    "default": StandingRule(("payment", "obligation"), 30, 14, 14, False, False, DECIDERS, ("manager",), {}),
    "japan": StandingRule(("payment",), 60, 14, 0, True, False, DECIDERS, ("manager",), {}),
}


def rule(region: str = "default") -> StandingRule:
    return RULES[region]


INVOICE = Fact("invoice_due", "INV-1", DUE, Decimal(1000), "EUR")


def notice(day: int) -> Fact:
    return Fact("notice_given", "INV-1", late(day))


@pytest.mark.parametrize(
    ("day", "noticed", "expected"),
    [
        (0, None, NotYet("no_open_obligation")),
        (1, None, NotYet("not_past_due_long_enough", "INV-1", late(30))),
        (29, None, NotYet("not_past_due_long_enough", "INV-1", late(30))),
        (30, None, NotYet("notice_missing", "INV-1")),
        (200, None, NotYet("notice_missing", "INV-1")),
        (200, 29, NotYet("notice_missing", "INV-1")),  # a reminder, not the notice
        (43, 30, NotYet("notice_running", "INV-1", late(44))),
        (44, 30, NotYet("grace_running", "INV-1", late(58))),
        (57, 30, NotYet("grace_running", "INV-1", late(58))),
        (58, 30, Proposal("payment", ("INV-1",), DUE, 58)),
    ],
)
def test_the_reference_rule_day_by_day(day: int, noticed: int | None, expected: object) -> None:
    facts = [INVOICE, *([notice(noticed)] if noticed is not None else [])]
    assert propose(facts, rule(), late(day)) == expected


def test_japan_waits_for_a_prolonged_default_by_data_alone() -> None:
    japan = rule("japan")
    assert propose([INVOICE, notice(20)], japan, late(20)) == NotYet("not_prolonged_default", "INV-1", late(60))
    assert propose([INVOICE], japan, late(59)) == NotYet("not_prolonged_default", "INV-1", late(60))
    assert propose([INVOICE, notice(60)], japan, late(73)) == NotYet("notice_running", "INV-1", late(74))
    assert propose([INVOICE, notice(60)], japan, late(74)) == Proposal("payment", ("INV-1",), DUE, 74)


def test_an_obligation_is_no_ground_where_the_programme_names_payment_only() -> None:
    broken = [Fact("obligation_unmet", "audit", DUE), Fact("notice_given", "audit", late(60))]
    assert propose(broken, rule("japan"), late(100)) == NotYet("ground_not_in_programme", "audit")
    assert propose(broken, rule(), late(100)) == Proposal("obligation", ("audit",), DUE, 100)


def test_race_11_facts_out_of_order_give_the_state_of_the_newest() -> None:
    facts = [
        Fact("obligation_unmet", "audit", late(0)),
        Fact("obligation_met", "audit", late(2)),
        Fact("obligation_unmet", "audit", late(4)),
        Fact("obligation_met", "audit", late(6)),
    ]
    for shuffled in permutations(facts):
        assert open_items(shuffled, late(9)) == ()
        assert open_items(shuffled, late(5)) == (OpenItem("obligation", "audit", late(4)),)


def test_payments_add_up_and_can_be_taken_back() -> None:
    part = Fact("invoice_paid", "INV-1", late(3), Decimal(400), "EUR")
    rest = Fact("invoice_paid", "INV-1", late(5), Decimal(600), "EUR")
    back = Fact("invoice_paid", "INV-1", late(9), Decimal(-600), "EUR")
    assert open_items([INVOICE, part], late(10))[0].outstanding == Decimal(600)
    assert open_items([part, rest, INVOICE], late(10)) == ()
    assert open_items([INVOICE, part, rest, back], late(10))[0].outstanding == Decimal(600)
    assert open_items([INVOICE, part, rest, back], late(8)) == ()
    assert open_items([INVOICE, Fact("invoice_paid", "INV-1", late(2))], late(10)) == ()


def test_money_of_another_currency_pays_nothing() -> None:
    assert open_items([INVOICE, Fact("invoice_paid", "INV-1", late(2), Decimal(1000), "USD")], late(10))


def test_a_later_due_date_is_an_agreed_extension() -> None:
    moved = Fact("invoice_due", "INV-1", late(30), Decimal(1000), "EUR")
    for facts in ([INVOICE, moved], [moved, INVOICE]):
        assert [item.since for item in open_items(facts, late(40))] == [late(30)]
        assert open_items(facts, late(20)) == (), "nothing is late before the day that was agreed"


def test_one_ripe_item_is_enough_and_all_ripe_ones_are_named() -> None:
    second = [Fact("invoice_due", "INV-2", late(10)), Fact("notice_given", "INV-2", late(40))]
    facts = [INVOICE, notice(30), *second]
    assert propose(facts, rule(), late(60)) == Proposal("payment", ("INV-1",), DUE, 60)
    assert propose(facts, rule(), late(68)) == Proposal("payment", ("INV-1", "INV-2"), DUE, 68)
    paid = Fact("invoice_paid", "INV-1", late(59))
    assert propose([*facts, paid], rule(), late(60)) == NotYet("grace_running", "INV-2", late(68))


def test_an_unknown_fact_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown fact 'bounced'"):
        Fact("bounced", "INV-1", DUE)
