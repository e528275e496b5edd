"""A small desk for tests of the doors: two organisations, their people, the vendor's staff, and cases of each.

Everything is made with the rooms' own operations, as a desk would.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from django.test import Client

from garant.cases import operations as cases
from garant.cases.sweeping import sweep_all
from garant.contracts import operations as contracts
from garant.core.people import SYSTEM, Actor
from garant.core.programmes import Programme
from garant.directory import operations as directory
from garant.directory.models import Person
from garant.directory.queries import viewer_of
from garant.journal import queries as journal

PASSWORD = "quiet river crossing 42"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass(frozen=True)
class Cast:
    """Who and what there is. `people` are by role, `case_a` and `case_b` are numbers, `secret_*` texts to look for."""

    people: Mapping[str, Person]
    subscriber_a: int
    subscriber_b: int
    case_a: int
    case_b: int
    notice: int
    secret_a: str = "Aurora ledger loses rows at dawn"
    secret_b: str = "Borealis exports arrive empty"
    secret_note: str = "zebra: never tell the customer"

    def actor(self, name: str) -> Actor:
        """One of the people as an actor."""
        return Actor("person", self.people[name].pk)

    def client(self, name: str, **options: Any) -> Client:
        """A browser in which one of the people is signed in."""
        client = Client(**options)
        client.force_login(self.people[name], backend=BACKEND)
        return client


def person(name: str, email: str, language: str = "en", zone: str = "America/Denver") -> Person:
    """A person with a password."""
    row = directory.create_person(by=SYSTEM, email=email, name=name, language=language, zone=zone, password=PASSWORD)
    return Person.objects.get(pk=row.id)


def organisation(name: str, package: str, contact: Person, region: str = "default") -> int:
    """A subscriber with a contract that runs this year, and one authorized contact."""
    row = directory.create_subscriber(by=SYSTEM, name=name, zone="America/Denver", language="en")
    directory.give_role(by=SYSTEM, person_id=contact.pk, role="contact", subscriber_id=row.id)
    today = datetime.now(tz=UTC).date()
    contract = contracts.sign_contract(
        by=SYSTEM,
        subscriber_id=row.id,
        package=package,
        programme="reference",
        region=region,
        starts_on=today - timedelta(days=200),
        ends_on=today + timedelta(days=200),
        zone="America/Denver",
        reference=f"{name[:3].upper()}-1",
    )
    contracts.fill_slot(
        by=SYSTEM,
        contract_id=contract.id,
        person_id=contact.pk,
        trained_on=contract.starts_on,
        since=datetime.combine(contract.starts_on, time(), tzinfo=UTC),
    )
    return row.id


def file_case(who: Person, subscriber_id: int, subject: str, severity: str = "2", **more: Any) -> int:
    """A case with a full error report; returns its number."""
    filed = cases.file_case(
        by=Actor("person", who.pk),
        person_id=who.pk,
        subscriber_id=subscriber_id,
        subject=subject,
        description="Since Saturday's update it happens every night.",
        severity=severity,
        request_type=more.pop("request_type", "error"),
        steps="1. Upload the file.\n2. Run the import.",
        expected="All rows arrive.",
        actual="Some rows are missing.",
        environment="Production, 8.4.2",
        **more,
    )
    return filed.number


def make_cast() -> Cast:
    """The whole desk. Case A is open, unanswered and long past its due time, so that a notice stands in the outbox."""
    load_reference()
    people = {
        "agent": person("Ines Carvalho", "ines@vendor.example"),
        "manager": person("Helena Strand", "helena@vendor.example"),
        "contact": person("Maren Lindqvist", "maren@aurora.example"),
        "viewer": person("Theo Okonkwo", "theo@aurora.example"),
        "stranger": person("Per Halden", "per@borealis.example"),
    }
    for role in ("agent", "manager"):
        directory.give_role(by=SYSTEM, person_id=people[role].pk, role=role)
    a = organisation("Aurora Rail", "gold", people["contact"])
    b = organisation("Borealis Foods", "silver", people["stranger"])
    directory.give_role(by=SYSTEM, person_id=people["viewer"].pk, role="viewer", subscriber_id=a)
    long_ago = datetime.now(tz=UTC) - timedelta(days=20)
    case_a = file_case(people["contact"], a, Cast.secret_a, at=long_ago)
    case_b = file_case(people["stranger"], b, Cast.secret_b)
    cases.add_note(by=Actor("person", people["agent"].pk), number=case_a, body=Cast.secret_note)
    sweep_all()
    notices = journal.notices(viewer=viewer_of(people["manager"].pk)).rows
    missed = next(row for row in notices if row.kind == "target_missed")
    return Cast(people, a, b, case_a, case_b, missed.id)


def load_reference() -> None:
    """Load the reference programme that the product ships."""
    programme, source = _reference()
    contracts.load_programme(document=programme, source=source, by=SYSTEM)


@lru_cache(maxsize=1)
def _reference() -> tuple[Programme, str]:
    """The programme as read, and its text; read once, since it never changes."""
    from garant.contracts.reading import load_programme_file, read_text
    from garant.kit.shipped import shipped

    path = shipped("programmes/reference.yaml")
    programme, problems = load_programme_file(path)
    assert programme is not None, problems
    return programme, read_text(path)
