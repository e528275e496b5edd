"""A small cast for tests of rooms and doors: one vendor, six subscribers, their people. No cases.

Everything is made with the rooms' own operations, as a desk would, in a quarter of a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from garant.contracts import operations as contracts
from garant.contracts.reading import load_programme_file
from garant.contracts.views import ContractView
from garant.core.people import SYSTEM, Actor, Viewer
from garant.core.programmes import Programme
from garant.directory import operations as directory
from garant.directory.queries import viewer_of
from garant.kit.shipped import shipped

#: Organisation -> package, region, zone. Each has one authorized contact, `contact_PACKAGE`.
SUBSCRIBERS = {
    "standard": ("default", "Europe/Paris"),
    "bronze": ("default", "America/Chicago"),
    "silver": ("default", "Europe/London"),
    "gold": ("default", "America/Denver"),
    "platinum": ("default", "Africa/Gaborone"),
    "japan": ("japan", "Asia/Tokyo"),
}
#: Everybody was named and trained on this day of the contract, which began two hundred days ago.
BEGAN = timedelta(days=200)
LASTS = timedelta(days=364)


@dataclass(frozen=True)
class Cast:
    """Ids and contracts. People: agent, second_agent, manager, nobody, viewer_gold (may read), learner_gold, and
    contact_PACKAGE for each package; subscribers and contracts by package."""

    people: Mapping[str, int]
    subscribers: Mapping[str, int]
    contracts: Mapping[str, ContractView]

    def actor(self, name: str) -> Actor:
        """One of the people as an actor."""
        return Actor("person", self.people[name])

    def viewer(self, name: str) -> Viewer:
        """One of the people as a viewer, with the roles held now."""
        return viewer_of(self.people[name])


@lru_cache(maxsize=1)
def reference() -> Programme:
    """The reference programme that the product ships."""
    programme, problems = load_programme_file(shipped("programmes/reference.yaml"))
    assert programme is not None, problems
    return programme


def make_cast() -> Cast:
    """The whole cast, in the transaction of the test."""
    contracts.load_programme(document=reference(), source="reference", by=SYSTEM)
    people = {name: person(name) for name in ("agent", "second_agent", "manager", "nobody")}
    for name, role in (("agent", "agent"), ("second_agent", "agent"), ("manager", "manager")):
        directory.give_role(by=SYSTEM, person_id=people[name], role=role)
    subscribers: dict[str, int] = {}
    signed: dict[str, ContractView] = {}
    for package, (region, zone) in SUBSCRIBERS.items():
        subscribers[package] = directory.create_subscriber(by=SYSTEM, name=f"{package} customer", zone=zone).id
        people[f"contact_{package}"] = person(f"contact_{package}", zone=zone)
        signed[package] = sign(package, subscribers[package], region=region, zone=zone)
        name_contact(signed[package], people[f"contact_{package}"])
    for role in ("viewer", "learner"):
        people[f"{role}_gold"] = person(f"{role}_gold")
        directory.give_role(by=SYSTEM, person_id=people[f"{role}_gold"], role=role, subscriber_id=subscribers["gold"])
    return Cast(people, subscribers, signed)


def person(name: str, zone: str = "UTC", language: str = "en") -> int:
    """A person without a password; returns the id."""
    return directory.create_person(
        by=SYSTEM, email=f"{name}@people.example", name=name.replace("_", " "), zone=zone, language=language
    ).id


def sign(package: str, subscriber_id: int, **more: object) -> ContractView:
    """A contract that began 200 days ago and runs for a year."""
    begins = datetime.now(tz=UTC).date() - BEGAN
    terms: dict[str, object] = {
        "programme": "reference", "region": "default", "zone": "UTC", "starts_on": begins, "ends_on": begins + LASTS,
        "reference": f"{package}-{subscriber_id}",
    }  # fmt: skip
    return contracts.sign_contract(by=SYSTEM, subscriber_id=subscriber_id, package=package, **{**terms, **more})  # type: ignore[arg-type]


def name_contact(contract: ContractView, person_id: int, trained_on: date | None = None) -> None:
    """Name an authorized contact as of the contract's first day, trained on that day."""
    contracts.fill_slot(
        by=SYSTEM,
        contract_id=contract.id,
        person_id=person_id,
        trained_on=trained_on or contract.starts_on,
        since=datetime.combine(contract.starts_on, time(), tzinfo=UTC),
    )
