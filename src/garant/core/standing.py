"""Standing: good or suspended, from recorded decisions (clock.md 9, rule 22). Being late alone suspends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from garant.core.programmes.values import StandingRule

GOOD = "good"
SUSPENDED = "suspended"

#: Kinds of facts, and the ground on which each may lead to a suspension.
GROUNDS = {
    "invoice_due": "payment",
    "invoice_paid": "payment",
    "notice_given": None,
    "obligation_unmet": "obligation",
    "obligation_met": "obligation",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """A recorded decision on standing: `kind` is suspend or reinstate; `reason` is kept for people to read."""

    at: datetime
    kind: str
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse any other kind: a fact such as a late payment is no decision."""
        if self.kind not in ("suspend", "reinstate"):
            raise ValueError(f"unknown decision {self.kind!r}: it is suspend or reinstate")


@dataclass(frozen=True, slots=True)
class Suspension:
    """A stretch without good standing; `end` None: it still lasts."""

    start: datetime
    end: datetime | None
    reason: str


def suspensions(decisions: Iterable[Decision]) -> tuple[Suspension, ...]:
    """The stretches that decisions make, in order. A second suspension in a row changes nothing, nor a reinstatement
    of good standing; one that ends as it begins leaves no stretch."""
    found: list[Suspension] = []
    begun: Decision | None = None
    for decision in sorted(decisions, key=lambda each: each.at):
        if decision.kind == "suspend":
            begun = begun or decision
        elif begun is not None:
            if begun.at < decision.at:
                found.append(Suspension(begun.at, decision.at, begun.reason))
            begun = None
    if begun is not None:
        found.append(Suspension(begun.at, None, begun.reason))
    return tuple(found)


def standing_at(decisions: Iterable[Decision], at: datetime) -> str:
    """ "good" or "suspended" at an instant: suspended from its decision on, good again from the reinstatement on."""
    for stretch in suspensions(decision for decision in decisions if decision.at <= at):
        if stretch.start <= at and (stretch.end is None or at < stretch.end):
            return SUSPENDED
    return GOOD


@dataclass(frozen=True, slots=True)
class Fact:
    """What somebody recorded. `kind` as in GROUNDS; `reference` names the invoice or the obligation; `on` is the local
    date on which it was due, paid, given or met. `amount` None: the whole. A negative payment takes one back."""

    kind: str
    reference: str
    on: date
    amount: Decimal | None = None
    currency: str = ""

    def __post_init__(self) -> None:
        """Refuse a kind that no rule can read."""
        if self.kind not in GROUNDS:
            raise ValueError(f"unknown fact {self.kind!r}: the kinds are {', '.join(GROUNDS)}")


@dataclass(frozen=True, slots=True)
class OpenItem:
    """Something owed and late. `since`: the day on which it was due; `noticed`: the days on which notice was given
    since then, oldest first; `outstanding` None: the whole, or no amount is known."""

    ground: str
    reference: str
    since: date
    noticed: tuple[date, ...] = ()
    outstanding: Decimal | None = None
    currency: str = ""

    def days(self, today: date) -> int:
        """How many days it has been late."""
        return (today - self.since).days


def open_items(facts: Iterable[Fact], today: date) -> tuple[OpenItem, ...]:
    """What is late on a day, the oldest first. Facts come in the order in which they were recorded.

    The order in which facts arrive decides nothing, their dates do: the latest due date of an invoice holds, and of
    two facts about an obligation the later one; on one day the one recorded last.
    """
    # A due date that lies ahead is known already: an invoice that was given more time is not late before it.
    known = [fact for fact in facts if fact.on <= today or fact.kind == "invoice_due"]
    by_name: dict[tuple[str, str], list[Fact]] = {}
    for fact in sorted(known, key=lambda each: each.on):
        ground = GROUNDS[fact.kind]
        if ground is not None:
            by_name.setdefault((ground, fact.reference), []).append(fact)
    notices = sorted((fact.reference, fact.on) for fact in known if fact.kind == "notice_given")
    found = []
    for (ground, reference), lines in by_name.items():
        item = _invoice(reference, lines) if ground == "payment" else _obligation(reference, lines)
        if item is not None and item.since < today:
            given = tuple(on for name, on in notices if name == reference and on >= item.since)
            found.append(OpenItem(ground, reference, item.since, given, item.outstanding, item.currency))
    return tuple(sorted(found, key=lambda each: (each.since, each.ground, each.reference)))


def _invoice(reference: str, lines: Sequence[Fact]) -> OpenItem | None:
    """An invoice that is not paid in full; None when it is, or was never due."""
    dues = [line for line in lines if line.kind == "invoice_due"]
    if not dues:
        return None
    due, paid = dues[-1], [line for line in lines if line.kind == "invoice_paid"]
    if due.amount is None:
        whole = bool(paid) and (paid[-1].amount is None or paid[-1].amount > 0)
        return None if whole else OpenItem("payment", reference, due.on)
    left = due.amount
    for line in paid:
        same = not line.currency or not due.currency or line.currency == due.currency
        left -= due.amount if line.amount is None else line.amount if same else 0
    return OpenItem("payment", reference, due.on, (), left, due.currency) if left > 0 else None


def _obligation(reference: str, lines: Sequence[Fact]) -> OpenItem | None:
    """An obligation that is not kept, since the first day on which it was not; None while it is kept."""
    since: date | None = None
    for line in lines:
        since = None if line.kind == "obligation_met" else since or line.on
    return None if since is None else OpenItem("obligation", reference, since)


@dataclass(frozen=True, slots=True)
class Proposal:
    """The rule proposes to suspend: on which ground, for which items, of which the oldest has been late for `days`."""

    ground: str
    references: tuple[str, ...]
    since: date
    days: int


@dataclass(frozen=True, slots=True)
class NotYet:
    """The rule proposes nothing. `reason`: no_open_obligation, ground_not_in_programme, not_past_due_long_enough,
    not_prolonged_default, notice_missing, notice_running or grace_running; `reference`: the item that is closest.

    `from_on`: the day from which the reason no longer holds; None: that depends on something to be recorded.
    """

    reason: str
    reference: str | None = None
    from_on: date | None = None


def propose(facts: Iterable[Fact], rule: StandingRule, today: date) -> Proposal | NotYet:
    """What a programme's rule says on a day: a suspension, or the reason why not (rule 22).

    An item counts once it has been late for `days_past_due`. Then notice is given, and `notice_days` and after them
    `grace_days` have to pass; a notice given earlier than that is a reminder. Where the rule asks for no notice, the
    grace follows at once. One item that has come so far is enough.
    """
    items = open_items(facts, today)
    if not items:
        return NotYet("no_open_obligation")
    judged = [(item, _stage(item, rule, today)) for item in items]
    ripe = [item for item, stage in judged if stage is None]
    if ripe:
        references = tuple(item.reference for item in ripe)
        return Proposal(ripe[0].ground, references, ripe[0].since, ripe[0].days(today))
    waits = [stage for _, stage in judged if stage is not None]
    return max(waits, key=lambda stage: _STAGES.index(stage.reason))


_STAGES = (
    "ground_not_in_programme", "not_past_due_long_enough", "not_prolonged_default", "notice_missing",
    "notice_running", "grace_running",
)  # fmt: skip


def _stage(item: OpenItem, rule: StandingRule, today: date) -> NotYet | None:
    """How far an item has come; None when it may lead to a suspension now."""
    if item.ground not in rule.grounds:
        return NotYet("ground_not_in_programme", item.reference)
    late_on = item.since + timedelta(days=rule.days_past_due)
    if today < late_on:
        reason = "not_prolonged_default" if rule.prolonged_only else "not_past_due_long_enough"
        return NotYet(reason, item.reference, late_on)
    told = late_on
    if rule.notice_days:
        notice = next((on for on in item.noticed if on >= late_on), None)
        if notice is None:
            return NotYet("notice_missing", item.reference)
        told = notice + timedelta(days=rule.notice_days)
        if today < told:
            return NotYet("notice_running", item.reference, told)
    free_on = told + timedelta(days=rule.grace_days)
    return NotYet("grace_running", item.reference, free_on) if today < free_on else None
