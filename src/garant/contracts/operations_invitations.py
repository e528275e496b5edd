"""Inviting people by mail: an invitation reserves its slot, is used once, and ends by itself."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from garant.contracts.models import ContactSlot, Invitation
from garant.contracts.notices_contacts import hash_of, link_path, send_invitation, token_of
from garant.contracts.operations_contacts import fill, substitute, succeed
from garant.contracts.queries_contacts import invitation_row, state_of
from garant.contracts.slots import (
    Held,
    check_free,
    check_new,
    free_number,
    hold,
    known_training,
    note,
    open_invitations,
)
from garant.contracts.views_contacts import Accepted, InvitationRow
from garant.core.people import SYSTEM, Actor
from garant.core.refusals import NotFound, Refusal
from garant.directory.membership import (
    clean,
    clean_address,
    enter_person,
    has_password,
    known_language,
    password_problems,
    put_role,
    set_first_password,
)
from garant.directory.operations import require
from garant.directory.queries import person_by_email, subscriber_by_id
from garant.journal import operations as journal
from garant.journal.queries import notice_data
from garant.kit.each import each_alone
from garant.kit.reach import desk_wide

__all__ = ["LASTS", "accept_invitation", "end_invitations", "invite", "link_of", "revoke_invitation"]

#: How long an invitation can be accepted.
LASTS = timedelta(days=7)
#: Invitations of one contract that may be open at once: nobody mails the world in a subscriber's name.
MOST_OPEN = 50
#: The right that each purpose asks for.
_ACTS = {
    "slot": "invite_contact", "replace": "replace_contact", "stand_in": "stand_in_for_contact",
    "role": "give_member_role",
}  # fmt: skip


@transaction.atomic
def invite(
    *,
    by: Actor,
    contract_id: int,
    email: str,
    name: str,
    language: str = "en",
    role: str = "contact",
    purpose: str = "slot",
    leaving_id: int | None = None,
    until: datetime | None = None,
    once: str | None = None,
) -> InvitationRow:
    """Invite somebody by mail to a role of a contract's subscriber; a contact's slot is reserved until it expires.

    `purpose`: slot (a free one), replace or stand_in (for `leaving_id`), or role (any role but contact). `once`: the
    form's token; the same one again gives the same invitation. The answer is the same whether or not the address
    belongs to somebody on record. Refuses when all slots are taken or reserved.
    """
    body = {
        "contract": contract_id, "email": email, "name": name, "role": role, "purpose": purpose, "leaving": leaving_id,
        "until": until,
    }  # fmt: skip
    with journal.once(scope=f"person:{by.id}/invite", key=once, body=body) as attempt:
        if attempt.result is not None:
            row = Invitation.objects.select_related("slot").get(pk=attempt.result["invitation"])
            return invitation_row(row, journal.database_now(), fresh=False)
        held = hold(contract_id)
        require(by, _act(purpose), held.contract.subscriber_id)
        _check(held, role, purpose)
        draft = Invitation(
            contract=held.contract, subscriber_id=held.contract.subscriber_id, email=clean_address(email),
            name=clean(name, 120), language=known_language(language), role=role, purpose=purpose,
            leaving_id=leaving_id, until=until, invited_by=by.id, invited_at=held.now, expires_at=held.now + LASTS,
        )  # fmt: skip
        stored = _stored(by, held, draft)
        attempt.keep({"invitation": stored.pk})
        return invitation_row(stored, held.now)


def link_of(*, by: Actor, invitation_id: int) -> str:
    """The path that an open invitation's link leads to, for whoever sent it and may give it on; empty when it is over.

    For desks without a mail server: nobody but the person who invited gets it. Raises NotFound for anybody else's.
    """
    row = Invitation.objects.filter(pk=invitation_id, invited_by=by.id).first()
    if row is None or by.id is None:
        raise NotFound("invitation")
    require(by, _ACTS[row.purpose], row.subscriber_id)
    if row.accepted_at is not None or row.revoked_at is not None:
        return ""
    return link_path(str(notice_data(f"invitation:{row.pk}").get("seed", "")))


def _act(purpose: str) -> str:
    if purpose not in _ACTS:
        raise Refusal("purpose_unknown", "invitations_have_a_purpose", "choose_purpose", {"offered": sorted(_ACTS)})
    return _ACTS[purpose]


def _check(held: Held, role: str, purpose: str) -> None:
    offered = tuple(known for known in held.programme.contacts.roles if (known == "contact") != (purpose == "role"))
    if role not in offered:
        raise Refusal("role_not_offered", "roles_of_the_programme", "choose_offered_role", {"offered": offered})
    if open_invitations(held).count() >= MOST_OPEN:
        raise Refusal("too_many_invitations", "open_invitations_have_a_limit", "revoke_invitation", {"most": MOST_OPEN})


def _stored(by: Actor, held: Held, draft: Invitation) -> Invitation:
    """Write the invitation with its reservation, its mail and its entry."""
    named = person_by_email(draft.email) if draft.role == "contact" else None
    if named is not None:
        check_new(held, named.id)
    if open_invitations(held).filter(email=draft.email, role=draft.role).exists():
        raise Refusal("already_invited", "one_open_invitation", "revoke_invitation", {"email": draft.email})
    draft.slot = _slot(held, draft)
    _make_room(held, draft.slot)
    seed = secrets.token_urlsafe(24)
    draft.token_hash = hash_of(token_of(seed))
    draft.save(force_insert=True)
    data = {
        "invitation": draft.pk, "role": draft.role, "purpose": draft.purpose,
        "slot": draft.slot.number if draft.slot else None, "leaving": draft.leaving_id,
        "expires": draft.expires_at.isoformat(),
    }  # fmt: skip
    note(by, held.contract, "contact_invited", data, held.now)
    send_invitation(held, draft, seed, by.id)
    return draft


def _slot(held: Held, draft: Invitation) -> ContactSlot | None:
    """The slot that the invitation reserves; None for a role without one."""
    if draft.purpose == "role":
        return None
    if draft.purpose == "slot":
        number = free_number(held)
        check_free(held, number)
        found = held.slots.get(number)
        return found or ContactSlot.objects.create(
            contract=held.contract, subscriber_id=held.contract.subscriber_id, number=number
        )
    row = next((s for s in held.slots.values() if s.person_id == draft.leaving_id and s.person_id is not None), None)
    if row is None:
        raise Refusal("not_a_contact", "contacts_hold_slots", "choose_contact")
    if row.other_id is not None:
        raise Refusal("slot_changing", "one_change_at_a_time", "end_other_change", {"slot": row.number})
    if open_invitations(held).filter(slot=row).exists():
        raise Refusal("slot_reserved", "invitations_reserve_slots", "revoke_invitation", {"slot": row.number})
    return row


def _make_room(held: Held, slot: ContactSlot | None) -> None:
    """An invitation that expired without an answer no longer stands in the way of the next one."""
    if slot is not None:
        lapsed = Invitation.objects.filter(slot=slot, accepted_at=None, revoked_at=None, expires_at__lte=held.now)
        lapsed.update(revoked_at=held.now)


@transaction.atomic
def revoke_invitation(*, by: Actor, invitation_id: int, contract_id: int | None = None) -> bool:
    """Withdraw an open invitation: its link opens nothing any more and its slot is free. False when it is over.

    `contract_id`: the contract that it must belong to, None: whichever. Raises NotFound for an unknown one, and for one
    of an organisation in which `by` may not invite.
    """
    found = Invitation.objects.filter(pk=invitation_id).first()
    # Asked before anything is locked, and answered alike: nobody learns that somebody else's invitation exists.
    if found is None or (contract_id is not None and found.contract_id != contract_id):
        raise NotFound("invitation")
    try:
        require(by, _ACTS[found.purpose], found.subscriber_id)
    except Refusal:
        raise NotFound("invitation") from None
    held = hold(found.contract_id)
    row = Invitation.objects.select_for_update().get(pk=invitation_id)
    if row.accepted_at is not None or row.revoked_at is not None:
        return False
    _end(by, held, row, "invitation_revoked")
    return True


def end_invitations(limit: int = 500) -> int:
    """Close invitations that expired without an answer, so that their slots are seen to be free; how many."""
    now = journal.database_now()
    lapsed = Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__lte=now).order_by("expires_at")
    found = list(lapsed.values_list("pk", "contract_id")[:limit])
    return each_alone("closing an invitation", found, lambda row: _lapse(*row))


@transaction.atomic
def _lapse(invitation_id: int, contract_id: int) -> int:
    held = hold(contract_id)
    row = Invitation.objects.select_for_update().get(pk=invitation_id)
    if row.accepted_at is not None or row.revoked_at is not None:
        return 0
    _end(SYSTEM, held, row, "invitation_expired")
    return 1


def _end(by: Actor, held: Held, row: Invitation, kind: str) -> None:
    row.revoked_at = held.now
    row.save(update_fields=["revoked_at"])
    note(by, held.contract, kind, {"invitation": row.pk}, held.now)


@desk_wide()  # whoever holds the link belongs to no organisation yet
@transaction.atomic
def accept_invitation(
    *, token: str, name: str = "", password: str | None = None, person_id: int | None = None
) -> Accepted:
    """Accept an invitation once, as the person who holds its link.

    `person_id`: who is signed in; they must be the invited address. None: nobody with that address is on record yet,
    and `name` and `password` make their account. Raises NotFound for an unknown token. Refuses an invitation that
    expired, was used or withdrawn, a weak password, and a place that is gone meanwhile.
    """
    found = Invitation.objects.filter(token_hash=hash_of(token)).values_list("pk", "contract_id").first()
    if found is None:
        raise NotFound("invitation")
    held = hold(found[1])
    row = Invitation.objects.select_for_update().get(pk=found[0])
    state = state_of(row, held.now)
    if state != "open":
        raise Refusal(f"invitation_{state}", "invitations_are_used_once", "ask_for_invitation")
    who = _invited(row, name, password, person_id)
    row.accepted_at, row.accepted_by_id = held.now, who
    row.save(update_fields=["accepted_at", "accepted_by"])
    by = Actor("person", who)
    note(by, held.contract, "invitation_accepted", {"invitation": row.pk, "person": who, "role": row.role}, held.now)
    begins = _take_place(by, held, row, who)
    return Accepted(who, row.subscriber_id, row.role, row.slot.number if row.slot else None, begins)


def _invited(row: Invitation, name: str, password: str | None, person_id: int | None) -> int:
    """The person who accepts: the one signed in, else a new one, or one who was entered without a password."""
    known = person_by_email(row.email)
    if known is not None and person_id == known.id:
        return known.id
    if known is not None and has_password(known.id):
        raise Refusal("sign_in_as_invited", "invitations_are_personal", "sign_in_with_address")
    if person_id is not None:
        raise Refusal("sign_in_as_invited", "invitations_are_personal", "sign_out_first")
    problems = password_problems(password or "", row.email, name)
    if problems:
        raise Refusal("password_weak", "passwords_are_strong", "choose_password", {"problems": problems})
    if known is not None:
        set_first_password(by=SYSTEM, person_id=known.id, password=password or "")
        return known.id
    home = subscriber_by_id(row.subscriber_id)
    made = enter_person(
        by=SYSTEM, email=row.email, name=name or row.name, language=row.language, zone=home.zone if home else "UTC",
        password=password,
    )  # fmt: skip
    return made.id


def _take_place(by: Actor, held: Held, row: Invitation, who: int) -> datetime | None:
    """What the invitation promised; from when they may open cases (None: at once or never)."""
    found = known_training(held, who)
    if row.purpose == "role":
        put_role(by=by, person_id=who, role=row.role, subscriber_id=row.subscriber_id)
        return None
    if row.purpose == "slot" and row.slot is not None:
        fill(by, held, who, found, row.slot.number, invitation=row.pk)
        return None
    if row.leaving_id is None:
        raise Refusal("not_a_contact", "contacts_hold_slots", "ask_for_invitation")
    if row.purpose == "replace":
        return succeed(by, held, row.leaving_id, who, found)
    return substitute(by, held, row.leaving_id, who, found, row.until)
