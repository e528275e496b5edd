"""What a subscriber bought, right by right: what the contract gives, what is used and left, what a larger one adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import get_language, gettext

from garant.contracts import queries
from garant.contracts.queries_ledger import balances
from garant.contracts.views import ContractView
from garant.core.people import Viewer
from garant.core.programmes import Package, Programme, Row, said
from garant.core.rights import reach
from garant.directory import queries as directory
from garant.portal.views_ledger import Account, account
from garant.wording.offers import Cell, amount_text, offer_of


@dataclass(frozen=True, slots=True)
class Right:
    """One right. `code`: its row in the programme. `account`: what is used and left of it, where it is counted. `own`:
    agreed apart from the package. `more`: what the next larger package gives instead, None where it gives the same."""

    code: str
    name: str
    note: str
    cell: Cell
    own: bool
    account: Account | None
    more: Cell | None


@dataclass(frozen=True, slots=True)
class OurPackage:
    """A contract that runs, with every right. `larger`: the next larger package's name, empty for the largest."""

    contract: ContractView
    owner: str
    package: str
    larger: str
    groups: tuple[tuple[str, tuple[Right, ...]], ...]
    adds: int
    region: str
    obligations: tuple[str, ...]
    programme: str

    @property
    def columns(self) -> int:
        """Columns of the table."""
        return 5 if self.larger else 4

    @property
    def gains(self) -> list[Right]:
        """The rights that the next larger package changes."""
        return [right for _, rights in self.groups for right in rights if right.more is not None]


def our_packages(viewer: Viewer) -> list[OurPackage]:
    """The contracts of the viewer's organisations that run now, the latest begun first; those that they may read."""
    at = datetime.now(UTC)
    names = {row.id: row.name for row in directory.subscribers(viewer, limit=200).rows}
    found = []
    for subscriber_id in sorted(reach(viewer, "read_contracts"), key=lambda one: names.get(one, "")):
        counted: dict[int, dict[str, Account]] = {}
        for view in balances(viewer=viewer, subscriber_id=subscriber_id):
            counted.setdefault(view.contract_id, {})[view.ledger] = account(view)
        for contract in queries.contracts_in_force(viewer=viewer, subscriber_id=subscriber_id, at=at):
            found.append(_package(contract, names.get(subscriber_id, ""), counted.get(contract.id, {})))
    return found


def _package(contract: ContractView, owner: str, counted: Mapping[str, Account]) -> OurPackage:
    language = get_language() or "en"
    programme = queries.programme_of(contract.package_key)
    own = programme.package(contract.package)
    larger = _larger(programme, own)
    shown = (own, larger) if larger else (own,)
    offer = offer_of(programme, shown, contract.region, language)
    rows = {row.code: row for group in programme.groups for row in group.rows}
    ledgers = {ledger.row: counted[ledger.code] for ledger in programme.ledgers if ledger.code in counted}
    groups, adds = [], 0
    for group in offer.groups:
        rights = []
        for line in group.lines:
            agreed = _agreed(contract, rows[line.code])
            more = line.cells[1] if larger and line.cells[1] != line.cells[0] else None
            adds += more is not None
            rights.append(
                Right(line.code, line.name, line.note, agreed or line.cells[0],
                      agreed is not None and agreed != line.cells[0], ledgers.get(line.code), more)
            )  # fmt: skip
        groups.append((group.name, tuple(rights)))
    texts = tuple(said(note.text, language) for note in programme.obligations)
    name, bigger = said(own.name, language), said(larger.name, language) if larger else ""
    return OurPackage(contract, owner, name, bigger, tuple(groups), adds, contract.region, texts, programme.code)


def _larger(programme: Programme, own: Package) -> Package | None:
    """The package that stands next in the programme; None for the largest, and for a region's own offer."""
    order = list(programme.packages)
    if own not in order or order[-1] == own:
        return None
    return order[order.index(own) + 1]


def _agreed(contract: ContractView, row: Row) -> Cell | None:
    """What the contract's own terms promise in a row of targets; None for another row."""
    if row.kind != "target" or not row.severities:
        return None
    terms, texts = queries.terms(), []
    for level in row.severities:
        rule = terms.rule(contract.package_key, level, row.metric or "")
        texts.append((level, gettext("no target") if rule is None else amount_text(rule.target)))
    kinds = {text for _, text in texts}
    if kinds == {gettext("no target")}:
        return Cell("none", gettext("no response target"))
    if len(kinds) == 1:
        return Cell("text", texts[0][1])
    return Cell("text", ", ".join(gettext("S%(level)s: %(text)s") % {"level": a, "text": b} for a, b in texts))
