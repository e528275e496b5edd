"""What contracts show of contacts and invitations: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from garant.contracts.views import ContractView
from garant.directory.views import PersonRow
from garant.journal.views import EntryView


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation. `slot`: the number it reserves; None for a role without one.

    `purpose`: slot (a free one), replace, stand_in, or role. `state`: open, accepted, revoked or expired. `fresh`
    False: the same request was sent before and nothing was written.
    """

    id: int
    email: str
    name: str
    role: str
    purpose: str
    slot: int | None
    state: str
    invited_at: datetime
    expires_at: datetime
    until: datetime | None = None
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation as the holder of its link sees it. `known`: somebody with that address can sign in already.

    `leaving`: whom they replace or stand in for; empty otherwise. `language`: that of the letter.
    """

    id: int
    email: str
    name: str
    language: str
    role: str
    purpose: str
    organisation: str
    subscriber_id: int
    expires_at: datetime
    state: str
    known: bool
    leaving: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted invitation. `counts_from`: from when they may open cases; None: at once, or never by this role."""

    person_id: int
    subscriber_id: int
    role: str
    slot: int | None
    counts_from: datetime | None


@dataclass(frozen=True, slots=True)
class ContactPlace:
    """One numbered place on the contacts page.

    `state`: free, reserved (an invitation is open), filled, handover (somebody takes over at `counts_from`) or
    stand_in. `asks`: who may ask in it now; None: nobody. `trained`: whether that person's training counts today.
    """

    number: int
    state: str
    person: PersonRow | None
    since: datetime | None
    trained_on: date | None
    trained_until: date | None
    other: PersonRow | None
    other_trained_on: date | None
    other_trained_until: date | None
    counts_from: datetime | None
    other_until: datetime | None
    asks: int | None
    trained: bool
    invitation: InvitationRow | None


@dataclass(frozen=True, slots=True)
class ContactsView:
    """The contacts of one contract: its places, open invitations to other roles, colleagues, and what happened.

    `untrained`: what the programme does about the untrained (refuse, warn, accept). `lead`: whether replacing takes
    effect later. `may`: acts of the table of rights that the viewer may do here. `taken`: places that are filled or
    reserved.
    """

    contract: ContractView
    places: tuple[ContactPlace, ...]
    invitations: tuple[InvitationRow, ...]
    colleagues: tuple[PersonRow, ...]
    history: tuple[EntryView, ...]
    untrained: str
    lead: bool
    may: frozenset[str]

    @property
    def taken(self) -> int:
        """How many places are filled or reserved."""
        return sum(place.state != "free" for place in self.places)

    @property
    def full(self) -> bool:
        """Whether no further contact can be named or invited."""
        limit = self.contract.limit
        return limit is not None and self.taken >= limit
