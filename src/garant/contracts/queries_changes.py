"""What a change of a contract would make of it, before anything is written; and which terms a case has afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from garant.contracts.keys import ended_key, key_of, parse_key
from garant.contracts.models import Amendment, Contract, PackageVersion
from garant.contracts.packages import bought_with, check_contacts, check_days, contacts_for
from garant.contracts.queries import contract_at, contract_by_id, contract_seen
from garant.contracts.queries_terms import OwnTerms, StoredTerms, own_terms, programme_by_id, terms
from garant.contracts.views import ContractView
from garant.core.people import Viewer
from garant.core.programmes import Programme
from garant.core.refusals import NotFound, Refusal
from garant.core.targets import Target, TargetError, target_duration
from garant.core.zones import zone
from garant.directory import queries as directory

__all__ = ["CHANGES", "Change", "Proposed", "change_terms", "key_for_case", "proposed", "term_end"]

#: Kinds of change, as amendments name them.
CHANGES = ("package", "region", "term", "renewal", "add_on", "override")
#: The place of an amendment that is not written yet in a key.
PROPOSED = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A wanted change. Which fields count depends on `kind`: package and `version` (None: the pinned one, if it has the
    package), region, `ends_on` (term, renewal; a renewal may also name a package), `add_on`, or the target of
    `severity` and `metric` (amount None: no promise). `remove` takes the add-on or the own target away.
    `contacts` (package, renewal): how many were agreed, None for what the package includes."""

    kind: str
    package: str | None = None
    version: str | None = None
    region: str | None = None
    ends_on: date | None = None
    add_on: str | None = None
    severity: str | None = None
    metric: str | None = None
    amount: Decimal | None = None
    unit: str = "business_hours"
    calendar: str | None = None
    remove: bool = False
    contacts: int | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """The contract as the change would leave it. `key` names the terms that open cases get; while nothing is written
    its amendment is PROPOSED. `terms` count under it. `cause` is a code for the cases' histories.
    `sets_terms`: from now on this amendment holds the add-ons and overrides, or says that there are none."""

    before: ContractView
    package_version_id: int
    package: str
    version: str
    region: str
    ends_on: date
    limit: int | None
    own: OwnTerms
    cause: str
    key: str
    terms: StoredTerms
    ended: bool
    sets_terms: bool


def proposed(contract: ContractView, change: Change, at: datetime) -> Proposed:
    """What a change would make of a contract. Raises Refusal for a change that can't be made, or changes nothing."""
    if change.kind not in CHANGES:
        raise Refusal("change_unknown", "kinds_of_changes", "choose_kind", {"offered": CHANGES})
    pinned = _package(contract, change)
    document = programme_by_id(pinned.programme_version_id)
    region = change.region or contract.region if change.kind == "region" else contract.region
    _check_region(document, pinned.code, region)
    ends_on, limit = _ends_on(contract, change), _limit(contract, change, document, pinned.code, region)
    own = _own(contract, change, document, region)
    ended = ends_on < at.astimezone(zone(contract.zone)).date()
    same = own == own_terms(parse_key(contract.package_key).amendment)
    key, counted = _key(contract, document, pinned.code, region, own, same=same)
    _check_new(contract, pinned, region, ends_on, same=same)
    return Proposed(
        before=contract, package_version_id=pinned.pk, package=pinned.code,
        version=pinned.programme_version.version, region=region, ends_on=ends_on, limit=limit, own=own,
        cause=_cause(contract, change, document, pinned.code),
        key=_key_after_end(contract, key, at) if ended else key, terms=counted,
        ended=ended, sets_terms=not own or parse_key(key).amendment == PROPOSED,
    )  # fmt: skip


def _package(contract: ContractView, change: Change) -> PackageVersion:
    """The package version that the contract would pin."""
    rows = PackageVersion.objects.select_related("programme_version__programme")
    rows = rows.filter(programme_version__programme__code=contract.programme)
    wanted = change.package if change.kind in ("package", "renewal") and change.package else contract.package
    version = change.version if change.kind in ("package", "renewal") and change.version else contract.version
    found = rows.filter(code=wanted, programme_version__version=version).first()
    if found is None:
        offered = rows.filter(programme_version__version=version).order_by("pk").values_list("code", flat=True)
        values = {"package": wanted, "version": version, "offered": tuple(offered)}
        raise Refusal("package_unknown", "contracts_pin_a_package", "choose_package", values)
    return found


def _check_region(document: Programme, package: str, region: str) -> None:
    only = document.package(package).region
    if region not in document.regions or (only is not None and only != region):
        offered = [only] if only else list(document.regions)
        raise Refusal("package_not_in_region", "packages_by_region", "choose_region", {"offered": offered})


def _ends_on(contract: ContractView, change: Change) -> date:
    if change.kind not in ("term", "renewal"):
        return contract.ends_on
    if change.ends_on is None or change.ends_on < contract.starts_on:
        raise Refusal("term_backwards", "a_term_has_days", "check_dates", {"starts_on": contract.starts_on.isoformat()})
    check_days(change.ends_on)
    if change.kind == "renewal" and change.ends_on <= contract.ends_on:
        raise Refusal("renewal_ends_earlier", "renewals_lengthen", "check_dates", {"ends_on": contract.ends_on})
    return change.ends_on


def _limit(contract: ContractView, change: Change, document: Programme, package: str, region: str) -> int | None:
    """The contacts included, for what was bought at the signing; a number agreed apart from the package stays."""
    measures = bought_with(contract.id)
    if change.contacts is not None and change.kind in ("package", "renewal"):
        limit: int | None = change.contacts
    elif change.kind not in ("package", "renewal", "region") or contract.limit != _included(contract, measures):
        limit = contract.limit
    else:
        limit = contacts_for(document, package, region, measures)
    check_contacts(limit)
    # Places are numbered, and the database keeps each number within the limit: a filled place above it counts too.
    highest = max((slot.number for slot in contract.slots if slot.person_id is not None), default=0)
    if limit is not None and highest > limit:
        values = {"filled": contract.filled, "limit": limit, "place": highest}
        raise Refusal("contacts_over_limit", "contacts_up_to_allotment", "remove_contacts_first", values)
    return limit


def _included(contract: ContractView, measures: Mapping[str, Decimal]) -> int | None:
    """What the present package includes; -1, which no contract has, where that depends on something never said."""
    try:
        return contacts_for(terms().programme(contract.package_key), contract.package, contract.region, measures)
    except Refusal:
        return -1


def _own(contract: ContractView, change: Change, document: Programme, region: str) -> OwnTerms:
    own = own_terms(parse_key(contract.package_key).amendment)
    if change.kind == "add_on":
        return replace(own, add_ons=_add_ons(own.add_ons, change, document))
    if change.kind == "override":
        return replace(own, overrides=_overrides(own, change, contract, document))
    return own


def _add_ons(present: tuple[str, ...], change: Change, document: Programme) -> tuple[str, ...]:
    offered = tuple(one.code for one in document.add_ons)
    if change.add_on not in offered or "add_on" not in document.precedence:
        raise Refusal("add_on_unknown", "add_ons_of_the_programme", "choose_add_on", {"offered": offered})
    left = tuple(code for code in present if code != change.add_on)
    return left if change.remove else (*left, change.add_on)


def _overrides(
    own: OwnTerms, change: Change, contract: ContractView, document: Programme
) -> dict[tuple[str, str], Target]:
    severity, metric = change.severity or "", change.metric or ""
    levels = tuple(level.level for level in document.severities)
    if "contract" not in document.precedence:
        raise Refusal("override_not_in_programme", "own_targets_by_precedence", "choose_package")
    if severity not in levels or not metric:
        raise Refusal("severity_not_in_tier", "severities_of_the_package", "use_offered_severity", {"offered": levels})
    found = dict(own.overrides)
    if change.remove:
        found.pop((severity, metric), None)
        return found
    plain = terms().of(contract.package_key).target(contract.package, severity, metric)
    calendar = change.calendar or (plain.calendar if plain else "")
    target = Target(severity, metric, change.amount, change.unit, calendar, grade=plain.grade if plain else "goal")
    try:
        target_duration(target, terms().of(contract.package_key).calendar(calendar))
    except (TargetError, ValueError, KeyError) as problem:
        values = {"problem": str(problem), "offered": tuple(document.calendars)}
        raise Refusal("target_invalid", "targets_can_be_counted", "check_target", values) from None
    found[severity, metric] = target
    return found


def _key(
    contract: ContractView, document: Programme, package: str, region: str, own: OwnTerms, *, same: bool
) -> tuple[str, StoredTerms]:
    """The key of the terms afterwards, and terms that know it."""
    if not own:
        return key_of(document, package, region, contract.zone), terms()
    present = parse_key(contract.package_key)
    if same and (package, region) == (contract.package, contract.region) and document.version == contract.version:
        return str(present), terms()
    key = key_of(document, package, region, contract.zone, PROPOSED)
    return key, terms().with_proposed(key, own)


def _key_after_end(contract: ContractView, key: str, at: datetime) -> str:
    """The terms that open cases get from a contract that has ended: another contract's in force, else no promise."""
    other = contract_at(contract.subscriber_id, at, besides=contract.id)
    return other.package_key if other is not None else ended_key(key)


def _check_new(contract: ContractView, pinned: PackageVersion, region: str, ends_on: date, *, same: bool) -> None:
    now = (contract.version, contract.package, contract.region, contract.ends_on)
    if same and now == (pinned.programme_version.version, pinned.code, region, ends_on):
        raise Refusal("nothing_changes", "amendments_change_something", "choose_another_change")


def _cause(contract: ContractView, change: Change, document: Programme, package: str) -> str:
    """What the change is called: a package that stands later in the programme is an upgrade."""
    if change.kind != "package" or package == contract.package:
        return {"term": "contract_ended"}.get(change.kind, change.kind)
    order = [one.code for one in document.all_packages]
    later = contract.package not in order or order.index(package) > order.index(contract.package)
    return "upgrade" if later else "downgrade"


def change_terms(contract_id: int) -> Contract:
    """The contract's row, held until the transaction ends. Raises NotFound. For operations."""
    row = Contract.objects.select_for_update().filter(pk=contract_id).first()
    if row is None:
        raise NotFound("contract")
    return row


def key_for_case(contract_id: int, present: str, at: datetime) -> str:
    """The terms of a case of a contract at an instant: the contract's, while it runs; else those of the subscriber's
    contract in force; without one those of a contract that has ended. Not scoped: for rooms.

    A case that was given terms of its own keeps them as long as the contract runs unchanged.
    """
    contract = contract_by_id(contract_id)
    if contract.term.runs_at(at):
        changed = parse_key(present).ended or contract.amended
        return contract.package_key if changed else present
    if at < term_end(contract):
        return present  # it has not begun: an import from before
    other = contract_at(contract.subscriber_id, at)
    return other.package_key if other is not None else ended_key(present)


def term_end(contract: ContractView) -> datetime:
    """The instant at which a contract ends: midnight after its last day, where it was made."""
    midnight = datetime.combine(contract.ends_on + timedelta(days=1), time(), tzinfo=zone(contract.zone))
    return midnight.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class AmendmentView:
    """A change to a contract: what kind, from when, who made it ("" for the desk) and why."""

    kind: str
    effective_at: datetime
    by: str
    reason: str


def amendments(*, viewer: Viewer, contract_id: int) -> list[AmendmentView]:
    """The changes to a contract, the newest first. Raises NotFound outside what the viewer may read."""
    contract_seen(viewer=viewer, contract_id=contract_id)
    rows = list(Amendment.objects.filter(contract_id=contract_id).order_by("-pk")[:MOST_AMENDMENTS])
    known = directory.names({row.actor_id for row in rows if row.actor_kind == "person" and row.actor_id is not None})
    return [AmendmentView(row.kind, row.effective_at, known.get(row.actor_id or 0, ""), row.reason) for row in rows]


#: Changes of one contract that a page shows.
MOST_AMENDMENTS = 50
