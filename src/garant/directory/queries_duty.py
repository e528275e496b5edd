"""Who answers now: roles, teams, named people and on-call rotas, with absence and stand-ins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from garant.core.duty import Away, Stretch, Turn, on_duty, present, stretches
from garant.core.identity import address_identity
from garant.core.people import STAFF_ROLES
from garant.directory.models import Absence, Advisor, Person, RoleHeld, Rota, RotaTurn, Team

__all__ = ["ASSIGNEE", "NAMED_ADVISOR", "Answering", "Duty", "absences", "answering", "rota_stretches", "turns_of"]

ASSIGNEE, NAMED_ADVISOR = "assignee", "named_advisor"
#: How far ahead the next in line is looked for when somebody is away without a stand-in.
AHEAD = timedelta(weeks=8)


@dataclass(frozen=True, slots=True)
class Answering:
    """The people who answer, each once, by id. `stood_in`: somebody answers for another; `gaps`: the recipients behind
    whom nobody stands now."""

    people: tuple[int, ...]
    stood_in: bool = False
    gaps: tuple[str, ...] = ()


@dataclass(slots=True)
class Duty:
    """Who answers at one instant; what is read once serves every question. Not scoped: for rooms, never for a door."""

    at: datetime
    _away: list[Away] | None = None
    _roles: dict[str, list[int]] | None = None
    _teams: dict[str, list[int]] | None = None
    _found: dict[str, list[int]] = field(default_factory=dict)

    def answering(
        self, to: Sequence[str], *, assignee_id: int | None = None, subscriber_id: int | None = None
    ) -> Answering:
        """Whom recipients stand for: a role, `assignee`, `named_advisor`, `team:CODE`, `person:EMAIL`, `rota:CODE`.

        Somebody who is away is answered for by their stand-in, and on a rota by the next in line without one. An
        unknown recipient is a gap like one whom nobody fills.
        """
        people: set[int] = set()
        stood_in, gaps = False, []
        for recipient in dict.fromkeys(to):
            wanted = self._wanted(recipient, assignee_id, subscriber_id)
            there = {found for person in wanted if (found := self._present(person)) is not None}
            stood_in = stood_in or not there <= set(wanted)
            people |= there
            if not there:
                gaps.append(recipient)
        return Answering(tuple(sorted(people)), stood_in, tuple(gaps))

    def behind(self, to: Sequence[str], *, subscriber_id: int | None = None) -> dict[int, int | None]:
        """Everybody whom recipients name, those who are away too, each with who stands in for them (None: nobody, or
        they are there)."""
        people: dict[int, int | None] = {}
        for recipient in dict.fromkeys(to):
            for person in self._wanted(recipient, None, subscriber_id):
                there = self._present(person)
                people.setdefault(person, there if there != person else None)
        return people

    def is_away(self, person: int) -> bool:
        """Whether somebody is away at the instant."""
        return any(each.person == person for each in self.away())

    def away(self) -> list[Away]:
        """Who is away at the instant."""
        if self._away is None:
            self._away = absences(self.at, self.at + timedelta(microseconds=1))
        return self._away

    def team(self, code: str) -> list[int]:
        """The active members of a team; nobody in an unknown one."""
        if self._teams is None:
            self._teams = {}
            for name, person in Team.objects.filter(members__is_active=True).values_list("code", "members"):
                self._teams.setdefault(name, []).append(person)
        return self._teams.get(code, [])

    def _present(self, person: int) -> int | None:
        return present(person, self.away(), self.at)

    def _wanted(self, recipient: str, assignee_id: int | None, subscriber_id: int | None) -> list[int]:
        if recipient == ASSIGNEE:
            return [assignee_id] if assignee_id is not None else []
        if recipient == NAMED_ADVISOR and subscriber_id is not None:
            place = f"{NAMED_ADVISOR}:{subscriber_id}"
            if place not in self._found:
                self._found[place] = _advisor(subscriber_id, self)
            return self._found[place]
        if recipient not in self._found:
            kind, _, name = recipient.partition(":")
            read = _READERS.get(kind) if name else None
            self._found[recipient] = read(name, self) if read else self._with_role(recipient)
        return self._found[recipient]

    def _with_role(self, role: str) -> list[int]:
        if self._roles is None:
            self._roles = {}
            held = RoleHeld.objects.filter(ended_at=None, subscriber=None, person__is_active=True)
            for name, person_id in held.values_list("role", "person_id"):
                self._roles.setdefault(name, []).append(person_id)
        return self._roles.get(role, []) if role in STAFF_ROLES else []


def answering(
    to: Sequence[str], *, at: datetime, assignee_id: int | None = None, subscriber_id: int | None = None
) -> Answering:
    """Whom recipients stand for at an instant; see `Duty.answering`."""
    return Duty(at).answering(to, assignee_id=assignee_id, subscriber_id=subscriber_id)


def _team(code: str, duty: Duty) -> list[int]:
    return duty.team(code)


def _named(email: str, duty: Duty) -> list[int]:
    # Whoever has left the staff is nobody's recipient any more.
    held = RoleHeld.objects.filter(ended_at=None, subscriber=None).values("person_id")
    rows = Person.objects.filter(email=address_identity(email), is_active=True, pk__in=held)
    return list(rows.values_list("pk", flat=True))


def _rota(code: str, duty: Duty) -> list[int]:
    rota = Rota.objects.filter(code=code).first()
    if rota is None:
        return []
    found = on_duty(turns_of(rota.pk, duty.at, duty.at + AHEAD), duty.away(), duty.at).person
    if found is None and rota.catch_all_id is not None:
        return [rota.catch_all_id]
    return [] if found is None else [found]


def _advisor(subscriber_id: int, duty: Duty) -> list[int]:
    """The subscriber's advisor, or the advisor's own stand-in for this subscriber while the advisor is away."""
    row = Advisor.objects.filter(subscriber_id=subscriber_id).first()
    if row is None:
        return []
    away = any(each.person == row.person_id for each in duty.away())
    return [row.stand_in_id if away and row.stand_in_id is not None else row.person_id]


_READERS: dict[str, Callable[[str, Duty], list[int]]] = {"team": _team, "person": _named, "rota": _rota}


def absences(starts: datetime, ends: datetime) -> list[Away]:
    """Absences that touch a stretch of time. Not scoped: for rooms, and for doors that read staff anyway."""
    rows = Absence.objects.filter(starts__lt=ends, ends__gt=starts).order_by("starts", "pk")
    return [Away(row.person_id, row.starts, row.ends, row.stand_in_id) for row in rows]


def turns_of(rota_id: int, starts: datetime, ends: datetime) -> list[Turn]:
    """The turns of a rota that touch a stretch of time; nobody who has left the staff has one."""
    held = RoleHeld.objects.filter(ended_at=None, subscriber=None, person__is_active=True).values("person_id")
    rows = RotaTurn.objects.filter(Q(rota_id=rota_id, starts__lt=ends, ends__gt=starts), person_id__in=held).order_by(
        "starts", "pk"
    )
    return [Turn(row.person_id, row.starts, row.ends) for row in rows]


def rota_stretches(rota_id: int, starts: datetime, ends: datetime) -> list[Stretch]:
    """Who answers a rota between two instants, without holes; the catch-all of an empty rota is not counted."""
    return stretches(turns_of(rota_id, starts, ends + AHEAD), absences(starts, ends), starts, ends)
