"""Naming, replacing and removing authorized contacts, standing in for them, and recording their training.

Who is trained is for the vendor to say: a subscriber's administrator names people, never their training.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from garant.contracts.keys import key_of
from garant.contracts.models import ContactSlot
from garant.contracts.notices_contacts import tell
from garant.contracts.queries_terms import terms
from garant.contracts.slot_rows import core_slot
from garant.contracts.slots import (
    Held,
    check_colleague,
    check_free,
    check_new,
    free_number,
    hold,
    known_training,
    leave,
    settle_roles,
    store,
    training,
    training_data,
    written,
)
from garant.contracts.views import SlotView
from garant.core.people import SYSTEM, Actor
from garant.core.programmes.entrance import takes_effect
from garant.core.refusals import Refusal
from garant.core.slots import Slot, Training
from garant.directory.operations import require
from garant.journal.operations import database_now
from garant.kit.each import each_alone

__all__ = [
    "empty_slot",
    "end_stand_in",
    "fill_slot",
    "name_colleague",
    "record_training",
    "replace_contact",
    "settle_contacts",
    "stand_in",
]

#: Slots looked at in one sweep at most; the next sweep takes the rest.
BATCH = 500


@transaction.atomic
def fill_slot(
    *,
    by: Actor,
    contract_id: int,
    person_id: int,
    trained_on: date | None,
    number: int | None = None,
    since: datetime | None = None,
    trained_until: date | None = None,
) -> SlotView:
    """Name a person as authorized contact in a slot (`number` None: the first free one); they get the role contact.

    For the vendor, as part of signing a contract. `trained_on` None: no training is recorded; `trained_until` None: as
    long as the programme says. `since`: from when they may open cases (None: now). Refuses when the contract's slots
    are full, the slot is taken or reserved, or the person fills another one.
    """
    require(by, "sign_contract")
    held = hold(contract_id)
    found = training(held, trained_on, trained_until)
    return fill(by, held, person_id, found, number, since=since)


@transaction.atomic
def name_colleague(*, by: Actor, contract_id: int, person_id: int, number: int | None = None) -> SlotView:
    """Name one of the subscriber's people as authorized contact in a free slot.

    A training recorded for them in another slot counts here too; otherwise the vendor records it.
    """
    held = hold(contract_id)
    require(by, "invite_contact", held.contract.subscriber_id)
    check_colleague(by, held, person_id)
    view = fill(by, held, person_id, known_training(held, person_id), number)
    tell(held, "contact_named", person_id, {})
    return view


def fill(
    by: Actor,
    held: Held,
    person_id: int,
    found: Training,
    number: int | None,
    *,
    since: datetime | None = None,
    invitation: int | None = None,
) -> SlotView:
    """Put a person into a free slot of a held contract. Refuses a full contract and a taken slot."""
    check_new(held, person_id)
    chosen = free_number(held) if number is None else number
    check_free(held, chosen, besides=invitation)
    row = held.slots.get(chosen) or ContactSlot(
        contract=held.contract, subscriber_id=held.contract.subscriber_id, number=chosen
    )
    begins = since or held.now
    store(row, Slot(chosen, person_id, begins, found), held.now)
    data = {"slot": chosen, "person": person_id, "since": begins.isoformat(), **training_data(found)}
    written(by, held, "contact_named", data)
    return SlotView(chosen, person_id, begins, found.on)


@transaction.atomic
def replace_contact(*, by: Actor, contract_id: int, leaving_id: int, person_id: int) -> datetime | None:
    """Let one of the subscriber's people take over a contact's slot; from when they may open cases (None: now).

    Where the programme has a lead time, the present contact stays until then and the successor waits: there are never
    more contacts than places.
    """
    held = hold(contract_id)
    require(by, "replace_contact", held.contract.subscriber_id)
    check_colleague(by, held, person_id)
    return succeed(by, held, leaving_id, person_id, known_training(held, person_id))


def succeed(by: Actor, held: Held, leaving_id: int, person_id: int, found: Training) -> datetime | None:
    """Replace a holder in a held contract, at once or after the programme's lead time."""
    row = _holder(held, leaving_id)
    check_new(held, person_id)
    begins = _after_lead(held, emergency=False)
    old = core_slot(row)
    data = {
        "slot": row.number, "person": person_id, "leaving": leaving_id,
        "counts_from": begins.isoformat() if begins else None, **training_data(found),
    }  # fmt: skip
    if begins is None:
        store(row, Slot(row.number, person_id, held.now, found), held.now)
        leave(by, held, leaving_id)
    else:
        store(row, replace(old, other=person_id, other_training=found, counts_from=begins), held.now)
    written(by, held, "contact_replaced", data)
    told = {"from": begins.isoformat() if begins else held.now.isoformat()}
    tell(held, "contact_named", person_id, told)
    tell(held, "contact_removed", leaving_id, told)
    return begins


@transaction.atomic
def stand_in(
    *, by: Actor, contract_id: int, absent_id: int, person_id: int, until: datetime | None = None
) -> datetime | None:
    """Let one of the subscriber's people ask in the place of an absent contact; from when they may (None: now).

    It ends at `until`, or when somebody ends it; then the contact has the place back. The programme says whether an
    emergency has a lead time of its own.
    """
    held = hold(contract_id)
    require(by, "stand_in_for_contact", held.contract.subscriber_id)
    check_colleague(by, held, person_id)
    return substitute(by, held, absent_id, person_id, known_training(held, person_id), until)


def substitute(
    by: Actor, held: Held, absent_id: int, person_id: int, found: Training, until: datetime | None
) -> datetime | None:
    """Let somebody stand in for a holder of a held contract."""
    row = _holder(held, absent_id)
    check_new(held, person_id)
    begins = _after_lead(held, emergency=True)
    if until is not None and until <= (begins or held.now):
        raise Refusal("return_in_past", "standing_in_has_an_end", "check_dates", {"until": until.isoformat()})
    slot = replace(
        core_slot(row), other=person_id, other_training=found, counts_from=begins or held.now, emergency=True,
        other_until=until,
    )  # fmt: skip
    store(row, slot, held.now)
    data = {
        "slot": row.number, "person": person_id, "absent": absent_id,
        "counts_from": (begins or held.now).isoformat(), "until": until.isoformat() if until else None,
        **training_data(found),
    }  # fmt: skip
    written(by, held, "stand_in_named", data)
    tell(held, "stand_in_named", person_id, {"from": data["counts_from"], "until": data["until"]})
    return begins


@transaction.atomic
def end_stand_in(*, by: Actor, contract_id: int, number: int) -> bool:
    """The absent contact is back: their place is theirs again, at once. False when nobody stands in."""
    held = hold(contract_id)
    require(by, "stand_in_for_contact", held.contract.subscriber_id)
    row = held.slots.get(number)
    if row is None or not row.emergency:
        return False
    _returned(by, held, row)
    return True


@transaction.atomic
def empty_slot(*, by: Actor, contract_id: int, person_id: int | None = None, number: int | None = None) -> bool:
    """Take a contact out of their slot, named by person or by number; False when there is none.

    They lose the role contact, and with it every session if it was their last role there, unless they fill a slot of
    another contract of the subscriber. Who stood in for them or was to follow them goes too.
    """
    held = hold(contract_id)
    require(by, "remove_contact", held.contract.subscriber_id)
    filled = [slot for slot in held.slots.values() if slot.person_id is not None]
    wanted = [slot for slot in filled if (slot.number == number if number is not None else slot.person_id == person_id)]
    row = wanted[0] if wanted else None
    if row is None or row.person_id is None:
        return False
    leaving, other = row.person_id, row.other_id
    store(row, Slot(row.number), held.now)
    for gone in [leaving, *([other] if other else [])]:
        leave(by, held, gone)
    written(by, held, "contact_removed", {"slot": row.number, "person": leaving})
    tell(held, "contact_removed", leaving, {"from": held.now.isoformat()})
    return True


@transaction.atomic
def record_training(
    *, by: Actor, contract_id: int, person_id: int, trained_on: date, trained_until: date | None = None
) -> Training:
    """Record that a contact, successor or stand-in was trained; the training as it counts from now.

    `trained_until`: the last day it counts (None: as long as the programme says). Raises NotFound for somebody without
    a slot as a refusal.
    """
    held = hold(contract_id)
    require(by, "record_training", held.contract.subscriber_id)
    row = held.slot_of(person_id)
    if row is None:
        raise Refusal("not_a_contact", "training_of_contacts", "name_contact_first")
    found = training(held, trained_on, trained_until)
    slot = core_slot(row)
    changed = replace(slot, other_training=found) if slot.other == person_id else replace(slot, training=found)
    store(row, changed, held.now)
    data = {"slot": row.number, "person": person_id, **training_data(found)}
    written(by, held, "training_recorded", data, settle=False)
    return found


def settle_contacts(limit: int = BATCH) -> int:
    """Let successors take over and absent contacts return whose instant has come; how many slots were settled.

    Admission reads the instants themselves, so a late sweep lets nobody in or out by mistake: this moves the roles.
    """
    due = ContactSlot.objects.filter(settles_at__lte=database_now()).order_by("settles_at", "pk")
    found = list(due.values_list("pk", "contract_id")[:limit])
    return each_alone("settling a contact", found, lambda row: _settle(*row))


@transaction.atomic
def _settle(slot_id: int, contract_id: int) -> int:
    held = hold(contract_id)
    row = next((slot for slot in held.slots.values() if slot.pk == slot_id), None)
    if row is None or row.settles_at is None or row.settles_at > held.now:
        return 0
    if row.other_id is None:
        store(row, core_slot(row), held.now)
        settle_roles(SYSTEM, held.contract.subscriber_id, held.now)
    elif row.emergency and row.other_until is not None and row.other_until <= held.now:
        _returned(SYSTEM, held, row)
    elif row.emergency:
        store(row, core_slot(row), held.now)
        data = {"slot": row.number, "person": row.other_id}
        written(SYSTEM, held, "stand_in_began", data)
    else:
        _took_effect(held, row)
    return 1


def _took_effect(held: Held, row: ContactSlot) -> None:
    slot = core_slot(row)
    leaving = slot.person
    store(row, Slot(row.number, slot.other, slot.counts_from, slot.other_training), held.now)
    if leaving is not None:
        leave(SYSTEM, held, leaving)
    written(SYSTEM, held, "contact_took_effect", {"slot": row.number, "person": slot.other, "leaving": leaving})


def _returned(by: Actor, held: Held, row: ContactSlot) -> None:
    slot = core_slot(row)
    other = slot.other
    store(row, Slot(row.number, slot.person, slot.since, slot.training), held.now)
    if other is not None:
        leave(by, held, other)
    written(by, held, "stand_in_ended", {"slot": row.number, "person": other, "absent": slot.person})
    if slot.person is not None:
        tell(held, "stand_in_ended", slot.person, {})


def _holder(held: Held, person_id: int) -> ContactSlot:
    """The slot that somebody holds, with nobody else waiting for it. Refuses otherwise."""
    row = next((slot for slot in held.slots.values() if slot.person_id == person_id), None)
    if row is None:
        raise Refusal("not_a_contact", "contacts_hold_slots", "choose_contact")
    if row.other_id is not None:
        raise Refusal("slot_changing", "one_change_at_a_time", "end_other_change", {"slot": row.number})
    return row


def _after_lead(held: Held, *, emergency: bool) -> datetime | None:
    """The instant at which a replacement made now takes effect; None: at once."""
    contract = held.contract
    key = key_of(held.programme, contract.package_version.code, contract.region, contract.zone)
    begins = takes_effect(terms().of(key), held.now, emergency=emergency)
    return begins if begins > held.now else None
