"""Standing and contracts in the console's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext

from garant.console.forms_standing import KIND_NAMES
from garant.console.packages import Names
from garant.console.words import owed, unit_words
from garant.contracts.queries import parse_key
from garant.contracts.queries_changes import amendments
from garant.contracts.queries_standing import standing
from garant.contracts.queries_terms import own_terms
from garant.contracts.views import ContractView
from garant.contracts.views_standing import StandingView
from garant.core.people import Viewer
from garant.core.programmes import said
from garant.core.standing import Proposal
from garant.directory import queries as directory
from garant.kit.moments import day_time, long_date
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
         "people": named(each), "changes": amendment_lines(viewer, each.id, viewer.zone) if each.amended else [],
         "own": own_targets(each.package_key)}
        for each in contracts
    ]  # fmt: skip


def standing_shown(viewer: Viewer, subscriber_id: int) -> ShownStanding:
    """How a subscriber stands, for the banner of any page about it."""
    return shown_standing(standing(viewer=viewer, subscriber_id=subscriber_id), viewer.zone)


def amendment_lines(viewer: Viewer, contract_id: int, zone: str) -> list[str]:
    """What was changed about a contract since it was signed, the newest first: what, from when, by whom and why."""
    lines = []
    for one in amendments(viewer=viewer, contract_id=contract_id):
        values = {
            "what": str(KIND_NAMES.get(one.kind, one.kind)),
            "at": day_time(one.effective_at, zone),
            "who": one.by or gettext("Garant"),
            "reason": one.reason,
        }
        lines.append(gettext("%(what)s, %(at)s, %(who)s: %(reason)s") % values)
    return lines


def own_targets(key: str) -> list[str]:
    """A contract's own targets in words, where it has some."""
    own = own_terms(parse_key(key).amendment)
    return [
        gettext("%(metric)s, severity %(levels)s, in %(unit)s")
        % {"metric": owed(one.metric), "levels": one.severity, "unit": unit_words(one.unit)}
        + ": "
        + ("–" if one.amount is None else number_format(one.amount, use_l10n=True))
        for one in own.overrides.values()
    ]
