"""Reading programmes and contracts: terms to count with, contracts in force, and what intake has to know."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import cast

from django.db.models import Prefetch, Q, QuerySet

from garant.contracts.decided import standing_of
from garant.contracts.keys import PackageKey, key_of, parse_key
from garant.contracts.models import Amendment, ContactSlot, Contract, ProgrammeVersion
from garant.contracts.queries_terms import StoredTerms, programme_by_id, terms
from garant.contracts.slot_rows import core_slot
from garant.contracts.views import AdmissionFacts, ContractView, SlotView
from garant.core.intake import Conditions, Sender
from garant.core.people import Viewer
from garant.core.programmes import EscalationPolicy, Programme
from garant.core.programmes.entrance import conditions
from garant.core.refusals import NotFound
from garant.core.rights import reach
from garant.core.standing import GOOD
from garant.core.zones import zone
from garant.directory.queries import viewer_of
from garant.journal.operations import database_now
from garant.kit.asking import one_answer
from garant.kit.pages import Page, bounded, marks, page

__all__ = [
    "PackageKey",
    "StoredTerms",
    "admission_facts",
    "contract",
    "contract_at",
    "contract_of",
    "contract_seen",
    "contracts",
    "contracts_in_force",
    "escalation_policy",
    "package_key",
    "parse_key",
    "programme_document",
    "programme_of",
    "programmes_held",
    "severities_of",
    "terms",
]


def programme_document(code: str, at: datetime | None = None) -> Programme:
    """The version of a programme in force at an instant (None: now), its own calendars as it was loaded with.

    Before the first version's date that first version. Raises NotFound for an unknown programme.
    """
    stored = terms().versions_of(code)
    day = (at or database_now()).astimezone(UTC).date()
    if not stored:
        raise NotFound("programme")
    in_force = [pk for since, pk in stored if since <= day]
    return programme_by_id(in_force[-1] if in_force else stored[0][1])


def programmes_held(viewer: Viewer) -> list[tuple[str, str]]:
    """The stored programmes: code, and name in the viewer's language, by code; none for anybody but staff."""
    if not viewer.is_staff:
        return []
    codes = ProgrammeVersion.objects.values_list("programme__code", flat=True).distinct().order_by("programme__code")
    return [(code, programme_document(code).text("name", viewer.language)) for code in codes]


def package_key(code: str, package: str, region: str, at: datetime | None = None, zone: str | None = None) -> str:
    """The key of a package as the version in force offers it. Raises NotFound for what that version hasn't."""
    programme = programme_document(code, at)
    if region not in programme.regions or package not in {p.code for p in programme.all_packages}:
        raise NotFound("package")
    return key_of(programme, package, region, zone)


def programme_of(key: str) -> Programme:
    """The programme version that a package key names. Raises KeyError when it is not stored."""
    return terms().programme(key)


def escalation_policy(key: str, severity: str, metric: str) -> EscalationPolicy | None:
    """Whom the terms of a package key tell about a near or missed period; None: nobody."""
    return terms().programme(key).escalation(severity, metric)


def severities_of(key: str) -> tuple[str, ...]:
    """The severities open to the package that a key names, most severe first. Raises KeyError when it is not stored."""
    return _severities(programme_of(key), parse_key(key).package)


def _severities(programme: Programme, package: str) -> tuple[str, ...]:
    allowed = programme.package(package).severities
    ranked = sorted(programme.severities, key=lambda severity: severity.rank)
    return tuple(severity.level for severity in ranked if not allowed or severity.level in allowed)


def contract_of(
    *, viewer: Viewer, subscriber_id: int, at: datetime, contract_id: int | None = None
) -> ContractView | None:
    """The subscriber's contract in force at an instant; None without one. Raises NotFound for somebody else's.

    `contract_id`: this one of several. None: the one under which the viewer is an authorized contact, else the latest
    begun.
    """
    found = contracts_in_force(viewer=viewer, subscriber_id=subscriber_id, at=at)
    return _chosen(found, viewer.person_id, at, contract_id)


def contracts_in_force(*, viewer: Viewer, subscriber_id: int, at: datetime) -> list[ContractView]:
    """Every contract of a subscriber that runs at an instant, the latest begun first. Raises NotFound."""
    if not viewer.is_staff and subscriber_id not in reach(viewer, "read_contracts"):
        raise NotFound("subscriber")
    return _running(subscriber_id, at)


def contract_at(subscriber_id: int, at: datetime, besides: int | None = None) -> ContractView | None:
    """The contract in force at an instant, read in the contract's zone; the latest begun when several run.

    `besides`: a contract to leave out of account. Not scoped: for rooms, never for a door.
    """
    return next((found for found in _running(subscriber_id, at) if found.id != besides), None)


def _running(subscriber_id: int, at: datetime) -> list[ContractView]:
    return [found for found in _contracts_near(subscriber_id, at) if found.term.runs_at(at)]


def _chosen(
    found: list[ContractView], person_id: int | None, at: datetime, contract_id: int | None
) -> ContractView | None:
    """One of several contracts: the one named, else the one under which the person may ask, else the first."""
    if contract_id is not None:
        return next((one for one in found if one.id == contract_id), None)
    named = (one for one in found if person_id is not None and one.claim_of(person_id, at) is not None)
    return next(named, found[0] if found else None)


def contract_by_id(contract_id: int) -> ContractView:
    """One contract by its id. Raises NotFound. Not scoped: for rooms, never for a door."""
    found = contracts_rows().filter(pk=contract_id).first()
    if found is None:
        raise NotFound("contract")
    return contract_view(found)


def contract_last(subscriber_id: int, at: datetime) -> ContractView | None:
    """The contract that ended last before an instant; None when none has. Not scoped: for rooms, never for a door."""
    ended = [found for found in _contracts_near(subscriber_id, at) if found.ends_on < _day(found, at)]
    return max(ended, key=lambda found: (found.ends_on, found.id), default=None)


def contract(*, viewer: Viewer, reference: str) -> ContractView:
    """One contract by its reference. Raises NotFound outside what the viewer may read."""
    found = _contracts_of(viewer).filter(reference=reference).first()
    if found is None:
        raise NotFound("contract")
    return contract_view(found)


def contract_seen(*, viewer: Viewer, contract_id: int) -> ContractView:
    """One contract by its id. Raises NotFound outside what the viewer may read."""
    found = _contracts_of(viewer).filter(pk=contract_id).first()
    if found is None:
        raise NotFound("contract")
    return contract_view(found)


def contracts(viewer: Viewer, *, after: str | None = None, limit: int = 50) -> Page[ContractView]:
    """Contracts, the latest ending first: all for staff, the own organisations' for others."""
    limit = bounded(limit)
    rows = _contracts_of(viewer)
    mark = marks("contracts", after, 2)
    if mark is not None:
        ends, last = date.fromisoformat(cast(str, mark[0])), cast(int, mark[1])
        rows = rows.filter(Q(ends_on__lt=ends) | Q(ends_on=ends, pk__lt=last))
    found = [contract_view(row) for row in rows.order_by("-ends_on", "-pk")[: limit + 1]]
    return page("contracts", found, limit, lambda row: (row.ends_on.isoformat(), row.id))


def contracts_with(viewer: Viewer, subscriber_id: int) -> list[ContractView]:
    """The contracts of one subscriber, the latest ending first; none outside what the viewer may read."""
    if not viewer.is_staff and subscriber_id not in reach(viewer, "read_contracts"):
        return []
    return sorted(_contracts_by(subscriber_id), key=lambda row: (row.ends_on, row.id), reverse=True)


def packages_in_force(*, viewer: Viewer, subscriber_ids: Collection[int], at: datetime) -> dict[int, list[str]]:
    """Subscriber id -> keys of the packages in force at an instant, the latest ending first; absent without any."""
    found: dict[int, list[str]] = {}
    for row in _contracts_of(viewer).filter(subscriber_id__in=subscriber_ids).order_by("-ends_on", "-pk"):
        held = contract_view(row)
        if held.term.runs_at(at):
            found.setdefault(held.subscriber_id, []).append(held.package_key)
    return found


def admission_facts(
    person_id: int | None, subscriber_id: int, at: datetime, contract_id: int | None = None
) -> AdmissionFacts:
    """What `core.intake.admit` asks about a person who wants to open a case for a subscriber at an instant.

    An authorized contact is who may ask in a slot of the contract, whatever roles are recorded elsewhere.
    `contract_id`: under which of several contracts; None: as `contract_of` chooses.
    """
    near = _contracts_near(subscriber_id, at)
    running = _chosen([found for found in near if found.term.runs_at(at)], person_id, at, contract_id)
    ended = [found for found in near if found.ends_on < _day(found, at)]
    expired = None if running else _chosen(ended, None, at, contract_id)
    shown = running or expired
    if shown is None:
        nothing = Conditions(None, GOOD, (), (), ())
        return AdmissionFacts(Sender(), nothing, None, None, with_cases=False)
    known = terms()
    offered = conditions(
        known.programme(shown.package_key), shown.package, known.of(shown.package_key), at, contract=shown.term,
        standing=standing_of(shown.subscriber_id, at),
    )  # fmt: skip
    return AdmissionFacts(_sender(person_id, shown, at), offered, running, expired, offered.cases)


def _sender(person_id: int | None, contract: ContractView, at: datetime) -> Sender:
    viewer = viewer_of(person_id)
    roles = viewer.subscriber_roles.get(contract.subscriber_id, frozenset()) - {"contact"}
    claim = contract.claim_of(person_id, at) if person_id is not None and viewer.person_id is not None else None
    if claim is None:
        return Sender(roles=roles)
    training = claim.training
    return Sender(
        roles=roles | {"contact"},
        trained=None if training.on is None else training.on <= _day(contract, at),
        trained_until=_day_after(contract, training.until),
        effective_from=claim.begins,
        effective_until=claim.ends,
    )


def _day_after(contract: ContractView, day: date | None) -> datetime | None:
    """The instant at which a local day is over where the contract was made; None for no day."""
    return None if day is None else datetime.combine(day + timedelta(days=1), time(), tzinfo=zone(contract.zone))


def _day(contract: ContractView, at: datetime) -> date:
    """The local date of an instant where the contract was made."""
    return at.astimezone(zone(contract.zone)).date()


def _contracts_near(subscriber_id: int, at: datetime) -> list[ContractView]:
    """The subscriber's contracts that have begun by then (a day's slack for the zone), the latest begun first."""
    begun = at.astimezone(UTC).date() + timedelta(days=1)
    return [found for found in _contracts_by(subscriber_id) if found.starts_on <= begun]


@one_answer
def _contracts_by(subscriber_id: int) -> list[ContractView]:
    """All contracts of a subscriber, the latest begun first."""
    rows = contracts_rows().filter(subscriber_id=subscriber_id).order_by("-starts_on", "-pk")
    return [contract_view(row) for row in rows]


def _contracts_of(viewer: Viewer) -> QuerySet[Contract]:
    return (
        contracts_rows()
        if viewer.is_staff
        else contracts_rows().filter(subscriber_id__in=reach(viewer, "read_contracts"))
    )


def contracts_rows() -> QuerySet[Contract]:
    """Contracts with what `contract_view` reads of them. Not scoped: for this room alone."""
    slots = Prefetch("slots", ContactSlot.objects.order_by("number"))
    packages = "package_version__programme_version__programme"
    # The document is large and cached elsewhere: it has no place in a list of contracts.
    unread = ("document", "source")
    own = Prefetch("amendments", Amendment.objects.order_by("pk"))
    return (
        Contract.objects.select_related(packages)
        .defer(*(f"package_version__programme_version__{name}" for name in unread))
        .prefetch_related(slots, own)
    )


def contract_view(row: Contract) -> ContractView:
    """A stored contract as a plain value."""
    version = row.package_version.programme_version
    slots = (SlotView(s.number, s.person_id, s.since, s.trained_on, core_slot(s)) for s in row.slots.all())
    return ContractView(
        id=row.pk,
        reference=row.reference,
        subscriber_id=row.subscriber_id,
        programme=version.programme.code,
        version=version.version,
        package=row.package_version.code,
        region=row.region,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        zone=row.zone,
        limit=row.contact_limit,
        slots=tuple(slots),
        package_key=key_of(
            programme_by_id(version.pk), row.package_version.code, row.region, row.zone, _own_terms_id(row)
        ),
        amended=bool(row.amendments.all()),
    )


def _own_terms_id(row: Contract) -> int | None:
    """The amendment with the contract's add-ons and overrides; None when the newest one holds none."""
    newest = max((one for one in row.amendments.all() if one.data.get("terms")), key=lambda one: one.pk, default=None)
    own = newest is not None and (newest.data.get("add_ons") or newest.data.get("overrides"))
    return newest.pk if newest is not None and own else None
