"""Standing and contracts in the console's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext

from garant.console.packages import Names
from garant.contracts.views import ContractView
from garant.contracts.views_standing import StandingView
from garant.core.people import Viewer
from garant.core.programmes import said
from garant.core.standing import Proposal
from garant.directory import queries as directory
from garant.kit.moments import long_date
from garant.wording import standing as words


@dataclass(frozen=True, slots=True)
class ShownStanding:
    """A subscriber's standing on a page. `advice` is the rule's word of today, "" without a contract; `proposed`:
    it proposes to suspend. `decide` is suspend, reinstate or ""."""

    suspended: bool
    since: datetime | None
    ground: str
    reason: str
    rule: str
    advice: str
    proposed: bool
    automatic: bool
    decide: str
    may_admit: bool
    items: tuple[dict[str, Any], ...]
    facts: tuple[dict[str, Any], ...]
    decisions: tuple[dict[str, Any], ...]


def shown_standing(view: StandingView, zone: str) -> ShownStanding:
    """The standing in the active language."""
    decide = next((act for act in ("suspend", "reinstate") if act in view.may), "")
    proposed = isinstance(view.advice, Proposal)
    return ShownStanding(
        suspended=view.suspended,
        since=view.since,
        ground=words.ground_name(view.ground) if view.ground else "",
        reason=view.reason,
        rule=said(view.rule_text, get_language() or "en"),
        advice=words.advice_text(view.advice, long_date) if view.advice is not None and not view.suspended else "",
        proposed=proposed and not view.suspended,
        automatic=view.automatic,
        decide=decide if decide == "reinstate" or proposed else "",
        may_admit="admit" in view.may,
        items=tuple(
            {"ground": words.ground_name(item.ground), "reference": item.reference, "since": item.since,
             "days": item.days(view.today) if view.today else 0, "outstanding": money(item.outstanding, item.currency)}
            for item in view.items
        ),
        facts=tuple(
            {"kind": words.kind_name(fact.kind), "reference": fact.reference, "on": fact.on, "note": fact.note,
             "amount": money(fact.amount, fact.currency), "by": fact.by, "at": fact.recorded_at}
            for fact in view.facts
        ),
        decisions=tuple(
            {"name": words.decision_name(each.decision), "reason": each.reason, "at": each.at,
             "by": each.by or gettext("Garant"), "ground": words.ground_name(each.ground)}
            for each in view.decisions
        ),
    )  # fmt: skip


def money(amount: Any, currency: str) -> str:
    """An amount with its currency; "" without one."""
    return (
        "" if amount is None else f"{number_format(amount, 2, use_l10n=True, force_grouping=True)} {currency}".strip()
    )


def contract_lines(
    contracts: Sequence[ContractView], viewer: Viewer, names: Names, at: datetime
) -> list[dict[str, Any]]:
    """Contracts with their package, term and contacts by name."""
    ids = {slot.person_id for each in contracts for slot in each.slots if slot.person_id is not None}
    people = directory.names(ids)

    def named(contract: ContractView) -> list[str]:
        return [people[one] for one in (slot.person_id for slot in contract.slots) if one is not None and one in people]

    return [
        {"id": each.id, "reference": each.reference, "package": names.package(each.package_key),
         "version": each.version,
         "region": each.region, "starts_on": each.starts_on, "ends_on": each.ends_on, "running": each.term.runs_at(at),
         "filled": each.filled, "limit": each.limit, "amended": each.amended,
         "people": named(each)}
        for each in contracts
    ]  # fmt: skip
