"""What contracts show to the rest of the house: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from garant.core.intake import Conditions, ContractTerm, Sender
from garant.core.slots import Holder, Slot


@dataclass(frozen=True, slots=True)
class ProgrammeVersionView:
    """A stored programme version. `new` False: the same content was stored before and nothing was written."""

    id: int
    programme: str
    version: str
    effective_from: date
    packages: tuple[str, ...]
    new: bool


@dataclass(frozen=True, slots=True)
class SlotView:
    """A numbered contact slot. `person_id` None: empty. `trained_on` None: no training is recorded.

    `since`: the instant from which the contact may open cases. `law`: the slot with everybody who has a claim on it.
    """

    number: int
    person_id: int | None
    since: datetime | None
    trained_on: date | None
    law: Slot | None = None


@dataclass(frozen=True, slots=True)
class ContractView:
    """A contract. `package_key` names its terms; dates are local to `zone`, both inclusive.

    `limit`: authorized contacts allowed, None without limit; `filled`: how many are named. `amended`: its terms were
    changed since it was signed.
    """

    id: int
    reference: str
    subscriber_id: int
    programme: str
    version: str
    package: str
    region: str
    starts_on: date
    ends_on: date
    zone: str
    limit: int | None
    slots: tuple[SlotView, ...]
    package_key: str
    amended: bool = False

    @property
    def filled(self) -> int:
        """How many contacts are named."""
        return sum(slot.person_id is not None for slot in self.slots)

    @property
    def term(self) -> ContractTerm:
        """The dates as the law reads them."""
        return ContractTerm(self.zone, self.starts_on, self.ends_on)

    def slot_of(self, person_id: int) -> SlotView | None:
        """The slot that a person fills; None for somebody who is no authorized contact."""
        return next((slot for slot in self.slots if slot.person_id == person_id), None)

    def claim_of(self, person_id: int, at: datetime) -> Holder | None:
        """A person's claim to ask under the contract at an instant: as holder, successor or stand-in; None for none."""
        claims = (slot.law.claim_of(person_id, at) for slot in self.slots if slot.law is not None)
        return next((claim for claim in claims if claim is not None), None)


@dataclass(frozen=True, slots=True)
class AdmissionFacts:
    """What `core.intake.admit` needs to know about a person and a subscriber at an instant.

    `contract` None: none runs then; `expired` is the one that ran last. `with_cases` False: the package includes no
    cases at all.
    """

    sender: Sender
    conditions: Conditions
    contract: ContractView | None
    expired: ContractView | None
    with_cases: bool


@dataclass(frozen=True, slots=True)
class CalendarEdit:
    """A calendar's edit: which programme versions it reached, and from when it holds."""

    programme: str
    code: str
    versions: tuple[str, ...]
    effective_from: datetime
    known_from: datetime


@dataclass(frozen=True, slots=True)
class DraftView:
    """A programme's next version while it is written. `base`: the version it was begun from, empty for none."""

    programme: str
    base: str
    text: str
    revision: int
    saved_at: datetime
    saved_by: int | None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A stored version in the list of its programme. `state`: in_force, coming or past.

    `contracts`: how many pin it; `running`: how many of them have not ended.
    """

    id: int
    version: str
    effective_from: date
    loaded_at: datetime
    state: str
    packages: tuple[str, ...]
    contracts: int
    running: int


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme in the list: its name, its newest versions in force and to come, and whether one is being written."""

    code: str
    name: str
    in_force: str
    since: date
    coming: tuple[tuple[str, date], ...]
    versions: int
    running: int
    draft: bool


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A version of a programme's calendar: its hours in plain form, from when, since when known, and why."""

    version: int
    effective_from: datetime | None
    known_from: datetime | None
    plain: Mapping[str, Any]
    reason: str
