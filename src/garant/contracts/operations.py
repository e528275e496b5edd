"""Loading programmes, signing contracts and naming authorized contacts. Every act is one journalled transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from garant.contracts.keys import key_of
from garant.contracts.models import (
    CalendarVersion,
    Contract,
    PackageVersion,
    ProgrammeVersion,
)
from garant.contracts.models import Programme as ProgrammeRow
from garant.contracts.operations_calendars import edit_calendar, own_hours
from garant.contracts.operations_contacts import empty_slot, fill_slot
from garant.contracts.operations_ledger_periods import open_accounts
from garant.contracts.packages import check_contacts, check_days, contacts_for, included_contacts
from garant.contracts.queries import contract_view, programme_document
from garant.contracts.queries_terms import programme_by_id
from garant.contracts.views import ContractView, ProgrammeVersionView
from garant.core.people import Actor
from garant.core.programmes import Programme, said
from garant.core.refusals import NotFound, Refusal
from garant.core.rights import staff_for
from garant.core.zones import zone as zone_named
from garant.directory.operations import require, require_role
from garant.directory.queries import subscriber_exists
from garant.journal.operations import append, database_now

__all__ = ["INCLUDED", "edit_calendar", "empty_slot", "fill_slot", "load_programme", "sign_contract"]

#: Who may load programmes.
OWNERS = staff_for("load_programme")

#: As contact limit: what the package includes.
INCLUDED = -1


@transaction.atomic
def load_programme(*, document: Programme | Mapping[str, Any], source: str, by: Actor) -> ProgrammeVersionView:
    """Store a programme's version with its packages and calendars, never to change again. `source`: its text.

    The same content again writes nothing; other content under a stored version's code is refused.
    Raises ValueError for a document that is no programme. A calendar with the hours that the version in force was
    stored with takes over its later edits: what the desk changed since is not lost with a new version.
    """
    require_role(by, OWNERS)
    programme = document if isinstance(document, Programme) else Programme.from_plain(document)
    plain = programme.to_plain()
    digest = hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
    row = _locked_programme(programme)
    stored = ProgrammeVersion.objects.filter(programme=row, version=programme.version).first()
    if stored is not None and stored.digest != digest:
        values = {"programme": programme.code, "version": programme.version}
        raise Refusal("programme_version_taken", "versions_never_change", "raise_version", values)
    new = stored is None
    if stored is None:
        before = _in_force(row)
        stored = ProgrammeVersion.objects.create(
            programme=row, version=programme.version, effective_from=programme.effective_from, document=plain,
            source=source, digest=digest,
        )  # fmt: skip
        _store_parts(stored, programme)
        _take_over_edits(stored, before)
        data = {"programme": programme.code, "version": programme.version, "digest": digest}
        append(
            subject=("programme", row.pk), kind="programme_version_loaded", data=data, by=by, at=database_now(),
            subscriber_id=None,
        )  # fmt: skip
    codes = tuple(package.code for package in programme.all_packages)
    return ProgrammeVersionView(stored.pk, programme.code, stored.version, stored.effective_from, codes, new)


def _locked_programme(programme: Programme) -> ProgrammeRow:
    """The programme's row, held until the transaction ends: two loads of one programme come one after the other."""
    name = said(programme.name, "en")[:200]
    ProgrammeRow.objects.bulk_create([ProgrammeRow(code=programme.code, name=name)], ignore_conflicts=True)
    return ProgrammeRow.objects.select_for_update().get(code=programme.code)


def _store_parts(version: ProgrammeVersion, programme: Programme) -> None:
    PackageVersion.objects.bulk_create(
        PackageVersion(
            programme_version=version,
            code=package.code,
            contacts=included_contacts(programme, package.code, package.region or "default"),
        )
        for package in programme.all_packages
    )
    CalendarVersion.objects.bulk_create(
        CalendarVersion(programme_version=version, code=code, version=1, plain=plain)
        for code, plain in _stored_calendars(programme).items()
    )


def _in_force(programme: ProgrammeRow) -> ProgrammeVersion | None:
    """The version whose calendars an edit would start from; None before the first one."""
    if not ProgrammeVersion.objects.filter(programme=programme).exists():
        return None
    code = programme_document(programme.code, database_now()).version
    return ProgrammeVersion.objects.get(programme=programme, version=code)


def _take_over_edits(version: ProgrammeVersion, before: ProgrammeVersion | None) -> None:
    if before is None:
        return
    known = {row.code: row.plain for row in CalendarVersion.objects.filter(programme_version=before, version=1)}
    same = {
        row.code
        for row in CalendarVersion.objects.filter(programme_version=version, version=1)
        if known.get(row.code) == row.plain
    }
    edits = CalendarVersion.objects.filter(programme_version=before, code__in=same, version__gt=1)
    CalendarVersion.objects.bulk_create(
        CalendarVersion(
            programme_version=version, code=row.code, version=row.version, effective_from=row.effective_from,
            known_from=row.known_from, plain=row.plain, reason=row.reason,
        )
        for row in edits.order_by("code", "version")
    )  # fmt: skip


def _stored_calendars(programme: Programme) -> dict[str, dict[str, Any]]:
    """The calendars with hours of their own; those that follow the customer's zone stay in the document."""
    return {
        code: own_hours(programme.calendar(code))
        for code, spec in programme.calendars.items()
        if spec.plain is not None
    }


@transaction.atomic
def sign_contract(
    *,
    by: Actor,
    subscriber_id: int,
    package: str,
    programme: str,
    region: str = "default",
    starts_on: date,
    ends_on: date,
    zone: str,
    reference: str,
    version: str | None = None,
    contact_limit: int | None = INCLUDED,
    measures: Mapping[str, Decimal] | None = None,
) -> ContractView:
    """Sign a contract for a term of local dates (both inclusive, read in `zone`); it pins the package's version.

    `version` None: the one in force on the first day. `contact_limit`: INCLUDED, a number, or None without limit.
    `measures`: what was bought, where the number of contacts depends on it (subscriptions, products, packs).
    Refuses unknown packages, regions and zones, dates the wrong way round, a taken reference, and a missing measure.
    """
    require(by, "sign_contract")
    _check_term(starts_on, ends_on, zone, reference)
    if not subscriber_exists(subscriber_id):
        raise NotFound("subscriber")
    pinned = _pinned(programme, version, package, starts_on)
    document = programme_by_id(pinned.programme_version_id)
    _check_region(document, package, region)
    limit = contacts_for(document, package, region, measures) if contact_limit == INCLUDED else contact_limit
    check_contacts(limit)
    values = {"package_version": pinned, "region": region, "starts_on": starts_on, "ends_on": ends_on, "zone": zone}
    try:
        with transaction.atomic():
            row = Contract.objects.create(
                reference=reference, subscriber_id=subscriber_id, contact_limit=limit, **values
            )
    except IntegrityError:
        raise Refusal("reference_taken", "one_contract_per_reference", "choose_reference", {"reference": reference})
    data = {
        "package": key_of(document, package, region, zone), "starts_on": starts_on.isoformat(),
        "ends_on": ends_on.isoformat(), "zone": zone, "contacts": limit,
        "measures": {name: str(amount) for name, amount in (measures or {}).items()},
    }  # fmt: skip
    _note(by, row, "contract_signed", data)
    open_accounts(by=by, contract_id=row.pk)
    return contract_view(row)


def _check_term(starts_on: date, ends_on: date, zone: str, reference: str) -> None:
    check_days(starts_on, ends_on)
    if ends_on < starts_on:
        values = {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}
        raise Refusal("term_backwards", "a_term_has_days", "check_dates", values)
    if not 1 <= len(reference.strip()) <= 60 or not reference.isprintable():
        raise Refusal("reference_missing_or_long", "one_contract_per_reference", "choose_reference", {"longest": 60})
    try:
        zone_named(zone)
    except ValueError:
        raise Refusal("zone_unknown", "zones_are_iana_names", "choose_zone", {"zone": zone}) from None


def _pinned(programme: str, version: str | None, package: str, day: date) -> PackageVersion:
    """The package version to pin: of the named programme version, or of the one in force on a day."""
    rows = PackageVersion.objects.filter(programme_version__programme__code=programme, code=package)
    rows = rows.select_related("programme_version__programme")
    if version is not None:
        rows = rows.filter(programme_version__version=version)
    found = sorted(rows, key=lambda row: (row.programme_version.effective_from, row.pk))
    in_force = [row for row in found if row.programme_version.effective_from <= day]
    if not found:
        values = {"programme": programme, "version": version, "package": package}
        raise Refusal("package_unknown", "contracts_pin_a_package", "load_programme_first", values)
    return (in_force or found[:1])[-1]


def _check_region(programme: Programme, package: str, region: str) -> None:
    only = programme.package(package).region
    if region not in programme.regions or (only is not None and only != region):
        offered = [only] if only else list(programme.regions)
        raise Refusal("package_not_in_region", "packages_by_region", "choose_region", {"offered": offered})


def _note(by: Actor, contract: Contract, kind: str, data: dict[str, Any]) -> None:
    append(
        subject=("contract", contract.pk), kind=kind, data=data, by=by, at=database_now(),
        subscriber_id=contract.subscriber_id,
    )  # fmt: skip
