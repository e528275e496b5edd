"""Reading contacts: a contract's places, its invitations, an invitation by its link, and what the journal gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from garant.contracts import queries
from garant.contracts.models import ContactSlot, Contract, Invitation
from garant.contracts.notices_contacts import hash_of, organisation
from garant.contracts.queries_terms import terms
from garant.contracts.slot_rows import core_slot
from garant.contracts.views import ContractView
from garant.contracts.views_contacts import ContactPlace, ContactsView, InvitationRow, Offer
from garant.core import rights
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.core.slots import SLOT_KINDS, Slot, fold
from garant.core.zones import zone
from garant.directory.membership import has_password
from garant.directory.queries import names, people_by_id, people_of, person_by_email
from garant.directory.views import PersonRow
from garant.journal import queries as journal
from garant.journal.operations import database_now
from garant.journal.queries_replay import entries_by_subject
from garant.kit.reach import desk_wide

__all__ = ["SlotDifference", "contacts", "invitation_row", "offer", "slot_differences", "state_of"]

#: Contracts compared at a time.
BATCH = 500
#: Acts on contacts that a page offers to whom the table of rights allows them.
ACTS = (
    "invite_contact", "replace_contact", "stand_in_for_contact", "remove_contact", "record_training",
    "give_member_role",
)  # fmt: skip
#: Kinds of a contract's journal that the contacts page tells.
TOLD = (*SLOT_KINDS, "stand_in_began", "contact_invited", "invitation_accepted", "invitation_revoked",
        "invitation_expired")  # fmt: skip


def contacts(viewer: Viewer, contract_id: int) -> ContactsView:
    """The contacts of a contract with its invitations, colleagues and history. Raises NotFound outside one's reach."""
    contract = queries.contract_seen(viewer=viewer, contract_id=contract_id)
    if not rights.may(viewer, "read_contacts", contract.subscriber_id):
        raise NotFound("contract")
    now = database_now()
    invitations = _invitations(contract.id, now)
    rule = terms().programme(contract.package_key).contacts
    told = [e for e in journal.history(viewer=viewer, subject=("contract", contract.id)) if e.kind in TOLD]
    return ContactsView(
        contract=contract,
        places=_places(contract, invitations, now),
        invitations=tuple(one for one in invitations if one.slot is None),
        colleagues=tuple(people_of(viewer, contract.subscriber_id)),
        history=tuple(reversed(told)),
        untrained=rule.untrained,
        lead=rule.replace_lead_time is not None,
        may=frozenset(act for act in ACTS if rights.may(viewer, act, contract.subscriber_id)),
    )


def _places(contract: ContractView, invitations: list[InvitationRow], now: datetime) -> tuple[ContactPlace, ...]:
    """The places in order: up to the limit, or the used ones and one more where there is none."""
    rows = {slot.number: slot.law for slot in contract.slots if slot.law is not None}
    waiting = {one.slot: one for one in invitations if one.slot is not None}
    ids = {who for slot in rows.values() for who in (slot.person, slot.other) if who is not None}
    people = people_by_id(ids)
    used = {number for number, slot in rows.items() if slot.person is not None} | set(waiting)
    last = contract.limit if contract.limit is not None else max(used, default=0) + 1
    numbers = sorted(used | set(range(1, last + 1)))
    return tuple(_place(contract, rows.get(n, Slot(n)), people, waiting.get(n), now) for n in numbers)


def _place(
    contract: ContractView, slot: Slot, people: Mapping[int, PersonRow], waiting: InvitationRow | None, now: datetime
) -> ContactPlace:
    asks = slot.holder_at(now)
    today = now.astimezone(zone(contract.zone)).date()
    if slot.person is None:
        state = "reserved" if waiting else "free"
    elif slot.other is None:
        state = "filled"
    else:
        state = "stand_in" if slot.emergency else "handover"
    return ContactPlace(
        number=slot.number,
        state=state,
        person=people.get(slot.person or 0),
        since=slot.since,
        trained_on=slot.training.on,
        trained_until=slot.training.until,
        other=people.get(slot.other or 0),
        other_trained_on=slot.other_training.on,
        other_trained_until=slot.other_training.until,
        counts_from=slot.counts_from,
        other_until=slot.other_until,
        asks=asks.person if asks else None,
        trained=asks is not None and asks.training.counts_on(today),
        invitation=waiting,
    )


def _invitations(contract_id: int, now: datetime) -> list[InvitationRow]:
    """The open invitations of a contract, newest first."""
    rows = Invitation.objects.filter(
        contract_id=contract_id, accepted_at=None, revoked_at=None, expires_at__gt=now
    ).select_related("slot")
    return [invitation_row(row, now) for row in rows.order_by("-invited_at", "-pk")]


def invitation_row(row: Invitation, now: datetime, *, fresh: bool = True) -> InvitationRow:
    """A stored invitation as a plain value; never its token."""
    number = row.slot.number if row.slot is not None else None
    return InvitationRow(
        row.pk, row.email, row.name, row.role, row.purpose, number, state_of(row, now), row.invited_at, row.expires_at,
        row.until, fresh,
    )  # fmt: skip


def state_of(row: Invitation, now: datetime) -> str:
    """open, accepted, revoked or expired at an instant."""
    if row.accepted_at is not None:
        return "accepted"
    if row.expires_at <= now:
        return "expired"
    return "revoked" if row.revoked_at is not None else "open"


@desk_wide()
def offer(token: str) -> Offer:
    """An invitation by the token of its link, whoever holds it. Raises NotFound for an unknown token."""
    row = Invitation.objects.filter(token_hash=hash_of(token)).select_related("slot").first()
    if row is None:
        raise NotFound("invitation")
    known = person_by_email(row.email)
    leaving = names([row.leaving_id]).get(row.leaving_id, "") if row.leaving_id is not None else ""
    return Offer(
        id=row.pk,
        email=row.email,
        name=row.name,
        language=row.language,
        role=row.role,
        purpose=row.purpose,
        organisation=organisation(row.subscriber_id),
        subscriber_id=row.subscriber_id,
        expires_at=row.expires_at,
        state=state_of(row, database_now()),
        known=known is not None and has_password(known.id),
        leaving=leaving,
    )


@dataclass(frozen=True, slots=True)
class SlotDifference:
    """A slot whose row is not what the contract's journal gives. `reference`: the contract."""

    reference: str
    number: int
    field: str
    stored: Any
    replayed: Any


def slot_differences() -> Iterator[SlotDifference]:
    """Every difference between the slots as stored and as the journal gives them, for `garant journal verify`."""
    after = 0
    while some := list(
        Contract.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "reference")[:BATCH]
    ):  # fmt: skip
        ids = [pk for pk, _ in some]
        rows: dict[int, dict[int, Slot]] = {}
        for row in ContactSlot.objects.filter(contract_id__in=ids, person__isnull=False):
            rows.setdefault(row.contract_id, {})[row.number] = core_slot(row)
        facts = entries_by_subject(kind="contract", ids=ids, only=SLOT_KINDS)
        for contract_id, reference in some:
            replayed = fold((e.kind, e.data, e.at) for e in facts.get(contract_id, ()))
            yield from _compared(reference, rows.get(contract_id, {}), replayed)
        after = ids[-1]


def _compared(reference: str, stored: Mapping[int, Slot], replayed: Mapping[int, Slot]) -> Iterator[SlotDifference]:
    for number in sorted(stored.keys() | replayed.keys()):
        mine, theirs = stored.get(number, Slot(number)), replayed.get(number, Slot(number))
        for name in Slot.__slots__:
            if getattr(mine, name) != getattr(theirs, name):
                values = [_plain(getattr(slot, name)) for slot in (mine, theirs)]
                yield SlotDifference(reference, number, name, *values)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (int, str)) else str(value)
