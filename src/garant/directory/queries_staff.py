"""The vendor's people as those who plan their work see them: teams, skills, absences, rotas, advisors."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from garant.core.duty import Stretch
from garant.core.instants import Span
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.directory.models import Absence, Advisor, Person, RoleHeld, Rota, RotaTurn, Skill, Team
from garant.directory.queries_duty import rota_stretches
from garant.kit.asking import one_answer

__all__ = [
    "AbilityRow",
    "AbsenceRow",
    "AdvisorRow",
    "MemberRow",
    "RotaRow",
    "TeamRow",
    "TurnRow",
    "abilities",
    "absences_of",
    "advisor_of",
    "member",
    "members",
    "rota",
    "rotas",
    "teams",
    "turn",
    "turns",
]

#: A skill that starts so names a language.
LANGUAGE = "lang:"


@dataclass(frozen=True, slots=True)
class AbilityRow:
    """What rules ask of somebody: roles held for the vendor, skills, and languages (their own, and `lang:` skills)."""

    roles: frozenset[str]
    skills: frozenset[str]
    languages: frozenset[str]


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """Somebody is away from `starts` until before `ends`; `stand_in` is empty when the next in line answers."""

    id: int
    person: int
    name: str
    starts: datetime
    ends: datetime
    stand_in: str
    reason: str


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One of the staff, with what they can do and whether they are away; `absence`: the one that runs or comes."""

    id: int
    name: str
    email: str
    zone: str
    language: str
    roles: tuple[str, ...]
    teams: tuple[str, ...]
    skills: tuple[str, ...]
    absence: AbsenceRow | None
    away: bool


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team and its members by name."""

    id: int
    code: str
    name: str
    members: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A turn of a rota as planned."""

    id: int
    person: int
    name: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class RotaRow:
    """A rota: who answers now (None: nobody), and the gaps of the coming days."""

    id: int
    code: str
    name: str
    zone: str
    catch_all: str
    now: Stretch
    gaps: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class AdvisorRow:
    """The named advisor of a subscriber; `stand_in` is empty for none."""

    person: int
    name: str
    stand_in: str


def abilities(people: Collection[int]) -> dict[int, AbilityRow]:
    """What rules ask of the active staff among some people, by id. Not scoped: for rooms, never for a door."""
    roles: dict[int, set[str]] = {}
    reads: dict[int, str] = {}
    held = RoleHeld.objects.filter(person_id__in=people, subscriber=None, ended_at=None, person__is_active=True)
    for person_id, role, language in held.values_list("person_id", "role", "person__language"):
        roles.setdefault(person_id, set()).add(role)
        reads[person_id] = language
    skills: dict[int, set[str]] = {}
    for person_id, code in Skill.objects.filter(person_id__in=people).values_list("person_id", "code"):
        skills.setdefault(person_id, set()).add(code)
    return {
        pk: AbilityRow(
            frozenset(roles.get(pk, ())),
            frozenset(skills.get(pk, ())),
            frozenset({language, *(s.removeprefix(LANGUAGE) for s in skills.get(pk, ()) if s.startswith(LANGUAGE))}),
        )
        for pk, language in reads.items()
    }


def members(viewer: Viewer, at: datetime) -> list[MemberRow]:
    """The staff by name; empty for anybody else."""
    if not viewer.is_staff:
        return []
    roles: dict[int, list[str]] = {}
    held = RoleHeld.objects.filter(subscriber=None, ended_at=None, person__is_active=True).order_by("since", "pk")
    for person_id, role in held.values_list("person_id", "role"):
        roles.setdefault(person_id, []).append(role)
    skills: dict[int, list[str]] = {}
    for person_id, code in Skill.objects.order_by("code").values_list("person_id", "code"):
        skills.setdefault(person_id, []).append(code)
    teams_of: dict[int, list[str]] = {}
    for person_id, name in Team.objects.order_by("name").values_list("members", "name"):
        teams_of.setdefault(person_id, []).append(name)
    absent = {}
    for row in reversed(absences_of(at=at)):
        absent[row.person] = row
    return [
        MemberRow(
            id=row.pk,
            name=row.name,
            email=row.email,
            zone=row.zone,
            language=row.language,
            roles=tuple(roles[row.pk]),
            teams=tuple(teams_of.get(row.pk, ())),
            skills=tuple(skills.get(row.pk, ())),
            absence=absent.get(row.pk),
            away=row.pk in absent and absent[row.pk].starts <= at,
        )
        for row in Person.objects.filter(pk__in=roles).order_by("name", "pk")
    ]


def member(viewer: Viewer, person_id: int, at: datetime) -> MemberRow:
    """One of the staff. Raises NotFound for anybody else, and for viewers who are not of the staff."""
    for row in members(viewer, at):
        if row.id == person_id:
            return row
    raise NotFound("person")


def absences_of(*, at: datetime, person_id: int | None = None) -> list[AbsenceRow]:
    """Absences that run at an instant or come later, soonest first. For doors that read staff."""
    rows = Absence.objects.filter(ends__gt=at).select_related("person", "stand_in").order_by("starts", "pk")
    if person_id is not None:
        rows = rows.filter(person_id=person_id)
    return [
        AbsenceRow(
            row.pk,
            row.person_id,
            row.person.name,
            row.starts,
            row.ends,
            row.stand_in.name if row.stand_in else "",
            row.reason,
        )
        for row in rows[:500]
    ]


def teams(viewer: Viewer) -> list[TeamRow]:
    """Teams by name; empty for anybody but staff."""
    if not viewer.is_staff:
        return []
    rows = Team.objects.prefetch_related("members").order_by("name", "pk")
    return [
        TeamRow(
            row.pk, row.code, row.name, tuple(sorted(((p.pk, p.name) for p in row.members.all()), key=lambda p: p[1]))
        )
        for row in rows
    ]


def rotas(viewer: Viewer, at: datetime, ahead: timedelta) -> list[RotaRow]:
    """Rotas by name, each with who answers now and its gaps within `ahead`; empty for anybody but staff."""
    if not viewer.is_staff:
        return []
    return [_rota_row(row, at, ahead) for row in Rota.objects.select_related("catch_all").order_by("name", "pk")]


def rota(viewer: Viewer, rota_id: int, at: datetime, ahead: timedelta) -> RotaRow:
    """One rota. Raises NotFound for an unknown one, and for viewers who are not of the staff."""
    row = Rota.objects.select_related("catch_all").filter(pk=rota_id).first() if viewer.is_staff else None
    if row is None:
        raise NotFound("rota")
    return _rota_row(row, at, ahead)


def turn(viewer: Viewer, turn_id: int) -> tuple[int, TurnRow]:
    """The id of the rota of a planned turn, and the turn. Raises NotFound for anybody but staff."""
    found = RotaTurn.objects.select_related("person").filter(pk=turn_id).first() if viewer.is_staff else None
    if found is None:
        raise NotFound("turn")
    return found.rota_id, TurnRow(found.pk, found.person_id, found.person.name, found.starts, found.ends)


def turns(viewer: Viewer, rota_id: int, at: datetime) -> list[TurnRow]:
    """The turns of a rota that run or come later, soonest first."""
    if not viewer.is_staff:
        return []
    rows = RotaTurn.objects.filter(rota_id=rota_id, ends__gt=at).select_related("person").order_by("starts", "pk")[:200]
    return [TurnRow(row.pk, row.person_id, row.person.name, row.starts, row.ends) for row in rows]


def advisor_of(viewer: Viewer, subscriber_id: int) -> AdvisorRow | None:
    """The named advisor of a subscriber; None for none, and for those who may not read the subscriber."""
    if not viewer.is_staff and subscriber_id not in viewer.subscribers():
        return None
    return _advisor(subscriber_id)


@one_answer
def _advisor(subscriber_id: int) -> AdvisorRow | None:
    row = Advisor.objects.filter(subscriber_id=subscriber_id).select_related("person", "stand_in").first()
    return AdvisorRow(row.person_id, row.person.name, row.stand_in.name if row.stand_in else "") if row else None


def _rota_row(row: Rota, at: datetime, ahead: timedelta) -> RotaRow:
    found = rota_stretches(row.pk, at, at + ahead)
    gaps = tuple((each.starts, each.ends) for each in found if each.duty.person is None)
    return RotaRow(row.pk, row.code, row.name, row.zone, row.catch_all.name if row.catch_all else "", found[0], gaps)
