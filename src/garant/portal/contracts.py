"""What a subscriber bought, as the portal needs it: the programme, the package, the people who may open cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import get_language, gettext

from garant.contracts import queries
from garant.contracts.views import AdmissionFacts, ContractView
from garant.core import intake
from garant.core.people import Viewer
from garant.core.programmes import Programme, RequestType, said
from garant.core.refusals import Refusal
from garant.core.rights import reach
from garant.core.targets import Target
from garant.directory import queries as directory
from garant.kit.moments import local, long_date
from garant.portal.offers import Level, severities, within
from garant.portal.programme import programme
from garant.portal.words import Refused, refused

#: The kind of a report that somebody else must be able to follow, where the programme names no kinds.
ERROR = "error"


@dataclass(frozen=True, slots=True)
class Bought:
    """A subscriber's contract seen by one reader; without a contract the programme's smallest package stands in."""

    programme: Programme
    package: str
    region: str
    people: tuple[str, ...]
    warning: Refused | None
    key: str = ""

    def target(self, level: str) -> Target | None:
        """What is promised for a severity: by the contract's own terms, or by the package where there is none."""
        if not self.key:
            return self.programme.target(self.package, self.region, level, "initial_response")
        rule = queries.terms().rule(self.key, level, "initial_response")
        return None if rule is None else rule.target

    def request_types(self, language: str) -> list[tuple[str, str]]:
        """The kinds of request that the package knows."""
        known = [one for one in self.programme.request_types if one.packages is None or self.package in one.packages]
        known.sort(key=self._place)
        return [(one.code, said(one.name, language)) for one in known] or self._any_types()

    @staticmethod
    def _any_types() -> list[tuple[str, str]]:
        """What is asked where the programme tells no kinds of request apart."""
        return [(ERROR, gettext("Error report")), ("question", gettext("Question"))]

    def type_name(self, kind: str, language: str) -> str:
        """What a kind of request is called."""
        return dict(self.request_types(language)).get(kind, kind)

    def products(self, language: str) -> list[tuple[str, str]]:
        """The products that the package covers in the region; empty: the programme names none."""
        covered = [
            one
            for one in self.programme.coverage.products
            if (one.packages is None or self.package in one.packages)
            and (one.regions is None or self.region in one.regions)
        ]
        return [(one.code, said(one.name, language) or one.code) for one in covered]

    def _place(self, kind: RequestType) -> int:
        """Error reports stand first, then the routine kinds, then the urgent ones."""
        return (
            -1
            if kind.severity is None
            else len(self.programme.severities) - self.programme.severity(kind.severity).rank
        )

    def default_severity(self, kind: str) -> str | None:
        """The severity that a kind of request comes with; None: the contact chooses."""
        if not self.programme.request_types:
            return None if kind == ERROR else self.programme.default_severity
        return self.programme.request_type(kind).severity

    def is_error_report(self, kind: str) -> bool:
        """Whether somebody must be able to see the same error: steps, expected and actual are asked for."""
        return kind == ERROR if not self.programme.request_types else self.default_severity(kind) is None

    def levels(self, language: str) -> tuple[Level, ...]:
        """The severities open to the package."""
        allowed = self.programme.package(self.package).severities
        return tuple(level for level in severities(self.programme, language) if not allowed or level.level in allowed)

    def choices(self, language: str) -> tuple[Choice, ...]:
        """The severities with what is promised for each."""
        found = []
        for level in self.levels(language):
            target = self.target(level.level)
            always = target is not None and self.programme.calendars[target.calendar].always
            found.append(Choice(level.level, level.name, level.definition, within(target, always)))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Choice:
    """A severity to choose, with its definition and its promise in short."""

    level: str
    name: str
    definition: str
    within: str


@dataclass(frozen=True, slots=True)
class Panel:
    """A contract in the side column. `stamps`: one per contact slot, True when somebody holds it."""

    package: str
    region: str
    term: str
    named: str
    stamps: tuple[bool, ...]
    people: tuple[str, ...]


def organisations(viewer: Viewer) -> list[tuple[str, str]]:
    """The reader's organisations as (id, name), by name."""
    return [(str(row.id), row.name) for row in directory.subscribers(viewer, limit=200).rows]


def places_to_write(viewer: Viewer) -> list[tuple[str, str]]:
    """For whom the reader may write: each organisation, and each of its contracts where several run at once.

    A choice is "ORGANISATION" or "ORGANISATION:CONTRACT".
    """
    at, language, found = datetime.now(UTC), get_language() or "en", list[tuple[str, str]]()
    for key, name in organisations(viewer):
        readable = int(key) in reach(viewer, "read_contracts")
        running = queries.contracts_in_force(viewer=viewer, subscriber_id=int(key), at=at) if readable else []
        if len(running) < 2:
            found.append((key, name))
            continue
        for one in running:
            package = queries.programme_of(one.package_key).package(one.package)
            found.append((f"{key}:{one.id}", f"{name}, {said(package.name, language)} ({one.reference})"))
    return found


def bought(viewer: Viewer, subscriber_id: int | None, contract_id: int | None = None) -> Bought:
    """What the subscriber has now (`contract_id`: under one of several contracts).

    Without a running contract the smallest package of today's programme stands in, and the warning says so.
    """
    at = datetime.now(UTC)
    contract = None
    if subscriber_id is not None and subscriber_id in reach(viewer, "read_contracts"):
        contract = queries.contract_of(
            viewer=viewer, subscriber_id=subscriber_id, at=at, contract_id=contract_id
        )  # fmt: skip
    document = queries.programme_of(contract.package_key) if contract else programme()
    facts = None
    if subscriber_id is not None:
        facts = queries.admission_facts(viewer.person_id, subscriber_id, at, contract_id)
    trained = facts is not None and facts.conditions.untrained == "refuse"
    return Bought(
        programme=document,
        package=contract.package if contract else document.packages[0].code,
        region=contract.region if contract else "default",
        people=_to_ask(contract, at, trained),
        warning=None if facts is None else _warning(facts, at),
        key=contract.package_key if contract else "",
    )


def _warning(facts: AdmissionFacts, at: datetime) -> Refused | None:
    """What would stand against a case of this reader now; None when nothing does."""
    channels = facts.conditions.region_channels
    asked = intake.Request(at=at, channel=intake.channel_at("web", channels))
    found = intake.admit(facts.sender, asked, facts.conditions)
    if isinstance(found, intake.Admitted):
        return None
    return refused(Refusal(found.code, found.rule, found.remedy))


def contract_panels(viewer: Viewer) -> list[Panel]:
    """The contracts that run now, one for each of the reader's organisations that has one."""
    at, language = datetime.now(UTC), get_language() or "en"
    panels = []
    for subscriber_id in sorted(reach(viewer, "read_contracts")):
        contract = queries.contract_of(viewer=viewer, subscriber_id=subscriber_id, at=at)
        if contract is not None:
            panels.append(_panel(viewer, contract, language))
    return panels


def _panel(viewer: Viewer, contract: ContractView, language: str) -> Panel:
    package = queries.programme_of(contract.package_key).package(contract.package)
    stamps = (True,) * contract.filled + (False,) * max(0, (contract.limit or 0) - contract.filled)
    named = (
        gettext("%(count)d named") % {"count": contract.filled}
        if contract.limit is None
        else gettext("%(count)d of %(limit)d named") % {"count": contract.filled, "limit": contract.limit}
    )
    term = f"{long_date(contract.starts_on)} – {long_date(contract.ends_on)}"
    return Panel(said(package.name, language), contract.region, term, named, stamps, _named(contract))


def _to_ask(contract: ContractView | None, at: datetime, trained: bool) -> tuple[str, ...]:
    """The names of those who may open a case now, in the order of their slots: whoever stands in stands here too, and
    where a programme asks for training (`trained`) nobody without it."""
    if contract is None:
        return ()
    today = local(at, contract.zone).date()
    holders = [slot.law.holder_at(at) for slot in contract.slots if slot.law is not None]
    return _names([one.person for one in holders if one and (not trained or one.training.counts_on(today))])


def _named(contract: ContractView) -> tuple[str, ...]:
    """The names of the authorized contacts, in the order of their slots."""
    return _names([slot.person_id for slot in contract.slots if slot.person_id is not None])


def _names(ids: list[int]) -> tuple[str, ...]:
    names = directory.names(ids)
    return tuple(names[one] for one in ids if one in names)
