"""Contact slots: how many a contract has, who may ask in one at an instant, and the fold of what happened to them.

A slot is one numbered place for an authorized contact. At any instant at most one person may ask in it: its holder, or
the one who is to take it over after a lead time, or the one who stands in for an absent holder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from garant.core.programmes import Programme
from garant.core.programmes.values import Allotment
from garant.core.situations.quotas import banded

CONTACTS = "contacts"
PACKS = "packs"


class MeasureMissing(ValueError):
    """The number of contacts depends on what was bought, and the contract doesn't say how much; `measure` is what."""

    def __init__(self, measure: str) -> None:
        super().__init__(f"the number of contacts depends on {measure}: say how many were bought")
        self.measure = measure


def contact_limit(
    programme: Programme, package: str, region: str, measures: Mapping[str, Decimal] | None = None
) -> int | None:
    """How many authorized contacts a package includes in a region; None: without limit (rule 19).

    `measures`: what was bought, by name, where the number is banded, by pack or by product. Raises MeasureMissing when
    it depends on a measure that is not given.
    """
    allotment = _contacts(programme, package, region)
    if allotment is None:
        return 0
    needed = measures_of(programme, package, region)
    given = measures or {}
    if needed and not any(name in given for name in needed):
        raise MeasureMissing(needed[0])
    amount = _amount(allotment, given) if needed else allotment.amount
    return None if amount is None else int(amount)


def measures_of(programme: Programme, package: str, region: str) -> tuple[str, ...]:
    """What the number of contacts depends on, as the programme calls it; empty where it is fixed or without limit."""
    allotment = _contacts(programme, package, region)
    if allotment is None:
        return ()
    banded_by = dict.fromkeys(band.measure for band in allotment.bands)
    by_each = (allotment.per[0],) if allotment.per is not None else ()
    by_pack = (PACKS,) if allotment.per_pack is not None else ()
    return (*banded_by, *by_each, *by_pack)


def _contacts(programme: Programme, package: str, region: str) -> Allotment | None:
    """The allotment that counts authorized contacts: the one for no special role, else the first."""
    found = [one for one in programme.allotments(package, region) if one.ledger == CONTACTS]
    found = found or [one for one in programme.allotments(package, region) if one.role == "contact"]
    return found[0] if found else None


def _amount(allotment: Allotment, measures: Mapping[str, Decimal]) -> Decimal | None:
    for band in allotment.bands:
        if band.measure in measures:
            return banded(allotment.bands, band.measure, measures[band.measure])
    if allotment.per is not None and allotment.per[0] in measures:
        return allotment.per[1] * measures[allotment.per[0]]
    if allotment.per_pack is not None and PACKS in measures:
        return allotment.per_pack * measures[PACKS]
    return allotment.amount


@dataclass(frozen=True, slots=True)
class Training:
    """When a contact was trained, and the last day on which it counts (None: it doesn't lapse)."""

    on: date | None = None
    until: date | None = None

    def counts_on(self, day: date) -> bool:
        """Whether the training holds on a local day; False without any."""
        return self.on is not None and self.on <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who may ask in a slot: from an instant (None: since ever) until another (None: without end)."""

    person: int
    begins: datetime | None
    ends: datetime | None
    training: Training


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot. `person` None: free. `other` is a second person with a claim on it.

    `counts_from` is when `other` may ask. With `emergency` they stand in for the absent holder until `other_until`
    (None: until somebody ends it); without, they take the slot over.
    """

    number: int
    person: int | None = None
    since: datetime | None = None
    training: Training = Training()
    other: int | None = None
    other_training: Training = Training()
    counts_from: datetime | None = None
    emergency: bool = False
    other_until: datetime | None = None

    def holders(self) -> tuple[Holder, ...]:
        """Who may ask in it and when: spans that never overlap, in no special order."""
        if self.person is None:
            return ()
        if self.other is None:
            return (Holder(self.person, self.since, None, self.training),)
        second = Holder(self.other, self.counts_from, self.other_until, self.other_training)
        before = Holder(self.person, self.since, self.counts_from, self.training)
        if not self.emergency or self.other_until is None:
            return (before, second)
        return (before, second, Holder(self.person, self.other_until, None, self.training))

    def settles_at(self, at: datetime) -> datetime | None:
        """The next instant after `at` at which somebody else may ask in it; None when nothing is foreseen."""
        ahead = [when for when in (self.since, self.counts_from, self.other_until) if when is not None and when > at]
        return min(ahead, default=None)

    def holder_at(self, at: datetime) -> Holder | None:
        """Who may ask in it at an instant; None while it is free."""
        for one in self.holders():
            if (one.begins is None or one.begins <= at) and (one.ends is None or at < one.ends):
                return one
        return None

    def claim_of(self, person: int, at: datetime) -> Holder | None:
        """A person's claim on the slot at an instant: the one that counts then, else the next to come, else the last.

        None for somebody who has none.
        """
        mine = [one for one in self.holders() if one.person == person]
        now = [one for one in mine if one.ends is None or at < one.ends]
        return next(iter(sorted(now, key=_begins) or sorted(mine, key=_begins, reverse=True)), None)


def _begins(holder: Holder) -> datetime:
    return holder.begins or datetime.min.replace(tzinfo=UTC)


#: The entries of a contract's journal that change its slots.
SLOT_KINDS = (
    "contact_named",
    "contact_removed",
    "contact_replaced",
    "contact_took_effect",
    "stand_in_named",
    "stand_in_ended",
    "training_recorded",
)


def fold(facts: Iterable[tuple[str, Mapping[str, Any], datetime]]) -> dict[int, Slot]:
    """The slots of a contract as its journal leaves them: (kind, data, at) in order. Free slots are left out."""
    slots: dict[int, Slot] = {}
    for kind, data, at in facts:
        if kind in SLOT_KINDS:
            number = int(data["slot"])
            slots[number] = _next(slots.get(number, Slot(number)), kind, data, at)
    return {number: slot for number, slot in slots.items() if slot.person is not None}


def _next(slot: Slot, kind: str, data: Mapping[str, Any], at: datetime) -> Slot:
    training = Training(_day(data.get("trained_on")), _day(data.get("trained_until")))
    begins = _instant(data.get("counts_from"))
    if kind == "contact_removed":
        return Slot(slot.number)
    if kind == "contact_named":
        return Slot(slot.number, int(data["person"]), _instant(data["since"]) or at, training)
    if kind == "contact_replaced":
        if begins is None:
            return Slot(slot.number, int(data["person"]), at, training)
        return replace(slot, other=int(data["person"]), other_training=training, counts_from=begins)
    if kind == "stand_in_named":
        until = _instant(data.get("until"))
        return replace(
            slot, other=int(data["person"]), other_training=training, counts_from=begins, emergency=True,
            other_until=until,
        )  # fmt: skip
    if kind == "contact_took_effect":
        return Slot(slot.number, slot.other, slot.counts_from, slot.other_training)
    if kind == "stand_in_ended":
        return Slot(slot.number, slot.person, slot.since, slot.training)
    if int(data["person"]) == slot.other:
        return replace(slot, other_training=training)
    return replace(slot, training=training)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
