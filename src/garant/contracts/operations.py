"""Loading programmes, signing contracts and naming authorized contacts. Every act is one journalled transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from garant.contracts.keys import key_of
from garant.contracts.models import (
    CalendarVersion,
    ContactSlot,
    Contract,
    PackageVersion,
    ProgrammeVersion,
)
from garant.contracts.models import Programme as ProgrammeRow
from garant.contracts.operations_calendars import edit_calendar, own_hours
from garant.contracts.operations_ledger_periods import follow_contacts, open_accounts
from garant.contracts.queries import contract_view
from garant.contracts.queries_terms import programme_by_id
from garant.contracts.views import ContractView, ProgrammeVersionView, SlotView
from garant.core.people import Actor
from garant.core.programmes import Programme, said
from garant.core.refusals import NotFound, Refusal
from garant.core.zones import zone as zone_named
from garant.directory.operations import end_role, give_role, require_role
from garant.directory.queries import subscriber_exists
from garant.journal.operations import append, database_now

__all__ = ["INCLUDED", "edit_calendar", "empty_slot", "fill_slot", "load_programme", "sign_contract"]

#: Who may load programmes, and who may sign contracts and name contacts.
OWNERS = frozenset({"manager", "programme_owner"})
SIGNERS = frozenset({"manager"})

#: As contact limit: what the package includes.
INCLUDED = -1


@transaction.atomic
def load_programme(*, document: Programme | Mapping[str, Any], source: str, by: Actor) -> ProgrammeVersionView:
    """Store a programme's version with its packages and calendars, never to change again. `source`: its text.

    The same content again writes nothing; other content under a stored version's code is refused.
    Raises ValueError for a document that is no programme.
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
        stored = ProgrammeVersion.objects.create(
            programme=row, version=programme.version, effective_from=programme.effective_from, document=plain,
            source=source, digest=digest,
        )  # fmt: skip
        _store_parts(stored, programme)
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


def _stored_calendars(programme: Programme) -> dict[str, dict[str, Any]]:
    """The calendars with hours of their own; those that follow the customer's zone stay in the document."""
    return {
        code: own_hours(programme.calendar(code))
        for code, spec in programme.calendars.items()
        if spec.plain is not None
    }


def included_contacts(programme: Programme, package: str, region: str) -> int | None:
    """The authorized contacts that a package includes in a region; None: without limit.

    0 where the number depends on what was bought (bands, packs): the contract says it.
    """
    for allotment in programme.allotments(package, region):
        if allotment.ledger == "contacts":
            if allotment.amount is not None:
                return int(allotment.amount)
            return 0 if allotment.bands or allotment.per_pack is not None else None
    return None


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
) -> ContractView:
    """Sign a contract for a term of local dates (both inclusive, read in `zone`); it pins the package's version.

    `version` None: the one in force on the first day. `contact_limit`: INCLUDED, a number, or None without limit.
    Refuses unknown packages, regions and zones, dates the wrong way round and a taken reference.
    """
    require_role(by, SIGNERS)
    _check_term(starts_on, ends_on, zone, reference)
    if not subscriber_exists(subscriber_id):
        raise NotFound("subscriber")
    pinned = _pinned(programme, version, package, starts_on)
    document = programme_by_id(pinned.programme_version_id)
    _check_region(document, package, region)
    limit = included_contacts(document, package, region) if contact_limit == INCLUDED else contact_limit
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
    }  # fmt: skip
    _note(by, row, "contract_signed", data)
    open_accounts(by=by, contract_id=row.pk)
    return contract_view(row)


def _check_term(starts_on: date, ends_on: date, zone: str, reference: str) -> None:
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


@transaction.atomic
def fill_slot(
    *,
    by: Actor,
    contract_id: int,
    person_id: int,
    trained_on: date | None,
    number: int | None = None,
    since: datetime | None = None,
) -> SlotView:
    """Name a person as authorized contact in a slot (`number` None: the first free one); they get the role contact.

    `trained_on` None: no training is recorded. `since`: from when they may open cases (None: now). Refuses when the
    contract's slots are full, the slot is taken, or the person fills another one.
    """
    require_role(by, SIGNERS)
    contract = _locked_contract(contract_id)
    now = database_now()
    if trained_on is not None and trained_on > now.astimezone(zone_named(contract.zone)).date():
        raise Refusal("training_in_future", "training_is_recorded_after", "check_dates", {"trained_on": trained_on})
    slots = {slot.number: slot for slot in ContactSlot.objects.filter(contract=contract)}
    if any(slot.person_id == person_id for slot in slots.values()):
        raise Refusal("contact_already_named", "one_slot_per_contact", "keep_existing_slot", {})
    chosen = _free_number(contract, slots) if number is None else number
    _check_free(contract, slots, chosen)
    slot = slots.get(chosen) or ContactSlot(contract=contract, subscriber_id=contract.subscriber_id, number=chosen)
    slot.person_id, slot.since, slot.trained_on = person_id, since or now, trained_on
    give_role(by=by, person_id=person_id, role="contact", subscriber_id=contract.subscriber_id)
    slot.save()
    trained = trained_on.isoformat() if trained_on else None
    data = {"slot": chosen, "person": person_id, "trained_on": trained, "since": slot.since.isoformat()}
    _note(by, contract, "contact_named", data)
    follow_contacts(by=by, contract_id=contract.pk)
    return SlotView(chosen, person_id, slot.since, trained_on)


def _free_number(contract: Contract, slots: Mapping[int, ContactSlot]) -> int:
    taken = {number for number, slot in slots.items() if slot.person_id is not None}
    return next(number for number in range(1, len(taken) + 2) if number not in taken)


def _check_free(contract: Contract, slots: Mapping[int, ContactSlot], number: int) -> None:
    """Nicer words for what the database refuses anyway."""
    limit = contract.contact_limit
    if number < 1 or (limit is not None and number > limit):
        raise Refusal("contact_limit_reached", "contacts_up_to_allotment", "replace_contact", {"limit": limit})
    taken = slots.get(number)
    if taken is not None and taken.person_id is not None:
        raise Refusal("slot_taken", "one_contact_per_slot", "replace_contact", {"slot": number})


@transaction.atomic
def empty_slot(*, by: Actor, contract_id: int, person_id: int | None = None, number: int | None = None) -> bool:
    """Take a contact out of their slot, named by person or by number; False when there is none.

    They lose the role contact unless they fill a slot of another contract of the subscriber.
    """
    require_role(by, SIGNERS)
    contract = _locked_contract(contract_id)
    filled = ContactSlot.objects.filter(contract=contract, person__isnull=False)
    wanted = [slot for slot in filled if (slot.number == number if number is not None else slot.person_id == person_id)]
    slot = wanted[0] if wanted else None
    if slot is None or slot.person_id is None:
        return False
    leaving = slot.person_id
    slot.person, slot.since, slot.trained_on = None, None, None
    slot.save()
    if not ContactSlot.objects.filter(subscriber_id=contract.subscriber_id, person_id=leaving).exists():
        end_role(by=by, person_id=leaving, role="contact", subscriber_id=contract.subscriber_id)
    _note(by, contract, "contact_removed", {"slot": slot.number, "person": leaving})
    follow_contacts(by=by, contract_id=contract.pk)
    return True


def _locked_contract(contract_id: int) -> Contract:
    found = Contract.objects.select_for_update().filter(pk=contract_id).first()
    if found is None:
        raise NotFound("contract")
    return found


def _note(by: Actor, contract: Contract, kind: str, data: dict[str, Any]) -> None:
    append(
        subject=("contract", contract.pk), kind=kind, data=data, by=by, at=database_now(),
        subscriber_id=contract.subscriber_id,
    )  # fmt: skip
