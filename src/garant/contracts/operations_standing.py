"""Recording payments and other obligations, and writing down what finance or a manager decides about them.

A decision's effect on cases is the case room's (`cases.operations`): it calls `decide` inside its own transaction, so
that the decision and every paused clock stand together or not at all.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from garant.contracts.decided import change_entitlement, in_force
from garant.contracts.models import ObligationFact, StandingDecision
from garant.contracts.queries_standing import (
    RECORDERS,
    advice_for,
    all_settled,
    fact_view,
    rule_of,
    ruling_contract,
)
from garant.contracts.views_standing import Decided, FactView
from garant.core.identity import clean_name
from garant.core.people import Actor
from garant.core.programmes.values import StandingRule
from garant.core.refusals import NotFound, Refusal
from garant.core.standing import GROUNDS, NotYet
from garant.core.zones import zone as zone_named
from garant.directory import queries as directory
from garant.directory.operations import require_role
from garant.journal.operations import append, database_now

__all__ = ["LARGEST", "LONGEST_REASON", "admit_case", "checked_fact", "decide", "reason_text", "record_fact"]

LONGEST_REASON = 2000
LONGEST_NOTE = 500
#: Beyond this an amount is a slip of the keyboard (and of the column).
LARGEST = Decimal("999999999999.99")


@transaction.atomic
def record_fact(
    *,
    by: Actor,
    subscriber_id: int,
    kind: str,
    reference: str,
    on: date,
    amount: Decimal | None = None,
    currency: str = "",
    note: str = "",
) -> FactView:
    """Record that something was due, paid, told, or kept or not kept on a local date, for ever.

    The same fact again writes nothing (`new` False); with another amount it is refused, since facts never change: a
    payment is taken back by a negative one. Refuses what lies ahead (except an invoice's due date), unknown kinds and
    amounts that are none. Raises NotFound for an unknown subscriber.
    """
    require_role(by, RECORDERS)
    now = database_now()
    name, money = checked_fact(
        subscriber_id=subscriber_id, kind=kind, reference=reference, on=on, amount=amount, currency=currency
    )
    change_entitlement(subscriber_id)
    values = {"amount": amount, "currency": money}
    row = ObligationFact.objects.filter(subscriber_id=subscriber_id, kind=kind, reference=name, on=on).first()
    if row is not None:
        if (row.amount, row.currency) != (amount, money):
            raise Refusal("fact_recorded_differently", "facts_never_change", "record_another_fact", {"reference": name})
        return fact_view(row, "")
    row = ObligationFact.objects.create(
        subscriber_id=subscriber_id, kind=kind, reference=name, on=on, note=" ".join(note.split())[:LONGEST_NOTE],
        actor_kind=by.kind, actor_id=by.id, **values,
    )  # fmt: skip
    data = {
        "fact": row.pk, "kind": kind, "reference": name, "on": on.isoformat(),
        "amount": None if amount is None else f"{amount:.2f}", "currency": money,
    }  # fmt: skip
    append(
        subject=("subscriber", subscriber_id), kind="obligation_recorded", data=data, by=by, at=now,
        subscriber_id=subscriber_id,
    )  # fmt: skip
    row.refresh_from_db(fields=["recorded_at"])
    return fact_view(row, "", new=True)


def checked_fact(
    *, subscriber_id: int, kind: str, reference: str, on: date, amount: Decimal | None, currency: str
) -> tuple[str, str]:
    """The reference in one spelling and the currency in capitals, of a fact that may be recorded now. Refuses as
    `record_fact` does."""
    found = _checked(kind, reference, amount, currency)
    today = database_now().astimezone(zone_named(zone_of(subscriber_id))).date()
    if kind != "invoice_due" and on > today:
        raise Refusal("fact_ahead", "facts_have_happened", "check_dates", {"on": on.isoformat()})
    if kind == "invoice_paid" and found[1]:
        due = ObligationFact.objects.filter(subscriber_id=subscriber_id, kind="invoice_due", reference=found[0])
        other = due.exclude(currency="").exclude(currency=found[1]).order_by("-pk").first()
        if other is not None:
            values = {"currency": other.currency, "given": found[1]}
            raise Refusal("currency_differs", "invoices_are_paid_in_their_currency", "check_currency", values)
    return found


def zone_of(subscriber_id: int) -> str:
    """The zone in which a subscriber's dates are read. Raises NotFound for an unknown subscriber."""
    found = directory.subscriber_by_id(subscriber_id) if 0 < subscriber_id < 2**63 else None
    if found is None:
        raise NotFound("subscriber")
    return found.zone


def _checked(kind: str, reference: str, amount: Decimal | None, currency: str) -> tuple[str, str]:
    """The reference in one spelling and the currency in capitals."""
    if kind not in GROUNDS:
        raise Refusal("fact_unknown", "kinds_of_facts", "choose_kind", {"offered": tuple(GROUNDS)})
    name, money = clean_name(reference), currency.strip().upper()
    if not 1 <= len(name) <= 80:
        raise Refusal("fact_reference_missing", "facts_have_a_reference", "give_reference", {"longest": 80})
    if amount is not None:
        if not kind.startswith("invoice"):
            raise Refusal("amount_without_invoice", "amounts_belong_to_invoices", "leave_amount_out")
        fits = amount.is_finite() and abs(amount) <= LARGEST and amount == amount.quantize(Decimal("0.01"))
        if not fits or amount == 0 or (kind == "invoice_due" and amount < 0):
            raise Refusal("amount_invalid", "amounts_are_money", "check_amount", {"amount": str(amount)})
    if money and not (len(money) == 3 and money.isascii() and money.isalpha()):
        raise Refusal("currency_unknown", "currencies_have_three_letters", "check_currency", {"currency": currency})
    return name, money if amount is not None else ""


def decide(
    *, by: Actor, subscriber_id: int, decision: str, reason: str, at: datetime, ground: str | None = None
) -> Decided:
    """Write down that support is suspended or reinstated. For the case room, which holds the entitlement's lock.

    A suspension needs a ground that the programme's rule proposes today; the rule says who may decide. The desk itself
    (`by` the system) may suspend only where the programme says automatic. Refuses what is so already.
    """
    rule = _rule(subscriber_id, at)
    _may_decide(by, rule, decision)
    said = reason_text(reason)
    suspension = in_force(subscriber_id)
    if decision == "reinstated":
        if suspension is None:
            raise Refusal("not_suspended", "good_standing", "nothing_to_do")
        if by.kind == "system" and not (suspension.automatic and all_settled(subscriber_id, at)):
            raise Refusal("automatic_act", "standing_is_decided", "ask_finance")
        ground = suspension.ground
    else:
        if suspension is not None:
            raise Refusal("already_suspended", "good_standing", "reinstate_first", {"since": suspension.at})
        ground = _ground(subscriber_id, at, ground)
    return _written(by, subscriber_id, decision, ground, said, at)


def admit_case(*, by: Actor, subscriber_id: int, case_id: int, number: int, reason: str, at: datetime) -> Decided:
    """Write down that one held case is admitted by exception, by whom the programme's rule names. For the case room."""
    rule = _rule(subscriber_id, at)
    require_role(by, frozenset(rule.exception_by))
    if by.kind == "system" or not rule.exception_by:
        raise Refusal("not_allowed", "exceptions_are_decided", "ask_manager", {"roles": list(rule.exception_by)})
    suspension = in_force(subscriber_id)
    if suspension is None:
        raise Refusal("not_suspended", "good_standing", "nothing_to_do")
    return _written(by, subscriber_id, "admitted", suspension.ground, reason_text(reason), at, case_id, number)


def reason_text(reason: str) -> str:
    """The reason as it is kept: refused when empty or too long."""
    said = reason.strip()
    if not said:
        raise Refusal("reason_missing", "decisions_keep_a_reason", "give_reason")
    if len(said) > LONGEST_REASON or "\x00" in said:
        raise Refusal("text_too_long", "texts_have_a_limit", "shorten_text", {"longest": LONGEST_REASON})
    return said


def _rule(subscriber_id: int, at: datetime) -> StandingRule:
    contract = ruling_contract(subscriber_id, at)
    if contract is None:
        raise Refusal("no_contract", "support_needs_a_contract", "ask_sales")
    return rule_of(contract)


def _may_decide(by: Actor, rule: StandingRule, decision: str) -> None:
    """By whom the rule names. A suspension from an earlier contract can be lifted also where the rule names nobody."""
    named = frozenset(rule.decided_by)
    if by.kind != "system":
        require_role(by, named if named or decision == "suspended" else RECORDERS)
    elif not rule.automatic:
        raise Refusal("automatic_act", "standing_is_decided", "ask_finance")


def _ground(subscriber_id: int, at: datetime, wanted: str | None) -> str:
    """The ground that the rule proposes. Refuses with the rule's own reason when it proposes none."""
    known = advice_for(subscriber_id, at)
    advice = known[0] if known else NotYet("no_open_obligation")
    if isinstance(advice, NotYet):
        remedy = _REMEDIES.get(advice.reason, "wait_for_the_rule")
        values = {"reference": advice.reference, "from_on": advice.from_on.isoformat() if advice.from_on else None}
        raise Refusal(advice.reason, "suspension_after_notice_and_grace", remedy, values)
    if wanted is not None and wanted != advice.ground:
        raise Refusal("ground_not_proposed", "suspension_after_notice_and_grace", "check_ground", {"ground": wanted})
    return advice.ground


_REMEDIES = {
    "no_open_obligation": "record_the_ground_first",
    "ground_not_in_programme": "settle_another_way",
    "notice_missing": "give_notice_and_record_it",
}


def _written(
    by: Actor, subscriber_id: int, decision: str, ground: str, reason: str, at: datetime,
    case_id: int | None = None, number: int | None = None,
) -> Decided:  # fmt: skip
    automatic = by.kind == "system"
    row = StandingDecision.objects.create(
        subscriber_id=subscriber_id, decision=decision, ground=ground, reason=reason, case_id=case_id,
        automatic=automatic, actor_kind=by.kind, actor_id=by.id, at=at,
    )  # fmt: skip
    data = {"decision": row.pk, "ground": ground, "automatic": automatic}
    if number is not None:
        data["number"] = number
    append(
        subject=("subscriber", subscriber_id), kind=f"standing_{decision}", data=data, by=by, at=at,
        subscriber_id=subscriber_id,
    )  # fmt: skip
    return Decided(row.pk, decision, subscriber_id, at)
