"""The sample desk of the first start: the reference programme, fictional subscribers, and cases of every kind.

Texts are in samples/desk.yaml and samples/history.yaml. Everything is made by the rooms' own operations, in one
transaction: after a crash the next start finds either nothing or all of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from email.message import EmailMessage
from typing import Any

from django.db import connection, transaction

from garant.cases.operations_canned import save_canned
from garant.cases.operations_mail import deliver
from garant.cases.operations_standing import suspend
from garant.config import sample_community
from garant.config.sample_cases import file, happened, tell
from garant.config.sample_history import histories
from garant.config.sample_knowledge import load_articles
from garant.contracts import operations as contracts
from garant.contracts import operations_ledger as ledgers
from garant.contracts.operations_standing import record_fact
from garant.contracts.queries import contract_at
from garant.contracts.reading import load_programme_file, parse_yaml, read_text
from garant.contracts.views import ContractView
from garant.core.people import SYSTEM, Actor
from garant.directory import operations as directory
from garant.directory import operations_rotas as rotas
from garant.directory import operations_staff as staff
from garant.directory.queries import anybody
from garant.journal.operations import database_now
from garant.kit.shipped import shipped

#: Keys of the returned logins, as desk.json has them.
Login = dict[str, str]

PROGRAMME = "programmes/reference.yaml"
TEXTS = "samples/desk.yaml"
HISTORY = "samples/history.yaml"

# Any fixed number: two first starts at once come one after the other.
_LOCK = 0x7361_6D70_6C65
# Without the letters and digits that people confuse when they copy a password from a screen.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(slots=True)
class _Desk:
    """What has been made so far, by name."""

    now: datetime
    people: dict[str, int] = field(default_factory=dict)
    subscribers: dict[str, int] = field(default_factory=dict)
    contracts: dict[str, int] = field(default_factory=dict)
    contacts: dict[str, list[str]] = field(default_factory=dict)
    logins: list[Login] = field(default_factory=list)

    def by(self, name: str) -> Actor:
        return Actor("person", self.people[name])


@transaction.atomic
def load_if_empty() -> list[Login]:
    """Load the reference programme and the sample desk when nobody is on record; returns the logins, else [].

    All or nothing. Passwords are random for each desk and are returned here only.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    if anybody():
        return []
    _load_programme()
    texts = parse_yaml(read_text(shipped(TEXTS))).values
    desk = _Desk(now=database_now())
    for one in texts["staff"]:
        _staff(desk, one)
    for one in texts["subscribers"]:
        _subscriber(desk, one)
    _duties(desk, texts)
    history = parse_yaml(read_text(shipped(HISTORY))).values
    told = happened(
        [*texts["cases"], *histories(history, desk.contacts, desk.now)], lambda one: _key(desk, one), desk.now
    )
    tell(told, desk.people, desk.subscribers)
    for one in texts["allotments"]:
        _allotment(desk, one)
    for one in texts["standing"]:
        _standing(desk, one)
    for one in texts["held"]:
        file(one, desk.people, desk.subscribers)
    for one in texts["mails"]:
        _mail(desk, one)
    load_articles()
    everybody = [name for names in desk.contacts.values() for name in names]
    sample_community.load(desk.people, everybody, desk.now)
    return desk.logins


def _mail(desk: _Desk, one: Mapping[str, Any]) -> None:
    """A message that arrived, taken as any other."""
    made = EmailMessage()
    made["From"], made["Subject"], made["To"] = one["from"], one["subject"], "support@quillon.example"
    for name, value in one.get("headers", {}).items():
        made[name] = value
    made.set_content(one["text"])
    deliver(raw=made.as_bytes(), received=desk.now - timedelta(hours=one["hours_ago"]))


def _duties(desk: _Desk, texts: Mapping[str, Any]) -> None:
    """Teams, skills, who is on call and who is away: what the desk works by from its first day on."""
    teams = {one["code"]: staff.create_team(by=SYSTEM, code=one["code"], name=one["name"]) for one in texts["teams"]}
    for one in texts["teams"]:
        staff.set_team(by=SYSTEM, team_id=teams[one["code"]], people=[desk.people[name] for name in one["people"]])
    for name, skills in texts["skills"].items():
        staff.set_skills(by=SYSTEM, person_id=desk.people[name], skills=skills)
    monday = desk.now.date() + timedelta(days=7 - desk.now.weekday())
    for one in texts["rotas"]:
        rota = rotas.create_rota(
            by=SYSTEM, code=one["code"], name=one["name"], zone=one["zone"], catch_all=desk.people[one["catch_all"]]
        )
        rotas.plan_weeks(
            by=SYSTEM, rota_id=rota, people=[desk.people[name] for name in one["people"]], first=monday,
            handover=time(8), weeks=one["weeks"],
        )  # fmt: skip
    for one in texts["absences"]:
        staff.record_absence(
            by=SYSTEM, person_id=desk.people[one["who"]], starts=desk.now + timedelta(days=one["from"]),
            ends=desk.now + timedelta(days=one["until"]), stand_in=desk.people[one["stand_in"]], reason=one["reason"],
        )  # fmt: skip
    for one in texts["advisors"]:
        stand_in = desk.people[one["stand_in"]] if "stand_in" in one else None
        staff.name_advisor(
            by=SYSTEM, subscriber_id=desk.subscribers[one["subscriber"]], person_id=desk.people[one["who"]],
            stand_in=stand_in,
        )  # fmt: skip
    manager = next(Actor("person", desk.people[one["name"]]) for one in texts["staff"] if "manager" in one["roles"])
    for one in texts["replies"]:
        save_canned(
            by=manager, title=one["title"], body=one["body"].strip(), language=one.get("language", ""),
            team_id=teams.get(one.get("team", "")),
        )  # fmt: skip


def _load_programme() -> None:
    path = shipped(PROGRAMME)
    programme, problems = load_programme_file(path)
    if programme is None:
        raise ValueError(f"{path}:{problems[0].line}: {problems[0].path}: {problems[0].message}")
    contracts.load_programme(document=programme, source=read_text(path), by=SYSTEM)


def _staff(desk: _Desk, one: Mapping[str, Any]) -> None:
    person_id = _person(desk, one, "UTC", {"subscriber": "", "package": ""})
    for role in one["roles"]:
        directory.give_role(by=SYSTEM, person_id=person_id, role=role)


def _subscriber(desk: _Desk, one: Mapping[str, Any]) -> None:
    row = directory.create_subscriber(by=SYSTEM, name=one["name"], zone=one["zone"])
    desk.subscribers[one["name"]] = row.id
    desk.contacts[one["name"]] = [contact["name"] for contact in one["contacts"]]
    contract = _contract(desk, one, row.id)
    desk.contracts[one["name"]] = contract.id
    place = {"subscriber": one["name"], "package": one["package"]}
    for contact in one["contacts"]:
        person_id = _person(desk, contact, one["zone"], place)
        contracts.fill_slot(
            by=SYSTEM,
            contract_id=contract.id,
            person_id=person_id,
            trained_on=contract.starts_on,
            since=datetime.combine(contract.starts_on, time(), tzinfo=UTC),
        )
    for role in ("viewer", "administrator"):
        for member in one.get(f"{role}s", ()):
            person_id = _person(desk, member, one["zone"], place)
            directory.give_role(by=SYSTEM, person_id=person_id, role=role, subscriber_id=row.id)


def _contract(desk: _Desk, one: Mapping[str, Any], subscriber_id: int) -> ContractView:
    """A year's contract, begun some months ago."""
    begins = desk.now.date() - timedelta(days=150)
    return contracts.sign_contract(
        by=SYSTEM,
        subscriber_id=subscriber_id,
        package=one["package"],
        programme="reference",
        region=one.get("region", "default"),
        starts_on=begins,
        ends_on=begins + timedelta(days=364),
        zone=one["zone"],
        reference=f"Q-{begins.year}-{100 + len(desk.subscribers)}",
    )


def _person(desk: _Desk, one: Mapping[str, Any], zone: str, place: Mapping[str, str]) -> int:
    password = _password() if "login" in one else None
    row = directory.create_person(
        by=SYSTEM,
        email=one["email"],
        name=one["name"],
        language=one.get("language", "en"),
        zone=one.get("zone", zone),
        password=password,
    )
    desk.people[row.name] = row.id
    if password is not None:
        desk.logins.append({"role": one["login"], **place, "email": row.email, "password": password})
    return row.id


def _password() -> str:
    """Sixteen letters in four groups: easy to type, 79 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def _key(desk: _Desk, one: Mapping[str, Any]) -> str:
    """The package under which a case is promised something."""
    contract = contract_at(desk.subscribers[one["subscriber"]], desk.now)
    if contract is None:
        raise ValueError(f"{TEXTS}: {one['subscriber']} has no contract in force")
    return contract.package_key


def _allotment(desk: _Desk, one: Mapping[str, Any]) -> None:
    """Something booked or used out of a contract's allotment."""
    kind = "use" if "use" in one else "reserve"
    ledgers.record(
        by=desk.by(one["by"]),
        kind=kind,
        contract_id=desk.contracts[one["subscriber"]],
        ledger=one["ledger"],
        amount=one[kind],
        booking=one["booking"],
    )


def _standing(desk: _Desk, one: Mapping[str, Any]) -> None:
    """A fact that finance knows, or the decision that follows from the facts."""
    subscriber_id = desk.subscribers[one["subscriber"]]
    if "suspend" in one:
        suspend(by=desk.by(one["by"]), subscriber_id=subscriber_id, reason=one["suspend"])
        return
    record_fact(
        by=SYSTEM,
        subscriber_id=subscriber_id,
        kind=one["kind"],
        reference=one["reference"],
        on=desk.now.date() - timedelta(days=one["days_ago"]),
        amount=Decimal(one["amount"]) if "amount" in one else None,
        currency=one.get("currency", ""),
    )
