"""Contact slots as rows: holding a contract, reading a slot, and writing one with its role, ledger and journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from garant.contracts.decided import change_entitlement
from garant.contracts.models import ContactSlot, Contract, Invitation
from garant.contracts.operations_ledger_periods import follow_contacts
from garant.contracts.queries_terms import programme_by_id
from garant.contracts.slot_rows import core_slot
from garant.core.people import Actor
from garant.core.programmes import Programme
from garant.core.refusals import NotFound, Refusal
from garant.core.slots import Slot, Training
from garant.core.zones import zone
from garant.directory.membership import put_role, take_back, take_role
from garant.directory.queries import people_with, viewer_of
from garant.journal.operations import append, database_now


@dataclass(frozen=True, slots=True)
class Held:
    """A contract whose slots nobody else changes until the transaction ends, and the instant since then."""

    contract: Contract
    now: datetime
    slots: Mapping[int, ContactSlot]

    @property
    def programme(self) -> Programme:
        """The programme version that the contract pins."""
        return programme_by_id(self.contract.package_version.programme_version_id)

    @property
    def today(self) -> date:
        """The local day where the contract was made."""
        return self.now.astimezone(zone(self.contract.zone)).date()

    def slot_of(self, person_id: int) -> ContactSlot | None:
        """The slot in which a person is the holder or the second person; None without one."""
        return next((s for s in self.slots.values() if person_id in (s.person_id, s.other_id)), None)


def hold(contract_id: int) -> Held:
    """Have a contract's slots alone. Order of locks: the subscriber's entitlement, the contract. Raises NotFound."""
    owner = Contract.objects.filter(pk=contract_id).values_list("subscriber_id", flat=True).first()
    if owner is None:
        raise NotFound("contract")
    change_entitlement(owner)
    rows = Contract.objects.select_for_update(of=("self",)).select_related("package_version")
    contract = rows.get(pk=contract_id)
    slots = {slot.number: slot for slot in ContactSlot.objects.filter(contract=contract)}
    return Held(contract, database_now(), slots)


def store(row: ContactSlot, slot: Slot, now: datetime) -> None:
    """Write a slot's new state into its row."""
    row.person_id, row.since = slot.person, slot.since
    row.trained_on, row.trained_until = slot.training.on, slot.training.until
    row.other_id, row.counts_from = slot.other, slot.counts_from
    row.other_trained_on, row.other_trained_until = slot.other_training.on, slot.other_training.until
    row.emergency, row.other_until = slot.emergency, slot.other_until
    row.settles_at = slot.settles_at(now)
    row.save()


def written(by: Actor, held: Held, kind: str, data: dict[str, Any], *, settle: bool = True) -> None:
    """The end of every act on slots: who may ask now holds the role, the ledger follows, the journal says so."""
    note(by, held.contract, kind, data, held.now)
    if settle:
        settle_roles(by, held.contract.subscriber_id, held.now)
        follow_contacts(by=by, contract_id=held.contract.pk)


def settle_roles(by: Actor, subscriber_id: int, at: datetime) -> None:
    """Give the role contact to those who may ask for a subscriber now, and take it from those who may later or who
    are stood in for: there are never more people with the role than places."""
    rows = ContactSlot.objects.filter(subscriber_id=subscriber_id).filter(Q(person__isnull=False))
    asking, claiming = set[int](), set[int]()
    for row in rows:
        slot = core_slot(row)
        claiming |= {one.person for one in slot.holders()}
        holder = slot.holder_at(at)
        if holder is not None:
            asking.add(holder.person)
    have = people_with("contact", subscriber_id)
    for person_id in sorted(asking - have):
        put_role(by=by, person_id=person_id, role="contact", subscriber_id=subscriber_id)
        take_back(by=by, person_id=person_id, subscriber_id=subscriber_id)
    for person_id in sorted((claiming - asking) & have):
        # Whoever is away goes on reading: their own cases don't vanish while somebody else may ask.
        put_role(by=by, person_id=person_id, role="viewer", subscriber_id=subscriber_id, while_absent=True)
        take_role(by=by, person_id=person_id, role="contact", subscriber_id=subscriber_id)


def leave(by: Actor, held: Held, person_id: int) -> None:
    """Take the role contact from somebody who has lost their last claim on a slot of the subscriber."""
    subscriber_id = held.contract.subscriber_id
    mine = ContactSlot.objects.filter(Q(person_id=person_id) | Q(other_id=person_id), subscriber_id=subscriber_id)
    if not mine.exists():
        take_back(by=by, person_id=person_id, subscriber_id=subscriber_id)
        take_role(by=by, person_id=person_id, role="contact", subscriber_id=subscriber_id)


def note(by: Actor, contract: Contract, kind: str, data: dict[str, Any], at: datetime) -> None:
    """Write a fact about a contract down."""
    append(subject=("contract", contract.pk), kind=kind, data=data, by=by, at=at, subscriber_id=contract.subscriber_id)


def free_number(held: Held) -> int:
    """The first number that is neither filled nor reserved; it may lie beyond the limit."""
    taken = {number for number, slot in held.slots.items() if slot.person_id is not None} | reserved(held)
    return next(number for number in range(1, len(taken) + 2) if number not in taken)


def reserved(held: Held) -> set[int]:
    """The free slots that an open invitation reserves."""
    return set(open_invitations(held).filter(slot__isnull=False).values_list("slot__number", flat=True))


def open_invitations(held: Held) -> Any:
    """Invitations of the contract that can still be accepted."""
    return Invitation.objects.filter(contract=held.contract, accepted_at=None, revoked_at=None, expires_at__gt=held.now)


def check_free(held: Held, number: int, *, besides: int | None = None) -> None:
    """Nicer words for what the database refuses anyway. `besides`: an invitation that may have reserved the slot."""
    limit = held.contract.contact_limit
    if number < 1 or (limit is not None and number > limit):
        raise Refusal("contact_limit_reached", "contacts_up_to_allotment", "replace_contact", {"limit": limit})
    taken = held.slots.get(number)
    if taken is not None and taken.person_id is not None:
        raise Refusal("slot_taken", "one_contact_per_slot", "replace_contact", {"slot": number})
    others = open_invitations(held).exclude(pk=besides).filter(slot__number=number)
    if others.exists():
        raise Refusal("slot_reserved", "invitations_reserve_slots", "revoke_invitation", {"slot": number})


def check_new(held: Held, person_id: int) -> None:
    """Nobody has a claim on two slots of a contract."""
    if held.slot_of(person_id) is not None:
        raise Refusal("contact_already_named", "one_slot_per_contact", "keep_existing_slot", {})


def check_colleague(by: Actor, held: Held, person_id: int) -> None:
    """A subscriber's administrator names colleagues; everybody else is invited, so that they agree themselves."""
    viewer = viewer_of(by.id) if by.kind != "system" else None
    if viewer is None or viewer.is_staff:
        return
    if not viewer_of(person_id).subscriber_roles.get(held.contract.subscriber_id):
        raise Refusal("not_a_colleague", "colleagues_are_invited", "invite_first")


def known_training(held: Held, person_id: int) -> Training:
    """The training that is recorded for a person in another slot of the subscriber: the newest that still counts."""
    rows = ContactSlot.objects.filter(subscriber_id=held.contract.subscriber_id)
    found = [Training(r.trained_on, r.trained_until) for r in rows.filter(person_id=person_id)]
    found += [Training(r.other_trained_on, r.other_trained_until) for r in rows.filter(other_id=person_id)]
    valid = [one for one in found if one.counts_on(held.today)]
    return max(valid, key=lambda one: one.on or date.min, default=Training())


def training(held: Held, on: date | None, until: date | None) -> Training:
    """A training as it is recorded: held before today, and lapsing when the programme says so.

    `until` None: as long as the programme lets a training count.
    """
    if on is None:
        return Training()
    if on > held.today:
        raise Refusal("training_in_future", "training_is_recorded_after", "check_dates", {"trained_on": on})
    valid = held.programme.contacts.training_valid_days
    last = until if until is not None or valid is None else on + timedelta(days=valid)
    if last is not None and last < on:
        raise Refusal("training_ends_before", "training_is_recorded_after", "check_dates", {"trained_on": on})
    return Training(on, last)


def training_data(found: Training) -> dict[str, str | None]:
    """A training as the journal carries it."""
    return {
        "trained_on": found.on.isoformat() if found.on else None,
        "trained_until": found.until.isoformat() if found.until else None,
    }
