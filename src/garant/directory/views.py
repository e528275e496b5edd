"""What the directory shows to the rest of the house: plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person. `roles` are those held now: for the vendor, or for the subscriber that was asked about."""

    id: int
    email: str
    name: str
    language: str
    zone: str
    is_active: bool
    roles: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class SubscriberRow:
    """A subscriber: an organisation that holds a contract with the vendor."""

    id: int
    slug: str
    name: str
    zone: str
    language: str
    created_at: datetime
