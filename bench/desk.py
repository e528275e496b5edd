"""A throw-away desk with a durable PostgreSQL of its own, and one subscriber on it. Never the desk you work on."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from garant.kit.postgres import Database

#: What could point at another desk.
_ELSEWHERE = ("DATABASE_URL", "GARANT_APP_DATABASE_URL", "GARANT_DB_URL", "GARANT_BASE_URL", "GARANT_PORT")


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk's database, the ids of its people, and a folder that is gone with it."""

    database: Database
    contact: int
    subscriber: int
    folder: Path


@contextmanager
def throwaway_desk() -> Iterator[Desk]:
    """Started, migrated and connected to Django; gone at the end."""
    from garant.kit.desk import desk_database
    from garant.kit.home import Home
    from garant.kit.postgres.place import find_place, remove_place

    for name in _ELSEWHERE:
        os.environ.pop(name, None)
    folder = Path(tempfile.mkdtemp(prefix="garant-bench-"))
    folder.chmod(0o711)  # as root the server runs under another account
    home = Home(folder / "home")
    os.environ["GARANT_HOME"] = str(home.path)
    try:
        with desk_database() as database:
            if database is None:
                raise RuntimeError("Django is set up already: a bench has a process of its own")
            yield Desk(database, *_people(), folder)
    finally:
        if home.path.exists():
            remove_place(find_place(home, make=False))
        shutil.rmtree(folder, ignore_errors=True)


def _people() -> tuple[int, int]:
    """A manager to tell, and a trained contact of a subscriber on Platinum; returns (contact, subscriber)."""
    from garant.contracts import operations as contracts
    from garant.contracts.reading import load_programme_file
    from garant.core.people import SYSTEM
    from garant.directory import operations as directory
    from garant.kit.shipped import shipped

    programme, problems = load_programme_file(shipped("programmes/reference.yaml"))
    if programme is None:
        raise RuntimeError(f"the shipped programme has mistakes: {problems}")
    contracts.load_programme(document=programme, source="bench", by=SYSTEM)
    manager = directory.create_person(by=SYSTEM, email="manager@bench.example", name="Manager").id
    directory.give_role(by=SYSTEM, person_id=manager, role="manager")
    contact = directory.create_person(by=SYSTEM, email="contact@bench.example", name="Contact").id
    subscriber = directory.create_subscriber(by=SYSTEM, name="Bench customer").id
    begins = datetime.now(tz=UTC).date() - timedelta(days=100)
    contract = contracts.sign_contract(
        by=SYSTEM,
        subscriber_id=subscriber,
        programme="reference",
        package="platinum",
        region="default",
        zone="UTC",
        starts_on=begins,
        ends_on=begins + timedelta(days=364),
        reference="bench",
    )
    contracts.fill_slot(
        by=SYSTEM,
        contract_id=contract.id,
        person_id=contact,
        trained_on=begins,
        since=datetime.combine(begins, time(), tzinfo=UTC),
    )
    return contact, subscriber
